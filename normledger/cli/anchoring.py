"""Commands for endorsements that were signed off the chain: anchor their root, and promote them one by one."""

from pathlib import Path
from typing import Annotated

import typer

from normledger.cli.options import AsJson, AsParty, acting
from normledger.cli.rendering import print_json, say
from normledger.documents.canonical import parse_json
from normledger.errors import InputError
from normledger.workspace import SignedAct


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (anchor, promote):
        app.command()(command)


def anchor(
    file: Annotated[Path, typer.Argument(help="Signed endorsements, one JSON object a line (`endorse --out`).")],
    party: AsParty,
    as_json: AsJson = False,
) -> None:
    """Anchor signed endorsements of one norm by their root: they count as "at least n" from now on."""
    signed = []
    try:
        lines = file.read_bytes().splitlines()
    except OSError:
        raise InputError("there is no such file; check the path", source=str(file)) from None
    for number, line in enumerate(lines, start=1):
        data = parse_json(line, source=f"{file}:{number}")
        if not isinstance(data, dict) or set(data) != {"typed_data", "signature"}:
            raise InputError("a line holds typed_data and signature, nothing else", source=f"{file}:{number}")
        signed.append(SignedAct(data["typed_data"], data["signature"]))
    with acting() as workspace:
        author = workspace.newest().party(party)
        document = workspace.anchor(signed, author.id)
    if as_json:
        return print_json(
            {"root": str(document.root), "norm": str(document.norm), "endorsements": len(document.leaves)}
        )
    say(f"{author.name} anchored {len(document.leaves)} endorsements; root {document.root}.")


def promote(
    norm: Annotated[str, typer.Argument(metavar="NORM", help="Id or title.")],
    party: Annotated[str | None, typer.Option("--of", metavar="PARTY", help="Only this party's endorsement.")] = None,
    as_json: AsJson = False,
) -> None:
    """Record anchored endorsements of a norm as acts; anybody may, they are signed already."""
    with acting() as workspace:
        view = workspace.newest()
        published = view.norm(norm)
        only = view.party(party).id if party else None
        chosen = [one for one in published.anchored if only in (None, one.act.party)]
        if not chosen:
            raise InputError("there is no anchored endorsement of this norm to promote", field="norm")
        digests = [workspace.submit(one.typed_data, one.signature).digest for one in workspace.signed(chosen)]
        workspace.carry()
        done = [workspace.submission(digest) for digest in digests]
    if as_json:
        return print_json(
            [
                {"digest": str(one.digest), "status": one.status, "block": one.block, "reason": one.reason}
                for one in done
            ]
        )
    for one in done:
        say(f"{one.digest} {one.status}" + (f" in block {one.block}" if one.block else f": {one.reason}"))
