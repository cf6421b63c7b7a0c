// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Admission, NormId, PartyId, Seal, Signer, Stance} from "../../contracts/ConsentTypes.sol";
import {Founding, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {Actor, Fixture} from "./Fixture.sol";
import {Wallet} from "./Wallets.sol";
import {Grant} from "./Written.sol";

/// @notice What a transaction costs, all in: each call is one of its own (`isolate`), with intrinsic gas and call data.
/// @dev Held to gas/NormLedger.json by `gas_snapshot_check`. After a wanted change:
/// FORGE_SNAPSHOT_CHECK=false forge test --mc GasTest
contract GasTest is Fixture {
    bytes32 private constant NORM = keccak256("norm");
    bytes32 private constant TEXT = keccak256("text");
    string private constant GROUP = "NormLedger";

    function setUp() public override {
        if (vm.envOr("FROM_SOURCE", false)) vm.skip(true, "the shipped artifacts alone are held to their gas");
        super.setUp();
    }

    // ---------------------------------------------------------------- parties

    /// forge-config: default.isolate = true
    function test_gas_of_claim() public {
        person(1);
        submit(claimed(2, "exercise:state:norvale"));
        vm.snapshotGasLastCall(GROUP, "claim");
        agree(2);
    }

    /// forge-config: default.isolate = true
    function test_gas_of_rotation() public {
        Actor memory actor = person(1);
        bytes32 digest = digestAt(address(registry), rotationHash(actor.party, vm.addr(2), actor.account, 1, 0));
        (Signer memory signer, bytes memory consent) = (by(actor, digest), signature(2, digest));
        registry.rotate(actor.party, vm.addr(2), 1, 0, signer, consent);
        vm.snapshotGasLastCall(GROUP, "rotate");
        agree(2);
    }

    /// forge-config: default.isolate = true
    function test_gas_of_full_powers() public {
        Actor memory actor = person(1);
        Grant memory grant = Grant(vm.addr(2), 0, EVERY_KIND, type(uint64).max);
        bytes32 hash = powersHash(actor.party, grant, actor.account, 1, 0);
        Signer memory signer = by(actor, digestAt(address(registry), hash));
        registry.empower(actor.party, grant.representative, grant.subject, grant.kinds, grant.until, 1, 0, signer);
        vm.snapshotGasLastCall(GROUP, "empower");
        agree(2);
    }

    /// forge-config: default.isolate = true
    function test_gas_of_reports() public {
        Actor memory author = person(1);
        Act memory made = drawn(author.party, ActKind.Reports, 1);
        (made.refersTo, made.content) = (keccak256("root"), TEXT);
        signAct(author, address(registry), listFor(author.party), made);
        registry.state(author.party, one(made), none());
        vm.snapshotGasLastCall(GROUP, "reports");
        agree(2);
    }

    // ---------------------------------------------------------------- agreements

    /// forge-config: default.isolate = true
    function test_gas_of_bilateral_agreement_recorded_at_once() public {
        _recordAtOnce(2, "bilateral");
    }

    /// forge-config: default.isolate = true
    function test_gas_of_agreement_of_ten_recorded_at_once() public {
        _recordAtOnce(10, "agreement-10");
    }

    /// forge-config: default.isolate = true
    function test_gas_of_bilateral_agreement_signed_one_by_one() public {
        Actor[] memory founders = people(2, 1);
        Terms memory terms = termsOf(founders, Admission.Closed);
        Founding[] memory signatures = all(founders, terms);
        ledger.sign(terms, one(signatures[0]), none());
        vm.snapshotGasLastCall(GROUP, "bilateral-opened");
        ledger.sign(terms, one(signatures[1]), none());
        vm.snapshotGasLastCall(GROUP, "bilateral-completed");
        agree(4);
    }

    /// forge-config: default.isolate = true
    function test_gas_of_act_of_a_party() public {
        Actor[] memory founders = people(2, 1);
        Terms memory terms = termsOf(founders, Admission.Closed);
        ledger.sign(terms, all(founders, terms), none());
        Act memory made = drawn(founders[0].party, ActKind.Reservation, 1);
        (made.clause, made.content) = (keccak256("clause"), TEXT);
        signAct(founders[0], address(ledger), idFor(terms), made);
        ledger.act(terms, one(made), none());
        vm.snapshotGasLastCall(GROUP, "reservation");
        agree(5);
    }

    // ---------------------------------------------------------------- norms

    /// forge-config: default.isolate = true
    function test_gas_of_publication_and_single_endorsement() public {
        Actor[] memory parties = people(2, 1);
        norms.publish(NormId.wrap(NORM), _stance(parties[0], NORM, ActKind.Publication), none());
        vm.snapshotGasLastCall(GROUP, "publication");
        Stance[] memory list = one(_stance(parties[1], NORM, ActKind.Endorsement));
        norms.takeStances(NormId.wrap(NORM), list, none());
        vm.snapshotGasLastCall(GROUP, "single");
        agree(4);
    }

    /// forge-config: default.isolate = true
    function test_gas_of_endorsement_by_a_wallet_and_by_a_representative() public {
        norms.publish(NormId.wrap(NORM), _stance(person(1), NORM, ActKind.Publication), none());
        Actor memory wallet = personAt(2, address(new Wallet(vm.addr(2))));
        _endorseBeside(wallet, "wallet");
        Actor memory party = person(3);
        Actor memory envoy = Actor(4, vm.addr(4), party.party, party.ordinal);
        takes(address(registry), empowering(party, Grant(envoy.account, 0, EVERY_KIND, type(uint64).max), 1), 1);
        _endorseBeside(envoy, "representative");
        agree(1);
    }

    /// forge-config: default.isolate = true
    function test_gas_of_hundred_endorsements_by_hundred_parties() public {
        Actor[] memory parties = people(100, 1);
        norms.publish(NormId.wrap(NORM), _stance(person(1000), NORM, ActKind.Publication), none());
        Stance[] memory list = new Stance[](100);
        for (uint256 i = 0; i < 100; ++i) {
            list[i] = _stance(parties[i], NORM, ActKind.Endorsement);
        }
        norms.takeStances(NormId.wrap(NORM), list, none());
        vm.snapshotGasLastCall(GROUP, "batch-100");
        agree(202);
    }

    /// forge-config: default.isolate = true
    function test_gas_of_hundred_norms_endorsed_by_one_party() public {
        (Actor memory publisher, Actor memory other, Actor memory party) = (person(1), person(2), person(3));
        Stance[] memory list = new Stance[](100);
        for (uint256 i = 0; i < 100; ++i) {
            bytes32 norm = keccak256(abi.encode(i));
            norms.publish(NormId.wrap(norm), _stance(publisher, norm, ActKind.Publication), none());
            norms.takeStances(NormId.wrap(norm), one(_stance(other, norm, ActKind.Endorsement)), none());
            list[i] = _stance(party, norm, ActKind.Endorsement);
            list[i].partyOrNorm = norm;
        }
        norms.takeStancesOnMany(party.party, list, none());
        vm.snapshotGasLastCall(GROUP, "norms-100");
        agree(303);
    }

    /// forge-config: default.isolate = true
    function test_gas_of_ten_calls_carried_leniently() public {
        Actor[] memory parties = people(10, 1);
        norms.publish(NormId.wrap(NORM), _stance(person(1000), NORM, ActKind.Publication), none());
        bytes[] memory calls = new bytes[](10);
        for (uint256 i = 0; i < 10; ++i) {
            calls[i] = stances(NORM, one(_stance(parties[i], NORM, ActKind.Endorsement)));
        }
        norms.carry(calls, true);
        vm.snapshotGasLastCall(GROUP, "carry-10");
        agree(22);
    }

    /// @dev One root over a thousand signatures that are kept off the chain; what each of them costs, rounded up.
    /// forge-config: default.isolate = true
    function test_gas_of_anchored_endorsement_one_of_a_thousand() public {
        Actor[] memory parties = people(2, 1);
        norms.publish(NormId.wrap(NORM), _stance(parties[0], NORM, ActKind.Publication), none());
        Stance[] memory list = one(_stance(parties[1], NORM, ActKind.Anchor));
        norms.takeStances(NormId.wrap(NORM), list, none());
        uint256 gas = vm.snapshotGasLastCall(GROUP, "anchor");
        vm.snapshotValue(GROUP, "anchor-1000", (gas + 999) / 1000);
        agree(4);
    }

    // ---------------------------------------------------------------- code

    /// @dev What is deployed, against the 24,576 bytes of EIP-170.
    function test_size_of_code() public {
        _measure("code-PartyRegistry", address(registry));
        _measure("code-AgreementLedger", address(ledger));
        _measure("code-NormRegistry", address(norms));
    }

    // ---------------------------------------------------------------- arrangements

    function _measure(string memory name, address where) private {
        vm.snapshotValue(GROUP, name, where.code.length);
        vm.assertTrue(where.code.length < 24_576, name);
    }

    function _recordAtOnce(uint256 count, string memory name) private {
        Actor[] memory founders = people(count, 1);
        Terms memory terms = termsOf(founders, Admission.Closed);
        Founding[] memory signatures = all(founders, terms);
        ledger.sign(terms, signatures, none());
        vm.snapshotGasLastCall(GROUP, name);
        agree(2 * count);
    }

    function _endorseBeside(Actor memory actor, string memory name) private {
        Stance memory made = Stance(PartyId.unwrap(actor.party), stamp(ActKind.Endorsement, 1, 0), TEXT, Seal(0, 0));
        (Stance[] memory list, Signer[] memory signers) = (one(made), one(by(actor, stanceDigest(NORM, made, actor))));
        norms.takeStances(NormId.wrap(NORM), list, signers);
        vm.snapshotGasLastCall(GROUP, name);
    }

    /// @dev With a reason, as most acts have one: zeros would make call data too cheap.
    function _stance(Actor memory actor, bytes32 norm, ActKind kind) private view returns (Stance memory made) {
        made = stance(actor, norm, kind, 1);
        made.content = TEXT;
        signStance(actor, norm, made);
    }
}
