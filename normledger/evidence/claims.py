"""The claims that a bundle can carry, and what each comes to, judged on what was asked for (`known`).

Each claim is plain data: what is asked (its first members), and the full answer. Whoever verifies gives the same answer
again from the acts, and compares: so a claim that says too much, too little or something else fails.

    consent       this party consented to this clause and still does, and toward whom it binds
    endorsements  this norm has exactly these endorsements, and at least these anchored ones
    powers        this party's full powers covered that act
    report        this report was made by that party
    candidate     this candidate norm follows from these agreements (`recomposition`)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from normledger.acts.act import ActKind, Contract, RecordedAct, list_of
from normledger.acts.anchors import counting
from normledger.acts.consent import stances, standing_batches
from normledger.acts.entry import read_consents
from normledger.acts.powers import RecordedOwnAct, powers
from normledger.acts.spells import by_party
from normledger.documents import clause_tree
from normledger.documents.canonical import canonical_bytes
from normledger.documents.document import Norm, ReportedAgreement, Reports
from normledger.documents.document_reader import read_document
from normledger.errors import InputError
from normledger.evidence import recomposition
from normledger.evidence.known import Conclusion, Known
from normledger.evidence.statements import closed, hash_of, listed, number
from normledger.evidence.verdict import Unproven, counted, moment, quoted
from normledger.identifiers import ClauseId, Hash, PartyId, keccak


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of claim: the members that ask, those that answer, and how to judge it."""

    asks: tuple[str, ...]
    answers: tuple[str, ...]
    judge: Callable[[dict[str, Any], Known], Conclusion] = field(repr=False)


def conclude(question: dict[str, Any], known: Known) -> Conclusion:
    """Answer a claim's question: `kind` and the members that ask. Raises `Unproven` or `InputError`."""
    return _kind(question).judge(question, known)


def check(claim: dict[str, Any], known: Known) -> Conclusion:
    """Judge a full claim. Raises `Unproven` where the acts do not give the very same; `InputError` for its form."""
    kind = read_claim(claim)
    found = kind.judge(claim, known)
    for member in (*kind.asks, *kind.answers):
        if found.claim[member] != claim[member]:
            raise Unproven(
                "claim", f"the claim's {member} is not what the acts give, which is {_shown(found.claim[member])}."
            )
    return found


def read_claim(claim: dict[str, Any]) -> Kind:
    """The kind of a claim of closed form. Raises `InputError` with the field."""
    kind = _kind(claim)
    closed(claim, ("kind", *kind.asks, *kind.answers), "claim")
    return kind


def _kind(claim: dict[str, Any]) -> Kind:
    name = claim.get("kind")
    if not isinstance(name, str) or name not in KINDS_OF_CLAIM:
        raise InputError(f"the claim is of none of the kinds {', '.join(KINDS_OF_CLAIM)}", field="claim.kind")
    return KINDS_OF_CLAIM[name]


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return (
            f"{len(value)} entries: {', '.join(map(str, value[:3]))}{' …' if len(value) > 3 else ''}"
            if value
            else "none"
        )
    return "nothing" if value is None else str(value)


def _asked(question: dict[str, Any], member: str) -> Hash:
    return hash_of(question.get(member), f"claim.{member}")


# --- consent


