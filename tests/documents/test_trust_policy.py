"""The reader's file: whom it trusts, and every way in which it can be wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normledger.documents.trust_policy import TrustPolicy, read_trust_policy
from normledger.errors import InputError
from normledger.identifiers import PartyId, keccak
from tests.strategies import of_type

ONE, OTHER = sorted(str(keccak(name)) for name in (b"one", b"other"))
LISTS = st.lists(of_type(PartyId), max_size=4, unique=True)


@given(LISTS, LISTS, LISTS)
def test_a_policy_is_read_back(recognitions: list[PartyId], alignments: list[PartyId], reports: list[PartyId]) -> None:
    policy = TrustPolicy(*(tuple(sorted(ids)) for ids in (recognitions, alignments, reports)))
    assert read_trust_policy(policy.to_json()) == policy
    shuffled = {**policy.to_json(), "reports": [str(one) for one in [*reports[::-1], *reports]]}
    assert read_trust_policy(shuffled).hash == policy.hash


def test_the_empty_policy_trusts_nobody_and_has_a_name() -> None:
    assert read_trust_policy({"type": "trust-policy"}) == TrustPolicy()
    assert read_trust_policy({"type": "trust-policy", "reports": [ONE]}).hash != TrustPolicy().hash


@pytest.mark.parametrize(
    ("data", "field", "fault"),
    [
        ([], "type", 'is a JSON object with "type": "trust-policy"'),
        ({}, "type", "trust-policy"),
        ({"type": "policy"}, "type", "trust-policy"),
        ({"type": "trust-policy", "friends": []}, "friends", "has only the fields recognitions, alignments, reports"),
        ({"type": "trust-policy", "reports": ONE}, "reports", "give a list of party ids"),
        ({"type": "trust-policy", "reports": ["me"]}, "reports", "'me' is not a hash"),
        ({"type": "trust-policy", "alignments": [1]}, "alignments", "'1' is not a hash"),
        ({"type": "trust-policy", "alignments": [ONE.upper()]}, "alignments", "64 hexadecimal digits in lower case"),
    ],
)
def test_each_fault_is_told_with_its_field(data: Any, field: str, fault: str) -> None:
    with pytest.raises(InputError) as refused:
        read_trust_policy(data, source="trust.json")
    assert (refused.value.source, refused.value.field) == ("trust.json", field)
    assert fault in str(refused.value)
