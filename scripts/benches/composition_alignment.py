"""Bench `composition`, its alignment: how well found outcomes fit editors' headings, how fast, and on how many clauses.

Quality is scored by the ruler that lies beside the data. Peers (scikit-learn, sparse_dot_topn) are no dependency: where
one is missing, a line on standard error says how to get it, and the value is reported alone.
"""

import gzip
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from normledger.composition import partitions
from normledger.composition.alignment import FLOOR, find, nearest
from normledger.composition.record import ClauseText
from normledger.composition.similarity import can_compile, join, packed
from normledger.composition.weights import LENGTH, ONE, Rarity, logarithm
from normledger.composition.wording import words
from normledger.identifiers import ClauseId, Hash, keccak
from normledger.ledger.partition_folder import PartitionFolder
from scripts.benches.measuring import DATA, data, report, seconds

BENCH = "composition"
WORKERS = 2
BRUTE_ROWS = 2_000
"""So many rows of the full matrix are in memory at once."""


def peer(module: str, package: str) -> Any:
    """A peer's module; None, and a line that says how to get it, where it is missing."""
    try:
        return import_module(module)
    except ImportError:
        told = f"the peer {package} is not installed: make a virtual environment with it (pip install {package})"
        print(f"{told} and run this bench there", file=sys.stderr)
        return None


@cache
def ruler() -> Any:
    """The ruler's own functions; None where it or what it needs is missing."""
    path = DATA.parent / "tools" / "score_alignment.py"
    spec = spec_from_file_location("score_alignment", path) if path.exists() else None
    if spec is None or spec.loader is None or peer("numpy", "numpy") is None:
        print(f"left out: no ruler at {path}, or numpy is missing", file=sys.stderr)
        return None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@cache
def scored(path: Path) -> tuple[list[ClauseText], list[str]]:
    """The clauses that the ruler scores, and their labels."""
    rows = ruler().scored_clauses(str(path))
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = {one["agreement_id"]: [clause["text"] for clause in one["clauses"]] for one in map(json.loads, lines)}
    clauses = [
        ClauseText(
            ClauseId(keccak(f"{agreement} {at}".encode())), Hash(keccak(agreement.encode())), at, "", "",
            texts[agreement][at], "en",
        )
        for agreement, at, _ in rows
    ]  # fmt: skip
    return clauses, [label for _, _, label in rows]


def f1(groups: list[str], labels: list[str]) -> tuple[float, float]:
    """B-cubed F1 over all, and with the generic labels left out of the score."""
    numpy, score = import_module("numpy"), ruler()
    specific = numpy.array([label not in score.GENERIC for label in labels])
    everything = numpy.ones(len(labels), bool)
    return float(score.b_cubed(groups, labels, everything)[2]), float(score.b_cubed(groups, labels, specific)[2])


def align_f1() -> None:
    """Found outcomes against the labels; peer: TF-IDF and average linkage at its best threshold."""
    paths = data("align-f1", "tota_dev.jsonl.gz")
    if paths is None or ruler() is None:
        return
    clauses, labels = scored(paths[0])
    outcomes = find(clauses, {one.agreement: one.agreement for one in clauses})
    of = {one.clause: str(outcome.id) for outcome in outcomes for one in outcome.clauses}
    mine = f1([of.get(one.id, f"alone {at}") for at, one in enumerate(clauses)], labels)
    theirs = tf_idf_linkage(clauses, labels)
    name = "TF-IDF, average linkage, its best threshold"
    report(BENCH, "align-f1", mine[0], "B-cubed F1", name if theirs else None, theirs[0] if theirs else None)
    generic = "B-cubed F1, generic labels left out"
    report(BENCH, "align-f1", mine[1], generic, name if theirs else None, theirs[1] if theirs else None)


def tf_idf(clauses: list[ClauseText]) -> Any:
    """The peer's vectors: words and pairs of words, sublinear."""
    text = import_module("sklearn.feature_extraction.text")
    return text.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform([one.text for one in clauses])