def _consent(question: dict[str, Any], known: Known) -> Conclusion:
    subject, clause = _asked(question, "agreement"), ClauseId(_asked(question, "clause"))
    party = PartyId(_asked(question, "party"))
    text, acts = known.agreement(subject)
    if clause not in text.clause_ids:
        raise Unproven("claim", f"clause {clause} is none of {quoted(text.title)}.")
    key = text.clauses[text.clause_ids.index(clause)].key
    status = known.status(subject)
    name = next((known.party(party).name for act in acts if act.act.party == party), str(party))
    spell = (
        read_consents(text, by_party(acts, known.time, {}), known.kinds(acts), {}).contracting_at(known.time).get(party)
    )
    if status.ended is not None:
        raise Unproven("claim", f"{quoted(text.title)} has ended.")
    if spell is None or spell.start is None:
        gone = "has withdrawn its consent to" if party in status.withdrawn else "has not consented to"
        raise Unproven("claim", f"{name} {gone} {quoted(text.title)}.")
    reserved = [one for one in status.reservations if one.party == party and one.clause == clause]
    if reserved:
        raise Unproven(
            "claim",
            f"{name} has reserved clause {quoted(key)} of {quoted(text.title)} by act {reserved[0].act.digest}.",
        )
    if any(one.standing.party == party for one in status.replaced):
        raise Unproven("claim", f"for {name} a later agreement stands in the place of {quoted(text.title)}.")
    bound = next((one for one in status.bound if one.party == party), None)
    toward = sorted(status.relations.toward(party, clause)) if bound else []
    since = status.in_effect_since
    claim = {
        "kind": "consent",
        "agreement": str(subject),
        "clause": str(clause),
        "party": str(party),
        "since": str(spell.start),
        "binds_since": str(bound.since) if bound else None,
        "toward": [str(one) for one in toward],
    }
    says = (
        f"{name} consented to clause {quoted(key)} of {quoted(text.title)}, from {moment(spell.start)}, and still does."
    )
    if bound:
        others = ", ".join(known.party(one).name for one in toward) or "nobody yet"
        says += f" The agreement binds it from {moment(bound.since)}; the clause in full toward {others}."
    else:
        says += " The agreement is not in effect for it yet." if since is None else " It takes effect for it later."
    notes = [f"The clause reads: {quoted(text.clauses[text.clause_ids.index(clause)].text)}"]
    others_bound = {one.party for one in (*status.bound, *(gone.standing for gone in status.replaced))}
    reduced = others_bound - {party} - set(toward) if bound else set()
    if reduced:
        notes.append(
            f"Toward {counted(len(reduced), 'other party', 'other parties')} it does not bind in full, by "
            "reservations, objections or a later agreement."
        )
    notes += [
        f"All parties agreed to the corrected text {one}, which reads in its place." for one in status.corrected_by
    ]
    return Conclusion(claim, says, spell.consents, (party, *toward), tuple(notes))


# --- endorsements

_NAMED = 20
"""Parties that are named one by one."""


def _endorsements(question: dict[str, Any], known: Known) -> Conclusion:
    norm = _asked(question, "norm")
    acts = known.acts(Contract.NORM_REGISTRY, norm)
    if not acts:
        raise Unproven("claim", f"no norm {norm} is published.")
    text = known.document(norm)
    if not isinstance(text, Norm):
        raise Unproven("documents", f"the document {norm} is no norm.")
    found = stances(acts)
    roots = [act for act in acts if act.act.kind is ActKind.ANCHOR]
    anchors = [(act, leaves) for act in roots if (leaves := known.rooted(act.act.content))]
    anchored = counting(anchors, known.domain(Contract.NORM_REGISTRY), known.account_at, acts)
    endorsed = [one for one in found if one.kind is ActKind.ENDORSEMENT]
    opposed = [one for one in found if one.kind is ActKind.OPPOSITION]
    claim = {
        "kind": "endorsements",
        "norm": str(norm),
        "endorsed_by": [str(one.party) for one in endorsed],
        "opposed_by": [str(one.party) for one in opposed],
        "anchored": [str(one.act.party) for one in anchored],
    }
    says = (
        f"The norm {quoted(text.title)} is endorsed by exactly {counted(len(endorsed), 'party', 'parties')} and "
        f"opposed by {len(opposed)}"
    )
    says += f"; at least {len(anchored)} more endorsed it off the chain." if anchored else "."
    notes = [f"The norm reads: {quoted(text.text)}"]
    for word, those in (("Endorsed", endorsed), ("Opposed", opposed)):
        if those:
            names = [known.party(one.party).name for one in those[:_NAMED]]
            names += [f"{len(those) - _NAMED} more, whom the claim's data list"] if len(those) > _NAMED else []
            notes.append(f"{word} by: {', '.join(names)}.")
    if missing := len(roots) - len(anchors):
        anchors_ = counted(missing, "anchor", "anchors")
        notes.append(f"Of {anchors_} the endorsements are not in the file, and count nothing.")
    if anchored:
        notes.append("Each anchored endorsement carries its party's signature; its anchor shows by when it was signed.")
    return Conclusion(
        claim,
        says,
        tuple(one.act for one in found),
        tuple(one.party for one in found) + tuple(one.act.party for one in anchored),
        tuple(notes),
    )


# --- full powers


