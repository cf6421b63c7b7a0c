"""A draft agreement on its way round: by an unguessable link, signed in any order, recorded at once by the last.

A ceremony adds two things to the outbox, in which the signatures lie like all others: which text the link leads to, and
who gave which signature through it. So a kill at any point loses nothing that was accepted, the relayer records all
founding signatures in one transaction once the last is there, and what a founder signed elsewhere counts here too.

Signatures of a ceremony carry its end as their deadline, so that its end is law and not a promise of whoever runs the
service. A founding signature has number 0, which the contracts let nobody cancel: until it is recorded or its deadline
passes, only a rotation of the party's account makes it void. The text never changes; another text is another ceremony.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from normledger.acts.act import FOUNDING, Act, ActKind
from normledger.acts.consent import is_founding
from normledger.acts.release import Release
from normledger.acts.typed_data import from_json
from normledger.documents.canonical import parse_canonical
from normledger.documents.document import Agreement, Founder
from normledger.documents.document_reader import read_document
from normledger.errors import InputError, NotFound, Refused, SignatureError
from normledger.identifiers import Address, AgreementId, Digest, Hash, PartyId, keccak
from normledger.ledger.database import writing
from normledger.ledger.queries import View, terms_of
from normledger.relay.beside import CeremonyRow, CeremonySignatureRow
from normledger.relay.outbox import Outbox, Submission
from normledger.relay.preparation import REGISTER, Prepared, prepare

LONGEST = 366
"""Days for which a ceremony may stay open."""

MOST = 10_000
"""Ceremonies that are kept at a time; one whose end is a month past makes room."""

_ROOM = 30 * 86_400


State = Literal["awaited", "signed", "recorded", "refused"]


@dataclass(frozen=True, slots=True)
class Signatory:
    """A founder in a ceremony. `registered` tells whether it has claimed its identifier here yet.

    `state` is ``awaited``, ``signed`` (kept, not on the chain), ``recorded`` (on the chain), or ``refused`` (why tells
    `reason`; it may sign again). `digest` and `kind` are of its signature, `at` in Unix seconds.
    """

    founder: Founder
    registered: bool
    state: State
    digest: Digest | None = None
    kind: ActKind | None = None
    at: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Ceremony:
    """A ceremony as it stands. Times are in Unix seconds."""

    text: Agreement
    agreement: Hash
    opened: int
    ends: int
    over: bool
    signatories: tuple[Signatory, ...]

    @property
    def awaited(self) -> tuple[Signatory, ...]:
        """Who has not signed yet, or must sign again."""
        return tuple(one for one in self.signatories if one.state in ("awaited", "refused"))

    @property
    def recorded(self) -> bool:
        """Whether the chain holds all signatures."""
        return all(one.state == "recorded" for one in self.signatories)


Submit = Callable[[dict[str, Any], str, Sequence[dict[str, Any]]], Submission]
"""Checks a signed act and puts it into the outbox: typed data, signature, texts."""


class Ceremonies:
    """The open and past ceremonies, in the outbox's database."""

    def __init__(self, outbox: Outbox, release: Release) -> None:
        self._engine, self._outbox, self._release = outbox.engine, outbox, release
        self._writing = writing(outbox.engine)

    def open(self, view: View, text: Agreement, days: int, now: int) -> str:
        """Open a ceremony on a text for some days; gives the secret word of its link. Durable once this returns."""
        if not 1 <= days <= LONGEST:
            raise InputError(f"a ceremony stays open for 1 to {LONGEST} days", field="days")
        agreement = terms_of(text).id
        if agreement in view.agreements:
            raise Refused(f"“{text.title}” is on the chain already; sign it there, or change the draft.")
        token = secrets.token_urlsafe(24)
        with Session(self._writing) as session:
            for name in session.exec(select(CeremonyRow.name).where(CeremonyRow.ends < now - _ROOM)).all():
                session.exec(delete(CeremonySignatureRow).where(col(CeremonySignatureRow.ceremony) == name))
                session.exec(delete(CeremonyRow).where(col(CeremonyRow.name) == name))
            if session.exec(select(func.count()).select_from(CeremonyRow)).one() >= MOST:
                raise Refused("Too many ceremonies are open here now; try again later, or elsewhere.")
            session.add(
                CeremonyRow(
                    name=_name(token),
                    opened=now,
                    ends=now + days * 86_400,
                    agreement=str(agreement),
                    text=text.bytes.decode(),
                )
            )
            session.commit()
        return token

    def read(self, view: View, token: str, now: int) -> Ceremony:
        """A ceremony by its link's word, as it stands. Raises `NotFound`."""
        row, text = self._row(token)
        with Session(self._engine) as session:
            given = session.exec(
                select(CeremonySignatureRow)
                .where(CeremonySignatureRow.ceremony == row.name)
                .order_by(col(CeremonySignatureRow.at))
            ).all()
        agreement = Hash(terms_of(text).id)
        kept: dict[PartyId, Submission] = {}
        for one in given:
            try:
                kept[PartyId.parse(one.party)] = self._outbox.get(Digest.parse(one.digest))
            except NotFound:
                continue  # an outbox put back from an older copy
        for waiting in self._outbox.pending():
            act = waiting.statement
            if isinstance(act, Act) and act.subject == agreement and act.kind in FOUNDING:
                kept[act.party] = waiting  # the newest of a party is the one that is carried
        return Ceremony(
            text,
            agreement,
            row.opened,
            row.ends,
            max(now, view.at.time) > row.ends,
            tuple(_signatory(view, agreement, founder, kept.get(founder.id)) for founder in text.founders),
        )

    def prepare(
        self, view: View, token: str, party: str, now: int, *, subject_to_ratification: bool, by: Address | None = None
    ) -> Prepared:
        """A founder's signature under a ceremony's text, to lapse with the ceremony. Raises `Refused`, `NotFound`."""
        ceremony = self.read(view, token, now)
        founders = [one.founder for one in ceremony.signatories if _is_called(one.founder, party)]
        if len(founders) > 1:
            raise InputError(f"{len(founders)} founders are called {party!r}; name one by its id", field="party")
        if not founders:
            raise Refused(
                f"“{ceremony.text.title}” does not name {party} among its founders.", reason="ClosedTo"
            ).about("party")
        (founder,) = founders
        _still_open(ceremony)
        if founder.id not in view.parties:
            raise NotFound("party", founder.name, REGISTER).about("party")
        kind = ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION if subject_to_ratification else ActKind.SIGNATURE
        return prepare(
            view, self._release, kind, ceremony.agreement, founder.id, content=ceremony.text, deadline=ceremony.ends,
            by=by,
        )  # fmt: skip

    def sign(
        self, view: View, token: str, typed_data: dict[str, Any], signature: str, now: int, submit: Submit
    ) -> Submission:
        """Take a founder's signature; the same one may come twice. `submit` checks it and keeps it in the outbox.

        Raises `Refused` where it is of another text or the ceremony is over, and whatever `submit` raises.
        """
        ceremony = self.read(view, token, now)
        try:
            _, act = from_json(typed_data, self._release)
        except InputError as error:
            raise error.within("typed_data") from None
        if not isinstance(act, Act) or act.kind not in FOUNDING:
            raise SignatureError("This is no founding signature; sign what the ceremony prepares.").about(
                "typed_data.primaryType"
            )
        if act.subject != ceremony.agreement or act.content != ceremony.text.hash:
            raise SignatureError(
                f"The signature is for another text ({act.content}) than the one of this ceremony "
                f"({ceremony.text.hash}); sign what the ceremony prepares."
            ).about("typed_data.message.content")
        if act.deadline != ceremony.ends:
            raise SignatureError(
                f"The signature's deadline is {act.deadline}, the ceremony ends at {ceremony.ends}; sign what the "
                "ceremony prepares, so that all signatures lapse together."
            ).about("typed_data.message.deadline")
        if not any(one.founder.id == act.party and one.state == "recorded" for one in ceremony.signatories):
            _still_open(ceremony)
        accepted = submit(typed_data, signature, [ceremony.text.to_json()])
        # A kill before the next line loses no signature: the outbox has it, and `read` looks there too.
        with Session(self._writing) as session:
            key = (_name(token), str(accepted.digest))
            if session.get(CeremonySignatureRow, key) is None:
                session.add(CeremonySignatureRow(ceremony=key[0], digest=key[1], party=str(act.party), at=now))
                session.commit()
        return accepted

    def _row(self, token: str) -> tuple[CeremonyRow, Agreement]:
        with Session(self._engine) as session:
            row = session.get(CeremonyRow, _name(token))
        if row is None:
            raise NotFound("ceremony", token[:6] + "…", "copy its link whole; a month after its end it is forgotten")
        text = read_document(parse_canonical(row.text.encode()))
        assert isinstance(text, Agreement)  # nothing else is ever written there
        return row, text


def _signatory(view: View, agreement: Hash, founder: Founder, kept: Submission | None) -> Signatory:
    registered = founder.id in view.parties
    known = view.agreements.get(AgreementId(agreement))
    for act in known.acts if known else ():
        if act.act.party == founder.id and is_founding(act):
            return Signatory(founder, registered, "recorded", act.digest, act.act.kind, act.recorded.time)
    if kept is None or not isinstance(kept.statement, Act):
        return Signatory(founder, registered, "awaited")
    state: State = "refused" if kept.status == "refused" else "signed"
    return Signatory(founder, registered, state, kept.digest, kept.statement.kind, kept.received, kept.reason)


def _still_open(ceremony: Ceremony) -> None:
    if ceremony.recorded:
        raise Refused(f"“{ceremony.text.title}” is recorded with all its signatures; there is nothing left to sign.")
    if ceremony.over:
        raise Refused("The ceremony is over and its signatures have lapsed; open a new one for this text.")


def _is_called(founder: Founder, name: str) -> bool:
    return name in (str(founder.id), founder.identifier, founder.name) or founder.identifier.endswith(f":{name}")


def _name(token: str) -> str:
    return str(keccak(b"ceremony:" + token.encode()))
