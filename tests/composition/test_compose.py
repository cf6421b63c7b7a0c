"""Properties of the whole: what must not change when names, copies, order or acts do."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition.compose import compose
from normledger.composition.record import Actor, Record, Undertaking
from normledger.composition.result import Composition, Parameters
from normledger.errors import NotFound
from tests.composition.records import (
    POLICY,
    actor,
    agreement,
    clause_id,
    consents,
    declares,
    name,
    record,
    records,
    theft,
)


def coalitions(composition: Composition) -> dict[tuple[bytes, ...], tuple[str, ...]]:
    return {one.outcomes: one.parties for one in (*composition.rows, *composition.packages)}


def copied(whole: Record, at: int) -> Record:
    """The record with a copy of one agreement as another document: same words, same parties, same alignments."""
    text = whole.agreements[at]
    again = name(f"copy of {text.title}")
    number = {clause.id: clause_id(f"copy of {text.title}", clause.position) for clause in text.clauses}
    clauses = tuple(replace(clause, id=number[clause.id], agreement=again) for clause in text.clauses)
    bound = tuple(
        replace(one, agreement=again, clauses=frozenset(number[clause] for clause in one.clauses))
        for one in whole.undertakings
        if one.agreement == text.id
    )
    alignments = tuple(replace(one, clause=number[one.clause]) for one in whole.alignments if one.clause in number)
    return replace(
        whole,
        agreements=(*whole.agreements, replace(text, id=again, title=f"copy of {text.title}", clauses=clauses)),
        undertakings=whole.undertakings + bound,
        alignments=whole.alignments + alignments,
    )


@settings(max_examples=40, deadline=None)
@given(records(), st.data())
def test_a_copy_of_an_agreement_changes_no_coalition(whole: Record, data: st.DataObject) -> None:
    parameters = Parameters(found=False)
    before = compose(whole, POLICY, parameters)
    after = compose(copied(whole, data.draw(st.sampled_from(range(len(whole.agreements))))), POLICY, parameters)
    assert {row.outcomes: row.parties for row in before.rows} == {row.outcomes: row.parties for row in after.rows}
    assert coalitions(before).items() <= coalitions(after).items()


@settings(max_examples=40, deadline=None)
@given(records(declared=False), st.data())
def test_a_copy_joins_its_original_and_parts_nobody(whole: Record, data: st.DataObject) -> None:
    """Equal wordings are one to the method: whatever was found together stays together."""
    chosen = data.draw(st.sampled_from(range(len(whole.agreements))))
    before = compose(whole, POLICY)
    after = compose(copied(whole, chosen), POLICY)
    groups = [set(outcome.clauses) for outcome in after.outcomes.values()]
    for outcome in before.outcomes.values():
        assert not outcome.found or any(set(outcome.clauses) <= group for group in groups)


@settings(max_examples=40, deadline=None)
@given(records(), st.permutations("PQRST"))
def test_renaming_parties_permutes_the_answer(whole: Record, others: list[str]) -> None:
    to = dict(zip("PQRST", others, strict=True))

    def renamed(one: Undertaking) -> Undertaking:
        toward = None if one.toward is None else frozenset(to[key] for key in one.toward)
        return replace(one, actor=to[one.actor], toward=toward)

    other = replace(whole, undertakings=tuple(renamed(one) for one in whole.undertakings))
    before, after = compose(whole, POLICY), compose(other, POLICY)
    assert {
        key: tuple(sorted(to[party] for party in parties)) for key, parties in coalitions(before).items()
    } == coalitions(after)
    assert [str(before.judge(row.key).mutuality.pairs) for row in before.rows] == [
        str(after.judge(row.key).mutuality.pairs) for row in after.rows
    ]


@settings(max_examples=60, deadline=None)
@given(records(), st.data())
def test_removing_an_act_never_adds_a_party(whole: Record, data: st.DataObject) -> None:
    if not whole.undertakings:
        return
    gone = data.draw(st.sampled_from(range(len(whole.undertakings))))
    less = replace(whole, undertakings=whole.undertakings[:gone] + whole.undertakings[gone + 1 :])
    before = {row.key: set(row.parties) for row in compose(whole, POLICY).rows}
    for row in compose(less, POLICY).rows:
        assert set(row.parties) <= before[row.key]


def test_a_candidate_rests_on_two_independent_agreements() -> None:
    one, other = agreement("i", "Parties shall help."), agreement("j", "Parties shall help.")
    bound = [consents(party, text) for text in (one, other) for party in "PQ"]
    alignments = [declares(one, 0, "a"), declares(other, 0, "a")]
    (row,) = compose(record([one, other], bound, alignments, "a"), POLICY).rows
    assert row.stands
    assert set(row.already_agreed_in) == {one.id, other.id}
    amended = replace(other, related=frozenset([one.id]))
    (row,) = compose(record([one, amended], bound, alignments, "a"), POLICY).rows
    assert not row.stands
    assert len(row.independent) == 1


def test_the_strongest_stands_first() -> None:
    texts = [agreement(f"k{at}", "Parties shall help.") for at in range(5)]
    bound = [consents(party, text) for text in texts for party in ("PQRST" if text is texts[0] else "PQ")]
    alignments = [declares(texts[0], 0, "a"), declares(texts[1], 0, "a")] + [
        declares(text, 0, "b") for text in texts[2:]
    ]
    rows = compose(record(texts, bound, alignments, "ab"), POLICY).rows
    assert [len(row.independent) for row in rows] == [3, 2]


def test_settled_clauses_are_not_aligned_again_by_the_method() -> None:
    composition = compose(theft(), POLICY)
    assert [outcome.found for outcome in composition.outcomes.values()] == [None]
    unsigned = compose(theft(), replace(POLICY, alignments=frozenset()))
    assert any(outcome.found for outcome in unsigned.outcomes.values())
    assert len([one for one in unsigned.left_out if one.what == "alignment"]) == 6


def test_boilerplate_is_reported_and_not_composed() -> None:
    texts = [agreement(f"e{at}", "This Agreement shall enter into force on the date of signature.") for at in range(2)]
    composition = compose(record(texts, [consents("P", text) for text in texts]), POLICY)
    (outcome,) = composition.outcomes.values()
    assert outcome.boilerplate
    assert composition.rows == ()


def test_a_key_that_nothing_answers_to_is_not_found() -> None:
    with pytest.raises(NotFound, match="no candidate norm"):
        compose(theft(), POLICY).candidate(name("nothing"))


def test_an_empty_record_composes_to_nothing() -> None:
    composition = compose(record([], []), POLICY)
    assert composition.rows == composition.packages == ()
    assert composition.canonical_bytes()


def test_the_draft_of_the_theft_case_reads_like_negotiators_text() -> None:
    composition = compose(theft(), POLICY)
    (draft,) = composition.draft(composition.rows[0].key)
    assert draft.text == (
        "Parties [should / shall] not conduct or [knowingly] support cyber theft of [trade / business] secrets."
    )


def test_actors_may_be_of_unknown_kind_in_reports() -> None:
    text = agreement("q", "Parties shall help.")
    whole = record(
        [text],
        [consents("name:Q", text)],
        [declares(text, 0, "a")],
        "a",
        "reported",
        actors=[Actor("name:Q", "Q", "unknown")],
    )
    composition = compose(whole, POLICY)
    seen = composition.judge(composition.rows[0].key)
    assert [(kind, count.value) for kind, count in seen.kinds] == [("unknown", 1)]
    assert actor("0xaa").kind == "state"


def test_a_record_of_another_block_that_says_the_same_is_composed_already() -> None:
    before = compose(theft(), POLICY)
    for row in before.rows:
        before.judge(row.key)
    assert before.derivation
    for later in (replace(theft(), block=9, block_hash=name("9")), replace(theft(), time=theft().time + 400 * 86_400)):
        moved = before.at(later)
        assert moved is not None
        assert moved.canonical_bytes() == compose(later, POLICY).canonical_bytes()


def test_a_record_that_says_anything_else_is_composed_anew() -> None:
    before = compose(theft(), POLICY)
    assert before.at(replace(theft(), block=9, undertakings=theft().undertakings[1:])) is None
    assert before.at(replace(theft(), missing=("agreement 0x…",))) is None
