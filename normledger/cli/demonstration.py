"""`normledger demo`: the whole way on the shipped real agreements and the exercise, in a workspace of its own."""

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from normledger.acts.signature import sign
from normledger.chain.ganache import Ganache
from normledger.cli.options import one_of
from normledger.cli.reading import find_candidate, show_candidate
from normledger.cli.rendering import as_of_line, console, outcome_rows, say, table
from normledger.cli.service import running
from normledger.cli.tracing import trace_tree
from normledger.composition.result import Parameters
from normledger.documents.canonical import canonical_bytes, parse_json
from normledger.documents.document import Profile
from normledger.documents.formats.proposals import read_proposals
from normledger.documents.trust_policy import TrustPolicy
from normledger.errors import NormLedgerError, Refused
from normledger.exercise import Exercise
from normledger.identifiers import Digest, NormId
from normledger.provenance.graph import down
from normledger.workspace import FUNDS, Workspace, composing

_MARK = "demonstration"
"""A file in a demonstration's workspace; only a folder that holds it is ever deleted."""


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(demo)


def demo(chain: Annotated[str, typer.Option(help="embedded or ganache.")] = "embedded") -> None:
    """Show the whole way: real agreements become candidate norms; an exercise is signed, published and traced."""
    one_of(chain, ("embedded", "ganache"), "--chain")
    begun = time.monotonic()
    folder = _fresh_folder(Path.cwd())
    with ExitStack() as closing:
        workspace = closing.enter_context(Workspace.create(folder))
        ganache = None
        if chain == "ganache":
            ganache = Ganache(folder / "chain", workspace.private_key("relayer"), FUNDS)
            closing.enter_context(ganache)
            workspace.use_chain(ganache.url)
        _show(workspace)
        say(f"\nDone in {time.monotonic() - begun:.0f} seconds.")
        _what_next(folder, ganache)


def _fresh_folder(here: Path) -> Path:
    """`.normledger` here if it is a demonstration's or not there; another name beside it if somebody works in it."""
    for name in (".normledger", ".normledger-demo"):
        folder = here / name
        if (folder / _MARK).exists():
            shutil.rmtree(folder)
        if not folder.exists():
            folder.mkdir()
            (folder / _MARK).touch()
            return folder
    raise Refused("Both .normledger and .normledger-demo are somebody's workspaces; run the demo in another folder.")


@contextmanager
def _step(told: str) -> Iterator[None]:
    begun = time.monotonic()
    say(f"\n▸ {told}", style="bold")
    yield
    say(f"  {time.monotonic() - begun:.1f} s", style="dim")


def _show(workspace: Workspace) -> None:
    exercise = Exercise(workspace, lambda told: say(f"  {told}"))
    with _step(f"Deploying the contracts to the {workspace.configuration.chain} chain"):
        workspace.deploy(lambda name, address, _: say(f"  {name:16} {address}"))
        workspace.update()
    with _step("Registering an observer and a curator with keys made on the spot"):
        observers = {}
        for name in ("observer", "curator"):
            shown = f"Demonstration {name}"
            key, prepared = exercise.new_party(name, f"name:{shown}", "ngo", Profile(shown))
            observers[name] = (prepared, key)
        workspace.act_at_once(list(observers.values()))
    observer, curator = exercise.parties["observer"], exercise.parties["curator"]
    policy = TrustPolicy(alignments=(curator,), reports=(observer,))
    (workspace.folder / "trust.json").write_bytes(canonical_bytes(policy.to_json()) + b"\n")
    workspace.forget_trust()
    with _step("Importing 55 real cyber agreements as the observer's reports (nobody real signs here)"):
        with resources.as_file(resources.files("normledger") / "data" / "cyber_agreements.jsonl") as file:
            done = workspace.report([file], observer)
        texts = done.imported.texts
        clauses = sum(len(text.clauses) for text in texts)
        say(f"  {len(texts)} texts, {clauses} clauses, {len(done.imported.reports)} reports under one root")
    with _step("Signing the shipped alignments as the curator (they count because the trust policy names it)"):
        plan = resources.files("normledger").joinpath("data", "cyber_alignments.json").read_bytes()
        proposals = read_proposals(parse_json(plan), {text.source_id: text for text in texts})
        batch = workspace.align(proposals, curator)
        say(f"  {len(proposals.outcomes)} outcomes, {len(batch.leaves)} alignments under one root")
    with _step("EXERCISE: fictional delegations register, sign, reserve, object, accede, withdraw"):
        exercise.register()
        exercise.sign_agreements()
        exercise.act()
        workspace.align(exercise.proposals(), curator)
    with _step("EXERCISE: publishing the norm that the three agreements add up to, and endorsing it"):
        composition = workspace.compose(workspace.view(), "consented", "exercise")
        norm = exercise.publish(workspace.keep_derivation(composition))
        exercise.endorse(norm)
    with _step("EXERCISE: one more delegation endorses through HTTP: GET typed data, sign it here, POST the signature"):
        _endorse_over_http(workspace, exercise, norm)
    _report(workspace, norm)


