"""The way from a norm to what it rests on: norm → outcomes → clauses → agreements → acts → parties.

Every node is an entity, an activity or an agent in the sense of W3C PROV-DM, with its hash and, where the chain holds
it, its block. Belongs here: which node rests on which. Does not belong here: how a tree is shown.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from normledger.acts.act import ActKind, RecordedAct
from normledger.composition.record import Alignment, Record, TrustPolicy
from normledger.documents.document import DerivationRecord, Document
from normledger.errors import InputError
from normledger.identifiers import ZERO, AgreementId, Digest, Hash, NormId, OutcomeId, PartyId
from normledger.ledger.answers import NormView
from normledger.ledger.queries import View

ProvType = Literal["entity", "activity", "agent"]


@dataclass(frozen=True, slots=True)
class TraceNode:
    """One node of a trace. `block` and `time` are None for what is not on the chain itself."""

    prov: ProvType
    kind: str
    label: str
    hash: str
    block: int | None = None
    time: int | None = None
    note: str = ""
    children: tuple["TraceNode", ...] = ()

    def walk(self) -> Iterator["TraceNode"]:
        """This node and all below it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()


def trace(view: View, norm: NormView, policy: TrustPolicy, above: frozenset[Hash] = frozenset()) -> TraceNode:
    """All that a published norm rests on, as of the view, under a trust policy.

    Alignments count as in composition: declared ones, and signed ones of those whom the policy trusts. A norm that was
    a building block of this one opens below its derivation, all the way down; `above` are those it is opened under.
    """
    world = norm.document.world if norm.document else "real"
    outcomes = norm.document.outcomes if norm.document else ()
    bases = (view.record_about(outcomes, "consented", world), view.record_about(outcomes, "reported", world))
    children: list[TraceNode] = []
    if norm.document is None:
        children.append(TraceNode("entity", "text", "not at hand", str(norm.id), note="fetch it by its hash"))
    else:
        children += [_outcome(view, outcome, bases, policy) for outcome in norm.document.outcomes]
    children += [
        _act(view, stance.act, note="stands" if stance.act.act.kind is ActKind.ENDORSEMENT else "stands against")
        for stance in norm.stances
    ]
    standing = {stance.act.digest for stance in norm.stances}
    for act in norm.acts[1:]:
        if act.digest not in standing:
            overtaken = act.act.kind in (ActKind.ENDORSEMENT, ActKind.OPPOSITION)
            children.append(_act(view, act, note="no longer stands" if overtaken else ""))
    publication = norm.publication
    if publication.act.content != ZERO:
        known = view.document(publication.act.content)
        children.append(
            TraceNode(
                "entity",
                "derivation",
                "what was composed when it was published",
                str(publication.act.content),
                note="" if known else "not at hand; fetch it by its hash",
                children=tuple(
                    trace(view, below, policy, above | {norm.id}) for below in _norms_in(view, known, above | {norm.id})
                ),
            )
        )
    at = publication.recorded
    return TraceNode(
        "entity",
        "norm",
        norm.title,
        str(norm.id),
        at.block,
        at.time,
        "exercise" if world == "exercise" else "",
        (_act(view, publication), *children),
    )


def _norms_in(view: View, derivation: Document | None, above: frozenset[Hash]) -> list[NormView]:
    """The published norms that a derivation names among its sources, but for those that are open already."""
    if not isinstance(derivation, DerivationRecord):
        return []
    sources = derivation.data.get("sources")
    named = sources.get("agreements") if isinstance(sources, dict) else None
    ids = set()
    for name in named if isinstance(named, list) else []:
        with contextlib.suppress(InputError):
            ids.add(NormId.parse(name))
    found = [one for id_ in ids - above if (one := view.norms.get(id_))]
    return sorted(found, key=lambda one: one.publication.order)


def _outcome(view: View, outcome: OutcomeId, bases: tuple[Record, Record], policy: TrustPolicy) -> TraceNode:
    text = next((one.text for record in bases for one in record.outcomes if one.id == outcome), "text not at hand")
    children = []
    for record in bases:
        trusted = policy.reports if record.basis == "reported" else None
        for alignment in _aligned(record, outcome, policy):
            node = _clause(view, record, alignment, trusted)
            if node:
                children.append(node)
    return TraceNode("entity", "outcome", text, str(outcome), children=tuple(children))


def _aligned(record: Record, outcome: OutcomeId, policy: TrustPolicy) -> list[Alignment]:
    found: dict[tuple[Hash, str], Alignment] = {}
    for alignment in record.alignments:
        trusted = alignment.strength == "declared" or alignment.by in policy.alignments
        if alignment.outcome == outcome and trusted and alignment.relation != "none":
            found.setdefault((alignment.clause, alignment.relation), alignment)
    return sorted(found.values(), key=lambda one: (one.clause, one.relation))


def _clause(view: View, record: Record, alignment: Alignment, trusted: frozenset[PartyId] | None) -> TraceNode | None:
    for agreement in record.agreements:
        clause = next((one for one in agreement.clauses if one.id == alignment.clause), None)
        if clause is None:
            continue
        undertakings = [
            one
            for one in record.undertakings
            if one.agreement == agreement.id and clause.id in one.clauses and (trusted is None or one.author in trusted)
        ]
        if not undertakings:
            return None
        acts: list[TraceNode] = []
        names = {actor.key: actor for actor in record.actors}
        for one in sorted(undertakings, key=lambda u: u.actor):
            if record.basis == "consented":
                known = [act for digest in one.acts if (act := view.acts.get(Digest(digest))) is not None]
                # A reservation to another clause has no part in this one.
                acts += [_act(view, act) for act in known if act.act.clause in (ZERO, clause.id)]
            else:
                actor = names[one.actor]
                agent = TraceNode(
                    "agent", actor.kind, actor.name, actor.key, note="as reported; it signed nothing here"
                )
                observer = view.parties[one.author].name if one.author else ""
                acts += [
                    TraceNode("activity", "report", f"{actor.name} is reported to have undertaken this", str(leaf),
                              note=f"by {observer}", children=(agent,))
                    for leaf in one.acts
                ]  # fmt: skip
        on_chain = view.agreements.get(AgreementId(agreement.id)) if record.basis == "consented" else None
        node = TraceNode(
            "entity",
            "agreement",
            agreement.title,
            str(agreement.id),
            on_chain.recorded.block if on_chain else None,
            on_chain.recorded.time if on_chain else None,
            record.basis,
            tuple(acts),
        )
        by = (
            f", says {view.parties[alignment.by].name}"
            if alignment.by and alignment.by in view.parties
            else ", its parties declare"
        )
        note = f"asks for {'the same' if alignment.relation == 'same' else alignment.relation}{by}"
        return TraceNode(
            "entity", "clause", f"{clause.key}. {clause.text}", str(clause.id), note=note, children=(node,)
        )
    return None


def _act(view: View, act: RecordedAct, *, note: str = "") -> TraceNode:
    party = view.parties.get(act.act.party)
    children: tuple[TraceNode, ...] = ()
    if party:
        agent = TraceNode(
            "agent",
            party.kind,
            party.name,
            str(party.id),
            party.recorded.block,
            party.recorded.time,
            f"{party.identifier}, account {act.signer}, its number {act.act.number} here",
        )
        children = (agent,)
    text = view.statement(act.act.content)
    by = party.name if party else str(act.act.party)
    told = f"{act.act.kind.term} by {by}" + (f": “{text}”" if text else "")
    return TraceNode("activity", "act", told, str(act.digest), act.recorded.block, act.recorded.time, note, children)
