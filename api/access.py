"""The workspace behind HTTP: readers on one side, the one writer on the other.

Readers take no turn. They ask views, which are snapshots as of a block, from the index that any number may read; what
was composed for a view is kept with it, and composed once however many ask at a time. The writer (relaying, following
the chain, asking the node, taking submissions) has one lock, because chain and outbox have one writer.

What pages open with is worked out ahead of readers, in a thread, as soon as there is a new block; nothing is composed
anew where the acts of the block change nothing of it. A page that names no block waits for that a moment only, and then
is told of the newest block that was composed (`newest_composed`). So is no other answer: those are of the newest block.

The index may be rolled back under a reader. So each view is remembered with the hash of the last block with acts that
it rests on; after an answer is made, `holds` tells whether that block still stood and the answer may go out.

Whoever makes evidence waits for the node too, which may be slow, in a queue of its own (`prove`).
"""

import hashlib
import logging
import threading
import time as clock
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from normledger.composition.record import Basis, World
from normledger.composition.result import Composition, Parameters
from normledger.documents.trust_policy import TrustPolicy
from normledger.errors import ChainError, InputError, NormLedgerError, NotFound, WorkspaceError
from normledger.evidence.verdict import Unproven
from normledger.identifiers import Digest, Hash
from normledger.ledger.answers import AsOf
from normledger.ledger.queries import View
from normledger.provenance.bundling import Bundling
from normledger.relay.outbox import Submission
from normledger.workspace import Workspace

_T = TypeVar("_T")
_KEPT = 32
"""Views, and what was made of them; the longest unasked goes first."""

_STATED = 4096
"""Blocks that answers stated and that may be asked for again by their hash, though they hold no act."""

AHEAD: tuple[tuple[Basis, World], ...] = (("reported", "real"), ("consented", "real"), ("consented", "exercise"))
"""What is composed for each new block before anybody asks."""

_PATIENCE = 5
"""How often to look again when the chain turns while it is read."""

_PROVING = 4
"""How many requests for evidence wait for the node at a time; each keeps a thread."""

_MOMENT = 0.05
"""Seconds that a page waits for the composition of a block that came just now."""

_PAUSE = 2.0
"""Seconds between two looks at the chain when nobody submits anything."""

log = logging.getLogger("normledger.api")


@dataclass(frozen=True)
class State:
    """What an answer rests on when nothing else is asked for; another `token` means that answers may differ."""

    view: View
    trust: TrustPolicy
    token: bytes


@dataclass(frozen=True)
class Ahead:
    """What is worked out before readers ask: once at the start, and of each new composition in steps.

    The first step is what the front page shows.
    """

    once: Callable[[], None] = lambda: None
    of: Callable[[Composition], Iterator[None]] = lambda _: iter(())


