import gzip
import json
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition import similarity
from normledger.composition.alignment import _SIGNS, choose, find, nearest
from normledger.composition.clustering import link
from normledger.composition.polarity import read
from normledger.composition.record import AgreementText, Alignment, ClauseText
from normledger.composition.similarity import can_compile
from normledger.composition.weights import ONE, Rarity
from normledger.composition.wording import words
from normledger.errors import InputError
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


def found(*texts, threshold=25, language="en", documents=None):
    """Outcomes found among texts, of these documents or one each, as sets of text numbers."""
    clauses = [
        ClauseText(clause_id(f"t{at}", 0), name(f"t{document}"), at, "", "", text, language)
        for at, (text, document) in enumerate(zip(texts, documents or range(len(texts)), strict=True))
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


OPPOSITES = [
    ("Each Party shall {}.", "Each Party shall not {}."),
    ("Each Party shall {}.", "It is prohibited to {}."),
    ("Each Party shall {}.", "No Party shall be required to {}."),
    ("A Party may {}.", "The Parties shall in no case {}."),
]


@given(st.sampled_from(OPPOSITES), st.sampled_from(WORDS), st.integers(1, 30))
def test_plain_opposites_never_share_an_outcome(frames: tuple[str, str], text: str, threshold: int) -> None:
    one, other = (frame.format(text) for frame in frames)
    middle = f"The Parties recognise that it matters to {text}."
    assert not any({0, 1} <= group for group in found(one, other, middle, threshold=threshold))


def test_what_one_may_and_another_shall_do_is_no_opposite() -> None:
    text = "publish its laws and regulations on electronic commerce"
    assert found(f"Each Party shall {text}.", f"Each Party may {text}.") == {frozenset({0, 1})}


def test_who_has_a_closer_partner_in_a_document_is_not_meant() -> None:
    """Alone the second is found with the first; beside a closer third its similarity is a part of what it was."""
    one = "Each Party shall publish its laws on electronic commerce and on the transmission of data."
    second = "Each Party shall publish its laws on electronic commerce and on the protection of users."
    third = "Each Party shall promptly publish its laws on electronic commerce and on the transmission of data."
    assert found(one, second, threshold=40) == {frozenset({0, 1})}
    assert found(one, second, third, documents=[0, 1, 1], threshold=40) == {frozenset({0, 2})}


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
        assert 8_000 < one.similarity < 10_000, "the frames differ, in the opening only"
        assert [weight for _, weight in one.shared] == sorted((weight for _, weight in one.shared), reverse=True)
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
        if best is None or -best[0] * 4 < ONE:
            break
        groups[best[1]] = sorted(groups[best[1]] + groups.pop(best[2]))
    fast = link(near, ONE // 4)
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
    label: dict[ClauseId, tuple[str, str, str]] = {}
    clauses = []
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            for at, clause in enumerate(row["clauses"]):
                one = clause_id(row["agreement_id"], at)
                clauses.append(ClauseText(one, name(row["agreement_id"]), at, "", "", clause["text"], "en"))
                label[one] = (clause["label"], row["agreement_id"], clause["text"].casefold())
    outcomes = find(clauses, {clause.agreement: clause.agreement for clause in clauses})
    best = max(outcomes, key=lambda outcome: sum(label[one.clause][0] == "customs duties" for one in outcome.clauses))
    agreements = {label[one.clause][1] for one in best.clauses if label[one.clause][0] == "customs duties"}
    named = sum("customs dut" in label[one.clause][2] for one in best.clauses)
    assert best.polarity == "refrain"
    assert len(agreements) >= 12, "of fifteen"
    assert named * 5 >= len(best.clauses) * 4


@given(st.lists(st.sampled_from(FRAMES), min_size=2, max_size=6), st.integers(0, 5))
def test_a_copy_of_an_agreement_changes_no_group(frames: list[str], copied: int) -> None:
    texts = [
        agreement(f"c{at}", *(frame.format(WORDS[(at + k) % 6]) for k in range(3))) for at, frame in enumerate(frames)
    ]
    original = texts[copied % len(texts)]
    copy = agreement("copy", *(clause.text for clause in original.clauses))

    def groups(of: list[AgreementText]) -> set[frozenset[str]]:
        found = find([clause for one in of for clause in one.clauses], {one.id: one.id for one in of})
        text = {clause.id: clause.text for one in of for clause in one.clauses}
        return {frozenset(text[one.clause] for one in outcome.clauses) for outcome in found}

    before, after = groups(texts), groups([*texts, copy])
    assert before <= after
    copies = {clause.text for clause in original.clauses}
    assert all(group <= copies for group in after - before), "a copy joined what it did not join before"


@pytest.mark.parametrize("threshold", [0, -8, 101])
def test_a_threshold_out_of_range_is_told_in_one_sentence(threshold: int) -> None:
    with pytest.raises(InputError, match=f"field threshold: {threshold} is out of range; give a whole number"):
        find([], {}, threshold)


def test_nearest_is_of_another_document_and_a_copy_is_nearest_of_all() -> None:
    one = agreement(
        "n1", "Each Party shall publish its laws on electronic commerce.", "Each Party shall publish its laws."
    )
    two = agreement("n2", "Each Party shall publish its laws.")
    near = nearest([*one.clauses, *two.clauses], {one.id: one.id, two.id: two.id})
    assert near[one.clauses[1].id] == (two.clauses[0].id, 10_000)
    assert near[two.clauses[0].id] == (one.clauses[1].id, 10_000)
    assert near[one.clauses[0].id][0] == two.clauses[0].id


TEXTS = [
    agreement(f"many{at}", *(frame.format(WORDS[(at + k) % 6]) for k, frame in enumerate(FRAMES))) for at in range(8)
]


@pytest.mark.skipif(not can_compile(), reason="the extra is not installed")
def test_compiled_or_not_the_same_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    clauses = [clause for one in TEXTS for clause in one.clauses]
    documents = {one.id: one.id for one in TEXTS}
    plain = find(clauses, documents)
    monkeypatch.setattr(similarity, "WORTH_COMPILING", 0)
    assert find(clauses, documents) == plain != ()


def slow_twin(texts: list[str], documents: list[int], threshold: int) -> set[frozenset[int]]:
    """`lexical-2` by its description: every pair, every mean, in fractions."""
    tokens = sorted({words(text) for text in texts})
    reading = [read(next(text for text in texts if words(text) == one), "en") for one in tokens]
    held = [{document for text, document in zip(texts, documents, strict=True) if words(text) == one} for one in tokens]
    rarity = Rarity(tokens, "en")
    vectors = [dict(rarity.vector(one)) for one in tokens]
    about = [tuple(word for word in words(one.sentence) if word not in _SIGNS) for one in reading]
    sentence_rarity = Rarity(sorted(set(about)), "en", opening_share=0)
    principal = [dict(sentence_rarity.vector(one)) for one in about]
    every = range(len(tokens))
    likeness = {}
    for a in every:
        for b in every:
            dot = sum(weight * vectors[b].get(feature, 0) for feature, weight in vectors[a].items())
            likeness[a, b] = dot if a != b and 4 * dot >= ONE else 0

    def best(one: int, there: set[int]) -> int:
        return max(likeness[one, other] for other in every if held[other] & there)

    similar: dict[tuple[int, int], Fraction] = {}
    never = set()
    for a, b in combinations(every, 2):
        similar[a, b] = Fraction(0)
        if likeness[a, b]:
            similar[a, b] += likeness[a, b] ** 3 // (max(best(a, held[b]), best(b, held[a])) * ONE)
        if held[a] & held[b]:
            similar[a, b] -= ONE // 2
        one, other = reading[a], reading[b]
        opposed = one.polarity != other.polarity and (
            "refrain" in (one.polarity, other.polarity) or one.negated != other.negated
        )
        if "unknown" in (one.polarity, other.polarity):
            opposed = one.negated != other.negated
        alike = sum(weight * principal[b].get(feature, 0) for feature, weight in principal[a].items())
        if opposed and (4 * alike >= 3 * ONE or about[a] == about[b]):
            never.add((a, b))
    groups = {at: [at] for at in every}
    while True:
        closest = None
        for a, b in combinations(sorted(groups), 2):
            pairs = [(min(i, j), max(i, j)) for i in groups[a] for j in groups[b]]
            mean = sum((similar[pair] for pair in pairs), Fraction(0)) / len(pairs)
            if not never.intersection(pairs) and (closest is None or mean > closest[0]):
                closest = (mean, a, b)
        if closest is None or closest[0] < threshold * threshold * ONE // 10_000:
            break
        groups[closest[1]] += groups.pop(closest[2])
    place = {one: at for at, one in enumerate(tokens)}
    answer = set()
    for group in groups.values():
        members = frozenset(at for at, text in enumerate(texts) if place[words(text)] in group)
        if len({documents[at] for at in members}) > 1:
            answer.add(members)
    return answer


SUBJECTS = ["Each Party shall", "Neither Party may", "The Parties should not", "Parties", "A Party may"]
VERBS = ["publish", "protect", "impose duties on", "refrain from taxing", "share"]
OBJECTS = [
    "its laws on electronic commerce",
    "the personal data of users",
    "electronic transmissions",
    "digital products",
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.builds(
                lambda subject, verb, things: f"{subject} {verb} {' and '.join(things)}.",
                st.sampled_from(SUBJECTS),
                st.sampled_from(VERBS),
                st.lists(st.sampled_from(OBJECTS), min_size=1, max_size=3),
            ),
            st.integers(0, 4),
        ),
        min_size=1,
        max_size=9,
    ),
    st.integers(5, 60),
)
def test_what_is_found_equals_the_slow_twin(texts: list[tuple[str, int]], threshold: int) -> None:
    clauses, documents = [text for text, _ in texts], [document for _, document in texts]
    assert found(*clauses, documents=documents, threshold=threshold) == slow_twin(clauses, documents, threshold)
