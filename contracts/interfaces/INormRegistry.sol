// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, NormId} from "../ConsentTypes.sol";
import {IConsent} from "./IConsent.sol";

/// @title Published norms and the stances of parties on them.
/// @notice A norm's word begins with its publication and holds every stance that was ever taken on it.
interface INormRegistry is IConsent {
    error AlreadyPublished(NormId norm);
    error NotPublished(NormId norm);

    /// @notice Publishes a norm: its id is the hash of its clean text with its outcomes.
    /// @param norm        its id
    /// @param publication an act of kind Publication whose content is the hash of a derivation, or zero
    function publish(NormId norm, Act calldata publication) external;

    /// @notice Records endorsements, oppositions, their withdrawals, and further derivations; one or many, of any
    /// parties.
    /// @param norm a published norm
    /// @param acts at least one
    function act(NormId norm, Act[] calldata acts) external;
}
