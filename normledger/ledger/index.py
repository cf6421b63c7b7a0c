"""Reads the chain into the tables: whole blocks only, rolled back on a reorganisation, checked against the words.

Before blocks' rows are committed, the word of every subject that they touched, and the registers', are linked again
from the events and compared with what the contracts hold. So a node that leaves out or alters a log is found at the
block where it did. Near the head, where nodes are often not done with a block's logs, each header's bloom filter says
whether all of them were told.

A node that is behind is waited for. What was read is taken back only for another branch that is as long, that forks
off no deeper than what was final, and that has passed the same checks; all of that in one transaction.

Words hold no signatures. A plain one is checked by recovering its signer; where a contract wallet signed, or the node
says so, the block's receipts are held against the root in its header.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError as DuplicateRow

from normledger.acts.act import Contract
from normledger.acts.release import Release
from normledger.chain.logs import forged
from normledger.chain.node import Block, Log, Node, RpcError, Sealed
from normledger.errors import ChainError, IntegrityError, NormLedgerError, WorkspaceError
from normledger.identifiers import Hash, Word, keccak
from normledger.ledger.database import open_database, writing
from normledger.ledger.recovery import Recovery
from normledger.ledger.tables import FORMAT, INDEX, BlockRow, ProgressRow, table_of
from normledger.ledger.writer import Slot, Writer, registers, roll_back, slot_of

_STRIDE = 2_000
"""Blocks asked for at once."""

_NEAR = 256
"""So many blocks up to the head are held against their headers' bloom filters; further back the words must do."""

_PAUSES = (0.0, 0.1, 0.4, 1.2, 2.4)
"""Seconds before each try, when what the chain tells does not belong together: it turns, or a node is not done."""

_BLOCKS, _PROGRESS = table_of(BlockRow), table_of(ProgressRow)


class Forgotten(ChainError):
    """The node has no state of a block any more whose words must be compared."""

    def __init__(self, node: Node, block: int, why: RpcError) -> None:
        self.block = block
        super().__init__(f"The node at {node.name} has pruned the state of block {block} ({why}).")


class _Unsettled(Exception):
    """What the chain told does not belong together: ask again, and in the end raise `fault`."""

    def __init__(self, fault: NormLedgerError) -> None:
        self.fault = fault
        super().__init__(str(fault))


@dataclass(frozen=True, slots=True)
class _Start:
    """Where to read on. `keep` is the last block of a branch that was left, None if none was; until `until` everything
    is replaced in one transaction. `parent` is the hash of the block before `first`, if it is known; `reached` that of
    the block to which the rows went when this was found out.
    """

    first: int
    parent: Hash | None = None
    keep: int | None = None
    until: int = -1
    reached: Hash | None = None


def open_index(url: str) -> Engine:
    """An engine on the index's tables, made where they are missing, and anew where they are of an older form."""
    return open_database(url, INDEX)


