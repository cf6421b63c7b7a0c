"""What one agreement's acts do not say alone: successive agreements, and the rules as a document holds them."""

import pytest

from normledger.acts.consent import Status
from normledger.acts.stances import stances, standing_batches
from normledger.acts.successive import succeeded
from normledger.documents.document_reader import read_document
from normledger.errors import InputError
from tests.acts.law_stories import ACCEDES, OBJECTS, RESERVES, SIGNS, Story, agreement, party

OLD = agreement("A B C", title="Old", takes_effect="on-signature")
NEW = agreement("A B", title="New", takes_effect="on-signature")


def statuses(*, joins: str = "") -> tuple[Status, Status, Story]:
    """A, B and C are parties to the old agreement, A and B to the new one, and whoever `joins`."""
    old, new = Story(OLD), Story(NEW)
    for name in "ABC":
        old.act("2020-01-01", name, SIGNS)
    for name in "AB":
        new.act("2022-01-01", name, SIGNS)
    for name in joins:
        new.act("2022-01-01", name, ACCEDES)
    return old.on("2023-01-01"), new.on("2023-01-01"), old


def test_between_parties_of_both_the_later_agreement_governs() -> None:
    """VCLT 30 (4)(a)."""
    earlier, later, story = statuses()
    left = succeeded(earlier, later)
    effect = left.applies(party("A"), party("B"), story.clause("1"))
    assert effect.word == "none"
    assert effect.articles == ("30 (3)", "59")
    assert left.superseded_by == (NEW.hash,)


def test_toward_a_party_of_the_earlier_only_the_earlier_goes_on() -> None:
    """VCLT 30 (4)(b), 40 (5)(b)."""
    earlier, later, story = statuses()
    left = succeeded(earlier, later)
    assert left.applies(party("A"), party("C"), story.clause("1")).word == "full"
    assert {one.party: one.toward for one in left.bound} == {
        party("A"): frozenset({party("C")}),
        party("B"): frozenset({party("C")}),
        party("C"): None,
    }


def test_an_agreement_all_of_whose_parties_joined_the_later_one_binds_nobody_any_more() -> None:
    """VCLT 59 (1)."""
    earlier, later, _ = statuses(joins="C")
    assert succeeded(earlier, later).bound == ()


def test_a_later_agreement_that_is_not_in_force_changes_nothing() -> None:
    """VCLT 30: successive treaties are those in force."""
    earlier, _, _ = statuses()
    later = Story(NEW).act("2022-01-01", "A", SIGNS).on("2023-01-01")
    left = succeeded(earlier, later)
    assert left == earlier
    assert left.superseded_by == ()


def test_an_objection_that_keeps_two_apart_still_does_after_the_later_agreement() -> None:
    old = Story(OLD)
    for name in "ABC":
        old.act("2020-01-01", name, SIGNS)
    old.act("2020-01-01", "C", RESERVES, clause="1").act("2020-02-01", "A", OBJECTS, "C reservation 1", clause="all")
    _, later, _ = statuses()
    left = succeeded(old.on("2023-01-01"), later)
    assert {one.party: one.toward for one in left.bound} == {
        party("B"): frozenset({party("C")}),
        party("C"): frozenset({party("B")}),
    }


def test_rules_that_an_agreement_does_not_state_leave_no_trace_in_its_data() -> None:
    plain = agreement("A B", reservations=False)
    assert set(plain.to_json()) == {
        *("type", "title", "character", "form", "admission", "takes_effect", "reservations", "notice_days"),
        *("languages", "parties", "clauses"),
    }


def test_every_rule_is_read_back_as_it_was_written() -> None:
    full = agreement(
        "A B",
        reservation_days=30,
        reservable=("1", "2"),
        authorized_reservations=("2",),
        reservations_accepted_by_all=True,
        consents_needed=5,
        named_parties="A B",
        named_needed=1,
        delay_days=60,
        first_of_month=True,
        provisional_application=True,
        withdrawal="implied",
        open_to=("state", "igo"),
        notice_days=365,
    )
    assert read_document(full.to_json()) == full
    assert read_document(full.to_json()).hash == full.hash


@pytest.mark.parametrize(
    ("flaw", "field"),
    [
        ({"reservable": ["9"]}, "reservable"),
        ({"authorized_reservations": ["1", "1"]}, "authorized_reservations"),
        ({"open_to": ["ship"]}, "open_to"),
        ({"named_needed": 1}, "named_needed"),
        ({"withdrawal": "never"}, "withdrawal"),
        ({"effect_on": "a whim"}, "effect_on"),
        ({"delay_days": -1}, "delay_days"),
        ({"reservations": "prohibited", "reservation_days": 3}, "reservation_days"),
        ({"named_parties": ["FRA"]}, "named_parties"),
    ],
)
def test_a_rule_that_makes_no_sense_names_its_field(flaw: dict[str, object], field: str) -> None:
    with pytest.raises(InputError) as caught:
        read_document({**agreement("A B").to_json(), **flaw})
    assert caught.value.field == field


def test_nothing_stands_where_nothing_was_stated() -> None:
    assert stances([]) == ()
    assert standing_batches([]) == ()
    status = Story(OLD).on("2020-01-01")
    assert status.bound == ()
    assert len(status.awaiting) == 3
