"""The good bundles of tests/vectors/evidence."""

import json
from functools import cache
from pathlib import Path

from normledger.identifiers import Hash

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "evidence"


@cache
def good() -> dict[str, bytes]:
    """All good bundles by name."""
    return {path.stem: path.read_bytes() for path in sorted((VECTORS / "good").glob("*.json"))}


@cache
def block_hashes() -> dict[str, Hash]:
    """The hash of the block as of which each good bundle is."""
    told = json.loads((VECTORS / "good.json").read_text("utf-8"))
    return {name: Hash.parse(text) for name, text in told.items()}
