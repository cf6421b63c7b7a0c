"""The index is a cache: whatever happens to it, the chain gives the same rows; what is not on the chain, it refuses."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from normledger.acts.act import ActKind, Contract, list_of, stances_on
from normledger.acts.release import REGISTER_SLOT, Release, word_slot
from normledger.chain import calls
from normledger.chain.logs import events
from normledger.chain.node import Block, Log, Node
from normledger.errors import ChainError, IntegrityError, WorkspaceError
from normledger.identifiers import ZERO, Address, AgreementId, Hash, PartyId, keccak
from normledger.ledger import index as indexing
from normledger.ledger import recovery
from normledger.ledger.index import Index
from normledger.ledger.queries import Ledger
from normledger.relay.preparation import prepare_powers
from tests.ledger.conftest import Register, opened, rows, view_of

EMBEDDED = pytest.mark.parametrize("register", ["embedded"], indirect=True)
"""What does not depend on the chain is run on one."""

REGISTER = Hash(REGISTER_SLOT.to_bytes(32, "big"))


def live(register: Register) -> Hash:
    """Some of everything; the agreement's id."""
    made = register.delegations
    agreement = made.found(made.text("A", "B"))
    made.act(ActKind.ACCESSION, agreement, "C", text="We join.")
    document = register.workspace.view().agreement(str(agreement)).document
    assert document
    made.act(ActKind.RESERVATION, agreement, "C", clause=document.clause_ids[0], text="Not that.")
    norm = keccak(b"norm")
    made.act(ActKind.PUBLICATION, norm, "A")
    made.act(ActKind.ENDORSEMENT, norm, "B", text="Well said.")
    list_ = list_of(made.parties["A"])
    made.act(ActKind.REPORTS, list_, "A", refers_to=keccak(b"root"), content=keccak(b"batch"))
    work, envoy = made.workspace, made.workspace.new_key("envoy", light=True)
    kinds = frozenset({ActKind.DECLARATION})
    powers = prepare_powers(work.newest(), work.release, made.parties["B"], envoy, kinds, 2**40)
    work.act_at_once([(powers, made.keys["B"])])
    declares = made.prepare(ActKind.DECLARATION, agreement, "B", by=envoy)
    work.act_at_once([(declares, work.private_key("envoy"))])
    endorses = made.prepare(ActKind.ENDORSEMENT, stances_on(agreement), "C", clause=document.clause_ids[0])
    work.act_at_once([(endorses, made.keys["C"])])
    open_one = made.text("B", "C")
    made.workspace.submit_own(made.signature("C", open_one), made.keys["C"])
    made.workspace.carry(one_by_one=True)
    return agreement


def test_every_word_is_the_chain_s(register: Register) -> None:
    live(register)
    work = register.workspace
    words = work.view().words
    assert len(words) == 3 + 3 + 2 + 1 + 1 + 1  # parties, registers, agreements, norm, list, stances
    for (contract, subject), word in words.items():
        slot = REGISTER if subject == ZERO else word_slot(subject)
        assert work.node.storage(work.release.address(contract), slot) == word


def test_an_index_made_again_is_the_same_byte_for_byte(register: Register, tmp_path: Path) -> None:
    live(register)
    grown, before = tmp_path / ".normledger" / "index.db", register.workspace.view().digest
    index, fresh = register.index(tmp_path / "fresh.db")
    index.update()
    assert json.dumps(rows(fresh), default=repr) == json.dumps(rows(grown), default=repr)
    assert all(rows(fresh).values())
    assert view_of(register, fresh).digest == before
    index.update()
    assert rows(fresh) == rows(grown)


def test_a_reorganisation_leaves_what_a_fresh_index_has(register: Register, tmp_path: Path) -> None:
    made, work = register.delegations, register.workspace
    agreement = made.found(made.text("A", "B"))
    kept = rows(tmp_path / ".normledger" / "index.db")
    digest = work.view().digest
    go_back = register.keep()
    made.act(ActKind.ACCESSION, agreement, "C")
    made.found(made.text("A", "C"))
    made.register("D")
    made.act(ActKind.PUBLICATION, keccak(b"n"), "A")
    go_back()
    work.update()
    assert rows(tmp_path / ".normledger" / "index.db") == kept
    assert work.view().digest == digest
    made.act(ActKind.DECLARATION, agreement, "B")  # another future
    index, fresh = register.index(tmp_path / "fresh.db")
    index.update()
    assert rows(fresh) == rows(tmp_path / ".normledger" / "index.db")
    assert len(work.view().agreements) == 1


@EMBEDDED
def test_a_chain_that_forgot_everything_empties_the_index(register: Register, tmp_path: Path) -> None:
    work = register.workspace
    work.node._provider.rewind(work.configuration.first_block)  # type: ignore[attr-defined]
    index, path = register.index(tmp_path / ".normledger" / "index.db")
    index.update()
    assert not any(rows(path).values())


