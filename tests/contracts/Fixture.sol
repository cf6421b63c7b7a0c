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
    Stance
} from "../../contracts/ConsentTypes.sol";
import {Founding, IAgreementLedger, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {IConsent} from "../../contracts/interfaces/IConsent.sol";
import {INormRegistry} from "../../contracts/interfaces/INormRegistry.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Stranger} from "./Stranger.sol";
import {Grant, Written} from "./Written.sol";

/// @notice A key, the account that it signs for, and the party that this account claimed to be.
struct Actor {
    uint256 key;
    address account;
    PartyId party;
    uint32 ordinal;
}

/// @notice The three contracts, people with keys, and everything that they may call.
/// @dev Deploys the shipped artifacts; with FROM_SOURCE=true what Forge compiled, for coverage.
abstract contract Fixture is Written {
    uint64 internal constant NOON = 1_800_000_000;
    bytes32 internal constant PROFILE = keccak256("profile");

    IPartyRegistry internal registry;
    IAgreementLedger internal ledger;
    INormRegistry internal norms;
    Stranger internal stranger;
    address private _next = vm.addr(444); // once, because it takes its time

    function setUp() public virtual {
        vm.warp(NOON);
        vm.roll(1000);
        vm.recordLogs();
        registry = IPartyRegistry(_deploy("PartyRegistry", ""));
        ledger = IAgreementLedger(_deploy("AgreementLedger", abi.encode(registry)));
        norms = INormRegistry(_deploy("NormRegistry", abi.encode(registry)));
        stranger = Stranger(
            vm.deployCode("Stranger.sol:Stranger", abi.encode(address(registry), address(ledger), address(norms)))
        );
    }

    function _deploy(string memory name, bytes memory arguments) private returns (address) {
        string memory artifact = vm.envOr("FROM_SOURCE", false)
            ? string.concat(name, ".sol:", name)
            : string.concat("normledger/artifacts/", name, ".json");
        return vm.deployCode(artifact, arguments);
    }

    /// @dev The stranger reads on, and finds so many acts, in words, registers and holders as the chain has them.
    function agree(uint256 expected) internal {
        stranger.agree(expected);
    }

    /// @dev A block later.
    function later() internal {
        stranger.read();
        vm.roll(block.number + 1);
        vm.warp(block.timestamp + 12);
    }

    // ---------------------------------------------------------------- refusals

    /// @dev The call fails with exactly this error, and leaves no word, register or event behind.
    function refuses(address target, bytes memory call, bytes memory expected) internal {
        stranger.read();
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory answer) = target.call(call);
        vm.assertTrue(!done, "should have been refused");
        vm.assertEq(answer, expected, "the refusal");
        vm.getRecordedLogs(); // Forge hands out also what a failed call said
        agree(0);
    }

    /// @dev The call succeeds and records so many acts.
    function takes(address target, bytes memory call, uint256 count) internal returns (bytes memory) {
        stranger.read();
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory answer) = target.call(call);
        if (!done) vm.assertEq(answer, "", "should have been taken");
        vm.assertTrue(done, "should have been taken");
        agree(count);
        return answer;
    }

    // ---------------------------------------------------------------- people

    struct Claimed {
        string identifier;
        PartyKind kind;
        bytes32 profile;
        uint64 deadline;
        Signer signer;
    }

    function claimed(uint256 key, string memory identifier) internal view returns (Claimed memory made) {
        made = Claimed(identifier, PartyKind.State, PROFILE, 0, Signer(vm.addr(key), ""));
        signClaim(key, made);
    }

    function signClaim(uint256 key, Claimed memory made) internal view {
        made.signer.signature = signature(key, claimDigest(made));
    }

    function claimDigest(Claimed memory made) internal view returns (bytes32) {
        return digestAt(
            address(registry), claimHash(made.identifier, made.kind, made.profile, made.signer.account, made.deadline)
        );
    }

    function claimant(Claimed memory made) internal pure returns (PartyId) {
        return partyFor(made.identifier, made.kind, made.signer.account);
    }

    function submit(Claimed memory made) internal returns (PartyId) {
        return registry.claim(made.identifier, made.kind, made.profile, made.deadline, made.signer);
    }

    function person(uint256 key) internal returns (Actor memory) {
        return personAt(key, vm.addr(key));
    }

    /// @dev A party whose account is a wallet that takes the signatures of `key`.
    function personAt(uint256 key, address account) internal returns (Actor memory actor) {
        Claimed memory made;
        made.identifier = string.concat("exercise:state:", vm.toString(key));
        (made.kind, made.profile, made.signer.account) = (PartyKind.State, PROFILE, account);
        signClaim(key, made);
        actor = Actor(key, account, submit(made), 0);
        actor.ordinal = registry.holder(actor.party).ordinal();
    }

    /// @dev In ascending order of party, as terms want them.
    function people(uint256 count, uint256 firstKey) internal returns (Actor[] memory actors) {
        actors = new Actor[](count);
        for (uint256 i = 0; i < count; ++i) {
            actors[i] = person(firstKey + i);
        }
        sort(actors);
    }

    function sort(Actor[] memory actors) internal pure {
        for (uint256 i = 1; i < actors.length; ++i) {
            Actor memory actor = actors[i];
            uint256 place = i;
            for (; place > 0 && PartyId.unwrap(actors[place - 1].party) > PartyId.unwrap(actor.party); --place) {
                actors[place] = actors[place - 1];
            }
            actors[place] = actor;
        }
    }

    // ---------------------------------------------------------------- what they sign

    function seal(uint256 key, bytes32 digest) internal pure returns (Seal memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return Seal(r, v == 28 ? s | PARITY : s);
    }

    function signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev An actor's signature beside an act, whether of its key or for its wallet.
    function by(Actor memory actor, bytes32 digest) internal pure returns (Signer memory) {
        return Signer(actor.account, signature(actor.key, digest));
    }

    /// @dev The seal that points at a signer.
    function beside(uint256 place) internal pure returns (Seal memory) {
        return Seal(0, bytes32(place));
    }

    function drawn(PartyId party, ActKind kind, uint64 number) internal pure returns (Act memory) {
        return Act(stamp(kind, number, 0), 0, 0, 0, party, Seal(0, 0));
    }

    function signed(Actor memory actor, address where, bytes32 subject, ActKind kind, uint64 number)
        internal
        view
        returns (Act memory made)
    {
        made = drawn(actor.party, kind, number);
        signAct(actor, where, subject, made);
    }

    function signAct(Actor memory actor, address where, bytes32 subject, Act memory made) internal view {
        made.seal = seal(actor.key, digestAt(where, actHash(subject, made, actor.account)));
    }

    /// @dev A statement on a norm, in the form in which it names its party.
    function stance(Actor memory actor, bytes32 norm, ActKind kind, uint64 number)
        internal
        view
        returns (Stance memory made)
    {
        made = Stance(PartyId.unwrap(actor.party), stamp(kind, number, 0), 0, Seal(0, 0));
        signStance(actor, norm, made);
    }

    function signStance(Actor memory actor, bytes32 norm, Stance memory made) internal view {
        made.seal = seal(actor.key, stanceDigest(norm, made, actor));
    }

    function stanceDigest(bytes32 norm, Stance memory made, Actor memory actor) internal view returns (bytes32) {
        return digestAt(address(norms), stanceHash(norm, made.stamp, made.content, actor.party, actor.account));
    }

    function termsOf(Actor[] memory founders, Admission admission) internal pure returns (Terms memory terms) {
        terms = Terms(keccak256("document"), keccak256("clauses"), new PartyId[](founders.length), admission);
        for (uint256 i = 0; i < founders.length; ++i) {
            terms.parties[i] = founders[i].party;
        }
    }

    function founding(Actor memory actor, Terms memory terms, uint256 founder, ActKind kind, uint64 deadline)
        internal
        view
        returns (Founding memory made)
    {
        made.stamp = stamp(kind, uint64(founder), deadline);
        made.seal = seal(actor.key, foundingDigest(actor, terms, kind, deadline));
    }

    function founding(Actor memory actor, Terms memory terms, uint256 founder) internal view returns (Founding memory) {
        return founding(actor, terms, founder, ActKind.Signature, 0);
    }

    function foundingDigest(Actor memory actor, Terms memory terms, ActKind kind, uint64 deadline)
        internal
        view
        returns (bytes32)
    {
        return digestAt(
            address(ledger), foundingHash(kind, idFor(terms), terms.document, actor.party, actor.account, deadline)
        );
    }

    function all(Actor[] memory founders, Terms memory terms) internal view returns (Founding[] memory list) {
        list = new Founding[](founders.length);
        for (uint256 i = 0; i < founders.length; ++i) {
            list[i] = founding(founders[i], terms, i);
        }
    }

    // ---------------------------------------------------------------- lists

    function one(Act memory made) internal pure returns (Act[] memory list) {
        list = new Act[](1);
        list[0] = made;
    }

    function two(Act memory first, Act memory second) internal pure returns (Act[] memory list) {
        list = new Act[](2);
        (list[0], list[1]) = (first, second);
    }

    function one(Stance memory made) internal pure returns (Stance[] memory list) {
        list = new Stance[](1);
        list[0] = made;
    }

    function two(Stance memory first, Stance memory second) internal pure returns (Stance[] memory list) {
        list = new Stance[](2);
        (list[0], list[1]) = (first, second);
    }

    function one(Founding memory made) internal pure returns (Founding[] memory list) {
        list = new Founding[](1);
        list[0] = made;
    }

    function one(PartyId party) internal pure returns (PartyId[] memory list) {
        list = new PartyId[](1);
        list[0] = party;
    }

    function one(Signer memory signer) internal pure returns (Signer[] memory list) {
        list = new Signer[](1);
        list[0] = signer;
    }

    function one(bytes memory call) internal pure returns (bytes[] memory list) {
        list = new bytes[](1);
        list[0] = call;
    }

    function two(bytes memory first, bytes memory second) internal pure returns (bytes[] memory list) {
        list = new bytes[](2);
        (list[0], list[1]) = (first, second);
    }

    function none() internal pure returns (Signer[] memory) {
        return new Signer[](0);
    }

    function claiming(Claimed memory made) internal pure returns (bytes memory) {
        return
            abi.encodeCall(IPartyRegistry.claim, (made.identifier, made.kind, made.profile, made.deadline, made.signer));
    }

    // ---------------------------------------------------------------- a party's acts on itself

    /// @dev An act of a party on itself, of whichever kind; what the kind does not have is left out.
    struct Own {
        ActKind kind;
        PartyId party;
        uint64 number;
        uint64 deadline;
        string identifier;
        bytes32 profile;
        Grant grant; // representative and subject serve a revocation too
        address next;
        uint256 nextKey;
    }

    function ownHash(Own memory own, address account) internal pure returns (bytes32) {
        if (own.kind == ActKind.FurtherClaim) {
            return furtherHash(own.party, own.identifier, own.profile, account, own.number, own.deadline);
        }
        if (own.kind == ActKind.Rotation) {
            return rotationHash(own.party, own.next, account, own.number, own.deadline);
        }
        if (own.kind == ActKind.FullPowers) {
            return powersHash(own.party, own.grant, account, own.number, own.deadline);
        }
        if (own.kind == ActKind.Revocation) {
            return
                revocationHash(
                    own.party, own.grant.representative, own.grant.subject, account, own.number, own.deadline
                );
        }
        return cancellationHash(own.party, account, own.number, own.deadline);
    }

    function ownDigest(Own memory own, address account) internal view returns (bytes32) {
        return digestAt(address(registry), ownHash(own, account));
    }

    /// @dev The call, with a signature as given and, for a rotation, the next account's consent.
    function owning(Own memory own, Signer memory signer, bytes memory consent) internal pure returns (bytes memory) {
        if (own.kind == ActKind.FurtherClaim) {
            return abi.encodeCall(
                IPartyRegistry.claimFurther, (own.party, own.identifier, own.profile, own.number, own.deadline, signer)
            );
        }
        if (own.kind == ActKind.Rotation) {
            return
                abi.encodeCall(IPartyRegistry.rotate, (own.party, own.next, own.number, own.deadline, signer, consent));
        }
        if (own.kind == ActKind.FullPowers) return _empowering(own, signer);
        if (own.kind == ActKind.Revocation) {
            return abi.encodeCall(
                IPartyRegistry.revoke,
                (own.party, own.grant.representative, own.grant.subject, own.number, own.deadline, signer)
            );
        }
        return abi.encodeCall(IPartyRegistry.cancel, (own.party, own.number, own.deadline, signer));
    }

    function _empowering(Own memory own, Signer memory signer) private pure returns (bytes memory) {
        return bytes.concat(
            IPartyRegistry.empower.selector,
            abi.encode(own.party, own.grant, own.number, own.deadline, uint256(256), signer.account),
            abi.encode(uint256(64), signer.signature.length),
            signer.signature
        );
    }

    /// @dev The call, signed by an actor for its account.
    function owning(Actor memory actor, Own memory own) internal view returns (bytes memory) {
        bytes32 digest = ownDigest(own, actor.account);
        return owning(own, by(actor, digest), own.kind == ActKind.Rotation ? signature(own.nextKey, digest) : bytes(""));
    }

    function ownAct(PartyId party, ActKind kind, uint64 number) internal view returns (Own memory own) {
        (own.kind, own.party, own.number) = (kind, party, number);
        (own.identifier, own.profile) = ("name:another", PROFILE);
        own.grant = Grant(address(0x555), 0, bit(ActKind.Endorsement), type(uint64).max);
        (own.next, own.nextKey) = (_next, 444);
    }

    /// @dev `next` is who signs for the next account.
    function rotating(Actor memory actor, Actor memory next, uint64 number) internal view returns (bytes memory) {
        Own memory own = ownAct(actor.party, ActKind.Rotation, number);
        (own.next, own.nextKey) = (next.account, next.key);
        return owning(actor, own);
    }

    function empowering(Actor memory actor, Grant memory grant, uint64 number) internal view returns (bytes memory) {
        Own memory own = ownAct(actor.party, ActKind.FullPowers, number);
        own.grant = grant;
        return owning(actor, own);
    }

    function revoking(Actor memory actor, address representative, bytes32 subject, uint64 number)
        internal
        view
        returns (bytes memory)
    {
        Own memory own = ownAct(actor.party, ActKind.Revocation, number);
        (own.grant.representative, own.grant.subject) = (representative, subject);
        return owning(actor, own);
    }

    function cancelling(Actor memory actor, uint64 number) internal view returns (bytes memory) {
        return owning(actor, ownAct(actor.party, ActKind.Cancellation, number));
    }

    // ---------------------------------------------------------------- calls

    function stating(PartyId author, Act[] memory acts, Signer[] memory signers) internal pure returns (bytes memory) {
        return abi.encodeCall(IPartyRegistry.state, (author, acts, signers));
    }

    function stating(PartyId author, Act[] memory acts) internal pure returns (bytes memory) {
        return stating(author, acts, none());
    }

    function signing(Terms memory terms, Founding[] memory signatures, Signer[] memory signers)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(IAgreementLedger.sign, (terms, signatures, signers));
    }

    function signing(Terms memory terms, Founding[] memory signatures) internal pure returns (bytes memory) {
        return signing(terms, signatures, none());
    }

    function acting(Terms memory terms, Act[] memory acts, Signer[] memory signers)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(IAgreementLedger.act, (terms, acts, signers));
    }

    function acting(Terms memory terms, Act[] memory acts) internal pure returns (bytes memory) {
        return acting(terms, acts, none());
    }

    /// @dev Others' stances on an agreement.
    function remarking(bytes32 agreement, Act[] memory acts, Signer[] memory signers)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(IAgreementLedger.takeStances, (AgreementId.wrap(agreement), acts, signers));
    }

    function remarking(bytes32 agreement, Act[] memory acts) internal pure returns (bytes memory) {
        return remarking(agreement, acts, none());
    }

    function publishing(bytes32 norm, Stance memory publication, Signer[] memory signers)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(INormRegistry.publish, (NormId.wrap(norm), publication, signers));
    }

    function publishing(bytes32 norm, Stance memory publication) internal pure returns (bytes memory) {
        return publishing(norm, publication, none());
    }

    /// @dev Stances of many on one norm.
    function stances(bytes32 norm, Stance[] memory list, Signer[] memory signers) internal pure returns (bytes memory) {
        return abi.encodeCall(INormRegistry.takeStances, (NormId.wrap(norm), list, signers));
    }

    function stances(bytes32 norm, Stance[] memory list) internal pure returns (bytes memory) {
        return stances(norm, list, none());
    }

    /// @dev Stances of one party on many norms.
    function many(PartyId party, Stance[] memory list, Signer[] memory signers) internal pure returns (bytes memory) {
        return abi.encodeCall(INormRegistry.takeStancesOnMany, (party, list, signers));
    }

    function many(PartyId party, Stance[] memory list) internal pure returns (bytes memory) {
        return many(party, list, none());
    }

    function carrying(bytes[] memory calls, bool leaveOut) internal pure returns (bytes memory) {
        return abi.encodeCall(IConsent.carry, (calls, leaveOut));
    }

    // ---------------------------------------------------------------- ways in which a signature can be wrong

    uint256 internal constant SEAL_FLAWS = 6;
    uint256 internal constant FLAWS = 12;

    /// @dev Makes a good seal bad in one of `SEAL_FLAWS` ways; it may still recover to somebody.
    function spoilSeal(Seal memory good, uint256 flaw) internal pure returns (Seal memory) {
        if (flaw == 0) return Seal(good.r, good.vs ^ PARITY);
        if (flaw == 1) return Seal(good.r, bytes32(ORDER / 2 + 1)); // the lowest of the high s
        if (flaw == 2) return Seal(good.r, 0);
        if (flaw == 3) return Seal(bytes32(ORDER), good.vs);
        if (flaw == 4) return Seal(bytes32(uint256(5)), good.vs); // no point of the curve has this r
        return Seal(good.r, bytes32(type(uint256).max));
    }

    /// @dev Makes a good signature bad in one of `FLAWS` ways; none but the last recovers to anybody.
    function spoil(bytes memory good, uint256 flaw) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s, bytes1 v) = abi.decode(bytes.concat(good, bytes31(0)), (bytes32, bytes32, bytes1));
        bytes1 other = v == 0x1b ? bytes1(0x1c) : bytes1(0x1b);
        if (flaw == 0) return bytes.concat(r, bytes32(ORDER - uint256(s)), other); // high s
        if (flaw == 1) return bytes.concat(r, s, v == 0x1b ? bytes1(0) : bytes1(0x01)); // v 0 or 1
        if (flaw == 2) return bytes.concat(r, s, v == 0x1b ? bytes1(0x25) : bytes1(0x26)); // v 37 or 38, as by EIP-155
        if (flaw == 3) return bytes.concat(r, s, bytes1(0x1d));
        if (flaw == 4) return bytes.concat(r, bytes31(s)); // 63 bytes
        if (flaw == 5) return bytes.concat(r, s, v, bytes1(0)); // 66 bytes
        if (flaw == 6) return "";
        if (flaw == 7) return bytes.concat(bytes32(0), s, v);
        if (flaw == 8) return bytes.concat(r, bytes32(0), v);
        if (flaw == 9) return bytes.concat(bytes32(ORDER), s, v);
        if (flaw == 10) return bytes.concat(r, bytes32(type(uint256).max)); // short form, s out of range
        return bytes.concat(r, v == 0x1b ? s | PARITY : s); // short form with the other parity
    }

    // ---------------------------------------------------------------- errors

    function empty() internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsent.Empty.selector);
    }

    function wrongSigner(uint256 index, PartyId party, address expected, address recovered)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(IConsent.WrongSigner.selector, index, party, expected, recovered);
    }

    function walletRefused(uint256 index, PartyId party, address wallet) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsent.WalletRefused.selector, index, party, wallet);
    }

    function noSuchSigner(uint256 index, uint256 signer, uint256 count) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsent.NoSuchSigner.selector, index, signer, count);
    }

    function notEmpowered(uint256 index, PartyId party, address representative, ActKind kind)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(IConsent.NotEmpowered.selector, index, party, representative, kind);
    }

    function kindNotHere(uint256 index, uint256 kind) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsent.KindNotHere.selector, index, kind);
    }

    function unknownParty(uint256 index, PartyId party) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsent.UnknownParty.selector, index, party);
    }

    function numberUsed(uint256 index, PartyId party, uint64 number) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsent.NumberUsed.selector, index, party, number);
    }

    function numberBeyond(uint256 index, PartyId party, uint64 number) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IConsent.NumberBeyondTime.selector, index, party, number, block.timestamp);
    }

    function numberZero(uint256 index, PartyId party) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsent.NumberForFoundersOnly.selector, index, party);
    }

    function numberPassed(PartyId party, uint64 number, uint64 last) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IPartyRegistry.NumberPassed.selector, party, number, last);
    }

    function expired(uint256 index, PartyId party, uint64 deadline) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IConsent.Expired.selector, index, party, deadline, block.timestamp);
    }

    function callRefused(uint256 index, bytes memory reason) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsent.CallRefused.selector, index, reason);
    }

    // ---------------------------------------------------------------- small things

    function bit(ActKind kind) internal pure returns (uint256) {
        return uint256(1) << uint256(kind);
    }

    function bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        return least == 0 && most == type(uint256).max ? value : least + value % (most - least + 1);
    }

    function isIn(bytes32[] memory list, bytes32 item) internal pure returns (uint256 times) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == item) ++times;
        }
    }

    function unwrap(AgreementId agreement) internal pure returns (bytes32) {
        return AgreementId.unwrap(agreement);
    }
}
