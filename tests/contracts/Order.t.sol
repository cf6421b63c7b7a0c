// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Admission, NormId, PartyId, Stance} from "../../contracts/ConsentTypes.sol";
import {Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {Actor, Fixture} from "./Fixture.sol";
import {Grant} from "./Written.sol";

/// @notice Acts with distinct numbers, in one block, in each of their 24 orders: the same numbers are used, and a reader
/// who folds by number finds the same. On a party's own subject what was overtaken dies, and the end is the same.
contract OrderTest is Fixture {
    bytes32 private constant NORM = keccak256("norm");
    Actor private _party;
    Actor private _founder;
    Terms private _terms;

    function setUp() public override {
        super.setUp();
        Actor[] memory founders = people(2, 1);
        (_party, _founder) = (founders[0], founders[1]);
        _terms = termsOf(founders, Admission.Open);
        ledger.sign(_terms, all(founders, _terms), none());
        norms.publish(NormId.wrap(NORM), stance(_founder, NORM, ActKind.Publication, 1), none());
        later();
    }

    function test_stances_in_every_order_come_to_the_same() public {
        ActKind[4] memory kinds = [ActKind.Endorsement, ActKind.Withdrawal, ActKind.Opposition, ActKind.Cancellation];
        bytes[] memory calls = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            calls[i] = stances(NORM, one(stance(_party, NORM, kinds[i], uint64(10 + i))));
        }
        bytes32 end = 0;
        for (uint256 order = 0; order < 24; ++order) {
            bytes32 now_ = _endOfStances(_ordered(calls, order), order % 2 == 0);
            vm.assertTrue(order == 0 || now_ == end, "one state");
            end = now_;
        }
        vm.assertEq(end, keccak256(abi.encode(4, uint64(13), ActKind.Cancellation)), "the highest number's");
    }

    function test_stances_in_every_order_of_one_batch_come_to_the_same() public {
        ActKind[4] memory kinds = [ActKind.Opposition, ActKind.Endorsement, ActKind.Derivation, ActKind.Withdrawal];
        bytes32 end = 0;
        for (uint256 order = 0; order < 24; ++order) {
            uint8[4] memory places = _order(order);
            Stance[] memory list = new Stance[](4);
            for (uint256 i = 0; i < 4; ++i) {
                // numbers of four parties' first page, of the last second, and between
                uint64 number = uint64(places[i] == 3 ? block.timestamp : 10 + places[i]);
                list[i] = stance(_party, NORM, kinds[places[i]], number);
            }
            uint256 before = vm.snapshotState();
            takes(address(norms), stances(NORM, list), 4);
            bytes32 now_ = _stateOf(address(norms), NORM);
            vm.revertToStateAndDelete(before);
            vm.assertTrue(order == 0 || now_ == end, "one state");
            end = now_;
        }
    }

    function test_acts_in_every_order_come_to_the_same() public {
        ActKind[4] memory kinds =
            [ActKind.Ratification, ActKind.Reservation, ActKind.Withdrawal, ActKind.ProvisionalApplication];
        bytes[] memory calls = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            Act memory made = signed(_party, address(ledger), idFor(_terms), kinds[i], uint64(10 + i));
            calls[i] = acting(_terms, one(made));
        }
        bytes32 end = 0;
        for (uint256 order = 0; order < 24; ++order) {
            uint256 before = vm.snapshotState();
            takes(address(ledger), carrying(_ordered(calls, order), order % 2 == 0), 4);
            bytes32 now_ = _stateOf(address(ledger), idFor(_terms));
            vm.revertToStateAndDelete(before);
            vm.assertTrue(order == 0 || now_ == end, "one state");
            end = now_;
        }
    }

    /// @dev Two grants and two revocations: what was overtaken dies, and the powers are those of the highest number.
    function test_grants_and_revocations_in_every_order_come_to_the_same() public {
        address envoy = vm.addr(9);
        for (uint256 last = 0; last < 2; ++last) {
            bytes[] memory calls = new bytes[](4);
            for (uint64 i = 0; i < 4; ++i) {
                calls[i] = i % 2 == last
                    ? revoking(_party, envoy, 0, 10 + i)
                    : empowering(_party, Grant(envoy, 0, bit(ActKind.Endorsement), type(uint64).max), 10 + i);
            }
            for (uint256 order = 0; order < 24; ++order) {
                uint256 before = vm.snapshotState();
                takes(address(registry), carrying(_ordered(calls, order), true), _rising(order));
                bool has = registry.isEmpowered(_party.party, envoy, NORM, ActKind.Endorsement);
                vm.assertTrue(has == (last == 0), "the powers of the highest number");
                vm.assertEq(registry.holder(_party.party).last(), 13, "the highest number");
                vm.assertEq(stranger.leftOut(), 4 - _rising(order), "overtaken");
                vm.revertToStateAndDelete(before);
            }
        }
    }

    // ---------------------------------------------------------------- arrangements

    function _endOfStances(bytes[] memory calls, bool carried) private returns (bytes32 end) {
        uint256 before = vm.snapshotState();
        if (carried) {
            takes(address(norms), carrying(calls, false), 4);
        } else {
            for (uint256 i = 0; i < 4; ++i) {
                takes(address(norms), calls[i], 1);
            }
        }
        uint256 used = 0;
        for (uint64 number = 1; number < 100; ++number) {
            if (norms.isUsed(NORM, number, _party.ordinal)) ++used;
        }
        (uint64 highest, ActKind kind) = stranger.standing(address(norms), NORM, _party.party);
        end = keccak256(abi.encode(used, highest, kind));
        vm.revertToStateAndDelete(before);
    }

    /// @dev The numbers that are used, and what a reader folds them to.
    function _stateOf(address where, bytes32 subject) private view returns (bytes32) {
        bytes memory used;
        for (uint64 number = 1; number < 20; ++number) {
            used = bytes.concat(used, norms.isUsed(NORM, number, _party.ordinal) ? bytes1(0x01) : bytes1(0));
            used = bytes.concat(used, ledger.isUsed(subject, number, _party.ordinal) ? bytes1(0x01) : bytes1(0));
        }
        (uint64 highest, ActKind kind) = stranger.standing(where, subject, _party.party);
        return keccak256(abi.encode(used, highest, kind));
    }

    /// @dev How many of an order's numbers are higher than all before them.
    function _rising(uint256 order) private pure returns (uint256 count) {
        uint8[4] memory places = _order(order);
        uint256 highest = 0;
        for (uint256 i = 0; i < 4; ++i) {
            if (places[i] + 1 <= highest) continue;
            highest = places[i] + 1;
            ++count;
        }
    }

    function _ordered(bytes[] memory calls, uint256 order) private pure returns (bytes[] memory ordered) {
        uint8[4] memory places = _order(order);
        ordered = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            ordered[i] = calls[places[i]];
        }
    }

    /// @dev The order-th permutation of 0, 1, 2, 3, by its factorial digits.
    function _order(uint256 order) private pure returns (uint8[4] memory places) {
        uint8[4] memory rest = [0, 1, 2, 3];
        for (uint256 i = 0; i < 4; ++i) {
            uint256 left = 4 - i;
            uint256 pick = order % left;
            order /= left;
            places[i] = rest[pick];
            for (uint256 k = pick; k + 1 < left; ++k) {
                rest[k] = rest[k + 1];
            }
        }
    }
}
