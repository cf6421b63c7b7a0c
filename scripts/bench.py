"""Runs benches: `make bench` all, `make bench ONLY=gas` one, `make bench ONLY=gas/bilateral` one case of it.

Each module of `scripts/benches` that has `CASES` holds some of a bench's cases; how they measure: `benches/measuring`.
"""

import sys
from collections.abc import Callable
from importlib import import_module

BENCHES = {
    "evidence": ("evidence",),
    "index": ("index",),
    "first-light": ("first_light",),
    "gas": ("gas",),
    "service": ("service", "service_submit"),
    "composition": ("composition_alignment", "composition_proposals", "composition_coalitions", "composition_explore"),
}


def main() -> None:
    """Run the benches or cases named, or all."""
    for name in sys.argv[1:] or BENCHES:
        bench, _, only = name.partition("/")
        if bench not in BENCHES:
            sys.exit(f"There is no bench {bench!r}; there are {', '.join(BENCHES)}.")
        cases = {case: run for module in BENCHES[bench] for case, run in _cases(module).items()}
        if only and only not in cases:
            sys.exit(f"Bench {bench!r} has no case {only!r}; it has {', '.join(cases)}.")
        for case, run in cases.items():
            if only in ("", case):
                run()


def _cases(module: str) -> dict[str, Callable[[], None]]:
    found: dict[str, Callable[[], None]] = import_module(f"scripts.benches.{module}").CASES
    return found


if __name__ == "__main__":
    main()
