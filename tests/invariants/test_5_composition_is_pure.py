"""Invariant 5: composition is a pure function; the same input gives the same bytes in any order, in any process."""

import ast
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import normledger.composition
from normledger.composition.alignment import find
from normledger.composition.compose import compose
from normledger.composition.record import Record
from tests.composition.records import FRAMES, POLICY, WORDS, agreement, consents, record, records, theft

FLOOR = Path(normledger.composition.__file__).parent
ROOT = FLOOR.parents[1]
ALLOWED = {
    "bisect", "collections", "dataclasses", "fractions", "functools", "heapq", "itertools", "math", "re", "typing",
    "unicodedata", "normledger",
    "difflib",  # its matching blocks are whole numbers; its ratios, which are not, are called nowhere
    "importlib",  # what the package ships, and the optional compiler, which gives the same numbers
}  # fmt: skip
INEXACT = {"sqrt", "log", "log2", "exp", "random", "time", "hash", "id", "open", "float"}
RATIOS = {"ratio", "quick_ratio", "real_quick_ratio"}


def found_and_theft() -> Record:
    """The theft case and eight agreements whose outcomes only the method finds."""
    words = [*WORDS, *(text.title() for text in WORDS)]
    texts = [
        agreement(f"f{at}", *(frame.format(words[(at * 5 + number) % 12]) for number, frame in enumerate(FRAMES)))
        for at in range(8)
    ]
    bound = [consents(party, text) for at, text in enumerate(texts) for party in ("P", "Q", f"R{at % 3}")]
    one, other = theft(), record(texts, bound, basis="reported")
    return replace(
        one,
        actors=one.actors + other.actors,
        agreements=one.agreements + other.agreements,
        undertakings=one.undertakings + other.undertakings,
    )


@settings(max_examples=40, deadline=None)
@given(records(), st.randoms(use_true_random=False))
def test_order_of_input_is_irrelevant(whole: Record, random) -> None:
    shuffled = {}
    for part in ("actors", "agreements", "undertakings", "outcomes", "alignments"):
        entries = list(getattr(whole, part))
        random.shuffle(entries)
        shuffled[part] = tuple(entries)
    agreements = []
    for text in shuffled["agreements"]:
        clauses = list(text.clauses)
        random.shuffle(clauses)
        agreements.append(replace(text, clauses=tuple(clauses)))
    other = replace(whole, **{**shuffled, "agreements": tuple(agreements)})
    assert compose(other, POLICY).canonical_bytes() == compose(whole, POLICY).canonical_bytes()


@given(st.permutations(range(3)))
def test_ties_do_not_fall_by_order_of_input(order: list[int]) -> None:
    """The third text is as near to the first as to the second, which are of one agreement: hospitals sort first."""
    pair = agreement("pair", "Parties shall shield networks.", "Parties shall shield hospitals.")
    single = agreement("single", "Parties shall shield hospitals, Parties shall shield networks.")
    clauses = [*pair.clauses, *single.clauses]
    documents = {pair.id: pair.id, single.id: single.id}
    (outcome,) = find([clauses[at] for at in order], documents, 50)
    assert {one.clause for one in outcome.clauses} == {pair.clauses[1].id, single.clauses[0].id}


def test_any_process_gives_the_same_bytes() -> None:
    code = (
        "import sys\n"
        "from tests.invariants.test_5_composition_is_pure import found_and_theft\n"
        "from tests.composition.records import POLICY\n"
        "from normledger.composition.compose import compose\n"
        "whole = compose(found_and_theft(), POLICY)\n"
        "assert whole.packages and any(one.found for one in whole.outcomes.values())\n"
        "sys.stdout.buffer.write(whole.canonical_bytes())\n"
    )
    answers = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        answers.add(
            subprocess.run(
                [sys.executable, "-c", code], env=environment, cwd=ROOT, check=True, capture_output=True
            ).stdout
        )
    assert len(answers) == 1
    assert answers == {compose(found_and_theft(), POLICY).canonical_bytes()}


@pytest.mark.parametrize("path", sorted(FLOOR.glob("*.py")), ids=lambda path: path.stem)
def test_no_float_no_clock_no_file_no_chance(path: Path) -> None:
    """Read from the source: no literal, division or call that is not exact, no import that knows the world outside."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"a float in line {node.lineno}"
        assert not (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)), f"line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in INEXACT, f"{node.func.id} in line {node.lineno}"
        assert not (isinstance(node, ast.Attribute) and node.attr in RATIOS), f"a ratio in line {node.lineno}"
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
            if node.module == "math":
                assert {alias.name for alias in node.names} <= {"isqrt", "gcd", "comb"}
        assert all(module.split(".")[0] in ALLOWED for module in modules), f"imports {modules}"
        assert not any(module == "math" for module in modules if isinstance(node, ast.Import))
