"""The workbench: which alignments are worth a person's signature first, and how two clauses differ.

Belongs here: likeness for proposing, the first partners of a clause, ranking, differences of words. Does not belong
here: what counts (`alignment`). A proposal never counts by itself, so this may look wider than the found method does.

How `propose` looks, in integers:

1. A clause's features are its content words, folded to a stem, and the groups of the thesaurus that its words and
   phrases name. Weight = (1 + ln tf)(1 + ln((1 + n) / (1 + df))), half as much again for a group, scaled to length 2^14
   (Salton and Buckley 1988).
2. Likeness = the dot product; one fifth less where polarity differs.
3. The first partners are chosen one by one, each as like the clause and as little like those before it as may be:
   maximal marginal relevance (Carbonell and Goldstein 1998). Five versions of one wrong partner help nobody.

Ties go to the smaller clause id. Only clauses of other documents in the same language are partners.
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import isqrt
from typing import Literal

from normledger.composition.polarity import read
from normledger.composition.record import ClauseText, Polarity
from normledger.composition.result import Composition
from normledger.composition.weights import UNIT, logarithm
from normledger.composition.wording import FUNCTION_WORDS, language_of, words
from normledger.identifiers import ClauseId, Hash, OutcomeId, PartyId

FULL = 10_000
"""The likeness of a clause to itself, in ten-thousandths."""

DOUBT = 3_500
"""Where a person's word says most: about half of the first partners of this likeness are true ones."""

_LENGTH = 1 << 14
_COMMON = 256
"""A feature of more clauses than this brings no pair together; it adds to the likeness of those that others bring."""
_POOL = 40


