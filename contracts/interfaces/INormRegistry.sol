// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NormId, PartyId, Signer, Stance} from "../ConsentTypes.sol";
import {IConsent} from "./IConsent.sol";

/// @title Published norms and the stances of parties on them.
/// @notice A norm's word begins with its publication and holds every stance that was ever taken on it.
interface INormRegistry is IConsent {
    error AlreadyPublished(NormId norm);
    error NotPublished(uint256 index, NormId norm);

    /// @notice Publishes a norm: its id is the hash of its clean text with its outcomes.
    /// @param norm        its id
    /// @param publication of kind Publication, by the party that it names; its content is a derivation's hash, or zero
    /// @param signers     those whom its seal points at
    function publish(NormId norm, Stance calldata publication, Signer[] calldata signers) external;

    /// @notice Records endorsements, oppositions, their withdrawals, further derivations, anchors and cancellations, of any
    /// parties.
    /// @param norm    a published norm
    /// @param stances at least one; each names its party
    /// @param signers those whom their seals point at
    function takeStances(NormId norm, Stance[] calldata stances, Signer[] calldata signers) external;

    /// @notice Records the same of one party on many norms.
    /// @param party   whose stances they are
    /// @param stances at least one; each names its norm
    /// @param signers those whom their seals point at
    function takeStancesOnMany(PartyId party, Stance[] calldata stances, Signer[] calldata signers) external;
}
