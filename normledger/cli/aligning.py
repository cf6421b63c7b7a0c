"""`normledger align`: the workbench, where a person says how clauses stand to each other, and signs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.markup import escape

from normledger.cli.options import (
    AsJson,
    AsOfBlock,
    AtTime,
    Basis,
    Trust,
    World,
    acting,
    one_of,
    policy_of,
    reading,
    view_of,
)
from normledger.cli.rendering import as_of_json, as_of_line, console, print_json, say
from normledger.composition import record
from normledger.composition.decisions import RELATIONS, Decision, decided
from normledger.composition.proposals import FULL, Proposal, Span, differences, worth_signing
from normledger.composition.record import Alignment, ClauseText
from normledger.composition.relations import check
from normledger.composition.result import Composition, Parameters
from normledger.documents.canonical import parse_json
from normledger.documents.formats.proposals import Proposals, read_proposals
from normledger.errors import InputError
from normledger.identifiers import ClauseId, Hash, PartyId
from normledger.ledger.queries import View
from normledger.workspace import Workspace

_MARKS = {"both": ("", "", ""), "one": ("[-", "-]", "bold red"), "other": ("{+", "+}", "bold green")}
"""Marks that tell the differences without colour too, as wdiff writes them."""


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(align)


def align(
    file: Annotated[Path | None, typer.Argument(help="Proposed alignments to sign; without it, the workbench.")] = None,
    party: Annotated[str | None, typer.Option("--as", metavar="PARTY", help="The party that signs.")] = None,
    decide: Annotated[
        Path | None, typer.Option("--decide", metavar="FILE", help="Sign the decisions in this file.")
    ] = None,
    first: Annotated[int, typer.Option(min=1, max=1000, help="Proposals shown.")] = 10,
    basis: Basis = "consented",
    world: World = "real",
    as_of: AsOfBlock = None,
    at: AtTime = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """Propose the alignments that are worth a signature first, take decisions on them, and sign them as one's own."""
    asked = _Asked(
        cast(record.Basis, one_of(basis, ("consented", "reported"), "--basis")),
        cast(record.World, one_of(world, ("real", "exercise"), "--world")),
        trust,
        first,
    )
    if file is not None and decide is not None:
        raise InputError("give proposed alignments or decisions, not both", field="--decide")
    if file is not None:
        return _sign_file(file, _signer(party), as_json)
    if decide is not None:
        return _sign_decisions(decide, _signer(party), asked, as_json)
    if party is None or as_json:
        return _list(party, asked, as_of, at, as_json)
    if as_of is not None or at is not None:
        raise InputError("decisions are taken on the register as it is; leave this out", field="--as-of or --at")
    _ask(party, asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What of the register is looked at, and how much is shown."""

    basis: record.Basis
    world: record.World
    trust: Path | None
    first: int

    def compose(self, workspace: Workspace, view: View) -> Composition:
        """The clauses with what was declared and signed of them; what is found is no matter here."""
        parameters = Parameters(found=False, packages=False)
        return workspace.compose(view, self.basis, self.world, policy_of(workspace, self.trust), parameters)


def _signer(party: str | None) -> str:
    if party is None:
        raise InputError("say who signs: add --as PARTY (`normledger parties` lists them)", field="--as")
    return party


# --- signing


def _sign_file(file: Path, party: str, as_json: bool) -> None:
    with acting() as workspace:
        view = workspace.newest()
        author = view.party(party)
        texts = {text.source_id: text for text in view.reported_agreements.values()}
        by_title = {one.document.title: one.document for one in view.agreements.values() if one.document}
        try:
            proposals = read_proposals(_parsed(file), {**texts, **by_title})
            check(
                [Alignment(one.clause, one.outcome, one.relation, "signed", author.id) for one in proposals.alignments],
                {clause for text in (*texts.values(), *by_title.values()) for clause in text.clause_ids},
                {Hash(outcome.hash) for outcome in proposals.outcomes.values()},
            )
        except InputError as error:
            raise error.at(source=str(file)) from None
        _sign(workspace, proposals, author.id, author.name, as_json)


def _sign_decisions(file: Path, party: str, asked: _Asked, as_json: bool) -> None:
    with acting() as workspace:
        view = workspace.newest()
        author = view.party(party)
        try:
            decisions = _read_decisions(_parsed(file))
            _sign_decided(workspace, asked.compose(workspace, view), decisions, author.id, author.name, as_json)
        except InputError as error:
            raise error.at(source=str(file)) from None


def _sign_decided(
    workspace: Workspace,
    composition: Composition,
    decisions: Sequence[Decision],
    author: PartyId,
    name: str,
    as_json: bool,
) -> None:
    made = decided(composition, decisions, author)
    outcomes = {str(outcome.hash): outcome for outcome in made.outcomes}
    _sign(workspace, Proposals(outcomes, made.alignments), author, name, as_json)


def _sign(workspace: Workspace, proposals: Proposals, author: PartyId, name: str, as_json: bool) -> None:
    batch = workspace.align(proposals, author)
    if as_json:
        return print_json({"root": str(batch.root), "alignments": len(batch.leaves), "by": str(author)})
    say(f"{name} signed {len(batch.leaves)} alignments; root {batch.root}.")


def _parsed(file: Path) -> Any:
    try:
        return parse_json(file.read_bytes(), source=str(file))
    except OSError:
        raise InputError("there is no such file; check the path", source=str(file)) from None


def _read_decisions(data: Any) -> list[Decision]:
    """`{decisions: [{clause, partner, relation}]}`, clauses by their ids as `--json` lists them."""
    rows = data.get("decisions") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not rows:
        raise InputError("a list of decisions is missing here; give at least one", field="decisions")
    decisions = []
    for index, row in enumerate(rows):
        field = f"decisions[{index}]"
        if not isinstance(row, dict):
            raise InputError("a decision is an object with clause, partner and relation", field=field)
        given = {name: row.get(name) for name in ("clause", "partner", "relation")}
        for name, value in given.items():
            if not isinstance(value, str):
                raise InputError("the field is missing; add it", field=f"{field}.{name}")
        one_of(str(given["relation"]), RELATIONS, f"{field}.relation")
        clause, partner = (_clause_id(str(given[name]), f"{field}.{name}") for name in ("clause", "partner"))
        decisions.append(Decision(clause, partner, cast(record.Relation, given["relation"])))
    return decisions


def _clause_id(text: str, field: str) -> ClauseId:
    try:
        return ClauseId.parse(text)
    except InputError as error:
        raise InputError(error.message, field=field) from None


# --- asking a person


def _ask(party: str, asked: _Asked) -> None:
    with acting() as workspace:
        view = workspace.newest()
        author = view.party(party)
        composition = asked.compose(workspace, view)
        proposals = worth_signing(composition, asked.first, author.id)
        decisions: list[Decision] = []
        for number, one in enumerate(proposals, start=1):
            _show(composition, one, f"{number} of {len(proposals)}")
            answer = _answer()
            if answer == "quit":
                break
            if answer != "skip":
                decisions.append(Decision(one.clause.id, one.partner.id, cast(record.Relation, answer)))
        if not decisions:
            return say("Nothing was decided, and nothing is signed." if proposals else "There is nothing to propose.")
        _sign_decided(workspace, composition, decisions, author.id, author.name, as_json=False)


def _answer() -> str:
    """A relation, skip or quit; a first letter is enough where it is one word's only."""
    choices = (*RELATIONS, "skip", "quit")
    while True:
        given = str(typer.prompt("The first is … the second: " + ", ".join(choices), default="skip")).strip().casefold()
        meant = [choice for choice in choices if choice == given] or [
            choice for choice in choices if given and choice.startswith(given)
        ]
        if len(meant) == 1:
            return meant[0]
        say(f"{given!r} is not one of them.")


def _list(party: str | None, asked: _Asked, as_of: str | None, at: str | None, as_json: bool) -> None:
    with reading() as workspace:
        view = view_of(workspace, as_of, at)
        composition = asked.compose(workspace, view)
        author = view.party(party).id if party else None
        proposals = worth_signing(composition, asked.first, author)
        if as_json:
            return print_json(
                {
                    "as_of": as_of_json(view.at),
                    "basis": asked.basis,
                    "world": asked.world,
                    "proposals": [_json(composition, one) for one in proposals],
                }
            )
        for number, one in enumerate(proposals, start=1):
            _show(composition, one, f"{number} of {len(proposals)}")
        say("Proposals count for nothing until somebody signs them: add --as PARTY." if proposals else
            "There is nothing to propose.", style="dim")  # fmt: skip
        as_of_line(view.at)


# --- showing


def _show(composition: Composition, one: Proposal, place: str) -> None:
    say()
    pairs = f"{one.joined} pairs of parties would newly stand together" if one.joined else "no parties newly joined"
    say(f"{place}: likeness {one.likeness * 100 // FULL} of 100, {pairs}", style="bold")
    spans = differences(one.clause.text, one.partner.text)
    for name, clause, side in (("first", one.clause, "one"), ("second", one.partner, "other")):
        say(f"{name}: {_title(composition, clause)}, clause {clause.key}", style="dim")
        console.print("  " + " ".join(_marked(span) for span in spans if span.where in ("both", side)))
    if one.outcome:
        say(f"the second counts for outcome {one.outcome}", style="dim")
    say(f"in common: {', '.join(one.shared)}", style="dim")


def _marked(span: Span) -> str:
    opening, closing, style = _MARKS[span.where]
    text = escape(opening + span.text + closing)
    return f"[{style}]{text}[/{style}]" if style else text


def _title(composition: Composition, clause: ClauseText) -> str:
    return composition.selection.agreements[clause.agreement].title


def _json(composition: Composition, one: Proposal) -> dict[str, Any]:
    def clause(text: ClauseText) -> dict[str, str]:
        return {
            "id": str(text.id),
            "agreement": str(text.agreement),
            "title": _title(composition, text),
            "key": text.key,
            "text": text.text,
        }

    return {
        "clause": clause(one.clause),
        "partner": clause(one.partner),
        "outcome": str(one.outcome) if one.outcome else None,
        "likeness": one.likeness,
        "pairs_joined": one.joined,
        "shared": list(one.shared),
        "differences": [
            {"in": span.where, "text": span.text} for span in differences(one.clause.text, one.partner.text)
        ],
    }
