"""The example of docs/reference/composition.md, "Coalitions, worked by hand", against the code."""

import re
from fractions import Fraction
from pathlib import Path

from normledger.composition.closure import close
from normledger.composition.compose import compose
from normledger.composition.context import bits
from normledger.composition.lattice import neighbours, single_implications, stem_base
from normledger.composition.record import Actor
from normledger.composition.result import Composition, Parameters
from normledger.composition.search import Constraints
from tests.composition.records import POLICY, agreement, consents, declares, outcome_id, record

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/composition.md"
LETTERS = "ABCD"
NAMES = {outcome_id(letter): letter for letter in LETTERS}


def section() -> str:
    return PAGE.read_text("utf-8").split("## Coalitions, worked by hand\n")[1].split("\n## ")[0]


def example() -> Composition:
    """The table of crosses; each outcome is asked for by two agreements that all its parties signed."""
    rows = re.findall(r"^\| (\w+) \| (state|company) \| (\w*) ?\| (.+) \|$", section(), re.MULTILINE)
    assert len(rows) == 4
    actors = [Actor(name, name, kind, region) for name, kind, region, _ in rows]
    texts, bound, alignments = [], [], []
    for letter, outcome in zip(LETTERS, range(4), strict=True):
        for copy in "12":
            text = agreement(f"{letter}{copy}", f"Parties shall do {letter}.")
            texts.append(text)
            alignments.append(declares(text, 0, letter))
            bound += [consents(name, text) for name, _, _, crosses in rows if "x" in crosses.split("|")[outcome]]
    whole = record(texts, bound, alignments, LETTERS, actors=actors)
    return compose(whole, POLICY, Parameters(found=False))


def named(composition: Composition, intent: int) -> str:
    return ", ".join(sorted(NAMES[composition.context.outcomes[j]] for j in bits(intent)))


def test_the_closed_pairs_are_those_of_the_table() -> None:
    composition = example()
    context = composition.context
    told = dict(re.findall(r"^\| ((?:none|[A-D])(?:, [A-D])*) \| ([A-Z][\w, ]+) \|$", section(), re.MULTILINE))
    found = {
        named(composition, intent) or "none": set(context.keys(extent))
        for extent, intent in close(context.columns, 4, 2)
    }
    assert found == {outcomes: set(parties.split(", ")) for outcomes, parties in told.items()}
    assert len(found) == 6
    packages = {frozenset(NAMES[one] for one in each.outcomes) for each in composition.packages}
    assert packages == {frozenset("AB"), frozenset("AC"), frozenset("BD")}


def test_implications_are_c_to_a_and_d_to_b() -> None:
    context = example().context
    told = set(re.findall(r"([A-D]) implies ([A-D])", section()))
    assert told == {("C", "A"), ("D", "B")}
    for found in (single_implications(context, 1), stem_base(context, 1)):
        assert {(NAMES[one.premise[0]], NAMES[one.conclusion[0]]) for one in found} == told
        assert all(len(one.premise) == len(one.conclusion) == 1 for one in found)


def test_neighbours_of_a_and_b() -> None:
    composition = example()
    context = composition.context
    columns = [context.place(outcome_id(letter)) for letter in "AB"]
    intent = sum(1 << j for j in columns)
    found = neighbours(context, context.columns[columns[0]] & context.columns[columns[1]], intent)
    assert {named(composition, one) for _, one in found.wider} == {"A", "B"}
    assert {(named(composition, one), context.keys(extent)) for extent, one in found.deeper} == {
        ("A, B, C", ("France",)),
        ("A, B, D", ("Peru",)),
    }


def test_a_composition_tells_the_neighbours_of_a_package_as_candidates() -> None:
    composition = example()
    (package,) = [one for one in composition.packages if set(one.outcomes) == {outcome_id("A"), outcome_id("B")}]
    wider, deeper = composition.neighbours(package.key)
    assert {frozenset(NAMES[one] for one in each.outcomes) for each in wider} == {frozenset("A"), frozenset("B")}
    assert deeper == ()  # one party alone is no coalition
    (row,) = [one for one in composition.rows if one.outcomes == (outcome_id("C"),)]
    wider, _ = composition.neighbours(row.key)
    assert [each.outcomes for each in wider] == [(outcome_id("A"),)]


def test_the_best_under_constraints() -> None:
    composition = example()
    by_depth = composition.best(Constraints(regions=2, outcomes=2), "depth")
    assert [one.key for one in by_depth] == sorted(one.key for one in by_depth)
    assert {frozenset(NAMES[one] for one in each.outcomes) for each in by_depth} == {frozenset("AB"), frozenset("AC")}
    by_breadth = composition.best(Constraints(kinds=2), "breadth")
    assert [{NAMES[one] for one in each.outcomes} for each in by_breadth] == [{"B"}, {"B", "D"}]


def test_bridging_of_b_is_one_half() -> None:
    composition = example()
    (row,) = [one for one in composition.rows if one.outcomes == (outcome_id("B"),)]
    found = composition.judge(row.key).bridging_kinds
    assert {one.group: one.value for one in found.factors} == {"state": Fraction(3, 4), "company": Fraction(2, 3)}
    assert found.value == Fraction(1, 2)
    assert found.coverage == Fraction(3, 4)
    assert "3/4 · 2/3 = 1/2" in section()
