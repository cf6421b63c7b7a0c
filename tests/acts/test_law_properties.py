"""What holds whatever parties do, in whatever order they do it: stories made up by Hypothesis."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from normledger.acts.act import ActKind, RecordedAct
from normledger.acts.consent import Status, standing
from normledger.acts.periods import DAY
from normledger.acts.spells import CONSENTING
from normledger.identifiers import PartyId
from tests.acts.law_stories import (
    ACCEDES,
    AMENDS,
    APPLIES,
    CLAUSES,
    OBJECTS,
    RATIFIES,
    RESERVES,
    SIGNS,
    SIGNS_ONLY,
    SUCCEEDS,
    TAKES,
    TERMINATES,
    WITHDRAWS,
    Story,
    agreement,
    at,
    party,
)

NAMES = "ABCDE"
FOUNDERS = "ABC"
KINDS = (ACCEDES, RATIFIES, APPLIES, RESERVES, RESERVES, OBJECTS, OBJECTS, TAKES, WITHDRAWS, WITHDRAWS, TERMINATES)
KINDS += (AMENDS, SUCCEEDS)
START = datetime(2020, 1, 1, tzinfo=UTC)


def day(number: int) -> str:
    return (START + timedelta(days=number)).date().isoformat()


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Up to a dozen acts of five parties over two years; any may name any other, earlier, later or never recorded."""
    rules = {
        "character": draw(st.sampled_from(["treaty", "treaty", "voluntary"])),
        "form": draw(st.sampled_from(["multi-stakeholder"] * 5 + ["bilateral"])),
        "takes_effect": draw(st.sampled_from(["on-signature", "on-ratification"])),
        "consents_needed": draw(st.integers(0, 3)),
        "delay_days": draw(st.sampled_from([0, 30])),
        "notice_days": draw(st.sampled_from([0, 90])),
        "withdrawal": draw(st.sampled_from(["provided", "provided", "implied", "excluded"])),
        "reservations_accepted_by_all": draw(st.booleans()),
        "provisional_application": draw(st.booleans()),
        "reservation_days": draw(st.sampled_from([0, 30])),
    }
    story = Story(agreement(" ".join(FOUNDERS), **rules))
    for name in FOUNDERS:
        story.act(day(draw(st.integers(0, 3))), name, draw(st.sampled_from([SIGNS, SIGNS_ONLY])), name=f"sign {name}")
    count = draw(st.integers(0, 12))
    used: set[tuple[str, int]] = set()
    for number in range(count):
        who = draw(st.sampled_from(NAMES))
        kind = draw(st.sampled_from(KINDS))
        own = draw(st.integers(1, 30).filter(lambda one, who=who: (who, one) not in used))
        used.add((who, own))
        told: dict[str, Any] = {"number": own, "name": f"act {number}"}
        on = ""
        if kind is RESERVES:
            told["clause"] = draw(st.sampled_from(CLAUSES))
        if kind is AMENDS:
            told["content"] = draw(st.sampled_from(["new", "other"]))
        if kind is SUCCEEDS:
            on = draw(st.sampled_from(NAMES))
        if kind in (OBJECTS, TAKES) or (kind is WITHDRAWS and draw(st.booleans())):
            on = f"act {draw(st.integers(0, 12))}"
        if kind is OBJECTS and draw(st.booleans()):
            told["clause"] = "all"
        story.act(day(draw(st.integers(0, 8)) * draw(st.sampled_from([1, 90]))), who, kind, on, **told)
    return story


def facts(status: Status) -> object:
    """All that a status says, told by digests, so that a place within a block does not enter."""
    pairs = [
        (one, other, clause, effect.word, effect.articles, sorted(effect.acts))
        for one in map(party, NAMES)
        for other in map(party, NAMES)
        for clause in status.relations.clauses
        for effect in [status.applies(one, other, clause)]
    ]
    reservations = [
        (one.party, one.clause, one.act.digest, [act.digest for act in one.objections], one.notified, one.inherited)
        for one in status.reservations
    ]
    plain = (status.in_effect_since, status.enters, status.ended, status.awaiting, status.withdrawn, status.changes)
    return plain, status.bound, status.provisional, reservations, pairs, status.left_aside


def moved(act: RecordedAct, index: int) -> RecordedAct:
    return replace(act, recorded=replace(act.recorded, index=index))


@settings(max_examples=200, deadline=None)
@given(stories(), st.randoms(use_true_random=False), st.integers(0, 900))
def test_the_order_within_a_block_and_the_order_of_listing_do_not_matter(story: Story, chance: Any, after: int) -> None:
    acts = list(story.acts.values())
    places = list(range(len(acts)))
    chance.shuffle(places)
    shuffled = [moved(act, place) for act, place in zip(acts, places, strict=True)]
    chance.shuffle(shuffled)
    time = at(day(after))
    assert facts(standing(story.agreement, shuffled, time)) == facts(standing(story.agreement, acts, time))


@settings(max_examples=200, deadline=None)
@given(stories(), st.integers(0, 900))
def test_nobody_is_bound_without_a_consent_of_its_own_and_nobody_by_a_clause_that_it_reserved(
    story: Story, after: int
) -> None:
    status = story.on(day(after))
    consents = {act.act.party for act in story.acts.values() if act.act.kind in CONSENTING}
    digests = {act.digest: act for act in story.acts.values()}
    for one in status.bound:
        assert one.party in consents
        assert digests[one.acts[0]].act.party == one.party
        reserved = {reservation.clause for reservation in status.reservations if reservation.party == one.party}
        assert not reserved & one.clauses
        for clause in reserved:
            for other in status.bound:
                assert status.applies(one.party, other.party, clause).word != "full"
    applying = {act.act.party for act in story.acts.values() if act.act.kind is APPLIES}
    assert {one.party for one in status.provisional} <= applying


