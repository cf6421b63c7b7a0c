from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition.closure import close
from normledger.composition.coalitions import Candidate, candidate_of, independent
from normledger.composition.compose import compose
from normledger.composition.context import Context, Support, bits
from normledger.composition.record import Actor
from normledger.composition.result import Parameters
from normledger.composition.search import INDICATORS, Constraints, Indicator, best
from normledger.errors import InputError
from normledger.identifiers import Hash
from tests.composition.records import CAST, POLICY, agreement, clause_id, consents, declares, name, outcome_id, record

KINDS = ("state", "company", "ngo", "unknown")
REGIONS = ("Africa", "Asia", "Europe", "")


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    """Up to eight parties of mixed kinds and regions, up to seven outcomes, up to five agreements."""
    size = draw(st.integers(1, 8))
    parties = tuple(
        Actor(f"p{at}", f"p{at}", draw(st.sampled_from(KINDS)), draw(st.sampled_from(REGIONS))) for at in range(size)
    )
    letters = sorted(outcome_id(letter) for letter in "abcdefg"[: draw(st.integers(0, 7))])
    columns, supports, tables = [], [], []
    for _ in letters:
        table: dict[Hash, int] = {}
        for at in range(size):
            for number in draw(st.sets(st.integers(0, 4), max_size=2)):
                text = name(str(number))
                table[text] = table.get(text, 0) | 1 << at
        everybody = 0
        for bound in table.values():
            everybody |= bound
        columns.append(everybody)
        tables.append(dict(sorted(table.items())))
        supports.append(
            tuple(
                Support(at, text, (), (text,), bound & ~(1 << at))
                for text, bound in table.items()
                for at in bits(bound)
            )
        )
    return Context(parties, tuple(letters), tuple(columns), tuple(supports), tuple(tables))


relations = st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=4).map(
    lambda pairs: {
        name(str(at)): frozenset(name(str(b if a == at else a)) for a, b in pairs if at in (a, b) and a != b)
        for at in range(5)
    }
)
keys = st.frozensets(st.sampled_from([f"p{at}" for at in range(8)]), max_size=2)
few = st.integers(0, 3)


def listed_and_filtered(
    context: Context, related: Mapping[Hash, frozenset[Hash]], asked: Constraints, by: Indicator, count: int
) -> list[Candidate]:
    """The slow twin: all closed pairs, those that meet the constraints, sorted."""
    ranked = []
    for extent, intent in close(context.columns, len(context.parties), 1):
        parties = [context.parties[at] for at in bits(extent)]
        inside = {one.key for one in parties}
        kinds = {one.kind for one in parties} - {"unknown"}
        regions = {one.region for one in parties} - {""}
        agreements = {text for j in bits(intent) for text, bound in context.by_agreement[j].items() if bound & extent}
        value = {
            "breadth": len(parties),
            "depth": intent.bit_count(),
            "independent": len(independent(sorted(agreements), related)),
            "kinds": len(kinds),
            "regions": len(regions),
        }
        if (
            value["breadth"] >= asked.parties
            and value["depth"] >= asked.outcomes
            and value["independent"] >= asked.independent
            and value["kinds"] >= asked.kinds
            and value["regions"] >= asked.regions
            and asked.containing <= inside
            and not asked.without & inside
        ):
            one = candidate_of(context, tuple(bits(intent)), extent, related, asked.parties)
            ranked.append((-value[by], one.key, one))
    return [one for _, _, one in sorted(ranked, key=lambda entry: entry[:2])[:count]]


@settings(max_examples=300, deadline=None)
@given(
    contexts(),
    relations,
    st.builds(
        Constraints,
        parties=st.integers(1, 4),
        kinds=few,
        regions=few,
        independent=few,
        outcomes=st.integers(1, 3),
        containing=keys,
    ),
    keys,
    st.sampled_from(INDICATORS),
    st.integers(1, 5),
)
def test_the_best_are_those_of_all_listed_and_filtered(
    context: Context,
    related: dict[Hash, frozenset[Hash]],
    asked: Constraints,
    without: frozenset[str],
    by: Indicator,
    count: int,
) -> None:
    there = {one.key for one in context.parties}
    asked = replace(asked, containing=asked.containing & there, without=(without & there) - asked.containing)
    found = best(context, related, asked, by, count)
    assert list(found) == listed_and_filtered(context, related, asked, by, count)


