// SPDX-License-Identifier: Apache-2.0
// How the parts of a word are read stands beside what they mean.
// solhint-disable one-contract-per-file
pragma solidity 0.8.37;

/// @dev A value type for each name, so that the compiler refuses to take one for another.
type PartyId is bytes32;

type AgreementId is bytes32;

type NormId is bytes32;

/// @dev kind · 2^128 + number · 2^64 + deadline: what the contracts need of an act besides its hashes, in one word.
type Stamp is uint256;

/// @dev last · 2^216 + epoch · 2^192 + ordinal · 2^160 + account: all that acting for a party depends on, in one word.
type Holder is uint256;

using Stamps for Stamp global;
using Holders for Holder global;

/// @notice What kind of actor a party claims to be. A consenting party always is of one of these.
enum PartyKind {
    None,
    State,
    Igo,
    PublicAuthority,
    Company,
    Ngo,
    TechnicalBody,
    Academia
}

/// @notice Every kind of signed statement, in all three contracts. The order is part of the words: only ever append.
enum ActKind {
    None,
    // a party, of itself (PartyRegistry)
    Claim,
    Rotation,
    FullPowers,
    Revocation,
    Cancellation, // also on any other subject: it uses up a number and states nothing
    // an author, of others (PartyRegistry)
    Recognition,
    Alignments,
    Reports,
    // consent to be bound (AgreementLedger; VCLT articles 11 to 17)
    Signature,
    SignatureSubjectToRatification,
    Ratification,
    Acceptance,
    Approval,
    Accession,
    Invitation,
    ProvisionalApplication,
    // what qualifies or ends it (VCLT articles 19 to 23, 39 to 41, 54 to 56, 79; VCSST)
    Reservation,
    AcceptanceOfReservation,
    Objection,
    Declaration,
    Withdrawal,
    Termination,
    Amendment,
    Correction,
    Succession,
    // stances (NormRegistry; on agreements and clauses, AgreementLedger)
    Endorsement,
    Opposition,
    Publication,
    Derivation,
    Anchor,
    // a party, of itself once more (PartyRegistry)
    FurtherClaim
}

/// @notice Who may accede to an agreement after its founders.
enum Admission {
    Closed,
    Invitation,
    Open
}

/// @notice A signature in two words. A plain key's is EIP-2098's short form: `r`, and `s` with the parity of v in its
/// highest bit. Where `r` is zero, `vs` is the place of a `Signer` beside the acts, from 0.
struct Seal {
    bytes32 r;
    bytes32 vs;
}

/// @notice An account that signed otherwise than by the party's own plain key: a contract wallet, or a representative.
/// @param account   whose signature it is
/// @param signature 65 or 64 bytes of a plain key, or whatever the wallet at `account` takes (ERC-1271)
struct Signer {
    address account;
    bytes signature;
}

/// @notice One signed statement. Its subject (agreement, stances on one, an author's list) is the call's.
/// @param stamp    its kind; the party's own number on this subject; the last second at which it may be recorded, or
/// zero for none
/// @param clause   the clause it is about, or zero for the whole subject
/// @param refersTo the digest of the act, or the id of the party, agreement or root, that it names; zero if none
/// @param content  the hash of its text (reservation, reason, batch), or zero
/// @param party    whose act it is
/// @param seal     its signature
struct Act {
    Stamp stamp;
    bytes32 clause;
    bytes32 refersTo;
    bytes32 content;
    PartyId party;
    Seal seal;
}

/// @notice One signed statement on a norm.
/// @param partyOrNorm what the call does not name already: whose it is, or which norm it is about
/// @param stamp       as in `Act`
/// @param content     the hash of its reason or derivation, the root of an anchor, or zero
/// @param seal        its signature
struct Stance {
    bytes32 partyOrNorm;
    Stamp stamp;
    bytes32 content;
    Seal seal;
}

/// @title How a stamp is read.
/// @notice What each part means: `Stamp`.
library Stamps {
    /// @dev The kind as it was written; it may be none that there is.
    function kindCode(Stamp stamp) internal pure returns (uint256) {
        return Stamp.unwrap(stamp) >> 128;
    }

    /// @dev The kind. Check `kindCode` first: the compiler's own check of an enumeration names no act.
    function kind(Stamp stamp) internal pure returns (ActKind) {
        return ActKind(Stamp.unwrap(stamp) >> 128);
    }

    /// @dev The party's number on the subject; of a founding signature, the founder's place in the terms.
    function number(Stamp stamp) internal pure returns (uint64) {
        return uint64(Stamp.unwrap(stamp) >> 64);
    }

    /// @dev The last second at which it may be recorded, or zero for none.
    function deadline(Stamp stamp) internal pure returns (uint64) {
        return uint64(Stamp.unwrap(stamp));
    }
}

