"""Every case of the table stands as its source says; docs/reference/law.md names each article and its case."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from tests.acts import law_cases, law_cases_of_reservations
from tests.acts.law_stories import Case

CASES = (*law_cases.CASES, *law_cases_of_reservations.CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_law_decides_that(case: Case) -> None:
    for day, outcome in case.outcome.items():
        seen = case.seen(day)
        for question, expected in outcome.items():
            answer = seen.ask(question)
            if question.startswith("aside"):
                assert expected in answer, f"{case.name}, {day}: {question} is {answer!r}"
                assert answer, f"{case.name}, {day}: {question} is not left aside"
            else:
                assert answer == expected, f"{case.name}, {day}: {question} is {answer!r}, not {expected!r}"


def test_the_table_is_long_enough_and_its_names_are_sentences_of_their_own() -> None:
    assert len(CASES) >= 45
    assert len({case.name for case in CASES}) == len(CASES)


def test_the_reference_lists_every_case_under_its_article_and_names_functions_that_exist() -> None:
    reference = (Path(__file__).parents[2] / "docs" / "reference" / "law.md").read_text("utf-8")
    rows = [line for line in reference.partition("## Cases")[2].splitlines() if line.startswith("| ")]
    assert set(rows[1:]) == {f"| {case.article} | {case.name} |" for case in CASES}
    rules = reference.partition("## Rules")[2].partition("## ")[0]
    for module, path in re.findall(r"`(\w+)\.([\w.]+)`", rules.partition("How an objection")[0]):
        found: object = import_module(f"normledger.acts.{module}")
        for part in path.split("."):
            found = getattr(found, part)
        assert callable(found)
