"""Options that many commands share, and how a command gets its workspace and its view."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from normledger.documents.trust_policy import TrustPolicy
from normledger.errors import ChainError, InputError
from normledger.identifiers import Hash
from normledger.ledger.queries import View
from normledger.workspace import Workspace, find, read_policy

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def _block(text: str) -> str:
    """The name of a block, if it is one."""
    if not re.fullmatch(r"[0-9]{1,18}|0x[0-9a-f]{64}", text):
        raise typer.BadParameter(f"{text[:80]!r} is no block; give its number, or its hash in lower case.")
    return text


AsOfBlock = Annotated[
    str | None,
    typer.Option("--as-of", metavar="BLOCK", parser=_block, help="Answer as of this block: its number or hash."),
]
AtTime = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="Answer as of this time (ISO 8601, UTC) or block's hash.")
]
Trust = Annotated[Path | None, typer.Option("--trust", metavar="FILE", help="Whose statements count.")]
AsParty = Annotated[str, typer.Option("--as", metavar="PARTY", help="The party that signs: id, identifier or name.")]
ByKey = Annotated[
    str | None, typer.Option("--by", metavar="KEY", help="The key of a representative, who signs for the party.")
]
Chain = Annotated[str | None, typer.Option("--chain", metavar="URL", help="embedded, or a JSON-RPC URL.")]
Database = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Of the index: sqlite:///FILE or postgresql://USER@HOST/NAME."),
]
Basis = Annotated[str, typer.Option(help="consented or reported; the two are never summed.")]
World = Annotated[str, typer.Option(help="real or exercise.")]
Norms = Annotated[bool, typer.Option("--norms", help="Count endorsements of published norms as consent to them.")]


@contextmanager
def reading() -> Iterator[Workspace]:
    """The workspace, for a command that changes nothing."""
    with Workspace.open(find()) as workspace:
        yield workspace


@contextmanager
def writing(chain: str | None = None, database: str | None = None) -> Iterator[Workspace]:
    """The workspace, with the one writer's turn."""
    with Workspace.open(find(), write=True, chain=chain, database=database) as workspace:
        yield workspace


@contextmanager
def acting() -> Iterator[Workspace]:
    """The workspace, for a command that brings acts to the chain: with the writer's turn, indexed up to the head."""
    with writing() as workspace:
        workspace.update()
        yield workspace


def view_of(workspace: Workspace, as_of: str | None, at: str | None) -> View:
    """The view that --as-of and --at ask for."""
    if at is not None and at.startswith("0x"):
        if as_of is not None:
            raise InputError("two blocks are named; leave one of --as-of and --at out", field="--at")
        as_of, at = at, None
    return workspace.ledger.as_of(block_of(workspace, as_of), time=parse_time(at) if at else None)


def block_of(workspace: Workspace, as_of: str | None) -> int | None:
    """The number of the block that --as-of names by its number or by its hash.

    The index keeps the hashes of blocks in which something happened here; of any other the chain is asked.
    """
    if as_of is None or not as_of.startswith("0x"):
        return None if as_of is None else int(as_of)
    name = Hash.parse(as_of)
    try:
        return workspace.ledger.number_of(name)
    except InputError as unknown:
        try:
            number = workspace.node.number_of(name)
        except ChainError:
            raise unknown from None  # what was indexed is read without a chain too
        if number is None:
            raise InputError(f"no block of this chain has the hash {name}; give the block's number") from None
        return number


def policy_of(workspace: Workspace, trust: Path | None) -> TrustPolicy:
    """The policy that --trust names, or the workspace's own."""
    return read_policy(trust) if trust else workspace.trust


def parse_time(text: str, field: str = "--at") -> int:
    """Unix seconds of an ISO 8601 time; UTC where it names no zone. `field` is where it stood."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is not a time; write 2026-11-23 or 2026-11-23T12:00:00Z", field=field) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def one_of(value: str, allowed: tuple[str, ...], option: str) -> str:
    """The value, if it is one of those allowed."""
    if value not in allowed:
        raise InputError(f"{value!r} is not known; it is one of {', '.join(allowed)}", field=option)
    return value
