"""Asking on from a composition: what if, who is near, whom to invite, which single clause closes a conflict.

Belongs here: answers about steps that nobody has taken. Does not belong here: comparing what is (`comparison`), or
predicting that anybody takes a step.

Outcomes and alignments stay as composed, because no step changes a text: only the columns of the outcomes that the
touched clauses ask for are crossed again. Packages are followed as far as they were composed; a step that would close a
new one does not list it. Ties are broken by key, so that the order never depends on the order of input.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from normledger.composition.coalitions import Candidate, independent, key_of
from normledger.composition.context import Context, bits, cross
from normledger.composition.indicators import Aside
from normledger.composition.record import Undertaking
from normledger.composition.result import Composition
from normledger.errors import InputError, NotFound
from normledger.identifiers import ClauseId, Hash, OutcomeId

Turn = Literal["appears", "grows", "shifts", "shrinks", "vanishes"]
"""Of a candidate norm: it comes to stand; its coalition gains, or gains and loses, or loses; it no longer stands. Where
the parties stay, independent agreements decide, then pairs held. What does not stand yet may grow all the same."""


def _meet(sets: Iterable[int]) -> int:
    """What all bit sets have in common; all bits of none."""
    common = -1
    for one in sets:
        common &= one
    return common


@dataclass(frozen=True, slots=True)
class Measure:
    """A coalition's size before or after a step: parties, independent agreements, pairs held; whether it stands."""

    parties: int
    independent: int
    pairs: int
    stands: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What a step does to one row or package."""

    key: Hash
    outcomes: tuple[OutcomeId, ...]
    turn: Turn
    before: Measure
    after: Measure
    joined: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """A party outside a coalition that one clause would bring in, and what this step would change.

    `clause` of `agreement` is the one whose signature would tie it to most of the coalition; where `joins` is False,
    that agreement is bilateral, and the step is a new one in its words. `missing` is the outcome it lacks. `narrower`
    are clauses that bind it already and ask for less. `outcomes` and `packages` count what it would enter, `ties` the
    agreements that it has with members already.
    """

    party: str
    missing: OutcomeId
    agreement: Hash
    clause: ClauseId
    joins: bool
    pairs: int
    new_region: str
    new_kind: str
    outcomes: int
    packages: int
    ties: int
    narrower: tuple[ClauseId, ...]


@dataclass(frozen=True, slots=True)
class Invitation:
    """A party worth asking: what it would bring, and what it has in common with the coalition already."""

    party: str
    near: Near | None
    agreement: Hash
    clause: ClauseId
    new_region: str
    new_kind: str
    agreements: tuple[Hash, ...]
    shared: tuple[OutcomeId, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """One clause whose end would close a conflict: who would have to give it up, and what else that changes.

    `opposite` tells whether it is the clause that asks the opposite, or one of those that ask for the outcome.
    `left` are parties in conflict all the same, by other clauses.
    """

    clause: ClauseId
    agreement: Hash
    opposite: bool
    parties: tuple[str, ...]
    left: tuple[str, ...]
    changes: tuple[Change, ...]


def what_if(
    composition: Composition,
    consents: Iterable[tuple[str, Hash]] = (),
    withdrawals: Iterable[tuple[str, Hash]] = (),
) -> tuple[Change, ...]:
    """What changes if these parties consented to these clauses, or withdrew; strongest change first.

    A step names a party's key and a clause, or an agreement for all its clauses. Consent binds toward everybody bound
    by the same clause. Withdrawal from a bilateral agreement ends it for both, as in law (VCLT 54, 56). Raises
    `NotFound` for an unknown party, clause or agreement, and `InputError` for a step that is no change.
    """
    joining = [(party, clause) for party, name in consents for clause in _clauses(composition, party, name)]
    leaving = [(party, clause) for party, name in withdrawals for clause in _clauses(composition, party, name)]
    both = {(party, clause) for party, clause in joining} & set(leaving)
    if both:
        raise InputError("one step consents to a clause and withdraws from it; keep one", field="withdrawals")
    undertakings = _after(composition, joining, leaving)
    touched = {clause for _, clause in (*joining, *leaving)}
    movers = {one for one, _ in _difference(composition.selection.undertakings, undertakings)}
    return _changes(composition, touched, undertakings, frozenset(movers))


def _difference(old: Iterable[Undertaking], new: Iterable[Undertaking]) -> set[tuple[str, Hash]]:
    """Who is bound differently by which agreement."""
    held = [{(one.actor, one.agreement, one.clauses) for one in undertakings} for undertakings in (old, new)]
    return {(actor, agreement) for actor, agreement, _ in held[0] ^ held[1]}


def _clauses(composition: Composition, party: str, name: Hash) -> tuple[ClauseId, ...]:
    if party not in {actor.key for actor in composition.record.actors}:
        raise NotFound("party", party, "name one of the record's parties by its key")
    if name in composition.selection.agreements:
        return tuple(clause.id for clause in composition.selection.agreements[name].clauses)
    clause = ClauseId(name)
    if clause not in composition.selection.clauses:
        raise NotFound("clause or agreement", str(name), "take one that was composed")
    return (clause,)


def _after(
    composition: Composition,
    joining: Sequence[tuple[str, ClauseId]],
    leaving: Sequence[tuple[str, ClauseId]],
) -> list[Undertaking]:
    """The undertakings as they would be."""
    selection = composition.selection
    gone: dict[tuple[str, Hash], set[ClauseId]] = defaultdict(set)
    for party, clause in leaving:
        for text in selection.clauses[clause]:
            holders = {one.actor for one in selection.undertakings if one.agreement == text.agreement}
            if party not in holders:
                continue
            bilateral = selection.agreements[text.agreement].form == "bilateral"
            for holder in holders if bilateral else {party}:
                gone[holder, text.agreement].add(clause)
    kept = []
    for one in selection.undertakings:
        less = gone.get((one.actor, one.agreement))
        if less is None:
            kept.append(one)
        elif one.clauses - less:
            kept.append(replace(one, clauses=one.clauses - less))
    more: dict[tuple[str, Hash], set[ClauseId]] = defaultdict(set)
    for party, clause in joining:
        more[party, selection.clauses[clause][0].agreement].add(clause)
    kept += [Undertaking(party, agreement, frozenset(clauses), ()) for (party, agreement), clauses in more.items()]
    return kept


def _changes(
    composition: Composition,
    touched: Iterable[ClauseId],
    undertakings: Sequence[Undertaking],
    movers: frozenset[str],
) -> tuple[Change, ...]:
    """Cross the touched outcomes again and tell what is different."""
    moved = set(touched)
    affected = {one for one in composition.context.outcomes if moved & set(composition.outcomes[one].clauses)}
    packages = [one for one in composition.packages if affected & set(one.outcomes)]
    needed = affected | {outcome for one in packages for outcome in one.outcomes}
    if not affected:
        return ()
    asks: dict[ClauseId, set[OutcomeId]] = defaultdict(set)
    for outcome in needed:
        for clause in composition.outcomes[outcome].clauses:
            asks[clause].add(outcome)
    relevant = frozenset(asks)
    narrowed = [replace(one, clauses=one.clauses & relevant) for one in undertakings if one.clauses & relevant]
    known = {actor.key: actor for actor in composition.record.actors}
    actors = [
        known[key] for key in sorted({one.actor for one in narrowed} | {a.key for a in composition.context.parties})
    ]
    after = cross(actors, narrowed, {clause: frozenset(asked) for clause, asked in asks.items()}, needed)
    was, will = _Sizes(composition, composition.context), _Sizes(composition, after)
    rows = {one.outcomes[0]: one.key for one in composition.rows}
    groups: list[tuple[tuple[OutcomeId, ...], Hash]] = [
        ((outcome,), rows.get(outcome) or key_of([outcome])) for outcome in sorted(affected)
    ]
    groups += [(package.outcomes, package.key) for package in packages]
    found = (_change(was, will, outcomes, key, movers) for outcomes, key in groups)
    changes = [one for one in found if one]
    return tuple(sorted(changes, key=_weight))


def _weight(change: Change) -> tuple[int, int, int, bytes]:
    order = {"appears": 0, "vanishes": 0, "grows": 1, "shrinks": 1, "shifts": 2}
    moved = abs(change.after.parties - change.before.parties)
    return order[change.turn], -moved, -abs(change.after.pairs - change.before.pairs), change.key


class _Sizes:
    """Measures of one context; who undertook an outcome toward whom is gathered once for each column."""

    def __init__(self, composition: Composition, context: Context) -> None:
        self._composition, self._context = composition, context
        self._place = {outcome: at for at, outcome in enumerate(context.outcomes)}
        self._reach: dict[int, dict[int, int]] = {}

    def extent(self, outcomes: Sequence[OutcomeId]) -> int:
        return _meet(self._context.columns[self._place[outcome]] for outcome in outcomes)

    def parties(self, extent: int) -> frozenset[str]:
        return frozenset(self._context.keys(extent))

    def measure(self, outcomes: Sequence[OutcomeId]) -> Measure:
        extent = self.extent(outcomes)
        if not extent:
            return Measure(0, 0, 0, False)
        columns = [self._place[outcome] for outcome in outcomes]
        tables = [self._context.by_agreement[column] for column in columns]
        agreements = sorted({agreement for table in tables for agreement, bound in table.items() if bound & extent})
        count = len(independent(agreements, self._composition.selection.related))
        size = extent.bit_count()
        stands = count >= 2 and size >= self._composition.parameters.minimum_parties
        return Measure(size, count, self._held(columns, extent), stands)

    def _held(self, columns: Sequence[int], extent: int) -> int:
        """Pairs of which each undertook all of it toward the other (as `indicators.mutuality` counts them)."""
        reaches = [self._reach_of(column) for column in columns]
        circles: dict[int, int] = defaultdict(int)
        toward = {}
        for at in bits(extent):
            toward[at] = extent & ~(1 << at) & _meet(reach.get(at, 0) for reach in reaches)
            circles[toward[at] | 1 << at] |= 1 << at
        back: dict[int, int] = defaultdict(int)
        for circle, members in circles.items():
            for at in bits(circle):
                back[at] |= members
        return sum((row & back[at]).bit_count() for at, row in toward.items()) // 2

    def _reach_of(self, column: int) -> dict[int, int]:
        if column not in self._reach:
            reach: dict[int, int] = defaultdict(int)
            for one in self._context.supports[column]:
                reach[one.party] |= one.toward
            self._reach[column] = dict(reach)
        return self._reach[column]


def _change(
    was: _Sizes, will: _Sizes, outcomes: tuple[OutcomeId, ...], key: Hash, movers: frozenset[str]
) -> Change | None:
    old, new = was.parties(was.extent(outcomes)), will.parties(will.extent(outcomes))
    if movers.isdisjoint(old) and movers.isdisjoint(new):
        return None  # nobody who takes a step is in it, so nobody's promise to anybody in it changes
    before, later = was.measure(outcomes), will.measure(outcomes)
    if (before, old) == (later, new):
        return None
    joined, left = tuple(sorted(new - old)), tuple(sorted(old - new))
    if before.stands != later.stands:
        turn: Turn = "appears" if later.stands else "vanishes"
    elif joined and left:
        turn = "shifts"
    else:
        ups = [later.parties - before.parties, later.independent - before.independent, later.pairs - before.pairs]
        first = next((one for one in ups if one), 0)
        turn = "grows" if first > 0 else "shrinks"
    return Change(key, outcomes, turn, before, later, joined, left)


# --- who is near, and whom to invite


def one_clause_away(composition: Composition, key: Hash, most: int = 20) -> tuple[Near, ...]:
    """Parties that one clause would bring into a row's or package's coalition, by what their step would change.

    The order: most packages and outcomes entered, a new region, most pairs; then who is bound by a narrower clause
    already, most ties, a new kind, and the party's key. Raises `NotFound` for an unknown key.
    """
    found = _near(composition, composition.candidate(key))
    return tuple(sorted(found, key=_order_of_near)[:most])


def _order_of_near(one: Near) -> tuple[int, int, bool, int, bool, int, bool, str]:
    entered = -one.packages, -one.outcomes, not one.new_region, -one.pairs
    return *entered, not one.narrower, -one.ties, not one.new_kind, one.party


def _near(composition: Composition, candidate: Candidate) -> list[Near]:
    context = composition.context
    columns = {outcome: context.place(outcome) for outcome in candidate.outcomes}
    extent = _meet(context.columns[column] for column in columns.values())
    outside = ((1 << len(context.parties)) - 1) & ~extent
    missing = {
        at: [outcome for outcome, column in columns.items() if not context.columns[column] >> at & 1]
        for at in bits(outside)
    }
    regions = {context.parties[at].region for at in bits(extent)}
    kinds = {context.parties[at].kind for at in bits(extent)}
    offers = {outcome: _offers(composition, outcome, extent) for outcome in candidate.outcomes}
    asks = _asked(composition)
    place = {outcome: at for at, outcome in enumerate(context.outcomes)}
    entered = {
        outcome: _entered(composition, frozenset(asks.get(offered[0][1], ())) | {outcome})
        for outcome, offered in offers.items()
        if offered
    }
    narrower = _narrower(composition, candidate.outcomes)
    ties = _ties(composition, candidate.parties)
    found = []
    for at, lacking in missing.items():
        if len(lacking) != 1 or not offers[lacking[0]]:
            continue
        agreement, clause, joins, tied = offers[lacking[0]][0]
        actor = context.parties[at]
        gained = frozenset(one for one in asks.get(clause, ()) if not context.columns[place[one]] >> at & 1) | {
            lacking[0]
        }
        found.append(
            Near(
                actor.key,
                lacking[0],
                agreement,
                clause,
                joins,
                tied if joins else min(tied, 1),
                actor.region if actor.region and actor.region not in regions else "",
                actor.kind if actor.kind not in kinds else "",
                len(gained),
                entered[lacking[0]].get(at, 0),
                len(ties.get(actor.key, ())),
                narrower.get(actor.key, ()),
            )
        )
    return found


def _offers(composition: Composition, outcome: OutcomeId, extent: int) -> list[tuple[Hash, ClauseId, bool, int]]:
    """Clauses that a newcomer could sign for an outcome: agreement, clause, whether it can join, coalition bound by it.

    Those of open texts first, by how many of the coalition they bind; a bilateral's words come last.
    """
    bound: dict[tuple[Hash, ClauseId], int] = defaultdict(int)
    for one in composition.context.supports[composition.context.place(outcome)]:
        if extent >> one.party & 1:
            for clause in one.clauses:
                bound[one.agreement, clause] |= 1 << one.party
    offers = [
        (agreement, clause, composition.selection.agreements[agreement].form != "bilateral", parties.bit_count())
        for (agreement, clause), parties in bound.items()
    ]
    return sorted(offers, key=lambda one: (not one[2], -one[3], one[0], one[1]))


def _asked(composition: Composition) -> Mapping[ClauseId, tuple[OutcomeId, ...]]:
    asks: dict[ClauseId, list[OutcomeId]] = defaultdict(list)
    for outcome in composition.context.outcomes:
        for clause in composition.outcomes[outcome].clauses:
            asks[clause].append(outcome)
    return {clause: tuple(asked) for clause, asked in asks.items()}


def _entered(composition: Composition, gained: frozenset[OutcomeId]) -> Mapping[int, int]:
    """How many of the packages composed each party would enter that came to be bound by all of `gained`."""
    counts: dict[int, int] = defaultdict(int)
    context = composition.context
    column = dict(zip(context.outcomes, context.columns, strict=True))
    everyone = (1 << len(context.parties)) - 1
    for package in composition.packages:
        if gained.isdisjoint(package.outcomes):
            continue
        inside = _meet(column[outcome] for outcome in package.outcomes)
        enough = everyone & _meet(column[outcome] for outcome in package.outcomes if outcome not in gained)
        for at in bits(enough & ~inside):
            counts[at] += 1
    return counts


def _narrower(composition: Composition, outcomes: Iterable[OutcomeId]) -> Mapping[str, tuple[ClauseId, ...]]:
    bound: dict[str, set[ClauseId]] = defaultdict(set)
    for outcome in outcomes:
        for alignment in composition.outcomes[outcome].shown:
            if alignment.relation == "narrower":
                for one in composition.beside.get(alignment.clause, ()):
                    bound[composition.context.parties[one.party].key].add(alignment.clause)
    return {party: tuple(sorted(clauses)) for party, clauses in bound.items()}


def _ties(composition: Composition, parties: Iterable[str]) -> Mapping[str, set[Hash]]:
    """For each party outside a coalition, the agreements that bind it and a member."""
    members = set(parties)
    holders: dict[Hash, set[str]] = defaultdict(set)
    for one in composition.selection.undertakings:
        holders[one.agreement].add(one.actor)
    ties: dict[str, set[Hash]] = defaultdict(set)
    for text, bound in holders.items():
        if bound & members:
            for party in bound - members:
                ties[party].add(text)
    return ties


def whom_to_invite(composition: Composition, key: Hash, most: int = 20) -> tuple[Invitation, ...]:
    """Parties outside a coalition worth inviting to the text that binds most of it, and why.

    The order: a new region, one clause away, most agreements with members, most other outcomes that half of the
    coalition or more is bound by too, a new kind, then the key. No sum is made of these. Raises `NotFound` for an
    unknown key; the answer is empty where the coalition rests on bilateral texts alone.
    """
    candidate = composition.candidate(key)
    context = composition.context
    extent = _meet(context.columns[context.place(outcome)] for outcome in candidate.outcomes)
    offers = [one for outcome in candidate.outcomes for one in _offers(composition, outcome, extent) if one[2]]
    if not offers:
        return ()
    agreement, clause, _, _ = min(offers, key=lambda one: (-one[3], one[0], one[1]))
    near = {one.party: one for one in _near(composition, candidate)}
    ties = _ties(composition, candidate.parties)
    common = [
        (outcome, column)
        for outcome, column in zip(context.outcomes, context.columns, strict=True)
        if outcome not in candidate.outcomes and 2 * (column & extent).bit_count() >= extent.bit_count()
    ]
    regions = {context.parties[at].region for at in bits(extent)}
    kinds = {context.parties[at].kind for at in bits(extent)}
    invitations = []
    for at, actor in enumerate(context.parties):
        if extent >> at & 1:
            continue
        invitations.append(
            Invitation(
                actor.key,
                near.get(actor.key),
                agreement,
                clause,
                actor.region if actor.region and actor.region not in regions else "",
                actor.kind if actor.kind not in kinds else "",
                tuple(sorted(ties.get(actor.key, ()))),
                tuple(outcome for outcome, column in common if column >> at & 1),
            )
        )
    return tuple(sorted(invitations, key=_order_of_invitations)[:most])


def _order_of_invitations(one: Invitation) -> tuple[bool, bool, int, int, bool, str]:
    known = -len(one.agreements), -len(one.shared)
    return not one.new_region, one.near is None, *known, not one.new_kind, one.party


# --- conflicts


def closing(composition: Composition, key: Hash, conflict: Aside) -> tuple[Closing, ...]:
    """Which single clause, given up by those it binds, closes a conflict of a candidate: least side effects first.

    A conflict is a clause that asks the opposite (`Indicators.conflicts`). Giving it up always closes it. Where it
    binds members of the coalition, a clause that asks for the outcome closes it too if it alone puts all of them there.
    """
    opposite = _given_up(composition, conflict.clause, conflict.parties, True, conflict, ())
    found = [opposite] if opposite else []
    if conflict.inside:
        inside = set(conflict.inside)
        outcome = conflict.outcome
        by_clause: dict[ClauseId, set[str]] = defaultdict(set)
        held: dict[str, set[ClauseId]] = defaultdict(set)
        for one in composition.context.supports[composition.context.place(outcome)]:
            party = composition.context.parties[one.party].key
            if party in inside:
                for clause in one.clauses:
                    by_clause[clause].add(party)
                    held[party].add(clause)
        for clause in sorted(by_clause):
            free = {party for party in by_clause[clause] if held[party] == {clause}}
            given = _given_up(composition, clause, tuple(sorted(by_clause[clause])), False, conflict, inside - free)
            if given:
                found.append(given)
    composition.candidate(key)
    return tuple(
        sorted(found, key=lambda one: (len(one.left), len(one.changes), len(one.parties), not one.opposite, one.clause))
    )


def _given_up(
    composition: Composition,
    clause: ClauseId,
    parties: Iterable[str],
    opposite: bool,
    conflict: Aside,
    left: Iterable[str],
) -> Closing | None:
    texts = composition.selection.clauses.get(clause)
    if not texts:
        return None
    who = tuple(sorted(parties))
    changes = what_if(composition, withdrawals=[(party, clause) for party in who])
    return Closing(clause, texts[0].agreement, opposite, who, tuple(sorted(left)), changes)
