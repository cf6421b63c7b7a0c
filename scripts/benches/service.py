"""The service: requests a second and tail latency of reading, beside a bare FastAPI route that returns the same bytes.

Both are processes of their own with the same uvicorn settings, asked by turns by wrk on loopback; the median of the
rounds is told. The exercise and the real reports are served from an embedded chain. For `p99` the index holds 100,000
acts more. The front page is cold when nobody asked for it since its block came: what it shows is composed ahead of
readers, its bytes are not made; `page-first` is the same while nothing is composed yet. Server time, in milliseconds.
"""

import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from normledger.documents.canonical import parse_json
from normledger.documents.document import Profile
from normledger.documents.formats.proposals import read_proposals
from normledger.documents.trust_policy import TrustPolicy
from normledger.exercise import Exercise
from normledger.workspace import Workspace
from scripts.benches.measuring import report

_ROUNDS, _SECONDS = 5, 2
_ACTS = 100_000
_ROOT = Path(__file__).resolve().parents[2]
_DATA = _ROOT / "normledger" / "data"


# --- what is served


@cache
def _folder() -> Path:
    """A workspace with everything in it, made once; what is served is a copy."""
    folder = Path(tempfile.mkdtemp(prefix="normledger-bench-")) / ".normledger"
    with Workspace.create(folder) as workspace:
        workspace.deploy()
        workspace.update()
        exercise = Exercise(workspace)
        claims = [exercise.new_party(name, f"name:{name}", "ngo", Profile(name)) for name in ("Observer", "Curator")]
        workspace.act_at_once([(prepared, key) for key, prepared in claims])
        observer, curator = exercise.parties["Observer"], exercise.parties["Curator"]
        policy = TrustPolicy(alignments=(curator,), reports=(observer,))
        (folder / "trust.json").write_text(json.dumps(policy.to_json()))
        workspace.forget_trust()
        texts = workspace.report([_DATA / "cyber_agreements.jsonl"], observer).imported.texts
        plan = parse_json((_DATA / "cyber_alignments.json").read_bytes())
        workspace.align(read_proposals(plan, {text.source_id: text for text in texts}), curator)
        exercise.register()
        exercise.sign_agreements()
        exercise.act()
        composition = workspace.compose(workspace.view(), "consented", "exercise")
        exercise.endorse(exercise.publish(workspace.keep_derivation(composition)))
    return folder


@cache
def _filled() -> Path:
    """The same with 100,000 more acts in the index: endorsements of a thousand norms, as rows alone."""
    from sqlalchemy import text

    folder = Path(tempfile.mkdtemp(prefix="normledger-bench-")) / ".normledger"
    shutil.copytree(_folder(), folder)
    with Workspace.open(folder, write=True) as workspace:
        _ = workspace.ledger
        engine = workspace._index_engine
        with engine.begin() as connection:
            last = text("SELECT * FROM acts WHERE contract = 2 ORDER BY block DESC LIMIT 1")
            (like,) = connection.execute(last).mappings()
            parties = [row[0] for row in connection.execute(text("SELECT id FROM parties"))]
            rows = [
                {
                    **like,
                    "log": 1_000 + number,
                    "subject": f"0x{number % 1000 + 1:064x}",
                    "sequence": number // 1000,
                    "party": parties[number % len(parties)],
                    "number": number + 1,
                    "digest": f"0x{number + (1 << 64):064x}",
                }
                for number in range(_ACTS)
            ]
            columns = ", ".join(f'"{name}"' for name in like)
            values = ", ".join(f":{name}" for name in like)
            for start in range(0, _ACTS, 5_000):
                connection.execute(text(f"INSERT INTO acts ({columns}) VALUES ({values})"), rows[start : start + 5_000])
    return folder


def _serve(kind: str, source: str, port: int) -> None:
    """In a process of its own: the service of a folder, or a bare route that returns a file's bytes."""
    import uvicorn

    if kind == "service":
        from api.app import create_app

        with Workspace.open(Path(source), write=True) as workspace:
            workspace.update()
            uvicorn.run(create_app(workspace), port=port, log_level="warning")
        return
    from fastapi import FastAPI
    from fastapi.responses import Response

    body, app = Path(source).read_bytes(), FastAPI()

    @app.get("/{path:path}")
    async def bare(path: str) -> Response:
        return Response(body, media_type="application/json")

    uvicorn.run(app, port=port, log_level="warning")


