// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, Admission, PartyId, Signer} from "../../contracts/ConsentTypes.sol";
import {Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {Proof} from "./Proof.sol";

/// @title Who may act on an agreement.
contract Rights is Proof {
    /// @notice On a closed agreement its founders act, and nobody else, whoever was ever invited.
    /// Bounds: any state; terms with two founders; one Ratification, by plain key.
    /// Twin: AgreementLedger.sol, `if (terms.admission == Admission.Closed) revert` → `if (kind == ActKind.None) revert`
    function check_a_closed_agreement_is_its_founders_own(Parties memory parties, Act memory act, uint64 time)
        external
    {
        VM.assume(Admission(parties.admission) == Admission.Closed && act.stamp.kindCode() == 11);
        _actedByFounder(parties, act, time);
    }

    /// @notice Founders alone invite, whatever the admission.
    /// Bounds: any state; terms with two founders; one Invitation, by plain key.
    /// Twin: AgreementLedger.sol, `if (kind == ActKind.Invitation) {` → `if (kind == ActKind.None) {`
    function check_founders_alone_invite(Parties memory parties, Act memory act, uint64 time) external {
        VM.assume(act.stamp.kindCode() == 15);
        _actedByFounder(parties, act, time);
    }

    function _actedByFounder(Parties memory parties, Act memory act, uint64 time) private {
        _anyState();
        VM.warp(time);
        VM.assume(act.seal.r != 0);
        Terms memory terms = _termsOf(parties);
        VM.assume(_done(ledger, abi.encodeCall(ledger.act, (terms, _one(act), new Signer[](0)))));
        bytes32 party = PartyId.unwrap(act.party);
        assert(party == PartyId.unwrap(parties.first) || party == PartyId.unwrap(parties.second));
    }
}
