"""Benches: one JSON object a line, value and peer measured in one run. `make bench ONLY=first-light` runs one.

Nothing here is asserted: machines are noisy, so read the ratio (value / peer_value). Data that the project does not
commit is looked for in ../shared/data; a case whose data is not there is left out with a line on standard error.
"""

import gzip
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from normledger.composition.result import Parameters
from normledger.documents.document import Profile
from normledger.documents.trust_policy import TrustPolicy
from normledger.identifiers import PartyId, keccak
from normledger.workspace import Workspace

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def report(case: str, value: float, peer: str, peer_value: float) -> None:
    """Print one case; times in seconds."""
    line = {
        "bench": "first-light",
        "case": case,
        "value": round(value, 3),
        "unit": "s",
        "peer": peer,
        "peer_value": round(peer_value, 3),
        "ratio": round(value / peer_value, 2) if peer_value else None,
    }
    print(json.dumps(line), flush=True)


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@contextmanager
def workspace() -> Iterator[tuple[Workspace, PartyId]]:
    """A new workspace on the embedded chain, with an observer."""
    with tempfile.TemporaryDirectory() as folder, Workspace.create(Path(folder) / "workspace") as made:
        made.deploy()
        made.update()
        account = made.new_key("observer", light=True)
        claim = made.prepare_claim("name:Bench", "ngo", Profile("Bench"), account)
        made.act_at_once([(claim, made.private_key("observer"))])
        yield made, made.view().party("name:Bench").id


def compose_reported(made: Workspace, observer: PartyId) -> bytes:
    """Rows of outcomes that the method finds, to the last byte."""
    parameters = Parameters(packages=False)
    policy = TrustPolicy(reports=(observer,))
    return made.compose(made.view(), "reported", "real", policy, parameters).canonical_bytes()


def parse_and_hash(paths: list[Path]) -> None:
    """The least that any importer does: read every line, and hash it."""
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                keccak(json.dumps(json.loads(line)).encode())


def first_light() -> None:
    """Importing, anchoring, indexing and composing real data."""
    for case, names, compose in (
        ("import-paris-call", ("paris_call.jsonl.gz", "paris_call_participation.jsonl.gz"), False),
        ("import-compose-ecommerce", ("tota_dev_ecommerce.jsonl.gz",), True),
    ):
        paths = [DATA / name for name in names]
        if not all(path.exists() for path in paths):
            print(f"{case} is left out: {DATA} does not hold {', '.join(names)}", file=sys.stderr)
            continue
        with workspace() as (made, observer):
            value = seconds(partial(made.report, paths, observer))
            if compose:
                value += seconds(partial(compose_reported, made, observer))
            peer = seconds(partial(parse_and_hash, paths))
        report(case, value, "parse and hash every line", peer)


BENCHES = {"first-light": first_light}


def main() -> None:
    """Run the bench named, or all."""
    names = sys.argv[1:] or list(BENCHES)
    for name in names:
        if name not in BENCHES:
            sys.exit(f"There is no bench {name!r}; there are {', '.join(BENCHES)}.")
        BENCHES[name]()


if __name__ == "__main__":
    main()
