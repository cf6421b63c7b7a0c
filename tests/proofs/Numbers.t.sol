// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, AgreementId, Holder, NormId, PartyId, Signer, Stance} from "../../contracts/ConsentTypes.sol";
import {Proof} from "./Proof.sol";

/// @title A number works once, is neither zero nor beyond time, and rises on a party's own subject; no deadline is passed.
contract Numbers is Proof {
    /// @notice What is recorded used a number that was free, and that is used from then on.
    /// Bounds: any state; one stance of any kind on an agreement, by plain key.
    /// Twin: Consent.sol, `batch.bits = bits | bit;` → nothing
    function check_a_number_works_once(AgreementId agreement, Act memory act, uint64 time) external {
        _anyState();
        VM.warp(time);
        VM.assume(act.seal.r != 0);
        uint32 ordinal = registry.holder(act.party).ordinal();
        bytes32 subject = ledger.stancesOn(agreement);
        bool before = ledger.isUsed(subject, act.stamp.number(), ordinal);
        VM.assume(_done(ledger, abi.encodeCall(ledger.takeStances, (agreement, _one(act), new Signer[](0)))));
        assert(!before);
        assert(ledger.isUsed(subject, act.stamp.number(), ordinal));
    }

    /// @notice The same twice in one batch: two acts of one party with one number are refused.
    /// Bounds: any state; two stances of any content on one norm, Endorsement and Withdrawal, by plain key.
    /// Twin: Consent.sol, `batch.bits = bits | bit;` → `batch.page = 0;`
    function check_a_number_works_once_within_a_batch(
        NormId norm,
        Stance memory first,
        Stance memory second,
        uint64 time
    ) external {
        _anyState();
        VM.warp(time);
        VM.assume(first.seal.r != 0 && second.seal.r != 0);
        VM.assume(first.partyOrNorm == second.partyOrNorm && first.stamp.number() == second.stamp.number());
        VM.assume(first.stamp.kindCode() == 26 && second.stamp.kindCode() == 21);
        Stance[] memory stances = new Stance[](2);
        (stances[0], stances[1]) = (first, second);
        assert(!_done(norms, abi.encodeCall(norms.takeStances, (norm, stances, new Signer[](0)))));
    }

    /// @notice Every number of a batch is used afterwards, on whichever pages of the bitmaps they lie.
    /// Bounds: any state; two stances on an agreement, Endorsement and Withdrawal, by plain keys, of any two parties.
    /// Twin: Consent.sol, `if (page != batch.page) {` → `if (batch.page == 0) {`
    function check_a_batch_uses_every_number(AgreementId agreement, Act memory first, Act memory second, uint64 time)
        external
    {
        _anyState();
        VM.warp(time);
        VM.assume(first.seal.r != 0 && second.seal.r != 0);
        VM.assume(first.stamp.kindCode() == 26 && second.stamp.kindCode() == 21);
        bytes32 subject = ledger.stancesOn(agreement);
        VM.assume(_done(ledger, abi.encodeCall(ledger.takeStances, (agreement, _two(first, second), new Signer[](0)))));
        assert(ledger.isUsed(subject, first.stamp.number(), registry.holder(first.party).ordinal()));
        assert(ledger.isUsed(subject, second.stamp.number(), registry.holder(second.party).ordinal()));
    }

    /// @notice Founders alone have no number; nobody uses up numbers of later days.
    /// Bounds: any state; one stance of any kind on an agreement, by plain key.
    /// Twin: Consent.sol, `if (number > block.timestamp) revert` → `if (number > block.timestamp + 1) revert`
    function check_a_number_is_within_time(AgreementId agreement, Act memory act, uint64 time) external {
        _anyState();
        VM.warp(time);
        VM.assume(act.seal.r != 0);
        VM.assume(_done(ledger, abi.encodeCall(ledger.takeStances, (agreement, _one(act), new Signer[](0)))));
        assert(act.stamp.number() != 0 && act.stamp.number() <= time);
    }

    /// @notice Nothing is recorded after its deadline.
    /// Bounds: any state; one stance of any kind on an agreement, by plain key.
    /// Twin: Consent.sol, `block.timestamp > deadline) revert` → `block.timestamp > deadline + 1) revert`
    function check_a_deadline_is_kept(AgreementId agreement, Act memory act, uint64 time) external {
        _anyState();
        VM.warp(time);
        VM.assume(act.seal.r != 0);
        VM.assume(_done(ledger, abi.encodeCall(ledger.takeStances, (agreement, _one(act), new Signer[](0)))));
        assert(act.stamp.deadline() == 0 || time <= act.stamp.deadline());
    }

    /// @notice On its own subject a party's numbers only rise, within the block's time.
    /// Bounds: any state; one cancellation by any account, signature of 65 bytes.
    /// Twin: PartyRegistry.sol, `if (own.number <= holder_.last())` → `if (own.number < holder_.last())`
    function check_own_numbers_only_rise(
        PartyId party,
        uint64 number,
        uint64 deadline,
        Signature memory by,
        uint64 time
    ) external {
        _anyState();
        VM.warp(time);
        Holder before = registry.holder(party);
        VM.assume(_done(registry, abi.encodeCall(registry.cancel, (party, number, deadline, _signer(by)))));
        assert(number > before.last() && number <= time);
        assert(registry.holder(party).last() == number % (1 << 40));
    }
}
