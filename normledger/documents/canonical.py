"""The one canonical form of everything that is named by its hash: RFC 8785 JSON without floats, in Unicode's NFC.

Belongs here: strict parsing, canonical bytes, content hashes. Does not belong here: what a document means.
RFC 8785 allows floats and does not normalise Unicode, and most parsers keep the last of two equal keys; here all
three are refused, so that two texts which look alike have one name and one reading.
"""

import json
import re
import unicodedata
from typing import Any

import rfc8785

from normledger.errors import InputError
from normledger.identifiers import Hash, keccak

MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1


def parse_json(data: bytes | str, *, source: str | None = None, line: int | None = None) -> Any:
    """Parse one JSON text strictly.

    Refuses what the canonical form cannot hold: bytes that are not UTF-8, duplicate keys, floats, integers beyond
    2^53 - 1, lone surrogates and nesting deeper than 64. Raises `InputError` with line and field.
    """

    odd = False  # whether there is a fault whose field must be found

    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal odd
        seen = dict(pairs)
        if len(seen) != len(pairs):
            odd, seen = True, {}
            for key, value in pairs:
                seen[key] = _Twice() if key in seen else value
        return seen

    def no_integer(text: str) -> _NoInteger:
        nonlocal odd
        odd = True
        return _NoInteger(text)

    def integer(text: str) -> int | _NoInteger:
        return no_integer(text) if len(text) > 17 or abs(int(text)) > MAX_INTEGER else int(text)

    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        deep = text.count("{") + text.count("[") > MAX_DEPTH
        if deep:
            _check_depth(text)
        value = json.loads(
            text, object_pairs_hook=no_duplicates, parse_float=no_integer, parse_constant=no_integer, parse_int=integer
        )
        if odd or deep or "\\u" in text or _SURROGATE.search(text):
            _check(value, "", 0)
    except InputError as error:
        raise error.at(source=source, line=line) from None
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start} is not UTF-8; save it as UTF-8", source=source, line=line) from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"this is not JSON ({error.msg.removesuffix(' at')} at column {error.colno}); mend or remove it",
            source=source,
            line=line if line is not None else error.lineno,
        ) from None
    return value


_SURROGATE = re.compile("[\ud800-\udfff]")
_STRUCTURE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|([\[{])|([\]}])', re.DOTALL)


def _check_depth(text: str) -> None:
    """Look at brackets before the parser does: deep enough a text overruns its stack and ends the process."""
    depth = 0
    for found in _STRUCTURE.finditer(text):
        depth += (found[1] is not None) - (found[2] is not None)
        if depth > MAX_DEPTH + 1:
            raise InputError(f"nested deeper than {MAX_DEPTH}; flatten it")


class _Twice:
    """A value whose key stands twice, kept until its field is known."""


class _NoInteger(str):
    """A number that has no canonical form, kept until its field is known."""


def _check(value: Any, field: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise InputError(f"nested deeper than {MAX_DEPTH}; flatten it", field=field[:80])
    if isinstance(value, _Twice):
        raise InputError("the key stands twice in one object; keep one of them", field=field)
    if isinstance(value, _NoInteger):
        raise InputError(
            f"{value[:40]} is not a whole number up to 2^53 - 1; write it as a string or in smaller units", field=field
        )
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise InputError("a lone surrogate is not a character; remove it", field=field)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check(key, field, depth)
            _check(inner, f"{field}.{key}" if field else key, depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check(inner, f"{field}[{index}]", depth + 1)


def normalise(value: Any) -> Any:
    """The same JSON value with every string in NFC; for text that enters from outside, before it gets its name.

    Raises `InputError` when two keys become one.
    """
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [normalise(inner) for inner in value]
    if isinstance(value, dict):
        normal = {normalise(key): normalise(inner) for key, inner in value.items()}
        if len(normal) != len(value):
            raise InputError("two keys are the same once in Unicode's NFC form; rename one")
        return normal
    return value


def canonical_bytes(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value. Raises `InputError` for a float, a huge integer or a string not in NFC."""
    _admit(value, "")
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise InputError(f"{error}; only text, whole numbers, lists and objects have a canonical form") from None


def _admit(value: Any, field: str) -> None:
    if isinstance(value, float):
        raise InputError(f"{value} is not a whole number; write it as a string or in smaller units", field=field)
    if isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise InputError("the text is not in Unicode's NFC form; normalise it first", field=field)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _admit(key, field)
            _admit(inner, f"{field}.{key}" if field else str(key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            _admit(inner, f"{field}[{index}]")


def content_hash(value: Any) -> Hash:
    """Keccak-256 of the canonical bytes: the name of this content."""
    return keccak(canonical_bytes(value))


def parse_canonical(data: bytes, *, source: str | None = None) -> Any:
    """Parse bytes that must already be canonical, as everything stored by its hash is.

    Raises `InputError` when they are another spelling of the same value: then their hash is not its name.
    """
    value = parse_json(data, source=source)
    if not _plainly_canonical(value, data.decode("utf-8")) and canonical_bytes(value) != data:
        raise InputError("these bytes are not in canonical form (RFC 8785)", source=source)
    return value


_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _plainly_canonical(value: Any, text: str) -> bool:
    """Whether a strictly parsed text is canonical at first sight; if not it may still be, and must be looked at.

    Without floats Python's own writer differs from RFC 8785 in one thing: it sorts keys by code points, not by UTF-16,
    which is the same below U+10000. A text in NFC holds no part that is not: all normal forms are closed under
    substringing (UAX 15, section 1.2).
    """
    if not text.isascii() and (max(text) > "\uffff" or not unicodedata.is_normalized("NFC", text)):
        return False
    return _PLAIN.encode(value) == text
