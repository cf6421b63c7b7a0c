// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, PartyId, PartyKind, Seal, Stamp} from "../../contracts/ConsentTypes.sol";
import {Grant, Written} from "./Written.sol";

/// @notice One digest, two languages: tests/vectors/typed_data.json holds `normledger.acts.typed_data` to `Written`, and so to
/// the contracts, which take no act in these tests but what is signed under a digest of `Written`.
/// @dev The file is an object with the list `cases`. Each case has `type`, `written` (EIP-712's encodeType), `contract` (0 the
/// registry, 1 the ledger, 2 the norms), `actKind`, `chainId`, `verifyingContract`, `digest`, and the type's members by name.
contract VectorsTest is Written {
    string private constant PATH = "tests/vectors/typed_data.json";

    /// @dev The file, and where in it the case stands.
    struct Case {
        string json;
        string place;
    }

    function test_digests_are_those_of_the_vector_file() public view {
        uint256 seen = 0;
        uint256 count = 0;
        for (;; ++count) {
            // From outside, so that each case has memory of its own.
            uint256 bits = this.check(count);
            if (bits == 0) break;
            seen |= bits;
        }
        vm.assertTrue(count > 0, "the file has no cases");
        vm.assertEq(seen, _everyType(), "a type that has no case, or a case that has no type");
    }

    /// @dev Checks one case; gives the bit of its kind and contract, or zero if there is no such case.
    function check(uint256 index) external view returns (uint256) {
        Case memory it = Case(vm.readFile(PATH), string.concat(".cases[", vm.toString(index), "]"));
        if (!vm.keyExistsJson(it.json, it.place)) return 0;
        ActKind kind = ActKind(_uint(it, "actKind"));
        (string memory written, bytes32 hash) = _hash(it, kind);
        vm.assertEq(written, _text(it, "written"), it.place);
        bytes32 domain = separator("1", _uint(it, "chainId"), _address(it, "verifyingContract"));
        vm.assertEq(digestUnder(domain, hash), _bytes32(it, "digest"), it.place);
        return uint256(1) << uint256(kind) + 64 * _uint(it, "contract");
    }

    // ---------------------------------------------------------------- arrangements

    /// @dev A bit for each kind in each contract that takes it.
    function _everyType() private pure returns (uint256 every) {
        for (uint256 i = 0; i < 32; ++i) {
            ActKind kind = ActKind(i);
            if (bytes(writtenOwn(kind)).length != 0 || isStated(kind)) every |= uint256(1) << i;
            if (_isFounding(kind) || isTreatyAct(kind) || isRemark(kind)) every |= uint256(1) << i + 64;
            if (isStance(kind) || kind == ActKind.Publication) every |= uint256(1) << i + 128;
        }
    }

    function _isFounding(ActKind kind) private pure returns (bool) {
        return kind == ActKind.Signature || kind == ActKind.SignatureSubjectToRatification;
    }

    /// @dev The written type and the struct hash of the case, by the members that its type has.
    function _hash(Case memory it, ActKind kind) private view returns (string memory written, bytes32 hash) {
        if (vm.keyExistsJson(it.json, _key(it, "norm"))) return (writtenStance(kind), _stance(it, kind));
        if (vm.keyExistsJson(it.json, _key(it, "agreement"))) return (writtenFounding(kind), _founding(it, kind));
        if (vm.keyExistsJson(it.json, _key(it, "content"))) return (writtenAct(kind), _act(it, kind));
        return (writtenOwn(kind), _own(it, kind));
    }

    function _act(Case memory it, ActKind kind) private pure returns (bytes32) {
        Act memory made = Act(
            _stamp(it, kind),
            _bytes32(it, "clause"),
            _bytes32(it, "refersTo"),
            _bytes32(it, "content"),
            _party(it),
            Seal(0, 0)
        );
        return actHash(_bytes32(it, "subject"), made, _address(it, "account"));
    }

    function _stance(Case memory it, ActKind kind) private pure returns (bytes32) {
        string memory content = "reason";
        if (kind == ActKind.Anchor) content = "root";
        if (kind == ActKind.Publication || kind == ActKind.Derivation) content = "derivation";
        return
            stanceHash(
                _bytes32(it, "norm"), _stamp(it, kind), _bytes32(it, content), _party(it), _address(it, "account")
            );
    }

    function _founding(Case memory it, ActKind kind) private pure returns (bytes32) {
        return foundingHash(
            kind,
            _bytes32(it, "agreement"),
            _bytes32(it, "document"),
            _party(it),
            _address(it, "account"),
            _uint64(it, "deadline")
        );
    }

    function _own(Case memory it, ActKind kind) private pure returns (bytes32) {
        (address account, uint64 deadline) = (_address(it, "account"), _uint64(it, "deadline"));
        if (kind == ActKind.Claim) {
            return claimHash(
                _text(it, "identifier"), PartyKind(_uint(it, "kind")), _bytes32(it, "profile"), account, deadline
            );
        }
        (PartyId party, uint64 number) = (_party(it), _uint64(it, "number"));
        if (kind == ActKind.FurtherClaim) {
            return furtherHash(party, _text(it, "identifier"), _bytes32(it, "profile"), account, number, deadline);
        }
        if (kind == ActKind.Rotation) return rotationHash(party, _address(it, "next"), account, number, deadline);
        if (kind == ActKind.Cancellation) return cancellationHash(party, account, number, deadline);
        (address representative, bytes32 subject) = (_address(it, "representative"), _bytes32(it, "subject"));
        if (kind == ActKind.Revocation) {
            return revocationHash(party, representative, subject, account, number, deadline);
        }
        return powersHash(
            party, Grant(representative, subject, _uint(it, "kinds"), _uint64(it, "until")), account, number, deadline
        );
    }

    function _stamp(Case memory it, ActKind kind) private pure returns (Stamp) {
        return stamp(kind, _uint64(it, "number"), _uint64(it, "deadline"));
    }

    function _party(Case memory it) private pure returns (PartyId) {
        return PartyId.wrap(_bytes32(it, "party"));
    }

    function _key(Case memory it, string memory member) private pure returns (string memory) {
        return string.concat(it.place, ".", member);
    }

    function _uint(Case memory it, string memory member) private pure returns (uint256) {
        return vm.parseJsonUint(it.json, _key(it, member));
    }

    function _uint64(Case memory it, string memory member) private pure returns (uint64) {
        return uint64(_uint(it, member));
    }

    function _address(Case memory it, string memory member) private pure returns (address) {
        return vm.parseJsonAddress(it.json, _key(it, member));
    }

    function _bytes32(Case memory it, string memory member) private pure returns (bytes32) {
        return vm.parseJsonBytes32(it.json, _key(it, member));
    }

    function _text(Case memory it, string memory member) private pure returns (string memory) {
        return vm.parseJsonString(it.json, _key(it, member));
    }
}
