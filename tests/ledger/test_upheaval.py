"""Whatever chain and machine do, the tables are those of a fresh index: reorganisations on Anvil, kills on the way.

Everyday 30 reorganisations of depth 1 to 64 and 30 kills, a few of them on PostgreSQL; with NORMLEDGER_LONG=1,
1,000 and 2,000, a tenth of them there.
"""

import os
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from normledger.acts import release
from normledger.chain.node import Block, Node, connect
from normledger.errors import ChainError, IntegrityError
from normledger.ledger import index as indexing
from normledger.ledger.index import Index, open_index
from tests.chains import Anvil
from tests.children import begin, flag
from tests.crowd import Crowd, Roomy
from tests.databases import CURRENT, Databases
from tests.ledger.conftest import rows

pytestmark = pytest.mark.tools

LONG = bool(os.environ.get("NORMLEDGER_LONG"))
REORGANISATIONS = {"sqlite": 900 if LONG else 26, "postgresql": 100 if LONG else 4}
ON_ONE_CHAIN = 10
"""Reorganisations on top of each other; then the chain begins anew, lest reading it whole take ever longer."""

KILLS = {"sqlite": 1_800 if LONG else 25, "postgresql": 200 if LONG else 5}
DEEPEST = 64
"""Blocks; Anvil calls final what lies deeper."""


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    if reason := Anvil.missing():
        pytest.skip(reason)
    with Roomy(tmp_path_factory.mktemp("anvil")) as anvil:
        node = connect(anvil.url)
        made = Crowd(anvil, node)
        made.deploy()
        made.record(made.claims(5), together=5)
        made.record((made.founded(made.members[at : at + 2]) for at in range(3)), in_block=3)
        made.record((made.published(one) for one in made.members[:3]), in_block=3)
        yield made
        node.close()


def update(crowd: Crowd, path: Path, node: Node | None = None) -> Block:
    """Read the chain into the index that this path names, as one run of the program does."""
    engine = open_index(CURRENT.url(path))
    try:
        return Index(engine, node or crowd.node, crowd.release).update()
    finally:
        engine.dispose()


