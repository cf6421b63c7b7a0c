"""Who is bound: treaty law case by case, each a sentence, and what no order of arrival may change."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.acts.act import ActKind, RecordedAct
from normledger.acts.consent import Status, stances, standing, standing_batches
from normledger.documents.document import Agreement
from normledger.identifiers import Hash, keccak
from tests.strategies import party_id, recorded, text_of

SIGN, RATIFY, ACCEDE = ActKind.SIGNATURE, ActKind.RATIFICATION, ActKind.ACCESSION
SUBJECT_TO = ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION
WITHDRAW, RESERVE, OBJECT, END = ActKind.WITHDRAWAL, ActKind.RESERVATION, ActKind.OBJECTION, ActKind.TERMINATION
DAY = 86_400
MANY = text_of("A", "B")
NOTICE = text_of("A", "B", notice_days=10)
PAIR = text_of("A", "B", form="bilateral", admission="closed", reservations=False)
PAIR_NOTICE = text_of("A", "B", form="bilateral", admission="closed", reservations=False, notice_days=10)
RATIFIED = text_of("A", "B", takes_effect="on-ratification")
CLOSED = text_of("A", "B", admission="closed")
SIGNED = (recorded(SIGN, "A", 0, 1), recorded(SIGN, "B", 0, 1, index=1))


def bound(status: Status) -> str:
    """The names of those bound, in a row."""
    names = {party_id(name): name for name in "ABCDE"}
    return "".join(sorted(names[one.party] for one in status.bound))


@dataclass
class Case:
    told: str
    text: Agreement
    acts: tuple[RecordedAct, ...]
    at: int
    bound: str
    effect: int | None = field(default=1)
    withdrawn: str = ""
    awaiting: str = ""


CASES = [
    Case("nothing is in effect before anybody signed", MANY, (), 5, "", None, awaiting="AB"),
    Case("one founder alone brings nothing into effect", MANY, SIGNED[:1], 5, "", None, awaiting="B"),
    Case("all founders signed", MANY, SIGNED, 5, "AB"),
    Case("it takes effect with the last founder", MANY, (SIGNED[0], recorded(SIGN, "B", 0, 4)), 5, "AB", 4),
    Case("a signature does not bind where ratification does", RATIFIED, SIGNED, 5, "", None, awaiting="AB"),
    Case("both ratified", RATIFIED, (*SIGNED, recorded(RATIFY, "A", 1, 2), recorded(RATIFY, "B", 1, 3)), 5, "AB", 3),
    Case("one of two ratified", RATIFIED, (*SIGNED, recorded(RATIFY, "A", 1, 2)), 5, "", None, awaiting="B"),
    Case("acceptance and approval are ratification by other names", RATIFIED,
         (*SIGNED, recorded(ActKind.ACCEPTANCE, "A", 1, 2), recorded(ActKind.APPROVAL, "B", 1, 2)), 5, "AB", 2),
    Case("one signed subject to ratification", MANY, (SIGNED[0], recorded(SUBJECT_TO, "B", 0, 1)), 5, "", None,
         awaiting="B"),
    Case("and then ratified", MANY, (SIGNED[0], recorded(SUBJECT_TO, "B", 0, 1), recorded(RATIFY, "B", 1, 3)), 5,
         "AB", 3),
    Case("a third accedes", MANY, (*SIGNED, recorded(ACCEDE, "C", 1, 3)), 5, "ABC"),
    Case("an accession does not replace a founder", MANY, (SIGNED[0], recorded(ACCEDE, "C", 1, 3)), 5, "", None,
         awaiting="B"),
    Case("nobody accedes to a closed one", CLOSED, (*SIGNED, recorded(ACCEDE, "C", 1, 3)), 5, "AB"),
    Case("provisional application and declarations do not bind", MANY,
         (*SIGNED, recorded(ActKind.PROVISIONAL_APPLICATION, "C", 1, 2), recorded(ActKind.DECLARATION, "D", 1, 2)), 5,
         "AB"),
    Case("a withdrawal ends consent at once without notice", MANY, (*SIGNED, recorded(WITHDRAW, "A", 1, 3)), 3, "B",
         withdrawn="A"),
    Case("notice runs", NOTICE, (*SIGNED, recorded(WITHDRAW, "A", 1, 3)), 12, "AB"),
    Case("notice has run", NOTICE, (*SIGNED, recorded(WITHDRAW, "A", 1, 3)), 13, "B", withdrawn="A"),
    Case("the earliest of two withdrawals starts the notice", NOTICE,
         (*SIGNED, recorded(WITHDRAW, "A", 1, 3), recorded(WITHDRAW, "A", 2, 9)), 13, "B", withdrawn="A"),
    Case("a withdrawal that arrives first voids the consent from the start", NOTICE,
         (*SIGNED, recorded(WITHDRAW, "C", 2, 3), recorded(ACCEDE, "C", 1, 4)), 5, "AB"),
    Case("a withdrawal voids only what has a lower number", MANY,
         (*SIGNED, recorded(WITHDRAW, "C", 2, 3), recorded(ACCEDE, "C", 3, 4)), 5, "ABC"),
    Case("who left comes back", MANY,
         (*SIGNED, recorded(ACCEDE, "C", 1, 2), recorded(WITHDRAW, "C", 2, 3), recorded(ACCEDE, "C", 3, 4)), 5, "ABC"),
    Case("who comes back may leave again", MANY,
         (*SIGNED, recorded(ACCEDE, "C", 1, 2), recorded(WITHDRAW, "C", 2, 3), recorded(ACCEDE, "C", 3, 4),
          recorded(WITHDRAW, "C", 4, 5)), 5, "AB", withdrawn="C"),
    Case("who comes back while the notice runs never was away", NOTICE,
         (*SIGNED, recorded(WITHDRAW, "A", 1, 3), recorded(ACCEDE, "A", 2, 5)), 20, "AB"),
    Case("a consent withdrawn by its digest is withdrawn", MANY,
         (*SIGNED, recorded(WITHDRAW, "A", 1, 3, refers_to=SIGNED[0].digest)), 5, "B", withdrawn="A"),
    Case("nobody withdraws another's consent", MANY,
         (*SIGNED, recorded(WITHDRAW, "C", 1, 3, refers_to=SIGNED[0].digest)), 5, "AB"),
    Case("a withdrawal of a clause's stance leaves the consent", MANY,
         (*SIGNED, recorded(WITHDRAW, "A", 1, 3, clause=keccak(b"clause"))), 5, "AB"),
    Case("a founder who left before the last one signed keeps it from taking effect", MANY,
         (SIGNED[0], recorded(WITHDRAW, "A", 1, 2), recorded(SIGN, "B", 0, 4)), 5, "", None, withdrawn="A"),
    Case("a founder whose withdrawal came before its signature has not", MANY,
         (SIGNED[0], recorded(WITHDRAW, "B", 1, 2), recorded(SIGN, "B", 0, 4)), 5, "", None,
         awaiting="B"),
    Case("either's withdrawal ends a bilateral agreement", PAIR, (*SIGNED, recorded(WITHDRAW, "B", 1, 3)), 5, "", None,
         withdrawn="B"),
    Case("with notice, when it has run", PAIR_NOTICE, (*SIGNED, recorded(WITHDRAW, "B", 1, 3)), 12, "AB"),
    Case("and not before", PAIR_NOTICE, (*SIGNED, recorded(WITHDRAW, "B", 1, 3)), 13, "", None, withdrawn="B"),
    Case("what has ended between two binds neither again because one changes its mind", PAIR,
         (*SIGNED, recorded(WITHDRAW, "B", 1, 3), recorded(RATIFY, "B", 2, 5)), 6, "", None),
    Case("a notice taken back in time ends nothing (VCLT article 68)", PAIR_NOTICE,
         (*SIGNED, recorded(WITHDRAW, "B", 1, 3),
          recorded(WITHDRAW, "B", 2, 5, refers_to=recorded(WITHDRAW, "B", 1, 3).digest)), 20, "AB"),
    Case("a bilateral agreement that one left before the other signed never took effect", PAIR,
         (SIGNED[0], recorded(WITHDRAW, "A", 1, 2), recorded(SIGN, "B", 0, 4)), 5, "", None, withdrawn="A"),
    Case("all terminate", MANY, (*SIGNED, recorded(END, "A", 1, 3), recorded(END, "B", 1, 4)), 5, "", None),
    Case("not all terminate", MANY, (*SIGNED, recorded(END, "A", 1, 3)), 5, "AB"),
    Case("a termination withdrawn in time", MANY,
         (*SIGNED, recorded(END, "A", 1, 3), recorded(WITHDRAW, "A", 2, 3, refers_to=recorded(END, "A", 1, 3).digest),
          recorded(END, "B", 1, 4)), 5, "AB"),
    Case("those who left need not terminate", MANY,
         (*SIGNED, recorded(WITHDRAW, "B", 1, 2), recorded(END, "A", 1, 3)), 5, "", None, withdrawn="B"),
    Case("who acceded must terminate too", MANY,
         (*SIGNED, recorded(ACCEDE, "C", 1, 2), recorded(END, "A", 1, 3), recorded(END, "B", 1, 3)), 5, "ABC"),
    Case("what all have terminated does not come back with a newcomer", MANY,
         (*SIGNED, recorded(END, "A", 1, 3), recorded(END, "B", 1, 3), recorded(ACCEDE, "C", 1, 5)), 6, "", None),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.told)
def test_case(case: Case) -> None:
    acts = [act for act in case.acts if act.recorded.time <= case.at * DAY]
    status = standing(case.text, acts, case.at * DAY)
    assert bound(status) == case.bound
    assert status.in_effect_since == (case.effect * DAY if case.effect is not None else None)
    if case.withdrawn:
        assert status.withdrawn == tuple(sorted(map(party_id, case.withdrawn)))
    assert set(status.awaiting) == set(map(party_id, case.awaiting))


def test_each_is_bound_from_its_own_day_and_never_before_effect() -> None:
    acts = (SIGNED[0], recorded(ACCEDE, "C", 1, 2), recorded(SIGN, "B", 0, 4), recorded(ACCEDE, "D", 1, 6))
    status = standing(MANY, acts, 9 * DAY)
    since = {one.party: one.since // DAY for one in status.bound}
    assert since == {party_id("A"): 4, party_id("B"): 4, party_id("C"): 4, party_id("D"): 6}
    assert {one.party: one.acts for one in status.bound}[party_id("C")] == (acts[1].digest,)


# --- reservations

FIRST, SECOND = MANY.clause_ids
RESERVED = recorded(RESERVE, "A", 1, 2, clause=FIRST)


def test_a_reserved_clause_does_not_bind() -> None:
    status = standing(MANY, (*SIGNED, RESERVED), 5 * DAY)
    clauses = {one.party: one.clauses for one in status.bound}
    assert clauses == {party_id("A"): {SECOND}, party_id("B"): {FIRST, SECOND}}
    assert {one.party: one.acts for one in status.bound}[party_id("A")] == (SIGNED[0].digest, RESERVED.digest)


def test_an_objection_is_shown_and_changes_nothing() -> None:
    objection = recorded(OBJECT, "B", 1, 3, refers_to=RESERVED.digest)
    status = standing(MANY, (*SIGNED, RESERVED, objection), 5 * DAY)
    assert status.reservations[0].objections == (objection,)
    assert {one.party: one.clauses for one in status.bound}[party_id("A")] == {SECOND}
    taken_back = recorded(WITHDRAW, "B", 2, 4, refers_to=objection.digest)
    assert standing(MANY, (*SIGNED, RESERVED, objection, taken_back), 5 * DAY).reservations[0].objections == ()


def test_a_prohibited_reservation_is_left_aside_with_the_reason() -> None:
    status = standing(replace_rules(MANY, reservations=False), (*SIGNED, RESERVED), 5 * DAY)
    assert status.left_aside == ((RESERVED.digest, "The agreement prohibits reservations (VCLT article 19 a)."),)
    assert all(len(one.clauses) == 2 for one in status.bound)


def test_a_reservation_to_no_clause_of_it_is_left_aside_with_the_reason() -> None:
    for clause in (keccak(b"unknown"), Hash(bytes(32))):
        odd = recorded(RESERVE, "A", 1, 2, clause=clause)
        status = standing(MANY, (*SIGNED, odd), 5 * DAY)
        assert status.left_aside == ((odd.digest, "The reservation names no clause of this agreement."),)


def test_a_withdrawn_reservation_binds_again_at_once() -> None:
    back = recorded(WITHDRAW, "A", 2, 3, refers_to=RESERVED.digest)
    for text in (MANY, NOTICE):
        reserved = recorded(RESERVE, "A", 1, 2, clause=text.clause_ids[0])
        back = recorded(WITHDRAW, "A", 2, 3, refers_to=reserved.digest)
        status = standing(text, (*SIGNED, reserved, back), 3 * DAY)
        assert status.reservations == ()
        assert all(len(one.clauses) == 2 for one in status.bound)


def test_while_notice_runs_a_reservation_stands_with_the_consent_it_hangs_on() -> None:
    """A withdrawal takes away the consent with all that hangs on it: not the reservation first."""
    reserved = recorded(RESERVE, "A", 1, 2, clause=NOTICE.clause_ids[0])
    status = standing(NOTICE, (*SIGNED, reserved, recorded(WITHDRAW, "A", 2, 3)), 5 * DAY)
    assert {one.party: len(one.clauses) for one in status.bound} == {party_id("A"): 1, party_id("B"): 2}


def test_who_comes_back_reserves_anew_or_not_at_all() -> None:
    acts = (*SIGNED, RESERVED, recorded(WITHDRAW, "A", 2, 3), recorded(ACCEDE, "A", 3, 4))
    assert all(len(one.clauses) == 2 for one in standing(MANY, acts, 5 * DAY).bound)


def replace_rules(text: Agreement, **changes: object) -> Agreement:
    return replace(text, rules=replace(text.rules, **changes))  # type: ignore[arg-type]


# --- order


@st.composite
def histories(draw: st.DrawFn) -> tuple[Agreement, list[RecordedAct]]:
    """An agreement and acts of four parties in one block, every party's numbers distinct."""
    text = draw(st.sampled_from([MANY, NOTICE, PAIR, PAIR_NOTICE, RATIFIED, CLOSED]))
    acts: list[RecordedAct] = []
    for party in "ABCD":
        if party in "AB" and draw(st.booleans()):
            acts.append(recorded(draw(st.sampled_from([SIGN, SUBJECT_TO])), party, 0, 5))
        for number in draw(st.lists(st.integers(1, 6), unique=True, max_size=5)):
            kind = draw(st.sampled_from([RATIFY, ACCEDE, WITHDRAW, WITHDRAW, RESERVE, OBJECT, END]))
            clause = draw(st.sampled_from(text.clause_ids)) if kind is RESERVE else Hash(bytes(32))
            named = draw(st.sampled_from([None, *acts])) if kind in (WITHDRAW, OBJECT) else None
            acts.append(
                recorded(kind, party, number, 5, clause=clause, refers_to=named.digest if named else Hash(bytes(32)))
            )
    return text, acts


