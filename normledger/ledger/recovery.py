"""Checks the plain signatures of many acts while their rows are made.

Recovering a signer takes as long as all else that an act costs, and Python's threads would take turns at it. So a
process of its own does it: it reads signatures from a pipe and tells at the end which one is the first wrong; whoever
waits for that takes on what the process has not had yet. It ends with its input, hence never outlives us. Where it
can't be started, or dies, all of it is checked here; a few signatures are not worth it.

Belongs here: which signatures are not their accounts'. Does not belong here: what follows from that.
"""

import os
import struct
import subprocess
import sys
from types import TracebackType
from typing import IO, TYPE_CHECKING, NamedTuple, Self

from normledger.acts.signature import is_by
from normledger.identifiers import Address, Digest

if TYPE_CHECKING:  # the process starts sooner without
    from normledger.acts.act import RecordedAct

_WORTH_IT = 500
"""Signatures from which on a process is started: in the time that takes, as many are checked."""

_TOGETHER = 50
"""Signatures that are handed over at once."""

_ROOM = 65_536
"""Bytes that wait in the pipe: enough to go on with until more is handed over, and little to wait for at the end."""

_RECORD = struct.Struct(">32s65s20sQQQ")
"""Digest, signature, account, and where the act stands. Bytes: objects by the thousand keep Python's collector busy."""

_ANSWER = struct.Struct(">qq")


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
        self._given = 0  # so many of them, from the first, are the process's to check
        self._cut = b""  # what did not fit into the pipe of the last of these
        self._process: subprocess.Popen[bytes] | None = None
        self._alone = os.cpu_count() == 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.__exit__(kind, error, trace)  # closes the pipes, and waits

    def add(self, act: "RecordedAct") -> None:
        """Have one more checked."""
        self._records.append(_RECORD.pack(act.digest, act.signature, act.act.account, *act.recorded.order))
        if len(self._records) % _TOGETHER == 0:
            self.feed()

    def feed(self) -> None:
        """Hand over what there is room for; whoever works long without adding an act calls it now and then."""
        self._feed(len(self._records))

    def first_wrong(self) -> Wrong | None:
        """The first of the acts that were added whose signature is not its account's; waits until all are checked."""
        wrong, end = [], len(self._records)
        self._feed(end)
        while self._given < end:  # they meet where both are done
            end -= 1
            if not _is_right(self._records[end]):
                wrong.append(end)
            if end % 5 == 0:
                self._feed(end)
        told = self._told()
        wrong += (
            [place for place in range(self._given) if not _is_right(self._records[place])] if told is None else told
        )
        if not wrong:
            return None
        _, _, account, block, log, place = _RECORD.unpack(self._records[min(wrong)])
        return Wrong(block, log, place, Address(account))

    def _feed(self, end: int) -> None:
        if self._alone or len(self._records) < _WORTH_IT:
            return
        try:
            if self._process is None:
                self._process = _started()
            while self._cut or self._given < end:
                if not self._cut:
                    until = min(self._given + _TOGETHER, end)
                    self._cut, self._given = b"".join(self._records[self._given : until]), until
                self._cut = self._cut[os.write(_pipe(self._process.stdin), self._cut) :]
        except BlockingIOError:
            return  # the pipe is full
        except (OSError, ValueError, TypeError):  # it died; or no more processes, or no interpreter that is known
            self._alone = True

    def _told(self) -> list[int] | None:
        """The first that is wrong of all that the process was given, if any is; None where it can't say."""
        if self._process is None or self._alone or self._process.stdin is None or self._process.stdout is None:
            return None
        try:
            os.set_blocking(_pipe(self._process.stdin), True)
            while self._cut:
                self._cut = self._cut[os.write(_pipe(self._process.stdin), self._cut) :]
            self._process.stdin.close()
            number, wrong = _ANSWER.unpack(self._process.stdout.read(_ANSWER.size))
        except (OSError, struct.error):
            return None
        return None if number != self._given else [wrong] if wrong >= 0 else []


def _started() -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", f"from {__name__} import serve; serve()"],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
        process_group=0,  # an interrupt from the keyboard is ours
        pipesize=_ROOM,
    )
    os.set_blocking(_pipe(process.stdin), False)
    return process


def _pipe(stream: IO[bytes] | None) -> int:
    assert stream is not None
    return stream.fileno()


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
