"""Processes of their own, for tests that kill them: forked from a server that has its imports done, in milliseconds.

Belongs here: how a child begins. Does not belong here: what it does, which is a function of the test's module.
"""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from typing import Any

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([
    "alembic", "psycopg", "pytest", "web3.providers.rpc", "normledger.chain.embedded", "normledger.relay.migrations",
    "normledger.workspace", "tests.crowd", "tests.delegations",
])  # fmt: skip


def begin(do: Callable[..., None], *given: Any) -> BaseProcess:
    """Let a child do this, under the variables that stand now: the server keeps those of its own beginning."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("NORMLEDGER_")}
    child = _CONTEXT.Process(target=_run, args=(settings, do, *given))
    child.start()
    return child


def flag() -> Event:
    """What a child sets and its parent waits for."""
    return _CONTEXT.Event()


def _run(settings: dict[str, str], do: Callable[..., None], *given: Any) -> None:
    for name in [name for name in os.environ if name.startswith("NORMLEDGER_")]:
        del os.environ[name]
    os.environ.update(settings)
    do(*given)
