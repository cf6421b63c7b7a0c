"""Which clauses ask for the same outcome: declared by the parties, signed by someone trusted, or found by `lexical-1`.

Belongs here: choosing whose alignments count, and the method that finds more. Does not belong here: who is bound.

How `lexical-1` finds, in integers only, so that every machine finds the same:

1. Clauses with the same words are one *wording*: copies neither change a weight nor outvote anybody.
2. A wording's features are its content words (plurals folded) and pairs of neighbouring ones, in two fields: all of
   it, and its principal sentence. Weight = (1 + ln tf)(1 + ln((1 + n) / (1 + df))), each field scaled to length 2^14.
3. Similarity = 7/10 of the dot product for all of it, 3/10 for the principal sentence; below 1/10 it is nothing. Two
   wordings of one agreement lose 1/2: an agreement seldom regulates one thing twice.
4. Average linkage (Sokal and Michener 1958) within one language and one polarity joins the closest groups until none
   is as close as the threshold; ties go to the wording that sorts first.

Polarity and language never mix. Where polarity is unknown, wordings with and without a negation stay apart too; in a
language that `polarity` cannot read only equal wordings align. Headings, labels and numbers are no input.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isqrt

from normledger.composition.polarity import Reading, read
from normledger.composition.record import Alignment, ClauseText, Polarity, TrustPolicy
from normledger.composition.wording import FUNCTION_WORDS, language_of, words
from normledger.documents.canonical import content_hash
from normledger.identifiers import ClauseId, Hash, OutcomeId

METHOD = "lexical-1"
LENGTH = 1 << 14
"""Every field is a vector of this length; similarities are in units of LENGTH²."""

ONE = LENGTH * LENGTH
FLOOR = ONE // 10
SAME_AGREEMENT = ONE // 2

_FRACTION = 16
_LN_2 = 45426  # ln 2 · 2^16


@dataclass(frozen=True, slots=True)
class Found:
    """Why the method put a clause with its group.

    `similarity` is the mean with the group's other wordings in ten-thousandths, `shared` the words and word pairs that
    it has in common with the group's `centre` (for the centre: with its nearest), each with its part of that.
    """

    clause: ClauseId
    outcome: OutcomeId
    centre: ClauseId
    similarity: int
    shared: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class FoundOutcome:
    """A group of clauses from at least two documents; shown by its most central clause's text."""

    id: OutcomeId
    text: str
    language: str
    polarity: Polarity
    clauses: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The alignments that the policy lets count, those that are only shown, and those that are left out, with why."""

    counting: tuple[Alignment, ...]
    shown: tuple[Alignment, ...]
    left_out: tuple[tuple[Alignment, str], ...]


def choose(alignments: Iterable[Alignment], policy: TrustPolicy, known: frozenset[Hash]) -> Chosen:
    """Declared before signed; signed only by whom the reader trusts; who contradict each other do not count.

    `known` are the clauses and outcomes at hand; what speaks of others is left out and listed.
    """
    counting: list[Alignment] = []
    shown: list[Alignment] = []
    left_out: list[tuple[Alignment, str]] = []
    heard: dict[tuple[ClauseId, OutcomeId], list[Alignment]] = defaultdict(list)
    for one in sorted(set(alignments), key=_alignment_order):
        if one.clause not in known:
            left_out.append((one, "its clause is not in this record"))
        elif one.outcome not in known:
            left_out.append((one, "its outcome's text is not at hand"))
        elif one.strength == "found":
            left_out.append((one, "found alignments are computed, not recorded"))
        elif one.strength == "signed" and one.by not in policy.alignments:
            left_out.append((one, "its author is not named by the trust policy"))
        else:
            heard[one.clause, one.outcome].append(one)
    for pair in sorted(heard):
        voices = heard[pair]
        declared = [one for one in voices if one.strength == "declared"]
        left_out += [(one, "a declared alignment outweighs it") for one in voices if declared and one not in declared]
        voices = declared or voices
        if len({one.relation in ("same", "implies") for one in voices}) > 1:
            left_out += [(one, "contested: another alignment of the same strength contradicts it") for one in voices]
        else:
            (counting if voices[0].relation in ("same", "implies") else shown).extend(voices)
    return Chosen(tuple(counting), tuple(shown), tuple(sorted(left_out, key=lambda pair: _alignment_order(pair[0]))))


def _alignment_order(one: Alignment) -> tuple[bytes, bytes, str, str, bytes, bytes]:
    return one.clause, one.outcome, one.relation, one.strength, one.by or b"", one.act or b""


@dataclass(frozen=True, slots=True)
class _Wording:
    """All clauses with the same words; `vector` maps a feature to its weights in the two fields."""

    tokens: tuple[str, ...]
    clauses: tuple[ClauseText, ...]
    documents: frozenset[Hash]
    reading: Reading
    vector: Mapping[str, tuple[int, int]]


def find(clauses: Iterable[ClauseText], document_of: Mapping[Hash, Hash], threshold: int) -> tuple[FoundOutcome, ...]:
    """Outcomes that the method finds among `clauses`, sorted by id.

    `document_of` tells which agreements are one document; `threshold` is in hundredths of full similarity.
    """
    outcomes: list[FoundOutcome] = []
    for (language, polarity, _), wordings in sorted(_apart(clauses, document_of).items()):
        similar = _similarities(wordings) if language == "en" else [{} for _ in wordings]
        for group in link(similar, threshold):
            members = [wordings[index] for index in group]
            if len(frozenset().union(*(member.documents for member in members))) >= 2:
                sums = [sum(similar[one].get(other, 0) for other in group) for one in group]
                outcomes.append(_outcome(members, sums, language, polarity))
    return tuple(sorted(outcomes, key=lambda outcome: outcome.id))


def _apart(
    clauses: Iterable[ClauseText], document_of: Mapping[Hash, Hash]
) -> dict[tuple[str, Polarity, bool], list[_Wording]]:
    """Wordings by language, polarity and (where that is unknown) negation, each list in the order of the words."""
    by_words: dict[tuple[str, tuple[str, ...]], list[ClauseText]] = defaultdict(list)
    for clause in clauses:
        tokens = words(clause.text)
        if tokens:
            by_words[language_of(clause.text, clause.language), tokens].append(clause)
    apart: dict[tuple[str, Polarity, bool], list[tuple[tuple[str, ...], list[ClauseText], Reading]]] = defaultdict(list)
    languages: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for language, tokens in sorted(by_words):
        same = sorted(by_words[language, tokens], key=lambda clause: (clause.id, clause.agreement))
        reading = read(same[0].text, language)
        apart[language, reading.polarity, reading.polarity == "unknown" and reading.negated].append(
            (tokens, same, reading)
        )
        languages[language].append(tokens)
    weights = {language: _Weights(all_tokens, language) for language, all_tokens in languages.items()}
    return {
        key: [
            _Wording(
                tokens,
                tuple(same),
                frozenset(document_of[clause.agreement] for clause in same),
                reading,
                weights[key[0]].vector(tokens, words(reading.sentence)),
            )
            for tokens, same, reading in entries
        ]
        for key, entries in apart.items()
    }


def _features(tokens: Sequence[str], language: str) -> list[str]:
    idle = FUNCTION_WORDS.get(language, frozenset())
    content = [_folded(token) for token in tokens if token not in idle]
    return content + [f"{first} {second}" for first, second in pairwise(content)]


def _folded(token: str) -> str:
    """A plural's singular, roughly: ``duties`` is ``duty``, ``fees`` is ``fee``."""
    if len(token) > 4 and token.endswith("ies"):
        return token[:-3] + "y"
    return token[:-1] if len(token) > 4 and token.endswith("s") and not token.endswith("ss") else token


