"""What claims come to in cases that the vectors do not hold: amendments by all, ratification, an end, same blocks."""

import json
from dataclasses import replace
from typing import Any

import pytest

from normledger.acts.act import Act, ActKind, Claim, Contract, Recorded, RecordedAct, RecordedClaim
from normledger.acts.powers import FullPowers, OwnAct, RecordedOwnAct, Revocation, Rotation, bits_of
from normledger.documents.canonical import canonical_bytes
from normledger.documents.document import Agreement
from normledger.errors import InputError, NotFound
from normledger.evidence.known import History
from normledger.evidence.verdict import Unproven, Verdict
from normledger.evidence.verification import verify
from normledger.identifiers import ZERO, Address, Digest, Hash, keccak, parse_identifier
from normledger.ledger.queries import terms_of
from normledger.provenance.bundling import Bundling
from tests.delegations import Delegations
from tests.evidence.forging import forged
from tests.evidence.story import Story


def claim(made: Delegations, text: Agreement, party: str, clause: int = 0) -> tuple[bytes, Verdict]:
    work = made.workspace
    question = {
        "kind": "consent",
        "agreement": str(terms_of(text).id),
        "clause": str(text.clause_ids[clause]),
        "party": str(made.parties[party]),
    }
    return Bundling(work.ledger, work.node, work.release).proven(question)


def refused(made: Delegations, text: Agreement, party: str, clause: int = 0) -> Unproven:
    with pytest.raises(Unproven) as caught:
        claim(made, text, party, clause)
    assert caught.value.step == "claim"
    return caught.value


def amended(made: Delegations, **rules: Any) -> tuple[Agreement, Agreement]:
    """A text, and another to which all its parties agreed to amend it; the other not signed yet."""
    old, new = made.text("A", "B", title="Old", **rules), made.text("A", "B", title="New", texts=("Other.",), **rules)
    made.found(old)
    for name in ("A", "B"):
        made.act(ActKind.AMENDMENT, terms_of(old).id, name, content=new.hash)
    return old, new


def test_an_amendment_that_nobody_signed_yet_replaces_nothing_and_is_shown_not_to_be_there(
    delegations: Delegations,
) -> None:
    old, new = amended(delegations)
    raw, verdict = claim(delegations, old, "A")
    assert verdict.claim["toward"] == [str(delegations.parties["B"])]
    assert str(terms_of(new).id).encode() in raw  # with a proof that it has no word
    assert new.hash in {document.hash for document in (old, new)}


def test_an_amended_text_governs_and_its_subject_must_be_in_the_file(delegations: Delegations) -> None:
    old, new = amended(delegations)
    delegations.found(new)
    assert "a later agreement stands in the place" in str(refused(delegations, old, "A"))
    assert claim(delegations, new, "A")[1].claim["toward"] == [str(delegations.parties["B"])]


def test_views_and_what_is_composed_count_nobody_by_a_text_that_was_replaced(delegations: Delegations) -> None:
    old, new = amended(delegations)
    before = delegations.workspace.newest()
    assert {one.party for one in before.agreement("Old").status.bound} == {*map(delegations.parties.get, "AB")}  # type: ignore[union-attr]  # its text is at hand
    delegations.found(new)
    view = delegations.workspace.newest()
    status = view.agreement("Old").status
    assert status is not None
    assert (status.bound, status.superseded_by) == ((), (new.hash,))
    record = view.record("consented", "real")
    assert {one.agreement for one in record.undertakings} == {terms_of(new).id}
    assert {(one.agreement, one.until is not None) for one in record.past} == {(terms_of(old).id, True)}
    (text,) = [one for one in record.agreements if one.id == terms_of(old).id]
    assert text.related == {terms_of(new).id}
    again = before.agreement("Old").status  # as of an earlier block it still bound
    assert again is not None
    assert again.replaced == ()


