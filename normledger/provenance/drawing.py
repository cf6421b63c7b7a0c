"""A graph as a picture: SVG by our own layout, and DOT for whoever has Graphviz. No program is needed for either.

The SVG is read by eye and ear: shapes are those of PROV (entities round, activities square, agents with a roof), lines
differ in their strokes and ends and are named, colours only help; every box has its full names and hashes in a title;
text is text. It carries its style for light and dark, and no script.

Belongs here: how boxes and lines look. Does not belong here: where they stand (`layout`), who shares one (`folding`).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise

from normledger.ledger.answers import AsOf
from normledger.provenance.folding import Box, Folded, Link, fold
from normledger.provenance.layout import Layout, Place, lay_out
from normledger.provenance.nodes import Graph, Node, ProvType, Relation

_WIDTH, _LINE, _ROOF = 236, 15, 16
_HEIGHTS: Mapping[ProvType, int] = {"entity": 84, "activity": 70, "agent": 84}
_SMALL = 600
"""Hundredths of a letter's size that a letter may take at most on average, by which text is cut (an em is 1000)."""

_STROKES: Mapping[Relation, tuple[str, str]] = {
    "used": ("", "arrow"),
    "wasGeneratedBy": ("", "dot"),
    "wasInvalidatedBy": ("9 3", "cross"),
    "wasDerivedFrom": ("6 3", "arrow"),
    "specializationOf": ("6 3", "open"),
    "alternateOf": ("6 3", ""),
    "hadMember": ("", "diamond"),
    "wasAssociatedWith": ("2 3", "arrow"),
    "wasAttributedTo": ("2 3", "open"),
    "actedOnBehalfOf": ("2 3", "dot"),
    "wasInfluencedBy": ("1 5", "open"),
}
"""Each relation's dashes and what its end looks like: no two alike."""

_STYLE = """
svg{color:#1b1b1f;--e:#fff6d6;--a:#dfe9fb;--g:#fbe3d3;--p:#fff;background:var(--p)}
svg{font:12px ui-sans-serif,system-ui,sans-serif}
@media (prefers-color-scheme:dark){svg{color:#e8e6e3;--e:#3a3420;--a:#22304a;--g:#472f22;--p:#16161a}}
text{fill:currentColor;unicode-bidi:isolate}
.k{font-weight:700;font-size:11px;letter-spacing:.02em}
.h{font:10px ui-monospace,monospace}
.s{stroke:currentColor;stroke-width:1.2}
.entity{fill:var(--e)}.activity{fill:var(--a)}.agent{fill:var(--g)}
.root .s{stroke-width:3}
.l{fill:none;stroke:currentColor;stroke-width:1;stroke-opacity:.72}
.r{font-size:9px;paint-order:stroke;stroke:var(--p);stroke-width:3px}
.m{fill:currentColor}.o{fill:var(--p);stroke:currentColor}
"""

_ENDS: Mapping[str, tuple[int, int, str]] = {
    "arrow": (10, 9, '<path class="m" d="M0 1L10 5L0 9z"/>'),
    "open": (10, 9, '<path class="o" d="M0 1L9 5L0 9z"/>'),
    "dot": (10, 8, '<circle class="m" cx="5" cy="5" r="4"/>'),
    "diamond": (14, 13, '<path class="m" d="M0 5L7 1L14 5L7 9z"/>'),
    "cross": (10, 8, '<path class="l" d="M2 1L8 9M8 1L2 9"/>'),
}
"""By its name, what the end of a line looks like: how wide, where it touches, its shape."""

_MARKS = "".join(
    f'<marker id="{name}" viewBox="0 0 {wide} 10" refX="{touch}" refY="5" markerWidth="{wide - 1}" markerHeight="9" '
    f'orient="auto-start-reverse">{shape}</marker>'
    for name, (wide, touch, shape) in _ENDS.items()
)


