"""What follows from signed relations, what contradicts itself, and who says otherwise."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.composition.alignment import Chosen, choose
from normledger.composition.compose import compose
from normledger.composition.record import Alignment
from normledger.composition.relations import COUNTING, check, disputes, settle
from normledger.composition.result import Parameters
from normledger.errors import InputError
from normledger.identifiers import ClauseId, Hash
from tests.composition.records import (
    CURATOR,
    POLICY,
    STRANGER,
    agreement,
    clause_id,
    consents,
    name,
    outcome_id,
    record,
)

LETTERS = "abcd"
OUTCOMES: frozenset[Hash] = frozenset(map(outcome_id, LETTERS))
CLAUSES: frozenset[Hash] = frozenset(clause_id("x", at) for at in range(3))
DECLARED = Parameters(found=False, packages=False)


def says(number: int, relation: str, outcome: str) -> Alignment:
    return Alignment(clause_id("x", number), outcome_id(outcome), relation, "signed", CURATOR, name("batch"))


def between(one: str, relation: str, other: str) -> Alignment:
    """How an outcome stands to another: the first takes the clause's place."""
    return Alignment(ClauseId(outcome_id(one)), outcome_id(other), relation, "signed", CURATOR, name(one + other))


def settled(*alignments: Alignment) -> Chosen:
    return settle(choose(alignments, POLICY, OUTCOMES | CLAUSES), OUTCOMES)


def pairs(alignments: tuple[Alignment, ...]) -> set[tuple[Hash, str, Hash]]:
    return {(one.clause, one.relation, one.outcome) for one in alignments}


@pytest.mark.parametrize(
    ("stands", "outcomes", "follows"),
    [
        ("same", "implies", "implies"),
        ("same", "same", "same"),
        ("same", "opposite", "opposite"),
        ("same", "narrower", "narrower"),
        ("implies", "implies", "implies"),
        ("implies", "same", "implies"),
        ("implies", "opposite", "opposite"),
        ("implies", "narrower", None),
        ("narrower", "same", "narrower"),
        ("narrower", "implies", None),
        ("opposite", "same", "opposite"),
        ("opposite", "implies", None),
        ("none", "same", None),
        ("same", "none", None),
    ],
)
def test_what_follows_from_two_steps(stands: str, outcomes: str, follows: str | None) -> None:
    chosen = settled(says(0, stands, "a"), between("a", outcomes, "b"))
    derived = [one for one in (*chosen.counting, *chosen.shown) if one.outcome == outcome_id("b")]
    assert [one.relation for one in derived] == ([follows] if follows else [])
    assert all(one.act == name("ab") for one in derived)
    assert all((one.relation in COUNTING) == (one in chosen.counting) for one in derived)


def test_who_denies_the_wider_denies_what_implies_it() -> None:
    chosen = settled(says(0, "opposite", "b"), between("a", "implies", "b"))
    assert (clause_id("x", 0), "opposite", outcome_id("a")) in pairs(chosen.shown)


def test_alignments_between_outcomes_are_no_clauses_and_none_is_not_shown() -> None:
    chosen = settled(between("a", "implies", "b"), says(0, "none", "a"))
    assert chosen.counting == chosen.shown == ()


def test_implications_make_a_clause_count_further_and_open_with_every_act() -> None:
    texts = [agreement("x", "Parties shall help."), agreement("y", "Parties shall help at once.")]
    bound = [consents("P", texts[0]), consents("Q", texts[1])]
    alignments = [
        Alignment(clause_id("x", 0), outcome_id("a"), "same", "signed", CURATOR, name("1")),
        Alignment(clause_id("y", 0), outcome_id("b"), "same", "signed", CURATOR, name("2")),
        between("b", "implies", "a"),
    ]
    composition = compose(record(texts, bound, alignments, "ab"), POLICY, DECLARED)
    by_outcome = {row.outcomes[0]: set(row.parties) for row in composition.rows}
    assert by_outcome[outcome_id("a")] == {"P", "Q"}
    assert by_outcome[outcome_id("b")] == {"Q"}
    assert {name("1"), name("2"), name("ba")} <= set(composition.derivation.acts)


def test_what_is_said_of_a_clause_itself_outweighs_what_follows() -> None:
    chosen = settled(says(0, "same", "a"), says(0, "narrower", "b"), between("a", "implies", "b"))
    assert pairs(chosen.shown) == {(clause_id("x", 0), "narrower", outcome_id("b"))}
    assert [why for _, why in chosen.left_out] == ["what is said of the clause itself contradicts it"]


def test_a_clause_that_would_be_the_opposite_of_itself_is_left_out() -> None:
    chosen = settled(
        says(0, "same", "a"), between("a", "implies", "b"), between("b", "implies", "d"), between("b", "opposite", "c"),
        between("c", "same", "d"),
    )  # fmt: skip
    assert outcome_id("d") not in {one.outcome for one in (*chosen.counting, *chosen.shown)}
    assert "a clause would be the opposite of itself: both follow" in {why for _, why in chosen.left_out}


