from dataclasses import replace

import pytest

from normledger.composition.compose import compose
from normledger.composition.result import Parameters
from normledger.documents.canonical import content_hash
from normledger.errors import InputError
from tests.composition.records import POLICY, STRANGER, name, theft


def test_the_derivation_names_every_input_and_the_result() -> None:
    composition = compose(replace(theft(), missing=("report root 0x…",)), POLICY)
    data = composition.derivation.document()
    assert (data["method"], data["basis"], data["world"]) == ("lexical-2", "reported", "real")
    assert data["parameters"]["threshold"] == 5
    assert data["trust_policy"] == str(POLICY.hash)
    assert len(data["sources"]["agreements"]) == 6
    assert len(data["sources"]["acts"]) == 12 + 1
    assert data["missing"] == ["report root 0x…"]
    assert data["result"] == str(content_hash(composition.document()["result"]))
    assert composition.document()["derivation_hash"] == str(content_hash(data))


@pytest.mark.parametrize(
    "other",
    [
        lambda: compose(theft(), POLICY, Parameters(threshold=26)),
        lambda: compose(theft(), replace(POLICY, hash=name("another file"))),
        lambda: compose(theft(), replace(POLICY, alignments=frozenset([STRANGER]))),
        lambda: compose(replace(theft(), block=8), POLICY),
        lambda: compose(replace(theft(), time=1), POLICY),
    ],
)
def test_any_other_input_gives_another_derivation(other) -> None:
    assert other().derivation.hash != compose(theft(), POLICY).derivation.hash


@pytest.mark.parametrize("wrong", [{"threshold": 0}, {"threshold": 101}, {"minimum_parties": 1}, {"limit": 0}])
def test_parameters_out_of_range_are_refused(wrong) -> None:
    with pytest.raises(InputError, match="out of range"):
        Parameters(**wrong)
