"""Akoma Ntoso from elsewhere: what is read, what an XML file must never do, two languages as one text."""

import time
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition.draft import draft
from normledger.composition.draft_forms import akoma_ntoso
from normledger.composition.record import ClauseText
from normledger.documents.document import Authentic
from normledger.documents.document_reader import read_document
from normledger.documents.formats import read
from normledger.documents.formats.akoma_ntoso import read_document as read_xml
from normledger.errors import InputError
from tests.composition.records import clause_id, name

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
ARTICLES = """
<chapter><num>Chapter I</num><heading>General</heading>
  <article eId="art_1"><num>Article 1</num><heading>Aim</heading>
    <paragraph><num>1.</num><content><p>Parties <b>shall</b> help
       one another<authorialNote><p>A note.</p></authorialNote>.</p></content></paragraph>
    <paragraph><num>2.</num><content><p>They <del>may</del><ins>shall</ins> report.</p></content></paragraph>
  </article>
  <article eId="art_2"><num>Article 2</num><content><p>Parties meet.</p></content></article>
  <article eId="art_3"><num>Article 3</num><heading>Empty</heading></article>
</chapter>"""


def work(body: str = ARTICLES, *, language: str = "eng", date: str = "2001-11-23", this: str = "/akn/zz/act/x") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><akomaNtoso xmlns="{NAMESPACE}"><act><meta><identification source="#x">'
        f'<FRBRWork><FRBRthis value="{this}"/><FRBRuri value="{this}"/><FRBRdate date="{date}" name="signed"/>'
        f'</FRBRWork><FRBRExpression><FRBRthis value="{this}/{language}"/><FRBRlanguage language="{language}"/>'
        f"</FRBRExpression></identification></meta><preface><p><docTitle>Pact on  X</docTitle></p></preface>"
        f"<body>{body}</body></act></akomaNtoso>"
    )


def test_articles_become_clauses() -> None:
    text = read_xml(work().encode()).text
    assert (text.source_id, text.title, text.date) == ("/akn/zz/act/x", "Pact on X", "2001-11-23")
    one, other = text.clauses
    assert (one.key, one.heading, one.language) == ("1", "Aim", "en")
    assert one.text == "1. Parties shall help one another.\n2. They shall report."
    assert (other.key, other.text) == ("2", "Parties meet.")
    assert dict(text.facts)["clauses_without_text"] == "1"
    assert read_document(text.to_json()) == text


def test_numbers_that_repeat_give_way_to_the_position() -> None:
    body = "<article><num>1</num><p>One.</p></article><article><num>1</num><p>Two.</p></article>"
    assert [one.key for one in read_xml(work(body).encode()).text.clauses] == ["1", "2"]
    body = "<article><num>5</num><p>One.</p></article><article><p>Two.</p></article>"
    assert [one.key for one in read_xml(work(body).encode()).text.clauses] == ["1", "2"]


@pytest.mark.parametrize("unit", ["section", "rule", "paragraph", "point"])
def test_without_articles_the_next_smaller_unit_is_the_clause(unit: str) -> None:
    body = f"<{unit}><num>4</num><content><p>Parties help.</p></content></{unit}>"
    (clause,) = read_xml(work(body).encode()).text.clauses
    assert (clause.key, clause.text) == ("4", "Parties help.")


def test_an_amendment_quoted_in_an_article_is_part_of_it() -> None:
    body = (
        "<article><num>1</num><content><p>It reads: <mod><quotedStructure><article><num>9</num><p>Old.</p></article>"
        "</quotedStructure></mod></p></content></article>"
    )
    (clause,) = read_xml(work(body).encode()).text.clauses
    assert (clause.key, clause.text) == ("1", "It reads:\n9 Old.")


def test_an_unknown_date_stays_unknown() -> None:
    assert read_xml(work(date="0001-01-01").encode()).text.date is None


FRENCH = (
    "<article><num>Article 1er</num><p>Les Parties s'aident.</p></article>"
    "<article><num>2</num><p>Elles se réunissent.</p></article>"
)
ENGLISH = "<article><num>1</num><p>Parties help.</p></article><article><num>2</num><p>They meet.</p></article>"


def put(folder: Path, label: str, text: str) -> Path:
    path = folder / f"{label}.xml"
    path.write_text(text, encoding="utf-8")
    return path


