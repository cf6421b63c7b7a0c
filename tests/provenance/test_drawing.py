"""The picture holds everything, nothing lies on anything else, and it is read by eye and by ear."""

import re
import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.provenance.drawing import dot, svg
from normledger.provenance.folding import fold
from normledger.provenance.layout import Place, lay_out
from normledger.provenance.nodes import Graph
from normledger.provenance.outline import outline
from tests.provenance.graphs import AT, HOSTILE, example, labelled, norm_with, shuffled

_SVG = "{http://www.w3.org/2000/svg}"
SIZES = {"5": norm_with(1, 1, 1).reachable(norm_with(1, 1, 1).root, depth=1), "60": norm_with(2, 2, 2),
         "500": norm_with(70, 6, 6)}  # fmt: skip


def overlapping(places: Sequence[Place]) -> list[tuple[Place, Place]]:
    return [
        (one, other)
        for one, other in combinations(places, 2)
        if one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    ]


def lines_of(count: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    place = st.integers(0, count - 1)
    return st.lists(st.tuples(place, place), max_size=3 * count)


@settings(max_examples=60)
@given(st.integers(1, 40).flatmap(lambda count: st.tuples(st.just(count), lines_of(count))))
def test_boxes_of_any_graph_stand_apart_and_inside(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    """Circles, loops, double lines and lonely boxes included."""
    count, lines = drawn
    sizes = [(120 + 10 * (box % 3), 40 + 8 * (box % 4)) for box in range(count)]
    made = lay_out(sizes, lines, gap=50, margin=10)
    assert made == lay_out(sizes, lines, gap=50, margin=10)
    assert overlapping(made.places) == []
    for place, size in zip(made.places, sizes, strict=True):
        assert (place.width, place.height) == size
        assert 10 <= place.x <= made.width - place.width - 10
        assert 10 <= place.y <= made.height - place.height - 10
    for points in made.lines:
        assert all(0 <= x <= made.width and 0 <= y <= made.height for x, y in points)
        for x, y in points:  # a line that passes goes through no box
            assert not [one for one in made.places if one.x < x < one.x + one.width and one.y < y < one.y + one.height]


@pytest.mark.parametrize("size", SIZES)
def test_every_thing_is_in_the_picture_once(size: str) -> None:
    graph = SIZES[size]
    boxes = fold(graph).boxes
    assert sorted(node.key for box in boxes for node in box.nodes) == sorted(graph.nodes)
    assert boxes[0].key == graph.root
    assert len(boxes) <= 64
    picture = ElementTree.fromstring(svg(graph, AT))
    groups = [one for one in picture.iter(f"{_SVG}g") if "data-nodes" in one.attrib]
    assert sum(int(one.attrib["data-nodes"]) for one in groups) == len(graph.nodes)
    assert len(groups) == len(boxes)


def test_seventy_endorsements_share_a_box_that_lists_them() -> None:
    picture = ElementTree.fromstring(svg(SIZES["500"], AT))
    named = "70 × instrument: endorsement"
    (group,) = [one for one in picture.iter(f"{_SVG}g") if one.attrib.get("aria-label", "").startswith(named)]
    listed = group.findtext(f"{_SVG}title") or ""
    assert "endorsement by Endorser 0 0x" in listed
    assert "… and 30 more" in listed
    assert next(group.iter(f"{_SVG}text")).text == "70 × instrument"


def test_the_picture_is_accessible_and_runs_nothing() -> None:
    text = svg(SIZES["60"], AT)
    picture = ElementTree.fromstring(text)
    assert picture.attrib["role"].startswith("graphics-document")
    assert picture.attrib["aria-labelledby"] == "title desc"
    assert "as of block 900" in (picture.findtext(f"{_SVG}desc") or "")
    shapes = {node.tag.removeprefix(_SVG) for group in picture.iter(f"{_SVG}g") for node in group}
    assert {"ellipse", "rect", "polygon", "text", "title"} <= shapes
    assert not re.search(r"<script|href|url\((?!#)|\son\w+=|<foreignObject|<image", text)
    assert "prefers-color-scheme:dark" in text
    assert "currentColor" in text
    assert all("." not in value for value in re.findall(r'\b(?:x|y|cx|cy|rx|ry|d|points)="([^"]*)"', text))


def test_every_relation_s_line_differs_by_more_than_colour() -> None:
    from normledger.provenance.drawing import _STROKES

    assert len(set(_STROKES.values())) == len(_STROKES)


@pytest.mark.parametrize("up", [False, True])
def test_hostile_labels_are_text(up: bool) -> None:
    graph = labelled(example(), HOSTILE + "<script>alert(1)</script>\x00\x1b[31m")
    graph = Graph(graph.root, graph.nodes, graph.edges, up)
    picture = ElementTree.fromstring(svg(graph, AT))
    assert not list(picture.iter(f"{_SVG}script"))
    assert "\u202e" not in svg(graph, AT)
    assert "<script>alert(1)</script>" in (picture.findtext(f"{_SVG}g/{_SVG}title") or "")


@settings(max_examples=25)
@given(st.text(), st.integers(0, 1000))
def test_any_label_gives_one_well_formed_picture(label: str, seed: int) -> None:
    graph = labelled(example(), label.encode("utf-8", "replace").decode())
    text = svg(graph, AT)
    ElementTree.fromstring(text)
    assert text == svg(shuffled(graph, seed), AT)
    assert dot(graph, AT) == dot(shuffled(graph, seed), AT)


def test_dot_names_every_thing_and_quotes_it() -> None:
    graph = labelled(example(), HOSTILE)
    text = dot(graph, AT)
    assert text.startswith("digraph provenance {\n")
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    for key in graph.nodes:
        assert key in strings
    assert text.count("->") == len(graph.edges)
    # Outside its strings DOT holds nothing but our own words: no label broke out.
    rest = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    assert not re.search(r"DROP|\\N|<c>", rest)
    for shape in ("ellipse", "box", "house"):
        assert f"shape={shape}" in text


@pytest.mark.parametrize("up", [False, True])
def test_text_stays_in_its_box_and_off_other_text_in_a_browser(tmp_path: Path, up: bool) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for name, graph in {**SIZES, "wide": labelled(SIZES["60"], "ＷＩＤＥ 名前 MMMWWW " * 9)}.items():
            file = tmp_path / f"{name}.svg"
            file.write_text(svg(Graph(graph.root, graph.nodes, graph.edges, up), AT), "utf-8")
            page.goto(file.as_uri())
            found = page.evaluate(
                """() => {
                  const box = (e) => { const b = e.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height] };
                  const texts = [...document.querySelectorAll('text')].map((e) => [e.textContent, box(e)]);
                  const apart = (a, b) => a[2] <= b[0] + 1 || b[2] <= a[0] + 1 || a[3] <= b[1] + 2 || b[3] <= a[1] + 2;
                  const wrong = [];
                  texts.forEach((a, i) => texts.slice(i + 1).forEach((b) => {
                    if (!apart(a[1], b[1])) wrong.push([a[0], b[0]]) }));
                  document.querySelectorAll('g[data-nodes]').forEach((g) => {
                    const [x, y, right, bottom] = box(g.querySelector('.s'));
                    g.querySelectorAll('text').forEach((e) => {
                      const t = box(e);
                      if (t[0] < x || t[1] < y || t[2] > right || t[3] > bottom) wrong.push([e.textContent, 'its box'])
                    }) });
                  return wrong }"""
            )
            assert found == [], name
        browser.close()


# --- the outline


@pytest.mark.parametrize("size", SIZES)
def test_an_outline_names_everything_and_opens_it_once(size: str) -> None:
    graph = SIZES[size]
    lines = outline(graph)
    opened = [line.node.key for line in lines if not line.again and not line.folded]
    folded = [node.key for line in lines for node in line.folded]
    assert len(opened) == len(set(opened))
    acts = {key.replace("act:", "instrument:") for key in (*opened, *folded)} | {*opened, *folded}
    assert acts >= set(graph.nodes)
    assert lines[0].depth == 0
    assert all(line.depth <= before.depth + 1 for before, line in pairwise(lines))


def test_clauses_that_lead_no_further_are_one_line() -> None:
    (folded,) = {line.folded for line in outline(norm_with(0, 1, 9)) if line.folded}
    assert {node.kind for node in folded} == {"clause"}
    assert len(folded) == 9