class Index:
    """The index of one release's contracts on one chain."""

    def __init__(self, engine: Engine, node: Node, release: Release, first_block: int = 0) -> None:
        self._engine, self._node, self._release, self._first = engine, node, release, first_block

    def update(self, progress: Callable[[int, int], None] | None = None) -> Block:
        """Read up to the chain's head and give the block reached. `progress(done, of)` is called as blocks go by.

        Raises `IntegrityError` where the chain's words are not those of its events, and `ChainError` for a chain that
        does not settle, or that took back what was final; what was indexed before stays.
        """
        for pause in _PAUSES:
            time.sleep(pause)
            try:
                return self._update(progress)
            except _Unsettled as unsettled:
                fault = unsettled.fault
            except Forgotten as pruned:
                raise ChainError(
                    f"The node at {self._node.name} has pruned state before block {self._oldest(pruned.block)}, so "
                    f"that nothing shows whether it left out an act up to block {pruned.block}: read from a node that "
                    "keeps the state of old blocks (an archive node)."
                ) from None
        raise fault

    def _oldest(self, pruned: int) -> int:
        """The first block after a pruned one of which the node tells state; the one after its head if there is none."""
        low, high = pruned, self._node.head().number + 1
        while high - low > 1:
            middle = (low + high) // 2
            try:
                self._node.storage(self._release.addresses[0], slot_of((Contract.PARTY_REGISTRY, None)), middle)
            except RpcError:
                low = middle
            else:
                high = middle
        return high

    def _update(self, progress: Callable[[int, int], None] | None) -> Block:
        head = self._block(self._node.head().number)
        with self._engine.connect() as connection:
            reached = self._reached(connection)
            start = self._start(connection, reached, head)
        if start is None:
            assert reached is not None
            return reached
        start = replace(start, reached=None if reached is None else reached.hash)
        first = start.first
        if start.keep is not None and first > head.number:
            self._write(start, [], [], head)
        while first <= head.number:
            last = min(max(first + _STRIDE - 1, start.until), head.number)
            end = self._read(start, first, last, head)
            if progress:
                progress(last - start.first + 1, head.number - start.first + 1)
            first, start = last + 1, _Start(start.first, reached=end.hash)
        return head

    # --- where to begin

    def _reached(self, connection: Connection) -> Block | None:
        row = connection.execute(select(_PROGRESS)).first()
        if row is None:
            return None
        if row.format != FORMAT or row.release != self._release.name:
            raise WorkspaceError(
                "The index was made by another release; delete index.db and index again, nothing is lost by that."
            )
        for told in {self._node.chain_id, self._node.told_chain_id()} - {row.chain_id}:
            raise WorkspaceError(
                f"The index is of chain {row.chain_id}, but {self._node.name} is chain {told}; "
                "name the right chain, or delete index.db and index again."
            )
        return Block(row.block, Hash.parse(row.block_hash), Hash.parse(row.block_hash), row.block_time)

    def _start(self, connection: Connection, reached: Block | None, head: Block) -> _Start | None:
        """Where to read on; None where the node is behind what was read already."""
        if reached is None:
            return _Start(self._first)
        if head.number < reached.number and not self._node.solitary:
            self._wait_for(connection, head)
            return None
        if self._holds(reached.number, reached.hash):
            return _Start(reached.number + 1, reached.hash)
        final = connection.scalar(select(_PROGRESS.c.final))
        until = min(reached.number, head.number)
        for number, hash_ in connection.execute(
            select(_BLOCKS.c.number, _BLOCKS.c.hash).order_by(_BLOCKS.c.number.desc())
        ):
            if self._holds(number, Hash.parse(hash_)):
                return _Start(number + 1, Hash.parse(hash_), number, until)
            if number <= final and not self._node.solitary:
                raise ChainError(
                    f"The chain at {self._node.name} holds another block {number} than the index, where it was final: "
                    "ask another node; if the chain itself was made anew, delete index.db and index again."
                )
        return _Start(self._first, None, -1, until)

    def _wait_for(self, connection: Connection, head: Block) -> None:
        """A node that is behind must hold what was read, as far as it is. Raises `ChainError`."""
        row = connection.execute(
            select(_BLOCKS.c.number, _BLOCKS.c.hash)
            .where(_BLOCKS.c.number <= head.number)
            .order_by(_BLOCKS.c.number.desc())
            .limit(1)
        ).first()
        if row is not None and not self._holds(row.number, Hash.parse(row.hash)):
            raise ChainError(
                f"The chain at {self._node.name} is at block {head.number} only and holds another block {row.number} "
                "than the index: wait until it has caught up, or ask another node; if the chain was started anew, "
                "delete index.db and index again."
            )

    def _holds(self, number: int, hash_: Hash) -> bool:
        found = self._node.sealed([number])[0]
        return found is not None and found.block.hash == hash_

    # --- reading

    def _read(self, start: _Start, first: int, last: int, head: Block) -> Block:
        """Read a stretch of blocks and write it; its last block."""
        end = head if last == head.number else self._block(last)
        logs = self._node.logs(self._release.addresses, first, last)
        told = {number: list(group) for number, group in groupby(logs, key=lambda log: log.block_number)}
        near = range(max(first, head.number - _NEAR + 1), last + 1)
        numbers = sorted({*told, *near, last})
        sealed: dict[int, Sealed] = {}
        for number, found in zip(numbers, self._node.sealed(numbers), strict=True):
            if found is None or any(log.block_hash != found.block.hash for log in told.get(number, ())):
                raise self._unsettled()
            sealed[number] = found
        parent = start.parent if near and near[0] == first else None
        for number in near:
            if parent is not None and sealed[number].block.parent != parent:
                raise self._unsettled()
            parent = sealed[number].block.hash
            self._complete(sealed[number], told.get(number, []))
        if sealed[last].block.hash != end.hash:
            raise self._unsettled()
        self._write(start, [sealed[number].block for number in sorted(told)], logs, end)
        return end

    def _complete(self, sealed: Sealed, logs: Sequence[Log]) -> None:
        """Hold a block's logs against its header's bloom filter: whether all of ours were told."""
        ours = self._bloom(logs)
        if sealed.bloom == ours:
            return
        if not logs and not any(_filtered([address]) & ~sealed.bloom == 0 for address in self._release.addresses):
            return
        everything = self._node.all_logs(sealed.block.hash)
        mine = [log for log in everything if log.address in self._release.addresses]
        if self._bloom(everything) != sealed.bloom or mine != list(logs):
            raise _Unsettled(
                IntegrityError(
                    f"The logs that the node at {self._node.name} tells of block {sealed.block.number} "
                    f"({sealed.block.hash}) are not all that its header commits to. Ask another node."
                )
            )

    def _witness_all(self, writer: Writer, blocks: Sequence[Block], told: Mapping[int, Sequence[Log]]) -> None:
        for block in blocks:
            if block.number in writer.unproven:
                self._witness(block, told[block.number])

    def _witness(self, block: Block, logs: Sequence[Log]) -> None:
        """Hold a block's logs against the receipts that its header commits to."""
        written = [log for log in self._node.written(block) if log.address in self._release.addresses]
        if [(log.address, log.topics, log.data) for log in written] != [
            (log.address, log.topics, log.data) for log in logs
        ]:
            raise _Unsettled(
                IntegrityError(
                    f"The logs that the node at {self._node.name} tells of block {block.number} ({block.hash}) are not "
                    "those of the receipts that its header commits to. Ask another node."
                )
            )

    def _bloom(self, logs: Iterable[Log]) -> int:
        return _filtered(one for log in logs for one in (log.address, *log.topics))

    def _block(self, number: int) -> Block:
        found = self._node.sealed([number])[0]
        if found is None:
            raise self._unsettled()
        return found.block

    def _unsettled(self) -> _Unsettled:
        return _Unsettled(
            ChainError(
                f"The chain at {self._node.name} tells blocks and events that do not belong together, time and again: "
                "wait until it has settled, or ask another node."
            )
        )

    # --- writing

    def _write(self, start: _Start, blocks: Sequence[Block], logs: Sequence[Log], end: Block) -> None:
        """Write the blocks' rows up to `end`; where one is not as the chain says, those before it."""
        fault: NormLedgerError | None = None
        try:
            with writing(self._engine).begin() as connection:
                self._alone(connection, start)
                if start.keep is not None:
                    roll_back(connection, start.keep)
                good, reached, fault = self._written(connection, blocks, logs, end)
                if fault is not None and ((start.keep is not None and reached.number < start.until) or not good):
                    raise fault
                self._mark(connection, reached)
        except DuplicateRow as error:
            raise IntegrityError(
                f"The node at {self._node.name} tells an event twice between block {blocks[0].number} and block "
                f"{end.number} ({end.hash}). Ask another node."
            ) from error
        if fault is not None:
            raise fault

    def _alone(self, connection: Connection, start: _Start) -> None:
        """Nobody has written since this stretch was begun: acts linked twice would look like a lie of the node."""
        reached = connection.scalar(select(_PROGRESS.c.block_hash).with_for_update())
        if (None if reached is None else Hash.parse(reached)) != start.reached:
            raise _Unsettled(
                WorkspaceError("Somebody else writes into this index all the time; let one process follow the chain.")
            )

    def _written(
        self, connection: Connection, blocks: Sequence[Block], logs: Sequence[Log], end: Block
    ) -> tuple[int, Block, NormLedgerError | None]:
        """How many blocks' rows were written, the last block that is known to be right, and what is wrong after it."""
        with Recovery() as recovery:
            writer = Writer(connection, self._release, self._node.chain_id, recovery.add)
            writer.prepare(logs)
            told = {number: list(group) for number, group in groupby(logs, key=lambda log: log.block_number)}
            before, touched, fault = registers(connection), [], None
            for block in blocks:
                try:
                    touched.append(writer.add(block, told[block.number]))
                except IntegrityError as error:
                    fault = error
                    break
            if fault is None:
                words = dict(before)
                for some in touched:
                    words |= some
                # A block whose events were left out altogether shows here, if it brought a new subject; far from the
                # head an act left out on an old subject shows with the next act on it.
                fault = self._compared(words, end)
            if fault is None:
                self._witness_all(writer, blocks, told)
            written = fault is None
            if written:
                writer.flush(meanwhile=recovery.feed)  # in good faith: the signatures are still being checked
            wrong = recovery.first_wrong()
        if written and wrong is None:
            return len(blocks), end, None
        if written:
            roll_back(connection, blocks[0].number - 1)
        if wrong is not None:
            fault = forged(*wrong)
            touched = touched[: [block.number for block in blocks].index(wrong.block)]
        for good, some in enumerate(touched):
            differing = self._compared(some, blocks[good])
            if differing is not None:
                fault = differing
                break
        else:
            good = len(touched)
        self._witness_all(writer, blocks[:good], told)
        writer.flush(good)
        return good, blocks[good - 1] if good else end, fault

    def _compared(self, words: Mapping[Slot, Word], block: Block) -> IntegrityError | None:
        """What is wrong with the recomputed words, held against the contracts' storage at this block."""
        slots = sorted(words, key=lambda slot: (slot[0], slot[1] or b""))
        places = [(self._release.address(slot[0]), slot_of(slot)) for slot in slots]
        try:
            told = self._node.storages(places, block.number)
        except RpcError as error:
            if not self._holds(block.number, block.hash):
                raise self._unsettled() from None
            self._node.storage(*places[0], self._node.head().number)  # who tells no state at all says so itself
            raise Forgotten(self._node, block.number, error) from error
        for slot, held in zip(slots, told, strict=True):
            if held != words[slot]:
                if not self._holds(block.number, block.hash):
                    raise self._unsettled()
                name = f"the register of {slot[0].title}" if slot[1] is None else f"subject {slot[1]}"
                return IntegrityError(
                    f"At block {block.number} ({block.hash}) the chain holds the word {held} for {name}, but its "
                    f"events link to {words[slot]}: the node at {self._node.name} left out or altered a log. "
                    "Ask another node."
                )
        return None

    def _mark(self, connection: Connection, block: Block) -> None:
        """Note how far the rows go, and what is final; finality is never taken back."""
        final = min(block.number, self._node.final().number)
        if not self._node.solitary:
            known = connection.scalar(select(_PROGRESS.c.final))
            final = max(final, -1 if known is None else known)
        connection.execute(delete(_PROGRESS))
        values: dict[str, Any] = {
            "id": 1,
            "format": FORMAT,
            "chain_id": self._node.chain_id,
            "release": self._release.name,
            "block": block.number,
            "block_hash": str(block.hash),
            "block_time": block.time,
            "final": final,
        }
        connection.execute(insert(_PROGRESS).values(values))


def _filtered(values: Iterable[bytes]) -> int:
    """The bloom filter of a block's logs: three bits for every address and topic (Ethereum Yellow Paper, 4.3.1)."""
    bloom = 0
    for value in values:
        digest = keccak(value)
        for at in (0, 2, 4):
            bloom |= 1 << (int.from_bytes(digest[at : at + 2], "big") & 2047)
    return bloom
