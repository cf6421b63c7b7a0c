"""Recursive length prefix, as block headers and trie nodes are written: decoding alone, and only the shortest form.

A value has one encoding (Ethereum Yellow Paper, appendix B), so whoever hashes the bytes has named the value.
"""

Item = bytes | list["Item"]

_DEEPEST = 16
"""Lists within lists. A trie node that holds another within itself needs three."""


def decode(data: bytes) -> Item:
    """The item that all these bytes are. Raises `ValueError` for anything but the shortest encoding of one item."""
    item, end = _item(data, 0, len(data), 0)
    if end != len(data):
        raise ValueError("bytes follow the RLP item")
    return item


def decode_list(data: bytes) -> list[Item]:
    """The list that all these bytes are. Raises `ValueError`."""
    item = decode(data)
    if not isinstance(item, list):
        raise ValueError("an RLP list is missing")
    return item


def number(item: Item) -> int:
    """A whole number: big-endian without leading zeros. Raises `ValueError`."""
    if not isinstance(item, bytes) or item[:1] == b"\0":
        raise ValueError("an RLP number has no leading zeros")
    return int.from_bytes(item, "big")


def fixed(item: Item, length: int) -> bytes:
    """Bytes of this length. Raises `ValueError`."""
    if not isinstance(item, bytes) or len(item) != length:
        raise ValueError(f"{length} bytes are missing in the RLP")
    return item


def _item(data: bytes, at: int, end: int, depth: int) -> tuple[Item, int]:
    """The item at `at`, not reaching beyond `end`; and where it ends."""
    if at >= end:
        raise ValueError("the RLP is cut short")
    first = data[at]
    if first < 0x80:
        return data[at : at + 1], at + 1
    if first < 0xC0:
        start, stop = _span(data, at, end, 0x80)
        if stop - start == 1 and data[start] < 0x80:
            raise ValueError("the RLP is not in its shortest form")
        return data[start:stop], stop
    if depth == _DEEPEST:
        raise ValueError("the RLP is nested too deeply")
    at, stop = _span(data, at, end, 0xC0)
    items: list[Item] = []
    while at < stop:
        first = data[at]
        if first == 0x80:  # nearly all items of a trie's nodes are nothing, or the name of another node
            items.append(b"")
            at += 1
        elif first == 0xA0 and at + 33 <= stop:
            items.append(data[at + 1 : at + 33])
            at += 33
        else:
            item, at = _item(data, at, stop, depth + 1)
            items.append(item)
    return items, stop


def _span(data: bytes, at: int, end: int, base: int) -> tuple[int, int]:
    length = data[at] - base
    at += 1
    if length > 55:
        width = length - 55
        told = data[at : at + width]
        at += width
        length = int.from_bytes(told, "big")
        if len(told) < width or told[0] == 0 or length < 56:
            raise ValueError("the RLP is not in its shortest form")
    if at + length > end:
        raise ValueError("the RLP is cut short")
    return at, at + length
