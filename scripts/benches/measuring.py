"""How every bench measures and reports: value and peer in one run, one JSON object a line.

Nothing is asserted: machines are noisy, so read the ratio (value / peer_value). Data that the project does not commit
is looked for in ../shared/data; a case whose data is not there is left out with a line on standard error.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def report(
    bench: str, case: str, value: float, unit: str, peer: str | None = None, peer_value: float | None = None
) -> None:
    """Print one case."""
    line = {
        "bench": bench,
        "case": case,
        "value": round(value, 6),
        "unit": unit,
        "peer": peer,
        "peer_value": None if peer_value is None else round(peer_value, 6),
        "ratio": round(value / peer_value, 4) if peer_value else None,
    }
    print(json.dumps(line), flush=True)


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def data(case: str, *names: str) -> list[Path] | None:
    """These files of real agreements; None, and a line that says so, where one is not there."""
    paths = [DATA / name for name in names]
    if all(path.exists() for path in paths):
        return paths
    print(f"{case} is left out: {DATA} does not hold {', '.join(names)}", file=sys.stderr)
    return None
