from dataclasses import replace

from hypothesis import given, settings

from normledger.composition.compose import compose
from normledger.composition.record import Record
from normledger.composition.result import Composition, Parameters
from normledger.identifiers import Hash
from tests.composition.records import POLICY, act, agreement, consents, declares, name, record, records, theft

DECLARED = Parameters(found=False)


def test_without_china_two_of_seven_and_no_candidate_norm_are_left() -> None:
    """By hand: China's five texts fall with the four states that it alone joins; the United States has India."""
    composition = compose(theft(), POLICY, DECLARED)
    seen = composition.judge(composition.rows[0].key).fragility
    assert seen.captured_by == "CN"
    first, second = seen.by_party
    assert first.without == "CN"
    assert first.gone == ("AU", "CA", "CN", "DE", "UK")
    assert set(first.fallen) == {name(title) for title in ("US-CN", "UK-CN", "DE-CN", "AU-CN", "CA-CN")}
    assert len(first.acts) == 10
    assert first.independent == (name("US-IN"),)
    assert not first.stands
    assert second.without == "US"
    assert second.gone == ("IN", "US")
    assert set(second.fallen) == {name("US-CN"), name("US-IN")}
    assert set(second.acts) == {act(party, title) for title in ("US-CN", "US-IN") for party in title.split("-")}
    assert second.stands


def test_without_one_text_goes_whoever_has_no_other() -> None:
    composition = compose(theft(), POLICY, DECLARED)
    losses = composition.judge(composition.rows[0].key).fragility.by_agreement
    assert {one.without: one.gone for one in losses} == {
        str(name("UK-CN")): ("UK",),
        str(name("DE-CN")): ("DE",),
        str(name("AU-CN")): ("AU",),
        str(name("CA-CN")): ("CA",),
        str(name("US-IN")): ("IN",),
    }
    assert all(one.stands and len(one.independent) == 5 and len(one.acts) == 2 for one in losses)


def test_one_text_among_three_goes_on_without_one_of_them() -> None:
    texts = [agreement(title, "Parties shall help.") for title in ("x", "y")]
    bound = [consents(party, text) for text in texts for party in "PQR"]
    composition = compose(record(texts, bound, [declares(text, 0, "a") for text in texts], "a"), POLICY, DECLARED)
    seen = composition.judge(composition.rows[0].key).fragility
    assert seen.captured_by == ""
    assert seen.by_party == ()
    assert [(one.gone, one.stands) for one in seen.by_agreement] == [((), False), ((), False)]


def test_a_copy_of_the_same_document_falls_with_it() -> None:
    """The text between India and the United States, recorded a second time, is no second promise."""
    whole = theft()
    (text,) = [one for one in whole.agreements if one.id == name("US-IN")]
    again = name("US-IN again")
    copy = replace(text, id=again, clauses=tuple(replace(one, agreement=again) for one in text.clauses))
    bound = tuple(replace(one, agreement=again) for one in whole.undertakings if one.agreement == text.id)
    twice = replace(whole, agreements=(*whole.agreements, copy), undertakings=whole.undertakings + bound)
    before, after = compose(whole, POLICY, DECLARED), compose(twice, POLICY, DECLARED)
    assert before.rows[0].parties == after.rows[0].parties
    assert len(before.rows[0].independent) == len(after.rows[0].independent)
    lost = [one for one in after.judge(after.rows[0].key).fragility.by_agreement if one.gone == ("IN",)]
    assert len(lost) == 1
    assert set(lost[0].fallen) == {text.id, again}


def remaining(composition: Composition, whole: Record, outcomes: tuple[Hash, ...]) -> set[str]:
    """The slow twin: compose what is left, and look who is bound by all the outcomes."""
    again = compose(whole, POLICY, composition.parameters)
    rows = {row.outcomes[0]: set(row.parties) for row in again.rows}
    left = [rows.get(outcome, set()) for outcome in outcomes]
    return set.intersection(*left)


@settings(max_examples=60, deadline=None)
@given(records())
def test_what_remains_without_an_agreement_is_what_composing_the_rest_gives(whole: Record) -> None:
    composition = compose(whole, POLICY, DECLARED)
    for candidate in (*composition.rows, *composition.packages):
        told = {one.without: one for one in composition.judge(candidate.key).fragility.by_agreement}
        for agreement_id in candidate.agreements:
            rest = replace(
                whole, undertakings=tuple(one for one in whole.undertakings if one.agreement != agreement_id)
            )
            left = remaining(composition, rest, candidate.outcomes)
            loss = told.get(str(agreement_id))
            gone = set(loss.gone) if loss else set()
            assert left == set(candidate.parties) - gone


@settings(max_examples=60, deadline=None)
@given(records())
def test_what_remains_without_a_party_is_what_composing_the_rest_gives(whole: Record) -> None:
    """Together with the promises of those who would be left alone under an outcome in an agreement."""
    composition = compose(whole, POLICY, DECLARED)
    for candidate in (*composition.rows, *composition.packages):
        told = {one.without: one for one in composition.judge(candidate.key).fragility.by_party}
        for party in candidate.parties:
            bound = []
            for outcome in candidate.outcomes:
                column = composition.context.supports[composition.context.place(outcome)]
                with_it = {one.agreement for one in column if composition.context.parties[one.party].key == party}
                left = {
                    composition.context.parties[one.party].key
                    for one in column
                    if one.agreement not in with_it or sum(other.agreement == one.agreement for other in column) > 2
                }
                bound.append(left - {party})
            loss = told.get(party)
            gone = set(loss.gone) if loss else {party}
            assert set.intersection(*bound) & set(candidate.parties) == set(candidate.parties) - gone