def placed(acts: list[RecordedAct]) -> list[RecordedAct]:
    """In this order within the block."""
    return [replace(act, recorded=replace(act.recorded, index=index)) for index, act in enumerate(acts)]


def told(status: Status) -> object:
    """All that a status says, but for places within the block."""
    reservations = [
        (one.party, one.clause, one.act.digest, sorted(act.digest for act in one.objections))
        for one in status.reservations
    ]
    others = (status.in_effect_since, status.bound, status.awaiting, status.withdrawn, sorted(status.left_aside))
    return (*others, sorted(reservations))


@given(histories(), st.randoms(use_true_random=False), st.sampled_from([5, 9, 15, 40]))
def test_order_within_a_block_decides_nothing(
    history: tuple[Agreement, list[RecordedAct]], random: object, day: int
) -> None:
    text, acts = history
    shuffled = list(acts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert told(standing(text, placed(shuffled), day * DAY)) == told(standing(text, placed(acts), day * DAY))


@given(histories(), st.data())
def test_a_party_that_is_not_bound_by_its_own_acts_is_not_bound(
    history: tuple[Agreement, list[RecordedAct]], data: st.DataObject
) -> None:
    """Nobody's acts bind another: without a party's own acts it is never among the bound."""
    text, acts = history
    party = data.draw(st.sampled_from("ABCD"))
    others = [act for act in acts if act.act.party != party_id(party)]
    assert party not in bound(standing(text, placed(others), 9 * DAY))


@given(st.permutations(range(6)))
def test_in_the_end_arrival_decides_nothing_of_a_newcomer(order: list[int]) -> None:
    """C's consents and withdrawals in any order over six days: bound in the end exactly if the highest number binds."""
    kinds = [ACCEDE if number % 2 else WITHDRAW for number in range(1, 7)]
    for count in range(1, 7):
        acts = [
            recorded(kind, "C", number, 2 + order[number - 1]) for number, kind in enumerate(kinds[:count], start=1)
        ]
        status = standing(NOTICE, (*SIGNED, *acts), 100 * DAY)
        assert ("C" in bound(status)) == (kinds[count - 1] is ACCEDE)


# --- stances and batches

PRO, CONTRA = ActKind.ENDORSEMENT, ActKind.OPPOSITION


def held(*acts: RecordedAct) -> dict[object, ActKind]:
    return {one.party: one.kind for one in stances(acts)}


def test_the_highest_number_is_a_party_s_stance_however_it_arrived() -> None:
    early, late = recorded(PRO, "A", 1, 9), recorded(CONTRA, "A", 2, 3)
    assert held(early, late) == held(late, early) == {party_id("A"): CONTRA}
    assert held(early, late, recorded(WITHDRAW, "A", 3, 1)) == {}
    assert held(early, late, recorded(WITHDRAW, "A", 3, 1, refers_to=late.digest)) == {party_id("A"): PRO}
    assert held(early, recorded(WITHDRAW, "B", 3, 4, refers_to=early.digest)) == {party_id("A"): PRO}
    assert held(recorded(WITHDRAW, "A", 1, 1), recorded(PRO, "A", 2, 2)) == {party_id("A"): PRO}


def test_a_withdrawn_batch_counts_no_more() -> None:
    one, other = recorded(ActKind.REPORTS, "A", 1, 1), recorded(ActKind.ALIGNMENTS, "A", 2, 2)
    assert standing_batches((one, other)) == (one, other)
    assert standing_batches((one, other, recorded(WITHDRAW, "A", 3, 3, refers_to=one.digest))) == (other,)
    assert standing_batches((recorded(WITHDRAW, "A", 3, 1), one, other)) == ()
