// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Act,
    ActKind,
    Admission,
    AgreementId,
    Holder,
    NormId,
    PartyId,
    PartyKind,
    Seal,
    Signer,
    Stance
} from "../../contracts/ConsentTypes.sol";
import {Founding, IAgreementLedger, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {IConsent} from "../../contracts/interfaces/IConsent.sol";
import {INormRegistry} from "../../contracts/interfaces/INormRegistry.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Actor, Fixture} from "./Fixture.sol";
import {Wallet} from "./Wallets.sol";
import {Grant} from "./Written.sol";

/// @notice Does to the three contracts whatever anybody could, and keeps the books.
/// @dev Each entry says beforehand whether the call must succeed, or with which errors it may fail, and checks just that; no
/// revert is swallowed (`fail_on_revert` is on). What deserves another error is not signed: were it not refused for that, the
/// error would differ. A call's events are read in its own block.
contract Handler is Fixture {
    uint256 private constant PARTIES = 8;
    uint256 private constant FEW = 3; // norms, agreements, roots

    /// @dev What was recorded, to be brought again, and the error that this deserves; of about the last 64 every fourth.
    struct Recorded {
        address where;
        bytes call;
        bytes again;
    }

    /// @dev A number that a party used up.
    struct Use {
        address where;
        bytes32 subject;
        uint64 number;
        uint32 ordinal;
    }

    /// @dev The errors that a call deserves; none if it must succeed.
    struct Expected {
        bytes[6] errors;
        uint256 count;
    }

    Actor[] public actors;
    mapping(PartyId party => address[]) public former;
    mapping(PartyId party => uint64) public last;
    mapping(PartyId party => Grant[]) private _grants;
    mapping(bytes32 agreement => uint256 founders) public signedBy;
    mapping(bytes32 agreement => uint256) public awaited;
    mapping(bytes32 norm => PartyId) public publisher;
    mapping(bytes32 use => bool) private _used;
    Use[] private _uses;
    Recorded[16] private _recorded;
    Terms[] private _terms;
    bytes32[FEW] public agreements;

    uint256 public acts;
    uint256 public roots;
    uint256 public refused;
    uint256 private _keys = 1000;
    address[2] private _envoys = [vm.addr(21), vm.addr(22)];
    address[PARTIES + 1] private _claimants;
    mapping(ActKind kind => bytes32) private _written;
    mapping(ActKind kind => bytes32) private _writtenOnNorms;

    constructor() {
        setUp();
        for (uint256 i = 1; i <= PARTIES; ++i) {
            _claimants[i] = vm.addr(i);
        }
        for (uint256 i = 0; i <= uint256(type(ActKind).max); ++i) {
            _written[ActKind(i)] = keccak256(bytes(writtenAct(ActKind(i))));
            _writtenOnNorms[ActKind(i)] = keccak256(bytes(writtenStance(ActKind(i))));
        }
        for (uint256 i = 1; i <= 4; ++i) {
            actors.push(i < 4 ? person(i) : personAt(i, address(new Wallet(vm.addr(i)))));
        }
        acts = stranger.read();
        Actor[] memory founders = new Actor[](3);
        (founders[0], founders[1], founders[2]) = (actors[0], actors[1], actors[2]);
        sort(founders);
        for (uint256 i = 0; i < FEW; ++i) {
            Terms memory terms = termsOf(founders, Admission(i));
            terms.document = bytes32(i + 1);
            _terms.push(terms);
            agreements[i] = idFor(terms);
        }
    }

    // ---------------------------------------------------------------- entries: a party, of itself

    function claim(uint256 key, uint8 wait) external {
        _wait(wait);
        key = bound(key, 1, PARTIES);
        if (key == 4) return; // it is a wallet's
        Claimed memory made;
        made.identifier = string.concat("exercise:state:", vm.toString(key));
        (made.kind, made.profile, made.signer.account) = (PartyKind.State, PROFILE, _claimants[key]);
        PartyId party = claimant(made);
        bytes memory again = abi.encodeWithSelector(IPartyRegistry.AlreadyClaimed.selector, party);
        Expected memory expected;
        if (_isHere(party)) _deserves(expected, again);
        else signClaim(key, made);
        if (!_submit(address(registry), claiming(made), expected, 1, again)) return;
        actors.push(Actor(key, made.signer.account, party, uint32(actors.length + 1)));
    }

    function own(uint256 who, uint8 kind, uint256 other, uint64 number, uint8 by_, uint8 wait) external {
        _wait(wait);
        Actor memory actor = actors[who % actors.length];
        ActKind[4] memory kinds = [ActKind.FurtherClaim, ActKind.FullPowers, ActKind.Revocation, ActKind.Cancellation];
        Own memory made = ownAct(actor.party, kinds[kind % 4], _ownNumber(actor, number));
        uint256 given = _grants[actor.party].length;
        // Revoked is mostly what was granted.
        bool known = made.kind == ActKind.Revocation && given != 0 && other % 4 != 0;
        made.grant = known ? _grants[actor.party][other % given] : _grant(other);
        Expected memory expected;
        _ownTurn(expected, actor, made);
        Actor memory signer = _signer(expected, actor, PartyId.unwrap(actor.party), made.kind, by_);
        bytes memory again = numberPassed(actor.party, made.number, made.number);
        // Powers that are over by then would be refused for that first.
        if (made.kind == ActKind.FullPowers) again = "";
        if (!_submit(address(registry), _owning(expected, signer, made), expected, 1, again)) return;
        last[actor.party] = made.number;
        if (made.kind == ActKind.FullPowers) _grants[actor.party].push(made.grant);
    }

    function rotate(uint256 who, uint8 to, uint64 number, uint8 by_, uint8 wait) external {
        _wait(wait);
        uint256 place = who % actors.length;
        Actor memory actor = actors[place];
        Own memory made = ownAct(actor.party, ActKind.Rotation, _ownNumber(actor, number));
        Expected memory expected;
        _ownTurn(expected, actor, made);
        uint256 left = former[actor.party].length;
        if (to % 4 == 2) {
            made.next = actor.account;
            _deserves(expected, abi.encodeWithSelector(IPartyRegistry.SameAccount.selector, actor.party, made.next));
        } else if (to % 4 == 3 && left != 0) {
            made.next = former[actor.party][to % left];
            _deserves(expected, abi.encodeWithSelector(IPartyRegistry.FormerAccount.selector, actor.party, made.next));
        }
        Actor memory signer = _signer(expected, actor, PartyId.unwrap(actor.party), ActKind.Rotation, by_);
        if (expected.count == 0) (made.next, made.nextKey) = (vm.addr(_keys), _keys);
        bytes memory again = numberPassed(actor.party, made.number, made.number);
        if (!_submit(address(registry), owning(signer, made), expected, 1, again)) return;
        last[actor.party] = made.number;
        former[actor.party].push(actor.account);
        (actors[place].key, actors[place].account) = (made.nextKey, made.next);
        ++_keys;
    }

    // ---------------------------------------------------------------- entries: of others, on agreements, on norms

    function state(uint256 who, uint8 kind, uint256 root, uint64 number, uint8 by_, uint8 wait) external {
        _wait(wait);
        Actor memory actor = actors[who % actors.length];
        Act memory made = drawn(actor.party, _statedKind(kind), _number(number));
        made.refersTo = bytes32(root % FEW);
        bytes32 list = listFor(actor.party);
        Expected memory expected;
        Signer[] memory signers = _signAct(expected, actor, address(registry), list, list, made, by_);
        bytes memory call = stating(actor.party, one(made), signers);
        if (!_submitAct(address(registry), list, made, call, expected)) return;
        if (kind % 5 == 1 || kind % 5 == 2) ++roots;
    }

    function sign(uint256 which, uint256 part, bool ratify, uint8 wait) external {
        _wait(wait);
        bytes32 agreement = agreements[which % FEW];
        Terms memory terms = _terms[which % FEW];
        part = part % 7 + 1;
        ActKind kind = ratify ? ActKind.SignatureSubjectToRatification : ActKind.Signature;
        (Founding[] memory list, Signer[] memory signers) = _foundings(agreement, terms, part, kind);
        bytes memory again = abi.encodeWithSelector(IAgreementLedger.AlreadyFounded.selector, agreement);
        Expected memory expected;
        if (signedBy[agreement] == 7) _deserves(expected, again);
        uint256 fresh = _count(part & ~signedBy[agreement]);
        // One that still awaits somebody passes over what it knows: nothing to bring again yet.
        bytes memory later_ = signedBy[agreement] | part == 7 ? again : bytes("");
        if (!_submit(address(ledger), signing(terms, list, signers), expected, fresh, later_)) return;
        signedBy[agreement] |= part;
        awaited[agreement] = 3 - _count(signedBy[agreement]);
    }

    function undertake(uint256 who, uint256 which, uint8 kind, uint256 other, uint64 number, uint8 by_) external {
        _wait(by_);
        Actor memory actor = actors[who % actors.length];
        Act memory made = _treatyAct(actor, kind, other, number);
        Expected memory expected;
        bytes32 agreement = agreements[which % FEW];
        _mayUndertake(expected, _terms[which % FEW], agreement, made);
        Signer[] memory signers = _signAct(expected, actor, address(ledger), agreement, agreement, made, by_);
        bytes memory call = acting(_terms[which % FEW], one(made), signers);
        _submitAct(address(ledger), agreement, made, call, expected);
    }

    function remark(uint256 who, uint256 which, uint8 kind, uint64 number, uint8 by_, uint8 wait) external {
        _wait(wait);
        Actor memory actor = actors[who % actors.length];
        bytes32 agreement = agreements[which % FEW];
        Act memory made = drawn(actor.party, _remarkKind(kind), _number(number));
        Expected memory expected;
        if (signedBy[agreement] == 0) {
            _deserves(expected, abi.encodeWithSelector(IAgreementLedger.UnknownAgreement.selector, agreement));
        }
        bytes32 subject = stancesFor(agreement);
        Signer[] memory signers = _signAct(expected, actor, address(ledger), subject, agreement, made, by_);
        bytes memory call = remarking(agreement, one(made), signers);
        _submitAct(address(ledger), subject, made, call, expected);
    }

    function publish(uint256 who, uint256 which, uint64 number, uint8 by_, uint8 wait) external {
        _wait(wait);
        Actor memory actor = actors[who % actors.length];
        bytes32 norm = bytes32(which % FEW);
        Stance memory made =
            Stance(PartyId.unwrap(actor.party), stamp(ActKind.Publication, _number(number), 0), 0, Seal(0, 0));
        bytes memory again = abi.encodeWithSelector(INormRegistry.AlreadyPublished.selector, norm);
        Expected memory expected;
        if (PartyId.unwrap(publisher[norm]) != 0) _deserves(expected, again);
        Signer[] memory signers = _signStance(expected, actor, norm, made, by_);
        if (!_submit(address(norms), publishing(norm, made, signers), expected, 1, again)) return;
        publisher[norm] = actor.party;
        _use(address(norms), norm, numberOf(made.stamp), actor.ordinal);
    }

    function endorse(uint256 who, uint256 which, uint8 kind, uint64 number, uint8 by_, uint8 wait) external {
        _wait(wait);
        Actor memory actor = actors[who % actors.length];
        bytes32 norm = bytes32(which % FEW);
        Stance memory made =
            Stance(PartyId.unwrap(actor.party), stamp(_stanceKind(kind), _number(number), 0), 0, Seal(0, 0));
        Expected memory expected;
        _mustBePublished(expected, norm, 0);
        Signer[] memory signers = _signStance(expected, actor, norm, made, by_);
        bytes memory call;
        if (kind % 2 == 0) {
            call = stances(norm, one(made), signers);
        } else {
            made.partyOrNorm = norm;
            call = many(actor.party, one(made), signers);
        }
        bytes memory again = numberUsed(0, actor.party, numberOf(made.stamp));
        if (!_submit(address(norms), call, expected, 1, again)) return;
        _use(address(norms), norm, numberOf(made.stamp), actor.ordinal);
    }

    // ---------------------------------------------------------------- entries: whoever carries them

    /// @dev Brings again something that was recorded, as a relayer might, whoever it is.
    function replay(uint256 which, uint8 wait) external {
        _wait(wait);
        Recorded memory recorded = _recorded[which % 16];
        if (recorded.again.length == 0) return;
        Expected memory expected;
        if (bytes4(recorded.again) == IPartyRegistry.NumberPassed.selector) {
            // its own number still, but by now a higher one may be the last
            (PartyId party, uint64 number,) =
                abi.decode(stranger.argumentsOf(recorded.again), (PartyId, uint64, uint64));
            recorded.again = numberPassed(party, number, last[party]);
        }
        _deserves(expected, recorded.again);
        _submit(recorded.where, recorded.call, expected, 0, "");
    }

    /// @dev Carries two fresh endorsements with one between them that was brought already: it alone is left out.
    function carry(uint256 who, uint256 which, uint8 wait) external {
        _wait(wait);
        Actor memory actor = actors[who % actors.length];
        bytes32 norm = bytes32(which % FEW);
        if (PartyId.unwrap(publisher[norm]) == 0) return;
        uint64 number = uint64(1000 + acts);
        bytes[] memory calls = new bytes[](3);
        (calls[0], calls[2]) = (_endorsing(actor, norm, number), _endorsing(actor, norm, number + 1));
        calls[1] = calls[0];
        Expected memory expected;
        if (!_submit(address(norms), carrying(calls, true), expected, 2, "")) return;
        vm.assertEq(stranger.lastReason(), numberUsed(0, actor.party, number), "what was left out");
        _use(address(norms), norm, number, actor.ordinal);
        _use(address(norms), norm, number + 1, actor.ordinal);
    }

    /// @dev The same call by two callers, each from the same state: it comes to the same.
    function anybody(uint256 who, uint256 which, address first, address second, uint8 wait) external {
        _wait(wait);
        Actor memory actor = actors[who % actors.length];
        bytes32 norm = bytes32(which % FEW);
        if (PartyId.unwrap(publisher[norm]) == 0) return;
        uint64 number = uint64(1000 + acts);
        bytes memory call = _endorsing(actor, norm, number);
        uint256 before = vm.snapshotState();
        vm.prank(first);
        // solhint-disable-next-line avoid-low-level-calls
        (bool done,) = address(norms).call(call);
        bytes32 word = norms.word(norm);
        vm.revertToStateAndDelete(before);
        vm.getRecordedLogs();
        vm.prank(second);
        // solhint-disable-next-line avoid-low-level-calls
        (bool again,) = address(norms).call(call);
        vm.assertTrue(done && again, "whoever calls");
        vm.assertEq(norms.word(norm), word, "the caller is irrelevant");
        vm.assertEq(stranger.read(), 1, "acts recorded");
        ++acts;
        _use(address(norms), norm, number, actor.ordinal);
    }

    /// @dev Brings an act of one party with the signature of another, or one that is malformed.
    function counterfeit(uint256 who, uint256 thief, uint256 flaw, uint8 wait) external {
        _wait(wait);
        Actor memory actor = actors[who % actors.length];
        Actor memory other = actors[thief % actors.length];
        bytes32 list = listFor(actor.party);
        Act memory made = drawn(actor.party, ActKind.Recognition, uint64(1000 + acts));
        bytes32 digest = digestAt(address(registry), actHash(list, made, actor.account));
        bool theft = flaw % 2 == 0 && actor.key != other.key;
        made.seal = seal(theft ? other.key : actor.key, digest);
        if (!theft) made.seal = spoilSeal(made.seal, flaw / 2 % SEAL_FLAWS);
        Expected memory expected;
        _deserves(expected, wrongSigner(0, actor.party, actor.account, recoverSeal(digest, made.seal)));
        _submit(address(registry), stating(actor.party, one(made)), expected, 0, "");
    }

    // ---------------------------------------------------------------- promises: words and registers

    function checkWords() external view {
        _checkWords(address(registry));
        _checkWords(address(ledger));
        _checkWords(address(norms));
    }

    function checkSlots() external view {
        address[3] memory all_ = [address(registry), address(ledger), address(norms)];
        for (uint256 k = 0; k < 3; ++k) {
            bytes32[] memory subjects = stranger.subjects(all_[k]);
            for (uint256 i = 0; i < subjects.length; ++i) {
                bytes32 slot = keccak256(abi.encode(subjects[i], 0));
                vm.assertEq(vm.load(all_[k], slot), stranger.told(all_[k], subjects[i]), "slot 0");
            }
            vm.assertEq(vm.load(all_[k], bytes32(uint256(1))), stranger.toldRegister(all_[k]), "slot 1");
        }
    }

    function checkRegisterWords() external view {
        vm.assertEq(registry.register(), stranger.toldRegister(address(registry)), "parties and roots");
        vm.assertEq(ledger.register(), stranger.toldRegister(address(ledger)), "agreements");
        vm.assertEq(norms.register(), stranger.toldRegister(address(norms)), "norms");
    }

    function checkLinks() external view {
        uint256 links = _links(address(registry)) + _links(address(ledger)) + _links(address(norms));
        vm.assertEq(links, acts, "a link an act");
    }

    function checkEntries() external view {
        vm.assertEq(stranger.entries(address(registry)).length, actors.length + roots, "parties and roots");
        uint256 opened = 0;
        uint256 published = 0;
        for (uint256 i = 0; i < FEW; ++i) {
            if (signedBy[agreements[i]] != 0) ++opened;
            if (PartyId.unwrap(publisher[bytes32(i)]) != 0) ++published;
        }
        vm.assertEq(stranger.entries(address(ledger)).length, opened, "agreements");
        vm.assertEq(stranger.entries(address(norms)).length, published, "norms");
    }

    function checkLists() external view {
        bytes32[] memory entries = stranger.entries(address(registry));
        for (uint256 i = 0; i < actors.length; ++i) {
            vm.assertEq(isIn(entries, listFor(actors[i].party)), 0, "a list is in no register");
        }
        entries = stranger.entries(address(ledger));
        for (uint256 i = 0; i < FEW; ++i) {
            vm.assertEq(isIn(entries, stancesFor(agreements[i])), 0, "stances are in no register");
        }
    }

    /// @dev Nobody acted on these: another party's list on this contract, a norm on the ledger, an agreement among norms.
    function checkUntouched() external view {
        for (uint256 i = 0; i < FEW; ++i) {
            vm.assertEq(ledger.word(bytes32(i)), 0, "a norm's id on the ledger");
            vm.assertEq(norms.word(agreements[i]), 0, "an agreement's id among norms");
            vm.assertEq(registry.word(agreements[i]), 0, "an agreement's id in the registry");
        }
        for (uint256 i = 0; i < actors.length; ++i) {
            vm.assertEq(ledger.word(listFor(actors[i].party)), 0, "a list on the ledger");
            vm.assertEq(norms.word(PartyId.unwrap(actors[i].party)), 0, "a party among norms");
        }
    }

    // ---------------------------------------------------------------- promises: numbers

    function checkUsed() external view {
        for (uint256 i = 0; i < _uses.length && i < 64; ++i) {
            Use storage use = _uses[i % 2 == 0 ? i : _uses.length - i]; // the first and the newest
            vm.assertTrue(IConsent(use.where).isUsed(use.subject, use.number, use.ordinal), "a used number stays used");
        }
    }

    /// @dev Small numbers of every party on every norm and agreement: used if, and only if, that party used them there.
    function checkUnused() external view {
        for (uint256 i = 0; i < FEW; ++i) {
            for (uint32 ordinal = 0; ordinal <= actors.length; ++ordinal) {
                for (uint64 number = 0; number < 4; ++number) {
                    _checkUse(address(norms), bytes32(i), number, ordinal);
                    _checkUse(address(ledger), agreements[i], number, ordinal);
                    _checkUse(address(ledger), stancesFor(agreements[i]), number, ordinal);
                }
            }
        }
    }

    function checkOwnNumbers() external view {
        for (uint256 i = 0; i < actors.length; ++i) {
            vm.assertEq(registry.holder(actors[i].party).last(), last[actors[i].party], "the highest number");
        }
    }

    function checkOwnBits() external view {
        for (uint256 i = 0; i < actors.length; ++i) {
            Actor storage actor = actors[i];
            uint64 number = last[actor.party];
            bytes32 subject = PartyId.unwrap(actor.party);
            vm.assertTrue(!registry.isUsed(subject, number, actor.ordinal), "a party's own subject keeps no bits");
        }
    }

    function checkStanding() external view {
        for (uint256 i = 0; i < FEW; ++i) {
            for (uint256 k = 0; k < actors.length; ++k) {
                (uint64 number,) = stranger.standing(address(norms), bytes32(i), actors[k].party);
                vm.assertTrue(
                    number == 0 || norms.isUsed(bytes32(i), number, actors[k].ordinal), "what stands was recorded"
                );
                // forge-lint: disable-next-line(block-timestamp)
                vm.assertTrue(number <= block.timestamp, "a higher number always remains");
            }
        }
    }

    // ---------------------------------------------------------------- promises: parties and powers

    function checkAccounts() external view {
        for (uint256 i = 0; i < actors.length; ++i) {
            vm.assertEq(registry.holder(actors[i].party).account(), actors[i].account, "account");
        }
    }

    function checkOrdinals() external view {
        for (uint256 i = 0; i < actors.length; ++i) {
            vm.assertEq(registry.holder(actors[i].party).ordinal(), i + 1, "ordinal");
        }
    }

    function checkEpochs() external view {
        for (uint256 i = 0; i < actors.length; ++i) {
            PartyId party = actors[i].party;
            vm.assertEq(registry.holder(party).epoch(), former[party].length, "as often as it was rotated");
        }
    }

    function checkFormer() external view {
        for (uint256 i = 0; i < actors.length; ++i) {
            PartyId party = actors[i].party;
            address account = registry.holder(party).account();
            for (uint256 k = 0; k < former[party].length; ++k) {
                vm.assertTrue(former[party][k] != account, "no way back");
            }
        }
    }

    function checkPowers() external view {
        bytes32[3] memory scopes = [bytes32(0), bytes32(uint256(1)), agreements[1]];
        for (uint256 i = 0; i < actors.length; ++i) {
            for (uint256 k = 0; k < 6; ++k) {
                address envoy = _envoys[k % 2];
                bytes32 scope = scopes[k / 2];
                vm.assertTrue(
                    registry.isEmpowered(actors[i].party, envoy, scope, ActKind.Endorsement)
                        == stranger.hasPowers(actors[i].party, envoy, scope, ActKind.Endorsement),
                    "powers are what was granted and not ended"
                );
            }
        }
    }

    /// @dev Whatever was granted: the newest grant of each party, and nothing beyond its kinds and its time.
    function checkGrants() external view {
        for (uint256 i = 0; i < actors.length; ++i) {
            PartyId party = actors[i].party;
            for (uint256 kind = 0; kind < 32; kind += 5) {
                if (!registry.isEmpowered(party, _envoys[0], "elsewhere", ActKind(kind))) continue;
                bool named = false;
                for (uint256 k = 0; k < _grants[party].length && !named; ++k) {
                    Grant storage grant = _grants[party][k];
                    // forge-lint: disable-next-line(block-timestamp)
                    named = grant.subject == 0 && grant.kinds >> kind & 1 == 1 && grant.until >= block.timestamp;
                }
                vm.assertTrue(named, "nobody has powers that were never granted");
            }
        }
    }

    function checkStrangersPowers() external view {
        for (uint256 i = 0; i < actors.length; ++i) {
            for (uint256 k = 0; k < actors.length; ++k) {
                if (actors[i].account == actors[k].account) continue;
                vm.assertTrue(
                    !registry.isEmpowered(actors[i].party, actors[k].account, 0, ActKind.Rotation),
                    "no party has another's powers"
                );
            }
        }
    }

    // ---------------------------------------------------------------- promises: agreements and norms

    function checkAwaiting() external view {
        for (uint256 i = 0; i < FEW; ++i) {
            uint256 standing = signedBy[agreements[i]];
            uint256 missing = ledger.awaiting(AgreementId.wrap(agreements[i]));
            vm.assertEq(missing, standing == 0 ? 0 : 3 - _count(standing), "who has not signed");
        }
    }

    function checkAwaitingFalls() external view {
        for (uint256 i = 0; i < FEW; ++i) {
            uint256 missing = ledger.awaiting(AgreementId.wrap(agreements[i]));
            vm.assertTrue(missing <= awaited[agreements[i]], "awaiting only falls");
            vm.assertTrue(missing < 3, "never all");
        }
    }

    function checkPublished() external view {
        bytes32[] memory entries = stranger.entries(address(norms));
        for (uint256 i = 0; i < FEW; ++i) {
            bool here = PartyId.unwrap(publisher[bytes32(i)]) != 0;
            vm.assertEq(isIn(entries, bytes32(i)), here ? 1 : 0, "published once");
            vm.assertTrue((norms.word(bytes32(i)) != 0) == here, "a word begins with its publication");
        }
    }

    function checkRegistered() external view {
        bytes32[] memory entries = stranger.entries(address(registry));
        for (uint256 i = 0; i < actors.length; ++i) {
            vm.assertEq(isIn(entries, PartyId.unwrap(actors[i].party)), 1, "registered once");
        }
        for (uint256 i = 0; i < FEW; ++i) {
            vm.assertEq(Holder.unwrap(registry.holder(PartyId.wrap(bytes32(i)))), 0, "nobody else");
        }
    }

    function checkOpened() external view {
        for (uint256 i = 0; i < FEW; ++i) {
            bool here = signedBy[agreements[i]] != 0;
            vm.assertTrue((ledger.word(agreements[i]) != 0) == here, "an agreement begins with a founder's signature");
            if (here) continue;
            vm.assertEq(ledger.word(stancesFor(agreements[i])), 0, "no stance on what is not here");
        }
    }

    function checkPurses() external view {
        vm.assertEq(address(registry).balance + address(ledger).balance + address(norms).balance, 0, "no ether");
    }

    // ---------------------------------------------------------------- books

    function _deserves(Expected memory expected, bytes memory error_) private pure {
        expected.errors[expected.count++] = error_;
    }

    /// @dev Makes the call, for whomever, and expects that it succeeds, or one of the errors that it deserves.
    function _submit(address where, bytes memory call, Expected memory expected, uint256 count, bytes memory again)
        private
        returns (bool done)
    {
        bytes memory answer;
        vm.prank(address(uint160(uint256(keccak256(abi.encode(acts, refused))))));
        // solhint-disable-next-line avoid-low-level-calls
        (done, answer) = where.call(call);
        if (!done) {
            vm.getRecordedLogs();
            ++refused;
            bool deserved = false;
            for (uint256 i = 0; i < expected.count; ++i) {
                if (keccak256(answer) == keccak256(expected.errors[i])) deserved = true;
            }
            if (!deserved) vm.assertEq(answer, expected.errors[0], "the refusal");
            return false;
        }
        vm.assertEq(expected.count, 0, "should have been refused");
        vm.assertEq(stranger.read(), count, "acts recorded");
        if (again.length != 0 && acts % 4 == 0) _recorded[acts / 4 % 16] = Recorded(where, call, again);
        acts += count;
    }

    function _submitAct(address where, bytes32 subject, Act memory made, bytes memory call, Expected memory expected)
        private
        returns (bool done)
    {
        uint64 number = numberOf(made.stamp);
        done = _submit(where, call, expected, 1, numberUsed(0, made.party, number));
        if (done) _use(where, subject, number, registry.holder(made.party).ordinal());
    }

    function _use(address where, bytes32 subject, uint64 number, uint32 ordinal) private {
        _used[keccak256(abi.encode(where, subject, number, ordinal))] = true;
        _uses.push(Use(where, subject, number, ordinal));
    }

    function _checkUse(address where, bytes32 subject, uint64 number, uint32 ordinal) private view {
        vm.assertTrue(
            IConsent(where).isUsed(subject, number, ordinal)
                == _used[keccak256(abi.encode(where, subject, number, ordinal))],
            "used by whoever used it, and there"
        );
    }

    function _checkWords(address where) private view {
        bytes32[] memory subjects = stranger.subjects(where);
        for (uint256 i = 0; i < subjects.length; ++i) {
            vm.assertEq(IConsent(where).word(subjects[i]), stranger.told(where, subjects[i]), "a word");
        }
    }

    function _links(address where) private view returns (uint256 sum) {
        bytes32[] memory subjects = stranger.subjects(where);
        for (uint256 i = 0; i < subjects.length; ++i) {
            sum += stranger.links(where, subjects[i]);
        }
    }

    // ---------------------------------------------------------------- what they sign

    /// @dev Who signs for a party: itself by its seal, itself beside, or one of two representatives, with or without powers.
    function _signer(Expected memory expected, Actor memory actor, bytes32 scope, ActKind kind, uint8 by_)
        private
        view
        returns (Actor memory signer)
    {
        if (by_ % 8 < 6) return actor;
        signer = Actor(21 + by_ % 2, _envoys[by_ % 2], actor.party, actor.ordinal);
        if (!stranger.hasPowers(actor.party, signer.account, scope, kind)) {
            _deserves(expected, notEmpowered(0, actor.party, signer.account, kind));
        }
    }

    function _signAct(
        Expected memory expected,
        Actor memory actor,
        address where,
        bytes32 subject,
        bytes32 scope,
        Act memory made,
        uint8 by_
    ) private view returns (Signer[] memory) {
        _turn(expected, where, subject, actor, numberOf(made.stamp));
        Actor memory signer = _signer(expected, actor, scope, kindOf(made.stamp), by_);
        bool seals = _seals(actor, by_);
        made.seal = seals ? Seal(bytes32(uint256(1)), 0) : beside(0);
        if (expected.count != 0) return seals ? none() : one(Signer(signer.account, ""));
        bytes32 digest = digestAt(where, actHash(_written[kindOf(made.stamp)], subject, made, signer.account));
        if (!seals) return one(by(signer, digest));
        made.seal = seal(signer.key, digest);
        return none();
    }

    function _signStance(Expected memory expected, Actor memory actor, bytes32 norm, Stance memory made, uint8 by_)
        private
        view
        returns (Signer[] memory)
    {
        _turn(expected, address(norms), norm, actor, numberOf(made.stamp));
        Actor memory signer = _signer(expected, actor, norm, kindOf(made.stamp), by_);
        bool seals = _seals(actor, by_);
        made.seal = seals ? Seal(bytes32(uint256(1)), 0) : beside(0);
        if (expected.count != 0) return seals ? none() : one(Signer(signer.account, ""));
        bytes32 digest = _stanceDigest(norm, made, signer);
        if (!seals) return one(by(signer, digest));
        made.seal = seal(signer.key, digest);
        return none();
    }

    function _stanceDigest(bytes32 norm, Stance memory made, Actor memory signer) private view returns (bytes32) {
        bytes32 written = _writtenOnNorms[kindOf(made.stamp)];
        return
            digestAt(address(norms), stanceHash(written, norm, made.stamp, made.content, signer.party, signer.account));
    }

    function _owning(Expected memory expected, Actor memory signer, Own memory made)
        private
        view
        returns (bytes memory)
    {
        return expected.count == 0 ? owning(signer, made) : owning(made, Signer(signer.account, ""), "");
    }

    /// @dev A wallet has no seal of its own.
    function _seals(Actor memory actor, uint8 by_) private view returns (bool) {
        return by_ % 8 < 4 && actor.account.code.length == 0;
    }

    function _endorsing(Actor memory actor, bytes32 norm, uint64 number) private view returns (bytes memory) {
        Stance memory made = Stance(PartyId.unwrap(actor.party), stamp(ActKind.Endorsement, number, 0), 0, beside(0));
        return stances(norm, one(made), one(by(actor, _stanceDigest(norm, made, actor))));
    }

    function _foundings(bytes32 agreement, Terms memory terms, uint256 part, ActKind kind)
        private
        view
        returns (Founding[] memory list, Signer[] memory signers)
    {
        (list, signers) = (new Founding[](_count(part)), new Signer[](_count(part)));
        uint256 next = 0;
        for (uint256 i = 0; i < 3; ++i) {
            if (part >> i & 1 == 0) continue;
            Actor memory founder = _find(terms.parties[i]);
            list[next] = Founding(stamp(kind, uint64(i), 0), beside(next));
            // Who signed already is passed over, and its signature not looked at.
            bool stands = signedBy[agreement] >> i & 1 == 1;
            signers[next] = stands ? Signer(founder.account, "") : by(founder, foundingDigest(founder, terms, kind, 0));
            ++next;
        }
    }

    // ---------------------------------------------------------------- what calls deserve

    function _turn(Expected memory expected, address where, bytes32 subject, Actor memory actor, uint64 number)
        private
        view
    {
        if (number == 0) _deserves(expected, numberZero(0, actor.party));
        // forge-lint: disable-next-line(block-timestamp)
        if (number > block.timestamp) _deserves(expected, numberBeyond(0, actor.party, number));
        if (_used[keccak256(abi.encode(where, subject, number, actor.ordinal))]) {
            _deserves(expected, numberUsed(0, actor.party, number));
        }
    }

    function _ownTurn(Expected memory expected, Actor memory actor, Own memory made) private view {
        if (made.number == 0) _deserves(expected, numberZero(0, actor.party));
        // forge-lint: disable-next-line(block-timestamp)
        if (made.number > block.timestamp) _deserves(expected, numberBeyond(0, actor.party, made.number));
        if (made.number <= last[actor.party]) {
            _deserves(expected, numberPassed(actor.party, made.number, last[actor.party]));
        }
        // forge-lint: disable-next-line(block-timestamp)
        if (made.kind == ActKind.FullPowers && made.grant.until < block.timestamp) {
            _deserves(
                expected,
                abi.encodeWithSelector(
                    IPartyRegistry.PowersOver.selector, actor.party, made.grant.until, block.timestamp
                )
            );
        }
    }

    function _mayUndertake(Expected memory expected, Terms memory terms, bytes32 agreement, Act memory made)
        private
        view
    {
        bool founder = isFounder(terms, made.party);
        if (signedBy[agreement] == 0) {
            _deserves(expected, abi.encodeWithSelector(IAgreementLedger.UnknownAgreement.selector, agreement));
        } else if (kindOf(made.stamp) == ActKind.Invitation && !founder) {
            _deserves(expected, abi.encodeWithSelector(IAgreementLedger.NotAFounder.selector, 0, agreement, made.party));
        } else if (!founder && terms.admission == Admission.Closed) {
            _deserves(expected, abi.encodeWithSelector(IAgreementLedger.ClosedTo.selector, 0, agreement, made.party));
        } else if (!founder && terms.admission == Admission.Invitation && !stranger.invited(agreement, made.party)) {
            _deserves(expected, abi.encodeWithSelector(IAgreementLedger.NotInvited.selector, 0, agreement, made.party));
        }
    }

    function _mustBePublished(Expected memory expected, bytes32 norm, uint256 index) private view {
        if (PartyId.unwrap(publisher[norm]) != 0) return;
        _deserves(expected, abi.encodeWithSelector(INormRegistry.NotPublished.selector, index, norm));
    }

    // ---------------------------------------------------------------- choices

    function _treatyAct(Actor memory actor, uint8 kind, uint256 other, uint64 number)
        private
        view
        returns (Act memory made)
    {
        uint256 code = bound(kind, uint256(ActKind.Ratification), uint256(ActKind.Succession) + 1);
        if (code > uint256(ActKind.Succession)) code = uint256(ActKind.Cancellation);
        if (kind > 200) code = uint256(ActKind.Invitation);
        made = drawn(actor.party, ActKind(code), _number(number));
        made.refersTo = PartyId.unwrap(actors[other % actors.length].party);
    }

    /// @dev Half of them fresh; the others small, so that they meet, or not due yet.
    function _number(uint64 number) private view returns (uint64) {
        if (number % 8 < 5) return uint64(1000 + acts);
        return number % 8 == 7 ? uint64(block.timestamp + 1 + number % 100) : number % 4;
    }

    function _ownNumber(Actor memory actor, uint64 number) private view returns (uint64) {
        if (number % 8 < 6) return last[actor.party] + 1 + number % 3;
        return number % 8 == 7 ? uint64(block.timestamp + 1 + number % 100) : number % 4;
    }

    /// @dev Powers for one of two representatives, for all, for one norm or one agreement, for some kinds, some over.
    function _grant(uint256 other) private view returns (Grant memory) {
        bytes32[4] memory scopes = [bytes32(0), bytes32(uint256(1)), agreements[1], PartyId.unwrap(actors[0].party)];
        uint256 kinds = other % 3 == 0 ? EVERY_KIND : other & EVERY_KIND | bit(ActKind.Endorsement);
        uint256 until = other % 16 == 5 ? block.timestamp - 1 : block.timestamp + other % 20_000;
        return Grant(_envoys[other % 2], scopes[other / 2 % 4], kinds, uint64(until));
    }

    function _statedKind(uint8 kind) private pure returns (ActKind) {
        ActKind[5] memory kinds =
            [ActKind.Recognition, ActKind.Alignments, ActKind.Reports, ActKind.Withdrawal, ActKind.Cancellation];
        return kinds[kind % 5];
    }

    function _remarkKind(uint8 kind) private pure returns (ActKind) {
        ActKind[6] memory kinds = [
            ActKind.Endorsement,
            ActKind.Opposition,
            ActKind.Declaration,
            ActKind.Withdrawal,
            ActKind.Anchor,
            ActKind.Cancellation
        ];
        return kinds[kind % 6];
    }

    function _stanceKind(uint8 kind) private pure returns (ActKind) {
        ActKind[6] memory kinds = [
            ActKind.Endorsement,
            ActKind.Opposition,
            ActKind.Withdrawal,
            ActKind.Derivation,
            ActKind.Anchor,
            ActKind.Cancellation
        ];
        return kinds[kind / 2 % 6];
    }

    function _wait(uint8 wait) private {
        if (wait % 4 != 0) return;
        vm.roll(block.number + 1 + wait % 3);
        vm.warp(block.timestamp + wait);
    }

    function _isHere(PartyId party) private view returns (bool) {
        (address account,,,) = stranger.known(party);
        return account != address(0);
    }

    function _find(PartyId party) private view returns (Actor memory) {
        for (uint256 i = 0; i < actors.length; ++i) {
            if (PartyId.unwrap(actors[i].party) == PartyId.unwrap(party)) return actors[i];
        }
        revert("no such actor");
    }

    function _count(uint256 set) private pure returns (uint256 count) {
        for (; set != 0; set &= set - 1) {
            ++count;
        }
    }
}
