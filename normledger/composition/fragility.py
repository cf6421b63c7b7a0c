"""What remains of a coalition when one party or one agreement is left out: whether it is captured, and how fragile.

Belongs here: leaving one out. Does not belong here: what happens if parties join (`explore`).

Without an agreement (and copies of the same document), whoever it alone binds to one of the outcomes leaves the
coalition. Without a party, an agreement that bound it and only one other falls too, because nobody promises alone; an
agreement of three or more goes on. Nothing falls a second time: this is one step, not a forecast.

Example: China promised the same to five states in five texts, India and the United States to each other. Without China
the five texts fall; of seven parties India and the United States remain, on one agreement, and that is no candidate
norm. Without the text between India and the United States only India leaves.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from normledger.composition.coalitions import independent
from normledger.composition.context import Context, Support, bits
from normledger.composition.counts import acts_of
from normledger.identifiers import Hash


@dataclass(frozen=True, slots=True)
class Loss:
    """What goes when `without` (a party's key, or an agreement's id) is left out, and what is left.

    `gone` are the parties that leave the coalition, `fallen` the agreements that no longer carry any of the outcomes,
    `acts` those that no longer count. `independent` are the independent agreements under the coalition that is left;
    `stands` tells whether it is a candidate norm still.
    """

    without: str
    gone: tuple[str, ...]
    fallen: tuple[Hash, ...]
    acts: tuple[Hash, ...]
    independent: tuple[Hash, ...]
    stands: bool


@dataclass(frozen=True, slots=True)
class Fragility:
    """Every single loss that costs more than what is left out: the gravest first.

    Listed are parties without whom others go too or no candidate norm is left, and agreements without which any party
    goes or no candidate norm is left. Whoever is not listed takes nobody along. `captured_by` is the party without
    whom most others go, empty where nobody takes another along or several take as many.
    """

    captured_by: str
    by_party: tuple[Loss, ...]
    by_agreement: tuple[Loss, ...]


def fragility(
    context: Context,
    columns: Sequence[int],
    extent: int,
    related: Mapping[Hash, frozenset[Hash]],
    document_of: Mapping[Hash, Hash],
    minimum: int,
) -> Fragility:
    """What a coalition (as bits) under outcomes (as columns) loses with each party and each agreement."""
    setting = _Setting(context, columns, extent, related, minimum)
    by_party = [
        setting.loss(context.parties[at].key, {at}, fallen)
        for at, fallen in _leaning(setting).items()
        if fallen or setting.needs(at)
    ]
    by_document: dict[Hash, set[Hash]] = defaultdict(set)
    for one in setting.supports:
        by_document[document_of.get(one.agreement, one.agreement)].add(one.agreement)
    by_agreement = [
        setting.loss(str(min(copies)), set(), {(column, one) for column in columns for one in copies})
        for copies in by_document.values()
    ]
    was = setting.stands(extent, {one.agreement for one in setting.supports})
    parties = [one for one in by_party if len(one.gone) > 1 or (was and not one.stands)]
    agreements = [one for one in by_agreement if one.gone or (was and not one.stands)]
    return Fragility(_captor(parties), _gravest(parties), _gravest(agreements))


def _leaning(setting: "_Setting") -> dict[int, set[tuple[int, Hash]]]:
    """For each party of the coalition, the (column, agreement) pairs that fall without it."""
    fallen: dict[int, set[tuple[int, Hash]]] = {at: set() for at in bits(setting.extent)}
    for column in setting.columns:
        for agreement, bound in setting.context.by_agreement[column].items():
            if bound.bit_count() <= 2:
                for at in bits(bound & setting.extent):
                    fallen[at].add((column, agreement))
    return fallen


def _captor(losses: Iterable[Loss]) -> str:
    most = sorted(((len(one.gone), one.without) for one in losses if len(one.gone) > 1), reverse=True)
    alone = len(most) == 1 or (len(most) > 1 and most[0][0] > most[1][0])
    return most[0][1] if alone else ""


def _gravest(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    return tuple(sorted(losses, key=lambda one: (one.stands, -len(one.gone), one.without)))


class _Setting:
    """One coalition, looked at without this and that."""

    def __init__(
        self,
        context: Context,
        columns: Sequence[int],
        extent: int,
        related: Mapping[Hash, frozenset[Hash]],
        minimum: int,
    ) -> None:
        self.context, self.columns, self.extent = context, tuple(columns), extent
        self._related, self._minimum = related, minimum
        self.supports = context.behind(columns, extent)
        self._by_party: dict[int, list[Support]] = defaultdict(list)
        self._by_pair: dict[tuple[int, Hash], int] = {}
        self._by_place: dict[tuple[int, Hash, int], Support] = {}
        self._held: Counter[tuple[int, int]] = Counter()
        for column in self.columns:
            for agreement, bound in context.by_agreement[column].items():
                if bound & extent:
                    self._by_pair[column, agreement] = bound & extent
            for one in context.supports[column]:
                if extent >> one.party & 1:
                    self._by_party[one.party].append(one)
                    self._by_place[column, one.agreement, one.party] = one
                    self._held[column, one.party] += 1

    def stands(self, extent: int, agreements: Iterable[Hash]) -> bool:
        return extent.bit_count() >= self._minimum and len(independent(sorted(agreements), self._related)) >= 2

    def needs(self, at: int) -> bool:
        """Whether leaving out a party alone, with no agreement falling, could cost more than the party."""
        return self.extent.bit_count() <= self._minimum or any(bound == 1 << at for bound in self._by_pair.values())

    def loss(self, without: str, parties: set[int], fallen: set[tuple[int, Hash]]) -> Loss:
        ending: Counter[tuple[int, int]] = Counter()
        ended = [one for at in parties for one in self._by_party[at]]
        for column, agreement in fallen:
            for at in bits(self._by_pair.get((column, agreement), 0)):
                ending[column, at] += 1
                ended.append(self._by_place[column, agreement, at])
        gone = {at for (column, at), count in ending.items() if count == self._held[column, at]} | parties
        left = self.extent & ~sum(1 << at for at in gone)
        standing = {pair: bound & left for pair, bound in self._by_pair.items() if pair not in fallen}
        unrelated = independent(sorted({one for (_, one), bound in standing.items() if bound}), self._related)
        alone = sum(1 << at for at in parties)
        carried = {pair[1] for pair, bound in self._by_pair.items() if bound & ~alone and pair not in fallen}
        return Loss(
            without,
            self.context.keys(sum(1 << at for at in gone)),
            tuple(sorted({one for _, one in self._by_pair} - carried)),
            acts_of(ended),
            unrelated,
            left.bit_count() >= self._minimum and len(unrelated) >= 2,
        )
