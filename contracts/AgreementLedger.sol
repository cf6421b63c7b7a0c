// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consent} from "./Consent.sol";
import {Act, ActKind, Admission, AgreementId, ConsentTypes, Holder, PartyId, Signer} from "./ConsentTypes.sol";
import {Founding, IAgreementLedger, Terms} from "./interfaces/IAgreementLedger.sol";
import {IPartyRegistry} from "./interfaces/IPartyRegistry.sol";

/// @title Agreements, the acts of treaty law on them, and others' stances.
/// @notice An agreement's founders are not stored: its id commits to them, and who acts brings the terms along.
contract AgreementLedger is Consent, IAgreementLedger {
    /// @notice Where accounts and powers are looked up.
    IPartyRegistry public immutable REGISTRY;

    /// @inheritdoc IAgreementLedger
    /// @dev Slot 3. Written by `sign` alone, and only for an agreement that is not signed by all at once.
    mapping(AgreementId agreement => uint256 count) public awaiting;

    /// @dev Slot 4. Which founders of an awaiting agreement have signed: one bit by the founder's place.
    mapping(AgreementId agreement => mapping(uint256 page => uint256 bits)) private _founded;

    /// @dev Slot 5. Whom a founder invited to accede. Written by `act` alone, never cleared.
    mapping(AgreementId agreement => mapping(PartyId party => bool invited)) private _invited;

    /// @dev By which a founder signs.
    uint256 private constant _FOUNDING =
        1 << uint256(ActKind.Signature) | 1 << uint256(ActKind.SignatureSubjectToRatification);

    /// @dev From Ratification to Succession, and Cancellation: a founder signs by `sign`; a later party accedes.
    uint256 private constant _PARTIES_ACTS =
        (2 << uint256(ActKind.Succession)) - (1 << uint256(ActKind.Ratification)) | 1 << uint256(ActKind.Cancellation);

    /// @dev What others may state on an agreement.
    uint256 private constant _STANCES = 1 << uint256(ActKind.Endorsement) | 1 << uint256(ActKind.Opposition) | 1
        << uint256(ActKind.Declaration) | 1 << uint256(ActKind.Withdrawal) | 1 << uint256(ActKind.Anchor) | 1
        << uint256(ActKind.Cancellation);

    /// @notice Every release has one registry of parties.
    /// @param registry the registry of the same release
    constructor(IPartyRegistry registry) {
        REGISTRY = registry;
    }

    /// @inheritdoc IAgreementLedger
    function sign(Terms calldata terms, Founding[] calldata signatures, Signer[] calldata signers)
        external
        returns (AgreementId agreement)
    {
        if (signatures.length == 0) revert Empty();
        agreement = idOf(terms);
        Batch memory batch;
        _open(batch, AgreementId.unwrap(agreement));
        bool opening = batch.commitment == 0;
        uint256 missing = opening ? _countFounders(terms.parties) : awaiting[agreement];
        if (missing == 0) revert AlreadyFounded(agreement);
        _checkOrder(signatures, terms.parties.length);
        // Signed by all at once, an agreement needs no memory of who signed: it never awaits anybody.
        bool atOnce = opening && signatures.length == missing;
        for (uint256 i = 0; i < signatures.length; ++i) {
            if (!atOnce && !_remember(agreement, signatures[i].stamp.number())) continue;
            _found(batch, i, terms, signatures[i], signers);
            --missing;
        }
        if (!atOnce) awaiting[agreement] = missing;
        _close(batch);
        emit Recorded(batch.subject, msg.data);
    }

    /// @inheritdoc IAgreementLedger
    function act(Terms calldata terms, Act[] calldata acts, Signer[] calldata signers) external {
        AgreementId agreement = idOf(terms);
        _checkHere(agreement, acts.length);
        Batch memory batch;
        _open(batch, AgreementId.unwrap(agreement));
        for (uint256 i = 0; i < acts.length; ++i) {
            Act calldata given = acts[i];
            ActKind kind = _kindAmong(i, given.stamp, _PARTIES_ACTS);
            _checkRight(terms, agreement, kind, given, i);
            _append(batch, batch.subject, i, kind, given, REGISTRY.holder(given.party), signers);
        }
        _close(batch);
        emit Recorded(batch.subject, msg.data);
    }

    /// @inheritdoc IAgreementLedger
    function takeStances(AgreementId agreement, Act[] calldata acts, Signer[] calldata signers) external {
        _checkHere(agreement, acts.length);
        Batch memory batch;
        _open(batch, stancesOn(agreement));
        for (uint256 i = 0; i < acts.length; ++i) {
            Act calldata given = acts[i];
            ActKind kind = _kindAmong(i, given.stamp, _STANCES);
            _append(batch, AgreementId.unwrap(agreement), i, kind, given, REGISTRY.holder(given.party), signers);
        }
        _close(batch);
        emit Recorded(batch.subject, msg.data);
    }

    /// @inheritdoc IAgreementLedger
    function idOf(Terms calldata terms) public pure returns (AgreementId) {
        return AgreementId.wrap(
            keccak256(
                abi.encode(terms.document, terms.clauses, keccak256(abi.encodePacked(terms.parties)), terms.admission)
            )
        );
    }

    /// @inheritdoc IAgreementLedger
    function stancesOn(AgreementId agreement) public pure returns (bytes32) {
        return keccak256(abi.encode("stances", agreement));
    }

    /// @dev Checks one founding signature and links it; the first of all enters the agreement into the register.
    function _found(
        Batch memory batch,
        uint256 index,
        Terms calldata terms,
        Founding calldata given,
        Signer[] calldata signers
    ) private {
        PartyId party = terms.parties[given.stamp.number()];
        Holder holder = REGISTRY.holder(party);
        address account = holder.account();
        if (account == address(0)) revert UnknownParty(index, party);
        ActKind kind = _kindAmong(index, given.stamp, _FOUNDING);
        _checkDeadline(index, party, given.stamp.deadline());
        if (given.seal.r == 0) account = _signerOf(index, party, holder, batch.subject, kind, given.seal.vs, signers);
        if (batch.commitment == 0) _enter(kind, batch.subject, party, account);
        bytes32 structHash =
            ConsentTypes.hashFounding(given.stamp, AgreementId.wrap(batch.subject), terms.document, party, account);
        _seal(batch, index, kind, party, account, structHash, given.seal, signers);
    }

    /// @dev Marks a founder as having signed; false if it had.
    function _remember(AgreementId agreement, uint256 founder) private returns (bool) {
        uint256 bit = uint256(1) << (founder & 0xff);
        uint256 bits = _founded[agreement][founder >> 8];
        if (bits & bit != 0) return false;
        _founded[agreement][founder >> 8] = bits | bit;
        return true;
    }

    /// @dev Who may act: its founders, and who may join. Whoever may join may record any act, in any order: a
    /// withdrawal that overtakes its accession must not be refused, or a relayer's order would decide what stands.
    function _checkRight(Terms calldata terms, AgreementId agreement, ActKind kind, Act calldata given, uint256 index)
        private
    {
        if (kind == ActKind.Invitation) {
            // By founders alone: a guest that never acceded must not open the door to others.
            if (!_isFounder(terms.parties, given.party)) revert NotAFounder(index, agreement, given.party);
            _invited[agreement][PartyId.wrap(given.refersTo)] = true;
        } else if (terms.admission != Admission.Open && !_isFounder(terms.parties, given.party)) {
            if (terms.admission == Admission.Closed) revert ClosedTo(index, agreement, given.party);
            if (!_invited[agreement][given.party]) revert NotInvited(index, agreement, given.party);
        }
    }

    /// @dev That acts can be recorded on it: at least one act, on an agreement that is here.
    function _checkHere(AgreementId agreement, uint256 count) private view {
        if (count == 0) revert Empty();
        if (word[AgreementId.unwrap(agreement)] == 0) revert UnknownAgreement(agreement);
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

    /// @dev Whether a party is among the founders.
    function _isFounder(PartyId[] calldata founders, PartyId party) private pure returns (bool) {
        for (uint256 i = 0; i < founders.length; ++i) {
            if (PartyId.unwrap(founders[i]) == PartyId.unwrap(party)) return true;
        }
        return false;
    }

    /// @dev That those who sign are founders, each at most once: they come in ascending order.
    function _checkOrder(Founding[] calldata signatures, uint256 founders) private pure {
        uint256 least = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            uint256 founder = signatures[i].stamp.number();
            if (founder >= founders) revert NoSuchFounder(i, founder, founders);
            if (founder < least) revert FoundersNotAscending(i, founder);
            least = founder + 1;
        }
    }

    /// @dev How many founders there are: at least two, each once, because their ids ascend.
    function _countFounders(PartyId[] calldata founders) private pure returns (uint256) {
        if (founders.length < 2) revert TooFewParties(founders.length);
        PartyId last = founders[0];
        for (uint256 i = 1; i < founders.length; ++i) {
            PartyId next = founders[i];
            if (PartyId.unwrap(next) <= PartyId.unwrap(last)) revert PartiesNotAscending(i, next);
            last = next;
        }
        return founders.length;
    }
}
