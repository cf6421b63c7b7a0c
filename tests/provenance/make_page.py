"""Writes the examples of docs/reference/provenance.md: ``python -m tests.provenance.make_page``."""

import re
from pathlib import Path

from normledger.provenance.exports import NOTATIONS
from tests.provenance.graphs import AT, deed, example

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/provenance.md"


def page(text: str) -> str:
    """The page with its examples made anew."""
    for name, notation, graph in (
        ("example.provn", "prov-n", example()),
        ("example.json", "prov-json", deed()),
        ("example.ttl", "turtle", deed()),
        ("example.jsonld", "json-ld", deed()),
    ):
        written = NOTATIONS[notation][0](graph, AT).strip() + "\n"
        block = re.compile(rf"(^```\w+ {re.escape(name)}\n).*?(^```$)", re.MULTILINE | re.DOTALL)
        text, count = block.subn(lambda found, written=written: found[1] + written + found[2], text)  # type: ignore[misc]
        assert count == 1, name
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