def _powers(question: dict[str, Any], known: Known) -> Conclusion:
    contract = next((one for one in Contract if one.title == question.get("contract")), None)
    if contract is None:
        raise InputError("one of the three contracts is missing here", field="claim.contract")
    subject, digest = _asked(question, "subject"), _asked(question, "act")
    party = PartyId(_asked(question, "party"))
    history = known.party(party)
    act: RecordedAct | RecordedOwnAct | None
    if contract is Contract.PARTY_REGISTRY and subject == party:
        act = next((one for one in history.acts if one.digest == digest), None)
    else:
        act = next((one for one in known.acts(contract, subject) if one.digest == digest), None)
    if act is None or act.act.party != party:
        raise Unproven("claim", f"subject {subject} holds no act {digest} of party {party}.")
    grant = history.grant(act)
    if grant is None:
        raise Unproven("claim", f"act {digest} was signed by the party's own account; it needed no powers.")
    claim = {
        "kind": "powers",
        "contract": contract.title,
        "subject": str(subject),
        "act": str(digest),
        "party": str(party),
        "representative": str(act.act.account),
        "grant": str(grant.granted.digest),
    }
    says = (
        f"Account {act.act.account} had full powers of {history.name} for the {act.act.kind.term} {digest} that was "
        f"recorded in block {act.recorded.block}: they were given by act {grant.granted.digest}."
    )
    ended = next((one for one in powers(history.acts) if one.granted.digest == grant.granted.digest), grant).ended
    notes = (f"They ended later, by act {ended.digest}; what was done by them stays.",) if ended else ()
    return Conclusion(claim, says, (grant.granted, act), (party,), notes)


# --- reports


def _report(question: dict[str, Any], known: Known) -> Conclusion:
    author = PartyId(_asked(question, "author"))
    digest = _asked(question, "act")
    position = number(question.get("position"), "claim.position", 32)
    leaf = question.get("leaf")
    batch = read_document({"type": "reports", "author": str(author), "leaves": [leaf]})
    assert isinstance(batch, Reports)
    report = batch.leaves[0]
    acts = known.acts(Contract.PARTY_REGISTRY, list_of(author))
    act = next((one for one in standing_batches(acts) if one.digest == digest), None)
    if act is None or act.act.kind is not ActKind.REPORTS:
        raise Unproven("claim", f"no batch of reports {digest} of party {author} stands.")
    name = clause_tree.leaf(author, position, canonical_bytes(report.to_json()))
    if report.to_json() != leaf or _led(name, question.get("path")) != act.act.refers_to:
        raise Unproven("claim", f"the report is no leaf of the batch {act.act.refers_to}.")
    text = known.document(report.agreement)
    if not isinstance(text, ReportedAgreement):
        raise Unproven("documents", f"the document {report.agreement} is no text of a reported agreement.")
    who = known.party(author).name
    claim = {
        "kind": "report",
        "author": str(author),
        "act": str(digest),
        "position": str(position),
        "leaf": leaf,
        "path": question["path"],
    }
    when = f" ({report.date})" if report.date else ""
    says = (
        f"{who} reports that {quoted(report.actor.name)} ({report.actor.identifier}) did {quoted(report.act)}{when} on "
        f"{quoted(text.title)}, and has not taken the report back."
    )
    basis = ", ".join(map(quoted, text.sources)) or "none"
    claimed = (f"What is reported: nobody named in it signed it here. The text names as its sources: {basis}.",)
    return Conclusion(claim, says, (act,), (author,), (), claimed)


def path_to(leaves: Sequence[Hash], position: int) -> list[dict[str, str]]:
    """The way from a leaf up to its batch's root, nearest first: each sibling, and on which side it stands.

    It says the sides and not the size of the batch, because no root commits to its size; a leaf binds its place.
    """
    found, level = [], list(leaves)
    while len(level) > 1:
        if position ^ 1 < len(level):
            found.append({"left" if position % 2 else "right": str(level[position ^ 1])})
        paired = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
        position //= 2
    return found


def _led(leaf: Hash, path: Any) -> Hash:
    """Where a path leads from a leaf. Raises `InputError` with the field."""
    reached = leaf
    for at, step in enumerate(listed(path, "claim.path")):
        field = f"claim.path[{at}]"
        side = "left" if isinstance(step, dict) and "left" in step else "right"
        sibling = hash_of(closed(step, (side,), field)[side], f"{field}.{side}")
        reached = _node(sibling, reached) if side == "left" else _node(reached, sibling)
    return reached


def _node(left: Hash, right: Hash) -> Hash:
    return keccak(b"\x01" + left + right)


KINDS_OF_CLAIM: dict[str, Kind] = {
    "consent": Kind(("agreement", "clause", "party"), ("since", "binds_since", "toward"), _consent),
    "endorsements": Kind(("norm",), ("endorsed_by", "opposed_by", "anchored"), _endorsements),
    "powers": Kind(("contract", "subject", "act", "party"), ("representative", "grant"), _powers),
    "report": Kind(("author", "act", "position", "leaf", "path"), (), _report),
    "candidate": Kind(recomposition.ASKS, recomposition.ANSWERS, recomposition.candidate),
}
"""By name."""
