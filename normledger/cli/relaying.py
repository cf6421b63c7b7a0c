"""Commands about the outbox: what was accepted, its way to the chain, and a copy of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from normledger.cli.options import AsJson, one_of, reading, writing
from normledger.cli.rendering import print_json, say, table
from normledger.identifiers import Digest
from normledger.relay.archive import backup as backup_to
from normledger.relay.archive import restore as restore_from
from normledger.relay.outbox import Step, Submission

outbox = typer.Typer(help="What was accepted and is on its way to the chain.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup's file.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(outbox, name="outbox")


@outbox.command("list")
def list_(
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help="Only accepted, recorded or refused.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The submissions kept here, in the order in which they came."""
    if status is not None:
        one_of(status, ("accepted", "recorded", "refused"), "--status")
    with reading() as workspace:
        found = [one for one in workspace.outbox.all() if status in (None, one.status)]
    if as_json:
        return print_json([_submission(one) for one in found])
    table(
        f"{len(found)} submissions",
        ("digest", "act", "status", "block", "why"),
        [(str(one.digest), one.kind, one.status, str(one.block or ""), one.reason or "") for one in found],
    )


@outbox.command()
def show(
    digest: Annotated[str, typer.Argument(metavar="DIGEST", help="The act's digest.")], as_json: AsJson = False
) -> None:
    """One submission's way, step by step."""
    with reading() as workspace:
        name = Digest.parse(digest)
        one, way = workspace.submission(name), workspace.outbox.way(name)
    if as_json:
        return print_json({**_submission(one), "way": [_step(step) for step in way]})
    say(f"{one.kind} {one.digest}: {one.status}")
    for step in way:
        told = [f"{datetime.fromtimestamp(step.at, UTC):%Y-%m-%d %H:%M:%S} UTC  {step.state}"]
        told += [f"in block {step.block}"] if step.block is not None else []
        told += [f"by {step.transaction}"] if step.transaction else []
        say(" ".join(told) + (f": {step.reason}" if step.reason else ""))


@outbox.command()
def backup(file: File, as_json: AsJson = False) -> None:
    """Copy the outbox, as of one moment, to a new file; the service may go on meanwhile."""
    with reading() as workspace:
        count = backup_to(workspace.outbox.engine, file)
    if as_json:
        return print_json({"file": str(file), "submissions": count})
    say(f"{count} submissions and their ways are in {file}.")


@outbox.command()
def restore(file: File, as_json: AsJson = False) -> None:
    """Bring a backup into an empty outbox; what the chain holds meanwhile is found by the next look at it."""
    with writing() as workspace:
        count = restore_from(workspace.outbox.engine, file)
    if as_json:
        return print_json({"file": str(file), "submissions": count})
    say(f"{count} submissions and their ways are here again.")


def _submission(one: Submission) -> dict[str, object]:
    return {
        "digest": str(one.digest),
        "act": one.kind,
        "subject": str(one.subject),
        "status": one.status,
        "reason": one.reason,
        "transaction": str(one.transaction) if one.transaction else None,
        "block": one.block,
        "received": one.received,
    }


def _step(step: Step) -> dict[str, object]:
    transaction = str(step.transaction) if step.transaction else None
    return {
        "state": step.state, "at": step.at, "transaction": transaction, "block": step.block, "reason": step.reason,
    }  # fmt: skip
