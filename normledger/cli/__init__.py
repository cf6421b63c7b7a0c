"""The command line: commands and rendering, no decisions. `main` is its door."""


def main() -> None:
    """Run the command line; `normledger` in a shell."""
    from normledger.cli.app import run

    run()
