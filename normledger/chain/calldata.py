"""Reads a call's arguments exactly as the compiled contracts do.

The events repeat the call, and whoever sends it chooses its encoding. The compiler follows any offset, forward or
backward modulo 2^256, and takes zero beyond the end, where a strict decoder refuses: with one of those, a sender could
record genuine acts that no index can read. The contract has checked what must be checked before it wrote the event.
Source: Contract ABI Specification of Solidity; libsolidity's ABIFunctions (`accessCalldataTail`).
"""

import struct
from collections.abc import Iterator
from typing import Any

_WRAP = 1 << 256


class Calldata:
    """The arguments of one call; positions count from the first byte after the selector."""

    def __init__(self, call: bytes) -> None:
        self.selector, self._data = call[:4], call[4:]

    def word(self, at: int) -> bytes:
        """The 32 bytes at a position, zeros beyond the end."""
        word = self._data[at : at + 32]
        if len(word) == 32:
            return word
        if at >= _WRAP - 4:  # an offset led backward, onto the selector
            return (self.selector + self._data)[at + 4 - _WRAP :][:32].ljust(32, b"\x00")
        return word.ljust(32, b"\x00")

    def fields(self, layout: struct.Struct, at: int) -> tuple[Any, ...]:
        """The fields of whole words from a position on, as a layout takes them apart."""
        try:
            return layout.unpack_from(self._data, at)
        except (struct.error, OverflowError):  # not all of it lies within the call
            words = [self.word((at + step) % _WRAP) for step in range(0, layout.size, 32)]
            return layout.unpack(b"".join(words))

    def number(self, at: int) -> int:
        """The unsigned integer at a position."""
        return int.from_bytes(self.word(at), "big")

    def tail(self, head: int, base: int = 0) -> int:
        """Where a dynamic value lies, whose offset stands at `head` and counts from `base`."""
        return (base + self.number(head)) % _WRAP

    def bytes_at(self, at: int) -> bytes:
        """A string or bytes value whose length stands at a position."""
        length = self.number(at)
        if length > len(self._data):
            raise ValueError(f"{length} bytes are more than the call has")
        start = (at + 32) % _WRAP
        return b"".join(self.word((start + step) % _WRAP) for step in range(0, length, 32))[:length]

    def items(self, at: int, size: int) -> Iterator[int]:
        """The positions of an array's elements, each of `size` bytes in place; its length stands at `at`."""
        length = self.number(at)
        if length * size > len(self._data):
            raise ValueError(f"{length} elements are more than the call has")
        return iter([(at + 32 + place * size) % _WRAP for place in range(length)])
