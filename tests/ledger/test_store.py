"""Documents by their hash: what is read back is what was named, or it is not shown."""

import os
from pathlib import Path

import pytest
from hypothesis import given

from normledger.documents.document import Document, Statement
from normledger.errors import IntegrityError
from normledger.identifiers import keccak
from normledger.ledger.store import DocumentStore
from tests.strategies import DOCUMENTS


@given(DOCUMENTS)
def test_what_is_kept_is_read_back(tmp_path_factory: pytest.TempPathFactory, document: Document) -> None:
    store = DocumentStore(tmp_path_factory.getbasetemp() / "kept")
    (name,) = store.put([document])
    assert name == keccak(document.bytes)
    assert store.get(name) == document.bytes
    assert DocumentStore(tmp_path_factory.getbasetemp() / "kept").read(name) == document


def test_what_is_not_at_hand_is_none_until_it_arrives(tmp_path: Path) -> None:
    store, other = DocumentStore(tmp_path / "here"), DocumentStore(tmp_path / "mirror")
    document = Statement("We object.")
    (name,) = other.put([document])
    assert store.read(name) is None
    assert store.get(name) is None
    os.renames(tmp_path / "mirror", tmp_path / "here")  # a mirror is copied file by file
    assert store.read(name) == document
    assert list(store.names()) == [name]


def test_an_altered_file_is_not_shown(tmp_path: Path) -> None:
    (name,) = DocumentStore(tmp_path).put([Statement("We object.")])
    (path,) = tmp_path.glob("??/*.json")
    path.write_bytes(path.read_bytes().replace(b"object", b"accept"))
    for attempt in (DocumentStore(tmp_path).get, DocumentStore(tmp_path).read):
        with pytest.raises(IntegrityError, match=f"kept as document {name} hashes to 0x.* it was altered"):
            attempt(name)


def test_bytes_that_hash_right_and_are_no_canonical_document_are_not_shown(tmp_path: Path) -> None:
    for data in (b'{"text": "spaces", "type": "statement"}', b'{"type":"unknown"}', b"\xff"):
        name = keccak(data)
        path = tmp_path / name.hex()[:2] / f"{name.hex()}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        assert DocumentStore(tmp_path).get(name) == data
        assert DocumentStore(tmp_path).read(name) is None


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    store = DocumentStore(tmp_path)
    with pytest.raises(OSError, match="No space"):
        store.put([Statement("We object.")])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert list(store.names()) == []