class Access:
    """What routes and pages ask; each method is one call of the library."""

    def __init__(self, workspace: Workspace, ahead: Ahead | None = None) -> None:
        self.workspace = workspace
        self._ahead = ahead or Ahead()
        self._composed: dict[tuple[Basis, World], tuple[View, Composition]] = {}
        self._advanced = threading.Condition()
        self._turn = threading.RLock()
        self._proving = threading.Lock()
        self._asking_for_proofs = threading.BoundedSemaphore(_PROVING)
        self._guard = threading.RLock()
        self._state: State | None = None
        self._seen = -1
        self._turned = 0
        self._arrived = 0
        self._rests_on: WeakKeyDictionary[View, tuple[Hash, int]] = WeakKeyDictionary()
        self._stated: OrderedDict[Hash, tuple[AsOf, Hash]] = OrderedDict()
        self._kept: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._changed = threading.Event()
        self._threads: list[threading.Thread] = []
        self.fault: str | None = None
        """Why the last look at the chain failed, in one sentence; None while all is well."""
        self.seen: float | None = None
        """When the chain was last followed without fault, in Unix seconds."""
        self.prepared = threading.Event()
        """Set as soon as pages have what they open with; until then the first readers would wait for it."""

    def start(self) -> None:
        """Begin to relay and to follow the chain."""
        self._stop.clear()
        self._threads = [
            threading.Thread(target=work, name=work.__name__.strip("_"), daemon=True)
            for work in (self._relay, self._look_ahead)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is being relayed, and stop."""
        self._stop.set()
        self.wake()
        self._changed.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def wake(self) -> None:
        """Look at the chain and carry what is pending now, not only after the pause."""
        self._wake.set()

    # --- readers

    def fresh(self) -> State | None:
        """The state, if nothing has happened since it was read; asks nobody."""
        state = self._state
        if state is None or self._seen != self.workspace.updates or state.trust is not self.workspace.trust:
            return None
        return state

    def state(self) -> State:
        """The state now. Raises `ChainError` or `WorkspaceError` while nothing is indexed."""
        return self.fresh() or self._refresh()

    def _refresh(self) -> State:
        with self._guard:
            if (known := self.fresh()) is not None:
                return known  # many ask at once, and one of them was first
            seen, trust = self.workspace.updates, self.workspace.trust
            before = self._state.view if self._state else None
            if before is not None and not self.holds(before):
                self._turned += 1
                self._kept.clear()
                self._composed.clear()
                before = None
            if self.workspace.store.arrived():
                self._arrived += 1
                self._kept.clear()
                self._composed.clear()
                before = None
            try:
                view = self._opened(self.workspace.view)
            except WorkspaceError:
                if self.fault:
                    raise ChainError(f"Nothing is indexed here yet. {self.fault}") from None
                raise
            view = before if before is not None and before.at == view.at else self._shared(view)
            rests_on = self._rests_on[view][0]
            self._stated[view.at.hash] = view.at, rests_on
            while len(self._stated) > _STATED:
                self._stated.popitem(last=False)
            counts = f"{view.at.final} {view.at.time} {self._turned} {self._arrived} {self.workspace.release.name}"
            token = hashlib.blake2b(view.at.hash + rests_on + trust.hash + counts.encode(), digest_size=16).digest()
            self._state, self._seen = State(view, trust, token), seen
            self._changed.set()
            return self._state

    def view(self, as_of: int | Hash | None = None, time: int | None = None) -> View:
        """The register as of a block, named by number or hash, or as of a time; by default the newest final block."""
        if as_of is None and time is None:
            return self.state().view
        if isinstance(as_of, Hash):
            at = self._named(as_of)
            if at is None:
                raise NotFound("block", str(as_of), "name one with acts, or one that an answer stated")
            if time is not None and time < at.time:
                raise InputError("this is before the block that as_of names; leave one of the two out", field="at")
            return self.stated(at if time is None else replace(at, time=time))
        number = as_of
        return self._shared(self._opened(lambda: self.workspace.ledger.as_of(number, time=time)))

    def stated(self, at: AsOf) -> View:
        """The view that an earlier answer stated. Raises `InputError` where the chain has taken its block back."""
        named = self._named(at.hash)
        if named is None or named.block != at.block or named.time > at.time:
            raise InputError("the chain has taken its block back; begin again without it", field="as_of")
        exact = AsOf(named.chain_id, named.block, named.hash, at.time, named.final)
        return self._shared(self._opened(lambda: self.workspace.ledger.at(exact)))

    def _named(self, hash_: Hash) -> AsOf | None:
        found = self.workspace.ledger.named(hash_)
        if found is not None or hash_ not in self._stated:
            return found
        at, rests_on = self._stated[hash_]
        # The index keeps no row of a block without acts; its rows are those of the last block with acts before it.
        return at if self.workspace.ledger.standing(at.block) == rests_on else None

    def holds(self, view: View) -> bool:
        """Whether the chain still holds what this view rests on; where it does not, the view is thrown away."""
        rests_on, turned = self._rests_on[view]
        if turned == self._turned and self.workspace.ledger.standing(view.at.block) == rests_on:
            return True
        with self._guard:
            for key in [key for key in self._kept if isinstance(key, tuple) and (view in key or view.at in key)]:
                del self._kept[key]
        return False

    def _opened(self, open_: Callable[[], View]) -> View:
        """A view with what it rests on, both of one moment."""
        turned, view = self._turned, open_()
        for _ in range(_PATIENCE):
            rests_on, again = self.workspace.ledger.standing(view.at.block), open_()
            if again.at == view.at and rests_on is not None:
                self._rests_on[view] = rests_on, turned
                return view
            view = again
        raise ChainError("The chain turns faster than it can be read; ask again in a moment.")

    def _shared(self, view: View) -> View:
        """The one view of this moment that all readers share, so that each thing is read once."""
        key = ("view", view.at, *self._rests_on[view])
        return self._keep(key, lambda: view)

    def compose(self, view: View, basis: Basis, world: World) -> Composition:
        """Rows per outcome under this instance's trust policy."""
        _, before = self._composed.get((basis, world), (None, None))

        def made() -> Composition:
            return self.workspace.compose(view, basis, world, parameters=Parameters(packages=False), before=before)

        return self._keep(("composition", view, basis, world, self.workspace.trust.hash), made)

    def newest_composed(self, basis: Basis, world: World) -> tuple[View, Composition]:
        """The newest view and its composition; an earlier one, while that of the newest takes longer than a moment.

        Only as long as the chain holds its block, and while the thread that looks ahead is at work on the newest.
        """
        view = self.state().view
        known = self._composed.get((basis, world))
        if known is None or not self._threads or not self._is_ours(known[1]) or not self.holds(known[0]):
            return view, self._advance(view, basis, world)
        if known[0] is not view:
            with self._advanced:
                self._advanced.wait_for(lambda: self._is_of(view, basis, world), _MOMENT)
            known = self._composed.get((basis, world), known)
        return known

    def _advance(self, view: View, basis: Basis, world: World) -> Composition:
        """Compose, as what is told from now on."""
        composition = self.compose(view, basis, world)
        with self._advanced:
            known = self._composed.get((basis, world))
            if known is None or known[0].at.block <= view.at.block or not self.holds(known[0]):
                self._composed[basis, world] = view, composition
            self._advanced.notify_all()
        return composition

    def _is_of(self, view: View, basis: Basis, world: World) -> bool:
        known = self._composed.get((basis, world))
        return known is None or known[0] is view

    def _is_ours(self, composition: Composition) -> bool:
        return composition.policy.hash == self.workspace.trust.hash

    def kept(self, name: str, view: View, make: Callable[[], _T]) -> _T:
        """Whatever follows from a view alone; made once."""
        return self._keep((name, view), make)

    def indexed(self) -> int:
        """The last block that the index has read, final or not."""
        return self.workspace.newest().at.block

    def do(self, call: Callable[[], _T]) -> _T:
        """Any call of the library that reads index and documents only."""
        return call()

    def _keep(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """What was made for this key; made once, while others who ask for it wait for that."""
        with self._guard:
            found = self._kept.get(key)
            if mine := found is None:
                found = self._kept[key] = Future()
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        assert found is not None
        if mine:
            try:
                found.set_result(make())
            except BaseException as error:
                found.set_exception(error)
                with self._guard:
                    if self._kept.get(key) is found:
                        del self._kept[key]
        result: _T = found.result()
        return result

    # --- the writer

    def in_turn(self, call: Callable[[], _T]) -> _T:
        """Any call of the library that asks the node, writes to the outbox or carries acts: one at a time."""
        with self._turn:
            return call()

    def prove(self, as_of: int | None, make: Callable[[Bundling], _T]) -> _T:
        """Make evidence as of a block: beside readers and the writer, who never wait for the node's proofs.

        One at a time, and few wait, so that a slow node keeps neither the writer nor all threads that answer. Raises
        `ChainError` for one too many, and where the chain turned meanwhile.
        """
        if not self._asking_for_proofs.acquire(blocking=False):
            raise ChainError("The node is asked for other evidence already; ask again in a moment.")
        try:
            with self._proving:
                making = Bundling(self.workspace.ledger, self.workspace.node, self.workspace.release, as_of)
                try:
                    return make(making)
                except Unproven:
                    block = self.workspace.node.block(making.header.number)
                    if block is None or block.hash != making.header.hash:
                        raise ChainError("The chain turned while the evidence was made; ask again.") from None
                    raise
        finally:
            self._asking_for_proofs.release()

    def submit(
        self, typed_data: dict[str, Any], signature: str, texts: list[dict[str, Any]], consent: str
    ) -> Submission:
        """Accept a signed act and wake the relayer."""
        submission = self.in_turn(lambda: self.workspace.submit(typed_data, signature, texts, consent=consent))
        if texts:
            self._look_again()  # one of them may be a text that was missing so far
        self.wake()
        return submission

    def submission(self, digest: Digest) -> Submission:
        """What became of a submission; one that is recorded is indexed too."""
        return self.in_turn(lambda: self.workspace.submission(digest))

    def _look_again(self) -> None:
        if any(path.exists() for path in self.workspace.store.sought.copy()):
            self._seen = -1

    def _look_ahead(self) -> None:
        """Work out what pages open with as soon as there is a new block, so that no reader waits for it."""
        self._ahead.once()
        while not self._stop.is_set():
            self._changed.wait()
            self._changed.clear()
            under_way = [self._ahead.of(composition) for composition in self._newest_composed()]
            for most in (1, None):
                for steps in under_way:
                    self._walk(steps, most)
            self.prepared.set()

    def _newest_composed(self) -> Iterator[Composition]:
        for basis, world in AHEAD:
            try:
                yield self._advance(self.state().view, basis, world)
            except Exception as error:
                # Whoever asks for it meets the same and is told.
                self._composed.pop((basis, world), None)
                if isinstance(error, NormLedgerError):
                    log.info("nothing is composed ahead: %s", error)
                else:
                    log.exception("composing ahead met a defect")

    def _walk(self, steps: Iterator[None], most: int | None) -> None:
        """So many steps, or all; none more once there is a newer block, or the end."""
        try:
            for number, _ in enumerate(steps, start=1):
                if number == most or self._changed.is_set():
                    break
        except Exception:
            log.exception("working out ahead met a defect")

    def _relay(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(_PAUSE)
            self._wake.clear()
            try:
                self.in_turn(lambda: self.workspace.carry(patience=0))
                self.fault, self.seen = None, clock.time()
                self._look_again()
                self.state()
            except NormLedgerError as error:
                self.fault = str(error)
                log.warning("the chain could not be followed: %s", error)
            except Exception:  # a defect must not end the relaying of everybody's acts
                self.fault = "The relayer met a defect of the service; its log tells more."
                log.exception("the relayer met a defect; it tries again")
