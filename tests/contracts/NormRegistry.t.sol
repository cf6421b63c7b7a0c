// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ActKind, PartyId, Seal, Signer, Stance} from "../../contracts/ConsentTypes.sol";
import {INormRegistry} from "../../contracts/interfaces/INormRegistry.sol";
import {Actor, Fixture} from "./Fixture.sol";

/// @notice The cases of NormRegistry.tree, in its order.
contract NormRegistryTest is Fixture {
    bytes32 private constant NORM = keccak256("norm");
    bytes32 private constant OTHER = keccak256("another");
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
        bytes memory expected = abi.encodeWithSelector(INormRegistry.AlreadyPublished.selector, NORM);
        _refusesPublication(stance(_publisher, NORM, ActKind.Publication, 1), expected);
        _refusesPublication(stance(_publisher, NORM, ActKind.Publication, 2), expected);
        _refusesPublication(stance(_endorser, NORM, ActKind.Publication, 1), expected);
    }

    function test_publication_of_any_other_kind_is_refused() public {
        for (uint256 kind = 0; kind < 40; ++kind) {
            if (kind == uint256(ActKind.Publication)) continue;
            Stance memory made = stance(_publisher, NORM, ActKind.Publication, 1);
            made.stamp = stampOf(kind, 1, 0);
            _refusesPublication(made, kindNotHere(0, kind));
        }
    }

    function test_publication_by_a_party_not_registered_is_refused() public {
        Actor memory nobody = Actor(5, vm.addr(5), PartyId.wrap("nobody"), 0);
        _refusesPublication(stance(nobody, NORM, ActKind.Publication, 1), unknownParty(0, nobody.party));
    }

    function test_publication_with_a_number_out_of_range_is_refused() public {
        uint64 number = uint64(block.timestamp + 1);
        _refusesPublication(stance(_publisher, NORM, ActKind.Publication, 0), numberZero(0, _publisher.party));
        _refusesPublication(
            stance(_publisher, NORM, ActKind.Publication, number), numberBeyond(0, _publisher.party, number)
        );
    }

    function test_publication_after_its_deadline_is_refused() public {
        uint64 deadline = uint64(block.timestamp - 1);
        Stance memory made = stance(_publisher, NORM, ActKind.Publication, 1);
        made.stamp = stamp(ActKind.Publication, 1, deadline);
        signStance(_publisher, NORM, made);
        _refusesPublication(made, expired(0, _publisher.party, deadline));
    }

    function test_publication_by_a_signer_who_is_not_there_is_refused() public {
        Stance memory made = stance(_publisher, NORM, ActKind.Publication, 1);
        made.seal = beside(0);
        _refusesPublication(made, noSuchSigner(0, 0, 0));
    }

    function test_publication_with_wrong_seal_is_refused() public {
        Stance memory made = stance(_publisher, NORM, ActKind.Publication, 1);
        bytes32 digest = stanceDigest(NORM, made, _publisher);
        Seal memory good = made.seal;
        for (uint256 flaw = 0; flaw <= SEAL_FLAWS; ++flaw) {
            made.seal = spoilSeal(good, flaw);
            if (flaw == SEAL_FLAWS) signStance(_publisher, OTHER, made);
            address recovered = recoverSeal(digest, made.seal);
            _refusesPublication(made, wrongSigner(0, _publisher.party, _publisher.account, recovered));
        }
    }

    // ---------------------------------------------------------------- publish, recorded

    function test_publication_is_recorded() public {
        _publish(NORM);
        bytes32[] memory entries = stranger.entries(address(norms));
        vm.assertEq(entries.length, 1, "entries");
        vm.assertEq(entries[0], NORM, "entry");
        vm.assertTrue(norms.isUsed(NORM, 1, _publisher.ordinal), "used");
    }

    function test_publication_may_be_signed_beside() public {
        Stance memory made = stance(_publisher, NORM, ActKind.Publication, 1);
        made.seal = beside(0);
        Signer[] memory signers = one(by(_publisher, stanceDigest(NORM, made, _publisher)));
        takes(address(norms), publishing(NORM, made, signers), 1);
    }

    function test_publication_is_recorded_at_its_last_second_for_whoever_calls() public {
        Stance memory made = stance(_publisher, NORM, ActKind.Publication, 1);
        (made.stamp, made.content) = (stamp(ActKind.Publication, 1, uint64(block.timestamp)), "derivation");
        signStance(_publisher, NORM, made);
        vm.prank(address(0xbad));
        takes(address(norms), publishing(NORM, made), 1);
    }

    // ---------------------------------------------------------------- takeStances, refused

    function test_taking_no_stance_is_refused() public {
        _publish(NORM);
        refuses(address(norms), stances(NORM, new Stance[](0)), empty());
    }

    function test_stance_on_a_norm_that_nobody_published_is_refused() public {
        bytes memory expected = abi.encodeWithSelector(INormRegistry.NotPublished.selector, 0, NORM);
        _refusesStance(stance(_endorser, NORM, ActKind.Endorsement, 1), expected);
    }

    function test_stance_of_any_other_kind_is_refused() public {
        _publish(NORM);
        Stance memory made = stance(_endorser, NORM, ActKind.Endorsement, 1);
        for (uint256 kind = 0; kind < 40; ++kind) {
            if (kind < 32 && isStance(ActKind(kind))) continue;
            made.stamp = stampOf(kind, 1, 0);
            _refusesStance(made, kindNotHere(0, kind));
        }
    }

    function test_stance_of_a_party_not_registered_is_refused() public {
        _publish(NORM);
        Actor memory nobody = Actor(5, vm.addr(5), PartyId.wrap("nobody"), 0);
        _refusesStance(stance(nobody, NORM, ActKind.Endorsement, 1), unknownParty(0, nobody.party));
    }

    function test_stance_with_a_wrong_number_is_refused() public {
        _publish(NORM);
        PartyId party = _endorser.party;
        _refusesStance(stance(_endorser, NORM, ActKind.Endorsement, 0), numberZero(0, party));
        uint64 number = uint64(block.timestamp + 1);
        _refusesStance(stance(_endorser, NORM, ActKind.Endorsement, number), numberBeyond(0, party, number));
        _refusesStance(stance(_publisher, NORM, ActKind.Endorsement, 1), numberUsed(0, _publisher.party, 1));
        Stance memory made = stance(_endorser, NORM, ActKind.Endorsement, 1);
        refuses(address(norms), stances(NORM, two(made, made)), numberUsed(1, party, 1));
        takes(address(norms), stances(NORM, one(made)), 1);
        _refusesStance(made, numberUsed(0, party, 1));
    }

    function test_stance_after_its_deadline_is_refused() public {
        _publish(NORM);
        uint64 deadline = uint64(block.timestamp - 1);
        Stance memory made = stance(_endorser, NORM, ActKind.Endorsement, 1);
        made.stamp = stamp(ActKind.Endorsement, 1, deadline);
        signStance(_endorser, NORM, made);
        _refusesStance(made, expired(0, _endorser.party, deadline));
    }

    function test_stance_by_a_signer_who_is_not_there_is_refused() public {
        _publish(NORM);
        Stance memory made = stance(_endorser, NORM, ActKind.Endorsement, 1);
        made.seal = beside(1);
        refuses(address(norms), stances(NORM, one(made), one(Signer(address(1), ""))), noSuchSigner(0, 1, 1));
    }

    function test_stance_with_malformed_seal_is_refused() public {
        _publish(NORM);
        Stance memory made = stance(_endorser, NORM, ActKind.Endorsement, 1);
        bytes32 digest = stanceDigest(NORM, made, _endorser);
        Seal memory good = made.seal;
        for (uint256 flaw = 0; flaw < SEAL_FLAWS; ++flaw) {
            made.seal = spoilSeal(good, flaw);
            address recovered = recoverSeal(digest, made.seal);
            _refusesStance(made, wrongSigner(0, _endorser.party, _endorser.account, recovered));
        }
    }

    function test_stance_signed_for_something_else_is_refused() public {
        _publish(NORM);
        for (uint256 field = 0; field < 10; ++field) {
            Actor memory actor = _endorser;
            bytes32 norm = NORM;
            bytes32 domain = separator("1", block.chainid, address(norms));
            Stance memory made = stance(actor, NORM, ActKind.Endorsement, 1);
            if (field == 0) norm = OTHER;
            else if (field == 1) made.content = "reason";
            else if (field == 2) made.stamp = stamp(ActKind.Opposition, 1, 0);
            else if (field == 3) made.stamp = stamp(ActKind.Endorsement, 2, 0);
            else if (field == 4) made.stamp = stamp(ActKind.Endorsement, 1, uint64(block.timestamp));
            else if (field == 5) actor.party = _publisher.party;
            else if (field == 6) actor.account = _publisher.account;
            else if (field == 7) domain = separator("1", block.chainid + 1, address(norms));
            else if (field == 8) domain = separator("1", block.chainid, address(ledger));
            else domain = separator("2", block.chainid, address(norms));
            bytes32 hash = stanceHash(norm, made.stamp, made.content, actor.party, actor.account);
            made = stance(_endorser, NORM, ActKind.Endorsement, 1);
            made.seal = seal(actor.key, digestUnder(domain, hash));
            address recovered = recoverSeal(stanceDigest(NORM, made, _endorser), made.seal);
            vm.assertTrue(recovered != _endorser.account, "the case is none");
            _refusesStance(made, wrongSigner(0, _endorser.party, _endorser.account, recovered));
        }
    }

    function test_batch_of_stances_names_the_bad_one_and_records_none() public {
        _publish(NORM);
        Stance[] memory list = new Stance[](3);
        list[0] = stance(_endorser, NORM, ActKind.Endorsement, 1);
        list[1] = stance(_publisher, NORM, ActKind.Opposition, 2);
        list[2] = stance(_endorser, NORM, ActKind.Withdrawal, 2);
        list[2].seal = list[0].seal;
        address recovered = recoverSeal(stanceDigest(NORM, list[2], _endorser), list[2].seal);
        refuses(address(norms), stances(NORM, list), wrongSigner(2, _endorser.party, _endorser.account, recovered));
        vm.assertTrue(!norms.isUsed(NORM, 1, _endorser.ordinal), "number kept");
    }

    // ---------------------------------------------------------------- takeStances, recorded

    function test_stances_are_recorded() public {
        _publish(NORM);
        uint64 number = 0;
        for (uint256 kind = 0; kind <= uint256(type(ActKind).max); ++kind) {
            if (!isStance(ActKind(kind))) continue;
            later();
            Stance memory made = stance(_endorser, NORM, ActKind(kind), ++number);
            made.content = "reason";
            signStance(_endorser, NORM, made);
            takes(address(norms), stances(NORM, one(made)), 1);
        }
        vm.assertEq(number, 6, "kinds");
        vm.assertEq(stranger.entries(address(norms)).length, 1, "stances are no subjects");
    }

    function test_withdrawal_may_come_before_its_endorsement() public {
        _publish(NORM);
        takes(address(norms), stances(NORM, one(stance(_endorser, NORM, ActKind.Withdrawal, 2))), 1);
        later();
        takes(address(norms), stances(NORM, one(stance(_endorser, NORM, ActKind.Endorsement, 1))), 1);
    }

    function test_stances_of_many_parties_are_recorded_in_one_batch() public {
        _publish(NORM);
        Actor[] memory parties = people(40, 100);
        Stance[] memory list = new Stance[](40);
        for (uint256 i = 0; i < 40; ++i) {
            list[i] = stance(parties[i], NORM, ActKind.Endorsement, 1);
        }
        takes(address(norms), stances(NORM, list), 40);
    }

    function test_parties_256_ordinals_apart_have_bits_of_their_own() public {
        Actor memory last;
        for (uint256 i = 0; i < 256; ++i) {
            last = person(1000 + i);
        }
        vm.assertEq(last.ordinal, _endorser.ordinal + 256, "ordinals");
        agree(256);
        _publish(NORM);
        Stance memory far = stance(last, NORM, ActKind.Endorsement, 1);
        Stance memory near = stance(_endorser, NORM, ActKind.Endorsement, 1);
        takes(address(norms), stances(NORM, one(far)), 1);
        vm.assertTrue(!norms.isUsed(NORM, 1, _endorser.ordinal), "not by the near one yet");
        takes(address(norms), stances(NORM, one(near)), 1);
        _refusesStance(far, numberUsed(0, last.party, 1));
        _refusesStance(near, numberUsed(0, _endorser.party, 1));
        vm.assertTrue(!norms.isUsed(NORM, 1, _publisher.ordinal + 256), "a page holds its own bits only");
    }

    function test_norms_do_not_lengthen_each_others_word() public {
        _publish(NORM);
        _publish(OTHER);
        bytes32 word = norms.word(NORM);
        takes(address(norms), stances(OTHER, one(stance(_endorser, OTHER, ActKind.Endorsement, 1))), 1);
        vm.assertEq(norms.word(NORM), word, "word");
        vm.assertEq(norms.word(keccak256("nothing")), 0, "no word");
    }

    // ---------------------------------------------------------------- takeStancesOnMany, refused

    function test_taking_no_stance_on_many_is_refused() public {
        refuses(address(norms), many(_endorser.party, new Stance[](0)), empty());
    }

    function test_stance_on_many_of_which_one_is_not_published_is_refused() public {
        _publish(NORM);
        refuses(
            address(norms),
            many(_endorser.party, two(_on(NORM, ActKind.Endorsement, 1), _on(OTHER, ActKind.Endorsement, 1))),
            abi.encodeWithSelector(INormRegistry.NotPublished.selector, 1, OTHER)
        );
        vm.assertTrue(!norms.isUsed(NORM, 1, _endorser.ordinal), "number kept");
    }

    function test_stance_on_many_of_any_other_kind_is_refused() public {
        _publish(NORM);
        Stance memory made = _on(NORM, ActKind.Endorsement, 1);
        for (uint256 kind = 0; kind < 40; ++kind) {
            if (kind < 32 && isStance(ActKind(kind))) continue;
            made.stamp = stampOf(kind, 1, 0);
            refuses(address(norms), many(_endorser.party, one(made)), kindNotHere(0, kind));
        }
    }

    function test_stance_on_many_of_a_party_not_registered_is_refused() public {
        _publish(NORM);
        PartyId nobody = PartyId.wrap("nobody");
        Stance[] memory list = one(_on(NORM, ActKind.Endorsement, 1));
        refuses(address(norms), many(nobody, list), unknownParty(0, nobody));
    }

    function test_stance_on_many_with_a_used_number_is_refused() public {
        _publish(NORM);
        Stance memory made = _on(NORM, ActKind.Endorsement, 1);
        refuses(address(norms), many(_endorser.party, two(made, made)), numberUsed(1, _endorser.party, 1));
        takes(address(norms), many(_endorser.party, one(made)), 1);
        refuses(address(norms), many(_endorser.party, one(made)), numberUsed(0, _endorser.party, 1));
    }

    function test_stance_on_many_of_somebody_else_is_refused() public {
        _publish(NORM);
        Stance memory made = _on(NORM, ActKind.Endorsement, 2);
        Actor memory publisher = _publisher;
        address recovered = recoverSeal(stanceDigest(NORM, made, publisher), made.seal);
        refuses(
            address(norms),
            many(publisher.party, one(made)),
            wrongSigner(0, publisher.party, publisher.account, recovered)
        );
    }

    // ---------------------------------------------------------------- takeStancesOnMany, recorded

    function test_stances_on_many_are_recorded() public {
        Stance[] memory list = new Stance[](21);
        for (uint256 i = 0; i < 20; ++i) {
            bytes32 norm = keccak256(abi.encode(i));
            _publish(norm);
            list[i] = _on(norm, i % 2 == 0 ? ActKind.Endorsement : ActKind.Opposition, 1);
        }
        list[20] = _on(keccak256(abi.encode(0)), ActKind.Withdrawal, 2);
        vm.prank(address(0xbad));
        takes(address(norms), many(_endorser.party, list), 21);
        for (uint256 i = 0; i < 20; ++i) {
            vm.assertTrue(norms.isUsed(keccak256(abi.encode(i)), 1, _endorser.ordinal), "used");
        }
    }

    function test_stance_may_be_brought_either_way() public {
        _publish(NORM);
        Stance memory first = stance(_endorser, NORM, ActKind.Endorsement, 1);
        Stance memory second = stance(_endorser, NORM, ActKind.Opposition, 2);
        first.partyOrNorm = NORM;
        takes(address(norms), many(_endorser.party, one(first)), 1);
        takes(address(norms), stances(NORM, one(second)), 1);
        second.partyOrNorm = NORM;
        refuses(address(norms), many(_endorser.party, one(second)), numberUsed(0, _endorser.party, 2));
    }

    // ---------------------------------------------------------------- arrangements

    function _publish(bytes32 norm) private {
        takes(address(norms), publishing(norm, stance(_publisher, norm, ActKind.Publication, 1)), 1);
    }

    /// @dev The endorser's stance in the form in which it names its norm.
    function _on(bytes32 norm, ActKind kind, uint64 number) private view returns (Stance memory made) {
        made = stance(_endorser, norm, kind, number);
        made.partyOrNorm = norm;
    }

    function _refusesPublication(Stance memory made, bytes memory expected) private {
        refuses(address(norms), publishing(NORM, made), expected);
    }

    function _refusesStance(Stance memory made, bytes memory expected) private {
        refuses(address(norms), stances(NORM, one(made)), expected);
    }
}
