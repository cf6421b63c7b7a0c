// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, Admission, ConsentTypes, PartyId, PartyKind, Seal, Signer, Stamp} from "../../contracts/ConsentTypes.sol";
import {Founding, IAgreementLedger, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {IConsent} from "../../contracts/interfaces/IConsent.sol";
import {INormRegistry} from "../../contracts/interfaces/INormRegistry.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Code} from "./Code.sol";

/// @notice The cheat codes that the proofs use, Forge's and Halmos'.
interface Vm {
    function assume(bool condition) external pure;
    function prank(address caller) external;
    function warp(uint256 time) external;
    function roll(uint256 number) external;
    function chainId(uint256 id) external;
}

interface Svm {
    function enableSymbolicStorage(address account) external;
}

/// @title What all proofs share.
/// @notice A proof's arguments are symbolic: it holds for every value of each. So is the storage of all three contracts
/// where `_anyState` is called: a proof from any state holds after any number of acts, and in states that no act leads
/// to as well. `ecrecover` is an unknown function of its four arguments: nothing hangs on the curve, and "signed" means
/// no more than that the function gives the account. Keccak is free of collisions.
abstract contract Proof {
    Vm internal constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    Svm internal constant SVM = Svm(address(uint160(uint256(keccak256("svm cheat code")))));

    /// @dev A plain key's signature of 65 bytes, and whose it is said to be.
    struct Signature {
        address account;
        bytes32 r;
        bytes32 s;
        uint8 v;
    }

    /// @dev What an agreement of two commits to.
    struct Parties {
        bytes32 document;
        bytes32 clauses;
        PartyId first;
        PartyId second;
        uint8 admission;
    }

    /// @dev A founding signature of either of them.
    struct Founded {
        bool bySecond;
        uint64 kind;
        uint64 deadline;
        Seal seal;
    }

    /// @dev What a grant of powers says, and when it is recorded.
    struct Grant {
        address representative;
        bytes32 subject;
        uint256 kinds;
        uint64 until;
        uint64 number;
        uint64 deadline;
        uint64 time;
    }

    IPartyRegistry internal registry;
    IAgreementLedger internal ledger;
    INormRegistry internal norms;

    function setUp() public {
        registry = IPartyRegistry(_create(Code.partyRegistry()));
        ledger = IAgreementLedger(_create(abi.encodePacked(Code.agreementLedger(), abi.encode(registry))));
        norms = INormRegistry(_create(abi.encodePacked(Code.normRegistry(), abi.encode(registry))));
    }

    /// @dev Every slot of the three contracts' storage may hold anything.
    function _anyState() internal {
        SVM.enableSymbolicStorage(address(registry));
        SVM.enableSymbolicStorage(address(ledger));
        SVM.enableSymbolicStorage(address(norms));
    }

    /// @dev Whether a call is carried out.
    function _done(IConsent target, bytes memory call) internal returns (bool done) {
        (done,) = address(target).call(call);
    }

    function _one(Act memory act) internal pure returns (Act[] memory acts) {
        acts = new Act[](1);
        acts[0] = act;
    }

    /// @dev Terms with two founders.
    function _termsOf(Parties memory parties) internal pure returns (Terms memory terms) {
        VM.assume(parties.admission <= uint8(type(Admission).max));
        PartyId[] memory founders = new PartyId[](2);
        (founders[0], founders[1]) = (parties.first, parties.second);
        return Terms(parties.document, parties.clauses, founders, Admission(parties.admission));
    }

    /// @dev One founding signature. The founder's place is 0 or 1 by a branch: Halmos reads no calldata at a symbolic place.
    function _sign(Terms memory terms, Founded memory founded) internal view returns (bytes memory) {
        uint256 place = founded.bySecond ? 1 : 0;
        uint256 stamp = uint256(founded.kind) << 128 | place << 64 | founded.deadline;
        Founding[] memory signatures = new Founding[](1);
        signatures[0] = Founding(Stamp.wrap(stamp), founded.seal);
        return abi.encodeCall(ledger.sign, (terms, signatures, new Signer[](0)));
    }

    function _signer(Signature memory by) internal pure returns (Signer memory) {
        return Signer(by.account, abi.encodePacked(by.r, by.s, by.v));
    }

    /// @dev One account beside the acts, at place 0.
    function _signers(Signature memory by) internal pure returns (Signer[] memory signers) {
        signers = new Signer[](1);
        signers[0] = _signer(by);
    }

    /// @dev A party that the account has claimed.
    function _claimed(Signature memory by) internal returns (PartyId) {
        return registry.claim("state:FRA", PartyKind.State, 0, 0, _signer(by));
    }

    function _empower(PartyId party, Grant memory grant, Signature memory by) internal view returns (bytes memory) {
        return abi.encodeCall(
            registry.empower,
            (
                party,
                grant.representative,
                grant.subject,
                grant.kinds,
                grant.until,
                grant.number,
                grant.deadline,
                _signer(by)
            )
        );
    }

    function _rotate(PartyId party, uint64 number, Signature memory by, Signature memory next)
        internal
        view
        returns (bytes memory)
    {
        return abi.encodeCall(
            registry.rotate, (party, next.account, number, 0, _signer(by), abi.encodePacked(next.r, next.s, next.v))
        );
    }

    function _two(Act memory first, Act memory second) internal pure returns (Act[] memory acts) {
        acts = new Act[](2);
        (acts[0], acts[1]) = (first, second);
    }

    /// @dev The digest of an act on agreements' and lists' layout, as a signer's wallet makes it on this chain.
    function _digestOf(address target, Act memory act, bytes32 subject, address account)
        internal
        view
        returns (bytes32)
    {
        bytes32 written = ConsentTypes.ofAct(act.stamp.kind());
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("NormLedger"),
                keccak256("1"),
                block.chainid,
                target
            )
        );
        bytes32 structHash = keccak256(
            abi.encode(
                written,
                subject,
                act.clause,
                act.refersTo,
                act.content,
                act.party,
                account,
                act.stamp.number(),
                act.stamp.deadline()
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    /// @dev One link of a word, as docs/reference/words.md tells it.
    function _linkOf(bytes32 previous, uint256 kind, bytes32 digest, PartyId party, address account)
        internal
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(previous, kind, digest, party, account, block.number, block.timestamp));
    }

    function _create(bytes memory code) private returns (address made) {
        assembly ("memory-safe") {
            made := create(0, add(code, 0x20), mload(code))
        }
    }
}
