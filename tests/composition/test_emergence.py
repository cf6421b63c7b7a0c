"""The life of an outcome, told by its acts' own dates, and drawn."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition.compose import compose
from normledger.composition.emergence import _ordinal, emergence, sentences, svg
from normledger.composition.record import Past, Record
from normledger.composition.result import Composition
from tests.composition.records import POLICY, act, actor, agreement, consents, declares, record

PLACES = {"A": "Africa", "B": "Americas", "C": "Asia", "D": "Europe", "E": "Oceania", "F": "Europe"}


def story(*, past: tuple[Past, ...] = (), opposite: bool = False) -> Record:
    """A and B promise each other in 2015, C and D in 2016, five together in 2017; F has another agreement alone."""
    first, second, third, fourth = (
        agreement(title, f"Parties shall help {title}.") for title in ("ab", "cd", "all", "f")
    )
    third = replace(third, form="multi-stakeholder")
    bound = [
        replace(consents(party, text), date=day)
        for text, parties, day in (
            (first, "AB", "2015-09-25"),
            (second, "CD", "2016-02?"),
            (third, "ABCDE", "2017"),
            (fourth, "F", "2018-01-01"),
        )
        for party in parties
    ]
    alignments = [declares(text, 0, "o") for text in (first, second, third)]
    alignments += [declares(fourth, 0, "o", "opposite" if opposite else "narrower")]
    actors = [actor(party, region=region) for party, region in PLACES.items()]
    made = record([first, second, third, fourth], bound, alignments, "o", actors=actors)
    return replace(made, past=past)


def told(record: Record) -> tuple[Composition, list[tuple[str, str]]]:
    composition = compose(record, POLICY)
    (row,) = list(composition.rows)
    return composition, [(one.date, one.step) for one in emergence(composition, row.key).milestones]


def test_the_steps_come_in_the_order_of_their_days() -> None:
    assert told(story())[1] == [
        ("2015-09-25", "first bilateral"),
        ("2016-02-01", "second bilateral"),
        ("2017-01-01", "plurilateral"),
        ("2017-01-01", "every region"),
    ]


def test_every_count_opens() -> None:
    composition, _ = told(story())
    life = emergence(composition, composition.rows[0].key)
    assert [(one.date, len(one.parties), len(one.agreements)) for one in life.points] == [
        ("2015-09-25", 2, 1),
        ("2016-02-01", 4, 2),
        ("2017-01-01", 5, 3),
    ]
    assert set(life.points[-1].parties) == set(composition.rows[0].parties)
    assert set(life.points[0].acts) == {act("A", "ab"), act("B", "ab")}
    assert len(life.points[-1].acts) == 9


def test_universal_is_everybody_of_the_kinds_that_take_part() -> None:
    made = story()
    without = replace(made, undertakings=tuple(one for one in made.undertakings if one.actor != "F"))
    assert told(without)[1][-1] == ("2017-01-01", "universal")


def test_who_leaves_is_a_setback_and_was_counted_until_then() -> None:
    made = story()
    text = made.agreements[2]
    clauses = frozenset(one.id for one in text.clauses)
    gone = Past("F", text.id, clauses, (act("F", "all"), act("F", "withdrawal")), None, "2017", "2019-03-01")
    composition, steps = told(story(past=(gone,)))
    assert steps[-1] == ("2019-03-01", "setback")
    life = emergence(composition, composition.rows[0].key)
    assert [len(one.parties) for one in life.points] == [2, 4, 6, 5]
    assert "F" not in composition.rows[0].parties, "what has ended is composed by nobody"
    assert life.milestones[-1].parties == ("F",)


def test_an_opposite_clause_is_a_setback() -> None:
    composition, steps = told(story(opposite=True))
    assert steps[-1] == ("2018-01-01", "setback")
    assert "asks the opposite" in sentences(emergence(composition, composition.rows[0].key), composition)[-1]


def test_acts_without_a_date_are_listed_and_not_drawn() -> None:
    made = story()
    made = replace(made, undertakings=tuple(replace(one, date=None) for one in made.undertakings))
    composition, steps = told(made)
    life = emergence(composition, composition.rows[0].key)
    assert steps == []
    assert life.points == ()
    assert len(life.undated) == 9
    drawn = ET.fromstring(svg(life, composition))
    assert "9 acts without a date" in "".join(drawn.itertext())


def test_the_chart_tells_in_words_and_shapes_what_it_draws() -> None:
    composition, _ = told(story())
    drawn = svg(emergence(composition, composition.rows[0].key), composition)
    root = ET.fromstring(drawn)
    name = "{http://www.w3.org/2000/svg}"
    assert root.attrib["role"] == "img"
    labels = root.attrib["aria-labelledby"].split()
    assert [root.find(f"{name}{one}").attrib["id"] for one in ("title", "desc")] == labels  # type: ignore[union-attr]
    assert "first bilateral" in (root.find(f"{name}desc").text or "")  # type: ignore[union-attr]
    colours = {one.attrib[key] for one in root.iter() for key in ("fill", "stroke") if key in one.attrib}
    assert colours <= {"currentColor", "none"}
    assert "style" not in drawn
    assert "script" not in drawn


@settings(max_examples=60)
@given(st.text(min_size=1), st.text(min_size=1, max_size=20))
def test_the_chart_is_well_formed_whatever_the_words(words: str, id_: str) -> None:
    composition, _ = told(story())
    life = replace(emergence(composition, composition.rows[0].key), title=words)
    assert ET.fromstring(svg(life, composition, id_=id_).encode("utf-8", "surrogatepass")).tag.endswith("svg")


@given(st.dates(), st.dates())
def test_days_are_counted_as_the_calendar_counts_them(one: date, other: date) -> None:
    assert _ordinal(one.isoformat()) - _ordinal(other.isoformat()) == (one - other).days


def test_a_package_lives_from_when_a_party_is_bound_to_all_of_it() -> None:
    one, other, third = (agreement(title, "Parties shall help.", "Parties shall report.") for title in ("1", "2", "3"))
    bound = [
        replace(consents("A", one, 0), date="2015"), replace(consents("B", one, 0), date="2015"),
        replace(consents("A", other, 1), date="2016"), replace(consents("B", other, 1), date="2017"),
        replace(consents("A", third), date="2018"), replace(consents("B", third), date="2018"),
    ]  # fmt: skip
    alignments = [declares(text, at, "xy"[at]) for text in (one, other, third) for at in (0, 1)]
    composition = compose(record([one, other, third], bound, alignments, "xy"), POLICY)
    (package,) = composition.packages
    points = emergence(composition, package.key).points
    assert [(one.date, one.parties) for one in points] == [
        ("2016-01-01", ("A",)), ("2017-01-01", ("A", "B")), ("2018-01-01", ("A", "B")),
    ]  # fmt: skip
