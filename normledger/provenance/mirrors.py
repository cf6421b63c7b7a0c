"""Other instances, asked over HTTP: nothing that they say is believed, and a document is taken by its hash alone.

Belongs here: the bounded client, which documents the chain names, and completing those that are missing. Does not
belong here: judging what a service shows (`showing`), following it (`watching`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from normledger.acts.act import ActKind, Contract, list_of, stances_on
from normledger.acts.powers import FurtherClaim
from normledger.documents.canonical import parse_canonical, parse_json
from normledger.documents.document import Agreement, Alignments, Document, Endorsements, Norm, Reports
from normledger.documents.document_reader import read_document
from normledger.errors import ChainError, InputError, IntegrityError
from normledger.evidence.verdict import one_line
from normledger.identifiers import ZERO, Hash, keccak
from normledger.ledger.queries import View
from normledger.ledger.store import DocumentStore

LARGEST = 1 << 26
"""Bytes of one answer."""

TIME_LIMIT = 30.0
"""Seconds that a connection may stay silent."""

_PAGES = 100_000
"""Pages of one list; a service could tell of a next one for ever."""


class Unreachable(ChainError):
    """Another instance does not answer, or not in the way that the API does."""


class Mirror:
    """The service at `url`. Use it as a context manager."""

    def __init__(self, url: str, *, limit: int = LARGEST, timeout: float = TIME_LIMIT) -> None:
        import httpx  # a tenth of a second; only commands that ask others need it

        try:
            named = urlsplit(url).hostname
            parts = httpx.URL(url)
        except (ValueError, httpx.InvalidURL):
            named, parts = None, httpx.URL("")
        if parts.scheme not in ("http", "https") or not named:
            raise InputError(f"{one_line(url)[:80]!r} is no address of a service; give one as http://127.0.0.1:8000")
        self._limit, self._failures = limit, (httpx.HTTPError, httpx.InvalidURL)
        self.url = str(parts.copy_with(username=None, password=None, query=None, fragment=None)).rstrip("/")
        self._url = url.rstrip("/").removesuffix("/v1")
        # Neither a redirection nor a proxy named by the environment may choose whom we ask; no packed bytes to unfold.
        self._client = httpx.Client(
            timeout=timeout, follow_redirects=False, headers={"Accept-Encoding": "identity"}, trust_env=False
        )

    def __enter__(self) -> "Mirror":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(
        self, path: str, asked: Mapping[str, str | int] | None = None, *, tag: str | None = None
    ) -> tuple[int, bytes]:
        """Status and body. Raises `Unreachable` where there is no answer, or one longer than the limit."""
        headers = {"If-None-Match": f'"{tag}"'} if tag else {}
        try:
            with self._client.stream(
                "GET", f"{self._url}{path}", params=dict(asked or {}), headers=headers
            ) as response:
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise Unreachable(f"The service at {self.url} packs its answer to {path} unasked.")
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > self._limit:
                        raise Unreachable(
                            f"The service at {self.url} answers {path} with more than {self._limit:,} bytes; raise "
                            "--limit if that can be."
                        )
                return response.status_code, bytes(body)
        except self._failures as error:
            raise Unreachable(
                f"The service at {self.url} does not answer {path} ({type(error).__name__}); check the address."
            ) from error

    def json(self, path: str, **asked: str | int) -> dict[str, Any] | None:
        """One JSON object of the API; None where there is nothing of that name (404). Raises `Unreachable`."""
        status, body = self.get(path, asked)
        if status == 404:
            return None
        try:
            told = parse_json(body)
        except InputError:
            told = None
        if not isinstance(told, dict):
            raise Unreachable(f"The service at {self.url} answers {path} with something that is no JSON object.")
        if status != 200:
            detail = one_line(str(told.get("detail", "")))[:300]
            raise Unreachable(f"The service at {self.url} refuses {path} with status {status}: {detail}")
        return told

    def pages(self, path: str, name: str, **asked: str | int) -> Iterator[dict[str, Any]]:
        """All entries of a list, page by page. Raises `Unreachable`."""
        cursor: dict[str, str] = {}
        for _ in range(_PAGES):
            told = self.json(path, limit=200, **(cursor or asked))
            entries = told.get(name) if told else None
            if told is None or not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
                raise Unreachable(f"The service at {self.url} has no list of {name} at {path}.")
            yield from entries
            following = told.get("next")
            if not isinstance(following, str) or not entries:
                return
            cursor = {"cursor": following}
        raise Unreachable(f"The service at {self.url} never comes to the end of {path}.")

    def document(self, name: Hash) -> bytes | None:
        """The bytes of a document; None where the service has none.

        Raises `IntegrityError` where they do not hash to the name, `Unreachable`.
        """
        status, body = self.get(f"/v1/documents/{name}")
        if status == 404:
            return None
        if status != 200:
            raise Unreachable(f"The service at {self.url} refuses document {name} with status {status}.")
        if keccak(body) != name:
            raise IntegrityError(
                f"The service at {self.url} gives bytes for document {name} that hash to {keccak(body)}: the text was "
                "altered. Ask another mirror."
            )
        return body

    def still_has(self, name: Hash) -> bool:
        """Whether it goes on offering a document, without sending it again."""
        return self.get(f"/v1/documents/{name}", tag=str(name))[0] in (200, 304)


# --- which documents the chain names


def named_documents(view: View) -> dict[Hash, int]:
    """Every document that an act names, with the first block that does: texts, profiles, norms, statements, batches.

    Documents that only other documents name are not among them: `named_by`.
    """
    found: dict[Hash, int] = {}

    def add(name: Hash, block: int) -> None:
        if name != ZERO:
            found[Hash(name)] = min(block, found.get(Hash(name), block))

    for party in view.parties.values():
        add(party.claim.claim.profile, party.recorded.block)
        for own in party.own:
            if isinstance(own.act, FurtherClaim):
                add(own.act.profile, own.recorded.block)
    for agreement in view.agreements.values():
        add(agreement.terms.document, agreement.recorded.block)
    for norm in view.norms:
        add(norm, view.norms[norm].publication.recorded.block)
    for act in view.acts.values():
        if act.act.kind is not ActKind.ANCHOR:  # its content is a root, which names no document
            add(act.act.content, act.recorded.block)
    return found


def named_by(document: Document) -> Iterator[Hash]:
    """The documents that a document names: outcomes that clauses ask for, texts that reports are about."""
    if isinstance(document, Agreement):
        yield from (asked.outcome for clause in document.clauses for asked in clause.asks)
    elif isinstance(document, Reports):
        yield from (leaf.agreement for leaf in document.leaves)
    elif isinstance(document, Alignments):
        yield from (leaf.outcome for leaf in document.leaves)
    elif isinstance(document, Norm):
        yield from document.outcomes


def unlisted(view: View) -> Iterator[Hash]:
    """The digests of acts that the API lists nowhere: what parties state of others, and stances from outside."""
    for party in view.parties:
        yield from (act.digest for act in view.acts_on(Contract.PARTY_REGISTRY, list_of(party)))
    for agreement in view.agreements:
        yield from (act.digest for act in view.acts_on(Contract.AGREEMENT_LEDGER, stances_on(agreement)))


# --- completing


@dataclass
class Fetched:
    """What a fetch came to: by hash, `got` with its length in bytes, `absent` there too, `refused` with the reason."""

    got: dict[Hash, int] = field(default_factory=dict)
    absent: list[Hash] = field(default_factory=list)
    refused: dict[Hash, str] = field(default_factory=dict)
    known: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "fetched": {str(name): size for name, size in self.got.items()},
            "absent": [str(name) for name in self.absent],
            "refused": {str(name): reason for name, reason in self.refused.items()},
            "at_hand_before": self.known,
        }


def complete(
    store: DocumentStore, names: Iterable[Hash], mirror: Mirror, told: Callable[[Hash, int], None] = lambda *_: None
) -> Fetched:
    """Fetch the documents of these names that are missing, then those that they name, and so on.

    Each is kept as soon as it is there, so that a fetch that was broken off goes on where it stopped. Bytes that do not
    hash to their name, or are no document of this release, are refused and nothing of them is kept.
    """
    done, waiting = Fetched(), list(dict.fromkeys(names))
    seen = set(waiting)
    while waiting:
        name = waiting.pop(0)
        document = store.read(name)
        if document is not None:
            done.known += 1
        else:
            try:
                document = _fetch(mirror, name)
            except (IntegrityError, InputError) as error:
                done.refused[name] = str(error)
                continue
            if document is None:
                done.absent.append(name)
                continue
            store.put([document])
            done.got[name] = len(document.bytes)
            told(name, len(document.bytes))
        following = [one for one in dict.fromkeys(named_by(document)) if one not in seen]
        seen.update(following)
        waiting += following
    return done


def _fetch(mirror: Mirror, name: Hash) -> Document | None:
    body = mirror.document(name)
    if body is None:
        return None
    return read_document(parse_canonical(body, source=str(name)))


class Borrowing(DocumentStore):
    """A folder's documents, and where one is missing there, the mirror's, kept for as long as this lives.

    What is borrowed was hashed, so it is the text whoever sent it; `refused` says of which the mirror sent another.
    """

    def __init__(self, own: DocumentStore, mirror: Mirror) -> None:
        self._own, self._mirror = own, mirror
        self._borrowed: dict[Hash, Document] = {}
        self.refused: dict[Hash, str] = {}

    def read(self, name: Hash) -> Document | None:
        """The document itself, from here or from there; asked for again while neither has it."""
        name = Hash(name)
        found = self._own.read(name) or self._borrowed.get(name)
        if found is None and name != ZERO and name not in self.refused:
            try:
                found = _fetch(self._mirror, name)
            except (IntegrityError, InputError) as error:
                self.refused[name] = str(error)
            if found is not None:
                self._borrowed[name] = found
        return found

    def get(self, name: Hash) -> bytes | None:
        """The canonical bytes, from here or from there."""
        found = self.read(name)
        return found.bytes if found else None

    def has(self, name: Hash) -> bool:
        """Whether it is at hand, here or there."""
        return self.read(name) is not None

    def stamp(self) -> tuple[tuple[str, int], ...]:
        """Another whenever a document arrived here."""
        return self._own.stamp()

    def rooted(self, root: Hash) -> Endorsements | None:
        """The endorsements anchored by this root; a mirror offers none by their root."""
        return self._own.rooted(root)
