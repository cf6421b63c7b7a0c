"""The rows of a composition as pages list them: numbers with their acts, filters, who is near. Kept beside it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from markupsafe import Markup

from api.composed import FORMS
from api.pages import charts, toward
from api.pages.seen import beside
from normledger.composition.coalitions import Candidate
from normledger.composition.emergence import Life, emergence
from normledger.composition.explore import Change, Near, one_clause_away, what_if
from normledger.composition.indicators import Indicators, Mutuality
from normledger.composition.record import Actor
from normledger.composition.result import Composition
from normledger.identifiers import Hash

Order = Literal["strongest", "parties", "recent"]


@dataclass(frozen=True)
class Row:
    """One outcome with who stands behind it; what is dear to work out is worked out when a page first asks for it."""

    composition: Composition = field(repr=False)
    candidate: Candidate
    text: str

    @property
    def key(self) -> str:
        """The candidate's key as 0x-hex."""
        return str(self.candidate.key)

    @cached_property
    def members(self) -> frozenset[str]:
        """The keys of those who stand behind it."""
        return frozenset(self.candidate.parties)

    @property
    def parties(self) -> int:
        """How many stand behind it."""
        return len(self.candidate.parties)

    @property
    def agreements(self) -> int:
        """How many agreements, independent of each other."""
        return len(self.candidate.independent)

    @cached_property
    def found(self) -> Indicators:
        """Its indicators."""
        return self.composition.judge(self.candidate.key)

    @cached_property
    def kinds(self) -> list[tuple[str, int]]:
        """By kind, largest group first."""
        return self._mix(lambda actor: actor.kind)

    @cached_property
    def regions(self) -> list[tuple[str, int]]:
        """By region of UN M49, largest group first."""
        return self._mix(lambda actor: actor.region)

    def _mix(self, trait: Callable[[Actor], str]) -> list[tuple[str, int]]:
        known = actors(self.composition)
        counts = Counter(trait(known[party]) or "unknown" for party in self.candidate.parties)
        return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))

    @property
    def recent(self) -> int:
        """How many came within the last five years."""
        return self.found.momentum.recent.value

    @property
    def already(self) -> list[tuple[str, str]]:
        """The agreements that alone bind all of them, with their titles."""
        titles = self.composition.selection.agreements
        return [(str(one), titles[one].title) for one in self.candidate.already_agreed_in]

    @cached_property
    def life(self) -> Life:
        """How it grew."""
        return beside(
            self.composition.context,
            ("life", self.candidate.key),
            lambda: emergence(self.composition, self.candidate.key),
        )

    @cached_property
    def spark(self) -> charts.Spark | None:
        """The same as a small line."""
        return charts.spark(self.life, self.parties)

    def toward(self) -> Markup:
        """Who toward whom, in the reader's language."""
        return toward.sentence(self.found.mutuality, names(self.composition), self.parties)

    @cached_property
    def bilateral(self) -> Mutuality | None:
        """Who toward whom in bilateral agreements alone, where there are others too."""
        forms = {form: among for form in FORMS if (among := self.composition.mutuality_in(self.candidate.key, form))}
        return forms["bilateral"] if len(forms) > 1 else None

    def among_two(self) -> Markup | None:
        """The same in bilateral agreements alone, where that says something else."""
        if self.bilateral is None or self.bilateral.sentence == self.found.mutuality.sentence:
            return None
        return toward.sentence(self.bilateral, names(self.composition), size_of(self.bilateral))


def actors(composition: Composition) -> Mapping[str, Actor]:
    """Every actor of the record by key."""
    return beside(composition, "actors", lambda: {actor.key: actor for actor in composition.record.actors})


def names(composition: Composition) -> Mapping[str, str]:
    """What people call every actor of the record."""
    return beside(composition, "names", lambda: {actor.key: actor.name for actor in composition.record.actors})


def text_of(composition: Composition, key: Hash) -> str:
    """What a row asks for."""
    return " ".join(composition.outcomes[outcome].text for outcome in composition.candidate(key).outcomes)


def rows(composition: Composition) -> Sequence[Row]:
    """All rows that stand, strongest first."""
    return beside(composition, "rows", lambda: [row(composition, one.key) for one in composition.rows if one.stands])


def row(composition: Composition, key: Hash) -> Row:
    """One row, whether it stands or not."""
    return beside(
        composition, ("row", key), lambda: Row(composition, composition.candidate(key), text_of(composition, key))
    )


def size_of(found: Mutuality) -> int:
    """How many parties there are, from how many pairs are possible: n (n - 1) / 2."""
    size = 0
    while size * (size - 1) // 2 < found.pairs.possible:
        size += 1
    return max(size, 1)


def filtered(
    found: Sequence[Row],
    *,
    region: str = "",
    kind: str = "",
    parties: int = 0,
    agreements: int = 0,
    order: Order = "strongest",
) -> list[Row]:
    """Those with somebody of the region and of the kind, and as many parties and agreements at least."""
    kept = [
        one
        for one in found
        if one.parties >= parties
        and one.agreements >= agreements
        and (not region or any(name == region for name, _ in one.regions))
        and (not kind or any(name == kind for name, _ in one.kinds))
    ]
    if order == "parties":
        kept.sort(key=lambda one: -one.parties)
    elif order == "recent":
        kept.sort(key=lambda one: (-one.recent, one.found.momentum.latest is None, -one.parties))
    return kept


def near(composition: Composition, key: Hash) -> Mapping[str, Near]:
    """Every party that one clause would bring into a row's coalition."""

    def made() -> dict[str, Near]:
        everybody = len(composition.context.parties)
        return {away.party: away for away in one_clause_away(composition, key, everybody)}

    return beside(composition.context, ("near", key), made)


AHEAD = 8
"""Rows of the front page."""

_LISTED = 50
"""Rows that are judged ahead: a page of a list of the API."""


def ahead(composition: Composition) -> Iterator[None]:
    """What pages open with, in the order in which readers come to it; the first step is what the front page shows."""
    everything = rows(composition)
    for one in everything[:AHEAD]:
        _ = one.found, one.kinds, one.regions, one.spark, one.bilateral
    yield
    names(composition)
    for one in everything[:_LISTED]:
        _ = one.found, near(composition, one.candidate.key)
        yield
    _ = composition.derivation
    yield


@dataclass(frozen=True)
class Step:
    """What one clause, signed by one party, would do: to the row that it was asked about and to all others."""

    row: Row
    near: Near
    changes: tuple[Change, ...]


def steps(composition: Composition, party: str, most: int) -> list[Step]:
    """What a party's signature would change, by clause: those first that bring it into most, and a new region."""

    def made() -> list[Step]:
        away = [
            (one, known[party]) for one in rows(composition) if party in (known := near(composition, one.candidate.key))
        ]
        away.sort(key=lambda item: (not item[1].joins, -item[1].outcomes, not item[1].new_region, -item[1].pairs))
        found: list[Step] = []
        seen = set()
        for one, how in away:
            if how.clause not in seen and len(found) < most:
                seen.add(how.clause)
                found.append(Step(one, how, what_if(composition, [(party, how.clause)])))
        return found

    return beside(composition, ("steps", party, most), made)
