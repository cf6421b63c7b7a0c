// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Act,
    ActKind,
    Admission,
    Holder,
    PartyId,
    PartyKind,
    Seal,
    Signer,
    Stamp,
    Stance
} from "../../contracts/ConsentTypes.sol";
import {Founding, IAgreementLedger, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {IConsent} from "../../contracts/interfaces/IConsent.sol";
import {INormRegistry} from "../../contracts/interfaces/INormRegistry.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Vm} from "./Vm.sol";
import {Grant, Written} from "./Written.sol";

/// @notice Who believes nothing but the events: decodes each call, keeps accounts, epochs and powers, checks every
/// signature and every rule again, links words and registers, and compares them with what the chain stores.
/// @dev A wallet's answer alone is taken on trust, and counted. Events must be read in the block in which they came.
contract Stranger is Written {
    /// @dev What is known of a party.
    struct Known {
        address account;
        uint32 ordinal;
        uint24 epoch;
        uint40 last;
    }

    /// @dev One call that was recorded.
    struct Told {
        address where;
        bytes32 subject;
        bytes4 selector;
        bytes arguments;
    }

    /// @dev What a reader folds a party's acts on a subject to, in its simplest form: the one with the highest number.
    struct Standing {
        uint64 number;
        ActKind kind;
    }

    mapping(address where => mapping(bytes32 subject => mapping(PartyId party => Standing))) public standing;

    /// @dev What the stranger made of the events: words, registers, how many links each has, what stands in a register.
    mapping(address where => mapping(bytes32 subject => bytes32)) public told;
    mapping(address where => mapping(bytes32 subject => uint256)) public links;
    mapping(address where => bytes32) public toldRegister;
    mapping(address where => bytes32[]) private _entries;
    mapping(address where => bytes32[]) private _subjects;

    mapping(PartyId party => Known) public known;
    mapping(PartyId party => mapping(address account => bool)) public left;
    PartyId[] public parties;
    mapping(bytes32 grant => Grant) public granted;
    mapping(bytes32 use => bool) public taken;
    mapping(bytes32 agreement => uint256) public missing;
    mapping(bytes32 agreement => mapping(uint256 founder => bool)) public founded;
    mapping(bytes32 agreement => mapping(PartyId party => bool)) public invited;

    /// @dev Wallets' answers that were taken on trust; calls that `carry` left out; the reason of the last.
    uint256 public onTrust;
    uint256 public leftOut;
    bytes public lastReason;

    /// @dev Hashes of the written types, written down once.
    mapping(ActKind kind => bytes32) private _acts;
    mapping(ActKind kind => bytes32) private _stances;

    address private _registry;
    address private _ledger;
    address private _norms;

    constructor(address registry, address ledger, address norms) {
        (_registry, _ledger, _norms) = (registry, ledger, norms);
        for (uint256 i = 0; i <= uint256(type(ActKind).max); ++i) {
            ActKind kind = ActKind(i);
            _acts[kind] = keccak256(bytes(writtenAct(kind)));
            _stances[kind] = keccak256(bytes(writtenStance(kind)));
        }
    }

    /// @dev What stands in a register, in order.
    function entries(address where) external view returns (bytes32[] memory) {
        return _entries[where];
    }

    /// @dev The subjects on which there were acts, in order.
    function subjects(address where) external view returns (bytes32[] memory) {
        return _subjects[where];
    }

    /// @dev What follows a call's selector. From outside, because memory has no slices.
    function argumentsOf(bytes calldata call) external pure returns (bytes memory) {
        return call[4:];
    }

    // ---------------------------------------------------------------- reading

    /// @dev Reads the events since the last reading, all of this block; tells how many acts they record. Read before and
    /// after a lenient `carry`: its events are told from those of undone calls by their place.
    function read() public returns (uint256 count) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bool[] memory undone = _undone(logs);
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IConsent.Recorded.selector) {
                if (undone[i]) continue;
                bytes memory call = abi.decode(logs[i].data, (bytes));
                count += _readCall(Told(logs[i].emitter, logs[i].topics[1], bytes4(call), this.argumentsOf(call)));
            } else {
                vm.assertEq(logs[i].topics[0], IConsent.LeftOut.selector, "an event of no kind that there is");
                (, lastReason) = abi.decode(logs[i].data, (uint256, bytes));
                ++leftOut;
            }
        }
    }

    /// @dev Forge hands out also what an undone call said. Before a call is told as left out, so many events came as calls
    /// stood since the last that was; any more are its own.
    function _undone(Vm.Log[] memory logs) private pure returns (bool[] memory undone) {
        undone = new bool[](logs.length);
        (uint256 said, uint256 next) = (0, 0);
        for (uint256 i = 0; i < logs.length; ++i) {
            ++said;
            if (logs[i].topics[0] != IConsent.LeftOut.selector) continue;
            (uint256 index,) = abi.decode(logs[i].data, (uint256, bytes));
            for (uint256 k = 1; said > index - next + 1; ++k) {
                undone[i - k] = true;
                --said;
            }
            (said, next) = (0, index + 1);
        }
    }

    function _readCall(Told memory it) private returns (uint256) {
        if (it.where == _registry) {
            if (it.selector == IPartyRegistry.claim.selector) return _readClaim(it);
            if (it.selector == IPartyRegistry.state.selector) return _readList(it);
            if (it.selector == IPartyRegistry.claimFurther.selector) return _readFurther(it);
            if (it.selector == IPartyRegistry.rotate.selector) return _readRotation(it);
            if (it.selector == IPartyRegistry.empower.selector) return _readPowers(it);
            if (it.selector == IPartyRegistry.revoke.selector) return _readRevocation(it);
            if (it.selector == IPartyRegistry.cancel.selector) return _readCancellation(it);
        } else if (it.where == _ledger) {
            if (it.selector == IAgreementLedger.sign.selector) return _readFounding(it);
            if (it.selector == IAgreementLedger.act.selector) return _readActs(it);
            if (it.selector == IAgreementLedger.takeStances.selector) return _readRemarks(it);
        } else if (it.where == _norms) {
            if (it.selector == INormRegistry.publish.selector) return _readPublication(it);
            if (it.selector == INormRegistry.takeStances.selector) return _readStances(it);
            if (it.selector == INormRegistry.takeStancesOnMany.selector) return _readMany(it);
        }
        revert("an event that repeats no call");
    }

    // ---------------------------------------------------------------- a party, of itself

    function _readClaim(Told memory it) private returns (uint256) {
        (string memory identifier, PartyKind kind, bytes32 profile, uint64 deadline, Signer memory signer) =
            abi.decode(it.arguments, (string, PartyKind, bytes32, uint64, Signer));
        vm.assertTrue(bytes(identifier).length > 0 && bytes(identifier).length <= 200, "an identifier's length");
        vm.assertTrue(kind != PartyKind.None, "a party's kind");
        PartyId party = partyFor(identifier, kind, signer.account);
        vm.assertEq(it.subject, PartyId.unwrap(party), "a party's id");
        vm.assertEq(links[it.where][it.subject], 0, "a party is claimed once");
        _inTime(deadline);
        bytes32 digest = digestAt(it.where, claimHash(identifier, kind, profile, signer.account, deadline));
        _believe(signer.account, digest, signer.signature);
        parties.push(party);
        known[party] = Known(signer.account, uint32(parties.length), 0, 0);
        _grow(it.where, it.subject, ActKind.Claim, digest, party, signer.account);
        _enter(it.where, ActKind.Claim, it.subject, party, signer.account);
        return 1;
    }

    function _readFurther(Told memory it) private returns (uint256) {
        (
            PartyId party,
            string memory identifier,
            bytes32 profile,
            uint64 number,
            uint64 deadline,
            Signer memory signer
        ) = abi.decode(it.arguments, (PartyId, string, bytes32, uint64, uint64, Signer));
        vm.assertTrue(bytes(identifier).length > 0 && bytes(identifier).length <= 200, "an identifier's length");
        bytes32 hash = furtherHash(party, identifier, profile, signer.account, number, deadline);
        return _own(it, ActKind.FurtherClaim, party, stamp(ActKind.None, number, deadline), hash, signer);
    }

    function _readRotation(Told memory it) private returns (uint256) {
        (PartyId party, address next, uint64 number, uint64 deadline, Signer memory signer, bytes memory consent) =
            abi.decode(it.arguments, (PartyId, address, uint64, uint64, Signer, bytes));
        bytes32 hash = rotationHash(party, next, signer.account, number, deadline);
        _own(it, ActKind.Rotation, party, stamp(ActKind.None, number, deadline), hash, signer);
        _believe(next, digestAt(it.where, hash), consent);
        Known storage who = known[party];
        left[party][who.account] = true;
        vm.assertTrue(!left[party][next], "no way back to an account that was left");
        who.account = next;
        ++who.epoch;
        return 1;
    }

    function _readPowers(Told memory it) private returns (uint256) {
        (PartyId party, Grant memory grant, uint64 number, uint64 deadline, Signer memory signer) =
            abi.decode(it.arguments, (PartyId, Grant, uint64, uint64, Signer));
        vm.assertTrue(grant.kinds != 0 && grant.kinds & ~EVERY_KIND == 0, "kinds that there are");
        // forge-lint: disable-next-line(block-timestamp)
        vm.assertTrue(grant.until >= block.timestamp, "powers that are not over");
        bytes32 hash = powersHash(party, grant, signer.account, number, deadline);
        _own(it, ActKind.FullPowers, party, stamp(ActKind.None, number, deadline), hash, signer);
        granted[_grantOf(party, grant.representative, grant.subject)] = grant;
        return 1;
    }

    function _readRevocation(Told memory it) private returns (uint256) {
        (PartyId party, address representative, bytes32 subject, uint64 number, uint64 deadline, Signer memory signer) =
            abi.decode(it.arguments, (PartyId, address, bytes32, uint64, uint64, Signer));
        bytes32 hash = revocationHash(party, representative, subject, signer.account, number, deadline);
        _own(it, ActKind.Revocation, party, stamp(ActKind.None, number, deadline), hash, signer);
        delete granted[_grantOf(party, representative, subject)];
        return 1;
    }

    function _readCancellation(Told memory it) private returns (uint256) {
        (PartyId party, uint64 number, uint64 deadline, Signer memory signer) =
            abi.decode(it.arguments, (PartyId, uint64, uint64, Signer));
        bytes32 hash = cancellationHash(party, signer.account, number, deadline);
        return _own(it, ActKind.Cancellation, party, stamp(ActKind.None, number, deadline), hash, signer);
    }

    function _own(Told memory it, ActKind kind, PartyId party, Stamp given, bytes32 hash, Signer memory signer)
        private
        returns (uint256)
    {
        vm.assertEq(it.subject, PartyId.unwrap(party), "a party's own subject");
        vm.assertTrue(known[party].account != address(0), "a party that is known");
        _inTime(deadlineOf(given));
        // forge-lint: disable-next-line(block-timestamp)
        vm.assertTrue(numberOf(given) <= block.timestamp, "a number that is due");
        vm.assertTrue(numberOf(given) > known[party].last, "own numbers rise");
        vm.assertTrue(_mayAct(party, signer.account, it.subject, kind), "who acts for the party");
        bytes32 digest = digestAt(it.where, hash);
        _believe(signer.account, digest, signer.signature);
        known[party].last = uint40(numberOf(given));
        _grow(it.where, it.subject, kind, digest, party, signer.account);
        return 1;
    }

    // ---------------------------------------------------------------- of others, and on agreements

    function _readList(Told memory it) private returns (uint256) {
        (PartyId author, Act[] memory acts, Signer[] memory signers) =
            abi.decode(it.arguments, (PartyId, Act[], Signer[]));
        vm.assertEq(it.subject, listFor(author), "an author's list");
        for (uint256 i = 0; i < acts.length; ++i) {
            ActKind kind = kindOf(acts[i].stamp);
            vm.assertTrue(PartyId.unwrap(acts[i].party) == PartyId.unwrap(author), "the author's own statement");
            vm.assertTrue(isStated(kind), "a statement on a list");
            address account = _act(it, it.subject, acts[i], signers);
            if (kind == ActKind.Alignments || kind == ActKind.Reports) {
                _enter(it.where, kind, acts[i].refersTo, author, account);
            }
        }
        return acts.length;
    }

    function _readActs(Told memory it) private returns (uint256) {
        (Terms memory terms, Act[] memory acts, Signer[] memory signers) =
            abi.decode(it.arguments, (Terms, Act[], Signer[]));
        vm.assertEq(it.subject, idFor(terms), "an agreement's id");
        vm.assertTrue(links[it.where][it.subject] != 0, "an agreement that is here");
        for (uint256 i = 0; i < acts.length; ++i) {
            ActKind kind = kindOf(acts[i].stamp);
            vm.assertTrue(isTreatyAct(kind), "an act of the law of treaties");
            bool founder = isFounder(terms, acts[i].party);
            if (kind == ActKind.Invitation) {
                vm.assertTrue(founder, "founders invite");
                invited[it.subject][PartyId.wrap(acts[i].refersTo)] = true;
            }
            bool guest = terms.admission == Admission.Invitation && invited[it.subject][acts[i].party];
            vm.assertTrue(founder || guest || terms.admission == Admission.Open, "who may act");
            _act(it, it.subject, acts[i], signers);
        }
        return acts.length;
    }

    function _readRemarks(Told memory it) private returns (uint256) {
        (bytes32 agreement, Act[] memory acts, Signer[] memory signers) =
            abi.decode(it.arguments, (bytes32, Act[], Signer[]));
        vm.assertEq(it.subject, stancesFor(agreement), "stances on an agreement");
        vm.assertTrue(links[it.where][agreement] != 0, "an agreement that is here");
        for (uint256 i = 0; i < acts.length; ++i) {
            vm.assertTrue(isRemark(kindOf(acts[i].stamp)), "a stance on an agreement");
            _act(it, agreement, acts[i], signers);
        }
        return acts.length;
    }

    function _act(Told memory it, bytes32 scope, Act memory made, Signer[] memory signers)
        private
        returns (address account)
    {
        ActKind kind = kindOf(made.stamp);
        account = _signerOf(made.party, made.seal, signers);
        vm.assertTrue(_mayAct(made.party, account, scope, kind), "who acts for the party");
        bytes32 digest = digestAt(it.where, actHash(_acts[kind], it.subject, made, account));
        _believe(account, digest, made.seal, signers);
        _use(it.where, it.subject, made.party, made.stamp);
        _grow(it.where, it.subject, kind, digest, made.party, account);
    }

    // ---------------------------------------------------------------- founding signatures

    function _readFounding(Told memory it) private returns (uint256 count) {
        (Terms memory terms, Founding[] memory signatures, Signer[] memory signers) =
            abi.decode(it.arguments, (Terms, Founding[], Signer[]));
        vm.assertEq(it.subject, idFor(terms), "an agreement's id");
        if (links[it.where][it.subject] == 0) {
            _checkFounders(terms.parties);
            missing[it.subject] = terms.parties.length;
        }
        vm.assertTrue(missing[it.subject] != 0, "an agreement that awaits its founders");
        for (uint256 i = 0; i < signatures.length; ++i) {
            uint256 founder = numberOf(signatures[i].stamp);
            vm.assertTrue(i == 0 || founder > numberOf(signatures[i - 1].stamp), "founders ascend");
            if (founded[it.subject][founder]) continue; // it stands already: passed over, unread
            founded[it.subject][founder] = true;
            --missing[it.subject];
            ++count;
            _found(it, terms, signatures[i], signers);
        }
    }

    function _found(Told memory it, Terms memory terms, Founding memory given, Signer[] memory signers) private {
        PartyId party = terms.parties[numberOf(given.stamp)];
        ActKind kind = kindOf(given.stamp);
        vm.assertTrue(
            kind == ActKind.Signature || kind == ActKind.SignatureSubjectToRatification, "a founding signature"
        );
        _inTime(deadlineOf(given.stamp));
        address account = _signerOf(party, given.seal, signers);
        vm.assertTrue(_mayAct(party, account, it.subject, kind), "who acts for the party");
        bytes32 digest =
            digestAt(it.where, foundingHash(kind, it.subject, terms.document, party, account, deadlineOf(given.stamp)));
        _believe(account, digest, given.seal, signers);
        if (links[it.where][it.subject] == 0) _enter(it.where, kind, it.subject, party, account);
        _grow(it.where, it.subject, kind, digest, party, account);
    }

    function _checkFounders(PartyId[] memory founders) private pure {
        vm.assertTrue(founders.length > 1, "at least two founders");
        for (uint256 i = 1; i < founders.length; ++i) {
            vm.assertTrue(PartyId.unwrap(founders[i]) > PartyId.unwrap(founders[i - 1]), "founders ascend");
        }
    }

    // ---------------------------------------------------------------- on norms

    function _readPublication(Told memory it) private returns (uint256) {
        (bytes32 norm, Stance memory made, Signer[] memory signers) =
            abi.decode(it.arguments, (bytes32, Stance, Signer[]));
        vm.assertEq(it.subject, norm, "a norm's id");
        vm.assertEq(links[it.where][norm], 0, "a norm is published once");
        vm.assertTrue(kindOf(made.stamp) == ActKind.Publication, "a publication");
        PartyId publisher = PartyId.wrap(made.partyOrNorm);
        address account = _stance(it.where, norm, publisher, made, signers);
        _enter(it.where, ActKind.Publication, norm, publisher, account);
        return 1;
    }

    function _readStances(Told memory it) private returns (uint256) {
        (bytes32 norm, Stance[] memory list, Signer[] memory signers) =
            abi.decode(it.arguments, (bytes32, Stance[], Signer[]));
        vm.assertEq(it.subject, norm, "a norm's id");
        vm.assertTrue(links[it.where][norm] != 0, "a norm that is published");
        for (uint256 i = 0; i < list.length; ++i) {
            vm.assertTrue(isStance(kindOf(list[i].stamp)), "a stance on a norm");
            _stance(it.where, norm, PartyId.wrap(list[i].partyOrNorm), list[i], signers);
        }
        return list.length;
    }

    function _readMany(Told memory it) private returns (uint256) {
        (PartyId party, Stance[] memory list, Signer[] memory signers) =
            abi.decode(it.arguments, (PartyId, Stance[], Signer[]));
        vm.assertEq(it.subject, PartyId.unwrap(party), "a party's id");
        for (uint256 i = 0; i < list.length; ++i) {
            vm.assertTrue(links[it.where][list[i].partyOrNorm] != 0, "a norm that is published");
            vm.assertTrue(isStance(kindOf(list[i].stamp)), "a stance on a norm");
            _stance(it.where, list[i].partyOrNorm, party, list[i], signers);
        }
        return list.length;
    }

    function _stance(address where, bytes32 norm, PartyId party, Stance memory made, Signer[] memory signers)
        private
        returns (address account)
    {
        account = _signerOf(party, made.seal, signers);
        vm.assertTrue(_mayAct(party, account, norm, kindOf(made.stamp)), "who acts for the party");
        bytes32 hash = stanceHash(_stances[kindOf(made.stamp)], norm, made.stamp, made.content, party, account);
        bytes32 digest = digestAt(where, hash);
        _believe(account, digest, made.seal, signers);
        _use(where, norm, party, made.stamp);
        _grow(where, norm, kindOf(made.stamp), digest, party, account);
    }

    // ---------------------------------------------------------------- what is believed

    function _inTime(uint64 deadline) private view {
        // forge-lint: disable-next-line(block-timestamp)
        vm.assertTrue(deadline == 0 || block.timestamp <= deadline, "an act in time");
    }

    /// @dev A number from 1 to now, which the party did not use on this subject.
    function _use(address where, bytes32 subject, PartyId party, Stamp given) private {
        _inTime(deadlineOf(given));
        uint64 number = numberOf(given);
        // forge-lint: disable-next-line(block-timestamp)
        vm.assertTrue(number != 0 && number <= block.timestamp, "a number that is due");
        bytes32 use = useOf(where, subject, number, known[party].ordinal);
        vm.assertTrue(!taken[use], "a number works once");
        taken[use] = true;
        Standing storage now_ = standing[where][subject][party];
        if (number > now_.number) (now_.number, now_.kind) = (number, kindOf(given));
    }

    function useOf(address where, bytes32 subject, uint64 number, uint32 ordinal) internal pure returns (bytes32) {
        return keccak256(abi.encode(where, subject, number, ordinal));
    }

    function _signerOf(PartyId party, Seal memory given, Signer[] memory signers) private view returns (address) {
        vm.assertTrue(known[party].account != address(0), "a party that is known");
        return given.r == 0 ? signers[uint256(given.vs)].account : known[party].account;
    }

    /// @dev The party's own account, or one with its powers now.
    function _mayAct(PartyId party, address account, bytes32 scope, ActKind kind) private view returns (bool) {
        return account == known[party].account || hasPowers(party, account, scope, kind);
    }

    function hasPowers(PartyId party, address account, bytes32 scope, ActKind kind) public view returns (bool) {
        return
            _covers(granted[_grantOf(party, account, scope)], kind)
                || _covers(granted[_grantOf(party, account, 0)], kind);
    }

    function _covers(Grant storage grant, ActKind kind) private view returns (bool) {
        // forge-lint: disable-next-line(block-timestamp)
        return grant.kinds / 2 ** uint256(kind) % 2 == 1 && block.timestamp <= grant.until;
    }

    function _grantOf(PartyId party, address representative, bytes32 subject) private view returns (bytes32) {
        return keccak256(abi.encode(party, known[party].epoch, representative, subject));
    }

    function _believe(address account, bytes32 digest, Seal memory given, Signer[] memory signers) private {
        if (given.r == 0) _believe(account, digest, signers[uint256(given.vs)].signature);
        else vm.assertEq(recoverSeal(digest, given), account, "a seal");
    }

    /// @dev A plain key's signature proves it; of an account with code, the contract's code does.
    function _believe(address account, bytes32 digest, bytes memory given) private {
        if (recover(digest, given) == account) return;
        vm.assertTrue(account.code.length != 0, "a signature");
        ++onTrust;
    }

    function _grow(address where, bytes32 subject, ActKind kind, bytes32 digest, PartyId party, address account)
        private
    {
        if (links[where][subject]++ == 0) _subjects[where].push(subject);
        told[where][subject] = link(told[where][subject], kind, digest, party, account);
    }

    function _enter(address where, ActKind kind, bytes32 subject, PartyId party, address account) private {
        _entries[where].push(subject);
        toldRegister[where] = link(toldRegister[where], kind, subject, party, account);
    }

    // ---------------------------------------------------------------- comparing

    /// @dev Reads on and compares: every word, register and holder that the events tell is what the chain holds.
    function agree(uint256 expected) public {
        vm.assertEq(read(), expected, "acts recorded");
        agreeAt(_registry);
        agreeAt(_ledger);
        agreeAt(_norms);
        agreeOnHolders();
    }

    function agreeAt(address where) public view {
        for (uint256 i = 0; i < _subjects[where].length; ++i) {
            bytes32 subject = _subjects[where][i];
            vm.assertEq(IConsent(where).word(subject), told[where][subject], "a word is what its events make");
            vm.assertEq(vm.load(where, keccak256(abi.encode(subject, 0))), told[where][subject], "words lie in slot 0");
        }
        vm.assertEq(IConsent(where).register(), toldRegister[where], "the register is what the events make");
        vm.assertEq(vm.load(where, bytes32(uint256(1))), toldRegister[where], "the register lies in slot 1");
    }

    function agreeOnHolders() public view {
        Holder[] memory found = IPartyRegistry(_registry).holders(parties);
        for (uint256 i = 0; i < parties.length; ++i) {
            Known storage who = known[parties[i]];
            uint256 packed = uint256(uint160(who.account)) + uint256(who.ordinal) * 2 ** 160 + uint256(who.epoch) * 2
                ** 192 + uint256(who.last) * 2 ** 216;
            vm.assertEq(Holder.unwrap(found[i]), packed, "a holder is what the events make");
        }
    }
}
