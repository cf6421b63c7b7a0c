"""Missing documents, completed from another instance by their hash alone; what it sends otherwise is refused."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from normledger.errors import InputError, IntegrityError
from normledger.identifiers import Hash, keccak
from normledger.ledger.store import DocumentStore
from normledger.provenance.mirrors import Borrowing, Mirror, Unreachable, complete, named_documents
from tests.evidence.story import Story
from tests.provenance.forging_service import Forging, forging


class Sender:
    """An HTTP service that sends, for each path, a status, headers and a body, whatever they are."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        sender = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                sender.asked.append(self.path)
                status, headers, body = sender.answers.get(path, (404, {}, b"{}"))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def offer(self, body: bytes, name: Hash | None = None, status: int = 200, **headers: str) -> Hash:
        name = keccak(body) if name is None else name
        self.answers[f"/v1/documents/{name}"] = (
            status,
            {key.replace("_", "-"): told for key, told in headers.items()},
            body,
        )
        return Hash(name)


@pytest.fixture
def sender() -> Iterator[Sender]:
    made = Sender()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,))
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def offered(story: Story) -> Iterator[tuple[str, Forging]]:
    with forging(story.workspace) as (url, liar):
        yield url, liar


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    (tmp_path / "documents").mkdir()
    return DocumentStore(tmp_path / "documents")


def test_all_that_acts_name_is_completed_and_what_those_texts_name(
    story: Story, offered: tuple[str, Forging], store: DocumentStore
) -> None:
    wanted = named_documents(story.workspace.newest())
    with Mirror(offered[0]) as mirror:
        done = complete(store, wanted, mirror)
    assert done.refused == {}
    assert set(done.absent) == {keccak(b"another text")}  # nobody ever had that one
    assert set(done.got) >= set(wanted) - set(done.absent)
    reported = story.reports.leaves[0].agreement
    assert {story.outcome.hash, reported} <= set(done.got)  # named by documents alone
    assert all(keccak(store.get(name) or b"") == name for name in done.got)
    with Mirror(offered[0]) as mirror:
        again = complete(store, wanted, mirror)
    assert (again.got, again.known) == ({}, len(done.got))


def test_a_fetch_that_was_broken_off_goes_on_where_it_stopped(
    story: Story, offered: tuple[str, Forging], store: DocumentStore
) -> None:
    wanted, seen = sorted(named_documents(story.workspace.newest())), []

    def stop(name: Hash, _: int) -> None:
        seen.append(name)
        if len(seen) == 4:
            raise KeyboardInterrupt

    with Mirror(offered[0]) as mirror:
        with pytest.raises(KeyboardInterrupt):
            complete(store, wanted, mirror, stop)
        assert sorted(store.names()) == sorted(seen)
        done = complete(store, wanted, mirror)
    assert done.known == 4
    assert not set(seen) & set(done.got)


def test_a_swapped_text_is_refused_and_nothing_of_it_kept(
    story: Story, offered: tuple[str, Forging], store: DocumentStore
) -> None:
    url, liar = offered
    liar.texts[f"/v1/documents/{story.pact.hash}"] = story.pact.bytes.replace(b"spring", b"autumn")
    try:
        with Mirror(url) as mirror:
            done = complete(store, [story.pact.hash, story.treaty.hash], mirror)
            assert Borrowing(store, mirror).read(story.pact.hash) is None
            assert Borrowing(store, mirror).read(story.norm.hash) == story.norm
    finally:
        liar.honest()
    assert list(done.refused) == [story.pact.hash]
    assert "the text was altered. Ask another mirror." in done.refused[story.pact.hash]
    assert store.get(story.pact.hash) is None
    assert story.treaty.hash in done.got


def test_bytes_that_are_no_document_are_refused(sender: Sender, store: DocumentStore) -> None:
    names = [
        sender.offer(body)
        for body in (b"{}", b"", b"\xff", b'{"type":"norm"}', b'{ "type": "statement", "text": "x" }')
    ]
    with Mirror(sender.url) as mirror:
        done = complete(store, names, mirror)
    assert set(done.refused) == set(names)
    assert list(store.names()) == []


def test_an_answer_beyond_the_limit_ends_it(sender: Sender, store: DocumentStore) -> None:
    name = sender.offer(b"x" * 5_000)
    with Mirror(sender.url, limit=4_999) as mirror, pytest.raises(Unreachable, match="more than 4,999 bytes"):
        complete(store, [name], mirror)


def test_no_redirection_is_followed_and_nothing_packed_is_unfolded(sender: Sender, store: DocumentStore) -> None:
    elsewhere = sender.offer(b"moved", keccak(b"one"), 302, Location=f"{sender.url}/v1/documents/0x00")
    with Mirror(sender.url) as mirror:
        with pytest.raises(Unreachable, match="with status 302"):
            complete(store, [elsewhere], mirror)
        assert len(sender.asked) == 1
        bomb = sender.offer(gzip.compress(b"0" * 10_000_000), keccak(b"two"), Content_Encoding="gzip")
        with pytest.raises(Unreachable, match="packs its answer"):
            mirror.document(bomb)


def test_a_list_without_end_and_answers_that_are_none_are_told(sender: Sender) -> None:
    with Mirror(sender.url) as mirror:
        for body in (b"[]", b"nonsense", b"[" * 100_000, b'{"parties": 7}', b'{"parties": [7]}', b"{}"):
            sender.answers["/v1/parties"] = (200, {}, body)
            with pytest.raises(Unreachable, match=r"no JSON object|has no list of parties"):
                list(mirror.pages("/v1/parties", "parties"))
        sender.answers["/v1/parties"] = (500, {}, b'{"detail": "\\u001b[31mred"}')
        with pytest.raises(Unreachable, match=r"with status 500: \\x1b\[31mred|with status 500: .u001b") as refused:
            mirror.json("/v1/parties")
        assert "\x1b" not in str(refused.value)
        sender.answers["/v1/parties"] = (200, {}, b'{"parties": [], "next": "again"}')
        assert list(mirror.pages("/v1/parties", "parties")) == []


@pytest.mark.parametrize(
    "url", ["", "localhost:8000", "ftp://x", "http://", "file:///etc/passwd", "http://[", "\x1b[31m"]
)
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(InputError, match="is no address of a service"):
        Mirror(url)


def test_an_address_s_secrets_are_told_to_nobody(sender: Sender) -> None:
    with Mirror(sender.url.replace("http://", "http://user:secret@") + "/v1") as mirror:
        assert "secret" not in mirror.url
        with pytest.raises(IntegrityError) as altered:
            mirror.document(sender.offer(b"other", keccak(b"this")))
    assert "secret" not in str(altered.value)
    assert sender.asked[-1].startswith("/v1/documents/")
