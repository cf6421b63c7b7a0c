"""The way from a norm down: every node is named by its hash, and what the chain holds by its block."""

import gc
from pathlib import Path
from weakref import ref

import pytest

from normledger.acts.act import ActKind
from normledger.documents.document import Norm, Profile
from normledger.documents.trust_policy import TrustPolicy
from normledger.exercise import Exercise
from normledger.identifiers import OutcomeId, keccak
from normledger.provenance.graph import TraceNode, trace
from normledger.workspace import Workspace, composing
from tests.delegations import Delegations, copy_of


@pytest.fixture(scope="module")
def played(deployed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Exercise, TrustPolicy]:
    """The exercise, up to its norm's endorsements."""
    folder = tmp_path_factory.mktemp("played") / ".normledger"
    with copy_of(deployed, folder) as workspace:
        exercise = Exercise(workspace)
        key, claim = exercise.new_party("curator", "name:Curator", "ngo", Profile("Curator"))
        workspace.act_at_once([(claim, key)])
        exercise.register()
        exercise.sign_agreements()
        exercise.act()
        workspace.align(exercise.proposals(), exercise.parties["curator"])
        policy = TrustPolicy(alignments=(exercise.parties["curator"],))
        composition = workspace.compose(workspace.view(), "consented", "exercise", policy)
        exercise.endorse(exercise.publish(workspace.keep_derivation(composition)))
    return folder, exercise, policy


def traced(folder: Path, policy: TrustPolicy) -> TraceNode:
    with Workspace.open(folder) as workspace:
        view = workspace.view()
        (norm,) = view.norms.values()
        return trace(view, norm, composing(policy))


def test_everything_on_the_way_is_there(played: tuple[Path, Exercise, TrustPolicy]) -> None:
    folder, exercise, policy = played
    node = traced(folder, policy)
    nodes = list(node.walk())
    assert (node.kind, node.hash) == ("norm", str(exercise.norm().hash))
    assert {one.prov for one in nodes} == {"entity", "activity", "agent"}
    (outcome,) = [one for one in nodes if one.kind == "outcome"]
    assert outcome.hash == str(exercise.norm().outcomes[0])
    clauses = [one for one in outcome.children if one.kind == "clause"]
    expected = {agreement.clause_id("2") for agreement in exercise.agreements.values()}
    assert {one.hash for one in clauses} == {str(clause) for clause in expected}
    assert len({one.hash for one in nodes if one.kind == "agreement"}) == 3


def test_a_view_that_nobody_holds_leaves_nothing_to_the_collector(
    played: tuple[Path, Exercise, TrustPolicy],
) -> None:
    """A cycle would keep each answer's rows until a full pass, and every hundredth answer would wait for that."""
    folder, exercise, policy = played
    with Workspace.open(folder) as workspace:
        gc.disable()
        try:
            view = workspace.view()
            trace(view, view.norms[exercise.norm().hash], composing(policy))
            assert view.names
            assert view.agreements_of(exercise.parties["curator"]) is not None
            assert [*view.acts, *view.parties.values(), *view.agreements.values()]
            gone = ref(view)
            del view
            assert gone() is None
        finally:
            gc.enable()


def test_every_node_has_its_hash_and_every_recorded_one_its_block(played: tuple[Path, Exercise, TrustPolicy]) -> None:
    folder, _, policy = played
    with Workspace.open(folder) as workspace:
        view = workspace.view()
        for one in traced(folder, policy).walk():
            assert one.hash
            if one.kind == "act":
                act = next(act for digest, act in view.acts.items() if str(digest) == one.hash)
                assert (one.block, one.time) == (act.recorded.block, act.recorded.time)
            if one.kind in ("norm", "agreement"):
                assert one.block


def test_who_withdrew_or_was_never_bound_is_not_behind_a_clause(played: tuple[Path, Exercise, TrustPolicy]) -> None:
    folder, exercise, policy = played
    (outcome,) = [one for one in traced(folder, policy).walk() if one.kind == "outcome"]
    behind = {one.hash for one in outcome.walk() if one.prov == "agent"}
    assert str(exercise.parties["hobnail"]) not in behind  # withdrew
    assert str(exercise.parties["quillory"]) in behind  # acceded
    assert str(exercise.parties["umbrelle"]) in behind  # reserved another clause


def test_an_alignment_of_somebody_untrusted_is_no_way(played: tuple[Path, Exercise, TrustPolicy]) -> None:
    folder, _, _ = played
    node = traced(folder, TrustPolicy())
    assert [one for one in node.walk() if one.kind == "clause"] == []
    assert [one.kind for one in node.children].count("act") >= 4  # its publication and its endorsements stand


def test_a_norm_whose_text_is_away_says_so(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    norm = Norm("N", "Parties help.", (OutcomeId(keccak(b"o")),), "real")
    made.act(ActKind.PUBLICATION, norm.hash, "A", content=keccak(b"derivation"))
    made.act(ActKind.ENDORSEMENT, norm.hash, "B")
    made.act(ActKind.WITHDRAWAL, norm.hash, "B")
    view = work.view()
    node = trace(view, view.norm(str(norm.hash)), composing(TrustPolicy()))
    notes = {one.kind: one.note for one in node.children}
    assert notes["text"] == "fetch it by its hash"
    assert notes["derivation"] == "not at hand; fetch it by its hash"
    acts = [one.note for one in node.children if one.kind == "act"]
    assert acts == ["its number 1 here", "withdrawn; its number 1 here", "its number 2 here"]
