"""Bundles from every kind of chain: each claim, in a few calls to the node; and what a node cannot prove."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from normledger.chain.node import Node, Provider
from normledger.composition.result import Parameters
from normledger.errors import ChainError, InputError, NotFound
from normledger.evidence.verdict import Unproven
from normledger.evidence.verification import verify
from normledger.ledger.queries import terms_of
from normledger.provenance.bundling import Bundling
from normledger.provenance.replay import replay
from normledger.workspace import composing
from tests.chains import KEY, Ganache, Prague, _Process
from tests.delegations import Delegations, create
from tests.evidence.story import QUESTIONS, Story, still
from tests.provenance.lying_node import lying


@pytest.fixture(
    scope="module",
    params=["embedded", *(pytest.param(one, marks=pytest.mark.tools) for one in (Ganache, Prague))],
    ids=["embedded", "ganache", "anvil"],
)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story, on each chain."""
    folder = tmp_path_factory.mktemp("told")
    if request.param == "embedded":
        with still(folder) as workspace:
            yield Story(workspace).begin().turn()
        return
    program: type[_Process] = request.param
    if reason := program.missing():
        pytest.skip(reason)
    with program(folder) as process, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NORMLEDGER_RELAYER_KEY", KEY.hex())
        with create(folder / ".normledger", chain=process.url) as workspace:
            workspace.deploy()
            workspace.update()
            story = Story(workspace).begin()
            for name in ("consent", "endorsements"):  # at signing time: Anvil forgets, as most nodes do
                story.keep(name)
            yield story.turn()


def test_what_was_made_at_signing_time_verifies_for_ever(told: Story) -> None:
    for name in ("consent", "endorsements"):
        raw = told.kept.get(name) or told.proven(name)[0]
        block = told.workspace.node.block(told.begun)
        assert block is not None
        assert verify(raw, block_hash=block.hash).header.number == told.begun


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name != "consent-open"])
def test_every_claim_is_proven_as_of_the_head(told: Story, name: str) -> None:
    raw, verdict = told.proven(name, told.turned)
    node = told.workspace.node
    block = node.block(verdict.header.number)
    assert block is not None
    assert (block.number, block.hash) == (told.turned, verdict.header.hash)
    assert verify(raw, block_hash=block.hash).claim == verdict.claim


def test_consent_that_was_withdrawn_is_not_proven(told: Story) -> None:
    with pytest.raises(Unproven, match="has withdrawn its consent"):
        told.proven("consent-open", told.turned)


def test_a_candidate_from_all_agreements_has_the_key_that_composing_the_index_gives(told: Story) -> None:
    view = told.bundling(told.turned).view
    policy = told.policy()
    parameters = Parameters(found=False, packages=False)
    composition = told.workspace.compose(view, "consented", "exercise", policy, parameters)
    (row,) = [one for one in composition.rows if one.stands]
    claim = told.proven("maximal", told.turned)[1].claim
    assert (claim["key"], claim["parties"]) == (str(row.key), sorted(row.parties))
    assert claim["agreements"] == sorted(str(one) for one in row.agreements)
    assert composing(policy).hash == policy.hash


# --- on the embedded chain alone


class Counting:
    """Counts requests; refuses some."""

    def __init__(self, inner: Provider) -> None:
        self.inner, self.asked, self.refused = inner, [], set[str]()  # type: ignore[var-annotated]

    def make_request(self, method: Any, params: Any) -> Any:
        self.asked.append(method)
        if method in self.refused:
            return {"error": {"code": -32000, "message": "missing trie node, state is pruned"}}
        return self.inner.make_request(method, params)


@pytest.fixture
def counting(story: Story) -> tuple[Counting, Bundling]:
    work = story.workspace
    provider = Counting(work.node._provider)
    making = Bundling(work.ledger, Node(provider, "a node"), work.release, story.begun)
    return provider, making


def test_a_bundle_takes_a_header_and_one_call_a_contract(story: Story, counting: tuple[Counting, Bundling]) -> None:
    provider, making = counting
    making.proven(QUESTIONS["endorsements"](story, making))
    assert sorted(provider.asked) == ["eth_getBlockByNumber", "eth_getProof", "eth_getProof"]


