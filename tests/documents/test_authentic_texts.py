"""Two authentic languages of one clause: in a document, in the form of lists of clauses, in real conventions."""

import json
from pathlib import Path
from typing import Any

import pytest

from normledger.documents.document import Authentic
from normledger.documents.document_reader import read_document
from normledger.documents.formats import read
from normledger.errors import InputError

ENTRY: dict[str, Any] = {
    "agreement_id": "two",
    "title": "Accord in two languages",
    "parties": [],
    "clauses": [{"no": "1", "heading": "", "text": "Parties help.", "text_zh": " 各方相互帮助。 ", "text_fr": None}],
}


def written(folder: Path, entry: dict[str, Any]) -> Path:
    path = folder / "in.jsonl"
    path.write_text(json.dumps(entry), encoding="utf-8")
    return path


def test_a_text_beside_the_first_is_kept_as_authentic(tmp_path: Path) -> None:
    (text,) = read([written(tmp_path, ENTRY)]).texts
    (clause,) = text.clauses
    assert (clause.language, clause.text) == ("en", "Parties help.")
    assert clause.authentic == (Authentic("zh", "各方相互帮助。"),)
    assert dict(text.facts)["authentic_languages"] == "en zh"
    assert read_document(text.to_json()) == text


def test_a_clause_without_further_texts_has_the_bytes_that_it_always_had(tmp_path: Path) -> None:
    entry = {**ENTRY, "language": "en", "clauses": [{"text": "Parties help."}]}
    (text,) = read([written(tmp_path, entry)]).texts
    assert text.clauses[0].to_json() == {"key": "1", "language": "en", "text": "Parties help."}


def test_an_authentic_text_changes_the_clause_that_is_consented_to(tmp_path: Path) -> None:
    (text,) = read([written(tmp_path, ENTRY)]).texts
    other = {**ENTRY, "clauses": [{**ENTRY["clauses"][0], "text_zh": "各方不相互帮助。"}]}
    (changed,) = read([written(tmp_path, other)]).texts
    assert text.clause_ids != changed.clause_ids


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        ({"text": "Parties help.", "text_zh": 7}, "clauses[0].text_zh: this is no text"),
        ({"text": "Parties help.", "text_zh": "  "}, "clauses[0].text_zh: this is no text"),
        ({"text": "Parties help.", "text_en": "Parties help."}, "has its en text already"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, clause: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as refused:
        read([written(tmp_path, {**ENTRY, "clauses": [clause]})])
    assert told in str(refused.value)


@pytest.mark.parametrize(
    "authentic",
    [
        [{"language": "zh", "text": "x"}, {"language": "fr", "text": "x"}],
        [{"language": "fr", "text": "x"}, {"language": "fr", "text": "y"}],
        [{"language": "en", "text": "x"}],
    ],
)
def test_authentic_texts_have_one_order_and_each_language_once(authentic: list[dict[str, str]]) -> None:
    data = {
        "type": "reported-agreement", "source_id": "x", "title": "X", "character": "unknown", "form": "unknown",
        "clauses": [{"key": "1", "language": "en", "text": "Parties help.", "authentic": authentic}],
        "facts": {}, "sources": [],
    }  # fmt: skip
    with pytest.raises(InputError, match="ascending order of language"):
        read_document(data)
    data["clauses"][0]["authentic"] = []  # type: ignore[index]
    with pytest.raises(InputError, match="empty"):
        read_document(data)


def test_real_conventions_come_with_their_chinese_texts(shared_data: Path) -> None:
    imported = read([shared_data / "open_treaties.jsonl.gz"])
    assert (len(imported.texts), imported.reports) == (28, ())
    clauses = [clause for text in imported.texts for clause in text.clauses]
    assert len(clauses) == 1914
    assert all([one.language for one in clause.authentic] == ["zh"] for clause in clauses)
    assert {clause.language for clause in clauses} == {"en"}
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in clause.authentic[0].text) for clause in clauses)
