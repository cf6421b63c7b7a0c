"""Asked about one subject, a view says what it says going through the whole register: the same values, all bytes.

The registers are chance's, recorded by the real contracts; 40 questions' worth of blocks and subjects, 2,000 at length.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.acts.act import Contract, list_of, stances_on
from normledger.chain.node import connect
from normledger.documents.document import Agreement, Norm, Profile
from normledger.errors import InputError, NotFound
from normledger.identifiers import OutcomeId, keccak
from normledger.ledger.index import Index, open_index
from normledger.ledger.queries import Ledger, View
from normledger.ledger.store import DocumentStore
from tests.chains import Anvil
from tests.crowd import Crowd, Roomy, outcomes
from tests.databases import Cluster, Databases, of_each_kind

pytestmark = pytest.mark.tools

USUAL = settings.default.max_examples if settings.default and settings.default.max_examples > 100 else 40
"""Questions on both kinds of database; the long profile asks more."""
SHARE = {"sqlite": 4, "postgresql": 1}
"""Fifths of the questions that each kind of database is asked."""


@dataclass
class Scene:
    """A register with its ledger."""

    crowd: Crowd
    ledger: Ledger
    head: int


@pytest.fixture(scope="module")
def scenes(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Databases], Scene]]:
    if reason := Anvil.missing():
        pytest.skip(reason)
    folder, random = tmp_path_factory.mktemp("register"), Random(3)
    wanted = outcomes(4)
    names = [OutcomeId(one.hash) for one in wanted]
    with Roomy(folder / "anvil") as anvil:
        node = connect(anvil.url)
        crowd = Crowd(anvil, node)
        crowd.deploy()
        crowd.record(crowd.claims(8), together=4)
        for _ in range(12):
            asked = random.sample(names, random.randint(0, 3))
            texts = [f"Parties shall help in way {at}." for at in range(max(1, len(asked)))]
            crowd.record([crowd.founded(random.sample(crowd.members, random.randint(2, 4)), asked, texts)])
        crowd.record(crowd.published(one, random.sample(names, 2)) for one in crowd.members[:4])
        crowd.record((crowd.anything(random) for _ in range(60)), in_block=3)
        store = DocumentStore(folder / "documents")
        # A few texts are not at hand.
        store.put([one for one in (*crowd.documents, *wanted) if random.random() < 0.9])

        @contextmanager
        def indexed(databases: Databases) -> Iterator[Scene]:
            engine = open_index(databases.url(folder / "index.db"))
            Index(engine, node, crowd.release).update()
            yield Scene(crowd, Ledger(engine, store, crowd.release), node.head().number)
            engine.dispose()

        with of_each_kind(indexed) as scenes:
            yield scenes
        node.close()


@pytest.fixture
def scene(databases: Databases, scenes: Callable[[Databases], Scene]) -> Scene:
    """The register, indexed in the test's kind of database."""
    return scenes(databases)


def whole(scene: Scene, block: int) -> View:
    """A view that has gone through the whole register first."""
    view = scene.ledger.as_of(block)
    for mapping in (view.parties, view.agreements, view.norms, view.acts):
        mapping.values()  # type: ignore[attr-defined]
    return view