# --- nodes that lie


class NoHistory:
    """Enough to read claims by."""

    def account(self, party: PartyId) -> Address:
        raise KeyError(party)

    def founded(self, agreement: AgreementId) -> frozenset[PartyId] | None:
        return None


class Liar(Node):
    """The real node, but for the logs that it alters on their way."""

    def __init__(self, honest: Node, alter: Callable[[list[Log]], list[Log]]) -> None:
        super().__init__(honest._provider, "a liar")
        self._alter = alter

    def logs(self, addresses: object, first: int, last: int) -> list[Log]:
        return self._alter(super().logs(addresses, first, last))  # type: ignore[arg-type]


def tampered(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def at_last(change: Callable[[Log], list[Log]]) -> Callable[[list[Log]], list[Log]]:
    return lambda logs: [*logs[:-1], *change(logs[-1])] if logs else logs


CALL = 2 * 32 + 4
"""Where a call's arguments begin in an event's data: after its offset, its length and its selector."""

TERMS, STAMP = CALL + 3 * 32, CALL + 3 * 32 + 7 * 32 + 32
"""Where the terms of an agreement of two begin in a call on it, and the stamp of the call's first act."""


def altered(at: int) -> Callable[[list[Log]], list[Log]]:
    return at_last(lambda log: [replace(log, data=tampered(log.data, at))])


LIES: dict[str, Callable[[list[Log]], list[Log]]] = {
    "leaves out a log among others": lambda logs: logs[:-2] + logs[-1:],
    "doubles a log": at_last(lambda log: [log, log]),
    "doubles a log under another index": at_last(lambda log: [log, replace(log, index=log.index + 1)]),
    "alters the subject": at_last(lambda log: [replace(log, topics=(log.topics[0], keccak(b"x")))]),
    "alters the terms": altered(TERMS + 31),
    "alters the kind": altered(STAMP + 15),
    "gives a kind that is none": altered(STAMP),
    "alters the number": altered(STAMP + 23),
    "alters the deadline": altered(STAMP + 31),
    "alters the clause": altered(STAMP + 63),
    "alters what it refers to": altered(STAMP + 95),
    "alters the text": altered(STAMP + 127),
    "alters the party": altered(STAMP + 159),
    "alters the signature": altered(STAMP + 163),
    "alters the signature's second half": altered(STAMP + 195),
    "alters the selector": altered(2 * 32),
    "cuts the data": at_last(lambda log: [replace(log, data=log.data[:-64])]),
    "drops a topic": at_last(lambda log: [replace(log, topics=log.topics[:1])]),
    "gives an unknown event": at_last(lambda log: [replace(log, topics=(keccak(b"?"), *log.topics[1:]))]),
    "swaps two events": lambda logs: [
        replace(log, index=number) for number, log in enumerate(logs[:-2] + logs[-2:][::-1])
    ],
}


@EMBEDDED
@pytest.mark.parametrize("lie", LIES)
def test_a_lying_node_is_found_at_its_block_and_nothing_is_written(
    register: Register, tmp_path: Path, lie: str
) -> None:
    made, work = register.delegations, register.workspace
    agreement = made.found(made.text("A", "B"))
    made.found(made.text("B", "C", admission="closed"))
    honest, path = register.index(tmp_path / "index.db")
    honest.update()
    before = rows(path)
    terms = work.view().agreement(str(agreement)).terms
    acts = [made.prepare(ActKind.ACCESSION, agreement, one).statement for one in "ABC"]
    signed = [calls.Signed(act, made.signed(act, one)) for act, one in zip(acts, "ABC", strict=True)]  # type: ignore[arg-type]
    call = calls.carry([calls.act(terms, [one]) for one in signed], leave_out=False)
    work.sender.send(work.release.address(call.contract), call.data)
    work.update()
    head = work.node.head()
    assert len(work.node.logs(work.release.addresses, head.number, head.number)) == 3
    index, _ = register.index(path, Liar(work.node, LIES[lie]))
    with pytest.raises(IntegrityError, match=rf"block {head.number}\b") as found:
        index.update()
    assert "sk another node" in str(found.value)
    assert rows(path) == before
    honest.update()
    assert rows(path) == rows(tmp_path / ".normledger" / "index.db")


@EMBEDDED
@pytest.mark.parametrize("beside", [False, True])
def test_of_blocks_read_together_those_before_a_forged_signature_are_kept(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: bool
) -> None:
    """All rows are written before the signatures are known to be right: those of bad faith are taken back."""
    monkeypatch.setattr(recovery, "_WORTH_IT", 1 if beside else 1_000)
    made, node = register.delegations, register.workspace.node
    before = made.workspace.update().number
    for parties in ("AB", "BC", "AC"):
        made.found(made.text(*parties))
    made.workspace.update()
    signed = [
        log.block_number for log in node.logs(register.workspace.release.addresses, before + 1, node.head().number)
    ]
    bad = signed[len(signed) // 2]

    def alter(logs: list[Log]) -> list[Log]:
        r = CALL + (3 + 7 + 2) * 32  # behind the heads, the terms of two parties, the number of acts, the stamp
        return [replace(log, data=tampered(log.data, r)) if log.block_number == bad else log for log in logs]

    index, path = register.index(tmp_path / "lied.db", Liar(node, alter))
    with pytest.raises(IntegrityError, match=rf"log 0 of block {bad} .*the signature of act"):
        index.update()
    kept, whole = rows(path), rows(tmp_path / ".normledger" / "index.db")
    assert [row for row in whole["blocks"] if dict(row)["number"] < bad] == kept["blocks"] != []
    assert [row for row in whole["acts"] if dict(row)["block"] < bad] == kept["acts"]
    honest, _ = register.index(path)
    honest.update()
    assert rows(path) == whole


@EMBEDDED
def test_a_founding_event_that_is_altered_is_found(register: Register, tmp_path: Path) -> None:
    made, work = register.delegations, register.workspace
    made.found(made.text("A", "B"))
    head = work.node.head()
    ledger = work.release.address(Contract.AGREEMENT_LEDGER)
    for at in (
        TERMS + 31,
        TERMS + 63,
        TERMS + 4 * 32 - 1,
        TERMS + 6 * 32 - 1,
    ):  # document, clauses, admission, a founder

        def alter(logs: list[Log], at: int = at) -> list[Log]:
            return [replace(log, data=tampered(log.data, TERMS + at)) if log.address == ledger else log for log in logs]

        index, path = register.index(tmp_path / f"{at}.db", Liar(work.node, alter))
        with pytest.raises(IntegrityError, match=rf"block {head.number}\b"):
            index.update()
        assert rows(path)["agreements"] == []


@EMBEDDED
def test_a_claim_that_is_altered_is_found(register: Register, tmp_path: Path) -> None:
    def alter(logs: list[Log]) -> list[Log]:
        return [replace(log, data=log.data.replace(b"name:A", b"name:X")) for log in logs]

    index, path = register.index(tmp_path / "x.db", Liar(register.workspace.node, alter))
    with pytest.raises(IntegrityError, match="log 0 of block"):
        index.update()
    assert not any(rows(path).values())


def test_a_signature_altered_to_pass_as_a_wallet_s_is_found_by_the_block_s_receipts(
    register: Register, tmp_path: Path
) -> None:
    """Where a plain key signed, a signature that recovers to nobody would else count as a contract wallet's."""
    honest, path = register.index(tmp_path / "honest.db")
    honest.update()
    claims = [dict(row) for row in rows(path)["parties"]]
    signature, block = claims[1]["signature"], claims[1]["block"]

    def alter(logs: list[Log]) -> list[Log]:
        return [replace(log, data=log.data.replace(signature, tampered(signature, 40))) for log in logs]

    index, path = register.index(tmp_path / "x.db", Liar(register.workspace.node, alter))
    with pytest.raises(IntegrityError, match=rf"of block {block} .* are not those of the receipts that its header"):
        index.update()
    assert not any(rows(path).values())


def test_who_finds_that_another_wrote_meanwhile_reads_again(register: Register, tmp_path: Path) -> None:
    made = register.delegations
    first, path = register.index(tmp_path / "x.db")
    first.update()
    agreement = made.found(made.text("A", "B"))
    times = []

    def overtaken(logs: list[Log]) -> list[Log]:
        if not times:
            times.append(first.update())
        return logs

    second, _ = register.index(path, Liar(register.workspace.node, overtaken))
    assert second.update() == first.update()
    assert times
    fresh, other = register.index(tmp_path / "fresh.db")
    fresh.update()
    assert rows(path) == rows(other)
    assert [dict(row)["id"] for row in rows(path)["agreements"]] == [str(agreement)]


def test_a_block_left_out_near_the_head_is_found_by_its_header(register: Register, tmp_path: Path) -> None:
    made, work = register.delegations, register.workspace
    agreement = made.found(made.text("A", "B"))
    honest, path = register.index(tmp_path / "x.db")
    honest.update()
    before = rows(path)
    hidden = made.act(ActKind.DECLARATION, agreement, "A")
    liar = Liar(work.node, lambda logs: [log for log in logs if log.block_number != hidden.block])
    index, _ = register.index(path, liar)
    with pytest.raises(IntegrityError, match=rf"of block {hidden.block} .* are not all that its header commits to"):
        index.update()
    assert rows(path) == before


def test_a_whole_block_left_out_far_back_is_found_by_the_registers(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_NEAR", 0)
    made, work = register.delegations, register.workspace
    made.found(made.text("A", "B"))
    head = work.node.head()
    liar = Liar(work.node, lambda logs: [log for log in logs if log.block_number < head.number])
    index, path = register.index(tmp_path / "x.db", liar)
    with pytest.raises(IntegrityError, match="the register of AgreementLedger"):
        index.update()
    assert rows(path)["agreements"] == []


@EMBEDDED
def test_an_act_left_out_far_back_is_found_by_the_next_on_its_subject(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_NEAR", 0)
    made, work = register.delegations, register.workspace
    agreement = made.found(made.text("A", "B"))
    honest, path = register.index(tmp_path / "x.db")
    honest.update()
    hidden = made.act(ActKind.DECLARATION, agreement, "A")
    liar = Liar(work.node, lambda logs: [log for log in logs if log.block_number != hidden.block])
    index, _ = register.index(path, liar)
    index.update()
    later = made.act(ActKind.DECLARATION, agreement, "B")
    with pytest.raises(IntegrityError, match=rf"At block {later.block} .* for subject {agreement}"):
        index.update()


@EMBEDDED
def test_a_node_that_contradicts_itself_is_given_up(register: Register, tmp_path: Path) -> None:
    def alter(logs: list[Log]) -> list[Log]:
        return [replace(log, block_hash=keccak(b"elsewhere")) for log in logs]

    index, _ = register.index(tmp_path / "x.db", Liar(register.workspace.node, alter))
    with pytest.raises(ChainError, match="do not belong together"):
        index.update()


@EMBEDDED
def test_a_chain_that_turns_while_it_is_read_is_read_again(register: Register, tmp_path: Path) -> None:
    """The first answers are of a branch that is gone by the time the block is asked for."""
    turns = iter([True, True])

    class Turning(Node):
        def block(self, number: int) -> Block | None:
            found = super().block(number)
            return replace(found, hash=keccak(b"gone")) if found and next(turns, False) else found

    index, path = register.index(tmp_path / "x.db", Turning(register.workspace.node._provider, "turning"))
    index.update()
    assert rows(path) == rows(tmp_path / ".normledger" / "index.db")


def test_events_of_others_are_not_ours(register: Register) -> None:
    """A topic proves nothing: only what our contracts emit is read."""
    work = register.workspace
    logs = work.node.logs(work.release.addresses, 0, work.node.head().number)[-3:]
    foreign = replace(work.release, addresses=(Address(b"\1" * 20), *work.release.addresses[1:]))
    assert len(list(events(logs, work.release, 1, 1, NoHistory()))) == len(logs) == 3
    assert list(events(logs, foreign, 1, 1, NoHistory())) == []


# --- another chain, another release


def test_the_index_of_another_chain_or_release_is_refused(register: Register, tmp_path: Path) -> None:
    work = register.workspace
    path = tmp_path / ".normledger" / "index.db"

    class Elsewhere(Node):
        chain_id = 999  # type: ignore[assignment]

    index, _ = register.index(path, Elsewhere(work.node._provider, "elsewhere"))
    with pytest.raises(WorkspaceError, match=r"The index is of chain \d+, but elsewhere is chain 999; name the right"):
        index.update()
    other: Release = replace(work.release, name="0xother")
    with pytest.raises(WorkspaceError, match=r"made by another release; delete index.db and index again"):
        Index(opened(path), work.node, other).update()


@EMBEDDED
def test_before_anything_is_indexed_that_is_said(register: Register, tmp_path: Path) -> None:
    work = register.workspace
    with pytest.raises(WorkspaceError, match="Nothing is indexed yet"):
        Ledger(opened(tmp_path / "new.db"), work.store, work.release).as_of()


def test_the_largest_deadline_and_odd_identifiers_stop_no_index(register: Register) -> None:
    """Whatever the contracts take, an index takes; else anybody could stop everybody's."""
    made, work = register.delegations, register.workspace
    claims = [made.claim("D", deadline=2**64 - 1), made.claim("E", identifier="name:" + "é" * 97)]
    work.act_at_once([(one, made.keys[name]) for one, name in zip(claims, "DE", strict=True)])
    agreement = made.found(made.text("A", "B"))
    made.act(ActKind.DECLARATION, agreement, "A", deadline=2**64 - 1, refers_to=keccak(b"?"), clause=keccak(b"?"))
    view = work.view()
    assert {act.act.deadline for act in view.acts.values()} == {0, 2**64 - 1}
    assert view.parties[made.parties["D"]].identifier == "name:D"
    assert (Contract.AGREEMENT_LEDGER, agreement) in view.words
