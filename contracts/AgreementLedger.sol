// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consent} from "./Consent.sol";
import {Act, ActKind, Admission, AgreementId, ConsentTypes, PartyId} from "./ConsentTypes.sol";
import {Founding, IAgreementLedger, Terms} from "./interfaces/IAgreementLedger.sol";
import {Holder, IPartyRegistry} from "./interfaces/IPartyRegistry.sol";

/// @title Agreements and the acts of treaty law on them.
/// @notice An agreement's founders are not stored: its id commits to them, and who acts brings the terms along.
contract AgreementLedger is Consent, IAgreementLedger {
    /// @notice Where accounts are looked up.
    IPartyRegistry public immutable REGISTRY;

    /// @inheritdoc IAgreementLedger
    /// @dev Slot 3. Written by `sign` alone, and only for an agreement that is not signed by all at once.
    mapping(AgreementId agreement => uint256 count) public awaiting;

    /// @dev Slot 4. Which founders of an awaiting agreement have signed: one bit by the founder's place.
    mapping(AgreementId agreement => mapping(uint256 page => uint256 bits)) private _founded;

    /// @dev Slot 5. Whom a party invited to accede. Written by `act` alone, never cleared.
    mapping(AgreementId agreement => mapping(PartyId party => bool invited)) private _invited;

    /// @notice Every release has one registry of parties.
    /// @param registry the registry of the same release
    constructor(IPartyRegistry registry) {
        REGISTRY = registry;
    }

    /// @inheritdoc IAgreementLedger
    function sign(Terms calldata terms, Founding[] calldata signatures) external returns (AgreementId agreement) {
        if (signatures.length == 0) revert Empty();
        agreement = idOf(terms);
        bytes32 commitment = word[AgreementId.unwrap(agreement)];
        bool opening = commitment == 0;
        uint256 missing = awaiting[agreement];
        if (opening) {
            _checkFounders(terms.parties);
            missing = terms.parties.length;
            emit AgreementOpened(agreement, terms.document, terms.clauses, terms.parties, terms.admission);
        } else if (missing == 0) {
            revert AlreadyFounded(agreement);
        }
        // Signed by all at once, an agreement needs no memory of who signed: it never awaits anybody.
        bool atOnce = opening && signatures.length == missing;
        Holder[] memory signers = REGISTRY.holders(_signing(terms.parties, signatures));
        for (uint256 i = 0; i < signatures.length; ++i) {
            if (!atOnce && !_remember(agreement, signatures[i].founder)) continue;
            commitment = _found(commitment, agreement, terms, i, signatures[i], signers[i].account);
            --missing;
        }
        if (opening) {
            PartyId first = terms.parties[signatures[0].founder];
            _enter(signatures[0].kind, AgreementId.unwrap(agreement), first, signers[0].account);
        }
        if (!atOnce) awaiting[agreement] = missing;
        word[AgreementId.unwrap(agreement)] = commitment;
    }

    /// @inheritdoc IAgreementLedger
    function act(Terms calldata terms, Act[] calldata acts) external {
        if (acts.length == 0) revert Empty();
        AgreementId agreement = idOf(terms);
        bytes32 subject = AgreementId.unwrap(agreement);
        bytes32 commitment = word[subject];
        if (commitment == 0) revert UnknownAgreement(agreement);
        PartyId[] memory actors = new PartyId[](acts.length);
        for (uint256 i = 0; i < acts.length; ++i) {
            actors[i] = acts[i].party;
        }
        Holder[] memory found = REGISTRY.holders(actors);
        for (uint256 i = 0; i < acts.length; ++i) {
            if (found[i].account == address(0)) revert UnknownParty(i, acts[i].party);
            _checkRight(terms, agreement, acts[i], i);
            commitment = _append(commitment, subject, acts[i], i, found[i].account, found[i].ordinal);
        }
        word[subject] = commitment;
    }

    /// @inheritdoc IAgreementLedger
    function idOf(Terms calldata terms) public pure returns (AgreementId) {
        return AgreementId.wrap(
            keccak256(
                abi.encode(terms.document, terms.clauses, keccak256(abi.encodePacked(terms.parties)), terms.admission)
            )
        );
    }

    /// @dev Checks one founding signature, and gives the agreement's next word.
    function _found(
        bytes32 previous,
        AgreementId agreement,
        Terms calldata terms,
        uint256 index,
        Founding calldata given,
        address account
    ) private returns (bytes32) {
        PartyId party = terms.parties[given.founder];
        if (account == address(0)) revert UnknownParty(index, party);
        if (given.kind != ActKind.Signature && given.kind != ActKind.SignatureSubjectToRatification) {
            revert NotAFoundingSignature(index, given.kind);
        }
        _checkDeadline(index, party, given.deadline);
        bytes32 digest =
            _digest(ConsentTypes.hashFounding(given.kind, agreement, terms.document, party, account, given.deadline));
        _checkSigner(index, party, account, digest, given.signature);
        emit ActRecorded(
            AgreementId.unwrap(agreement),
            party,
            given.kind,
            0,
            0,
            terms.document,
            account,
            0,
            given.deadline,
            given.signature
        );
        return _link(previous, given.kind, digest, party, account);
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
    function _checkRight(Terms calldata terms, AgreementId agreement, Act calldata given, uint256 index) private {
        ActKind kind = given.kind;
        // A founder signs by `sign`, with number zero; a later party consents by accession.
        if (kind < ActKind.Ratification || kind > ActKind.Succession) revert KindNotHere(index, kind);
        if (terms.admission != Admission.Open && !_isFounder(terms.parties, given.party)) {
            if (terms.admission == Admission.Closed) revert ClosedTo(index, agreement, given.party);
            if (!_invited[agreement][given.party]) revert NotInvited(index, agreement, given.party);
        }
        if (kind == ActKind.Invitation) _invited[agreement][PartyId.wrap(given.refersTo)] = true;
    }

    /// @dev Whether a party is among the founders.
    function _isFounder(PartyId[] calldata founders, PartyId party) private pure returns (bool) {
        for (uint256 i = 0; i < founders.length; ++i) {
            if (PartyId.unwrap(founders[i]) == PartyId.unwrap(party)) return true;
        }
        return false;
    }

    /// @dev Those founders who sign in this call; each at most once, because they come in ascending order.
    function _signing(PartyId[] calldata founders, Founding[] calldata signatures)
        private
        pure
        returns (PartyId[] memory signing)
    {
        signing = new PartyId[](signatures.length);
        for (uint256 i = 0; i < signatures.length; ++i) {
            uint256 founder = signatures[i].founder;
            if (founder >= founders.length) revert NoSuchFounder(i, founder, founders.length);
            if (i > 0 && founder <= signatures[i - 1].founder) revert FoundersNotAscending(i, founder);
            signing[i] = founders[founder];
        }
    }

    /// @dev At least two founders, each once: their ids ascend.
    function _checkFounders(PartyId[] calldata founders) private pure {
        if (founders.length < 2) revert TooFewParties(founders.length);
        for (uint256 i = 1; i < founders.length; ++i) {
            if (PartyId.unwrap(founders[i]) <= PartyId.unwrap(founders[i - 1])) {
                revert PartiesNotAscending(i, founders[i]);
            }
        }
    }
}
