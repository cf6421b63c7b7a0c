"""Bench `index`: how fast the chain is read into the tables, and answers given from a hundred thousand acts.

`index-10k` reads 10,000 acts from an Anvil into SQLite: hashes of headers, digests, recovered signatures and the words
of every subject included. Its peer does the least that any indexer does, in one script: `eth_getLogs`, ABI decoding of
every act, one insert a row. `index-ponder` is the same beside Ponder (`benches/ponder`). `trace-100k` asks an index of
100,000 acts, made by the same Index from an Anvil.
"""

import gc
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import requests
from eth_abi import decode

from normledger.acts import release
from normledger.acts.act import Contract
from normledger.chain.node import connect
from normledger.composition.record import TrustPolicy
from normledger.identifiers import ZERO, OutcomeId, keccak
from normledger.ledger.index import Index, open_index
from normledger.ledger.queries import Ledger, View
from normledger.ledger.store import DocumentStore
from normledger.provenance.differences import differences
from normledger.provenance.graph import down, trace, up
from normledger.provenance.notifications import feed
from scripts.benches import ponder
from scripts.benches.measuring import report, seconds
from tests.crowd import Crowd, Roomy, outcomes

_ROUNDS = 5
_QUESTIONS = 400
_TRACES = 100


@contextmanager
def _crowd(folder: Path) -> Iterator[Crowd]:
    if reason := Roomy.missing():
        print(f"index is left out: {reason}", file=sys.stderr)
        return
    with Roomy(folder / "anvil") as anvil:
        node = connect(anvil.url)
        crowd = Crowd(anvil, node)
        crowd.deploy()
        yield crowd
        node.close()


# --- reading the chain


def _ten_thousand(crowd: Crowd) -> int:
    """Parties, agreements, norms and endorsements; how many acts they are."""
    chance = random.Random(1)
    crowd.record(crowd.claims(100), together=50)
    crowd.record((crowd.founded(chance.sample(crowd.members, 2)) for _ in range(450)), in_block=10)
    crowd.record((crowd.published(member) for member in crowd.members[:9]), in_block=9)
    crowd.record(crowd.endorsements(10))
    return 100 + 2 * 450 + 9 + 9 * 10 * 100


_COLUMNS = "block, log, place, hash, subject, kind, number, deadline, party, clause, refers_to, content, signature"


def _bare(url: str, addresses: list[str], head: int, path: Path) -> int:
    """The peer: every act's fields in one table, to be found by its place and by its subject."""
    base = sqlite3.connect(path)
    base.execute(f"CREATE TABLE acts ({_COLUMNS}, PRIMARY KEY (block, log, place))")
    base.execute("CREATE INDEX by_subject ON acts (subject)")
    wanted = {"address": addresses, "fromBlock": "0x0", "toBlock": hex(head)}
    asked: Any = {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [wanted]}
    logs = requests.post(url, json=asked, timeout=60).json()["result"]
    rows = 0
    for log in logs:
        (call,) = decode(["bytes"], bytes.fromhex(log["data"][2:]))
        name, types = _TYPES[call[:4]]
        values = decode(types, call[4:])
        placed = (int(log["blockNumber"], 16), int(log["logIndex"], 16))
        for place, fields in enumerate(_ACTS[name](values)):
            row = (*placed, place, log["transactionHash"], log["topics"][1], *map(_text, fields))
            base.execute("INSERT INTO acts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)", row)
            rows += 1
    base.commit()
    base.close()
    return rows


def _arguments(written: str) -> list[str]:
    parts, depth = [""], 0
    for sign in written[written.index("(") + 1 : -1]:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


_TYPES = {
    bytes(keccak(signature.encode())[:4]): (signature.partition("(")[0], _arguments(signature))
    for contract in Contract
    for signature in release.artifact(contract.title)["methodIdentifiers"]
}


def _stamped(stamp: int) -> tuple[int, int, int]:
    return stamp >> 128, stamp >> 64 & (1 << 64) - 1, stamp & (1 << 64) - 1


