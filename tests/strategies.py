"""Generated texts, documents and acts for Hypothesis, and acts as if recorded, for what is decided from acts alone."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract, Recorded, RecordedAct
from normledger.acts.powers import FullPowers, FurtherClaim, OwnCancellation, Revocation, Rotation, bits_of
from normledger.acts.typed_data import KINDS_OF, Domain, Signable
from normledger.documents.document import (
    ADMISSIONS,
    Agreement,
    Alignments,
    Asked,
    Clause,
    ClauseAlignment,
    Document,
    Founder,
    Norm,
    Outcome,
    Profile,
    Report,
    Reported,
    ReportedAgreement,
    Reports,
    Rules,
    Statement,
)
from normledger.identifiers import (
    KINDS,
    ZERO,
    Address,
    ClauseId,
    Digest,
    DocumentHash,
    Hash,
    Identifier,
    OutcomeId,
    PartyId,
    keccak,
)

SIGNED = tuple((contract, kind) for contract, kinds in KINDS_OF.items() for kind in kinds)
"""Every kind of act that a contract records, with the contract."""


def of_type(kind: type[Hash]) -> st.SearchStrategy[Any]:
    """Hashes of one sort."""
    return st.binary(min_size=32, max_size=32).map(kind)


def texts(*, min_size: int = 1, max_size: int = 40) -> st.SearchStrategy[str]:
    """Unicode in NFC that is not all white space (unless it may be empty)."""
    made = st.text(st.characters(exclude_categories=["Cs"]), min_size=min_size, max_size=max_size)
    normal = made.map(lambda text: unicodedata.normalize("NFC", text))
    return normal.filter(lambda text: bool(text.strip())) if min_size else normal


ADDRESSES = st.binary(min_size=20, max_size=20).map(Address)
LETTERS = st.text("abcdefghijklmnopqrstuvwxyzéßж北", min_size=1, max_size=12)
IDENTIFIERS = st.builds(
    lambda fictional, scheme, value: Identifier(f"{'exercise:' if fictional else ''}{scheme}:{value}"),
    st.booleans(),
    st.sampled_from(["state", "lei", "domain", "name"]),
    LETTERS,
)
DATES = st.one_of(
    st.none(), st.dates().map(lambda day: day.isoformat()), st.sampled_from(["2018", "1999-12", "2015-09?", "0997"])
)
RELATIONS = st.sampled_from(["same", "implies", "narrower", "opposite", "none"])


@st.composite
def clause_lists(draw: st.DrawFn, min_size: int = 1, max_size: int = 4) -> tuple[Clause, ...]:
    """Clauses whose keys differ."""
    keys = draw(st.lists(LETTERS, min_size=min_size, max_size=max_size, unique=True))
    asked = st.builds(Asked, of_type(OutcomeId), RELATIONS)
    heading = st.one_of(st.just(""), texts())
    return tuple(
        Clause(key, draw(texts()), draw(heading), draw(st.sampled_from(["en", "fr", "zh"])),
               tuple(draw(st.lists(asked, max_size=2))))
        for key in keys
    )  # fmt: skip


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    """Agreements that the reader takes."""
    ids = sorted(draw(st.lists(of_type(PartyId), min_size=2, max_size=4, unique=True)))
    form = draw(st.sampled_from(["bilateral", "multi-stakeholder"])) if len(ids) == 2 else "multi-stakeholder"
    rules = Rules(
        draw(st.sampled_from(["treaty", "contract", "political", "voluntary"])),
        form,
        draw(st.sampled_from(ADMISSIONS)),
        draw(st.sampled_from(["on-signature", "on-ratification"])),
        draw(st.booleans()) if form != "bilateral" else False,
        draw(st.integers(0, 36_525)),
    )
    founders = tuple(Founder(id_, draw(IDENTIFIERS), draw(st.sampled_from(KINDS)), draw(texts())) for id_ in ids)
    languages = tuple(draw(st.lists(st.sampled_from(["en", "fr"]), max_size=2, unique=True)))
    return Agreement(draw(texts()), draw(clause_lists()), rules, founders, languages, draw(DATES))


REPORTED_AGREEMENTS = st.builds(
    ReportedAgreement,
    title=texts(),
    clauses=clause_lists(min_size=0),
    source_id=texts(),
    date=DATES,
    character=texts(),
    form=texts(),
    facts=st.dictionaries(LETTERS, texts(min_size=0), max_size=3).map(lambda facts: tuple(sorted(facts.items()))),
    sources=st.lists(texts(min_size=0), max_size=2).map(tuple),
)
REPORTS = st.builds(
    Report,
    of_type(DocumentHash),
    st.builds(Reported, IDENTIFIERS, texts(), st.sampled_from((*KINDS, "unknown")), st.sampled_from(["", "FRA"])),
    texts(),
    DATES,
    DATES,
)
DOCUMENTS: st.SearchStrategy[Document] = st.one_of(
    agreements(),
    REPORTED_AGREEMENTS,
    st.builds(Reports, of_type(PartyId), st.lists(REPORTS, min_size=1, max_size=4).map(tuple)),
    st.builds(
        Alignments,
        of_type(PartyId),
        st.lists(
            st.builds(ClauseAlignment, of_type(ClauseId), of_type(OutcomeId), RELATIONS), min_size=1, max_size=4
        ).map(tuple),
    ),
    st.builds(Outcome, texts(), st.sampled_from(["require", "refrain", "permit", "unknown"])),
    st.builds(
        Norm,
        texts(),
        texts().filter(lambda text: not set("[]") & set(text)),
        st.lists(of_type(OutcomeId), min_size=1, max_size=3, unique=True).map(lambda ids: tuple(sorted(ids))),
        st.sampled_from(["real", "exercise"]),
    ),
    st.builds(Profile, texts(), st.sampled_from(["", "FRA"]), st.sampled_from(["", "Europe"])),
    st.builds(Statement, texts()),
)

NUMBERS = st.integers(0, 2**64 - 1)
"""A party's number on a subject, a deadline, a time: what 64 bits hold."""

