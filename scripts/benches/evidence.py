"""Evidence: how long a norm's bundle with a hundred endorsements takes to verify and to make, and how large it is.

The peer of verifying is what no verifier can do without: the signatures' bare recoveries with coincurve, and the same
hashes once more by the same function, all in one thread; the verifier recovers in two. A bundle holds the endorsers'
claims too, so that twice as many signatures are checked as endorsed; `verify-100` compares with a hundred recoveries,
`verify-100-signatures` with as many as there are.
"""

import gzip
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType
from unittest.mock import patch

from coincurve import PublicKey

from normledger import identifiers
from normledger.acts.act import ActKind
from normledger.acts.signature import address_of, sign
from normledger.chain.node import Node
from normledger.documents.document import Norm, Profile
from normledger.evidence.verification import verify
from normledger.identifiers import OutcomeId, PartyId, keccak
from normledger.provenance.bundling import Bundling
from normledger.workspace import Workspace
from scripts.benches.measuring import report, seconds

_ROUNDS = 9


@cache
def _bundle() -> bytes:
    """Made once, from an index of a hundred parties on an embedded chain; told as the case `bundle-100`."""
    with tempfile.TemporaryDirectory() as folder, Workspace.create(Path(folder) / ".normledger") as workspace:
        workspace.deploy()
        norm = _endorsed(workspace, 100)
        calls: list[str] = []
        ask = Node._ask

        def counting(node: Node, method: str, *params: object, **more: int) -> object:
            calls.append(method)
            return ask(node, method, *params, **more)

        made: list[bytes] = []

        def work() -> None:
            making = Bundling(workspace.ledger, workspace.node, workspace.release)
            made.append(making.bundle({"kind": "endorsements", "norm": str(norm.hash)}))

        with patch.object(Node, "_ask", counting):
            value = seconds(work)
    report("evidence", "bundle-100", value, "s")
    report("evidence", "bundle-100-calls", len(calls), "RPC calls for 101 subjects")
    report("evidence", "bundle-100-size", len(gzip.compress(made[0])), "bytes, gzip")
    return made[0]


def _endorsed(workspace: Workspace, count: int) -> Norm:
    """A norm that so many parties endorse."""
    keys = [keccak(f"throw-away key {number} of a bench".encode()) for number in range(count)]
    names = [f"Party {number}" for number in range(count)]
    claims = [
        workspace.prepare_claim(f"exercise:ngo:{number}", "ngo", Profile(name), address_of(key))
        for number, (name, key) in enumerate(zip(names, keys, strict=True))
    ]
    for at in range(0, count, 25):
        workspace.act_at_once(list(zip(claims[at : at + 25], keys[at : at + 25], strict=True)))
    norm = Norm("Many", "Parties help each other.", (OutcomeId(keccak(b"outcome")),), "exercise")
    workspace.store.put([norm])
    parties = [PartyId(claim.statement.party) for claim in claims]
    publication = workspace.prepare(ActKind.PUBLICATION, norm.hash, parties[0], content=keccak(b"derivation"))
    workspace.act_at_once([(publication, keys[0])])
    view = workspace.newest()
    endorsements = [workspace.prepare(ActKind.ENDORSEMENT, norm.hash, party, view=view) for party in parties]
    workspace.act_at_once(list(zip(endorsements, keys, strict=True)))
    return norm


def _hashes(raw: bytes) -> list[bytes]:
    """Whatever is hashed when these bytes are verified."""
    found: list[bytes] = []

    def remembering(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is keccak.__code__:
            found.append(frame.f_locals["data"])

    for follow in (sys.setprofile, threading.setprofile):
        follow(remembering)
    try:
        verify(raw)
    finally:
        for follow in (sys.setprofile, threading.setprofile):
            follow(None)
    return found


def _verify() -> None:
    raw = _bundle()
    verify(raw)
    inputs = _hashes(raw)
    digest = keccak(b"digest")
    signature = sign(identifiers.Digest(digest), keccak(b"throw-away key of a bench"))
    plain = signature[:64] + bytes([signature[64] - 27])

    def bare(count: int) -> Callable[[], None]:
        def work() -> None:
            for _ in range(count):
                PublicKey.from_signature_and_message(plain, digest, hasher=None).format(compressed=False)
            for data in inputs:
                keccak(data)

        return work

    for case, count in (("verify-100", 100), ("verify-100-signatures", 201)):
        values, peers = [], []
        for _ in range(_ROUNDS):  # by turns, so that a busy machine slows both alike
            values.append(seconds(lambda: verify(raw)))
            peers.append(seconds(bare(count)))
        peer = f"{count} recoveries with coincurve and {len(inputs)} hashes"
        report("evidence", case, statistics.median(values), "s", peer, statistics.median(peers))


def _make() -> None:
    _bundle()


CASES: dict[str, Callable[[], None]] = {"bundle-100": _make, "verify-100": _verify}
