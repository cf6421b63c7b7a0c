"""The bytes: one spelling of one value, whichever way it is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.documents.canonical import canonical_bytes
from normledger.errors import InputError
from normledger.evidence.bundle import parse, read
from tests.evidence.bundles import good

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def spelt(value: object) -> bytes | None:
    """The canonical form; None where there is none (a text that is not in NFC)."""
    try:
        return canonical_bytes(value)
    except InputError:
        return None


@given(st.dictionaries(texts, values, max_size=5))
def test_the_canonical_form_reads_and_no_other_does(value: dict[str, object]) -> None:
    raw = spelt(value)
    if raw is not None:
        assert parse(raw) == value
    for other in (
        json.dumps(value, ensure_ascii=False, separators=(",", ":")),
        json.dumps(value, separators=(",", ":"), sort_keys=True),
        json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        json.dumps(value),
    ):
        if other.encode() != raw:
            with pytest.raises(InputError):
                parse(other.encode())


def test_keys_sort_by_utf_16_as_rfc_8785_has_it() -> None:
    raw = canonical_bytes({"\ue000": 1, "\U0001f600": 2})
    assert raw.index("\U0001f600".encode()) < raw.index("\ue000".encode())
    assert parse(raw) == {"\ue000": 1, "\U0001f600": 2}
    with pytest.raises(InputError, match="canonical form"):
        parse('{"\ue000":1,"\U0001f600":2}'.encode())


@pytest.mark.parametrize("name", sorted(good()))
def test_what_was_read_is_written_as_it_was(name: str) -> None:
    assert read(parse(good()[name])).bytes() == good()[name]