def fresh(crowd: Crowd, path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row that an index made from nothing has."""
    CURRENT.forget(path)
    update(crowd, path)
    found = rows(path)
    CURRENT.forget(path)
    return found


def grow(crowd: Crowd, random: Random, blocks: int) -> None:
    """So many blocks, a few of them with acts."""
    made = 0
    while made < blocks:
        if random.random() < 0.3:
            before = crowd.node.head().number
            number = random.randint(1, 3)
            crowd.record((crowd.anything(random) for _ in range(number)), in_block=number)
            made += crowd.node.head().number - before
        else:
            empty = min(random.randint(1, 8), blocks - made)
            crowd.anvil.ask("anvil_mine", hex(empty))
            made += empty


def test_after_any_reorganisation_the_tables_are_those_of_a_fresh_index(
    databases: Databases, crowd: Crowd, tmp_path: Path
) -> None:
    random, path = Random(7), tmp_path / "index.db"
    beginning, first = crowd.anvil.ask("evm_snapshot"), crowd.remembered()
    replaced, times = 0, REORGANISATIONS[databases.kind]
    for turn in range(times):
        if turn and turn % ON_ONE_CHAIN == 0:
            assert crowd.anvil.ask("evm_revert", beginning)
            crowd.go_back(first)
            beginning = crowd.anvil.ask("evm_snapshot")  # going back has used it up
            CURRENT.forget(path)
        depth = random.randint(1, DEEPEST)
        kept, branch = crowd.anvil.ask("evm_snapshot"), crowd.remembered()
        grow(crowd, random, depth)
        update(crowd, path)
        left = rows(path)
        assert crowd.anvil.ask("evm_revert", kept)
        crowd.go_back(branch)
        # The new branch is as long at least: a shorter one is a node that is behind.
        grow(crowd, random, depth + random.randint(0, 3))
        update(crowd, path)
        found = rows(path)
        assert found == fresh(crowd, tmp_path / "fresh.db")
        replaced += found != left
    assert replaced > times // 2


def test_a_node_that_is_behind_takes_nothing_back(crowd: Crowd, tmp_path: Path) -> None:
    path, random = tmp_path / "index.db", Random(8)
    kept, branch = crowd.anvil.ask("evm_snapshot"), crowd.remembered()
    crowd.anvil.ask("anvil_mine", hex(4))
    crowd.record((crowd.anything(random) for _ in range(3)), in_block=1)
    reached = update(crowd, path)
    before = rows(path)
    crowd.anvil.ask("evm_revert", kept)
    crowd.go_back(branch)
    assert update(crowd, path).number == reached.number
    assert rows(path) == before
    crowd.anvil.ask("anvil_mine", hex(2))  # another branch, not yet as long
    assert crowd.node.head().number < reached.number
    assert update(crowd, path).hash == reached.hash
    assert rows(path) == before


def test_a_shorter_branch_that_holds_other_acts_is_told(crowd: Crowd, tmp_path: Path) -> None:
    path, random = tmp_path / "index.db", Random(9)
    kept, branch = crowd.anvil.ask("evm_snapshot"), crowd.remembered()
    crowd.record((crowd.anything(random) for _ in range(3)), in_block=1)
    crowd.anvil.ask("anvil_mine", hex(10))
    update(crowd, path)
    before = rows(path)
    crowd.anvil.ask("evm_revert", kept)
    crowd.go_back(branch)
    crowd.record((crowd.anything(random) for _ in range(5)), in_block=1)
    with pytest.raises(ChainError, match=r"and holds another block \d+ than the index: wait until it has caught up"):
        update(crowd, path)
    assert rows(path) == before


def test_what_was_final_is_never_taken_back(crowd: Crowd, tmp_path: Path) -> None:
    path, random = tmp_path / "index.db", Random(10)
    kept, branch = crowd.anvil.ask("evm_snapshot"), crowd.remembered()
    crowd.record([crowd.anything(random)])
    crowd.anvil.ask("anvil_mine", hex(DEEPEST + 2))
    update(crowd, path)
    before = rows(path)
    crowd.anvil.ask("evm_revert", kept)
    crowd.go_back(branch)
    crowd.record([crowd.anything(random)])
    crowd.anvil.ask("anvil_mine", hex(DEEPEST + 2))
    with pytest.raises(ChainError, match=r"holds another block \d+ than the index, where it was final: ask another"):
        update(crowd, path)
    assert rows(path) == before


def test_another_branch_that_lies_takes_nothing_back(crowd: Crowd, tmp_path: Path) -> None:
    """Another branch counts once it has passed every check: until then the one that was read stays."""

    class Hiding(Node):
        """The new branch, but for its last act."""

        def logs(self, *asked: object) -> list[object]:  # type: ignore[override]
            return list(super().logs(*asked))[:-1]  # type: ignore[arg-type]

    path, random = tmp_path / "index.db", Random(11)
    kept, branch = crowd.anvil.ask("evm_snapshot"), crowd.remembered()
    crowd.record([crowd.anything(random) for _ in range(4)])
    update(crowd, path)
    before = rows(path)
    crowd.anvil.ask("evm_revert", kept)
    crowd.go_back(branch)
    crowd.record([crowd.anything(random) for _ in range(6)])
    with pytest.raises(IntegrityError, match="sk another node"):
        update(crowd, path, Hiding(crowd.node._provider, "a liar"))
    assert rows(path) == before
    update(crowd, path)
    assert rows(path) == fresh(crowd, tmp_path / "fresh.db")


def _follow(url: str, database: str, stride: int, begun: Event) -> None:
    """What a service does, in a process of its own."""
    indexing._STRIDE = stride
    node = connect(url)
    begun.set()
    Index(open_index(database), node, release.current()).update()


def test_a_kill_leaves_whole_blocks_and_the_next_run_makes_up_for_it(
    databases: Databases, crowd: Crowd, tmp_path: Path
) -> None:
    random, path = Random(12), tmp_path / "index.db"
    crowd.record((crowd.anything(random) for _ in range(60)), in_block=2)
    whole = fresh(crowd, tmp_path / "fresh.db")
    begun = time.perf_counter()
    update(crowd, tmp_path / "timed.db")
    usual = time.perf_counter() - begun
    cut = 0
    for _ in range(KILLS[databases.kind]):
        if random.random() < 0.4:
            databases.forget(path)
        ready = flag()
        process = begin(_follow, crowd.anvil.url, databases.url(path), random.choice([3, 10, 40]), ready)
        assert ready.wait(60)
        time.sleep(random.random() * usual * 2)
        process.kill()
        process.join()
        cut += _whole_blocks(path, whole)
    update(crowd, path)
    assert rows(path) == whole
    assert cut, "no kill came while blocks were being written"


def _whole_blocks(path: Path, whole: dict[str, list[tuple[object, ...]]]) -> bool:
    """Every row up to the block that is marked, and none after it; whether that is a part only."""
    engine = open_index(CURRENT.url(path))
    with engine.connect() as connection:
        reached = connection.scalar(text("SELECT block FROM progress"))
    engine.dispose()
    found = rows(path)
    reached = -1 if reached is None else reached
    for table, expected in whole.items():
        if table == "founders":
            continue
        number = "number" if table == "blocks" else "block"
        assert found[table] == [row for row in expected if dict(row)[number] <= reached], table
    return found != whole


def test_blocks_are_linked_by_their_parents(crowd: Crowd, tmp_path: Path) -> None:
    class Adopting(Node):
        """Tells a block's parent as its own grandparent would be."""

        def sealed(self, numbers: object) -> list[object]:  # type: ignore[override]
            found = super().sealed(numbers)  # type: ignore[arg-type]
            for at, one in enumerate(found):
                if one is not None and one.block.number == crowd.node.head().number:
                    b = one.block
                    found[at] = type(one)(Block(b.number, b.hash, b.hash, b.time), one.bloom)
            return list(found)

    path = tmp_path / "index.db"
    with pytest.raises(ChainError, match="do not belong together"):
        update(crowd, path, Adopting(crowd.node._provider, "a liar"))
    assert not any(rows(path).values())
    assert indexing._NEAR >= DEEPEST
