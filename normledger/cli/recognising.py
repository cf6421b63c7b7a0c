"""What a party states of others, on its own list: recognising them, and taking back what it stated there."""

from typing import Annotated

import typer

from normledger.acts.act import ActKind, Contract, list_of
from normledger.acts.consent import standing_batches
from normledger.cli.acting import carry, representative
from normledger.cli.options import AsJson, AsParty, ByKey, acting
from normledger.errors import InputError, NotFound
from normledger.identifiers import ZERO, Digest, Hash


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
        view = workspace.newest()
        signer, one = view.party(party), view.party(recognised)
        other = view.party(same_as) if same_as is not None else None
        if other is None and one.id == signer.id:
            raise InputError("a party can't recognise itself; name another", field="PARTY")
        if other is not None and other.id == one.id:
            raise InputError("a party is the same as itself; name another", field="--same-as")
        if other is not None and other.world != one.world:
            raise InputError("no recognition joins the real world and an exercise; name another", field="--same-as")
        prepared = workspace.prepare(
            ActKind.RECOGNITION,
            list_of(signer.id),
            signer.id,
            view=view,
            refers_to=Hash(one.id),
            clause=Hash(other.id) if other else ZERO,
            text=reason,
            by=representative(workspace, by),
        )
        carry(workspace, prepared, as_json)


def retract(
    act: Annotated[str, typer.Argument(metavar="ACT", help="Digest of a recognition, or of alignments or reports.")],
    party: AsParty,
    reason: Annotated[str | None, typer.Option("--reason", help="Why.")] = None,
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw what one stated of others: a recognition, a batch of alignments or of reports."""
    with acting() as workspace:
        view = workspace.newest()
        signer, named = view.party(party), Digest.parse(act)
        own = view.acts_on(Contract.PARTY_REGISTRY, list_of(signer.id))
        if named not in {one.digest for one in standing_batches(own)}:
            raise NotFound("standing statement", str(named), f"`normledger party {party}` lists those of this party")
        prepared = workspace.prepare(
            ActKind.WITHDRAWAL,
            list_of(signer.id),
            signer.id,
            view=view,
            refers_to=named,
            text=reason,
            by=representative(workspace, by),
        )
        carry(workspace, prepared, as_json)
