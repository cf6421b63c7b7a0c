"""Vectors of wordings: lengths, weights, and what they ignore."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.composition.weights import LENGTH, ONE, Rarity, logarithm
from normledger.errors import InputError

WORDS = st.sampled_from(["party", "shall", "publish", "law", "laws", "duty", "duties", "networks", "protect", "data"])
WORDINGS = st.lists(st.lists(WORDS, max_size=40).map(tuple), min_size=1, max_size=6)


@given(st.integers(1, 10**12))
def test_logarithm_is_the_logarithm(value: int) -> None:
    assert abs(logarithm(value) / 65536 - math.log(value)) < 1e-3


@given(WORDINGS)
def test_no_vector_is_longer_than_full_length_and_all_are_in_order(wordings: list[tuple[str, ...]]) -> None:
    rarity = Rarity(wordings, "en")
    assert list(rarity.bands) == sorted(rarity.bands)
    for wording in wordings:
        vector = rarity.vector(wording)
        assert sum(weight * weight for _, weight in vector) <= ONE
        assert [place for place, _ in vector] == sorted({place for place, _ in vector})


@given(WORDINGS)
def test_the_cosine_is_that_of_floats(wordings: list[tuple[str, ...]]) -> None:
    """One field, weighed as scikit-learn's TfidfVectorizer(sublinear_tf=True) would, in floats."""
    rarity = Rarity(wordings, "en", opening_share=0)
    idle = {"party", "shall"}
    singular = {"duties": "duty", "networks": "network"}
    folded = [[singular.get(word, word) for word in one if word not in idle] for one in wordings]
    features = [one + [f"{first} {second}" for first, second in pairwise(one)] for one in folded]
    often = {feature: sum(feature in one for one in features) for one in features for feature in one}
    expected = []
    for one in features:
        raw = {
            feature: (1 + math.log(one.count(feature))) * (1 + math.log((1 + len(wordings)) / (1 + often[feature])))
            for feature in set(one)
        }
        norm = math.sqrt(sum(weight * weight for weight in raw.values())) or 1
        expected.append({feature: weight / norm for feature, weight in raw.items()})
    vectors = [{rarity.names[place]: weight for place, weight in rarity.vector(one)} for one in wordings]
    for vector, exact in zip(vectors, expected, strict=True):
        for feature, weight in vector.items():
            assert abs(weight / LENGTH - exact[feature]) < 1e-3


def test_a_feature_of_one_wording_alone_lengthens_it_and_is_left_out() -> None:
    rarity = Rarity([("publish", "laws"), ("publish", "data")], "en", opening_share=0)
    assert rarity.names == ("publish",)
    assert sum(weight * weight for _, weight in rarity.vector(("publish", "laws"))) < ONE // 2


def test_a_language_it_does_not_know_is_told_in_one_sentence() -> None:
    with pytest.raises(InputError, match="field language: 'tlh' is no language whose words are weighed"):
        Rarity([], "tlh")
