// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Admission, AgreementId, NormId, PartyId} from "../../contracts/ConsentTypes.sol";
import {Founding, IAgreementLedger, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {IConsent} from "../../contracts/interfaces/IConsent.sol";
import {INormRegistry} from "../../contracts/interfaces/INormRegistry.sol";
import {Holder, IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Actor, Fixture} from "./Fixture.sol";

/// @notice Does to the three contracts whatever anybody could, and keeps the books.
/// @dev Each entry says beforehand whether the call must succeed or with which error it must fail, and checks just that;
/// no revert is swallowed (`fail_on_revert` is on). A call's events are read in its own block.
contract Handler is Fixture {
    /// @dev Everything that was ever recorded, to be brought again.
    struct Recorded {
        address where;
        bytes call;
        bytes again;
    }

    Actor[] public actors;
    Terms[] private _terms;
    Recorded[] private _recorded;
    mapping(bytes32 agreement => uint256 founders) public signedBy;
    mapping(bytes32 agreement => mapping(PartyId party => bool)) private _invited;
    mapping(bytes32 use => bool) public used;
    uint256 public acts;

    constructor() {
        setUp();
        for (uint256 i = 1; i <= 4; ++i) {
            actors.push(person(i));
        }
        _book(4);
        for (uint256 i = 0; i < 3; ++i) {
            _terms.push();
            Terms storage terms = _terms[i];
            (terms.document, terms.clauses, terms.admission) = (bytes32(i + 1), "clauses", Admission(i));
            for (uint256 least = 0; terms.parties.length < 3;) {
                uint256 next = type(uint256).max;
                for (uint256 k = 0; k < 3; ++k) {
                    uint256 id = uint256(PartyId.unwrap(actors[k].party));
                    if (id > least && id < next) next = id;
                }
                terms.parties.push(PartyId.wrap(bytes32(next)));
                least = next;
            }
        }
    }

    // ---------------------------------------------------------------- entries

    function claim(uint256 key, uint8 wait) external {
        _wait(wait);
        key = bound(key, 1, 8);
        Claimed memory made = claimed(key, string.concat("exercise:state:", vm.toString(key)));
        PartyId party = partyFor(made.identifier, made.kind, made.account);
        bytes memory again = abi.encodeWithSelector(IPartyRegistry.AlreadyClaimed.selector, party);
        if (links[address(registry)][PartyId.unwrap(party)] != 0) {
            refuses(address(registry), claiming(made), again);
            return;
        }
        actors.push(person(key));
        _keep(address(registry), claiming(made), again);
        _book(1);
    }

    function state(uint256 who, uint8 kind, uint256 root, uint64 number, uint8 wait) external {
        _wait(wait);
        Actor memory author = _actor(who);
        ActKind[4] memory kinds = [ActKind.Recognition, ActKind.Alignments, ActKind.Reports, ActKind.Withdrawal];
        bytes32 list = listFor(author.party);
        Act memory act = Act(kinds[kind % 4], 0, bytes32(root % 3), 0, author.party, _number(number), 0, "");
        signAct(author, address(registry), list, act);
        _carry(author, address(registry), list, act, stating(author.party, one(act)), "");
    }

    function publish(uint256 who, uint256 which, uint64 number, uint8 wait) external {
        _wait(wait);
        Actor memory actor = _actor(who);
        bytes32 norm = bytes32(which % 3);
        Act memory act = signed(actor, address(norms), norm, ActKind.Publication, _number(number));
        bytes memory again = abi.encodeWithSelector(INormRegistry.AlreadyPublished.selector, norm);
        bytes memory call = publishing(norm, act);
        if (links[address(norms)][norm] != 0) {
            refuses(address(norms), call, again);
            return;
        }
        if (_carry(actor, address(norms), norm, act, call, "")) _recorded[_recorded.length - 1].again = again;
    }

    function endorse(uint256 who, uint256 which, uint8 kind, uint64 number, uint8 wait) external {
        _wait(wait);
        Actor memory actor = _actor(who);
        bytes32 norm = bytes32(which % 3);
        ActKind[4] memory kinds = [ActKind.Endorsement, ActKind.Opposition, ActKind.Withdrawal, ActKind.Derivation];
        Act memory act = signed(actor, address(norms), norm, kinds[kind % 4], _number(number));
        bytes memory first = links[address(norms)][norm] == 0
            ? abi.encodeWithSelector(INormRegistry.NotPublished.selector, norm)
            : bytes("");
        _carry(actor, address(norms), norm, act, stances(norm, one(act)), first);
    }

    function sign(uint256 which, uint256 part, bool ratify, uint8 wait) external {
        _wait(wait);
        Terms memory terms = _terms[which % 3];
        bytes32 agreement = idFor(terms);
        part = part % 7 + 1;
        Founding[] memory list = new Founding[](_count(part));
        for (uint256 i = 0; i < 3; ++i) {
            if (part >> i & 1 == 0) continue;
            Actor memory founder = _find(terms.parties[i]);
            ActKind kind = ratify ? ActKind.SignatureSubjectToRatification : ActKind.Signature;
            list[list.length - _count(part >> i)] = founding(founder, terms, i, kind, 0);
        }
        if (signedBy[agreement] == 7) {
            refuses(
                address(ledger),
                signing(terms, list),
                abi.encodeWithSelector(IAgreementLedger.AlreadyFounded.selector, agreement)
            );
            return;
        }
        ledger.sign(terms, list);
        _book(_count(part & ~signedBy[agreement]));
        signedBy[agreement] |= part;
    }

    function undertake(uint256 who, uint256 which, uint8 kind, uint256 other, uint64 number, uint8 wait) external {
        _wait(wait);
        Actor memory actor = _actor(who);
        Terms memory terms = _terms[which % 3];
        bytes32 agreement = idFor(terms);
        Act memory made = Act(
            ActKind(bound(kind, uint256(ActKind.Ratification), uint256(ActKind.Succession))),
            0,
            PartyId.unwrap(_actor(other).party),
            0,
            actor.party,
            _number(number),
            0,
            ""
        );
        signAct(actor, address(ledger), agreement, made);
        bytes memory first;
        bool founder = _isFounder(terms, actor.party);
        if (links[address(ledger)][agreement] == 0) {
            first = abi.encodeWithSelector(IAgreementLedger.UnknownAgreement.selector, agreement);
        } else if (!founder && terms.admission == Admission.Closed) {
            first = abi.encodeWithSelector(IAgreementLedger.ClosedTo.selector, 0, agreement, actor.party);
        } else if (!founder && terms.admission == Admission.Invitation && !_invited[agreement][actor.party]) {
            first = abi.encodeWithSelector(IAgreementLedger.NotInvited.selector, 0, agreement, actor.party);
        }
        bool done = _carry(actor, address(ledger), agreement, made, acting(terms, one(made)), first);
        if (done && made.kind == ActKind.Invitation) {
            _invited[agreement][PartyId.wrap(made.refersTo)] = true;
        }
    }

    /// @dev Brings again something that was recorded, as a relayer might, whoever it is.
    function replay(uint256 which, address caller, uint8 wait) external {
        _wait(wait);
        if (_recorded.length == 0) return;
        Recorded memory recorded = _recorded[which % _recorded.length];
        vm.prank(caller);
        refuses(recorded.where, recorded.call, recorded.again);
    }

    /// @dev Brings an act of one party with the signature of another, or one that is malformed.
    function counterfeit(uint256 who, uint256 thief, uint256 flaw, uint8 wait) external {
        _wait(wait);
        Actor memory actor = _actor(who);
        bytes32 list = listFor(actor.party);
        Act memory made = signed(actor, address(registry), list, ActKind.Recognition, uint64(block.timestamp));
        address recovered = address(0);
        if (thief % 2 == 0) {
            Actor memory other = _actor(thief / 2);
            if (other.key == actor.key) return;
            made.signature = seal(other.key, digestOf(address(registry), list, made, actor.account));
            recovered = other.account;
        } else {
            made.signature = spoil(made.signature, flaw % FLAWS);
        }
        bytes memory expected = used[_use(address(registry), list, made.number, actor.ordinal)]
            ? numberUsed(0, actor.party, made.number)
            : wrongSigner(0, actor.party, actor.account, recovered);
        refuses(address(registry), stating(actor.party, one(made)), expected);
    }

    // ---------------------------------------------------------------- promises

    function checkWords() external view {
        agreeAt(address(registry));
        agreeAt(address(ledger));
        agreeAt(address(norms));
    }

    function checkLinks() external view {
        vm.assertEq(_sum(address(registry)) + _sum(address(ledger)) + _sum(address(norms)), acts, "a link an act");
    }

    function checkNumbers() external view {
        _checkNumbers(address(registry));
        _checkNumbers(address(ledger));
        _checkNumbers(address(norms));
    }

    function checkRegisters() external view {
        // parties, and roots once for every act that states them
        uint256 parties = 0;
        for (uint256 i = 0; i < subjects[address(registry)].length; ++i) {
            bytes32 subject = subjects[address(registry)][i];
            bool isParty = registry.holders(one(PartyId.wrap(subject)))[0].account != address(0);
            vm.assertEq(isIn(entries[address(registry)], subject), isParty ? 1 : 0, "a party once, a list never");
            if (isParty) ++parties;
        }
        vm.assertEq(parties, actors.length, "parties");
        _checkOnce(address(ledger));
        _checkOnce(address(norms));
    }

    function checkAwaiting() external view {
        for (uint256 i = 0; i < 3; ++i) {
            bytes32 agreement = idFor(_terms[i]);
            uint256 standing = signedBy[agreement];
            vm.assertEq(
                ledger.awaiting(AgreementId.wrap(agreement)), standing == 0 ? 0 : 3 - _count(standing), "awaiting"
            );
        }
    }

    function checkHolders() external view {
        for (uint256 i = 0; i < actors.length; ++i) {
            Holder memory holder = registry.holders(one(actors[i].party))[0];
            vm.assertEq(holder.account, actors[i].account, "account");
            vm.assertEq(holder.ordinal, i + 1, "ordinal");
        }
    }

    // ---------------------------------------------------------------- books

    /// @dev Submits an act and expects `first` if that is an error, else what its number deserves.
    function _carry(
        Actor memory actor,
        address where,
        bytes32 subject,
        Act memory made,
        bytes memory call,
        bytes memory first
    ) private returns (bool recorded) {
        bytes32 use = _use(where, subject, made.number, actor.ordinal);
        if (first.length != 0) {
            refuses(where, call, first);
        } else if (made.number == 0) {
            refuses(where, call, numberZero(0, made.party));
            // forge-lint: disable-next-line(block-timestamp)
        } else if (made.number > block.timestamp) {
            refuses(where, call, numberBeyond(0, made.party, made.number));
        } else if (used[use]) {
            refuses(where, call, numberUsed(0, made.party, made.number));
        } else {
            // solhint-disable-next-line avoid-low-level-calls
            (bool done,) = where.call(call);
            vm.assertTrue(done, "should have been recorded");
            used[use] = true;
            _keep(where, call, numberUsed(0, made.party, made.number));
            _book(1);
            recorded = true;
        }
    }

    function _keep(address where, bytes memory call, bytes memory again) private {
        _recorded.push(Recorded(where, call, again));
    }

    function _book(uint256 count) private {
        vm.assertEq(read(), count, "acts recorded");
        acts += count;
    }

    function _use(address where, bytes32 subject, uint64 number, uint64 ordinal) private pure returns (bytes32) {
        return keccak256(abi.encode(where, subject, number, ordinal));
    }

    function _checkNumbers(address where) private view {
        for (uint256 i = 0; i < subjects[where].length; ++i) {
            bytes32 subject = subjects[where][i];
            for (uint64 number = 0; number < 4; ++number) {
                for (uint64 ordinal = 0; ordinal <= actors.length; ++ordinal) {
                    vm.assertTrue(
                        IConsent(where).isUsed(subject, number, ordinal) == used[_use(where, subject, number, ordinal)],
                        "used is who used it, for good"
                    );
                }
            }
        }
    }

    function _checkOnce(address where) private view {
        vm.assertEq(entries[where].length, subjects[where].length, "subjects");
        for (uint256 i = 0; i < subjects[where].length; ++i) {
            vm.assertEq(isIn(entries[where], subjects[where][i]), 1, "a subject once");
        }
    }

    function _sum(address where) private view returns (uint256 sum) {
        for (uint256 i = 0; i < subjects[where].length; ++i) {
            sum += links[where][subjects[where][i]];
        }
    }

    /// @dev Small numbers, so that they meet; sometimes one that is not due yet.
    function _number(uint64 number) private view returns (uint64) {
        return number % 8 == 7 ? uint64(block.timestamp + 1 + number % 100) : number % 4;
    }

    function _wait(uint8 wait) private {
        read();
        vm.roll(block.number + wait % 3);
        vm.warp(block.timestamp + wait);
    }

    function _actor(uint256 who) private view returns (Actor memory) {
        return actors[who % actors.length];
    }

    function _find(PartyId party) private view returns (Actor memory) {
        for (uint256 i = 0; i < actors.length; ++i) {
            if (PartyId.unwrap(actors[i].party) == PartyId.unwrap(party)) return actors[i];
        }
        revert("no such actor");
    }

    function _isFounder(Terms memory terms, PartyId party) private pure returns (bool) {
        for (uint256 i = 0; i < terms.parties.length; ++i) {
            if (PartyId.unwrap(terms.parties[i]) == PartyId.unwrap(party)) return true;
        }
        return false;
    }

    function _count(uint256 set) private pure returns (uint256 count) {
        for (; set != 0; set &= set - 1) {
            ++count;
        }
    }
}

/// @notice What holds after any sequence of calls. Numbers refer to DESIGN.md, Invariants.
contract InvariantsTest {
    Handler private _handler;

    function setUp() public {
        _handler = new Handler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev The `check` functions are promises, not entries.
    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[] memory entries = new bytes4[](8);
        entries[0] = Handler.claim.selector;
        entries[1] = Handler.state.selector;
        entries[2] = Handler.publish.selector;
        entries[3] = Handler.endorse.selector;
        entries[4] = Handler.sign.selector;
        entries[5] = Handler.undertake.selector;
        entries[6] = Handler.replay.selector;
        entries[7] = Handler.counterfeit.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), entries);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// @dev 1, 3: every word and register is what a stranger makes of the events, each signature checked. So no act on
    /// one subject touches another's word, and no refused call touches any.
    function invariant_every_word_is_what_its_events_make() public view {
        _handler.checkWords();
    }

    /// @dev 1: as many links as acts were taken, over all words.
    function invariant_a_word_grows_by_one_link_an_act() public view {
        _handler.checkLinks();
    }

    /// @dev 1: bits are set for just those who used a number, on that subject and contract alone, and never cleared.
    function invariant_a_number_works_once_for_its_party_alone() public view {
        _handler.checkNumbers();
    }

    /// @dev 3: parties, agreements and norms stand in their register once, lists not at all.
    function invariant_the_register_lists_each_subject_once() public view {
        _handler.checkRegisters();
    }

    /// @dev 1: an agreement awaits just those founders who have not signed.
    function invariant_an_agreement_awaits_who_has_not_signed() public view {
        _handler.checkAwaiting();
    }

    /// @dev 1, 2: nobody comes to hold another's party, and ordinals are given once.
    function invariant_a_party_keeps_its_account_and_ordinal() public view {
        _handler.checkHolders();
    }
}