def test_two_languages_of_one_work_are_one_agreement_in_any_order(tmp_path: Path) -> None:
    english, french = put(tmp_path, "e", work(ENGLISH)), put(tmp_path, "f", work(FRENCH, language="fra"))
    (text,) = read([english, french]).texts
    assert read([french, english]).texts == (text,)
    assert text.clauses[0].text == "Parties help."
    assert text.clauses[0].authentic == (Authentic("fr", "Les Parties s'aident."),)
    assert dict(text.facts)["authentic_languages"] == "en fr"
    assert read_document(text.to_json()) == text


def test_languages_that_do_not_correspond_are_refused(tmp_path: Path) -> None:
    english = put(tmp_path, "e", work(ENGLISH))
    shorter = put(tmp_path, "f", work("<article><num>1</num><p>Un.</p></article>", language="fra"))
    with pytest.raises(InputError, match="have different articles"):
        read([english, shorter])
    with pytest.raises(InputError, match="imported above already"):
        read([english, english])


BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {one} "{f"&{before};" * 10}">' for before, one in zip("abcdefgh", "bcdefghi", strict=True))
    + f']><akomaNtoso xmlns="{NAMESPACE}"><act>&i;</act></akomaNtoso>'
)
EXTERNAL = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>'
    f'<akomaNtoso xmlns="{NAMESPACE}"><act>&y;</act></akomaNtoso>'
)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (BILLION_LAUGHS, "declares a document type or an entity"),
        (EXTERNAL, "declares a document type or an entity"),
        (f'<!DOCTYPE akomaNtoso SYSTEM "http://x.example/a.dtd">{work()[38:]}', "declares a document type"),
        (work().replace("</body>", ""), "the XML is not well formed (mismatched tag)"),
        (work().replace("Parties meet.", "&undefined;"), "the XML is not well formed (undefined entity)"),
        ("<html/>", "namespace '' is not Akoma Ntoso's"),
        (f'<x xmlns="{NAMESPACE}"/>', "its root is 'x'"),
        (f'<akomaNtoso xmlns="{NAMESPACE}"/>', "holds no document"),
        (work().replace("FRBRthis", "other").replace("FRBRuri", "other"), "the work has no name"),
        (work("<article><num>1</num></article>"), "no article of the body has a text"),
        (work().replace("<body>", "<x>").replace("</body>", "</x>"), "has no body"),
        (work("<p>" * 300 + "x" + "</p>" * 300), "nested deeper than 200"),
        (work(date="2001-99-99"), "is not a date"),
        ('<?xml version="1.0" encoding="klingon"?>' + work()[38:], "the XML"),
    ],
)
def test_what_is_no_text_of_ours_is_refused_in_one_sentence(tmp_path: Path, data: str, told: str) -> None:
    began = time.perf_counter()
    with pytest.raises(InputError) as refused:
        read([put(tmp_path, "bad", data)])
    assert told in refused.value.message
    assert "bad.xml" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert time.perf_counter() - began < 2


def test_a_draft_with_open_brackets_is_no_agreement() -> None:
    texts = ("Parties shall help.", "Parties should help.")
    clauses = [ClauseText(clause_id(f"d{at}", 0), name("d"), 0, "", "", text, "en") for at, text in enumerate(texts)]
    made = akoma_ntoso(draft(clauses, {}), {}, {}, name=name("k"), title="T", date="2026-11-25")
    with pytest.raises(InputError, match="a draft with open brackets"):
        read_xml(made.encode())


def test_a_resolved_draft_can_be_read_back() -> None:
    clauses = [ClauseText(clause_id("d", 0), name("d"), 0, "", "", "Parties shall help <all> & each.", "en")]
    made = akoma_ntoso(draft(clauses, {}), {}, {}, name=name("k"), title="T & U", date="2026-11-25")
    text = read_xml(made.encode()).text
    assert (text.title, text.date) == ("T & U", "2026-11-25")
    assert [one.text for one in text.clauses] == ["Parties shall help <all> & each."]


@settings(max_examples=100)
@given(st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cn", "Cc")), min_size=1, max_size=60))
def test_any_words_come_through_whole(words: str) -> None:
    body = f"<article><num>1</num><p>x{escape(words)}</p></article>"
    (clause,) = read_xml(work(body).encode()).text.clauses
    assert " ".join(clause.text.split()) == clause.text.replace("\n", " ")
    assert clause.text[0] == "x"
    assert clause.text.isprintable() or not words.isprintable() or " " in words


damaged = st.builds(lambda at, junk: work().encode()[:at] + junk, st.integers(0, 900), st.binary(max_size=20))


@settings(max_examples=150)
@given(st.binary(max_size=200) | damaged)
def test_no_bytes_make_a_traceback(data: bytes) -> None:
    refused = ""
    try:
        read_xml(data)
    except InputError as error:
        refused = error.message
    assert "\n" not in refused
