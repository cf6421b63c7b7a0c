// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Admission, AgreementId, PartyId} from "../ConsentTypes.sol";
import {IConsent} from "./IConsent.sol";

/// @notice What an agreement's id commits to.
/// @param document  hash of the agreement's document
/// @param clauses   root of its clause tree
/// @param parties   its founders, in ascending order of id, at least two
/// @param admission who may accede after its founders
struct Terms {
    bytes32 document;
    bytes32 clauses;
    PartyId[] parties;
    Admission admission;
}

/// @notice A founder's signature; its number is zero, its content the agreement's document.
/// @param founder   the founder's place in the terms, from 0
/// @param kind      Signature or SignatureSubjectToRatification
/// @param deadline  the last second at which it may be recorded, or zero for none
/// @param signature of the founder's account
struct Founding {
    uint256 founder;
    ActKind kind;
    uint64 deadline;
    bytes signature;
}

/// @title Agreements and the acts of treaty law on them.
/// @notice Records who stated what, and when. What an act does is law, and is decided off the chain, from the acts
/// alone.
interface IAgreementLedger is IConsent {
    /// @notice An agreement came to be with its first founding signature.
    /// @param agreement its id
    /// @param document  hash of its document
    /// @param clauses   root of its clause tree
    /// @param parties   its founders, in ascending order of id
    /// @param admission who may accede after its founders
    event AgreementOpened(
        AgreementId indexed agreement, bytes32 document, bytes32 clauses, PartyId[] parties, Admission admission
    );

    error TooFewParties(uint256 count);
    error PartiesNotAscending(uint256 index, PartyId party);
    error NoSuchFounder(uint256 index, uint256 founder, uint256 count);
    error FoundersNotAscending(uint256 index, uint256 founder);
    error NotAFoundingSignature(uint256 index, ActKind kind);
    error AlreadyFounded(AgreementId agreement);
    error UnknownAgreement(AgreementId agreement);
    error ClosedTo(uint256 index, AgreementId agreement, PartyId party);
    error NotInvited(uint256 index, AgreementId agreement, PartyId party);

    /// @notice Records founding signatures: all in one transaction, or one after the other in any order.
    /// A founder whose signature stands already is passed over, so that nobody can spoil another's recording.
    /// @param terms      what the founders signed
    /// @param signatures at least one, in ascending order of founder
    /// @return agreement its id
    function sign(Terms calldata terms, Founding[] calldata signatures) external returns (AgreementId agreement);

    /// @notice Records acts of its founders, and of those whom its admission lets join.
    /// @param terms the agreement's
    /// @param acts  at least one
    function act(Terms calldata terms, Act[] calldata acts) external;

    /// @notice The id of an agreement.
    /// @param terms its terms
    /// @return keccak256(abi.encode(document, clauses, keccak256(parties), admission))
    function idOf(Terms calldata terms) external pure returns (AgreementId);

    /// @notice How many founders have not signed yet.
    /// @param agreement its id
    /// @return their number; zero also for an agreement that nobody opened
    function awaiting(AgreementId agreement) external view returns (uint256);
}
