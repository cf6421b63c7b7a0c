// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consent} from "./Consent.sol";
import {ActKind, ConsentTypes, Holder, NormId, PartyId, Signer, Stance} from "./ConsentTypes.sol";
import {INormRegistry} from "./interfaces/INormRegistry.sol";
import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";

/// @title Published norms and the stances of parties on them.
/// @notice Endorsing is free to every registered party; whose endorsement matters is the reader's choice.
contract NormRegistry is Consent, INormRegistry {
    /// @notice Where accounts and powers are looked up.
    IPartyRegistry public immutable REGISTRY;

    /// @dev What may be stated on a norm once it is published.
    uint256 private constant _STANCES = 1 << uint256(ActKind.Endorsement) | 1 << uint256(ActKind.Opposition) | 1
        << uint256(ActKind.Withdrawal) | 1 << uint256(ActKind.Derivation) | 1 << uint256(ActKind.Anchor) | 1
        << uint256(ActKind.Cancellation);

    /// @notice Every release has one registry of parties.
    /// @param registry the registry of the same release
    constructor(IPartyRegistry registry) {
        REGISTRY = registry;
    }

    /// @inheritdoc INormRegistry
    function publish(NormId norm, Stance calldata publication, Signer[] calldata signers) external {
        Batch memory batch;
        _open(batch, NormId.unwrap(norm));
        if (batch.commitment != 0) revert AlreadyPublished(norm);
        PartyId publisher = PartyId.wrap(publication.partyOrNorm);
        Holder holder = REGISTRY.holder(publisher);
        address account = _take(batch, 0, 1 << uint256(ActKind.Publication), publisher, publication, holder, signers);
        _close(batch);
        _enter(ActKind.Publication, batch.subject, publisher, account);
        emit Recorded(batch.subject, msg.data);
    }

    /// @inheritdoc INormRegistry
    function takeStances(NormId norm, Stance[] calldata stances, Signer[] calldata signers) external {
        if (stances.length == 0) revert Empty();
        Batch memory batch;
        _open(batch, NormId.unwrap(norm));
        if (batch.commitment == 0) revert NotPublished(0, norm);
        for (uint256 i = 0; i < stances.length; ++i) {
            Stance calldata stance = stances[i];
            PartyId party = PartyId.wrap(stance.partyOrNorm);
            _take(batch, i, _STANCES, party, stance, REGISTRY.holder(party), signers);
        }
        _close(batch);
        emit Recorded(batch.subject, msg.data);
    }

    /// @inheritdoc INormRegistry
    function takeStancesOnMany(PartyId party, Stance[] calldata stances, Signer[] calldata signers) external {
        if (stances.length == 0) revert Empty();
        Holder holder = REGISTRY.holder(party);
        Batch memory batch;
        for (uint256 i = 0; i < stances.length; ++i) {
            Stance calldata stance = stances[i];
            _open(batch, stance.partyOrNorm);
            if (batch.commitment == 0) revert NotPublished(i, NormId.wrap(batch.subject));
            _take(batch, i, _STANCES, party, stance, holder, signers);
            _close(batch);
        }
        emit Recorded(PartyId.unwrap(party), msg.data);
    }

    /// @dev Checks one statement on the batch's norm, uses its number and links it; gives the account that signed it.
    function _take(
        Batch memory batch,
        uint256 index,
        uint256 allowed,
        PartyId party,
        Stance calldata stance,
        Holder holder,
        Signer[] calldata signers
    ) private returns (address account) {
        ActKind kind = _kindAmong(index, stance.stamp, allowed);
        _checkTurn(batch, index, party, stance.stamp, holder);
        account = holder.account();
        if (stance.seal.r == 0) {
            account = _signerOf(index, party, holder, batch.subject, kind, stance.seal.vs, signers);
        }
        bytes32 structHash =
            ConsentTypes.hashStance(kind, stance.stamp, NormId.wrap(batch.subject), stance.content, party, account);
        _seal(batch, index, kind, party, account, structHash, stance.seal, signers);
    }

    /// @dev As the registry says.
    function _isEmpowered(PartyId party, address account, bytes32 scope, ActKind kind)
        internal
        view
        override
        returns (bool)
    {
        return REGISTRY.isEmpowered(party, account, scope, kind);
    }
}
