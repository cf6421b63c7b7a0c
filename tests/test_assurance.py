"""What `make prove` stands on, as far as it shows without the provers: twins that fit the sources, pages, reports."""

import pytest

from scripts.assurance.coverage import missed
from scripts.assurance.findings import accepted, where
from scripts.assurance.proofs import Proof, Unproven, check_page, plant, read_proofs

PROOFS = list(read_proofs())


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
def test_the_twin_s_place_is_in_the_sources_once(proof: Proof) -> None:
    assert proof.bug in plant(proof)


def test_a_twin_whose_place_is_gone_is_an_error() -> None:
    with pytest.raises(Unproven, match="0 times"):
        plant(Proof("x", "X", "Consent.sol", "no such place", ""))


def test_the_page_tells_of_every_proof() -> None:
    check_page(PROOFS)
    with pytest.raises(Unproven, match=r"assurance\.md"):
        check_page(PROOFS[1:])


def test_the_page_accepts_findings_by_place() -> None:
    assert ("reentrancy-events", "Consent.carry") in accepted()
    function = {"type": "function", "name": "carry", "type_specific_fields": {"parent": {"name": "Consent"}}}
    inner = {"type": "variable", "name": "done", "type_specific_fields": {"parent": function}}
    assert where({"elements": [function]}) == where({"elements": [inner]}) == "Consent.carry"


def test_what_never_ran_is_told() -> None:
    report = """SF:contracts/A.sol
DA:7,3
DA:8,0
FNDA:0,A.f
FNDA:2,A.g
BRDA:9,0,0,-
BRDA:9,0,1,4
end_of_record
SF:tests/contracts/B.sol
DA:1,0
end_of_record"""
    assert list(missed(report)) == [
        "contracts/A.sol:8: the line never ran",
        "contracts/A.sol: A.f was never called",
        "contracts/A.sol:9: branch 0.0 was never taken",
    ]
