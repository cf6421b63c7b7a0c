// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consent} from "./Consent.sol";
import {Act, ActKind, NormId, PartyId} from "./ConsentTypes.sol";
import {INormRegistry} from "./interfaces/INormRegistry.sol";
import {Holder, IPartyRegistry} from "./interfaces/IPartyRegistry.sol";

/// @title Published norms and the stances of parties on them.
/// @notice Keeps no counts: a count is what a reader makes of the acts.
contract NormRegistry is Consent, INormRegistry {
    /// @notice Where accounts are looked up.
    IPartyRegistry public immutable REGISTRY;

    /// @notice Every release has one registry of parties.
    /// @param registry the registry of the same release
    constructor(IPartyRegistry registry) {
        REGISTRY = registry;
    }

    /// @inheritdoc INormRegistry
    function publish(NormId norm, Act calldata publication) external {
        bytes32 subject = NormId.unwrap(norm);
        if (word[subject] != 0) revert AlreadyPublished(norm);
        if (publication.kind != ActKind.Publication) revert KindNotHere(0, publication.kind);
        PartyId[] memory publisher = new PartyId[](1);
        publisher[0] = publication.party;
        Holder memory holder = REGISTRY.holders(publisher)[0];
        if (holder.account == address(0)) revert UnknownParty(0, publication.party);
        word[subject] = _append(0, subject, publication, 0, holder.account, holder.ordinal);
        _enter(ActKind.Publication, subject, publication.party, holder.account);
    }

    /// @inheritdoc INormRegistry
    function act(NormId norm, Act[] calldata acts) external {
        if (acts.length == 0) revert Empty();
        bytes32 subject = NormId.unwrap(norm);
        bytes32 commitment = word[subject];
        if (commitment == 0) revert NotPublished(norm);
        PartyId[] memory actors = new PartyId[](acts.length);
        for (uint256 i = 0; i < acts.length; ++i) {
            actors[i] = acts[i].party;
        }
        Holder[] memory found = REGISTRY.holders(actors);
        for (uint256 i = 0; i < acts.length; ++i) {
            ActKind kind = acts[i].kind;
            if (
                kind != ActKind.Endorsement && kind != ActKind.Opposition && kind != ActKind.Withdrawal
                    && kind != ActKind.Derivation
            ) revert KindNotHere(i, kind);
            if (found[i].account == address(0)) revert UnknownParty(i, acts[i].party);
            commitment = _append(commitment, subject, acts[i], i, found[i].account, found[i].ordinal);
        }
        word[subject] = commitment;
    }
}
