"""A service that lies: each lie is caught by `audit`, `watch` or `verify`; and honest services raise no alarm."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from normledger.acts.act import ActKind
from normledger.composition.result import Parameters
from normledger.errors import ChainError, IntegrityError, WorkspaceError
from normledger.evidence.verdict import Unproven
from normledger.evidence.verification import verify
from normledger.identifiers import keccak
from normledger.ledger.index import Index, open_index
from normledger.ledger.queries import terms_of
from normledger.provenance.mirrors import Mirror, Unreachable, named_documents
from normledger.provenance.reading import Reading, fresh_reading
from normledger.provenance.replay import Difference
from normledger.provenance.showing import (
    all_unlisted,
    compare,
    compare_candidates,
    compare_documents,
    compare_unlisted,
    look,
)
from normledger.provenance.watching import Memory, Watch
from normledger.workspace import Workspace
from tests.delegations import Delegations, copy_of
from tests.evidence.story import CLOCK, Story, still
from tests.provenance.forging_service import Forging, forging
from tests.provenance.lying_node import Lying, lying

OTHER = str(keccak(b"another"))
LATER = CLOCK + 10_000
"""A watcher's clock: hours after the story's last block."""


class Told:
    """The story behind a service that can be made to lie, and one's own node beside it."""

    def __init__(self, story: Story, liar: Forging, mirror: Mirror, reading: Reading) -> None:
        self.story, self.liar, self.mirror, self.reading = story, liar, mirror, reading

    @property
    def pact(self) -> str:
        return str(terms_of(self.story.pact).id)

    @property
    def norm(self) -> str:
        return str(self.story.norm.hash)

    def audit(self) -> list[Difference]:
        """As `normledger audit --api` does."""
        shown = look(self.mirror, self.reading)
        found = compare(shown, self.reading)
        if shown.asked is not None:
            view = self.reading.at(shown.asked)
            found += compare_unlisted(self.mirror, view, view.at.block, all_unlisted(view))
            found += compare_documents(self.mirror, view, sorted(named_documents(view)))[0]
        return found

    def watcher(self, lag: int = 600) -> Watch:
        memory = Memory(self.mirror.url, self.reading.node.chain_id)
        return Watch(self.mirror, self.reading, memory, lag=lag, clock=lambda: LATER)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with still(tmp_path_factory.mktemp("served")) as workspace:
        story = Story(workspace).begin().turn()
        with (
            forging(workspace) as (url, liar),
            Mirror(url) as mirror,
            fresh_reading(workspace.ledger, workspace.node, workspace.configuration.first_block, mirror) as reading,
        ):
            reading.update()
            yield Told(story, liar, mirror, reading)


@pytest.fixture
def told(served: Told) -> Iterator[Told]:
    served.liar.honest()
    yield served
    served.liar.honest()


def kinds(found: list[Difference]) -> set[str]:
    return {one.what for one in found}


def test_an_honest_service_raises_no_alarm(told: Told) -> None:
    assert told.audit() == []
    watch = told.watcher()
    assert [watch.look()[1] for _ in range(3)] == [[], [], []]


# --- one lie each


def hides_a_withdrawal(told: Told) -> None:
    """Norvale's endorsement stands again: the act that took it back is gone, and all counts agree with that."""
    view = told.reading.at(told.story.turned or 0)
    (gone,) = [act for act in view.norm(told.norm).acts if act.act.kind is ActKind.WITHDRAWAL]
    (stood,) = [
        act for act in view.norm(told.norm).acts
        if act.act.party == gone.act.party and act.act.kind is ActKind.ENDORSEMENT
    ]  # fmt: skip

    def lie(path: str, shown: Any) -> Any:
        for row in [*shown.get("norms", []), *([shown["norm"]] if "norm" in shown else [])]:
            row["endorsed_by"] += 1
        if path == f"/v1/norms/{told.norm}":
            shown["acts"] = [act for act in shown["acts"] if act["digest"] != str(gone.digest)]
        if path.endswith("/endorsements"):
            shown["endorsements"].append({"party": str(gone.act.party), "name": "Norvale", "kind": "state",
                                          "stance": "endorsement", "reason": None, "act": str(stood.digest),
                                          "block": stood.recorded.block})  # fmt: skip
        return shown

    told.liar.lie = lie


