"""Three hundred clauses labelled by hand: what is read of them, and that the file is what it claims to be."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.composition import deontic_words
from normledger.composition.main_clause import LONGEST
from normledger.composition.polarity import Force, read
from normledger.composition.record import Polarity

VECTORS = Path(__file__).resolve().parents[1] / "vectors"


def cases_of(name: str) -> list[dict[str, Any]]:
    """Text, polarity and strength of each clause of a vector file."""
    return [json.loads(line) for line in (VECTORS / name).read_text(encoding="utf-8").splitlines()]


CASES, FURTHER = cases_of("polarity.jsonl"), cases_of("polarity_further.jsonl")


def test_the_file_holds_three_hundred_different_clauses_of_every_kind() -> None:
    assert len(CASES) == len({case["text"] for case in CASES}) == 300
    assert set(Counter(case["polarity"] for case in CASES)) == set(get_args(Polarity))
    assert set(Counter(case["strength"] for case in CASES)) == set(get_args(Force))


@pytest.mark.parametrize(("cases", "most"), [(CASES, 3), (FURTHER, 5)], ids=["three hundred", "further"])
def test_polarity_and_strength_are_read_right(cases: list[dict[str, Any]], most: int) -> None:
    """One in a hundred may be wrong; of the further ones, which were written to find faults, two."""
    readings = [read(case["text"], "en") for case in cases]
    for name, told in (("polarity", [one.polarity for one in readings]), ("strength", [one.force for one in readings])):
        wrong = [case["text"] for case, got in zip(cases, told, strict=True) if got != case[name]]
        assert len(wrong) <= most, wrong


@pytest.mark.parametrize("turn", ["Each Party shall {}.", "The Parties agree to {}.", "States should {}."])
@given(verbs=st.lists(st.sampled_from(["refrain from", "abstain from", "avoid", "cease"]), max_size=6))
def test_each_verb_of_refraining_turns_the_polarity_once(turn: str, verbs: list[str]) -> None:
    """The slow twin: an even number of turns is a promise to act."""
    forms = [verbs[0], *(_gerund(verb) for verb in verbs[1:])] if verbs else []
    text = " ".join([*forms, "publishing" if verbs else "publish", "the list"])
    expected = "refrain" if len(verbs) % 2 else "require"
    assert read(turn.format(text), "en").polarity == expected


def _gerund(verb: str) -> str:
    head, _, rest = verb.partition(" ")
    return f"{head.removesuffix('e')}ing {rest}".strip()


@pytest.mark.parametrize("aside", ["", "where possible, ", "in accordance with its law, ", "at all times ", "jointly "])
@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("Each Party shall {}refrain from taxing access.", "refrain"),
        ("Each Party shall {}publish its rules.", "require"),
        ("Neither Party shall {}tax access.", "refrain"),
    ],
)
def test_an_aside_changes_nothing(text: str, polarity: str, aside: str) -> None:
    aside = f", {aside}".removesuffix(" ") + " " if aside.endswith(", ") else aside
    assert read(text.format(aside).replace("shall , ", "shall, "), "en").polarity == polarity


@pytest.mark.parametrize("condition", ["If a Party cannot pay, ", "Where no agreement is reached, ", "Unless agreed, "])
def test_a_condition_before_the_sentence_changes_nothing(condition: str) -> None:
    for text in ("neither Party shall tax access.", "each Party shall pay.", "no Party shall be required to pay."):
        assert read(condition + text, "en").polarity == read(text.capitalize(), "en").polarity


def test_a_sentence_of_any_length_is_read_in_time() -> None:
    assert read("The Parties shall refrain from " + "taxing access, " * 20_000, "en").polarity == "refrain"
    assert LONGEST < 20_000


WORDS = sorted({*deontic_words.MODAL, *deontic_words.TURN, *deontic_words.KEEP, *deontic_words.ENSURE,
                *deontic_words.RELATIVE, *deontic_words.NEGATION, *deontic_words.BE, *deontic_words.HAVE,
                *deontic_words.PLEDGE, *deontic_words.EFFORT, *deontic_words.STEP, *deontic_words.OF,
                *deontic_words.TAKEN_AS, *deontic_words.RIGHT, *deontic_words.STOP, *deontic_words.AFFIRM,
                "party", "nothing", "need", "to", "so", ",", ";", ":", "publishing", "note", "an", "end"})  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_words_in_any_order_have_a_reading(tokens: list[str]) -> None:
    reading = read(" ".join(tokens), "en")
    assert reading.polarity in get_args(Polarity)
    assert reading.force in get_args(Force)
