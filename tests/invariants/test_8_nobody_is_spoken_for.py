"""Invariant 8: nobody is spoken for.

Nothing signs in a real actor's name but that actor. Real agreements made elsewhere enter as reports; demonstrations use
`exercise:` identifiers in the signed documents and throw-away keys. Composition runs on one world; what is of both is
left out and listed.
"""

from importlib import resources
from pathlib import Path

import pytest

from normledger.acts.act import ActKind
from normledger.documents.document import Profile
from normledger.documents.trust_policy import TrustPolicy
from normledger.exercise import Exercise
from normledger.identifiers import is_exercise
from normledger.workspace import Workspace
from tests.delegations import Delegations, copy_of

DATA = resources.files("normledger") / "data"


@pytest.fixture(scope="module")
def demonstrated(deployed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Exercise]:
    """What the demonstration does: an observer reports the real agreements; an exercise is played beside them."""
    folder = tmp_path_factory.mktemp("demonstrated") / ".normledger"
    with copy_of(deployed, folder) as workspace:
        exercise = Exercise(workspace)
        for name in ("observer", "curator"):
            key, claim = exercise.new_party(name, f"name:Demonstration {name}", "ngo", Profile(name))
            workspace.act_at_once([(claim, key)])
        with resources.as_file(DATA / "cyber_agreements.jsonl") as path:
            workspace.report([Path(path)], exercise.parties["observer"])
        exercise.register()
        exercise.sign_agreements()
        exercise.act()
        workspace.align(exercise.proposals(), exercise.parties["curator"])
    return folder, exercise


def test_importing_real_agreements_signs_for_nobody_named_in_them(demonstrated: tuple[Path, Exercise]) -> None:
    folder, exercise = demonstrated
    with Workspace.open(folder) as workspace:
        view = workspace.view()
        observers = {exercise.parties["observer"], exercise.parties["curator"]}
        for party in view.parties.values():
            assert is_exercise(party.identifier) or party.id in observers, party.identifier
        of_observer = [act for act in view.acts.values() if act.act.party == exercise.parties["observer"]]
        assert [act.act.kind for act in of_observer] == [ActKind.REPORTS]
        named = {one.actor for one in view.record("reported", "real").undertakings}
        assert "state:CHN" in named
        assert not named & {party.identifier for party in view.parties.values()}


def test_the_exercise_is_fictional_in_every_document_that_is_signed(demonstrated: tuple[Path, Exercise]) -> None:
    _, exercise = demonstrated
    assert exercise.agreements
    for agreement in exercise.agreements.values():
        assert agreement.world == "exercise"
        assert all(is_exercise(founder.identifier) for founder in agreement.founders)
    assert exercise.norm().world == "exercise"
    assert exercise.norm().to_json()["world"] == "exercise"


def test_reports_are_never_consent(demonstrated: tuple[Path, Exercise]) -> None:
    folder, exercise = demonstrated
    policy = TrustPolicy(alignments=(exercise.parties["curator"],), reports=(exercise.parties["observer"],))
    with Workspace.open(folder) as workspace:
        view = workspace.view()
        consented, reported = (view.record(basis, "real") for basis in ("consented", "reported"))
        assert all(one.author is None for one in consented.undertakings)
        assert all(one.author == exercise.parties["observer"] for one in reported.undertakings)
        assert not {one.agreement for one in consented.undertakings} & {one.agreement for one in reported.undertakings}
        assert workspace.compose(view, "consented", "real", policy).rows == ()


def test_no_report_counts_for_a_reader_who_trusts_nobody(demonstrated: tuple[Path, Exercise]) -> None:
    folder, _ = demonstrated
    with Workspace.open(folder) as workspace:
        composition = workspace.compose(workspace.view(), "reported", "real", TrustPolicy())
        assert composition.rows == ()
        assert any(one.what == "reports of an observer" for one in composition.left_out)


def test_worlds_are_never_composed_together(demonstrated: tuple[Path, Exercise]) -> None:
    folder, exercise = demonstrated
    policy = TrustPolicy(alignments=(exercise.parties["curator"],), reports=(exercise.parties["observer"],))
    with Workspace.open(folder) as workspace:
        view = workspace.view()
        played = workspace.compose(view, "consented", "exercise", policy)
        assert {one.key for one in played.context.parties} <= {str(one) for one in exercise.parties.values()}
        assert played.rows
        real = workspace.compose(view, "reported", "real", policy)
        assert real.rows
        assert not any(is_exercise(one.key) for one in real.context.parties)
        # What is left out is listed, never dropped in silence.
        left_out = {(one.name, one.why) for one in workspace.compose(view, "consented", "real", policy).left_out}
        for agreement in view.agreements:
            assert (str(agreement), "it is of the other world (exercise)") in left_out


def test_a_stray_from_the_other_world_is_left_out_and_takes_nobody_along(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    claim = made.claim("X", identifier="exercise:state:x")
    work.act_at_once([(claim, made.keys["X"])])
    subject = made.found(made.text("A", "B", texts=("Parties shall help.",)))
    made.act(ActKind.ACCESSION, subject, "X")
    view = work.view()
    assert len(next(iter(view.agreements.values())).status.bound) == 3  # type: ignore[union-attr]
    real = view.record("consented", "real")
    assert {one.actor for one in real.undertakings} == {str(made.parties["A"]), str(made.parties["B"])}
    assert any(str(made.parties["X"]) in told and "other world" in told for told in real.missing)
    composition = work.compose(view, "consented", "exercise", TrustPolicy())
    assert composition.rows == ()
    assert str(subject) in {one.name for one in composition.left_out}


def test_the_text_s_own_identifiers_must_be_of_the_same_world_as_its_parties(delegations: Delegations) -> None:
    """A document that names `name:A` for a party that claims to be `exercise:…` mixes worlds too."""
    made, work = delegations, delegations.workspace
    for name in "XY":
        claim = made.claim(name, identifier=f"exercise:state:{name.lower()}")
        work.act_at_once([(claim, made.keys[name])])
    text = made.text("X", "Y")  # its document says name:X and name:Y
    subject = made.found(text)
    composition = work.compose(work.view(), "consented", "exercise", TrustPolicy())
    assert composition.rows == ()
    assert str(subject) in {one.name for one in composition.left_out}


def test_keys_of_an_exercise_are_made_on_the_spot(deployed: Path, tmp_path: Path) -> None:
    accounts = []
    for name in ("one", "other"):
        with copy_of(deployed, tmp_path / name) as workspace:
            exercise = Exercise(workspace)
            exercise.register()
            accounts.append({party.account for party in workspace.view().parties.values()})
    assert not accounts[0] & accounts[1]
    assert len(accounts[0]) == 9
