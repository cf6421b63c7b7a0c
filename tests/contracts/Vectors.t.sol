// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consent} from "../../contracts/Consent.sol";
import {Act, ActKind, AgreementId, ConsentTypes, PartyId, PartyKind} from "../../contracts/ConsentTypes.sol";
import {Fixture} from "./Fixture.sol";

/// @notice The contracts' own digests, told to whoever asks.
contract Digests is Consent {
    function ofAct(Act calldata act, bytes32 subject, address account) external view returns (bytes32) {
        return _digest(ConsentTypes.hash(act, subject, account));
    }

    function ofFounding(ActKind kind, bytes32 agreement, bytes32 document, PartyId party, address account, uint64 end)
        external
        view
        returns (bytes32)
    {
        return _digest(ConsentTypes.hashFounding(kind, AgreementId.wrap(agreement), document, party, account, end));
    }

    function ofClaim(string calldata identifier, PartyKind kind, bytes32 profile, address account, uint64 deadline)
        external
        view
        returns (bytes32)
    {
        return _digest(ConsentTypes.hashClaim(identifier, kind, profile, account, deadline));
    }
}

/// @notice One digest, two languages: tests/vectors/typed_data.json holds `normledger.acts.typed_data` and the contracts.
/// @dev The file is an object with the list `cases`. Each case has contract, chainId, kind (the number in ActKind),
/// account, deadline, digest; and subject, clause, refersTo, content, party, number, or, for a claim (kind 1),
/// identifier, partyKind, profile.
contract VectorsTest is Fixture {
    string private constant PATH = "tests/vectors/typed_data.json";
    bytes private _code;

    function setUp() public override {
        super.setUp();
        // On a chain that no case has, so that the domain is always made for the case's chain and contract.
        vm.chainId(type(uint64).max);
        _code = address(new Digests()).code;
    }

    function test_digests_are_those_of_the_vector_file() public {
        if (!vm.exists(PATH)) {
            vm.skip(true, "no tests/vectors/typed_data.json");
            return;
        }
        string memory json = vm.readFile(PATH);
        uint256 count = 0;
        for (; vm.keyExistsJson(json, _key(count, "")); ++count) {
            _check(json, count);
        }
        vm.assertTrue(count > 0, "the file has no cases");
    }

    function test_founding_and_act_share_one_layout() public {
        Digests digests = new Digests();
        Act memory act = Act(ActKind.Signature, 0, 0, "document", PartyId.wrap("party"), 0, 9, "");
        bytes32 digest =
            digests.ofFounding(act.kind, "agreement", act.content, act.party, address(registry), act.deadline);
        vm.assertEq(digests.ofAct(act, "agreement", address(registry)), digest, "layout");
    }

    function test_digest_of_every_kind_is_that_of_its_written_type() public {
        Digests digests = new Digests();
        for (uint256 kind = 0; kind <= uint256(type(ActKind).max); ++kind) {
            Act memory act = Act(ActKind(kind), "clause", "reference", "text", PartyId.wrap("party"), 3, 9, "");
            if (kind < uint256(ActKind.Recognition)) {
                refuses(
                    address(digests),
                    abi.encodeCall(Digests.ofAct, (act, "subject", address(registry))),
                    abi.encodeWithSelector(ConsentTypes.NoSuchAct.selector, act.kind)
                );
            } else {
                vm.assertEq(
                    digests.ofAct(act, "subject", address(registry)),
                    digestOf(address(digests), "subject", act, address(registry)),
                    nameOf(act.kind)
                );
            }
        }
    }

    function _check(string memory json, uint256 index) private {
        address where = vm.parseJsonAddress(json, _key(index, ".contract"));
        vm.etch(where, _code);
        vm.chainId(vm.parseJsonUint(json, _key(index, ".chainId")));
        ActKind kind = ActKind(vm.parseJsonUint(json, _key(index, ".kind")));
        address account = vm.parseJsonAddress(json, _key(index, ".account"));
        uint64 deadline = uint64(vm.parseJsonUint(json, _key(index, ".deadline")));
        bytes32 digest;
        if (kind == ActKind.Claim) {
            digest = Digests(where)
                .ofClaim(
                    vm.parseJsonString(json, _key(index, ".identifier")),
                    PartyKind(vm.parseJsonUint(json, _key(index, ".partyKind"))),
                    vm.parseJsonBytes32(json, _key(index, ".profile")),
                    account,
                    deadline
                );
        } else {
            Act memory act = Act(kind, 0, 0, 0, PartyId.wrap(0), 0, deadline, "");
            act.clause = vm.parseJsonBytes32(json, _key(index, ".clause"));
            act.refersTo = vm.parseJsonBytes32(json, _key(index, ".refersTo"));
            act.content = vm.parseJsonBytes32(json, _key(index, ".content"));
            act.party = PartyId.wrap(vm.parseJsonBytes32(json, _key(index, ".party")));
            act.number = uint64(vm.parseJsonUint(json, _key(index, ".number")));
            digest = Digests(where).ofAct(act, vm.parseJsonBytes32(json, _key(index, ".subject")), account);
        }
        vm.assertEq(digest, vm.parseJsonBytes32(json, _key(index, ".digest")), _key(index, ""));
    }

    function _key(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(index), "]", field);
    }
}
