"""Which clauses ask for the same outcome: declared by the parties, signed by someone trusted, or found by `lexical-2`.

Belongs here: choosing whose alignments count, and the method that finds more. Does not belong here: who is bound.

How `lexical-2` finds, in integers only, so that every machine finds the same:

1. Clauses with the same words are one *wording*: copies neither change a weight nor outvote anybody.
2. The likeness of two wordings of one language is the cosine of their vectors (`weights`). Below 1/4 it is none
   (`similarity` finds the pairs).
3. Similarity is the square of likeness, so that few close pairs say more than many distant ones, times its part of
   the best likeness that either wording has in the other's documents: whoever has a closer partner there is not meant.
4. Two wordings of one document lose 1/2: a document seldom regulates one thing twice.
5. Plain opposites never come into one outcome: two wordings whose principal sentences are about the same, with a
   cosine of 3/4 or more, and of which one refrains and the other does not, or one is negated and reads differently.
6. Average linkage (`clustering`) joins the closest groups until none is as close as the threshold, a root mean square;
   ties go to the wording that sorts first.

In a language whose polarity is not read only equal wordings align. Headings, labels and numbers are no input.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from normledger.composition import deontic_words
from normledger.composition.clustering import link
from normledger.composition.polarity import Reading, read
from normledger.composition.record import Alignment, ClauseText, Polarity, TrustPolicy
from normledger.composition.similarity import alike
from normledger.composition.weights import ONE, Rarity, Vector
from normledger.composition.wording import language_of, words
from normledger.documents.canonical import content_hash
from normledger.errors import InputError
from normledger.identifiers import ClauseId, Hash, OutcomeId

METHOD = "lexical-2"
THRESHOLD = 5
"""Hundredths: the root mean square at which groups are joined, unless a reader chooses otherwise."""

FLOOR = ONE // 4
"""Less likeness than this is none."""

OPPOSITE = ONE * 3 // 4
"""From this likeness of their principal sentences on, two wordings speak of the same."""

_SIGNS = (
    deontic_words.NEGATION
    | deontic_words.CASE
    | deontic_words.TURN_FINITE
    | deontic_words.FORBIDDING
    | deontic_words.FORBIDDEN
    | deontic_words.DUTY
)
"""Words that turn what a sentence asks (in no case, refrain, required), and say nothing of what it is about."""

_NEVER = -(ONE << 64)

_WIDER = (FLOOR, ONE // 10, 1)
"""How alike the nearest may be, one after the other, because looking far costs most."""


@dataclass(frozen=True, slots=True)
class Found:
    """Why the method put a clause with its group.

    `similarity` is the mean with the group's other wordings in ten-thousandths, `shared` the words and word pairs that
    it has in common with the group's `centre` (for the centre: with its nearest), each with its part of their
    similarity, the weightiest first.
    """

    clause: ClauseId
    outcome: OutcomeId
    centre: ClauseId
    similarity: int
    shared: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class FoundOutcome:
    """A group of clauses from at least two documents; shown by its most central clause's text.

    `polarity` is what all its clauses are read as; where they are not all read alike, unknown.
    """

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
    """All clauses of one language with the same words."""

    tokens: tuple[str, ...]
    clauses: tuple[ClauseText, ...]
    documents: frozenset[Hash]
    reading: Reading


@dataclass(frozen=True, slots=True)
class _Compared:
    """One language's wordings with their vectors, the features' names, and every likeness from a floor on."""

    wordings: Sequence[_Wording]
    vectors: Sequence[Vector]
    names: Sequence[str]
    likeness: Sequence[Mapping[int, int]]


def find(
    clauses: Iterable[ClauseText], document_of: Mapping[Hash, Hash], threshold: int = THRESHOLD
) -> tuple[FoundOutcome, ...]:
    """Outcomes that the method finds among `clauses`, sorted by id.

    `document_of` tells which agreements are one document; `threshold` is in hundredths of full likeness.
    Raises `InputError` for a threshold out of range.
    """
    if not 1 <= threshold <= 100:
        raise InputError(f"{threshold} is out of range; give a whole number from 1 to 100", field="threshold")
    outcomes: list[FoundOutcome] = []
    for language, wordings in sorted(_wordings(clauses, document_of).items()):
        if language == "en":
            compared = _compare(wordings, language, FLOOR)
            groups = link(_similarities(compared), threshold * threshold * ONE // 10_000)
        else:
            compared = _Compared(wordings, [()] * len(wordings), (), [{}] * len(wordings))
            groups = [(at,) for at in range(len(wordings))]
        for group in groups:
            if len(frozenset().union(*(wordings[at].documents for at in group))) >= 2:
                outcomes.append(_outcome(compared, group, language))
    return tuple(sorted(outcomes, key=lambda outcome: outcome.id))


def nearest(
    clauses: Iterable[ClauseText], document_of: Mapping[Hash, Hash], most: int = ONE
) -> dict[ClauseId, tuple[ClauseId, int]]:
    """For each clause the most alike clause of another document, with their likeness in ten-thousandths.

    Only English clauses have one, and only if they share a word with one. A copy is nearest of all; clauses that are
    more alike than `most` (in units of 2^28) are passed over. Ties go to the wording, then the clause, that sorts
    first. Polarity is no matter here: an opposite is near.
    """
    answer: dict[ClauseId, tuple[ClauseId, int]] = {}
    wordings = _wordings(clauses, document_of).get("en", [])
    rarity = Rarity([wording.tokens for wording in wordings], "en")
    vectors = [rarity.vector(wording.tokens) for wording in wordings]
    lonely = list(range(len(wordings)))
    for floor in _WIDER:
        near: list[list[tuple[int, int]]] = [[] for _ in lonely]
        for row, other, dot in alike([vectors[at] for at in lonely], vectors, rarity.bands, floor):
            if other != lonely[row] and dot <= most:
                near[row].append((dot, other))
        for at, others in zip(lonely, near, strict=True):
            order = [(ONE, at)] if most == ONE else []
            order += sorted(others, key=lambda entry: (-entry[0], entry[1]))
            for clause in wordings[at].clauses:
                here = document_of[clause.agreement]
                for dot, other in order if clause.id not in answer else ():
                    there = [one for one in wordings[other].clauses if document_of[one.agreement] != here]
                    if there:
                        answer[clause.id] = there[0].id, dot * 10_000 // ONE
                        break
        lonely = [at for at in lonely if any(clause.id not in answer for clause in wordings[at].clauses)]
    return answer


def _wordings(clauses: Iterable[ClauseText], document_of: Mapping[Hash, Hash]) -> dict[str, list[_Wording]]:
    """Wordings by language, each list in the order of the words."""
    by_words: dict[tuple[str, tuple[str, ...]], list[ClauseText]] = defaultdict(list)
    for clause in clauses:
        tokens = words(clause.text)
        if tokens:
            by_words[language_of(clause.text, clause.language), tokens].append(clause)
    wordings: dict[str, list[_Wording]] = defaultdict(list)
    for language, tokens in sorted(by_words):
        same = sorted(by_words[language, tokens], key=lambda clause: (clause.id, clause.agreement, clause.position))
        documents = frozenset(document_of[clause.agreement] for clause in same)
        wordings[language].append(_Wording(tokens, tuple(same), documents, read(same[0].text, language)))
    return wordings


def _compare(wordings: Sequence[_Wording], language: str, floor: int) -> _Compared:
    rarity = Rarity([wording.tokens for wording in wordings], language)
    vectors = [rarity.vector(wording.tokens) for wording in wordings]
    likeness: list[dict[int, int]] = [{} for _ in wordings]
    for one, other, dot in alike(vectors, None, rarity.bands, floor):
        likeness[one][other] = likeness[other][one] = dot
    return _Compared(wordings, vectors, rarity.names, likeness)


def _similarities(compared: _Compared) -> list[dict[int, int]]:
    """Squares of likeness, times its part of the best there is, less what one document costs; opposites never meet."""
    documents = [wording.documents for wording in compared.wordings]
    best: list[dict[Hash, int]] = [{} for _ in documents]
    for mine, row in zip(best, compared.likeness, strict=True):
        for other, dot in row.items():
            for document in documents[other]:
                if mine.get(document, 0) < dot:
                    mine[document] = dot
    near: list[dict[int, int]] = [{} for _ in documents]
    for one, row in enumerate(compared.likeness):
        for other, dot in row.items():
            if one < other:
                closest = max(*(best[one][at] for at in documents[other]), *(best[other][at] for at in documents[one]))
                near[one][other] = near[other][one] = dot * dot * dot // (closest * ONE)
    by_document: dict[Hash, list[int]] = defaultdict(list)
    for at, held in enumerate(documents):
        for document in held:
            by_document[document].append(at)
    of_one_document = {pair for places in by_document.values() for pair in combinations(places, 2)}
    for one, other in of_one_document:
        near[one][other] = near[other][one] = near[one].get(other, 0) - ONE // 2
    for one, other in _opposites(compared.wordings):
        near[one][other] = near[other][one] = _NEVER
    return near


def _opposites(wordings: Sequence[_Wording]) -> Iterable[tuple[int, int]]:
    """Pairs whose principal sentences are alike and are opposed."""
    sentences: dict[tuple[str, ...], dict[tuple[Polarity, bool], list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, wording in enumerate(wordings):
        reading = wording.reading
        about = tuple(word for word in words(reading.sentence) if word not in _SIGNS)
        sentences[about][reading.polarity, reading.negated].append(at)
    ordered = sorted(sentences)
    rarity = Rarity(ordered, "en", opening_share=0)
    vectors = [rarity.vector(tokens) for tokens in ordered]
    pairs = [(at, at) for at in range(len(ordered))]
    pairs += [(one, other) for one, other, _ in alike(vectors, None, rarity.bands, OPPOSITE)]
    for one, other in pairs:
        for mine, here in sentences[ordered[one]].items():
            for theirs, there in sentences[ordered[other]].items():
                if _opposed(mine, theirs):
                    yield from ((first, second) for first in here for second in there)


def _opposed(one: tuple[Polarity, bool], other: tuple[Polarity, bool]) -> bool:
    """Whether two readings (polarity, negated) of like sentences are opposites; what may be done may also be owed."""
    polarities, negations = {one[0], other[0]}, {one[1], other[1]}
    if "unknown" in polarities:
        return len(negations) == 2
    return len(polarities) == 2 and ("refrain" in polarities or len(negations) == 2)


def _outcome(compared: _Compared, group: Sequence[int], language: str) -> FoundOutcome:
    """The outcome of a group of wordings."""
    wordings, likeness = compared.wordings, compared.likeness
    sums = {at: sum(likeness[at].get(other, 0) for other in group) for at in group}
    centre = max(group, key=lambda at: (sums[at], -at))
    middle = wordings[centre].clauses[0]
    clause_ids = sorted({clause.id for at in group for clause in wordings[at].clauses})
    outcome = OutcomeId(content_hash({"method": METHOD, "clauses": [str(clause) for clause in clause_ids]}))
    polarities = {wordings[at].reading.polarity for at in group}
    found: dict[ClauseId, Found] = {}
    for at in group:
        others = [other for other in group if other != at]
        similarity = sums[at] * 10_000 // (len(others) * ONE) if others else 10_000
        partner = (
            centre if at != centre or not others else max(others, key=lambda one: (likeness[at].get(one, 0), -one))
        )
        shared = _shared(compared.vectors[at], compared.vectors[partner], compared.names)
        for clause in wordings[at].clauses:
            found[clause.id] = Found(clause.id, outcome, middle.id, similarity, shared)
    polarity: Polarity = polarities.pop() if len(polarities) == 1 else "unknown"
    return FoundOutcome(outcome, middle.text, language, polarity, tuple(found[one] for one in clause_ids))


def _shared(one: Vector, other: Vector, names: Sequence[str], most: int = 8) -> tuple[tuple[str, int], ...]:
    """What two vectors have in common, both fields together, in ten-thousandths of full similarity."""
    there = dict(other)
    parts: dict[str, int] = defaultdict(int)
    for feature, weight in one:
        if feature in there:
            parts[names[feature]] += weight * there[feature]
    ordered = sorted(parts.items(), key=lambda part: (-part[1], part[0]))[:most]
    return tuple((feature, dot * 10_000 // ONE) for feature, dot in ordered)