def example() -> tuple[Context, dict[Hash, frozenset[Hash]]]:
    """a: P, Q, R; b: P, Q; c: R, T; each in two agreements that are unrelated."""
    texts = [agreement(f"{letter}{at}", f"Parties shall {letter}.") for letter in "abc" for at in (1, 2)]
    bound = {"a": "PQR", "b": "PQ", "c": "RT"}
    undertakings = [consents(party, text) for text in texts for party in bound[text.title[0]]]
    whole = record(texts, undertakings, [declares(text, 0, text.title[0]) for text in texts], "abc", actors=CAST)
    composition = compose(whole, POLICY, Parameters(found=False))
    return composition.context, dict(composition.selection.related)


def outcomes(found: tuple[Candidate, ...]) -> list[set[str]]:
    letters = {outcome_id(letter): letter for letter in "abc"}
    return [{letters[one] for one in candidate.outcomes} for candidate in found]


def test_the_example_of_the_head_by_hand() -> None:
    context, related = example()
    assert outcomes(best(context, related, Constraints(), "depth", 1)) == [{"a", "b"}]
    assert outcomes(best(context, related, Constraints(), "breadth", 1)) == [{"a"}]
    assert outcomes(best(context, related, Constraints(containing=frozenset("T")))) == [{"c"}]
    assert outcomes(best(context, related, Constraints(without=frozenset("R")))) == [{"a", "b"}]
    assert outcomes(best(context, related, Constraints(kinds=2, regions=2), "depth", 1)) == [{"a", "b"}]
    assert best(context, related, Constraints(parties=4)) == ()


def test_outcomes_on_given_clauses_are_in_each_pair() -> None:
    context, related = example()
    asks = {clause_id(f"{letter}1", 0): frozenset([outcome_id(letter)]) for letter in "abc"}
    on_a = Constraints(outcomes_on=frozenset([clause_id("a1", 0)]))
    assert outcomes(best(context, related, on_a, asks=asks)) == [{"a", "b"}, {"a"}]
    both = Constraints(outcomes_on=frozenset([clause_id("a1", 0), clause_id("b1", 0)]))
    assert outcomes(best(context, related, both, asks=asks)) == [{"a", "b"}]
    with pytest.raises(InputError, match="counts for no outcome here"):
        best(context, related, Constraints(outcomes_on=frozenset([clause_id("z", 0)])), asks=asks)


def test_a_composition_answers_for_its_own_clauses() -> None:
    texts = [agreement(title, "Parties shall help.", "Parties shall report.") for title in "xy"]
    bound = [consents(party, text) for text in texts for party in "PQ"]
    alignments = [declares(text, at, letter) for text in texts for at, letter in enumerate("ab")]
    composition = compose(record(texts, bound, alignments, "ab"), POLICY, Parameters(found=False, packages=False))
    (found,) = composition.best(Constraints(outcomes_on=frozenset([texts[0].clauses[1].id])), "depth")
    assert found.outcomes == tuple(sorted([outcome_id("a"), outcome_id("b")]))
    assert found.parties == ("P", "Q")
    assert found.stands


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"parties": 0}, "field parties: 0 is out of range; give a whole number from 1"),
        ({"kinds": True}, "field kinds: True is out of range"),
        ({"regions": -1}, "field regions: -1 is out of range"),
        ({"containing": frozenset("P"), "without": frozenset("P")}, "'P' must be in the coalition and must not"),
    ],
)
def test_constraints_out_of_range_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Constraints(**wrong)  # type: ignore[arg-type]


def test_unknown_names_are_refused() -> None:
    context, related = example()
    with pytest.raises(InputError, match="'Z' is no party here"):
        best(context, related, Constraints(without=frozenset("Z")))
    with pytest.raises(InputError, match="'beauty' is no indicator to search by; give one of breadth"):
        best(context, related, Constraints(), "beauty")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="field count: 0 is out of range"):
        best(context, related, Constraints(), count=0)


def test_a_search_that_does_not_end_in_its_steps_says_what_it_found_and_what_to_tighten() -> None:
    context, related = example()
    with pytest.raises(InputError, match=r"stopped after 1 steps with .* found so far; ask for more parties than 2"):
        best(context, related, Constraints(), steps=1)
