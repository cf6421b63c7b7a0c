// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Admission, AgreementId, NormId, PartyId, PartyKind} from "../../contracts/ConsentTypes.sol";
import {Founding, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {Actor, Fixture} from "./Fixture.sol";

/// @notice What holds for every value: each entry with arbitrary content, callers, numbers, times and orders.
contract FuzzTest is Fixture {
    bytes32 private constant NORM = keccak256("norm");

    /// @dev What an act says, without what makes it valid.
    struct Said {
        uint8 kind;
        bytes32 clause;
        bytes32 refersTo;
        bytes32 content;
        uint64 number;
        uint64 deadline;
    }

    Actor[] private _actors;
    Terms private _terms;

    function setUp() public override {
        super.setUp();
        Actor[] memory actors = people(5, 1);
        for (uint256 i = 0; i < 5; ++i) {
            _actors.push(actors[i]);
        }
        _terms = termsOf(actors, Admission.Open);
        ledger.sign(_terms, all(actors, _terms));
        norms.publish(NormId.wrap(NORM), signed(actors[0], address(norms), NORM, ActKind.Publication, 1));
        agree(11);
    }

    function testFuzz_claim_of_anything_is_recorded_as_said(
        string memory identifier,
        uint8 kind,
        bytes32 profile,
        uint256 key,
        uint64 deadline,
        address caller
    ) public {
        uint256 length = bytes(identifier).length;
        Claimed memory made;
        made.identifier = identifier;
        made.kind = PartyKind(bound(kind, 1, 7));
        made.profile = profile;
        key = bound(key, 1, ORDER - 1);
        made.account = vm.addr(key);
        made.deadline = deadline == 0 ? 0 : uint64(bound(deadline, block.timestamp, type(uint64).max));
        signClaim(key, made);
        if (length == 0 || length > 200) {
            refusesClaim(made, abi.encodeWithSignature("IdentifierLength(uint256)", length));
        } else {
            vm.prank(caller);
            submit(made);
            agree(1);
        }
    }

    function testFuzz_stance_of_anything_is_recorded_as_said(Said memory said, uint256 who, address caller) public {
        (Actor memory actor, Act memory act) = _arbitrary(said, who);
        ActKind[4] memory kinds = [ActKind.Endorsement, ActKind.Opposition, ActKind.Withdrawal, ActKind.Derivation];
        act.kind = kinds[said.kind % 4];
        signAct(actor, address(norms), NORM, act);
        vm.prank(caller);
        norms.act(NormId.wrap(NORM), one(act));
        agree(1);
    }

    function testFuzz_treaty_act_of_anything_is_recorded_as_said(Said memory said, uint256 who, address caller) public {
        (Actor memory actor, Act memory act) = _arbitrary(said, who);
        act.kind = ActKind(bound(said.kind, uint256(ActKind.Ratification), uint256(ActKind.Succession)));
        signAct(actor, address(ledger), idFor(_terms), act);
        vm.prank(caller);
        ledger.act(_terms, one(act));
        agree(1);
    }

    function testFuzz_statement_of_anything_is_recorded_as_said(Said memory said, uint256 who, address caller) public {
        (Actor memory actor, Act memory act) = _arbitrary(said, who);
        ActKind[4] memory kinds = [ActKind.Recognition, ActKind.Alignments, ActKind.Reports, ActKind.Withdrawal];
        act.kind = kinds[said.kind % 4];
        signAct(actor, address(registry), listFor(actor.party), act);
        vm.prank(caller);
        registry.state(actor.party, one(act));
        agree(1);
    }

    /// @dev Two publications of two acts with different numbers: both orders leave both numbers used, and no other.
    function testFuzz_acts_stand_in_either_order(uint64 first, uint64 second, bool turned) public {
        first = uint64(bound(first, 2, block.timestamp));
        second = uint64(bound(second, 2, block.timestamp));
        vm.assume(first != second);
        Act memory endorsement = signed(_actors[0], address(norms), NORM, ActKind.Endorsement, first);
        Act memory withdrawal = signed(_actors[0], address(norms), NORM, ActKind.Withdrawal, second);
        norms.act(NormId.wrap(NORM), one(turned ? withdrawal : endorsement));
        later();
        norms.act(NormId.wrap(NORM), one(turned ? endorsement : withdrawal));
        agree(1);
        vm.assertTrue(norms.isUsed(NORM, first, _actors[0].ordinal), "first");
        vm.assertTrue(norms.isUsed(NORM, second, _actors[0].ordinal), "second");
    }

    function testFuzz_number_is_accepted_between_one_and_now(uint64 number, uint64 time) public {
        time = uint64(bound(time, 1, type(uint64).max));
        vm.warp(time);
        Act memory act = signed(_actors[1], address(norms), NORM, ActKind.Endorsement, number);
        _expectByNumber(act);
        // and at the very border, where a random number seldom lies
        act = signed(_actors[2], address(norms), NORM, ActKind.Endorsement, time);
        _expectByNumber(act);
        if (time == type(uint64).max) return;
        act = signed(_actors[3], address(norms), NORM, ActKind.Endorsement, time + 1);
        _expectByNumber(act);
    }

    function testFuzz_deadline_is_the_last_second(uint64 deadline, uint64 time) public {
        time = uint64(bound(time, 1, type(uint64).max));
        vm.warp(time);
        _expectByDeadline(_actors[1], deadline);
        _expectByDeadline(_actors[2], time);
        _expectByDeadline(_actors[3], time - 1);
    }

    /// @dev Whatever field a relayer changes, by whatever bits: the signature is not that account's any more.
    function testFuzz_altered_act_is_refused(uint256 field, uint256 bits, uint64 number) public {
        vm.assume(bits != 0);
        Actor memory actor = _actors[1];
        Act memory act = Act(ActKind.Endorsement, "clause", "reference", "reason", actor.party, 0, 0, "");
        act.number = uint64(bound(number, 1, block.timestamp));
        signAct(actor, address(norms), NORM, act);
        field = bound(field, 0, 5);
        if (field == 0) act.clause ^= bytes32(bits);
        else if (field == 1) act.refersTo ^= bytes32(bits);
        else if (field == 2) act.content ^= bytes32(bits);
        else if (field == 3) act.number = _other(act.number, bits);
        else if (field == 4) act.deadline = uint64(bound(bits, block.timestamp, type(uint64).max));
        else act.kind = ActKind.Opposition;
        address recovered = recover(digestOf(address(norms), NORM, act, actor.account), act.signature);
        vm.assertTrue(recovered != actor.account, "the case is none");
        refuses(address(norms), stances(NORM, one(act)), wrongSigner(0, actor.party, actor.account, recovered));
    }

    /// @dev Nothing but the one signature is taken; strict recovery here and in the contract agree on every mutation.
    function testFuzz_altered_signature_is_refused(uint256 position, uint8 bits, uint256 length) public {
        vm.assume(bits != 0);
        Actor memory actor = _actors[1];
        Act memory act = signed(actor, address(norms), NORM, ActKind.Endorsement, 1);
        bytes memory bad = new bytes(bound(length, 0, 200) < 100 ? 65 : length % 200);
        for (uint256 i = 0; i < bad.length && i < 65; ++i) {
            bad[i] = act.signature[i];
        }
        if (bad.length == 65) bad[position % 65] ^= bytes1(bits);
        act.signature = bad;
        address recovered = recover(digestOf(address(norms), NORM, act, actor.account), bad);
        vm.assertTrue(recovered != actor.account, "the case is none");
        refuses(address(norms), stances(NORM, one(act)), wrongSigner(0, actor.party, actor.account, recovered));
    }

    function testFuzz_rubbish_is_never_a_signature(bytes memory rubbish) public {
        Actor memory actor = _actors[1];
        Act memory act = Act(ActKind.Endorsement, 0, 0, 0, actor.party, 1, 0, rubbish);
        address recovered = recover(digestOf(address(norms), NORM, act, actor.account), rubbish);
        refuses(address(norms), stances(NORM, one(act)), wrongSigner(0, actor.party, actor.account, recovered));
    }

    /// @dev Any partition of the founders into calls, in any order, with repetitions: each stands once.
    function testFuzz_founders_sign_in_any_parts(uint256 document, uint8[12] memory parts, address caller) public {
        Terms memory terms = _terms;
        terms.document = bytes32(document);
        vm.assume(ledger.word(idFor(terms)) == 0);
        uint256 standing = 0;
        for (uint256 i = 0; i < parts.length && standing != 31; ++i) {
            uint256 part = uint256(parts[i]) % 31 + 1;
            uint256 fresh = _count(part & ~standing);
            later();
            vm.prank(caller);
            ledger.sign(terms, _foundings(terms, part));
            agree(fresh);
            standing |= part;
            vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 5 - _count(standing), "awaiting");
        }
        if (standing != 31) return;
        refuses(
            address(ledger),
            signing(terms, _foundings(terms, 1)),
            abi.encodeWithSignature("AlreadyFounded(bytes32)", idFor(terms))
        );
    }

    function testFuzz_used_number_is_seen_nowhere_else(bytes32 subject, uint64 number, uint64 ordinal) public {
        Actor memory actor = _actors[1];
        norms.act(NormId.wrap(NORM), one(signed(actor, address(norms), NORM, ActKind.Endorsement, 7)));
        bool is7 = subject == NORM && number == 7 && ordinal == actor.ordinal;
        bool is1 = subject == NORM && number == 1 && ordinal == _actors[0].ordinal;
        vm.assertTrue(norms.isUsed(subject, number, ordinal) == (is7 || is1), "anywhere");
        vm.assertTrue(norms.isUsed(NORM, 7, ordinal) == (ordinal == actor.ordinal), "any party");
        vm.assertTrue(norms.isUsed(NORM, number, actor.ordinal) == (number == 7), "any number");
        vm.assertTrue(!ledger.isUsed(subject, number, ordinal), "another contract");
        agree(1);
    }

    function testFuzz_id_is_what_it_says(bytes32 document, bytes32 clauses, PartyId[] memory parties, uint8 admission)
        public
        view
    {
        Terms memory terms = Terms(document, clauses, parties, Admission(admission % 3));
        vm.assertEq(unwrap(ledger.idOf(terms)), idFor(terms), "id");
    }

    // ---------------------------------------------------------------- arrangements

    /// @dev Makes an arbitrary act one that its contract takes: a party that exists, number and deadline in range.
    function _arbitrary(Said memory said, uint256 who) private view returns (Actor memory actor, Act memory act) {
        actor = _actors[who % 5];
        act = Act(ActKind.None, said.clause, said.refersTo, said.content, actor.party, 0, 0, "");
        act.number = uint64(bound(said.number, 2, block.timestamp));
        if (said.deadline != 0) act.deadline = uint64(bound(said.deadline, block.timestamp, type(uint64).max));
    }

    function _expectByNumber(Act memory act) private {
        bytes memory call = stances(NORM, one(act));
        if (act.number == 0) {
            refuses(address(norms), call, numberZero(0, act.party));
            // forge-lint: disable-next-line(block-timestamp)
        } else if (act.number > block.timestamp) {
            refuses(address(norms), call, numberBeyond(0, act.party, act.number));
        } else {
            norms.act(NormId.wrap(NORM), one(act));
            agree(1);
        }
    }

    function _expectByDeadline(Actor memory actor, uint64 deadline) private {
        Act memory act = Act(ActKind.Endorsement, 0, 0, 0, actor.party, 1, deadline, "");
        signAct(actor, address(norms), NORM, act);
        // forge-lint: disable-next-line(block-timestamp)
        if (deadline != 0 && deadline < block.timestamp) {
            refuses(address(norms), stances(NORM, one(act)), expired(0, act.party, deadline));
        } else {
            norms.act(NormId.wrap(NORM), one(act));
            agree(1);
        }
    }

    function _foundings(Terms memory terms, uint256 part) private view returns (Founding[] memory list) {
        list = new Founding[](_count(part));
        uint256 next = 0;
        for (uint256 i = 0; i < 5; ++i) {
            if (part >> i & 1 == 1) list[next++] = founding(_actors[i], terms, i);
        }
    }

    function _count(uint256 set) private pure returns (uint256 count) {
        for (; set != 0; set &= set - 1) {
            ++count;
        }
    }

    function _other(uint64 number, uint256 bits) private view returns (uint64 other) {
        other = uint64(bound(bits, 1, block.timestamp));
        if (other == number) other = other == 1 ? 2 : other - 1;
    }
}
