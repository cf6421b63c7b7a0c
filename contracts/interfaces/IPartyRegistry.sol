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
interface IPartyRegistry is IConsent {
    /// @notice A party came to be by a signed claim. Identifiers are claimed, not proven, and not unique.
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

    /// @notice Registers the party that `account` claims to be.
    /// @param identifier such as `state:FRA` or `exercise:state:norvale`; 1 to 200 bytes
    /// @param profile    hash of the document with its name and region, or zero
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
    function state(PartyId author, Act[] calldata acts) external;

    /// @notice The subject on which everything that `author` states of others is linked.
    function listOf(PartyId author) external pure returns (bytes32);

    /// @notice Who acts for each of these parties; a zero account where there is no such party.
    function holders(PartyId[] calldata parties) external view returns (Holder[] memory);
}
