// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PartyId, Signer} from "../../contracts/ConsentTypes.sol";
import {IERC1271} from "../../contracts/interfaces/IERC1271.sol";
import {Proof} from "./Proof.sol";

/// @dev Answers whatever its storage holds, or refuses.
contract AnyWallet is IERC1271 {
    bytes32 public answer;
    bool public refuses;

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        require(!refuses);
        bytes32 given = answer;
        assembly ("memory-safe") {
            mstore(0, given)
            return(0, 0x20)
        }
    }
}

/// @title A wallet signs by ERC-1271's value alone.
contract Wallets is Proof {
    /// @notice What a wallet answers otherwise, or refuses, it did not sign.
    /// Bounds: any state; one cancellation by a wallet with any answer of 32 bytes, or none; a signature of 96 bytes.
    /// Twin: Consent.sol, `return answer == IERC1271.isValidSignature.selector;` → `return answer != 0;`
    function check_a_wallet_signs_by_its_answer_alone(
        PartyId party,
        uint64 number,
        bytes32[3] memory signature,
        uint64 time
    ) external {
        AnyWallet wallet = new AnyWallet();
        SVM.enableSymbolicStorage(address(wallet));
        _anyState();
        VM.warp(time);
        Signer memory signer = Signer(address(wallet), abi.encodePacked(signature));
        VM.assume(_done(registry, abi.encodeCall(registry.cancel, (party, number, 0, signer))));
        assert(wallet.answer() == bytes32(IERC1271.isValidSignature.selector));
        assert(!wallet.refuses());
    }
}