def logarithm(value: int) -> int:
    """Natural logarithm of a positive integer, in units of 2^-16, rounded down from an exact base-2 expansion."""
    whole = value.bit_length() - 1
    rest = (value << 32) >> whole
    result = whole
    for _ in range(_FRACTION):
        rest = rest * rest >> 32
        bit = rest >> 33
        result = result << 1 | bit
        rest >>= bit
    return result * _LN_2 >> _FRACTION


class _Weights:
    """Document frequencies of one language's wordings, and the vectors that follow from them."""

    def __init__(self, texts: Sequence[tuple[str, ...]], language: str) -> None:
        self.language = language
        self.count = len(texts)
        self.frequency: dict[str, int] = defaultdict(int)
        for tokens in texts:
            for feature in set(_features(tokens, language)):
                self.frequency[feature] += 1

    def vector(self, tokens: tuple[str, ...], principal: tuple[str, ...]) -> dict[str, tuple[int, int]]:
        """Feature to its weight in the whole text and in the principal sentence."""
        whole, first = self._field(tokens), self._field(principal)
        return {
            feature: (whole.get(feature, 0), first.get(feature, 0)) for feature in sorted(whole.keys() | first.keys())
        }

    def _field(self, tokens: Sequence[str]) -> dict[str, int]:
        counts: dict[str, int] = defaultdict(int)
        for feature in _features(tokens, self.language):
            counts[feature] += 1
        unit = 1 << _FRACTION
        rarity_of_all = logarithm(1 + self.count)
        raw = {
            feature: (unit + logarithm(count)) * (unit + rarity_of_all - logarithm(1 + self.frequency[feature]))
            >> _FRACTION
            for feature, count in counts.items()
        }
        length = isqrt(sum(weight * weight for weight in raw.values())) or 1
        return {feature: weight * LENGTH // length for feature, weight in sorted(raw.items())}


def link(similar: Sequence[Mapping[int, int]], threshold: int) -> list[tuple[int, ...]]:
    """Average linkage: groups of indices, so that no two groups' mean similarity reaches the threshold (hundredths).

    `similar[i][j]` is the similarity of i and j, 0 if absent; the matrix is symmetric. The queue holds means as
    integers floor(sum · 2^64 / pairs): groups have fewer than 2^16 members each, so two different means differ by more
    than 2^-64, and the integers are ordered exactly as the fractions are. Ties go to the smallest indices.
    """
    near = [dict(row) for row in similar]
    members: dict[int, tuple[int, ...]] = {index: (index,) for index in range(len(near))}
    queue: list[tuple[int, int, int]] = []

    def mean(one: int, other: int) -> int:
        return (near[one][other] << 64) // (len(members[one]) * len(members[other]))

    def offer(one: int, other: int) -> None:
        if near[one][other] * 100 >= threshold * ONE * len(members[one]) * len(members[other]):
            heapq.heappush(queue, (-mean(one, other), min(one, other), max(one, other)))

    for one, row in enumerate(near):
        for other in row:
            if one < other:
                offer(one, other)
    while queue:
        offered, one, other = heapq.heappop(queue)
        if one not in members or other not in members or other not in near[one] or -offered != mean(one, other):
            continue
        members[one] += members.pop(other)
        del near[one][other]
        for third, total in near[other].items():
            if third != one:
                near[one][third] = near[third][one] = near[one].get(third, 0) + total
                del near[third][other]
        near[other] = {}
        for third in near[one]:
            offer(one, third)
    return [tuple(sorted(members[index])) for index in sorted(members)]


def _similarities(wordings: Sequence[_Wording]) -> list[dict[int, int]]:
    """Similar pairs, each in both rows; pairs within one agreement with their penalty, below zero if unlike."""
    postings: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    near: list[dict[int, int]] = [{} for _ in wordings]
    by_document: dict[Hash, list[int]] = defaultdict(list)
    for index, wording in enumerate(wordings):
        dots: dict[int, int] = defaultdict(int)
        for feature, (whole, first) in wording.vector.items():
            posting = postings[feature]
            for other, other_whole, other_first in posting:
                dots[other] += 7 * whole * other_whole + 3 * first * other_first
            posting.append((index, whole, first))
        for other, dot in dots.items():
            if dot >= 10 * FLOOR:
                near[index][other] = near[other][index] = dot // 10
        for document in wording.documents:
            by_document[document].append(index)
    penalised = {
        (one, other)
        for indices in by_document.values()
        for at, one in enumerate(indices)
        for other in indices[at + 1 :]
    }
    for one, other in penalised:
        near[one][other] = near[other][one] = near[one].get(other, 0) - SAME_AGREEMENT
    return near


def _outcome(members: Sequence[_Wording], sums: Sequence[int], language: str, polarity: Polarity) -> FoundOutcome:
    """The outcome of a group; `sums` are each member's similarities with all others together."""
    centre = max(range(len(members)), key=lambda at: (sums[at], -at))
    middle = members[centre]
    clause_ids = sorted({clause.id for member in members for clause in member.clauses})
    outcome = OutcomeId(content_hash({"method": METHOD, "clauses": [str(clause) for clause in clause_ids]}))
    found: dict[ClauseId, Found] = {}
    others = len(members) - 1
    for at, member in enumerate(members):
        similarity = max(0, sums[at] * 10_000 // (others * ONE)) if others else 10_000
        partner = middle if at != centre or not others else _nearest(member, members)
        shared = _shared(member, partner)
        for clause in member.clauses:
            found[clause.id] = Found(clause.id, outcome, middle.clauses[0].id, similarity, shared)
    clauses = tuple(found[one] for one in clause_ids)
    return FoundOutcome(outcome, middle.clauses[0].text, language, polarity, clauses)


def _dot(one: _Wording, other: _Wording) -> dict[str, int]:
    return {
        feature: 7 * whole * other.vector[feature][0] + 3 * first * other.vector[feature][1]
        for feature, (whole, first) in one.vector.items()
        if feature in other.vector
    }


def _nearest(one: _Wording, members: Sequence[_Wording]) -> _Wording:
    others = [member for member in members if member is not one]
    return max(others, key=lambda member: (sum(_dot(one, member).values()), [-ord(c) for c in " ".join(member.tokens)]))


def _shared(one: _Wording, other: _Wording, most: int = 8) -> tuple[tuple[str, int], ...]:
    parts = sorted(((-dot, feature) for feature, dot in _dot(one, other).items()))[:most]
    return tuple((feature, -dot * 1000 // ONE) for dot, feature in parts)
