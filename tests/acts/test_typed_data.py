"""One digest in two languages: this library's, eth-account's, and (through recorded acts) the contracts'."""

import copy
import json
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from normledger.acts.act import Act, ActKind, Claim, Contract, list_of
from normledger.acts.commitment import NOTHING, link
from normledger.acts.release import word_slot
from normledger.acts.typed_data import Domain, from_json, struct_hash, to_json, written_type
from normledger.errors import InputError
from normledger.identifiers import Address, Hash, PartyId, keccak
from tests.delegations import Delegations
from tests.strategies import CLAIMS, DOMAINS, SIGNED_KINDS, STATEMENTS, acts
from tests.vectors.make_typed_data import PATH, cases, text


def digest_by_eth_account(data: dict[str, Any]) -> bytes:
    message = encode_typed_data(full_message=data)
    return bytes(keccak(b"\x19" + message.version + message.header + message.body))


@pytest.mark.parametrize("kind", SIGNED_KINDS, ids=lambda kind: kind.name.lower())
@given(data=st.data(), domain=DOMAINS)
def test_every_kind_has_the_digest_that_eth_account_gives(kind: ActKind, data: st.DataObject, domain: Domain) -> None:
    statement = data.draw(CLAIMS if kind is ActKind.CLAIM else acts(kind))
    shown = to_json(domain, statement)
    assert shown["primaryType"] == kind.type_name
    assert domain.digest(statement) == digest_by_eth_account(shown)


@given(DOMAINS, STATEMENTS)
def test_what_a_wallet_gets_is_read_back(domain: Domain, statement: Act | Claim) -> None:
    shown = json.loads(json.dumps(to_json(domain, statement)))
    assert from_json(shown) == (domain, statement)


def test_the_written_types_are_the_contracts_own() -> None:
    sources = "".join((PATH.parents[2] / "contracts" / "ConsentTypes.sol").read_text().split())
    solidity = sources.replace('""', "")
    for kind in SIGNED_KINDS:
        assert f'"{written_type(kind)}"'.replace(" ", "") in solidity, kind


def test_the_vector_file_holds_today_s_digests() -> None:
    assert PATH.read_text() == text(), "run `python -m tests.vectors.make_typed_data` and look at the difference"
    assert {case["kind"] for case in cases()} == {int(kind) for kind in SIGNED_KINDS}
    assert all(sum(other["kind"] == case["kind"] for other in cases()) >= 3 for case in cases())


def test_kinds_of_later_releases_are_not_signed() -> None:
    for kind in set(ActKind) - set(SIGNED_KINDS):
        with pytest.raises(InputError, match="is not signed in this release"):
            struct_hash(Act(kind, Hash(bytes(32)), PartyId(bytes(32)), Address(bytes(20)), 1))


# --- closed and strict

DOMAIN = Domain(20044, Address(keccak(b"contract")[:20]))
ACT = Act(ActKind.RESERVATION, keccak(b"s"), PartyId(keccak(b"p")), Address(keccak(b"a")[:20]), 7, deadline=9)
CLAIM = Claim("name:A", 5, keccak(b"profile"), Address(keccak(b"a")[:20]), 9)  # type: ignore[arg-type]


