"""Checks the plain signatures of many acts while their rows are made.

Recovering a signer takes as long as all else that an act costs, and Python's threads would take turns at it. So a
process of its own does it: it reads signatures from a pipe and tells at the end which one is the first wrong; whoever
waits for that takes on what the process has not had yet. It ends with its input, hence never outlives us. Where it
can't be started, or dies, all of it is checked here; a few signatures are not worth it.

Belongs here: which signatures are not their accounts'. Does not belong here: what follows from that.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from queue import Empty, SimpleQueue
from struct import Struct
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from normledger.acts.signature import is_by
from normledger.identifiers import Address, Digest

if TYPE_CHECKING:  # the process starts sooner without
    from normledger.acts.act import RecordedAct

_WORTH_IT = 500
"""Signatures from which on a process is started: in the time that takes, as many are checked."""

_TOGETHER = 50
"""Signatures that are handed over at once."""

_ROOM = 16_384
"""Bytes that wait in the pipe: enough to go on with while Python's other thread has its turn, and little to wait for at
the end."""

_RECORD = Struct(">32s65s20sQQQ")
"""Digest, signature, account, and where the act stands. Bytes: objects by the thousand keep Python's collector busy."""

_ANSWER = Struct(">qq")


class Wrong(NamedTuple):
    """An act whose plain signature is not its account's: its block, its log's place in that, its own in the log."""

    block: int
    log: int
    place: int
    account: Address


class Recovery:
    """Takes acts that were signed directly, and tells of all of them by `first_wrong`; a context, left once."""

    def __init__(self) -> None:
        self._records: list[bytes] = []
        self._waiting: SimpleQueue[range | None] = SimpleQueue()
        self._handed_over = 0
        self._beside: _Beside | None = None
        self._alone = os.cpu_count() == 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._beside is not None:
            self._beside.close()

    def add(self, act: "RecordedAct") -> None:
        """Have one more checked."""
        self._records.append(_RECORD.pack(act.digest, act.signature, act.act.account, *act.recorded.order))
        if len(self._records) - self._handed_over >= (_TOGETHER if self._beside else _WORTH_IT) and not self._alone:
            self._hand_over()

    def first_wrong(self) -> Wrong | None:
        """The first of the acts that were added whose signature is not its account's; waits until all are checked."""
        wrong = self._wrong(range(self._handed_over, len(self._records)))
        with suppress(Empty):
            while (some := self._waiting.get_nowait()) is not None:
                wrong += self._wrong(some)
        if self._beside is not None:
            wrong += self._told(self._beside)
        if not wrong:
            return None
        _, _, account, block, log, place = _RECORD.unpack(self._records[min(wrong)])
        return Wrong(block, log, place, Address(account))

    def _wrong(self, places: Iterable[int]) -> list[int]:
        return [place for place in places if not _is_right(self._records[place])]

    def _hand_over(self) -> None:
        if self._beside is None:
            try:
                self._beside = _Beside(self._records, self._waiting)
            except (OSError, ValueError, TypeError):  # no more processes, or no interpreter that is known
                self._alone = True
                return
        for start in range(self._handed_over, len(self._records), _TOGETHER):
            self._waiting.put(range(start, min(start + _TOGETHER, len(self._records))))
        self._handed_over = len(self._records)

    def _told(self, beside: "_Beside") -> list[int]:
        """What the process says of all that it was given; where it says nothing, it is all checked here."""
        found = beside.first_wrong()
        given = [place for some in beside.given for place in some]
        if found is None:
            return self._wrong(given)
        return [] if found < 0 else [given[found]]


class _Beside:
    """The process, and the thread that feeds it what is waiting, until None is; `given` is what it was handed."""

    def __init__(self, records: list[bytes], waiting: "SimpleQueue[range | None]") -> None:
        self.given: list[range] = []
        self._records, self._waiting = records, waiting
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", f"from {__name__} import serve; serve()"],
            bufsize=-1,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
            process_group=0,  # an interrupt from the keyboard is ours
            pipesize=_ROOM,
        )
        self._feeder = Thread(target=self._feed, name="recover", daemon=True)
        self._feeder.start()

    def _feed(self) -> None:
        assert self._process.stdin is not None
        with suppress(OSError), self._process.stdin as pipe:  # OSError: the process is gone
            while (some := self._waiting.get()) is not None:
                self.given.append(some)
                pipe.write(b"".join(self._records[some.start : some.stop]))
                pipe.flush()

    def first_wrong(self) -> int | None:
        """The place of the first that is wrong among all that was given, -1 for none; None where it can't say."""
        self._waiting.put(None)
        self._feeder.join()
        assert self._process.stdout is not None
        answer = self._process.stdout.read(_ANSWER.size)
        if len(answer) != _ANSWER.size:
            return None
        number, wrong = _ANSWER.unpack(answer)
        return int(wrong) if number == sum(map(len, self.given)) else None

    def close(self) -> None:
        """Stop the process, whatever it is at."""
        assert self._process.stdout is not None
        self._process.kill()
        self._waiting.put(None)
        self._feeder.join()
        self._process.stdout.close()
        self._process.wait()


def _is_right(record: bytes) -> bool:
    digest, signature, account, *_ = _RECORD.unpack(record)
    return is_by(Digest(digest), signature, Address(account))


def serve() -> None:
    """What the process does: check records until there are no more; tell how many, and the first wrong or -1."""
    number, wrong = 0, -1
    while len(record := sys.stdin.buffer.read(_RECORD.size)) == _RECORD.size:
        if wrong < 0 and not _is_right(record):
            wrong = number
        number += 1
    sys.stdout.buffer.write(_ANSWER.pack(number, wrong))
    sys.stdout.buffer.flush()
    os._exit(0)  # nothing is left to tidy up, and somebody waits
