"""Commands that watch the watcher: audit, watch, fetch; and that tell what changed: diff, feed."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import fields, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from normledger.chain.node import Node, connect
from normledger.cli.options import (
    AsJson,
    AsOfBlock,
    Trust,
    World,
    block_of,
    one_of,
    parse_time,
    policy_of,
    reading,
    view_of,
)
from normledger.cli.rendering import as_of_json, as_of_line, print_json, say
from normledger.composition import record
from normledger.composition.result import Composition, Parameters
from normledger.errors import ChainError, InputError, IntegrityError, NotFound, WorkspaceError
from normledger.evidence.verdict import one_line
from normledger.identifiers import Digest, Hash, Word, keccak
from normledger.ledger.queries import View
from normledger.provenance import notifications
from normledger.provenance.audit import common_head, compare_index, compare_nodes, first_parting
from normledger.provenance.differences import Differences, differences
from normledger.provenance.mirrors import LARGEST, Mirror, complete, named_documents
from normledger.provenance.reading import fresh_reading
from normledger.provenance.replay import Difference, Replay, replay
from normledger.provenance.showing import (
    all_unlisted,
    compare,
    compare_candidates,
    compare_documents,
    compare_unlisted,
    look,
)
from normledger.provenance.watching import LAG, Memory, Watch
from normledger.workspace import Workspace

_FORMS = ("atom", "json-feed", "text")
_SHOWN = 8
"""Acts behind one change that are told one by one."""


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (audit, watch, fetch, diff, feed):
        app.command()(command)


# --- audit


def audit(
    api: Annotated[
        str | None, typer.Option("--api", metavar="URL", help="A service to hold against the chain, http(s)://….")
    ] = None,
    node: Annotated[
        str | None, typer.Option("--node", metavar="URL", help="Another node to hold against one's own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay the chain from the deployment on and compare it with the index, another node, a service; act by act."""
    with reading() as workspace:
        own_node, release, first = workspace.node, workspace.release, workspace.configuration.first_block
        if workspace.configuration.chain_id is None:
            raise WorkspaceError("Nothing is deployed from this workspace yet; run `normledger deploy` first.")
        found: list[Difference] = []
        with ExitStack() as closing:
            own = replay(own_node, release, first)
            found += own.faults
            told, view = compare_index(own, workspace.ledger, own_node)
            found += told
            compared = {"index": view.at.block if view else None}
            forgotten: int | None = None
            if node is not None:
                other = connect(node)
                closing.callback(other.close)
                compared["node"], told = _audit_node(own, own_node, other)
                found += told
            if api is not None:
                mirror = closing.enter_context(Mirror(api))
                compared["api"], told, forgotten = _audit_service(workspace, mirror)
                found += told
    if as_json:
        print_json(
            {
                "same": not found,
                "block": own.head.number,
                "block_hash": str(own.head.hash),
                "digest": str(own.digest),
                "acts": len(own.acts),
                "words": own.proven or None,
                "compared": compared,
                "not_compared": None if forgotten is None else {"from": first, "to": forgotten},
                "differences": [one.to_json() for one in found],
            }
        )
    else:
        say(f"Replayed blocks {first} to {own.head.number} at {own.name}: {len(own.acts)} acts; words {own.proven}.")
        say(f"{own.digest} block {own.head.number} chain {own.chain_id}")
        if forgotten is not None:
            say(_not_compared(own.name, first, forgotten))
        for one in found:
            say(f"- {one.sentence}")
    if found:
        raise IntegrityError(_summary(found))
    if not as_json:
        say(f"Nothing differs: {', '.join(f'{name} at block {at}' for name, at in compared.items())}.")


def _audit_node(own: Replay, own_node: Node, other: Node) -> tuple[int, list[Difference]]:
    last = common_head(own_node, other)
    ours = own if last == own.head.number else replay(own_node, own.release, own.first, last)
    theirs = replay(other, own.release, own.first, last)
    found = compare_nodes(ours, theirs)
    if any(one.what == "branch" for one in found):
        block = first_parting(own_node, other, own.first, last)
        found = [
            replace(one, block=block, sentence=f"{one.sentence} They part at block {block}.")
            if one.what == "branch"
            else one
            for one in found
        ]
    return last, found


def _not_compared(node: str, first: int, last: int) -> str:
    """What an ordinary node could not be asked for: it forgets the state of old blocks."""
    return (
        f"The node at {node} has pruned old state: the words as of blocks {first} to {last} were not compared one by "
        "one, only those of its newest block, which commit to every act before."
    )


