"""A fresh reading of one's own node, from nothing and beside the workspace's index: what a service is held against.

An ordinary node forgets the state of old blocks. Its events are read all the same, and held against the words at its
newest block: a word commits to every act before it, so that nothing goes unseen; only at which of those blocks an act
was left out could not be told.

Belongs here: making that reading, and views of it. Does not belong here: comparing it with anything.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory

from normledger.acts.act import Contract, Recorded, list_of, stances_on
from normledger.acts.commitment import NOTHING
from normledger.acts.release import Release
from normledger.chain.node import Block, Node, RpcError
from normledger.errors import ChainError, IntegrityError
from normledger.identifiers import ZERO, Word
from normledger.ledger.index import Forgotten, Index, open_index
from normledger.ledger.queries import Ledger, View
from normledger.ledger.store import DocumentStore
from normledger.ledger.writer import Slot
from normledger.provenance.mirrors import Borrowing, Mirror


@dataclass
class Reading:
    """A fresh index, and its views."""

    ledger: Ledger
    node: Node
    _index: "_Fresh"
    _views: dict[int, View] = field(default_factory=dict)

    def update(self) -> None:
        """Read on to the node's head. Raises `IntegrityError` where the node left out a log."""
        self._index.update()
        self._views.clear()

    @property
    def head(self) -> int:
        """The newest block read."""
        return self.ledger.as_of(newest=True).at.block

    @property
    def forgotten(self) -> int | None:
        """The newest block, of those compared, whose state the node had pruned; None where there is none."""
        return self._index.forgotten

    def at(self, block: int) -> View:
        """The view as of the last block with acts up to this one. Raises `InputError` before the first act."""
        found = self._views.get(block)
        if found is None:
            found = self.ledger.as_of(block)
            if found.at.block == block:
                # The newest block read may hold no act; its view is kept only until the next reading.
                found = self.ledger.as_of(max((at.block for at in places(found)), default=block))
            self._views[block] = found
        return found


class _Fresh(Index):
    """An index that nobody else reads: where old state is gone it reads on, and compares all words at the head."""

    def __init__(self, url: str, node: Node, store: DocumentStore, release: Release, first: int) -> None:
        engine = open_index(url)
        super().__init__(engine, node, release, first)
        self.close, self.ledger = engine.dispose, Ledger(engine, store, release)
        self.forgotten: int | None = None
        self._behind = False

    def update(self, progress: Callable[[int, int], None] | None = None) -> Block:
        head = super().update(progress)
        if self._behind:
            self._compare_all(head)
            self._behind = False
        return head

    def _compared(self, words: Mapping[Slot, Word], block: Block) -> IntegrityError | None:
        try:
            return super()._compared(words, block)
        except Forgotten as pruned:
            self.forgotten, self._behind = max(self.forgotten or 0, pruned.block), True
            return None

    def _compare_all(self, head: Block) -> None:
        """Hold every word, also of subjects that could have one, against the newest block's state."""
        view = self.ledger.as_of(newest=True)
        words: dict[Slot, Word] = {(Contract.PARTY_REGISTRY, list_of(party)): NOTHING for party in view.parties}
        words |= {(Contract.AGREEMENT_LEDGER, stances_on(one)): NOTHING for one in view.agreements}
        words |= {(contract, None if name == ZERO else name): word for (contract, name), word in view.words.items()}
        try:
            fault = super()._compared(words, head)
        except (Forgotten, RpcError):
            raise ChainError(
                f"The node at {self._node.name} has pruned state before and at its newest block {head.number}, so that "
                "nothing shows whether it left out an act; ask one that keeps state."
            ) from None
        if fault is not None:
            raise fault


def places(view: View) -> Iterator[Recorded]:
    """Where every act of a view stands."""
    for party in view.parties.values():
        yield party.recorded
        yield from (own.recorded for own in party.own)
    yield from (act.recorded for act in view.acts.values())


@contextmanager
def fresh_reading(ledger: Ledger, node: Node, first_block: int, mirror: Mirror) -> Iterator[Reading]:
    """A reading of one's own node from nothing; texts come from the workspace, or from the mirror by their hash."""
    with ExitStack() as closing:
        folder = closing.enter_context(TemporaryDirectory())
        url = f"sqlite:///{folder}/index.db"
        index = _Fresh(url, node, Borrowing(ledger.store, mirror), ledger.release, first_block)
        closing.callback(index.close)
        yield Reading(index.ledger, node, index)
