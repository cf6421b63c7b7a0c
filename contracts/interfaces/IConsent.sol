// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ActKind, PartyId} from "../ConsentTypes.sol";

/// @title What every contract of NormLedger promises: signed acts, each used once, none ever lost from sight.
/// @notice A subject's word is the running commitment of all acts on it:
/// word = keccak256(abi.encode(previous word, kind, digest, party, signer, block number, block time)).
/// Words lie in storage slot 0 (a mapping by subject) and the register's word in slot 1, in every contract.
interface IConsent {
    /// @notice A signed act entered its subject's word. Together with its block, this event holds all that was linked.
    /// @param subject   the agreement, norm or list whose word grew
    /// @param party     whose act it is
    /// @param kind      what it states
    /// @param clause    the clause it is about, or zero for the whole subject
    /// @param refersTo  what it names: an act's digest, a party, an agreement or a root; zero if nothing
    /// @param content   the hash of its text; the document's for a founding signature
    /// @param account   the account that signed it
    /// @param number    the party's number on this subject; zero for a founding signature
    /// @param deadline  the last second at which it might have been recorded, or zero
    /// @param signature 65 bytes: r, s, v
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

    /// @notice The running commitment of all acts on `subject`.
    /// @param subject an agreement, a norm, a party or an author's list
    /// @return the word, or zero if there was no act on it
    function word(bytes32 subject) external view returns (bytes32);

    /// @notice The running commitment of all subjects of this contract, in the order in which they came to be.
    /// @return the register's word, in which a subject's id stands where an act's digest would
    function register() external view returns (bytes32);

    /// @notice Whether a party has used a number.
    /// @param subject the agreement, norm or list
    /// @param number  the number
    /// @param ordinal the party's place in the registry (`Holder.ordinal`)
    /// @return whether an act of that party with that number is on the subject's word
    function isUsed(bytes32 subject, uint64 number, uint64 ordinal) external view returns (bool);

    /// @notice The EIP-712 domain as ERC-5267 tells it.
    /// @return fields            0x0f: name, version, chain id and contract are used, the salt is not
    /// @return name              "NormLedger"
    /// @return version           "1"
    /// @return chainId           the chain's id now
    /// @return verifyingContract this contract
    /// @return salt              zero, unused
    /// @return extensions        none
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