@dataclass(frozen=True, slots=True)
class Partner:
    """A clause of another agreement that may ask for the same. `shared`: words and groups in common, heaviest first."""

    clause: ClauseText
    likeness: int
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One question for a person: how does `clause` stand to `partner`, or to the outcome that the partner counts for?

    `joined` is how many pairs of parties would newly stand behind one outcome if it were the same; `worth` the rank.
    """

    clause: ClauseText
    partner: ClauseText
    outcome: OutcomeId | None
    likeness: int
    joined: int
    worth: int
    shared: tuple[str, ...]


def propose(
    clauses: Iterable[ClauseText], document_of: Mapping[Hash, Hash] | None = None, *, first: int = 5
) -> dict[ClauseId, tuple[Partner, ...]]:
    """For each clause its most probable partners in other agreements, best first; copies of one wording once.

    `document_of` tells which agreements are one document; by default each is its own.
    """
    texts = sorted({one.id: one for one in sorted(clauses, key=_place)}.values(), key=lambda one: one.id)
    documents = [document_of[one.agreement] if document_of else one.agreement for one in texts]
    languages = [language_of(one.text, one.language) for one in texts]
    polarities = [read(one.text, language).polarity for one, language in zip(texts, languages, strict=True)]
    vectors = _vectors(texts, languages)
    postings: dict[str, list[int]] = defaultdict(list)
    for at, vector in enumerate(vectors):
        for feature in vector:
            postings[feature].append(at)
    partners: dict[ClauseId, tuple[Partner, ...]] = {}
    for at, text in enumerate(texts):
        near = {
            other
            for feature in vectors[at]
            if len(postings[feature]) <= _COMMON
            for other in postings[feature]
            if documents[other] != documents[at] and languages[other] == languages[at]
        }
        likeness = {other: _likeness(vectors, polarities, at, other) for other in near}
        pool = sorted(near, key=lambda other: (-likeness[other], other))[:_POOL]
        chosen = _diverse(pool, likeness, vectors, polarities, first)
        partners[text.id] = tuple(
            Partner(texts[other], likeness[other], _shared(vectors[at], vectors[other])) for other in chosen
        )
    return partners


def worth_signing(composition: Composition, first: int = 20, author: PartyId | None = None) -> tuple[Proposal, ...]:
    """What to ask a person first about a composition's clauses, most worthwhile first.

    Not asked again is what `author`, somebody whom the policy trusts, or the parties themselves have said (``none``
    included), nor two clauses that count for outcomes already. Worth grows with the doubt (`DOUBT`) and with the pairs
    of parties that would newly stand together.
    """
    selection = composition.selection
    bound: dict[ClauseId, set[str]] = defaultdict(set)
    for undertaking in selection.undertakings:
        for clause in undertaking.clauses:
            bound[clause].add(undertaking.actor)
    settled: dict[ClauseId, set[OutcomeId]] = defaultdict(set)
    for said in composition.alignments.counting:
        settled[said.clause].add(said.outcome)
    behind: dict[OutcomeId, set[str]] = {
        outcome: set[str]().union(*(bound[clause] for clause in clauses))
        for outcome, clauses in _turned_round(settled).items()
    }
    decided = _decided(composition, author)
    texts = [same[0] for clause, same in selection.clauses.items() if bound[clause]]
    asked: dict[tuple[Hash, Hash], Proposal] = {}
    for clause_id, partners in propose(texts, selection.document_of).items():
        for partner in partners:
            one, other = selection.clauses[clause_id][0], partner.clause
            if settled[one.id] and settled[other.id]:
                continue
            if settled[one.id] or (not settled[other.id] and other.id < one.id):
                one, other = other, one
            outcome = min(settled[other.id], default=None)
            if (one.id, outcome or words(other.text)) in decided or (other.id, words(one.text)) in decided:
                continue
            mine, theirs = bound[one.id], behind[outcome] if outcome else bound[other.id]
            joined = len(mine - theirs) * len(theirs - mine)
            worth = _doubt(partner.likeness) * (1 + joined.bit_length())
            proposal = Proposal(one, other, outcome, partner.likeness, joined, worth, partner.shared)
            key = one.id, outcome or other.id
            if key not in asked or asked[key].likeness < proposal.likeness:
                asked[key] = proposal
    ranked = sorted(asked.values(), key=lambda one: (-one.worth, one.clause.id, one.partner.id))
    return tuple(ranked[:first])


def _turned_round(settled: Mapping[ClauseId, set[OutcomeId]]) -> dict[OutcomeId, set[ClauseId]]:
    turned: dict[OutcomeId, set[ClauseId]] = defaultdict(set)
    for clause, outcomes in settled.items():
        for outcome in outcomes:
            turned[outcome].add(clause)
    return turned


def _decided(composition: Composition, author: PartyId | None) -> set[tuple[ClauseId, OutcomeId | tuple[str, ...]]]:
    """Of which clause and outcome, and which clause and text, somebody heard has spoken."""
    texts = {one.id: words(one.text) for one in composition.record.outcomes}
    heard: set[tuple[ClauseId, OutcomeId | tuple[str, ...]]] = set()
    for one in composition.record.alignments:
        if one.strength == "declared" or one.by == author or one.by in composition.policy.alignments:
            heard |= {(one.clause, one.outcome), (one.clause, texts.get(one.outcome, ()))}
    return heard


def _doubt(likeness: int) -> int:
    """From 0 to `FULL`: highest where a person's word says most, nothing where there is no doubt."""
    if likeness <= DOUBT:
        return likeness * FULL // DOUBT
    return max(0, FULL - likeness) * FULL // (FULL - DOUBT)


# --- likeness


def _place(clause: ClauseText) -> tuple[bytes, bytes, int]:
    return clause.id, clause.agreement, clause.position


