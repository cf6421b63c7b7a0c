// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, AgreementId, Holder, PartyId, Signer, Stance} from "../../contracts/ConsentTypes.sol";
import {Proof} from "./Proof.sol";

/// @title What an act changes is its own subject and its own party's numbers, and nothing else.
contract Isolation is Proof {
    /// @notice No other subject's word or numbers change, nor the register.
    /// Bounds: any state; one stance of any kind on an agreement, by plain key, recorded or refused; any other subject.
    /// Twin: Consent.sol, `_used[batch.subject][batch.page] = batch.bits;` → `_used[0][batch.page] = batch.bits;`
    function check_an_act_leaves_other_subjects_alone(
        AgreementId agreement,
        Act memory act,
        uint64 time,
        bytes32 other,
        uint64 number,
        uint32 ordinal
    ) external {
        _anyState();
        VM.warp(time);
        VM.assume(act.seal.r != 0);
        VM.assume(other != ledger.stancesOn(agreement));
        bytes32 word = ledger.word(other);
        bool used = ledger.isUsed(other, number, ordinal);
        bytes32 register = ledger.register();
        _done(ledger, abi.encodeCall(ledger.takeStances, (agreement, _one(act), new Signer[](0))));
        assert(ledger.word(other) == word);
        assert(ledger.isUsed(other, number, ordinal) == used);
        assert(ledger.register() == register);
    }

    /// @notice No number of another party is used or freed, nor another number of the same party.
    /// Bounds: any state; one stance of any kind on an agreement, by plain key; any other (party, number).
    /// Twin: Consent.sol, `return uint256(1) << (ordinal & 0xff);` → `return uint256(1) << (ordinal & 0x7f);`
    function check_an_act_leaves_other_parties_numbers_alone(
        AgreementId agreement,
        Act memory act,
        uint64 time,
        uint64 number,
        uint32 ordinal
    ) external {
        _anyState();
        VM.warp(time);
        VM.assume(act.seal.r != 0);
        bytes32 subject = ledger.stancesOn(agreement);
        uint32 its = registry.holder(act.party).ordinal();
        VM.assume(_key(subject, number, ordinal) != _key(subject, act.stamp.number(), its));
        bool used = ledger.isUsed(subject, number, ordinal);
        _done(ledger, abi.encodeCall(ledger.takeStances, (agreement, _one(act), new Signer[](0))));
        assert(ledger.isUsed(subject, number, ordinal) == used);
    }

    /// @notice One party's stances on many norms use no number but their own, each on its norm.
    /// Bounds: any state; stances on two norms, Endorsement and Withdrawal, by plain key; any other (norm, number, party).
    /// Twin: Consent.sol, `batch.page = 0;` → nothing
    function check_many_norms_keep_their_numbers_apart(
        PartyId party,
        Stance memory first,
        Stance memory second,
        uint64 time,
        bytes32 other,
        uint64 number,
        uint32 ordinal
    ) external {
        _anyState();
        VM.warp(time);
        VM.assume(first.seal.r != 0 && second.seal.r != 0);
        VM.assume(first.stamp.kindCode() == 26 && second.stamp.kindCode() == 21);
        Stance[] memory stances = new Stance[](2);
        (stances[0], stances[1]) = (first, second);
        uint32 its = registry.holder(party).ordinal();
        VM.assume(_key(other, number, ordinal) != _key(first.partyOrNorm, first.stamp.number(), its));
        VM.assume(_key(other, number, ordinal) != _key(second.partyOrNorm, second.stamp.number(), its));
        bool used = norms.isUsed(other, number, ordinal);
        VM.assume(_done(norms, abi.encodeCall(norms.takeStancesOnMany, (party, stances, new Signer[](0)))));
        assert(norms.isUsed(other, number, ordinal) == used);
    }

    /// @notice Powers that a party gives are its own: no other party's powers change.
    /// Bounds: any state; one grant for any subject, kinds and time, by the party's plain key; any other party and any
    /// account, subject and kind.
    /// Twin: PartyRegistry.sol, `abi.encode(party, _holders[party].epoch(), representative, subject)` → `abi.encode(_holders[party].epoch(), representative, subject)`
    function check_a_grant_leaves_other_parties_alone(
        PartyId party,
        PartyId other,
        Grant memory grant,
        Signature memory by,
        address representative,
        bytes32 subject,
        uint8 kind
    ) external {
        _anyState();
        VM.warp(grant.time);
        VM.assume(PartyId.unwrap(party) != PartyId.unwrap(other) && kind <= uint8(type(ActKind).max));
        VM.assume(by.account.code.length == 0 && by.account == registry.holder(party).account());
        bool before = registry.isEmpowered(other, representative, subject, ActKind(kind));
        VM.assume(_done(registry, _empower(party, grant, by)));
        assert(registry.isEmpowered(other, representative, subject, ActKind(kind)) == before);
    }

    /// @notice A rotation is a party's own: no other party's holder, word or powers change.
    /// Bounds: any state; one rotation, both signatures by plain keys, 65 bytes, recorded or refused; any other party.
    /// Twin: PartyRegistry.sol, `_holders[party] = Holders.pack(next,` → `_holders[PartyId.wrap(0)] = Holders.pack(next,`
    function check_a_rotation_leaves_other_parties_alone(
        PartyId party,
        PartyId other,
        Signature memory by,
        Signature memory next,
        uint64 number,
        uint64 time
    ) external {
        _anyState();
        VM.warp(time);
        VM.assume(PartyId.unwrap(party) != PartyId.unwrap(other));
        VM.assume(by.account.code.length == 0 && next.account.code.length == 0);
        Holder holder = registry.holder(other);
        bytes32 word = registry.word(PartyId.unwrap(other));
        _done(registry, _rotate(party, number, by, next));
        assert(Holder.unwrap(registry.holder(other)) == Holder.unwrap(holder));
        assert(registry.word(PartyId.unwrap(other)) == word);
    }

    /// @dev Where a number lies, in one value: comparing three would be three branches.
    function _key(bytes32 subject, uint64 number, uint32 ordinal) private pure returns (bytes32) {
        return keccak256(abi.encode(subject, number, ordinal));
    }
}