/// @title How a holder is read and changed.
/// @notice What each part means: `Holder`.
library Holders {
    /// @dev The account that acts for the party; zero where there is no such party.
    function account(Holder holder) internal pure returns (address) {
        return address(uint160(Holder.unwrap(holder)));
    }

    /// @dev The party's place in the bitmaps of used numbers: its order of registration, from 1.
    function ordinal(Holder holder) internal pure returns (uint32) {
        return uint32(Holder.unwrap(holder) >> 160);
    }

    /// @dev How often its account was rotated: powers of an earlier epoch are void.
    function epoch(Holder holder) internal pure returns (uint24) {
        return uint24(Holder.unwrap(holder) >> 192);
    }

    /// @dev The highest number on its own subject.
    function last(Holder holder) internal pure returns (uint40) {
        return uint40(Holder.unwrap(holder) >> 216);
    }

    /// @dev A holder of these.
    function pack(address account_, uint32 ordinal_, uint24 epoch_, uint40 last_) internal pure returns (Holder) {
        return Holder.wrap(
            uint256(uint160(account_)) | uint256(ordinal_) << 160 | uint256(epoch_) << 192 | uint256(last_) << 216
        );
    }
}

/// @title EIP-712 types of all acts.
/// @notice Three layouts serve all acts but a party's own, so that three functions hash them; the type's name is what a
/// wallet shows as its heading. A type hash is the hash of the written type, never a pasted constant.
library ConsentTypes {
    bytes32 internal constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    // ---- a party, of itself: every type of its own

    bytes32 internal constant CLAIM =
        keccak256("Claim(string identifier,uint8 kind,bytes32 profile,address account,uint64 deadline)");
    bytes32 internal constant FURTHER_CLAIM = keccak256(
        "FurtherClaim(bytes32 party,string identifier,bytes32 profile,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant ROTATION =
        keccak256("Rotation(bytes32 party,address next,address account,uint64 number,uint64 deadline)");
    bytes32 internal constant FULL_POWERS = keccak256(
        "FullPowers(bytes32 party,address representative,bytes32 subject,uint256 kinds,uint64 until,"
        "address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant REVOCATION = keccak256(
        "Revocation(bytes32 party,address representative,bytes32 subject,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant OWN_CANCELLATION =
        keccak256("OwnCancellation(bytes32 party,address account,uint64 number,uint64 deadline)");

    // ---- founding signatures: (agreement, document, party, account, deadline)

    bytes32 internal constant SIGNATURE =
        keccak256("Signature(bytes32 agreement,bytes32 document,bytes32 party,address account,uint64 deadline)");
    bytes32 internal constant SIGNATURE_SUBJECT_TO_RATIFICATION = keccak256(
        "SignatureSubjectToRatification(bytes32 agreement,bytes32 document,bytes32 party,address account,"
        "uint64 deadline)"
    );

    // ---- on norms: (norm, content, party, account, number, deadline)

    bytes32 internal constant NORM_ENDORSEMENT = keccak256(
        "Endorsement(bytes32 norm,bytes32 reason,bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant NORM_OPPOSITION = keccak256(
        "Opposition(bytes32 norm,bytes32 reason,bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant NORM_WITHDRAWAL = keccak256(
        "Withdrawal(bytes32 norm,bytes32 reason,bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant NORM_PUBLICATION = keccak256(
        "Publication(bytes32 norm,bytes32 derivation,bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant NORM_DERIVATION = keccak256(
        "Derivation(bytes32 norm,bytes32 derivation,bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant NORM_ANCHOR =
        keccak256("Anchor(bytes32 norm,bytes32 root,bytes32 party,address account,uint64 number,uint64 deadline)");
    bytes32 internal constant NORM_CANCELLATION = keccak256(
        "Cancellation(bytes32 norm,bytes32 reason,bytes32 party,address account,uint64 number,uint64 deadline)"
    );

    // ---- on agreements, stances on them, and authors' lists: (subject, clause, refersTo, content, party, account,
    // number, deadline)

    bytes32 internal constant RATIFICATION = keccak256(
        "Ratification(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant ACCEPTANCE = keccak256(
        "Acceptance(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant APPROVAL = keccak256(
        "Approval(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant ACCESSION = keccak256(
        "Accession(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant INVITATION = keccak256(
        "Invitation(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant PROVISIONAL_APPLICATION = keccak256(
        "ProvisionalApplication(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant RESERVATION = keccak256(
        "Reservation(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant ACCEPTANCE_OF_RESERVATION = keccak256(
        "AcceptanceOfReservation(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant OBJECTION = keccak256(
        "Objection(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant DECLARATION = keccak256(
        "Declaration(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant WITHDRAWAL = keccak256(
        "Withdrawal(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant TERMINATION = keccak256(
        "Termination(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant AMENDMENT = keccak256(
        "Amendment(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant CORRECTION = keccak256(
        "Correction(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant SUCCESSION = keccak256(
        "Succession(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant ANCHOR = keccak256(
        "Anchor(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant CANCELLATION = keccak256(
        "Cancellation(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant RECOGNITION = keccak256(
        "Recognition(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant ALIGNMENTS = keccak256(
        "Alignments(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant REPORTS = keccak256(
        "Reports(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant ENDORSEMENT = keccak256(
        "Endorsement(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant OPPOSITION = keccak256(
        "Opposition(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );

    /// @notice The struct hash (EIP-712, hashStruct) of an act on `subject`, signed by `account`.
    /// @param kind    its kind, one that `ofAct` knows
    /// @param act     the act as it came with the call
    /// @param subject the agreement, stances or list that it is an act on
    /// @param account who signed it: the party's account, or a representative's
    /// @return the struct hash
    function hash(ActKind kind, Act calldata act, bytes32 subject, address account) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                ofAct(kind),
                subject,
                act.clause,
                act.refersTo,
                act.content,
                act.party,
                account,
                act.stamp.number(),
                act.stamp.deadline()
            )
        );
    }

    /// @notice The struct hash of a statement on a norm.
    /// @param kind    its kind, one that `ofStance` knows
    /// @param stamp   its number and deadline
    /// @param norm    the norm
    /// @param content as in `Stance`
    /// @param party   whose it is
    /// @param account who signed it
    /// @return the struct hash
    function hashStance(ActKind kind, Stamp stamp, NormId norm, bytes32 content, PartyId party, address account)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(ofStance(kind), norm, content, party, account, stamp.number(), stamp.deadline()));
    }

    /// @notice The struct hash of a founding signature: on the document that the agreement names.
    /// @param stamp     Signature or SignatureSubjectToRatification, and the deadline; its number is not signed
    /// @param agreement the agreement's id, which commits to all its terms
    /// @param document  hash of the agreement's document
    /// @param party     the founder
    /// @param account   who signed it
    /// @return the struct hash
    function hashFounding(Stamp stamp, AgreementId agreement, bytes32 document, PartyId party, address account)
        internal
        pure
        returns (bytes32)
    {
        bytes32 written = stamp.kind() == ActKind.Signature ? SIGNATURE : SIGNATURE_SUBJECT_TO_RATIFICATION;
        return keccak256(abi.encode(written, agreement, document, party, account, stamp.deadline()));
    }

    /// @notice The type hash of a kind in the layout of norms. Ask only for a kind that a norm takes.
    /// @param kind Endorsement, Opposition, Withdrawal, Publication, Derivation, Anchor or Cancellation
    /// @return the type hash
    function ofStance(ActKind kind) internal pure returns (bytes32) {
        if (kind == ActKind.Endorsement) return NORM_ENDORSEMENT;
        if (kind == ActKind.Opposition) return NORM_OPPOSITION;
        if (kind == ActKind.Withdrawal) return NORM_WITHDRAWAL;
        if (kind == ActKind.Publication) return NORM_PUBLICATION;
        if (kind == ActKind.Derivation) return NORM_DERIVATION;
        if (kind == ActKind.Anchor) return NORM_ANCHOR;
        return NORM_CANCELLATION;
    }

    /// @notice The type hash of a kind in the layout of agreements and lists. Ask only for a kind that they take.
    /// @param kind any kind from Recognition to Reports or from Ratification to Opposition, Anchor or Cancellation
    /// @return the type hash
    function ofAct(ActKind kind) internal pure returns (bytes32) {
        if (kind == ActKind.Ratification) return RATIFICATION;
        if (kind == ActKind.Accession) return ACCESSION;
        if (kind == ActKind.Endorsement) return ENDORSEMENT;
        if (kind == ActKind.Acceptance) return ACCEPTANCE;
        if (kind == ActKind.Approval) return APPROVAL;
        if (kind == ActKind.Invitation) return INVITATION;
        if (kind == ActKind.ProvisionalApplication) return PROVISIONAL_APPLICATION;
        if (kind == ActKind.Reservation) return RESERVATION;
        if (kind == ActKind.AcceptanceOfReservation) return ACCEPTANCE_OF_RESERVATION;
        if (kind == ActKind.Objection) return OBJECTION;
        if (kind == ActKind.Declaration) return DECLARATION;
        if (kind == ActKind.Withdrawal) return WITHDRAWAL;
        if (kind == ActKind.Termination) return TERMINATION;
        if (kind == ActKind.Amendment) return AMENDMENT;
        if (kind == ActKind.Correction) return CORRECTION;
        if (kind == ActKind.Succession) return SUCCESSION;
        if (kind == ActKind.Recognition) return RECOGNITION;
        if (kind == ActKind.Alignments) return ALIGNMENTS;
        if (kind == ActKind.Reports) return REPORTS;
        if (kind == ActKind.Opposition) return OPPOSITION;
        if (kind == ActKind.Anchor) return ANCHOR;
        return CANCELLATION;
    }
}
