"""One digest in many languages: this library's, eth-account's, and (through recorded acts) the contracts'."""

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from normledger.acts import release
from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract
from normledger.acts.powers import FullPowers, Rotation
from normledger.acts.typed_data import (
    KINDS_OF,
    Domain,
    Signable,
    contract_of,
    from_json,
    struct_hash,
    to_json,
    type_of,
    written_type,
)
from normledger.errors import InputError
from normledger.identifiers import ZERO, Address, Identifier, PartyId, keccak
from tests.strategies import ADDRESSES, DOMAINS, OWN_ACTS, SIGNED, STATEMENTS, acts
from tests.vectors.make_typed_data import PATH, cases, text

RELEASE = release.current()
STRATEGIES = {
    **{name: (name, made) for name, made in OWN_ACTS.items()},
    **{f"{contract.title} {kind.type_name}": (kind.type_name, acts(contract, kind)) for contract, kind in SIGNED},
}
"""Every sort of statement by a name of its own: its type's name, and statements of it."""


def digest_by_eth_account(data: dict[str, Any]) -> bytes:
    message = encode_typed_data(full_message=data)
    return bytes(keccak(b"\x19" + message.version + message.header + message.body))


@pytest.mark.parametrize("name", STRATEGIES)
@given(data=st.data(), domain=DOMAINS)
def test_every_statement_has_the_digest_that_eth_account_gives(name: str, data: st.DataObject, domain: Domain) -> None:
    type_name, statements = STRATEGIES[name]
    statement = data.draw(statements)
    shown = to_json(domain, statement)
    assert shown["primaryType"] == type_name
    assert domain.digest(statement) == digest_by_eth_account(shown)


@given(st.integers(0, 2**256 - 1), STATEMENTS)
def test_what_a_wallet_gets_is_read_back(chain_id: int, statement: Signable) -> None:
    domain = RELEASE.domain(contract_of(statement), chain_id)
    shown = json.loads(json.dumps(to_json(domain, statement)))
    assert from_json(shown, RELEASE) == (domain, statement)


@given(STATEMENTS, ADDRESSES)
def test_at_another_address_it_is_read_for_another_domain_or_refused(statement: Signable, elsewhere: Address) -> None:
    """Whoever compares the domain then refuses it: never is it taken for an act of this release."""
    shown = to_json(Domain(1, elsewhere), statement)
    try:
        domain, _ = from_json(shown, RELEASE)
    except InputError:
        return
    assert domain.contract == elsewhere


@given(STATEMENTS, st.sampled_from(Contract))
def test_for_another_contract_of_the_release_it_is_another_s_act_or_refused(
    statement: Signable, contract: Contract
) -> None:
    shown = to_json(RELEASE.domain(contract, 1), statement)
    if contract is contract_of(statement):
        return
    try:
        domain, read = from_json(shown, RELEASE)
    except InputError:
        return
    # The type is one that both take: it is the other contract's act then, and its digest is another.
    assert isinstance(read, Act) or not isinstance(statement, Act)
    assert domain.digest(read) != RELEASE.domain(contract_of(statement), 1).digest(statement)


def test_the_written_types_are_the_contracts_own() -> None:
    """Every type here stands in the sources, and every type in the sources is here."""
    sources = (PATH.parents[2] / "contracts" / "ConsentTypes.sol").read_text("utf-8")
    solidity = "".join(sources.split()).replace('""', "")
    here = {written_type(contract, kind) for contract, kind in SIGNED} | {case["written"] for case in cases()}
    for written in here:
        assert f'keccak256("{written}")'.replace(" ", "") in solidity, written
    assert solidity.count('keccak256("') == len(here) + 1  # and the domain's
    assert len(here) == len(SIGNED) + len(OWN_ACTS) - 2  # Withdrawal and Cancellation of agreements and of lists


def test_no_two_statements_have_one_type_unless_one_layout() -> None:
    """The type's hash is the first thing signed: an act on a norm is never one on an agreement."""
    for contract, kind in SIGNED:
        for other, kind_ in SIGNED:
            same = written_type(contract, kind) == written_type(other, kind_)
            on_subjects = {contract, other} <= {Contract.PARTY_REGISTRY, Contract.AGREEMENT_LEDGER}
            assert same == (kind is kind_ and (contract is other or on_subjects))