def invents_an_endorsement(told: Told) -> None:
    def lie(path: str, shown: Any) -> Any:
        if path == f"/v1/norms/{told.norm}":
            made = deepcopy(shown["acts"][1])
            made.update(digest=OTHER, party=str(told.story.ids["umbrelle"]), name="Umbrelle")
            shown["acts"].append(made)
            shown["norm"]["endorsed_by"] += 1
        if path.endswith("/endorsements"):
            made = deepcopy(shown["endorsements"][0])
            shown["endorsements"].append({**made, "act": OTHER, "party": str(told.story.ids["umbrelle"])})
        return shown

    told.liar.lie = lie


def shows_yesterday_under_today_s_name(told: Told) -> None:
    """Status and every answer say today; what they hold is yesterday's."""
    today = {}

    def lie(path: str, shown: Any) -> Any:
        if path == "/v1/status":
            today.update(shown["as_of"])
        elif "as_of" in shown:
            shown["as_of"] = dict(today)
        return shown

    told.liar.lie, told.liar.as_of, told.liar.but = lie, told.story.begun, frozenset({"/v1/status"})


def answers_of_another_block(told: Told) -> None:
    told.liar.as_of, told.liar.but = told.story.begun, frozenset({"/v1/status"})


def swaps_a_text(told: Told) -> None:
    path = f"/v1/documents/{told.story.pact.hash}"
    told.liar.texts[path] = told.story.pact.bytes.replace(b"each spring", b"never again")


def swaps_a_clause(told: Told) -> None:
    def lie(path: str, shown: Any) -> Any:
        if path == f"/v1/agreements/{told.pact}":
            shown["clauses"][0]["text"] = "We attack response teams."
        return shown

    told.liar.lie = lie


def swaps_a_reason(told: Told) -> None:
    def lie(path: str, shown: Any) -> Any:
        for act in shown.get("acts", []):
            act["text"] = "It costs us much." if act["text"] else None
        return shown

    told.liar.lie = lie


def swaps_the_norm_s_wording(told: Told) -> None:
    def lie(_: str, shown: Any) -> Any:
        for row in [*shown.get("norms", []), *([shown["norm"]] if "norm" in shown else [])]:
            row["text"] = "Everybody attacks."
        return shown

    told.liar.lie = lie


def leaves_out_an_agreement(told: Told) -> None:
    third = str(terms_of(told.story.third).id)

    def lie(path: str, shown: Any) -> Any:
        if third in path:
            return None
        if "agreements" in shown:
            shown["agreements"] = [one for one in shown["agreements"] if one["id"] != third]
        return shown

    told.liar.lie = lie


def changes_the_digest(told: Told) -> None:
    told.liar.lie = lambda path, shown: {**shown, "digest": OTHER} if path == "/v1/status" else shown


def states_another_block_s_hash(told: Told) -> None:
    def lie(path: str, shown: Any) -> Any:
        if path == "/v1/status":
            shown["as_of"]["hash"] = OTHER
        return shown

    told.liar.lie = lie


def states_a_block_that_is_not(told: Told) -> None:
    def lie(path: str, shown: Any) -> Any:
        if path == "/v1/status":
            shown["as_of"]["block"] += 1_000_000
        return shown

    told.liar.lie = lie


def binds_who_left(told: Told) -> None:
    hobnail = str(told.story.ids["hobnail"])

    def lie(path: str, shown: Any) -> Any:
        for row in [*shown.get("agreements", []), *([shown["agreement"]] if "agreement" in shown else [])]:
            if row["id"] == told.pact:
                row["bound"] = sorted([*row["bound"], hobnail])
        if path == f"/v1/agreements/{told.pact}":
            shown["members"].append({**shown["members"][0], "key": hobnail, "name": "Hobnail"})
            shown["withdrawn"] = []
        return shown

    told.liar.lie = lie


