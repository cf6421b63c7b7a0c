from normledger.composition.context import bits, cross
from tests.composition.records import act, actor, agreement, consents, outcome_id


def test_toward_whom_is_read_from_the_clause_or_from_the_undertaking() -> None:
    text = agreement("a", "Parties shall help.", "Parties shall report.")
    bound = [consents("P", text), consents("Q", text, 0), consents("R", text, 1), consents("S", text, 0, toward=("P",))]
    asks = {text.clauses[0].id: frozenset([outcome_id("a")])}
    context = cross([actor(key) for key in "PQRS"], bound, asks, [outcome_id("a")])
    assert context.keys(context.columns[0]) == ("P", "Q", "S")
    assert {one.party: context.keys(one.toward) for one in context.supports[0]} == {
        0: ("Q", "S"),
        1: ("P", "S"),
        3: ("P",),
    }
    assert context.supports[0][0].acts == (act("P", "a"),)


def test_bits_are_listed_from_the_lowest() -> None:
    assert list(bits(0b10110)) == [1, 2, 4]
