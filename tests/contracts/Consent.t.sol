// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, Admission, NormId, PartyId, Stance} from "../../contracts/ConsentTypes.sol";
import {Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {IConsent} from "../../contracts/interfaces/IConsent.sol";
import {INormRegistry} from "../../contracts/interfaces/INormRegistry.sol";
import {IPartyRegistry} from "../../contracts/interfaces/IPartyRegistry.sol";
import {Actor, Fixture} from "./Fixture.sol";
import {Malice, MaliciousWallet, Wallet} from "./Wallets.sol";
import {Grant} from "./Written.sol";

/// @notice What all three contracts have in common: the cases of Consent.tree, in its order.
contract ConsentTest is Fixture {
    bytes32 private constant NORM = keccak256("norm");
    Actor[] private _people;

    function setUp() public override {
        super.setUp();
        Actor[] memory actors = people(4, 1);
        for (uint256 i = 0; i < 4; ++i) {
            _people.push(actors[i]);
        }
        norms.publish(_norm(), stance(actors[0], NORM, ActKind.Publication, 1), none());
        later();
    }

    // ---------------------------------------------------------------- carry, refused

    function test_carrying_nothing_is_refused() public {
        refuses(address(registry), carrying(new bytes[](0), true), empty());
        refuses(address(ledger), carrying(new bytes[](0), false), empty());
        refuses(address(norms), carrying(new bytes[](0), true), empty());
    }

    function test_strict_carrying_names_the_call_that_was_refused_and_records_none() public {
        bytes memory bad = _endorsing(1, 1, 1);
        bytes memory reason = numberUsed(0, _people[1].party, 1);
        refuses(address(norms), carrying(two(bad, bad), false), callRefused(1, reason));
        vm.assertTrue(!norms.isUsed(NORM, 1, _people[1].ordinal), "number kept");
        takes(address(norms), bad, 1);
        refuses(address(norms), carrying(two(bad, _endorsing(2, 1, 1)), false), callRefused(0, reason));
    }

    /// @dev No contract of ours reverts without a reason but where a call is malformed or had too little gas; of these the
    /// second must never be left out, so neither is.
    function test_call_without_reason_is_never_left_out() public {
        bytes[3] memory malformed = [bytes(""), hex"12345678", abi.encodeWithSelector(INormRegistry.publish.selector)];
        for (uint256 i = 0; i < 6; ++i) {
            bytes memory call = carrying(two(_endorsing(1, 1, 1), malformed[i % 3]), i < 3);
            stranger.read();
            // solhint-disable-next-line avoid-low-level-calls
            (bool done, bytes memory answer) = address(norms).call(call);
            vm.assertTrue(!done, "should have been refused");
            (uint256 index, uint256 needed) = _tooLittle(answer);
            vm.assertEq(index, 1, "place");
            vm.assertEq(needed, 600_000, "needed");
            vm.getRecordedLogs();
            agree(0);
        }
    }

    function test_call_that_ran_out_of_gas_is_never_left_out() public {
        Stance[] memory list = new Stance[](40);
        for (uint256 i = 0; i < 40; ++i) {
            list[i] = stance(_people[1], NORM, ActKind.Endorsement, uint64(1 + i));
        }
        bytes memory call = carrying(two(_endorsing(2, 1, 1), stances(NORM, list)), true);
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory answer) = address(norms).call{gas: 500_000}(call);
        vm.assertTrue(!done, "should have been refused");
        (uint256 index,) = _tooLittle(answer);
        vm.assertEq(index, 1, "place");
        vm.getRecordedLogs();
        takes(address(norms), call, 41);
    }

    function test_reason_of_a_carried_carrying_is_handed_on() public {
        bytes memory good = _endorsing(1, 1, 1);
        takes(address(norms), good, 1);
        bytes memory inner = carrying(one(good), false);
        bytes memory reason = callRefused(0, numberUsed(0, _people[1].party, 1));
        refuses(address(norms), carrying(one(inner), false), callRefused(0, reason));
        takes(address(norms), carrying(two(inner, _endorsing(2, 1, 1)), true), 1);
        vm.assertEq(stranger.leftOut(), 1, "left out");
        vm.assertEq(stranger.lastReason(), reason, "the reason");
    }

    // ---------------------------------------------------------------- carry, recorded

    function test_carried_calls_are_recorded_as_if_made_one_by_one() public {
        bytes[] memory calls = new bytes[](6);
        for (uint256 i = 0; i < 6; ++i) {
            calls[i] = _endorsing(i % 3 + 1, uint64(i / 3 + 1), 1);
        }
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < 6; ++i) {
            takes(address(norms), calls[i], 1);
        }
        bytes32 word = norms.word(NORM);
        vm.revertToStateAndDelete(before);
        vm.prank(address(0xbad));
        takes(address(norms), carrying(calls, false), 6);
        vm.assertEq(norms.word(NORM), word, "word");
    }

    function test_refused_calls_are_left_out_and_told() public {
        bytes[] memory calls = new bytes[](5);
        calls[0] = _endorsing(1, 1, 1);
        calls[1] = calls[0];
        calls[2] = _endorsing(2, 1, 1);
        calls[3] = stances(keccak256("unpublished"), one(stance(_people[1], "unpublished", ActKind.Endorsement, 1)));
        calls[4] = _endorsing(3, 1, 1);
        takes(address(norms), carrying(calls, true), 3);
        vm.assertEq(stranger.leftOut(), 2, "left out");
        vm.assertEq(
            stranger.lastReason(),
            abi.encodeWithSelector(INormRegistry.NotPublished.selector, 0, keccak256("unpublished")),
            "the last reason"
        );
    }

    function test_calls_all_refused_change_nothing() public {
        bytes memory call = _endorsing(1, 1, 1);
        takes(address(norms), call, 1);
        bytes32 word = norms.word(NORM);
        takes(address(norms), carrying(two(call, call), true), 0);
        vm.assertEq(norms.word(NORM), word, "word");
        vm.assertEq(stranger.leftOut(), 2, "left out");
    }

    function test_carried_calls_see_what_earlier_ones_did() public {
        Claimed memory made = claimed(77, "name:new");
        Actor memory actor = Actor(77, vm.addr(77), claimant(made), 5);
        Actor memory next = Actor(78, vm.addr(78), actor.party, 5);
        bytes[] memory calls = new bytes[](7);
        calls[0] = claiming(made);
        calls[1] = empowering(actor, Grant(vm.addr(9), 0, bit(ActKind.Cancellation), type(uint64).max), 1);
        calls[2] = cancelling(Actor(9, vm.addr(9), actor.party, 5), 2);
        calls[3] = rotating(actor, next, 3);
        calls[4] = cancelling(Actor(9, vm.addr(9), actor.party, 5), 4); // its powers ended
        calls[5] = owning(next, ownAct(actor.party, ActKind.FurtherClaim, 5));
        calls[6] =
            stating(actor.party, one(signed(next, address(registry), listFor(actor.party), ActKind.Recognition, 1)));
        bytes memory reason = notEmpowered(0, actor.party, vm.addr(9), ActKind.Cancellation);
        refuses(address(registry), carrying(calls, false), callRefused(4, reason));
        takes(address(registry), carrying(calls, true), 6);
        vm.assertEq(stranger.lastReason(), reason, "the one left out");
        vm.assertEq(registry.holder(actor.party).account(), next.account, "account");
        vm.assertEq(registry.holder(actor.party).last(), 5, "last");
    }

    /// @dev A rotation says its event before it looks at the next account: left out, it must leave no trace.
    function test_refused_rotation_leaves_no_trace() public {
        Actor memory actor = _people[1];
        bytes memory bad = rotating(actor, actor, 1);
        takes(address(registry), carrying(two(bad, cancelling(actor, 1)), true), 1);
        vm.assertEq(
            stranger.lastReason(),
            abi.encodeWithSelector(IPartyRegistry.SameAccount.selector, actor.party, actor.account),
            "the reason"
        );
        vm.assertEq(registry.holder(actor.party).epoch(), 0, "epoch");
    }

    function test_carrying_may_carry() public {
        bytes memory inner = carrying(two(_endorsing(1, 1, 1), _endorsing(2, 1, 1)), false);
        takes(address(norms), carrying(two(inner, _endorsing(3, 1, 1)), false), 3);
    }

    function test_views_are_carried_and_change_nothing() public {
        bytes[] memory calls = new bytes[](3);
        calls[0] = abi.encodeCall(IConsent.word, (NORM));
        calls[1] = abi.encodeCall(IConsent.register, ());
        calls[2] = abi.encodeCall(IConsent.eip712Domain, ());
        takes(address(norms), carrying(calls, false), 0);
    }

    function test_agreement_is_signed_and_acted_on_in_one_carrying() public {
        Actor[] memory founders = new Actor[](2);
        (founders[0], founders[1]) = (_people[0], _people[1]);
        Terms memory terms = termsOf(founders, Admission.Invitation);
        Act memory invitation = drawn(founders[0].party, ActKind.Invitation, 1);
        invitation.refersTo = PartyId.unwrap(_people[2].party);
        signAct(founders[0], address(ledger), idFor(terms), invitation);
        Act memory accession = signed(_people[2], address(ledger), idFor(terms), ActKind.Accession, 1);
        Act memory remark = signed(_people[3], address(ledger), stancesFor(idFor(terms)), ActKind.Endorsement, 1);
        bytes[] memory calls = new bytes[](4);
        calls[0] = signing(terms, all(founders, terms));
        calls[1] = acting(terms, one(invitation));
        calls[2] = acting(terms, one(accession));
        calls[3] = remarking(idFor(terms), one(remark));
        takes(address(ledger), carrying(calls, false), 5);
    }

    // ---------------------------------------------------------------- views

    function test_wallets_answer_is_told() public {
        bytes32 digest = keccak256("digest");
        Wallet wallet = new Wallet(vm.addr(5));
        vm.assertTrue(norms.isSignedByWallet(address(wallet), digest, signature(5, digest)), "its owner's");
        vm.assertTrue(!norms.isSignedByWallet(address(wallet), digest, signature(6, digest)), "another's");
        MaliciousWallet bad = new MaliciousWallet(Malice.Reverts);
        bytes memory call = abi.encodeCall(IConsent.isSignedByWallet, (address(bad), digest, ""));
        refuses(address(norms), call, abi.encode(bytes32(bytes4(0x1626ba7e))));
        refuses(address(norms), abi.encodeCall(IConsent.isSignedByWallet, (address(0), digest, "")), "");
    }

    function test_word_and_register_begin_at_zero() public view {
        vm.assertEq(norms.word("nothing"), 0, "word");
        vm.assertEq(ledger.register(), 0, "register");
    }

    // ---------------------------------------------------------------- malformed calldata

    function test_malformed_calls_are_refused_without_more() public {
        bytes[4] memory calls = [bytes(""), hex"00", hex"deadbeef", hex"1626ba7e"];
        for (uint256 i = 0; i < 4; ++i) {
            refuses(address(registry), calls[i], "");
            refuses(address(ledger), calls[i], "");
            refuses(address(norms), calls[i], "");
        }
    }

    /// @dev Wherever a good call is cut off, it is refused, and as nothing else than malformed.
    function test_truncated_calls_are_refused() public {
        bytes memory good = _endorsing(1, 1, 1);
        for (uint256 length = 4; length < good.length; length += 7) {
            bytes memory cut = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                cut[i] = good[i];
            }
            refuses(address(norms), cut, "");
        }
        takes(address(norms), good, 1);
    }

    function test_calls_that_pay_are_refused() public {
        bytes memory call = _endorsing(1, 1, 1);
        // solhint-disable-next-line avoid-low-level-calls
        (bool done,) = address(norms).call{value: 1}(call);
        vm.assertTrue(!done, "nothing here is payable");
        // solhint-disable-next-line avoid-low-level-calls
        (done,) = address(norms).call{value: 1}("");
        vm.assertTrue(!done, "nor does it receive");
        takes(address(norms), call, 1);
    }

    function test_trailing_bytes_are_repeated_by_the_event() public {
        bytes memory call = bytes.concat(_endorsing(1, 1, 1), "and more");
        vm.getRecordedLogs();
        takes(address(norms), call, 1);
    }

    // ---------------------------------------------------------------- arrangements

    function _norm() private pure returns (NormId) {
        return NormId.wrap(NORM);
    }

    function _endorsing(uint256 who, uint64 number, uint256 count) private view returns (bytes memory) {
        Stance[] memory list = new Stance[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = stance(_people[who], NORM, ActKind.Endorsement, number + uint64(i));
        }
        return stances(NORM, list);
    }

    /// @dev Place and need of a TooLittleGas, whatever was left.
    function _tooLittle(bytes memory answer) private view returns (uint256 index, uint256 needed) {
        vm.assertEq(bytes32(bytes4(answer)), bytes32(IConsent.TooLittleGas.selector), "the refusal");
        (index,, needed) = abi.decode(stranger.argumentsOf(answer), (uint256, uint256, uint256));
    }
}
