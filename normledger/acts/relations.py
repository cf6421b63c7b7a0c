"""What a clause does between two parties: party × party × clause, computed when asked.

A reservation that stands works between its maker and each other party alone, in both directions, and changes nothing
among the others (VCLT 21, paragraphs 1 and 2):

    the other said                 the reserved clause between the two    all other clauses
    accepts, or kept silent        modified as reserved (21, 1)           in full
    nothing yet, time is left      modified, awaited (20, 5)              in full
    objects                        excluded (21, 3)                       in full
    objects, and opposes entry     none (20, 4 b)                         none

Until somebody answers, the reserving party is treated as a party (practice of depositaries; read to the letter, 20,
paragraph 4 (c) would wait for the first acceptance). "Modified" does not say how: that stands in the reservation's
words, so neither of the two counts toward the other under that clause.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from normledger.acts.reservations import Answer, Reservation, answer_of
from normledger.identifiers import ClauseId, Digest, PartyId

EffectWord = Literal["full", "modified", "excluded", "none"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a clause does between two parties, by which articles and acts. `provisional` where one applies it so."""

    word: EffectWord
    articles: tuple[str, ...]
    acts: tuple[Digest, ...] = ()
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """Who takes part: bound, or applying provisionally; by `acts`; `consented` is when."""

    party: PartyId
    consented: int
    acts: tuple[Digest, ...]
    provisional: bool = False


@dataclass(frozen=True)
class Relations:
    """Every pair's relations under one agreement as of `time`.

    `later` holds, for each text that replaces it, who is bound by that one and since when (Unix seconds).
    """

    members: tuple[Member, ...]
    clauses: tuple[ClauseId, ...]
    reservations: tuple[Reservation, ...]
    time: int
    later: tuple[Mapping[PartyId, int], ...] = ()

    def applies(self, one: PartyId, other: PartyId, clause: ClauseId) -> Effect:
        """What `clause` does between two parties; the same in both directions (21, paragraph 1, is reciprocal)."""
        first, second = self._by_party.get(one), self._by_party.get(other)
        if one == other or clause not in self.clauses or first is None or second is None:
            return Effect("none", ("34",))
        acts = first.acts + second.acts
        provisional = first.provisional or second.provisional
        if self.replaced(one, other) is not None:
            return Effect("none", ("30 (3)", "59"), acts)
        found = Effect("full", ("25 (1)",) if provisional else ("26",), acts, provisional)
        for maker, taker in ((first, second), (second, first)):
            for reservation in self._made_by.get(maker.party, ()):
                answer = answer_of(reservation, taker.party, taker.consented, self.time)
                named = (reservation.act.digest, *answer.acts)
                if answer.word == "opposed":
                    return Effect("none", ("20 (4)(b)",), named)
                if reservation.clause == clause:
                    found = _reduced(found, answer, named)
        return found

    def related(self, party: PartyId) -> frozenset[PartyId]:
        """All others with whom the agreement makes any relation at all."""
        if party not in self._by_party:
            return frozenset()
        apart = self.apart.get(party, frozenset()).union(*(text for text in self.later if party in text))
        return frozenset(self._by_party) - apart - {party}

    def replaced(self, one: PartyId, other: PartyId) -> int | None:
        """Since when a later text governs between two instead of this one; None where none does."""
        return min((max(text[one], text[other]) for text in self.later if one in text and other in text), default=None)

    def toward(self, party: PartyId, clause: ClauseId) -> frozenset[PartyId]:
        """All others toward whom the clause binds this party in full."""
        return frozenset(other for other in self.related(party) if self.applies(party, other, clause).word == "full")

    @cached_property
    def apart(self) -> dict[PartyId, frozenset[PartyId]]:
        """Between whom an objection keeps the agreement from being in force, both ways (20, paragraph 4 b)."""
        found: dict[PartyId, set[PartyId]] = defaultdict(set)
        for reservation in self.reservations:
            for objector in {act.act.party for act in reservation.objections}:
                member = self._by_party.get(objector)
                if member is None or reservation.party not in self._by_party:
                    continue
                if answer_of(reservation, objector, member.consented, self.time).word == "opposed":
                    found[objector].add(reservation.party)
                    found[reservation.party].add(objector)
        return {party: frozenset(others) for party, others in found.items()}

    @cached_property
    def _by_party(self) -> dict[PartyId, Member]:
        return {member.party: member for member in self.members}

    @cached_property
    def _made_by(self) -> dict[PartyId, tuple[Reservation, ...]]:
        found: dict[PartyId, list[Reservation]] = defaultdict(list)
        for reservation in self.reservations:
            found[reservation.party].append(reservation)
        return {party: tuple(made) for party, made in found.items()}


def _reduced(before: Effect, answer: Answer, acts: tuple[Digest, ...]) -> Effect:
    if answer.word == "objected":
        return replace(before, word="excluded", articles=("21 (3)",), acts=acts)
    if before.word == "excluded":
        return before
    return replace(before, word="modified", articles=("21 (1)", answer.article), acts=acts)
