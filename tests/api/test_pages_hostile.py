"""More than a hundred strings that want to run, as names, titles, clauses, reasons and sources: all stay text."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from tests.api.hostile import STRINGS, Hostile, build
from tests.api.test_pages import Outline
from tests.databases import Cluster, Databases, copied, of_each_kind

ALLOWED = {
    "a", "abbr", "article", "b", "bdi", "blockquote", "body", "br", "button", "caption", "circle", "code",
    "datalist", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "g", "h1",
    "h2", "h3", "head", "header", "html", "i", "img", "input", "label", "legend", "li", "link", "main", "mark", "meta",
    "nav", "ol", "option", "p", "path", "pre", "q", "rect", "section", "select", "span", "strong", "summary", "svg",
    "table", "tbody", "td", "text", "th", "thead", "time", "title", "tr", "ul",
}  # fmt: skip
"""What our templates are made of; no string brings in anything else."""


@pytest.fixture(scope="module")
def registers(
    cluster: Cluster, deployed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Databases], tuple[TestClient, Hostile]]]:
    @contextmanager
    def hostile(databases: Databases) -> Iterator[tuple[TestClient, Hostile]]:
        folder = tmp_path_factory.mktemp("hostile")
        with copied(deployed, folder / "workspace", databases) as workspace:
            found = build(workspace, folder)
            yield TestClient(create_app(workspace)), found

    with of_each_kind(hostile) as registers:
        yield registers


@pytest.fixture
def hostile(
    databases: Databases, registers: Callable[[Databases], tuple[TestClient, Hostile]]
) -> tuple[TestClient, Hostile]:
    """A register in which everything is hostile, on each kind of database."""
    return registers(databases)


def test_there_are_more_than_a_hundred_of_them() -> None:
    assert len(set(STRINGS)) >= 100


def test_no_string_becomes_markup_on_any_page(hostile: tuple[TestClient, Hostile]) -> None:
    client, found = hostile
    for path in found.paths:
        answer = client.get(path)
        assert answer.status_code in (200, 404), path
        outline = Outline()
        outline.feed(answer.text)
        assert outline.open == [], path
        metas = [dict(attributes) for tag, attributes in outline.tags if tag == "meta"]
        assert not any("http-equiv" in one for one in metas), path
        for tag, attributes in outline.tags:
            assert tag in ALLOWED, (path, tag)
            assert tag != "img" or (attributes.get("src") or "").startswith("/v1/provenance/"), (path, attributes)
            assert not [key for key in attributes if key.startswith("on") or key == "style"], (path, attributes)
            for key in ("href", "src", "action", "xlink:href"):
                target = (attributes.get(key) or "").strip().lower()
                assert not target.startswith(("javascript:", "data:text", "//")), (path, attributes)
        assert len(answer.content) < 60_000, (path, len(answer.content))


def test_each_string_is_shown_somewhere_as_it_is(hostile: tuple[TestClient, Hostile]) -> None:
    client, found = hostile
    agreement = next(path for path in found.paths if path.startswith("/agreements/"))
    texts = []
    for part in range(1, 6):
        page = Texts()
        page.feed(client.get(f"{agreement}?part={part}").text)
        texts += page.said
    for text in STRINGS:
        assert any(text in said for said in texts), text


class Texts(Outline):
    """The text of a page, element by element."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)
