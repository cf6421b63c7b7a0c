// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Admission, NormId, PartyId, Signer, Stance} from "../../contracts/ConsentTypes.sol";
import {Founding, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {Actor, Fixture} from "./Fixture.sol";
import {Wallet} from "./Wallets.sol";
import {Grant} from "./Written.sol";

/// @notice Full powers (VCLT article 7): the cases of Powers.tree, in its order.
contract PowersTest is Fixture {
    bytes32 private constant NORM = keccak256("norm");
    bytes32 private constant OTHER = keccak256("another");
    uint256 private constant ALL = EVERY_KIND;
    uint64 private constant EVER = type(uint64).max;

    Actor[] private _founders;
    Actor private _party;
    Actor private _envoy;
    Terms private _terms;

    function setUp() public override {
        super.setUp();
        Actor[] memory founders = people(2, 1);
        _founders.push(founders[0]);
        _party = person(7);
        // The representative's key and account, in the party's name.
        _envoy = Actor(8, vm.addr(8), _party.party, _party.ordinal);
        _terms = termsOf(founders, Admission.Open);
        ledger.sign(_terms, all(founders, _terms), none());
        norms.publish(NormId.wrap(NORM), stance(founders[0], NORM, ActKind.Publication, 1), none());
        norms.publish(NormId.wrap(OTHER), stance(founders[0], OTHER, ActKind.Publication, 1), none());
        later();
    }

    // ---------------------------------------------------------------- within its powers

    function test_powers_for_an_agreement_serve_its_acts_and_stances_on_it() public {
        _grant(idFor(_terms), ALL, EVER, 1);
        takes(address(ledger), _acting(ActKind.Accession, 1), 1);
        takes(address(ledger), _remarking(ActKind.Endorsement, 1), 1);
        refuses(address(norms), _endorsing(NORM, 1), _none(ActKind.Endorsement));
        refuses(address(registry), _stating(1), _none(ActKind.Recognition));
        refuses(address(registry), cancelling(_envoy, 2), _none(ActKind.Cancellation));
    }

    function test_powers_for_a_norm_serve_that_norm_alone() public {
        _grant(NORM, ALL, EVER, 1);
        takes(address(norms), _endorsing(NORM, 1), 1);
        refuses(address(norms), _endorsing(OTHER, 1), _none(ActKind.Endorsement));
        refuses(address(ledger), _acting(ActKind.Accession, 1), _none(ActKind.Accession));
        refuses(address(ledger), _remarking(ActKind.Endorsement, 1), _none(ActKind.Endorsement));
    }

    function test_powers_for_a_list_or_for_the_party_serve_that_alone() public {
        _grant(listFor(_party.party), ALL, EVER, 1);
        takes(address(registry), _stating(1), 1);
        refuses(address(registry), cancelling(_envoy, 2), _none(ActKind.Cancellation));
        takes(address(registry), revoking(_party, _envoy.account, listFor(_party.party), 2), 1);
        _grant(PartyId.unwrap(_party.party), ALL, EVER, 3);
        refuses(address(registry), _stating(2), _none(ActKind.Recognition));
        takes(address(registry), cancelling(_envoy, 4), 1);
    }

    function test_powers_for_stances_alone_are_none() public {
        _grant(stancesFor(idFor(_terms)), ALL, EVER, 1);
        refuses(address(ledger), _remarking(ActKind.Endorsement, 1), _none(ActKind.Endorsement));
    }

    function test_powers_for_all_subjects_serve_every_entry() public {
        _grant(0, ALL, EVER, 1);
        takes(address(ledger), _acting(ActKind.Accession, 1), 1);
        takes(address(ledger), _remarking(ActKind.Endorsement, 1), 1);
        takes(address(norms), _endorsing(NORM, 1), 1);
        takes(address(registry), _stating(1), 1);
        takes(address(registry), cancelling(_envoy, 2), 1);
        (Stance memory made, Signer memory signer) = _stanceOn(OTHER, ActKind.Opposition, 1);
        made.partyOrNorm = OTHER;
        takes(address(norms), many(_party.party, one(made), one(signer)), 1);
        (made, signer) = _stanceOn("new", ActKind.Publication, 1);
        takes(address(norms), publishing("new", made, one(signer)), 1);
        _foundAs();
        vm.assertEq(stranger.onTrust(), 0, "each proven");
    }

    function test_powers_serve_their_kinds_alone() public {
        for (uint256 kind = uint256(ActKind.Ratification); kind <= uint256(ActKind.Succession); ++kind) {
            if (kind == uint256(ActKind.Invitation)) continue;
            uint64 number = uint64(kind);
            _grant(idFor(_terms), bit(ActKind(kind)), EVER, number);
            takes(address(ledger), _acting(ActKind(kind), number), 1);
            refuses(address(ledger), _acting(ActKind.Cancellation, number + 100), _none(ActKind.Cancellation));
            _grant(idFor(_terms), ALL & ~bit(ActKind(kind)), EVER, number + 100);
            refuses(address(ledger), _acting(ActKind(kind), number + 100), _none(ActKind(kind)));
            takes(address(ledger), _acting(ActKind.Cancellation, number + 100), 1);
            takes(address(registry), revoking(_party, _envoy.account, 0, number + 101), 1);
            _party = person(1000 + kind);
            _envoy = Actor(8, vm.addr(8), _party.party, _party.ordinal);
        }
    }

    function test_powers_last_until_their_last_second() public {
        uint64 until = uint64(block.timestamp + 100);
        _grant(0, ALL, until, 1);
        vm.warp(until);
        takes(address(norms), _endorsing(NORM, 1), 1);
        vm.assertTrue(_has(NORM, ActKind.Endorsement), "still");
        vm.warp(until + 1);
        refuses(address(norms), _endorsing(NORM, 2), _none(ActKind.Endorsement));
        vm.assertTrue(!_has(NORM, ActKind.Endorsement), "no longer");
    }

    function test_powers_for_the_subject_and_for_all_are_looked_at_both() public {
        _grant(0, bit(ActKind.Opposition), EVER, 1);
        _grant(NORM, bit(ActKind.Endorsement), EVER, 2);
        takes(address(norms), _endorsing(NORM, 1), 1);
        (Stance memory made, Signer memory signer) = _stanceOn(NORM, ActKind.Opposition, 2);
        takes(address(norms), stances(NORM, one(made), one(signer)), 1);
        refuses(address(norms), _endorsing(OTHER, 1), _none(ActKind.Endorsement));
    }

    function test_wallet_may_be_a_representative() public {
        _envoy.account = address(new Wallet(vm.addr(8)));
        _grant(0, bit(ActKind.Endorsement), EVER, 1);
        takes(address(norms), _endorsing(NORM, 1), 1);
        vm.assertEq(stranger.onTrust(), 1, "taken on trust");
        (Stance memory made, Signer memory signer) = _stanceOn(NORM, ActKind.Endorsement, 2);
        signer.signature = signature(9, stanceDigest(NORM, made, _envoy));
        refuses(address(norms), stances(NORM, one(made), one(signer)), walletRefused(0, _party.party, _envoy.account));
    }

    // ---------------------------------------------------------------- whose

    function test_powers_of_another_party_are_none() public {
        _grant(0, ALL, EVER, 1);
        _envoy.party = _founders[0].party;
        bytes memory expected = notEmpowered(0, _envoy.party, _envoy.account, ActKind.Endorsement);
        refuses(address(norms), _endorsing(NORM, 5), expected);
    }

    function test_another_account_has_no_powers() public {
        _grant(0, ALL, EVER, 1);
        (_envoy.key, _envoy.account) = (9, vm.addr(9));
        refuses(address(norms), _endorsing(NORM, 1), _none(ActKind.Endorsement));
    }

    function test_signature_of_another_key_for_the_representative_is_refused() public {
        _grant(0, ALL, EVER, 1);
        (Stance memory made, Signer memory signer) = _stanceOn(NORM, ActKind.Endorsement, 1);
        signer.signature = signature(_party.key, stanceDigest(NORM, made, _envoy));
        refuses(
            address(norms),
            stances(NORM, one(made), one(signer)),
            wrongSigner(0, _party.party, _envoy.account, _party.account)
        );
    }

    function test_representative_draws_on_the_partys_numbers() public {
        _grant(0, ALL, EVER, 1);
        takes(address(norms), _endorsing(NORM, 1), 1);
        bytes memory own = stances(NORM, one(stance(_party, NORM, ActKind.Opposition, 1)));
        refuses(address(norms), own, numberUsed(0, _party.party, 1));
        takes(address(norms), stances(NORM, one(stance(_party, NORM, ActKind.Opposition, 2))), 1);
        refuses(address(norms), _endorsing(NORM, 2), numberUsed(0, _party.party, 2));
    }

    // ---------------------------------------------------------------- granted anew, revoked

    function test_powers_are_granted_anew_in_place_of_the_former() public {
        _grant(0, bit(ActKind.Endorsement), EVER, 1);
        _grant(0, bit(ActKind.Opposition), EVER, 2);
        refuses(address(norms), _endorsing(NORM, 1), _none(ActKind.Endorsement));
        _grant(0, bit(ActKind.Endorsement), uint64(block.timestamp), 3);
        takes(address(norms), _endorsing(NORM, 1), 1);
        later();
        refuses(address(norms), _endorsing(NORM, 2), _none(ActKind.Endorsement));
    }

    function test_revoked_powers_never_act_again_and_what_they_did_stays() public {
        _grant(0, ALL, EVER, 1);
        takes(address(norms), _endorsing(NORM, 1), 1);
        bytes32 word = norms.word(NORM);
        takes(address(registry), revoking(_party, _envoy.account, 0, 2), 1);
        refuses(address(norms), _endorsing(NORM, 2), _none(ActKind.Endorsement));
        refuses(address(registry), cancelling(_envoy, 3), _none(ActKind.Cancellation));
        vm.assertEq(norms.word(NORM), word, "what was recorded stays");
        vm.assertTrue(norms.isUsed(NORM, 1, _party.ordinal), "and its number");
    }

    function test_revocation_for_one_subject_leaves_the_others() public {
        _grant(0, bit(ActKind.Endorsement), EVER, 1);
        _grant(NORM, bit(ActKind.Endorsement), EVER, 2);
        takes(address(registry), revoking(_party, _envoy.account, NORM, 3), 1);
        takes(address(norms), _endorsing(NORM, 1), 1); // by those for all
        _grant(NORM, bit(ActKind.Endorsement), EVER, 4);
        takes(address(registry), revoking(_party, _envoy.account, 0, 5), 1);
        takes(address(norms), _endorsing(NORM, 2), 1); // by those for the norm
        refuses(address(norms), _endorsing(OTHER, 1), _none(ActKind.Endorsement));
        takes(address(registry), revoking(_party, _envoy.account, NORM, 6), 1);
        refuses(address(norms), _endorsing(NORM, 3), _none(ActKind.Endorsement));
    }

    function test_what_was_never_granted_may_be_revoked() public {
        takes(address(registry), revoking(_party, _envoy.account, NORM, 1), 1);
        refuses(address(norms), _endorsing(NORM, 1), _none(ActKind.Endorsement));
    }

    // ---------------------------------------------------------------- held back

    function test_grant_held_back_and_landed_after_its_revocation_is_refused() public {
        bytes memory grant = empowering(_party, Grant(_envoy.account, 0, ALL, EVER), 1);
        takes(address(registry), revoking(_party, _envoy.account, 0, 2), 1);
        refuses(address(registry), grant, numberPassed(_party.party, 1, 2));
        refuses(address(norms), _endorsing(NORM, 1), _none(ActKind.Endorsement));
        takes(address(registry), empowering(_party, Grant(_envoy.account, 0, ALL, EVER), 3), 1);
        refuses(address(registry), grant, numberPassed(_party.party, 1, 3));
        takes(address(norms), _endorsing(NORM, 1), 1);
    }

    function test_grant_held_back_and_cancelled_is_refused() public {
        bytes memory grant = empowering(_party, Grant(_envoy.account, 0, ALL, EVER), 1);
        takes(address(registry), cancelling(_party, 1), 1);
        refuses(address(registry), grant, numberPassed(_party.party, 1, 1));
    }

    function test_grant_brought_again_after_its_revocation_is_refused() public {
        bytes memory grant = empowering(_party, Grant(_envoy.account, 0, ALL, EVER), 1);
        takes(address(registry), grant, 1);
        takes(address(registry), revoking(_party, _envoy.account, 0, 2), 1);
        refuses(address(registry), grant, numberPassed(_party.party, 1, 2));
    }

    // ---------------------------------------------------------------- rotation

    function test_rotation_ends_all_powers_for_good() public {
        _grant(0, ALL, EVER, 1);
        _grant(NORM, ALL, EVER, 2);
        bytes memory held = empowering(_party, Grant(_envoy.account, 0, ALL, EVER), 9);
        Actor memory next = Actor(70, vm.addr(70), _party.party, _party.ordinal);
        takes(address(registry), rotating(_party, next, 3), 1);
        refuses(address(norms), _endorsing(NORM, 1), _none(ActKind.Endorsement));
        refuses(address(registry), cancelling(_envoy, 4), _none(ActKind.Cancellation));
        refuses(address(registry), held, notEmpowered(0, _party.party, _party.account, ActKind.FullPowers));
        _party = next;
        _grant(OTHER, ALL, EVER, 4);
        takes(address(norms), _endorsing(OTHER, 1), 1);
        refuses(address(norms), _endorsing(NORM, 1), _none(ActKind.Endorsement));
    }

    /// @dev The account that a party left has no powers of its own, but may be given some.
    function test_former_account_may_be_empowered() public {
        Actor memory next = Actor(70, vm.addr(70), _party.party, _party.ordinal);
        takes(address(registry), rotating(_party, next, 1), 1);
        _envoy = _party;
        refuses(address(norms), _endorsing(NORM, 1), _none(ActKind.Endorsement));
        takes(address(registry), empowering(next, Grant(_envoy.account, NORM, ALL, EVER), 2), 1);
        takes(address(norms), _endorsing(NORM, 1), 1);
    }

    // ---------------------------------------------------------------- powers for full powers

    function test_representative_may_grant_and_revoke_and_cancel_and_rotate() public {
        _grant(PartyId.unwrap(_party.party), ALL, EVER, 1);
        takes(address(registry), empowering(_envoy, Grant(vm.addr(9), 0, ALL, EVER), 2), 1);
        takes(address(registry), revoking(_envoy, vm.addr(9), 0, 3), 1);
        takes(address(registry), cancelling(_envoy, 4), 1);
        takes(address(registry), owning(_envoy, ownAct(_party.party, ActKind.FurtherClaim, 5)), 1);
        takes(address(registry), rotating(_envoy, Actor(70, vm.addr(70), _party.party, 0), 6), 1);
        vm.assertEq(registry.holder(_party.party).account(), vm.addr(70), "account");
        refuses(address(registry), cancelling(_envoy, 7), _none(ActKind.Cancellation));
    }

    /// @dev A representative that makes itself the account: a rotation as any other, if its powers name that.
    function test_representative_may_become_the_account_only_with_powers_for_rotation() public {
        _grant(0, ALL & ~bit(ActKind.Rotation), EVER, 1);
        refuses(address(registry), rotating(_envoy, _envoy, 2), _none(ActKind.Rotation));
        _grant(0, bit(ActKind.Rotation), EVER, 2);
        takes(address(registry), rotating(_envoy, _envoy, 3), 1);
        vm.assertEq(registry.holder(_party.party).account(), _envoy.account, "account");
    }

    function test_powers_to_empower_reach_as_far_as_they_name() public {
        _grant(0, bit(ActKind.FullPowers), EVER, 1);
        refuses(address(registry), revoking(_envoy, vm.addr(9), 0, 2), _none(ActKind.Revocation));
        refuses(address(registry), cancelling(_envoy, 2), _none(ActKind.Cancellation));
        bytes memory further = owning(_envoy, ownAct(_party.party, ActKind.FurtherClaim, 2));
        refuses(address(registry), further, _none(ActKind.FurtherClaim));
        takes(address(registry), empowering(_envoy, Grant(vm.addr(9), 0, bit(ActKind.Endorsement), EVER), 2), 1);
    }

    // ---------------------------------------------------------------- isEmpowered

    function test_powers_are_told() public {
        vm.assertTrue(!_has(NORM, ActKind.Endorsement), "before");
        _grant(NORM, bit(ActKind.Endorsement), EVER, 1);
        vm.assertTrue(_has(NORM, ActKind.Endorsement), "granted");
        vm.assertTrue(!_has(NORM, ActKind.Opposition), "another kind");
        vm.assertTrue(!_has(OTHER, ActKind.Endorsement), "another subject");
        vm.assertTrue(!_has(0, ActKind.Endorsement), "all subjects");
        vm.assertTrue(!registry.isEmpowered(_party.party, vm.addr(9), NORM, ActKind.Endorsement), "another account");
        vm.assertTrue(
            !registry.isEmpowered(_founders[0].party, _envoy.account, NORM, ActKind.Endorsement), "another party"
        );
        vm.assertTrue(!registry.isEmpowered(_party.party, _party.account, NORM, ActKind.Endorsement), "no powers");
        takes(address(registry), revoking(_party, _envoy.account, NORM, 2), 1);
        vm.assertTrue(!_has(NORM, ActKind.Endorsement), "revoked");
    }

    // ---------------------------------------------------------------- arrangements

    function _grant(bytes32 subject, uint256 kinds, uint64 until, uint64 number) private {
        takes(address(registry), empowering(_party, Grant(_envoy.account, subject, kinds, until), number), 1);
    }

    function _none(ActKind kind) private view returns (bytes memory) {
        return notEmpowered(0, _party.party, _envoy.account, kind);
    }

    function _has(bytes32 subject, ActKind kind) private view returns (bool) {
        return registry.isEmpowered(_party.party, _envoy.account, subject, kind);
    }

    function _acting(ActKind kind, uint64 number) private view returns (bytes memory) {
        (Act memory made, Signer memory signer) = _actOn(address(ledger), idFor(_terms), kind, number);
        return acting(_terms, one(made), one(signer));
    }

    function _remarking(ActKind kind, uint64 number) private view returns (bytes memory) {
        bytes32 agreement = idFor(_terms);
        (Act memory made, Signer memory signer) = _actOn(address(ledger), stancesFor(agreement), kind, number);
        return remarking(agreement, one(made), one(signer));
    }

    function _stating(uint64 number) private view returns (bytes memory) {
        (Act memory made, Signer memory signer) =
            _actOn(address(registry), listFor(_party.party), ActKind.Recognition, number);
        return stating(_party.party, one(made), one(signer));
    }

    function _endorsing(bytes32 norm, uint64 number) private view returns (bytes memory) {
        (Stance memory made, Signer memory signer) = _stanceOn(norm, ActKind.Endorsement, number);
        return stances(norm, one(made), one(signer));
    }

    function _actOn(address where, bytes32 subject, ActKind kind, uint64 number)
        private
        view
        returns (Act memory made, Signer memory signer)
    {
        made = drawn(_envoy.party, kind, number);
        made.seal = beside(0);
        signer = by(_envoy, digestAt(where, actHash(subject, made, _envoy.account)));
    }

    function _stanceOn(bytes32 norm, ActKind kind, uint64 number)
        private
        view
        returns (Stance memory made, Signer memory signer)
    {
        made = Stance(PartyId.unwrap(_envoy.party), stamp(kind, number, 0), 0, beside(0));
        signer = by(_envoy, stanceDigest(norm, made, _envoy));
    }

    /// @dev A founding signature by the representative.
    function _foundAs() private {
        Actor[] memory pair = new Actor[](2);
        (pair[0], pair[1]) = (_envoy, _founders[0]);
        sort(pair);
        Terms memory terms = termsOf(pair, Admission.Closed);
        Founding[] memory signatures = all(pair, terms);
        signatures[pair[0].key == 8 ? 0 : 1].seal = beside(0);
        Signer[] memory signers = one(by(_envoy, foundingDigest(_envoy, terms, ActKind.Signature, 0)));
        takes(address(ledger), signing(terms, signatures, signers), 2);
    }
}
