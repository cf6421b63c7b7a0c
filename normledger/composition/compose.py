"""The one door: from a record, a trust policy and parameters to outcomes, coalitions, drafts and their derivation.

A pure function: the same input gives the same bytes on any machine, in any order, in any process. The way:

    select (one world, whom the reader trusts) → align (declared, signed, what follows, found) → cross (party × outcome)
    → close (rows, then packages) → judge, draft and derive, when asked for (`result.Composition`)
"""

from collections import defaultdict
from collections.abc import Iterable

from normledger.composition.alignment import Chosen, FoundOutcome, choose, find
from normledger.composition.boilerplate import is_boilerplate
from normledger.composition.coalitions import packages, rows
from normledger.composition.context import cross
from normledger.composition.record import Alignment, OutcomeText, Record, TrustPolicy
from normledger.composition.relations import settle
from normledger.composition.result import Composition, Outcome, Parameters
from normledger.composition.selection import LeftOut, Selection, select
from normledger.errors import InputError
from normledger.identifiers import ClauseId, Hash, OutcomeId


def compose(record: Record, policy: TrustPolicy, parameters: Parameters | None = None) -> Composition:
    """Compose a record as one reader sees it.

    Raises `InputError` for a record that contradicts itself, a parameter out of range, or more packages than the limit.
    """
    parameters = parameters or Parameters()
    selection = select(record, policy)
    texts = _outcome_texts(record)
    known: frozenset[Hash] = frozenset(selection.clauses) | frozenset(texts)
    chosen = settle(choose(record.alignments, policy, known), frozenset(texts))
    found: tuple[FoundOutcome, ...] = ()
    if parameters.found:
        settled = {one.clause for one in chosen.counting}
        open_clauses = [one for clause, same in selection.clauses.items() if clause not in settled for one in same]
        found = find(open_clauses, selection.document_of, parameters.threshold)
    outcomes = {outcome.id: outcome for outcome in _outcomes(texts, chosen, found)}
    composed = [one for one in outcomes.values() if not one.boilerplate]
    asks: dict[ClauseId, set[OutcomeId]] = defaultdict(set)
    for outcome in composed:
        for clause in outcome.clauses:
            asks[clause].add(outcome.id)
    context = cross(
        selection.actors,
        selection.undertakings,
        {clause: frozenset(asked) for clause, asked in asks.items()},
        (outcome.id for outcome in composed),
    )
    asides = sorted({one.clause for one in chosen.shown})
    beside = cross(
        selection.actors,
        selection.undertakings,
        {clause: frozenset([OutcomeId(clause)]) for clause in asides},
        (OutcomeId(clause) for clause in asides),
    )
    return Composition(
        record,
        policy,
        parameters,
        selection,
        chosen,
        outcomes,
        context,
        {clause: beside.supports[beside.place(OutcomeId(clause))] for clause in asides},
        rows(context, selection.related, parameters.minimum_parties),
        packages(context, selection.related, parameters.minimum_parties, parameters.limit)
        if parameters.packages
        else (),
        _left_out(selection, chosen),
    )


def _outcome_texts(record: Record) -> dict[OutcomeId, OutcomeText]:
    texts: dict[OutcomeId, OutcomeText] = {}
    for one in record.outcomes:
        if texts.setdefault(one.id, one) != one:
            raise InputError(f"outcome {one.id} stands in the record in two ways; keep one", field="outcomes")
    return texts


def _outcomes(texts: dict[OutcomeId, OutcomeText], chosen: Chosen, found: Iterable[FoundOutcome]) -> Iterable[Outcome]:
    counting: dict[OutcomeId, list[Alignment]] = defaultdict(list)
    shown: dict[OutcomeId, list[Alignment]] = defaultdict(list)
    for one in chosen.counting:
        counting[one.outcome].append(one)
    for one in chosen.shown:
        shown[one.outcome].append(one)
    for text in texts.values():
        clauses = tuple(sorted({one.clause for one in counting[text.id]}))
        said = tuple(counting[text.id])
        yield Outcome(text.id, text.text, text.polarity, False, clauses, said, tuple(shown[text.id]), None)
    for group in found:
        boilerplate = is_boilerplate(group.text, group.language)
        clauses = tuple(one.clause for one in group.clauses)
        yield Outcome(group.id, group.text, group.polarity, boilerplate, clauses, (), (), group)


def _left_out(selection: Selection, chosen: Chosen) -> tuple[LeftOut, ...]:
    refused = [
        LeftOut("alignment", f"{one.clause} {one.relation} {one.outcome} by {one.by or 'its parties'}", why)
        for one, why in chosen.left_out
    ]
    return tuple(sorted({*selection.left_out, *refused}, key=lambda one: (one.what, one.name, one.why)))