def drops_a_reservation(told: Told) -> None:
    def lie(_: str, shown: Any) -> Any:
        return {**shown, "reservations": []} if "reservations" in shown else shown

    told.liar.lie = lie


def turns_acts_round(told: Told) -> None:
    told.liar.lie = lambda _, shown: {**shown, "acts": shown["acts"][::-1]} if "acts" in shown else shown


def shows_an_act_twice(told: Told) -> None:
    told.liar.lie = lambda _, shown: (
        {**shown, "acts": [*shown["acts"], *shown["acts"][-1:]]} if "acts" in shown else shown
    )


def names_another_account(told: Told) -> None:
    def lie(_: str, shown: Any) -> Any:
        for one in shown.get("parties", []):
            one["account"] = "0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1"
        return shown

    told.liar.lie = lie


def names_a_party_otherwise(told: Told) -> None:
    def lie(_: str, shown: Any) -> Any:
        for one in shown.get("parties", []):
            one["name"] = "France"
        return shown

    told.liar.lie = lie


def hides_that_powers_ended(told: Told) -> None:
    def lie(_: str, shown: Any) -> Any:
        for one in shown.get("parties", []):
            one["powers"] = [{**given, "ended_by": None} for given in one["powers"]]
        return shown

    told.liar.lie = lie


def hides_a_report(told: Told) -> None:
    told.liar.lie = lambda path, shown: None if path == f"/v1/acts/{told.story.reporting}" else shown


def names_other_contracts(told: Told) -> None:
    told.liar.lie = lambda path, shown: {**shown, "contracts": {}} if path == "/v1/status" else shown


def speaks_of_another_chain(told: Told) -> None:
    def lie(path: str, shown: Any) -> Any:
        if path == "/v1/status":
            shown["as_of"]["chain_id"] = 1
        return shown

    told.liar.lie = lie


def answers_nonsense(told: Told) -> None:
    told.liar.lie = lambda path, shown: {**shown, "members": 7, "clauses": None} if "members" in shown else shown


def counts_one_more(told: Told) -> None:
    def lie(_: str, shown: Any) -> Any:
        for row in shown.get("norms", []):
            row["anchored_at_least"] += 1
        return shown

    told.liar.lie = lie


LIES = {
    hides_a_withdrawal: "hidden",
    invents_an_endorsement: "invented",
    shows_yesterday_under_today_s_name: "hidden",
    answers_of_another_block: "stale",
    swaps_a_text: "text",
    swaps_a_clause: "text",
    swaps_a_reason: "text",
    swaps_the_norm_s_wording: "altered",
    leaves_out_an_agreement: "hidden",
    changes_the_digest: "digest",
    states_another_block_s_hash: "block",
    states_a_block_that_is_not: "ahead",
    binds_who_left: "invented",
    drops_a_reservation: "altered",
    turns_acts_round: "order",
    shows_an_act_twice: "twice",
    names_another_account: "altered",
    names_a_party_otherwise: "altered",
    hides_that_powers_ended: "altered",
    hides_a_report: "hidden",
    names_other_contracts: "contracts",
    speaks_of_another_chain: "chain",
    answers_nonsense: "form",
    counts_one_more: "altered",
}
"""How each lie is called by whoever catches it: `audit` and `watch` both do, and `watch` already at its first look."""


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_lie_is_caught_by_audit_and_by_watch(lie: Any, told: Told) -> None:
    lie(told)
    for found in (told.audit(), told.watcher().look()[1]):
        assert LIES[lie] in kinds(found), [one.sentence for one in found]
        assert all(one.sentence.startswith(f"The service at {told.mirror.url} ") for one in found)
        assert all(one.to_json()["where"] == told.mirror.url for one in found)


