"""Events give back what was signed; and whatever the contracts record, the index reads it and goes on."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
import rlp
from eth_abi import encode
from hypothesis import given
from hypothesis import strategies as st

from normledger.acts import release
from normledger.acts.act import (
    FOUNDING,
    Act,
    ActKind,
    Claim,
    Contract,
    RecordedAct,
    RecordedClaim,
    list_of,
    stances_on,
)
from normledger.acts.powers import FullPowers, FurtherClaim, OwnCancellation, RecordedOwnAct, Revocation, Rotation
from normledger.acts.signature import address_of, compact, sign
from normledger.acts.typed_data import KINDS_OF, Signable, contract_of
from normledger.chain import calls
from normledger.chain.embedded import CHAIN_ID
from normledger.chain.logs import Event, Opened, events
from normledger.chain.node import Log, Reverted
from normledger.errors import IntegrityError
from normledger.identifiers import ZERO, Address, AgreementId, Hash, Identifier, PartyId, keccak
from normledger.workspace import Workspace
from tests.chain.layouts import laid_out
from tests.chain.model import Call as ModelCall
from tests.chain.model import keccak as raw_keccak
from tests.chain.sandbox import Sandbox
from tests.delegations import Delegations

RELEASE = release.current()
RECORDED = keccak(b"Recorded(bytes32,bytes)")
KEYS = [bytes(31) + bytes([number]) for number in range(1, 5)]
ACCOUNTS = [address_of(key) for key in KEYS]
OF_ACCOUNT = dict(zip(ACCOUNTS, KEYS, strict=True))
CLAIMS = [Claim(Identifier(f"name:{number}"), 5, ZERO, account) for number, account in enumerate(ACCOUNTS[:3])]
PARTIES = {claim.party: claim.account for claim in CLAIMS}
FOUNDERS = tuple(sorted(PARTIES))
TERMS = calls.Terms(keccak(b"document"), keccak(b"clauses"), FOUNDERS, 2)
NORM = keccak(b"norm")


class Known:
    """A history in which these parties are registered, and these founders have signed."""

    def __init__(self, founded: frozenset[PartyId] | None = None) -> None:
        self._founded = founded

    def account(self, party: PartyId) -> Address:
        return PARTIES[party]

    def founded(self, agreement: AgreementId) -> frozenset[PartyId] | None:
        return self._founded


def logged(call: calls.Call, topic: Hash = ZERO) -> Log:
    data = encode(["bytes"], [call.data])
    return Log(RELEASE.address(call.contract), (RECORDED, topic), data, 7, ZERO, ZERO, 3)


def read(call: calls.Call, subject: Hash, founded: frozenset[PartyId] | None = None) -> list[Event]:
    """What an event that repeats this call tells."""
    return list(events([logged(call, subject)], RELEASE, CHAIN_ID, 1_800_000_000, Known(founded)))


def digest_of(statement: Signable) -> Any:
    return RELEASE.domain(contract_of(statement), CHAIN_ID).digest(statement)


# --- encode and read: the same acts, digests and signers

HASHES = st.sampled_from([ZERO, keccak(b"1"), keccak(b"2")])
NUMBERS = st.one_of(st.integers(1, 5), st.integers(0, 2**64 - 1))
PARTY = st.sampled_from(FOUNDERS)


@st.composite
def signed(draw: st.DrawFn, contract: Contract, kind: ActKind, subject: Hash, party: PartyId | None) -> calls.Signed:
    """An act, signed by the party's own plain key, by a representative's, or by a wallet in whatever bytes."""
    whose = party or draw(PARTY)
    how = draw(st.sampled_from(["direct", "direct", "beside", "short", "representative", "wallet"]))
    account = {"representative": ACCOUNTS[3], "wallet": Address(b"\xaa" * 20)}.get(how, PARTIES[whose])
    plain = contract is Contract.NORM_REGISTRY or kind in FOUNDING
    act = Act(
        contract, kind, subject, whose, account,
        0 if kind in FOUNDING else draw(NUMBERS),
        ZERO if plain else draw(HASHES),
        ZERO if plain else draw(HASHES),
        TERMS.document if kind in FOUNDING else draw(HASHES),
        draw(NUMBERS),
    )  # fmt: skip
    if how == "wallet":
        return calls.Signed(act, draw(st.binary(max_size=100)), False)
    made = sign(digest_of(act), OF_ACCOUNT[account])
    return calls.Signed(act, compact(made) if how == "short" else made, how == "direct")


def compare(found: list[Event], given_: list[calls.Signed]) -> None:
    assert len(found) == len(given_)
    for place, (one, (act, signature, _)) in enumerate(zip(found, given_, strict=True)):
        assert isinstance(one, RecordedAct)
        assert one.act == act
        assert one.digest == digest_of(act)
        assert one.signature == signature
        assert one.signer == act.account
        assert one.represented == (act.account != PARTIES[act.party])
        assert one.proven == (act.account in ACCOUNTS)
        assert (one.recorded.block, one.recorded.index, one.recorded.place) == (7, 3, place)


def kinds_on(contract: Contract, *apart: ActKind) -> st.SearchStrategy[ActKind]:
    return st.sampled_from([kind for kind in KINDS_OF[contract] if kind not in apart])


@given(st.data())
def test_acts_on_agreements_are_read_as_they_were_signed(data: st.DataObject) -> None:
    ledger = Contract.AGREEMENT_LEDGER
    kinds = data.draw(st.lists(kinds_on(ledger, *FOUNDING), min_size=1, max_size=5))
    acts = [data.draw(signed(ledger, kind, TERMS.id, None)) for kind in kinds]
    compare(read(calls.act(TERMS, acts), TERMS.id), acts)
    stances = [data.draw(signed(ledger, kind, stances_on(TERMS.id), None)) for kind in kinds]
    compare(read(calls.take_stances_on_agreement(TERMS.id, stances), stances_on(TERMS.id)), stances)


@given(st.data(), st.frozensets(PARTY, min_size=1), st.frozensets(PARTY))
def test_founding_signatures_are_read_but_for_those_that_stand(
    data: st.DataObject, signing: frozenset[PartyId], standing: frozenset[PartyId]
) -> None:
    kinds = st.sampled_from(FOUNDING)
    made = [data.draw(signed(Contract.AGREEMENT_LEDGER, data.draw(kinds), TERMS.id, one)) for one in sorted(signing)]
    opened, *first = read(calls.sign(TERMS, data.draw(st.permutations(made))), TERMS.id)
    assert isinstance(opened, Opened)
    assert (opened.agreement, opened.parties, opened.admission) == (TERMS.id, FOUNDERS, 2)
    compare(first, made)
    compare(read(calls.sign(TERMS, made), TERMS.id, standing), [one for one in made if one.act.party not in standing])


@given(st.data())
def test_statements_on_norms_are_read_as_they_were_signed(data: st.DataObject) -> None:
    norms = Contract.NORM_REGISTRY
    kinds = data.draw(st.lists(kinds_on(norms, ActKind.PUBLICATION), min_size=1, max_size=5))
    stances = [data.draw(signed(norms, kind, NORM, None)) for kind in kinds]
    compare(read(calls.take_stances(NORM, stances), NORM), stances)
    many = [data.draw(signed(norms, kind, data.draw(HASHES), FOUNDERS[0])) for kind in kinds]
    compare(read(calls.take_stances_on_many(FOUNDERS[0], many), FOUNDERS[0]), many)
    publication = data.draw(signed(norms, ActKind.PUBLICATION, NORM, None))
    compare(read(calls.publish(publication), NORM), [publication])


@given(st.data(), PARTY)
def test_what_an_author_states_is_read_as_it_was_signed(data: st.DataObject, author: PartyId) -> None:
    registry = Contract.PARTY_REGISTRY
    kinds = data.draw(st.lists(kinds_on(registry), min_size=1, max_size=5))
    acts = [data.draw(signed(registry, kind, list_of(author), author)) for kind in kinds]
    compare(read(calls.state(author, acts), list_of(author)), acts)


IDENTIFIERS = st.sampled_from(["name:A", "lei:é北", "exercise:state:x"]).map(Identifier)
OWN: list[Callable[[PartyId, Address, int, int], Any]] = [
    lambda party, by, number, end: FurtherClaim(party, Identifier("lei:x"), NORM, by, number, end),
    lambda party, by, number, end: Rotation(party, ACCOUNTS[3], by, number, end),
    lambda party, by, number, end: FullPowers(party, ACCOUNTS[3], NORM, 2**32 - 2, 2**64 - 1, by, number, end),
    lambda party, by, number, end: Revocation(party, ACCOUNTS[3], ZERO, by, number, end),
    lambda party, by, number, end: OwnCancellation(party, by, number, end),
]


@given(st.sampled_from(OWN), PARTY, st.booleans(), st.booleans(), NUMBERS, NUMBERS)
def test_a_party_s_acts_on_itself_are_read_as_they_were_signed(
    make: Any, party: PartyId, represented: bool, genuine: bool, number: int, deadline: int
) -> None:
    by = ACCOUNTS[3] if represented else PARTIES[party]
    act = make(party, by, number, deadline)
    signature = sign(digest_of(act), OF_ACCOUNT[by]) if genuine else b"a wallet's own"
    consent = sign(digest_of(act), KEYS[3]) if isinstance(act, Rotation) else b""
    (found,) = read(calls.own(act, signature, consent), party)
    assert isinstance(found, RecordedOwnAct)
    assert (found.act, found.digest, found.signature, found.consent) == (act, digest_of(act), signature, consent)
    assert (found.represented, found.proven) == (represented, genuine)


def test_a_rotation_is_proven_where_both_signatures_are() -> None:
    act = Rotation(FOUNDERS[0], ACCOUNTS[3], PARTIES[FOUNDERS[0]], 1)
    signature = sign(digest_of(act), OF_ACCOUNT[act.account])
    (found,) = read(calls.own(act, signature, b"a wallet's"), FOUNDERS[0])
    assert isinstance(found, RecordedOwnAct)
    assert not found.proven


@given(IDENTIFIERS, st.integers(1, 7), HASHES, NUMBERS, st.booleans())
def test_claims_are_read_as_they_were_signed(
    identifier: Identifier, kind: int, profile: Hash, deadline: int, genuine: bool
) -> None:
    claim = Claim(identifier, kind, profile, ACCOUNTS[0], deadline)
    signature = sign(digest_of(claim), KEYS[0]) if genuine else b""
    (found,) = read(calls.claim(claim, signature), claim.party)
    assert isinstance(found, RecordedClaim)
    assert (found.claim, found.digest, found.signature, found.proven) == (claim, digest_of(claim), signature, genuine)


@given(st.binary(min_size=1, max_size=200))
def test_any_claimed_bytes_are_read_and_hashed_as_they_are(claimed: bytes) -> None:
    claim = Claim(Identifier("?"), 5, ZERO, ACCOUNTS[0], 0, claimed)
    further = FurtherClaim(FOUNDERS[0], Identifier("?"), ZERO, PARTIES[FOUNDERS[0]], 1, 0, claimed)
    (first,) = read(calls.claim(claim, b""), claim.party)
    (second,) = read(calls.own(further, b""), FOUNDERS[0])
    assert isinstance(first, RecordedClaim)
    assert isinstance(second, RecordedOwnAct)
    assert isinstance(second.act, FurtherClaim)
    assert first.claim.party == claim.party
    assert first.claim.identifier_bytes == second.act.identifier_bytes == claimed
    assert (first.digest, second.digest) == (digest_of(claim), digest_of(further))


# --- what is no event of ours, or no true one


def test_a_topic_of_ours_at_another_address_is_not_read() -> None:
    log = replace(logged(calls.claim(CLAIMS[0], b"")), address=Address(b"\x01" * 20))
    assert list(events([log], RELEASE, CHAIN_ID, 1, Known())) == []


def test_a_signature_that_is_not_the_party_s_is_a_lie_of_the_node() -> None:
    act = Act(Contract.NORM_REGISTRY, ActKind.ENDORSEMENT, NORM, FOUNDERS[0], PARTIES[FOUNDERS[0]], 1)
    other = next(key for account, key in OF_ACCOUNT.items() if account != act.account)
    with pytest.raises(IntegrityError, match="is not that of account"):
        read(calls.take_stances(NORM, [calls.Signed(act, sign(digest_of(act), other))]), NORM)


def test_an_event_under_another_subject_than_its_call_is_a_lie_of_the_node() -> None:
    call = calls.take_stances(NORM, [])
    assert read(call, NORM) == []
    with pytest.raises(IntegrityError, match="another subject"):
        read(call, ZERO)


@pytest.mark.parametrize(
    "call",
    [
        calls.Call(Contract.PARTY_REGISTRY, b""),
        calls.Call(Contract.PARTY_REGISTRY, b"\x00\x00\x00\x00"),
        calls.Call(Contract.PARTY_REGISTRY, raw_keccak(b"holder(bytes32)")[:4] + bytes(32)),
        calls.Call(Contract.NORM_REGISTRY, raw_keccak(b"carry(bytes[],bool)")[:4] + bytes(64)),
        calls.Call(Contract.AGREEMENT_LEDGER, calls.act(TERMS, []).data[:4] + b"\xff" * 96),
    ],
    ids=["nothing", "unknown", "a call that writes nothing", "carry itself", "no encoding"],
)
def test_what_no_contract_of_ours_writes_is_told_as_a_lie(call: calls.Call) -> None:
    if call.data[4:] == b"\xff" * 96:
        call = calls.Call(call.contract, call.data[:4] + (31).to_bytes(32, "big") * 3 + b"\xff" * 400)
    with pytest.raises(IntegrityError, match="does not decode"):
        read(call, ZERO)


# --- every kind, by the contracts themselves


def test_the_contracts_record_every_kind_with_every_field_filled() -> None:
    """They took the signature, so they have the digest; the event gives back the act."""
    chain, recorded = Sandbox(), set()
    chain.pass_time(12)
    fields = {"clause": keccak(b"clause"), "refers_to": keccak(b"named"), "content": keccak(b"text")}

    def record(call: calls.Call, *acts: Act) -> None:
        outcome = chain.call(call.contract, call.data)
        assert outcome.ok, (acts, outcome.output.hex())
        found = [
            one
            for one in events(chain.logs(outcome), RELEASE, CHAIN_ID, chain.time, Known(frozenset()))
            if isinstance(one, RecordedAct)
        ]
        assert [one.act for one in found] == list(acts)
        recorded.update((act.contract, act.kind) for act in acts)
        chain.pass_time(12)

    def made(contract: Contract, kind: ActKind, subject: Hash, number: int, **more: Any) -> Act:
        return Act(contract, kind, subject, party, account, number, deadline=2**64 - 1, **more)

    def with_seal(*acts: Act) -> list[calls.Signed]:
        return [calls.Signed(act, sign(digest_of(act), OF_ACCOUNT[act.account])) for act in acts]

    for claim in CLAIMS:
        record(calls.claim(claim, sign(digest_of(claim), OF_ACCOUNT[claim.account])))
    party, account = CLAIMS[0].party, CLAIMS[0].account
    registry, ledger, norms = Contract
    for kind in FOUNDING:
        terms = replace(TERMS, clauses=keccak(kind.name.encode()))
        founding = [
            Act(ledger, kind, terms.id, one, PARTIES[one], 0, content=terms.document, deadline=2**63)
            for one in FOUNDERS
        ]
        record(calls.sign(terms, with_seal(*founding)), *founding)
    on_agreements = [kind for kind in KINDS_OF[ledger] if ActKind.RATIFICATION <= kind <= ActKind.SUCCESSION]
    for number, kind in enumerate([*on_agreements, ActKind.CANCELLATION], start=1):
        act = made(ledger, kind, terms.id, number, **fields)
        record(calls.act(terms, with_seal(act)), act)
    for number, kind in enumerate(
        (ActKind.ENDORSEMENT, ActKind.OPPOSITION, ActKind.DECLARATION, ActKind.WITHDRAWAL, ActKind.ANCHOR,
         ActKind.CANCELLATION), start=1,
    ):  # fmt: skip
        act = made(ledger, kind, stances_on(terms.id), number, **fields)
        record(calls.take_stances_on_agreement(terms.id, with_seal(act)), act)
    for number, kind in enumerate(KINDS_OF[registry], start=1):
        act = made(registry, kind, list_of(party), number, **fields)
        record(calls.state(party, with_seal(act)), act)
    act = made(norms, ActKind.PUBLICATION, NORM, 1, content=keccak(b"text"))
    record(calls.publish(with_seal(act)[0]), act)
    stances = [
        made(norms, kind, NORM, number, content=keccak(b"text"))
        for number, kind in enumerate(KINDS_OF[norms], start=2)
        if kind is not ActKind.PUBLICATION
    ]
    record(calls.take_stances(NORM, with_seal(*stances)), *stances)
    again = [replace(one, number=one.number + 100) for one in stances]
    record(calls.take_stances_on_many(party, with_seal(*again)), *again)
    assert recorded == {(contract, kind) for contract in Contract for kind in KINDS_OF[contract]}


# --- the index on a chain of its own


def send(workspace: Workspace, call: calls.Call, data: bytes | None = None) -> None:
    """Send a call as it is, in whatever encoding, past everything that would refuse it here."""
    workspace.sender.send(workspace.release.address(call.contract), data or call.data, gas=8_000_000)


def of_model(call: calls.Call, contract: str, name: str, values: tuple[Any, ...]) -> ModelCall:
    """The same call for `laid_out`, which is told its values."""
    made = ModelCall(contract, name, values)
    assert made.data == call.data
    return made


def test_a_passed_over_signature_of_no_kind_stops_no_index(delegations: Delegations) -> None:
    """The contract looks at nothing of a founder that stands already, and so must the reader."""
    work, keys = delegations.workspace, delegations.keys
    text = delegations.text("A", "B", "C")
    prepared = [delegations.signature(name, text) for name in "ABC"]
    domain = delegations.domain(Contract.AGREEMENT_LEDGER)
    acts = [one.statement for one in prepared]
    made = [calls.Signed(act, sign(domain.digest(act), keys[name])) for act, name in zip(acts, "ABC", strict=True)]  # type: ignore[arg-type]
    terms = calls.Terms(text.hash, text.clause_root, tuple(founder.id for founder in text.founders), 2)
    made.sort(key=lambda one: one.act.party)
    send(work, calls.sign(terms, made[:1]))
    both = calls.sign(terms, made[:2]).data
    at = both.index(sign_stamp(ActKind.SIGNATURE, 0))
    for odd in (0, 99, 2**127):
        garbage = (odd << 128 | 0 << 64 | 5).to_bytes(32, "big") + b"\xee" * 64
        if odd == 99:
            send(work, calls.sign(terms, made[:1]), _first_replaced(calls.sign(terms, made[:1]).data, garbage))
            continue
        send(work, calls.sign(terms, made[:2]), both[:at] + garbage + both[at + 96 :])
    send(work, calls.sign(terms, made[2:]))
    work.update()
    agreement = work.view().agreements[AgreementId(terms.id)]
    assert [one.act for one in agreement.acts] == [one.act for one in made]


def sign_stamp(kind: ActKind, place: int, deadline: int = 0) -> bytes:
    return (int(kind) << 128 | place << 64 | deadline).to_bytes(32, "big")


def _first_replaced(data: bytes, stamp_and_seal: bytes) -> bytes:
    at = data.index(sign_stamp(ActKind.SIGNATURE, 0))
    return data[:at] + stamp_and_seal + data[at + 96 :]


def test_powers_name_kinds_that_there_are_and_are_read_as_they_were_given(delegations: Delegations) -> None:
    work, party = delegations.workspace, delegations.parties["A"]
    account, sender = work.view().party(str(party)).account, work.sender
    domain = delegations.domain(Contract.PARTY_REGISTRY)
    given_ = (2**32 - 2, 1 << 9, 1 << 31)
    for number, bits in enumerate((1, 2**32 - 1, 1 << 32, *given_), start=1):
        granted = FullPowers(party, ACCOUNTS[0], Hash(bytes([number]) * 32), bits, 2**64 - 1, account, number)
        call = calls.own(granted, sign(domain.digest(granted), delegations.keys["A"]))
        if bits in given_:
            send(work, call)
            continue
        with pytest.raises(Reverted) as caught:
            sender.send(work.release.address(call.contract), call.data)
        assert calls.refusal(caught.value).reason == "NoKinds"
    work.update()
    found = [one.terms for one in work.view().party(str(party)).powers]
    assert [(one.bits, len(one.kinds)) for one in found] == [(2**32 - 2, 31), (1 << 9, 1), (1 << 31, 1)]


def test_signers_that_nobody_points_at_may_be_anything(delegations: Delegations) -> None:
    """Offsets beyond everything, for signers that no seal names: the contract never follows them."""
    work, key = delegations.workspace, delegations.keys["A"]
    party, norm = delegations.parties["A"], keccak(b"norm of A")
    account = work.view().party(str(party)).account
    act = Act(Contract.NORM_REGISTRY, ActKind.PUBLICATION, norm, party, account, 1)
    call = calls.publish(calls.Signed(act, sign(delegations.domain(Contract.NORM_REGISTRY).digest(act), key)))
    assert call.data[-32:] == bytes(32)  # no signers
    garbage = (3).to_bytes(32, "big") + b"\xff" * 32 + (2**255).to_bytes(32, "big") + (2**64).to_bytes(32, "big")
    send(work, call, call.data[:-32] + garbage)
    work.update()
    (found,) = work.view().acts_on(Contract.NORM_REGISTRY, norm)
    assert found.act == act


@pytest.mark.parametrize("seed", range(4))
def test_hostile_encodings_are_indexed_as_what_they_record(delegations: Delegations, seed: int) -> None:
    """Backward offsets, overlaps, gaps, dirty padding, on the embedded chain, through the real index."""
    work, keys, random = delegations.workspace, delegations.keys, Random(seed)
    parties, view = delegations.parties, work.view()
    accounts = {name: view.party(str(parties[name])).account for name in "ABC"}
    norm, registry, norms = keccak(b"a norm"), Contract.PARTY_REGISTRY, Contract.NORM_REGISTRY

    def seal(act: Act, key: bytes) -> tuple[bytes, bytes]:
        short = compact(sign(work.release.domain(act.contract, view.at.chain_id).digest(act), key))
        return short[:32], short[32:]

    publication = Act(norms, ActKind.PUBLICATION, norm, parties["A"], accounts["A"], 1)
    made = calls.publish(calls.Signed(publication, signature_of(work, publication, keys["A"])))
    values: tuple[Any, ...] = (
        norm, (parties["A"], stamp_of(publication), ZERO, seal(publication, keys["A"])), [],
    )  # fmt: skip
    send(work, made, laid_out(of_model(made, "NormRegistry", "publish", values), random))
    claim = Claim(Identifier("lei:hostile"), 5, ZERO, ACCOUNTS[0])
    signature = signature_of(work, claim, KEYS[0])
    made = calls.claim(claim, signature)
    values = (b"lei:hostile", 5, bytes(32), 0, (bytes(ACCOUNTS[0]), signature))
    send(work, made, laid_out(of_model(made, "PartyRegistry", "claim", values), random))
    representative = ACCOUNTS[1]
    powers = FullPowers(parties["B"], representative, ZERO, 2**32 - 2, 2**64 - 1, accounts["B"], 1)
    signature = signature_of(work, powers, keys["B"])
    made = calls.own(powers, signature)
    values = (
        parties["B"], bytes(representative), ZERO, 2**32 - 2, 2**64 - 1, 1, 0, (bytes(accounts["B"]), signature),
    )  # fmt: skip
    send(work, made, laid_out(of_model(made, "PartyRegistry", "empower", values), random))
    list_ = list_of(parties["B"])
    acts = [
        Act(registry, ActKind.REPORTS, list_, parties["B"], by, number, refers_to=keccak(b"root"))
        for number, by in enumerate((representative, accounts["B"], representative), start=1)
    ]
    signers = [(bytes(act.account), signature_of(work, act, KEYS[1])) for act in (acts[0], acts[2])]
    made = calls.state(
        parties["B"],
        [
            calls.Signed(acts[0], signers[0][1], False),
            calls.Signed(acts[1], signature_of(work, acts[1], keys["B"])),
            calls.Signed(acts[2], signers[1][1], False),
        ],
    )
    seals = [(bytes(32), bytes(32)), seal(acts[1], keys["B"]), (bytes(32), (1).to_bytes(32, "big"))]
    tuples = [
        (stamp_of(act), act.clause, act.refers_to, act.content, act.party, one)
        for act, one in zip(acts, seals, strict=True)
    ]
    values = (parties["B"], tuples, signers)
    send(work, made, laid_out(of_model(made, "PartyRegistry", "state", values), random))
    work.update()
    view = work.view()
    assert view.party(str(claim.party)).account == claim.account
    assert [one.act for one in view.acts_on(norms, norm)] == [publication]
    assert [one.act for one in view.acts_on(registry, list_)] == acts
    assert [one.represented for one in view.acts_on(registry, list_)] == [True, False, True]
    assert view.acts_on(registry, list_)[0].proven


def stamp_of(act: Act) -> int:
    return int(act.kind) << 128 | act.number << 64 | act.deadline


def signature_of(work: Workspace, statement: Signable, key: bytes) -> bytes:
    return sign(work.release.domain(contract_of(statement), work.view().at.chain_id).digest(statement), key)


def test_calls_carried_together_are_each_read_and_those_left_out_are_not(delegations: Delegations) -> None:
    work = delegations.workspace
    good = [Claim(Identifier(f"name:carried {number}"), 5, ZERO, ACCOUNTS[number]) for number in range(2)]
    bad = Claim(Identifier("name:left out"), 5, ZERO, ACCOUNTS[2])
    made = [calls.claim(claim, signature_of(work, claim, key)) for claim, key in zip(good, KEYS, strict=False)]
    spoilt = calls.claim(bad, signature_of(work, bad, KEYS[0]))
    send(work, calls.carry([made[0], spoilt, made[1]], leave_out=True))
    work.update()
    known = work.view().parties
    assert all(claim.party in known for claim in good)
    assert bad.party not in known


@pytest.mark.filterwarnings("ignore:SELFDESTRUCT")  # py-evm's, of the opcode
def test_a_wallet_that_vanished_within_its_block_stops_no_index(delegations: Delegations) -> None:
    """A wallet answers, its act is recorded, and in the same transaction it destroys itself: its code is gone when the
    block ends, and the act stands.
    """
    work = delegations.workspace
    work.sender.send(None, _carrier(_wallet()), gas=3_000_000)
    at = _created(bytes(work.sender.address), work.node.nonce(work.sender.address) - 1)
    wallet = _created(bytes(at), 1)
    claim = Claim(Identifier("name:gone"), 5, ZERO, wallet)
    call = calls.claim(claim, b"any")
    target = bytes(work.release.address(Contract.PARTY_REGISTRY)).rjust(32, b"\0")
    work.sender.send(at, target + call.data, gas=3_000_000)
    assert work.node.code(wallet) == b""
    work.update()
    known = work.view().party(str(claim.party))
    assert known.account == wallet


def _wallet() -> bytes:
    """Runtime code: with no call data, SELFDESTRUCT; else ERC-1271's value."""
    answer = bytes.fromhex("7f1626ba7e" + "00" * 28 + "60005260206000f3")
    # CALLDATASIZE PUSH1 len JUMPI CALLER SELFDESTRUCT JUMPDEST answer
    return bytes.fromhex("36600657" + "33ff") + b"\x5b" + answer


