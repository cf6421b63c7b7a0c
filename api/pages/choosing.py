"""Naming a party, agreement or norm in a form: what there is to choose from, who is meant, and what is near to a name.

A form offers names as its reader types (a `datalist`, which needs no script); what is no name leads to a list of links.
Does not belong here: full text, which is `search`'s.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from api.pages import rows
from api.pages.rendering import SHOWN, Shown
from api.pages.seen import Seen, beside
from normledger.composition.result import Composition

Sort = Literal["party", "agreement", "norm", "candidate"]

_OFFERED = 18_000
"""Bytes of names that a page carries; of a register with more, the form leads on to those that are near."""
_NEAR = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """Something with a name: `name` is its key or id, `title` what people call it, `also` its identifiers."""

    sort: Sort
    name: str
    title: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missed:
    """A name that means nothing, or several things, and what may have been meant; `field` is of the form."""

    field: str
    text: str
    near: tuple[Choice, ...]


def choices(seen: Seen, composition: Composition, shown: Shown) -> Sequence[Choice]:
    """All that can be named in what is shown: norms, parties, agreements, forming norms."""

    def made() -> list[Choice]:
        identifiers = {str(one.id): one.identifiers for one in seen.view.parties.values()}
        found = [
            Choice("norm", str(one.id), one.title)
            for one in seen.view.norms.values()
            if one.document is not None and one.document.world == SHOWN[shown][1]
        ]
        found += sorted(
            (
                Choice("party", one.key, one.name, tuple(identifiers.get(one.key, (one.key,))))
                for one in composition.record.actors
            ),
            key=lambda one: one.title.casefold(),
        )
        found += sorted(
            (Choice("agreement", str(id_), one.title) for id_, one in composition.selection.agreements.items()),
            key=lambda one: one.title.casefold(),
        )
        return found + [Choice("candidate", one.key, one.text) for one in rows.rows(composition)]

    return beside(composition, ("choices", shown), made)


def meant(among: Sequence[Choice], text: str) -> Choice | None:
    """The one thing that this names: by key, title, identifier or the identifier's end; None where that is not one."""
    wanted = text.strip().casefold()
    for names in (
        lambda one: (one.name.casefold(),),
        lambda one: (one.title.casefold(),),
        lambda one: tuple(name.casefold() for name in one.also),
        lambda one: tuple(name.casefold().rpartition(":")[2] for name in one.also),
    ):
        found = [one for one in among if wanted in names(one)]  # type: ignore[no-untyped-call]  # these four above
        if len(found) == 1:
            return found[0]
    return None


def near(among: Sequence[Choice], text: str) -> tuple[Choice, ...]:
    """Those whose names have all these words, or begin with them; else some of them; most alike first."""
    words = folded(text).split()
    if not words:
        return ()
    scored = []
    for place, one in enumerate(among):
        whole = folded(" ".join((one.title, *one.also)))
        hits = sum(bool(re.search(r"(?<!\w)" + re.escape(word), whole)) for word in words)
        if hits:
            scored.append((-hits, len(one.title), place, one))
    best = [entry for entry in scored if -entry[0] == len(words)] or scored
    return tuple(entry[-1] for entry in sorted(best, key=lambda entry: entry[:3])[:_NEAR])


def offered(among: Sequence[Choice], *sorts: Sort) -> list[str]:
    """The titles that a form offers, each once."""
    titles = list(dict.fromkeys(one.title for one in among if one.sort in sorts))
    return titles if sum(len(title.encode()) + 26 for title in titles) <= _OFFERED else []


def folded(text: str) -> str:
    """Without case and accents, compatibility forms made equal: for comparing what people type."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
