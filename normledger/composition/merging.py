"""Wordings merged along the words that they have in common; what differs becomes brackets.

Belongs here: words, the longest common subsequence, which wordings merge, and the brackets that come of it. Does not
belong here: which sentences of which clauses are merged (`draft`), or resolving a bracket (`resolution`).

The wordings that share most are merged first. A merger keeps `least` of their content words (Dice's measure) and stays
readable; where it would not, the wordings part. Polarity never mixes, and two sentences of one clause are never one.
"""

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from normledger.composition.polarity import read
from normledger.composition.record import Polarity
from normledger.composition.wording import FUNCTION_WORDS
from normledger.identifiers import ClauseId

NOTHING = "–"
"""Stands in a bracket for the alternative of leaving its other alternatives out."""

_READABLE = 10
"""An alternative may be this many words long, or half as long as what its merger keeps in common, or they part."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One wording of a place; empty text means that these clauses say nothing there."""

    text: str
    clauses: tuple[ClauseId, ...]
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fragment:
    """Common wording (one alternative) or a bracket (several), in the order of support."""

    alternatives: tuple[Alternative, ...]

    @property
    def common(self) -> bool:
        return len(self.alternatives) == 1


@dataclass(frozen=True, slots=True)
class Option:
    """A merged wording with everyone whose clause it merges."""

    fragments: tuple[Fragment, ...]
    clauses: tuple[ClauseId, ...]
    parties: tuple[str, ...]

    @property
    def text(self) -> str:
        """Plain text with brackets; alternatives in the order of support."""
        result = ""
        for fragment in self.fragments:
            piece = _shown(fragment)
            result += piece if not result or piece[0] in ",.;:!?)" else f" {piece}"
        return result


@dataclass(frozen=True, slots=True)
class _Token:
    """A word or sign as written, what it is compared by, and whether white space stands before it.

    `is_word`: signs and the ``(a)`` that counts a list are none. `weighs`: it is no function word either.
    """

    text: str
    key: str
    spaced: bool
    is_word: bool
    weighs: bool


_SPELLINGS = (
    (re.compile(r"our(?=s|ed|ing|able|ably|ite|al|\Z)"), "or"),
    (re.compile(r"is(?=e|ed|es|ing|ation|ations)"), "iz"),
    (re.compile(r"yse(?=d|s|\Z)"), "yze"),
    (re.compile(r"tre(?=s?\Z)"), "ter"),
    (re.compile(r"gramme(?=s?\Z)"), "gram"),
)
_MARKER = re.compile(r"(?:[a-z]|[ivx]{1,5}|\d{1,2})\Z")


@lru_cache(maxsize=1 << 16)
def _key(piece: str) -> str:
    """What a word is compared by; from five letters on, British, American and hyphenated spelling are one."""
    key = piece.casefold().replace("’", "'")
    if len(key) >= 5 and (joined := key.replace("-", "")).isalpha():
        key = joined
        for spelling, other in _SPELLINGS:
            key = spelling.sub(other, key)
    return key


def _tokens(text: str, language: str) -> tuple[_Token, ...]:
    idle = FUNCTION_WORDS.get(language, frozenset())
    result: list[_Token] = []
    for part in text.split():
        pieces: list[str] = []
        for character in part:
            joined = pieces and (character.isalnum() or character in "-'’/") and pieces[-1][-1:].isalnum()
            inner = pieces and character.isalnum() and pieces[-1][-1] in "-'’/" and len(pieces[-1]) > 1
            if joined or inner:
                pieces[-1] += character
            else:
                pieces.append(character)
        first = True
        while pieces:
            counts = len(pieces) > 2 and pieces[0] == "(" and pieces[2] == ")" and _MARKER.match(pieces[1])
            piece = "".join(pieces[:3]) if counts else pieces[0]
            del pieces[: 3 if counts else 1]
            key = _key(piece)
            is_word = key[0] != "(" and any(character.isalnum() for character in key)
            shown = {"[": "⟦", "]": "⟧"}.get(piece, piece)
            result.append(_Token(shown, key, first, is_word, is_word and key not in idle))
            first = False
    return tuple(result)


def _written(tokens: Sequence[_Token]) -> str:
    return "".join((" " if token.spaced and at else "") + token.text for at, token in enumerate(tokens))


