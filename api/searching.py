"""The words of a view, folded once, so that who looks for some of them need not fold them again.

A word counts wherever it stands within a text, in whatever case and whatever accents: what people type is seldom what
was signed, letter for letter. Nothing is ranked by likeness: titles and names first, then texts, each in its order.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from api import answers, schemas
from normledger.composition.record import Basis, World
from normledger.errors import InputError
from normledger.ledger.queries import View

_AROUND = 80
"""Characters of a text that an excerpt shows on each side."""

_WORDS = 12


def folded(text: str) -> str:
    """Without case, accents and compatibility forms."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that may be found; `heading` and `body` are folded."""

    sort: str
    id: str
    title: str
    text: str
    basis: Basis
    world: World | None
    url: str
    heading: str
    body: str

    @property
    def name(self) -> str:
        """Its place in the list: no two are alike."""
        return f"{self.sort} {self.url} {self.id}"


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that holds all words."""

    entry: Entry
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """Of its entry."""
        return self.entry.name

    def told(self) -> schemas.HitModel:
        """As it crosses HTTP, with the words around the first that was looked for."""
        one = self.entry
        return schemas.HitModel(
            sort=one.sort,  # type: ignore[arg-type]  # one of its words
            id=one.id,
            title=one.title,
            excerpt=self._excerpt(),
            world=one.world,
            basis=one.basis,
            url=one.url,
        )

    def _excerpt(self) -> str:
        text = self.entry.text or self.entry.title
        place = min((at for word in self.words if (at := self.entry.body.find(word)) >= 0), default=0)
        # Folding may change a text's length a little, so the place is near, not exact.
        start, end = max(0, place - _AROUND), min(len(text), place + _AROUND)
        start = text.rfind(" ", 0, start) + 1 if start else 0
        stop = text.find(" ", end)
        end = len(text) if stop < 0 else stop
        return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


class Index:
    """All that may be found in a view."""

    def __init__(self, view: View) -> None:
        self._entries = list(_entries(view))

    def find(self, query: str, sort: str | None = None) -> Sequence[Hit]:
        """Entries that hold all words: those whose title or name does first. Raises `InputError` for no word."""
        words = tuple(folded(query).split())
        if not words:
            raise InputError("there is no word in it; give at least one", field="q")
        if len(words) > _WORDS:
            raise InputError(f"there are more than {_WORDS} words in it; give fewer", field="q")
        among = [one for one in self._entries if sort in (None, one.sort)]
        titled = [one for one in among if all(word in one.heading for word in words)]
        seen = {one.name for one in titled}
        within = [
            one
            for one in among
            if one.name not in seen and all(word in one.body or word in one.heading for word in words)
        ]
        return [Hit(one, words) for one in (*titled, *within)]


def _entries(view: View) -> list[Entry]:
    found: list[Entry] = []

    def add(
        sort: str, id_: str, title: str, text: str, basis: Basis, world: World | None, url: str, beside: str = ""
    ) -> None:
        found.append(Entry(sort, id_, title, text, basis, world, url, folded(f"{title} {beside}"), folded(text)))

    for party in view.parties.values():
        claims = " ".join(party.identifiers)
        add("party", str(party.id), party.name, claims, "consented", party.world, f"/v1/parties/{party.id}", claims)
    for norm in view.norms.values():
        text = norm.document.text if norm.document else ""
        world = norm.document.world if norm.document else None
        add("norm", str(norm.id), norm.title, text, "consented", world, f"/v1/norms/{norm.id}")
    texts: list[tuple[schemas.AgreementModel, list[schemas.ClauseModel]]] = []
    documents = {str(one.id): one.document for one in view.agreements.values()}
    reported = {str(one.hash): one for one in view.reported_agreements.values()}
    for agreement in answers.agreements(view):
        document = documents[agreement.id] if agreement.basis == "consented" else reported[agreement.id]
        add(
            "agreement",
            agreement.id,
            agreement.title,
            agreement.title,
            agreement.basis,
            agreement.world,
            f"/v1/agreements/{agreement.id}",
        )
        texts.append((agreement, answers.clauses(document) if document else []))
    for agreement, clauses in texts:
        for clause in clauses:
            title = f"{agreement.title}, {clause.key} {clause.heading}".strip()
            # Of a clause only its own heading is a heading: or else every clause would stand for its agreement's title.
            found.append(
                Entry(
                    "clause",
                    clause.id,
                    title,
                    clause.text,
                    agreement.basis,
                    agreement.world,
                    f"/v1/clauses/{clause.id}",
                    folded(clause.heading),
                    folded(clause.text),
                )
            )
    return list({one.name: one for one in found}.values())
