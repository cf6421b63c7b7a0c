"""From brackets to a clean text: every choice is asked for, recorded, and refused where it does not fit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition.draft import Draft, draft
from normledger.composition.record import ClauseText
from normledger.composition.resolution import Choice, brackets, following, resolve, turned, whole
from normledger.composition.wording import words
from normledger.documents.document import Norm
from normledger.documents.document_reader import read_document
from normledger.errors import InputError
from tests.composition.records import FRAMES, WORDS, clause_id, name, outcome_id


def clauses(*texts: str) -> list[ClauseText]:
    return [ClauseText(clause_id(f"d{at}", 0), name(f"d{at}"), 0, "", "", text, "en") for at, text in enumerate(texts)]


def drafted(*texts: str) -> Draft:
    given_clauses = clauses(*texts)
    return draft(given_clauses, {clause.id: frozenset([f"p{at}"]) for at, clause in enumerate(given_clauses)})


SECRETS = (
    "Parties should not knowingly support cyber theft of trade secrets.",
    "Parties shall not support cyber theft of trade secrets.",
    "Parties shall not knowingly support cyber theft of business secrets.",
)


def test_choices_make_a_clean_text_with_their_record() -> None:
    result = drafted(*SECRETS)
    assert [one.place for one in brackets(result)] == ["1.1.1", "1.1.2", "1.1.3"]
    done = resolve(result, {"1.1.1": 2, "1.1.2": 1, "1.1.3": "trade or business"})
    assert done.text == "Parties should not knowingly support cyber theft of trade or business secrets."
    first, _, own = done.choices
    assert (first.number, first.text, first.parties) == (2, "should", ("p0",))
    assert first.clauses == (clause_id("d0", 0),)
    assert (own.number, own.clauses, own.parties) == (None, (), ())
    assert done.record()["choices"][2] == {
        "place": "1.1.3", "alternative": None, "text": "trade or business", "clauses": [], "parties": [],
    }  # fmt: skip
    norm = Norm("Secrets", done.text, (outcome_id("t"),), "real")
    assert read_document(norm.to_json()) == norm, "what is resolved can be published"


def test_a_bracket_knows_what_stands_around_it() -> None:
    second = brackets(drafted(*SECRETS))[1]
    assert second.before == "Parties [shall / should] not"
    assert second.after.startswith("support cyber theft of [trade / business]")


def test_of_an_option_that_is_not_chosen_no_bracket_is_open() -> None:
    result = drafted(
        "Parties shall not steal business data through computers.",
        "No State may use networks to obtain confidential knowledge of firms.",
        "No State may use any networks to obtain confidential knowledge of firms.",
    )
    assert [one.place for one in brackets(result)] == ["1"]
    assert [one.place for one in brackets(result, {"1": 1})] == ["1", "1.1.1"]
    assert [one.place for one in brackets(result, {"1": 2})] == ["1"]
    assert resolve(result, {"1": 2}).text == "Parties shall not steal business data through computers."
    with pytest.raises(InputError, match=r"no bracket is open at this place"):
        resolve(result, {"1": 2, "1.1.1": 1})


def test_a_paragraph_that_not_all_have_may_be_left_out() -> None:
    result = drafted(
        "Neither Party shall impose customs duties. This Article shall not apply to broadcasting.",
        "Neither Party shall impose customs duties.",
    )
    (bracket,) = brackets(result)
    assert [one.text for one in bracket.alternatives] == ["This Article shall not apply to broadcasting.", ""]
    assert bracket.alternatives[1].clauses == (clause_id("d1", 0),)
    assert resolve(result, {"2": 2}).text == "Neither Party shall impose customs duties."
    assert resolve(result, {"2": 1}).text.endswith("\nThis Article shall not apply to broadcasting.")
    assert resolve(result, {"2": "It spares broadcasting."}).text.endswith("\nIt spares broadcasting.")


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ({}, "the draft still has 3 open brackets (1.1.1, 1.1.2, 1.1.3); choose one wording for each"),
        ({"1.1.1": 1, "1.1.2": 1}, "the draft still has 1 open bracket (1.1.3); choose one wording for each"),
        ({"1.1.1": 3, "1.1.2": 1, "1.1.3": 1}, "3 is none of its alternatives; give a number from 1 to 2"),
        ({"1.1.1": 0, "1.1.2": 1, "1.1.3": 1}, "0 is none of its alternatives"),
        ({"1.1.1": True, "1.1.2": 1, "1.1.3": 1}, "True is none of its alternatives"),
        ({"1.1.1": " ", "1.1.2": 1, "1.1.3": 1}, "a wording of one's own has words"),
        ({"1.1.1": "[may]", "1.1.2": 1, "1.1.3": 1}, "opens no new bracket"),
        ({"1.1.1": 1, "1.1.2": 1, "1.1.3": 1, "9": 1}, "no bracket is open at this place"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(choices: dict[str, Choice], told: str) -> None:
    with pytest.raises(InputError) as refused:
        resolve(drafted(*SECRETS), choices)
    assert told in refused.value.message
    assert "\n" not in str(refused.value)


def test_nothing_is_no_text() -> None:
    empty = Draft("en", (), ())
    with pytest.raises(InputError, match="leave nothing"):
        resolve(empty, {})


def test_the_drafts_of_a_package_are_resolved_as_one() -> None:
    one, other = drafted(SECRETS[0]), drafted(*SECRETS)
    both = whole([one, other])
    assert [bracket.place for bracket in brackets(both)] == ["2.1.1", "2.1.2", "2.1.3"]
    french = Draft("fr", one.paragraphs, ())
    with pytest.raises(InputError, match="drafted in en and fr"):
        whole([one, french])


def test_a_text_that_turns_the_meaning_round_is_noticed() -> None:
    result = drafted(*SECRETS)
    faithful = resolve(result, {"1.1.1": 1, "1.1.2": 1, "1.1.3": 1})
    assert not turned(result, faithful)
    options = drafted("No Party may impose customs duties on data.", "A Party shall not impose customs duties on data.")
    (bracket,) = brackets(options)
    assert {one.text for one in bracket.alternatives} == {"No Party may", "A Party shall not"}
    assert turned(options, resolve(options, {"1.1.1": "Each Party shall"}))


frames = st.builds(
    lambda frame, first, second: frame.format(f"{first} and {second}"),
    st.sampled_from(FRAMES),
    st.sampled_from(WORDS),
    st.sampled_from(WORDS),
)
texts = st.lists(st.lists(frames, min_size=1, max_size=2, unique=True).map(" ".join), min_size=1, max_size=5)


@settings(max_examples=50)
@given(texts)
def test_following_one_clause_everywhere_gives_its_own_text(chosen: list[str]) -> None:
    result = drafted(*chosen)
    for clause in clauses(*chosen):
        done = resolve(result, following(result, clause.id))
        own = sorted(words(line) for line in done.text.split("\n"))
        assert sorted(word for line in own for word in line) == sorted(words(clause.text))
        if len(own) == 1:
            assert own[0] == words(clause.text)


@settings(max_examples=50)
@given(texts, st.data())
def test_any_answers_to_the_open_brackets_make_a_text_without_brackets(chosen: list[str], data: st.DataObject) -> None:
    """Answering what is asked, one at a time, ends; at least the first paragraph has a text then."""
    result = drafted(*chosen)
    taken: dict[str, Choice] = {}
    while waiting := [one for one in brackets(result, taken) if one.place not in taken]:
        least = 1 if waiting[0].place != "1" else len(result.paragraphs[0].options)
        most = len(waiting[0].alternatives) if waiting[0].place != "1" else least
        taken[waiting[0].place] = data.draw(st.integers(1, max(1, most)))
    done = resolve(result, taken)
    assert "[" not in done.text
    assert len(done.choices) == len(taken)
