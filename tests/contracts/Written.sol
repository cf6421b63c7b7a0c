// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Act, ActKind, PartyId, PartyKind, Seal, Stamp} from "../../contracts/ConsentTypes.sol";
import {Terms} from "../../contracts/interfaces/IAgreementLedger.sol";
import {Vm} from "./Vm.sol";

/// @notice Full powers, as they are given.
struct Grant {
    address representative;
    bytes32 subject;
    uint256 kinds;
    uint64 until;
}

/// @notice The specification a second time: written types, ids, digests, links, recovery.
/// @dev Nothing of `ConsentTypes` but its enumerations and structs is used, so that a slip there is not repeated here.
abstract contract Written {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    uint256 internal constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    /// @dev Powers for every kind of act that there is: one bit each, none for None.
    uint256 internal constant EVERY_KIND = 2 ** 32 - 2;
    bytes32 internal constant PARITY = bytes32(uint256(1) << 255);

    // ---------------------------------------------------------------- ids

    function idFor(Terms memory terms) internal pure returns (bytes32) {
        bytes memory parties = new bytes(0);
        for (uint256 i = 0; i < terms.parties.length; ++i) {
            parties = bytes.concat(parties, PartyId.unwrap(terms.parties[i]));
        }
        return
            keccak256(
                bytes.concat(terms.document, terms.clauses, keccak256(parties), bytes32(uint256(terms.admission)))
            );
    }

    function partyFor(string memory identifier, PartyKind kind, address account) internal pure returns (PartyId) {
        return PartyId.wrap(
            keccak256(
                bytes.concat(keccak256(bytes(identifier)), bytes32(uint256(kind)), bytes32(uint256(uint160(account))))
            )
        );
    }

    function listFor(PartyId author) internal pure returns (bytes32) {
        return _named("list", PartyId.unwrap(author));
    }

    function stancesFor(bytes32 agreement) internal pure returns (bytes32) {
        return _named("stances", agreement);
    }

    /// @dev abi.encode of a short word and a hash: where the word lies, the hash, the word's length, the word.
    function _named(string memory name, bytes32 what) private pure returns (bytes32) {
        bytes32 length = bytes32(bytes(name).length);
        return keccak256(bytes.concat(bytes32(uint256(64)), what, length, bytes32(bytes(name))));
    }

    // ---------------------------------------------------------------- stamps

    function stamp(ActKind kind, uint64 number, uint64 deadline) internal pure returns (Stamp) {
        return stampOf(uint256(kind), number, deadline);
    }

    function stampOf(uint256 kind, uint64 number, uint64 deadline) internal pure returns (Stamp) {
        return Stamp.wrap(kind * 2 ** 128 + uint256(number) * 2 ** 64 + deadline);
    }

    function kindOf(Stamp given) internal pure returns (ActKind) {
        return ActKind(Stamp.unwrap(given) / 2 ** 128);
    }

    function numberOf(Stamp given) internal pure returns (uint64) {
        return uint64(Stamp.unwrap(given) / 2 ** 64 % 2 ** 64);
    }

    function deadlineOf(Stamp given) internal pure returns (uint64) {
        return uint64(Stamp.unwrap(given) % 2 ** 64);
    }

    // ---------------------------------------------------------------- which acts belong where

    function isStated(ActKind kind) internal pure returns (bool) {
        return kind == ActKind.Recognition || kind == ActKind.Alignments || kind == ActKind.Reports
            || kind == ActKind.Withdrawal || kind == ActKind.Cancellation;
    }

    function isTreatyAct(ActKind kind) internal pure returns (bool) {
        return kind >= ActKind.Ratification && kind <= ActKind.Succession || kind == ActKind.Cancellation;
    }

    function isRemark(ActKind kind) internal pure returns (bool) {
        return kind == ActKind.Endorsement || kind == ActKind.Opposition || kind == ActKind.Declaration
            || kind == ActKind.Withdrawal || kind == ActKind.Anchor || kind == ActKind.Cancellation;
    }

    function isStance(ActKind kind) internal pure returns (bool) {
        return kind == ActKind.Endorsement || kind == ActKind.Opposition || kind == ActKind.Withdrawal
            || kind == ActKind.Derivation || kind == ActKind.Anchor || kind == ActKind.Cancellation;
    }

    function isFounder(Terms memory terms, PartyId party) internal pure returns (bool) {
        for (uint256 i = 0; i < terms.parties.length; ++i) {
            if (PartyId.unwrap(terms.parties[i]) == PartyId.unwrap(party)) return true;
        }
        return false;
    }

    // ---------------------------------------------------------------- written types

    string internal constant LAYOUT =
        "(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,bytes32 party,address account,uint64 number,uint64 deadline)";
    string internal constant FOUNDING_LAYOUT =
        "(bytes32 agreement,bytes32 document,bytes32 party,address account,uint64 deadline)";
    string internal constant NORM_TAIL = ",bytes32 party,address account,uint64 number,uint64 deadline)";

    function nameOf(ActKind kind) internal pure returns (string memory) {
        string[32] memory names = [
            "None",
            "Claim",
            "Rotation",
            "FullPowers",
            "Revocation",
            "Cancellation",
            "Recognition",
            "Alignments",
            "Reports",
            "Signature",
            "SignatureSubjectToRatification",
            "Ratification",
            "Acceptance",
            "Approval",
            "Accession",
            "Invitation",
            "ProvisionalApplication",
            "Reservation",
            "AcceptanceOfReservation",
            "Objection",
            "Declaration",
            "Withdrawal",
            "Termination",
            "Amendment",
            "Correction",
            "Succession",
            "Endorsement",
            "Opposition",
            "Publication",
            "Derivation",
            "Anchor",
            "FurtherClaim"
        ];
        return names[uint256(kind)];
    }

    /// @dev What a wallet shows of an act of a party on itself; empty for any other kind.
    function writtenOwn(ActKind kind) internal pure returns (string memory) {
        if (kind == ActKind.Claim) {
            return "Claim(string identifier,uint8 kind,bytes32 profile,address account,uint64 deadline)";
        }
        if (kind == ActKind.FurtherClaim) {
            return "FurtherClaim(bytes32 party,string identifier,bytes32 profile,address account,uint64 number,uint64 deadline)";
        }
        if (kind == ActKind.Rotation) {
            return "Rotation(bytes32 party,address next,address account,uint64 number,uint64 deadline)";
        }
        if (kind == ActKind.FullPowers) {
            return "FullPowers(bytes32 party,address representative,bytes32 subject,uint256 kinds,uint64 until,address account,uint64 number,uint64 deadline)";
        }
        if (kind == ActKind.Revocation) {
            return "Revocation(bytes32 party,address representative,bytes32 subject,address account,uint64 number,uint64 deadline)";
        }
        if (kind == ActKind.Cancellation) {
            return "OwnCancellation(bytes32 party,address account,uint64 number,uint64 deadline)";
        }
        return "";
    }

    /// @dev What a wallet shows of an act on an agreement, on stances, or on a list.
    function writtenAct(ActKind kind) internal pure returns (string memory) {
        return string.concat(nameOf(kind), LAYOUT);
    }

    function writtenFounding(ActKind kind) internal pure returns (string memory) {
        return string.concat(nameOf(kind), FOUNDING_LAYOUT);
    }

    /// @dev What a wallet shows of a statement on a norm: its content by its name.
    function writtenStance(ActKind kind) internal pure returns (string memory) {
        string memory content = "reason";
        if (kind == ActKind.Anchor) content = "root";
        if (kind == ActKind.Publication || kind == ActKind.Derivation) content = "derivation";
        return string.concat(nameOf(kind), "(bytes32 norm,bytes32 ", content, NORM_TAIL);
    }

    // ---------------------------------------------------------------- struct hashes

    function actHash(bytes32 subject, Act memory made, address account) internal pure returns (bytes32) {
        return actHash(keccak256(bytes(writtenAct(kindOf(made.stamp)))), subject, made, account);
    }

    /// @dev With the hash of the written type as given.
    function actHash(bytes32 written, bytes32 subject, Act memory made, address account)
        internal
        pure
        returns (bytes32)
    {
        bytes memory head = bytes.concat(written, subject, made.clause, made.refersTo);
        return keccak256(bytes.concat(head, made.content, _tail(made.party, account, made.stamp)));
    }

    function stanceHash(bytes32 norm, Stamp given, bytes32 content, PartyId party, address account)
        internal
        pure
        returns (bytes32)
    {
        return stanceHash(keccak256(bytes(writtenStance(kindOf(given)))), norm, given, content, party, account);
    }

    function stanceHash(bytes32 written, bytes32 norm, Stamp given, bytes32 content, PartyId party, address account)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(bytes.concat(written, norm, content, _tail(party, account, given)));
    }

    function foundingHash(
        ActKind kind,
        bytes32 agreement,
        bytes32 document,
        PartyId party,
        address account,
        uint64 deadline
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(keccak256(bytes(writtenFounding(kind))), agreement, document, party, account, deadline)
        );
    }

    function claimHash(string memory identifier, PartyKind kind, bytes32 profile, address account, uint64 deadline)
        internal
        pure
        returns (bytes32)
    {
        bytes32 written = keccak256(bytes(writtenOwn(ActKind.Claim)));
        return keccak256(abi.encode(written, keccak256(bytes(identifier)), kind, profile, account, deadline));
    }

    function furtherHash(
        PartyId party,
        string memory identifier,
        bytes32 profile,
        address account,
        uint64 number,
        uint64 deadline
    ) internal pure returns (bytes32) {
        bytes32 written = keccak256(bytes(writtenOwn(ActKind.FurtherClaim)));
        bytes32 name = keccak256(bytes(identifier));
        return keccak256(abi.encode(written, party, name, profile, account, number, deadline));
    }

    function rotationHash(PartyId party, address next, address account, uint64 number, uint64 deadline)
        internal
        pure
        returns (bytes32)
    {
        bytes32 written = keccak256(bytes(writtenOwn(ActKind.Rotation)));
        return keccak256(abi.encode(written, party, next, account, number, deadline));
    }

    function powersHash(PartyId party, Grant memory grant, address account, uint64 number, uint64 deadline)
        internal
        pure
        returns (bytes32)
    {
        bytes32 written = keccak256(bytes(writtenOwn(ActKind.FullPowers)));
        return keccak256(abi.encode(written, party, grant, account, number, deadline));
    }

    function revocationHash(
        PartyId party,
        address representative,
        bytes32 subject,
        address account,
        uint64 number,
        uint64 deadline
    ) internal pure returns (bytes32) {
        bytes32 written = keccak256(bytes(writtenOwn(ActKind.Revocation)));
        return keccak256(abi.encode(written, party, representative, subject, account, number, deadline));
    }

    function cancellationHash(PartyId party, address account, uint64 number, uint64 deadline)
        internal
        pure
        returns (bytes32)
    {
        bytes32 written = keccak256(bytes(writtenOwn(ActKind.Cancellation)));
        return keccak256(abi.encode(written, party, account, number, deadline));
    }

    function _tail(PartyId party, address account, Stamp given) private pure returns (bytes memory) {
        return abi.encode(party, account, numberOf(given), deadlineOf(given));
    }

    // ---------------------------------------------------------------- digests and links

    function digestAt(address where, bytes32 hash) internal view returns (bytes32) {
        return digestUnder(separator("1", block.chainid, where), hash);
    }

    function digestUnder(bytes32 domain, bytes32 hash) internal pure returns (bytes32) {
        return keccak256(bytes.concat(hex"1901", domain, hash));
    }

    function separator(string memory version, uint256 chain, address where) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("NormLedger"),
                keccak256(bytes(version)),
                bytes32(chain),
                bytes32(uint256(uint160(where)))
            )
        );
    }

    function link(bytes32 previous, ActKind kind, bytes32 digest, PartyId party, address account)
        internal
        view
        returns (bytes32)
    {
        return keccak256(
            bytes.concat(
                previous,
                bytes32(uint256(kind)),
                digest,
                PartyId.unwrap(party),
                bytes32(uint256(uint160(account))),
                bytes32(block.number),
                bytes32(block.timestamp)
            )
        );
    }

    // ---------------------------------------------------------------- strict recovery

    function recoverSeal(bytes32 digest, Seal memory given) internal pure returns (address) {
        return _recover(digest, uint256(given.vs) < 2 ** 255 ? 27 : 28, given.r, given.vs & ~PARITY);
    }

    /// @dev 65 bytes with v 27 or 28, or EIP-2098's 64; s in the lower half; zero for anything else.
    function recover(bytes32 digest, bytes memory given) internal pure returns (address) {
        if (given.length == 64) {
            Seal memory short = abi.decode(given, (Seal));
            return recoverSeal(digest, short);
        }
        if (given.length != 65) return address(0);
        (bytes32 r, bytes32 s, bytes1 v) = abi.decode(bytes.concat(given, bytes31(0)), (bytes32, bytes32, bytes1));
        return _recover(digest, uint8(v), r, s);
    }

    function _recover(bytes32 digest, uint8 v, bytes32 r, bytes32 s) private pure returns (address) {
        if (uint256(s) > ORDER / 2 || (v != 27 && v != 28)) return address(0);
        return ecrecover(digest, v, r, s);
    }
}
