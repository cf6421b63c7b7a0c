// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Admission, NormId} from "../../contracts/ConsentTypes.sol";
import {Founding, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {Actor, Fixture} from "./Fixture.sol";

/// @notice What a transaction costs, all in: each call is one of its own (`isolate`), with intrinsic gas and call data.
/// @dev Held to gas/NormLedger.json by `gas_snapshot_check`; after a wanted change: FORGE_SNAPSHOT_CHECK=false.
contract GasTest is Fixture {
    bytes32 private constant NORM = keccak256("norm");
    bytes32 private constant TEXT = keccak256("text");
    string private constant GROUP = "NormLedger";

    /// forge-config: default.isolate = true
    function test_gas_of_claim() public {
        person(1);
        submit(claimed(2, "exercise:state:norvale"));
        vm.snapshotGasLastCall(GROUP, "claim");
        agree(2);
    }

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
        ledger.sign(terms, one(signatures[0]));
        vm.snapshotGasLastCall(GROUP, "bilateral-opened");
        ledger.sign(terms, one(signatures[1]));
        vm.snapshotGasLastCall(GROUP, "bilateral-completed");
        agree(4);
    }

    /// forge-config: default.isolate = true
    function test_gas_of_publication_and_single_endorsement() public {
        Actor[] memory parties = people(2, 1);
        norms.publish(NormId.wrap(NORM), _act(parties[0], ActKind.Publication));
        vm.snapshotGasLastCall(GROUP, "publication");
        Act[] memory acts = one(_act(parties[1], ActKind.Endorsement));
        norms.act(NormId.wrap(NORM), acts);
        vm.snapshotGasLastCall(GROUP, "single");
        agree(4);
    }

    /// forge-config: default.isolate = true
    function test_gas_of_hundred_endorsements_by_hundred_parties() public {
        Actor[] memory parties = people(100, 1);
        norms.publish(NormId.wrap(NORM), _act(person(1000), ActKind.Publication));
        Act[] memory acts = new Act[](100);
        for (uint256 i = 0; i < 100; ++i) {
            acts[i] = _act(parties[i], ActKind.Endorsement);
        }
        norms.act(NormId.wrap(NORM), acts);
        vm.snapshotGasLastCall(GROUP, "batch-100");
        agree(202);
    }

    /// forge-config: default.isolate = true
    function test_gas_of_reports_anchored() public {
        Actor memory author = person(1);
        Act memory act = Act(ActKind.Reports, 0, keccak256("root"), TEXT, author.party, 1, 0, "");
        signAct(author, address(registry), listFor(author.party), act);
        registry.state(author.party, one(act));
        vm.snapshotGasLastCall(GROUP, "reports");
        agree(2);
    }

    /// @dev What is deployed, against the 24,576 bytes of EIP-170.
    function test_size_of_code() public {
        vm.snapshotValue(GROUP, "code-PartyRegistry", address(registry).code.length);
        vm.snapshotValue(GROUP, "code-AgreementLedger", address(ledger).code.length);
        vm.snapshotValue(GROUP, "code-NormRegistry", address(norms).code.length);
    }

    function _recordAtOnce(uint256 count, string memory name) private {
        Actor[] memory founders = people(count, 1);
        Terms memory terms = termsOf(founders, Admission.Closed);
        Founding[] memory signatures = all(founders, terms);
        ledger.sign(terms, signatures);
        vm.snapshotGasLastCall(GROUP, name);
        agree(2 * count);
    }

    /// @dev With a reason, as most acts have one: zeros would make call data too cheap.
    function _act(Actor memory actor, ActKind kind) private view returns (Act memory made) {
        made = Act(kind, 0, 0, TEXT, actor.party, 1, 0, "");
        signAct(actor, address(norms), NORM, made);
    }
}