def _audit_service(workspace: Workspace, mirror: Mirror) -> tuple[int | None, list[Difference], int | None]:
    """The block that the service states, what differs, and up to which block one's own node has pruned its state."""
    first = workspace.configuration.first_block
    with fresh_reading(workspace.ledger, workspace.node, first, mirror) as fresh:
        try:
            fresh.update()
        except (IntegrityError, ChainError) as error:
            sentence = f"The service at {mirror.url} was not compared, because this node can't be read: {error}"
            return None, [Difference(mirror.url, "not compared", None, "", sentence)], fresh.forgotten
        shown = look(mirror, fresh)
        found = compare(shown, fresh)
        if shown.asked is not None:
            view = fresh.at(shown.asked)
            found += compare_unlisted(mirror, view, view.at.block, all_unlisted(view))
            found += compare_documents(mirror, view, sorted(named_documents(view)))[0]
            if shown.status.get("trust_policy") == str(workspace.trust.hash):
                for basis, world in product(("consented", "reported"), ("real", "exercise")):
                    composition = workspace.compose(
                        view,
                        cast(record.Basis, basis),
                        cast(record.World, world),
                        parameters=Parameters(packages=False),
                    )
                    found += compare_candidates(mirror, composition)
        return shown.block, found, fresh.forgotten


def _summary(found: list[Difference]) -> str:
    more = f" ({len(found) - 1} more differ)" if len(found) > 1 else ""
    return one_line(found[0].sentence) + more


# --- watch


def watch(
    url: Annotated[str, typer.Argument(metavar="URL", help="The service to follow, http(s)://….")],
    once: Annotated[bool, typer.Option("--once", help="Look once, and end.")] = False,
    interval: Annotated[int, typer.Option("--interval", metavar="S", min=1, help="Seconds between two looks.")] = 15,
    state: Annotated[
        Path | None,
        typer.Option("--state", metavar="FILE", help="What it showed, remembered; in the workspace by default."),
    ] = None,
    lag: Annotated[
        int, typer.Option("--lag", metavar="S", min=0, help="How long it may not show what is final on the chain.")
    ] = LAG,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document a line, one an event.")] = False,
) -> None:
    """Follow a service beside one's own node; end with an alarm when it lies or takes back what it showed."""
    with reading() as workspace, Mirror(url) as mirror:
        chain_id = workspace.configuration.chain_id
        if chain_id is None:
            raise WorkspaceError("Nothing is deployed from this workspace yet; run `normledger deploy` first.")
        path = state or workspace.folder / f"watch-{keccak(mirror.url.encode()).hex()[:12]}.json"
        memory = Memory.read(path, mirror.url, chain_id)
        first, told_of_pruning = workspace.configuration.first_block, False
        while True:
            # A fresh reading for each look would be sounder still, and slower with every block of the chain.
            with fresh_reading(workspace.ledger, workspace.node, first, mirror) as fresh:
                watching = Watch(mirror, fresh, memory, lag=lag)
                while True:
                    try:
                        shown, alarms = watching.look()
                    except ChainError as error:  # the service, or one's own node, is away for now
                        if once:
                            raise
                        _event(as_json, "unreachable", str(error))
                        break
                    memory.write(path)
                    if fresh.forgotten is not None and not told_of_pruning:
                        told_of_pruning = True
                        _event(as_json, "pruned", _not_compared(workspace.node.name, first, fresh.forgotten))
                    told = f"Block {shown.block}: {len(memory.acts)} acts and {len(memory.documents)} texts so far."
                    for one in alarms:
                        _event(as_json, "alarm", one.sentence, one)
                    if alarms:
                        raise IntegrityError(_summary(alarms))
                    _event(as_json, "look", told, block=shown.block, digest=shown.digest)
                    if once:
                        return
                    time.sleep(interval)
            time.sleep(interval)


def _event(as_json: bool, event: str, sentence: str, one: Difference | None = None, **more: Any) -> None:
    if not as_json:
        if event != "alarm":  # the first alarm is the sentence on standard error
            say(one_line(sentence), style="dim")
        else:
            say(f"ALARM {one_line(sentence)}", style="bold red")
        return
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    data = {"event": event, "time": moment, "sentence": sentence, **(one.to_json() if one else {}), **more}
    sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
    sys.stdout.flush()


# --- fetch


def fetch(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[HASH…]", help="Documents; by default all that are missing.")
    ] = None,
    source: Annotated[str, typer.Option("--from", metavar="URL", help="Any instance's address, http(s)://….")] = ...,  # type: ignore[assignment]  # Typer's way to say: needed
    limit: Annotated[
        int, typer.Option("--limit", metavar="BYTES", min=1, help="How long a document to take.")
    ] = LARGEST,
    as_json: AsJson = False,
) -> None:
    """Complete missing documents by their hash from any mirror; what hashes to another name is refused."""
    with reading() as workspace, Mirror(source, limit=limit) as mirror:
        wanted = [Hash.parse(name) for name in names] if names else sorted(named_documents(workspace.newest()))
        done = complete(workspace.store, wanted, mirror)
    if as_json:
        print_json(done.to_json())
    else:
        say(
            f"{len(done.got)} documents fetched, {sum(done.got.values()):,} bytes; {done.known} were here; "
            f"{len(done.absent)} are not there either."
        )
        for name in done.got:
            say(f"  {name}")
        for name in done.absent:
            say(f"  not there: {name}", style="dim")
    if done.refused:
        more = f" ({len(done.refused) - 1} more were refused)" if len(done.refused) > 1 else ""
        raise IntegrityError(next(iter(done.refused.values())) + more)
    if names and done.absent:
        raise NotFound("document", str(done.absent[0]), f"{mirror.url} does not have it either; ask another mirror")