_ACTS: dict[str, Callable[[Any], list[tuple[Any, ...]]]] = {
    "claim": lambda v: [(1, 0, v[3], b"", b"", b"", v[2], v[4][1])],
    "sign": lambda v: [
        (*_stamped(stamp)[::2], 0, v[0][2][_stamped(stamp)[1]], b"", b"", v[0][0], b"".join(seal))
        for stamp, seal in v[1]
    ],
    "publish": lambda v: [(*_stamped(v[1][1]), v[1][0], b"", b"", v[1][2], b"".join(v[1][3]))],
    "takeStances": lambda v: [
        (*_stamped(stamp), party, b"", b"", content, b"".join(seal)) for party, stamp, content, seal in v[1]
    ],
}
"""The acts of each call that is recorded here: kind, number, deadline, party, clause, refers_to, content, signature."""


def _text(field: Any) -> Any:
    return "0x" + field.hex() if isinstance(field, bytes) else field


def _index() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _crowd(folder) as crowd:
            acts = _ten_thousand(crowd)
            head = crowd.node.head().number
            addresses = [str(address) for address in crowd.release.addresses]
            values, peers = [], []
            for number in range(_ROUNDS):  # by turns, so that a busy machine slows both alike
                values.append(acts / _taken(crowd, folder / f"{number}.db"))
                bare = partial(_bare, crowd.anvil.url, addresses, head, folder / f"bare-{number}.db")
                peers.append(acts / seconds(bare))
            peer = "eth_getLogs, ABI decoding and inserts in one script"
            report("index", "index-10k", statistics.median(values), "acts/s", peer, statistics.median(peers))


