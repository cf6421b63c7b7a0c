"""The pages: readable without scripts, nothing inline, every foreign name escaped and isolated."""

import re
from html.parser import HTMLParser

import pytest

from tests.api.conftest import EVIL, Served

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """What a page is made of; fails on tags that do not close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def _pages(served: Served) -> dict[str, str]:
    key = served.client.get("/v1/candidates").json()["candidates"][2]["key"]
    agreements = served.client.get("/v1/agreements", params={"limit": 4}).json()["agreements"]
    return {
        "forming": "/",
        "exercise": "/?shown=exercise",
        "consented": "/?shown=consented",
        "candidate": f"/candidates/{key}",
        "norm": f"/norms/{served.norm}",
        "agreement": f"/agreements/{agreements[2]['id']}",
        "reported": f"/agreements/{agreements[3]['id']}",
        "problem": "/norms/0x00",
    }


@pytest.mark.parametrize(
    "name", ["forming", "exercise", "consented", "candidate", "norm", "agreement", "reported", "problem"]
)
def test_a_page_is_well_formed_and_needs_no_script(served: Served, name: str) -> None:
    answer = served.client.get(_pages(served)[name])
    assert answer.status_code == (404 if name == "problem" else 200)
    outline = Outline()
    outline.feed(answer.text)
    assert outline.open == []
    tags = [tag for tag, _ in outline.tags]
    assert tags.count("h1") == 1
    assert not {"script", "style", "iframe", "object"} & set(tags)
    html = next(attributes for tag, attributes in outline.tags if tag == "html")
    assert html["lang"] == "en"
    assert html["dir"] == "ltr"
    for tag, attributes in outline.tags:
        assert "style" not in attributes, tag
        assert not [key for key in attributes if key.startswith("on")], tag
        for key in ("href", "src"):
            assert not (attributes.get(key) or "").startswith(("http:", "https:", "//", "javascript:")), attributes
    assert tags.count("table") == tags.count("caption")
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_names_from_outside_are_escaped(served: Served) -> None:
    text = served.client.get(f"/norms/{served.norm}").text
    assert EVIL not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_reports_exercise_and_consent_are_marked_in_words(served: Served) -> None:
    pages = _pages(served)
    assert "reported: signed elsewhere, by nobody here" in served.client.get(pages["forming"]).text
    assert "exercise: all parties are fictional" in served.client.get(pages["exercise"]).text
    assert "exercise: all parties are fictional" in served.client.get(pages["norm"]).text
    assert "reported: signed elsewhere" in served.client.get(pages["reported"]).text


def test_each_page_links_its_json_twin(served: Served) -> None:
    for name, path in _pages(served).items():
        if name == "problem":
            continue
        found = re.search(r'rel="alternate" type="application/json" href="([^"]+)"', served.client.get(path).text)
        assert found, name
        assert served.client.get(found.group(1).replace("&amp;", "&")).status_code == 200


def test_a_page_as_of_an_earlier_block_says_so(served: Served) -> None:
    block = served.client.get("/v1/status").json()["as_of"]["block"]
    assert f"As of block {block - 1}," in served.client.get("/", params={"as_of": block - 1}).text


def test_the_sheet_stays_small(served: Served) -> None:
    assert len(served.client.get("/static/style.css").content) < 15_000


def test_the_theft_page_shows_brackets_and_who_toward_whom(served: Served) -> None:
    rows = served.client.get("/v1/candidates", params={"limit": 200}).json()["candidates"]
    theft = next(one for one in rows if "secrets by cyber means" in one["texts"][0])
    text = served.client.get(f"/candidates/{theft['key']}").text
    assert '<span class="bracket">[' in text
    assert "In bilateral agreements: Each undertook it toward some, not all: 6 of 21 pairs" in text
