"""What a verification comes to: plain sentences, by what each of them rests on; or the first step that failed.

Belongs here: the verdict's form and its general sentences. Does not belong here: the claims' own (`claims`).
"""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from normledger.errors import IntegrityError
from normledger.evidence.header import Header

STEPS = (
    "size", "json", "version", "form", "release", "header", "block", "state", "signatures", "words", "registers",
    "trust", "powers", "subjects", "documents", "claim",
)  # fmt: skip
"""In the order in which they are taken; the last four as the claim asks."""

PUBLIC_CHAINS = {
    1: "Ethereum", 10: "OP Mainnet", 56: "BNB Smart Chain", 100: "Gnosis", 137: "Polygon", 8453: "Base",
    42161: "Arbitrum One", 43114: "Avalanche", 11155111: "Sepolia (a test network)", 17000: "Holesky (a test network)",
    560048: "Hoodi (a test network)",
}  # fmt: skip
"""Chains whose genesis many know; of any other, whoever runs it could have made another one."""


_UNSHOWN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Characters that move a cursor, turn the direction of writing, or show nothing (Unicode's general categories)."""

_LONGEST = 1200


def one_line(text: str) -> str:
    """Text that somebody else wrote, fit to stand within a sentence of ours: it can neither break nor recolour it."""
    if not text.isprintable():
        text = "".join(_escaped(one) if unicodedata.category(one) in _UNSHOWN else one for one in text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


def _escaped(one: str) -> str:
    return " " if one in "\n\t" else f"\\u{ord(one):04x}"


def quoted(text: str) -> str:
    """The same in quotation marks, of which none is left within."""
    return f"“{one_line(text).replace('“', '‹').replace('”', '›')}”"


class Unproven(IntegrityError):
    """The bundle does not prove its claim; `step` is the first that failed."""

    def __init__(self, step: str, sentence: str) -> None:
        self.step, self.sentence = step, one_line(sentence)
        super().__init__(f"Not proven, at step {step}: {self.sentence}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is proven and by what.

    `says` is the claim in words. `by_signature` holds for ever and without any chain; `by_contract` rests on the block
    and the contracts' code; `claimed` nobody proves. `as_of` names the block; `obtain` says what the reader must still
    get, empty where nothing is missing. `claim` is the claim's data.
    """

    says: str
    by_signature: tuple[str, ...]
    by_contract: tuple[str, ...]
    claimed: tuple[str, ...]
    as_of: str
    obtain: tuple[str, ...]
    claim: dict[str, Any]
    header: Header
    chain_id: int

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "proven": True,
            "says": self.says,
            "by_signature": list(self.by_signature),
            "by_contract": list(self.by_contract),
            "claimed": list(self.claimed),
            "as_of": {
                "chain_id": str(self.chain_id),
                "block": str(self.header.number),
                "block_hash": str(self.header.hash),
                "time": str(self.header.time),
            },
            "obtain": list(self.obtain),
            "claim": self.claim,
        }

    def lines(self) -> list[str]:
        """The verdict as a person reads it."""
        found = [self.says, self.as_of]
        if self.obtain:
            found = ["The file agrees with itself. Whether it holds hangs on one hash, told below. Then:", "", *found]
        for heading, sentences in (
            ("Proven by signatures, for ever and without a chain", self.by_signature),
            ("Proven by the contracts' code, if that block is the chain's", self.by_contract),
            ("Only claimed", self.claimed),
            ("Still to obtain", self.obtain),
        ):
            if sentences:
                found += ["", f"{heading}:", *(f"- {one}" for one in sentences)]
        return found


def chain_name(chain_id: int) -> str:
    """``chain 1 (Ethereum)``."""
    known = PUBLIC_CHAINS.get(chain_id)
    return f"chain {chain_id} ({known})" if known else f"chain {chain_id}"


def moment(seconds: int) -> str:
    """A time, in Unix seconds, as a person reads it."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):  # beyond the year 9999
        return f"second {seconds}"


def counted(number: int, one: str, many: str) -> str:
    """``1 party``, ``3 parties``."""
    return f"{number} {one if number == 1 else many}"


def as_of(chain_id: int, header: Header, known: bool) -> str:
    """The block at which all of it holds."""
    sure = ", the one that you named" if known else ""
    return f"As of block {header.number} of {chain_name(chain_id)}, {moment(header.time)}, {header.hash}{sure}."


def to_obtain(chain_id: int, header: Header, known: bool) -> tuple[str, ...]:
    """What a reader still needs: the block's hash from somebody else, unless it was given."""
    if known:
        return ()
    return (
        f"The hash of block {header.number} of {chain_name(chain_id)}, from a source that did not give you this file: "
        "a node of your own (eth_getBlockByNumber), or two explorers that do not know each other. If it is "
        f"{header.hash}, all of this holds; say --block-hash to have it compared. Until then the file agrees with "
        "itself, no more.",
    )


def on_trust(chain_id: int) -> tuple[str, ...]:
    """What nobody proves of a chain that is not public."""
    if chain_id in PUBLIC_CHAINS:
        return ()
    return (
        f"That chain {chain_id} is the one that others mean: it is no public chain known here, so whoever runs it "
        "could have begun another; its genesis is taken on trust.",
    )