def test_a_node_that_proves_nothing_says_so(story: Story, counting: tuple[Counting, Bundling]) -> None:
    provider, making = counting
    provider.refused = {"eth_getProof"}
    with pytest.raises(
        ChainError, match=f"proves nothing of block {story.begun} .*nothing of its head, block {story.turned}, either"
    ):
        making.proven(QUESTIONS["consent"](story, making))


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_a_node_that_has_pruned_the_block_says_so_and_which_it_has(story: Story, kept: int) -> None:
    work = story.workspace
    node, provider = lying(work.node, "a node")
    head = node.head().number
    provider.before = head - kept + 1
    making = Bundling(work.ledger, node, work.release, story.begun)
    with pytest.raises(
        ChainError,
        match=f"proves nothing of block {story.begun} .*It proves blocks {head - kept + 1} to {head}: ask --as-of one",
    ):
        making.proven(QUESTIONS["consent"](story, making))


class Forgetful(Prague):
    """Anvil that keeps the state of a dozen blocks."""

    def arguments(self) -> list[str]:
        return [*super().arguments(), "--prune-history", "12"]


@pytest.mark.tools
def test_a_pruned_chain_says_which_blocks_it_proves_and_is_audited_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason := Forgetful.missing():
        pytest.skip(reason)
    monkeypatch.setenv("NORMLEDGER_RELAYER_KEY", KEY.hex())
    with Forgetful(tmp_path / "anvil") as process, create(tmp_path / ".normledger", chain=process.url) as workspace:
        workspace.deploy()
        workspace.update()
        made = Delegations(workspace)
        made.register("A", "B")
        made.found(made.text("A", "B"))
        signed = workspace.newest().at.block
        raw = Bundling(workspace.ledger, workspace.node, workspace.release, signed)
        question = raw.consent("name:A", "Agreement of A and B", "1")
        kept, _ = raw.proven(question)
        process.ask("anvil_mine", hex(20))
        workspace.update()
        head = workspace.node.head().number
        late = Bundling(workspace.ledger, workspace.node, workspace.release, signed)
        with pytest.raises(ChainError, match=f"It proves blocks {head - 12} to {head}: ask --as-of one of these"):
            late.proven(question)
        assert Bundling(workspace.ledger, workspace.node, workspace.release, head - 12).proven(question)
        block = workspace.node.block(signed)
        assert block is not None
        assert verify(kept, block_hash=block.hash)
        made_anew = replay(workspace.node, workspace.release, workspace.configuration.first_block)
        assert (made_anew.faults, made_anew.digest) == ([], workspace.newest().digest)


def test_a_block_beyond_the_chain_is_refused(story: Story) -> None:
    with pytest.raises((ChainError, InputError), match="99999"):
        story.bundling(99_999)


def test_a_text_that_is_away_is_named(tmp_path: Path) -> None:
    with still(tmp_path) as workspace:
        story = Story(workspace).begin()
        workspace.store._path(story.treaty.hash).unlink()
        with pytest.raises(NotFound, match=str(story.treaty.hash)):
            story.proven("consent")


def test_a_maximal_candidate_names_the_texts_that_are_away(tmp_path: Path) -> None:
    with still(tmp_path) as workspace:
        story = Story(workspace).begin().turn()
        workspace.store._path(story.third.hash).unlink()
        claim = story.proven("maximal", story.turned)[1].claim
        assert claim["missing"] == [str(story.third.hash)]
        assert str(terms_of(story.third).id) in claim["among"]
        assert str(terms_of(story.third).id) not in claim["agreements"]


def test_who_may_sign_for_a_party_is_judged_where_it_did(story: Story) -> None:
    """Powers ended later by a rotation: the act that was done by them stays, and the verdict says so."""
    says = story.proven("powers", story.turned)[1].says
    assert "They ended later" in says
    assert "They ended later" not in story.proven("powers")[1].says


def test_a_wallet_s_act_is_proven_by_the_contract_alone(story: Story) -> None:
    verdict = story.proven("endorsements")[1]
    assert any(str(story.wallet) in one for one in verdict.by_contract)
    assert not any(str(story.wallet) in one for one in verdict.by_signature)


def test_sizes(story: Story) -> None:
    for name in ("consent", "consent-reduced"):
        assert len(story.proven(name, story.turned)[0]) <= 30_000
