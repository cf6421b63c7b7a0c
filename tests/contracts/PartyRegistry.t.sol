// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Holder, PartyId, PartyKind, Seal, Signer} from "../../contracts/ConsentTypes.sol";
import {IConsent} from "../../contracts/interfaces/IConsent.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Actor, Fixture} from "./Fixture.sol";

/// @notice The cases of PartyRegistry.tree, in its order.
contract PartyRegistryTest is Fixture {
    // ---------------------------------------------------------------- claim, refused

    function test_claim_without_kind_is_refused() public {
        Claimed memory made = claimed(1, "state:FRA");
        made.kind = PartyKind.None;
        signClaim(1, made);
        _refusesClaim(made, abi.encodeWithSelector(IPartyRegistry.KindMissing.selector));
    }

    function test_claim_with_identifier_of_wrong_length_is_refused() public {
        _refusesClaim(claimed(1, ""), _length(0));
        _refusesClaim(claimed(1, string(new bytes(201))), _length(201));
    }

    function test_second_claim_of_a_party_is_refused() public {
        Claimed memory made = claimed(1, "state:FRA");
        bytes memory expected = abi.encodeWithSelector(IPartyRegistry.AlreadyClaimed.selector, submit(made));
        _refusesClaim(made, expected);
        made.profile = keccak256("another profile");
        made.deadline = NOON + 1;
        signClaim(1, made);
        _refusesClaim(made, expected);
    }

    function test_claim_after_its_deadline_is_refused() public {
        Claimed memory made = claimed(1, "state:FRA");
        made.deadline = NOON - 1;
        signClaim(1, made);
        _refusesClaim(made, expired(0, claimant(made), made.deadline));
    }

    function test_claim_with_malformed_signature_is_refused() public {
        Claimed memory made = claimed(1, "state:FRA");
        bytes memory good = made.signer.signature;
        for (uint256 flaw = 0; flaw < FLAWS; ++flaw) {
            made.signer.signature = spoil(good, flaw);
            address recovered = recover(claimDigest(made), made.signer.signature);
            vm.assertTrue((recovered == address(0)) == (flaw < FLAWS - 1), "the case is another");
            _refusesClaim(made, wrongSigner(0, claimant(made), made.signer.account, recovered));
        }
    }

    function test_claim_for_the_zero_account_is_refused() public {
        Claimed memory made = claimed(1, "state:FRA");
        made.signer.account = address(0);
        made.signer.signature = spoil(made.signer.signature, 7);
        _refusesClaim(made, wrongSigner(0, claimant(made), address(0), address(0)));
    }

    function test_claim_signed_for_something_else_is_refused() public {
        for (uint256 field = 0; field < 8; ++field) {
            Claimed memory made = claimed(1, "state:FRA");
            if (field == 0) signClaim(2, made);
            else if (field == 1) made.identifier = "state:FRB";
            else if (field == 2) made.kind = PartyKind.Igo;
            else if (field == 3) made.profile = 0;
            else if (field == 4) made.signer.account = vm.addr(2);
            else if (field == 5) made.deadline = NOON;
            else made.signer.signature = signature(1, _claimElsewhere(made, field == 6));
            address recovered = recover(claimDigest(made), made.signer.signature);
            vm.assertTrue(recovered != made.signer.account, "the case is none");
            _refusesClaim(made, wrongSigner(0, claimant(made), made.signer.account, recovered));
        }
    }

    function test_claim_of_a_kind_that_does_not_exist_is_refused() public {
        bytes memory call = claiming(claimed(1, "state:FRA"));
        call[4 + 63] = 0x08;
        refuses(address(registry), call, "");
    }

    // ---------------------------------------------------------------- claim, recorded

    function test_claim_is_recorded() public {
        Claimed memory made = claimed(1, "state:FRA");
        PartyId party = submit(made);
        vm.assertEq(PartyId.unwrap(party), PartyId.unwrap(claimant(made)), "party");
        agree(1);
        vm.assertEq(stranger.entries(address(registry))[0], PartyId.unwrap(party), "registered");
        vm.assertTrue(registry.word(PartyId.unwrap(party)) != 0, "a word");
        Holder holder = registry.holder(party);
        vm.assertEq(holder.account(), vm.addr(1), "account");
        vm.assertEq(holder.ordinal(), 1, "ordinal");
        vm.assertEq(holder.epoch(), 0, "epoch");
        vm.assertEq(holder.last(), 0, "last");
        later();
        vm.assertEq(person(2).ordinal, 2, "second ordinal");
        agree(1);
    }

    function test_claim_is_recorded_at_its_last_second() public {
        Claimed memory made = claimed(1, "state:FRA");
        made.deadline = NOON;
        signClaim(1, made);
        takes(address(registry), claiming(made), 1);
    }

    function test_claim_is_recorded_with_a_short_signature() public {
        for (uint256 key = 1; key < 9; ++key) {
            Claimed memory made = claimed(key, "state:FRA");
            Seal memory short = seal(key, claimDigest(made));
            made.signer.signature = bytes.concat(short.r, short.vs);
            takes(address(registry), claiming(made), 1);
        }
        vm.assertEq(stranger.onTrust(), 0, "each proven");
    }

    function test_claim_takes_any_identifier_of_1_to_200_bytes() public {
        submit(claimed(1, "x"));
        submit(claimed(1, string(new bytes(200))));
        submit(claimed(1, string(bytes.concat(hex"fffe"))));
        agree(3);
    }

    function test_claim_takes_every_kind() public {
        for (uint256 kind = 1; kind <= uint256(type(PartyKind).max); ++kind) {
            Claimed memory made = claimed(1, "name:same");
            made.kind = PartyKind(kind);
            signClaim(1, made);
            submit(made);
        }
        agree(7);
    }

    function test_claims_of_one_identifier_are_different_parties() public {
        PartyId first = submit(claimed(1, "state:FRA"));
        PartyId second = submit(claimed(2, "state:FRA"));
        vm.assertTrue(PartyId.unwrap(first) != PartyId.unwrap(second), "two accounts");
        agree(2);
    }

    function test_claim_is_recorded_for_whoever_calls() public {
        Claimed memory made = claimed(1, "state:FRA");
        vm.prank(address(0xbad));
        PartyId party = submit(made);
        vm.assertEq(registry.holder(party).account(), vm.addr(1), "account");
        agree(1);
    }

    // ---------------------------------------------------------------- a party, of itself, refused

    function test_own_act_of_an_unknown_party_is_refused() public {
        Actor memory nobody = Actor(1, vm.addr(1), PartyId.wrap("nobody"), 0);
        for (uint256 i = 0; i < 5; ++i) {
            refuses(address(registry), owning(nobody, _act(nobody, i, 1)), unknownParty(0, nobody.party));
        }
    }

    function test_own_act_with_number_zero_is_refused() public {
        Actor memory actor = person(1);
        for (uint256 i = 0; i < 5; ++i) {
            refuses(address(registry), owning(actor, _act(actor, i, 0)), numberZero(0, actor.party));
        }
    }

    function test_own_act_with_number_beyond_time_is_refused() public {
        Actor memory actor = person(1);
        for (uint256 i = 0; i < 5; ++i) {
            bytes memory call = owning(actor, _act(actor, i, NOON + 1));
            refuses(address(registry), call, numberBeyond(0, actor.party, NOON + 1));
        }
    }

    function test_own_act_with_number_passed_is_refused() public {
        Actor memory actor = person(1);
        takes(address(registry), cancelling(actor, 7), 1);
        for (uint256 i = 0; i < 5; ++i) {
            refuses(address(registry), owning(actor, _act(actor, i, 7)), numberPassed(actor.party, 7, 7));
            refuses(address(registry), owning(actor, _act(actor, i, 1)), numberPassed(actor.party, 1, 7));
        }
        takes(address(registry), cancelling(actor, NOON), 1);
        refuses(address(registry), cancelling(actor, NOON), numberPassed(actor.party, NOON, NOON));
    }

    function test_own_act_after_its_deadline_is_refused() public {
        Actor memory actor = person(1);
        for (uint256 i = 0; i < 5; ++i) {
            Own memory own = _act(actor, i, 1);
            own.deadline = NOON - 1;
            refuses(address(registry), owning(actor, own), expired(0, actor.party, NOON - 1));
        }
    }

    function test_own_act_by_an_account_without_powers_is_refused() public {
        Actor memory actor = person(1);
        Actor memory thief = Actor(66, vm.addr(66), actor.party, actor.ordinal);
        for (uint256 i = 0; i < 5; ++i) {
            bytes memory expected = notEmpowered(0, actor.party, thief.account, _kind(i));
            refuses(address(registry), owning(thief, _act(actor, i, 1)), expected);
        }
    }

    function test_own_act_with_malformed_signature_is_refused() public {
        Actor memory actor = person(1);
        for (uint256 i = 0; i < 5; ++i) {
            Own memory own = _act(actor, i, 1);
            bytes32 digest = ownDigest(own, actor.account);
            bytes memory good = signature(actor.key, digest);
            for (uint256 flaw = 0; flaw < FLAWS; ++flaw) {
                Signer memory bad = Signer(actor.account, spoil(good, flaw));
                address recovered = recover(digest, bad.signature);
                bytes memory expected = wrongSigner(0, actor.party, actor.account, recovered);
                refuses(address(registry), owning(own, bad, good), expected);
            }
        }
    }

    function test_own_act_signed_for_something_else_is_refused() public {
        Actor memory actor = person(1);
        for (uint256 i = 0; i < 5; ++i) {
            for (uint256 field = 0; field < 10; ++field) {
                Own memory own = _act(actor, i, 7);
                bytes memory given = signature(actor.key, ownDigest(own, actor.account));
                if (!_alter(own, field)) continue;
                address recovered = recover(ownDigest(own, actor.account), given);
                vm.assertTrue(recovered != actor.account, "the case is none");
                bytes memory expected = wrongSigner(0, actor.party, actor.account, recovered);
                refuses(address(registry), owning(own, Signer(actor.account, given), given), expected);
            }
        }
    }

    function test_own_act_brought_as_another_is_refused() public {
        Actor memory actor = person(1);
        for (uint256 i = 0; i < 25; ++i) {
            if (i / 5 == i % 5) continue;
            bytes memory given = signature(actor.key, ownDigest(_act(actor, i / 5, 1), actor.account));
            Own memory own = _act(actor, i % 5, 1);
            address recovered = recover(ownDigest(own, actor.account), given);
            bytes memory expected = wrongSigner(0, actor.party, actor.account, recovered);
            refuses(address(registry), owning(own, Signer(actor.account, given), given), expected);
        }
    }

    function test_own_act_for_another_party_of_the_account_is_refused() public {
        Actor memory actor = person(1);
        Claimed memory made = claimed(1, "name:another");
        PartyId other = submit(made);
        for (uint256 i = 0; i < 5; ++i) {
            Own memory own = _act(actor, i, 1);
            bytes memory given = signature(actor.key, ownDigest(own, actor.account));
            own.party = other;
            bytes memory expected = wrongSigner(0, other, actor.account, recover(ownDigest(own, actor.account), given));
            refuses(address(registry), owning(own, Signer(actor.account, given), given), expected);
        }
    }

    // ---------------------------------------------------------------- a party, of itself, recorded

    function test_own_acts_are_recorded_on_the_partys_own_word() public {
        Actor memory actor = person(1);
        agree(1);
        for (uint64 i = 0; i < 5; ++i) {
            later();
            Own memory own = _act(actor, i, 10 + i);
            // forge-lint: disable-next-line(block-timestamp)
            own.deadline = uint64(block.timestamp);
            vm.prank(address(0xbad));
            takes(address(registry), owning(actor, own), 1);
            vm.assertEq(registry.holder(actor.party).last(), 10 + i, "last");
            vm.assertTrue(!registry.isUsed(PartyId.unwrap(actor.party), 10 + i, actor.ordinal), "no bit");
            if (_kind(i) == ActKind.Rotation) (actor.account, actor.key) = (own.next, own.nextKey);
        }
        vm.assertEq(stranger.links(address(registry), PartyId.unwrap(actor.party)), 6, "links");
        vm.assertEq(stranger.entries(address(registry)).length, 1, "entries");
    }

    function test_further_claim_with_identifier_of_wrong_length_is_refused() public {
        Actor memory actor = person(1);
        Own memory own = _act(actor, 0, 1);
        own.identifier = "";
        refuses(address(registry), owning(actor, own), _length(0));
        own.identifier = string(new bytes(201));
        refuses(address(registry), owning(actor, own), _length(201));
        own.identifier = string(new bytes(200));
        takes(address(registry), owning(actor, own), 1);
    }

    // ---------------------------------------------------------------- rotate

    function test_rotation_to_the_same_account_is_refused() public {
        Actor memory actor = person(1);
        bytes memory expected = abi.encodeWithSelector(IPartyRegistry.SameAccount.selector, actor.party, actor.account);
        refuses(address(registry), rotating(actor, actor, 1), expected);
    }

    function test_rotation_to_an_account_that_was_left_is_refused() public {
        Actor memory first = person(1);
        Actor memory second = Actor(2, vm.addr(2), first.party, first.ordinal);
        Actor memory third = Actor(3, vm.addr(3), first.party, first.ordinal);
        takes(address(registry), rotating(first, second, 1), 1);
        refuses(address(registry), rotating(second, first, 2), _former(first));
        takes(address(registry), rotating(second, third, 2), 1);
        refuses(address(registry), rotating(third, first, 3), _former(first));
        refuses(address(registry), rotating(third, second, 3), _former(second));
    }

    function test_another_party_may_take_an_account_that_one_left() public {
        Actor memory first = person(1);
        Actor memory other = person(9);
        takes(address(registry), rotating(first, Actor(2, vm.addr(2), first.party, 1), 1), 1);
        takes(address(registry), rotating(other, first, 1), 1);
    }

    function test_rotation_without_the_next_accounts_consent_is_refused() public {
        Actor memory actor = person(1);
        Own memory own = _act(actor, 1, 1);
        bytes32 digest = ownDigest(own, actor.account);
        bytes memory good = signature(own.nextKey, digest);
        for (uint256 flaw = 0; flaw <= FLAWS; ++flaw) {
            bytes memory consent = flaw == FLAWS ? signature(actor.key, digest) : spoil(good, flaw);
            bytes memory expected = wrongSigner(0, actor.party, own.next, recover(digest, consent));
            refuses(address(registry), owning(own, by(actor, digest), consent), expected);
        }
    }

    function test_rotation_to_the_zero_account_is_refused() public {
        Actor memory actor = person(1);
        Own memory own = _act(actor, 1, 1);
        own.next = address(0);
        bytes32 digest = ownDigest(own, actor.account);
        bytes memory expected = wrongSigner(0, actor.party, address(0), address(0));
        refuses(address(registry), owning(own, by(actor, digest), ""), expected);
    }

    function test_rotation_changes_who_acts() public {
        Actor memory former = person(1);
        Actor memory next = Actor(2, vm.addr(2), former.party, former.ordinal);
        takes(address(registry), rotating(former, next, 5), 1);
        Holder holder = registry.holder(former.party);
        vm.assertEq(holder.account(), next.account, "account");
        vm.assertEq(holder.ordinal(), former.ordinal, "ordinal");
        vm.assertEq(holder.epoch(), 1, "epoch");
        vm.assertEq(holder.last(), 5, "last");
        bytes memory expected = notEmpowered(0, former.party, former.account, ActKind.Cancellation);
        refuses(address(registry), cancelling(former, 6), expected);
        takes(address(registry), cancelling(next, 6), 1);
    }

    // ---------------------------------------------------------------- empower, refused

    function test_powers_of_no_kind_are_refused() public {
        Actor memory actor = person(1);
        bytes memory expected = abi.encodeWithSelector(IPartyRegistry.NoKinds.selector, actor.party);
        Own memory own = _act(actor, 2, 1);
        own.grant.kinds = 0;
        refuses(address(registry), owning(actor, own), expected);
        own.grant.kinds = uint256(1) << uint256(type(ActKind).max) + 1;
        refuses(address(registry), owning(actor, own), expected);
        own.grant.kinds = uint256(1) << 255 | 1;
        refuses(address(registry), owning(actor, own), expected);
        own.grant.kinds = EVERY_KIND + 1; // None is no kind
        refuses(address(registry), owning(actor, own), expected);
        own.grant.kinds = EVERY_KIND;
        takes(address(registry), owning(actor, own), 1);
    }

    function test_powers_that_are_over_are_refused() public {
        Actor memory actor = person(1);
        Own memory own = _act(actor, 2, 1);
        own.grant.until = NOON - 1;
        bytes memory expected = abi.encodeWithSelector(IPartyRegistry.PowersOver.selector, actor.party, NOON - 1, NOON);
        refuses(address(registry), owning(actor, own), expected);
        own.grant.until = NOON;
        takes(address(registry), owning(actor, own), 1);
    }

    // ---------------------------------------------------------------- state, refused

    function test_stating_nothing_is_refused() public {
        refuses(address(registry), stating(person(1).party, new Act[](0)), empty());
    }

    function test_statement_of_an_unknown_author_is_refused() public {
        Actor memory actor = Actor(1, vm.addr(1), PartyId.wrap(keccak256("nobody")), 0);
        refuses(address(registry), _stating(actor, ActKind.Reports, 1), unknownParty(0, actor.party));
    }

    function test_statement_of_somebody_else_is_refused() public {
        (Actor memory author, Actor memory other) = (person(1), person(2));
        Act memory made = signed(other, address(registry), listFor(author.party), ActKind.Reports, 1);
        refuses(
            address(registry),
            stating(author.party, one(made)),
            abi.encodeWithSelector(IPartyRegistry.NotTheAuthor.selector, 0, author.party, other.party)
        );
    }

    function test_statement_of_any_other_kind_is_refused() public {
        Actor memory author = person(1);
        for (uint256 kind = 0; kind <= uint256(type(ActKind).max); ++kind) {
            if (isStated(ActKind(kind))) continue;
            refuses(address(registry), _stating(author, ActKind(kind), 1), kindNotHere(0, kind));
        }
        Act memory made = drawn(author.party, ActKind.None, 1);
        for (uint256 kind = 32; kind < 300; ++kind) {
            made.stamp = stampOf(kind == 299 ? type(uint128).max : kind, 1, 0);
            refuses(
                address(registry),
                stating(author.party, one(made)),
                kindNotHere(0, kind == 299 ? type(uint128).max : kind)
            );
        }
    }

    function test_statement_with_number_zero_is_refused() public {
        Actor memory author = person(1);
        refuses(address(registry), _stating(author, ActKind.Reports, 0), numberZero(0, author.party));
    }

    function test_statement_with_number_beyond_time_is_refused() public {
        Actor memory author = person(1);
        bytes memory call = _stating(author, ActKind.Reports, NOON + 1);
        refuses(address(registry), call, numberBeyond(0, author.party, NOON + 1));
    }

    function test_statement_with_used_number_is_refused() public {
        Actor memory author = person(1);
        Act memory made = _statement(author, ActKind.Reports, 1);
        takes(address(registry), stating(author.party, one(made)), 1);
        refuses(address(registry), stating(author.party, one(made)), numberUsed(0, author.party, 1));
        later();
        made.refersTo = keccak256("another");
        signAct(author, address(registry), listFor(author.party), made);
        refuses(address(registry), stating(author.party, one(made)), numberUsed(0, author.party, 1));
        made = _statement(author, ActKind.Reports, 2);
        refuses(address(registry), stating(author.party, two(made, made)), numberUsed(1, author.party, 2));
    }

    function test_statement_after_its_deadline_is_refused() public {
        Actor memory author = person(1);
        Act memory made = drawn(author.party, ActKind.Reports, 1);
        made.stamp = stamp(ActKind.Reports, 1, NOON - 1);
        signAct(author, address(registry), listFor(author.party), made);
        refuses(address(registry), stating(author.party, one(made)), expired(0, author.party, NOON - 1));
    }

    function test_statement_with_wrong_seal_is_refused() public {
        (Actor memory author, Actor memory other) = (person(1), person(2));
        Act memory made = _statement(author, ActKind.Reports, 1);
        bytes32 digest = digestAt(address(registry), actHash(listFor(author.party), made, author.account));
        Seal memory good = made.seal;
        for (uint256 flaw = 0; flaw < SEAL_FLAWS; ++flaw) {
            made.seal = spoilSeal(good, flaw);
            address recovered = recoverSeal(digest, made.seal);
            refuses(
                address(registry),
                stating(author.party, one(made)),
                wrongSigner(0, author.party, author.account, recovered)
            );
        }
        signAct(author, address(registry), listFor(other.party), made);
        bytes memory expected = wrongSigner(0, author.party, author.account, recoverSeal(digest, made.seal));
        refuses(address(registry), stating(author.party, one(made)), expected);
    }

    function test_statement_by_a_signer_who_is_not_there_is_refused() public {
        Actor memory author = person(1);
        Act memory made = _statement(author, ActKind.Reports, 1);
        made.seal = beside(0);
        refuses(address(registry), stating(author.party, one(made)), noSuchSigner(0, 0, 0));
        made.seal = beside(type(uint256).max);
        Signer[] memory signers = one(Signer(author.account, ""));
        refuses(address(registry), stating(author.party, one(made), signers), noSuchSigner(0, type(uint256).max, 1));
        made.seal = beside(1);
        refuses(address(registry), stating(author.party, one(made), signers), noSuchSigner(0, 1, 1));
    }

    function test_batch_of_statements_names_the_bad_one_and_records_none() public {
        Actor memory author = person(1);
        Act memory good = _statement(author, ActKind.Reports, 1);
        Act memory bad = _statement(author, ActKind.Claim, 2);
        refuses(address(registry), stating(author.party, two(good, bad)), kindNotHere(1, uint256(ActKind.Claim)));
        vm.assertTrue(!registry.isUsed(listFor(author.party), 1, author.ordinal), "number kept");
    }

    // ---------------------------------------------------------------- state, recorded

    function test_statements_are_recorded_on_the_authors_list() public {
        Actor memory author = person(1);
        bytes32 own = registry.word(PartyId.unwrap(author.party));
        ActKind[5] memory kinds =
            [ActKind.Recognition, ActKind.Alignments, ActKind.Reports, ActKind.Withdrawal, ActKind.Cancellation];
        agree(1);
        for (uint64 i = 0; i < 5; ++i) {
            later();
            Act memory made = drawn(author.party, kinds[i], i + 1);
            (made.clause, made.refersTo, made.content) = ("clause", bytes32(uint256(7 + i)), "text");
            signAct(author, address(registry), listFor(author.party), made);
            takes(address(registry), stating(author.party, one(made)), 1);
            vm.assertTrue(registry.isUsed(listFor(author.party), i + 1, author.ordinal), "used");
        }
        vm.assertEq(stranger.links(address(registry), listFor(author.party)), 5, "links");
        vm.assertEq(registry.word(PartyId.unwrap(author.party)), own, "its own word stays");
        bytes32[] memory entries = stranger.entries(address(registry));
        vm.assertEq(entries.length, 3, "a party and two roots");
        vm.assertEq(entries[1], bytes32(uint256(8)), "alignments");
        vm.assertEq(entries[2], bytes32(uint256(9)), "reports");
    }

    function test_root_of_two_authors_is_registered_for_both() public {
        for (uint256 key = 1; key < 3; ++key) {
            Actor memory author = person(key);
            Act memory made = drawn(author.party, ActKind.Reports, 1);
            made.refersTo = keccak256("root");
            signAct(author, address(registry), listFor(author.party), made);
            takes(address(registry), stating(author.party, one(made)), 1);
        }
        vm.assertEq(isIn(stranger.entries(address(registry)), keccak256("root")), 2, "entries");
    }

    function test_authors_do_not_lengthen_each_others_lists() public {
        (Actor memory first, Actor memory second) = (person(1), person(2));
        takes(address(registry), _stating(first, ActKind.Reports, 1), 1);
        bytes32 word = registry.word(listFor(first.party));
        takes(address(registry), _stating(second, ActKind.Reports, 1), 1);
        vm.assertEq(registry.word(listFor(first.party)), word, "first list");
    }

    function test_statements_may_come_in_falling_order_of_number() public {
        Actor memory author = person(1);
        Act memory high = _statement(author, ActKind.Withdrawal, NOON);
        Act memory low = _statement(author, ActKind.Reports, 1);
        takes(address(registry), stating(author.party, two(high, low)), 2);
    }

    function test_statement_may_be_signed_beside_the_acts() public {
        Actor memory author = person(1);
        Act memory made = _statement(author, ActKind.Reports, 1);
        bytes32 digest = digestAt(address(registry), actHash(listFor(author.party), made, author.account));
        made.seal = beside(0);
        takes(address(registry), stating(author.party, one(made), one(by(author, digest))), 1);
        vm.assertEq(stranger.onTrust(), 0, "proven");
    }

    // ---------------------------------------------------------------- views

    function test_holders_come_in_the_order_asked() public {
        (Actor memory first, Actor memory second) = (person(1), person(2));
        PartyId[] memory asked = new PartyId[](3);
        (asked[0], asked[1], asked[2]) = (second.party, PartyId.wrap(keccak256("nobody")), first.party);
        Holder[] memory found = registry.holders(asked);
        vm.assertEq(found.length, 3, "count");
        vm.assertEq(found[0].account(), second.account, "second");
        vm.assertEq(found[0].ordinal(), 2, "second's ordinal");
        vm.assertEq(Holder.unwrap(found[1]), 0, "nobody");
        vm.assertEq(Holder.unwrap(registry.holder(asked[1])), 0, "nobody alone");
        vm.assertEq(found[2].account(), first.account, "first");
        vm.assertEq(registry.holders(new PartyId[](0)).length, 0, "none");
    }

    function test_list_is_named_by_its_author() public view {
        PartyId author = PartyId.wrap(keccak256("author"));
        vm.assertEq(registry.listOf(author), listFor(author), "list");
        vm.assertEq(registry.listOf(author), keccak256(abi.encode("list", author)), "as it is documented");
    }

    function test_used_number_is_that_partys_on_that_subject_alone() public {
        (Actor memory author, Actor memory other) = (person(1), person(2));
        bytes32 list = listFor(author.party);
        takes(address(registry), _stating(author, ActKind.Reports, 7), 1);
        vm.assertTrue(registry.isUsed(list, 7, author.ordinal), "used");
        vm.assertTrue(!registry.isUsed(list, 6, author.ordinal), "number before");
        vm.assertTrue(!registry.isUsed(list, 8, author.ordinal), "number after");
        vm.assertTrue(!registry.isUsed(list, 7, other.ordinal), "another party");
        vm.assertTrue(!registry.isUsed(list, 7, author.ordinal + 256), "another page");
        vm.assertTrue(!registry.isUsed(listFor(other.party), 7, author.ordinal), "another list");
    }

    function test_domain_tells_the_contracts_apart() public view {
        _checkDomain(registry);
        _checkDomain(ledger);
        _checkDomain(norms);
    }

    function test_domain_follows_a_fork() public {
        Claimed memory made = claimed(1, "state:FRA");
        bytes32 old = claimDigest(made);
        vm.chainId(4242);
        _checkDomain(registry);
        bytes32 digest = claimDigest(made);
        vm.assertTrue(old != digest, "another digest");
        address recovered = recover(digest, made.signer.signature);
        _refusesClaim(made, wrongSigner(0, claimant(made), made.signer.account, recovered));
        signClaim(1, made);
        takes(address(registry), claiming(made), 1);
    }

    // ---------------------------------------------------------------- arrangements

    /// @dev The five acts of a party on itself.
    function _kind(uint256 i) private pure returns (ActKind) {
        ActKind[5] memory kinds =
            [ActKind.FurtherClaim, ActKind.Rotation, ActKind.FullPowers, ActKind.Revocation, ActKind.Cancellation];
        return kinds[i];
    }

    function _act(Actor memory actor, uint256 i, uint64 number) private view returns (Own memory) {
        return ownAct(actor.party, _kind(i), number);
    }

    /// @dev Changes one signed field; false if this kind does not have it.
    function _alter(Own memory own, uint256 field) private view returns (bool) {
        if (field == 0) own.number = 8;
        else if (field == 1) own.deadline = uint64(block.timestamp);
        else if (own.kind == ActKind.FurtherClaim && field == 2) own.identifier = "name:yet another";
        else if (own.kind == ActKind.FurtherClaim && field == 3) own.profile = 0;
        else if (own.kind == ActKind.Rotation && field == 4) own.next = vm.addr(445);
        else if (_isGrant(own.kind) && field == 5) own.grant.representative = vm.addr(556);
        else if (_isGrant(own.kind) && field == 6) own.grant.subject = "subject";
        else if (own.kind == ActKind.FullPowers && field == 7) own.grant.kinds |= bit(ActKind.FullPowers);
        else if (own.kind == ActKind.FullPowers && field == 8) --own.grant.until;
        else return false;
        return true;
    }

    function _isGrant(ActKind kind) private pure returns (bool) {
        return kind == ActKind.FullPowers || kind == ActKind.Revocation;
    }

    function _former(Actor memory actor) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPartyRegistry.FormerAccount.selector, actor.party, actor.account);
    }

    function _length(uint256 length) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPartyRegistry.IdentifierLength.selector, length);
    }

    function _refusesClaim(Claimed memory bad, bytes memory expected) private {
        refuses(address(registry), claiming(bad), expected);
    }

    function _claimElsewhere(Claimed memory made, bool anotherChain) private view returns (bytes32) {
        bytes32 domain = anotherChain
            ? separator("1", block.chainid + 1, address(registry))
            : separator("1", block.chainid, address(ledger));
        return
            digestUnder(domain, claimHash(made.identifier, made.kind, made.profile, made.signer.account, made.deadline));
    }

    function _statement(Actor memory author, ActKind kind, uint64 number) private view returns (Act memory) {
        return signed(author, address(registry), listFor(author.party), kind, number);
    }

    function _stating(Actor memory author, ActKind kind, uint64 number) private view returns (bytes memory) {
        return stating(author.party, one(_statement(author, kind, number)));
    }

    function _checkDomain(IConsent where) private view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chain,
            address contract_,
            bytes32 salt,
            uint256[] memory extensions
        ) = where.eip712Domain();
        vm.assertEq(uint8(fields), 0x0f, "fields");
        vm.assertEq(name, "NormLedger", "name");
        vm.assertEq(version, "1", "version");
        vm.assertEq(chain, block.chainid, "chain");
        vm.assertEq(contract_, address(where), "contract");
        vm.assertEq(salt, 0, "salt");
        vm.assertEq(extensions.length, 0, "extensions");
    }
}
