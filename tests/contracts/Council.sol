// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "../../contracts/interfaces/IERC1271.sol";

/// @notice A wallet of several owners, so many of whom must sign: as Safe has it, each signs a message of the wallet's own
/// domain about the digest, and the signatures stand in ascending order of their accounts.
contract Council is IERC1271 {
    bytes32 private constant DOMAIN = keccak256("EIP712Domain(uint256 chainId,address verifyingContract)");
    bytes32 private constant MESSAGE = keccak256("SafeMessage(bytes message)");

    uint256 public immutable THRESHOLD;
    mapping(address account => bool owns) public owners;

    constructor(address[] memory owners_, uint256 threshold) {
        THRESHOLD = threshold;
        for (uint256 i = 0; i < owners_.length; ++i) {
            owners[owners_[i]] = true;
        }
    }

    function isValidSignature(bytes32 hash, bytes calldata given) external view returns (bytes4) {
        if (given.length != 65 * THRESHOLD) return 0xffffffff;
        bytes32 shown = shownFor(hash);
        address last = address(0);
        for (uint256 start = 0; start < given.length; start += 65) {
            address signer = ecrecover(
                shown, uint8(given[start + 64]), bytes32(given[start:start + 32]), bytes32(given[start + 32:start + 64])
            );
            if (signer <= last || !owners[signer]) return 0xffffffff;
            last = signer;
        }
        return IERC1271.isValidSignature.selector;
    }

    /// @notice What each owner signs so that the wallet signs `hash`.
    function shownFor(bytes32 hash) public view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(DOMAIN, block.chainid, address(this)));
        bytes32 message = keccak256(abi.encode(MESSAGE, keccak256(abi.encode(hash))));
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }
}
