from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition.compose import compose
from normledger.composition.momentum import Momentum, day_of
from normledger.composition.record import Undertaking
from normledger.composition.result import Parameters
from tests.composition.records import POLICY, act, agreement, consents, declares, record

DECLARED = Parameters(found=False, minimum_parties=2)
NOVEMBER_2023 = 1_700_000_000
"""The time of the records in these tests."""


def dated(*came: tuple[str, str, str | None]) -> Momentum:
    """The momentum of one outcome: (party, agreement, date) each."""
    titles = sorted({title for _, title, _ in came})
    texts = {title: agreement(title, "Parties shall help.") for title in titles}
    bound: list[Undertaking] = [replace(consents(party, texts[title]), date=date) for party, title, date in came]
    alignments = [declares(text, 0, "a") for text in texts.values()]
    composition = compose(record(list(texts.values()), bound, alignments, "a"), POLICY, DECLARED)
    return composition.judge(composition.rows[0].key).momentum


def test_parties_are_counted_in_the_year_of_their_first_act() -> None:
    found = dated(("P", "x", "2015-09-25"), ("Q", "x", "2015"), ("P", "y", "2022-01-01"), ("R", "y", "2022-03"))
    assert (found.first, found.latest) == ("2015", "2022-03")
    assert found.age == 8
    assert [(year, count.value) for year, count in found.by_year] == [(2015, 2), (2022, 1)]
    assert (found.recent.value, found.before.value) == (1, 2)
    assert found.recent.acts == (act("R", "y"),)
    assert set(found.by_year[0][1].acts) == {act("P", "x"), act("Q", "x"), act("P", "y")}


def test_age_counts_whole_years_only() -> None:
    assert dated(("P", "x", "2020-11-15")).age == 2
    assert dated(("P", "x", "2020-11-14")).age == 3
    assert dated(("P", "x", "2020-12")).age == 2
    assert dated(("P", "x", "2030-01-01")).age == 0


def test_who_has_no_readable_date_is_counted_apart() -> None:
    found = dated(("P", "x", None), ("Q", "x", "once upon a time"), ("R", "x", "2031-01-01"))
    assert found.undated.value == 2
    assert set(found.undated.acts) == {act("P", "x"), act("Q", "x")}
    assert found.later.value == 1
    assert dated(("P", "x", None)).age is None


def test_a_party_is_in_a_package_from_the_last_of_its_outcomes_on() -> None:
    one, other = agreement("x", "Parties shall help."), agreement("y", "Parties shall report.")
    bound = [replace(consents(key, one), date="2010-01-01") for key in "PQ"]
    bound += [replace(consents(key, other), date=day) for key, day in (("P", "2021-05-05"), ("Q", None))]
    composition = compose(
        record([one, other], bound, [declares(one, 0, "a"), declares(other, 0, "b")], "ab"), POLICY, DECLARED
    )
    (package,) = composition.packages
    found = composition.judge(package.key).momentum
    assert [(year, count.value) for year, count in found.by_year] == [(2021, 1)]
    assert found.undated.value == 1


days = st.none() | st.dates().map(lambda day: day.isoformat())


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("PQRST"), st.sampled_from("xyz"), days), min_size=1, unique_by=lambda o: o[:2])
)
def test_every_party_is_counted_once_or_listed_as_undated(came: list[tuple[str, str, str | None]]) -> None:
    found = dated(*came)
    parties = {party for party, _, _ in came}
    assert sum(count.value for _, count in found.by_year) + found.undated.value == len(parties)
    first = {party: min((date for one, _, date in came if one == party and date), default=None) for party in parties}
    assert found.undated.value == sum(date is None for date in first.values())
    assert found.later.value == sum(int((date or "0000")[:4]) > 2023 for date in first.values())
    assert found.recent.value == sum(2019 <= int((date or "0000")[:4]) <= 2023 for date in first.values())


@given(st.integers(0, 250_000_000_000))
def test_the_day_of_a_time_is_that_of_the_calendar(time: int) -> None:
    assert day_of(time) == datetime.fromtimestamp(time, UTC).date().isoformat()


def test_leap_days_and_turns_of_the_year_are_days_like_others() -> None:
    for day in ("1970-01-01", "1999-12-31", "2000-02-29", "2000-03-01", "2100-02-28", "2100-03-01", "2024-02-29"):
        assert day_of(int(datetime.fromisoformat(f"{day}T23:59:59+00:00").timestamp())) == day
