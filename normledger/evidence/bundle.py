"""The one file, `application/vnd.normledger.evidence+json`: what it holds, read strictly and written canonically.

Belongs here: the form. A bundle is the canonical form (RFC 8785) of one JSON object, without a byte more: closed,
without floats, every value in its one spelling, every list in its one order. So a changed byte is a changed value.
Does not belong here: whether what it holds is true (`verification`), and what its claim needs (`claims`).
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from normledger.acts.act import Contract
from normledger.documents.canonical import MAX_DEPTH, canonical_bytes, parse_json
from normledger.documents.document import Document
from normledger.documents.document_reader import read_document
from normledger.errors import InputError
from normledger.evidence.statements import (
    Stated,
    closed,
    data,
    hash_of,
    listed,
    number,
    read_stated,
    stated_json,
    subject_of,
)
from normledger.identifiers import Hash

VERSION = 1
"""Of the format. A verifier refuses those that it does not know."""

MEDIA_TYPE = "application/vnd.normledger.evidence+json"

MOST_BYTES = 64 * 2**20
"""A longer file is refused unread, unless the caller allows more, as for a maximal coalition."""

_MEMBERS = (
    "chain_id", "claim", "documents", "header", "nodes", "recognisers", "release", "subjects", "type", "version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """All acts on one subject of a contract, in the order in which they are linked."""

    contract: Contract
    id: Hash
    acts: tuple[Stated, ...]

    @property
    def key(self) -> tuple[Contract, Hash]:
        """By which bundles sort and find it."""
        return (self.contract, self.id)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a file holds, nothing of it believed yet.

    `release` are the Keccak-256 hashes of the three contracts' init codes; `claim` is the claim's plain data; `header`
    is the block's, as RLP; `nodes` are trie nodes; `recognisers` are parties whose recognitions came along.
    """

    chain_id: int
    release: tuple[Hash, Hash, Hash]
    claim: dict[str, Any]
    header: bytes
    nodes: tuple[bytes, ...]
    subjects: tuple[Subject, ...]
    documents: tuple[Document, ...]
    recognisers: tuple[Hash, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The file's data."""
        return {
            "type": "evidence",
            "version": VERSION,
            "chain_id": str(self.chain_id),
            "release": [str(one) for one in self.release],
            "claim": self.claim,
            "header": f"0x{self.header.hex()}",
            "nodes": [f"0x{node.hex()}" for node in sorted(self.nodes)],
            "recognisers": [str(one) for one in sorted(self.recognisers)],
            "subjects": [
                {
                    "contract": subject.contract.title,
                    "subject": str(subject.id),
                    "acts": [stated_json(one) for one in subject.acts],
                }
                for subject in sorted(self.subjects, key=lambda one: one.key)
            ],
            "documents": [document.to_json() for document in sorted(self.documents, key=lambda one: one.hash)],
        }

    def bytes(self) -> bytes:
        """The file."""
        return canonical_bytes(self.to_json())


def parse(raw: bytes) -> dict[str, Any]:
    """The file's JSON object. Raises `InputError` unless these bytes are the canonical form of one."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start} is not UTF-8: the file was damaged, get it again") from None
    if not raw.endswith(b"}"):
        raise InputError("the file does not end as a bundle does, with }: it was cut short or added to, get it again")
    _check_depth(raw)
    value = _quickly(text)
    if value is None:
        value = parse_json(text)
        if canonical_bytes(value) != raw:
            raise InputError("the bytes are not in canonical form (RFC 8785): the file was changed, get it again")
    if not isinstance(value, dict):
        raise InputError("a bundle is a JSON object")
    return value


_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_OTHERS = re.compile(rb"[^\[\]{}]+")
_IDLE = bytes(set(range(256)) - set(b'[]{}"'))


def _check_depth(raw: bytes) -> None:
    if b"\\" in raw:
        brackets = _OTHERS.sub(b"", _STRINGS.sub(b"", raw))
    else:  # every other part between quotes is a string; those that are left hold no quote
        brackets = b"".join(raw.translate(None, _IDLE).split(b'"')[::2])
    depth = 0
    for bracket in brackets.decode():
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise InputError(f"the JSON is nested deeper than {MAX_DEPTH}; it is no evidence of ours")


class _Refused(Exception):
    """The quick way does not take it; the slow one says why."""


def _refuse(_: str) -> Any:
    raise _Refused


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused
    return found


def _quickly(text: str) -> Any | None:
    """What canonical text says, by the interpreter's own encoder; None where that does not show it to be canonical.

    Python's encoder escapes as RFC 8785 does, and sorts keys alike but for those beyond Unicode's first plane.
    """
    if not (plain := text.isascii()) and _BEYOND.search(text):
        return None
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse, parse_int=_small)
    except (_Refused, ValueError, RecursionError):
        return None
    same = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) == text
    return value if same and (plain or unicodedata.is_normalized("NFC", text)) else None


def _small(text: str) -> int:
    if len(text) > 15:
        raise _Refused
    return int(text)


def version_of(value: dict[str, Any]) -> int:
    """The format's version. Raises `InputError` where it is no bundle or of a version not known here."""
    if value.get("type") != "evidence":
        raise InputError('evidence says "type": "evidence"; this file is something else', field="type")
    if type(value.get("version")) is not int:
        raise InputError("the format's version is missing", field="version")
    version: int = value["version"]
    if version != VERSION:
        raise InputError(
            f"the bundle is of version {version}, this verifier knows {VERSION}; use a current one", field="version"
        )
    return version


def read(value: dict[str, Any]) -> Bundle:
    """The bundle that a parsed file is. Raises `InputError` with the field."""
    version_of(value)
    top = closed(value, _MEMBERS, "")
    release = [hash_of(one, f"release[{at}]") for at, one in enumerate(listed(top["release"], "release"))]
    if len(release) != 3:
        raise InputError("a release has three contracts", field="release")
    if not isinstance(top["claim"], dict):
        raise InputError("an object is missing here", field="claim")
    nodes = [data(one, f"nodes[{at}]") for at, one in enumerate(listed(top["nodes"], "nodes"))]
    _ascending(nodes, "nodes")
    subjects = [_subject(one, f"subjects[{at}]") for at, one in enumerate(listed(top["subjects"], "subjects"))]
    _ascending([one.key for one in subjects], "subjects")
    recognisers = [
        hash_of(one, f"recognisers[{at}]") for at, one in enumerate(listed(top["recognisers"], "recognisers"))
    ]
    _ascending(recognisers, "recognisers")
    documents = [_document(one, f"documents[{at}]") for at, one in enumerate(listed(top["documents"], "documents"))]
    _ascending([one.hash for one in documents], "documents")
    return Bundle(
        number(top["chain_id"], "chain_id", 256),
        (release[0], release[1], release[2]),
        top["claim"],
        data(top["header"], "header"),
        tuple(nodes),
        tuple(subjects),
        tuple(documents),
        tuple(recognisers),
    )


_CONTRACTS = {contract.title: contract for contract in Contract}


def _subject(value: Any, field: str) -> Subject:
    entry = closed(value, ("acts", "contract", "subject"), field)
    title = entry["contract"]
    if not isinstance(title, str) or title not in _CONTRACTS:
        raise InputError(f"a contract is one of {', '.join(_CONTRACTS)}", field=f"{field}.contract")
    contract, id_ = _CONTRACTS[title], hash_of(entry["subject"], f"{field}.subject")
    acts = []
    for at, one in enumerate(listed(entry["acts"], f"{field}.acts")):
        place = f"{field}.acts[{at}]"
        acts.append(read_stated(one, contract, place))
        if subject_of(acts[-1].statement) != id_:
            raise InputError("the act is on another subject than the one under which it stands", field=place)
    return Subject(contract, id_, tuple(acts))


def _document(value: Any, field: str) -> Document:
    try:
        document = read_document(value)
    except InputError as error:
        raise InputError(error.message, field=f"{field}.{error.field}" if error.field else field) from None
    if document.to_json() != value:
        raise InputError("the document is not in the form in which it is hashed", field=field)
    return document


def _ascending(keys: list[Any], field: str) -> None:
    for at in range(1, len(keys)):
        if keys[at] <= keys[at - 1]:
            what = "stands twice" if keys[at] == keys[at - 1] else "is out of order"
            raise InputError(f"an entry {what}; each stands once, in ascending order", field=f"{field}[{at}]")
