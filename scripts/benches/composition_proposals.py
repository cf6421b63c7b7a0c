"""Bench `composition`, cases `polarity` and `propose-5`: what the readings and the workbench's proposals are worth."""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from normledger.composition.polarity import read
from normledger.composition.proposals import propose
from normledger.composition.record import ClauseText
from normledger.identifiers import ClauseId, keccak
from scripts.benches.measuring import data, report

VECTORS = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "polarity.jsonl"


def keyword_reading(text: str) -> tuple[str, str]:
    """The peer: the first modal by its name, and a clause is negative if a word of negation stands anywhere in it."""
    found = re.findall(r"[a-z']+", text.lower())
    strong = {"must": "shall", "ought": "should", "can": "may", "cannot": "may", "agree": "will", "undertake": "will",
              "intend": "intends", "endeavour": "intends", "seek": "intends", "recognise": "affirms",
              "affirm": "affirms", **{word: word for word in ("shall", "should", "will", "may")}}  # fmt: skip
    strength = next((strong[word] for word in found if word in strong), "unknown")
    negated = any(
        word in ("not", "no", "never", "neither", "none", "nothing", "refrain", "abstain", "avoid") for word in found
    )
    if negated:
        return "refrain", strength
    return ("permit" if strength == "may" else "unknown" if strength in ("unknown", "affirms") else "require"), strength


def polarity() -> None:
    """Share of the labelled clauses whose polarity, and whose strength, is read right."""
    cases = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]
    readings = [read(case["text"], "en") for case in cases]
    peers = [keyword_reading(case["text"]) for case in cases]
    for at, name in enumerate(("polarity", "strength")):
        right = sum((one.polarity, one.force)[at] == case[name] for one, case in zip(readings, cases, strict=True))
        peer = sum(one[at] == case[name] for one, case in zip(peers, cases, strict=True))
        case_name = "polarity" if name == "polarity" else "polarity-strength"
        report("composition", case_name, right / len(cases), f"of {len(cases)}", "keyword matching", peer / len(cases))


def propose_five() -> None:
    """Share of commitments with a partner of the same topic in another agreement among the first five proposals."""
    paths = data("propose-5", "cyber_agreements.jsonl")
    if paths is None:
        return
    clauses: list[ClauseText] = []
    topic: dict[ClauseId, str] = {}
    for line in paths[0].read_text(encoding="utf-8").splitlines():
        agreement = json.loads(line)
        for position, one in enumerate(agreement["commitments"]):
            clause = ClauseId(keccak(f"{agreement['id']} {one['key']}".encode()))
            topic[clause] = one["topic"]
            clauses.append(
                ClauseText(clause, keccak(agreement["id"].encode()), position, one["key"], "", one["text"], "en")
            )
    proposed = {clause: [one.clause.id for one in partners] for clause, partners in propose(clauses).items()}
    peer = nearest_by_tfidf(clauses, 5)
    hits, peer_hits = (
        sum(any(topic[one] == topic[clause] for one in found[clause]) for clause in topic) for found in (proposed, peer)
    )
    report("composition", "propose-5", hits / len(topic), f"of {len(topic)}", "TF-IDF cosine", peer_hits / len(topic))


def nearest_by_tfidf(clauses: Sequence[ClauseText], first: int) -> dict[ClauseId, list[ClauseId]]:
    """The peer: scikit-learn's default TfidfVectorizer and cosine, written out; clauses of other agreements only."""
    counts = [Counter(re.findall(r"(?u)\b\w\w+\b", one.text.lower())) for one in clauses]
    frequency = Counter(word for count in counts for word in count)
    vectors = []
    for count in counts:
        raw = {word: n * (math.log((1 + len(clauses)) / (1 + frequency[word])) + 1) for word, n in count.items()}
        length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        vectors.append({word: weight / length for word, weight in raw.items()})
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, vector in enumerate(vectors):
        for word, weight in vector.items():
            postings[word].append((at, weight))
    nearest: dict[ClauseId, list[ClauseId]] = {}
    for at, vector in enumerate(vectors):
        likeness: dict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            for other, its in postings[word]:
                if clauses[other].agreement != clauses[at].agreement:
                    likeness[other] += weight * its
        best = sorted(likeness, key=lambda other: (-likeness[other], other))[:first]
        nearest[clauses[at].id] = [clauses[other].id for other in best]
    return nearest


CASES: dict[str, Callable[[], None]] = {"polarity": polarity, "propose-5": propose_five}
