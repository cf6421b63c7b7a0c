"""Recognitions on the chain: two parties that a trusted author calls one actor count once, until it takes that back."""

from pathlib import Path

from normledger.acts.act import ActKind, list_of
from normledger.composition.result import Parameters
from normledger.documents.document import Profile
from normledger.documents.trust_policy import TrustPolicy
from normledger.exercise import Exercise
from normledger.identifiers import Hash
from normledger.workspace import Workspace


def test_one_actor_under_two_ids_counts_once_where_the_reader_trusts_who_says_so(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "w") as work:
        work.deploy()
        work.update()
        exercise = Exercise(work)
        key, prepared = exercise.new_party("curator", "name:Curator", "ngo", Profile("Curator"))
        work.act_at_once([(prepared, key)])
        exercise.register()
        exercise.sign_agreements()
        exercise.act()
        curator = exercise.parties["curator"]
        work.align(exercise.proposals(), curator)

        def widest(*recognising: bool) -> set[str]:
            policy = TrustPolicy(alignments=(curator,), recognitions=(curator,) if recognising else ())
            made = work.compose(work.newest(), "consented", "exercise", policy, Parameters(found=False))
            return set(max(made.rows, key=lambda row: (len(row.parties), row.key)).parties)

        before = sorted(widest(True))
        one, other = before[:2]
        said = work.prepare(
            ActKind.RECOGNITION, list_of(curator), curator, refers_to=Hash.parse(other), clause=Hash.parse(one)
        )
        work.act_at_once([(said, key)])
        assert widest() == set(before)
        assert widest(True) == set(before) - {other}
        back = work.prepare(ActKind.WITHDRAWAL, list_of(curator), curator, refers_to=said.digest)
        work.act_at_once([(back, key)])
        assert widest(True) == set(before)
