"""Stances and batches: the highest number that is not withdrawn stands; a withdrawal voids what it names alone."""

from itertools import permutations

from normledger.acts.act import Act, ActKind, Contract, Recorded, RecordedAct
from normledger.acts.stances import stances, standing_batches
from normledger.identifiers import ZERO, Address, Digest, Hash, keccak
from tests.acts.law_stories import party

NORM = keccak(b"norm")
CLAUSE, OTHER = keccak(b"clause"), keccak(b"other clause")
ENDORSES, OPPOSES, WITHDRAWS = ActKind.ENDORSEMENT, ActKind.OPPOSITION, ActKind.WITHDRAWAL


def states(
    kind: ActKind, number: int, *, on: Digest | Hash = ZERO, clause: Hash = ZERO, who: str = "A", block: int = 1
) -> RecordedAct:
    act = Act(
        contract=Contract.NORM_REGISTRY,
        kind=kind,
        subject=NORM,
        party=party(who),
        account=Address(bytes(20)),
        number=number,
        clause=clause,
        refers_to=on,
    )
    recorded = Recorded(block, keccak(b"%d" % block), block * 12, ZERO, number)
    digest = Digest(keccak(f"{who} {number}".encode()))
    return RecordedAct(act, digest, b"", recorded)


def test_the_highest_number_stands_in_whatever_order_the_stances_arrive() -> None:
    said = [states(ENDORSES, 1), states(OPPOSES, 2), states(ENDORSES, 3), states(WITHDRAWS, 4, on=ZERO)]
    for order in permutations(range(4)):
        acts = [states(one.act.kind, one.act.number, block=at) for one, at in zip(said, order, strict=True)]
        assert stances(acts) == ()
        assert [(one.kind, one.act.act.number) for one in stances(acts[:3])] == [(ENDORSES, 3)]


def test_a_withdrawn_withdrawal_withdraws_nothing() -> None:
    endorsement, withdrawal = states(ENDORSES, 1), states(WITHDRAWS, 2)
    again = states(WITHDRAWS, 3, on=withdrawal.digest)
    assert stances([endorsement, withdrawal]) == ()
    assert [one.act for one in stances([endorsement, withdrawal, again])] == [endorsement]


def test_a_withdrawal_that_names_one_act_voids_that_alone() -> None:
    first, second = states(ENDORSES, 1), states(OPPOSES, 2)
    assert [one.act for one in stances([first, second, states(WITHDRAWS, 3, on=second.digest)])] == [first]


def test_a_withdrawal_voids_no_stance_with_a_higher_number() -> None:
    assert len(stances([states(WITHDRAWS, 1), states(ENDORSES, 2)])) == 1


def test_a_stance_on_one_clause_is_apart_from_the_others_and_from_the_whole() -> None:
    acts = [states(ENDORSES, 1), states(OPPOSES, 2, clause=CLAUSE), states(ENDORSES, 3, clause=OTHER)]
    assert [one.kind for one in stances(acts, CLAUSE)] == [OPPOSES]
    assert [one.kind for one in stances(acts, ZERO)] == [ENDORSES]
    left = [*acts, states(WITHDRAWS, 4, clause=CLAUSE)]
    assert stances(left, CLAUSE) == ()
    assert len(stances(left, OTHER)) == len(stances(left, ZERO)) == 1


def test_of_two_acts_with_one_number_the_first_recorded_stands() -> None:
    assert [one.kind for one in stances([states(OPPOSES, 1, block=2), states(ENDORSES, 1, block=1)])] == [ENDORSES]


def test_each_party_has_one_stance_and_no_other_party_s_withdrawal_touches_it() -> None:
    mine = states(ENDORSES, 1)
    acts = [mine, states(WITHDRAWS, 2, who="B", on=mine.digest), states(WITHDRAWS, 3, who="B")]
    assert [one.party for one in stances(acts)] == [party("A")]


def test_a_batch_stands_until_its_author_withdraws_it() -> None:
    roots = [states(ActKind.REPORTS, 1), states(ActKind.ALIGNMENTS, 2, block=2)]
    assert standing_batches(list(reversed(roots))) == tuple(roots)
    assert standing_batches([*roots, states(WITHDRAWS, 3, on=roots[0].digest)]) == (roots[1],)
