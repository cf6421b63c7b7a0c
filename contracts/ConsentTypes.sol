// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev A value type for each name, so that the compiler refuses to take one for another.
type PartyId is bytes32;

type AgreementId is bytes32;

type NormId is bytes32;

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
    Cancellation,
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
    // stances (NormRegistry)
    Endorsement,
    Opposition,
    Publication,
    Derivation
}

/// @notice Who may accede to an agreement after its founders.
enum Admission {
    Closed,
    Invitation,
    Open
}

/// @notice One signed statement. Its subject (agreement, norm, author) is a parameter of the call that carries it.
/// @param clause   the clause it is about, or zero for the whole subject
/// @param refersTo the digest of the act, or the id of the party, agreement or root, that it names; zero if none
/// @param content  the hash of its text (reservation, reason, batch), or zero
/// @param number   the party's own number on this subject; zero only for founding signatures
/// @param deadline the last second at which it may be recorded, or zero for none
struct Act {
    ActKind kind;
    bytes32 clause;
    bytes32 refersTo;
    bytes32 content;
    PartyId party;
    uint64 number;
    uint64 deadline;
    bytes signature;
}

/// @title EIP-712 types of all acts.
/// @notice One layout serves every kind, so that one function hashes them all; the type's name is what a wallet shows
/// as its heading. A type hash is the hash of the written type, never a pasted constant.
library ConsentTypes {
    bytes32 internal constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant CLAIM =
        keccak256("Claim(string identifier,uint8 kind,bytes32 profile,address account,uint64 deadline)");

    bytes32 internal constant ENDORSEMENT = keccak256(
        "Endorsement(bytes32 norm,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant OPPOSITION = keccak256(
        "Opposition(bytes32 norm,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant PUBLICATION = keccak256(
        "Publication(bytes32 norm,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant DERIVATION = keccak256(
        "Derivation(bytes32 norm,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant SIGNATURE = keccak256(
        "Signature(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant SIGNATURE_SUBJECT_TO_RATIFICATION = keccak256(
        "SignatureSubjectToRatification(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant RATIFICATION = keccak256(
        "Ratification(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant ACCEPTANCE = keccak256(
        "Acceptance(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant APPROVAL = keccak256(
        "Approval(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant ACCESSION = keccak256(
        "Accession(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant INVITATION = keccak256(
        "Invitation(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant PROVISIONAL_APPLICATION = keccak256(
        "ProvisionalApplication(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant RESERVATION = keccak256(
        "Reservation(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant ACCEPTANCE_OF_RESERVATION = keccak256(
        "AcceptanceOfReservation(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant OBJECTION = keccak256(
        "Objection(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant DECLARATION = keccak256(
        "Declaration(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant TERMINATION = keccak256(
        "Termination(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant AMENDMENT = keccak256(
        "Amendment(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant CORRECTION = keccak256(
        "Correction(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant SUCCESSION = keccak256(
        "Succession(bytes32 agreement,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant WITHDRAWAL = keccak256(
        "Withdrawal(bytes32 subject,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant RECOGNITION = keccak256(
        "Recognition(bytes32 list,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant ALIGNMENTS = keccak256(
        "Alignments(bytes32 list,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );
    bytes32 internal constant REPORTS = keccak256(
        "Reports(bytes32 list,bytes32 clause,bytes32 refersTo,bytes32 content,"
        "bytes32 party,address account,uint64 number,uint64 deadline)"
    );

    error NoSuchAct(ActKind kind);

    /// @notice The struct hash (EIP-712, hashStruct) of an act on `subject` by the holder of `account`.
    /// @param act     the act as it came with the call
    /// @param subject the agreement, norm or list that it is an act on
    /// @param account the account of its party
    /// @return the struct hash
    function hash(Act calldata act, bytes32 subject, address account) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                typeHash(act.kind),
                subject,
                act.clause,
                act.refersTo,
                act.content,
                act.party,
                account,
                act.number,
                act.deadline
            )
        );
    }

    /// @notice The struct hash of a founding signature: number zero, on the document that the agreement names.
    /// @param kind      Signature or SignatureSubjectToRatification
    /// @param agreement the agreement's id, which commits to all its terms
    /// @param document  hash of the agreement's document
    /// @param party     the founder
    /// @param account   the account of the founder
    /// @param deadline  the last second at which it may be recorded, or zero for none
    /// @return the struct hash
    function hashFounding(
        ActKind kind,
        AgreementId agreement,
        bytes32 document,
        PartyId party,
        address account,
        uint64 deadline
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(typeHash(kind), agreement, bytes32(0), bytes32(0), document, party, account, uint64(0), deadline)
        );
    }

    /// @notice The struct hash of a claim, by which a party comes to be.
    /// @param identifier what the party claims to be
    /// @param kind       what kind of actor it claims to be
    /// @param profile    hash of the document with its name and region, or zero
    /// @param account    the account that claims
    /// @param deadline   the last second at which it may be recorded, or zero for none
    /// @return the struct hash
    function hashClaim(string calldata identifier, PartyKind kind, bytes32 profile, address account, uint64 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(CLAIM, keccak256(bytes(identifier)), kind, profile, account, deadline));
    }

    /// @notice The type hash of every kind that has this layout; a claim has its own.
    /// @param kind any kind that a contract records as an act
    /// @return the type hash
    function typeHash(ActKind kind) internal pure returns (bytes32) {
        if (kind == ActKind.Endorsement) return ENDORSEMENT;
        if (kind == ActKind.Opposition) return OPPOSITION;
        if (kind == ActKind.Publication) return PUBLICATION;
        if (kind == ActKind.Derivation) return DERIVATION;
        if (kind == ActKind.Signature) return SIGNATURE;
        if (kind == ActKind.SignatureSubjectToRatification) return SIGNATURE_SUBJECT_TO_RATIFICATION;
        if (kind == ActKind.Ratification) return RATIFICATION;
        if (kind == ActKind.Acceptance) return ACCEPTANCE;
        if (kind == ActKind.Approval) return APPROVAL;
        if (kind == ActKind.Accession) return ACCESSION;
        if (kind == ActKind.Invitation) return INVITATION;
        if (kind == ActKind.ProvisionalApplication) return PROVISIONAL_APPLICATION;
        if (kind == ActKind.Reservation) return RESERVATION;
        if (kind == ActKind.AcceptanceOfReservation) return ACCEPTANCE_OF_RESERVATION;
        if (kind == ActKind.Objection) return OBJECTION;
        if (kind == ActKind.Declaration) return DECLARATION;
        if (kind == ActKind.Termination) return TERMINATION;
        if (kind == ActKind.Amendment) return AMENDMENT;
        if (kind == ActKind.Correction) return CORRECTION;
        if (kind == ActKind.Succession) return SUCCESSION;
        if (kind == ActKind.Withdrawal) return WITHDRAWAL;
        if (kind == ActKind.Recognition) return RECOGNITION;
        if (kind == ActKind.Alignments) return ALIGNMENTS;
        if (kind == ActKind.Reports) return REPORTS;
        revert NoSuchAct(kind);
    }
}
