"""Bridging of a published norm, from the stances on the chain."""

from fractions import Fraction
from pathlib import Path

from normledger.acts.act import ActKind
from normledger.documents.document import Profile
from normledger.exercise import Exercise
from normledger.ledger.consensus import consensus_on
from normledger.workspace import Workspace


def test_a_group_that_opposes_pulls_the_consensus_down_and_every_factor_opens_to_its_acts(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "w") as workspace:
        workspace.deploy()
        workspace.update()
        exercise = Exercise(workspace)
        curator, prepared = exercise.new_party("curator", "name:Curator", "ngo", Profile("Curator"))
        workspace.act_at_once([(prepared, curator)])
        exercise.register()
        exercise.sign_agreements()
        exercise.act()
        workspace.align(exercise.proposals(), exercise.parties["curator"])
        norm_id = exercise.publish(
            workspace.keep_derivation(workspace.compose(workspace.view(), "consented", "exercise"))
        )
        exercise.endorse(norm_id)
        view = workspace.newest()
        norm = view.norms[norm_id]
        found = consensus_on(norm, view.parties.values(), "kind")
        endorsing = [one for one in norm.stances if one.kind is ActKind.ENDORSEMENT]
        assert sum(one.agree for one in found.factors) == len(endorsing)
        assert sum(one.disagree for one in found.factors) == len(norm.stances) - len(endorsing)
        value = Fraction(1)
        for one in found.factors:
            assert len(one.acts) == one.seen
            if one.seen:
                value *= Fraction(one.agree + 1, one.seen + 2)
        assert found.value == value
        assert {act for one in found.factors for act in one.acts} == {one.act.digest for one in norm.stances}
        real = [one for one in view.parties.values() if one.world == "real"]
        assert real
        assert sum(one.size or 0 for one in found.factors) == len(view.parties) - len(real)