def test_of_several_later_texts_each_takes_away(delegations: Delegations) -> None:
    made = delegations
    old = made.text("A", "B", "C", title="Old")
    made.found(old)
    laters = [made.text("A", other, title=f"With {other}", texts=(f"Other {other}.",)) for other in ("B", "C")]
    for later in laters:
        for name in ("A", "B", "C"):
            made.act(ActKind.AMENDMENT, terms_of(old).id, name, content=later.hash)
        made.found(later)
    assert "a later agreement stands in the place" in str(refused(made, old, "A"))
    assert claim(made, old, "B")[1].claim["toward"] == [str(made.parties["C"])]


def test_nobody_falls_back_on_the_first_of_three_texts(delegations: Delegations) -> None:
    old, new = amended(delegations)
    delegations.found(new)
    third = delegations.text("A", "B", title="Third", texts=("Third.",))
    for name in ("A", "B"):
        delegations.act(ActKind.AMENDMENT, terms_of(new).id, name, content=third.hash)
    delegations.found(third)
    for text in (old, new):
        assert "a later agreement stands in the place" in str(refused(delegations, text, "A"))
    assert claim(delegations, third, "A")[1].claim["toward"] == [str(delegations.parties["B"])]


def test_between_parties_of_the_earlier_text_alone_it_goes_on(delegations: Delegations) -> None:
    made = delegations
    old = made.text("A", "B", "C", title="Old")
    new = made.text("A", "B", title="New", texts=("Other.",))
    made.found(old)
    for name in ("A", "B", "C"):
        made.act(ActKind.AMENDMENT, terms_of(old).id, name, content=new.hash)
    made.found(new)
    assert claim(made, old, "A")[1].claim["toward"] == [str(made.parties["C"])]


def test_the_text_of_an_amendment_that_is_away_is_named(delegations: Delegations) -> None:
    made = delegations
    old = made.text("A", "B", title="Old")
    made.found(old)
    for name in ("A", "B"):
        made.act(ActKind.AMENDMENT, terms_of(old).id, name, content=Hash(b"\x77" * 32))
    with pytest.raises(NotFound, match="fetch it by its hash"):
        claim(made, old, "A")


def test_consent_is_not_signature_subject_to_ratification(delegations: Delegations) -> None:
    made = delegations
    text = made.text("A", "B", takes_effect="on-ratification")
    made.found(text)
    assert "has not consented" in str(refused(made, text, "A"))
    made.act(ActKind.RATIFICATION, terms_of(text).id, "A")
    verdict = claim(made, text, "A")[1]
    assert verdict.claim["binds_since"] is None
    assert verdict.claim["toward"] == []
    assert "not in effect for it yet" in verdict.says
    made.act(ActKind.RATIFICATION, terms_of(text).id, "B")
    assert claim(made, text, "A")[1].claim["toward"] == [str(made.parties["B"])]


def test_what_all_ended_binds_nobody(delegations: Delegations) -> None:
    made = delegations
    text = made.text("A", "B")
    made.found(text)
    for name in ("A", "B"):
        made.act(ActKind.TERMINATION, terms_of(text).id, name)
    assert "has ended" in str(refused(made, text, "A"))


def test_a_reserved_clause_binds_its_maker_toward_nobody(delegations: Delegations) -> None:
    made = delegations
    text = made.text("A", "B", "C", texts=("One.", "Two."))
    made.found(text)
    made.act(ActKind.RESERVATION, terms_of(text).id, "A", clause=text.clause_ids[1], text="Not two.")
    assert "has reserved clause “2”" in str(refused(made, text, "A", 1))
    both = sorted(str(made.parties[one]) for one in ("B", "C"))
    assert claim(made, text, "A")[1].claim["toward"] == both
    assert claim(made, text, "B", 1)[1].claim["toward"] == [str(made.parties["C"])]


def test_the_text_of_an_amendment_cannot_be_kept_back(delegations: Delegations) -> None:
    old, new = amended(delegations)
    raw = claim(delegations, old, "A")[0]
    data = json.loads(raw)
    data["documents"] = [one for one in data["documents"] if one["title"] == "Old"]
    with pytest.raises(Unproven, match=f"at step documents: .* document {new.hash}"):
        verify(canonical_bytes(data))