def test_circles_of_others_are_left_out_with_their_name() -> None:
    chosen = settled(says(0, "same", "a"), between("a", "implies", "b"), between("b", "implies", "a"))
    assert pairs(chosen.counting) == {(clause_id("x", 0), "same", outcome_id("a"))}
    assert len(chosen.left_out) == 2
    assert all(why.startswith("implications in a circle: 0x") for _, why in chosen.left_out)


def test_competing_alignments_stand_side_by_side_and_the_policy_chooses() -> None:
    mine, theirs = says(0, "same", "a"), replace(says(0, "opposite", "a"), by=STRANGER)
    (dispute,) = disputes([mine, theirs, says(1, "same", "a")])
    assert dispute.voices == (theirs, mine)
    known = OUTCOMES | CLAUSES
    for trusted, counts, shows in ((CURATOR, 1, 0), (STRANGER, 0, 1)):
        chosen = settle(choose([mine, theirs], replace(POLICY, alignments=frozenset([trusted])), known), OUTCOMES)
        assert (len(chosen.counting), len(chosen.shown), len(chosen.left_out)) == (counts, shows, 1)
    both = replace(POLICY, alignments=frozenset([CURATOR, STRANGER]))
    assert settle(choose([mine, theirs], both, known), OUTCOMES).counting == ()


def test_somebody_trusted_who_says_none_makes_it_contested() -> None:
    chosen = settle(
        choose([says(0, "same", "a"), replace(says(0, "none", "a"), act=name("later"))], POLICY, OUTCOMES | CLAUSES),
        OUTCOMES,
    )
    assert chosen.counting == chosen.shown == ()
    assert len(chosen.left_out) == 2


@pytest.mark.parametrize(
    ("batch", "field", "fault"),
    [
        ([replace(says(0, "same", "a"), clause=clause_id("y", 0))], "alignments[0].clause", "is not at hand; import"),
        ([replace(says(0, "same", "a"), outcome=outcome_id("z"))], "alignments[0].outcome", "is not at hand; give"),
        ([says(0, "same", "a"), says(0, "opposite", "a")], "alignments[1]", "the opposite of itself; keep one"),
        ([says(0, "implies", "a"), says(0, "none", "a")], "alignments[1]", "the opposite of itself; keep one"),
        ([between("a", "opposite", "a")], "alignments[0]", "stands to itself as the same only"),
        (
            [says(0, "same", "a"), says(0, "opposite", "b"), between("a", "implies", "b")],
            "alignments[0]",
            "would be the opposite of itself",
        ),
        (
            [between("a", "implies", "b"), between("b", "implies", "c"), between("c", "implies", "a")],
            "alignments[0]",
            "implications in a circle: 0x",
        ),
        ([between("a", "implies", "b"), between("a", "same", "b")], "alignments[0]", "implications in a circle"),
    ],
)
def test_a_batch_that_contradicts_itself_is_refused_in_one_sentence(
    batch: list[Alignment], field: str, fault: str
) -> None:
    with pytest.raises(InputError) as told:
        check(batch, CLAUSES, OUTCOMES)
    assert fault in told.value.message
    assert told.value.field == field
    assert "\n" not in str(told.value)


def test_a_sound_batch_passes() -> None:
    check([says(0, "same", "a"), says(1, "opposite", "b"), between("a", "opposite", "b")], CLAUSES, OUTCOMES)


batches = st.lists(
    st.one_of(
        st.builds(says, st.integers(0, 2), st.sampled_from(["same", "implies", "opposite"]), st.sampled_from(LETTERS)),
        st.builds(
            between,
            st.sampled_from(LETTERS),
            st.sampled_from(["same", "implies", "opposite", "narrower"]),
            st.sampled_from(LETTERS),
        ),
    ),
    max_size=8,
)


def meaning(relation: str, clause: bool, outcome: bool) -> bool:
    """What a relation rules out, if asking is a proposition: the slow obvious twin."""
    return {"same": clause == outcome, "implies": not clause or outcome, "opposite": not (clause and outcome)}.get(
        relation, True
    )


@given(batches)
def test_what_follows_is_true_wherever_what_was_said_is_true(batch: list[Alignment]) -> None:
    chosen = settled(*batch)
    left = {one for one, _ in chosen.left_out}
    heard = [one for one in batch if one not in left]
    names = [*sorted(CLAUSES), *sorted(OUTCOMES)]
    for values in product((False, True), repeat=len(names)):
        world = dict(zip(names, values, strict=True))
        if all(meaning(one.relation, world[one.clause], world[one.outcome]) for one in heard):
            for one in (*chosen.counting, *chosen.shown):
                assert meaning(one.relation, world[one.clause], world[one.outcome])


@given(batches, st.randoms())
def test_the_order_of_alignments_changes_nothing(batch: list[Alignment], chance: object) -> None:
    shuffled = list(batch)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert settled(*shuffled) == settled(*batch)


@given(batches)
def test_a_batch_that_passes_leaves_nothing_contradicted(batch: list[Alignment]) -> None:
    try:
        check(batch, CLAUSES, OUTCOMES)
    except InputError:
        return
    assert all("contested" not in why and "circle" not in why for _, why in settled(*batch).left_out)
    assert not any("opposite of itself" in why for _, why in settled(*batch).left_out)
