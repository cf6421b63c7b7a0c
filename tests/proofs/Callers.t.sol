// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, AgreementId, Signer} from "../../contracts/ConsentTypes.sol";
import {Proof} from "./Proof.sol";

/// @title Who sends never matters, and being carried is the same as being sent alone, or as not being sent.
contract Callers is Proof {
    /// @dev What a call came to, told by reverting with it, so that the next call starts from the same state.
    error Came(bool done, bytes32 word, bytes32 register, bool used);

    /// @notice Two callers, one result: carried out or refused, and the same word, register and numbers.
    /// Bounds: any state; one Endorsement of an agreement, by plain key; any two callers.
    /// Twin: Consent.sol, `recovered != account` → `(recovered != account && msg.sender != account)`
    function check_the_caller_is_irrelevant(
        AgreementId agreement,
        Act memory act,
        address one,
        address other,
        uint64 time
    ) external {
        _anyState();
        VM.warp(time);
        VM.assume(act.seal.r != 0 && act.stamp.kindCode() == 26);
        bytes memory call = abi.encodeCall(ledger.takeStances, (agreement, _one(act), new Signer[](0)));
        assert(_equal(_outcome(one, call, agreement, act), _outcome(other, call, agreement, act)));
    }

    /// @notice A carried call does what it does alone. Refused, it is left out and changes nothing, or it spoils all.
    /// Bounds: any state; one Endorsement of an agreement, by plain key, carried alone, leniently or strictly.
    /// Twin: Consent.sol, `emit LeftOut(i, reason);` → `register = keccak256(reason);`
    function check_a_carried_call_acts_alone_or_not_at_all(
        AgreementId agreement,
        Act memory act,
        bool leaveOut,
        uint64 time
    ) external {
        _anyState();
        VM.warp(time);
        VM.assume(act.seal.r != 0 && act.stamp.kindCode() == 26);
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(ledger.takeStances, (agreement, _one(act), new Signer[](0)));
        bytes memory expected = _outcome(address(this), calls[0], agreement, act);
        if (!_isDone(expected)) {
            bytes memory nothing = leaveOut ? abi.encodeCall(ledger.register, ()) : bytes("refused");
            expected = _outcome(address(this), nothing, agreement, act);
        }
        bytes memory carried = _outcome(address(this), abi.encodeCall(ledger.carry, (calls, leaveOut)), agreement, act);
        assert(_equal(carried, expected));
    }

    /// @dev Called by `_outcome` alone: makes a call, tells what it came to, and undoes it.
    function attempt(address caller, bytes calldata call, AgreementId agreement, Act calldata act) external {
        VM.prank(caller);
        bool done = _done(ledger, call);
        bytes32 subject = ledger.stancesOn(agreement);
        bool used = ledger.isUsed(subject, act.stamp.number(), registry.holder(act.party).ordinal());
        revert Came(done, ledger.word(subject), ledger.register(), used);
    }

    function _outcome(address caller, bytes memory call, AgreementId agreement, Act memory act)
        private
        returns (bytes memory outcome)
    {
        (, outcome) = address(this).call(abi.encodeCall(this.attempt, (caller, call, agreement, act)));
    }

    function _isDone(bytes memory outcome) private pure returns (bool done) {
        assembly ("memory-safe") {
            done := mload(add(outcome, 0x24))
        }
    }

    function _equal(bytes memory one, bytes memory other) private pure returns (bool) {
        return keccak256(one) == keccak256(other);
    }
}
