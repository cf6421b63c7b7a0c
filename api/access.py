"""The workspace behind HTTP: one lock round the library, views and compositions kept by block, the relaying thread.

The library is called by one thread at a time, because the embedded chain and the outbox have one writer. Compositions
are pure functions of a view, so the newest few are kept.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from normledger.composition.record import Basis, World
from normledger.composition.result import Composition, Parameters
from normledger.errors import NormLedgerError
from normledger.identifiers import Digest
from normledger.ledger.queries import View
from normledger.relay.outbox import Submission
from normledger.workspace import Workspace

_T = TypeVar("_T")
_KEPT = 8
_PAUSE = 2.0
"""Seconds between two looks at the chain when nobody submits anything."""

log = logging.getLogger("normledger.api")


class Access:
    """What routes and pages ask; each method is one call of the library under the lock."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._lock = threading.RLock()
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._relay, name="relay", daemon=True)
        self.fault: str | None = None
        """Why the last look at the chain failed, in one sentence; None while all is well."""

    def start(self) -> None:
        """Begin to relay and to follow the chain."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being relayed, and stop."""
        self._stop.set()
        self.wake()
        self._thread.join(timeout=60)

    def wake(self) -> None:
        """Look at the chain and carry what is pending now, not only after the pause."""
        self._wake.set()

    def view(self, as_of: int | None = None) -> View:
        """The register as of a block, by default the newest final one."""
        with self._lock:
            view = self.workspace.view(as_of)
            kept: View = self._keep(("view", view.at.block, view.at.hash), lambda: view)
            return kept

    def compose(self, view: View, basis: Basis, world: World) -> Composition:
        """Rows per outcome under this instance's trust policy."""
        parameters = Parameters(packages=False)
        key = ("composition", view.at.block, view.at.hash, basis, world, self.workspace.trust.hash)
        return self.do(
            lambda: self._keep(key, lambda: self.workspace.compose(view, basis, world, parameters=parameters))
        )

    def do(self, call: Callable[[], _T]) -> _T:
        """Any call of the library."""
        with self._lock:
            return call()

    def in_turn(self, call: Callable[[], _T]) -> _T:
        """Any call of the library that asks the node, writes to the outbox or carries acts: one at a time."""
        with self._lock:
            return call()

    def submit(
        self, typed_data: dict[str, Any], signature: str, texts: list[dict[str, Any]], consent: str
    ) -> Submission:
        """Accept a signed act and wake the relayer."""
        with self._lock:
            submission = self.workspace.submit(typed_data, signature, texts, consent=consent)
            if texts:
                self._kept.clear()  # one of them may be a text that was missing so far
        self.wake()
        return submission

    def submission(self, digest: Digest) -> Submission:
        """What became of a submission."""
        return self.do(lambda: self.workspace.submission(digest))

    def _keep(self, key: tuple[Any, ...], make: Callable[[], _T]) -> _T:
        if key not in self._kept:
            self._kept[key] = make()
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        found: _T = self._kept[key]
        return found

    def _relay(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(_PAUSE)
            self._wake.clear()
            try:
                with self._lock:
                    self.workspace.carry()
                self.fault = None
            except NormLedgerError as error:
                self.fault = str(error)
                log.warning("the chain could not be followed: %s", error)
            except Exception:  # a defect must not end the relaying of everybody's acts
                self.fault = "The relayer met a defect of the service; its log tells more."
                log.exception("the relayer met a defect; it tries again")
