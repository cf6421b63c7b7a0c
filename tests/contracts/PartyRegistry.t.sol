// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, PartyId, PartyKind} from "../../contracts/ConsentTypes.sol";
import {IConsent} from "../../contracts/interfaces/IConsent.sol";
import {Holder, IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Actor, Fixture} from "./Fixture.sol";

/// @notice The cases of PartyRegistry.tree, in its order.
contract PartyRegistryTest is Fixture {
    // ---------------------------------------------------------------- claim, refused

    function test_claim_without_kind_is_refused() public {
        Claimed memory made = claimed(1, "state:FRA");
        made.kind = PartyKind.None;
        signClaim(1, made);
        refusesClaim(made, abi.encodeWithSelector(IPartyRegistry.KindMissing.selector));
    }

    function test_claim_with_identifier_of_wrong_length_is_refused() public {
        refusesClaim(claimed(1, ""), abi.encodeWithSelector(IPartyRegistry.IdentifierLength.selector, 0));
        refusesClaim(
            claimed(1, string(new bytes(201))), abi.encodeWithSelector(IPartyRegistry.IdentifierLength.selector, 201)
        );
    }

    function test_second_claim_of_a_party_is_refused() public {
        Claimed memory made = claimed(1, "state:FRA");
        bytes memory expected = abi.encodeWithSelector(IPartyRegistry.AlreadyClaimed.selector, submit(made));
        refusesClaim(made, expected);
        made.profile = keccak256("another profile");
        made.deadline = NOON + 1;
        signClaim(1, made);
        refusesClaim(made, expected);
    }

    function test_claim_after_its_deadline_is_refused() public {
        Claimed memory made = claimed(1, "state:FRA");
        made.deadline = NOON - 1;
        signClaim(1, made);
        refusesClaim(made, expired(0, partyFor("state:FRA", PartyKind.State, vm.addr(1)), made.deadline));
    }

    function test_claim_with_malformed_signature_is_refused() public {
        Claimed memory made = claimed(1, "state:FRA");
        bytes memory good = made.signature;
        PartyId party = partyFor("state:FRA", PartyKind.State, made.account);
        for (uint256 flaw = 0; flaw < FLAWS; ++flaw) {
            made.signature = spoil(good, flaw);
            refusesClaim(made, wrongSigner(0, party, made.account, address(0)));
        }
    }

    function test_claim_for_the_zero_account_is_refused() public {
        Claimed memory made = claimed(1, "state:FRA");
        made.account = address(0);
        made.signature = spoil(made.signature, 7);
        refusesClaim(made, wrongSigner(0, partyFor("state:FRA", PartyKind.State, address(0)), address(0), address(0)));
    }

    function test_claim_signed_for_something_else_is_refused() public {
        for (uint256 field = 0; field < 8; ++field) {
            Claimed memory made = claimed(1, "state:FRA");
            uint256 chain = block.chainid;
            address where = address(registry);
            if (field == 0) signClaim(2, made);
            else if (field == 1) made.identifier = "state:FRB";
            else if (field == 2) made.kind = PartyKind.Igo;
            else if (field == 3) made.profile = 0;
            else if (field == 4) made.account = vm.addr(2);
            else if (field == 5) made.deadline = NOON;
            else if (field == 6) ++chain;
            else where = address(ledger);
            if (field > 5) {
                made.signature = seal(
                    1,
                    claimDigestFor(chain, where, made.identifier, made.kind, made.profile, made.account, made.deadline)
                );
            }
            bytes32 digest =
                claimDigest(address(registry), made.identifier, made.kind, made.profile, made.account, made.deadline);
            address recovered = recover(digest, made.signature);
            vm.assertTrue(recovered != made.account, "the case is none");
            PartyId party = partyFor(made.identifier, made.kind, made.account);
            refusesClaim(made, wrongSigner(0, party, made.account, recovered));
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
        vm.assertEq(PartyId.unwrap(party), PartyId.unwrap(partyFor("state:FRA", PartyKind.State, vm.addr(1))), "party");
        agree(1);
        vm.assertEq(entries[address(registry)][0], PartyId.unwrap(party), "registered");
        vm.assertTrue(registry.word(PartyId.unwrap(party)) != 0, "a word");
        Holder memory holder = registry.holders(one(party))[0];
        vm.assertEq(holder.account, vm.addr(1), "account");
        vm.assertEq(holder.ordinal, 1, "ordinal");
        later();
        vm.assertEq(person(2).ordinal, 2, "second ordinal");
        agree(1);
    }

    function test_claim_is_recorded_at_its_last_second() public {
        Claimed memory made = claimed(1, "state:FRA");
        made.deadline = NOON;
        signClaim(1, made);
        submit(made);
        agree(1);
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
        vm.assertEq(registry.holders(one(party))[0].account, vm.addr(1), "account");
        agree(1);
    }

    // ---------------------------------------------------------------- state, refused

    function test_stating_nothing_is_refused() public {
        refuses(
            address(registry), stating(person(1).party, new Act[](0)), abi.encodeWithSelector(IConsent.Empty.selector)
        );
    }

    function test_statement_of_an_unknown_author_is_refused() public {
        Actor memory actor = Actor(1, vm.addr(1), PartyId.wrap(keccak256("nobody")), 0);
        Act memory act = signed(actor, address(registry), listFor(actor.party), ActKind.Reports, 1);
        refuses(address(registry), stating(actor.party, one(act)), unknownParty(0, actor.party));
    }

    function test_statement_of_somebody_else_is_refused() public {
        (Actor memory author, Actor memory other) = (person(1), person(2));
        Act memory act = signed(other, address(registry), listFor(author.party), ActKind.Reports, 1);
        refuses(
            address(registry),
            stating(author.party, one(act)),
            abi.encodeWithSelector(IPartyRegistry.NotTheAuthor.selector, 0, author.party, other.party)
        );
    }

    function test_statement_of_any_other_kind_is_refused() public {
        Actor memory author = person(1);
        for (uint256 kind = 0; kind <= uint256(type(ActKind).max); ++kind) {
            if (_isStated(ActKind(kind))) continue;
            Act memory act = signed(author, address(registry), listFor(author.party), ActKind(kind), 1);
            refuses(address(registry), stating(author.party, one(act)), kindNotHere(0, ActKind(kind)));
        }
    }

    function test_statement_with_number_zero_is_refused() public {
        Actor memory author = person(1);
        refuses(address(registry), _stating(author, 0), numberZero(0, author.party));
    }

    function test_statement_with_number_beyond_time_is_refused() public {
        Actor memory author = person(1);
        refuses(address(registry), _stating(author, NOON + 1), numberBeyond(0, author.party, NOON + 1));
    }

    function test_statement_with_used_number_is_refused() public {
        Actor memory author = person(1);
        Act memory act = signed(author, address(registry), listFor(author.party), ActKind.Reports, 1);
        registry.state(author.party, one(act));
        agree(2);
        refuses(address(registry), stating(author.party, one(act)), numberUsed(0, author.party, 1));
        later();
        act.refersTo = keccak256("another");
        signAct(author, address(registry), listFor(author.party), act);
        refuses(address(registry), stating(author.party, one(act)), numberUsed(0, author.party, 1));
        act.number = 2;
        signAct(author, address(registry), listFor(author.party), act);
        refuses(address(registry), stating(author.party, two(act, act)), numberUsed(1, author.party, 2));
    }

    function test_statement_after_its_deadline_is_refused() public {
        Actor memory author = person(1);
        Act memory act = Act(ActKind.Reports, 0, 0, 0, author.party, 1, NOON - 1, "");
        signAct(author, address(registry), listFor(author.party), act);
        refuses(address(registry), stating(author.party, one(act)), expired(0, author.party, act.deadline));
    }

    function test_statement_with_wrong_signature_is_refused() public {
        (Actor memory author, Actor memory other) = (person(1), person(2));
        Act memory act = signed(author, address(registry), listFor(author.party), ActKind.Reports, 1);
        bytes memory good = act.signature;
        for (uint256 flaw = 0; flaw < FLAWS; ++flaw) {
            act.signature = spoil(good, flaw);
            refuses(
                address(registry),
                stating(author.party, one(act)),
                wrongSigner(0, author.party, author.account, address(0))
            );
        }
        signAct(author, address(registry), listFor(other.party), act);
        address recovered =
            recover(digestOf(address(registry), listFor(author.party), act, author.account), act.signature);
        refuses(
            address(registry), stating(author.party, one(act)), wrongSigner(0, author.party, author.account, recovered)
        );
    }

    function test_batch_of_statements_names_the_bad_one_and_records_none() public {
        Actor memory author = person(1);
        Act memory good = signed(author, address(registry), listFor(author.party), ActKind.Reports, 1);
        Act memory bad = signed(author, address(registry), listFor(author.party), ActKind.Claim, 2);
        refuses(address(registry), stating(author.party, two(good, bad)), kindNotHere(1, ActKind.Claim));
        vm.assertTrue(!registry.isUsed(listFor(author.party), 1, author.ordinal), "number kept");
    }

    // ---------------------------------------------------------------- state, recorded

    function test_statements_are_recorded_on_the_authors_list() public {
        Actor memory author = person(1);
        bytes32 own = registry.word(PartyId.unwrap(author.party));
        ActKind[4] memory kinds = [ActKind.Recognition, ActKind.Alignments, ActKind.Reports, ActKind.Withdrawal];
        agree(1);
        for (uint64 i = 0; i < 4; ++i) {
            later();
            Act memory act = Act(
                kinds[i], keccak256("clause"), bytes32(uint256(7 + i)), keccak256("text"), author.party, i + 1, 0, ""
            );
            signAct(author, address(registry), listFor(author.party), act);
            registry.state(author.party, one(act));
            agree(1);
            vm.assertTrue(registry.isUsed(listFor(author.party), i + 1, author.ordinal), "used");
        }
        vm.assertEq(links[address(registry)][listFor(author.party)], 4, "links");
        vm.assertEq(registry.word(PartyId.unwrap(author.party)), own, "its own word stays");
        vm.assertEq(entries[address(registry)].length, 3, "a party and two roots");
        vm.assertEq(entries[address(registry)][1], bytes32(uint256(8)), "alignments");
        vm.assertEq(entries[address(registry)][2], bytes32(uint256(9)), "reports");
    }

    function test_root_of_two_authors_is_registered_for_both() public {
        for (uint256 key = 1; key < 3; ++key) {
            Actor memory author = person(key);
            Act memory act = Act(ActKind.Reports, 0, keccak256("root"), 0, author.party, 1, 0, "");
            signAct(author, address(registry), listFor(author.party), act);
            registry.state(author.party, one(act));
        }
        agree(4);
        vm.assertEq(isIn(entries[address(registry)], keccak256("root")), 2, "entries");
    }

    function test_authors_do_not_lengthen_each_others_lists() public {
        (Actor memory first, Actor memory second) = (person(1), person(2));
        registry.state(first.party, one(signed(first, address(registry), listFor(first.party), ActKind.Reports, 1)));
        bytes32 word = registry.word(listFor(first.party));
        registry.state(second.party, one(signed(second, address(registry), listFor(second.party), ActKind.Reports, 1)));
        agree(4);
        vm.assertEq(registry.word(listFor(first.party)), word, "first list");
    }

    function test_statements_may_come_in_falling_order_of_number() public {
        Actor memory author = person(1);
        Act memory high = signed(author, address(registry), listFor(author.party), ActKind.Withdrawal, NOON);
        Act memory low = signed(author, address(registry), listFor(author.party), ActKind.Reports, 1);
        registry.state(author.party, two(high, low));
        agree(3);
    }

    // ---------------------------------------------------------------- views

    function test_holders_come_in_the_order_asked() public {
        (Actor memory first, Actor memory second) = (person(1), person(2));
        PartyId[] memory asked = new PartyId[](3);
        (asked[0], asked[1], asked[2]) = (second.party, PartyId.wrap(keccak256("nobody")), first.party);
        Holder[] memory found = registry.holders(asked);
        vm.assertEq(found.length, 3, "count");
        vm.assertEq(found[0].account, second.account, "second");
        vm.assertEq(found[0].ordinal, 2, "second's ordinal");
        vm.assertEq(found[1].account, address(0), "nobody");
        vm.assertEq(found[1].ordinal, 0, "nobody's ordinal");
        vm.assertEq(found[2].account, first.account, "first");
        vm.assertEq(registry.holders(new PartyId[](0)).length, 0, "none");
    }

    function test_list_is_named_by_its_author() public view {
        vm.assertEq(
            registry.listOf(PartyId.wrap(keccak256("author"))),
            keccak256(bytes.concat(bytes32(uint256(64)), keccak256("author"), bytes32(uint256(4)), "list", bytes28(0))),
            "list"
        );
    }

    function test_used_number_is_that_partys_on_that_subject_alone() public {
        (Actor memory author, Actor memory other) = (person(1), person(2));
        bytes32 list = listFor(author.party);
        registry.state(author.party, one(signed(author, address(registry), list, ActKind.Reports, 7)));
        vm.assertTrue(registry.isUsed(list, 7, author.ordinal), "used");
        vm.assertTrue(!registry.isUsed(list, 6, author.ordinal), "number before");
        vm.assertTrue(!registry.isUsed(list, 8, author.ordinal), "number after");
        vm.assertTrue(!registry.isUsed(list, 7, other.ordinal), "another party");
        vm.assertTrue(!registry.isUsed(list, 7, author.ordinal + 256), "another page");
        vm.assertTrue(!registry.isUsed(listFor(other.party), 7, author.ordinal), "another list");
    }

    function test_domain_tells_the_contracts_apart() public view {
        _checkDomain(IConsent(registry));
        _checkDomain(IConsent(ledger));
        _checkDomain(IConsent(norms));
    }

    function test_domain_follows_a_fork() public {
        Claimed memory made = claimed(1, "state:FRA");
        bytes32 old =
            claimDigest(address(registry), made.identifier, made.kind, made.profile, made.account, made.deadline);
        vm.chainId(4242);
        _checkDomain(IConsent(registry));
        bytes32 digest =
            claimDigest(address(registry), made.identifier, made.kind, made.profile, made.account, made.deadline);
        vm.assertTrue(old != digest, "another digest");
        PartyId party = partyFor("state:FRA", PartyKind.State, made.account);
        refusesClaim(made, wrongSigner(0, party, made.account, recover(digest, made.signature)));
        signClaim(1, made);
        submit(made);
        agree(1);
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

    function _stating(Actor memory author, uint64 number) private view returns (bytes memory) {
        return
            stating(
                author.party, one(signed(author, address(registry), listFor(author.party), ActKind.Reports, number))
            );
    }

    function _isStated(ActKind kind) private pure returns (bool) {
        return kind == ActKind.Recognition || kind == ActKind.Alignments || kind == ActKind.Reports
            || kind == ActKind.Withdrawal;
    }
}