@contextmanager
def _served(kind: str, source: Path) -> Iterator[str]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    command = [sys.executable, "-m", "scripts.benches.service", kind, str(source), str(port)]
    process = subprocess.Popen(command, cwd=_ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/v1/status", timeout=5).read()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _get(address: str) -> tuple[bytes, dict[str, str]]:
    with urllib.request.urlopen(address, timeout=120) as answer:
        return answer.read(), {name.lower(): value for name, value in answer.headers.items()}


# --- how it is asked


def _wrk(address: str, connections: int, header: str = "") -> tuple[float, float]:
    """Requests a second, and the 99th percentile of latency in milliseconds."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{_SECONDS}s", "--latency"]
    told = subprocess.run(
        [*command, *(["-H", header] if header else []), address], capture_output=True, text=True, check=True
    ).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)", told)
    if rate is None or tail is None or ("Non-2xx" in told and not header):
        raise RuntimeError(f"wrk tells something else than expected: {told}")
    return float(rate[1]), float(tail[1]) * {"us": 0.001, "ms": 1, "s": 1000}[tail[2]]


def _missing(*cases: str) -> bool:
    if shutil.which("wrk"):
        return False
    for case in cases:
        print(json.dumps({"bench": "service", "case": case, "skipped": "wrk is not installed: apt-get install wrk"}))
    return True


def _address(kind: str, service: str) -> str:
    """The address of one of them, from the service's own lists."""
    if kind == "party":
        return f"{service}/v1/parties/exercise:state:norvale"
    listed = json.loads(_get(f"{service}/v1/{kind}s?limit=1")[0])
    return f"{service}/v1/{kind}s/{listed[kind + 's'][0]['id']}"


def _beside(case: str, folder: Callable[[], Path], kind: str, connections: int = 16, *, tagged: bool = False) -> None:
    """Service and bare route by turns."""
    with _served("service", folder()) as service:
        address = _address(kind, service)
        for shown in ("reported&world=real", "consented&world=real", "consented&world=exercise"):
            _get(f"{service}/v1/candidates?limit=1&basis={shown}")  # waits until all is composed ahead
        body, headers = _get(address)
        file = Path(tempfile.mkdtemp()) / "body"
        file.write_bytes(body)
        with _served("bare", file) as bare:
            values, peers = [], []
            header = f"If-None-Match: {headers['etag']}" if tagged else ""
            for _ in range(_ROUNDS):
                values.append(_wrk(address, connections, header))
                peers.append(_wrk(f"{bare}/x", connections))
    peer = f"a bare FastAPI route returning the same {len(body)} bytes"
    if case == "p99":
        value, peer_value = (statistics.median(tail for _, tail in side) for side in (values, peers))
        return report("service", case, value, f"ms at {connections} connections", peer, peer_value)
    value, peer_value = (statistics.median(rate for rate, _ in side) for side in (values, peers))
    report("service", case, value, "requests a second", peer, peer_value)


def _read(kind: str, *, tagged: bool = False) -> Callable[[], None]:
    case = "read-etag" if tagged else f"read-{kind}"
    return lambda: None if _missing(case) else _beside(case, _folder, kind, tagged=tagged)


def _p99() -> None:
    if not _missing("p99"):
        _beside("p99", _filled, "norm", 100)


def _pages() -> None:
    cold: list[float] = []
    warm: list[float] = []
    first: list[float] = []
    for _ in range(_ROUNDS):
        for ahead in (False, True):
            with _served("service", _folder()) as service:
                if ahead:
                    time.sleep(3)  # what is composed ahead is there
                begun = time.perf_counter()
                _get(service + "/")
                (cold if ahead else first).append(time.perf_counter() - begun)
                for _ in range(20):
                    begun = time.perf_counter()
                    _get(service + "/")
                    warm.append(time.perf_counter() - begun)
    for case, values in (("page-cold", cold), ("page-first", first), ("page-warm", warm)):
        report("service", case, statistics.median(values) * 1000, "ms")


CASES: dict[str, Callable[[], None]] = {
    "read-norm": _read("norm"),
    "read-agreement": _read("agreement"),
    "read-party": _read("party"),
    "read-etag": _read("norm", tagged=True),
    "p99": _p99,
    "page-cold": _pages,
}


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