def tf_idf_linkage(clauses: list[ClauseText], labels: list[str]) -> tuple[float, float] | None:
    """The peer's best F1 of each kind over its thresholds."""
    if peer("sklearn", "scikit-learn") is None:
        return None
    numpy, hierarchy = import_module("numpy"), import_module("scipy.cluster.hierarchy")
    vectors = tf_idf(clauses)
    distances = numpy.empty(len(clauses) * (len(clauses) - 1) // 2)
    filled = 0
    for begin in range(0, len(clauses), BRUTE_ROWS):
        block = (vectors[begin : begin + BRUTE_ROWS] @ vectors.T).toarray()
        for at, row in enumerate(block, begin):
            distances[filled : filled + len(clauses) - at - 1] = numpy.maximum(0, 1 - row[at + 1 :])
            filled += len(clauses) - at - 1
    tree = hierarchy.linkage(distances, "average")
    scores = [
        f1(hierarchy.fcluster(tree, 1 - hundredths / 100, "distance").tolist(), labels)
        for hundredths in range(10, 42, 4)
    ]
    return max(score[0] for score in scores), max(score[1] for score in scores)


def align_nearest() -> None:
    """Share of clauses whose nearest in another treaty has the same label; then with near-copies passed over."""
    paths = data("align-nearest", "tota_dev.jsonl.gz")
    if paths is None or ruler() is None:
        return
    clauses, labels = scored(paths[0])
    label = {one.id: label for one, label in zip(clauses, labels, strict=True)}
    documents = {one.agreement: one.agreement for one in clauses}
    shares = []
    for most in (ONE, ONE * 9 // 10):
        near = nearest(clauses, documents, most)
        shares.append(sum(label[one] == label[other] for one, (other, _) in near.items()) / len(clauses))
    theirs: tuple[float, float] | None = None
    if peer("sklearn", "scikit-learn") is not None:
        theirs = tf_idf_nearest(clauses, labels)
    name = "TF-IDF cosine" if theirs else None
    report(BENCH, "align-nearest", shares[0], "same label", name, theirs[0] if theirs else None)
    unit = "same label, near-copies passed over"
    report(BENCH, "align-nearest", shares[1], unit, name, theirs[1] if theirs else None)


def tf_idf_nearest(clauses: list[ClauseText], labels: list[str]) -> tuple[float, float]:
    """The peer's nearest clause in another agreement; then without those whose cosine is more than 0.9."""
    numpy = import_module("numpy")
    vectors = tf_idf(clauses)
    agreements = numpy.unique([str(one.agreement) for one in clauses], return_inverse=True)[1]
    hits, distinct = [], []
    for begin in range(0, len(clauses), BRUTE_ROWS):
        block = (vectors[begin : begin + BRUTE_ROWS] @ vectors.T).toarray()
        for at, row in enumerate(block, begin):
            row[agreements == agreements[at]] = -1
            hits.append(labels[at] == labels[int(row.argmax())])
            row[row > 0.9] = -1
            distinct.append(labels[at] == labels[int(row.argmax())])
    return sum(hits) / len(hits), sum(distinct) / len(distinct)


def align_time() -> None:
    """All pairs of all clauses above the floor, on the same vectors as the peers, which must find the same pairs."""
    paths = data("align-time", "tota_dev.jsonl.gz")
    if paths is None:
        return
    if not can_compile():
        print("align-time is left out: without numba and numpy the plain way takes minutes", file=sys.stderr)
        return
    with gzip.open(paths[0], "rt", encoding="utf-8") as lines:
        texts = [clause["text"] for row in map(json.loads, lines) for clause in row["clauses"]]
    tokens = sorted({one for text in texts if (one := words(text))})
    rarity = Rarity(tokens, "en")
    vectors = [rarity.vector(one) for one in tokens]
    flat = packed(vectors, rarity.bands)
    join(packed(vectors[:9], rarity.bands), packed(vectors[:9], rarity.bands), FLOOR, True)  # compile
    begun = time.perf_counter()
    pairs = join(flat, flat, FLOOR, True)
    value = time.perf_counter() - begun
    print(f"align-time: {len(texts)} clauses, {len(tokens)} wordings, {len(pairs)} pairs", file=sys.stderr)
    if peer("sklearn", "scikit-learn") is None:
        report(BENCH, "align-time", value, "s")
        return
    sparse, pairwise = import_module("scipy.sparse"), import_module("sklearn.metrics.pairwise")
    shape = (len(vectors), len(rarity.bands))
    matrix = sparse.csr_matrix((flat.weights / LENGTH, flat.features, flat.begins), shape=shape)
    count = 0
    begun = time.perf_counter()
    for begin in range(0, len(vectors), BRUTE_ROWS):
        # The vectors have their length already, that of features which stand in one wording alone included.
        likeness = pairwise.linear_kernel(matrix[begin : begin + BRUTE_ROWS], matrix, dense_output=False)
        count += int((likeness.data >= FLOOR / ONE).sum())
    brute = time.perf_counter() - begun
    report(BENCH, "align-time", value, "s", "scikit-learn, cosine of all pairs", brute)
    report(BENCH, "align-time", 2 * len(pairs) + len(vectors), "pairs, twice, with themselves", "the same", count)
    topn = peer("sparse_dot_topn", "sparse_dot_topn")
    if topn is not None:
        work = partial(topn.sp_matmul_topn, matrix, matrix.T.tocsr(), top_n=len(vectors), threshold=FLOOR / ONE)
        report(BENCH, "align-time", value, "s", "sparse_dot_topn", seconds(work))


def synthetic(count: int, store: partitions.Store) -> tuple[list[partitions.Block], list[int]]:
    """Clauses of forty words: half are one of `count` / 100 stock texts with a few words changed, half are free.

    Words follow Zipf's law. Features are words and pairs; the numbers are those that `weights` would give.
    """
    numpy: Any = import_module("numpy")
    vocabulary, length, size = 50_000, 40, partitions.BLOCK
    chances = 1 / numpy.arange(20, vocabulary + 20)
    chances = numpy.cumsum(chances / chances.sum())

    def drawn(chance: Any, rows: int) -> Any:
        return numpy.minimum(numpy.searchsorted(chances, chance.random((rows, length))), vocabulary - 1)

    stock = drawn(numpy.random.default_rng(0), max(1, count // 100))

    def features(begin: int) -> tuple[Any, Any]:
        """Row and feature of each entry of a block, each once, ascending."""
        chance = numpy.random.default_rng(1 + begin)
        rows = min(size, count - begin)
        tokens = drawn(chance, rows)
        copied = chance.random(rows) < 0.5
        kept = chance.random((rows, length)) < 0.9
        chosen = stock[chance.integers(0, len(stock), rows)]
        tokens = numpy.where(copied[:, None] & kept, chosen, tokens)
        pairs = vocabulary + (tokens[:, :-1] * 40_503 + tokens[:, 1:] * 7) % (1 << 22)
        wide = numpy.sort(numpy.concatenate([tokens, pairs], axis=1), axis=1)
        first = numpy.ones(wide.shape, bool)
        first[:, 1:] = wide[:, 1:] != wide[:, :-1]
        return numpy.nonzero(first)[0], wide[first]

    often = numpy.zeros(vocabulary + (1 << 22), "i8")
    for begin in range(0, count, size):
        often += numpy.bincount(features(begin)[1], minlength=len(often))
    order = numpy.argsort(often, kind="stable")
    order = order[often[order] > 1]
    place = numpy.full(len(often), -1, "i8")
    place[order] = numpy.arange(len(order))
    values, where = numpy.unique(often, return_inverse=True)
    whole = 65_536 + logarithm(1 + count)
    rarity = numpy.array([whole - logarithm(1 + int(value)) for value in values], "i8")[where]
    bands = [8 * one.bit_length() + (one << 3 >> one.bit_length() - 1 & 7) for one in often[order].tolist()]
    blocks = []
    for begin in range(0, count, size):
        rows, chosen = features(begin)
        raw = rarity[chosen]
        norm = numpy.sqrt(numpy.bincount(rows, raw * raw)).astype("i8") + 1
        weights = raw * LENGTH // norm[rows]
        keep = place[chosen] >= 0
        rows, chosen, weights = rows[keep], place[chosen[keep]], weights[keep]
        inside = numpy.lexsort((chosen, rows))
        begins = numpy.concatenate([[0], numpy.cumsum(numpy.bincount(rows, minlength=len(norm)))])
        content = numpy.concatenate([[len(norm)], begins, chosen[inside], weights[inside]]).astype("<i4").tobytes()
        blocks.append(partitions.keep_block(content, begin, len(norm), store))
    return blocks, bands


def scale(case: str, count: int) -> None:
    """Candidates and verification of so many clauses on two cores; memory is the whole process's."""
    if not can_compile():
        print(f"{case} is left out: it needs numba and numpy", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        store = PartitionFolder(Path(folder))
        blocks, bands = synthetic(count, store)
        what = partitions.plan(blocks, bands, ONE // 2)

        def told(done: int, of: int) -> None:
            print(f"\r{case}: {done} of {of} partitions", end="" if done < of else "\n", file=sys.stderr, flush=True)

        begun, worked = time.perf_counter(), time.process_time()
        pairs = partitions.run(what, store, pool.map, told)
        merged = sum(len(piece) for piece in partitions.merged(what, store)) // partitions.PAIR
        value, worked = time.perf_counter() - begun, time.process_time() - worked
    if pairs != merged:
        sys.exit(f"{case}: {pairs} pairs were found and {merged} merged")
    report(BENCH, case, value, "s")
    report(BENCH, case, worked, "s of all cores")
    report(BENCH, case, merged, "pairs")
    kilobytes = 1 if sys.platform != "darwin" else 1024
    report(BENCH, case, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / kilobytes / (1 << 20), "GiB at most")


CASES: dict[str, Callable[[], None]] = {
    "align-f1": align_f1,
    "align-nearest": align_nearest,
    "align-time": align_time,
    "scale-1e5": partial(scale, "scale-1e5", 10**5),
    "scale-1e6": partial(scale, "scale-1e6", 10**6),
}
