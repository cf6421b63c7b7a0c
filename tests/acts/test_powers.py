"""Tenures and full powers after every sequence of a party's acts on itself, against a slow twin."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from normledger.acts.act import ActKind, Claim, Recorded, RecordedClaim
from normledger.acts.powers import (
    FullPowers,
    FurtherClaim,
    OwnAct,
    OwnCancellation,
    RecordedOwnAct,
    Revocation,
    Rotation,
    bits_of,
    powers,
    tenures,
)
from normledger.identifiers import ZERO, Address, Digest, Hash, Identifier, keccak

ACCOUNTS = [Address(bytes([number]) * 20) for number in range(1, 5)]
SUBJECTS = [ZERO, keccak(b"1"), keccak(b"2")]
KINDS = [ActKind.SIGNATURE, ActKind.RESERVATION, ActKind.CANCELLATION]
CLAIM = Claim(Identifier("name:A"), 5, ZERO, ACCOUNTS[0])
PARTY = CLAIM.party
DAY = 86_400


def at(number: int) -> Recorded:
    return Recorded(number, ZERO, number * DAY, ZERO, 0)


CLAIMED = RecordedClaim(CLAIM, Digest(keccak(b"claim")), b"", at(0))


def recorded(*acts: OwnAct) -> list[RecordedOwnAct]:
    """The acts as recorded, one a day from the first."""
    return [
        RecordedOwnAct(act, Digest(keccak(b"%d" % number)), b"", b"", at(number))
        for number, act in enumerate(acts, start=1)
    ]


def grants(
    who: int = 1, subject: Hash = ZERO, until: int = 100, kinds: frozenset[ActKind] = frozenset(KINDS)
) -> FullPowers:
    return FullPowers(PARTY, ACCOUNTS[who], subject, bits_of(kinds), until * DAY, ACCOUNTS[0], 1)


def revokes(who: int = 1, subject: Hash = ZERO) -> Revocation:
    return Revocation(PARTY, ACCOUNTS[who], subject, ACCOUNTS[0], 1)


def rotates(to: int) -> Rotation:
    return Rotation(PARTY, ACCOUNTS[to], ACCOUNTS[0], 1)


def covered(acts: list[RecordedOwnAct], who: int, kind: ActKind, scope: Hash, day: int) -> bool:
    return any(one.cover(ACCOUNTS[who], kind, scope, day * DAY) for one in powers(acts))


# --- by hand


def test_a_party_that_never_rotated_has_one_tenure() -> None:
    (only,) = tenures(CLAIMED, recorded(grants(), OwnCancellation(PARTY, ACCOUNTS[0], 5)))
    assert (only.account, only.since, only.until) == (ACCOUNTS[0], CLAIMED.recorded, None)


def test_each_rotation_ends_a_tenure_where_the_next_begins() -> None:
    found = tenures(CLAIMED, recorded(rotates(1), grants(), rotates(2)))
    assert [one.account for one in found] == ACCOUNTS[:3]
    assert [(one.since.block, one.until and one.until.block) for one in found] == [(0, 1), (1, 3), (3, None)]


def test_powers_stand_to_the_last_second_that_they_name() -> None:
    (one,) = powers(recorded(grants(until=50)))
    assert one.ended is None
    assert one.cover(ACCOUNTS[1], KINDS[0], SUBJECTS[1], 50 * DAY)
    assert not one.cover(ACCOUNTS[1], KINDS[0], SUBJECTS[1], 50 * DAY + 1)


def test_powers_are_for_their_account_kinds_and_subject() -> None:
    acts = recorded(grants(1, SUBJECTS[1], kinds=frozenset({ActKind.SIGNATURE})))
    assert covered(acts, 1, ActKind.SIGNATURE, SUBJECTS[1], 3)
    assert not covered(acts, 2, ActKind.SIGNATURE, SUBJECTS[1], 3)
    assert not covered(acts, 1, ActKind.RESERVATION, SUBJECTS[1], 3)
    assert not covered(acts, 1, ActKind.SIGNATURE, SUBJECTS[2], 3)
    assert not covered(acts, 1, ActKind.SIGNATURE, ZERO, 3)  # for one subject is not for all


def test_powers_for_all_cover_every_subject() -> None:
    acts = recorded(grants(1, ZERO))
    assert all(covered(acts, 1, kind, subject, 3) for kind in KINDS for subject in SUBJECTS)


def test_a_revocation_ends_what_it_names_and_nothing_else() -> None:
    acts = recorded(grants(1, ZERO), grants(1, SUBJECTS[1]), grants(2, ZERO), revokes(1, ZERO))
    assert [one.ended for one in powers(acts)] == [acts[3], None, None]
    assert covered(acts, 1, KINDS[0], SUBJECTS[1], 5)
    assert not covered(acts, 1, KINDS[0], SUBJECTS[2], 5)
    assert covered(acts, 2, KINDS[0], SUBJECTS[2], 5)


def test_a_later_grant_takes_the_place_of_an_earlier_one_also_where_it_is_narrower() -> None:
    narrower = frozenset({ActKind.SIGNATURE})
    acts = recorded(grants(until=90), grants(until=10, kinds=narrower))
    assert [one.ended for one in powers(acts)] == [acts[1], None]
    assert not covered(acts, 1, ActKind.RESERVATION, SUBJECTS[1], 5)
    assert not covered(acts, 1, ActKind.SIGNATURE, SUBJECTS[1], 11)


def test_a_rotation_ends_all_powers_and_a_later_revocation_nothing() -> None:
    acts = recorded(grants(1), grants(2, SUBJECTS[1]), rotates(3), revokes(1), grants(1))
    assert [one.ended for one in powers(acts)] == [acts[2], acts[2], None]


def test_the_terms_are_those_granted() -> None:
    (one,) = powers(recorded(grants()))
    assert one.terms == grants()
    assert one.terms.bits == 1 << 9 | 1 << 17 | 1 << 5
    assert one.terms.kinds == frozenset(KINDS)


@given(st.frozensets(st.sampled_from(ActKind)))
def test_kinds_and_bits_are_each_other_s_inverse(kinds: frozenset[ActKind]) -> None:
    granted = FullPowers(PARTY, ACCOUNTS[1], ZERO, bits_of(kinds), 0, ACCOUNTS[0], 1)
    assert granted.kinds == kinds
    assert granted.bits % 2 == 0


def test_what_an_identifier_hides_is_what_is_hashed() -> None:
    plain = FurtherClaim(PARTY, Identifier("lei:é"), ZERO, ACCOUNTS[0], 1)
    odd = FurtherClaim(PARTY, Identifier("unreadable:0xff"), ZERO, ACCOUNTS[0], 1, unreadable=b"\xff")
    assert plain.identifier_bytes == "lei:é".encode()
    assert odd.identifier_bytes == b"\xff"


# --- against a twin that keeps what the contract keeps


@dataclass
class Twin:
    """The registry's storage: the account, its epoch, and powers by epoch, representative and subject."""

    account: Address
    epoch: int
    powers: dict[tuple[int, Address, Hash], FullPowers]

    def record(self, act: OwnAct) -> None:
        match act:
            case Rotation():
                self.account, self.epoch = act.next, self.epoch + 1
            case FullPowers():
                self.powers[self.epoch, act.representative, act.subject] = act
            case Revocation():
                self.powers.pop((self.epoch, act.representative, act.subject), None)

    def covers(self, account: Address, kind: ActKind, scope: Hash, time: int) -> bool:
        for subject in (scope, ZERO):
            found = self.powers.get((self.epoch, account, subject))
            if found is not None and kind in found.kinds and time <= found.until:
                return True
        return False