@settings(max_examples=150, deadline=None)
@given(stories(), st.sampled_from(NAMES), st.integers(0, 900))
def test_without_its_consent_a_party_is_in_no_relation(story: Story, name: str, after: int) -> None:
    gone = party(name)
    binding = (*CONSENTING, APPLIES)
    acts = [act for act in story.acts.values() if act.act.party != gone or act.act.kind not in binding]
    status = standing(story.agreement, acts, at(day(after)))
    assert gone not in {one.party for one in (*status.bound, *status.provisional)}
    for other in map(party, NAMES):
        for clause in status.relations.clauses:
            assert status.applies(gone, other, clause).word == "none"
            assert status.applies(other, gone, clause).word == "none"


@settings(max_examples=150, deadline=None)
@given(stories())
def test_relations_are_the_same_from_both_sides_and_agree_with_toward(story: Story) -> None:
    status = story.on(day(900))
    for one in status.bound:
        assert one.toward is None or one.party not in one.toward
        for other in status.bound:
            if one.party == other.party:
                continue
            for clause in status.relations.clauses:
                effect = status.applies(one.party, other.party, clause)
                assert effect == replace(status.applies(other.party, one.party, clause), acts=effect.acts)
                counted = clause in one.clauses and clause in other.clauses
                counted &= one.toward is None or other.party in one.toward
                assert counted == (effect.word == "full")
                if effect.word == "full":
                    assert set(effect.acts) == {one.acts[0], other.acts[0]}


@settings(max_examples=150, deadline=None)
@given(stories(), st.integers(0, 40), st.integers(1, 40))
def test_time_alone_ends_consent_and_never_gives_it_back(story: Story, first: int, step: int) -> None:
    """After the last act, as time passes, notice runs out and silence ripens; nobody comes back whom notice ended."""
    last = max(act.recorded.time for act in story.acts.values())
    before = standing(story.agreement, list(story.acts.values()), last + first * DAY)
    after = standing(story.agreement, list(story.acts.values()), last + (first + step) * 10 * DAY)
    assert before.ended is None or after.ended == before.ended
    assert before.in_effect_since in (None, after.in_effect_since) or after.ended is not None
    ended = set(before.withdrawn) - {spelled.party for spelled in after.bound}
    anew = {act.act.party for act in story.acts.values() if act.act.kind in CONSENTING}
    assert set(before.withdrawn) <= ended | anew


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(0, 800), st.integers(0, 800))
@example(90, 89, 90)
def test_notice_ends_consent_on_its_day_and_for_good(notice: int, first: int, second: int) -> None:
    story = Story(agreement("A B C", takes_effect="on-signature", notice_days=notice))
    for name in "ABC":
        story.act(day(0), name, SIGNS)
    story.act(day(1), "C", WITHDRAWS)
    for asked in sorted((first, second)):
        bound = {one.party for one in story.on(day(1 + asked)).bound}
        assert (party("C") in bound) == (asked < notice)


@settings(max_examples=100, deadline=None)
@given(stories(), st.data())
def test_as_of_a_time_later_acts_are_not_looked_at(story: Story, data: st.DataObject) -> None:
    time = at(day(data.draw(st.integers(0, 720))))
    known = [act for act in story.acts.values() if act.recorded.time <= time]
    assert facts(standing(story.agreement, known, time)) == facts(
        standing(story.agreement, list(story.acts.values()), time)
    )


@settings(max_examples=150, deadline=None)
@given(stories(), st.integers(0, 900))
def test_every_act_left_aside_is_one_of_them_and_says_why_in_a_sentence(story: Story, after: int) -> None:
    status = story.on(day(after))
    known = {act.digest: act for act in story.acts.values()}
    for digest, reason in status.left_aside:
        assert digest in known
        assert reason[0].isupper()
        assert reason.endswith(".")
    left = {digest for digest, _ in status.left_aside}
    assert not left & {digest for one in status.bound for digest in one.acts}


def test_two_hundred_parties_with_reservations_and_objections_are_folded_in_a_second() -> None:
    names = [f"p{number}" for number in range(200)]
    story = Story(agreement("p0 p1", takes_effect="on-signature"))
    for name in names[:2]:
        story.act(day(0), name, SIGNS)
    for number, name in enumerate(names[2:]):
        if number % 4 == 0:
            story.act(day(number), name, RESERVES, clause="2")
        story.act(day(number), name, ACCEDES)
    made = [name for name in story.acts if story.acts[name].act.kind is ActKind.RESERVATION]
    for number, name in enumerate(names):
        story.act(day(200), name, OBJECTS, made[number % len(made)], clause="all" if number % 2 else "")
    began = datetime.now(UTC)
    status = story.on(day(600))
    everybody: list[PartyId] = [one.party for one in status.bound]
    full = sum(len(status.relations.toward(one, status.relations.clauses[1])) for one in everybody)
    assert len(everybody) == 200
    assert 0 < full < 200 * 199
    assert (datetime.now(UTC) - began).total_seconds() < 10
