"""What changed between two views: every entry by its acts; what joins and leaves adds up over any moment between."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.acts.act import ActKind
from normledger.composition.result import Composition, Parameters
from normledger.documents.document import Agreement as Text
from normledger.documents.document import Asked, Clause, Founder, Outcome, Rules
from normledger.errors import InputError
from normledger.identifiers import Hash, OutcomeId, parse_identifier
from normledger.ledger.queries import View, terms_of
from normledger.provenance.differences import Differences, Entry, differences
from tests.delegations import Delegations, copy_of
from tests.evidence.story import Story
from tests.provenance.history import History

MANY = 500 if os.environ.get("NORMLEDGER_LONG") else 30


def keys(entries: tuple[Entry, ...]) -> set[tuple[Hash, object, Hash]]:
    return {(one.subject, one.party, one.clause) for one in entries}


def compose(story: Story, view: View) -> Composition:
    return story.workspace.compose(view, "consented", "exercise", story.policy(), Parameters(found=False))


def test_who_joined_left_and_took_back_is_named_with_the_acts(story: Story) -> None:
    work = story.workspace
    before, after = work.ledger.as_of(story.begun), work.newest()
    found = differences(before, after, compose(story, before), compose(story, after))
    third, pact = terms_of(story.third).id, terms_of(story.pact).id
    assert keys(found.joined) == {(third, story.ids[name], Hash(bytes(32))) for name in ("lanterns", "umbrelle")}
    (left,) = found.left
    assert (left.subject, left.party) == (pact, story.ids["hobnail"])
    assert [after.acts[act].act.kind for act in left.acts] == [ActKind.WITHDRAWAL]  # type: ignore[index]  # a digest
    (stance,) = found.stances_withdrawn
    assert (stance.subject, stance.party) == (story.norm.hash, story.ids["norvale"])
    assert [one.subject for one in found.opened] == [third] == [one.subject for one in found.took_effect]
    (turn,) = found.candidates
    assert (turn.what, turn.gained, turn.lost) == ("grew", (str(story.ids["umbrelle"]),), ())
    assert set(turn.acts) >= set(left.acts) | {act for one in found.joined for act in one.acts}


def test_an_agreement_came_into_effect_by_those_who_signed_then(story: Story) -> None:
    """And not by whoever joined later."""
    after = story.workspace.ledger.as_of(story.begun)
    pact = terms_of(story.pact).id
    (entry,) = [one for one in differences(None, after).took_effect if one.subject == pact]
    acts = [after.acts[act].act for act in entry.acts]  # type: ignore[index]  # a digest
    assert {(act.kind, act.party) for act in acts} == {(ActKind.SIGNATURE, one.id) for one in story.pact.founders}
    status = after.agreements[pact].status
    assert status is not None
    assert {one.party for one in status.bound} > {act.party for act in acts}


def test_from_nothing_all_is_new_and_nothing_left(story: Story) -> None:
    view = story.workspace.newest()
    found = differences(None, view)
    assert len(found.registered) == len(view.parties)
    assert not found.left
    assert not found.stances_withdrawn
    assert {one.party for one in found.endorsed} | {one.party for one in found.opposed} == {
        stance.party for norm in view.norms.values() for stance in norm.stances
    }


def test_the_first_of_the_two_is_not_the_later_one(story: Story) -> None:
    work = story.workspace
    with pytest.raises(InputError, match=r"is later than the second .*; swap them"):
        differences(work.newest(), work.ledger.as_of(story.begun))


def test_a_text_whose_place_another_took_is_left_by_the_acts_that_brought_that_about(delegations: Delegations) -> None:
    made = delegations
    old = made.text("A", "B", title="Old")
    made.found(old)
    later = made.text("A", "B", title="New", texts=("Other.",))
    for name in ("A", "B"):
        made.act(ActKind.AMENDMENT, terms_of(old).id, name, content=later.hash)
    before = made.workspace.newest()
    made.found(later)
    found = differences(before, made.workspace.newest())
    assert {(one.what, one.subject, one.party) for one in found.left} == {
        ("replaced", terms_of(old).id, made.parties[name]) for name in ("A", "B")
    }
    signed = {act.digest for act in made.workspace.newest().agreement("New").acts}
    assert {act for one in found.left for act in one.acts} == signed
    assert "is no longer bound by “Old”: a later text took its place." in found.left[0].sentence


def test_a_view_and_itself_do_not_differ(story: Story, history: History) -> None:
    view = story.workspace.newest()
    assert not differences(view, view, compose(story, view), compose(story, view))
    assert not differences(history.made.workspace.newest(), history.made.workspace.newest())


@settings(max_examples=MANY)
@given(st.data())
def test_two_differences_in_a_row_are_the_one_over_both(history: History, data: st.DataObject) -> None:
    ledger = history.made.workspace.ledger
    newest = ledger.as_of(newest=True).at.block
    first = min(one.recorded.block for one in ledger.as_of(newest=True).agreements.values())
    blocks = sorted(data.draw(st.lists(st.integers(first, newest), min_size=3, max_size=3)))
    one, two, three = (ledger.as_of(block) for block in blocks)
    whole, early, late = differences(one, three), differences(one, two), differences(two, three)
    joined = (keys(early.joined) - keys(late.left)) | (keys(late.joined) - keys(early.left))
    left = (keys(early.left) - keys(late.joined)) | (keys(late.left) - keys(early.joined))
    assert (keys(whole.joined), keys(whole.left)) == (joined, left)
    assert differences(one, three) == whole


@settings(max_examples=MANY)
@given(st.data())
def test_every_entry_names_acts_that_the_chain_holds(history: History, data: st.DataObject) -> None:
    ledger = history.made.workspace.ledger
    newest = ledger.as_of(newest=True)
    first = min(one.recorded.block for one in newest.parties.values())
    low, high = sorted(data.draw(st.lists(st.integers(first, newest.at.block), min_size=2, max_size=2)))
    found = differences(ledger.as_of(low), ledger.as_of(high))
    told = [entry for entries in vars(found).values() for entry in entries]
    for entry in told:
        assert entry.acts, entry.sentence
        assert all(newest.is_recorded(act) for act in entry.acts), entry.sentence
        assert entry.sentence.endswith(".")
    assert [entry["sentence"] for entries in found.to_json().values() for entry in entries] == found.lines()
    assert len(told) == len(found.lines())


# --- candidates


@pytest.fixture
def four(registered: tuple[Path, Delegations], tmp_path: Path) -> "Iterator[Four]":
    folder, made = registered
    with copy_of(folder, tmp_path / ".normledger") as workspace:
        yield Four(Delegations(workspace, dict(made.parties), dict(made.keys)))


class Four:
    """Three outcomes that agreements of A, B and C declare, one agreement after the other."""

    outcomes = tuple(Outcome(f"Outcome {name}.", "require") for name in "XYZ")

    def __init__(self, made: Delegations) -> None:
        self.made = made
        made.workspace.store.put(self.outcomes)

    def sign(self, title: str, names: str, asked: str, **rules: object) -> Hash:
        ids = {name: OutcomeId(one.hash) for name, one in zip("XYZ", self.outcomes, strict=True)}
        clauses = tuple(
            Clause(str(number), f"{title}, {one}.", asks=(Asked(ids[one], "same"),))
            for number, one in enumerate(asked, 1)
        )
        founders = [Founder(self.made.parties[one], parse_identifier(f"name:{one}"), "ngo", one) for one in names]
        values = {"character": "voluntary", "form": "multi-stakeholder", "admission": "open", **rules}
        text = Text(title, clauses, Rules(**values), tuple(sorted(founders, key=lambda one: one.id)))  # type: ignore[arg-type]  # as given
        self.made.workspace.store.put([text])
        return self.made.found(text)

    def look(self) -> tuple[View, Composition]:
        work = self.made.workspace
        view = work.newest()
        return view, work.compose(view, "consented", "real", parameters=Parameters(found=False))

    def turned(self, change: Callable[[], object]) -> tuple[Differences, View]:
        view, composition = self.look()
        change()
        later, composed = self.look()
        return differences(view, later, composition, composed), later


def test_a_candidate_rises_with_a_second_agreement_and_falls_with_a_withdrawal(four: Four) -> None:
    four.sign("First", "AB", "X")
    found, view = four.turned(lambda: four.sign("Second", "AC", "X"))
    (rose,) = [one for one in found.candidates if one.what == "rose"]
    second = view.agreement("Second")
    assert set(rose.acts) == {act.digest for act in second.acts}
    assert len(rose.gained) == 3

    def leave() -> None:
        for name in "AC":
            four.made.act(ActKind.WITHDRAWAL, second.id, name)

    found, view = four.turned(leave)
    (fell,) = [one for one in found.candidates if one.what == "fell"]
    assert fell.before == rose.after
    assert {view.acts[act].act.kind for act in fell.acts} == {ActKind.WITHDRAWAL}  # type: ignore[index]  # a digest


def test_a_package_splits_when_nobody_shares_all_of_it_and_merges_when_all_do(four: Four) -> None:
    first, second = four.sign("First", "AB", "XYZ"), four.sign("Second", "AB", "XYZ")

    def part() -> None:
        for agreement in (first, second):
            four.made.act(ActKind.WITHDRAWAL, agreement, "B")
        four.sign("Third", "AB", "XY")
        four.sign("Fourth", "AC", "YZ")

    found, view = four.turned(part)
    (split,) = [one for one in found.candidates if one.what == "split"]
    assert (len(split.before), len(split.after), split.gained) == (1, 2, (str(four.made.parties["C"]),))
    assert {ActKind.WITHDRAWAL, ActKind.SIGNATURE} == {view.acts[act].act.kind for act in split.acts}  # type: ignore[index]  # a digest
    assert "” split into “Outcome " in split.sentence
    found, _ = four.turned(lambda: four.sign("Fifth", "BC", "XYZ"))
    (merged,) = [one for one in found.candidates if one.what == "merged"]
    assert (merged.before, merged.after) == (split.after, split.before)
    assert merged.acts


def test_the_order_of_asking_changes_nothing(four: Four) -> None:
    four.sign("First", "AB", "XY")
    before = four.look()
    four.sign("Second", "ABC", "YX")
    after = four.look()
    one = differences(before[0], after[0], before[1], after[1])
    assert one == differences(before[0], after[0], before[1], after[1])
    assert [turn.what for turn in one.candidates] == ["rose"] * len(one.candidates)
    assert one.to_json()["candidates"][0]["acts"]
