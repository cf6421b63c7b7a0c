"""Bench `composition`, the part on exploring: answers of `explore`, `comparison`, `emergence`; the peer composes anew.

`explore-55`: the shipped cyber agreements by their shipped alignments, packages included. `explore-tota`: tota_dev,
where the editors' headings stand in for what somebody signed: speed is measured, not what aligns.
"""

import json
from collections.abc import Callable
from functools import partial
from importlib import resources
from pathlib import Path

from normledger.composition.comparison import compare, side
from normledger.composition.compose import compose
from normledger.composition.emergence import emergence, svg
from normledger.composition.explore import one_clause_away, what_if, whom_to_invite
from normledger.composition.record import (
    Actor,
    AgreementText,
    Alignment,
    ClauseText,
    OutcomeText,
    Record,
    TrustPolicy,
    Undertaking,
)
from normledger.composition.result import Composition, Parameters
from normledger.documents.document import Outcome, ReportedAgreement
from normledger.documents.formats import Imported, read
from normledger.documents.formats.proposals import read_proposals
from normledger.documents.geography import region_of
from normledger.identifiers import OutcomeId, PartyId, keccak
from scripts.benches.measuring import data, report, seconds

OBSERVER = PartyId(keccak(b"observer"))
POLICY = TrustPolicy(keccak(b"policy"), alignments=frozenset([OBSERVER]), reports=frozenset([OBSERVER]))


def reported(imported: Imported, alignments: tuple[Alignment, ...] = (), outcomes: tuple[Outcome, ...] = ()) -> Record:
    """What the files say as one record, without a chain: every report stands."""
    actors: dict[str, Actor] = {}
    undertakings = []
    texts = {text.hash: text for text in imported.texts}
    for one in imported.reports:
        who = one.actor
        actors.setdefault(
            who.identifier, Actor(who.identifier, who.name, who.kind, region_of(who.country), who.country)
        )
        clauses = frozenset(texts[one.agreement].clause_ids)
        act = keccak(f"{who.identifier} {one.agreement} {one.act} {one.date}".encode())
        undertakings.append(Undertaking(who.identifier, one.agreement, clauses, (act,), OBSERVER, one.date))
    return Record(
        1,
        1,
        keccak(b"block"),
        0,
        "reported",
        "real",
        tuple(actors.values()),
        tuple(text_of(text) for text in imported.texts),
        tuple(undertakings),
        tuple(OutcomeText(OutcomeId(one.hash), one.text, one.polarity) for one in outcomes),
        alignments,
    )


def text_of(text: ReportedAgreement) -> AgreementText:
    """A reported agreement as composition takes it."""
    clauses = tuple(
        ClauseText(id_, text.hash, at, clause.key, clause.heading, clause.text, clause.language)
        for at, (clause, id_) in enumerate(zip(text.clauses, text.clause_ids, strict=True))
    )
    return AgreementText(text.hash, text.title, text.date, text.character, text.form, "real", clauses)


def explore_shipped() -> None:
    """The 55 agreements that the package ships."""
    folder = resources.files("normledger") / "data"
    with resources.as_file(folder / "cyber_agreements.jsonl") as path:
        imported = read([Path(path)])
    proposals = read_proposals(
        json.loads((folder / "cyber_alignments.json").read_text("utf-8")),
        {text.source_id: text for text in imported.texts},
    )
    root = keccak(b"root")
    alignments = tuple(
        Alignment(one.clause, one.outcome, one.relation, "signed", OBSERVER, root) for one in proposals.alignments
    )
    record = reported(imported, alignments, tuple(proposals.outcomes.values()))
    measure("explore-55", record, Parameters(found=False, packages=True))


def explore_tota() -> None:
    """All 252 trade agreements of tota_dev."""
    paths = data("explore-tota", "tota_dev.jsonl.gz")
    if paths is None:
        return
    imported, root = read(paths), keccak(b"root")
    outcomes: dict[str, Outcome] = {}
    alignments = []
    for text in imported.texts:
        for clause, id_ in zip(text.clauses, text.clause_ids, strict=True):
            heading = clause.heading.lower()
            if heading:
                outcome = outcomes.setdefault(heading, Outcome(heading, "unknown"))
                alignments.append(Alignment(id_, OutcomeId(outcome.hash), "same", "signed", OBSERVER, root))
    record = reported(imported, tuple(alignments), tuple(outcomes.values()))
    measure("explore-tota", record, Parameters(found=False, packages=False))


def measure(case: str, record: Record, parameters: Parameters) -> None:
    """The slowest of each kind of answer, over the ten strongest rows."""
    made: list[Composition] = []
    anew = seconds(lambda: made.append(compose(record, POLICY, parameters)))
    (composition,) = made
    keys = [row.key for row in composition.rows[:10]]
    names = [actor.key for actor in composition.context.parties]
    agreements = [str(row.agreements[0]) for row in composition.rows[:10]]
    asked: dict[str, Callable[[int], object]] = {
        "near": lambda at: one_clause_away(composition, keys[at]),
        "invite": lambda at: whom_to_invite(composition, keys[at]),
        "what-if": lambda at: what_if(
            composition, consents=[(one.party, one.clause) for one in one_clause_away(composition, keys[at], 1)]
        ),
        "withdraw": lambda at: what_if(
            composition,
            withdrawals=[(composition.candidate(keys[at]).parties[0], composition.candidate(keys[at]).agreements[0])],
        ),
        "compare-parties": lambda at: compare(composition, side(composition, names[0]), side(composition, names[at])),
        "compare-agreements": lambda at: compare(
            composition, side(composition, agreements[0]), side(composition, agreements[at])
        ),
        "life": lambda at: svg(emergence(composition, keys[at]), composition),
        "draft": lambda at: composition.draft(keys[at]),
    }
    for name, answer in asked.items():
        slowest = max(seconds(partial(answer, at)) for at in range(len(keys)))
        report("composition", f"{case}-{name}", slowest, "s", "composing anew", anew)


CASES = {"explore-55": explore_shipped, "explore-tota": explore_tota}
