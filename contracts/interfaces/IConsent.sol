// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ActKind, PartyId} from "../ConsentTypes.sol";

/// @title What every contract of NormLedger promises: signed acts, each used once, none ever lost from sight.
/// @notice A subject's word is the running commitment of all acts on it:
/// word = keccak256(abi.encode(previous word, kind, digest, party, signer, block number, block time)).
/// Words lie in storage slot 0 (a mapping by subject) and the register's word in slot 1, in every contract.
interface IConsent {
    /// @notice A signed act entered its subject's word. Together with its block, this event holds all that was linked.
    event ActRecorded(
        bytes32 indexed subject,
        PartyId indexed party,
        ActKind indexed kind,
        bytes32 clause,
        bytes32 refersTo,
        bytes32 content,
        address account,
        uint64 number,
        uint64 deadline,
        bytes signature
    );

    /// @dev `index` counts the acts of the call from 0, so that a refused batch names the act that spoilt it.
    error UnknownParty(uint256 index, PartyId party);
    error WrongSigner(uint256 index, PartyId party, address expected, address recovered);
    error Expired(uint256 index, PartyId party, uint64 deadline, uint256 time);
    error NumberUsed(uint256 index, PartyId party, uint64 number);
    error NumberBeyondTime(uint256 index, PartyId party, uint64 number, uint256 time);
    error NumberForFoundersOnly(uint256 index, PartyId party);
    error KindNotHere(uint256 index, ActKind kind);
    error Empty();

    /// @notice The running commitment of all acts on `subject`; zero if there was none.
    function word(bytes32 subject) external view returns (bytes32);

    /// @notice The running commitment of all subjects of this contract, in the order in which they came to be.
    function register() external view returns (bytes32);

    /// @notice Whether the party with this ordinal has used `number` on `subject`.
    function isUsed(bytes32 subject, uint64 number, uint64 ordinal) external view returns (bool);

    /// @notice The EIP-712 domain as ERC-5267 tells it.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        );
}