def _beside_ponder() -> None:
    if reason := ponder.missing():
        print(f"index-ponder is left out: {reason}", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _crowd(folder) as crowd:
            acts = _ten_thousand(crowd)
            crowd.anvil.ask("anvil_mine", hex(ponder.FINAL))
            head = crowd.node.head().number
            logs = len(crowd.node.logs(crowd.release.addresses, 0, head))
            values, peers = [], []
            for number in range(_ROUNDS):
                values.append(acts / _taken(crowd, folder / f"{number}.db"))
                project = folder / f"ponder-{number}"
                peers.append(acts / ponder.backfill(project, crowd.anvil.url, crowd.node.chain_id, head, logs))
            report("index", "index-ponder", statistics.median(values), "acts/s", "Ponder", statistics.median(peers))


def _taken(crowd: Crowd, path: Path) -> float:
    """Seconds for the whole chain into a new file, over a connection of its own."""
    engine, node = open_index(f"sqlite:///{path}"), connect(crowd.anvil.url)
    try:
        return seconds(Index(engine, node, crowd.release).update)
    finally:
        engine.dispose()
        node.close()


# --- asking


def _hundred_thousand(crowd: Crowd) -> None:
    """2,000 parties, 24,000 agreements that ask for 2,000 outcomes, 480 norms with 100 endorsements each."""
    chance = random.Random(2)
    wanted = outcomes(2_000)
    crowd.documents += wanted
    names = [OutcomeId(one.hash) for one in wanted]
    crowd.record(crowd.claims(2_000), together=100)
    texts = ["Parties shall help."]
    founded = (crowd.founded(chance.sample(crowd.members, 2), chance.sample(names, 1), texts) for _ in range(24_000))
    crowd.record(founded, together=40, in_block=4)
    crowd.record((crowd.published(one, chance.sample(names, 1)) for one in crowd.members[:480]), in_block=48)
    crowd.record(crowd.endorsements(1, among=(chance, 100)), in_block=8)


def _percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def _ask(case: str, question: Callable[[int], object], number: int = _QUESTIONS) -> None:
    """Every question to a view of its own, so that nothing is answered from what an earlier one read."""
    times = [seconds(partial(question, at)) * 1000 for at in range(number)]
    report("index", case, _percentile(times, 0.99), "ms, p99")
    report("index", case + "-median", statistics.median(times), "ms")


def _answers() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _crowd(folder) as crowd:
            begun = time.perf_counter()
            _hundred_thousand(crowd)
            print(f"recorded in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
            engine = open_index(f"sqlite:///{folder / 'index.db'}")
            took = seconds(Index(engine, crowd.node, crowd.release).update)
            store = _kept(folder, crowd)
            ledger = Ledger(engine, store, crowd.release)
            view = ledger.as_of(newest=True)
            acts = len(view.acts)
            report("index", "index-100k", acts / took, "acts/s")
            took = seconds(lambda: view.agreement("Agreement 7"))
            report("index", "learn-100k", took, "s, once after indexing")
            gc.collect()
            gc.freeze()  # the crowd is the bench's own: no service holds it, nor looks through it for garbage
            _asked(ledger, crowd)


def _kept(folder: Path, crowd: Crowd) -> DocumentStore:
    """The crowd's documents, written plainly: a bench needs no flush for each."""
    for document in crowd.documents:
        path = folder / "documents" / document.hash.hex()[:2] / f"{document.hash.hex()}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document.bytes)
    return DocumentStore(folder / "documents")


def _asked(ledger: Ledger, crowd: Crowd) -> None:
    head = ledger.as_of(newest=True).at.block
    chance = random.Random(3)
    chosen = [chance.choice(crowd.agreements) for _ in range(_QUESTIONS)]
    blocks = [chance.randrange(head // 2, head + 1) for _ in range(_QUESTIONS)]
    members = [chance.choice(crowd.members) for _ in range(_QUESTIONS)]
    opened = {one.hash: id_ for id_, one in _opened(ledger, chosen)}

    def agreement(at: int) -> object:
        return ledger.as_of(blocks[at]).agreements.get(opened[chosen[at].hash])

    def party(at: int) -> object:
        view = ledger.as_of(blocks[at])
        return view.agreements_of(view.party(str(members[at].id)).id)

    def act(at: int) -> object:
        view = ledger.as_of(newest=True)
        return view.acts[view.acts_on(Contract.AGREEMENT_LEDGER, opened[chosen[at].hash])[0].digest]

    def norm(at: int) -> str:
        return str(crowd.norms[at % len(crowd.norms)].hash)

    def traced(at: int) -> object:
        view = ledger.as_of(newest=True)
        return trace(view, view.norm(norm(at)), TrustPolicy(ZERO))

    def signature(at: int) -> str:
        acts = ledger.as_of(newest=True).acts_on(Contract.AGREEMENT_LEDGER, opened[chosen[at].hash])
        return str(acts[0].digest)

    def around(name: Callable[[int], str], follow: Callable[[View, str], object]) -> Callable[[int], object]:
        names = [name(at) for at in range(_TRACES)]
        return lambda at: follow(ledger.as_of(newest=True), names[at])

    def changed(at: int) -> object:
        return differences(ledger.as_of(head - 1 - at), ledger.as_of(head))

    def clause(at: int) -> object:
        return ledger.as_of(newest=True).agreement_of_clause(chosen[at].clause_ids[0])

    _ask("agreement-100k", agreement)
    _ask("party-100k", party)
    _ask("act-100k", act)
    _ask("clause-100k", clause)
    _ask("trace-100k", traced)
    _ask("trace-down-100k", around(norm, down), _TRACES)
    _ask("trace-up-clause-100k", around(lambda at: str(chosen[at].clause_ids[0]), up), _TRACES)
    _ask("trace-up-act-100k", around(signature, up), _TRACES)
    _ask("trace-up-party-100k", around(lambda at: str(members[at].id), up), _TRACES)
    _ask("feed-100k", around(norm, feed), _TRACES)
    _ask("diff-100k", changed, 2)


def _opened(ledger: Ledger, chosen: list[Any]) -> Iterator[tuple[Any, Any]]:
    view = ledger.as_of(newest=True)
    for one in chosen:
        yield view.agreements_with([one.hash])[0].id, one


CASES: dict[str, Callable[[], None]] = {"index-10k": _index, "index-ponder": _beside_ponder, "trace-100k": _answers}
