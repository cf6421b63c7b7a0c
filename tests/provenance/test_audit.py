"""A chain read anew: whatever a node leaves out or alters is found, at its block; an index that differs, act by act."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from normledger.chain.node import Node
from normledger.errors import ChainError
from normledger.ledger.index import open_index
from normledger.ledger.queries import Ledger
from normledger.provenance.audit import compare_index, compare_nodes
from normledger.provenance.replay import Replay, replay
from normledger.workspace import Workspace
from tests.evidence.story import Story
from tests.provenance.history import History
from tests.provenance.lying_node import Logs, Lying, lying


@pytest.fixture
def liar(story: Story) -> tuple[Node, Lying]:
    return lying(story.workspace.node)


def read(story: Story, node: Node | None = None) -> Replay:
    work = story.workspace
    return replay(node or work.node, work.release, work.configuration.first_block)


def test_a_replay_gives_the_digest_of_the_index_and_proves_every_word(story: Story, history: History) -> None:
    for work in (story.workspace, history.made.workspace):
        made, view = replay(work.node, work.release, work.configuration.first_block), work.newest()
        assert (made.digest, made.faults) == (view.digest, [])
        assert made.proven == "by proofs against the block's state root"
        assert set(made.acts) >= set(view.acts)
        assert compare_index(made, work.ledger, work.node)[0] == []


@pytest.mark.parametrize("of", ["story", "history"])
def test_every_log_that_a_node_leaves_out_is_found_at_its_block(of: str, story: Story, history: History) -> None:
    """Also a first act on a subject that no register lists: stances from outside, a party's list."""
    work = story.workspace if of == "story" else history.made.workspace
    node, provider = lying(work.node)
    whole: Logs = []
    provider.logs = lambda logs: whole.extend(logs) or logs  # type: ignore[func-returns-value]  # None, which is false
    replay(node, work.release, work.configuration.first_block)
    assert len(whole) > 20
    for missing in whole[:: 1 + len(whole) // 100]:
        provider.logs = lambda logs, missing=missing: [one for one in logs if one != missing]  # type: ignore[misc]  # bound now
        made = replay(node, work.release, work.configuration.first_block)
        block = int(missing["blockNumber"], 16)
        assert any(one.what == "left out" and one.block == block for one in made.faults), missing
        assert all(str(one.block) in one.sentence for one in made.faults if one.what == "left out")


def test_a_log_told_twice_or_altered_is_found(story: Story, liar: tuple[Node, Lying]) -> None:
    node, provider = liar
    provider.logs = lambda logs: [*logs, {**logs[-2], "logIndex": "0x63"}]
    assert {one.what for one in read(story, node).faults} == {"twice"}
    argument = 2 + 2 * 64 + 8 + 63  # the last digit of the call's first argument

    def changed(data: str) -> str:
        return data[:argument] + ("1" if data[argument] != "1" else "2") + data[argument + 1 :]

    for place in range(0, 20, 3):
        provider.logs = lambda logs, place=place: [  # type: ignore[misc]  # bound now
            {**one, "data": changed(one["data"])} if number == place else one for number, one in enumerate(logs)
        ]
        assert read(story, node).faults, place


def test_a_log_of_another_block_ends_the_reading(story: Story, liar: tuple[Node, Lying]) -> None:
    node, provider = liar
    provider.logs = lambda logs: [{**one, "blockHash": "0x" + "77" * 32} for one in logs]
    with pytest.raises(ChainError, match="turned at block"):
        read(story, node)


def test_a_node_without_proofs_is_asked_for_its_state_and_one_without_state_says_so(
    story: Story, liar: tuple[Node, Lying]
) -> None:
    node, provider = liar
    provider.refused = {"eth_getProof"}
    made = read(story, node)
    assert (made.faults, made.proven) == ([], "by what the node says of its state, without proof")
    provider.refused = {"eth_getProof", "eth_getStorageAt"}
    (fault,) = read(story, node).faults
    assert fault.what == "unproven"
    assert "ask one that keeps state" in fault.sentence


def test_a_pruned_node_that_leaves_out_a_log_is_found_though_not_at_which_block(
    story: Story, liar: tuple[Node, Lying]
) -> None:
    node, provider = liar
    provider.before = node.head().number
    assert read(story, node).faults == []
    provider.logs = lambda logs: logs[:10] + logs[11:]
    found = [one for one in read(story, node).faults if one.what == "left out"]
    assert found
    assert all("at or before block" in one.sentence for one in found)


def test_two_nodes_differ_in_the_acts_that_one_of_them_hides(story: Story, liar: tuple[Node, Lying]) -> None:
    node, provider = liar
    own = read(story)
    assert compare_nodes(own, read(story, node)) == []
    provider.logs = lambda logs: logs[:-1]
    found = compare_nodes(own, read(story, node))
    hidden = [one for one in found if one.what == "hidden"]
    assert len(hidden) == 2  # two founding signatures in one transaction
    assert {one.block for one in hidden} == {story.turned}
    assert "which the chain holds in block" in hidden[0].sentence
    assert any(one.what == "left out" for one in found)


def test_two_chains_are_told_apart(story: Story, workspace: Workspace) -> None:
    found = compare_nodes(read(story), replay(workspace.node, workspace.release, 0))
    assert {one.what for one in found} >= {"branch", "hidden"}
    (branch,) = [one for one in found if one.what == "branch"]
    assert "they follow different chains" in branch.sentence


# --- the index


@pytest.fixture
def index(story: Story, tmp_path: Path) -> tuple[sqlite3.Connection, Ledger]:
    """A copy of the story's index, to be tampered with."""
    work = story.workspace
    path = tmp_path / "index.db"
    for suffix in ("", "-wal"):
        source = work.folder / f"index.db{suffix}"
        if source.exists():
            shutil.copy(source, tmp_path / f"index.db{suffix}")
    return sqlite3.connect(path), Ledger(open_index(f"sqlite:///{path}"), work.store, work.release)


TAMPERED = {
    "an act deleted": ("DELETE FROM acts WHERE kind = 21", {"hidden"}),
    "an act's party": ("UPDATE acts SET party = (SELECT min(id) FROM parties) WHERE kind = 17", {"altered"}),
    "a number": ("UPDATE acts SET number = 9 WHERE kind = 27", {"altered"}),
    "a signature": ("UPDATE acts SET signature = x'00' WHERE kind = 26", {"altered"}),
    "an act's place": ("UPDATE acts SET place = place + 5 WHERE kind = 17", {"altered"}),
    "an act invented": (
        'INSERT INTO acts SELECT block, log, place + 9, "transaction", contract, kind, subject, sequence + 90, party, '
        "account, number + 9, clause, refers_to, content, deadline, signature, represented, proven, "
        "'0x' || substr(subject, 3), word FROM acts WHERE kind = 26 LIMIT 1",
        {"invented"},
    ),
    "a party's account": ("UPDATE parties SET account = '0x' || substr(id, 3, 40)", {"altered"}),
    "full powers": ("UPDATE own_acts SET until = '1'", {"altered"}),
    "a founder": ("DELETE FROM founders WHERE position = 0", {"altered"}),
    "terms": ("UPDATE agreements SET admission = 1 - admission", {"altered"}),
    "a word alone": ("UPDATE acts SET word = '0x' || substr(subject, 3) WHERE kind = 25 OR kind = 23", {"word"}),
    "the register": ("UPDATE register SET word = '0x' || substr(subject, 3)", {"word"}),
    "a block's row": ("DELETE FROM blocks WHERE number > 12", {"altered", "hidden"}),
    "a block's hash": ("UPDATE blocks SET hash = '0x' || substr(hash, 4) || '0'", {"altered"}),
    "progress": ("UPDATE progress SET block_hash = '0x' || substr(block_hash, 4) || '0'", {"branch"}),
    "progress ahead": ("UPDATE progress SET block = block + 7", {"ahead"}),
    "no progress": ("DELETE FROM progress", {"unreadable"}),
    "nonsense": ("UPDATE acts SET subject = 'nonsense'", {"unreadable"}),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_an_index_that_was_tampered_with_is_found(
    case: str, story: Story, index: tuple[sqlite3.Connection, Ledger]
) -> None:
    connection, ledger = index
    own = read(story)
    assert compare_index(own, ledger, story.workspace.node)[0] == []
    statement, expected = TAMPERED[case]
    with connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()
    found, _ = compare_index(own, ledger, story.workspace.node)
    assert {one.what for one in found} == expected, [one.sentence for one in found]
    assert all(one.sentence.endswith(".") for one in found)
