// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Admission, AgreementId, PartyId} from "../../contracts/ConsentTypes.sol";
import {Founding, IAgreementLedger, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {IConsent} from "../../contracts/interfaces/IConsent.sol";
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
        refuses(address(ledger), signing(_terms(), new Founding[](0)), abi.encodeWithSelector(IConsent.Empty.selector));
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
        signatures[2].founder = 3;
        refuses(
            address(ledger),
            signing(terms, signatures),
            abi.encodeWithSelector(IAgreementLedger.NoSuchFounder.selector, 2, 3, 3)
        );
        signatures[2].founder = type(uint256).max;
        refuses(
            address(ledger),
            signing(terms, signatures),
            abi.encodeWithSelector(IAgreementLedger.NoSuchFounder.selector, 2, type(uint256).max, 3)
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
                abi.encodeWithSelector(IAgreementLedger.NotAFoundingSignature.selector, 0, ActKind(kind))
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
        bytes memory good = signatures[2].signature;
        for (uint256 flaw = 0; flaw < FLAWS; ++flaw) {
            signatures[2].signature = spoil(good, flaw);
            refuses(
                address(ledger),
                signing(terms, signatures),
                wrongSigner(2, _founders[2].party, _founders[2].account, address(0))
            );
        }
        vm.assertEq(ledger.word(idFor(terms)), 0, "nothing recorded");
        vm.assertEq(ledger.register(), 0, "nothing registered");
    }

    function test_founding_signed_for_something_else_is_refused() public {
        for (uint256 field = 0; field < 10; ++field) {
            Terms memory other = _terms();
            Actor memory founder = _founders[0];
            Act memory act = Act(ActKind.Signature, 0, 0, 0, founder.party, 0, 0, "");
            uint256 chain = block.chainid;
            address where = address(ledger);
            if (field == 0) other.document = keccak256("another document");
            else if (field == 1) other.clauses = keccak256("other clauses");
            else if (field == 2) other.parties[2] = PartyId.wrap(bytes32(type(uint256).max));
            else if (field == 3) other.admission = Admission.Open;
            else if (field == 4) act.kind = ActKind.SignatureSubjectToRatification;
            else if (field == 5) act.deadline = uint64(block.timestamp);
            else if (field == 6) act.party = _founders[1].party;
            else if (field == 7) founder.account = _founders[1].account;
            else if (field == 8) ++chain;
            else where = address(norms);
            act.content = other.document;
            bytes memory signature = seal(founder.key, digestFor(chain, where, idFor(other), act, founder.account));
            Terms memory terms = _terms();
            address recovered = recover(foundingDigest(_founders[0], terms, ActKind.Signature, 0), signature);
            vm.assertTrue(recovered != founder.account, "the case is none");
            refuses(
                address(ledger),
                signing(terms, one(Founding(0, ActKind.Signature, 0, signature))),
                wrongSigner(0, _founders[0].party, _founders[0].account, recovered)
            );
        }
    }

    function test_agreement_recorded_at_once_cannot_be_founded_again() public {
        Terms memory terms = _terms();
        ledger.sign(terms, all(_founders, terms));
        agree(3);
        refuses(address(ledger), signing(terms, all(_founders, terms)), _alreadyFounded(terms));
        refuses(address(ledger), signing(terms, one(founding(_founders[1], terms, 1))), _alreadyFounded(terms));
    }

    function test_agreement_whose_last_founder_signed_cannot_be_founded_again() public {
        Terms memory terms = _terms();
        for (uint256 i = 0; i < 3; ++i) {
            ledger.sign(terms, one(founding(_founders[i], terms, i)));
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
        AgreementId agreement = ledger.sign(terms, all(pair, terms));
        agree(2);
        vm.assertEq(unwrap(agreement), idFor(terms), "id");
        vm.assertEq(links[address(ledger)][idFor(terms)], 2, "links");
        vm.assertEq(entries[address(ledger)].length, 1, "entries");
        vm.assertEq(ledger.awaiting(agreement), 0, "awaiting");
        vm.assertEq(vm.load(address(ledger), _foundedSlot(terms, 0)), 0, "no memory");
    }

    function test_agreement_of_ten_is_recorded_at_once() public {
        Actor[] memory ten = people(10, 50);
        Terms memory terms = termsOf(ten, Admission.Open);
        agree(10);
        ledger.sign(terms, all(ten, terms));
        agree(10);
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
                ledger.sign(terms, one(founding(_founders[founder], terms, founder)));
                agree(1);
                vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 2 - turn, "awaiting");
            }
            vm.assertEq(uint256(vm.load(address(ledger), _foundedSlot(terms, 0))), 7, "who signed");
        }
        vm.assertEq(entries[address(ledger)].length, 6, "entries");
    }

    function test_agreement_is_signed_in_two_parts() public {
        Terms memory terms = _terms();
        ledger.sign(terms, one(founding(_founders[1], terms, 1)));
        later();
        Founding[] memory rest = new Founding[](2);
        (rest[0], rest[1]) = (founding(_founders[0], terms, 0), founding(_founders[2], terms, 2));
        ledger.sign(terms, rest);
        agree(2);
        vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 0, "awaiting");
    }

    function test_founder_who_signed_already_is_passed_over() public {
        Terms memory terms = _terms();
        ledger.sign(terms, one(founding(_founders[1], terms, 1, ActKind.SignatureSubjectToRatification, 0)));
        later();
        Founding[] memory signatures = all(_founders, terms);
        signatures[1].signature = "rubbish";
        ledger.sign(terms, signatures);
        agree(2);
        vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 0, "awaiting");
    }

    function test_nothing_changes_if_all_are_passed_over() public {
        Terms memory terms = _terms();
        ledger.sign(terms, one(founding(_founders[1], terms, 1)));
        later();
        ledger.sign(terms, one(founding(_founders[1], terms, 1, ActKind.SignatureSubjectToRatification, 0)));
        agree(0);
        vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 2, "awaiting");
    }

    function test_founder_may_sign_subject_to_ratification() public {
        Terms memory terms = _terms();
        Founding[] memory signatures = all(_founders, terms);
        signatures[0] = founding(_founders[0], terms, 0, ActKind.SignatureSubjectToRatification, 0);
        ledger.sign(terms, signatures);
        agree(3);
    }

    function test_founder_not_registered_yet_hinders_nobody() public {
        Terms memory terms = _terms();
        terms.parties[2] = PartyId.wrap(bytes32(type(uint256).max));
        ledger.sign(terms, one(founding(_founders[0], terms, 0)));
        ledger.sign(terms, one(founding(_founders[1], terms, 1)));
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
        ledger.sign(terms, one(founding(_founders[0], terms, 1)));
        ledger.sign(terms, one(founding(_founders[1], terms, 257)));
        agree(2);
        vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 256, "awaiting");
        vm.assertEq(uint256(vm.load(address(ledger), _foundedSlot(terms, 0))), 2, "first page");
        vm.assertEq(uint256(vm.load(address(ledger), _foundedSlot(terms, 1))), 2, "second page");
    }

    function test_founding_is_recorded_at_its_last_second_for_whoever_calls() public {
        Terms memory terms = _terms();
        Founding memory made = founding(_founders[0], terms, 0, ActKind.Signature, uint64(block.timestamp));
        vm.prank(address(0xbad));
        ledger.sign(terms, one(made));
        agree(1);
    }

    // ---------------------------------------------------------------- act, refused

    function test_acting_without_acts_is_refused() public {
        refuses(address(ledger), acting(_open(), new Act[](0)), abi.encodeWithSelector(IConsent.Empty.selector));
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
            if (kind >= uint256(ActKind.Ratification) && kind <= uint256(ActKind.Succession)) continue;
            refuses(
                address(ledger),
                acting(terms, one(_act(_founders[0], terms, ActKind(kind), 1))),
                kindNotHere(0, ActKind(kind))
            );
        }
    }

    function test_act_of_a_party_that_is_not_registered_is_refused() public {
        Terms memory terms = _open();
        Actor memory nobody = Actor(5, vm.addr(5), PartyId.wrap("nobody"), 0);
        refuses(
            address(ledger),
            acting(terms, one(_act(nobody, terms, ActKind.Accession, 1))),
            unknownParty(0, nobody.party)
        );
    }

    function test_closed_agreement_takes_no_act_of_others() public {
        Terms memory terms = _founded(Admission.Closed);
        bytes memory expected =
            abi.encodeWithSelector(IAgreementLedger.ClosedTo.selector, 0, idFor(terms), _stranger.party);
        Act[] memory acts = one(_act(_stranger, terms, ActKind.Accession, 1));
        refuses(address(ledger), acting(terms, acts), expected);
        ledger.act(terms, one(_invitation(_founders[0], terms, _stranger.party, 1)));
        agree(1);
        refuses(address(ledger), acting(terms, acts), expected);
    }

    function test_agreement_by_invitation_takes_no_act_of_the_uninvited() public {
        Terms memory terms = _founded(Admission.Invitation);
        Terms memory other = _terms();
        other.admission = Admission.Invitation;
        other.document = "another";
        ledger.sign(other, all(_founders, other));
        ledger.act(other, one(_invitation(_founders[0], other, _stranger.party, 1)));
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
        invitation.signature = "";
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
        ledger.act(terms, acts);
        agree(1);
    }

    function test_act_with_used_number_is_refused() public {
        Terms memory terms = _open();
        Act memory act = _act(_founders[0], terms, ActKind.Objection, 1);
        Act memory other = _act(_founders[0], terms, ActKind.Withdrawal, 1);
        ledger.act(terms, one(act));
        agree(1);
        later();
        refuses(address(ledger), acting(terms, one(act)), numberUsed(0, act.party, 1));
        refuses(address(ledger), acting(terms, one(other)), numberUsed(0, act.party, 1));
        act = _act(_founders[0], terms, ActKind.Objection, 2);
        refuses(address(ledger), acting(terms, two(act, act)), numberUsed(1, act.party, 2));
    }

    function test_act_after_its_deadline_is_refused() public {
        Terms memory terms = _open();
        Act memory act = _act(_founders[0], terms, ActKind.Ratification, 1);
        act.deadline = uint64(block.timestamp + 1);
        signAct(_founders[0], address(ledger), idFor(terms), act);
        vm.warp(act.deadline + 1);
        refuses(address(ledger), acting(terms, one(act)), expired(0, act.party, act.deadline));
        vm.warp(act.deadline);
        ledger.act(terms, one(act));
        agree(1);
    }

    function test_act_with_malformed_signature_is_refused() public {
        Terms memory terms = _open();
        Act memory act = _act(_founders[0], terms, ActKind.Ratification, 1);
        bytes memory good = act.signature;
        for (uint256 flaw = 0; flaw < FLAWS; ++flaw) {
            act.signature = spoil(good, flaw);
            refuses(
                address(ledger), acting(terms, one(act)), wrongSigner(0, act.party, _founders[0].account, address(0))
            );
        }
    }

    function test_act_signed_for_something_else_is_refused() public {
        Terms memory terms = _open();
        for (uint256 field = 0; field < 11; ++field) {
            Actor memory actor = _founders[0];
            bytes32 subject = idFor(terms);
            uint256 chain = block.chainid;
            address where = address(ledger);
            Act memory act = _act(actor, terms, ActKind.Acceptance, 1);
            if (field == 0) subject = keccak256("another agreement");
            else if (field == 1) act.clause = "clause";
            else if (field == 2) act.refersTo = "reference";
            else if (field == 3) act.content = "text";
            else if (field == 4) act.kind = ActKind.Withdrawal;
            else if (field == 5) act.number = 2;
            else if (field == 6) act.deadline = uint64(block.timestamp);
            else if (field == 7) act.party = _founders[1].party;
            else if (field == 8) actor.account = _founders[1].account;
            else if (field == 9) ++chain;
            else where = address(norms);
            bytes memory signature = seal(actor.key, digestFor(chain, where, subject, act, actor.account));
            act = _act(_founders[0], terms, ActKind.Acceptance, 1);
            act.signature = signature;
            address recovered = recover(digestOf(address(ledger), idFor(terms), act, _founders[0].account), signature);
            vm.assertTrue(recovered != _founders[0].account, "the case is none");
            refuses(
                address(ledger), acting(terms, one(act)), wrongSigner(0, act.party, _founders[0].account, recovered)
            );
        }
    }

    function test_founding_signature_brought_as_an_act_is_refused() public {
        Terms memory terms = _open();
        Act memory act = Act(ActKind.Signature, 0, 0, terms.document, _founders[2].party, 0, 0, "");
        act.signature = founding(_founders[2], terms, 2).signature;
        refuses(address(ledger), acting(terms, one(act)), kindNotHere(0, ActKind.Signature));
    }

    function test_batch_of_acts_names_the_bad_one_and_records_none() public {
        Terms memory terms = _open();
        Act memory good = _act(_founders[0], terms, ActKind.Ratification, 1);
        Act memory bad = _act(_founders[1], terms, ActKind.Ratification, 1);
        bad.signature = "";
        refuses(
            address(ledger), acting(terms, two(good, bad)), wrongSigner(1, bad.party, _founders[1].account, address(0))
        );
        vm.assertTrue(!ledger.isUsed(idFor(terms), 1, _founders[0].ordinal), "number kept");
    }

    // ---------------------------------------------------------------- act, recorded

    function test_every_kind_of_treaty_act_is_recorded() public {
        Terms memory terms = _open();
        uint64 number = 0;
        for (uint256 kind = uint256(ActKind.Ratification); kind <= uint256(ActKind.Succession); ++kind) {
            later();
            Act memory act = Act(ActKind(kind), "clause", "reference", "text", _founders[0].party, ++number, 0, "");
            act.deadline = uint64(block.timestamp);
            signAct(_founders[0], address(ledger), idFor(terms), act);
            ledger.act(terms, one(act));
            agree(1);
            vm.assertTrue(ledger.isUsed(idFor(terms), number, _founders[0].ordinal), "used");
        }
        vm.assertEq(entries[address(ledger)].length, 1, "acts are no subjects");
    }

    function test_founders_may_act_while_others_are_awaited() public {
        Terms memory terms = _terms();
        ledger.sign(terms, one(founding(_founders[0], terms, 0)));
        ledger.act(
            terms,
            two(_act(_founders[0], terms, ActKind.Declaration, 1), _act(_founders[2], terms, ActKind.Declaration, 1))
        );
        agree(3);
        ledger.sign(terms, all(_founders, terms));
        agree(2);
    }

    function test_open_agreement_takes_acts_of_anybody_in_any_order() public {
        Terms memory terms = _founded(Admission.Open);
        ledger.act(terms, one(_act(_stranger, terms, ActKind.Withdrawal, 2)));
        later();
        ledger.act(terms, one(_act(_stranger, terms, ActKind.Accession, 1)));
        agree(1);
    }

    function test_invited_party_may_act() public {
        Terms memory terms = _founded(Admission.Invitation);
        Actor memory second = person(98);
        ledger.act(terms, one(_invitation(_founders[0], terms, _stranger.party, 1)));
        later();
        ledger.act(terms, one(_act(_stranger, terms, ActKind.Accession, 1)));
        agree(1);
        ledger.act(
            terms, two(_invitation(_founders[1], terms, second.party, 1), _act(second, terms, ActKind.Accession, 1))
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
        ledger.act(terms, acts);
        agree(24);
    }

    function test_one_number_serves_every_party_and_every_agreement() public {
        Terms memory terms = _open();
        Terms memory other = _terms();
        other.document = "another";
        ledger.sign(other, one(founding(_founders[0], other, 0)));
        ledger.act(
            terms,
            two(_act(_founders[0], terms, ActKind.Ratification, 1), _act(_founders[1], terms, ActKind.Ratification, 1))
        );
        ledger.act(other, one(_act(_founders[0], other, ActKind.Ratification, 1)));
        agree(4);
    }

    function test_act_is_recorded_for_whoever_calls() public {
        Terms memory terms = _open();
        Act[] memory acts = one(_act(_founders[0], terms, ActKind.Ratification, 1));
        vm.prank(address(0xbad));
        ledger.act(terms, acts);
        agree(1);
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
        ledger.sign(terms, one(founding(_founders[1], terms, 1)));
        later();
    }

    function _founded(Admission admission) private returns (Terms memory terms) {
        terms = termsOf(_founders, admission);
        ledger.sign(terms, all(_founders, terms));
        later();
    }

    function _act(Actor memory actor, Terms memory terms, ActKind kind, uint64 number)
        private
        view
        returns (Act memory)
    {
        return signed(actor, address(ledger), idFor(terms), kind, number);
    }

    function _invitation(Actor memory actor, Terms memory terms, PartyId invited, uint64 number)
        private
        view
        returns (Act memory made)
    {
        made = Act(ActKind.Invitation, 0, PartyId.unwrap(invited), 0, actor.party, number, 0, "");
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
