"""Invariant 6: a party counts once per outcome, however many agreements bind it, and not where it reserved it."""

from dataclasses import replace

from hypothesis import given, settings

from normledger.composition.compose import compose
from normledger.composition.record import Record
from normledger.composition.result import Parameters
from tests.composition.records import CURATOR, POLICY, agreement, consents, declares, record, records, same

DECLARED = Parameters(found=False)


@settings(max_examples=80, deadline=None)
@given(records())
def test_every_coalition_is_exactly_who_is_bound_once_each(whole: Record) -> None:
    """Against counting by definition: sets of names, nothing else."""
    composition = compose(whole, POLICY, DECLARED)
    counted = {}
    for outcome in whole.outcomes:
        asking = {
            one.clause for one in whole.alignments if one.outcome == outcome.id and one.relation in ("same", "implies")
        } - {
            one.clause
            for one in whole.alignments
            if one.outcome == outcome.id and one.relation in ("narrower", "opposite")
        }
        parties = {one.actor for one in whole.undertakings if one.clauses & asking}
        if parties:
            counted[(outcome.id,)] = tuple(sorted(parties))
    assert {row.outcomes: row.parties for row in composition.rows} == counted
    for row in composition.rows:
        seen = composition.judge(row.key)
        assert seen.parties.value == len(set(row.parties)) == len(row.parties)
        assert sum(count.value for _, count in seen.kinds) == len(row.parties)
        assert sum(count.value for _, count in seen.regions) == len(row.parties)


def test_a_party_of_five_agreements_counts_once() -> None:
    texts = [agreement(f"n{at}", "Parties shall help.") for at in range(5)]
    bound = [consents(party, text) for text in texts for party in "PQ"]
    (row,) = compose(record(texts, bound, [declares(text, 0, "a") for text in texts], "a"), POLICY, DECLARED).rows
    assert row.parties == ("P", "Q")
    assert len(row.agreements) == 5


def test_two_identifiers_of_one_actor_count_once() -> None:
    text = agreement("r", "Parties shall help.")
    bound = [consents(party, text) for party in ("0xaa", "0xbb", "0xcc")]
    said = replace(record([text], bound, [declares(text, 0, "a")], "a"), recognitions=(same("0xcc", "0xbb"),))
    composition = compose(said, replace(POLICY, recognitions=frozenset([CURATOR])), DECLARED)
    assert composition.rows[0].parties == ("0xaa", "0xbb")
    assert str(composition.judge(composition.rows[0].key).mutuality.pairs) == "1/1"


def test_a_reserved_clause_does_not_count() -> None:
    """A reservation reaches composition as a clause that is missing from the undertaking."""
    text = agreement("v", "Parties shall help.", "Parties shall report.")
    bound = [consents("P", text), consents("Q", text, 1)]
    rows = compose(record([text], bound, [declares(text, 0, "a"), declares(text, 1, "b")], "ab"), POLICY, DECLARED).rows
    assert {row.parties for row in rows} == {("P",), ("P", "Q")}
