// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title How a contract tells whether a signature is its own.
/// @notice As ERC-1271 has it.
interface IERC1271 {
    /// @notice Whether `signature` is this contract's over `hash`.
    /// @param hash      the digest that was to be signed
    /// @param signature whatever the contract takes for one
    /// @return magicValue this function's selector, 0x1626ba7e, if it is
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4 magicValue);
}
