"""The workbench proposes likely partners, asks first what matters most, and asks nothing twice."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.composition.compose import compose
from normledger.composition.decisions import Decision, decided
from normledger.composition.proposals import differences, propose, worth_signing
from normledger.composition.record import Alignment, Record
from normledger.composition.result import Composition, Parameters
from normledger.documents.document import Outcome
from normledger.errors import InputError
from normledger.identifiers import OutcomeId
from tests.composition.records import CURATOR, POLICY, STRANGER, agreement, clause_id, consents, name, record, sentences

UNFOUND = Parameters(found=False, packages=False)
TEXTS = [
    agreement(
        "north", "Each Party shall name a contact point for urgent incidents.", "The Parties shall fund a prize."
    ),
    agreement("south", "Every Party designates a focal point to be reached in an emergency."),
    agreement("east", "Neither Party shall steal trade secrets.", "The Parties shall plant trees."),
    agreement("west", "The Parties shall not conduct theft of intellectual property."),
]
BOUND = [
    consents(party, text) for text, parties in zip(TEXTS, ("AB", "CD", "EF", "AG"), strict=True) for party in parties
]
CONTACT, FOCAL = clause_id("north", 0), clause_id("south", 0)


def composed(*alignments: Alignment, outcomes: tuple[Outcome, ...] = ()) -> Composition:
    made = record(TEXTS, BOUND, list(alignments))
    return compose(_with(made, outcomes), POLICY, UNFOUND)


def _with(made: Record, outcomes: tuple[Outcome, ...]) -> Record:
    from normledger.composition.record import OutcomeText

    return replace(made, outcomes=tuple(OutcomeText(OutcomeId(one.hash), one.text, one.polarity) for one in outcomes))


def signed(*decisions: Decision, by: object = CURATOR) -> Composition:
    """The composition once these decisions are signed."""
    made = decided(composed(), decisions, CURATOR)
    alignments = [
        Alignment(one.clause, one.outcome, one.relation, "signed", by, name("batch")) for one in made.alignments
    ]
    return composed(*alignments, outcomes=made.outcomes)


def pairs(composition: Composition, author: object = None) -> list[set[object]]:
    return [{one.clause.id, one.partner.id} for one in worth_signing(composition, 50, author)]


def test_partners_are_found_beyond_the_same_words() -> None:
    clauses = [clause for text in TEXTS for clause in text.clauses]
    found = propose(clauses)
    assert found[CONTACT][0].clause.id == FOCAL
    assert "#contact" in found[CONTACT][0].shared
    assert found[clause_id("east", 0)][0].clause.id == clause_id("west", 0)


def test_a_partner_is_never_of_the_same_document_or_another_language() -> None:
    clauses = [clause for text in TEXTS for clause in text.clauses]
    french = replace(clauses[2], language="fr")
    found = propose([clauses[0], clauses[1], french, *clauses[3:]], {text.id: TEXTS[0].id for text in TEXTS})
    assert not any(found.values())
    found = propose([clauses[0], french])
    assert not any(found.values())


def test_the_first_partners_are_not_five_copies_of_one() -> None:
    asked = agreement("q", "The Parties shall share warnings of attacks and train officers.")
    copies = [agreement(f"c{at}", "The Parties shall share warnings of attacks with banks.") for at in range(6)]
    other = agreement("o", "The Parties shall train officers.")
    clauses = [text.clauses[0] for text in (asked, *copies, other)]
    first = [one.clause.id for one in propose(clauses, first=2)[asked.clauses[0].id]]
    assert clause_id("o", 0) in first


@given(st.lists(sentences, min_size=2, max_size=12), st.randoms())
def test_proposals_do_not_depend_on_the_order_of_clauses(texts: list[str], chance: object) -> None:
    clauses = [agreement(f"a{at}", text).clauses[0] for at, text in enumerate(texts)]
    shuffled = list(clauses)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert propose(clauses) == propose(shuffled)
    for partners in propose(clauses, first=3).values():
        assert len(partners) <= 3
        assert all(0 <= one.likeness <= 10_000 for one in partners)


def test_a_pair_is_asked_once_and_by_whom_it_would_join() -> None:
    asked = worth_signing(composed(), 50)
    keys = [frozenset((one.clause.id, one.partner.id)) for one in asked]
    assert len(keys) == len(set(keys))
    assert [one.worth for one in asked] == sorted((one.worth for one in asked), reverse=True)
    contact = next(one for one in asked if {one.clause.id, one.partner.id} == {CONTACT, FOCAL})
    assert contact.joined == 4  # A and B with C and D


def test_a_coalition_counts_by_the_pairs_that_it_would_gain() -> None:
    composition = signed(Decision(clause_id("east", 0), clause_id("west", 0), "same"))
    theft = [
        one
        for one in worth_signing(composition, 50)
        if one.outcome and one.clause.agreement == TEXTS[1].id and one.partner.agreement in (TEXTS[2].id, TEXTS[3].id)
    ]
    assert all(one.joined == 2 * 4 for one in theft)


@pytest.mark.parametrize("relation", ["same", "implies", "narrower", "opposite", "none"])
def test_what_was_decided_is_not_asked_again(relation: str) -> None:
    assert {CONTACT, FOCAL} in pairs(composed())
    assert {CONTACT, FOCAL} not in pairs(signed(Decision(CONTACT, FOCAL, relation)))
    assert {CONTACT, FOCAL} not in pairs(signed(Decision(FOCAL, CONTACT, relation)))


def test_a_strangers_word_is_asked_again_but_ones_own_is_not() -> None:
    composition = signed(Decision(CONTACT, FOCAL, "none"), by=STRANGER)
    assert {CONTACT, FOCAL} in pairs(composition)
    assert {CONTACT, FOCAL} not in pairs(composition, STRANGER)


def test_a_proposal_never_counts() -> None:
    composition = composed()
    assert worth_signing(composition)
    assert not composition.rows
    assert not composition.alignments.counting


def test_the_same_brings_both_behind_one_outcome() -> None:
    composition = signed(Decision(CONTACT, FOCAL, "same"))
    (row,) = composition.rows
    assert row.parties == ("A", "B", "C", "D")


def test_decisions_meet_in_the_outcome_that_is_there() -> None:
    first, second, third = CONTACT, FOCAL, clause_id("east", 1)
    made = decided(composed(), [Decision(first, second, "same"), Decision(third, first, "implies")], CURATOR)
    assert len(made.outcomes) == 1
    assert {one.outcome for one in made.alignments} == {made.outcomes[0].hash}
    assert {(one.clause, one.relation) for one in made.alignments} == {
        (first, "same"), (second, "same"), (third, "implies"),
    }  # fmt: skip


def test_none_leaves_the_second_clause_free() -> None:
    made = decided(composed(), [Decision(CONTACT, FOCAL, "none")], CURATOR)
    assert [(one.clause, one.relation) for one in made.alignments] == [(CONTACT, "none")]


@pytest.mark.parametrize(
    ("decisions", "field", "fault"),
    [
        ([Decision(CONTACT, clause_id("nowhere", 0), "same")], "decisions[0].partner", "not among those composed"),
        ([Decision(CONTACT, CONTACT, "opposite")], "decisions[0].partner", "can't stand beside itself"),
        (
            [Decision(CONTACT, FOCAL, "same"), Decision(CONTACT, FOCAL, "opposite")],
            "alignments[2]",
            "it would be the opposite of itself; keep one",
        ),
    ],
)
def test_decisions_that_cannot_be_are_refused(decisions: list[Decision], field: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault) as told:
        decided(composed(), decisions, CURATOR)
    assert told.value.field == field


def test_differences_are_marked_word_by_word() -> None:
    spans = differences("Each Party shall name a point.", "Each party should name a contact point")
    assert [(span.where, span.text) for span in spans] == [
        ("both", "Each Party"), ("one", "shall"), ("other", "should"), ("both", "name a"), ("other", "contact"),
        ("both", "point."),
    ]  # fmt: skip


@given(st.text(max_size=80), st.text(max_size=80))
def test_differences_lose_no_word(one: str, other: str) -> None:
    spans = differences(one, other)
    assert " ".join(span.text for span in spans if span.where != "other").split() == one.split()
    folded = [word.strip(".,;:()\"'“”‘’").casefold() for word in other.split()]
    told = " ".join(span.text for span in spans if span.where != "one").split()
    assert [word.strip(".,;:()\"'“”‘’").casefold() for word in told] == folded