@dataclass(frozen=True, slots=True)
class _Wording:
    """One sentence that some clauses have, with who is behind it."""

    tokens: tuple[_Token, ...]
    polarity: Polarity
    clauses: tuple[ClauseId, ...]
    parties: frozenset[str]
    places: tuple[int, ...]


def _said(tokens: Iterable[_Token]) -> tuple[str, ...]:
    """What tokens say, signs apart."""
    return tuple(token.key for token in tokens if token.is_word)


def merge(
    texts: Mapping[str, Mapping[ClauseId, int]],
    parties: Mapping[ClauseId, frozenset[str]],
    language: str,
    least: tuple[int, int],
) -> "list[Group]":
    """Wordings gathered into groups: the nearest are merged first, as long as enough stays common and it can be read.

    `texts` tells of each sentence in which clauses it stands, and as which of their sentences.
    """
    clauses_of: dict[tuple[str, ...], dict[ClauseId, int]] = defaultdict(dict)
    ways: dict[tuple[str, ...], list[tuple[int, int, str]]] = defaultdict(list)
    tokens = {text: _tokens(text, language) for text in texts}
    for text, where in texts.items():
        key = _said(tokens[text])
        bound = frozenset[str]().union(*(parties.get(clause, frozenset()) for clause in where))
        ways[key].append((-len(bound), -len(where), text))
        for clause, place in where.items():
            clauses_of[key][clause] = min(place, clauses_of[key].get(clause, place))
    written = {key: tokens[min(known)[2]] for key, known in ways.items()}
    wordings = [
        _Wording(
            written[key],
            read(_written(written[key]), language).polarity,
            tuple(sorted(clauses_of[key])),
            frozenset[str]().union(*(parties.get(clause, frozenset()) for clause in clauses_of[key])),
            tuple(clauses_of[key].values()),
        )
        for key in sorted(written)
    ]
    wordings.sort(key=_support)
    merged: list[int] = []
    groups = {at: _gathered([wording], wording.tokens) for at, wording in enumerate(wordings)}
    # A joined group is never nearer to a third than its parts were, so that only neighbours of a part are looked at.
    near: dict[int, set[int]] = defaultdict(set)
    heap: list[tuple[Fraction, int, int]] = []

    def consider(one: int, other: int) -> None:
        kept, whole = _nearness(groups[one], groups[other], least)
        if kept and kept * least[1] >= whole * least[0]:
            near[one].add(other)
            near[other].add(one)
            heapq.heappush(heap, (Fraction(-kept, whole), one, other))

    for one, other in _overlapping(wordings, least):
        consider(one, other)
    while heap:
        _, one, other = heapq.heappop(heap)
        if other not in near[one]:
            continue
        near[one].discard(other)
        near[other].discard(one)
        joined = _joined(groups[one], groups[other])
        if not _readable(laid_out(joined)):
            continue
        thirds = sorted((near.pop(one) | near.pop(other)) - {one, other})
        for third in thirds:
            near[third] -= {one, other}
        del groups[one], groups[other]
        new = len(wordings) + len(merged)
        merged.append(new)
        groups[new] = joined
        for third in thirds:
            consider(third, new)
    return list(groups.values())


