// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Admission, NormId, PartyId, Signer, Stance} from "../../contracts/ConsentTypes.sol";
import {Founding, IAgreementLedger, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {INormRegistry} from "../../contracts/interfaces/INormRegistry.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Actor, Fixture} from "./Fixture.sol";
import {Wallet} from "./Wallets.sol";
import {Grant} from "./Written.sol";

/// @notice What a relayer, or a thief, might bring a second time or elsewhere: the cases of Replay.tree, one test each.
contract ReplayTest is Fixture {
    enum Way {
        PlainKey,
        Wallet,
        Delegated,
        Representative
    }

    enum Wrong {
        Chain,
        Contract,
        Version,
        Subject,
        Clause,
        Kind,
        Party,
        Account,
        Deadline,
        Number
    }

    bytes32 private constant NORM = keccak256("norm");
    uint64 private _deadline;
    Terms private _terms;

    /// @dev By way: who signs, in its party's name; another party of the same account; another account of the same owner.
    Actor[4] private _signers;
    Actor[4] private _siblings;
    address[4] private _accounts;

    function setUp() public override {
        super.setUp();
        Actor[] memory founders = people(2, 1);
        _terms = termsOf(founders, Admission.Open);
        ledger.sign(_terms, all(founders, _terms), none());
        Terms memory other = _other();
        ledger.sign(other, all(founders, other), none());
        norms.publish(NormId.wrap(NORM), stance(founders[0], NORM, ActKind.Publication, 1), none());
        _signers[0] = person(11);
        _signers[1] = personAt(12, address(new Wallet(vm.addr(12))));
        _signers[2] = person(13);
        _signers[3] = person(14);
        for (uint256 i = 0; i < 4; ++i) {
            _accounts[i] = address(new Wallet(vm.addr(i == 3 ? 15 : 11 + i)));
            Claimed memory made = claimed(_signers[i].key, "name:sibling");
            made.signer.account = _signers[i].account;
            signClaim(_signers[i].key, made);
            _siblings[i] = Actor(_signers[i].key, _signers[i].account, submit(made), 0);
        }
        agree(15);
        vm.etch(_signers[2].account, bytes.concat(hex"ef0100", bytes20(_accounts[2])));
        _empower(_signers[3]);
        _empower(_siblings[3]);
        (_signers[3].key, _signers[3].account) = (15, vm.addr(15));
        (_siblings[3].key, _siblings[3].account) = (15, vm.addr(15));
        _deadline = NOON + 1000;
        later();
    }

    // ---------------------------------------------------------------- by a plain key

    function test_act_of_a_plain_key_signed_for_another_chain_is_refused() public {
        _refusesFor(Way.PlainKey, Wrong.Chain);
    }

    function test_act_of_a_plain_key_signed_for_another_contract_is_refused() public {
        _refusesFor(Way.PlainKey, Wrong.Contract);
    }

    function test_act_of_a_plain_key_signed_for_another_version_is_refused() public {
        _refusesFor(Way.PlainKey, Wrong.Version);
    }

    function test_act_of_a_plain_key_signed_for_another_subject_is_refused() public {
        _refusesFor(Way.PlainKey, Wrong.Subject);
    }

    function test_act_of_a_plain_key_signed_for_another_clause_is_refused() public {
        _refusesFor(Way.PlainKey, Wrong.Clause);
    }

    function test_act_of_a_plain_key_signed_of_another_kind_is_refused() public {
        _refusesFor(Way.PlainKey, Wrong.Kind);
    }

    function test_act_of_a_plain_key_signed_for_another_party_is_refused() public {
        _refusesFor(Way.PlainKey, Wrong.Party);
    }

    function test_act_of_a_plain_key_signed_for_another_account_of_the_owner_is_refused() public {
        _refusesFor(Way.PlainKey, Wrong.Account);
    }

    function test_act_of_a_plain_key_signed_for_another_deadline_is_refused() public {
        _refusesFor(Way.PlainKey, Wrong.Deadline);
    }

    function test_act_of_a_plain_key_signed_for_another_number_is_refused() public {
        _refusesFor(Way.PlainKey, Wrong.Number);
    }

    function test_act_of_a_plain_key_landed_after_its_withdrawal_changes_nothing() public {
        _landsAfterWithdrawal(Way.PlainKey);
    }

    function test_act_of_a_plain_key_landed_after_a_rotation_is_refused() public {
        _landsAfterRotation(Way.PlainKey);
    }

    // ---------------------------------------------------------------- by a wallet

    function test_act_of_a_wallet_signed_for_another_chain_is_refused() public {
        _refusesFor(Way.Wallet, Wrong.Chain);
    }

    function test_act_of_a_wallet_signed_for_another_contract_is_refused() public {
        _refusesFor(Way.Wallet, Wrong.Contract);
    }

    function test_act_of_a_wallet_signed_for_another_version_is_refused() public {
        _refusesFor(Way.Wallet, Wrong.Version);
    }

    function test_act_of_a_wallet_signed_for_another_subject_is_refused() public {
        _refusesFor(Way.Wallet, Wrong.Subject);
    }

    function test_act_of_a_wallet_signed_for_another_clause_is_refused() public {
        _refusesFor(Way.Wallet, Wrong.Clause);
    }

    function test_act_of_a_wallet_signed_of_another_kind_is_refused() public {
        _refusesFor(Way.Wallet, Wrong.Kind);
    }

    function test_act_of_a_wallet_signed_for_another_party_is_refused() public {
        _refusesFor(Way.Wallet, Wrong.Party);
    }

    function test_act_of_a_wallet_signed_for_another_account_of_the_owner_is_refused() public {
        _refusesFor(Way.Wallet, Wrong.Account);
    }

    function test_act_of_a_wallet_signed_for_another_deadline_is_refused() public {
        _refusesFor(Way.Wallet, Wrong.Deadline);
    }

    function test_act_of_a_wallet_signed_for_another_number_is_refused() public {
        _refusesFor(Way.Wallet, Wrong.Number);
    }

    function test_act_of_a_wallet_landed_after_its_withdrawal_changes_nothing() public {
        _landsAfterWithdrawal(Way.Wallet);
    }

    function test_act_of_a_wallet_landed_after_a_rotation_is_refused() public {
        _landsAfterRotation(Way.Wallet);
    }

    // ---------------------------------------------------------------- by a delegated account

    function test_act_of_a_delegated_account_signed_for_another_chain_is_refused() public {
        _refusesFor(Way.Delegated, Wrong.Chain);
    }

    function test_act_of_a_delegated_account_signed_for_another_contract_is_refused() public {
        _refusesFor(Way.Delegated, Wrong.Contract);
    }

    function test_act_of_a_delegated_account_signed_for_another_version_is_refused() public {
        _refusesFor(Way.Delegated, Wrong.Version);
    }

    function test_act_of_a_delegated_account_signed_for_another_subject_is_refused() public {
        _refusesFor(Way.Delegated, Wrong.Subject);
    }

    function test_act_of_a_delegated_account_signed_for_another_clause_is_refused() public {
        _refusesFor(Way.Delegated, Wrong.Clause);
    }

    function test_act_of_a_delegated_account_signed_of_another_kind_is_refused() public {
        _refusesFor(Way.Delegated, Wrong.Kind);
    }

    function test_act_of_a_delegated_account_signed_for_another_party_is_refused() public {
        _refusesFor(Way.Delegated, Wrong.Party);
    }

    function test_act_of_a_delegated_account_signed_for_another_account_of_the_owner_is_refused() public {
        _refusesFor(Way.Delegated, Wrong.Account);
    }

    function test_act_of_a_delegated_account_signed_for_another_deadline_is_refused() public {
        _refusesFor(Way.Delegated, Wrong.Deadline);
    }

    function test_act_of_a_delegated_account_signed_for_another_number_is_refused() public {
        _refusesFor(Way.Delegated, Wrong.Number);
    }

    function test_act_of_a_delegated_account_landed_after_its_withdrawal_changes_nothing() public {
        _landsAfterWithdrawal(Way.Delegated);
    }

    function test_act_of_a_delegated_account_landed_after_a_rotation_is_refused() public {
        _landsAfterRotation(Way.Delegated);
    }

    // ---------------------------------------------------------------- by a representative

    function test_act_of_a_representative_signed_for_another_chain_is_refused() public {
        _refusesFor(Way.Representative, Wrong.Chain);
    }

    function test_act_of_a_representative_signed_for_another_contract_is_refused() public {
        _refusesFor(Way.Representative, Wrong.Contract);
    }

    function test_act_of_a_representative_signed_for_another_version_is_refused() public {
        _refusesFor(Way.Representative, Wrong.Version);
    }

    function test_act_of_a_representative_signed_for_another_subject_is_refused() public {
        _refusesFor(Way.Representative, Wrong.Subject);
    }

    function test_act_of_a_representative_signed_for_another_clause_is_refused() public {
        _refusesFor(Way.Representative, Wrong.Clause);
    }

    function test_act_of_a_representative_signed_of_another_kind_is_refused() public {
        _refusesFor(Way.Representative, Wrong.Kind);
    }

    function test_act_of_a_representative_signed_for_another_party_is_refused() public {
        _refusesFor(Way.Representative, Wrong.Party);
    }

    function test_act_of_a_representative_signed_for_another_account_of_the_owner_is_refused() public {
        _refusesFor(Way.Representative, Wrong.Account);
    }

    function test_act_of_a_representative_signed_for_another_deadline_is_refused() public {
        _refusesFor(Way.Representative, Wrong.Deadline);
    }

    function test_act_of_a_representative_signed_for_another_number_is_refused() public {
        _refusesFor(Way.Representative, Wrong.Number);
    }

    function test_act_of_a_representative_landed_after_its_withdrawal_changes_nothing() public {
        _landsAfterWithdrawal(Way.Representative);
    }

    function test_act_of_a_representative_landed_after_a_rotation_is_refused() public {
        _landsAfterRotation(Way.Representative);
    }

    // ---------------------------------------------------------------- founding signatures and claims

    function test_founding_signature_brought_again_is_refused() public {
        Actor[] memory founders = _pair();
        Terms memory terms = termsOf(founders, Admission.Closed);
        Founding[] memory signatures = all(founders, terms);
        takes(address(ledger), signing(terms, signatures), 2);
        bytes memory expected = abi.encodeWithSelector(IAgreementLedger.AlreadyFounded.selector, idFor(terms));
        refuses(address(ledger), signing(terms, signatures), expected);
        refuses(address(ledger), signing(terms, one(signatures[0])), expected);
        Act memory made = drawn(founders[0].party, ActKind.Signature, 0);
        (made.content, made.seal) = (terms.document, signatures[0].seal);
        refuses(address(ledger), acting(terms, one(made)), kindNotHere(0, uint256(ActKind.Signature)));
    }

    function test_founding_signature_for_another_agreement_is_refused() public {
        Actor[] memory founders = _pair();
        Terms memory terms = termsOf(founders, Admission.Closed);
        Founding[] memory signatures = all(founders, terms);
        terms.admission = Admission.Open;
        bytes32 digest = foundingDigest(founders[0], terms, ActKind.Signature, 0);
        bytes memory expected =
            wrongSigner(0, founders[0].party, founders[0].account, recoverSeal(digest, signatures[0].seal));
        refuses(address(ledger), signing(terms, signatures), expected);
    }

    function test_founding_signature_brought_again_while_others_are_awaited_changes_nothing() public {
        Actor[] memory founders = _pair();
        Terms memory terms = termsOf(founders, Admission.Closed);
        bytes memory call = signing(terms, one(founding(founders[0], terms, 0)));
        takes(address(ledger), call, 1);
        bytes32 word = ledger.word(idFor(terms));
        later();
        takes(address(ledger), call, 0);
        vm.assertEq(ledger.word(idFor(terms)), word, "word");
    }

    function test_claim_brought_again_is_refused() public {
        Claimed memory made = claimed(99, "name:once");
        takes(address(registry), claiming(made), 1);
        bytes memory expected = abi.encodeWithSelector(IPartyRegistry.AlreadyClaimed.selector, claimant(made));
        refuses(address(registry), claiming(made), expected);
    }

    // ---------------------------------------------------------------- a party, of itself

    function test_own_act_brought_again_or_late_is_refused() public {
        Actor memory actor = _signers[0];
        ActKind[5] memory kinds =
            [ActKind.FurtherClaim, ActKind.FullPowers, ActKind.Revocation, ActKind.Cancellation, ActKind.Rotation];
        for (uint64 i = 0; i < 5; ++i) {
            bytes memory held = owning(actor, ownAct(actor.party, kinds[i], 10 * i + 1));
            bytes memory call = owning(actor, ownAct(actor.party, kinds[i], 10 * i + 5));
            takes(address(registry), call, 1);
            refuses(address(registry), call, numberPassed(actor.party, 10 * i + 5, 10 * i + 5));
            refuses(address(registry), held, numberPassed(actor.party, 10 * i + 1, 10 * i + 5));
        }
    }

    function test_way_back_to_a_former_account_is_refused() public {
        Actor memory a = _signers[0];
        Actor memory b = Actor(80, vm.addr(80), a.party, a.ordinal);
        bytes memory held = owning(a, ownAct(a.party, ActKind.FurtherClaim, 9));
        takes(address(registry), rotating(a, b, 1), 1);
        bytes memory expected = abi.encodeWithSelector(IPartyRegistry.FormerAccount.selector, a.party, a.account);
        refuses(address(registry), rotating(b, a, 2), expected);
        refuses(address(registry), held, notEmpowered(0, a.party, a.account, ActKind.FurtherClaim));
    }

    function test_grant_landed_after_its_revocation_is_refused() public {
        Actor memory actor = _signers[0];
        bytes memory grant = empowering(actor, Grant(vm.addr(9), 0, EVERY_KIND, type(uint64).max), 1);
        takes(address(registry), revoking(actor, vm.addr(9), 0, 2), 1);
        refuses(address(registry), grant, numberPassed(actor.party, 1, 2));
        vm.assertTrue(!registry.isEmpowered(actor.party, vm.addr(9), NORM, ActKind.Endorsement), "no powers");
    }

    function test_representatives_act_landed_after_the_revocation_is_refused() public {
        Actor memory envoy = _signers[3];
        (Stance memory made, Signer[] memory signers) = _stance(Way.Representative, ActKind.Endorsement, 1);
        Actor memory principal = Actor(14, vm.addr(14), envoy.party, envoy.ordinal);
        takes(address(registry), revoking(principal, envoy.account, 0, 2), 1);
        refuses(
            address(norms),
            stances(NORM, one(made), signers),
            notEmpowered(0, envoy.party, envoy.account, ActKind.Endorsement)
        );
    }

    function test_representatives_act_landed_after_the_powers_end_is_refused() public {
        Actor memory envoy = _signers[3];
        (Stance memory made, Signer[] memory signers) = _stance(Way.Representative, ActKind.Endorsement, 1);
        Actor memory principal = Actor(14, vm.addr(14), envoy.party, envoy.ordinal);
        Grant memory grant = Grant(envoy.account, 0, EVERY_KIND, uint64(block.timestamp));
        takes(address(registry), empowering(principal, grant, 2), 1);
        later();
        refuses(
            address(norms),
            stances(NORM, one(made), signers),
            notEmpowered(0, envoy.party, envoy.account, ActKind.Endorsement)
        );
    }

    // ---------------------------------------------------------------- on norms

    function test_act_with_a_cancelled_number_is_refused() public {
        for (uint256 way = 0; way < 4; ++way) {
            Actor memory actor = _signers[way];
            (Stance memory held, Signer[] memory signers) = _stance(Way(way), ActKind.Endorsement, 1);
            (Stance memory made, Signer[] memory others) = _stance(Way(way), ActKind.Cancellation, 1);
            takes(address(norms), stances(NORM, one(made), others), 1);
            refuses(address(norms), stances(NORM, one(held), signers), numberUsed(0, actor.party, 1));
            (made, others) = _stance(Way(way), ActKind.Cancellation, 1);
            refuses(address(norms), stances(NORM, one(made), others), numberUsed(0, actor.party, 1));
        }
    }

    function test_publication_brought_again_is_refused() public {
        Stance memory made = stance(_signers[0], "new", ActKind.Publication, 1);
        takes(address(norms), publishing("new", made), 1);
        bytes memory expected = abi.encodeWithSelector(INormRegistry.AlreadyPublished.selector, bytes32("new"));
        refuses(address(norms), publishing("new", made), expected);
        refuses(address(norms), stances("new", one(made)), kindNotHere(0, uint256(ActKind.Publication)));
    }

    function test_stance_brought_again_by_the_other_entry_is_refused() public {
        for (uint256 way = 0; way < 4; ++way) {
            Actor memory actor = _signers[way];
            (Stance memory made, Signer[] memory signers) = _stance(Way(way), ActKind.Endorsement, 1);
            takes(address(norms), stances(NORM, one(made), signers), 1);
            made.partyOrNorm = NORM;
            refuses(address(norms), many(actor.party, one(made), signers), numberUsed(0, actor.party, 1));
        }
    }

    // ---------------------------------------------------------------- arrangements

    function _pair() private view returns (Actor[] memory founders) {
        founders = new Actor[](2);
        (founders[0], founders[1]) = (_signers[0], _siblings[0]);
        sort(founders);
    }

    function _other() private view returns (Terms memory terms) {
        terms = _terms;
        terms.document = keccak256("another");
    }

    function _empower(Actor memory principal) private {
        takes(address(registry), empowering(principal, Grant(vm.addr(15), 0, EVERY_KIND, type(uint64).max), 1), 1);
    }

    /// @dev What is brought: a reservation of one clause.
    function _right(Actor memory actor) private view returns (Act memory made) {
        made = drawn(actor.party, ActKind.Reservation, 0);
        made.stamp = stamp(ActKind.Reservation, 5, _deadline);
        (made.clause, made.refersTo, made.content) = ("clause", "reference", "text");
    }

    /// @dev What was signed: the same but for one thing.
    function _signedInstead(uint256 way, Wrong wrong) private view returns (bytes32) {
        Actor memory actor = _signers[way];
        Act memory made = _right(actor);
        bytes32 subject = idFor(_terms);
        bytes32 domain = separator("1", block.chainid, address(ledger));
        if (wrong == Wrong.Chain) domain = separator("1", block.chainid + 1, address(ledger));
        else if (wrong == Wrong.Contract) domain = separator("1", block.chainid, address(norms));
        else if (wrong == Wrong.Version) domain = separator("2", block.chainid, address(ledger));
        else if (wrong == Wrong.Subject) subject = idFor(_other());
        else if (wrong == Wrong.Clause) made.clause = "another";
        else if (wrong == Wrong.Kind) made.stamp = stamp(ActKind.Declaration, 5, _deadline);
        else if (wrong == Wrong.Party) made.party = _siblings[way].party;
        else if (wrong == Wrong.Account) actor.account = _accounts[way];
        else if (wrong == Wrong.Deadline) made.stamp = stamp(ActKind.Reservation, 5, _deadline - 1);
        else made.stamp = stamp(ActKind.Reservation, 4, _deadline);
        return digestUnder(domain, actHash(subject, made, actor.account));
    }

    function _refusesFor(Way way, Wrong wrong) private {
        Actor memory actor = _signers[uint256(way)];
        Act memory made = _right(actor);
        bytes32 truth = digestAt(address(ledger), actHash(idFor(_terms), made, actor.account));
        bytes32 instead = _signedInstead(uint256(way), wrong);
        vm.assertTrue(truth != instead, "the case is none");
        address recovered = recover(truth, signature(actor.key, instead));
        if (way == Way.PlainKey || way == Way.Delegated) {
            bytes memory expected = wrongSigner(0, actor.party, actor.account, recovered);
            made.seal = seal(actor.key, instead);
            refuses(address(ledger), acting(_terms, one(made)), expected);
        }
        made.seal = beside(0);
        Signer[] memory signers = one(Signer(actor.account, signature(actor.key, instead)));
        refuses(
            address(ledger),
            acting(_terms, one(made), signers),
            actor.account.code.length == 0
                ? wrongSigner(0, actor.party, actor.account, recovered)
                : walletRefused(0, actor.party, actor.account)
        );
        signers = one(by(actor, truth));
        takes(address(ledger), acting(_terms, one(made), signers), 1);
        refuses(address(ledger), acting(_terms, one(made), signers), numberUsed(0, actor.party, 5));
    }

    function _stance(Way way, ActKind kind, uint64 number)
        private
        view
        returns (Stance memory made, Signer[] memory signers)
    {
        Actor memory actor = _signers[uint256(way)];
        if (way == Way.PlainKey || way == Way.Delegated) return (stance(actor, NORM, kind, number), none());
        made = Stance(PartyId.unwrap(actor.party), stamp(kind, number, 0), 0, beside(0));
        signers = one(by(actor, stanceDigest(NORM, made, actor)));
    }

    function _landsAfterWithdrawal(Way way) private {
        PartyId party = _signers[uint256(way)].party;
        (Stance memory held, Signer[] memory signers) = _stance(way, ActKind.Endorsement, 1);
        (Stance memory made, Signer[] memory others) = _stance(way, ActKind.Withdrawal, 2);
        takes(address(norms), stances(NORM, one(made), others), 1);
        _checkFold(party, ActKind.Withdrawal, 2);
        later();
        takes(address(norms), stances(NORM, one(held), signers), 1);
        _checkFold(party, ActKind.Withdrawal, 2);
        refuses(address(norms), stances(NORM, one(held), signers), numberUsed(0, party, 1));
        refuses(address(norms), stances(NORM, one(made), others), numberUsed(0, party, 2));
    }

    function _checkFold(PartyId party, ActKind kind, uint64 number) private view {
        (uint64 highest, ActKind standing) = stranger.standing(address(norms), NORM, party);
        vm.assertEq(highest, number, "the highest number");
        vm.assertTrue(standing == kind, "what stands");
    }

    function _landsAfterRotation(Way way) private {
        Actor memory actor = _signers[uint256(way)];
        (Stance memory made, Signer[] memory signers) = _stance(way, ActKind.Endorsement, 1);
        Actor memory principal = way == Way.Representative ? Actor(14, vm.addr(14), actor.party, 0) : actor;
        Actor memory next = Actor(80, vm.addr(80), actor.party, actor.ordinal);
        takes(address(registry), rotating(principal, next, 2), 1);
        if (signers.length == 0) {
            address recovered = recoverSeal(stanceDigest(NORM, made, next), made.seal);
            bytes memory expected = wrongSigner(0, actor.party, next.account, recovered);
            refuses(address(norms), stances(NORM, one(made)), expected);
            signers = one(by(actor, stanceDigest(NORM, made, actor)));
            made.seal = beside(0);
        }
        bytes memory refusal = notEmpowered(0, actor.party, actor.account, ActKind.Endorsement);
        refuses(address(norms), stances(NORM, one(made), signers), refusal);
        takes(address(norms), stances(NORM, one(stance(next, NORM, ActKind.Endorsement, 1))), 1);
    }
}
