"""What others publish, in the forms of the data's README, and every way in which a file can be wrong."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from normledger.documents.formats import Imported, read
from normledger.errors import InputError
from tests.strategies import text_of

CLAUSE_LIST = {
    "agreement_id": "x-1",
    "title": "Accord on X",
    "year": 2018,
    "date_signed": "2018-11-12",
    "language": "en",
    "composition": "Bilateral",
    "parties": [
        {"name": "France", "kind": "state", "iso3": "FRA"},
        {"name": "Ａcme  S.A.", "kind": "company", "iso3": None},
    ],
    "clauses": [
        {"no": "1", "heading": " Aim ", "text": " Parties help. ", "label": "editor's", "chapter": "editor's"},
        {"no": None, "heading": None, "text": "Parties report."},
    ],
}
FACTS: dict[str, Any] = {
    "id": "f-1",
    "name": "The Full Name",
    "short_name": "Short",
    "kind": "bilateral",
    "date": "2015-09",
    "in_force": None,
    "legal_status": "political",
    "languages": ["en", "zh"],
    "open_to": "nobody",
    "parties": [{"name": "United States", "kind": "state", "iso3": "USA", "role": "signatory", "date": "2015-09-25"}],
    "parties_complete": False,
    "party_count_as_of": {"count": 2, "date": "2015"},
    "commitments": [{"key": "a", "text": "Not to steal.", "topic": "theft"}],
    "sources": ["https://example.org"],
    "confidence": "high",
    "notes": "doubtful",
}
ACT = {
    "treaty": "x-1",
    "title": "Accord on X",
    "party": "Germany",
    "iso3": "DEU",
    "action": "accession",
    "date": "2020",
}


def write(folder: Path, *entries: Any, name: str = "in.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in entries), "utf-8")
    return path


def test_a_list_of_clauses_becomes_a_text_and_a_report_for_each_party(tmp_path: Path) -> None:
    found = read([write(tmp_path, CLAUSE_LIST)])
    (text,) = found.texts
    assert (text.source_id, text.title, text.date, text.form) == ("x-1", "Accord on X", "2018-11-12", "bilateral")
    assert [(clause.key, clause.heading, clause.text) for clause in text.clauses] == [
        ("1", "Aim", "Parties help."),
        ("2", "", "Parties report."),
    ]
    assert "editor" not in json.dumps(text.to_json())
    assert [(one.actor.identifier, one.actor.kind, one.act, one.date) for one in found.reports] == [
        ("name:Ａcme S.A.", "company", "signature", "2018-11-12"),
        ("state:FRA", "state", "signature", "2018-11-12"),
    ]
    assert {one.agreement for one in found.reports} == {text.hash}


def test_facts_keep_their_sources_and_doubts_and_leave_topics_out(tmp_path: Path) -> None:
    (text,) = read([write(tmp_path, FACTS)]).texts
    facts = dict(text.facts)
    assert facts["notes"] == "doubtful"
    assert facts["wording"] == "in the words of the reporter"
    assert (facts["parties_complete"], facts["party_count"]) == ("no", "2")
    assert text.sources == ("https://example.org",)
    assert "theft" not in json.dumps(text.to_json())
    (report,) = read([write(tmp_path, FACTS)]).reports
    assert (report.actor.identifier, report.act, report.date) == ("state:USA", "signature", "2015-09-25")


def test_acts_find_their_agreement_in_whatever_file_it_is(tmp_path: Path) -> None:
    one, other = write(tmp_path, ACT, name="acts.jsonl"), write(tmp_path, CLAUSE_LIST, name="texts.jsonl")
    for paths in ([one, other], [other, one]):
        found = read(paths)
        (text,) = found.texts
        assert {report.agreement for report in found.reports} == {text.hash}
        assert sorted(report.actor.identifier for report in found.reports)[-2:] == ["state:DEU", "state:FRA"]


def test_an_act_without_its_text_is_of_a_bare_title(tmp_path: Path) -> None:
    found = read([write(tmp_path, {**ACT, "kind": None, "iso3": None, "first_seen": "2019-01-02", "date": None})])
    (text,) = found.texts
    assert (text.title, text.clauses, dict(text.facts)) == ("Accord on X", (), {"text": "not at hand"})
    (report,) = found.reports
    assert (report.actor.identifier, report.actor.kind, report.date) == ("name:Germany", "unknown", None)
    assert report.seen == "2019-01-02"


def test_an_agreement_to_be_signed_is_no_report(tmp_path: Path) -> None:
    agreement = text_of("A", "B")
    found = read([write(tmp_path, agreement.to_json())])
    assert found == Imported((), (), (agreement,))


@pytest.mark.parametrize("shape", ["lines", "pretty", "list", "pretty list", "gzip", "crlf", "no last newline"])
def test_one_text_in_every_shape_of_file(tmp_path: Path, shape: str) -> None:
    path, entries = tmp_path / "in", [CLAUSE_LIST, FACTS]
    if shape == "pretty":
        entries = [CLAUSE_LIST]
    data = "\n".join(map(json.dumps, entries)) + "\n"
    if shape in ("list", "pretty list"):
        data = json.dumps(entries, indent=2 if shape == "pretty list" else None)
    if shape == "pretty":
        data = json.dumps(CLAUSE_LIST, indent=2)
    if shape == "crlf":
        data = data.replace("\n", "\r\n")
    if shape == "no last newline":
        data = data.rstrip()
    path.write_bytes(gzip.compress(data.encode()) if shape == "gzip" else data.encode())
    assert {text.source_id for text in read([path]).texts} == ({"x-1"} if shape == "pretty" else {"x-1", "f-1"})


def test_order_of_files_and_lines_does_not_matter(tmp_path: Path) -> None:
    entries = [{**CLAUSE_LIST, "agreement_id": f"x-{number}", "title": f"T{number}"} for number in range(9)]
    entries += [{**ACT, "treaty": f"x-{number % 3}", "party": f"P{number}", "iso3": None} for number in range(9)]
    whole = read([write(tmp_path, *entries)])
    chance = random.Random(4)
    for _ in range(5):
        chance.shuffle(entries)
        paths = [write(tmp_path, *entries[:7], name="a"), write(tmp_path, *entries[7:], name="b")]
        chance.shuffle(paths)
        assert read(paths) == whole


def test_letters_that_look_alike_become_one_form(tmp_path: Path) -> None:
    composed, decomposed = "Agr\u00e9ment", "Agre\u0301ment"
    one = read([write(tmp_path, {**CLAUSE_LIST, "title": composed})])
    other = read([write(tmp_path, {**CLAUSE_LIST, "title": decomposed})])
    assert one.texts[0].hash == other.texts[0].hash


def test_acts_given_twice_count_once(tmp_path: Path) -> None:
    assert len(read([write(tmp_path, ACT, ACT)]).reports) == 1
    assert len(read([write(tmp_path, ACT, {**ACT, "date": "2021"})]).reports) == 2


def clauses(**changes: Any) -> dict[str, Any]:
    return {**CLAUSE_LIST, **changes}


def facts(**changes: Any) -> dict[str, Any]:
    return {**FACTS, **changes}


US = FACTS["parties"][0]
BAD: dict[str, tuple[Any, str, str]] = {
    "broken JSON": ('{"agreement_id": ', "None", "this is not JSON"),
    "two values in a line": ('{"a": 1} {"b": 2}', "None", "this is not JSON"),
    "duplicate key": ('{"clauses": [], "clauses": []}', "clauses", "stands twice"),
    "float": (clauses(year=2018.5), "year", "2018.5 is not a whole number"),
    "not an object": ("[1]", "None", "an entry is a JSON object"),
    "unknown form": ({"what": 1}, "None", "neither clauses, nor commitments"),
    "no text": (clauses(clauses=[{"text": " "}]), "clauses[0].text", "the clause has no text; write it or remove it"),
    "no text at all": (clauses(clauses=[{"no": "1"}]), "clauses[0].text", "the field is missing; add it"),
    "text of another type": (clauses(clauses=[{"text": 5}]), "clauses[0].text", "should be a valid string; it is '5'"),
    "parties missing": ({k: v for k, v in CLAUSE_LIST.items() if k != "parties"}, "parties", "missing; add it"),
    "party twice": (clauses(parties=[CLAUSE_LIST["parties"][0]] * 2), "parties[1]", "'France' is listed twice"),
    "unknown kind": (clauses(parties=[{"name": "X", "kind": "planet"}]), "parties[0].kind", "one of state, igo"),
    "no name": (clauses(parties=[{"name": " ", "kind": "ngo"}]), "parties[0].kind", "the party has no name"),
    "invisible": (clauses(parties=[{"name": "A\u200bB", "kind": "ngo"}]), "None", "holds an invisible character"),
    "name too long": (clauses(parties=[{"name": "A" * 200, "kind": "ngo"}]), "None", "is longer than 200 bytes"),
    "no date": (clauses(date_signed="in spring"), "date_signed", "'in spring' is not a date"),
    "facts without text": (facts(commitments=[{"key": "a", "text": " "}]), "commitments[0].text", "has no text"),
    "facts, empty text": (facts(commitments=[{"key": "a", "text": ""}]), "commitments[0].text", "at least 1"),
    "two commitments, one key": (facts(commitments=[{"key": "a", "text": "b"}] * 2), "commitments", "one key"),
    "unknown role": (facts(parties=[{**US, "role": "fan"}]), "parties[0].role", "'fan' is not a role; it is one of"),
    "facts, date": (facts(parties=[{**US, "date": "soon"}]), "parties[0].date", "'soon' is not a date"),
    "facts, party twice": (facts(parties=[US, US]), "parties[1]", "listed twice"),
    "act without party": ({"treaty": "x", "action": "y"}, "party", "the field is missing"),
    "act, kind": ({**ACT, "kind": "planet"}, "kind", "'planet' is not a kind of party"),
    "act, date": ({**ACT, "date": "99"}, "date", "'99' is not a date"),
    "agreement, float": ({**text_of("A", "B").to_json(), "notice_days": 0.5}, "notice_days", "0.5 is not a whole"),
    "agreement, field": ({**text_of("A", "B").to_json(), "note": "x"}, "note", "no such field"),
    "a lone surrogate": ('{"clauses": "\\ud800"}', "clauses", "a lone surrogate"),
    "two keys in one": ('{"clauses": {"\\u00e9": 1, "e\\u0301": 2}}', "None", "two keys are the same"),
}  # fmt: skip


@pytest.mark.parametrize("flaw", BAD)
def test_each_flaw_is_told_with_its_line_and_field(tmp_path: Path, flaw: str) -> None:
    entry, field, fault = BAD[flaw]
    good = [clauses(agreement_id=f"g-{number}") for number in range(16)]
    path = write(tmp_path, *good, entry, clauses(agreement_id="last"))
    with pytest.raises(InputError) as refused:
        read([path])
    assert fault in str(refused.value)
    assert str(refused.value.field) == field
    assert refused.value.line == 17
    assert str(refused.value).startswith(f"{path}, line 17")


def test_an_agreement_imported_twice_is_told(tmp_path: Path) -> None:
    one, other = write(tmp_path, CLAUSE_LIST, name="a"), write(tmp_path, FACTS, CLAUSE_LIST, name="b")
    with pytest.raises(InputError, match=r"b, line 2: 'x-1' was imported above already"):
        read([one, other])


def test_a_missing_file_a_folder_and_an_empty_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file; check the path"):
        read([tmp_path / "none"])
    with pytest.raises(InputError, match="can't be read"):
        read([tmp_path])
    for data in (b"", b" \n\n", gzip.compress(b"")):
        (tmp_path / "empty").write_bytes(data)
        with pytest.raises(InputError, match="the file is empty"):
            read([tmp_path / "empty"])


@pytest.mark.parametrize("cut", range(2, 60, 7))
def test_a_gzip_that_ends_early_is_told(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(json.dumps(CLAUSE_LIST).encode())[:-cut])
    with pytest.raises(InputError, match=r"cut.gz: the gzip ends early or is damaged; fetch it again"):
        read([path])


def test_a_damaged_gzip_is_told(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(json.dumps(CLAUSE_LIST).encode()))
    for place in range(2, len(whole), 11):
        data = bytes(whole[:place]) + bytes([whole[place] ^ 0xFF]) + bytes(whole[place + 1 :])
        (tmp_path / "bad.gz").write_bytes(data)
        sentence = "bad.gz"  # a flip in the header's spare fields harms nothing
        try:
            read([tmp_path / "bad.gz"])
        except InputError as told:
            sentence = str(told)
        assert "bad.gz" in sentence


def test_brackets_without_end_are_told(tmp_path: Path) -> None:
    for text in ("[" * 200_000, '{"a":' * 100_000, '{"clauses": ' + "[" * 100_000 + "]" * 100_000 + "}"):
        (tmp_path / "deep").write_text(text)
        with pytest.raises(InputError, match="nested deeper than 64"):
            read([tmp_path / "deep"])


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    for data in (b'{"a": "\xff"}\n', b"\x00\x01", b'\xef\xbb\xbf{"clauses": []}'):
        (tmp_path / "odd").write_bytes(data)
        with pytest.raises(InputError, match="odd"):
            read([tmp_path / "odd"])
