"""Bench `composition`, the part on coalitions: all closed sets, the best under constraints, group-aware consensus."""

import gzip
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from normledger.composition.bridging import consensus
from normledger.composition.closure import ClosedPairs, close
from normledger.composition.coalitions import Candidate, key_of
from normledger.composition.context import Context, bits, cross
from normledger.composition.record import Actor, Undertaking
from normledger.composition.search import Constraints, best
from normledger.documents.geography import region_of
from normledger.identifiers import ClauseId, Hash, OutcomeId, keccak
from scripts.benches.measuring import data, report, seconds

BENCH = "composition"
ENDED = ("withdrawal", "treaty_ended")
PYFIM = "pyfim 6.28 (C)"


def miner(case: str) -> Any:
    """pyfim's door, or None and a line that says so."""
    try:
        return import_module("fim").fim
    except ImportError:
        print(f"{case} has no peer here: install pyfim==6.28 beside the project to measure it", file=sys.stderr)
        return None


def way() -> str:
    """Which of the two ways of `close` is measured."""
    try:
        import_module("numba")
    except ImportError:
        return "plain"
    return "compiled"


def random_columns(rows: int = 400, columns: int = 120, density: float = 0.318) -> list[int]:
    """A random cross table with a fixed seed."""
    chance = random.Random(2026)
    made = [0] * columns
    for row in range(rows):
        for column in range(columns):
            if chance.random() < density:
                made[column] |= 1 << row
    return made


def participation(path: Path) -> dict[str, set[str]]:
    """Who takes part in which treaty: a party is in it unless its last line there is a withdrawal or an end.

    Parties are those with an ISO code; treaties those of three parties or more.
    """
    last: dict[tuple[str, str], str] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            act = json.loads(line)
            if act["iso3"]:
                last[act["treaty"], act["iso3"]] = act["action"]
    taking_part: dict[str, set[str]] = defaultdict(set)
    for (treaty, party), action in last.items():
        if action not in ENDED:
            taking_part[treaty].add(party)
    return {treaty: parties for treaty, parties in sorted(taking_part.items()) if len(parties) >= 3}


def treaties_context(treaties: dict[str, set[str]]) -> Context:
    """The context of states and treaties, each treaty being one agreement, one clause and one outcome."""
    actors = [Actor(key, key, "state", region_of(key), key) for key in sorted(set().union(*treaties.values()))]
    bound, asks = [], {}
    for treaty, parties in treaties.items():
        agreement, clause = keccak(treaty.encode()), ClauseId(keccak(f"clause {treaty}".encode()))
        asks[clause] = frozenset([OutcomeId(keccak(f"outcome {treaty}".encode()))])
        bound += [Undertaking(party, agreement, frozenset([clause]), (agreement,)) for party in sorted(parties)]
    return cross(actors, bound, asks, [outcome for asked in asks.values() for outcome in asked])


def transactions(columns: Sequence[int], rows: int) -> list[list[int]]:
    """The same table as pyfim takes it: for each row, its columns."""
    made: list[list[int]] = [[] for _ in range(rows)]
    for column, extent in enumerate(columns):
        for row in bits(extent):
            made[row].append(column)
    return made


def _all(case: str, columns: Sequence[int], rows: int, minimum: int, fewest: int) -> None:
    """List all closed sets of at least `fewest` columns, in whichever way is installed, and the same with pyfim."""
    begin: Callable[[], ClosedPairs] = partial(close, columns, rows, minimum)
    found = begin()  # once before measuring: compiling takes seconds the first time
    value = min(seconds(begin) for _ in range(3))
    listed = seconds(partial(list, found))
    mine = miner(case)
    peer = None
    if mine is not None:
        table = transactions(columns, rows)
        work = partial(mine, table, target="c", supp=-minimum, zmin=fewest, report="a")
        peer = min(seconds(work) for _ in range(2))
        theirs = {(frozenset(items), support) for items, support in work()}
        ours = {(frozenset(bits(intent)), extent.bit_count()) for extent, intent in found}
        if theirs != {one for one in ours if len(one[0]) >= fewest}:
            sys.exit(f"{case}: pyfim finds other sets")
    size = sum(1 for _, intent in found if intent.bit_count() >= fewest)
    print(
        f"{case}: {size} closed sets of at least {fewest}, {way()}; as a list of Python's integers {listed:.2f} s more",
        file=sys.stderr,
    )
    report(BENCH, case, value, "s", PYFIM if peer else None, peer)


