// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Act,
    ActKind,
    Admission,
    AgreementId,
    NormId,
    PartyId,
    PartyKind,
    Seal,
    Signer,
    Stamp,
    Stance
} from "../../contracts/ConsentTypes.sol";
import {Founding, IAgreementLedger, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Actor, Fixture} from "./Fixture.sol";
import {Wallet} from "./Wallets.sol";
import {Grant} from "./Written.sol";

/// @notice What holds for every value: each entry with arbitrary content, callers, numbers, times and orders, with
/// signatures and calls of which any bit is changed, and with rubbish.
contract FuzzTest is Fixture {
    bytes32 private constant NORM = keccak256("norm");
    uint256 private constant ENTRIES = 14;

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
    Actor private _wallet;
    Terms private _terms;

    function setUp() public override {
        super.setUp();
        Actor[] memory actors = people(5, 1);
        for (uint256 i = 0; i < 5; ++i) {
            _actors.push(actors[i]);
        }
        _wallet = personAt(6, address(new Wallet(vm.addr(6))));
        _terms = termsOf(actors, Admission.Open);
        ledger.sign(_terms, all(actors, _terms), none());
        norms.publish(NormId.wrap(NORM), stance(actors[0], NORM, ActKind.Publication, 1), none());
        agree(12);
    }

    // ---------------------------------------------------------------- anything is recorded as it was said

    function testFuzz_claim_of_anything_is_recorded_as_said(
        string memory identifier,
        uint8 kind,
        bytes32 profile,
        uint256 key,
        uint64 deadline,
        address caller
    ) public {
        key = bound(key, 1, ORDER - 1);
        Claimed memory made = Claimed(identifier, PartyKind(1 + kind % 7), profile, 0, Signer(vm.addr(key), ""));
        made.deadline = deadline == 0 ? 0 : uint64(bound(deadline, block.timestamp, type(uint64).max));
        signClaim(key, made);
        uint256 length = bytes(identifier).length;
        if (length == 0 || length > 200) {
            bytes memory expected = abi.encodeWithSelector(IPartyRegistry.IdentifierLength.selector, length);
            refuses(address(registry), claiming(made), expected);
        } else {
            vm.prank(caller);
            takes(address(registry), claiming(made), 1);
        }
    }

    function testFuzz_stance_of_anything_is_recorded_as_said(Said memory said, uint256 who, bool onMany) public {
        Actor memory actor = _actors[who % 5];
        ActKind[6] memory kinds = [
            ActKind.Endorsement,
            ActKind.Opposition,
            ActKind.Withdrawal,
            ActKind.Derivation,
            ActKind.Anchor,
            ActKind.Cancellation
        ];
        Stance memory made =
            Stance(PartyId.unwrap(actor.party), _stamp(said, kinds[said.kind % 6]), said.content, Seal(0, 0));
        signStance(actor, NORM, made);
        if (onMany) made.partyOrNorm = NORM;
        takes(address(norms), onMany ? many(actor.party, one(made)) : stances(NORM, one(made)), 1);
    }

    function testFuzz_publication_of_anything_is_recorded_as_said(Said memory said, uint256 who, bytes32 norm) public {
        vm.assume(norms.word(norm) == 0);
        Actor memory actor = _actors[who % 5];
        Stance memory made =
            Stance(PartyId.unwrap(actor.party), _stamp(said, ActKind.Publication), said.content, Seal(0, 0));
        signStance(actor, norm, made);
        takes(address(norms), publishing(norm, made), 1);
    }

    function testFuzz_treaty_act_of_anything_is_recorded_as_said(Said memory said, uint256 who, address caller) public {
        uint256 kind = bound(said.kind, uint256(ActKind.Ratification), uint256(ActKind.Succession) + 1);
        if (kind > uint256(ActKind.Succession)) kind = uint256(ActKind.Cancellation);
        Act memory made = _act(said, ActKind(kind), _actors[who % 5], address(ledger), idFor(_terms));
        vm.prank(caller);
        takes(address(ledger), acting(_terms, one(made)), 1);
    }

    function testFuzz_remark_of_anything_is_recorded_as_said(Said memory said, uint256 who, address caller) public {
        ActKind[6] memory kinds = [
            ActKind.Endorsement,
            ActKind.Opposition,
            ActKind.Declaration,
            ActKind.Withdrawal,
            ActKind.Anchor,
            ActKind.Cancellation
        ];
        bytes32 agreement = idFor(_terms);
        Act memory made = _act(said, kinds[said.kind % 6], _actors[who % 5], address(ledger), stancesFor(agreement));
        vm.prank(caller);
        takes(address(ledger), remarking(agreement, one(made)), 1);
    }

    function testFuzz_statement_of_anything_is_recorded_as_said(Said memory said, uint256 who, address caller) public {
        ActKind[5] memory kinds =
            [ActKind.Recognition, ActKind.Alignments, ActKind.Reports, ActKind.Withdrawal, ActKind.Cancellation];
        Actor memory actor = _actors[who % 5];
        Act memory made = _act(said, kinds[said.kind % 5], actor, address(registry), listFor(actor.party));
        vm.prank(caller);
        takes(address(registry), stating(actor.party, one(made)), 1);
    }

    function testFuzz_own_act_of_anything_is_recorded_as_said(
        Said memory said,
        string memory identifier,
        Grant memory grant,
        uint256 nextKey
    ) public {
        Actor memory actor = _actors[said.kind / 5 % 5];
        Stamp given = _stamp(said, ActKind.None);
        uint256 length = bytes(identifier).length;
        Own memory own;
        (own.kind, own.party, own.profile) = (_ownKind(said.kind % 5), actor.party, said.content);
        (own.number, own.deadline) = (numberOf(given), deadlineOf(given));
        own.identifier = length == 0 || length > 200 ? "name:any" : identifier;
        own.grant = grant;
        own.grant.kinds = bound(grant.kinds, 1, EVERY_KIND / 2) * 2;
        own.grant.until = uint64(bound(grant.until, block.timestamp, type(uint64).max));
        own.nextKey = bound(nextKey, 100, ORDER - 1);
        own.next = vm.addr(own.nextKey);
        takes(address(registry), owning(actor, own), 1);
        vm.assertEq(registry.holder(actor.party).last(), own.number, "last");
        if (own.kind != ActKind.FullPowers) return;
        for (uint256 kind = 0; kind < 32; ++kind) {
            bool has = registry.isEmpowered(own.party, own.grant.representative, own.grant.subject, ActKind(kind));
            vm.assertTrue(has == (own.grant.kinds >> kind & 1 == 1), "the kinds that were named");
        }
    }

    // ---------------------------------------------------------------- numbers and times

    /// @dev Two acts with different numbers: both orders leave both numbers used, and no other.
    function testFuzz_acts_stand_in_either_order(uint64 first, uint64 second, bool turned) public {
        first = uint64(bound(first, 2, block.timestamp));
        second = uint64(bound(second, 2, block.timestamp));
        vm.assume(first != second);
        bytes memory endorsement = stances(NORM, one(stance(_actors[0], NORM, ActKind.Endorsement, first)));
        bytes memory withdrawal = stances(NORM, one(stance(_actors[0], NORM, ActKind.Withdrawal, second)));
        takes(address(norms), turned ? withdrawal : endorsement, 1);
        later();
        takes(address(norms), turned ? endorsement : withdrawal, 1);
        vm.assertTrue(norms.isUsed(NORM, first, _actors[0].ordinal), "first");
        vm.assertTrue(norms.isUsed(NORM, second, _actors[0].ordinal), "second");
        (uint64 highest, ActKind standing) = stranger.standing(address(norms), NORM, _actors[0].party);
        vm.assertEq(highest, first > second ? first : second, "the highest number");
        vm.assertTrue((standing == ActKind.Endorsement) == (first > second), "what stands");
    }

    function testFuzz_number_is_accepted_between_one_and_now(uint64 number, uint64 time) public {
        time = uint64(bound(time, 1, type(uint64).max - 1));
        vm.warp(time);
        _expectByNumber(_actors[1], number);
        // and at the very border, where a random number seldom lies
        _expectByNumber(_actors[2], time);
        _expectByNumber(_actors[3], time + 1);
    }

    function testFuzz_own_number_is_accepted_above_the_last_up_to_now(uint64 last, uint64 number) public {
        Actor memory actor = _actors[1];
        last = uint64(bound(last, 1, block.timestamp));
        takes(address(registry), cancelling(actor, last), 1);
        for (uint256 i = 0; i < 3; ++i) {
            if (i == 1) number = last;
            if (i == 2) number = last + 1;
            bytes memory call = cancelling(actor, number);
            if (number == 0) refuses(address(registry), call, numberZero(0, actor.party));
            // forge-lint: disable-next-line(block-timestamp)
            else if (number > block.timestamp) refuses(address(registry), call, numberBeyond(0, actor.party, number));
            else if (number <= last) refuses(address(registry), call, numberPassed(actor.party, number, last));
            else takes(address(registry), call, 1);
            last = registry.holder(actor.party).last();
        }
    }

    function testFuzz_deadline_is_the_last_second(uint64 deadline, uint64 time) public {
        time = uint64(bound(time, 1, type(uint64).max));
        vm.warp(time);
        _expectByDeadline(_actors[1], deadline);
        _expectByDeadline(_actors[2], time);
        _expectByDeadline(_actors[3], time - 1);
    }

    function testFuzz_powers_end_after_their_last_second(uint64 until, uint64 time) public {
        until = uint64(bound(until, block.timestamp, type(uint64).max));
        time = uint64(bound(time, block.timestamp, type(uint64).max));
        Actor memory actor = _actors[1];
        Own memory own = ownAct(actor.party, ActKind.FullPowers, 1);
        own.grant.until = until;
        takes(address(registry), owning(actor, own), 1);
        vm.warp(time);
        bool has = registry.isEmpowered(actor.party, own.grant.representative, "any", ActKind.Endorsement);
        vm.assertTrue(has == (time <= until), "powers");
    }

    // ---------------------------------------------------------------- any bit is changed

    /// @dev Whatever field a relayer changes, by whatever bits: the signature is not that account's any more.
    function testFuzz_altered_act_is_refused(uint256 field, uint256 bits, Said memory said) public {
        vm.assume(bits != 0);
        Actor memory actor = _actors[1];
        Act memory made = _act(said, ActKind.Reservation, actor, address(ledger), idFor(_terms));
        field %= 6;
        if (field == 0) {
            made.clause ^= bytes32(bits);
        } else if (field == 1) {
            made.refersTo ^= bytes32(bits);
        } else if (field == 2) {
            made.content ^= bytes32(bits);
        } else if (field == 3) {
            made.stamp = stamp(ActKind.Declaration, numberOf(made.stamp), deadlineOf(made.stamp));
        } else if (field == 4) {
            made.stamp = stamp(ActKind.Reservation, numberOf(made.stamp) == 1 ? 2 : 1, deadlineOf(made.stamp));
        } else {
            made.stamp = stamp(ActKind.Reservation, numberOf(made.stamp), deadlineOf(made.stamp) == 0 ? NOON : 0);
        }
        bytes32 digest = digestAt(address(ledger), actHash(idFor(_terms), made, actor.account));
        address recovered = recoverSeal(digest, made.seal);
        vm.assertTrue(recovered != actor.account, "the case is none");
        bytes memory expected = wrongSigner(0, actor.party, actor.account, recovered);
        refuses(address(ledger), acting(_terms, one(made)), expected);
    }

    /// @dev Strict recovery here and in the contract agree on every mutation of a seal.
    function testFuzz_altered_seal_is_refused(bytes32 r, bytes32 vs, uint256 what) public {
        Actor memory actor = _actors[1];
        Stance memory made = stance(actor, NORM, ActKind.Endorsement, 1);
        if (what % 3 == 0) made.seal = Seal(r, vs);
        else if (what % 3 == 1) made.seal.r ^= bytes32(uint256(1) << uint256(r) % 256);
        else made.seal.vs ^= bytes32(uint256(1) << uint256(vs) % 256);
        if (made.seal.r == 0) return;
        address recovered = recoverSeal(stanceDigest(NORM, made, actor), made.seal);
        vm.assertTrue(recovered != actor.account, "the case is none");
        bytes memory expected = wrongSigner(0, actor.party, actor.account, recovered);
        refuses(address(norms), stances(NORM, one(made)), expected);
    }

    function testFuzz_altered_signature_is_refused(uint256 position, uint8 bits, uint256 length) public {
        vm.assume(bits != 0);
        Stance memory made = stance(_actors[1], NORM, ActKind.Endorsement, 1);
        bytes memory good = signature(_actors[1].key, stanceDigest(NORM, made, _actors[1]));
        bytes memory bad = new bytes(length % 400 < 200 ? 65 : length % 200);
        for (uint256 i = 0; i < bad.length && i < 65; ++i) {
            bad[i] = good[i];
        }
        if (bad.length == 65) bad[position % 65] ^= bytes1(bits);
        _refusesBeside(_actors[1], bad);
    }

    function testFuzz_rubbish_is_never_a_signature(bytes memory rubbish, bool ofWallet) public {
        _refusesBeside(ofWallet ? _wallet : _actors[1], rubbish);
    }

    /// @dev Any byte of any good call: it is refused and changes nothing, or a stranger reads it as it was recorded.
    function testFuzz_altered_call_is_refused_or_read(uint256 entry, uint256 position, uint8 bits) public {
        vm.assume(bits != 0);
        (address target, bytes memory call,) = _entry(entry % ENTRIES);
        call[position % call.length] ^= bytes1(bits);
        // solhint-disable-next-line avoid-low-level-calls
        (bool done,) = target.call(call);
        if (!done) vm.getRecordedLogs();
        stranger.read();
        agree(0);
    }

    /// @dev Every good call, as it is and carried, alone and before another.
    function testFuzz_good_call_is_taken_however_it_comes(uint256 entry, uint256 other, uint256 way) public {
        (address target, bytes memory call, uint256 count) = _entry(entry % ENTRIES);
        (address another, bytes memory second, uint256 more) = _entry(other % ENTRIES);
        if (way % 3 == 0) {
            takes(target, call, count);
        } else if (target != another || entry % ENTRIES == other % ENTRIES) {
            takes(target, carrying(one(call), way % 3 == 1), count);
        } else if (_independent(entry % ENTRIES, other % ENTRIES)) {
            takes(target, carrying(two(call, second), way % 3 == 1), count + more);
        }
    }

    function testFuzz_rubbish_is_no_call(uint256 entry, bytes memory rubbish, bool carried) public {
        (address target, bytes memory call,) = _entry(entry % ENTRIES);
        bytes memory made = bytes.concat(bytes4(call), rubbish);
        // solhint-disable-next-line avoid-low-level-calls
        (bool done,) = target.call(carried ? carrying(two(made, call), true) : made);
        vm.assertTrue(!done, "rubbish");
        vm.getRecordedLogs();
        agree(0);
    }

    function testFuzz_carrying_rubbish_records_nothing(bytes[] memory calls, bool leaveOut, uint256 where) public {
        address[3] memory targets = [address(registry), address(ledger), address(norms)];
        // solhint-disable-next-line avoid-low-level-calls
        (bool done,) = targets[where % 3].call(carrying(calls, leaveOut));
        if (!done) vm.getRecordedLogs();
        agree(0);
    }

    // ---------------------------------------------------------------- founders, ids, used numbers

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
            bytes memory call = signing(terms, _foundings(terms, part));
            vm.prank(caller);
            takes(address(ledger), call, fresh);
            standing |= part;
            vm.assertEq(ledger.awaiting(AgreementId.wrap(idFor(terms))), 5 - _count(standing), "awaiting");
        }
        if (standing != 31) return;
        bytes memory expected = abi.encodeWithSelector(IAgreementLedger.AlreadyFounded.selector, idFor(terms));
        refuses(address(ledger), signing(terms, _foundings(terms, 1)), expected);
    }

    function testFuzz_used_number_is_seen_nowhere_else(bytes32 subject, uint64 number, uint32 ordinal) public {
        Actor memory actor = _actors[1];
        takes(address(norms), stances(NORM, one(stance(actor, NORM, ActKind.Endorsement, 7))), 1);
        bool is7 = subject == NORM && number == 7 && ordinal == actor.ordinal;
        bool is1 = subject == NORM && number == 1 && ordinal == _actors[0].ordinal;
        vm.assertTrue(norms.isUsed(subject, number, ordinal) == (is7 || is1), "anywhere");
        vm.assertTrue(norms.isUsed(NORM, 7, ordinal) == (ordinal == actor.ordinal), "any party");
        vm.assertTrue(norms.isUsed(NORM, number, actor.ordinal) == (number == 7), "any number");
        vm.assertTrue(!ledger.isUsed(subject, number, ordinal), "another contract");
    }

    function testFuzz_id_is_what_it_says(bytes32 document, bytes32 clauses, PartyId[] memory parties, uint8 admission)
        public
        view
    {
        Terms memory terms = Terms(document, clauses, parties, Admission(admission % 3));
        vm.assertEq(unwrap(ledger.idOf(terms)), idFor(terms), "id");
    }

    // ---------------------------------------------------------------- arrangements

    /// @dev A stamp that its contract takes: number and deadline in range.
    function _stamp(Said memory said, ActKind kind) private view returns (Stamp) {
        uint64 deadline = said.deadline == 0 ? 0 : uint64(bound(said.deadline, block.timestamp, type(uint64).max));
        return stamp(kind, uint64(bound(said.number, 2, block.timestamp)), deadline);
    }

    function _act(Said memory said, ActKind kind, Actor memory actor, address where, bytes32 subject)
        private
        view
        returns (Act memory made)
    {
        made = Act(_stamp(said, kind), said.clause, said.refersTo, said.content, actor.party, Seal(0, 0));
        signAct(actor, where, subject, made);
    }

    function _ownKind(uint256 which) private pure returns (ActKind) {
        ActKind[5] memory kinds =
            [ActKind.FurtherClaim, ActKind.Rotation, ActKind.FullPowers, ActKind.Revocation, ActKind.Cancellation];
        return kinds[which];
    }

    /// @dev A good call of every entry, with how many acts it records.
    function _entry(uint256 which) private view returns (address target, bytes memory call, uint256 count) {
        Actor memory actor = _actors[2];
        if (which < 5) return (address(registry), owning(actor, ownAct(actor.party, _ownKind(which), 7)), 1);
        if (which == 5) return (address(registry), claiming(claimed(77, "name:seventy-seven")), 1);
        if (which == 6) {
            bytes32 list = listFor(actor.party);
            Act memory reports = signed(actor, address(registry), list, ActKind.Reports, 5);
            Act memory recognition = signed(actor, address(registry), list, ActKind.Recognition, 6);
            return (address(registry), stating(actor.party, two(reports, recognition)), 2);
        }
        if (which < 11) return _ledgerEntry(which, actor);
        Stance memory made = stance(actor, NORM, ActKind.Endorsement, 5);
        if (which == 11) return (address(norms), stances(NORM, two(made, _besideStance(_wallet)), _walletSigns()), 2);
        if (which == 12) {
            made = stance(_actors[3], NORM, ActKind.Endorsement, 5);
            made.partyOrNorm = NORM;
            return (address(norms), many(_actors[3].party, one(made)), 1);
        }
        return (address(norms), publishing("new", stance(actor, "new", ActKind.Publication, 5)), 1);
    }

    function _ledgerEntry(uint256 which, Actor memory actor)
        private
        view
        returns (address target, bytes memory call, uint256 count)
    {
        target = address(ledger);
        Terms memory terms = _terms;
        bytes32 agreement = idFor(terms);
        if (which == 7) {
            Act memory made = signed(actor, target, agreement, ActKind.Reservation, 5);
            return (target, acting(terms, two(made, signed(_actors[3], target, agreement, ActKind.Objection, 5))), 2);
        }
        if (which == 8) {
            Act memory made = signed(actor, target, stancesFor(agreement), ActKind.Endorsement, 5);
            return (target, remarking(agreement, one(made)), 1);
        }
        terms.document = which == 9 ? bytes32("at once") : bytes32("in parts");
        return (target, signing(terms, _foundings(terms, which == 9 ? 31 : 21)), which == 9 ? 5 : 3);
    }

    function _besideStance(Actor memory actor) private pure returns (Stance memory) {
        return Stance(PartyId.unwrap(actor.party), stamp(ActKind.Opposition, 5, 0), 0, beside(0));
    }

    function _walletSigns() private view returns (Signer[] memory) {
        return one(by(_wallet, stanceDigest(NORM, _besideStance(_wallet), _wallet)));
    }

    /// @dev Own acts share one number here, and a rotation stales what the party signed.
    function _independent(uint256 first, uint256 second) private pure returns (bool) {
        if (first < 5 && second < 5) return false;
        return first != 1 && second != 1;
    }

    function _refusesBeside(Actor memory actor, bytes memory bad) private {
        Stance memory made = Stance(PartyId.unwrap(actor.party), stamp(ActKind.Endorsement, 1, 0), 0, beside(0));
        address recovered = recover(stanceDigest(NORM, made, actor), bad);
        bytes memory expected = actor.account.code.length == 0
            ? wrongSigner(0, actor.party, actor.account, recovered)
            : walletRefused(0, actor.party, actor.account);
        refuses(address(norms), stances(NORM, one(made), one(Signer(actor.account, bad))), expected);
    }

    function _expectByNumber(Actor memory actor, uint64 number) private {
        bytes memory call = stances(NORM, one(stance(actor, NORM, ActKind.Endorsement, number)));
        if (number == 0) refuses(address(norms), call, numberZero(0, actor.party));
        // forge-lint: disable-next-line(block-timestamp)
        else if (number > block.timestamp) refuses(address(norms), call, numberBeyond(0, actor.party, number));
        else takes(address(norms), call, 1);
    }

    function _expectByDeadline(Actor memory actor, uint64 deadline) private {
        Stance memory made = stance(actor, NORM, ActKind.Endorsement, 1);
        made.stamp = stamp(ActKind.Endorsement, 1, deadline);
        signStance(actor, NORM, made);
        bytes memory call = stances(NORM, one(made));
        // forge-lint: disable-next-line(block-timestamp)
        if (deadline != 0 && deadline < block.timestamp) {
            refuses(address(norms), call, expired(0, actor.party, deadline));
        } else {
            takes(address(norms), call, 1);
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
}