def test_one_subject_is_answered_as_in_the_whole(databases: Databases, scene: Scene) -> None:
    @settings(max_examples=USUAL * SHARE[databases.kind] // 5)
    @given(chance=st.randoms(use_true_random=False), block=st.integers(scene.head // 3, scene.head))
    def ask(chance: Random, block: int) -> None:
        same_alone_and_in_the_whole(scene, chance, block)

    ask()


def same_alone_and_in_the_whole(scene: Scene, chance: Random, block: int) -> None:
    view, every = scene.ledger.as_of(block), whole(scene, block)
    crowd = scene.crowd
    for member in chance.sample(crowd.members, 3):
        assert repr(view.parties.get(member.id)) == repr(dict(every.parties.items()).get(member.id))
        assert (member.id in view.parties) == (member.id in set(every.parties))
        held = [
            one
            for one in every.agreements.values()
            if member.id in one.terms.parties or any(act.act.party == member.id for act in one.acts)
        ]
        assert repr(view.agreements_of(member.id)) == repr(held)
        list_ = list_of(member.id)
        assert view.author_of(list_) == (member.id if member.id in every.parties else None)
        assert view.acts_on(Contract.PARTY_REGISTRY, list_) == every.acts_on(Contract.PARTY_REGISTRY, list_)
        for name in (member.claim.identifier, member.profile.name, member.claim.identifier.rpartition(":")[2]):
            matches = [
                one
                for one in every.parties.values()
                if name in (one.name, *one.identifiers) or any(known.endswith(f":{name}") for known in one.identifiers)
            ]
            assert found(lambda name=name: view.party(name)) == (matches[0] if len(matches) == 1 else len(matches))
    opened = list(every.agreements.values())
    for one in chance.sample(opened, min(3, len(opened))):
        assert repr(scene.ledger.as_of(block).agreements[one.id]) == repr(one)
        assert view.agreement_judged_on(stances_on(one.id)) == one.id
        if one.document:
            titled = [other for other in opened if other.title == one.title]
            assert found(lambda one=one: view.agreement(one.title)) == (one if len(titled) == 1 else len(titled))
            for clause in one.document.clause_ids:
                assert view.agreement_of_clause(clause) == one
        for act in one.acts:
            assert view.acts.get(act.digest) == act
            assert view.recorded(act.digest) == act.recorded
            highest = max(other.act.number for other in one.acts if other.act.party == act.act.party)
            assert view.next_number(Contract.AGREEMENT_LEDGER, one.id, act.act.party) == highest + 1
    for norm in every.norms.values():
        assert repr(scene.ledger.as_of(block).norms[norm.id]) == repr(norm)
        assert view.names[norm.id] == f"“{norm.title}”"
    assert view.agreement_of_clause(keccak(b"nothing")) is None


def found(ask: object) -> object:
    """The answer, or how many there are instead of one."""
    try:
        return ask()  # type: ignore[operator]
    except NotFound:
        return 0
    except InputError as error:
        return int(str(error).split()[0])


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_pages_are_the_list_in_pieces(scene: Scene, limit: int) -> None:
    for block in (scene.head, scene.head // 2):
        view, every = scene.ledger.as_of(block), whole(scene, block)
        for page, expected in (
            (view.parties_after, every.parties.values()),
            (view.agreements_after, every.agreements.values()),
            (view.acts_after, every.acts.values()),
        ):
            listed: list[object] = []
            while some := page(listed[-1] if listed else None, limit):  # type: ignore[operator]
                assert len(some) <= limit
                listed += some
            assert repr(listed) == repr(list(expected))
        assert len(view.parties) == len(list(every.parties))
        assert len(view.agreements) == len(list(every.agreements))
        assert len(view.acts) == len(list(every.acts))


def test_the_record_about_some_outcomes_is_what_the_whole_says_of_them(scene: Scene) -> None:
    view = scene.ledger.as_of(scene.head)
    every = view.record("consented", "exercise")
    for outcome in {one.outcome for one in every.alignments}:
        part = view.record_about([outcome], "consented", "exercise")
        assert [one for one in part.alignments if one.outcome == outcome] == [
            one for one in every.alignments if one.outcome == outcome
        ]
        asking = {one.clause for one in every.alignments if one.outcome == outcome}
        texts = [one for one in every.agreements if asking & {clause.id for clause in one.clauses}]
        assert list(part.agreements) == texts
        ids = {one.id for one in texts}
        assert list(part.undertakings) == [one for one in every.undertakings if one.agreement in ids]


def test_texts_that_arrive_and_go_are_looked_up_as_they_are_now(scene: Scene, tmp_path: Path) -> None:
    crowd, store = scene.crowd, DocumentStore(tmp_path)
    ledger = Ledger(scene.ledger._engine, store, crowd.release)
    view = ledger.as_of(scene.head)
    agreement, norm = crowd.agreements[0], crowd.norms[0]
    for kind in (Agreement, Norm, Profile):
        assert not [one for one in crowd.documents if isinstance(one, kind) and store.read(one.hash)]
    with pytest.raises(NotFound):
        view.agreement(agreement.title)
    store.put([agreement, norm])
    view = ledger.as_of(scene.head)
    assert view.agreement(agreement.title).document == agreement
    assert view.norm(norm.title).document == norm
