"""The canonical form: one name for one text, and no second reading of it."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from normledger.documents.canonical import canonical_bytes, content_hash, normalise, parse_canonical, parse_json
from normledger.errors import InputError
from tests.strategies import texts

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), texts(min_size=0)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts(min_size=0), inner, max_size=4)),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    data = canonical_bytes(value)
    assert parse_json(data) == value
    assert parse_canonical(data) == value
    assert canonical_bytes(parse_json(data)) == data


@given(st.dictionaries(texts(), st.integers(0, 9), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_order_of_keys_and_white_space_do_not_matter(value: dict[str, int], random: Any) -> None:
    entries = list(value.items())
    random.shuffle(entries)
    for indent in (None, 3):
        for escaped in (True, False):
            assert parse_json(json.dumps(dict(entries), indent=indent, ensure_ascii=escaped)) == value
    assert canonical_bytes(dict(entries)) == canonical_bytes(value)


@given(VALUES, st.booleans(), st.booleans(), st.sampled_from([(",", ":"), (", ", ":"), (",", ": ")]))
@example({"\uff21": 1, "\U0001f600": 2}, False, True, (",", ":"))  # by code points, not by UTF-16
@example({"\U0001f600": 2, "\uff21": 1}, False, False, (",", ":"))
@example(["".join(map(chr, range(0xA1))), "\u2028\u2029\ufeff"], False, True, (",", ":"))
@example(["e\u0301"], False, True, (",", ":"))
@example(["\u0338", "<", "\u0338"], False, True, (",", ":"))
def test_only_the_canonical_spelling_is_taken(
    value: Any, escaped: bool, sorted_: bool, separators: tuple[str, str]
) -> None:
    data = json.dumps(value, ensure_ascii=escaped, sort_keys=sorted_, separators=separators).encode()
    try:
        canonical = canonical_bytes(value) == data
    except InputError:
        canonical = False
    if canonical:
        assert parse_canonical(data) == value
    else:
        with pytest.raises(InputError, match=r"canonical form|NFC form"):
            parse_canonical(data)


def test_keys_sort_by_utf_16_as_rfc_8785_says() -> None:
    # As in its section 3.2.3: U+1F600 is two surrogates and stands before U+FF21.
    data = canonical_bytes({"\u20ac": 1, "\r": 2, "\uff21": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7})
    assert list(json.loads(data)) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\uff21"]


@pytest.mark.parametrize(
    ("text", "fault", "field"),
    [
        ("1.0", "is not a whole number", None),
        ('{"a": {"b": [1, 2.5]}}', "2.5 is not a whole number up to", "a.b[1]"),
        ('{"a": 1e3}', "1e3 is not a whole number", "a"),
        ('{"a": 1E400}', "is not a whole number", "a"),
        ('{"a": NaN}', "NaN is not a whole number", "a"),
        ('{"a": -Infinity}', "-Infinity is not a whole number", "a"),
        ('{"a": 9007199254740992}', "is not a whole number up to 2\\^53 - 1", "a"),
        ('{"a": -9007199254740992}', "is not a whole number", "a"),
        ('{"a": ' + "9" * 5000 + "}", "is not a whole number", "a"),
        ('{"a": 1, "b": 2, "a": 3}', "the key stands twice", "a"),
        ('{"x": {"a": 1, "\\u0061": 1}}', "the key stands twice", "x.a"),
        ('{"a": "\\ud800"}', "a lone surrogate", "a"),
        ('{"\\udc00": 1}', "a lone surrogate", None),
        ("[" * 66 + "]" * 66, "nested deeper than 64", None),
        ("[" * 100_000, "nested deeper than 64|this is not JSON", None),
        ('{"a": 1} x', "this is not JSON \\(Extra data", None),
        ("{'a': 1}", "this is not JSON", None),
        ("", "this is not JSON", None),
        ('{"a": 01}', "this is not JSON", None),
    ],
)
def test_what_has_no_canonical_form_is_refused(text: str, fault: str, field: str | None) -> None:
    with pytest.raises(InputError, match=fault) as refused:
        parse_json(text, source="file.json", line=None)
    assert refused.value.source == "file.json"
    if field is not None:
        assert refused.value.field == field


def test_a_fault_names_its_line() -> None:
    with pytest.raises(InputError, match=r"^texts.json, line 3: this is not JSON"):
        parse_json('{\n"a": 1,\n"b": }', source="texts.json")
    with pytest.raises(InputError, match=r"^texts.jsonl, line 17: this is not JSON"):
        parse_json('{"b": }', source="texts.jsonl", line=17)
    with pytest.raises(InputError, match=r"byte 1 is not UTF-8"):
        parse_json(b'"\xff"')


def test_sixty_four_levels_are_enough() -> None:
    assert parse_json("[" * 64 + "]" * 64)


def test_minus_zero_is_zero() -> None:
    assert parse_json("-0") == 0
    assert canonical_bytes(parse_json("[-0]")) == b"[0]"
    with pytest.raises(InputError, match="not in canonical form"):
        parse_canonical(b"[-0]")


@pytest.mark.parametrize("value", [1.0, {"a": 0.5}, [float("nan")], 2**53, "e\u0301", {"e\u0301": 1}, {1: 2}, b"x"])
def test_values_without_a_canonical_form_get_no_name(value: Any) -> None:
    with pytest.raises(InputError):
        content_hash(value)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_two_spellings_of_one_text_have_one_name(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert content_hash(normalise(composed)) == content_hash(normalise(decomposed))


def test_two_keys_that_become_one_are_refused() -> None:
    with pytest.raises(InputError, match="two keys are the same"):
        normalise([{"\u00e9": 1, "e\u0301": 2}])


@pytest.mark.parametrize("data", [b'{"a":1 }', b'{"b":1,"a":2}', b'"\\u0061"', b' "a"', b'"a"\n', b'"\\/"'])
def test_another_spelling_is_not_taken_for_the_canonical_one(data: bytes) -> None:
    with pytest.raises(InputError, match="not in canonical form"):
        parse_canonical(data)


def test_a_bracket_within_a_text_is_no_level() -> None:
    value = ["[" * 100, '\\"[{' * 100, {"[" * 70: "]"}]
    assert parse_json(json.dumps(value)) == value