def twin(acts: list[OwnAct]) -> Twin:
    made = Twin(ACCOUNTS[0], 0, {})
    for act in acts:
        made.record(act)
    return made


WHO, WHERE = st.integers(0, 3), st.sampled_from(SUBJECTS)
OWN_ACTS: st.SearchStrategy[OwnAct] = st.one_of(
    st.builds(grants, WHO, WHERE, st.integers(0, 12), st.frozensets(st.sampled_from(KINDS), min_size=1)),
    st.builds(revokes, WHO, WHERE),
    st.builds(rotates, WHO),
    st.just(OwnCancellation(PARTY, ACCOUNTS[0], 1)),
    st.just(FurtherClaim(PARTY, Identifier("lei:x"), ZERO, ACCOUNTS[0], 1)),
)


@given(st.lists(OWN_ACTS, max_size=10), WHO, WHERE, st.sampled_from(KINDS), st.integers(0, 13))
def test_powers_are_those_that_the_contract_keeps(
    acts: list[OwnAct], who: int, scope: Hash, kind: ActKind, day: int
) -> None:
    expected = twin(acts).covers(ACCOUNTS[who], kind, scope, day * DAY)
    assert covered(recorded(*acts), who, kind, scope, day) == expected


@given(st.lists(OWN_ACTS, max_size=10))
def test_tenures_follow_on_one_another_and_the_last_is_the_contract_s(acts: list[OwnAct]) -> None:
    kept = recorded(*acts)
    found = tenures(CLAIMED, kept)
    assert found[0].since == CLAIMED.recorded
    assert found[-1].until is None
    assert all(one.until == other.since for one, other in pairwise(found))
    for number in range(len(acts) + 1):
        here = at(number)
        (holding,) = [one for one in found if one.since.order <= here.order and not _over(one.until, here)]
        assert holding.account == twin(acts[:number]).account


def _over(until: Recorded | None, now: Recorded) -> bool:
    return until is not None and until.order <= now.order


@given(st.lists(OWN_ACTS, max_size=10))
def test_every_grant_is_told_once_and_ends_after_it_began(acts: list[OwnAct]) -> None:
    kept = recorded(*acts)
    found = powers(kept)
    assert [one.granted for one in found] == [one for one in kept if isinstance(one.act, FullPowers)]
    for one in found:
        assert one.ended is None or one.ended.recorded.order > one.granted.recorded.order
    standing = [(one.terms.representative, one.terms.subject) for one in found if one.ended is None]
    assert len(standing) == len(set(standing))


@given(st.lists(OWN_ACTS, max_size=6), st.lists(OWN_ACTS, max_size=6))
def test_what_comes_later_changes_no_power_that_ended(before: list[OwnAct], after: list[OwnAct]) -> None:
    def ended(acts: list[OwnAct]) -> dict[Digest, object]:
        return {one.granted.digest: one.ended for one in powers(recorded(*acts)) if one.ended is not None}

    assert ended(before).items() <= ended(before + after).items()
