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


def test_a_negation_and_its_verb_stay_in_one_bracket() -> None:
    """Two brackets, [No / A] and [may / shall not], would let a reader choose the opposite of both."""
    assert drafted(
        "No Party may impose customs duties on electronic transmissions.",
        "A Party shall not impose customs duties on electronic transmissions.",
        backers=[2, 1],
    ).text == ("[No Party may / A Party shall not] impose customs duties on electronic transmissions.")


def test_signs_spelling_footnotes_and_list_letters_are_no_differences() -> None:
    result = drafted(
        "Each Party shall endeavour to: (a) recognise the labour of co-operating staff1, and (b) keep its programme.",
        "Each Party shall endeavor to: recognize the labor of cooperating staff and keep its program. 2.",
        backers=[1, 2],
    )
    assert result.open_brackets == 0
    assert result.text == "Each Party shall endeavor to: recognize the labor of cooperating staff and keep its program."


def test_a_reference_at_the_end_is_no_footnote_mark() -> None:
    assert drafted("Parties shall apply Article 2.").text == "Parties shall apply Article 2."


def test_long_differences_part_into_options() -> None:
    result = drafted(
        "Each Party shall protect the data of consumers who buy goods or services by electronic means there.",
        "Each Party shall protect the data of consumers, and to that end keep in force laws that any person may invoke "
        "before its courts whenever a supplier has misled him about price, quality, origin, safety or delivery.",
    )
    assert len(result.paragraphs[0].options) == 2


def test_two_sentences_of_one_clause_are_never_merged() -> None:
    result = drafted(
        "Parties shall cooperate. Parties shall share data on threats. Parties shall share data on incidents.",
    )
    assert result.text.split("\n")[1:] == [
        "Parties shall share data on threats.",
        "Parties shall share data on incidents.",
    ]
    assert result.open_brackets == 0


def test_further_sentences_stand_in_the_order_of_their_clauses() -> None:
    """Not by support: the exception that one clause has at its end comes last, whoever backs it."""
    result = drafted(
        "Neither Party shall impose customs duties. It shall publish tariffs. This Article does not cover gambling.",
        "Neither Party shall impose customs duties. This Article does not cover gambling.",
        backers=[1, 9],
    )
    assert [one.text for one in result.paragraphs] == [
        "Neither Party shall impose customs duties.",
        "[It shall publish tariffs.]",
        "This Article does not cover gambling.",
    ]


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
