// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Admission, NormId, PartyId, Seal, Signer, Stance} from "../../contracts/ConsentTypes.sol";
import {Founding, Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {IConsent} from "../../contracts/interfaces/IConsent.sol";
import {Actor, Fixture} from "./Fixture.sol";
import {
    FickleWallet,
    HungryWallet,
    Malice,
    MaliciousWallet,
    NestingWallet,
    ReentrantWallet,
    Wallet
} from "./Wallets.sol";
import {Grant} from "./Written.sol";

/// @notice Accounts that are no plain keys: the cases of Wallets.tree, in its order.
contract WalletsTest is Fixture {
    bytes32 private constant NORM = keccak256("norm");
    string private constant CONTENTS = "Contents(bytes32 what)";
    Actor private _plain;

    function setUp() public override {
        super.setUp();
        _plain = person(1);
        norms.publish(NormId.wrap(NORM), stance(_plain, NORM, ActKind.Publication, 1), none());
        later();
    }

    // ---------------------------------------------------------------- everything, by a wallet

    function test_wallet_of_a_key_does_everything() public {
        _doEverything(address(new Wallet(vm.addr(5))), 0);
    }

    function test_wallet_of_a_wallet_does_everything() public {
        _doEverything(address(new Wallet(address(new Wallet(vm.addr(5))))), 0);
    }

    function test_wallet_with_longer_signatures_does_everything() public {
        _doEverything(address(new NestingWallet(vm.addr(5))), 1);
    }

    function test_wallet_that_needs_most_of_its_allowance_does_everything() public {
        _doEverything(address(new HungryWallet(vm.addr(5), 470_000)), 0);
    }

    // ---------------------------------------------------------------- EIP-7702

    function test_delegated_account_seals_as_a_plain_key() public {
        Actor memory actor = _delegated();
        takes(address(norms), stances(NORM, one(stance(actor, NORM, ActKind.Endorsement, 1))), 1);
        takes(address(registry), cancelling(actor, 1), 1);
        vm.assertEq(stranger.onTrust(), 0, "all proven");
    }

    function test_delegated_account_signs_beside_as_a_plain_key() public {
        Actor memory actor = _delegated();
        Stance memory made = stance(actor, NORM, ActKind.Endorsement, 1);
        Seal memory short = made.seal;
        made.seal = beside(0);
        Signer[] memory signers = one(Signer(actor.account, bytes.concat(short.r, short.vs)));
        takes(address(norms), stances(NORM, one(made), signers), 1);
        made.stamp = stamp(ActKind.Endorsement, 2, 0);
        signers = one(by(actor, stanceDigest(NORM, made, actor)));
        takes(address(norms), stances(NORM, one(made), signers), 1);
        vm.assertEq(stranger.onTrust(), 0, "all proven");
    }

    // ---------------------------------------------------------------- refused

    function test_signature_that_is_not_the_owners_is_refused() public {
        Actor memory actor = personAt(5, address(new Wallet(vm.addr(5))));
        (Stance memory made, Signer memory signer) = _stanceBeside(actor, 1);
        bytes memory good = signer.signature;
        for (uint256 flaw = 0; flaw <= FLAWS; ++flaw) {
            signer.signature = flaw < FLAWS ? spoil(good, flaw) : signature(6, stanceDigest(NORM, made, actor));
            _refusesStance(made, signer, walletRefused(0, actor.party, actor.account));
        }
    }

    function test_signature_for_another_wallet_of_the_owner_is_refused() public {
        Actor memory first = personAt(5, address(new Wallet(vm.addr(5))));
        Actor memory second = personAt(5, address(new Wallet(vm.addr(5))));
        (, Signer memory signer) = _stanceBeside(first, 1);
        (Stance memory made,) = _stanceBeside(second, 1);
        signer.account = second.account;
        _refusesStance(made, signer, walletRefused(0, second.party, second.account));
    }

    function test_seal_of_a_wallets_owner_is_refused() public {
        Actor memory actor = personAt(5, address(new Wallet(vm.addr(5))));
        Stance memory made = stance(actor, NORM, ActKind.Endorsement, 1);
        refuses(address(norms), stances(NORM, one(made)), wrongSigner(0, actor.party, actor.account, vm.addr(5)));
    }

    function test_wallet_without_code_is_refused() public {
        Claimed memory made = claimed(5, "name:nobody");
        made.signer.account = address(0xdead);
        signClaim(5, made);
        refuses(address(registry), claiming(made), wrongSigner(0, claimant(made), address(0xdead), vm.addr(5)));
        Actor memory actor = personAt(5, address(new Wallet(vm.addr(5))));
        (Stance memory given, Signer memory signer) = _stanceBeside(actor, 1);
        agree(1);
        vm.etch(actor.account, ""); // as a self-destruction leaves it
        _refusesStance(given, signer, wrongSigner(0, actor.party, actor.account, vm.addr(5)));
        signer.signature = "short";
        _refusesStance(given, signer, wrongSigner(0, actor.party, actor.account, address(0)));
    }

    function test_signature_longer_than_a_wallet_is_asked_about_is_refused() public {
        Actor memory actor = _claimAs(address(new NestingWallet(vm.addr(5))), 1);
        (Stance memory made,) = _stanceBeside(actor, 1);
        Signer memory signer = Signer(actor.account, new bytes(8193));
        _refusesStance(
            made, signer, abi.encodeWithSelector(IConsent.SignatureTooLong.selector, 0, actor.party, 8193, 8192)
        );
        bytes memory contentsType = bytes.concat("Contents(bytes32 ", new bytes(8192 - 131 - 17));
        signer.signature = _nested(actor, stanceHash(NORM, made.stamp, 0, actor.party, actor.account), contentsType);
        vm.assertEq(signer.signature.length, 8192, "the longest");
        takes(address(norms), stances(NORM, one(made), one(signer)), 1);
    }

    function test_wallet_may_change_its_mind_for_later_acts_alone() public {
        FickleWallet wallet = new FickleWallet(vm.addr(5));
        Actor memory actor = personAt(5, address(wallet));
        (Stance memory made, Signer memory signer) = _stanceBeside(actor, 1);
        takes(address(norms), stances(NORM, one(made), one(signer)), 1);
        bytes32 word = norms.word(NORM);
        (Stance memory next, Signer memory nextSigner) = _stanceBeside(actor, 2);
        wallet.change(false);
        _refusesStance(next, nextSigner, walletRefused(0, actor.party, actor.account));
        vm.assertEq(norms.word(NORM), word, "what was recorded stays");
        wallet.change(true);
        takes(address(norms), stances(NORM, one(next), one(nextSigner)), 1);
    }

    function test_malicious_wallet_is_refused_in_every_entry() public {
        for (uint256 malice = 0; malice <= uint256(type(Malice).max); ++malice) {
            address wallet = address(new MaliciousWallet(Malice(malice)));
            Claimed memory made = claimed(5, "name:malicious");
            made.signer.account = wallet;
            refuses(address(registry), claiming(made), walletRefused(0, claimant(made), wallet));
            _refusesAsRepresentative(person(40 + malice), wallet);
        }
    }

    function test_our_own_contracts_and_precompiled_ones_are_no_wallets() public {
        address[3] memory own = [address(registry), address(ledger), address(norms)];
        for (uint256 i = 0; i < 3; ++i) {
            Claimed memory made = claimed(5, "name:contract");
            made.signer.account = own[i];
            refuses(address(registry), claiming(made), walletRefused(0, claimant(made), own[i]));
        }
        for (uint160 i = 1; i < 10; ++i) {
            Claimed memory made = claimed(5, "name:precompiled");
            made.signer = Signer(address(i), "");
            refuses(address(registry), claiming(made), wrongSigner(0, claimant(made), address(i), address(0)));
        }
    }

    // ---------------------------------------------------------------- harm

    function test_malicious_wallets_harm_only_their_own_acts() public {
        for (uint256 malice = 0; malice <= uint256(type(Malice).max); ++malice) {
            uint256 before = vm.snapshotState();
            Malice[] memory kinds = new Malice[](1);
            kinds[0] = Malice(malice);
            _carryAmong(kinds);
            vm.revertToStateAndDelete(before);
        }
    }

    function test_malicious_wallets_of_every_kind_at_once_harm_only_their_own_acts() public {
        Malice[] memory kinds = new Malice[](uint256(type(Malice).max) + 1);
        for (uint256 i = 0; i < kinds.length; ++i) {
            kinds[i] = Malice(i);
        }
        _carryAmong(kinds);
    }

    function test_reentrant_wallet_enters_nothing() public {
        ReentrantWallet wallet = new ReentrantWallet(vm.addr(5));
        Actor memory actor = personAt(5, address(wallet));
        bytes[4] memory calls;
        calls[0] = stances(NORM, one(stance(_plain, NORM, ActKind.Endorsement, 9)));
        calls[1] = carrying(one(calls[0]), true);
        calls[2] = many(_plain.party, new Stance[](0));
        calls[3] = cancelling(_plain, 9);
        for (uint64 i = 0; i < 4; ++i) {
            wallet.aim(i < 3 ? address(norms) : address(registry), calls[i]);
            (Stance memory made, Signer memory signer) = _stanceBeside(actor, i + 1);
            takes(address(norms), stances(NORM, one(made), one(signer)), 1);
            vm.assertTrue(!norms.isUsed(NORM, 9, _plain.ordinal), "not entered");
            vm.assertEq(registry.holder(_plain.party).last(), 0, "nor by the registry");
        }
    }

    // ---------------------------------------------------------------- gas

    /// @dev Every amount of gas from too little to plenty: the whole reverts and says so, or the act stands. Never is the
    /// wallet's act left out because it had less than its allowance.
    function test_relayer_cannot_starve_a_wallet() public {
        Actor memory actor = personAt(5, address(new HungryWallet(vm.addr(5), 470_000)));
        agree(1);
        (Stance memory made, Signer memory signer) = _stanceBeside(actor, 1);
        bytes[] memory calls = new bytes[](3);
        calls[0] = stances(NORM, one(stance(_plain, NORM, ActKind.Endorsement, 2)));
        calls[1] = stances(NORM, one(made), one(signer));
        calls[2] = stances(NORM, one(stance(_plain, NORM, ActKind.Endorsement, 3)));
        (uint256 stood, uint256 reverted) = _sweep(carrying(calls, true), 40_000, 1_400_000, 997, actor);
        vm.assertTrue(stood > 100 && reverted > 500, "the sweep crosses the border");
        (stood, reverted) = _sweep(carrying(calls, false), 40_000, 1_400_000, 9_973, actor);
        vm.assertTrue(stood > 10 && reverted > 50, "the strict sweep crosses the border");
    }

    function test_too_little_gas_is_told() public {
        Actor memory actor = personAt(5, address(new Wallet(vm.addr(5))));
        agree(1);
        (Stance memory made, Signer memory signer) = _stanceBeside(actor, 1);
        bytes memory call = stances(NORM, one(made), one(signer));
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory answer) = address(norms).call{gas: 600_000}(call);
        vm.assertTrue(!done, "should have been refused");
        vm.assertEq(bytes32(bytes4(answer)), bytes32(IConsent.TooLittleGas.selector), "the refusal");
        (uint256 index, uint256 left, uint256 needed) =
            abi.decode(stranger.argumentsOf(answer), (uint256, uint256, uint256));
        vm.assertEq(index, 0, "index");
        vm.assertTrue(left < needed, "less than needed");
        vm.assertEq(needed, 600_000, "needed");
        vm.getRecordedLogs();
        takes(address(norms), call, 1);
    }

    // ---------------------------------------------------------------- rotation

    function test_party_rotates_from_key_to_wallet_and_on_to_a_key() public {
        Actor memory first = person(20);
        Actor memory second = Actor(21, address(new Wallet(vm.addr(21))), first.party, first.ordinal);
        Actor memory third = Actor(22, vm.addr(22), first.party, first.ordinal);
        takes(address(registry), rotating(first, second, 1), 1);
        vm.assertEq(stranger.onTrust(), 1, "the wallet's consent");
        Own memory own = ownAct(first.party, ActKind.Rotation, 2);
        own.next = address(new MaliciousWallet(Malice.ReturnsNothing));
        bytes memory call = owning(own, by(second, ownDigest(own, second.account)), "");
        refuses(address(registry), call, walletRefused(0, first.party, own.next));
        takes(address(registry), rotating(second, third, 2), 1);
        vm.assertEq(stranger.onTrust(), 2, "the wallet's signature");
    }

    // ---------------------------------------------------------------- arrangements

    /// @dev A designator for code, as EIP-7702 leaves it; nothing answers at it here, on Shanghai.
    function _delegated() private returns (Actor memory actor) {
        actor = person(30);
        agree(1);
        vm.etch(actor.account, bytes.concat(hex"ef0100", bytes20(address(new Wallet(vm.addr(5))))));
        vm.assertEq(actor.account.code.length, 23, "code");
    }

    /// @dev An account's signature in the way of its wallet: plain, or nested as ERC-7739 has it.
    function _give(Actor memory actor, address where, bytes32 hash, uint256 way) private view returns (Signer memory) {
        if (way == 0) return by(actor, digestAt(where, hash));
        return Signer(actor.account, _nestedAt(actor, where, hash, bytes(CONTENTS)));
    }

    function _nested(Actor memory actor, bytes32 hash, bytes memory contentsType) private view returns (bytes memory) {
        return _nestedAt(actor, address(norms), hash, contentsType);
    }

    function _nestedAt(Actor memory actor, address where, bytes32 hash, bytes memory contentsType)
        private
        view
        returns (bytes memory)
    {
        bytes32 domain = separator("1", block.chainid, where);
        bytes32 shown = digestUnder(domain, NestingWallet(actor.account).nested(hash, string(contentsType)));
        return
            bytes.concat(signature(actor.key, shown), domain, hash, contentsType, bytes2(uint16(contentsType.length)));
    }

    function _stanceBeside(Actor memory actor, uint64 number)
        private
        view
        returns (Stance memory made, Signer memory signer)
    {
        made = Stance(PartyId.unwrap(actor.party), stamp(ActKind.Endorsement, number, 0), 0, beside(0));
        signer = by(actor, stanceDigest(NORM, made, actor));
    }

    function _refusesStance(Stance memory made, Signer memory signer, bytes memory expected) private {
        refuses(address(norms), stances(NORM, one(made), one(signer)), expected);
    }

    /// @dev Every entry, by a wallet that has its party's powers and won't sign.
    function _refusesAsRepresentative(Actor memory actor, address wallet) private {
        Actor[] memory pair = new Actor[](2);
        (pair[0], pair[1]) = (actor, _plain);
        sort(pair);
        Terms memory terms = termsOf(pair, Admission.Open);
        terms.document = bytes32(uint256(uint160(wallet)));
        takes(address(registry), empowering(actor, Grant(wallet, 0, EVERY_KIND, type(uint64).max), 1), 1);
        bytes memory expected = walletRefused(0, actor.party, wallet);
        Signer[] memory signers = one(Signer(wallet, "anything"));
        Founding[] memory signatures = one(founding(_plain, terms, pair[0].key == 1 ? 0 : 1));
        takes(address(ledger), signing(terms, signatures), 1);
        signatures[0] = Founding(stamp(ActKind.Signature, pair[0].key == 1 ? 1 : 0, 0), beside(0));
        refuses(address(ledger), signing(terms, signatures, signers), expected);
        Act memory made = drawn(actor.party, ActKind.Declaration, 1);
        made.seal = beside(0);
        refuses(address(ledger), acting(terms, one(made), signers), expected);
        refuses(address(ledger), remarking(idFor(terms), one(made), signers), expected);
        made.stamp = stamp(ActKind.Recognition, 1, 0);
        refuses(address(registry), stating(actor.party, one(made), signers), expected);
        Stance memory given = Stance(PartyId.unwrap(actor.party), stamp(ActKind.Endorsement, 1, 0), 0, beside(0));
        refuses(address(norms), stances(NORM, one(given), signers), expected);
        given.partyOrNorm = NORM;
        refuses(address(norms), many(actor.party, one(given), signers), expected);
        given = Stance(PartyId.unwrap(actor.party), stamp(ActKind.Publication, 1, 0), 0, beside(0));
        refuses(address(norms), publishing("new", given, signers), expected);
        ActKind[5] memory own =
            [ActKind.FurtherClaim, ActKind.Rotation, ActKind.FullPowers, ActKind.Revocation, ActKind.Cancellation];
        for (uint256 i = 0; i < 5; ++i) {
            refuses(address(registry), owning(ownAct(actor.party, own[i], 2), signers[0], ""), expected);
        }
    }

    /// @dev Carries claims of malicious wallets between three endorsements of a plain key; these stand.
    function _carryAmong(Malice[] memory kinds) private {
        bytes[] memory calls = new bytes[](kinds.length + 2);
        calls[0] = cancelling(_plain, 1);
        for (uint256 i = 0; i < kinds.length; ++i) {
            Claimed memory made = claimed(5, "name:malicious");
            made.signer.account = address(new MaliciousWallet(kinds[i]));
            calls[i + 1] = claiming(made);
        }
        calls[kinds.length + 1] = cancelling(_plain, 2);
        uint256 before = stranger.leftOut();
        takes(address(registry), carrying(calls, true), 2);
        vm.assertEq(stranger.leftOut() - before, kinds.length, "left out");
        vm.assertEq(registry.holder(_plain.party).last(), 2, "the others stand");
    }

    function _sweep(bytes memory call, uint256 from, uint256 to, uint256 step, Actor memory actor)
        private
        returns (uint256 stood, uint256 reverted)
    {
        for (uint256 given = from; given < to; given += step) {
            uint256 before = vm.snapshotState();
            // solhint-disable-next-line avoid-low-level-calls
            (bool done, bytes memory answer) = address(norms).call{gas: given}(call);
            if (done) {
                ++stood;
                vm.assertTrue(norms.isUsed(NORM, 1, actor.ordinal), "the wallet's act stands");
                vm.assertTrue(norms.isUsed(NORM, 3, _plain.ordinal), "and the others");
            } else {
                ++reverted;
                vm.assertTrue(
                    answer.length == 0 || bytes4(answer) == IConsent.TooLittleGas.selector, "for want of gas alone"
                );
                vm.assertTrue(stood == 0, "more gas never harms");
            }
            vm.revertToStateAndDelete(before);
            vm.getRecordedLogs();
        }
    }

    /// @dev All that a party can do, signed by an account in its own way.
    function _doEverything(address account, uint256 way) private {
        Actor memory actor = _claimAs(account, way);
        Act memory made = drawn(actor.party, ActKind.Recognition, 1);
        made.seal = beside(0);
        bytes32 hash = actHash(listFor(actor.party), made, account);
        takes(address(registry), stating(actor.party, one(made), one(_give(actor, address(registry), hash, way))), 1);
        Stance memory given = Stance(PartyId.unwrap(actor.party), stamp(ActKind.Publication, 1, 0), 0, beside(0));
        hash = stanceHash("mine", given.stamp, 0, actor.party, account);
        takes(address(norms), publishing("mine", given, one(_give(actor, address(norms), hash, way))), 1);
        given.stamp = stamp(ActKind.Endorsement, 1, 0);
        hash = stanceHash(NORM, given.stamp, 0, actor.party, account);
        takes(address(norms), stances(NORM, one(given), one(_give(actor, address(norms), hash, way))), 1);
        given = Stance(NORM, stamp(ActKind.Opposition, 2, 0), 0, beside(0));
        hash = stanceHash(NORM, given.stamp, 0, actor.party, account);
        takes(address(norms), many(actor.party, one(given), one(_give(actor, address(norms), hash, way))), 1);
        _agreeAs(actor, way);
        _ownAs(actor, way);
        vm.assertEq(stranger.onTrust(), 13, "taken on trust");
    }

    function _claimAs(address account, uint256 way) private returns (Actor memory actor) {
        Claimed memory made = claimed(5, "name:wallet");
        made.signer.account = account;
        actor = Actor(5, account, claimant(made), 2);
        bytes32 hash = claimHash(made.identifier, made.kind, made.profile, account, 0);
        made.signer = _give(actor, address(registry), hash, way);
        takes(address(registry), claiming(made), 1);
    }

    function _agreeAs(Actor memory actor, uint256 way) private {
        Actor[] memory pair = new Actor[](2);
        (pair[0], pair[1]) = (actor, _plain);
        sort(pair);
        Terms memory terms = termsOf(pair, Admission.Closed);
        Founding[] memory signatures = all(pair, terms);
        signatures[pair[0].key == 5 ? 0 : 1].seal = beside(0);
        bytes32 hash = foundingHash(ActKind.Signature, idFor(terms), terms.document, actor.party, actor.account, 0);
        Signer[] memory signers = one(_give(actor, address(ledger), hash, way));
        takes(address(ledger), signing(terms, signatures, signers), 2);
        _actAs(actor, terms, way);
    }

    function _actAs(Actor memory actor, Terms memory terms, uint256 way) private {
        Act memory made = drawn(actor.party, ActKind.Reservation, 1);
        made.seal = beside(0);
        bytes32 hash = actHash(idFor(terms), made, actor.account);
        takes(address(ledger), acting(terms, one(made), one(_give(actor, address(ledger), hash, way))), 1);
        made.stamp = stamp(ActKind.Endorsement, 1, 0);
        hash = actHash(stancesFor(idFor(terms)), made, actor.account);
        takes(address(ledger), remarking(idFor(terms), one(made), one(_give(actor, address(ledger), hash, way))), 1);
    }

    function _ownAs(Actor memory actor, uint256 way) private {
        ActKind[5] memory own =
            [ActKind.FurtherClaim, ActKind.FullPowers, ActKind.Revocation, ActKind.Cancellation, ActKind.Rotation];
        for (uint256 i = 0; i < 5; ++i) {
            Own memory act = ownAct(actor.party, own[i], uint64(i + 1));
            bytes32 hash = ownHash(act, actor.account);
            Signer memory signer = _give(actor, address(registry), hash, way);
            bytes memory consent = signature(act.nextKey, digestAt(address(registry), hash));
            takes(address(registry), owning(act, signer, consent), 1);
        }
    }
}
