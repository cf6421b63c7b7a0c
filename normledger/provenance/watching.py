"""Follows a service beside one's own node and remembers what it showed: an alarm when it lies, or takes that back.

Belongs here: the memory, in a small file that survives a kill, and what it lets one notice: another story for the same
block, a block lower than before, acts and texts that are gone. Does not belong here: one look by itself (`showing`).
"""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from normledger.chain.node import Node
from normledger.errors import InputError, WorkspaceError
from normledger.identifiers import Digest, Hash
from normledger.ledger.queries import View
from normledger.provenance.mirrors import Mirror, named_documents
from normledger.provenance.reading import Reading, places
from normledger.provenance.replay import Difference
from normledger.provenance.showing import (
    Shown,
    all_unlisted,
    compare,
    compare_documents,
    compare_unlisted,
    look,
)

FORMAT = 1
"""Of the memory's file."""

LAG = 600
"""Seconds that a service may take to show what is final on the chain."""

_AGAIN = 50
"""Acts and texts, of those shown once by themselves, that are asked for again at each look, in turn."""

_BLOCKS = 10_000
"""Stories remembered, by block."""


@dataclass
class Memory:
    """What one service showed so far.

    `stories` are (hash, digest) by the block that it stated; `acts` the blocks and their hashes by digest; `documents`
    those that it offered. `highest` is the last block that it stated; `looks` counts.
    """

    url: str
    chain_id: int
    stories: dict[int, tuple[str, str]] = field(default_factory=dict)
    acts: dict[str, tuple[int, str]] = field(default_factory=dict)
    alone: set[str] = field(default_factory=set)
    subjects: dict[str, str] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)
    highest: tuple[int, str] | None = None
    looks: int = 0

    @classmethod
    def read(cls, path: Path, url: str, chain_id: int) -> "Memory":
        """From the file; new where there is none. Raises `WorkspaceError` for another service's, or none at all."""
        try:
            data = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return cls(url, chain_id)
        except (OSError, ValueError) as error:
            raise WorkspaceError(f"{path} can't be read ({error}); move it away to begin anew.") from None
        try:
            if data["format"] != FORMAT or data["type"] != "watch":
                raise ValueError("another format")
            made = cls(
                data["url"],
                data["chain_id"],
                {int(block): (story[0], story[1]) for block, story in data["stories"].items()},
                {digest: (at[0], at[1]) for digest, at in data["acts"].items()},
                set(data["alone"]),
                dict(data["subjects"]),
                set(data["documents"]),
                (data["highest"][0], data["highest"][1]) if data["highest"] else None,
                data["looks"],
            )
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            raise WorkspaceError(f"{path} is no memory of a watch; move it away, or name another by --state.") from None
        if (made.url, made.chain_id) != (url, chain_id):
            raise WorkspaceError(
                f"{path} remembers {made.url} on chain {made.chain_id}, not {url} on chain {chain_id}; name another "
                "file by --state."
            )
        return made

    def write(self, path: Path) -> None:
        """Replace the file whole, flushed to the disk first: a kill leaves the old one or the new one."""
        kept = dict(sorted(self.stories.items())[-_BLOCKS:])
        data = {
            "type": "watch",
            "format": FORMAT,
            "url": self.url,
            "chain_id": self.chain_id,
            "stories": {str(block): list(story) for block, story in kept.items()},
            "acts": {digest: list(at) for digest, at in sorted(self.acts.items())},
            "alone": sorted(self.alone),
            "subjects": dict(sorted(self.subjects.items())),
            "documents": sorted(self.documents),
            "highest": list(self.highest) if self.highest else None,
            "looks": self.looks,
        }
        try:
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(data, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError as error:
            raise InputError(f"the memory can't be written ({error.strerror})", source=str(path)) from None


class Watch:
    """One service, one node of one's own, and the memory of what was shown."""

    def __init__(
        self,
        mirror: Mirror,
        reading: Reading,
        memory: Memory,
        *,
        lag: int = LAG,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._mirror, self._reading, self._memory, self._lag, self._clock = mirror, reading, memory, lag, clock

    @property
    def _node(self) -> Node:
        return self._reading.node

    def look(self) -> tuple[Shown, list[Difference]]:
        """Look once and remember; gives what was shown, and every alarm. The caller keeps the memory.

        Raises `Unreachable` where the service does not answer, `IntegrityError` where one's own node lies.
        """
        self._reading.update()
        memory = self._memory
        shown = look(self._mirror, self._reading, ((kind, id_) for id_, kind in memory.subjects.items()))
        if shown.block > self._reading.head:
            self._reading.update()  # it may just have been faster
            shown = look(self._mirror, self._reading, ((kind, id_) for id_, kind in memory.subjects.items()))
        alarms = compare(shown, self._reading)
        alarms += self._stories(shown)
        if shown.asked is not None:
            view = self._reading.at(shown.asked)
            alarms += self._behind(shown)
            alarms += self._gone(shown)
            alarms += self._alone(shown, view)
            alarms += self._texts(view)
            self._remember(shown)
        memory.looks += 1
        return shown, list({(one.what, one.name, one.sentence): one for one in alarms}.values())

    def _alarm(self, what: str, block: int | None, name: str, told: str) -> Difference:
        return Difference(self._mirror.url, what, block, name, f"The service at {self._mirror.url} {told}")

    def _holds(self, block: int, hash_: str) -> bool:
        """Whether the chain still holds this block."""
        found = self._node.block(block)
        return found is not None and str(found.hash) == hash_

    def _stories(self, shown: Shown) -> Iterator[Difference]:
        """Another digest for a block told of before, or a lower block than before, without a reorganisation."""
        memory = self._memory
        before = memory.stories.get(shown.block)
        if before is not None and before != (shown.hash, shown.digest) and self._holds(shown.block, before[0]):
            said = (
                f"changed its story for block {shown.block}: it stated digest {before[1][:66]} with hash "
                f"{before[0][:66]}, and now another."
            )
            yield self._alarm("story", shown.block, shown.digest[:66], said)
        if memory.highest is not None and shown.block < memory.highest[0] and self._holds(*memory.highest):
            said = f"went back from block {memory.highest[0]}, which the chain still holds, to block {shown.block}."
            yield self._alarm("stale", shown.block, shown.hash[:66], said)

    def _behind(self, shown: Shown) -> Iterator[Difference]:
        """Whether something final on the chain is older than the limit and later than what the service states."""
        newest = self._reading.ledger.as_of(newest=True)
        final, now = self._node.final().number, self._clock()
        late = [
            at for at in places(newest) if shown.block < at.block <= final and max(0, int(now) - at.time) >= self._lag
        ]
        if late:
            first = min(late, key=lambda at: at.block)
            said = (
                f"shows the state of block {shown.block}, but the chain holds acts since block {first.block}, final "
                f"and {max(0, int(now - first.time)):,} seconds old: it lags, or shows an old state on purpose."
            )
            yield self._alarm("lag", first.block, shown.hash[:66], said)

    def _gone(self, shown: Shown) -> Iterator[Difference]:
        """Listed acts that it showed before, at a block that it still states, and shows no longer."""
        now = {str(told.get("digest")) for told in shown.acts()}
        for digest, (block, hash_) in list(self._memory.acts.items()):
            if digest in now or digest in self._memory.alone or block > shown.block:
                continue
            if self._holds(block, hash_):
                yield self._alarm(
                    "taken back", block, digest, f"took back act {digest} of block {block}, which it showed."
                )
            else:
                del self._memory.acts[digest]  # the chain took it back itself, or never held it, which was told then

    def _alone(self, shown: Shown, view: View) -> list[Difference]:
        """Acts that no list shows: each once, and some of them again in turn."""
        known, memory = all_unlisted(view), self._memory
        new = [digest for digest in known if str(digest) not in memory.alone]
        old = _turn([digest for digest in known if str(digest) in memory.alone], memory.looks)
        alarms = compare_unlisted(self._mirror, view, view.at.block, [*new, *old])
        bad = {one.name for one in alarms}
        for digest in new:
            if str(digest) not in bad:
                at = view.acts[Digest(digest)].recorded
                memory.acts[str(digest)] = (at.block, str(at.block_hash))
                memory.alone.add(str(digest))
        return [
            self._alarm("taken back", one.block, one.name, f"took back act {one.name}, which it showed.")
            if one.what == "hidden" and one.name in memory.alone
            else one
            for one in alarms
        ]

    def _texts(self, view: View) -> Iterator[Difference]:
        """Documents that acts name: each until it is offered once, and some of them again in turn."""
        memory, known = self._memory, [str(name) for name in sorted(named_documents(view))]
        new = [Hash.parse(name) for name in known if name not in memory.documents]
        faults, offered = compare_documents(self._mirror, view, new)
        yield from faults
        for name in _turn(sorted(memory.documents), memory.looks):
            if not self._mirror.still_has(Hash.parse(name)):
                yield self._alarm("taken back", None, name, f"took back document {name}, which it offered.")
        memory.documents |= {str(name) for name in offered}

    def _remember(self, shown: Shown) -> None:
        memory = self._memory
        memory.stories[shown.block] = (shown.hash, shown.digest)
        if memory.highest is None or shown.block >= memory.highest[0] or not self._holds(*memory.highest):
            memory.highest = (shown.block, shown.hash)
        for told in shown.acts():
            digest, block, hash_ = told.get("digest"), told.get("block"), told.get("block_hash")
            if isinstance(digest, str) and type(block) is int and isinstance(hash_, str):
                memory.acts.setdefault(digest, (block, hash_))
        for kind, listed in (("agreements", shown.agreements), ("norms", shown.norms)):
            for one in listed:
                memory.subjects.setdefault(str(one.get("id")), kind)


def _turn(names: list[Any], looks: int) -> list[Any]:
    """Some of these, others at each look, all of them after enough looks."""
    if len(names) <= _AGAIN:
        return names
    start = looks * _AGAIN % len(names)
    return (names + names)[start : start + _AGAIN]