def test_yesterday_s_state_is_caught_by_watch(told: Told) -> None:
    """All that it says of yesterday is true; only that it is no longer today is hidden."""
    told.liar.as_of = told.story.begun
    (alarm,) = told.watcher().look()[1]
    assert alarm.what == "lag"
    assert alarm.block == told.story.begun + 1
    assert "final and" in alarm.sentence
    assert told.watcher(lag=20_000).look()[1] == []


def test_going_back_is_caught_by_watch(told: Told) -> None:
    watch = told.watcher(lag=20_000)
    assert watch.look()[1] == []
    told.liar.as_of = told.story.begun
    (alarm,) = watch.look()[1]
    assert alarm.what == "stale"
    assert f"went back from block {told.story.turned}, which the chain still holds" in alarm.sentence


def test_another_story_for_the_same_block_is_caught_by_watch(told: Told) -> None:
    changes_the_digest(told)
    watch = told.watcher()
    assert kinds(watch.look()[1]) == {"digest"}
    told.liar.honest()
    (alarm,) = watch.look()[1]
    assert alarm.what == "story"
    assert f"changed its story for block {told.story.turned}" in alarm.sentence


def test_what_was_shown_and_taken_back_is_caught_by_watch(told: Told) -> None:
    for lie in (hides_a_withdrawal, leaves_out_an_agreement, hides_a_report):
        told.liar.honest()
        watch = told.watcher()
        assert watch.look()[1] == []
        lie(told)
        assert "taken back" in kinds(watch.look()[1]), lie


def test_a_text_that_was_offered_and_is_gone_is_caught_by_watch(told: Told) -> None:
    watch = told.watcher()
    assert watch.look()[1] == []
    told.liar.texts[f"/v1/documents/{told.story.pact.hash}"] = None
    (alarm,) = watch.look()[1]
    assert (alarm.what, alarm.name) == ("taken back", str(told.story.pact.hash))


def test_yesterday_s_evidence_is_caught_by_verify(told: Told) -> None:
    """The bundle that proves Hobnail's consent proves it as of a block; as of today's it proves nothing."""
    raw, verdict = told.story.proven("consent-open", told.story.begun)
    today = told.reading.node.block(told.story.turned or 0)
    assert today is not None
    assert verify(raw, block_hash=verdict.header.hash)
    with pytest.raises(Unproven):
        verify(raw, block_hash=today.hash)
    with pytest.raises(Unproven):
        told.story.proven("consent-open", told.story.turned)


def test_candidates_that_are_invented_or_puffed_up_are_caught_by_audit(told: Told) -> None:
    work, view = told.story.workspace, told.reading.at(told.story.turned or 0)
    composition = work.compose(view, "consented", "exercise", parameters=Parameters(packages=False))
    assert any(row.stands for row in composition.rows)
    assert compare_candidates(told.mirror, composition) == []

    def lie(path: str, shown: Any) -> Any:
        if path == "/v1/candidates":
            shown["candidates"][0]["parties"]["value"] += 5
            shown["candidates"].append({**shown["candidates"][0], "key": OTHER})
        return shown

    told.liar.lie = lie
    assert kinds(compare_candidates(told.mirror, composition)) == {"invented", "altered"}
    told.liar.lie = lambda path, shown: {**shown, "candidates": []} if path == "/v1/candidates" else shown
    assert kinds(compare_candidates(told.mirror, composition)) == {"hidden"}


# --- memory


def test_a_memory_comes_back_as_it_was_kept(told: Told, tmp_path: Path) -> None:
    path, watch = tmp_path / "watch.json", told.watcher()
    watch.look()
    watch._memory.write(path)
    again = Memory.read(path, told.mirror.url, told.reading.node.chain_id)
    assert again == watch._memory
    assert again.acts
    assert again.documents
    hides_a_withdrawal(told)
    later = Watch(told.mirror, told.reading, again, clock=lambda: LATER)
    assert "taken back" in kinds(later.look()[1])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"type": "watch"}', '{"type": "watch", "format": 2}', "\x00"])
def test_what_is_no_memory_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    path.write_text(text)
    with pytest.raises(WorkspaceError, match=r"can't be read|is no memory of a watch"):
        Memory.read(path, "http://x", 1)