def _overlapping(wordings: Sequence[_Wording], least: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Pairs that share enough content words, in whatever order, to be near; found through the words they share."""
    sizes = []
    holding: dict[tuple[str, int], list[int]] = defaultdict(list)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for at, wording in enumerate(wordings):
        count: dict[str, int] = defaultdict(int)
        for token in wording.tokens:
            if token.weighs:
                count[token.key] += 1
                for other in holding[token.key, count[token.key]]:
                    shared[other, at] += 1
                holding[token.key, count[token.key]].append(at)
        sizes.append(sum(count.values()))
    for (one, other), words in sorted(shared.items()):
        if 2 * words * least[1] >= (sizes[one] + sizes[other]) * least[0]:
            yield one, other


def _readable(option: Option) -> bool:
    """Whether every alternative is short, or at most half as long as what the wordings have in common."""
    common = sum(len(fragment.alternatives[0].text.split()) for fragment in option.fragments if fragment.common)
    return all(
        len(one.text.split()) <= max(_READABLE, common // 2)
        for fragment in option.fragments
        if not fragment.common
        for one in fragment.alternatives
    )


@dataclass(frozen=True, slots=True)
class Group:
    """Wordings to be merged, best supported first, and the words that all have in common in one order.

    `content` are those of the common words that weigh; `shortest` and `longest` count those of a wording.
    """

    wordings: tuple[_Wording, ...]
    common: tuple[_Token, ...]
    content: Counter[str]
    shortest: int
    longest: int
    polarities: frozenset[Polarity]
    clauses: frozenset[ClauseId]

    @property
    def place(self) -> Fraction:
        """Where its clauses have it on average, counted in sentences."""
        places = [place for wording in self.wordings for place in wording.places]
        return Fraction(sum(places), len(places))


def _gathered(wordings: Iterable[_Wording], common: tuple[_Token, ...]) -> Group:
    group = tuple(sorted(wordings, key=_support))
    sizes = [_content(wording.tokens) for wording in group]
    return Group(
        group,
        common,
        Counter(token.key for token in common if token.weighs),
        min(sizes),
        max(sizes),
        frozenset(wording.polarity for wording in group),
        frozenset(clause for wording in group for clause in wording.clauses),
    )


def _joined(one: Group, other: Group) -> Group:
    return _gathered((*one.wordings, *other.wordings), _common(one.common, other.common))


def _nearness(one: Group, other: Group, least: tuple[int, int]) -> tuple[int, int]:
    """Content words that stay common, of those of the shortest and the longest wording; 0 where polarity differs."""
    whole = max(1, min(one.shortest, other.shortest) + max(one.longest, other.longest))
    if one.polarities != other.polarities or not one.clauses.isdisjoint(other.clauses):
        return 0, whole  # a clause says two things, not one thing twice
    # What stays common in order is never more than what is common at all: far ones are told apart at little cost.
    shared = one.content & other.content
    if 2 * sum(shared.values()) * least[1] < whole * least[0]:
        return 0, whole
    return 2 * _content(_common(one.common, other.common)), whole


def _support(wording: _Wording) -> tuple[int, int, int, tuple[str, ...]]:
    return -len(wording.parties), -len(wording.clauses), len(wording.tokens), tuple(t.key for t in wording.tokens)


def by_support(option: Option) -> tuple[int, int, str]:
    """Sorts options: more parties first, then more clauses, then by their text."""
    return -len(option.parties), -len(option.clauses), option.text


def _content(tokens: Iterable[_Token]) -> int:
    """How many words that say something stand among the tokens."""
    return sum(token.weighs for token in tokens)


def _matches(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """A longest common subsequence as pairs of places, the leftmost in `one` where several are longest.

    Bit-parallel after Hyyrö (2004): row i keeps, as a bit set over `other`, where the length grows.
    """
    where: dict[str, int] = defaultdict(int)
    for at, key in enumerate(other):
        where[key] |= 1 << at
    full = (1 << len(other)) - 1
    row, rows = full, [full]
    for key in one:
        hits = row & where.get(key, 0)
        row = ((row + hits) | (row - hits)) & full
        rows.append(row)
    pairs: list[tuple[int, int]] = []
    i, j = len(one), len(other)
    while i and j:
        if rows[i] >> (j - 1) & 1:
            j -= 1
        elif not rows[i - 1] >> (j - 1) & 1:
            i -= 1
        else:
            pairs.append((i - 1, j - 1))
            i, j = i - 1, j - 1
    return pairs[::-1]


def _common(one: Sequence[_Token], other: Sequence[_Token]) -> tuple[_Token, ...]:
    return tuple(one[i] for i, _ in _matches([t.key for t in one], [t.key for t in other]))


def laid_out(merged: Group) -> Option:
    """Lay every wording along the common words; what lies between them becomes a bracket wherever it differs."""
    group, common = merged.wordings, merged.common
    keys = [token.key for token in common]
    places = [[j for _, j in _matches(keys, [token.key for token in wording.tokens])] for wording in group]
    anchors = _anchors(group, places, common)
    fragments: list[Fragment] = []
    agreed: list[_Token] = []
    start = [0] * len(group)

    def close_agreed() -> None:
        if agreed:
            fragments.append(_fragment({_written(agreed): group}))
            agreed.clear()

    for anchor in [*anchors, None]:
        ends = [len(w.tokens) if anchor is None else places[at][anchor] for at, w in enumerate(group)]
        gaps = [wording.tokens[start[at] : ends[at]] for at, wording in enumerate(group)]
        if len({_said(gap) for gap in gaps}) > 1:
            close_agreed()
            fragments.append(_bracket(group, gaps))
        else:
            agreed.extend(gaps[0])
        if anchor is not None:
            agreed.append(group[0].tokens[places[0][anchor]])
            start = [end + 1 for end in ends]
    close_agreed()
    clauses = tuple(sorted({clause for wording in group for clause in wording.clauses}))
    return Option(tuple(fragments), clauses, _parties(group))


def _parties(group: Iterable[_Wording]) -> tuple[str, ...]:
    return tuple(sorted({party for wording in group for party in wording.parties}))


def _bracket(group: Sequence[_Wording], gaps: Sequence[Sequence[_Token]]) -> Fragment:
    said: dict[tuple[str, ...], list[_Wording]] = defaultdict(list)
    text: dict[tuple[str, ...], str] = {}
    for wording, gap in zip(group, gaps, strict=True):
        key = _said(gap)
        said[key].append(wording)
        text.setdefault(key, _written(gap))
    return _fragment({text[key]: who for key, who in said.items()})


def _fragment(said: Mapping[str, Sequence[_Wording]]) -> Fragment:
    alternatives = [
        Alternative(text, tuple(sorted({c for wording in who for c in wording.clauses})), _parties(who))
        for text, who in said.items()
    ]
    return Fragment(tuple(sorted(alternatives, key=lambda one: (-len(one.parties), -len(one.clauses), one.text))))


def _shown(fragment: Fragment) -> str:
    said = [one.text for one in fragment.alternatives if one.text]
    if fragment.common:
        return said[0]
    silent = len(said) < len(fragment.alternatives)
    return f"[{' / '.join([*said, NOTHING] if silent and len(said) > 1 else said)}]"


def _anchors(group: Sequence[_Wording], places: Sequence[Sequence[int]], common: Sequence[_Token]) -> list[int]:
    """The common words worth keeping: no lone function words or signs between two long differences."""
    anchors = list(range(len(common)))

    def width(left: int | None, right: int | None) -> int:
        """Words of the longest alternative between two anchors; 0 where nothing differs."""
        gaps = []
        for at, wording in enumerate(group):
            first = 0 if left is None else places[at][left] + 1
            last = len(wording.tokens) if right is None else places[at][right]
            gaps.append(_said(wording.tokens[first:last]))
        if len(set(gaps)) == 1:
            return 0
        return max(1, *(len(gap) for gap in gaps))

    edges: list[int | None] = [None, *anchors, None]
    widths = [width(first, second) for first, second in pairwise(edges)]
    at = 0
    while True:
        first = next((place for place in range(at, len(widths)) if widths[place]), None)
        second = (
            None if first is None else next((place for place in range(first + 1, len(widths)) if widths[place]), None)
        )
        if first is None or second is None:
            return _with_negations_whole(group, places, anchors)
        island = anchors[first:second]
        size = sum(common[anchor].is_word for anchor in island)
        small = size <= 2 and not _content(common[anchor] for anchor in island)
        if not small or size >= min(widths[first], widths[second]):
            at = second
            continue
        widths[first : second + 1] = [width(edges[first], edges[second + 1])]
        del edges[first + 1 : second + 1]
        del anchors[first:second]
        # The gap has grown: the island before it may be small beside it now.
        at = next((place for place in range(first - 1, -1, -1) if widths[place]), first)


_NEGATIONS = frozenset(("no", "not", "neither", "never", "none", "nobody", "without", "cannot", "refrain", "refrains"))


def _with_negations_whole(
    group: Sequence[_Wording], places: Sequence[Sequence[int]], anchors: Sequence[int]
) -> list[int]:
    """One bracket where a negation stands in one for some and in the next for others.

    ``[No / A] Party [may / shall not]`` would let a reader choose the opposite of both wordings.
    """
    edges: list[int | None] = [None, *anchors, None]
    split = []
    for at, (left, right) in enumerate(pairwise(edges)):
        negated = set()
        for number, wording in enumerate(group):
            first = 0 if left is None else places[number][left] + 1
            last = len(wording.tokens) if right is None else places[number][right]
            negated.add(any(token.key in _NEGATIONS for token in wording.tokens[first:last]))
        if len(negated) > 1:
            split.append(at)
    if len(split) < 2:
        return list(anchors)
    return [anchor for at, anchor in enumerate(anchors) if not split[0] <= at < split[-1]]
