"""Steps nobody has taken: what if, who is near, whom to invite, what closes a conflict; each against composing anew."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition.compose import compose
from normledger.composition.explore import closing, one_clause_away, what_if, whom_to_invite
from normledger.composition.record import AgreementText, Record, Undertaking
from normledger.composition.result import Composition, Parameters
from normledger.errors import InputError, NotFound
from normledger.identifiers import ClauseId, Hash
from tests.composition.records import POLICY, agreement, clause_id, consents, declares, outcome_id, record, theft

DECLARED = Parameters(found=False)


def pact(title: str, letters: str, form: str = "multi-stakeholder") -> AgreementText:
    """An agreement with one clause for each letter; the clause asks for the outcome of that name."""
    return replace(agreement(title, *(f"Parties shall {letter}." for letter in letters)), form=form)


def made(bonds: Iterable[tuple[str, str, str, tuple[int, ...]]], forms: dict[str, str] | None = None) -> Record:
    """`bonds` are (title, letters, party, clause numbers, all if none)."""
    bonds = list(bonds)
    letters = {title: asked for title, asked, _, _ in bonds}
    texts = {
        title: pact(title, asked, (forms or {}).get(title, "multi-stakeholder")) for title, asked in letters.items()
    }
    alignments = [
        declares(text, at, letter) for title, text in texts.items() for at, letter in enumerate(letters[title])
    ]
    undertakings = [consents(party, texts[title], *numbers) for title, _, party, numbers in bonds]
    return record(list(texts.values()), undertakings, alignments, "".join(sorted(set("".join(letters.values())))))


STORY = [
    ("one", "ab", "A", ()), ("one", "ab", "B", ()), ("one", "ab", "C", (0,)), ("two", "ab", "A", ()),
    ("two", "ab", "B", ()), ("three", "c", "C", ()), ("three", "c", "D", ()),
]  # fmt: skip


def test_consent_brings_a_party_in_and_tells_every_row_that_grows() -> None:
    composition = compose(made(STORY), POLICY, DECLARED)
    changes = what_if(composition, consents=[("C", clause_id("one", 1))])
    assert {(one.turn, one.outcomes, one.joined) for one in changes} >= {("grows", (outcome_id("b"),), ("C",))}
    (row,) = [one for one in changes if one.outcomes == (outcome_id("b"),)]
    assert (row.before.parties, row.after.parties) == (2, 3)
    assert (row.before.pairs, row.after.pairs) == (1, 3)
    package = [one for one in changes if len(one.outcomes) == 2]
    assert [one.joined for one in package] == [("C",)]


def test_a_second_agreement_makes_a_candidate_appear_and_its_end_makes_it_vanish() -> None:
    composition = compose(made([*STORY, ("four", "c", "A", ())]), POLICY, DECLARED)
    before = next(one for one in composition.rows if one.outcomes == (outcome_id("c"),))
    assert before.stands
    (gone,) = [one for one in what_if(composition, withdrawals=[("A", clause_id("four", 0))]) if one.key == before.key]
    assert (gone.turn, gone.left, gone.after.independent) == ("vanishes", ("A",), 1)
    alone = compose(made(STORY), POLICY, DECLARED)
    row = next(one for one in alone.rows if one.outcomes == (outcome_id("c"),))
    assert not row.stands
    changes = what_if(composition, consents=[("B", clause_id("four", 0))])
    assert [(one.turn, one.joined) for one in changes if one.key == row.key] == [("grows", ("B",))]


def test_withdrawal_from_a_bilateral_agreement_ends_it_for_both() -> None:
    composition = compose(theft(), POLICY)
    text = next(one for one in composition.selection.agreements.values() if one.title == "US-IN")
    (change,) = what_if(composition, withdrawals=[("US", text.id)])
    assert (change.turn, change.left) == ("shrinks", ("IN",)), "the US is bound by US-CN still"
    assert (change.before.pairs, change.after.pairs) == (6, 5)


def test_no_step_no_change() -> None:
    composition = compose(theft(), POLICY)
    assert what_if(composition) == ()


def test_steps_that_make_no_sense_are_refused() -> None:
    composition = compose(theft(), POLICY)
    clause = composition.selection.agreements[next(iter(composition.selection.agreements))].clauses[0].id
    with pytest.raises(NotFound, match="party 'XX'"):
        what_if(composition, consents=[("XX", clause)])
    with pytest.raises(NotFound, match="clause or agreement"):
        what_if(composition, consents=[("US", clause_id("nowhere", 1))])
    with pytest.raises(InputError, match="keep one"):
        what_if(composition, consents=[("US", clause)], withdrawals=[("US", clause)])


bonds = st.lists(
    st.tuples(
        st.sampled_from([("one", "ab"), ("two", "bc"), ("three", "abc"), ("four", "d")]),
        st.sampled_from("ABCDE"),
        st.sampled_from([(), (0,)]),
    ),
    min_size=2,
    max_size=10,
    unique_by=lambda bond: (bond[0], bond[1]),
)


def anew(composition: Composition, bound: list[Undertaking]) -> Composition:
    """The slow twin: the whole record composed again."""
    return compose(replace(composition.record, undertakings=tuple(bound)), POLICY, DECLARED)


Drawn = tuple[tuple[str, str], str, tuple[int, ...]]


@settings(max_examples=60)
@given(bonds, st.sampled_from("ABCDE"), st.integers(0, 20), st.booleans())
def test_what_if_tells_what_composing_anew_would(drawn: list[Drawn], party: str, at: int, leaves: bool) -> None:
    story = made([(title, letters, who, numbers) for (title, letters), who, numbers in drawn])
    known = {one.key for one in story.actors}
    composition = compose(story, POLICY, DECLARED)
    clauses = sorted(composition.selection.clauses)
    clause = ClauseId(clauses[at % len(clauses)])
    if party not in known:
        return
    text = composition.selection.clauses[clause][0].agreement
    bound = []
    for one in story.undertakings:
        mine = one.actor == party and one.agreement == text
        kept = one.clauses - {clause} if mine and leaves else one.clauses
        if kept:
            bound.append(replace(one, clauses=kept))
    if not leaves:
        bound.append(Undertaking(party, text, frozenset([clause]), (), None))
    step = [(party, clause)]
    changes = what_if(composition, *(((), step) if leaves else (step, ())))
    later = anew(composition, bound)
    was, will = ({row.key: row for row in one.rows} for one in (composition, later))
    told = {one.key: one for one in changes if len(one.outcomes) == 1}
    for key in was.keys() | will.keys():
        before = set(was[key].parties) if key in was else set()
        after = set(will[key].parties) if key in will else set()
        pairs = [one.judge(key).mutuality.pairs.held if key in rows else 0
                 for one, rows in ((composition, was), (later, will))]  # fmt: skip
        stood = [bool(key in rows and rows[key].stands) for rows in (was, will)]
        counts = [len(rows[key].independent) if key in rows else 0 for rows in (was, will)]
        if (before, pairs[0], counts[0]) == (after, pairs[1], counts[1]):
            assert key not in told
            continue
        change = told[key]
        assert set(change.joined) == after - before
        assert set(change.left) == before - after
        assert (change.before.pairs, change.after.pairs) == tuple(pairs)
        assert (change.before.independent, change.after.independent) == tuple(counts)
        assert (change.before.stands, change.after.stands) == tuple(stood)


def test_near_is_who_lacks_one_outcome_and_first_who_would_change_most() -> None:
    composition = compose(made(STORY), POLICY, DECLARED)
    package = next(one for one in composition.packages if set(one.outcomes) == {outcome_id("a"), outcome_id("b")})
    (near,) = one_clause_away(composition, package.key)
    assert (near.party, near.missing, near.clause) == ("C", outcome_id("b"), clause_id("one", 1))
    assert (near.joins, near.pairs, near.packages) == (True, 2, 1)
    row = next(one for one in composition.rows if one.outcomes == (outcome_id("b"),))
    assert [one.party for one in one_clause_away(composition, row.key)] == ["C", "D"]
    assert len(one_clause_away(composition, row.key, 1)) == 1


def test_a_bilateral_text_cannot_be_joined_but_repeated() -> None:
    composition = compose(made(STORY, {"one": "bilateral", "two": "bilateral"}), POLICY, DECLARED)
    row = next(one for one in composition.rows if one.outcomes == (outcome_id("b"),))
    assert {(one.joins, one.pairs) for one in one_clause_away(composition, row.key)} == {(False, 1)}
    assert whom_to_invite(composition, row.key) == ()


def test_invited_first_is_who_has_ties_with_members() -> None:
    composition = compose(made(STORY), POLICY, DECLARED)
    row = next(one for one in composition.rows if one.outcomes == (outcome_id("b"),))
    first, second = whom_to_invite(composition, row.key)
    assert (first.party, second.party) == ("C", "D")
    assert first.near is not None
    assert [str(one) for one in first.agreements] == [str(clause_agreement(composition, "one"))]
    assert first.shared == (outcome_id("a"),)


def clause_agreement(composition: Composition, title: str) -> Hash:
    return next(id_ for id_, one in composition.selection.agreements.items() if one.title == title)


def test_a_conflict_is_closed_by_one_clause_or_told_not_to_be() -> None:
    """A promises a twice and is bound by one clause that asks the opposite: only that clause closes the conflict."""
    story = made([*STORY, ("five", "e", "A", ()), ("five", "e", "D", ())])
    against = next(one for one in story.alignments if one.outcome == outcome_id("e"))
    alignments = [one for one in story.alignments if one is not against]
    story = replace(story, alignments=(*alignments, replace(against, outcome=outcome_id("a"), relation="opposite")))
    composition = compose(story, POLICY, DECLARED)
    row = next(one for one in composition.rows if one.outcomes == (outcome_id("a"),))
    (conflict,) = composition.judge(row.key).conflicts
    assert conflict.inside == ("A",)
    first, *others = closing(composition, row.key, conflict)
    assert (first.opposite, first.clause, first.parties, first.left) == (True, clause_id("five", 0), ("A", "D"), ())
    assert {(one.opposite, one.left) for one in others} == {(False, ("A",))}, (
        "A is bound by two texts: one is not enough"
    )
    second = clause_agreement(composition, "two")
    kept = tuple(one for one in story.undertakings if (one.actor, one.agreement) != ("A", second))
    single = replace(story, undertakings=kept)
    composition = compose(single, POLICY, DECLARED)
    row = next(one for one in composition.rows if one.outcomes == (outcome_id("a"),))
    (conflict,) = composition.judge(row.key).conflicts
    ways = closing(composition, row.key, conflict)
    assert {(one.opposite, one.left) for one in ways} == {(True, ()), (False, ())}
