"""What a party states of others, on its own list: recognising them, and taking back what it stated there."""

from dataclasses import replace
from typing import Annotated

import typer

from normledger.cli.acting import carry, representative
from normledger.cli.options import AsJson, AsParty, ByKey, acting
from normledger.errors import InputError
from normledger.identifiers import Digest
from normledger.relay.preparation import Prepared
from normledger.relay.requests import ActRequest, prepare_requested
from normledger.workspace import Workspace


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(recognise)
    app.command()(retract)


def recognise(
    recognised: Annotated[str, typer.Argument(metavar="PARTY", help="Id or identifier of the party.")],
    party: AsParty,
    same_as: Annotated[
        str | None, typer.Option("--same-as", metavar="PARTY", help="Another party that is the same actor.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="How you know.")] = None,
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """State that a party is who it claims to be, or that two parties are one actor; it counts for who trusts you."""
    with acting() as workspace:
        request = ActRequest("recognition", party, refers_to=recognised, same_as=same_as or "", text=reason or "")
        carry(workspace, _prepared(workspace, request, by), as_json)


def retract(
    act: Annotated[str, typer.Argument(metavar="ACT", help="Digest of a recognition, or of alignments or reports.")],
    party: AsParty,
    reason: Annotated[str | None, typer.Option("--reason", help="Why.")] = None,
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw what one stated of others: a recognition, a batch of alignments or of reports."""
    with acting() as workspace:
        request = ActRequest("withdrawal", party, refers_to=str(Digest.parse(act)), text=reason or "")
        carry(workspace, _prepared(workspace, request, by), as_json)


_ARGUMENTS = {"refers_to": "PARTY", "same_as": "--same-as"}


def _prepared(workspace: Workspace, request: ActRequest, by: str | None) -> Prepared:
    """As HTTP prepares it, faults told by the command's own words."""
    signer = representative(workspace, by)
    try:
        asked = replace(request, by=str(signer) if signer else "")
        return prepare_requested(workspace.newest(), workspace.release, asked)
    except InputError as error:
        raise (
            error if error.field not in _ARGUMENTS else InputError(error.message, field=_ARGUMENTS[error.field])
        ) from None