def test_without_its_signature_an_act_is_proven_by_the_contract_alone(story: Story) -> None:
    data = json.loads(story.proven("consent")[0])
    signed = verify(canonical_bytes(data))
    for subject in data["subjects"]:
        for act in subject["acts"]:
            act["signature"] = "0x"
    bare = verify(canonical_bytes(data))
    assert len(signed.by_signature) == 1
    assert bare.by_signature == ()
    assert len(bare.by_contract) == len(signed.by_contract) + 1
    assert bare.claim == signed.claim


def test_powers_stand_from_their_grant_to_their_end_and_a_block_tells_no_more() -> None:
    """One block, no order between subjects: an act in the block of the grant or of its end may have been covered."""
    party, envoy = Claim(parse_identifier("name:P"), 1, ZERO, Address(b"\x01" * 20)), Address(b"\x02" * 20)

    def at(block: int, index: int = 0) -> Recorded:
        return Recorded(block, ZERO, block, ZERO, index)

    def own(act: OwnAct, block: int, index: int) -> RecordedOwnAct:
        return RecordedOwnAct(act, Digest(keccak(bytes([index]))), b"", b"", at(block, index))

    bits = bits_of([ActKind.ENDORSEMENT])
    history = History(
        RecordedClaim(party, Digest(ZERO), b"", at(1)),
        (
            own(FullPowers(party.party, envoy, ZERO, bits, 100, party.account, 1), 3, 1),
            own(Revocation(party.party, envoy, ZERO, party.account, 2), 5, 2),
            own(FullPowers(party.party, envoy, Hash(b"\x07" * 32), bits, 100, party.account, 3), 7, 3),
            own(Rotation(party.party, Address(b"\x03" * 20), party.account, 4), 9, 4),
        ),
    )

    def covered(block: int, subject: Hash = ZERO, kind: ActKind = ActKind.ENDORSEMENT) -> bool:
        act = Act(Contract.NORM_REGISTRY, kind, subject, party.party, envoy, 1)
        recorded = RecordedAct(act, Digest(keccak(b"act")), b"", at(block))
        try:
            return history.grant(recorded) is not None
        except Unproven:
            return False

    assert [block for block in range(12) if covered(block)] == [3, 4, 5]
    assert [block for block in range(12) if covered(block, Hash(b"\x07" * 32))] == [3, 4, 5, 7, 8, 9]
    assert not any(covered(block, kind=ActKind.OPPOSITION) for block in range(12))
    assert [history.account_at(block) for block in (0, 1, 8, 9, 10)] == [
        None, party.account, party.account, None, Address(b"\x03" * 20),
    ]  # fmt: skip


def test_a_proof_is_of_the_block_that_was_asked_for(delegations: Delegations) -> None:
    """Between two acts the answer is that block's, with its header and its time."""
    made, work = delegations, delegations.workspace
    text = made.text("A", "B")
    made.found(text)
    before = work.newest().at.block
    made.register("D")
    question = {
        "kind": "consent",
        "agreement": str(terms_of(text).id),
        "clause": str(text.clause_ids[0]),
        "party": str(made.parties["A"]),
    }
    for block in (before, before + 1):
        making = Bundling(work.ledger, work.node, work.release, block)
        told = work.node.block(block)
        assert told is not None
        verdict = making.proven(question)[1]
        assert (verdict.header.number, verdict.header.hash, verdict.header.time) == (block, told.hash, told.time)


def test_a_period_beyond_the_calendar_is_one_sentence(delegations: Delegations) -> None:
    made = delegations
    text = made.text("A", "B")
    made.found(text)
    data = json.loads(claim(made, text, "A")[0])
    endless = replace(text, rules=replace(text.rules, delay_days=10**15, first_of_month=True))
    data["documents"] = [endless.to_json()]
    with pytest.raises(InputError, match="more than a hundred years"):
        verify(canonical_bytes(forged(data)))