def _carrier(wallet: bytes) -> bytes:
    """Init code of a contract that, called with an address and a call: makes the wallet, makes the call, and calls the
    wallet with nothing.
    """
    creation = bytes.fromhex("60" + f"{len(wallet):02x}" + "600c60003960" + f"{len(wallet):02x}" + "6000f3") + wallet
    assert len(creation) == 12 + len(wallet)
    size = f"{len(creation):02x}"
    runtime = (
        f"60{size}60XX600039"  # CODECOPY(0, XX, size)
        f"60{size}60006000f0"  # CREATE(0, 0, size) -> wallet
        "6020360360206000" "37"  # CALLDATACOPY(0, 32, CALLDATASIZE - 32)
        "6000600060203603600060006000355af1" "50"  # CALL(gas, word 0, 0, 0, size, 0, 0)
        "60006000600060006000855af1" "50" "00"  # CALL(gas, wallet, 0, 0, 0, 0, 0)
    )  # fmt: skip
    at = len(bytes.fromhex(runtime.replace("XX", "00")))
    code = bytes.fromhex(runtime.replace("XX", f"{at:02x}")) + creation
    return bytes.fromhex("60" + f"{len(code):02x}" + "600c60003960" + f"{len(code):02x}" + "6000f3") + code


def _created(by: bytes, nonce: int) -> Address:
    """The address that CREATE gives (Yellow Paper, section 7)."""
    return Address(keccak(rlp.encode([by, nonce]))[12:])
