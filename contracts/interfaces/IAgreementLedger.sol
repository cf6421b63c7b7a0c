// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, Admission, AgreementId, PartyId, Seal, Signer, Stamp} from "../ConsentTypes.sol";
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

/// @notice A founder's signature; as an act its number is zero, its content the agreement's document.
/// @param stamp Signature or SignatureSubjectToRatification; the founder's place in the terms, from 0, where other acts
/// have their number; the deadline
/// @param seal  of the founder
struct Founding {
    Stamp stamp;
    Seal seal;
}

/// @title Agreements, the acts of treaty law on them, and others' stances.
/// @notice Records who stated what, and when. What an act does is law, and is decided off the chain, from the acts
/// alone.
interface IAgreementLedger is IConsent {
    error TooFewParties(uint256 count);
    error PartiesNotAscending(uint256 index, PartyId party);
    error NoSuchFounder(uint256 index, uint256 founder, uint256 count);
    error FoundersNotAscending(uint256 index, uint256 founder);
    error AlreadyFounded(AgreementId agreement);
    error UnknownAgreement(AgreementId agreement);
    error ClosedTo(uint256 index, AgreementId agreement, PartyId party);
    error NotInvited(uint256 index, AgreementId agreement, PartyId party);
    error NotAFounder(uint256 index, AgreementId agreement, PartyId party);

    /// @notice Records founding signatures: all in one transaction, or one after the other in any order.
    /// A founder whose signature stands already is passed over, so that nobody can spoil another's recording.
    /// @param terms      what the founders signed
    /// @param signatures at least one, in ascending order of founder
    /// @param signers    those whom their seals point at
    /// @return agreement its id
    function sign(Terms calldata terms, Founding[] calldata signatures, Signer[] calldata signers)
        external
        returns (AgreementId agreement);

    /// @notice Records acts of its founders, and of those whom its admission lets join.
    /// @param terms   the agreement's
    /// @param acts    at least one
    /// @param signers those whom their seals point at
    function act(Terms calldata terms, Act[] calldata acts, Signer[] calldata signers) external;

    /// @notice Records others' stances on an agreement or its clauses, of any parties; they lengthen no list of consent.
    /// @param agreement one that is on the ledger
    /// @param acts      at least one
    /// @param signers   those whom their seals point at
    function takeStances(AgreementId agreement, Act[] calldata acts, Signer[] calldata signers) external;

    /// @notice The id of an agreement.
    /// @param terms its terms
    /// @return keccak256(abi.encode(document, clauses, keccak256(parties), admission))
    function idOf(Terms calldata terms) external pure returns (AgreementId);

    /// @notice The subject on which others' stances on an agreement are linked.
    /// @param agreement its id
    /// @return keccak256(abi.encode("stances", agreement))
    function stancesOn(AgreementId agreement) external pure returns (bytes32);

    /// @notice How many founders have not signed yet.
    /// @param agreement its id
    /// @return their number; zero also for an agreement that nobody opened
    function awaiting(AgreementId agreement) external view returns (uint256);
}
