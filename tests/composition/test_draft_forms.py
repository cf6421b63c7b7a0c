"""The draft as plain text, HTML and Akoma Ntoso: escaped, well formed, every fragment with its sources."""

import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.composition.compose import compose
from normledger.composition.draft import Draft, draft
from normledger.composition.draft_forms import AKOMA_NTOSO, Source, akoma_ntoso, html, plain_text, sources_of
from normledger.composition.record import ClauseText
from normledger.identifiers import ClauseId
from tests.composition.records import POLICY, clause_id, name, theft

AKN = f"{{{AKOMA_NTOSO}}}"
TEXTS = (
    "Parties shall help <victims> & others.",
    "Parties should help <victims> & others.",
    "No State may use networks to obtain confidential knowledge of firms.",
)


def made(*texts: str) -> tuple[Draft, dict[ClauseId, Source], dict[str, str]]:
    clauses = [
        ClauseText(clause_id(f"d{at}", 0), name(f"d{at}"), 0, "", "", text, "en") for at, text in enumerate(texts)
    ]
    result = draft(clauses, {clause.id: frozenset([f"name:p {at}"]) for at, clause in enumerate(clauses)})
    sources = {
        clause.id: Source(clause.agreement, f"Pact <{at}>", "1", (f"name:p {at}",)) for at, clause in enumerate(clauses)
    }
    return result, sources, {f"name:p {at}": f"P & {at}" for at in range(len(texts))}


def test_html_is_escaped_and_every_fragment_leads_to_its_clauses() -> None:
    one, sources, names = made(*TEXTS)
    page = html(one, sources, names)
    assert "<victims>" not in page
    assert "<script" not in page
    assert "style=" not in page
    tree = ET.fromstring(page)
    ids = [element.attrib["id"] for element in tree.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    listed = {element.attrib["id"]: element for element in tree.iter() if "data-clause" in element.attrib}
    assert {element.attrib["data-clause"] for element in listed.values()} == {str(clause) for clause in sources}
    fragments = [one for one in tree.iter("span") if one.attrib["class"] in ("common", "alternative")]
    assert fragments
    for fragment in fragments:
        assert set(fragment.attrib["data-sources"].split()) <= listed.keys()
    (alternative,) = [one for one in fragments if one.text == "should"]
    (source,) = alternative.attrib["data-sources"].split()
    assert listed[source].attrib["data-clause"] == str(clause_id("d1", 0))
    assert "".join(listed[source].itertext()) == "Pact <1>, clause 1: P & 1"


def test_what_is_read_in_html_is_the_plain_text() -> None:
    one, sources, names = made(*TEXTS[:2])
    (paragraph,) = list(ET.fromstring(html(one, sources, names)).iter("p"))
    assert "".join(paragraph.itertext()) == one.text


def test_a_bracket_of_the_page_bears_the_place_that_is_resolved() -> None:
    tree = ET.fromstring(html(*made(*TEXTS[:2])))
    assert [one.attrib["data-place"] for one in tree.iter() if "data-place" in one.attrib] == ["1.1.1"]


def test_plain_text_tells_who_is_behind_each_wording() -> None:
    one, sources, names = made(*TEXTS[:2])
    assert plain_text(one, sources, names).splitlines() == [
        "1. Parties [shall / should] help <victims> & others.",
        "",
        "1.1.1 “shall”: P & 0 (Pact <0>, clause 1)",
        "1.1.1 “should”: P & 1 (Pact <1>, clause 1)",
    ]


def test_akoma_ntoso_is_identified_and_ties_alternatives_to_each_other_and_to_their_sources() -> None:
    one, sources, names = made(*TEXTS)
    text = akoma_ntoso(one, sources, names, name=name("key"), title='Help "each" other', date="2026-11-25")
    root = ET.fromstring(text)
    assert root.tag == f"{AKN}akomaNtoso"
    identification = root.find(f".//{AKN}identification")
    assert identification is not None
    assert [child.tag for child in identification] == [
        f"{AKN}{level}" for level in ("FRBRWork", "FRBRExpression", "FRBRManifestation")
    ]
    works = {child.tag.removeprefix(AKN): child.attrib.get("value") for child in identification[0]}
    assert works["FRBRthis"] == works["FRBRuri"] == f"/akn/zz/doc/draft/2026-11-25/{name('key')}"
    assert works["FRBRname"] == 'Help "each" other'
    language = identification[1].find(f"{AKN}FRBRlanguage")
    assert language is not None
    assert language.attrib["language"] == "eng"
    assert not list(root.iter(f"{AKN}mod"))
    ids = [element.attrib["eId"] for element in root.iter() if "eId" in element.attrib]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for attribute in ("alternativeTo", "refersTo"):
            for reference in element.attrib.get(attribute, "").split():
                assert reference.startswith("#")
                assert reference[1:] in ids
    shall, should = [one for one in root.iter(f"{AKN}inline") if one.attrib["name"] == "alternative"]
    assert (shall.text, should.text) == ("shall", "should")
    assert should.attrib["alternativeTo"] == f"#{shall.attrib['eId']}"
    options = list(root.iter(f"{AKN}subparagraph"))
    assert [one.attrib.get("alternativeTo") for one in options] == [None, f"#{options[0].attrib['eId']}"]


def test_sources_name_exactly_whom_a_clause_binds() -> None:
    composition = compose(theft(), POLICY)
    (row,) = composition.rows
    sources = sources_of(composition, row.key)
    bound = {source.title: source.parties for source in sources.values()}
    assert bound["US-CN"] == ("CN", "US")
    assert len(bound) == 6


hostile = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("<>&\"'[]/\x00\x0b\x1b\ud800\ufffe ]]>")),
    min_size=1,
    max_size=30,
)


@settings(max_examples=80)
@given(st.lists(hostile, min_size=1, max_size=4), hostile)
def test_hostile_strings_stay_text(chosen: list[str], label: str) -> None:
    one, sources, names = made(*(f"Parties shall help {text} and others." for text in chosen))
    sources = {clause: Source(source.agreement, label, label, (label,)) for clause, source in sources.items()}
    names = {**names, label: label}
    page = ET.fromstring(html(one, sources, names).encode("utf-8", "surrogatepass"))
    assert page.tag == "section"
    text = akoma_ntoso(one, sources, names, name=name("key"), title=label, date="2026-11-25")
    assert ET.fromstring(text.encode("utf-8")).tag == f"{AKN}akomaNtoso"