def test_the_vector_file_holds_today_s_digests() -> None:
    assert PATH.read_text("utf-8") == text(), "run `python -m tests.vectors.make_typed_data` and look at the difference"
    kinds = [(case["contract"], case["actKind"], case["type"]) for case in cases()]
    assert len(set(kinds)) == len(SIGNED) + len(OWN_ACTS)
    assert all(kinds.count(one) == 3 for one in kinds)
    assert len({case["digest"] for case in cases()}) == len(kinds)


def test_a_contract_records_only_its_kinds() -> None:
    for contract in Contract:
        for kind in set(ActKind) - set(KINDS_OF[contract]):
            with pytest.raises(InputError, match=f"the {contract.title} records no {kind.term}"):
                written_type(contract, kind)
            with pytest.raises(InputError):
                struct_hash(Act(contract, kind, ZERO, PartyId(ZERO), Address(bytes(20)), 1))


@pytest.mark.parametrize("field", ["clause", "refers_to", "number"])
def test_what_a_type_does_not_name_is_never_dropped_in_silence(field: str) -> None:
    """A founding signature and an act on a norm have fewer members: a value for another would be signed by nobody."""
    value: Any = 7 if field == "number" else keccak(b"x")
    for contract, kind in SIGNED:
        act = Act(contract, kind, ZERO, PartyId(ZERO), Address(bytes(20)), 0)
        other = replace(act, **{field: value})
        founding, norm = kind in FOUNDING, contract is Contract.NORM_REGISTRY
        if founding or (norm and field != "number"):
            with pytest.raises(InputError):
                struct_hash(other)
        else:
            assert struct_hash(other) != struct_hash(act)


@pytest.mark.parametrize("bits", [0, 1, 1 << 32, 1 << 255, (1 << 256) - 1, 3, 1 << 32 | 2])
def test_powers_that_are_signed_name_kinds_that_there_are(bits: int) -> None:
    shown = copy.deepcopy(SHOWN["powers"])
    shown["message"]["kinds"] = str(bits)
    with pytest.raises(InputError, match="at least one kind"):
        from_json(shown, RELEASE)


@given(STATEMENTS, st.integers(64, 300))
def test_a_number_too_large_for_its_type_is_not_wrapped(statement: Signable, bits: int) -> None:
    with pytest.raises(InputError, match="does not fit into 64 bits"):
        struct_hash(replace(statement, deadline=1 << bits))


# --- closed and strict

