// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Handler} from "./Handler.sol";
import {Vm} from "./Vm.sol";

/// @notice What holds after any sequence of calls. Numbers refer to DESIGN.md, Invariants. That the caller is irrelevant and
/// what each call deserves, the handler itself checks at every call.
contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    Handler private _handler;

    function setUp() public {
        _handler = Handler(VM.deployCode("Handler.sol:Handler", ""));
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    /// @dev The `check` functions are promises, not entries.
    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[13] memory entries = [
            Handler.claim.selector,
            Handler.own.selector,
            Handler.rotate.selector,
            Handler.state.selector,
            Handler.sign.selector,
            Handler.undertake.selector,
            Handler.remark.selector,
            Handler.publish.selector,
            Handler.endorse.selector,
            Handler.replay.selector,
            Handler.carry.selector,
            Handler.anybody.selector,
            Handler.counterfeit.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), new bytes4[](entries.length));
        for (uint256 i = 0; i < entries.length; ++i) {
            targets[0].selectors[i] = entries[i];
        }
    }

    /// @dev 1, 3: so no act on one subject touches the word of another, and no refused call touches any.
    /// forge-config: default.fuzz.seed = "0x01"
    /// forge-config: long.fuzz.seed = "0x01"
    function invariant_every_word_is_what_its_events_make() public view {
        _handler.checkWords();
    }

    /// @dev 3: where a proof of storage looks for them.
    /// forge-config: default.fuzz.seed = "0x02"
    /// forge-config: long.fuzz.seed = "0x02"
    function invariant_words_and_registers_lie_in_slots_0_and_1() public view {
        _handler.checkSlots();
    }

    /// @dev 3.
    /// forge-config: default.fuzz.seed = "0x03"
    /// forge-config: long.fuzz.seed = "0x03"
    function invariant_every_register_is_what_its_events_make() public view {
        _handler.checkRegisterWords();
    }

    /// @dev 1: as many links as acts were taken, over all words.
    /// forge-config: default.fuzz.seed = "0x04"
    /// forge-config: long.fuzz.seed = "0x04"
    function invariant_a_word_grows_by_one_link_an_act() public view {
        _handler.checkLinks();
    }

    /// @dev 3: parties, roots, agreements and norms, each once.
    /// forge-config: default.fuzz.seed = "0x05"
    /// forge-config: long.fuzz.seed = "0x05"
    function invariant_a_register_grows_by_one_entry_a_new_subject() public view {
        _handler.checkEntries();
    }

    /// @dev 3.
    /// forge-config: default.fuzz.seed = "0x06"
    /// forge-config: long.fuzz.seed = "0x06"
    function invariant_lists_and_stances_are_in_no_register() public view {
        _handler.checkLists();
    }

    /// @dev 1.
    /// forge-config: default.fuzz.seed = "0x07"
    /// forge-config: long.fuzz.seed = "0x07"
    function invariant_an_act_touches_its_own_contract_alone() public view {
        _handler.checkUntouched();
    }

    /// @dev 1.
    /// forge-config: default.fuzz.seed = "0x08"
    /// forge-config: long.fuzz.seed = "0x08"
    function invariant_a_used_number_is_never_given_back() public view {
        _handler.checkUsed();
    }

    /// @dev 1: bits are set for just those who used a number, on that subject and contract.
    /// forge-config: default.fuzz.seed = "0x09"
    /// forge-config: long.fuzz.seed = "0x09"
    function invariant_a_number_works_once_for_its_party_alone() public view {
        _handler.checkUnused();
    }

    /// @dev 1: a party's last number is the highest that was recorded of it.
    /// forge-config: default.fuzz.seed = "0x0a"
    /// forge-config: long.fuzz.seed = "0x0a"
    function invariant_own_numbers_only_rise() public view {
        _handler.checkOwnNumbers();
    }

    /// @dev 1.
    /// forge-config: default.fuzz.seed = "0x0b"
    /// forge-config: long.fuzz.seed = "0x0b"
    function invariant_own_subjects_keep_no_bits() public view {
        _handler.checkOwnBits();
    }

    /// @dev 1: no recorded number lies beyond the block's time.
    /// forge-config: default.fuzz.seed = "0x0c"
    /// forge-config: long.fuzz.seed = "0x0c"
    function invariant_a_higher_number_always_remains() public view {
        _handler.checkStanding();
    }

    /// @dev 1, 2.
    /// forge-config: default.fuzz.seed = "0x0d"
    /// forge-config: long.fuzz.seed = "0x0d"
    function invariant_an_account_changes_by_rotation_alone() public view {
        _handler.checkAccounts();
    }

    /// @dev 1.
    /// forge-config: default.fuzz.seed = "0x0e"
    /// forge-config: long.fuzz.seed = "0x0e"
    function invariant_a_party_keeps_its_ordinal_and_each_is_given_once() public view {
        _handler.checkOrdinals();
    }

    /// @dev 1.
    /// forge-config: default.fuzz.seed = "0x0f"
    /// forge-config: long.fuzz.seed = "0x0f"
    function invariant_an_epoch_rises_by_rotation_alone() public view {
        _handler.checkEpochs();
    }

    /// @dev 1.
    /// forge-config: default.fuzz.seed = "0x10"
    /// forge-config: long.fuzz.seed = "0x10"
    function invariant_a_party_never_returns_to_an_account_that_it_left() public view {
        _handler.checkFormer();
    }

    /// @dev 1.
    /// forge-config: default.fuzz.seed = "0x11"
    /// forge-config: long.fuzz.seed = "0x11"
    function invariant_powers_are_those_granted_in_this_epoch_and_not_ended() public view {
        _handler.checkPowers();
    }

    /// @dev 1.
    /// forge-config: default.fuzz.seed = "0x12"
    /// forge-config: long.fuzz.seed = "0x12"
    function invariant_nobody_has_powers_that_were_never_granted() public view {
        _handler.checkGrants();
    }

    /// @dev 1, 2.
    /// forge-config: default.fuzz.seed = "0x13"
    /// forge-config: long.fuzz.seed = "0x13"
    function invariant_no_party_has_anothers_powers() public view {
        _handler.checkStrangersPowers();
    }

    /// @dev 1.
    /// forge-config: default.fuzz.seed = "0x14"
    /// forge-config: long.fuzz.seed = "0x14"
    function invariant_an_agreement_awaits_who_has_not_signed() public view {
        _handler.checkAwaiting();
    }

    /// @dev 1.
    /// forge-config: default.fuzz.seed = "0x15"
    /// forge-config: long.fuzz.seed = "0x15"
    function invariant_awaiting_only_falls() public view {
        _handler.checkAwaitingFalls();
    }

    /// @dev 3.
    /// forge-config: default.fuzz.seed = "0x16"
    /// forge-config: long.fuzz.seed = "0x16"
    function invariant_a_norm_is_published_once() public view {
        _handler.checkPublished();
    }

    /// @dev 3.
    /// forge-config: default.fuzz.seed = "0x17"
    /// forge-config: long.fuzz.seed = "0x17"
    function invariant_a_party_is_registered_once() public view {
        _handler.checkRegistered();
    }

    /// @dev 1.
    /// forge-config: default.fuzz.seed = "0x18"
    /// forge-config: long.fuzz.seed = "0x18"
    function invariant_an_agreement_begins_with_a_founders_signature() public view {
        _handler.checkOpened();
    }

    /// @dev 2.
    /// forge-config: default.fuzz.seed = "0x19"
    /// forge-config: long.fuzz.seed = "0x19"
    function invariant_nothing_is_ever_paid() public view {
        _handler.checkPurses();
    }
}
