import gzip
import json
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.composition.bridging import Stance, bridging, consensus
from normledger.composition.record import Actor
from normledger.errors import InputError
from tests.composition.records import CAST, act

votes = st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)).map(
    lambda one: (one[0], one[1], sum(one))
)
groups = st.dictionaries(st.text(min_size=1, max_size=3), votes, max_size=5)


def twin(counts: dict[str, tuple[int, int, int]]) -> Fraction:
    value = Fraction(1)
    for agree, _, seen in counts.values():
        value = value * Fraction(agree + 1, seen + 2)
    return value


@given(groups)
def test_the_consensus_is_the_product_over_groups_that_took_a_stance(counts: dict[str, tuple[int, int, int]]) -> None:
    heard = {name: one for name, one in counts.items() if one[2]}
    found = consensus(counts)
    assert found.value == (twin(heard) if heard else None)
    assert found.as_polis == twin(counts)
    assert set(found.empty) == counts.keys() - heard.keys()
    assert [one.group for one in found.factors] == sorted(counts)


@given(groups, st.randoms())
def test_the_order_of_groups_and_their_names_change_no_value(
    counts: dict[str, tuple[int, int, int]], chance: Random
) -> None:
    turned = list(counts.items())
    chance.shuffle(turned)
    assert consensus(dict(turned)) == consensus(counts)
    assert consensus({f"group {name}": one for name, one in counts.items()}).value == consensus(counts).value


@given(groups, st.integers(0, 20))
def test_one_more_who_agrees_raises_it_and_one_more_who_disagrees_lowers_it(
    counts: dict[str, tuple[int, int, int]], more: int
) -> None:
    agree, disagree, seen = counts.get("g", (1, 1, 2))
    before = consensus({**counts, "g": (agree, disagree, seen)}).as_polis
    assert consensus({**counts, "g": (agree + 1 + more, disagree, seen + 1 + more)}).as_polis > before
    assert consensus({**counts, "g": (agree, disagree + 1 + more, seen + 1 + more)}).as_polis < before


def test_it_equals_what_polis_published_on_all_120_comments(shared_data: Path) -> None:
    with gzip.open(shared_data / "polis_group_consensus.jsonl.gz", "rt", encoding="utf-8") as lines:
        comments = [json.loads(line) for line in lines]
    assert len(comments) == 120
    for one in comments:
        counts = {name: tuple(given) for name, given in one["group_votes_agree_disagree_seen"].items()}
        assert abs(float(consensus(counts).as_polis) - one["group_aware_consensus"]) <= 1e-12


def stance(key: str, word: str) -> Stance:
    return Stance(key, word, (act(key, "norm"),))  # type: ignore[arg-type]


STATES = [Actor(f"s{at}", f"s{at}", "state", region) for at, region in enumerate(["Africa", "Africa", "Asia"])]
OTHERS = [Actor("c0", "c0", "company"), Actor("c1", "c1", "company"), Actor("n0", "n0", "ngo", "Asia")]
SAID = [stance(key, "endorse") for key in ("s0", "s1", "c0", "c1")] + [stance("s2", "oppose")]


def test_the_example_of_the_head_by_hand() -> None:
    found = bridging([*STATES, *OTHERS], SAID, "kind")
    assert found.value == Fraction(9, 20)
    assert found.as_polis == Fraction(9, 40)
    assert [(one.group, one.value) for one in found.factors] == [
        ("company", Fraction(3, 4)),
        ("ngo", Fraction(1, 2)),
        ("state", Fraction(3, 5)),
    ]
    assert found.empty == ("ngo",)
    assert found.coverage == Fraction(5, 6)
    assert [one.coverage for one in found.factors] == [Fraction(1), Fraction(0), Fraction(1)]
    assert found.factors[0].acts == tuple(sorted([act("c0", "norm"), act("c1", "norm")]))


def test_groups_are_regions_or_whatever_is_given() -> None:
    by_region = bridging([*STATES, *OTHERS], SAID, "region")
    assert [(one.group, one.agree, one.disagree, one.seen, one.size) for one in by_region.factors] == [
        ("Africa", 2, 0, 2, 2),
        ("Asia", 0, 1, 1, 2),
        ("unknown", 2, 0, 2, 2),
    ]
    given_groups = bridging([*STATES, *OTHERS], SAID, {"s0": "north", "s1": "north", "s2": "north"})
    assert [(one.group, one.seen, one.size) for one in given_groups.factors] == [("north", 3, 3), ("unknown", 2, 3)]


def test_nobody_heard_is_no_value() -> None:
    found = bridging(CAST, [], "kind")
    assert found.value is None
    assert found.coverage == 0
    assert len(found.empty) == len(found.factors)
    assert consensus({}).value is consensus({}).coverage is None


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ([stance("z", "endorse")], "'z' took a stance and is not among the actors"),
        ([stance("s0", "endorse"), stance("s0", "oppose")], "'s0' has two stances"),
        ([stance("s0", "maybe")], "'maybe' is no stance; give endorse or oppose"),
    ],
)
def test_bad_stances_are_refused(said: list[Stance], word: str) -> None:
    with pytest.raises(InputError, match=word):
        bridging(STATES, said)


def test_bad_counts_and_groupings_are_refused() -> None:
    with pytest.raises(InputError, match="group 'a' cannot have 2 who agree and 1 who disagree of 2"):
        consensus({"a": (2, 1, 2)})
    with pytest.raises(InputError, match="cannot have -1"):
        consensus({"a": (-1, 1, 2)})
    with pytest.raises(InputError, match="'age' is no grouping; give kind, region"):
        bridging(STATES, [], "age")  # type: ignore[arg-type]
