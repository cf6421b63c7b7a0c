// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, PartyId, PartyKind} from "../ConsentTypes.sol";
import {IConsent} from "./IConsent.sol";

/// @notice Who acts for a party, and its place in the bitmaps of used numbers (its order of registration, from 1).
struct Holder {
    address account;
    uint64 ordinal;
}

/// @title Parties, and what they state of others: recognitions, alignments, reports.
/// @notice A party's own word begins with its claim; what it states of others goes to a word of its own, its list.
interface IPartyRegistry is IConsent {
    /// @notice A party came to be by a signed claim. Identifiers are claimed, not proven, and not unique.
    /// @param party      its id
    /// @param kind       what kind of actor it claims to be
    /// @param identifier what it claims to be: 1 to 200 bytes that nobody checked, perhaps not even UTF-8
    /// @param profile    hash of the document with its name and region, or zero
    /// @param account    the account that claimed, and acts for it
    /// @param deadline   the last second at which the claim might have been recorded, or zero
    /// @param signature  65 bytes: r, s, v
    event PartyClaimed(
        PartyId indexed party,
        PartyKind indexed kind,
        string identifier,
        bytes32 profile,
        address account,
        uint64 deadline,
        bytes signature
    );

    error KindMissing();
    error IdentifierLength(uint256 length);
    error AlreadyClaimed(PartyId party);
    error NotTheAuthor(uint256 index, PartyId author, PartyId party);

    /// @notice Registers the party that `account` claims to be.
    /// @param identifier such as `state:FRA` or `exercise:state:norvale`; 1 to 200 bytes
    /// @param kind       what kind of actor it claims to be
    /// @param profile    hash of the document with its name and region, or zero
    /// @param account    the account that claims
    /// @param deadline   the last second at which it may be recorded, or zero for none
    /// @param signature  of the account, over the claim
    /// @return party     keccak256(abi.encode(keccak256(identifier), kind, account))
    function claim(
        string calldata identifier,
        PartyKind kind,
        bytes32 profile,
        address account,
        uint64 deadline,
        bytes calldata signature
    ) external returns (PartyId party);

    /// @notice Records recognitions, roots of alignments or reports, and withdrawals of them, all by one party.
    /// Each root stated enters the register, once for every act that states it.
    /// @param author the party that states
    /// @param acts   at least one
    function state(PartyId author, Act[] calldata acts) external;

    /// @notice The subject on which everything that a party states of others is linked.
    /// @param author the party
    /// @return keccak256(abi.encode("list", author))
    function listOf(PartyId author) external pure returns (bytes32);

    /// @notice Who acts for each of these parties.
    /// @param parties their ids
    /// @return in the same order; a zero account where there is no such party
    function holders(PartyId[] calldata parties) external view returns (Holder[] memory);
}
