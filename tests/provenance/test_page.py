"""docs/reference/provenance.md holds: its examples are what the code writes, its tables name what there is."""

import re
from typing import get_args

from normledger.provenance.constraints import _ENDS
from normledger.provenance.constraints import __doc__ as constraints_told
from normledger.provenance.folding import READABLE
from normledger.provenance.nodes import PROV_TYPE, Kind, Relation
from tests.provenance.make_page import PAGE, page

TEXT = PAGE.read_text("utf-8")


def rows(first: str) -> list[list[str]]:
    """The rows of the table whose first heading is this."""
    table = TEXT.split(f"\n| {first} |")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n")[2:]]


def test_examples_are_what_the_code_writes() -> None:
    assert page(TEXT) == TEXT, "run `python -m tests.provenance.make_page` and look at the difference"


def test_every_kind_stands_in_the_table_with_its_type() -> None:
    told = {kind: row[1] for row in rows("node") for kind in re.findall(r"`(\w+)`", row[0])}
    assert told == {kind: PROV_TYPE.get(kind, "entity") for kind in get_args(Kind)}


def test_every_relation_stands_in_the_table() -> None:
    assert sorted(row[0].strip("`") for row in rows("relation")) == sorted(get_args(Relation))
    assert set(_ENDS) | {"wasInfluencedBy"} == set(get_args(Relation))


def test_every_constraint_stands_in_the_table() -> None:
    told = {int(number) for row in rows("number") for number in row[0].split(",")}
    assert told == {int(number) for number in re.findall(r"(?:^| )    (\d\d)  ", constraints_told or "", re.MULTILINE)}


def test_how_many_boxes_are_drawn_one_by_one() -> None:
    assert f"Beyond {READABLE} things" in TEXT
