// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementLedger} from "../../contracts/AgreementLedger.sol";
import {Act, ActKind, Admission, AgreementId, NormId, PartyId, PartyKind} from "../../contracts/ConsentTypes.sol";
import {NormRegistry} from "../../contracts/NormRegistry.sol";
import {PartyRegistry} from "../../contracts/PartyRegistry.sol";
import {Founding, IAgreementLedger, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {IConsent} from "../../contracts/interfaces/IConsent.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Vm} from "./Vm.sol";

/// @notice A key, and the party that it claimed to be.
struct Actor {
    uint256 key;
    address account;
    PartyId party;
    uint64 ordinal;
}

/// @notice The three contracts, people with keys, and a stranger who believes nothing but the events.
/// @dev Written types, digests and words are spelled out here a second time, from the specification: nothing of
/// `ConsentTypes` but its enumerations is used.
abstract contract Fixture {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 internal constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint64 internal constant NOON = 1_800_000_000;
    string internal constant LAYOUT =
        ",bytes32 clause,bytes32 refersTo,bytes32 content,bytes32 party,address account,uint64 number,uint64 deadline)";

    PartyRegistry internal registry;
    AgreementLedger internal ledger;
    NormRegistry internal norms;

    /// @dev What the stranger made of the events: words, registers, how many links each has, what stands in a register.
    mapping(address => mapping(bytes32 => bytes32)) internal told;
    mapping(address => mapping(bytes32 => uint256)) internal links;
    mapping(address => bytes32) internal toldRegister;
    mapping(address => bytes32[]) internal entries;
    mapping(address => bytes32[]) internal subjects;
    bytes32 private _opened;

    function setUp() public virtual {
        vm.warp(NOON);
        vm.roll(1000);
        vm.recordLogs();
        registry = new PartyRegistry();
        ledger = new AgreementLedger(registry);
        norms = new NormRegistry(registry);
    }

    // ---------------------------------------------------------------- the stranger

    /// @dev Reads the events since the last reading, all of this block, checks every signature, and links.
    function read() internal returns (uint256 count) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (topic == IConsent.ActRecorded.selector) {
                _readAct(logs[i]);
                ++count;
            } else if (topic == IPartyRegistry.PartyClaimed.selector) {
                _readClaim(logs[i]);
                ++count;
            } else if (topic == IAgreementLedger.AgreementOpened.selector) {
                vm.assertEq(logs[i].emitter, address(ledger), "who opens an agreement");
                (bytes32 document, bytes32 clauses, PartyId[] memory parties, Admission admission) =
                    abi.decode(logs[i].data, (bytes32, bytes32, PartyId[], Admission));
                _opened = logs[i].topics[1];
                vm.assertEq(_opened, idFor(Terms(document, clauses, parties, admission)), "an agreement's id");
                vm.assertEq(links[address(ledger)][_opened], 0, "an agreement opens once");
            }
        }
    }

    function _readAct(Vm.Log memory log) private {
        Act memory act;
        bytes32 subject = log.topics[1];
        address account;
        act.party = PartyId.wrap(log.topics[2]);
        act.kind = ActKind(uint256(log.topics[3]));
        (act.clause, act.refersTo, act.content, account, act.number, act.deadline, act.signature) =
            abi.decode(log.data, (bytes32, bytes32, bytes32, address, uint64, uint64, bytes));
        bytes32 digest = digestOf(log.emitter, subject, act, account);
        vm.assertEq(recover(digest, act.signature), account, "an event's signature");
        _grow(log.emitter, subject, act.kind, digest, act.party, account);
        if ((_opened != 0 && _opened == subject) || act.kind == ActKind.Publication) {
            _enter(log.emitter, act.kind, subject, act.party, account);
            _opened = 0;
        } else if (act.kind == ActKind.Alignments || act.kind == ActKind.Reports) {
            _enter(log.emitter, act.kind, act.refersTo, act.party, account);
        }
    }

    function _readClaim(Vm.Log memory log) private {
        vm.assertEq(log.emitter, address(registry), "who registers parties");
        PartyKind kind = PartyKind(uint256(log.topics[2]));
        (string memory identifier, bytes32 profile, address account, uint64 deadline, bytes memory signature) =
            abi.decode(log.data, (string, bytes32, address, uint64, bytes));
        PartyId party = partyFor(identifier, kind, account);
        vm.assertEq(log.topics[1], PartyId.unwrap(party), "a party's id");
        bytes32 digest = claimDigest(log.emitter, identifier, kind, profile, account, deadline);
        vm.assertEq(recover(digest, signature), account, "a claim's signature");
        vm.assertEq(links[log.emitter][PartyId.unwrap(party)], 0, "a party is claimed once");
        _grow(log.emitter, PartyId.unwrap(party), ActKind.Claim, digest, party, account);
        _enter(log.emitter, ActKind.Claim, PartyId.unwrap(party), party, account);
    }

    function _grow(address where, bytes32 subject, ActKind kind, bytes32 digest, PartyId party, address account)
        private
    {
        if (links[where][subject]++ == 0) subjects[where].push(subject);
        told[where][subject] = link(told[where][subject], kind, digest, party, account);
    }

    function _enter(address where, ActKind kind, bytes32 subject, PartyId party, address account) private {
        entries[where].push(subject);
        toldRegister[where] = link(toldRegister[where], kind, subject, party, account);
    }

    function link(bytes32 previous, ActKind kind, bytes32 digest, PartyId party, address account)
        internal
        view
        returns (bytes32)
    {
        return keccak256(
            bytes.concat(
                previous,
                bytes32(uint256(kind)),
                digest,
                PartyId.unwrap(party),
                bytes32(uint256(uint160(account))),
                bytes32(block.number),
                bytes32(block.timestamp)
            )
        );
    }

    /// @dev Reads on and compares: every word and register that the events tell is what the chain holds, in its slots.
    function agree(uint256 expected) internal {
        vm.assertEq(read(), expected, "acts recorded");
        agreeAt(address(registry));
        agreeAt(address(ledger));
        agreeAt(address(norms));
    }

    function agreeAt(address where) internal view {
        for (uint256 i = 0; i < subjects[where].length; ++i) {
            bytes32 subject = subjects[where][i];
            vm.assertEq(IConsent(where).word(subject), told[where][subject], "a word is what its events make");
            vm.assertEq(vm.load(where, keccak256(abi.encode(subject, 0))), told[where][subject], "words lie in slot 0");
        }
        vm.assertEq(IConsent(where).register(), toldRegister[where], "the register is what the events make");
        vm.assertEq(vm.load(where, bytes32(uint256(1))), toldRegister[where], "the register lies in slot 1");
    }

    /// @dev A block later.
    function later() internal {
        read();
        vm.roll(block.number + 1);
        vm.warp(block.timestamp + 12);
    }

    // ---------------------------------------------------------------- refusals

    /// @dev The call fails with exactly this error, and leaves no word, register or event behind.
    function refuses(address target, bytes memory call, bytes memory expected) internal {
        read();
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory answer) = target.call(call);
        vm.assertTrue(!done, "should have been refused");
        vm.assertEq(answer, expected, "the refusal");
        vm.getRecordedLogs(); // Forge hands out also what a failed call said
        agree(0);
    }

    function refusesClaim(Claimed memory bad, bytes memory expected) internal {
        refuses(address(registry), claiming(bad), expected);
    }

    // ---------------------------------------------------------------- people

    struct Claimed {
        string identifier;
        PartyKind kind;
        bytes32 profile;
        address account;
        uint64 deadline;
        bytes signature;
    }

    function claimed(uint256 key, string memory identifier) internal view returns (Claimed memory made) {
        made = Claimed(identifier, PartyKind.State, keccak256("profile"), vm.addr(key), 0, "");
        signClaim(key, made);
    }

    function signClaim(uint256 key, Claimed memory made) internal view {
        made.signature = seal(
            key, claimDigest(address(registry), made.identifier, made.kind, made.profile, made.account, made.deadline)
        );
    }

    function submit(Claimed memory made) internal returns (PartyId) {
        return registry.claim(made.identifier, made.kind, made.profile, made.account, made.deadline, made.signature);
    }

    function person(uint256 key) internal returns (Actor memory actor) {
        actor.key = key;
        actor.account = vm.addr(key);
        actor.party = submit(claimed(key, string.concat("exercise:state:", vm.toString(key))));
        actor.ordinal = registry.holders(one(actor.party))[0].ordinal;
    }

    /// @dev In ascending order of party, as terms want them.
    function people(uint256 count, uint256 firstKey) internal returns (Actor[] memory actors) {
        actors = new Actor[](count);
        for (uint256 i = 0; i < count; ++i) {
            Actor memory actor = person(firstKey + i);
            uint256 place = i;
            for (; place > 0 && PartyId.unwrap(actors[place - 1].party) > PartyId.unwrap(actor.party); --place) {
                actors[place] = actors[place - 1];
            }
            actors[place] = actor;
        }
    }

    // ---------------------------------------------------------------- acts

    function signed(Actor memory actor, address where, bytes32 subject, ActKind kind, uint64 number)
        internal
        view
        returns (Act memory made)
    {
        made = Act(kind, 0, 0, 0, actor.party, number, 0, "");
        signAct(actor, where, subject, made);
    }

    function signAct(Actor memory actor, address where, bytes32 subject, Act memory made) internal view {
        made.signature = seal(actor.key, digestOf(where, subject, made, actor.account));
    }

    function one(Act memory made) internal pure returns (Act[] memory list) {
        list = new Act[](1);
        list[0] = made;
    }

    function two(Act memory first, Act memory second) internal pure returns (Act[] memory list) {
        list = new Act[](2);
        (list[0], list[1]) = (first, second);
    }

    function one(PartyId party) internal pure returns (PartyId[] memory list) {
        list = new PartyId[](1);
        list[0] = party;
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
        made = Founding(founder, kind, deadline, seal(actor.key, foundingDigest(actor, terms, kind, deadline)));
    }

    function founding(Actor memory actor, Terms memory terms, uint256 founder) internal view returns (Founding memory) {
        return founding(actor, terms, founder, ActKind.Signature, 0);
    }

    function foundingDigest(Actor memory actor, Terms memory terms, ActKind kind, uint64 deadline)
        internal
        view
        returns (bytes32)
    {
        Act memory made = Act(kind, 0, 0, terms.document, actor.party, 0, deadline, "");
        return digestOf(address(ledger), idFor(terms), made, actor.account);
    }

    function one(Founding memory made) internal pure returns (Founding[] memory list) {
        list = new Founding[](1);
        list[0] = made;
    }

    function all(Actor[] memory founders, Terms memory terms) internal view returns (Founding[] memory list) {
        list = new Founding[](founders.length);
        for (uint256 i = 0; i < founders.length; ++i) {
            list[i] = founding(founders[i], terms, i);
        }
    }

    // ---------------------------------------------------------------- the specification, a second time

    function idFor(Terms memory terms) internal pure returns (bytes32) {
        bytes memory parties;
        for (uint256 i = 0; i < terms.parties.length; ++i) {
            parties = bytes.concat(parties, PartyId.unwrap(terms.parties[i]));
        }
        return
            keccak256(
                bytes.concat(terms.document, terms.clauses, keccak256(parties), bytes32(uint256(terms.admission)))
            );
    }

    function partyFor(string memory identifier, PartyKind kind, address account) internal pure returns (PartyId) {
        return PartyId.wrap(
            keccak256(
                bytes.concat(keccak256(bytes(identifier)), bytes32(uint256(kind)), bytes32(uint256(uint160(account))))
            )
        );
    }

    function listFor(PartyId author) internal pure returns (bytes32) {
        return keccak256(abi.encode("list", author));
    }

    function digestOf(address where, bytes32 subject, Act memory made, address account)
        internal
        view
        returns (bytes32)
    {
        return digestFor(block.chainid, where, subject, made, account);
    }

    function digestFor(uint256 chain, address where, bytes32 subject, Act memory made, address account)
        internal
        pure
        returns (bytes32)
    {
        bytes memory head = bytes.concat(keccak256(bytes(writtenType(made.kind))), subject, made.clause, made.refersTo);
        bytes memory tail = abi.encode(made.content, made.party, account, made.number, made.deadline);
        return keccak256(bytes.concat(hex"1901", separator(chain, where), keccak256(bytes.concat(head, tail))));
    }

    function claimDigest(
        address where,
        string memory identifier,
        PartyKind kind,
        bytes32 profile,
        address account,
        uint64 deadline
    ) internal view returns (bytes32) {
        return claimDigestFor(block.chainid, where, identifier, kind, profile, account, deadline);
    }

    function claimDigestFor(
        uint256 chain,
        address where,
        string memory identifier,
        PartyKind kind,
        bytes32 profile,
        address account,
        uint64 deadline
    ) internal pure returns (bytes32) {
        bytes32 written = keccak256(
            "Claim(string identifier,uint8 kind,bytes32 profile,address account,uint64 deadline)"
        );
        bytes32 hash = keccak256(abi.encode(written, keccak256(bytes(identifier)), kind, profile, account, deadline));
        return keccak256(bytes.concat(hex"1901", separator(chain, where), hash));
    }

    function separator(uint256 chain, address where) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("NormLedger"),
                keccak256("1"),
                bytes32(chain),
                bytes32(uint256(uint160(where)))
            )
        );
    }

    function writtenType(ActKind kind) internal pure returns (string memory) {
        string memory field = "norm";
        if (kind == ActKind.Withdrawal) field = "subject";
        else if (kind <= ActKind.Reports) field = "list";
        else if (kind <= ActKind.Succession) field = "agreement";
        return string.concat(nameOf(kind), "(bytes32 ", field, LAYOUT);
    }

    function nameOf(ActKind kind) internal pure returns (string memory) {
        string[30] memory names = [
            "None",
            "Claim",
            "Rotation",
            "FullPowers",
            "Revocation",
            "Cancellation",
            "Recognition",
            "Alignments",
            "Reports",
            "Signature",
            "SignatureSubjectToRatification",
            "Ratification",
            "Acceptance",
            "Approval",
            "Accession",
            "Invitation",
            "ProvisionalApplication",
            "Reservation",
            "AcceptanceOfReservation",
            "Objection",
            "Declaration",
            "Withdrawal",
            "Termination",
            "Amendment",
            "Correction",
            "Succession",
            "Endorsement",
            "Opposition",
            "Publication",
            "Derivation"
        ];
        return names[uint256(kind)];
    }

    function seal(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev Strict recovery: 65 bytes, v 27 or 28, s in the lower half; zero for anything else.
    function recover(bytes32 digest, bytes memory signature) internal pure returns (address) {
        if (signature.length != 65) return address(0);
        bytes32 r;
        bytes32 s;
        for (uint256 i = 0; i < 32; ++i) {
            r |= bytes32(signature[i]) >> (8 * i);
            s |= bytes32(signature[32 + i]) >> (8 * i);
        }
        uint8 v = uint8(signature[64]);
        if (uint256(s) > ORDER / 2 || (v != 27 && v != 28)) return address(0);
        return ecrecover(digest, v, r, s);
    }

    // ---------------------------------------------------------------- ways in which a signature can be wrong

    uint256 internal constant FLAWS = 11;

    /// @dev Makes a good signature bad in one of `FLAWS` ways; none of them proves anything.
    function spoil(bytes memory good, uint256 flaw) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s, uint8 v) = parts(good);
        if (flaw == 0) return abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27)); // high s
        if (flaw == 1) return abi.encodePacked(r, s, uint8(v - 27)); // v 0 or 1
        if (flaw == 2) return abi.encodePacked(r, s, uint8(v + 10)); // v 37 or 38, as by EIP-155
        if (flaw == 3) return abi.encodePacked(r, s, uint8(29));
        if (flaw == 4) return abi.encodePacked(r, s); // 64 bytes
        if (flaw == 5) return abi.encodePacked(r, s, v, uint8(0)); // 66 bytes
        if (flaw == 6) return "";
        if (flaw == 7) return abi.encodePacked(bytes32(0), s, v);
        if (flaw == 8) return abi.encodePacked(r, bytes32(0), v);
        if (flaw == 9) return abi.encodePacked(bytes32(ORDER), s, v);
        // EIP-2098's short form: the parity of v in the highest bit of s
        return abi.encodePacked(r, v == 28 ? s | bytes32(uint256(1) << 255) : s);
    }

    function parts(bytes memory signature) internal pure returns (bytes32 r, bytes32 s, uint8 v) {
        for (uint256 i = 0; i < 32; ++i) {
            r |= bytes32(signature[i]) >> (8 * i);
            s |= bytes32(signature[32 + i]) >> (8 * i);
        }
        v = uint8(signature[64]);
    }

    // ---------------------------------------------------------------- errors

    function wrongSigner(uint256 index, PartyId party, address expected, address recovered)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(IConsent.WrongSigner.selector, index, party, expected, recovered);
    }

    function kindNotHere(uint256 index, ActKind kind) internal pure returns (bytes memory) {
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

    function expired(uint256 index, PartyId party, uint64 deadline) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IConsent.Expired.selector, index, party, deadline, block.timestamp);
    }

    // ---------------------------------------------------------------- calls

    function claiming(Claimed memory made) internal pure returns (bytes memory) {
        return abi.encodeCall(
            IPartyRegistry.claim,
            (made.identifier, made.kind, made.profile, made.account, made.deadline, made.signature)
        );
    }

    function stating(PartyId author, Act[] memory acts) internal pure returns (bytes memory) {
        return abi.encodeCall(IPartyRegistry.state, (author, acts));
    }

    function signing(Terms memory terms, Founding[] memory signatures) internal pure returns (bytes memory) {
        return abi.encodeCall(IAgreementLedger.sign, (terms, signatures));
    }

    function acting(Terms memory terms, Act[] memory acts) internal pure returns (bytes memory) {
        return abi.encodeCall(IAgreementLedger.act, (terms, acts));
    }

    function publishing(bytes32 norm, Act memory publication) internal pure returns (bytes memory) {
        return abi.encodeCall(NormRegistry.publish, (NormId.wrap(norm), publication));
    }

    function stances(bytes32 norm, Act[] memory acts) internal pure returns (bytes memory) {
        return abi.encodeCall(NormRegistry.act, (NormId.wrap(norm), acts));
    }

    function bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        return least == 0 && most == type(uint256).max ? value : least + value % (most - least + 1);
    }

    function isIn(bytes32[] storage list, bytes32 item) internal view returns (uint256 times) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == item) ++times;
        }
    }

    function unwrap(AgreementId agreement) internal pure returns (bytes32) {
        return AgreementId.unwrap(agreement);
    }
}