def _vectors(texts: Sequence[ClauseText], languages: Sequence[str]) -> list[dict[str, int]]:
    counts = [_features(one.text, language) for one, language in zip(texts, languages, strict=True)]
    frequency: dict[str, int] = defaultdict(int)
    for count in counts:
        for feature in count:
            frequency[feature] += 1
    whole = UNIT + logarithm(1 + len(texts))
    rarity = {feature: whole - logarithm(1 + often) for feature, often in frequency.items()}
    vectors = []
    for count in counts:
        raw = {
            feature: (3 if feature.startswith("#") else 2) * (UNIT + logarithm(times)) * rarity[feature]
            for feature, times in count.items()
        }
        length = isqrt(sum(weight * weight for weight in raw.values())) or 1
        vectors.append({feature: weight * _LENGTH // length for feature, weight in raw.items()})
    return vectors


def _likeness(vectors: Sequence[Mapping[str, int]], polarities: Sequence[Polarity], one: int, other: int) -> int:
    few, many = sorted((vectors[one], vectors[other]), key=len)
    dot = sum(weight * many[feature] for feature, weight in few.items() if feature in many)
    likeness = dot * FULL // (_LENGTH * _LENGTH)
    return likeness if polarities[one] == polarities[other] else likeness * 4 // 5


def _diverse(
    pool: Sequence[int],
    likeness: Mapping[int, int],
    vectors: Sequence[Mapping[str, int]],
    polarities: Sequence[Polarity],
    first: int,
) -> list[int]:
    """Maximal marginal relevance with weight one half: twice the likeness less that to the nearest one chosen."""
    chosen: list[int] = []
    nearest = dict.fromkeys(pool, 0)
    while nearest and len(chosen) < first:
        best = min(nearest, key=lambda other: (nearest[other] - 2 * likeness[other], other))
        del nearest[best]
        chosen.append(best)
        for other in nearest:
            nearest[other] = max(nearest[other], _likeness(vectors, polarities, best, other))
    return chosen


def _shared(one: Mapping[str, int], other: Mapping[str, int], most: int = 6) -> tuple[str, ...]:
    both = sorted((-weight * other[feature], feature) for feature, weight in one.items() if feature in other)
    return tuple(feature for _, feature in both[:most])


def _features(text: str, language: str) -> dict[str, int]:
    idle = FUNCTION_WORDS.get(language, frozenset())
    tokens = words(text)
    counts: dict[str, int] = defaultdict(int)
    english = language in ("en", "und")
    for token in tokens:
        if token not in idle:
            counts[_stem(token) if english else token] += 1
    if english:
        single, phrases = _thesaurus()
        for token in tokens:
            if group := single.get(_stem(token)):
                counts[group] += 1
        line = f" {' '.join(tokens)} "
        for phrase, group in phrases:
            if times := line.count(f" {phrase} "):
                counts[group] += times
    return counts


@cache
def _thesaurus() -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Groups by stem of a single word, and phrases with their groups. A group's name begins with ``#``."""
    single: dict[str, str] = {}
    phrases: list[tuple[str, str]] = []
    text = resources.files("normledger").joinpath("data", "cyber_thesaurus.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        name, colon, members = line.partition(":")
        if not colon or line.startswith("#"):
            continue
        for member in members.split():
            if "_" in member:
                phrases.append((member.replace("_", " "), f"#{name}"))
            else:
                single[_stem(member)] = f"#{name}"
    return single, tuple(phrases)


_SUFFIX = re.compile(
    r"(?:(i[sz])(?:ations?|ing|ed|es|e)|(?:(at)ional)|ations?|ements?|(it)(?:ies|y)|(iv)(?:eness|ely|es|e)|"
    r"(anc|enc)es?|ings?|ies|ied|ions?|ally|ly|[eo]rs?|ed|es|(?<!s)s|al|e)\Z"
)


@cache
def _stem(word: str) -> str:
    """A word without its ending, so that ``cooperate``, ``cooperating`` and ``cooperation`` are one."""
    hit = _SUFFIX.search(word)
    stem = word
    if hit:
        kept = next((group for group in hit.groups() if group), "")
        kept = "iz" if kept == "is" else kept
        if hit.start() + len(kept) >= 4:
            stem = word[: hit.start()] + kept
    if len(stem) > 4 and stem[-1] == stem[-2] and stem[-1] not in "ls":
        stem = stem[:-1]
    return stem[:-2] if len(stem) > 5 and stem.endswith("at") else stem.removesuffix("e") if len(stem) > 4 else stem


# --- differences


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words, and where it stands: in both clauses, or in one of them only."""

    where: Literal["both", "one", "other"]
    text: str


def differences(one: str, other: str) -> tuple[Span, ...]:
    """Two texts as one run of spans, word by word; capitals and signs at a word's edge make no difference."""
    first, second = one.split(), other.split()
    left, right = ([word.strip(".,;:()\"'“”‘’").casefold() for word in text] for text in (first, second))
    spans: list[Span] = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind == "equal":
            spans.append(Span("both", " ".join(first[i1:i2])))
            continue
        if i1 < i2:
            spans.append(Span("one", " ".join(first[i1:i2])))
        if j1 < j2:
            spans.append(Span("other", " ".join(second[j1:j2])))
    return tuple(spans)
