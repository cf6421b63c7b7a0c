"""Commands that make a workspace ready: init, deploy, key, register, import, index, digest."""

import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from normledger.cli.options import AsJson, AsOfBlock, AtTime, Chain, Database, acting, reading, view_of, writing
from normledger.cli.rendering import as_of_json, console, print_json, say, table
from normledger.documents.document import Profile
from normledger.identifiers import KINDS
from normledger.workspace import Workspace

key = typer.Typer(help="Keys of this workspace.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (init, deploy, register, index, digest):
        app.command()(command)
    app.command("import")(import_)
    app.add_typer(key, name="key")


def init(
    chain: Annotated[str, typer.Option(metavar="URL", help="embedded, or a JSON-RPC URL.")] = "embedded",
    folder: Annotated[Path, typer.Argument(help="Where the workspace is to be.")] = Path(".normledger"),
    database: Database = None,
    outbox: Annotated[
        str | None, typer.Option("--outbox", metavar="URL", help="Of the outbox, which is never deleted.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a workspace: configuration, a relayer's key, an empty store."""
    with Workspace.create(folder, chain=chain, database=database, outbox=outbox) as workspace:
        account = workspace.address_of_key("relayer")
    if as_json:
        return print_json({"workspace": str(folder), "chain": chain, "relayer": str(account)})
    say(f"Workspace {folder} for the chain {chain}. The relayer pays from {account}.")
    if chain != "embedded":
        say("Give that account some of the chain's coin, or set NORMLEDGER_RELAYER_KEY, before you deploy.")


def deploy(chain: Chain = None, as_json: AsJson = False) -> None:
    """Put the contracts onto the chain at their deterministic addresses, where they are missing."""
    told: dict[str, dict[str, object]] = {}
    with writing(chain) as workspace:
        workspace.deploy(lambda name, address, new: told.update({name: {"address": str(address), "new": new}}))
        workspace.update()
        chain_id = workspace.configuration.chain_id
    if as_json:
        return print_json({"chain_id": chain_id, "contracts": told})
    for name, entry in told.items():
        say(f"{name:16} {entry['address']}  {'deployed' if entry['new'] else 'was there'}")


@key.command("new")
def key_new(name: str, as_json: AsJson = False) -> None:
    """Make a key and keep it encrypted; NORMLEDGER_PASSPHRASE takes the place of the workspace's own passphrase."""
    with writing() as workspace:
        account = workspace.new_key(name)
    if as_json:
        return print_json({"name": name, "account": str(account)})
    say(f"{name}: {account}")


@key.command("list")
def key_list(as_json: AsJson = False) -> None:
    """The keys of this workspace."""
    with reading() as workspace:
        keys = workspace.keys()
    if as_json:
        return print_json([{"name": name, "account": str(account)} for name, account in keys.items()])
    table("Keys", ("name", "account"), [(name, str(account)) for name, account in keys.items()])


def register(
    identifier: Annotated[str, typer.Argument(help="state:FRA, domain:example.org, name:…, exercise:state:…")],
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(KINDS)}.")],
    name: Annotated[str, typer.Option(help="The party's name for people.")],
    key_name: Annotated[str, typer.Option("--key", help="A key of this workspace.")],
    country: Annotated[str, typer.Option(help="ISO 3166-1 alpha-3.")] = "",
    region: Annotated[str, typer.Option(help="UN M49 region, for parties without a country.")] = "",
    as_json: AsJson = False,
) -> None:
    """Register a party by its signed claim."""
    with acting() as workspace:
        account = workspace.address_of_key(key_name)
        prepared = workspace.prepare_claim(identifier, kind, Profile(name, country, region), account)
        (done,) = workspace.act_at_once([(prepared, workspace.private_key(key_name))])
    if as_json:
        return print_json({"party": str(done.subject), "digest": str(done.digest), "block": done.block})
    say(f"{name} is party {done.subject}, recorded in block {done.block}.")


def import_(
    files: Annotated[list[Path], typer.Argument(help="JSON or JSON Lines, also gzipped.")],
    observer: Annotated[str | None, typer.Option("--as", metavar="PARTY", help="The observer who reports.")] = None,
    as_json: AsJson = False,
) -> None:
    """Import agreements made elsewhere as reports of an observer, or texts that parties are to sign here."""
    with acting() as workspace:
        view = workspace.newest()
        held = [one for one in view.parties.values() if one.account in workspace.keys().values()]
        author = view.party(observer) if observer else held[0] if len(held) == 1 else None
        done = workspace.report(files, author.id if author else None)
        at = workspace.newest().at
    texts, reports = done.imported.texts, done.imported.reports
    if as_json:
        return print_json(
            {
                "texts": len(texts),
                "clauses": sum(len(text.clauses) for text in texts),
                "reports": len(reports),
                "agreements_to_sign": [str(one.hash) for one in done.imported.agreements],
                "root": str(done.batch.root) if done.batch else None,
                "as_of": as_of_json(at),
            }
        )
    clauses = sum(len(text.clauses) for text in texts)
    if texts:
        say(f"{len(texts)} texts with {clauses} clauses kept.")
    if done.batch and author:
        say(f"{len(reports)} reports anchored by {author.name}.")
        say(f"Root {done.batch.root}, in block {at.block}.", style="dim")
    for agreement in done.imported.agreements:
        say(f"To be signed: {agreement.title}\n  {agreement.hash}")


def index(
    follow: Annotated[bool, typer.Option("--follow", help="Go on as new blocks come.")] = False,
    chain: Chain = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Read the chain into the index, up to its head."""
    with writing(chain, database) as workspace:
        while True:
            bar = Progress(
                TextColumn("Indexing"), BarColumn(), MofNCompleteColumn(), console=console, transient=True,
                disable=as_json or not console.is_terminal,
            )  # fmt: skip
            with bar:
                task = bar.add_task("blocks", total=None)
                workspace.update(partial(_advance, bar, task))
            view = workspace.newest()
            if as_json:
                print_json({"as_of": as_of_json(view.at), "digest": str(view.digest)})
            else:
                say(f"Indexed up to block {view.at.block}, {view.at.hash}.")
            if not follow:
                return
            time.sleep(2)


def _advance(bar: Progress, task: TaskID, done: int, of: int) -> None:
    bar.update(task, completed=done, total=of)


def digest(as_of: AsOfBlock = None, at: AtTime = None, as_json: AsJson = False) -> None:
    """One hash of all facts of the chain, for two strangers to compare."""
    with reading() as workspace:
        view = view_of(workspace, as_of, at)
        told = str(view.digest)
    if as_json:
        return print_json({"digest": told, "as_of": as_of_json(view.at)})
    say(f"{told} block {view.at.block} chain {view.at.chain_id}")
