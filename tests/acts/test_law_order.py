"""One state from every order: acts with distinct numbers in one block, however a sender ordered and bundled them."""

from dataclasses import replace
from itertools import permutations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.acts.act import Act, ActKind, Contract, RecordedAct
from normledger.acts.consent import standing
from normledger.acts.stances import stances
from normledger.identifiers import ZERO, Address, Digest, keccak
from tests.acts.law_stories import (
    ACCEDES,
    CLAUSES,
    OBJECTS,
    RATIFIES,
    RESERVES,
    SIGNS,
    SIGNS_ONLY,
    TAKES,
    WITHDRAWS,
    Story,
    agreement,
    at,
    party,
)
from tests.acts.test_law_properties import facts, moved
from tests.strategies import recorded

DAY = "2020-03-01"
AT_ONCE = 5
"""Acts of which every order is tried: 120 orders."""


@st.composite
def crowded_blocks(draw: st.DrawFn) -> Story:
    """Two founders signed; then, in one block, a handful of acts of three parties, each with a number of its own."""
    story = Story(
        agreement(
            "A B", character="treaty", form="multi-stakeholder",
            takes_effect=draw(st.sampled_from(["on-signature", "on-ratification"])),
            reservation_days=30, notice_days=draw(st.sampled_from([0, 90])),
        )
    )  # fmt: skip
    for name in "AB":
        story.act("2020-01-01", name, draw(st.sampled_from([SIGNS, SIGNS_ONLY])), name=f"sign {name}")
    numbers = draw(st.permutations(range(1, 20)))
    for place in range(AT_ONCE):
        kind = draw(st.sampled_from([ACCEDES, RATIFIES, RESERVES, RESERVES, OBJECTS, TAKES, WITHDRAWS, WITHDRAWS]))
        told: dict[str, Any] = {"number": numbers[place], "name": f"act {place}"}
        if kind is RESERVES:
            told["clause"] = draw(st.sampled_from(CLAUSES))
        named = kind in (OBJECTS, TAKES) or (kind is WITHDRAWS and draw(st.booleans()))
        on = f"act {draw(st.integers(0, AT_ONCE - 1))}" if named else ""
        story.act(DAY, draw(st.sampled_from("ABC")), kind, on, **told)
    return story


@settings(max_examples=25)
@given(crowded_blocks(), st.integers(0, 700))
def test_every_order_of_acts_in_one_block_folds_to_one_state(story: Story, after: int) -> None:
    before, crowd = list(story.acts.values())[:2], list(story.acts.values())[2:]
    time = at(DAY) + after * 86_400
    expected = facts(standing(story.agreement, [*before, *crowd], time))
    for order in permutations(range(AT_ONCE)):
        placed = [moved(act, 10 + place) for act, place in zip(crowd, order, strict=True)]
        assert facts(standing(story.agreement, [*before, *placed], time)) == expected


@settings(max_examples=30)
@given(crowded_blocks(), st.lists(st.integers(0, 2), min_size=AT_ONCE, max_size=AT_ONCE), st.randoms())
def test_how_acts_are_bundled_into_calls_does_not_matter(story: Story, bundles: list[int], chance: Any) -> None:
    """Whether each came with a call of its own or all with one: only the block and its time count."""
    acts, time = list(story.acts.values()), at(DAY) + 86_400
    bundled = [
        replace(act, recorded=replace(act.recorded, index=10 + bundle, place=place))
        for place, (act, bundle) in enumerate(zip(acts[2:], bundles, strict=True))
    ]
    chance.shuffle(bundled)
    assert facts(standing(story.agreement, [*bundled, *acts[:2]], time)) == facts(standing(story.agreement, acts, time))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["for", "against", "withdraws", "clause"])),
                min_size=2, max_size=5))  # fmt: skip
def test_every_order_of_stances_in_one_block_gives_each_party_one_stance(said: list[tuple[str, str]]) -> None:
    kinds = {"for": ActKind.ENDORSEMENT, "against": ActKind.OPPOSITION, "withdraws": ActKind.WITHDRAWAL}
    norm, clause = keccak(b"norm"), keccak(b"clause")
    acts = [
        RecordedAct(
            Act(Contract.AGREEMENT_LEDGER, kinds.get(what, ActKind.ENDORSEMENT), norm, party(who),
                Address(bytes(20)), number, clause if what == "clause" else ZERO),
            Digest(keccak(b"%d" % number)), b"", recorded(ActKind.ENDORSEMENT, who, number, 1, index=number).recorded,
        )
        for number, (who, what) in enumerate(said, start=1)
    ]  # fmt: skip

    def told(listed: list[RecordedAct]) -> list[object]:
        return [
            (one.party, one.kind, one.act.digest) for of in (None, ZERO, clause) for one in stances(listed, clause=of)
        ]

    expected = told(acts)
    for order in permutations(range(len(acts))):
        placed = [moved(act, place) for act, place in zip(acts, order, strict=True)]
        assert told(sorted(placed, key=lambda act: act.order)) == expected
