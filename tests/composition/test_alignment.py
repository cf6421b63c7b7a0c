import gzip
import json
import math
from collections import Counter
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition import alignment
from normledger.composition.alignment import ONE, choose, find, logarithm
from normledger.composition.record import Alignment, ClauseText
from normledger.identifiers import ClauseId
from tests.composition.records import (
    CURATOR,
    FRAMES,
    POLICY,
    STRANGER,
    WORDS,
    agreement,
    clause_id,
    name,
    outcome_id,
)

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "tota_dev_ecommerce.jsonl.gz"


def found(*texts, threshold=25, language="en"):
    """Outcomes found among texts, one agreement each, as sets of text numbers."""
    clauses = [
        ClauseText(clause_id(f"t{at}", 0), name(f"t{at}"), 0, "", "", text, language) for at, text in enumerate(texts)
    ]
    number = {clause.id: at for at, clause in enumerate(clauses)}
    outcomes = find(clauses, {clause.agreement: clause.agreement for clause in clauses}, threshold)
    return {frozenset(number[one.clause] for one in outcome.clauses) for outcome in outcomes}


def test_what_is_asked_alike_is_found_whatever_the_frame() -> None:
    assert found(
        "Neither Party may impose customs duties on electronic transmissions.",
        "Each Party shall maintain its practice of not imposing customs duties on electronic transmissions.",
        "Each Party shall publish its laws and regulations on electronic commerce.",
        "Each Party shall promptly publish its laws on electronic commerce.",
    ) == {frozenset({0, 1}), frozenset({2, 3})}


def test_frames_alone_align_nothing() -> None:
    assert found("Each Party shall protect the users.", "Each Party shall publish the laws.") == set()


NEGATED = [
    ("Each Party shall {}.", "No Party shall {}."),
    ("The Parties should {}.", "The Parties should not {}."),
    ("A Party may {}.", "A Party may not {}."),
    ("Parties {} {}.", "Parties never {} {}."),
]


@given(st.sampled_from(NEGATED), st.sampled_from(WORDS))
def test_a_negated_clause_never_aligns_with_its_positive(frames: tuple[str, str], text: str) -> None:
    assert found(*(frame.format(text, text) for frame in frames)) == set()


def test_languages_are_never_aligned_with_each_other() -> None:
    text = "Neither Party may impose customs duties on electronic transmissions."
    english = ClauseText(clause_id("x", 0), name("x"), 0, "", "", text, "en")
    other = ClauseText(clause_id("y", 0), name("y"), 0, "", "", text, "fr")
    assert find([english, other], {name("x"): name("x"), name("y"): name("y")}, 10) == ()


def test_in_a_language_without_polarity_only_equal_texts_align() -> None:
    french = "Les Parties n'imposent pas de droits de douane"
    assert found(french, french, french + " nouveaux", language="fr") == {frozenset({0, 1})}


def test_one_document_alone_is_no_outcome() -> None:
    one = agreement("one", *[frame.format(WORDS[0]) for frame in FRAMES[:2]])
    assert find(one.clauses, {one.id: one.id}, 10) == ()


def test_every_found_alignment_says_why() -> None:
    texts = [agreement(f"w{at}", frame.format(WORDS[2])) for at, frame in enumerate(FRAMES[2:])]
    (outcome,) = find([one.clauses[0] for one in texts], {one.id: one.id for one in texts}, 25)
    for one in outcome.clauses:
        assert one.similarity > 9_990
        assert dict(one.shared).keys() >= {"custom duty", "electronic transmission"}
        assert sum(weight for _, weight in one.shared) <= 10_000


def test_headings_and_labels_are_no_input() -> None:
    plain = [agreement(f"h{at}", frame.format(WORDS[2])) for at, frame in enumerate(FRAMES[2:])]
    dressed = [
        ClauseText(one.clauses[0].id, one.id, 9, "Article 9", "Customs Duties", one.clauses[0].text, "en")
        for one in plain
    ]
    documents = {one.id: one.id for one in plain}
    assert find(dressed, documents, 25) == find([one.clauses[0] for one in plain], documents, 25)


@given(st.integers(1, 10**12))
def test_logarithm_is_the_logarithm(value: int) -> None:
    assert abs(logarithm(value) / 65536 - math.log(value)) < 1e-3