def svg(graph: Graph, at: AsOf) -> str:
    """One self-contained SVG document; the same graph gives the same bytes."""
    folded = fold(graph)
    sizes = [(_WIDTH, _HEIGHTS[box.nodes[0].prov]) for box in folded.boxes]
    gap = 150 if len(folded.boxes) <= 40 else 190
    turned = [(link.target, link.source) if graph.up else (link.source, link.target) for link in folded.links]
    made = lay_out(sizes, turned, gap=gap, margin=24)
    bottom = made.height
    width, height = max(made.width, 640), bottom + _legend_height(folded, max(made.width, 640))
    title = f"{'What rests on' if graph.up else 'What bears'}: {_plain(graph.nodes[graph.root].label)}"
    told = (
        f"{len(graph.nodes)} things in {len(folded.boxes)} boxes, {len(graph.edges)} relations, as of block {at.block} "
        f"({at.hash}). Read from left to right: {'each box bears' if graph.up else 'each box rests on'} those after it."
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="graphics-document document" aria-labelledby="title desc">',
        f'<title id="title">{_xml(title)}</title><desc id="desc">{_xml(told)}</desc>',
        f"<style>{_STYLE}</style><defs>{_MARKS}</defs>",
    ]
    parts += _lines(folded, made, graph.up)
    for number, (box, place) in enumerate(zip(folded.boxes, made.places, strict=True)):
        parts.append(_box(box, place, root=number == 0))
    parts += _legend(folded, bottom, width)
    return "\n".join([*parts, "</svg>"]) + "\n"


def dot(graph: Graph, at: AsOf) -> str:
    """The whole graph in Graphviz's language, every thing by itself."""
    shapes = {"entity": "ellipse", "activity": "box", "agent": "house"}
    lines = [
        "digraph provenance {",
        f"  // as of block {at.block}, {at.hash}",
        '  rankdir=LR; node [fontname="sans-serif", fontsize=10]; edge [fontname="sans-serif", fontsize=8];',
    ]
    for node in graph.nodes.values():
        label = "\n".join(filter(None, [node.kind, *_wrapped(_plain(node.label), 34, 3), _tail(node)]))
        root = ", penwidth=3" if node.key == graph.root else ""
        tip = _quoted(_plain(f"{node.kind} {node.label} {node.hash} {node.note}"))
        says = f"shape={shapes[node.prov]}, label={_quoted(label)}, tooltip={tip}{root}"
        lines.append(f"  {_quoted(node.key)} [{says}];")
    for edge in graph.edges:
        style = ", style=dashed" if _STROKES[edge.relation][0] else ""
        says = f"label={_quoted(edge.relation)}, tooltip={_quoted(_plain(edge.note or edge.relation))}{style}"
        lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [{says}];")
    return "\n".join([*lines, "}"]) + "\n"


# --- boxes


def _box(box: Box, place: Place, *, root: bool) -> str:
    first = box.nodes[0]
    many = len(box.nodes)
    kind = first.kind if many == 1 else f"{many} × {first.kind}"
    whole = "\n".join(f"{node.kind} {_plain(node.label)} {node.hash}{_noted(node)}" for node in box.nodes[:40])
    if many > 40:
        whole += f"\n… and {many - 40} more"
    middle, widths = place.x + place.width // 2, _chords(first.prov)
    label = _plain(first.label) if many == 1 else _together(box.nodes)
    words = _wrapped(label, 0, 2, widths=widths[1:3])
    tail = _tail(first) if many == 1 else "listed in its title"
    top = place.y + (place.height - 4 * _LINE) // 2 + 11 + (_ROOF // 2 if first.prov == "agent" else 0)
    rows = [("k", kind), *(("", line) for line in words), *([("h", tail)] if tail else [])]
    top += (4 - len(rows)) * _LINE // 2
    text = "".join(
        f'<text class="{name}" x="{middle}" y="{top + number * _LINE}" text-anchor="middle">{_xml(row)}</text>'
        for number, (name, row) in enumerate(rows)
    )
    behind = _shape(first.prov, Place(place.x + 5, place.y + 5, place.width, place.height)) if many > 1 else ""
    name = _xml(f"{kind}: {label}")
    return (
        f'<g class="b{" root" if root else ""}" role="graphics-symbol" aria-label="{name}" data-nodes="{many}">'
        f"<title>{_xml(whole)}</title>{behind}{_shape(first.prov, place)}{text}</g>"
    )


