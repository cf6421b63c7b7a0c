// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, AgreementId, Holder, PartyId} from "../../contracts/ConsentTypes.sol";
import {Proof} from "./Proof.sol";

/// @title A representative acts within its powers only: their subject, kinds and time, until revocation or rotation.
contract Powers is Proof {
    /// @notice Who acts is the party's account, or is empowered for this agreement and kind in this block.
    /// Bounds: any state; one stance of any kind, by any account's plain key, 65 bytes.
    /// Twin: Consent.sol, `!_isEmpowered(party, account, scope, kind)` → `!_isEmpowered(party, account, scope, ActKind.Endorsement)`
    function check_nobody_acts_without_powers(AgreementId agreement, Act memory act, Signature memory by, uint64 time)
        external
    {
        _anyState();
        VM.warp(time);
        VM.assume(act.seal.r == 0 && act.seal.vs == 0 && by.account.code.length == 0);
        VM.assume(_done(ledger, abi.encodeCall(ledger.takeStances, (agreement, _one(act), _signers(by)))));
        assert(
            by.account == registry.holder(act.party).account()
                || registry.isEmpowered(act.party, by.account, AgreementId.unwrap(agreement), act.stamp.kind())
        );
    }

    /// @notice After its last second a grant empowers nobody to anything that was not allowed without it.
    /// Bounds: any state; one grant by the party's plain key; any account, subject and kind, at any later time.
    /// Twin: PartyRegistry.sol, `block.timestamp <= powers.until` → `block.timestamp <= powers.until + 1`
    function check_expired_powers_never_act(PartyId party, Grant memory grant, Signature memory by, Asked memory asked)
        external
    {
        VM.assume(asked.time > grant.until);
        _addsNothing(party, grant, by, asked);
    }

    /// @notice A grant for one subject empowers to nothing on another.
    /// Bounds: as above; any subject but the grant's.
    /// Twin: PartyRegistry.sol, `_powers[_grantOf(party, representative, subject)] = Powers` → `_powers[_grantOf(party, representative, 0)] = Powers`
    function check_powers_for_one_subject_never_act_on_another(
        PartyId party,
        Grant memory grant,
        Signature memory by,
        Asked memory asked
    ) external {
        VM.assume(grant.subject != 0 && asked.subject != grant.subject);
        _addsNothing(party, grant, by, asked);
    }

    /// @notice A grant empowers to no kind of act that it does not name.
    /// Bounds: as above; any kind that the grant lacks.
    /// Twin: PartyRegistry.sol, `powers.kinds >> uint256(kind) & 1 != 0` → `powers.kinds >> uint256(kind) != 0`
    function check_powers_for_one_kind_never_do_another(
        PartyId party,
        Grant memory grant,
        Signature memory by,
        Asked memory asked
    ) external {
        VM.assume(grant.kinds >> asked.kind & 1 == 0);
        _addsNothing(party, grant, by, asked);
    }

    /// @notice A grant empowers nobody but the account that it names.
    /// Bounds: as above; any account but the grant's.
    /// Twin: PartyRegistry.sol, `_holders[party].epoch(), representative, subject` → `_holders[party].epoch(), subject`
    function check_powers_of_one_account_never_serve_another(
        PartyId party,
        Grant memory grant,
        Signature memory by,
        Asked memory asked
    ) external {
        VM.assume(asked.account != grant.representative);
        _addsNothing(party, grant, by, asked);
    }

    /// @notice After a revocation nothing but general powers remains; after one of general powers, none of these.
    /// Bounds: any state; one revocation by plain key; any kind, at any time.
    /// Twin: PartyRegistry.sol, `delete _powers[_grantOf(party, representative, subject)];` → nothing
    function check_revoked_powers_never_act(
        PartyId party,
        Grant memory grant,
        Signature memory by,
        uint64 number,
        Asked memory asked
    ) external {
        _anyState();
        VM.assume(asked.kind <= uint8(type(ActKind).max));
        VM.warp(asked.time);
        VM.assume(by.account.code.length == 0);
        bool generally = registry.isEmpowered(party, grant.representative, 0, ActKind(asked.kind));
        bytes memory call =
            abi.encodeCall(registry.revoke, (party, grant.representative, grant.subject, number, 0, _signer(by)));
        VM.assume(_done(registry, call));
        bool remains = registry.isEmpowered(party, grant.representative, grant.subject, ActKind(asked.kind));
        assert(remains == (generally && grant.subject != 0));
    }

    /// @notice Whatever was granted before a rotation empowers nobody after it.
    /// Bounds: from the empty registry: one claim, one grant and one rotation by the party's plain key; any account, subject and kind.
    /// Twin: PartyRegistry.sol, `holder_.epoch() + 1,` → `holder_.epoch(),`
    function check_powers_of_a_former_epoch_never_act(
        Signature memory by,
        Grant memory grant,
        Signature memory next,
        uint64 number,
        Asked memory asked
    ) external {
        VM.assume(asked.kind <= uint8(type(ActKind).max));
        VM.warp(asked.time);
        VM.assume(by.account.code.length == 0 && next.account.code.length == 0);
        PartyId party = _claimed(by);
        VM.assume(_done(registry, _empower(party, grant, by)));
        VM.assume(_done(registry, _rotate(party, number, by, next)));
        assert(!registry.isEmpowered(party, asked.account, asked.subject, ActKind(asked.kind)));
    }

    /// @notice A party never gets back an account that it left.
    /// Bounds: any state; two rotations in a row, at one time, by plain keys, 65 bytes.
    /// Twin: PartyRegistry.sol, `_left[party][former] = true;` → nothing
    function check_a_former_account_never_comes_back(
        PartyId party,
        uint64[2] memory numbers,
        Signature memory by,
        Signature memory second,
        Signature memory third
    ) external {
        _anyState();
        VM.warp(type(uint40).max);
        VM.assume(by.account.code.length == 0 && second.account.code.length == 0 && third.account.code.length == 0);
        address first = registry.holder(party).account();
        VM.assume(_done(registry, _rotate(party, numbers[0], by, second)));
        assert(registry.holder(party).account() == second.account);
        VM.assume(_done(registry, _rotate(party, numbers[1], second, third)));
        assert(third.account != first);
    }

    struct Asked {
        address account;
        bytes32 subject;
        uint8 kind;
        uint64 time;
    }

    /// @dev What is asked is not granted by `grant`, unless it was already.
    function _addsNothing(PartyId party, Grant memory grant, Signature memory by, Asked memory asked) private {
        _anyState();
        VM.assume(asked.kind <= uint8(type(ActKind).max));
        VM.assume(by.account.code.length == 0 && by.account == registry.holder(party).account());
        VM.warp(asked.time);
        VM.assume(!registry.isEmpowered(party, asked.account, asked.subject, ActKind(asked.kind)));
        VM.warp(grant.time);
        VM.assume(_done(registry, _empower(party, grant, by)));
        VM.warp(asked.time);
        assert(!registry.isEmpowered(party, asked.account, asked.subject, ActKind(asked.kind)));
    }
}
