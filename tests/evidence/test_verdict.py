"""What a verdict says, and that nobody's words can pass for its own."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from normledger.documents.canonical import canonical_bytes
from normledger.documents.trust_policy import TrustPolicy
from normledger.evidence.verdict import PUBLIC_CHAINS, Unproven, on_trust, one_line, quoted
from normledger.evidence.verification import verify
from normledger.identifiers import PartyId
from tests.evidence.bundles import block_hashes, good


def test_without_the_block_s_hash_it_says_what_to_obtain_and_where() -> None:
    verdict = verify(good()["consent"])
    (sentence,) = verdict.obtain
    assert str(block_hashes()["consent"]) in sentence
    assert "eth_getBlockByNumber" in sentence
    assert verdict.lines()[0].startswith("The file agrees with itself.")
    assert verdict.to_json()["obtain"] == [sentence]


def test_a_number_is_opened_and_consent_has_its_days() -> None:
    said = verify(good()["endorsements"]).says
    claim = json.loads(good()["endorsements"])["claim"]
    named, opposed = said.split(" Endorsed by: ")[1].split(" Opposed by: ")
    assert all(one in named for one in claim["endorsed_by"])
    assert all(one in opposed for one in claim["opposed_by"])
    assert all(one not in opposed for one in claim["endorsed_by"])
    assert (
        "from 2027-01-15T08:00:13Z, and still does. The agreement binds it from 2027-" in verify(good()["consent"]).says
    )


def test_with_it_nothing_is_left_to_obtain() -> None:
    verdict = verify(good()["consent"], block_hash=block_hashes()["consent"])
    assert verdict.obtain == ()
    assert "the one that you named" in verdict.as_of
    assert "Still to obtain:" not in verdict.lines()


@pytest.mark.parametrize("name", sorted(good()))
def test_the_three_strengths_are_told_apart(name: str) -> None:
    verdict = verify(good()[name])
    assert verdict.by_signature
    assert verdict.by_contract[0].startswith("No act is missing")
    assert any("genesis is taken on trust" in one for one in verdict.claimed)
    assert json.dumps(verdict.to_json())


def test_a_public_chain_s_genesis_is_known() -> None:
    assert [on_trust(number) for number in PUBLIC_CHAINS] == [()] * len(PUBLIC_CHAINS)
    assert on_trust(1337)


def test_an_identity_counts_only_by_somebody_whom_the_reader_trusts() -> None:
    author = PartyId.parse(json.loads(good()["recognised"])["recognisers"][0])
    for policy, recognised in (
        (None, False),
        (TrustPolicy(), False),
        (TrustPolicy(reports=(author,), alignments=(author,)), False),
        (TrustPolicy(recognitions=(author,)), True),
    ):
        verdict = verify(good()["recognised"], trust=policy)
        assert any("recognises party" in one for one in verdict.by_signature) is recognised
        assert any("exercise:state:norvale" in one for one in verdict.claimed) is not recognised


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Treaty", "“Treaty”"),
        ("one\ntwo", "“one two”"),
        ("a\x1b[2Jb", "“a\\u001b[2Jb”"),
        ("a\u202eb", "“a\\u202eb”"),
        ("x” and more", "“x› and more”"),
        ("Übereinkunft 条約 договор", "“Übereinkunft 条約 договор”"),
    ],
)
def test_others_words_stay_within_their_quotes(text: str, shown: str) -> None:
    assert quoted(text) == shown
    assert len(one_line(text * 1000)) < 2000


def _named(data: dict[str, Any]) -> None:
    data["claim"]["\x1b[2J\nProven by signatures:"] = "x"


def _spelt(data: dict[str, Any]) -> None:
    data["subjects"][0]["acts"][0]["type"] = "\x1b[31mClaim\n"


def _titled(data: dict[str, Any]) -> None:
    data["documents"][0]["title"] = "\x1b[2JTreaty\n"


@pytest.mark.parametrize("spoil", [_named, _spelt, _titled])
def test_nor_can_they_break_a_refusal(spoil: Callable[[dict[str, Any]], None]) -> None:
    data = json.loads(good()["consent"])
    spoil(data)
    with pytest.raises(Unproven) as caught:
        verify(canonical_bytes(data))
    assert str(caught.value).isprintable()
