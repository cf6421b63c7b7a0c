"""Commands by which a party acts on itself: empower, revoke, rotate, cancel, and claim once more."""

from typing import Annotated

import typer

from normledger.acts.act import OWN, ActKind
from normledger.cli.acting import carry, representative
from normledger.cli.options import AsJson, AsParty, ByKey, acting, parse_time
from normledger.documents.document import Profile
from normledger.errors import InputError, NotFound
from normledger.identifiers import ZERO, Address, Hash
from normledger.ledger.queries import View
from normledger.relay.preparation import (
    prepare_further_claim,
    prepare_own_cancellation,
    prepare_powers,
    prepare_revocation,
    prepare_rotation,
)
from normledger.workspace import Workspace

Who = Annotated[str, typer.Argument(metavar="REPRESENTATIVE", help="A key of this workspace, or an account.")]
On = Annotated[
    str | None, typer.Option("--on", metavar="ID", help="Only on this agreement, norm or list; else on everything.")
]

_DELEGABLE = tuple(kind for kind in ActKind if kind is not ActKind.CLAIM)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (empower, revoke, rotate, cancel):
        app.command()(command)
    app.command("claim")(claim)


def empower(
    who: Who,
    party: AsParty,
    kinds: Annotated[
        str, typer.Option(help="Kinds of act, by commas: endorsement,declaration; or acts, for all but own.")
    ],
    until: Annotated[str, typer.Option(help="The last moment at which its acts may be recorded (ISO 8601, UTC).")],
    on: On = None,
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """Give a representative full powers (VCLT article 7)."""
    named = _kinds(kinds)
    with acting() as workspace:
        view = workspace.newest()
        prepared = prepare_powers(
            view,
            workspace.release,
            view.party(party).id,
            _account(workspace, who),
            named,
            parse_time(until),
            subject=_subject(view, on),
            by=representative(workspace, by),
        )
        carry(workspace, prepared, as_json)


def revoke(who: Who, party: AsParty, on: On = None, by: ByKey = None, as_json: AsJson = False) -> None:
    """End a representative's full powers; what it did before stays."""
    with acting() as workspace:
        view = workspace.newest()
        prepared = prepare_revocation(
            view,
            workspace.release,
            view.party(party).id,
            _account(workspace, who),
            subject=_subject(view, on),
            by=representative(workspace, by),
        )
        carry(workspace, prepared, as_json)


def rotate(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The key of this workspace that acts from now on.")],
    party: AsParty,
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """Act through another key from now on; it ends all powers given before, and there is no way back."""
    with acting() as workspace:
        view = workspace.newest()
        prepared = prepare_rotation(
            view,
            workspace.release,
            view.party(party).id,
            workspace.address_of_key(key),
            by=representative(workspace, by),
        )
        carry(workspace, prepared, as_json, next_key=workspace.private_key(key))


def cancel(
    number: Annotated[int, typer.Argument(help="The number that the act was signed with.")],
    party: AsParty,
    on: Annotated[
        str | None, typer.Option("--on", metavar="ID", help="The agreement, norm or list; else the party itself.")
    ] = None,
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """Void what was signed with a number and is not recorded yet; what is recorded can only be withdrawn."""
    if number < 1:
        raise InputError("numbers count from 1", field="number")
    with acting() as workspace:
        view = workspace.newest()
        signer, agent = view.party(party).id, representative(workspace, by)
        if on is None:
            prepared = prepare_own_cancellation(view, workspace.release, signer, number, by=agent)
        else:
            prepared = workspace.prepare(
                ActKind.CANCELLATION, _subject(view, on), signer, view=view, number=number, by=agent
            )
        carry(workspace, prepared, as_json)


def claim(
    identifier: Annotated[str, typer.Argument(help="One more: state:FRA, domain:example.org, name:…")],
    party: AsParty,
    name: Annotated[str, typer.Option(help="The party's name for people.")],
    country: Annotated[str, typer.Option(help="ISO 3166-1 alpha-3.")] = "",
    region: Annotated[str, typer.Option(help="UN M49 region, for parties without a country.")] = "",
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """Claim one more identifier for a party, and give its profile anew."""
    with acting() as workspace:
        view = workspace.newest()
        prepared = prepare_further_claim(
            view,
            workspace.release,
            view.party(party).id,
            identifier,
            Profile(name, country, region),
            by=representative(workspace, by),
        )
        carry(workspace, prepared, as_json)


def _kinds(text: str) -> frozenset[ActKind]:
    if text == "acts":
        return frozenset(_DELEGABLE) - frozenset(OWN)
    known = {kind.term.replace(" ", "-"): kind for kind in _DELEGABLE}
    named = [one.strip() for one in text.split(",")]
    for one in named:
        if one not in known:
            raise InputError(f"{one!r} is no kind of act; there are {', '.join(known)}", field="--kinds")
    return frozenset(known[one] for one in named)


def _account(workspace: Workspace, who: str) -> Address:
    return Address.parse(who) if who.startswith("0x") else workspace.address_of_key(who)


def _subject(view: View, on: str | None) -> Hash:
    """A subject by its id, or by the title or name of an agreement, norm or party; zero for none."""
    if on is None:
        return ZERO
    titles = {one.title: Hash(one.id) for one in view.agreements.values()}
    titles |= {one.title: Hash(one.id) for one in view.norms.values()}
    titles |= {one.name: Hash(one.id) for one in view.parties.values()}
    if on in titles:
        return titles[on]
    try:
        return Hash.parse(on)
    except InputError:
        raise NotFound(
            "agreement, norm or party", on, "`normledger agreements`, `norms` and `parties` list them"
        ) from None