def _endorse_over_http(workspace: Workspace, exercise: Exercise, norm: NormId) -> None:
    delegation = exercise.plan["norm"]["endorses_over_http"]
    with running(workspace) as address, httpx.Client(base_url=f"{address}/v1", timeout=30) as http:
        path = f"/norms/{norm}/endorsements/typed-data"
        asked = http.get(path, params={"party": str(exercise.parties[delegation]), "stance": "endorse"})
        offered = _answer(asked)
        say(f"  GET  /v1{path[:18]}…/endorsements/typed-data: {offered['sentence']}")
        signature = sign(Digest.parse(offered["digest"]), exercise.key_of(delegation))
        submitted = http.post(
            "/submissions",
            json={
                "typed_data": offered["typed_data"],
                "signature": "0x" + signature.hex(),
                "texts": offered.get("texts", []),
            },
        )
        submission = _answer(submitted)
        say(f"  POST /v1/submissions: {submitted.status_code} {submission['status']}")
        for _ in range(300):
            submission = _answer(http.get(f"/submissions/{offered['digest']}"))
            if submission["status"] != "accepted":
                break
            time.sleep(0.1)
        if submission["status"] != "recorded":
            raise Refused(f"The relayer did not record the endorsement: {submission.get('reason') or 'it is late'}")
        say(f"  relayed into block {submission['block']}, transaction {submission['transaction']}")


def _answer(response: httpx.Response) -> dict[str, Any]:
    data: dict[str, Any] = response.json()
    if response.is_error:
        raise NormLedgerError(str(data.get("detail", "The service failed.")))
    return data


def _report(workspace: Workspace, norm: NormId) -> None:
    view = workspace.view()
    composition = workspace.compose(view, "reported", "real", parameters=Parameters(found=False, packages=False))
    standing = [row.key for row in composition.rows if row.stands]
    say()
    console.rule("What the 55 real agreements already share", style="dim")
    table(
        "REPORTED by the demonstration's observer; nobody named here has signed anything here",
        ("", "outcome", "agreements", "parties by kind", "by region", "pairs bound"),
        outcome_rows(composition, standing[:15]),
        numbers=("", "agreements"),
    )
    say(f"The first 15 of {len(standing)} outcomes; `normledger compose --basis reported --limit 100` shows all.")
    say("Pairs bound: of all pairs of these parties, how many undertook it toward each other.", style="dim")
    say()
    console.rule("One of them opened: theft of trade secrets (REPORTED)", style="dim")
    show_candidate(composition, find_candidate(composition, "secrets by cyber means"))
    say()
    console.rule("The exercise's norm, traced (EXERCISE: all its parties are fictional)", style="dim")
    trace_tree(down(view, str(norm), composing(workspace.trust), depth=3))
    as_of_line(view.at)


def _what_next(folder: Path, ganache: Ganache | None) -> None:
    home = "" if folder.name == ".normledger" else f"export NORMLEDGER_HOME={folder.name}\n  "
    say("What to type next (in this folder):", style="bold")
    say(f"  {home}export PATH=$PWD/.venv/bin:$PATH")
    if ganache:
        say(f"  {' '.join(ganache.command(shown=True))} &     # the chain of this demo, for commands that write")
    for command, told in (
        ("normledger serve", "the pages and the API on http://127.0.0.1:8000/"),
        ("normledger candidate 'responsible reporting' --basis reported", "another draft with its sources"),
        ("normledger agreement 'Lighthouse Charter on Responsible Conduct in Cyberspace'", "acts and who is bound"),
        ("normledger trace 'No harm to those who respond to incidents' --json", "the whole trace as data"),
        ("normledger digest", "one line for two strangers to compare"),
        ("normledger --help", "everything else"),
    ):
        say(f"  {command:80} {told}")
