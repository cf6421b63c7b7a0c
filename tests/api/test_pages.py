"""The pages: readable without scripts, nothing inline, every foreign name escaped and isolated."""

import re
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from normledger.acts.typed_data import to_json
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

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

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
            target = attributes.get(key) or ""
            assert not target.startswith(("//", "javascript:")), attributes
            if target.startswith(("http:", "https:")):  # a source that a reader may follow; nothing is loaded from it
                assert tag == "a"
                assert "noreferrer" in str(attributes["rel"])
    assert tags.count("table") == tags.count("caption")
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_names_from_outside_are_escaped(served: Served) -> None:
    text = served.client.get(f"/norms/{served.norm}").text
    assert EVIL not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_reports_exercise_and_consent_are_marked_in_words(served: Served) -> None:
    pages = _pages(served)
    for name in ("forming", "candidate", "reported"):
        assert "agreed elsewhere; nobody named signed anything here" in served.client.get(pages[name]).text
    for name in ("exercise", "norm", "agreement"):
        assert "fiction; all parties are invented" in served.client.get(pages[name]).text
    assert "signed here by the parties themselves" in served.client.get(pages["consented"]).text


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
    assert len(served.client.get("/static/style.css").content) < 17_000


def test_the_theft_page_shows_brackets_and_who_toward_whom(served: Served) -> None:
    rows = served.client.get("/v1/candidates", params={"limit": 200}).json()["candidates"]
    theft = next(one for one in rows if "secrets by cyber means" in one["texts"][0])
    text = served.client.get(f"/candidates/{theft['key']}").text
    assert '<details class="bracket"><summary>[' in text
    assert (
        "<dt>In bilateral agreements alone</dt><dd>Each undertook it toward some, not all: 6 of 21 pairs, 5 of them "
        "with <bdi>China</bdi>.</dd>"
    ) in text
    assert "all 19 others" in text
    assert "[trade / business]</summary>" in text
    cited = re.search(r'<a href="#(s[0-9a-f]{12})"><bdi lang="en">US–China 2015</bdi>', text)
    assert cited, "a bracket leads to the source whose words it holds"
    item = text.split(f'<li id="{cited.group(1)}">')[1].split("</li>")[0]
    source = re.search(r'href="(/agreements/0x[0-9a-f]{64}\?clause=[0-9a-f]{12})#(c[0-9a-f]{12})"', item)
    assert source, "and the source to its clause"
    assert f'id="{source.group(2)}"' in served.client.get(source.group(1)).text


def test_a_link_keeps_the_block_that_the_reader_asked_for(served: Served) -> None:
    block = served.client.get("/v1/status").json()["as_of"]["block"] - 1
    text = served.client.get("/", params={"as_of": block}).text
    links = re.findall(r'href="(/(?:candidates|norms|agreements)/[^"]+)"', text)
    assert links
    assert all(f"as_of={block}" in link for link in links)


def test_a_reservation_shows_its_objection_beside_the_clause(served: Served) -> None:
    text = served.client.get(_pages(served)["agreement"]).text
    assert "<b>Reservation</b> by <bdi>Principality of Umbrelle</bdi>" in text
    assert "<b>Objection</b> by <bdi>Confederation of Pellucia</bdi>" in text
    assert re.search(r'Withdrawn: <a href="/parties/[^"]+"><bdi>Hobnail and Thrush Pretend Software</bdi>', text)
    between = text.split('id="between"')[1].split("</table>")[0]
    assert "◐</a>" in between or "○</a>" in between, "the matrix leads to the reservation or the objection"


def test_a_reported_agreement_shows_its_sources_doubts_and_observer(served: Served) -> None:
    text = served.client.get(_pages(served)["reported"]).text
    assert "Check it against the sources before you rely on it" in text
    assert "<dt>confidence</dt>" in text
    assert "<bdi>Observer</bdi>" in text
    assert "not counted" not in text


def test_the_front_page_goes_on_page_by_page(served: Served) -> None:
    first, second = (served.client.get("/", params={"page": page}).text for page in (1, 2))
    rows = [re.findall(r'<h3><a href="(/candidates/[^"]+)"', text) for text in (first, second)]
    assert len(rows[0]) == 8
    assert not set(rows[0]) & set(rows[1])
    assert 'rel="next"' in first
    assert 'rel="prev"' in second
    assert "There are no more rows" in served.client.get("/", params={"page": 99}).text


def test_a_missing_text_is_shown_as_missing(served: Served) -> None:
    view = served.workspace.view()
    norm = view.norms[served.norm]
    path = served.workspace.folder / "documents" / served.norm.hex()[:2] / f"{served.norm.hex()}.json"
    kept = path.read_bytes()
    path.unlink()
    try:
        client = TestClient(create_app(served.workspace))  # without its relaying thread: it has nothing kept
        text = client.get(f"/norms/{served.norm}").text
        assert "The text is missing here." in text
        assert norm.document
        assert norm.document.text not in text
        assert "Its text is missing here" in client.get("/?shown=exercise").text
        assert client.get(f"/v1/norms/{served.norm}").json()["norm"]["text"] is None
        publication = served.workspace.submission(norm.publication.digest)
        again = {
            "typed_data": to_json(publication.domain, publication.statement),
            "signature": "0x" + publication.signature.hex(),
            "texts": [norm.document.to_json()],
        }
        assert client.post("/v1/submissions", json=again).status_code == 202
        assert norm.document.text in client.get(f"/norms/{served.norm}").text, "whoever has the text may bring it"
    finally:
        path.write_bytes(kept)


def test_a_problem_outside_the_api_is_a_page(served: Served) -> None:
    for path in ("/nothing", "/candidates/0x00", "/?shown=all", "/static/nothing.css"):
        answer = served.client.get(path)
        assert answer.status_code in (404, 422), path
        assert answer.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
