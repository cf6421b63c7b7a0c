"""What was done, so that anyone does it again: inputs named, result hashed, and the whole hashed once more.

Belongs here: the derivation's fields and its name. Does not belong here: doing it (`compose`).
"""

from dataclasses import dataclass
from typing import Any

from normledger.composition.selection import LeftOut
from normledger.documents.canonical import content_hash
from normledger.identifiers import Hash

VERSION = "1"
"""Rises when the same input gives another result."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """Dated evidence for a result. `document()` is what `hash` names."""

    method: str
    version: str
    parameters: tuple[tuple[str, int | bool | str], ...]
    trust_policy: Hash
    basis: str
    world: str
    chain_id: int
    block: int
    block_hash: Hash
    time: int
    agreements: tuple[Hash, ...]
    acts: tuple[Hash, ...]
    missing: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    result: Hash

    def document(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "type": "derivation",
            "method": self.method,
            "version": self.version,
            "parameters": dict(self.parameters),
            "trust_policy": str(self.trust_policy),
            "basis": self.basis,
            "world": self.world,
            "chain_id": str(self.chain_id),
            "block": str(self.block),
            "block_hash": str(self.block_hash),
            "time": str(self.time),
            "sources": {
                "agreements": [str(one) for one in self.agreements],
                "acts": [str(one) for one in self.acts],
            },
            "missing": list(self.missing),
            "left_out": [{"what": one.what, "name": one.name, "why": one.why} for one in self.left_out],
            "result": str(self.result),
        }

    @property
    def hash(self) -> Hash:
        """The derivation's name."""
        return content_hash(self.document())