DOMAINS = st.builds(Domain, st.integers(0, 2**256 - 1), ADDRESSES)
CLAIMS = st.builds(Claim, IDENTIFIERS, st.integers(1, len(KINDS)), of_type(Hash), ADDRESSES, NUMBERS)
OWN_ACTS: dict[str, st.SearchStrategy[Any]] = {
    "Claim": CLAIMS,
    "FurtherClaim": st.builds(FurtherClaim, of_type(PartyId), IDENTIFIERS, of_type(Hash), ADDRESSES, NUMBERS, NUMBERS),
    "Rotation": st.builds(Rotation, of_type(PartyId), ADDRESSES, ADDRESSES, NUMBERS, NUMBERS),
    "FullPowers": st.builds(
        FullPowers,
        of_type(PartyId),
        ADDRESSES,
        st.one_of(st.just(ZERO), of_type(Hash)),
        st.frozensets(st.sampled_from(ActKind), min_size=1).map(bits_of),
        NUMBERS,
        ADDRESSES,
        NUMBERS,
        NUMBERS,
    ),
    "Revocation": st.builds(
        Revocation, of_type(PartyId), ADDRESSES, st.one_of(st.just(ZERO), of_type(Hash)), ADDRESSES, NUMBERS, NUMBERS
    ),
    "OwnCancellation": st.builds(OwnCancellation, of_type(PartyId), ADDRESSES, NUMBERS, NUMBERS),
}
"""What a party signs of itself, by the name of its type."""


def acts(contract: Contract, kind: ActKind) -> st.SearchStrategy[Act]:
    """Acts of one kind, every field that its type has at random."""
    plain = contract is Contract.NORM_REGISTRY or kind in FOUNDING
    named = st.just(ZERO) if plain else of_type(Hash)
    return st.builds(
        Act,
        st.just(contract),
        st.just(kind),
        of_type(Hash),
        of_type(PartyId),
        ADDRESSES,
        st.just(0) if kind in FOUNDING else NUMBERS,
        named,
        named,
        of_type(Hash),
        NUMBERS,
    )


STATEMENTS: st.SearchStrategy[Signable] = st.one_of(
    st.sampled_from(SIGNED).flatmap(lambda one: acts(*one)), *OWN_ACTS.values()
)


def party_id(name: str) -> PartyId:
    """A party called so."""
    return PartyId(keccak(name.encode()))


def text_of(
    *parties: str,
    form: str = "multi-stakeholder",
    admission: str = "open",
    takes_effect: str = "on-signature",
    reservations: bool = True,
    notice_days: int = 0,
    reservation_days: int = 30,
    clauses: Sequence[str] = ("Parties shall help.", "Parties shall report."),
) -> Agreement:
    """A small agreement between parties of these names."""
    founders = sorted((Founder(party_id(one), Identifier(f"name:{one}"), "ngo", one) for one in parties),
                      key=lambda founder: founder.id)  # fmt: skip
    return Agreement(
        title=f"Agreement of {', '.join(parties)}",
        clauses=tuple(Clause(str(number), text) for number, text in enumerate(clauses, start=1)),
        rules=Rules(
            "voluntary",
            form,  # type: ignore[arg-type]
            admission,  # type: ignore[arg-type]
            takes_effect,  # type: ignore[arg-type]
            reservations,
            notice_days,
            reservation_days=reservation_days if reservations else 0,
        ),
        founders=tuple(founders),
    )


def recorded(
    kind: ActKind,
    party: str,
    number: int,
    block: int,
    *,
    index: int = 0,
    clause: Hash = ZERO,
    refers_to: Hash = ZERO,
    time: int | None = None,
) -> RecordedAct:
    """An act as if recorded; a block comes every day (86,400 s), so that notice is easy to reckon."""
    agreement, account = keccak(b"agreement"), Address(bytes(20))
    act = Act(
        Contract.AGREEMENT_LEDGER, kind, agreement, party_id(party), account, number, clause, refers_to
    )  # fmt: skip
    digest = Digest(keccak(f"{kind} {party} {number} {clause} {refers_to}".encode()))
    where = Recorded(block, ZERO, block * 86_400 if time is None else time, ZERO, index)
    return RecordedAct(act, digest, b"", where)
