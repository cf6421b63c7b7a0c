"""One bracketed text out of aligned clauses, as negotiators write it, each fragment naming its clauses and parties.

Belongs here: merging wordings. Does not belong here: deciding which clauses are aligned, or resolving a bracket.

    Parties [shall / should] not [knowingly] support theft of [trade / business] secrets.

A clause is cut into sentences; its principal sentence (as `polarity` reads it) opens the draft, the others follow as
paragraphs in brackets, sentences that share much together. The wordings that share most are merged first, along the
longest common subsequence of their words. Where a merger would leave too few common words, or join a promise to do
with one not to, the wordings stand side by side as numbered options.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise

from normledger.composition.polarity import read
from normledger.composition.record import ClauseText, Polarity
from normledger.composition.wording import FUNCTION_WORDS, language_of, sentences
from normledger.identifiers import ClauseId

NOTHING = "–"
"""Stands in a bracket for the alternative of leaving its other alternatives out."""

_KEPT = (1, 3)
"""The least part that must stay common in a merger of principal sentences (Dice's measure on content words)."""

_KEPT_FURTHER = (1, 2)
"""The same for the sentences that follow."""


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
class Paragraph:
    """One sentence of the draft: a single option, or several of which one must be chosen.

    `agreed` tells whether every clause of the draft has a part in it; if not, it stands in brackets as a whole.
    """

    options: tuple[Option, ...]
    agreed: bool

    @property
    def text(self) -> str:
        if len(self.options) > 1:
            numbered = (f"Option {number}: {option.text}" for number, option in enumerate(self.options, 1))
            return "[" + "\n / ".join(numbered) + "]"
        return self.options[0].text if self.agreed else f"[{self.options[0].text}]"


@dataclass(frozen=True, slots=True)
class Draft:
    """The text in one language; clauses in others are listed, never merged."""

    language: str
    paragraphs: tuple[Paragraph, ...]
    other_languages: tuple[ClauseId, ...]

    @property
    def text(self) -> str:
        """Plain text, a paragraph a line."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)

    @property
    def open_brackets(self) -> int:
        """How many choices are left to the negotiators."""
        return sum(
            (not paragraph.agreed or len(paragraph.options) > 1)
            + sum(not fragment.common for option in paragraph.options for fragment in option.fragments)
            for paragraph in self.paragraphs
        )


def draft(clauses: Iterable[ClauseText], parties: Mapping[ClauseId, frozenset[str]]) -> Draft:
    """The draft of clauses that ask for one outcome; `parties` are those of the coalition bound by each.

    The language is the one with the most parties, then clauses, then the first by name.
    """
    by_language: dict[str, list[ClauseText]] = defaultdict(list)
    for clause in {clause.id: clause for clause in clauses}.values():
        by_language[language_of(clause.text, clause.language)].append(clause)
    if not by_language:
        return Draft("und", (), ())

    def weight(language: str) -> tuple[int, int, str]:
        mine = by_language[language]
        bound = frozenset[str]().union(*(parties.get(clause.id, frozenset()) for clause in mine))
        return -len(bound), -len(mine), language

    language = min(by_language, key=weight)
    chosen = by_language.pop(language)
    others = tuple(sorted(clause.id for rest in by_language.values() for clause in rest))
    firsts: dict[str, set[ClauseId]] = defaultdict(set)
    furthers: dict[str, set[ClauseId]] = defaultdict(set)
    for clause in chosen:
        principal = read(clause.text, language).sentence
        firsts[principal].add(clause.id)
        for sentence in sentences(clause.text):
            if sentence != principal:
                furthers[sentence].add(clause.id)
    everyone = {clause.id for clause in chosen}
    paragraphs = []
    merged = _merge(firsts, parties, language, _KEPT)
    if merged:
        paragraphs.append(_paragraph(merged, everyone))
    paragraphs += [_paragraph([group], everyone) for group in _merge(furthers, parties, language, _KEPT_FURTHER)]
    return Draft(language, tuple(paragraphs), others)


def _paragraph(options: Sequence[Option], everyone: set[ClauseId]) -> Paragraph:
    return Paragraph(tuple(options), everyone <= {clause for option in options for clause in option.clauses})


@dataclass(frozen=True, slots=True)
class _Token:
    """A word or sign as written, what it is compared by, and whether white space stands before it."""

    text: str
    key: str
    spaced: bool

    @property
    def is_word(self) -> bool:
        return any(character.isalnum() for character in self.key)


def _tokens(text: str) -> tuple[_Token, ...]:
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
        for at, piece in enumerate(pieces):
            shown = {"[": "⟦", "]": "⟧"}.get(piece, piece)
            result.append(_Token(shown, piece.casefold(), at == 0))
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


def _merge(
    texts: Mapping[str, set[ClauseId]],
    parties: Mapping[ClauseId, frozenset[str]],
    language: str,
    least: tuple[int, int],
) -> list[Option]:
    """Wordings gathered into options: the nearest are merged first, as long as enough stays common."""
    clauses_of: dict[tuple[str, ...], set[ClauseId]] = defaultdict(set)
    written: dict[tuple[str, ...], tuple[_Token, ...]] = {}
    for text in sorted(texts):
        tokens = _tokens(text)
        key = tuple(token.key for token in tokens)
        clauses_of[key] |= texts[text]
        written.setdefault(key, tokens)
    wordings = [
        _Wording(
            written[key],
            read(_written(written[key]), language).polarity,
            tuple(sorted(clauses_of[key])),
            frozenset[str]().union(*(parties.get(clause, frozenset()) for clause in clauses_of[key])),
        )
        for key in sorted(written)
    ]
    wordings.sort(key=_support)
    groups = {at: _Group((wording,), wording.tokens) for at, wording in enumerate(wordings)}
    nearness = {(one, other): _nearness(groups[one], groups[other], language) for one, other in combinations(groups, 2)}
    while nearness:
        (one, other), (kept, whole) = max(
            nearness.items(), key=lambda entry: (Fraction(*entry[1]), [-at for at in entry[0]])
        )
        if kept * least[1] < whole * least[0] or not kept:
            break
        groups[one] = _joined(groups[one], groups.pop(other))
        nearness = {pair: value for pair, value in nearness.items() if not {one, other} & set(pair)}
        for third in groups:
            if third != one:
                pair = min(one, third), max(one, third)
                nearness[pair] = _nearness(groups[pair[0]], groups[pair[1]], language)
    return sorted((_option(group, language) for group in groups.values()), key=_option_support)


@dataclass(frozen=True, slots=True)
class _Group:
    """Wordings to be merged, best supported first, and the words that all have in common in one order."""

    wordings: tuple[_Wording, ...]
    common: tuple[_Token, ...]


def _joined(one: _Group, other: _Group) -> _Group:
    return _Group(tuple(sorted((*one.wordings, *other.wordings), key=_support)), _common(one.common, other.common))


def _nearness(one: _Group, other: _Group, language: str) -> tuple[int, int]:
    """Content words that stay common, of those of the shortest and the longest wording; 0 where polarity differs."""
    sizes = [_content(wording.tokens, language) for wording in (*one.wordings, *other.wordings)]
    whole = max(1, min(sizes) + max(sizes))
    if {wording.polarity for wording in one.wordings} != {wording.polarity for wording in other.wordings}:
        return 0, whole
    return 2 * _content(_common(one.common, other.common), language), whole


def _support(wording: _Wording) -> tuple[int, int, int, tuple[str, ...]]:
    return -len(wording.parties), -len(wording.clauses), len(wording.tokens), tuple(t.key for t in wording.tokens)


def _option_support(option: Option) -> tuple[int, int, str]:
    return -len(option.parties), -len(option.clauses), option.text


def _content(tokens: Sequence[_Token], language: str) -> int:
    """How many words that say something stand among the tokens."""
    idle = FUNCTION_WORDS.get(language, frozenset())
    return sum(token.is_word and token.key not in idle for token in tokens)


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


def _option(merged: _Group, language: str) -> Option:
    """Lay every wording along the common words; what lies between them becomes a bracket wherever it differs."""
    group, common = merged.wordings, merged.common
    keys = [token.key for token in common]
    places = [[j for _, j in _matches(keys, [token.key for token in wording.tokens])] for wording in group]
    anchors = _anchors(group, places, common, language)
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
        if len({tuple(token.key for token in gap) for gap in gaps}) > 1:
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
        key = tuple(token.key for token in gap)
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


def _anchors(
    group: Sequence[_Wording], places: Sequence[Sequence[int]], common: Sequence[_Token], language: str
) -> list[int]:
    """The common words worth keeping: no lone function words or signs between two long differences."""
    anchors = list(range(len(common)))

    def width(left: int | None, right: int | None) -> int:
        """Words of the longest alternative between two anchors; 0 where nothing differs."""
        gaps = []
        for at, wording in enumerate(group):
            first = 0 if left is None else places[at][left] + 1
            last = len(wording.tokens) if right is None else places[at][right]
            gaps.append(tuple(token for token in wording.tokens[first:last]))
        if len({tuple(token.key for token in gap) for gap in gaps}) == 1:
            return 0
        return max(1, *(sum(token.is_word for token in gap) for gap in gaps))

    while True:
        edges: list[int | None] = [None, *anchors, None]
        widths = [width(first, second) for first, second in pairwise(edges)]
        breaks = [at for at, wide in enumerate(widths) if wide]
        drop: list[int] = []
        for first, second in pairwise(breaks):
            island = anchors[first:second]
            size = sum(common[at].is_word for at in island)
            small = size <= 2 and not _content([common[at] for at in island], language)
            if small and size < min(widths[first], widths[second]):
                drop = island
                break
        if not drop:
            return anchors
        anchors = [at for at in anchors if at not in drop]