def test_a_memory_of_another_service_is_told(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    Memory("http://one", 1).write(path)
    for url, chain in (("http://other", 1), ("http://one", 2)):
        with pytest.raises(WorkspaceError, match="name another file by --state"):
            Memory.read(path, url, chain)
    assert json.loads(path.read_text())["looks"] == 0


# --- honest changes


def test_new_acts_and_a_reorganisation_raise_no_alarm(registered: tuple[Path, Delegations], tmp_path: Path) -> None:
    folder, made = registered
    with copy_of(folder, tmp_path / ".normledger") as workspace:
        mine = Delegations(workspace, dict(made.parties), dict(made.keys))
        provider: Any = workspace.node._provider
        with (
            forging(workspace) as (url, _),
            Mirror(url) as mirror,
            fresh_reading(workspace.ledger, workspace.node, workspace.configuration.first_block, mirror) as reading,
        ):
            watch = Watch(mirror, reading, Memory(url, workspace.node.chain_id))
            assert watch.look()[1] == []
            before = workspace.node.head().number
            text = mine.text("A", "B", title="First")
            mine.found(text)
            assert watch.look()[1] == []
            assert watch._memory.acts
            provider.rewind(before)
            other = mine.text("A", "C", title="Second")
            workspace.update()
            mine.found(other)
            assert watch.look()[1] == []
            assert set(watch._memory.acts) == {str(digest) for digest in workspace.newest().acts}


def test_a_service_that_is_away_is_told(told: Told, workspace: Workspace) -> None:
    with Mirror("http://127.0.0.1:9") as mirror, pytest.raises(Unreachable, match="does not answer /v1/status"):
        look(mirror, told.reading)


# --- a node that forgets


@pytest.fixture
def forgetful(told: Told, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Reading, Lying]]:
    """A fresh reading, a few blocks at a time, of a node that keeps only the newest block's state."""
    monkeypatch.setattr("normledger.ledger.index._STRIDE", 5)
    work = told.story.workspace
    node, provider = lying(work.node)
    provider.before = node.head().number
    with fresh_reading(work.ledger, node, work.configuration.first_block, told.mirror) as reading:
        yield reading, provider


def test_a_node_that_forgets_old_state_is_read_all_the_same_and_the_answer_says_so(
    told: Told, forgetful: tuple[Reading, Lying]
) -> None:
    reading, provider = forgetful
    reading.update()
    assert reading.forgotten is not None
    assert provider.before - 5 <= reading.forgotten < provider.before
    assert compare(look(told.mirror, reading), reading) == []
    assert reading.ledger.as_of(newest=True).digest == told.reading.ledger.as_of(newest=True).digest


def test_a_forgetful_node_that_leaves_out_an_old_act_is_found_at_its_newest_block(
    forgetful: tuple[Reading, Lying], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("normledger.ledger.index._NEAR", 1)  # or the block's bloom filter would tell before
    reading, provider = forgetful
    whole: list[dict[str, Any]] = []
    provider.logs = lambda logs: whole.extend(logs) or logs  # type: ignore[func-returns-value]  # None, which is false
    reading.update()
    missing = next(one for one in reversed(whole) if int(one["blockNumber"], 16) <= (reading.forgotten or 0))
    provider.logs = lambda logs: [one for one in logs if one != missing]
    with (
        fresh_reading(reading.ledger, reading.node, 0, Mirror("http://127.0.0.1:9")) as again,
        pytest.raises(IntegrityError, match="left out or altered a log"),
    ):
        again.update()


def test_an_index_made_from_nothing_says_before_which_block_a_node_has_pruned_its_state(
    told: Told, forgetful: tuple[Reading, Lying], tmp_path: Path
) -> None:
    reading, provider = forgetful
    engine = open_index(f"sqlite:///{tmp_path}/index.db")
    with pytest.raises(ChainError, match=f"has pruned state before block {provider.before}, so that nothing shows"):
        Index(engine, reading.node, reading.ledger.release).update()
    engine.dispose()
