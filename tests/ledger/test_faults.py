"""Whatever an address answers: the right rows, or one clear sentence and no wrong row.

31 ways of failing, the ten usual ones by 12 seeds and the others by 6, shared by the two kinds of database; with
NORMLEDGER_LONG=1, each by 1,000.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, text

from normledger.chain import node as door
from normledger.chain.node import connect
from normledger.errors import NormLedgerError
from normledger.ledger.index import Index, open_index
from normledger.ledger.tables import INDEX
from tests.chains import Anvil
from tests.crowd import Crowd, Roomy
from tests.databases import CURRENT, Databases, move
from tests.faults import FAULTS, Proxy, proxied
from tests.ledger.conftest import rows

pytestmark = pytest.mark.tools

LONG = bool(os.environ.get("NORMLEDGER_LONG"))
USUAL = {
    "time-out", "status 429", "status 500", "cut JSON", "empty answer", "missing log", "doubled log", "stale head",
    "other chain", "wrong parent",
}  # fmt: skip
"""Ways that every address fails in, sooner or later."""

SEEDS = {
    ("sqlite", True): 900 if LONG else 8, ("sqlite", False): 900 if LONG else 3,
    ("postgresql", True): 100 if LONG else 4, ("postgresql", False): 100 if LONG else 3,
}  # fmt: skip
"""By kind of database, and whether the way is usual."""


@dataclass
class Scene:
    """A chain behind a proxy; an index of its first half, and the rows of the whole."""

    crowd: Crowd
    proxy: Proxy
    half: Engine
    rows: dict[str, list[tuple[object, ...]]]
    hashes: dict[int, str]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    if reason := Anvil.missing():
        pytest.skip(reason)
    folder, random = tmp_path_factory.mktemp("faults"), Random(5)
    with Roomy(folder / "anvil") as anvil, proxied(anvil.url) as proxy:
        node = connect(anvil.url)
        crowd = Crowd(anvil, node)
        crowd.deploy()
        crowd.record(crowd.claims(5), together=5)
        crowd.record((crowd.founded(crowd.members[at : at + 2]) for at in range(3)), in_block=3)
        crowd.record((crowd.published(one) for one in crowd.members[:3]), in_block=3)
        half, whole = (open_index(f"sqlite:///{folder / name}") for name in ("half.db", "whole.db"))
        Index(half, node, crowd.release).update()
        crowd.record((crowd.anything(random) for _ in range(16)), in_block=2)
        anvil.ask("anvil_mine", "0x2")
        Index(whole, node, crowd.release).update()
        hashes = {at: str(found.hash) for at in range(node.head().number + 1) if (found := node.block(at))}
        yield Scene(crowd, proxy, half, rows(folder / "whole.db"), hashes)  # no test runs yet: on files
        node.close()
        half.dispose()
        whole.dispose()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(door, "TIME_LIMIT", 0.2)


@pytest.mark.parametrize("fault", FAULTS)
def test_an_address_that_fails_brings_no_wrong_row(
    databases: Databases, scene: Scene, tmp_path: Path, fault: str
) -> None:
    failed = 0
    for seed in range(SEEDS[databases.kind, fault in USUAL]):
        random, path = Random(f"{fault} {seed}"), tmp_path / f"{seed}.db"
        if random.random() < 0.7:
            engine = open_index(CURRENT.url(path))
            move(INDEX, scene.half, engine)
            engine.dispose()
        before = _reached(path)
        # Always at first, so that something fails; later now and then. Silence costs time, hence is rarer.
        share = 1.0 if seed == 0 or random.random() < 0.3 else random.choice([0.05, 0.2, 0.5])
        scene.proxy.fail(fault, share / 8 if fault == "time-out" else share, seed)
        engine = open_index(CURRENT.url(path))
        try:
            node = connect(scene.proxy.url)
            Index(engine, node, scene.crowd.release).update()
        except NormLedgerError as error:
            said = str(error)
            assert said.endswith(".")
            assert len(said) < 700, said
        failed += scene.proxy.failed
        scene.proxy.quiet()
        assert _reached(path) >= before
        _right(scene, path)
        if seed < 2:
            Index(engine, scene.crowd.node, scene.crowd.release).update()
            assert rows(path) == scene.rows
        engine.dispose()
        CURRENT.forget(path)
    assert failed, "nothing failed"


def _reached(path: Path) -> int:
    engine = open_index(CURRENT.url(path))
    with engine.connect() as connection:
        reached = connection.scalar(text("SELECT block FROM progress"))
    engine.dispose()
    return -1 if reached is None else int(reached)


def _right(scene: Scene, path: Path) -> None:
    """Every row up to the block that the index says it reached, none after it, and that block by its true hash."""
    engine = open_index(CURRENT.url(path))
    with engine.connect() as connection:
        marked = connection.execute(text("SELECT block, block_hash, chain_id FROM progress")).first()
    engine.dispose()
    reached = -1 if marked is None else marked.block
    if marked is not None:
        assert (marked.block_hash, marked.chain_id) == (scene.hashes[reached], scene.crowd.node.chain_id)
    found = rows(path)
    agreements = {dict(row)["id"] for row in found["agreements"]}
    for table, expected in scene.rows.items():
        told = [dict(row) for row in expected]
        if table == "founders":
            kept = [row for row in told if row["agreement"] in agreements]
        else:
            kept = [row for row in told if row["number" if table == "blocks" else "block"] <= reached]
        assert [dict(row) for row in found[table]] == kept, table
