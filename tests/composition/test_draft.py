from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition.draft import draft
from normledger.composition.record import ClauseText
from normledger.composition.wording import words
from tests.composition.records import FRAMES, WORDS, clause_id, name


def clauses(*texts: str, language: str = "en") -> list[ClauseText]:
    return [
        ClauseText(clause_id(f"d{at}", 0), name(f"d{at}"), 0, "", "", text, language) for at, text in enumerate(texts)
    ]


def drafted(*texts: str, backers: list[int] | None = None):
    """A draft in which the n-th text has `backers[n]` parties of its own."""
    counts = backers or [1] * len(texts)
    parties = {
        clause.id: frozenset(f"p{at}.{number}" for number in range(counts[at]))
        for at, clause in enumerate(clauses(*texts))
    }
    return draft(clauses(*texts), parties)


def test_modal_and_knowingly_end_up_in_brackets() -> None:
    result = drafted(
        "Parties should not knowingly support cyber theft of trade secrets.",
        "Parties shall not support cyber theft of trade secrets.",
        "Parties shall not knowingly support cyber theft of business secrets.",
    )
    assert result.text == "Parties [shall / should] not [knowingly] support cyber theft of [trade / business] secrets."
    assert result.open_brackets == 3


def test_alternatives_stand_in_the_order_of_support_and_name_their_sources() -> None:
    texts = ("Parties should protect the public core.", "Parties shall protect the public core.")
    assert drafted(*texts, backers=[1, 3]).text.startswith("Parties [shall / should]")
    result = drafted(*texts, backers=[3, 1])
    assert result.text.startswith("Parties [should / shall]")
    (option,) = result.paragraphs[0].options
    first, second = option.fragments[1].alternatives
    assert (first.clauses, len(first.parties)) == ((clause_id("d0", 0),), 3)
    assert (second.clauses, second.parties) == ((clause_id("d1", 0),), ("p1.0",))
    assert len(option.parties) == 4


def test_texts_that_share_too_little_stand_whole_and_numbered() -> None:
    result = drafted(
        "Parties shall not steal business data through computers.",
        "No State may use networks to obtain confidential knowledge of firms.",
        backers=[1, 2],
    )
    assert result.text == (
        "[Option 1: No State may use networks to obtain confidential knowledge of firms.\n"
        " / Option 2: Parties shall not steal business data through computers.]"
    )


def test_a_promise_to_do_is_not_merged_with_one_not_to() -> None:
    result = drafted(
        "Parties shall prevent cyber theft of trade secrets.", "Parties shall not support cyber theft of trade secrets."
    )
    assert len(result.paragraphs[0].options) == 2


def test_further_sentences_follow_in_brackets() -> None:
    result = drafted(
        "1. Neither Party shall impose customs duties on electronic transmissions. 2. Paragraph 1 shall not preclude a "
        "Party from imposing internal taxes on electronic transmissions.",
        "Neither Party shall impose customs duties on electronic transmissions.",
    )
    assert result.text == (
        "Neither Party shall impose customs duties on electronic transmissions.\n"
        "[Paragraph 1 shall not preclude a Party from imposing internal taxes on electronic transmissions.]"
    )


def test_other_languages_are_listed_not_merged() -> None:
    english = clauses("Parties shall protect the public core.")
    french = ClauseText(clause_id("f", 0), name("f"), 0, "", "", "Les Parties protègent le noyau public.", "fr")
    result = draft([*english, french], {})
    assert result.text == "Parties shall protect the public core."
    assert result.other_languages == (french.id,)


def test_brackets_of_the_sources_are_not_taken_for_ours() -> None:
    assert drafted("Parties shall help [42].").text == "Parties shall help ⟦42⟧."


texts = st.lists(
    st.builds(
        lambda frame, first, second: frame.format(f"{first} and {second}"),
        st.sampled_from(FRAMES),
        st.sampled_from(WORDS),
        st.sampled_from(WORDS),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60)
@given(texts, st.randoms(use_true_random=False))
def test_order_of_input_is_irrelevant(chosen: list[str], random) -> None:
    given_order = clauses(*chosen)
    parties = {clause.id: frozenset([f"p{at % 3}"]) for at, clause in enumerate(given_order)}
    shuffled = list(given_order)
    random.shuffle(shuffled)
    assert draft(given_order, parties) == draft(shuffled, parties)


@settings(max_examples=60)
@given(texts)
def test_each_text_can_be_read_out_of_the_draft_again(chosen: list[str]) -> None:
    """Choosing in each bracket the alternative of one clause gives that clause's words, in order."""
    given_order = clauses(*chosen)
    result = draft(given_order, {})
    for clause in given_order:
        (option,) = [one for one in result.paragraphs[0].options if clause.id in one.clauses]
        said = [
            alternative.text
            for fragment in option.fragments
            for alternative in fragment.alternatives
            if clause.id in alternative.clauses
        ]
        assert words(" ".join(said)) == words(clause.text)
