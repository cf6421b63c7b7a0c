"""What a party is bound to and toward whom, agreement by agreement and clause by clause; of reports, as of any day.

"All" is said only where it is so: clauses that are owed to other parties stand apart. Does not belong here: what the
law makes of acts (`normledger.acts.consent`), who stands behind an outcome (`rows`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.pages import rows
from normledger.composition.record import Undertaking
from normledger.composition.result import Composition
from normledger.identifiers import ClauseId, Hash


@dataclass(frozen=True)
class Promise:
    """Clauses of one agreement owed to the same parties; `lacking` are bound by the agreement, but not owed these."""

    clauses: tuple[str, ...]
    toward: tuple[str, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Bond:
    """What one agreement binds a party to: which of its clauses, since when, and which of them toward whom."""

    agreement: str
    title: str
    clauses: int
    of: int
    date: str | None
    dated: bool
    """Whether the date is of an act of its own; else it is the text's."""
    promises: tuple[Promise, ...]
    without: tuple[str, ...]
    acts: tuple[str, ...]


def binding(composition: Composition, key: str, by: date | None = None) -> dict[str, Any]:
    """Its bonds, newest first; with a day, those of then, and how many more have no date that tells."""
    holders: dict[Hash, list[Undertaking]] = defaultdict(list)
    undated = 0
    for one in _of_then(composition, by) if by else composition.selection.undertakings:
        holders[one.agreement].append(one)
    if by:
        told = {one.agreement for one in composition.selection.undertakings if one.actor == key}
        undated = sum(_date(composition, one) is None for one in told)
    found = [
        _bond(composition, key, agreement, all_of_it)
        for agreement, all_of_it in holders.items()
        if any(one.actor == key for one in all_of_it)
    ]
    return {"bound": sorted(found, key=lambda one: (one.date or "", one.title), reverse=True), "undated": undated}


def _date(composition: Composition, agreement: Hash) -> str | None:
    return composition.selection.agreements[agreement].date


def _of_then(composition: Composition, by: date) -> list[Undertaking]:
    """What was undertaken by a day and not yet ended on it, as it is reported; else the agreement's own day counts."""
    selection, day = composition.selection, by.isoformat()
    found = [
        one
        for one in selection.undertakings
        if (since := one.date or _date(composition, one.agreement)) and _begins(since) <= day
    ]
    return found + [
        Undertaking(one.actor, one.agreement, one.clauses, one.acts, one.author, one.since)
        for one in selection.past
        if one.since and _begins(one.since) <= day and (one.until is None or _begins(one.until) > day)
    ]


def _begins(text: str) -> str:
    """The first day that a date of a report may mean: a year or a month alone begins with its first."""
    plain = text.removesuffix("?")
    return plain + "-01-01"[len(plain) - 4 :] if len(plain) < 10 else plain


def _bond(composition: Composition, key: str, agreement: Hash, all_of_it: Sequence[Undertaking]) -> Bond:
    """Toward whom, clause by clause: whoever is bound by the same clause, unless the undertaking names them."""
    text, names = composition.selection.agreements[agreement], rows.names(composition)
    mine = [one for one in all_of_it if one.actor == key]
    others = frozenset(one.actor for one in all_of_it) - {key}
    held: dict[ClauseId, set[str]] = defaultdict(set)
    for one in all_of_it:
        for id_ in one.clauses:
            held[id_].add(one.actor)
    owed: dict[frozenset[str], list[str]] = {}
    for clause in text.clauses:
        promising = [one for one in mine if clause.id in one.clauses]
        if promising:
            reach = frozenset(
                other
                for one in promising
                for other in (held[clause.id] if one.toward is None else held[clause.id] & one.toward)
            )
            owed.setdefault(reach - {key}, []).append(clause.key)

    def ordered(parties: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(parties, key=lambda other: (names[other].casefold(), other)))

    promised = {id_ for one in mine for id_ in one.clauses}
    return Bond(
        str(agreement),
        text.title,
        len(promised),
        len(text.clauses),
        min((one.date for one in mine if one.date), default=text.date),
        any(one.date for one in mine),
        tuple(Promise(tuple(keys), ordered(reach), ordered(others - reach)) for reach, keys in owed.items()),
        tuple(clause.key for clause in text.clauses if clause.id not in promised),
        tuple(sorted({str(act) for one in mine for act in one.acts})),
    )
