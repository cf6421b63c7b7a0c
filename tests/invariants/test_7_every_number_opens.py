"""Invariant 7: every number opens: each count and share of a composition lists the acts that it counts, no others."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings

from normledger.composition.compose import compose
from normledger.composition.indicators import Count, Share
from normledger.composition.record import Record
from normledger.composition.result import Composition, Parameters
from normledger.identifiers import Hash
from tests.composition.records import POLICY, act, agreement, consents, declares, record, records, theft


def acts_of(
    composition: Composition, parties: set[str], agreements: set[Hash], outcomes: tuple[Hash, ...]
) -> set[Hash]:
    """By definition: the acts of undertakings of these parties in these agreements for a clause of these outcomes."""
    asking = {clause for one in outcomes for clause in composition.outcomes[one].clauses}
    return {
        act
        for one in composition.record.undertakings
        if one.actor in parties and one.agreement in agreements and one.clauses & asking
        for act in one.acts
    }


@settings(max_examples=80, deadline=None)
@given(records())
def test_each_count_lists_exactly_its_acts(whole: Record) -> None:
    composition = compose(whole, POLICY, Parameters())
    actors = {one.key: one for one in whole.actors}
    for candidate in (*composition.rows, *composition.packages):
        seen = composition.judge(candidate.key)
        everyone, everywhere, outcomes = set(candidate.parties), set(candidate.agreements), candidate.outcomes
        assert set(seen.parties.acts) == acts_of(composition, everyone, everywhere, outcomes)
        assert set(seen.agreements.acts) == set(seen.parties.acts)
        assert set(seen.independent.acts) == acts_of(composition, everyone, set(candidate.independent), outcomes)
        for kind, count in seen.kinds:
            group = {key for key in everyone if actors[key].kind == kind}
            assert len(group) == count.value
            assert set(count.acts) == acts_of(composition, group, everywhere, outcomes)
        for region, count in seen.regions:
            group = {key for key in everyone if (actors[key].region or "unknown") == region}
            assert len(group) == count.value
            assert set(count.acts) == acts_of(composition, group, everywhere, outcomes)
        assert {one for tie in seen.mutuality.by_agreement for one in tie.acts} == set(seen.parties.acts)
        both = [pair for pair in seen.mutuality.listed if pair.both]
        assert len(both) == seen.mutuality.pairs.held
        assert len(seen.mutuality.listed) - len(both) == seen.mutuality.one_way.value
        assert {one for pair in both for one in pair.acts} == set(seen.mutuality.pairs.acts)
        assert {act for one in composition.supports(candidate.key) for act in one.acts} == set(seen.parties.acts)


def numbers(value: Any) -> Iterator[Count | Share]:
    if isinstance(value, Count | Share):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from numbers(inner)
    elif hasattr(value, "__dataclass_fields__"):
        for field in value.__dataclass_fields__:
            yield from numbers(getattr(value, field))


@settings(max_examples=40, deadline=None)
@given(records())
def test_no_number_above_zero_is_without_acts(whole: Record) -> None:
    composition = compose(whole, POLICY)
    for row in composition.rows:
        for number in numbers(composition.judge(row.key)):
            value = number.value if isinstance(number, Count) else number.held
            assert bool(value) == bool(number.acts), number


def test_the_six_pairs_of_the_theft_case_open_one_by_one() -> None:
    composition = compose(theft(), POLICY, Parameters(found=False))
    seen = composition.judge(composition.rows[0].key)
    china = [pair for pair in seen.mutuality.listed if "CN" in (pair.one, pair.other)]
    assert len(china) == 5
    for pair in seen.mutuality.listed:
        (title,) = {text.title for text in composition.record.agreements if text.id in pair.agreements}
        assert set(pair.acts) == {act(pair.one, title), act(pair.other, title)}


def test_the_plain_data_carries_the_acts_too() -> None:
    text = agreement("w", "Parties shall help.")
    whole = record([text], [consents(party, text) for party in "PQ"], [declares(text, 0, "a")], "a")
    (row,) = compose(whole, POLICY).document()["result"]["rows"]
    both = sorted([str(act("P", "w")), str(act("Q", "w"))])
    assert row["indicators"]["parties"] == {"value": 2, "acts": both}
    assert row["indicators"]["mutuality"]["pairs"] == {"share": "1/1", "acts": both}
