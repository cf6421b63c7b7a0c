// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, NormId, PartyId} from "../../contracts/ConsentTypes.sol";
import {IConsent} from "../../contracts/interfaces/IConsent.sol";
import {INormRegistry} from "../../contracts/interfaces/INormRegistry.sol";
import {Actor, Fixture} from "./Fixture.sol";

/// @notice The cases of NormRegistry.tree, in its order.
contract NormRegistryTest is Fixture {
    bytes32 private constant NORM = keccak256("norm");
    Actor private _publisher;
    Actor private _endorser;

    function setUp() public override {
        super.setUp();
        _publisher = person(1);
        _endorser = person(2);
        later();
    }

    // ---------------------------------------------------------------- publish, refused

    function test_second_publication_is_refused() public {
        _publish(NORM);
        agree(1);
        bytes memory expected = abi.encodeWithSelector(INormRegistry.AlreadyPublished.selector, NORM);
        refuses(address(norms), publishing(NORM, _act(_publisher, NORM, ActKind.Publication, 1)), expected);
        refuses(address(norms), publishing(NORM, _act(_publisher, NORM, ActKind.Publication, 2)), expected);
        refuses(address(norms), publishing(NORM, _act(_endorser, NORM, ActKind.Publication, 1)), expected);
    }

    function test_publication_of_any_other_kind_is_refused() public {
        for (uint256 kind = 0; kind <= uint256(type(ActKind).max); ++kind) {
            if (kind == uint256(ActKind.Publication)) continue;
            refuses(
                address(norms),
                publishing(NORM, _act(_publisher, NORM, ActKind(kind), 1)),
                kindNotHere(0, ActKind(kind))
            );
        }
    }

    function test_publication_by_a_party_not_registered_is_refused() public {
        Actor memory nobody = Actor(5, vm.addr(5), PartyId.wrap("nobody"), 0);
        refuses(
            address(norms), publishing(NORM, _act(nobody, NORM, ActKind.Publication, 1)), unknownParty(0, nobody.party)
        );
    }

    function test_publication_with_a_number_out_of_range_is_refused() public {
        uint64 number = uint64(block.timestamp + 1);
        refuses(
            address(norms),
            publishing(NORM, _act(_publisher, NORM, ActKind.Publication, 0)),
            numberZero(0, _publisher.party)
        );
        refuses(
            address(norms),
            publishing(NORM, _act(_publisher, NORM, ActKind.Publication, number)),
            numberBeyond(0, _publisher.party, number)
        );
    }

    function test_publication_after_its_deadline_is_refused() public {
        Act memory act = Act(ActKind.Publication, 0, 0, 0, _publisher.party, 1, uint64(block.timestamp - 1), "");
        signAct(_publisher, address(norms), NORM, act);
        refuses(address(norms), publishing(NORM, act), expired(0, act.party, act.deadline));
    }

    function test_publication_with_wrong_signature_is_refused() public {
        Act memory act = _act(_publisher, NORM, ActKind.Publication, 1);
        bytes memory good = act.signature;
        for (uint256 flaw = 0; flaw < FLAWS; ++flaw) {
            act.signature = spoil(good, flaw);
            refuses(address(norms), publishing(NORM, act), wrongSigner(0, act.party, _publisher.account, address(0)));
        }
        bytes32 other = keccak256("another");
        address recovered = recover(digestOf(address(norms), other, act, _publisher.account), good);
        act.signature = good;
        refuses(address(norms), publishing(other, act), wrongSigner(0, act.party, _publisher.account, recovered));
    }

    // ---------------------------------------------------------------- publish, recorded

    function test_publication_is_recorded() public {
        _publish(NORM);
        agree(1);
        vm.assertEq(entries[address(norms)].length, 1, "entries");
        vm.assertEq(entries[address(norms)][0], NORM, "entry");
        vm.assertTrue(norms.isUsed(NORM, 1, _publisher.ordinal), "used");
    }

    function test_publication_is_recorded_at_its_last_second_for_whoever_calls() public {
        Act memory act = Act(ActKind.Publication, 0, 0, "derivation", _publisher.party, 1, 0, "");
        act.deadline = uint64(block.timestamp);
        signAct(_publisher, address(norms), NORM, act);
        vm.prank(address(0xbad));
        norms.publish(NormId.wrap(NORM), act);
        agree(1);
    }

    // ---------------------------------------------------------------- act, refused

    function test_acting_without_acts_is_refused() public {
        _publish(NORM);
        refuses(address(norms), stances(NORM, new Act[](0)), abi.encodeWithSelector(IConsent.Empty.selector));
    }

    function test_stance_on_a_norm_that_nobody_published_is_refused() public {
        refuses(
            address(norms),
            stances(NORM, one(_act(_endorser, NORM, ActKind.Endorsement, 1))),
            abi.encodeWithSelector(INormRegistry.NotPublished.selector, NORM)
        );
    }

    function test_stance_of_any_other_kind_is_refused() public {
        _publish(NORM);
        for (uint256 kind = 0; kind <= uint256(type(ActKind).max); ++kind) {
            if (_isStance(ActKind(kind))) continue;
            refuses(
                address(norms),
                stances(NORM, one(_act(_endorser, NORM, ActKind(kind), 1))),
                kindNotHere(0, ActKind(kind))
            );
        }
    }

    function test_stance_of_a_party_not_registered_is_refused() public {
        _publish(NORM);
        Actor memory nobody = Actor(5, vm.addr(5), PartyId.wrap("nobody"), 0);
        refuses(
            address(norms),
            stances(NORM, one(_act(nobody, NORM, ActKind.Endorsement, 1))),
            unknownParty(0, nobody.party)
        );
    }

    function test_stance_with_a_wrong_number_is_refused() public {
        _publish(NORM);
        agree(1);
        Act memory act = _act(_endorser, NORM, ActKind.Endorsement, 0);
        refuses(address(norms), stances(NORM, one(act)), numberZero(0, act.party));
        uint64 number = uint64(block.timestamp + 1);
        act = _act(_endorser, NORM, ActKind.Endorsement, number);
        refuses(address(norms), stances(NORM, one(act)), numberBeyond(0, act.party, number));
        act = _act(_publisher, NORM, ActKind.Endorsement, 1);
        refuses(address(norms), stances(NORM, one(act)), numberUsed(0, act.party, 1));
        act = _act(_endorser, NORM, ActKind.Endorsement, 1);
        refuses(address(norms), stances(NORM, two(act, act)), numberUsed(1, act.party, 1));
        norms.act(NormId.wrap(NORM), one(act));
        agree(1);
        refuses(address(norms), stances(NORM, one(act)), numberUsed(0, act.party, 1));
    }

    function test_stance_after_its_deadline_is_refused() public {
        _publish(NORM);
        Act memory act = Act(ActKind.Endorsement, 0, 0, 0, _endorser.party, 1, uint64(block.timestamp - 1), "");
        signAct(_endorser, address(norms), NORM, act);
        refuses(address(norms), stances(NORM, one(act)), expired(0, act.party, act.deadline));
    }

    function test_stance_with_malformed_signature_is_refused() public {
        _publish(NORM);
        Act memory act = _act(_endorser, NORM, ActKind.Endorsement, 1);
        bytes memory good = act.signature;
        for (uint256 flaw = 0; flaw < FLAWS; ++flaw) {
            act.signature = spoil(good, flaw);
            refuses(address(norms), stances(NORM, one(act)), wrongSigner(0, act.party, _endorser.account, address(0)));
        }
    }

    function test_stance_signed_for_something_else_is_refused() public {
        _publish(NORM);
        for (uint256 field = 0; field < 11; ++field) {
            Actor memory actor = _endorser;
            bytes32 subject = NORM;
            uint256 chain = block.chainid;
            address where = address(norms);
            Act memory act = _act(actor, NORM, ActKind.Endorsement, 1);
            if (field == 0) subject = keccak256("another norm");
            else if (field == 1) act.clause = "clause";
            else if (field == 2) act.refersTo = "reference";
            else if (field == 3) act.content = "reason";
            else if (field == 4) act.kind = ActKind.Opposition;
            else if (field == 5) act.number = 2;
            else if (field == 6) act.deadline = uint64(block.timestamp);
            else if (field == 7) act.party = _publisher.party;
            else if (field == 8) actor.account = _publisher.account;
            else if (field == 9) ++chain;
            else where = address(ledger);
            bytes memory signature = seal(actor.key, digestFor(chain, where, subject, act, actor.account));
            act = _act(_endorser, NORM, ActKind.Endorsement, 1);
            act.signature = signature;
            address recovered = recover(digestOf(address(norms), NORM, act, _endorser.account), signature);
            vm.assertTrue(recovered != _endorser.account, "the case is none");
            refuses(address(norms), stances(NORM, one(act)), wrongSigner(0, act.party, _endorser.account, recovered));
        }
    }

    function test_batch_of_stances_names_the_bad_one_and_records_none() public {
        _publish(NORM);
        Act[] memory acts = new Act[](3);
        acts[0] = _act(_endorser, NORM, ActKind.Endorsement, 1);
        acts[1] = _act(_publisher, NORM, ActKind.Opposition, 2);
        acts[2] = _act(_endorser, NORM, ActKind.Withdrawal, 2);
        acts[2].signature = acts[0].signature;
        address recovered = recover(digestOf(address(norms), NORM, acts[2], _endorser.account), acts[2].signature);
        refuses(address(norms), stances(NORM, acts), wrongSigner(2, _endorser.party, _endorser.account, recovered));
        vm.assertTrue(!norms.isUsed(NORM, 1, _endorser.ordinal), "number kept");
    }

    // ---------------------------------------------------------------- act, recorded

    function test_stances_are_recorded() public {
        _publish(NORM);
        uint64 number = 0;
        for (uint256 kind = 0; kind <= uint256(type(ActKind).max); ++kind) {
            if (!_isStance(ActKind(kind))) continue;
            later();
            Act memory act = Act(ActKind(kind), "clause", "reference", "reason", _endorser.party, ++number, 0, "");
            signAct(_endorser, address(norms), NORM, act);
            norms.act(NormId.wrap(NORM), one(act));
            agree(1);
        }
        vm.assertEq(number, 4, "kinds");
        vm.assertEq(entries[address(norms)].length, 1, "stances are no subjects");
    }

    function test_withdrawal_may_come_before_its_endorsement() public {
        _publish(NORM);
        norms.act(NormId.wrap(NORM), one(_act(_endorser, NORM, ActKind.Withdrawal, 2)));
        later();
        norms.act(NormId.wrap(NORM), one(_act(_endorser, NORM, ActKind.Endorsement, 1)));
        agree(1);
    }

    function test_stances_of_many_parties_are_recorded_in_one_batch() public {
        _publish(NORM);
        Actor[] memory many = people(40, 100);
        Act[] memory acts = new Act[](40);
        for (uint256 i = 0; i < 40; ++i) {
            acts[i] = _act(many[i], NORM, ActKind.Endorsement, 1);
        }
        agree(41);
        norms.act(NormId.wrap(NORM), acts);
        agree(40);
    }

    function test_parties_256_ordinals_apart_have_bits_of_their_own() public {
        Actor memory last;
        for (uint256 i = 0; i < 256; ++i) {
            last = person(1000 + i);
        }
        vm.assertEq(last.ordinal, _endorser.ordinal + 256, "ordinals");
        _publish(NORM);
        agree(257);
        Act[] memory far = one(_act(last, NORM, ActKind.Endorsement, 1));
        Act[] memory near = one(_act(_endorser, NORM, ActKind.Endorsement, 1));
        norms.act(NormId.wrap(NORM), far);
        vm.assertTrue(!norms.isUsed(NORM, 1, _endorser.ordinal), "not by the near one yet");
        norms.act(NormId.wrap(NORM), near);
        agree(2);
        refuses(address(norms), stances(NORM, far), numberUsed(0, last.party, 1));
        refuses(address(norms), stances(NORM, near), numberUsed(0, _endorser.party, 1));
        vm.assertTrue(!norms.isUsed(NORM, 1, _publisher.ordinal + 256), "a page holds its own bits only");
    }

    function test_norms_do_not_lengthen_each_others_word() public {
        bytes32 other = keccak256("another");
        _publish(NORM);
        _publish(other);
        agree(2);
        bytes32 word = norms.word(NORM);
        norms.act(NormId.wrap(other), one(_act(_endorser, other, ActKind.Endorsement, 1)));
        agree(1);
        vm.assertEq(norms.word(NORM), word, "word");
        vm.assertEq(norms.word(keccak256("nothing")), 0, "no word");
    }

    // ---------------------------------------------------------------- arrangements

    function _publish(bytes32 norm) private {
        norms.publish(NormId.wrap(norm), _act(_publisher, norm, ActKind.Publication, 1));
    }

    function _act(Actor memory actor, bytes32 norm, ActKind kind, uint64 number) private view returns (Act memory) {
        return signed(actor, address(norms), norm, kind, number);
    }

    function _isStance(ActKind kind) private pure returns (bool) {
        return kind == ActKind.Endorsement || kind == ActKind.Opposition || kind == ActKind.Withdrawal
            || kind == ActKind.Derivation;
    }
}
