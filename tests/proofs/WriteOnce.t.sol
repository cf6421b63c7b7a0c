// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AgreementId, Holder, NormId, PartyId, PartyKind, Signer, Stance} from "../../contracts/ConsentTypes.sol";
import {Founding, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {Proof} from "./Proof.sol";

/// @title A party is registered once, a norm published once, an agreement founded once, each founder's signature counted once.
contract WriteOnce is Proof {
    /// @notice A claim changes no party that is registered: neither who acts for it nor its word.
    /// Bounds: any state; one claim with an identifier of 32 bytes and a signature of 65; any registered party.
    /// Twin: PartyRegistry.sol, `if (_holders[party].account() != address(0)) revert AlreadyClaimed(party);` → nothing
    function check_registration_is_written_once(
        PartyId registered,
        bytes32 identifier,
        uint8 kind,
        bytes32 profile,
        Signature memory by,
        uint64 time
    ) external {
        _anyState();
        VM.warp(time);
        VM.assume(kind <= uint8(type(PartyKind).max));
        Holder holder = registry.holder(registered);
        bytes32 word = registry.word(PartyId.unwrap(registered));
        VM.assume(holder.account() != address(0));
        VM.assume(_done(registry, _claim(identifier, kind, profile, by)));
        assert(Holder.unwrap(registry.holder(registered)) == Holder.unwrap(holder));
        assert(registry.word(PartyId.unwrap(registered)) == word);
    }

    /// @notice No two parties share a place in the bitmaps of used numbers.
    /// Bounds: any state; two claims in a row, of any identifiers of 32 bytes, signatures of 65 bytes.
    /// Twin: PartyRegistry.sol, `++_count` → `_count`
    function check_every_party_has_its_own_ordinal(
        bytes32[2] memory identifiers,
        uint8 kind,
        Signature memory first,
        Signature memory second
    ) external {
        _anyState();
        VM.assume(kind <= uint8(type(PartyKind).max));
        VM.assume(_done(registry, _claim(identifiers[0], kind, 0, first)));
        VM.assume(_done(registry, _claim(identifiers[1], kind, 0, second)));
        uint32 one = registry.holder(_idOf(identifiers[0], kind, first.account)).ordinal();
        uint32 other = registry.holder(_idOf(identifiers[1], kind, second.account)).ordinal();
        assert(one != other && one != 0 && other != 0);
    }

    /// @notice A norm that has a word is not published again.
    /// Bounds: any state; one publication, by plain key.
    /// Twin: NormRegistry.sol, `if (batch.commitment != 0) revert AlreadyPublished(norm);` → nothing
    function check_publication_is_written_once(NormId norm, Stance memory publication, uint64 time) external {
        _anyState();
        VM.warp(time);
        VM.assume(publication.seal.r != 0);
        VM.assume(norms.word(NormId.unwrap(norm)) != 0);
        assert(!_done(norms, abi.encodeCall(norms.publish, (norm, publication, new Signer[](0)))));
    }

    /// @notice An agreement that awaits nobody takes no founding signature: an old one is no new act.
    /// Bounds: any state; terms with two founders; one signature, by plain key.
    /// Twin: AgreementLedger.sol, `if (missing == 0) revert AlreadyFounded(agreement);` → nothing
    function check_an_agreement_is_founded_once(Parties memory parties, Founded memory founded, uint64 time) external {
        _anyState();
        VM.warp(time);
        VM.assume(founded.seal.r != 0);
        Terms memory terms = _termsOf(parties);
        AgreementId agreement = ledger.idOf(terms);
        VM.assume(ledger.word(AgreementId.unwrap(agreement)) != 0 && ledger.awaiting(agreement) == 0);
        assert(!_done(ledger, _sign(terms, founded)));
    }

    /// @notice A founder's signature is recorded once: brought again, it is passed over, and the word stays.
    /// Bounds: any state; terms with two founders; the same founder's signature twice, by plain key.
    /// Twin: AgreementLedger.sol, `_founded[agreement][founder >> 8] = bits | bit;` → nothing
    function check_a_founder_signs_once(Parties memory parties, Founded memory founded, uint64 time) external {
        _anyState();
        VM.warp(time);
        VM.assume(founded.seal.r != 0);
        Terms memory terms = _termsOf(parties);
        bytes32 agreement = AgreementId.unwrap(ledger.idOf(terms));
        VM.assume(_done(ledger, _sign(terms, founded)));
        bytes32 word = ledger.word(agreement);
        uint256 awaiting = ledger.awaiting(AgreementId.wrap(agreement));
        _done(ledger, _sign(terms, founded));
        assert(ledger.word(agreement) == word);
        assert(ledger.awaiting(AgreementId.wrap(agreement)) == awaiting);
    }

    function _claim(bytes32 identifier, uint8 kind, bytes32 profile, Signature memory by)
        private
        view
        returns (bytes memory)
    {
        string memory text = string(abi.encodePacked(identifier));
        return abi.encodeCall(registry.claim, (text, PartyKind(kind), profile, 0, _signer(by)));
    }

    function _idOf(bytes32 identifier, uint8 kind, address account) private pure returns (PartyId) {
        return PartyId.wrap(keccak256(abi.encode(keccak256(abi.encodePacked(identifier)), kind, account)));
    }
}
