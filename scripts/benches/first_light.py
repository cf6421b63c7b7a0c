"""Bench `first-light`: importing, anchoring, indexing and composing real data."""

import gzip
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from normledger.composition.result import Parameters
from normledger.documents.document import Profile
from normledger.documents.trust_policy import TrustPolicy
from normledger.identifiers import PartyId, keccak
from normledger.workspace import Workspace
from scripts.benches.measuring import data, report, seconds


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


def _import(case: str, names: tuple[str, ...], compose: bool) -> None:
    paths = data(case, *names)
    if paths is None:
        return
    with workspace() as (made, observer):
        value = seconds(partial(made.report, paths, observer))
        if compose:
            value += seconds(partial(compose_reported, made, observer))
        peer = seconds(partial(parse_and_hash, paths))
    report("first-light", case, value, "s", "parse and hash every line", peer)


CASES = {
    "import-paris-call": partial(
        _import, "import-paris-call", ("paris_call.jsonl.gz", "paris_call_participation.jsonl.gz"), False
    ),
    "import-compose-ecommerce": partial(_import, "import-compose-ecommerce", ("tota_dev_ecommerce.jsonl.gz",), True),
}
