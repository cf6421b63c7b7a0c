"""What a depositary would tell: who did what, with effect from which day, by which article; as it was known then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from normledger.acts.act import ActKind, stances_on
from normledger.acts.periods import days_later, months_later
from normledger.documents.document import Agreement, Clause, Founder, Rules
from normledger.identifiers import ZERO, Hash, parse_identifier
from normledger.ledger.queries import terms_of
from normledger.provenance.depositary import _day
from normledger.provenance.notifications import feed
from tests.delegations import Delegations, copy_of


class Treaties:
    """Treaties between the states N, S and W."""

    def __init__(self, made: Delegations) -> None:
        self.made = made
        made.register("N", "S", "W", kind="state")

    def sign(self, title: str, names: str, kind: ActKind = ActKind.SIGNATURE, **rules: object) -> Hash:
        founders = [Founder(self.made.parties[one], parse_identifier(f"name:{one}"), "state", one) for one in names]
        values = {"character": "treaty", "form": "multi-stakeholder", "admission": "open", **rules}
        clauses, ordered = (Clause("1", "One."), Clause("2", "Two.")), tuple(sorted(founders, key=lambda one: one.id))
        text = Agreement(title, clauses, Rules(**values), ordered)  # type: ignore[arg-type]  # as given
        self.made.workspace.store.put([text])
        id_ = terms_of(text).id
        self.made.workspace.act_at_once(
            [(self.made.prepare(kind, id_, one, content=text.hash), self.made.keys[one]) for one in names]
        )
        return Hash(id_)

    def told(self, id_: Hash) -> list[str]:
        """Sentence and article, of every notification."""
        return [f"{one.sentence} [{one.article}]" for one in feed(self.made.workspace.newest(), id_).notifications]

    def times(self, id_: Hash) -> list[int]:
        return [one.time for one in feed(self.made.workspace.newest(), id_).notifications]


@pytest.fixture(scope="module")
def treaties(registered: tuple[Path, Delegations], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Treaties]:
    folder, made = registered
    with copy_of(folder, tmp_path_factory.mktemp("treaties") / ".normledger") as workspace:
        yield Treaties(Delegations(workspace, dict(made.parties), dict(made.keys)))


def test_ratifications_tell_from_when_the_treaty_is_in_force_for_whom(treaties: Treaties) -> None:
    act = treaties.made.act
    id_ = treaties.sign(
        "Alpha", "NS", ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION, takes_effect="on-ratification", delay_days=30
    )
    act(ActKind.RATIFICATION, id_, "S")
    act(ActKind.RATIFICATION, id_, "N")
    act(ActKind.ACCESSION, id_, "W")
    times = treaties.times(id_)
    force, late = (_day(days_later(times[place], 30)) for place in (3, 4))
    assert sorted(treaties.told(id_)[:2]) == [
        "N signed “Alpha” subject to ratification. [14]",
        "S signed “Alpha” subject to ratification. [14]",
    ]
    assert treaties.told(id_)[2:] == [
        "S ratified “Alpha”, which awaits the consent of N. [14]",
        f"N ratified “Alpha”, which enters into force for it on {force}, as it does for S. [14]",
        f"W acceded to “Alpha”, which enters into force for it on {late}. [15]",
    ]


def test_a_number_of_consents_and_provisional_application(treaties: Treaties) -> None:
    act = treaties.made.act
    id_ = treaties.sign(
        "Beta", "NS", ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION, takes_effect="on-ratification", consents_needed=3,
        provisional_application=True,
    )  # fmt: skip
    act(ActKind.PROVISIONAL_APPLICATION, id_, "N")
    act(ActKind.APPROVAL, id_, "N")
    assert treaties.told(id_)[2:] == [
        "N applies “Beta” provisionally. [25]",
        "N approved “Beta”, which awaits further consents. [14]",
    ]


def test_reservations_objections_and_their_withdrawal(treaties: Treaties) -> None:
    act = treaties.made.act
    id_ = treaties.sign("Gamma", "NSW", reservations=True, reservation_days=30)
    clause = treaties.made.workspace.newest().agreement("Gamma").document.clause_ids[1]  # type: ignore[union-attr]  # at hand
    reservation = act(ActKind.RESERVATION, id_, "N", clause=clause, text="Not this.").digest
    act(ActKind.OBJECTION, id_, "S", refers_to=reservation, clause=id_)
    act(ActKind.ACCEPTANCE_OF_RESERVATION, id_, "W", refers_to=reservation)
    act(ActKind.WITHDRAWAL, id_, "N", refers_to=reservation)
    silent = _day(months_later(treaties.times(id_)[3], 12))
    assert treaties.told(id_)[3:] == [
        f"N made a reservation to clause 2 of “Gamma”; who stays silent until {silent} accepts it. [19]",
        "S objected to the reservation of N to clause 2 of “Gamma”, and the agreement shall not be in force between "
        "the two. [20]",
        "W accepted the reservation of N to clause 2 of “Gamma”. [20]",
        "N withdrew its reservation on “Gamma”. [22]",
    ]


def test_withdrawal_with_notice_and_without_a_right_to_it(treaties: Treaties) -> None:
    act = treaties.made.act
    id_ = treaties.sign("Delta", "NSW", notice_days=90)
    act(ActKind.WITHDRAWAL, id_, "W")
    end = _day(days_later(treaties.times(id_)[3], 90))
    assert treaties.told(id_)[3:] == [f"W withdrew its consent to “Delta”, which ceases to bind it on {end}. [54]"]
    bound = treaties.sign("Epsilon", "NS", withdrawal="excluded")
    act(ActKind.WITHDRAWAL, bound, "N")
    (told,) = treaties.told(bound)[2:]
    assert told.startswith("N withdrew its consent to “Epsilon”. It has no effect: the agreement neither provides for")


def test_what_needs_all_parties(treaties: Treaties) -> None:
    act = treaties.made.act
    id_ = treaties.sign("Zeta", "NS", form="bilateral", admission="closed")
    act(ActKind.TERMINATION, id_, "N")
    act(ActKind.TERMINATION, id_, "S")
    day = _day(treaties.times(id_)[3])
    assert treaties.told(id_)[2:] == [
        "N consented to the termination of “Zeta”; it awaits the consent of S. [54]",
        f"S consented to the termination of “Zeta”; all have agreed, with effect from {day}. [54]",
    ]


def test_an_agreement_under_its_own_rules_names_no_article(treaties: Treaties) -> None:
    made = treaties.made
    text = made.text("A", "B", title="Eta")
    id_ = made.found(text)
    day = _day(treaties.times(id_)[1])
    assert treaties.told(id_)[1].endswith(f"signed “Eta”, which takes effect for it on {day}, as it does for "
                                          f"{'A' if treaties.told(id_)[1].startswith('B') else 'B'}. []")  # fmt: skip
    made.act(ActKind.ENDORSEMENT, stances_on(id_), "C", clause=text.clause_ids[0], text="Good.")  # type: ignore[arg-type]  # an agreement's id
    (told,) = feed(made.workspace.newest(), stances_on(id_)).notifications  # type: ignore[arg-type]  # an agreement's id
    assert told.sentence == "C endorses clause 1 of “Eta”, from outside: it binds nobody."
    assert told.text == "Good."


def test_a_text_that_is_away_is_told_and_links_all_the_same(treaties: Treaties, tmp_path: Path) -> None:
    made = treaties.made
    text = made.text("A", "C", title="Theta")
    id_ = made.found(text)
    kept = made.workspace.store._path(Hash(text.hash))
    moved = kept.rename(tmp_path / "away.json")
    try:
        told = feed(made.workspace.newest(), id_)
        assert all("what it does is not known while the text is away" in one.sentence for one in told.notifications)
        whole = told.word
    finally:
        moved.rename(kept)
    assert feed(made.workspace.newest(), id_).word == whole != ZERO
