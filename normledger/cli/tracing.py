"""The command `trace`: what a thing rests on, and what rests on it, in a terminal and in other tools' notations."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.tree import Tree

from normledger.cli.options import AsJson, AsOfBlock, AtTime, Trust, one_of, policy_of, reading, view_of
from normledger.cli.rendering import as_of_json, as_of_line, console, moment, print_json, say, short
from normledger.errors import InputError
from normledger.ledger.answers import AsOf
from normledger.provenance import graph as provenance
from normledger.provenance.drawing import dot, svg
from normledger.provenance.nodes import Graph, Node
from normledger.provenance.outline import Line, outline
from normledger.workspace import composing

_DRAWINGS = {"dot": dot, "svg": svg}
_NOTATIONS = ("prov-json", "prov-n", "turtle", "json-ld")
_FORMATS = ("tree", "json", *_NOTATIONS, *_DRAWINGS)


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(trace)


def trace(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Id, hash or digest of a norm, candidate, outcome, agreement, clause, act, report, document or party; "
            "an account; a title or name.",
        ),
    ],
    up: Annotated[bool, typer.Option("--up", help="All that rests on it, in place of what it rests on.")] = False,
    format_: Annotated[str, typer.Option("--format", metavar="FORMAT", help=f"{', '.join(_FORMATS)}.")] = "tree",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")] = None,
    depth: Annotated[int | None, typer.Option("--depth", metavar="N", help="At most so many steps away.")] = None,
    as_of: AsOfBlock = None,
    at: AtTime = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """What a thing rests on, down to acts, texts and keys; or, with --up, all that rests on it."""
    one_of(format_, _FORMATS, "--format")
    if as_json and format_ not in ("tree", "json"):
        raise InputError(f"--json and --format {format_} ask for two things; leave one out", field="--format")
    with reading() as workspace:
        view = view_of(workspace, as_of, at)
        follow = provenance.up if up else provenance.down
        found = follow(view, name, composing(policy_of(workspace, trust)), depth=depth)
        if format_ in _NOTATIONS:
            from normledger.provenance.exports import NOTATIONS  # heavy, and no other command needs it

            return _deliver(NOTATIONS[format_][0](found, view.at), out)
        if format_ in _DRAWINGS:
            return _deliver(_DRAWINGS[format_](found, view.at), out)
        if as_json or format_ == "json":
            return print_json(graph_json(found, view.at))
        if out is not None:
            raise InputError("a tree is for the terminal; choose another --format for a file", field="--out")
        trace_tree(found)
        as_of_line(view.at)


def _deliver(text: str, out: Path | None) -> None:
    if out is None:
        return typer.echo(text, nl=False)
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(f"cannot write: {error.strerror}", source=str(out), field="--out") from None
    say(f"Wrote {out}.")


def graph_json(graph: Graph, at: AsOf) -> dict[str, Any]:
    """A graph as plain data."""
    return {
        "as_of": as_of_json(at),
        "root": graph.root,
        "direction": "up" if graph.up else "down",
        "cut": sorted(graph.cut),
        "nodes": [_node_json(node) for node in graph.nodes.values()],
        "edges": [
            {
                "source": edge.source,
                "relation": edge.relation,
                "target": edge.target,
                "note": edge.note,
                "time": moment(edge.at.time) if edge.at else None,
                "activity": edge.activity or None,
            }
            for edge in graph.edges
        ],
    }


def _node_json(node: Node) -> dict[str, Any]:
    return {
        "key": node.key,
        "prov": node.prov,
        "kind": node.kind,
        "sort": node.sort,
        "label": node.label,
        "hash": node.hash,
        "block": node.block,
        "time": moment(node.time) if node.time is not None else None,
        "note": node.note,
    }


def trace_tree(graph: Graph) -> None:
    """A graph as a tree: why it is there, what it is, its words, its hash, its block."""
    path: list[Tree] = []
    for line in outline(graph):
        del path[line.depth :]
        if not path:
            path.append(Tree(_line(line), guide_style="dim"))
        else:
            path.append(path[-1].add(_line(line)))
    console.print(path[0])


def _line(line: Line) -> str:
    node = line.node
    why = f"[italic]{_shown(line.why)}[/italic] " if line.why else ""
    if line.folded:
        labels = "; ".join(_shown(short(one.label, 40)) for one in line.folded[:3])
        return f"{why}[bold]{len(line.folded)} × {node.kind}[/bold] {labels}; …"
    block = f" · block {node.block}" if node.block is not None else ""
    head = f"{why}[bold]{node.kind}[/bold] {_shown(short(node.label, 160))}"
    if node.label == node.hash and not line.again:
        return head
    if line.again:
        return f"{head} [dim](see above)[/dim]"
    block += f" · as of block {node.as_of}" if node.as_of is not None else ""
    note = f" · {_shown(node.note)}" if node.note else ""
    more = " · more below; ask for a greater --depth" if line.more else ""
    return f"{head}\n[dim]{escape(node.hash)}{block}{note}{more}[/dim]"


def _shown(text: str) -> str:
    """Text for a terminal: what would steer it, or turn the reading direction, is shown and not obeyed."""
    return escape("".join(_character(c) for c in text))


def _character(c: str) -> str:
    if c.isprintable() or c in "\u200c\u200d":  # joiners: words of some scripts are not written without them
        return c
    return " " if c in "\t\n\r" else f"\\u{ord(c):04x}"
