"""Encodings that nobody writes and the contracts take: tails in any order, backward offsets, dirty padding, garbage.

The compiler follows an offset wherever it leads (Contract ABI Specification of Solidity, "strict mode" is what encoders
do, not what contracts demand); so whoever records genuine acts may choose among endlessly many encodings of one call.
"""

from random import Random
from typing import Any

from tests.chain.model import ARGUMENTS, Call, keccak

WRAP = 2**256


def laid_out(call: Call, random: Random) -> bytes:
    """A call's data with every choice left to chance; the values are the call's own."""
    types = ARGUMENTS[call.contract, call.name]
    layout = _Layout(random, sum(_size(one) for one in types))
    values = ([one.data for one in call.values[0]], call.values[1]) if call.name == "carry" else call.values
    layout.put(0, types, values, forward=True)
    layout.garbage()
    return keccak(f"{call.name}({','.join(types)})".encode())[:4] + bytes(layout.data)


class _Layout:
    def __init__(self, random: Random, heads: int) -> None:
        self.random, self.data = random, bytearray(heads)

    def garbage(self) -> None:
        """Bytes between two values that nobody reads; they need not keep to words of 32."""
        self.data += self.random.randbytes(self.random.choice([0, 0, 0, 1, 31, 32, 64, 100]))

    def reserve(self, size: int) -> int:
        self.garbage()
        at = len(self.data)
        self.data += bytes(size)
        return at

    def write(self, at: int, value: bytes) -> None:
        self.data[at : at + len(value)] = value

    def put(self, at: int, types: tuple[str, ...] | list[str], values: Any, *, forward: bool = False) -> None:
        """A tuple in place at `at`, where its dynamic values' offsets count from.

        Where an offset may lead backward the value may come first; the offsets of a call's own arguments may not.
        """
        places, start = [], at
        for type_, value in zip(types, values, strict=True):
            places.append((at, type_, value))
            at += _size(type_)
        self.random.shuffle(places)
        for place, type_, value in places:
            if _dynamic(type_):
                self.write(place, ((self.tail(type_, value) - start) % WRAP).to_bytes(32, "big"))
                assert not forward or self.number(place) < WRAP // 2
            elif type_.startswith("("):
                self.put(place, _members(type_), value)
            else:
                self.write(place, _word(type_, value))

    def number(self, at: int) -> int:
        return int.from_bytes(self.data[at : at + 32], "big")

    def tail(self, type_: str, value: Any) -> int:
        """Where a dynamic value lies."""
        if type_ in ("bytes", "string"):
            at = self.reserve(32)
            padding = self.random.randbytes(self.random.choice([-len(value) % 32, 0, 7, 40]))
            self.write(at, len(value).to_bytes(32, "big"))
            self.data += value + padding
            return at
        if type_.endswith("[]"):
            return self.array(type_[:-2], value)
        before = [self.tail(one, part) for one, part in _tails(type_, value)] if self.random.random() < 0.5 else None
        at = self.reserve(sum(_size(one) for one in _members(type_)))
        if before is None:
            self.put(at, _members(type_), value)
            return at
        # Its values lie before it already: the offsets lead backward.
        head, found = at, iter(before)
        for one, part in zip(_members(type_), value, strict=True):
            if _dynamic(one):
                self.write(head, ((next(found) - at) % WRAP).to_bytes(32, "big"))
            else:
                self.write(head, _word(one, part))
            head += _size(one)
        return at

    def array(self, type_: str, values: Any) -> int:
        if not _dynamic(type_):
            at = self.reserve(32 + len(values) * _size(type_))
            self.write(at, len(values).to_bytes(32, "big"))
            for number, value in enumerate(values):
                self.put(at + 32 + number * _size(type_), [type_], [value])
            return at
        first = self.random.random() < 0.5
        places = [self.tail(type_, value) for value in values] if first else []
        at = self.reserve(32 + 32 * len(values))
        self.write(at, len(values).to_bytes(32, "big"))
        places = places or [self.tail(type_, value) for value in values]
        for number, place in enumerate(places):
            self.write(at + 32 + 32 * number, ((place - at - 32) % WRAP).to_bytes(32, "big"))
        return at


def _tails(type_: str, value: Any) -> list[tuple[str, Any]]:
    return [(one, part) for one, part in zip(_members(type_), value, strict=True) if _dynamic(one)]


def _dynamic(type_: str) -> bool:
    return type_ in ("bytes", "string") or type_.endswith("[]") or "bytes)" in type_ or "[]" in type_


def _size(type_: str) -> int:
    """Bytes in place: a word where only an offset stands there."""
    return sum(_size(one) for one in _members(type_)) if type_.startswith("(") and not _dynamic(type_) else 32


def _members(type_: str) -> list[str]:
    parts, depth = [""], 0
    for letter in type_[1:-1]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _word(type_: str, value: Any) -> bytes:
    if isinstance(value, bytes):
        return value if type_ == "bytes32" else value.rjust(32, b"\0")
    return int(value).to_bytes(32, "big")
