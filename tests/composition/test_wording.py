from normledger.composition.wording import language_of, sentences, words


def test_sentences_lose_their_numbers_and_keep_numbers_inside() -> None:
    text = "1. Each Party shall publish (WT/MIN(13)/32).    2. Nothing in paragraph 1 applies.\n(a) Foo bar."
    assert sentences(text) == (
        "Each Party shall publish (WT/MIN(13)/32).",
        "Nothing in paragraph 1 applies.",
        "Foo bar.",
    )


def test_words_are_letters_only() -> None:
    assert words("No Party’s duties16-1, 2.") == ("no", "party's", "duties")
    assert words("网络 a") == ("网", "络", "a")


def test_the_given_language_wins_else_function_words_else_unknown() -> None:
    assert language_of("anything", "en-GB") == "en"
    assert language_of("Each Party shall publish the laws that it has made in the last year.") == "en"
    assert language_of("Les Parties publient toutes les lois qui sont en vigueur dans leur pays.") == "fr"
    assert language_of("各缔约方应当公布其法律") == "zh"
    assert language_of("Foo bar baz") == "und"
