from dataclasses import replace

from normledger.composition.compose import compose
from normledger.composition.indicators import sentence
from normledger.composition.result import Parameters
from tests.composition.records import POLICY, act, agreement, consents, declares, record, theft

DECLARED = Parameters(found=False)


def judged(*agreements, outcome="a"):
    """Indicators of one outcome: each agreement as (text, undertakings)."""
    texts = [text for text, _ in agreements]
    bound = [one for _, undertakings in agreements for one in undertakings]
    composition = compose(
        record(texts, bound, [declares(text, 0, outcome) for text in texts], outcome), POLICY, DECLARED
    )
    return composition.judge(composition.rows[0].key)


def test_six_bilateral_promises_hold_six_of_twenty_one_pairs() -> None:
    """By hand: seven parties, 7·6/2 = 21 pairs; US-CN, UK-CN, DE-CN, AU-CN, CA-CN with China, US-IN without."""
    composition = compose(theft(), POLICY, DECLARED)
    (row,) = composition.rows
    seen = composition.judge(row.key)
    assert seen.mutuality.sentence == (
        "Each undertook it toward some, not all: 6 of 21 pairs, five of them with China."
    )
    assert str(seen.mutuality.pairs) == "6/21"
    assert str(seen.mutuality.directed) == "12/42"
    assert seen.mutuality.toward_all == seen.mutuality.toward_nobody == ()
    assert {(pair.one, pair.other) for pair in seen.mutuality.listed} == {
        ("CN", "US"),
        ("CN", "UK"),
        ("CN", "DE"),
        ("AU", "CN"),
        ("CA", "CN"),
        ("IN", "US"),
    } | set()
    assert all(pair.both and len(pair.agreements) == 1 and len(pair.acts) == 2 for pair in seen.mutuality.listed)
    assert (seen.parties.value, seen.agreements.value, seen.independent.value) == (7, 6, 6)
    assert [(kind, count.value) for kind, count in seen.kinds] == [("state", 7)]
    assert [(region, count.value) for region, count in seen.regions] == [("elsewhere", 5), ("Asia", 2)]
    assert row.stands
    assert row.already_agreed_in == ()


def test_one_text_among_all_holds_every_pair() -> None:
    text = agreement("m", "Parties shall help.")
    seen = judged((text, [consents(party, text) for party in "PQR"]))
    assert seen.mutuality.sentence == "Each undertook it toward all others: 3 of 3 pairs."


def test_who_undertook_it_toward_nobody_is_named() -> None:
    one, other = agreement("b", "Parties shall help."), agreement("c", "Parties shall help.")
    seen = judged((one, [consents("P", one), consents("Q", one)]), (other, [consents("R", other, toward=())]))
    assert seen.mutuality.toward_nobody == ("R",)
    assert seen.mutuality.sentence == (
        "Not all undertook it toward all others: 1 of 3 pairs. R undertook it toward nobody else of the coalition."
    )


def test_a_one_way_promise_holds_no_pair_and_is_counted_apart() -> None:
    text = agreement("u", "Parties shall help.")
    seen = judged((text, [consents("P", text, toward=("Q",)), consents("Q", text, toward=())]))
    assert str(seen.mutuality.pairs) == "0/1"
    assert seen.mutuality.one_way.value == 1
    assert seen.mutuality.one_way.acts == (act("P", "u"),)
    assert [(pair.one, pair.other, pair.both) for pair in seen.mutuality.listed] == [("P", "Q", False)]
    assert "One more pair is one way only." in seen.mutuality.sentence


def test_ties_by_agreement_open_the_pairs_too() -> None:
    text = agreement("t", "Parties shall help.")
    seen = judged((text, [consents(party, text) for party in "PQR"]))
    (ties,) = seen.mutuality.by_agreement
    assert ties.parties == ties.among == ("P", "Q", "R")
    assert len(ties.acts) == 3


def test_sentences_name_a_hub_only_when_there_is_one() -> None:
    assert sentence(["A", "B", "C", "D"], [3, 1, 1, 1], [3, 1, 1, 1]).endswith("3 of 6 pairs, all of them with A.")
    assert sentence(["A", "B", "C", "D"], [2, 2, 2, 2], [2, 2, 2, 2]).endswith("some, not all: 4 of 6 pairs.")
    assert sentence(["A", "B"], [0, 0], [0, 0]) == "Nobody undertook it toward another of them: 0 of 1 pairs."
    assert sentence(["A"], [0], [0]) == "One party alone undertook it: there is no pair."


def test_a_package_holds_a_pair_only_where_each_outcome_does() -> None:
    one, other = agreement("x", "Parties shall help."), agreement("y", "Parties shall report.")
    bound = [consents("P", one), consents("Q", one), consents("P", other), consents("Q", other, toward=())]
    composition = compose(
        record([one, other], bound, [declares(one, 0, "a"), declares(other, 0, "b")], "ab"), POLICY, DECLARED
    )
    (package,) = composition.packages
    assert str(composition.judge(package.key).mutuality.pairs) == "0/1"


def test_mutuality_in_one_form_of_agreement_looks_at_that_form_alone() -> None:
    wide = replace(agreement("wide", "Parties shall help."), form="multilateral")
    pair = agreement("pair", "Parties shall help.")
    bound = [consents(party, wide) for party in "PQR"] + [consents(party, pair) for party in "PQ"]
    whole = record([wide, pair], bound, [declares(wide, 0, "a"), declares(pair, 0, "a")], "a")
    composition = compose(whole, POLICY, DECLARED)
    key = composition.rows[0].key
    assert str(composition.judge(key).mutuality.pairs) == "3/3"
    bilateral = composition.mutuality_in(key, "bilateral")
    assert bilateral is not None
    assert str(bilateral.pairs) == "1/1"
    assert bilateral.pairs.acts == tuple(sorted([act("P", "pair"), act("Q", "pair")]))
    assert composition.mutuality_in(key, "contract") is None


def test_opposite_and_narrower_clauses_are_shown_with_who_is_bound() -> None:
    text = agreement("o", "Parties shall help.", "Parties shall not help.", "Parties shall help a little.")
    bound = [consents("P", text), consents("Q", text, 0), consents("R", text, 1)]
    alignments = [declares(text, 0, "a"), declares(text, 1, "a", "opposite"), declares(text, 2, "a", "narrower")]
    composition = compose(record([text], bound, alignments, "a"), POLICY, DECLARED)
    seen = composition.judge(composition.rows[0].key)
    (conflict,), (narrower,) = seen.conflicts, seen.narrower
    assert (conflict.parties, conflict.inside) == (("P", "R"), ("P",))
    assert narrower.parties == ("P",)
    assert seen.parties.value == 2
