"""How answers look in a terminal: tables, trees, drafts, one sentence for an error. Decides nothing."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from normledger.composition.result import Composition
from normledger.identifiers import Hash
from normledger.ledger.answers import AsOf

console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
_errors = Console(stderr=True, highlight=False)


def fail(message: str) -> None:
    """One sentence on standard error."""
    _errors.print(escape(message), style="bold red" if _errors.is_terminal else "", soft_wrap=True)


def say(message: str = "", style: str = "") -> None:
    """A line for a person; `message` is text, never markup."""
    console.print(escape(message), style=style)


def print_json(data: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def as_of_json(at: AsOf) -> dict[str, Any]:
    """The block at which an answer holds."""
    return {
        "chain_id": at.chain_id,
        "block": at.block,
        "block_hash": str(at.hash),
        "time": moment(at.time),
        "final": at.final,
    }


def as_of_line(at: AsOf) -> None:
    """The block at which an answer holds, below it."""
    final = "final" if at.final else "not final yet"
    say(f"As of block {at.block}, {at.hash}, {moment(at.time)}, {final}.", style="dim")


def moment(time: int) -> str:
    """A time in Unix seconds, ISO 8601 in UTC; beyond the year 9999, that year's end."""
    return datetime.fromtimestamp(min(time, 253_402_300_799), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[str] = ()) -> None:
    """A table with a caption; columns named in `numbers` are set right."""
    made = Table(
        title=escape(title), title_justify="left", title_style="bold", header_style="bold", box=None, pad_edge=False
    )
    for column in columns:
        # A hash broken over two lines can't be copied: where there is room, it stays whole.
        whole = column in ("id", "document") and len(columns) <= 5 and console.width >= 110
        made.add_column(column, justify="right" if column in numbers else "left", overflow="fold", no_wrap=whole)
    for row in rows:
        made.add_row(*(escape(cell) for cell in row))
    console.print(made)


def short(text: str, width: int) -> str:
    """The text, cut at a word where it is longer than `width`."""
    return text if len(text) <= width else text[: width - 1].rsplit(" ", 1)[0] + "…"


def counts(entries: Iterable[tuple[str, Any]], abbreviate: int = 0) -> str:
    """``13 state, 2 company`` from (name, Count) pairs."""
    return ", ".join(f"{count.value} {name[:abbreviate] if abbreviate else name}" for name, count in entries)


def outcome_rows(composition: Composition, keys: Sequence[Hash]) -> list[list[str]]:
    """One row an outcome: what it asks, who stands behind it, on how many independent agreements, toward whom."""
    rows = []
    for number, key in enumerate(keys, start=1):
        candidate, found = composition.candidate(key), composition.judge(key)
        rows.append(
            [
                str(number),
                " · ".join(composition.outcomes[one].text for one in candidate.outcomes),
                str(found.independent.value),
                f"{found.parties.value}: {counts(found.kinds)}",
                counts(found.regions),
                str(found.mutuality.pairs),
            ]
        )
    return rows
