import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.composition.polarity import read
from tests.composition.records import WORDS

CASES = """
refrain | Each Party shall maintain its practice of not imposing customs duties on electronic transmissions.
refrain | Each Party will maintain the current WTO practice of not imposing customs duties.
refrain | Neither Party may impose customs duties.
refrain | Parties shall refrain from attacks.
refrain | Parties should avoid interference.
refrain | Parties shall abstain from tampering.
refrain | No Party shall impose duties.
refrain | No customs duties shall be imposed on electronic transmissions.
refrain | Each Party shall ensure that no customs duties are imposed.
refrain | Parties should ensure that such tools are never used against journalists.
refrain | A Party shall not be permitted to tax downloads.
refrain | Parties should neither conduct nor support the theft of trade secrets.
refrain | Parties should never plant weaknesses in products.
refrain | The Parties agree not to impose duties.
refrain | The Parties agree that neither will impose duties.
refrain | The Parties shall endeavour not to impose barriers.
refrain | Parties should refuse to assist any government in such operations.
refrain | Parties shall cease imposing duties.
refrain | A Party must not prevent users from accessing content.
refrain | Do not tamper with products.
refrain | Refrain from tampering.
refrain | A Party may not require the transfer of source code.
require | Parties should prevent theft of trade secrets.
require | Prevent activity that damages the public core.
require | Parties should stop wrong routing announcements from spreading.
require | Each Party shall permit users to access content.
require | A Party shall not refrain from publishing.
require | A Party shall not fail to publish.
require | Where a Party may not impose duties, it shall publish its laws.
require | If a dispute arises, the Parties shall consult.
require | Parties shall endeavour to publish their laws.
require | 1. Each Party shall publish its laws. 2. Nothing in this Article shall prevent a Party from taxing.
permit | A Party shall not be required to publish.
permit | No Party shall be required to disclose source code.
permit | No Party is obliged to publish.
permit | A Party need not apply this Article.
permit | A Party may impose internal taxes.
permit | A Party may refrain from imposing taxes.
permit | Each Party shall be free to tax.
permit | Each Party reserves the right to adjust its practice.
permit | No Party shall be prevented from taxing.
permit | Nothing in paragraph 1 shall preclude a Party from imposing internal taxes.
permit | For greater certainty, this Chapter does not preclude a Party from imposing internal taxes.
permit | Nothing in this Chapter shall be construed to prevent a Party from taxing.
unknown | The Parties recognise the importance of the free flow of information.
unknown | Electronic transmission means a transmission made using any electromagnetic means.
"""


@pytest.mark.parametrize(("polarity", "text"), [line.split(" | ") for line in CASES.strip().splitlines()])
def test_polarity_is_read_after_negations_are_resolved(polarity: str, text: str) -> None:
    assert read(text, "en").polarity == polarity


@pytest.mark.parametrize(
    ("force", "text"),
    [
        ("shall", "Each Party must publish its laws."),
        ("should", "Parties should publish their laws."),
        ("will", "We will publish our laws."),
        ("may", "A Party may publish its laws."),
        ("intends", "The Parties shall endeavour to publish their laws."),
        ("intends", "The Parties intend to publish their laws."),
        ("affirms", "The Parties recognise the importance of publication."),
        ("unknown", "Prevent theft of trade secrets."),
    ],
)
def test_strength_is_recognised(force: str, text: str) -> None:
    assert read(text, "en").force == force


NEGATIONS = [
    ("Each Party shall {}.", "Each Party shall not {}."),
    ("Each Party shall {}.", "Neither Party may {}."),
    ("The Parties should {}.", "The Parties should never {}."),
    ("A Party may {}.", "No Party may {}."),
    ("The Parties agree to {}.", "The Parties agree not to {}."),
    ("We will {}.", "We will not {}."),
]


@given(st.sampled_from(NEGATIONS), st.sampled_from(WORDS))
def test_a_promise_and_its_negation_never_read_alike(frames: tuple[str, str], words: str) -> None:
    positive, negative = (read(frame.format(words), "en").polarity for frame in frames)
    assert "unknown" not in (positive, negative)
    assert positive != negative


@given(st.text(max_size=200))
def test_any_text_has_a_reading(text: str) -> None:
    assert read(text).polarity in ("require", "refrain", "permit", "unknown")


def test_other_languages_are_not_guessed() -> None:
    assert read("Les Parties ne doivent pas imposer de droits de douane.", "fr").polarity == "unknown"
