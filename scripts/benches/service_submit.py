"""Bench `service`, case `submit`: signed acts from submission to the chain, in batches or in a transaction each.

On Ganache, which takes a block for every transaction. What is measured: checking each act, keeping it durably, carrying
it, and noting the block that holds it. The peer does the same with one act a transaction.
"""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from normledger.acts.act import Act, ActKind, Contract
from normledger.acts.signature import sign
from normledger.acts.typed_data import to_json
from normledger.chain.ganache import CHAIN_ID, Ganache
from normledger.documents.document import Agreement, Clause, Founder, Profile, Rules
from normledger.identifiers import Hash, PartyId, parse_identifier
from normledger.ledger.queries import terms_of
from normledger.relay import calling
from normledger.workspace import FUNDS, SignedAct, Workspace
from scripts.benches.measuring import report, seconds

PARTIES = 10
ACTS = 400
PEERS = 100
"""Acts that the peer carries: enough for a rate, and a quarter of the time."""


def submit() -> None:
    """Submissions a second."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as closing:
        folder = Path(name)
        Workspace.create(folder / "workspace").close()
        with Workspace.open(folder / "workspace", write=True) as work:
            key = work.private_key("relayer")
        ganache = closing.enter_context(Ganache(folder / "chain", key, FUNDS))
        with Workspace.open(folder / "workspace", write=True) as work:
            work.use_chain(ganache.url)
        work = closing.enter_context(Workspace.open(folder / "workspace", write=True))
        work.deploy()
        work.update()
        keys = _register(work)
        agreement = _agreement(work, keys)
        signed = _sign(work, agreement, keys, ACTS + PEERS)
        many, single = signed[:ACTS], signed[ACTS:]
        value = len(many) / seconds(lambda: _carry(work, many))
        size = calling.BATCH
        calling.BATCH = 1
        try:
            peer = len(single) / seconds(lambda: _carry(work, single))
        finally:
            calling.BATCH = size
        held = len(work.newest().acts_on(Contract.AGREEMENT_LEDGER, agreement))
        assert held == len(signed) + PARTIES, held
    report("service", "submit", value, "submissions/s", "one transaction each", peer)


def _carry(work: Workspace, signed: Sequence[SignedAct]) -> None:
    view = work.newest()
    for one in signed:
        work.submit(one.typed_data, one.signature, view=view)
    work.carry()


def _register(work: Workspace) -> dict[PartyId, bytes]:
    claims = []
    for number in range(PARTIES):
        account = work.new_key(f"p{number}", light=True)
        claim = work.prepare_claim(f"name:p{number}", "ngo", Profile(f"P{number}"), account)
        claims.append((claim, work.private_key(f"p{number}")))
    work.act_at_once(claims)
    return {claim.statement.party: key for claim, key in claims}


def _agreement(work: Workspace, keys: dict[PartyId, bytes]) -> Hash:
    founders = [Founder(party, parse_identifier(f"name:p{n}"), "ngo", f"P{n}") for n, party in enumerate(keys)]
    rules = Rules("voluntary", "multi-stakeholder", "open", "on-signature", True, 0, 30)
    text = Agreement(
        "Bench", (Clause("1", "Parties shall help."),), rules, tuple(sorted(founders, key=lambda one: one.id))
    )
    work.store.put([text])
    subject, view = terms_of(text).id, work.newest()
    work.act_at_once([
        (work.prepare(ActKind.SIGNATURE, subject, party, view=view, content=text.hash), key)
        for party, key in keys.items()
    ])  # fmt: skip
    return Hash(subject)


def _sign(work: Workspace, agreement: Hash, keys: dict[PartyId, bytes], count: int) -> list[SignedAct]:
    domain, view, made = work.release.domain(Contract.AGREEMENT_LEDGER, CHAIN_ID), work.newest(), []
    for number in range(1, count // len(keys) + 1):
        for party, key in keys.items():
            account = view.parties[party].account
            act = Act(Contract.AGREEMENT_LEDGER, ActKind.DECLARATION, agreement, party, account, number)
            made.append(SignedAct(to_json(domain, act), f"0x{sign(domain.digest(act), key).hex()}"))
    return made


CASES = {"submit": submit}