def closed_random() -> None:
    """A random table of 400 × 120, at 3 %."""
    _all("closed-random", random_columns(), 400, 12, 1)


def closed_ggo() -> None:
    """Sets of at least two treaties that at least 150 parties share."""
    paths = data("closed-ggo", "ggo_participation.jsonl.gz")
    if paths is None:
        return
    treaties = participation(paths[0])
    parties = sorted(set().union(*treaties.values()))
    number = {party: at for at, party in enumerate(parties)}
    columns = [sum(1 << number[party] for party in taking_part) for taking_part in treaties.values()]
    print(f"closed-ggo: {len(parties)} parties, {len(treaties)} treaties", file=sys.stderr)
    _all("closed-ggo", columns, len(parties), 150, 2)


def closed_top() -> None:
    """The 20 deepest packages with five regions and 100 parties; the peer lists all at that support, then filters."""
    case = "closed-top"
    paths = data(case, "ggo_participation.jsonl.gz")
    if paths is None:
        return
    context = treaties_context(participation(paths[0]))
    asked = Constraints(parties=100, regions=5)
    found: list[tuple[Candidate, ...]] = []
    value = seconds(lambda: found.append(best(context, {}, asked, "depth", 20)))
    depths = sorted((len(one.outcomes) for one in found[0]), reverse=True)
    print(f"{case}: depths {depths[0]} to {depths[-1]}", file=sys.stderr)
    if miner(case) is None:
        report(BENCH, case, value, "s")
        return
    columns = context.columns
    ours = best(context, {}, Constraints(parties=150, regions=5), "depth", 20)
    if [(len(one.outcomes), one.key) for one in ours] != _listed_and_filtered(context, 150, 5, 20):
        sys.exit(f"{case}: listing all at 150 parties and filtering finds others")
    patience = max(60.0, 20 * value)
    listing = get_context("spawn").Process(target=_list_all, args=(transactions(columns, len(context.parties)), 100))
    listing.start()
    peer = seconds(partial(listing.join, patience))
    stopped = listing.is_alive()
    listing.kill()
    listing.join()
    told = ", listing alone, stopped unfinished" if stopped else ", listing alone"
    report(BENCH, case, value, "s", f"{PYFIM}{told}", peer)


def _list_all(table: list[list[int]], support: int) -> None:
    """All closed sets, counted by size alone: kept one by one, they would fill any memory."""
    import_module("fim").fim(table, target="c", supp=-support, zmin=1, report="#")


def _listed_and_filtered(context: Context, parties: int, regions: int, count: int) -> list[tuple[int, Hash]]:
    """The deepest packages by listing every one: number of outcomes and key."""
    deepest = []
    for extent, intent in close(context.columns, len(context.parties), parties):
        if len({context.parties[at].region for at in bits(extent)} - {""}) >= regions and intent:
            deepest.append((-intent.bit_count(), intent))
    deepest.sort()
    last = deepest[count - 1][0]
    named = [(depth, key_of(context.outcomes[j] for j in bits(intent))) for depth, intent in deepest if depth <= last]
    return [(-depth, key) for depth, key in sorted(named)[:count]]


def polis() -> None:
    """Largest difference from what Polis published."""
    paths = data("polis", "polis_group_consensus.jsonl.gz")
    if paths is None:
        return
    with gzip.open(paths[0], "rt", encoding="utf-8") as lines:
        comments = [json.loads(line) for line in lines]
    differences = []
    for one in comments:
        groups = {name: tuple(votes) for name, votes in one["group_votes_agree_disagree_seen"].items()}
        differences.append(abs(float(consensus(groups).as_polis) - one["group_aware_consensus"]))
    equal = sum(1 for one in differences if one <= 1e-12)
    print(f"polis: {equal} of {len(comments)} equal to 1e-12; largest difference {max(differences)}", file=sys.stderr)
    report(BENCH, "polis", equal, "comments", "as Polis published them", len(comments))


CASES = {
    "closed-random": closed_random,
    "closed-ggo": closed_ggo,
    "closed-top": closed_top,
    "polis": polis,
}
