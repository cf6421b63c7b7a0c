// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, AgreementId, NormId, PartyId, Signer, Stance} from "../../contracts/ConsentTypes.sol";
import {Proof} from "./Proof.sol";

/// @title A word grows by one link an act, computed here a second time; nothing unsigned enters it.
contract Words is Proof {
    /// @notice Two acts, two links: the second on the first, the first on what was there.
    /// Bounds: any state, block and time; two stances on an agreement, Endorsement and Withdrawal, by plain keys.
    /// Twin: Consent.sol, `batch.commitment = word[subject];` → `batch.commitment = word[subject] == 0 ? bytes32(0) : subject;`
    function check_a_word_grows_by_one_link_an_act(
        AgreementId agreement,
        Act memory first,
        Act memory second,
        uint64 height,
        uint64 time
    ) external {
        _anyState();
        VM.warp(time);
        VM.roll(height);
        VM.assume(first.seal.r != 0 && second.seal.r != 0);
        VM.assume(first.stamp.kindCode() == 26 && second.stamp.kindCode() == 21);
        bytes32 subject = ledger.stancesOn(agreement);
        bytes32 word = ledger.word(subject);
        VM.assume(_done(ledger, abi.encodeCall(ledger.takeStances, (agreement, _two(first, second), new Signer[](0)))));
        assert(ledger.word(subject) == _linked(_linked(word, first, subject), second, subject));
    }

    /// @notice What is recorded by plain key, that key signed: over this chain, contract, subject, kind and content.
    /// Bounds: any state; one stance of any kind on an agreement.
    /// Twin: Consent.sol, `recovered != account` → `recovered == address(0)`
    function check_nothing_is_recorded_unsigned(AgreementId agreement, Act memory act, uint64 time) external {
        _anyState();
        VM.warp(time);
        VM.assume(act.seal.r != 0);
        VM.assume(_done(ledger, abi.encodeCall(ledger.takeStances, (agreement, _one(act), new Signer[](0)))));
        address account = registry.holder(act.party).account();
        bytes32 digest = _digestOf(address(ledger), act, ledger.stancesOn(agreement), account);
        bytes32 s = act.seal.vs << 1 >> 1;
        assert(ecrecover(digest, 27 + uint8(uint256(act.seal.vs) >> 255), act.seal.r, s) == account);
        assert(account != address(0));
    }

    /// @notice After a fork with another chain id, digests and words are those of the new chain.
    /// Bounds: any state, any chain id but the one of the deployment; one Endorsement of an agreement, by plain key.
    /// Twin: Consent.sol, `block.chainid == _DEPLOYED_CHAIN ? _DEPLOYED_DOMAIN : _domain()` → `_DEPLOYED_DOMAIN`
    function check_a_fork_takes_its_own_signatures(AgreementId agreement, Act memory act, uint64 chain, uint64 time)
        external
    {
        _anyState();
        VM.warp(time);
        VM.assume(chain != block.chainid);
        VM.chainId(chain);
        VM.assume(act.seal.r != 0 && act.stamp.kindCode() == 26);
        bytes32 subject = ledger.stancesOn(agreement);
        bytes32 word = ledger.word(subject);
        VM.assume(_done(ledger, abi.encodeCall(ledger.takeStances, (agreement, _one(act), new Signer[](0)))));
        assert(ledger.word(subject) == _linked(word, act, subject));
    }

    /// @notice The register grows by one link a new subject, with the subject where a digest would be.
    /// Bounds: any state; one publication of a norm, by plain key.
    /// Twin: Consent.sol, `register = _link(register, kind,` → `register = _link(0, kind,`
    function check_the_register_grows_by_one_link_a_subject(NormId norm, Stance memory publication, uint64 time)
        external
    {
        _anyState();
        VM.warp(time);
        VM.assume(publication.seal.r != 0);
        bytes32 register = norms.register();
        PartyId party = PartyId.wrap(publication.partyOrNorm);
        VM.assume(_done(norms, abi.encodeCall(norms.publish, (norm, publication, new Signer[](0)))));
        bytes32 linked = _linkOf(register, 28, NormId.unwrap(norm), party, registry.holder(party).account());
        assert(norms.register() == linked);
    }

    function _linked(bytes32 word, Act memory act, bytes32 subject) private view returns (bytes32) {
        address account = registry.holder(act.party).account();
        bytes32 digest = _digestOf(address(ledger), act, subject, account);
        return _linkOf(word, act.stamp.kindCode(), digest, act.party, account);
    }
}
