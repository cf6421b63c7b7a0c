"""Any two of parties, agreements and norms, side by side."""

import pytest

from normledger.composition.comparison import compare, norm_side, side
from normledger.composition.compose import compose
from normledger.composition.result import Parameters
from normledger.errors import NotFound
from tests.composition.records import POLICY, clause_id, name, outcome_id, theft
from tests.composition.test_explore import STORY, made

COMPOSITION = compose(made(STORY), POLICY, Parameters(found=False))


def test_two_parties_share_outcomes_agreements_and_what_they_owe_each_other() -> None:
    found = compare(COMPOSITION, side(COMPOSITION, "A"), side(COMPOSITION, "C"))
    assert [one.outcome for one in found.both] == [outcome_id("a")]
    assert found.both[0].one == tuple(sorted((clause_id("one", 0), clause_id("two", 0))))
    assert found.both[0].other == (clause_id("one", 0),)
    assert (found.only_one, found.only_other) == ((outcome_id("b"),), (outcome_id("c"),))
    assert found.agreements == (name("one"),)
    assert found.toward == ((outcome_id("a"),), (outcome_id("a"),))


def test_mutual_and_not() -> None:
    composition = compose(theft(), POLICY)
    (outcome,) = composition.context.outcomes
    assert compare(composition, side(composition, "US"), side(composition, "CN")).toward == ((outcome,), (outcome,))
    assert compare(composition, side(composition, "US"), side(composition, "UK")).toward == ((), ())


def test_two_agreements_and_two_candidates() -> None:
    found = compare(COMPOSITION, side(COMPOSITION, str(name("one"))), side(COMPOSITION, str(name("two"))))
    assert [one.outcome for one in found.both] == sorted((outcome_id("a"), outcome_id("b")))
    assert found.parties == ("A", "B")
    rows = {one.outcomes[0]: one for one in COMPOSITION.rows}
    one, other = rows[outcome_id("a")], rows[outcome_id("c")]
    found = compare(COMPOSITION, side(COMPOSITION, str(one.key)), side(COMPOSITION, str(outcome_id("c"))))
    assert (found.both, found.only_one, found.only_other) == ((), one.outcomes, other.outcomes)
    assert found.parties == ("C",)


def test_a_published_norm_beside_a_party() -> None:
    norm = norm_side(name("norm"), "Norm", [outcome_id("a"), outcome_id("c")], ["A"])
    found = compare(COMPOSITION, norm, side(COMPOSITION, "A"))
    assert [one.outcome for one in found.both] == [outcome_id("a")]
    assert found.only_one == (outcome_id("c"),)
    assert found.parties == ("A",)


def test_turned_round_it_tells_the_same() -> None:
    one, other = side(COMPOSITION, "A"), side(COMPOSITION, "C")
    found, turned = compare(COMPOSITION, one, other), compare(COMPOSITION, other, one)
    assert (found.only_one, found.only_other) == (turned.only_other, turned.only_one)
    assert [one.outcome for one in found.both] == [one.outcome for one in turned.both]
    assert found.toward == turned.toward[::-1]


def test_nothing_answers_to_an_unknown_name() -> None:
    with pytest.raises(NotFound, match="nobody"):
        side(COMPOSITION, "nobody")
