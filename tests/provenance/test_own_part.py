"""A trace reads its own part alone: what others agreed, however much of it there is, is neither read nor counted.

On a register with as many unrelated agreements as is wanted, 60 a day, 2,000 at length.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import event

from normledger.acts.act import Contract
from normledger.chain.node import connect
from normledger.composition.record import TrustPolicy
from normledger.identifiers import ZERO, Hash, OutcomeId
from normledger.ledger.index import Index, open_index
from normledger.ledger.queries import Ledger, terms_of
from normledger.ledger.store import DocumentStore
from normledger.provenance.graph import down, trace, up
from tests.chains import Anvil
from tests.crowd import Crowd, Roomy, outcomes

pytestmark = pytest.mark.tools

UNRELATED = 2_000 if os.environ.get("NORMLEDGER_LONG") else 60
NOBODY = TrustPolicy(ZERO)


class Counted(DocumentStore):
    """A folder that knows which documents were asked for."""

    asked: set[Hash]

    def seek(self, name: Hash) -> bool:
        self.__dict__.setdefault("asked", set()).add(Hash(name))
        return super().seek(name)


@dataclass
class Scene:
    """Two agreements and a norm about one outcome, among many about others."""

    crowd: Crowd
    ledger: Ledger
    store: Counted
    rows: list[int]

    def read_by(self, question: object) -> tuple[set[str], int]:
        """The titles of the agreements whose texts a question on a new view read, and how many statements it sent."""
        self.store.asked = set()
        before = self.rows[0]
        question(self.ledger.as_of(newest=True))  # type: ignore[operator]  # a function of a view
        titles = {one.hash: one.title for one in self.crowd.agreements}
        return {titles[name] for name in self.store.asked if name in titles}, self.rows[0] - before  # type: ignore[index]  # looked up just now


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    if reason := Anvil.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("crowd")
    wanted = outcomes(2)
    names = [OutcomeId(one.hash) for one in wanted]
    with Roomy(folder / "anvil") as anvil:
        node = connect(anvil.url)
        crowd = Crowd(anvil, node)
        crowd.deploy()
        crowd.record(crowd.claims(8), together=8)
        a, b, c, d, *others = crowd.members
        crowd.record([crowd.founded([a, b], names[:1]), crowd.founded([b, c], names[:1])], together=2)
        crowd.record((crowd.founded(others[:2], names[1:]) for _ in range(UNRELATED)), together=20)
        crowd.record([crowd.published(d, names[:1]), crowd.published(others[0], names[1:])])
        engine, store = open_index(f"sqlite:///{folder / 'index.db'}"), Counted(folder / "documents")
        Index(engine, node, crowd.release).update()
        store.put([*crowd.documents, *wanted])
        ledger, rows = Ledger(engine, store, crowd.release), [0]
        ledger.as_of(newest=True).agreement("Agreement 0")  # learns what all documents say, once

        @event.listens_for(engine, "before_cursor_execute")
        def counted(*_: object) -> None:
            rows[0] += 1

        yield Scene(crowd, ledger, store, rows)
        engine.dispose()
        node.close()


def test_a_trace_reads_its_own_part_alone(scene: Scene) -> None:
    norm, first = scene.crowd.norms[0], scene.crowd.agreements[0]
    own = {"Agreement 0", "Agreement 1"}
    act = scene.ledger.as_of(newest=True).acts_on(Contract.AGREEMENT_LEDGER, terms_of(first).id)[0].digest
    party = scene.crowd.members[1].id
    for question in (
        lambda view: trace(view, view.norm(str(norm.hash)), NOBODY),
        lambda view: down(view, str(norm.hash)),
        lambda view: down(view, str(first.clause_ids[0])),
        lambda view: up(view, str(first.clause_ids[0])),
        lambda view: up(view, str(act)),
        lambda view: up(view, str(party)),
        lambda view: up(view, str(norm.outcomes[0])),
    ):
        titles, statements = scene.read_by(question)
        assert titles <= own, titles
        assert statements <= 160  # not one an agreement of the others


def test_what_is_read_is_what_the_graph_shows(scene: Scene) -> None:
    titles, _ = scene.read_by(lambda view: up(view, str(scene.crowd.norms[1].outcomes[0])))
    assert len(titles) == UNRELATED
    found = down(scene.ledger.as_of(newest=True), str(scene.crowd.norms[0].hash))
    assert {node.label for node in found.nodes.values() if node.kind == "agreement"} == {"Agreement 0", "Agreement 1"}