@given(st.dictionaries(st.tuples(st.integers(0, 7), st.integers(0, 7)), st.integers(-5, 10), max_size=40))
def test_linkage_equals_the_slow_twin(sims: dict[tuple[int, int], int]) -> None:
    """Means as fractions, all pairs looked at each time, the same answer."""
    near: list[dict[int, int]] = [{} for _ in range(8)]
    for (one, other), value in sims.items():
        if one < other:
            near[one][other] = near[other][one] = value * ONE // 10
    groups = {at: [at] for at in range(8)}
    while True:
        best = min(
            (
                (
                    -Fraction(
                        sum(near[i].get(j, 0) for i in groups[a] for j in groups[b]), len(groups[a]) * len(groups[b])
                    ),
                    a,
                    b,
                )
                for a, b in combinations(sorted(groups), 2)
            ),
            default=None,
        )
        if best is None or -best[0] * 100 < 25 * ONE:
            break
        groups[best[1]] = sorted(groups[best[1]] + groups.pop(best[2]))
    fast = alignment.link(near, 25)
    assert sorted(list(group) for group in fast) == sorted(groups.values())


def signed(relation: str, by=CURATOR, strength="signed", clause="a") -> Alignment:
    return Alignment(clause_id(clause, 0), outcome_id("o"), relation, strength, by, name("act"))


KNOWN = frozenset([clause_id("a", 0), outcome_id("o")])


def test_signed_alignments_count_only_from_whom_the_reader_trusts() -> None:
    chosen = choose([signed("same"), signed("same", STRANGER)], POLICY, KNOWN)
    assert [one.by for one in chosen.counting] == [CURATOR]
    assert [why for _, why in chosen.left_out] == ["its author is not named by the trust policy"]


def test_declared_outweighs_signed() -> None:
    chosen = choose([signed("opposite"), signed("same", None, "declared")], POLICY, KNOWN)
    assert [one.strength for one in chosen.counting] == ["declared"]
    assert [why for _, why in chosen.left_out] == ["a declared alignment outweighs it"]


def test_trusted_voices_that_contradict_each_other_do_not_count() -> None:
    chosen = choose([signed("same"), signed("opposite")], POLICY, KNOWN)
    assert chosen.counting == chosen.shown == ()
    assert len(chosen.left_out) == 2


def test_narrower_and_opposite_are_shown_and_not_counted() -> None:
    assert choose([signed("narrower")], POLICY, KNOWN).counting == ()
    assert len(choose([signed("narrower")], POLICY, KNOWN).shown) == 1


def test_alignments_of_unknown_clauses_are_listed() -> None:
    assert choose([signed("same", clause="zz")], POLICY, KNOWN).left_out[0][1] == "its clause is not in this record"


@settings(max_examples=30)
@given(st.permutations(range(8)))
def test_order_of_input_is_irrelevant(order: list[int]) -> None:
    texts = [agreement(f"p{at}", FRAMES[at % 4].format(WORDS[at % 3])) for at in range(8)]
    documents = {one.id: one.id for one in texts}
    clauses = [one.clauses[0] for one in texts]
    assert find([clauses[at] for at in order], documents, 25) == find(clauses, documents, 25)


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not beside the repository")
def test_no_customs_duties_is_found_in_the_electronic_commerce_chapters() -> None:
    label: dict[ClauseId, tuple[str, str]] = {}
    clauses = []
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            for at, clause in enumerate(row["clauses"]):
                one = clause_id(row["agreement_id"], at)
                clauses.append(ClauseText(one, name(row["agreement_id"]), at, "", "", clause["text"], "en"))
                label[one] = (clause["label"], row["agreement_id"])
    outcomes = find(clauses, {clause.agreement: clause.agreement for clause in clauses}, 25)
    best = max(outcomes, key=lambda outcome: sum(label[one.clause][0] == "customs duties" for one in outcome.clauses))
    labels = Counter(label[one.clause][0] for one in best.clauses)
    agreements = {label[one.clause][1] for one in best.clauses if label[one.clause][0] == "customs duties"}
    assert best.polarity == "refrain"
    assert len(agreements) >= 10
    assert labels["customs duties"] * 5 >= len(best.clauses) * 4