def objects(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if isinstance(data, dict) else []
    for key, inner in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        found += objects(inner, (*path, key))
    return found


def leaves(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(data, dict | list):
        return [path]
    entries = data.items() if isinstance(data, dict) else enumerate(data)
    return [leaf for key, inner in entries for leaf in leaves(inner, (*path, key))]


def place(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


@pytest.mark.parametrize("statement", [ACT, CLAIM], ids=["act", "claim"])
def test_every_added_or_missing_or_renamed_field_is_refused(statement: Act | Claim) -> None:
    shown = to_json(DOMAIN, statement)
    assert from_json(copy.deepcopy(shown))
    for path in objects(shown):
        added = copy.deepcopy(shown)
        place(added, path)["note"] = "shown to nobody, signed by nobody"
        with pytest.raises(InputError):
            from_json(added)
        for key in place(shown, path):
            missing, renamed = copy.deepcopy(shown), copy.deepcopy(shown)
            del place(missing, path)[key]
            place(renamed, path)[f"{key}_"] = place(renamed, path).pop(key)
            for wrong in (missing, renamed):
                with pytest.raises(InputError):
                    from_json(wrong)


@pytest.mark.parametrize("statement", [ACT, CLAIM], ids=["act", "claim"])
@pytest.mark.parametrize(
    "wrong",
    [None, True, 1, -1, 0.5, 2**64, "", "1", " 7", "07", "+7", "-7", "0x7", "٧", "9" * 5000, "1e3", [], {}, "0x", "x",
     "0x" + "0" * 63, "0x" + "G" * 64, str(2**64)],
    ids=lambda value: repr(value)[:12],
)  # fmt: skip
def test_every_retyped_field_is_refused_or_read_as_it_stands(statement: Act | Claim, wrong: Any) -> None:
    shown = to_json(DOMAIN, statement)
    for path in leaves(shown):
        if place(shown, path) == wrong:
            continue
        other = copy.deepcopy(shown)
        place(other, path[:-1])[path[-1]] = wrong
        try:
            domain, read = from_json(other)
        except InputError:
            continue
        # A wrong type can also be a right value of that field: then it is what is signed.
        assert json.dumps(to_json(domain, read)) == json.dumps(other)
        assert path in (("domain", "chainId"), ("message", "deadline"), ("message", "number"), ("message", "kind"))


def test_a_field_of_the_wrong_case_is_not_the_same_text() -> None:
    for field in ("subject", "party"):
        shown = to_json(DOMAIN, ACT)
        name = "agreement" if field == "subject" else field
        shown["message"][name] = "0x" + shown["message"][name][2:].upper()
        with pytest.raises(InputError):
            from_json(shown)
    lower = to_json(DOMAIN, ACT)
    lower["domain"]["verifyingContract"] = lower["domain"]["verifyingContract"].lower()
    with pytest.raises(InputError):
        from_json(lower)


@pytest.mark.parametrize("data", [None, [], "text", {}, {"types": 1, "primaryType": 2, "domain": 3, "message": 4}])
def test_what_is_no_typed_data_is_told(data: Any) -> None:
    with pytest.raises(InputError):
        from_json(data)


# --- the contracts' digest


def test_the_contracts_take_what_was_signed_here(delegations: Delegations) -> None:
    """Every kind that a contract records, with every field filled: it took the signature, so it has the digest."""
    made, keys = delegations, delegations.keys
    agreement = made.found(made.text("A", "B"))
    work = made.workspace
    fields: dict[str, Any] = {
        "clause": keccak(b"clause"), "refers_to": keccak(b"named"), "content": keccak(b"text"), "deadline": 2**64 - 1,
    }  # fmt: skip
    norm = keccak(b"norm")
    kinds = {agreement: range(ActKind.RATIFICATION, ActKind.SUCCESSION + 1), list_of(made.parties["A"]): (6, 7, 8, 21)}
    kinds[norm] = (ActKind.PUBLICATION, ActKind.ENDORSEMENT, ActKind.OPPOSITION, ActKind.DERIVATION)
    recorded = set()
    for subject, kinds_here in kinds.items():
        for kind in map(ActKind, kinds_here):
            prepared = made.prepare(kind, subject, "A", **fields)
            (done,) = work.act_at_once([(prepared, keys["A"])])
            assert work.view().acts[done.digest].act == prepared.statement
            recorded.add(kind)
    recorded |= {ActKind.CLAIM, ActKind.SIGNATURE}
    pair = made.text("A", "C", takes_effect="on-ratification")
    subject = made.signature("A", pair).statement.subject  # type: ignore[union-attr]
    kind = ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION
    founding = [(made.prepare(kind, subject, one, content=pair.hash, deadline=2**63), keys[one]) for one in "AC"]
    work.act_at_once(founding)
    assert recorded | {kind} == set(SIGNED_KINDS)


def test_the_contracts_link_what_was_hashed_here(delegations: Delegations) -> None:
    """A claim's digest and party id are the contract's own: its word links them."""
    work = delegations.workspace
    view = work.view()
    address = work.release.address(Contract.PARTY_REGISTRY)
    for party in view.parties.values():
        at = party.recorded
        word = link(NOTHING, ActKind.CLAIM, party.digest, party.id, party.account, at.block, at.time)
        assert work.node.storage(address, word_slot(party.id)) == word