def _shape(prov: ProvType, at: Place) -> str:
    """PROV's: an ellipse for an entity, a rectangle for an activity, a house for an agent."""
    right, bottom = at.x + at.width, at.y + at.height
    if prov == "entity":
        x, y = at.x + at.width // 2, at.y + at.height // 2
        return f'<ellipse class="s entity" cx="{x}" cy="{y}" rx="{at.width // 2}" ry="{at.height // 2}"/>'
    if prov == "activity":
        return f'<rect class="s activity" x="{at.x}" y="{at.y}" width="{at.width}" height="{at.height}"/>'
    points = [
        (at.x, at.y + _ROOF),
        (at.x + at.width // 2, at.y),
        (right, at.y + _ROOF),
        (right, bottom),
        (at.x, bottom),
    ]
    return f'<polygon class="s agent" points="{" ".join(f"{x},{y}" for x, y in points)}"/>'


def _chords(prov: ProvType) -> tuple[int, int, int, int]:
    """How wide the four lines of text may be."""
    return (150, 216, 216, 150) if prov == "entity" else (216, 222, 222, 222)


def _tail(node: Node) -> str:
    """Its hash, cut short, and its block; nothing where it is called by its hash alone, as an account is."""
    if node.as_of is not None:
        return f"{node.hash[:10]}… as of block {node.as_of}"
    if node.block is None and node.label == node.hash:
        return ""
    return f"{node.hash[:10]}…" + (f" · block {node.block}" if node.block is not None else "")


def _noted(node: Node) -> str:
    return f" ({_plain(node.note)})" if node.note else ""


def _together(nodes: Sequence[Node]) -> str:
    """What several things are called together: each name once, as many as there is room for."""
    names = list(dict.fromkeys(_plain(node.label) for node in nodes))
    acts = list(dict.fromkeys(name.partition(" by ")[0] for name in names))
    if nodes[0].kind in ("act", "instrument") and len(acts) < len(names):
        by = [name.partition(" by ")[2].partition(":")[0] for name in names]
        return f"{', '.join(acts)} by {', '.join(dict.fromkeys(filter(None, by)))}"
    return ", ".join(names)


# --- lines


def _lines(folded: Folded, made: Layout, up: bool) -> list[str]:
    """Each line from its port: a box's lines leave and arrive in the order of what is at their other end."""
    ends = [(link.target, link.source) if up else (link.source, link.target) for link in folded.links]
    port = _ports(ends, made)
    parts = []
    seen: set[tuple[int, str]] = set()
    for number, link in sorted(enumerate(folded.links), key=lambda one: port[one[0], 0]):
        left, right = ends[number]
        forward = made.places[left].x <= made.places[right].x
        from_, to = made.places[left], made.places[right]
        start = (_edge_of(folded.boxes[left], from_, port[number, 0], right=forward), port[number, 0])
        end = (_edge_of(folded.boxes[right], to, port[number, 1], right=not forward), port[number, 1])
        points = [start, *made.lines[number], end]
        dashes, mark = _STROKES[link.relation]
        # The arrow is PROV's, whichever way the picture is read.
        marker = f' marker-{"start" if up else "end"}="url(#{mark})"' if mark else ""
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        wide = ' stroke-width="2"' if link.relation == "wasGeneratedBy" else ""
        told = f"<title>{_xml(_said(folded, link))}</title>"
        parts.append(f'<path class="l" d="{_curve(points)}"{dash}{wide}{marker}>{told}</path>')
        if (left, link.relation) not in seen and _room(ends, made, left):
            seen.add((left, link.relation))
            many = f" × {link.count}" if link.count > 1 else ""
            x = from_.x + from_.width + 8 if forward else from_.x - 8
            anchor = "start" if forward else "end"
            parts.append(
                f'<text class="r" x="{x}" y="{start[1] - 2}" text-anchor="{anchor}">{_xml(link.relation + many)}</text>'
            )
    return parts


def _ports(ends: Sequence[tuple[int, int]], made: Layout) -> dict[tuple[int, int], int]:
    """By line and end (0 where it leaves, 1 where it arrives): the height at which it meets its box."""
    meeting: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for number, (left, right) in enumerate(ends):
        way = made.lines[number]
        first = way[0][1] if way else _middle(made.places[right])
        last = way[-1][1] if way else _middle(made.places[left])
        meeting[left, 0].append((first, number))
        meeting[right, 1].append((last, number))
    port: dict[tuple[int, int], int] = {}
    for (box, side), found in meeting.items():
        place = made.places[box]
        for at, (_, number) in enumerate(sorted(found), start=1):
            port[number, side] = place.y + place.height * at // (len(found) + 1)
    return port


def _room(ends: Sequence[tuple[int, int]], made: Layout, box: int) -> bool:
    """Whether the names of a box's lines find room one below the other."""
    leaving = sum(left == box for left, _ in ends)
    return made.places[box].height // (leaving + 1) >= 10


def _middle(place: Place) -> int:
    return place.y + place.height // 2


def _edge_of(box: Box, place: Place, y: int, *, right: bool) -> int:
    """Where a box's outline is at a height."""
    inset = 0
    if box.nodes[0].prov == "entity":
        # x of the ellipse at this height, in whole numbers: w/2 (1 - sqrt(1 - (dy / (h/2))²))
        half, dy = place.height // 2, abs(y - _middle(place))
        inset = (place.width // 2) - (place.width // 2) * _root(max(half * half - dy * dy, 0)) // max(half, 1)
    return place.x + place.width - inset if right else place.x + inset


def _root(value: int) -> int:
    """The whole part of a square root."""
    guess = value
    while guess * guess > value:
        guess = (guess + value // guess) // 2
    return guess


def _curve(points: Sequence[tuple[int, int]]) -> str:
    parts = [f"M{points[0][0]} {points[0][1]}"]
    for (x, y), (further, below) in pairwise(points):
        middle = (x + further) // 2
        parts.append(f"C{middle} {y} {middle} {below} {further} {below}")
    return "".join(parts)


def _said(folded: Folded, link: Link) -> str:
    source, target = folded.boxes[link.source].nodes[0], folded.boxes[link.target].nodes[0]
    many = f" ({link.count} times)" if link.count > 1 else ""
    notes = f": {'; '.join(map(_plain, link.notes[:5]))}" if link.notes else ""
    return f"{source.kind} {_plain(source.label)} {link.relation} {target.kind} {_plain(target.label)}{many}{notes}"


# --- the legend


def _legend_height(folded: Folded, width: int) -> int:
    return 44 + 22 * -(-len(_relations(folded)) // max(width // 190, 1))


def _relations(folded: Folded) -> list[Relation]:
    return [relation for relation in _STROKES if any(link.relation == relation for link in folded.links)]


def _legend(folded: Folded, top: int, width: int) -> list[str]:
    across = max(width // 190, 1)
    parts = [
        '<g role="graphics-object" aria-label="Legend">',
        f'<text x="24" y="{top + 12}">Round: entity. Square: activity. With a roof: agent. A box behind a box: several '
        "of a kind.</text>",
    ]
    for number, relation in enumerate(_relations(folded)):
        x, y = 24 + number % across * 190, top + 34 + number // across * 22
        dashes, mark = _STROKES[relation]
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        marker = f' marker-end="url(#{mark})"' if mark else ""
        wide = ' stroke-width="2"' if relation == "wasGeneratedBy" else ""
        parts.append(f'<path class="l" d="M{x} {y - 4}H{x + 44}"{dash}{wide}{marker}/>')
        parts.append(f'<text x="{x + 52}" y="{y}">{relation}</text>')
    return [*parts, "</g>"]


# --- text


def _wrapped(text: str, letters: int, lines: int, *, widths: Iterable[int] = ()) -> list[str]:
    """At most so many lines, cut at words where that is possible, the last with an ellipsis where more would follow.

    Their width is in letters, or, where `widths` are given, in pixels.
    """
    room = [width * 1000 // 12 for width in widths] or [letters * _SMALL] * lines
    found: list[str] = []
    rest = " ".join(text.split())
    while rest and len(found) < lines:
        limit = room[len(found)]
        cut, used = 0, 0
        while cut < len(rest) and used + _em(rest[cut]) <= limit:
            used += _em(rest[cut])
            cut += 1
        if cut == len(rest):
            found.append(rest)
            return found
        if len(found) == lines - 1:
            while cut and used + _em("…") > limit:
                cut -= 1
                used -= _em(rest[cut])
            found.append(rest[:cut].rstrip() + "…")
            return found
        space = rest.rfind(" ", 0, cut + 1)
        at = space if space > 0 else max(cut, 1)
        found.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return found


def _em(c: str) -> int:
    """The most that a character is wide, in thousandths of its size, in the fonts that browsers have."""
    if unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(c) in ("W", "F"):
        return 1050
    if c in "ijl.,:;'|!()[]":
        return 360
    if c in "mwMW@%—…" or not c.isascii():
        return 980
    return 760 if c.isupper() else _SMALL


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def _plain(text: str) -> str:
    """Text that XML 1.0 can hold and that cannot turn what stands beside it; exports keep it as it is."""
    kept = (" " if c in "\t\n\r" else c if _legal(c) else "\ufffd" for c in text if c not in _TURNING)
    return "".join(kept)


def _legal(c: str) -> bool:
    return unicodedata.category(c) not in ("Cc", "Cs", "Co", "Zl", "Zp") and ord(c) & 0xFFFE != 0xFFFE


def _xml(text: str) -> str:
    return escape(text, quote=True)


def _quoted(text: str) -> str:
    """A quoted string of DOT; a backslash would begin an escape there."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
