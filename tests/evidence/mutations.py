"""Random changes of a bundle's data: whatever a careless or a clever hand may do to a file."""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

from normledger.documents.canonical import canonical_bytes
from normledger.errors import InputError

Place = tuple[Any, Any]

ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**53 - 1, "", "0", "1", "-1", "0x", "0x00", "00", "x", [], {}, [[]], [None], {"": ""},
    "0x" + "00" * 32, "0x" + "ff" * 32, "0x" + "00" * 20, "0x" + "00" * 65, str(2**64 - 1), str(2**64), "9" * 100,
    "\x1b", "é",
)  # fmt: skip


def places(data: Any) -> Iterator[Place]:
    """Every member and entry, each as its container and key."""
    keys = list(data) if isinstance(data, dict) else range(len(data))
    for key in keys:
        yield data, key
        if isinstance(data[key], dict | list):
            yield from places(data[key])


def mutated(raw: bytes, others: list[bytes], draw: Random, *, within: str | None = None) -> bytes:
    """The bundle with one to three changes, written canonically; another draw where that has no canonical form.

    `within` names the member that is changed; else anything is.
    """
    while True:
        data = json.loads(raw)
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            other = json.loads(draw.choice(others))
            if within is None:
                _change(data, other, draw)
            elif within in data:
                part = {within: data.pop(within)}
                _change(part, {within: other[within]}, draw)
                data |= part
        try:
            return canonical_bytes(data)
        except (InputError, RecursionError):
            continue


def _change(data: dict[str, Any], other: dict[str, Any], draw: Random) -> None:
    container, key = draw.choice(list(places(data)))
    match draw.randrange(8):
        case 0:
            del container[key]
        case 1:
            container[key] = deepcopy(draw.choice(ODD))
        case 2 if isinstance(container, list):
            container.insert(key, deepcopy(container[key]))
        case 3 if isinstance(container, list):
            draw.shuffle(container)
        case 4:
            inside, at = draw.choice(list(places(other)))
            container[key] = deepcopy(inside[at])
        case 5:
            twins = [(one, at) for one, at in places(data) if at == key and one is not container]
            if twins:
                one, at = draw.choice(twins)
                container[key], one[at] = deepcopy(one[at]), deepcopy(container[key])
        case 6 if isinstance(container[key], str) and container[key]:
            text = container[key]
            at = draw.randrange(len(text))
            container[key] = text[:at] + draw.choice('0123456789abcdefx" \n') + text[at + 1 :]
        case _ if isinstance(container[key], str) and container[key].isdigit():
            container[key] = str(max(0, int(container[key]) + draw.choice((-1, 1, 10))))
        case _:
            container[key] = deepcopy(draw.choice(ODD))
