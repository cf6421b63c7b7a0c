"""Assembles the commands, and turns every error of ours into one sentence and exit code 1."""

import sys

import typer

from normledger.cli import (
    acting,
    aligning,
    anchoring,
    auditing,
    ceremonies,
    demonstration,
    empowering,
    evidence,
    exploring,
    preparing,
    reading,
    recognising,
    relaying,
    service,
    tracing,
)
from normledger.cli.rendering import fail
from normledger.errors import NormLedgerError

app = typer.Typer(
    name="normledger",
    help="A public register of small agreements that shows which wider norms they already add up to.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)

for commands in (
    preparing,
    aligning,
    acting,
    ceremonies,
    recognising,
    empowering,
    anchoring,
    reading,
    tracing,
    exploring,
    evidence,
    auditing,
    relaying,
    service,
    demonstration,
):
    commands.add_to(app)


def run() -> None:
    """Exit code 0: done; 1: bad input or a claim that does not hold; 2: wrong usage."""
    try:
        app()
    except NormLedgerError as error:
        fail(str(error))
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
