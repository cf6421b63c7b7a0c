"""Endorsed norms as building blocks of wider ones, and what has ended, as the ledger gives them to composition."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from normledger.acts.act import ActKind
from normledger.composition.emergence import emergence
from normledger.composition.result import Composition, Parameters
from normledger.documents.document import Asked, Clause, Norm, Outcome
from normledger.documents.trust_policy import TrustPolicy
from normledger.identifiers import Hash, NormId, OutcomeId
from normledger.provenance.graph import trace
from normledger.workspace import composing
from tests.delegations import Delegations, copy_of

HELP = Outcome("Parties help one another.", "require")


def promise(delegations: Delegations, title: str, *names: str) -> Hash:
    """An agreement of these parties whose clause is declared to ask for help."""
    text = delegations.text(*names, title=title)
    clause = Clause("1", f"Parties shall help one another under {title}.", asks=(Asked(OutcomeId(HELP.hash), "same"),))
    text = replace(text, clauses=(clause,))
    delegations.workspace.store.put([HELP, text])
    return delegations.found(text)


def composed(delegations: Delegations, norms: bool) -> Composition:
    work = delegations.workspace
    return work.compose(work.view(), "consented", "real", TrustPolicy(), Parameters(found=False), norms=norms)


def published(delegations: Delegations, title: str, by: str = "A", norms: bool = False) -> NormId:
    work = delegations.workspace
    norm = Norm(title, f"Parties help one another ({title}).", (OutcomeId(HELP.hash),), "real")
    evidence = work.keep_derivation(composed(delegations, norms))
    work.store.put([norm])
    delegations.act(ActKind.PUBLICATION, Hash(norm.hash), by, content=evidence)
    return NormId(norm.hash)


@pytest.fixture(scope="module")
def promised(registered: tuple[Path, Delegations], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which A and B promise help twice; C has signed nothing. Never written to: copy it."""
    folder, made = registered
    mine = tmp_path_factory.mktemp("promised") / ".normledger"
    with copy_of(folder, mine) as work:
        parties = Delegations(work, dict(made.parties), dict(made.keys))
        promise(parties, "First", "A", "B")
        promise(parties, "Second", "A", "B")
    return mine


@pytest.fixture
def story(promised: Path, registered: tuple[Path, Delegations], tmp_path: Path) -> Iterator[Delegations]:
    """A and B promise help twice, in a workspace of one's own."""
    made = registered[1]
    with copy_of(promised, tmp_path / ".normledger") as work:
        yield Delegations(work, dict(made.parties), dict(made.keys))


def test_an_endorsement_counts_like_consent_once_and_only_where_it_is_asked_for(story: Delegations) -> None:
    norm = published(story, "Help")
    for name in ("A", "C"):
        story.act(ActKind.ENDORSEMENT, norm, name)
    (row,) = composed(story, norms=False).rows
    assert len(row.parties) == 2
    composition = composed(story, norms=True)
    (row,) = composition.rows
    assert len(row.parties) == 3, "A is bound three ways and counted once"
    found = composition.judge(row.key)
    assert found.parties.value == 3
    (endorsed,) = [one for one in composition.selection.undertakings if one.actor == str(story.parties["C"])]
    assert endorsed.acts[0] in found.parties.acts
    assert norm in composition.derivation.agreements
    assert len(row.independent) == 2, "a norm that came from two agreements is no third one"


def test_opposition_and_a_withdrawn_endorsement_count_for_nothing(story: Delegations) -> None:
    norm = published(story, "Help")
    story.act(ActKind.OPPOSITION, norm, "C")
    assert len(composed(story, norms=True).rows[0].parties) == 2
    story.act(ActKind.ENDORSEMENT, norm, "C")
    assert len(composed(story, norms=True).rows[0].parties) == 3
    story.act(ActKind.WITHDRAWAL, norm, "C")
    assert len(composed(story, norms=True).rows[0].parties) == 2


def test_a_new_version_inherits_no_endorsement_and_is_not_independent(story: Delegations) -> None:
    first = published(story, "Help")
    story.act(ActKind.ENDORSEMENT, first, "C")
    second = published(story, "Help, revised")
    view = story.workspace.view()
    assert view.norms[second].stances == ()
    undertaken = {one.agreement for one in view.record("consented", "real", norms=True).undertakings}
    assert first in undertaken
    assert second not in undertaken
    story.act(ActKind.ENDORSEMENT, second, "C")
    (row,) = composed(story, norms=True).rows
    assert len(row.independent) == 2
    assert len(row.parties) == 3


def test_two_norms_alone_make_no_candidate(delegations: Delegations) -> None:
    """Without a second agreement, versions of one norm never look like independent support."""
    promise(delegations, "Only", "A", "B")
    for title in ("One", "Two"):
        norm = published(delegations, title)
        delegations.act(ActKind.ENDORSEMENT, norm, "C")
    (row,) = composed(delegations, norms=True).rows
    assert not row.stands


def test_a_wider_norm_opens_all_the_way_down(story: Delegations) -> None:
    inner = published(story, "Help")
    story.act(ActKind.ENDORSEMENT, inner, "C")
    outer = published(story, "Help widely", by="C", norms=True)
    view = story.workspace.view()
    node = trace(view, view.norms[outer], composing(TrustPolicy()))
    (derivation,) = [one for one in node.children if one.kind == "derivation"]
    (below,) = derivation.children
    assert (below.kind, below.hash) == ("norm", str(inner))
    labels = {one.label for one in below.walk()}
    assert {"First", "Second"} <= labels
    assert any("endorsement by C" in label for label in labels)


def test_what_was_reported_is_never_mixed_with_endorsements(story: Delegations) -> None:
    norm = published(story, "Help")
    story.act(ActKind.ENDORSEMENT, norm, "C")
    view = story.workspace.view()
    assert view.record("reported", "real", norms=True) == view.record("reported", "real")


def test_who_withdrew_is_past_and_tells_of_a_setback(story: Delegations) -> None:
    text = story.text("A", "B", "C", title="Three")
    clause = Clause("1", "Parties shall help.", asks=(Asked(OutcomeId(HELP.hash), "same"),))
    text = replace(text, clauses=(clause,))
    story.workspace.store.put([text])
    subject = story.found(text)
    assert story.workspace.view().record("consented", "real").past == ()
    story.act(ActKind.WITHDRAWAL, subject, "C")
    record = story.workspace.view().record("consented", "real")
    (gone,) = record.past
    assert (gone.actor, gone.agreement) == (str(story.parties["C"]), subject)
    assert len(gone.acts) == 2
    assert str(story.parties["C"]) not in {one.actor for one in record.undertakings}
    composition = composed(story, norms=False)
    (row,) = composition.rows
    assert len(row.parties) == 2
    assert emergence(composition, row.key).key == row.key
