// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Admission, AgreementId, PartyId, Seal, Signer} from "../../contracts/ConsentTypes.sol";
import {Founding, IAgreementLedger, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {Actor, Fixture} from "./Fixture.sol";

/// @notice The cases of AgreementLedger.tree, in its order.
contract AgreementLedgerTest is Fixture {
    Actor[] private _founders;
    Actor private _stranger;

    function setUp() public override {
        super.setUp();
        Actor[] memory founders = people(3, 1);
        for (uint256 i = 0; i < 3; ++i) {
            _founders.push(founders[i]);
        }
        _stranger = person(99);
        later();
    }

    // ---------------------------------------------------------------- sign, refused

    function test_founding_without_signatures_is_refused() public {
        refuses(address(ledger), signing(_terms(), new Founding[](0)), empty());
    }

    function test_agreement_of_fewer_than_two_is_refused() public {
        Terms memory terms = _terms();
        terms.parties = one(_founders[0].party);
        refuses(
            address(ledger),
            signing(terms, one(founding(_founders[0], terms, 0))),
            abi.encodeWithSelector(IAgreementLedger.TooFewParties.selector, 1)
        );
        terms.parties = new PartyId[](0);
        refuses(
            address(ledger),
            signing(terms, one(founding(_founders[0], terms, 0))),
            abi.encodeWithSelector(IAgreementLedger.TooFewParties.selector, 0)
        );
    }

    function test_founders_who_do_not_ascend_are_refused() public {
        Terms memory terms = _terms();
        terms.parties[2] = terms.parties[1];
        refuses(
            address(ledger),
            signing(terms, one(founding(_founders[0], terms, 0))),
            abi.encodeWithSelector(IAgreementLedger.PartiesNotAscending.selector, 2, terms.parties[2])
        );
        terms = _terms();
        (terms.parties[0], terms.parties[1]) = (terms.parties[1], terms.parties[0]);
        refuses(
            address(ledger),
            signing(terms, one(founding(_founders[1], terms, 0))),
            abi.encodeWithSelector(IAgreementLedger.PartiesNotAscending.selector, 1, terms.parties[1])
        );
    }

    function test_signature_in_a_place_that_nobody_has_is_refused() public {
        Terms memory terms = _terms();
        Founding[] memory signatures = all(_founders, terms);
        signatures[2].stamp = stamp(ActKind.Signature, 3, 0);
        refuses(
            address(ledger),
            signing(terms, signatures),
            abi.encodeWithSelector(IAgreementLedger.NoSuchFounder.selector, 2, 3, 3)
        );
        signatures[2].stamp = stamp(ActKind.Signature, type(uint64).max, 0);
        refuses(
            address(ledger),
            signing(terms, signatures),
            abi.encodeWithSelector(IAgreementLedger.NoSuchFounder.selector, 2, type(uint64).max, 3)
        );
    }

    function test_founder_twice_or_falling_is_refused() public {
        Terms memory terms = _terms();
        Founding[] memory signatures = all(_founders, terms);
        signatures[2] = signatures[1];
        refuses(
            address(ledger),
            signing(terms, signatures),
            abi.encodeWithSelector(IAgreementLedger.FoundersNotAscending.selector, 2, 1)
        );
        signatures[2] = signatures[0];
        refuses(
            address(ledger),
            signing(terms, signatures),
            abi.encodeWithSelector(IAgreementLedger.FoundersNotAscending.selector, 2, 0)
        );
        Founding[] memory twice = new Founding[](2);
        (twice[0], twice[1]) = (signatures[1], signatures[1]);
        refuses(
            address(ledger),
            signing(terms, twice),
            abi.encodeWithSelector(IAgreementLedger.FoundersNotAscending.selector, 1, 1)
        );
    }

    function test_founding_of_any_other_kind_is_refused() public {
        Terms memory terms = _terms();
        for (uint256 kind = 0; kind <= uint256(type(ActKind).max); ++kind) {
            if (kind == uint256(ActKind.Signature) || kind == uint256(ActKind.SignatureSubjectToRatification)) {
                continue;
            }
            refuses(
                address(ledger),
                signing(terms, one(founding(_founders[1], terms, 1, ActKind(kind), 0))),
                kindNotHere(0, kind)
            );
        }
    }

    function test_founder_who_is_not_registered_is_refused() public {
        Terms memory terms = _terms();
        terms.parties[2] = PartyId.wrap(bytes32(type(uint256).max));
        Founding[] memory signatures = all(_founders, terms);
        refuses(address(ledger), signing(terms, signatures), unknownParty(2, terms.parties[2]));
    }

    function test_founding_after_its_deadline_is_refused() public {
        Terms memory terms = _terms();
        uint64 deadline = uint64(block.timestamp - 1);
        refuses(
            address(ledger),
            signing(terms, one(founding(_founders[0], terms, 0, ActKind.Signature, deadline))),
            expired(0, _founders[0].party, deadline)
        );
    }

    function test_founding_with_malformed_signature_is_refused() public {
        Terms memory terms = _terms();
        Founding[] memory signatures = all(_founders, terms);
        Seal memory good = signatures[2].seal;
        bytes32 digest = foundingDigest(_founders[2], terms, ActKind.Signature, 0);
        for (uint256 flaw = 0; flaw < SEAL_FLAWS; ++flaw) {
            signatures[2].seal = spoilSeal(good, flaw);
            address recovered = recoverSeal(digest, signatures[2].seal);
            vm.assertTrue((recovered == address(0)) == (flaw > 0), "the case is another");
            refuses(
                address(ledger),
                signing(terms, signatures),
                wrongSigner(2, _founders[2].party, _founders[2].account, recovered)
            );
        }
        vm.assertEq(ledger.word(idFor(terms)), 0, "nothing recorded");
        vm.assertEq(ledger.register(), 0, "nothing registered");
    }

    function test_founding_signed_for_something_else_is_refused() public {
        for (uint256 field = 0; field < 10; ++field) {
            Terms memory other = _terms();
            Actor memory founder = _founders[0];
            (ActKind kind, uint64 deadline) = (ActKind.Signature, 0);
            bytes32 domain = separator("1", block.chainid, address(ledger));
            if (field == 0) other.document = keccak256("another document");
            else if (field == 1) other.clauses = keccak256("other clauses");
            else if (field == 2) other.parties[2] = PartyId.wrap(bytes32(type(uint256).max));
            else if (field == 3) other.admission = Admission.Open;
            else if (field == 4) kind = ActKind.SignatureSubjectToRatification;
            else if (field == 5) deadline = uint64(block.timestamp);
            else if (field == 6) founder.party = _founders[1].party;
            else if (field == 7) founder.account = _founders[1].account;
            else if (field == 8) domain = separator("1", block.chainid + 1, address(ledger));
            else domain = separator("1", block.chainid, address(norms));
            bytes32 hash = foundingHash(kind, idFor(other), other.document, founder.party, founder.account, deadline);
            _refusesFounding(seal(founder.key, digestUnder(domain, hash)));
        }
    }

    /// @dev The first founder's signature with this seal.
    function _refusesFounding(Seal memory given) private {
        Terms memory terms = _terms();
        address recovered = recoverSeal(foundingDigest(_founders[0], terms, ActKind.Signature, 0), given);
        vm.assertTrue(recovered != _founders[0].account, "the case is none");
        refuses(
            address(ledger),
            signing(terms, one(Founding(stamp(ActKind.Signature, 0, 0), given))),
            wrongSigner(0, _founders[0].party, _founders[0].account, recovered)
        );
    }

    function test_founding_by_a_signer_who_is_not_there_is_refused() public {
        Terms memory terms = _terms();
        Founding[] memory signatures = all(_founders, terms);
        signatures[1].seal = beside(0);
        refuses(address(ledger), signing(terms, signatures), noSuchSigner(1, 0, 0));
        signatures[1].seal = beside(1);
        Signer[] memory signers = one(Signer(_founders[1].account, ""));
        refuses(address(ledger), signing(terms, signatures, signers), noSuchSigner(1, 1, 1));
    }

    function test_agreement_recorded_at_once_cannot_be_founded_again() public {
        Terms memory terms = _terms();
        takes(address(ledger), signing(terms, all(_founders, terms)), 3);
        refuses(address(ledger), signing(terms, all(_founders, terms)), _alreadyFounded(terms));
        refuses(address(ledger), signing(terms, one(founding(_founders[1], terms, 1))), _alreadyFounded(terms));
    }

    function test_agreement_whose_last_founder_signed_cannot_be_founded_again() public {
        Terms memory terms = _terms();
        for (uint256 i = 0; i < 3; ++i) {
            ledger.sign(terms, one(founding(_founders[i], terms, i)), none());
        }
        agree(3);
        refuses(address(ledger), signing(terms, one(founding(_founders[0], terms, 0))), _alreadyFounded(terms));
        refuses(
            address(ledger),
            signing(terms, one(founding(_founders[0], terms, 0, ActKind.SignatureSubjectToRatification, 0))),
            _alreadyFounded(terms)
        );
    }

    // ---------------------------------------------------------------- sign, recorded

    function test_bilateral_is_recorded_at_once() public {
        Actor[] memory pair = people(2, 50);
        Terms memory terms = termsOf(pair, Admission.Closed);
        agree(2);
        bytes memory answer = takes(address(ledger), signing(terms, all(pair, terms)), 2);
        AgreementId agreement = abi.decode(answer, (AgreementId));
        vm.assertEq(unwrap(agreement), idFor(terms), "id");
        vm.assertEq(stranger.links(address(ledger), idFor(terms)), 2, "links");
        vm.assertEq(stranger.entries(address(ledger)).length, 1, "entries");
        vm.assertEq(ledger.awaiting(agreement), 0, "awaiting");
        vm.assertEq(vm.load(address(ledger), _foundedSlot(terms, 0)), 0, "no memory");
    }

    function test_agreement_of_ten_is_recorded_at_once() public {
        Actor[] memory ten = people(10, 50);
        Terms memory terms = termsOf(ten, Admission.Open);
        agree(10);
        takes(address(ledger), signing(terms, all(ten, terms)), 10);
        vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 0, "awaiting");
    }

    function test_agreement_is_signed_one_by_one_in_any_order() public {
        uint8[3][6] memory orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        for (uint256 i = 0; i < 6; ++i) {
            Terms memory terms = _terms();
            terms.document = bytes32(i);
            for (uint256 turn = 0; turn < 3; ++turn) {
                later();
                uint256 founder = orders[i][turn];
                ledger.sign(terms, one(founding(_founders[founder], terms, founder)), none());
                agree(1);
                vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 2 - turn, "awaiting");
            }
            vm.assertEq(uint256(vm.load(address(ledger), _foundedSlot(terms, 0))), 7, "who signed");
        }
        vm.assertEq(stranger.entries(address(ledger)).length, 6, "entries");
    }

    function test_agreement_is_signed_in_two_parts() public {
        Terms memory terms = _terms();
        ledger.sign(terms, one(founding(_founders[1], terms, 1)), none());
        later();
        Founding[] memory rest = new Founding[](2);
        (rest[0], rest[1]) = (founding(_founders[0], terms, 0), founding(_founders[2], terms, 2));
        ledger.sign(terms, rest, none());
        agree(2);
        vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 0, "awaiting");
    }

    function test_founder_who_signed_already_is_passed_over() public {
        Terms memory terms = _terms();
        ledger.sign(terms, one(founding(_founders[1], terms, 1, ActKind.SignatureSubjectToRatification, 0)), none());
        later();
        Founding[] memory signatures = all(_founders, terms);
        signatures[1].seal = Seal("rubbish", "rubbish");
        ledger.sign(terms, signatures, none());
        agree(2);
        vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 0, "awaiting");
    }

    function test_nothing_changes_if_all_are_passed_over() public {
        Terms memory terms = _terms();
        ledger.sign(terms, one(founding(_founders[1], terms, 1)), none());
        later();
        ledger.sign(terms, one(founding(_founders[1], terms, 1, ActKind.SignatureSubjectToRatification, 0)), none());
        agree(0);
        vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 2, "awaiting");
    }

    function test_founder_may_sign_subject_to_ratification() public {
        Terms memory terms = _terms();
        Founding[] memory signatures = all(_founders, terms);
        signatures[0] = founding(_founders[0], terms, 0, ActKind.SignatureSubjectToRatification, 0);
        ledger.sign(terms, signatures, none());
        agree(3);
    }

    function test_founder_not_registered_yet_hinders_nobody() public {
        Terms memory terms = _terms();
        terms.parties[2] = PartyId.wrap(bytes32(type(uint256).max));
        ledger.sign(terms, one(founding(_founders[0], terms, 0)), none());
        ledger.sign(terms, one(founding(_founders[1], terms, 1)), none());
        agree(2);
        vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 1, "awaiting");
    }

    function test_founders_256_places_apart_have_bits_of_their_own() public {
        // Two registered founders at places 1 and 257, among invented ones whose ids lie below, between and above.
        uint256 low = uint256(PartyId.unwrap(_founders[0].party));
        uint256 high = uint256(PartyId.unwrap(_founders[1].party));
        Terms memory terms = Terms("document", "clauses", new PartyId[](258), Admission.Closed);
        terms.parties[0] = PartyId.wrap(bytes32(low - 1));
        for (uint256 i = 1; i < 257; ++i) {
            terms.parties[i] = PartyId.wrap(bytes32(low + i - 1));
        }
        terms.parties[257] = PartyId.wrap(bytes32(high));
        ledger.sign(terms, one(founding(_founders[0], terms, 1)), none());
        ledger.sign(terms, one(founding(_founders[1], terms, 257)), none());
        agree(2);
        vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 256, "awaiting");
        vm.assertEq(uint256(vm.load(address(ledger), _foundedSlot(terms, 0))), 2, "first page");
        vm.assertEq(uint256(vm.load(address(ledger), _foundedSlot(terms, 1))), 2, "second page");
    }

    function test_founder_may_sign_beside() public {
        Terms memory terms = _terms();
        Founding[] memory signatures = all(_founders, terms);
        signatures[1].seal = beside(0);
        signatures[2].seal = beside(1);
        Signer[] memory signers = new Signer[](2);
        signers[0] = by(_founders[1], foundingDigest(_founders[1], terms, ActKind.Signature, 0));
        signers[1] = by(_founders[2], foundingDigest(_founders[2], terms, ActKind.Signature, 0));
        takes(address(ledger), signing(terms, signatures, signers), 3);
    }

    function test_founding_is_recorded_at_its_last_second_for_whoever_calls() public {
        Terms memory terms = _terms();
        Founding memory made = founding(_founders[0], terms, 0, ActKind.Signature, uint64(block.timestamp));
        vm.prank(address(0xbad));
        ledger.sign(terms, one(made), none());
        agree(1);
    }

    // ---------------------------------------------------------------- act, refused

    function test_acting_without_acts_is_refused() public {
        refuses(address(ledger), acting(_open(), new Act[](0)), empty());
    }

    function test_act_on_an_agreement_that_nobody_opened_is_refused() public {
        Terms memory terms = _terms();
        refuses(
            address(ledger),
            acting(terms, one(_act(_founders[0], terms, ActKind.Ratification, 1))),
            abi.encodeWithSelector(IAgreementLedger.UnknownAgreement.selector, idFor(terms))
        );
    }

    function test_act_of_any_other_kind_is_refused() public {
        Terms memory terms = _open();
        for (uint256 kind = 0; kind <= uint256(type(ActKind).max); ++kind) {
            if (isTreatyAct(ActKind(kind))) continue;
            refuses(
                address(ledger), acting(terms, one(_act(_founders[0], terms, ActKind(kind), 1))), kindNotHere(0, kind)
            );
        }
        Act memory made = drawn(_founders[0].party, ActKind.None, 1);
        made.stamp = stampOf(32, 1, 0);
        refuses(address(ledger), acting(terms, one(made)), kindNotHere(0, 32));
        made.stamp = stampOf(256 + uint256(ActKind.Ratification), 1, 0);
        refuses(address(ledger), acting(terms, one(made)), kindNotHere(0, 256 + uint256(ActKind.Ratification)));
    }

    function test_act_of_a_party_that_is_not_registered_is_refused() public {
        Actor memory nobody = Actor(5, vm.addr(5), PartyId.wrap(bytes32(type(uint256).max)), 0);
        Terms memory terms = _founded(Admission.Open);
        bytes memory expected = unknownParty(0, nobody.party);
        refuses(address(ledger), acting(terms, one(_act(nobody, terms, ActKind.Accession, 1))), expected);
        terms = _terms();
        terms.parties[2] = nobody.party;
        takes(address(ledger), signing(terms, one(founding(_founders[0], terms, 0))), 1);
        refuses(address(ledger), acting(terms, one(_act(nobody, terms, ActKind.Declaration, 1))), expected);
    }

    function test_closed_agreement_takes_no_act_of_others() public {
        Terms memory terms = _founded(Admission.Closed);
        bytes memory expected =
            abi.encodeWithSelector(IAgreementLedger.ClosedTo.selector, 0, idFor(terms), _stranger.party);
        Act[] memory acts = one(_act(_stranger, terms, ActKind.Accession, 1));
        refuses(address(ledger), acting(terms, acts), expected);
        ledger.act(terms, one(_invitation(_founders[0], terms, _stranger.party, 1)), none());
        agree(1);
        refuses(address(ledger), acting(terms, acts), expected);
    }

    function test_agreement_by_invitation_takes_no_act_of_the_uninvited() public {
        Terms memory terms = _founded(Admission.Invitation);
        Terms memory other = _terms();
        other.admission = Admission.Invitation;
        other.document = "another";
        ledger.sign(other, all(_founders, other), none());
        ledger.act(other, one(_invitation(_founders[0], other, _stranger.party, 1)), none());
        agree(4);
        refuses(
            address(ledger),
            acting(terms, one(_act(_stranger, terms, ActKind.Accession, 1))),
            abi.encodeWithSelector(IAgreementLedger.NotInvited.selector, 0, idFor(terms), _stranger.party)
        );
    }

    function test_an_invitation_with_a_wrong_signature_invites_nobody() public {
        Terms memory terms = _founded(Admission.Invitation);
        Act memory invitation = _invitation(_founders[0], terms, _stranger.party, 1);
        invitation.seal = spoilSeal(invitation.seal, 2);
        refuses(
            address(ledger),
            acting(terms, two(invitation, _act(_stranger, terms, ActKind.Accession, 1))),
            wrongSigner(0, _founders[0].party, _founders[0].account, address(0))
        );
        refuses(
            address(ledger),
            acting(terms, one(_act(_stranger, terms, ActKind.Accession, 1))),
            abi.encodeWithSelector(IAgreementLedger.NotInvited.selector, 0, idFor(terms), _stranger.party)
        );
    }

    function test_invitation_by_anybody_but_a_founder_is_refused() public {
        Actor memory guest = person(98);
        Terms memory terms = _founded(Admission.Invitation);
        takes(address(ledger), acting(terms, one(_invitation(_founders[0], terms, guest.party, 1))), 1);
        bytes memory expected =
            abi.encodeWithSelector(IAgreementLedger.NotAFounder.selector, 0, idFor(terms), guest.party);
        refuses(address(ledger), acting(terms, one(_invitation(guest, terms, _stranger.party, 1))), expected);
        terms = _founded(Admission.Open);
        expected = abi.encodeWithSelector(IAgreementLedger.NotAFounder.selector, 0, idFor(terms), guest.party);
        refuses(address(ledger), acting(terms, one(_invitation(guest, terms, _stranger.party, 1))), expected);
        takes(address(ledger), acting(terms, one(_invitation(_founders[2], terms, guest.party, 1))), 1);
    }

    function test_act_with_number_zero_is_refused() public {
        Terms memory terms = _open();
        refuses(
            address(ledger),
            acting(terms, one(_act(_founders[0], terms, ActKind.Objection, 0))),
            numberZero(0, _founders[0].party)
        );
    }

    function test_act_with_number_beyond_time_is_refused() public {
        Terms memory terms = _open();
        uint64 number = uint64(block.timestamp + 1);
        Act[] memory acts = one(_act(_founders[0], terms, ActKind.Objection, number));
        refuses(address(ledger), acting(terms, acts), numberBeyond(0, _founders[0].party, number));
        vm.warp(number);
        ledger.act(terms, acts, none());
        agree(1);
    }

    function test_act_with_used_number_is_refused() public {
        Terms memory terms = _open();
        Act memory made = _act(_founders[0], terms, ActKind.Objection, 1);
        Act memory other = _act(_founders[0], terms, ActKind.Withdrawal, 1);
        ledger.act(terms, one(made), none());
        agree(1);
        later();
        refuses(address(ledger), acting(terms, one(made)), numberUsed(0, made.party, 1));
        refuses(address(ledger), acting(terms, one(other)), numberUsed(0, made.party, 1));
        made = _act(_founders[0], terms, ActKind.Objection, 2);
        refuses(address(ledger), acting(terms, two(made, made)), numberUsed(1, made.party, 2));
    }

    function test_act_after_its_deadline_is_refused() public {
        Terms memory terms = _open();
        Act memory made = _act(_founders[0], terms, ActKind.Ratification, 1);
        uint64 deadline = uint64(block.timestamp + 1);
        made.stamp = stamp(ActKind.Ratification, 1, deadline);
        signAct(_founders[0], address(ledger), idFor(terms), made);
        vm.warp(deadline + 1);
        refuses(address(ledger), acting(terms, one(made)), expired(0, made.party, deadline));
        vm.warp(deadline);
        ledger.act(terms, one(made), none());
        agree(1);
    }

    function test_act_with_malformed_signature_is_refused() public {
        Terms memory terms = _open();
        Act memory made = _act(_founders[0], terms, ActKind.Ratification, 1);
        Seal memory good = made.seal;
        bytes32 digest = digestAt(address(ledger), actHash(idFor(terms), made, _founders[0].account));
        for (uint256 flaw = 0; flaw < SEAL_FLAWS; ++flaw) {
            made.seal = spoilSeal(good, flaw);
            address recovered = recoverSeal(digest, made.seal);
            refuses(
                address(ledger), acting(terms, one(made)), wrongSigner(0, made.party, _founders[0].account, recovered)
            );
        }
    }

    function test_act_by_a_signer_who_is_not_there_is_refused() public {
        Terms memory terms = _open();
        Act memory made = _act(_founders[0], terms, ActKind.Ratification, 1);
        made.seal = beside(2);
        refuses(address(ledger), acting(terms, one(made)), noSuchSigner(0, 2, 0));
        refuses(address(ledger), acting(terms, one(made), one(Signer(_founders[0].account, ""))), noSuchSigner(0, 2, 1));
    }

    function test_act_signed_for_something_else_is_refused() public {
        Terms memory terms = _open();
        for (uint256 field = 0; field < 12; ++field) {
            Actor memory actor = _founders[0];
            bytes32 subject = idFor(terms);
            bytes32 domain = separator("1", block.chainid, address(ledger));
            Act memory made = _act(actor, terms, ActKind.Acceptance, 1);
            if (field == 0) subject = keccak256("another agreement");
            else if (field == 1) made.clause = "clause";
            else if (field == 2) made.refersTo = "reference";
            else if (field == 3) made.content = "text";
            else if (field == 4) made.stamp = stamp(ActKind.Withdrawal, 1, 0);
            else if (field == 5) made.stamp = stamp(ActKind.Acceptance, 2, 0);
            else if (field == 6) made.stamp = stamp(ActKind.Acceptance, 1, uint64(block.timestamp));
            else if (field == 7) made.party = _founders[1].party;
            else if (field == 8) actor.account = _founders[1].account;
            else if (field == 9) domain = separator("1", block.chainid + 1, address(ledger));
            else if (field == 10) domain = separator("1", block.chainid, address(norms));
            else domain = separator("2", block.chainid, address(ledger));
            Seal memory given = seal(actor.key, digestUnder(domain, actHash(subject, made, actor.account)));
            made = _act(_founders[0], terms, ActKind.Acceptance, 1);
            made.seal = given;
            bytes32 digest = digestAt(address(ledger), actHash(idFor(terms), made, _founders[0].account));
            address recovered = recoverSeal(digest, given);
            vm.assertTrue(recovered != _founders[0].account, "the case is none");
            refuses(
                address(ledger), acting(terms, one(made)), wrongSigner(0, made.party, _founders[0].account, recovered)
            );
        }
    }

    function test_founding_signature_brought_as_an_act_is_refused() public {
        Terms memory terms = _open();
        Act memory made = drawn(_founders[2].party, ActKind.Signature, 0);
        made.content = terms.document;
        made.seal = founding(_founders[2], terms, 2).seal;
        refuses(address(ledger), acting(terms, one(made)), kindNotHere(0, uint256(ActKind.Signature)));
    }

    function test_batch_of_acts_names_the_bad_one_and_records_none() public {
        Terms memory terms = _open();
        Act memory good = _act(_founders[0], terms, ActKind.Ratification, 1);
        Act memory bad = _act(_founders[1], terms, ActKind.Ratification, 1);
        bad.seal = spoilSeal(bad.seal, 2);
        refuses(
            address(ledger), acting(terms, two(good, bad)), wrongSigner(1, bad.party, _founders[1].account, address(0))
        );
        vm.assertTrue(!ledger.isUsed(idFor(terms), 1, _founders[0].ordinal), "number kept");
    }

    // ---------------------------------------------------------------- act, recorded

    function test_every_kind_of_treaty_act_is_recorded() public {
        Terms memory terms = _open();
        uint64 number = 0;
        for (uint256 kind = 0; kind <= uint256(type(ActKind).max); ++kind) {
            if (!isTreatyAct(ActKind(kind))) continue;
            later();
            Act memory made = drawn(_founders[0].party, ActKind(kind), 0);
            made.stamp = stamp(ActKind(kind), ++number, uint64(block.timestamp));
            (made.clause, made.refersTo, made.content) = ("clause", "reference", "text");
            signAct(_founders[0], address(ledger), idFor(terms), made);
            ledger.act(terms, one(made), none());
            agree(1);
            vm.assertTrue(ledger.isUsed(idFor(terms), number, _founders[0].ordinal), "used");
        }
        vm.assertEq(stranger.entries(address(ledger)).length, 1, "acts are no subjects");
    }

    function test_founders_may_act_while_others_are_awaited() public {
        Terms memory terms = _terms();
        ledger.sign(terms, one(founding(_founders[0], terms, 0)), none());
        ledger.act(
            terms,
            two(_act(_founders[0], terms, ActKind.Declaration, 1), _act(_founders[2], terms, ActKind.Declaration, 1)),
            none()
        );
        agree(3);
        takes(address(ledger), signing(terms, all(_founders, terms)), 2);
    }

    function test_open_agreement_takes_acts_of_anybody_in_any_order() public {
        Terms memory terms = _founded(Admission.Open);
        ledger.act(terms, one(_act(_stranger, terms, ActKind.Withdrawal, 2)), none());
        later();
        ledger.act(terms, one(_act(_stranger, terms, ActKind.Accession, 1)), none());
        agree(1);
    }

    function test_invited_party_may_act() public {
        Terms memory terms = _founded(Admission.Invitation);
        Actor memory second = person(98);
        ledger.act(terms, one(_invitation(_founders[0], terms, _stranger.party, 1)), none());
        later();
        ledger.act(terms, one(_act(_stranger, terms, ActKind.Accession, 1)), none());
        agree(1);
        ledger.act(
            terms,
            two(_invitation(_founders[1], terms, second.party, 1), _act(second, terms, ActKind.Accession, 1)),
            none()
        );
        agree(2);
    }

    function test_acts_of_many_parties_are_recorded_in_one_batch() public {
        Terms memory terms = _founded(Admission.Open);
        Actor[] memory many = people(12, 300);
        Act[] memory acts = new Act[](24);
        for (uint256 i = 0; i < 12; ++i) {
            acts[i] = _act(many[i], terms, ActKind.Accession, 1);
            acts[12 + i] = _act(many[i], terms, ActKind.Declaration, 2);
        }
        agree(12);
        ledger.act(terms, acts, none());
        agree(24);
    }

    /// @dev Each act turns to another page of used numbers and back: none may be lost.
    function test_pages_of_used_numbers_are_turned_to_and_fro() public {
        Terms memory terms = _open();
        Act[] memory acts = new Act[](9);
        for (uint256 i = 0; i < 9; ++i) {
            acts[i] = _act(_founders[i % 3], terms, ActKind.Declaration, uint64(1 + (i * 4 / 3) % 3));
        }
        takes(address(ledger), acting(terms, acts), 9);
        for (uint256 i = 0; i < 9; ++i) {
            refuses(address(ledger), acting(terms, one(acts[i])), numberUsed(0, acts[i].party, numberOf(acts[i].stamp)));
        }
    }

    function test_one_number_serves_every_party_and_every_agreement() public {
        Terms memory terms = _open();
        Terms memory other = _terms();
        other.document = "another";
        ledger.sign(other, one(founding(_founders[0], other, 0)), none());
        ledger.act(
            terms,
            two(_act(_founders[0], terms, ActKind.Ratification, 1), _act(_founders[1], terms, ActKind.Ratification, 1)),
            none()
        );
        ledger.act(other, one(_act(_founders[0], other, ActKind.Ratification, 1)), none());
        agree(4);
    }

    function test_act_is_recorded_for_whoever_calls() public {
        Terms memory terms = _open();
        Act[] memory acts = one(_act(_founders[0], terms, ActKind.Ratification, 1));
        vm.prank(address(0xbad));
        ledger.act(terms, acts, none());
        agree(1);
    }

    // ---------------------------------------------------------------- takeStances

    function test_taking_no_stance_is_refused() public {
        refuses(address(ledger), remarking(idFor(_open()), new Act[](0)), empty());
    }

    function test_stance_on_an_agreement_that_nobody_opened_is_refused() public {
        bytes32 agreement = idFor(_terms());
        refuses(
            address(ledger),
            remarking(agreement, one(_remark(_stranger, agreement, ActKind.Endorsement, 1))),
            abi.encodeWithSelector(IAgreementLedger.UnknownAgreement.selector, agreement)
        );
    }

    function test_stance_of_any_other_kind_is_refused() public {
        bytes32 agreement = idFor(_open());
        for (uint256 kind = 0; kind <= uint256(type(ActKind).max); ++kind) {
            if (isRemark(ActKind(kind))) continue;
            refuses(
                address(ledger),
                remarking(agreement, one(_remark(_stranger, agreement, ActKind(kind), 1))),
                kindNotHere(0, kind)
            );
        }
        Act memory made = drawn(_stranger.party, ActKind.None, 1);
        made.stamp = stampOf(32, 1, 0);
        refuses(address(ledger), remarking(agreement, one(made)), kindNotHere(0, 32));
    }

    function test_stance_that_is_no_good_act_is_refused() public {
        bytes32 agreement = idFor(_open());
        Actor memory nobody = Actor(5, vm.addr(5), PartyId.wrap("nobody"), 0);
        _refusesRemark(agreement, _remark(nobody, agreement, ActKind.Endorsement, 1), unknownParty(0, nobody.party));
        PartyId party = _stranger.party;
        _refusesRemark(agreement, _remark(_stranger, agreement, ActKind.Endorsement, 0), numberZero(0, party));
        uint64 number = uint64(block.timestamp + 1);
        _refusesRemark(
            agreement, _remark(_stranger, agreement, ActKind.Endorsement, number), numberBeyond(0, party, number)
        );
        Act memory made = drawn(party, ActKind.Endorsement, 1);
        made.stamp = stamp(ActKind.Endorsement, 1, number - 2);
        signAct(_stranger, address(ledger), stancesFor(agreement), made);
        _refusesRemark(agreement, made, expired(0, party, number - 2));
        made = _remark(_stranger, agreement, ActKind.Endorsement, 1);
        made.seal = beside(3);
        _refusesRemark(agreement, made, noSuchSigner(0, 3, 0));
    }

    function test_stance_with_malformed_seal_is_refused() public {
        bytes32 agreement = idFor(_open());
        Act memory made = _remark(_stranger, agreement, ActKind.Endorsement, 1);
        bytes32 digest = digestAt(address(ledger), actHash(stancesFor(agreement), made, _stranger.account));
        Seal memory good = made.seal;
        for (uint256 flaw = 0; flaw < SEAL_FLAWS; ++flaw) {
            made.seal = spoilSeal(good, flaw);
            address recovered = recoverSeal(digest, made.seal);
            _refusesRemark(agreement, made, wrongSigner(0, made.party, _stranger.account, recovered));
        }
    }

    /// @dev A declaration can be both: it is signed for the agreement or for stances on it.
    function test_act_is_no_stance_and_a_stance_no_act() public {
        Terms memory terms = _founded(Admission.Open);
        bytes32 agreement = idFor(terms);
        Act memory made = _act(_stranger, terms, ActKind.Declaration, 1);
        bytes32 digest = digestAt(address(ledger), actHash(stancesFor(agreement), made, _stranger.account));
        _refusesRemark(agreement, made, wrongSigner(0, made.party, _stranger.account, recoverSeal(digest, made.seal)));
        made = _remark(_stranger, agreement, ActKind.Declaration, 1);
        digest = digestAt(address(ledger), actHash(agreement, made, _stranger.account));
        refuses(
            address(ledger),
            acting(terms, one(made)),
            wrongSigner(0, made.party, _stranger.account, recoverSeal(digest, made.seal))
        );
    }

    function test_batch_of_stances_names_the_bad_one_and_records_none() public {
        bytes32 agreement = idFor(_open());
        Act memory good = _remark(_stranger, agreement, ActKind.Endorsement, 1);
        refuses(address(ledger), remarking(agreement, two(good, good)), numberUsed(1, good.party, 1));
        vm.assertTrue(!ledger.isUsed(stancesFor(agreement), 1, _stranger.ordinal), "number kept");
    }

    function test_stances_are_recorded_on_a_word_of_their_own() public {
        bytes32 agreement = idFor(_open());
        bytes32 word = ledger.word(agreement);
        uint64 number = 0;
        for (uint256 kind = 0; kind <= uint256(type(ActKind).max); ++kind) {
            if (!isRemark(ActKind(kind))) continue;
            later();
            Act memory made = drawn(_stranger.party, ActKind(kind), 0);
            made.stamp = stamp(ActKind(kind), ++number, uint64(block.timestamp));
            (made.clause, made.refersTo, made.content) = ("clause", "reference", "text");
            signAct(_stranger, address(ledger), stancesFor(agreement), made);
            vm.prank(address(0xbad));
            takes(address(ledger), remarking(agreement, one(made)), 1);
        }
        vm.assertEq(number, 6, "kinds");
        vm.assertEq(ledger.word(agreement), word, "the agreement's own word");
        vm.assertEq(stranger.entries(address(ledger)).length, 1, "entries");
    }

    function test_one_number_serves_acts_and_stances() public {
        Terms memory terms = _open();
        takes(address(ledger), acting(terms, one(_act(_founders[0], terms, ActKind.Declaration, 1))), 1);
        Act memory made = _remark(_founders[0], idFor(terms), ActKind.Declaration, 1);
        takes(address(ledger), remarking(idFor(terms), one(made)), 1);
        refuses(address(ledger), remarking(idFor(terms), one(made)), numberUsed(0, made.party, 1));
    }

    function test_stances_are_named_by_their_agreement() public view {
        bytes32 agreement = keccak256("agreement");
        vm.assertEq(ledger.stancesOn(AgreementId.wrap(agreement)), stancesFor(agreement), "subject");
        vm.assertEq(stancesFor(agreement), keccak256(abi.encode("stances", agreement)), "as it is documented");
    }

    // ---------------------------------------------------------------- idOf

    function test_id_commits_to_all_terms() public view {
        Terms memory terms = _terms();
        bytes32 id = unwrap(ledger.idOf(terms));
        vm.assertEq(id, idFor(terms), "id");
        terms.document = "another";
        vm.assertTrue(unwrap(ledger.idOf(terms)) != id, "document");
        terms = _terms();
        terms.clauses = "others";
        vm.assertTrue(unwrap(ledger.idOf(terms)) != id, "clauses");
        terms = _terms();
        terms.parties[0] = PartyId.wrap(0);
        vm.assertTrue(unwrap(ledger.idOf(terms)) != id, "founders");
        terms = _terms();
        terms.admission = Admission.Open;
        vm.assertTrue(unwrap(ledger.idOf(terms)) != id, "admission");
    }

    // ---------------------------------------------------------------- arrangements

    function _terms() private view returns (Terms memory) {
        return termsOf(_founders, Admission.Closed);
    }

    /// @dev A closed agreement that its second founder has opened.
    function _open() private returns (Terms memory terms) {
        terms = _terms();
        ledger.sign(terms, one(founding(_founders[1], terms, 1)), none());
        later();
    }

    function _founded(Admission admission) private returns (Terms memory terms) {
        terms = termsOf(_founders, admission);
        ledger.sign(terms, all(_founders, terms), none());
        later();
    }

    function _act(Actor memory actor, Terms memory terms, ActKind kind, uint64 number)
        private
        view
        returns (Act memory)
    {
        return signed(actor, address(ledger), idFor(terms), kind, number);
    }

    function _remark(Actor memory actor, bytes32 agreement, ActKind kind, uint64 number)
        private
        view
        returns (Act memory)
    {
        return signed(actor, address(ledger), stancesFor(agreement), kind, number);
    }

    function _refusesRemark(bytes32 agreement, Act memory made, bytes memory expected) private {
        refuses(address(ledger), remarking(agreement, one(made)), expected);
    }

    function _invitation(Actor memory actor, Terms memory terms, PartyId invited, uint64 number)
        private
        view
        returns (Act memory made)
    {
        made = drawn(actor.party, ActKind.Invitation, number);
        made.refersTo = PartyId.unwrap(invited);
        signAct(actor, address(ledger), idFor(terms), made);
    }

    function _alreadyFounded(Terms memory terms) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAgreementLedger.AlreadyFounded.selector, idFor(terms));
    }

    /// @dev Slot 4 of the ledger: agreement, then page.
    function _foundedSlot(Terms memory terms, uint256 page) private pure returns (bytes32) {
        return keccak256(abi.encode(page, keccak256(abi.encode(idFor(terms), 4))));
    }
}