DOMAIN = RELEASE.domain(Contract.AGREEMENT_LEDGER, 20044)
ACCOUNT, PARTY = Address(keccak(b"a")[:20]), PartyId(keccak(b"p"))
ACT = Act(Contract.AGREEMENT_LEDGER, ActKind.RESERVATION, keccak(b"s"), PARTY, ACCOUNT, 7, deadline=9)
CLAIM = Claim(Identifier("name:A"), 5, keccak(b"profile"), ACCOUNT, 9)
EXAMPLES: dict[str, Signable] = {
    "act": ACT,
    "norm": Act(Contract.NORM_REGISTRY, ActKind.ENDORSEMENT, keccak(b"n"), PARTY, ACCOUNT, 7, deadline=9),
    "founding": Act(
        Contract.AGREEMENT_LEDGER, ActKind.SIGNATURE, keccak(b"s"), PARTY, ACCOUNT, 0, content=keccak(b"d")
    ),
    "claim": CLAIM,
    "rotation": Rotation(PARTY, Address(keccak(b"b")[:20]), ACCOUNT, 7, 9),
    "powers": FullPowers(PARTY, Address(keccak(b"b")[:20]), ZERO, 1 << ActKind.SIGNATURE, 10, ACCOUNT, 7, 9),
}
SHOWN = {name: to_json(RELEASE.domain(contract_of(one), 20044), one) for name, one in EXAMPLES.items()}


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


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_every_added_or_missing_or_renamed_field_is_refused(shown: dict[str, Any]) -> None:
    assert from_json(copy.deepcopy(shown), RELEASE)
    for path in objects(shown):
        added = copy.deepcopy(shown)
        place(added, path)["note"] = "shown to nobody, signed by nobody"
        with pytest.raises(InputError):
            from_json(added, RELEASE)
        for key in place(shown, path):
            missing, renamed = copy.deepcopy(shown), copy.deepcopy(shown)
            del place(missing, path)[key]
            place(renamed, path)[f"{key}_"] = place(renamed, path).pop(key)
            for wrong in (missing, renamed):
                with pytest.raises(InputError):
                    from_json(wrong, RELEASE)


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
@pytest.mark.parametrize(
    "wrong",
    [None, True, 1, -1, 0.5, 2**64, "", "1", " 7", "07", "+7", "-7", "0x7", "٧", "9" * 5000, "1e3", [], {}, "0x", "x",
     "0x" + "0" * 63, "0x" + "G" * 64, str(2**64)],
    ids=lambda value: repr(value)[:12],
)  # fmt: skip
def test_every_retyped_field_is_refused_or_read_as_it_stands(shown: dict[str, Any], wrong: Any) -> None:
    for path in leaves(shown):
        if place(shown, path) == wrong:
            continue
        other = copy.deepcopy(shown)
        place(other, path[:-1])[path[-1]] = wrong
        try:
            domain, read = from_json(other, RELEASE)
        except InputError:
            continue
        # A wrong type can also be a right value of that field: then it is what is signed.
        assert json.dumps(to_json(domain, read)) == json.dumps(other)
        numbers = ("deadline", "number", "kind", "kinds", "until")
        assert path == ("domain", "chainId") or path in [("message", name) for name in numbers]


def test_a_field_of_the_wrong_case_is_not_the_same_text() -> None:
    for field in ("subject", "party"):
        shown = to_json(DOMAIN, ACT)
        shown["message"][field] = "0x" + shown["message"][field][2:].upper()
        with pytest.raises(InputError):
            from_json(shown, RELEASE)
    lower = to_json(DOMAIN, ACT)
    lower["domain"]["verifyingContract"] = lower["domain"]["verifyingContract"].lower()
    with pytest.raises(InputError):
        from_json(lower, RELEASE)


@pytest.mark.parametrize("data", [None, [], "text", {}, {"types": 1, "primaryType": 2, "domain": 3, "message": 4}])
def test_what_is_no_typed_data_is_told(data: Any) -> None:
    with pytest.raises(InputError):
        from_json(data, RELEASE)


# --- every member is signed


@given(STATEMENTS, st.data())
def test_every_member_of_the_type_is_in_the_digest(statement: Signable, data: st.DataObject) -> None:
    """Twice the same statement but for one member: two digests. So no member is signed by name only."""
    domain = RELEASE.domain(contract_of(statement), 1)
    shown = to_json(domain, statement)
    other = copy.deepcopy(shown)
    member = data.draw(st.sampled_from(sorted(shown["message"])))
    value = other["message"][member]
    if member == "identifier":
        other["message"][member] = value + "x" if len(value) < 30 else value[:-1]
    elif member == "kinds":
        other["message"][member] = str(int(value) ^ 2 or 4)
    elif isinstance(value, int) or value.isdigit():
        other["message"][member] = type(value)(int(value) % 7 + 1 if int(value) != int(value) % 7 + 1 else 0)
    else:
        size = len(value) // 2 - 1
        flipped = int(value, 16) ^ 1 << data.draw(st.integers(0, size * 8 - 1))
        raw = flipped.to_bytes(size, "big")
        other["message"][member] = str(Address(raw)) if size == 20 else "0x" + raw.hex()
    again, read = from_json(other, RELEASE)
    assert again == domain
    assert domain.digest(read) != domain.digest(statement)


@given(STATEMENTS, DOMAINS, DOMAINS)
def test_a_digest_is_for_one_chain_and_one_contract(statement: Signable, one: Domain, other: Domain) -> None:
    assert (one.digest(statement) == other.digest(statement)) == (one == other)


def test_a_type_is_told_with_its_name() -> None:
    for name, statement in EXAMPLES.items():
        assert type_of(statement).startswith(SHOWN[name]["primaryType"] + "(")
