"""`normledger trace`: both ways, every format, as of blocks and hashes; what it cannot do it says in one sentence."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from prov.model import ProvDocument

from normledger.cli import tracing
from normledger.provenance.exports import NOTATIONS
from normledger.workspace import Workspace
from tests.cli.conftest import Answer, Command
from tests.cli.test_the_whole_way import assert_refused, done, open_one

__all__ = ["open_one"]


def test_an_agreement_down_and_a_party_up(ready: Command, open_one: str) -> None:
    down = ready("trace", open_one)
    assert down.code == 0
    assert "standing agreement" in down.out
    assert "signature by North" in down.out
    assert "(see above)" in down.out
    up = ready("trace", "exercise:state:north", "--up")
    assert open_one in up.out
    assert "As of block" in up.out


def test_json_holds_nodes_and_edges_once(ready: Command, open_one: str) -> None:
    told = done(ready("trace", open_one, "--json"))
    assert told == done(ready("trace", open_one, "--format", "json"))
    keys = [node["key"] for node in told["nodes"]]
    assert len(keys) == len(set(keys))
    assert {edge[end] for edge in told["edges"] for end in ("source", "target")} <= set(keys)
    assert told["root"] in keys
    assert told["direction"] == "down"


def test_every_format_is_written(ready: Command, open_one: str, tmp_path: Path) -> None:
    assert set(tracing._NOTATIONS) == set(NOTATIONS)
    for format_ in (*NOTATIONS, "dot", "svg"):
        shown = ready("trace", open_one, "--format", format_)
        assert (shown.code, shown.err) == (0, "")
        file = tmp_path / f"trace.{format_}"
        kept = ready("trace", open_one, "--format", format_, "--out", file)
        assert "Wrote" in kept.out
        assert file.read_text("utf-8") == shown.out
    ElementTree.parse(tmp_path / "trace.svg")
    read = ProvDocument.deserialize(content=(tmp_path / "trace.prov-json").read_text("utf-8"), format="json")
    assert read == ProvDocument.deserialize(content=(tmp_path / "trace.prov-n").read_text("utf-8"), format="provn")
    assert json.loads((tmp_path / "trace.json-ld").read_text("utf-8"))["@graph"]


def test_a_block_is_named_by_its_number_or_its_hash(ready: Command, open_one: str, tmp_path: Path) -> None:
    at = done(ready("digest", "--json"))["as_of"]
    by_number = done(ready("trace", open_one, "--as-of", str(at["block"]), "--json"))
    assert done(ready("trace", open_one, "--as-of", at["block_hash"], "--json")) == by_number
    assert done(ready("trace", open_one, "--at", at["block_hash"], "--json")) == by_number
    assert done(ready("parties", "--as-of", at["block_hash"], "--json"))["as_of"] == at
    with Workspace.open(tmp_path / ".normledger") as workspace:
        empty = workspace.node.block(1)
    assert empty is not None
    assert_refused(ready("parties", "--as-of", str(empty.hash)), "there was nothing on this register yet", "")
    stranger = "0x" + "ab" * 32
    assert_refused(
        ready("parties", "--as-of", stranger), "no block of this chain has the hash", "give the block's number"
    )
    assert_refused(ready("trace", open_one, "--as-of", "1", "--at", stranger), "leave one of --as-of and --at out")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nonsense",), "no thing with a provenance 'nonsense'"),
        (("0x12", "--format", "prov-n"), "no thing with a provenance '0x12'"),
        (("norm:0x12 ) drop", "--format", "turtle"), "no thing with a provenance"),
        (("x", "--format", "pdf"), "'pdf' is not known"),
        (("x", "--format", "svg", "--json"), "ask for two things"),
        (("exercise:state:north", "--depth", "0"), "whole number from 1"),
        (("exercise:state:north", "--out", "tree.txt"), "a tree is for the terminal"),
        (("exercise:state:north", "--format", "dot", "--out", "no/such/folder.dot"), "cannot write"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_one_sentence(ready: Command, words: tuple[str, ...], told: str) -> None:
    answer: Answer = ready("trace", *words)
    assert_refused(answer, told)


def test_text_cannot_steer_a_terminal() -> None:
    assert tracing._shown("a\x1b[31m\u202eb\n[bold]") == "a\\u001b[31m\\u202eb \\[bold]"
