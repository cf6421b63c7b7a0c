"""The best closed pairs under constraints, found directly: branch and bound, without listing all pairs first.

Belongs here: constraints, the bounds they give, and the search. Not: all pairs (`closure`), or what makes a candidate
of one (`coalitions`).

A node of the search is a set of outcomes chosen so far, with everyone bound by them. Below it each further outcome is
either taken or left for good. Whatever is asked for, and the value that the best found so far have reached, is a lower
bound that everything below must be able to meet:

- a coalition only shrinks: parties, kinds, regions and named members that are missing are missing for good;
- at least d outcomes: a party bound by too few of those still open cannot be in such a coalition; without it some
  outcomes fall below the parties asked for; without them further parties go, and so on until nothing changes (the
  core of the table that is left). What is not in the core is not looked at;
- an outcome that was left may not come back by closure: then the pair is found where it was taken.

A first, short search takes the widest outcomes first and only serves to reach a good value; the exact one takes the
rarest first, where the bounds bite. The worked example: parties P, Q, R; outcomes a (all three), b (P, Q). With at
least two parties, by depth: a, b with P and Q is found first, and the row a alone is cut off if only one is wanted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from normledger.composition.coalitions import Candidate, candidate_of, independent, key_of
from normledger.composition.context import Context, bits
from normledger.errors import InputError
from normledger.identifiers import ClauseId, Hash, OutcomeId

Indicator = Literal["breadth", "depth", "independent", "kinds", "regions"]
"""By what the best are chosen: parties, outcomes, independent agreements, kinds, UN regions; always the more."""

INDICATORS: tuple[Indicator, ...] = ("breadth", "depth", "independent", "kinds", "regions")

STEPS = 2_000_000
"""The search gives up after so many steps: some minutes on one machine."""

_FIRST_STEPS = 4_000


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a pair must have, at least: so many parties, kinds, UN regions, independent agreements and outcomes.

    `containing` are parties that must be in the coalition, `without` those that must not (by closure: all who are
    bound are in it). `outcomes_on` are clauses, for each of which the pair must hold an outcome that it asks for. What
    is unknown is no kind and no region.
    """

    parties: int = 2
    kinds: int = 0
    regions: int = 0
    independent: int = 2
    outcomes: int = 1
    containing: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    outcomes_on: frozenset[ClauseId] = frozenset()

    def __post_init__(self) -> None:
        for name, low in (("parties", 1), ("kinds", 0), ("regions", 0), ("independent", 0), ("outcomes", 1)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= 10**6:
                raise InputError(f"{value!r} is out of range; give a whole number from {low} to 1000000", field=name)
        if both := sorted(self.containing & self.without):
            raise InputError(f"{both[0]!r} must be in the coalition and must not; keep one", field="without")


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The least that everything worth finding has, by the names of the indicators."""

    breadth: int
    depth: int
    independent: int
    kinds: int
    regions: int


@dataclass(frozen=True, slots=True)
class _Node:
    """Outcomes taken (`intent`, as bits) and everyone bound by them; what is still open, and what was left for good.

    `alive` are the parties that a coalition worth finding may still have, `tail` the open columns cut down to them.
    """

    extent: int
    intent: int
    alive: int
    tail: list[tuple[int, int]]
    left: list[int]


def best(
    context: Context,
    related: Mapping[Hash, frozenset[Hash]],
    constraints: Constraints,
    by: Indicator = "depth",
    count: int = 20,
    asks: Mapping[ClauseId, frozenset[OutcomeId]] | None = None,
    steps: int = STEPS,
) -> tuple[Candidate, ...]:
    """The first `count` closed pairs by an indicator, ties by the smaller key: what listing all and filtering gives.

    `asks` tells which outcomes a clause counts for; only `outcomes_on` needs it. Raises `InputError` for an unknown
    party, clause or indicator, and where `steps` do not suffice.
    """
    if by not in INDICATORS:
        raise InputError(f"{by!r} is no indicator to search by; give one of {', '.join(INDICATORS)}", field="by")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 10_000:
        raise InputError(f"{count!r} is out of range; give a whole number from 1 to 10000", field="count")
    search = _Search(context, related, constraints, by, count, asks or {})
    search.glance(min(steps, _FIRST_STEPS))
    return search.run(steps)


class _Search:
    """One question to one context."""

    def __init__(
        self,
        context: Context,
        related: Mapping[Hash, frozenset[Hash]],
        constraints: Constraints,
        by: Indicator,
        count: int,
        asks: Mapping[ClauseId, frozenset[OutcomeId]],
    ) -> None:
        self._context, self._related, self._by, self._count = context, related, by, count
        number = {party.key: at for at, party in enumerate(context.parties)}
        self._containing = _mask(number, constraints.containing, "containing")
        self._without = _mask(number, constraints.without, "without")
        self._kinds = _groups(party.kind for party in context.parties)
        self._regions = _groups(party.region for party in context.parties)
        self._needed = [_asked(context, asks, clause) for clause in sorted(constraints.outcomes_on)]
        self._least = self._bounds = _Bounds(
            constraints.parties, constraints.outcomes, constraints.independent, constraints.kinds, constraints.regions
        )
        self._everyone = (1 << len(context.parties)) - 1
        # Under any other column there is no coalition that is asked for.
        self._wide = [j for j, column in enumerate(context.columns) if self._fits(column)]
        self._exhausted = False

    def glance(self, steps: int) -> None:
        """Raise the bound to a value that as many pairs reach as are wanted, if a short search meets them."""
        values: list[int] = []
        for extent in self._walk(steps, widest=True):
            intent = self._intent_of(extent)
            if self._meets(extent, intent):
                values = sorted([*values, self._value(extent, intent)], reverse=True)[: self._count]
                if len(values) == self._count:
                    self._raise_to(values[-1])

    def run(self, steps: int) -> tuple[Candidate, ...]:
        """The answer, exactly."""
        ranked: list[tuple[int, Hash, int, int]] = []
        for extent in self._walk(steps, widest=False):
            intent = self._intent_of(extent)
            if not self._meets(extent, intent):
                continue
            key = key_of(self._context.outcomes[j] for j in bits(intent))
            ranked = sorted([*ranked, (-self._value(extent, intent), key, extent, intent)])[: self._count]
            if len(ranked) == self._count:
                self._raise_to(-ranked[-1][0])
        if self._exhausted:
            raise InputError(
                f"the search stopped after {steps} steps with {len(ranked)} packages found so far; ask for more "
                f"parties than {self._least.breadth}, for more outcomes, or for fewer packages",
                field="constraints",
            )
        return tuple(
            candidate_of(self._context, tuple(bits(intent)), extent, self._related, self._least.breadth)
            for _, _, extent, intent in ranked
        )

    def _walk(self, steps: int, widest: bool) -> Iterator[int]:
        """Every coalition of a closed pair that the bounds do not rule out, once; stops after `steps`."""
        column, everyone = self._context.columns, self._everyone
        alive = everyone & ~self._without
        whole = sum(1 << j for j in self._wide if column[j] == everyone)
        tail = [(j, column[j] & alive) for j in self._wide if column[j] != everyone]
        stack = [_Node(everyone, whole, alive, tail, [])]
        if everyone:
            yield everyone
        taken, self._exhausted = 0, False
        while stack:
            node = stack.pop()
            taken += 1
            if taken > steps:
                self._exhausted = True
                return
            core = self._core(node)
            if core is None:
                continue
            alive, tail = core
            if not tail or any(not alive & ~one for one in node.left):
                continue
            keep_out = self._keeping_out(node.extent, tail)
            if keep_out is None:
                continue
            at = (max if widest else min)(keep_out, key=lambda at: tail[at][1].bit_count())
            j = tail[at][0]
            rest = tail[:at] + tail[at + 1 :]
            stack.append(_Node(node.extent, node.intent, alive, rest, [*node.left, column[j]]))
            extent = node.extent & column[j]
            if any(not extent & ~one for one in node.left):
                continue
            yield extent
            intent, alive, least = node.intent | 1 << j, alive & column[j], self._bounds.breadth
            open_: list[tuple[int, int]] = []
            for k, shared in rest:
                if not extent & ~column[k]:
                    intent |= 1 << k
                elif (both := shared & alive).bit_count() >= least:
                    open_.append((k, both))
            left = [one for one in node.left if (one & alive).bit_count() >= least]
            stack.append(_Node(extent, intent, alive, open_, left))

    def _core(self, node: _Node) -> tuple[int, list[tuple[int, int]]] | None:
        """The parties and open columns that may still be in something worth finding; None where nothing can be."""
        alive, tail, base = node.alive, node.tail, node.intent.bit_count()
        while True:
            if base + len(tail) < self._bounds.depth or not self._fits(alive):
                return None
            fewer = _in_at_least(tail, self._bounds.depth - base, alive)
            if fewer == alive:
                break
            alive = fewer
            tail = [(j, both) for j, shared in tail if self._fits(both := shared & alive)]
        offered = node.intent
        for j, _ in tail:
            offered |= 1 << j
        if any(not offered & needed for needed in self._needed):
            return None
        return (alive, tail) if self._may_rest_on_enough(offered, alive) else None

    def _keeping_out(self, extent: int, tail: Sequence[tuple[int, int]]) -> Sequence[int] | None:
        """The places in `tail` to branch on: all, or those that keep out somebody who must not be in the coalition.

        None where nobody can be kept out, or only by outcomes that too few share.
        """
        unwanted = extent & self._without
        if not unwanted:
            return range(len(tail))
        one = unwanted & -unwanted
        places = [at for at, (j, shared) in enumerate(tail) if not self._context.columns[j] & one]
        return places if any(self._fits(tail[at][1]) for at in places) else None

    def _may_rest_on_enough(self, intent: int, alive: int) -> bool:
        seen: set[Hash] = set()
        for j in bits(intent):
            if len(seen) >= self._bounds.independent:
                return True
            seen.update(one for one, bound in self._context.by_agreement[j].items() if bound & alive)
        return len(seen) >= self._bounds.independent

    def _fits(self, extent: int) -> bool:
        """Whether a coalition of some of these parties may meet the bounds."""
        least = self._bounds
        return (
            extent.bit_count() >= least.breadth
            and not self._containing & ~extent
            and (not least.kinds or _met(self._kinds, extent) >= least.kinds)
            and (not least.regions or _met(self._regions, extent) >= least.regions)
        )

    def _meets(self, extent: int, intent: int) -> bool:
        """Whether this closed pair is worth finding."""
        return (
            not extent & self._without
            and intent.bit_count() >= self._bounds.depth
            and self._fits(extent)
            and all(intent & needed for needed in self._needed)
            and (not self._bounds.independent or self._independent(extent, intent) >= self._bounds.independent)
        )

    def _value(self, extent: int, intent: int) -> int:
        match self._by:
            case "breadth":
                return extent.bit_count()
            case "depth":
                return intent.bit_count()
            case "independent":
                return self._independent(extent, intent)
            case "kinds":
                return _met(self._kinds, extent)
            case "regions":
                return _met(self._regions, extent)

    def _independent(self, extent: int, intent: int) -> int:
        tables = self._context.by_agreement
        agreements = {one for j in bits(intent) for one, bound in tables[j].items() if bound & extent}
        return len(independent(sorted(agreements), self._related))

    def _intent_of(self, extent: int) -> int:
        column = self._context.columns
        return sum(1 << j for j in self._wide if not extent & ~column[j])

    def _raise_to(self, value: int) -> None:
        if value > getattr(self._bounds, self._by):
            self._bounds = replace(self._bounds, **{self._by: value})


def _in_at_least(tail: Sequence[tuple[int, int]], least: int, alive: int) -> int:
    """Those of `alive` who are in at least `least` columns: all are counted at once, one bit of the counts a number."""
    if least <= 0:
        return alive
    planes: list[int] = []
    for _, carry in tail:
        for at, plane in enumerate(planes):
            planes[at], carry = plane ^ carry, plane & carry
            if not carry:
                break
        if carry:
            planes.append(carry)
    if least >> len(planes):
        return 0
    above, equal = 0, alive
    for at in reversed(range(len(planes))):
        if least >> at & 1:
            equal &= planes[at]
        else:
            above |= equal & planes[at]
            equal &= ~planes[at]
    return above | equal


def _groups(traits: Iterable[str]) -> list[int]:
    """The parties of each trait, as bits; what is unknown is no trait."""
    found: dict[str, int] = {}
    for at, trait in enumerate(traits):
        if trait not in ("", "unknown"):
            found[trait] = found.get(trait, 0) | 1 << at
    return list(found.values())


def _met(groups: Iterable[int], extent: int) -> int:
    return sum(1 for group in groups if group & extent)


def _mask(number: Mapping[str, int], keys: Iterable[str], field: str) -> int:
    mask = 0
    for key in sorted(keys):
        if key not in number:
            raise InputError(f"{key!r} is no party here; take one from the composition's parties", field=field)
        mask |= 1 << number[key]
    return mask


def _asked(context: Context, asks: Mapping[ClauseId, frozenset[OutcomeId]], clause: ClauseId) -> int:
    columns = sum(1 << j for j, outcome in enumerate(context.outcomes) if outcome in asks.get(clause, frozenset()))
    if not columns:
        raise InputError(
            f"clause {clause} counts for no outcome here; take one that an alignment counts for", field="outcomes_on"
        )
    return columns
