"""Invariant 2: nobody owns it. No owner, no pause, no upgrade, no privileged relayer."""

import pytest
from eth_account import Account

from normledger.acts import release
from normledger.acts.act import ActKind, Contract
from normledger.chain import calls
from normledger.chain.node import Reverted
from normledger.chain.sender import Sender
from normledger.identifiers import Address, keccak
from normledger.ledger.queries import terms_of
from scripts.compile_contracts import ROOT
from tests.acts.test_release import FORBIDDEN, opcodes
from tests.delegations import Delegations

NAMES = [contract.title for contract in Contract]
DOORS = ("owner", "admin", "pause", "upgrade", "initialize", "role", "guardian", "govern", "setup", "kill", "migrate")
WRITES = {
    "PartyRegistry": {"claim", "claimFurther", "rotate", "empower", "revoke", "cancel", "state", "carry"},
    "AgreementLedger": {"sign", "act", "takeStances", "carry"},
    "NormRegistry": {"publish", "takeStances", "takeStancesOnMany", "carry"},
}
"""Every function that changes anything: each takes signed acts, whoever sends them, or calls that take them."""

CALLER, ORIGIN = 0x33, 0x32
MOVES = {0xF0: "CREATE", 0xF5: "CREATE2"}
"""What could make another contract. What they look up, they look up by STATICCALL; CALL is for `carry` alone."""

CALL = "address(this).call("


@pytest.mark.parametrize("name", NAMES)
def test_no_contract_asks_who_sends(name: str) -> None:
    """The code holds neither CALLER nor ORIGIN: it cannot tell a relayer from anybody else."""
    code = opcodes(bytes.fromhex(release.artifact(name)["deployedBytecode"].removeprefix("0x")))
    assert not code & {CALLER, ORIGIN}
    assert not code & set(FORBIDDEN)


@pytest.mark.parametrize("part", ["bytecode", "deployedBytecode"])
@pytest.mark.parametrize("name", NAMES)
def test_neither_making_nor_running_it_moves_anything(name: str, part: str) -> None:
    code = bytes.fromhex(release.artifact(name)[part].removeprefix("0x"))
    note = 2 + int.from_bytes(code[-2:], "big")  # the compiler's note at the end is data and never runs
    found = opcodes(code[:-note])
    assert not found & {*FORBIDDEN, *MOVES, CALLER, ORIGIN}
    assert found, "an empty walk shows nothing"


def test_the_contracts_call_nobody_but_themselves() -> None:
    """`carry` is the only way to a CALL, and takes no address from anybody; whatever is asked, is asked statically."""
    sources = "".join(path.read_text() for path in (ROOT / "contracts").rglob("*.sol"))
    assert sources.count(".call(") + sources.count(".call{") == sources.count(CALL) == 1
    assert not [word for word in (".transfer(", ".send(", "delegatecall", "assembly") if word in sources]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_takes_money_and_no_storage_holds_an_owner(name: str) -> None:
    abi, layout = release.artifact(name)["abi"], release.artifact(name)["storageLayout"]
    assert not [one for one in abi if one.get("stateMutability") == "payable" or one["type"] in ("fallback", "receive")]
    for entry in layout["storage"]:
        assert not entry["type"].startswith("t_address"), entry["label"]
        assert not any(door in entry["label"].lower() for door in DOORS), entry["label"]
    for entry in abi:
        if entry["type"] == "function" and entry["name"] in WRITES[name] - {"carry"}:
            assert "'signature'" in str(entry["inputs"]), "whatever changes something takes a signature"


@pytest.mark.parametrize("name", NAMES)
def test_no_function_is_an_owner_s(name: str) -> None:
    functions = [entry for entry in release.artifact(name)["abi"] if entry["type"] == "function"]
    assert {one["name"] for one in functions if one["stateMutability"] not in ("view", "pure")} == WRITES[name]
    for one in functions:
        assert not any(door in one["name"].lower() for door in DOORS), one["name"]


@pytest.mark.parametrize("name", NAMES)
def test_a_constructor_takes_nothing_but_the_registry(name: str) -> None:
    inputs = [entry["inputs"] for entry in release.artifact(name)["abi"] if entry["type"] == "constructor"]
    kinds = [one["internalType"] for entry in inputs for one in entry]
    assert kinds == ([] if name == "PartyRegistry" else ["contract IPartyRegistry"])


def test_whoever_sends_it_the_act_is_the_same(delegations: Delegations) -> None:
    """A stranger with a new account carries the signed bytes: same digest, same signer."""
    made, work = delegations, delegations.workspace
    text = made.text("A", "B")
    subject = made.found(text)
    stranger = Account.create()
    work.sender.send(Address.parse(stranger.address), b"", value=10**18)
    prepared = made.prepare(ActKind.DECLARATION, subject, "A")
    call = calls.act(terms_of(text), [calls.Signed(prepared.statement, made.signed(prepared.statement, "A"))])  # type: ignore[arg-type]
    Sender(work.node, bytes(stranger.key)).send(work.release.address(call.contract), call.data)
    work.update()
    held = work.view().acts[prepared.digest]
    assert held.signer == work.view().party("A").account
    made.submit(prepared, "A")
    assert work.carry() == []  # and our relayer finds it done


def test_every_sender_gets_the_same_answer(delegations: Delegations) -> None:
    """Deployer, relayer, party, stranger, even our contracts: what one may, all may; what one is refused, all are."""
    made, work = delegations, delegations.workspace
    texts = {"open": made.text("A", "B"), "closed": made.text("A", "B", title="Closed", admission="closed")}
    subjects = {name: made.found(text) for name, text in texts.items()}
    norm = keccak(b"norm")
    made.act(ActKind.PUBLICATION, norm, "A")

    def joins(which: str, key: str = "C") -> calls.Call:
        act = made.prepare(ActKind.ACCESSION, subjects[which], "C").statement
        return calls.act(terms_of(texts[which]), [calls.Signed(act, made.signed(act, key))])  # type: ignore[arg-type]

    sent = {"taken": joins("open"), "ClosedTo": joins("closed"), "WrongSigner": joins("open", "A"),
            "Empty": calls.take_stances(norm, [])}  # fmt: skip
    endorses = made.prepare(ActKind.ENDORSEMENT, norm, "B").statement
    sent["NotPublished"] = calls.take_stances(keccak(b"?"), [calls.Signed(endorses, b"")])  # type: ignore[arg-type]
    senders = [
        work.address_of_key("relayer"), *(party.account for party in work.view().parties.values()), Address(bytes(20)),
        release.DEPLOYER, Address(keccak(b"a stranger")[:20]), *work.release.addresses,
    ]  # fmt: skip
    for expected, call in sent.items():
        answers = set()
        for sender in senders:
            try:
                answers.add(("taken", work.node.call(work.release.address(call.contract), call.data, sender=sender)))
            except Reverted as reverted:
                answers.add((str(calls.refusal(reverted).reason), reverted.data))
        assert [answer for answer, _ in answers] == [expected]
