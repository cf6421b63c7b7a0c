"""The life of the outcome on theft of trade secrets, from 2015 on, by the dates of what was reported."""

import json
from importlib import resources
from pathlib import Path

import pytest

from normledger.composition.draft_forms import sources_of
from normledger.composition.emergence import Life, emergence, sentences, svg
from normledger.composition.explore import one_clause_away, what_if, whom_to_invite
from normledger.composition.resolution import following, resolve
from normledger.composition.result import Composition, Parameters
from normledger.documents.formats.proposals import read_proposals
from normledger.documents.trust_policy import TrustPolicy
from normledger.identifiers import Hash
from tests.delegations import Delegations, copy_of

WORDS = "theft of trade or business secrets"


@pytest.fixture(scope="module")
def composition(registered: tuple[Path, Delegations], tmp_path_factory: pytest.TempPathFactory) -> Composition:
    """The shipped agreements with the shipped alignments, reported and signed by A, as who trusts A composes them."""
    folder, made = registered
    data = resources.files("normledger") / "data"
    with copy_of(folder, tmp_path_factory.mktemp("life") / ".normledger") as work:
        observer = made.parties["A"]
        with resources.as_file(data / "cyber_agreements.jsonl") as source:
            work.report([source], observer)
        texts = {one.source_id: one for one in work.view().reported_agreements.values()}
        work.align(read_proposals(json.loads((data / "cyber_alignments.json").read_text("utf-8")), texts), observer)
        policy = TrustPolicy(reports=(observer,), alignments=(observer,))
        return work.compose(work.view(), "reported", "real", policy, Parameters(found=False, packages=False))


def key_of(composition: Composition) -> Hash:
    (row,) = [one for one in composition.rows if WORDS in composition.outcomes[one.outcomes[0]].text]
    return row.key


@pytest.fixture(scope="module")
def life(composition: Composition) -> Life:
    return emergence(composition, key_of(composition))


def titles(composition: Composition, agreements: tuple[Hash, ...]) -> list[str]:
    return [composition.selection.agreements[one].title for one in agreements]


def test_it_begins_with_two_states_in_2015_and_grows_to_twenty_within_two_months(
    composition: Composition, life: Life
) -> None:
    told = [(one.date, one.step, *titles(composition, (one.agreement,)), len(one.parties)) for one in life.milestones]
    assert told == [
        ("2015-09-25", "first bilateral", "US–China 2015", 2),
        ("2015-10-22", "second bilateral", "UK–China 2015", 2),
        ("2015-11-16", "plurilateral", "G20 Antalya", 20),
        ("2015-11-16", "every region", "G20 Antalya", 20),
    ]
    assert [(one.date, len(one.parties), len(one.agreements)) for one in life.points] == [
        ("2015-09-25", 2, 1),
        ("2015-10-22", 3, 2),
        ("2015-11-16", 20, 3),
        ("2016-06-13", 20, 4),
        ("2016-08-30", 20, 5),
        ("2017-04-11", 20, 6),
        ("2017-04-21", 20, 7),
        ("2017-06-22", 20, 8),
    ]
    assert life.undated == ()
    assert sentences(life, composition)[0] == "2015-09-25: first bilateral, US–China 2015: China, United States."
    assert all(line.split(",")[0] in svg(life, composition) for line in sentences(life, composition))


def test_every_count_opens_to_the_reports_that_it_counts(composition: Composition, life: Life) -> None:
    """Each act behind a point is a leaf of the observer's batch that dates it no later than the point."""
    behind = {act: one for one in composition.selection.undertakings for act in one.acts}
    for point in life.points:
        assert point.acts
        for act in point.acts:
            assert (behind[act].date or "") <= point.date
        assert {behind[act].actor for act in point.acts} == set(point.parties)
        assert {behind[act].agreement for act in point.acts} == set(point.agreements)
    assert set(life.points[-1].acts) == set(composition.judge(life.key).parties.acts)


def test_who_owes_it_to_whom(composition: Composition) -> None:
    """Among the bilaterals six of twenty-one pairs, five of them with China; the G20 text alone binds all pairs."""
    key = key_of(composition)
    bilateral = composition.mutuality_in(key, "bilateral")
    assert bilateral is not None
    assert str(bilateral.pairs) == "6/21"
    assert bilateral.sentence.endswith("6 of 21 pairs, five of them with China.")
    pairs = {frozenset((one.one, one.other)) for one in bilateral.listed}
    china = {
        frozenset(("state:CHN", other)) for other in ("state:USA", "state:GBR", "state:DEU", "state:AUS", "state:CAN")
    }
    assert pairs == china | {frozenset(("state:USA", "state:IND"))}
    all_of_it = composition.judge(key).mutuality
    assert str(all_of_it.pairs) == "190/190"


def test_without_the_text_of_the_twenty_it_falls_back_to_the_bilaterals(composition: Composition) -> None:
    key = key_of(composition)
    g20 = next(id_ for id_, one in composition.selection.agreements.items() if one.title == "G20 Antalya")
    members = [one.actor for one in composition.selection.undertakings if one.agreement == g20]
    change = next(
        one for one in what_if(composition, withdrawals=[(party, g20) for party in members]) if one.key == key
    )
    assert (change.turn, change.before.pairs, change.after.parties) == ("shrinks", 190, 10)
    assert not {"state:CHN", "state:USA", "state:IND"} & set(change.left)


def test_who_is_near_and_whom_to_invite(composition: Composition) -> None:
    key = key_of(composition)
    near = one_clause_away(composition, key)
    assert near
    inside = set(composition.candidate(key).parties)
    assert all(one.party not in inside and one.joins and one.pairs == 20 for one in near)
    assert all(one.agreements for one in whom_to_invite(composition, key, 5))


def test_its_draft_resolves_to_each_clause_that_it_was_made_of(composition: Composition) -> None:
    key = key_of(composition)
    (draft,) = composition.draft(key)
    assert draft.open_brackets
    for clause, source in sources_of(composition, key).items():
        text = composition.selection.clauses[clause][0].text
        assert resolve(draft, following(draft, clause)).text == text, source.title