# --- diff


def diff(
    before: Annotated[str, typer.Argument(metavar="FROM", help="A block's number or hash, or a time; 0 for nothing.")],
    after: Annotated[str, typer.Argument(metavar="TO", help="A later one.")],
    basis: Annotated[str | None, typer.Option("--basis", help="Follow candidates too: consented or reported.")] = None,
    world: World = "real",
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """What changed between two blocks or times, and because of which acts."""
    with reading() as workspace:
        one, other = (_view(workspace, told, field) for told, field in ((before, "FROM"), (after, "TO")))
        if other is None or (one is not None and (one.at.block, one.at.time) > (other.at.block, other.at.time)):
            raise InputError("FROM is later than TO; swap them", field="TO")
        compositions: list[Composition | None] = [None, None]
        if basis is not None:
            one_of(basis, ("consented", "reported"), "--basis")
            one_of(world, ("real", "exercise"), "--world")
            policy = policy_of(workspace, trust)
            compositions = [
                workspace.compose(
                    view, cast(record.Basis, basis), cast(record.World, world), policy, Parameters(packages=True)
                )
                if view
                else None
                for view in (one, other)
            ]
        found = differences(one, other, *compositions)
        if not as_json:
            _print(found, other)
    if as_json:
        print_json(
            {
                "from": as_of_json(one.at) if one else None,
                "to": as_of_json(other.at),
                "basis": basis,
                "differences": found.to_json(),
            }
        )


def _print(found: Differences, after: View) -> None:
    for one in fields(found):
        if entries := getattr(found, one.name):
            say(one.name.replace("_", " ").capitalize(), style="bold")
            for entry in entries:
                say(f"  {one_line(entry.sentence)}")
                for act in _acts(after, entry.acts):
                    say(f"    {one_line(act)}", style="dim")
    if not found:
        say("Nothing changed.")
    as_of_line(after.at)


def _view(workspace: Workspace, told: str, field: str) -> View | None:
    """The view at a block's number or hash, or a time; None for 0, the register before its first act."""
    if told == "0":
        return None
    try:
        if told.isdecimal() or told.startswith("0x"):
            return workspace.ledger.as_of(block_of(workspace, told))
        return workspace.ledger.as_of(time=parse_time(told))
    except InputError as error:
        raise error.at(field=field) from None


def _acts(view: View, digests: Sequence[Hash]) -> Iterator[str]:
    """What acts are, the first of them one by one."""
    for digest in digests[:_SHOWN]:
        act = view.acts.get(Digest(digest))
        by = view.parties.get(act.act.party) if act else None
        what = f"{act.act.kind.term} by {by.name}, block {act.recorded.block}: " if act and by else ""
        yield f"{what}{digest}"
    if len(digests) > _SHOWN:
        yield f"… and {len(digests) - _SHOWN} more; --json lists them"


# --- feed


def feed(
    name: Annotated[str, typer.Argument(metavar="ID", help="An agreement, norm or party: id, title, identifier.")],
    form: Annotated[str, typer.Option("--format", help="atom, json-feed or text.")] = "text",
    since: Annotated[int, typer.Option("--since", metavar="N", min=0, help="Only what comes after number N.")] = 0,
    base: Annotated[str, typer.Option("--base", metavar="URL", help="The instance that its links lead to.")] = "",
    check: Annotated[
        Path | None, typer.Option("--check", metavar="FILE", help="Instead: whether this feed leaves nothing out.")
    ] = None,
    as_of: AsOfBlock = None,
    as_json: AsJson = False,
) -> None:
    """Depositary notifications on an agreement, norm or party: numbered, gap-free, each with its place in the word."""
    one_of(form, _FORMS, "--format")
    with reading() as workspace:
        view = view_of(workspace, as_of, None)
        made = notifications.feed(view, name, since)
    if check is not None:
        return _check(made, check, as_json)
    if as_json or form == "json-feed":
        return print_json(made.to_json_feed(base))
    if form == "atom":
        sys.stdout.write(made.to_atom(base))
        return
    say(one_line(made.heading), style="bold")
    for line in made.lines():
        say(one_line(line))
    say(f"Word {made.word} of subject {made.subject}.", style="dim")
    as_of_line(made.at)


def _check(made: notifications.Feed, file: Path, as_json: bool) -> None:
    try:
        given = file.read_bytes()
    except OSError:
        raise InputError("there is no such feed; check the path", source=str(file)) from None
    try:
        last = notifications.verify_feed(given, Word(made.word))
    except InputError as error:
        raise error.at(source=str(file)) from None
    if as_json:
        return print_json({"complete": True, "notifications": last, "word": str(made.word), "block": made.at.block})
    say(f"Nothing is left out: {last} notifications link to the word {made.word} as of block {made.at.block}.")
