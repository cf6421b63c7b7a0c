from normledger.composition.compose import compose
from normledger.composition.result import Parameters
from tests.composition.records import POLICY, act, agreement, clause_id, consents, declares, outcome_id, record

DECLARED = Parameters(found=False)


def test_a_reserved_clause_is_shown_with_who_is_in_by_another_way() -> None:
    wide = agreement("wide", "Parties shall help.", "Parties shall report.")
    other = agreement("other", "Parties shall help.")
    bound = [consents("P", wide), consents("Q", wide, 1), consents("R", wide, 1)]
    bound += [consents("P", other), consents("Q", other)]
    composition = compose(
        record([wide, other], bound, [declares(wide, 0, "a"), declares(other, 0, "a")], "a"), POLICY, DECLARED
    )
    (row,) = composition.rows
    assert row.parties == ("P", "Q")
    (found,) = composition.judge(row.key).reserved
    assert (found.outcome, found.clause, found.agreement) == (outcome_id("a"), clause_id("wide", 0), wide.id)
    assert found.parties == ("Q", "R")
    assert found.inside == ("Q",)
    assert found.acts == tuple(sorted([act("Q", "wide"), act("R", "wide")]))


def test_pairs_that_an_objection_keeps_apart_are_shown_with_the_acts() -> None:
    text = agreement("t", "Parties shall help.")
    bound = [consents("P", text, toward=("R",)), consents("Q", text, toward=("R",)), consents("R", text)]
    composition = compose(record([text], bound, [declares(text, 0, "a")], "a"), POLICY, DECLARED)
    seen = composition.judge(composition.rows[0].key)
    assert [(one.party, one.others, one.acts) for one in seen.apart] == [
        ("P", ("Q",), (act("P", "t"),)),
        ("Q", ("P",), (act("Q", "t"),)),
    ]
    assert str(seen.mutuality.pairs) == "2/3"


def test_who_consented_to_everything_limits_nothing() -> None:
    text = agreement("t", "Parties shall help.", "Parties shall report.")
    alignments = [declares(text, 0, "a"), declares(text, 1, "b")]
    composition = compose(record([text], [consents(key, text) for key in "PQ"], alignments, "ab"), POLICY, DECLARED)
    for row in composition.rows:
        seen = composition.judge(row.key)
        assert seen.reserved == seen.apart == ()
