// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, NormId, PartyId} from "../ConsentTypes.sol";
import {IConsent} from "./IConsent.sol";

/// @title Published norms and the stances of parties on them.
interface INormRegistry is IConsent {
    error AlreadyPublished(NormId norm);
    error NotPublished(NormId norm);

    /// @notice Publishes a norm: its id is the hash of its clean text with its outcomes.
    /// @param publication an act of kind Publication whose content is the hash of a derivation, or zero
    function publish(NormId norm, Act calldata publication) external;

    /// @notice Records endorsements, oppositions, their withdrawals, and further derivations; one or many, of any party.
    function act(NormId norm, Act[] calldata acts) external;
}
