"""From the library's values to what crosses HTTP; both the JSON and the pages show these. Decides nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from api import schemas
from normledger.acts import release
from normledger.acts.act import Act, ActKind, Contract, RecordedAct, RecordedClaim, stances_on
from normledger.acts.anchors import Anchored
from normledger.acts.consent import Stance
from normledger.acts.consent import stances as stances_of
from normledger.acts.powers import (
    FullPowers,
    FurtherClaim,
    OwnCancellation,
    Powers,
    RecordedOwnAct,
    Revocation,
    Rotation,
)
from normledger.acts.signature import address_of, sign
from normledger.acts.typed_data import Domain, to_json
from normledger.documents.document import Agreement, Report, ReportedAgreement, Reports
from normledger.documents.trust_policy import TrustPolicy
from normledger.errors import NotFound
from normledger.identifiers import ZERO, ClauseId, Digest, Hash, PartyId, is_exercise, keccak
from normledger.ledger.answers import AgreementView, AsOf, NormView, Party
from normledger.ledger.queries import View
from normledger.provenance.graph import TraceNode
from normledger.relay.outbox import Submission


def as_of(at: AsOf) -> schemas.AsOfModel:
    """The block at which an answer holds."""
    return schemas.AsOfModel(chain_id=at.chain_id, block=at.block, hash=str(at.hash), time=at.time, final=at.final)


def texts(hashes: Sequence[Hash]) -> list[str]:
    """Hashes as 0x-hex."""
    return [str(one) for one in hashes]


def opens(path: str, at: AsOf | None = None, **query: object) -> str:
    """A link to the list that a number counts; with `at`, to the list as of that block and time."""
    if at is not None:
        moment = datetime.fromtimestamp(at.time, UTC)
        query |= {"as_of": at.hash, "at": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}
    given = {name: str(value) for name, value in query.items() if value not in (None, "")}
    return quote(path, safe="/:") + (f"?{urlencode(given)}" if given else "")


# --- parties and acts


def party(one: Party) -> schemas.PartyModel:
    """A registered party."""
    return schemas.PartyModel(
        id=str(one.id),
        name=one.name,
        kind=one.kind,
        identifier=one.identifier,
        world=one.world,
        region=one.region,
        account=str(one.account),
        block=one.recorded.block,
        identifiers=list(one.identifiers),
        former_accounts=[str(tenure.account) for tenure in one.tenures[:-1]],
        powers=[schemas.PowersModel(**_powers(given)) for given in one.powers],
    )


def _powers(given: Powers) -> dict[str, Any]:
    return {
        "representative": str(given.terms.representative),
        "subject": str(given.terms.subject),
        "kinds": [kind.term for kind in sorted(given.terms.kinds)],
        "until": str(given.terms.until),
        "act": str(given.granted.digest),
        "ended_by": str(given.ended.digest) if given.ended else None,
    }


def representative(view: View, one: Party, given: Powers) -> schemas.RepresentativeModel:
    """Full powers with the party that gave them."""
    return schemas.RepresentativeModel(
        **_powers(given), party=str(one.id), name=one.name, stands=given.stand(view.at.time)
    )


def bound_by(view: View, one: Party) -> list[schemas.BoundModel]:
    """What a party is bound to, less what it reserved."""
    return [
        schemas.BoundModel(
            agreement=str(agreement.id),
            title=agreement.title,
            clauses=texts(sorted(standing.clauses)),
            since=standing.since,
            acts=texts(standing.acts),
        )
        for agreement in view.agreements_of(one.id)
        if agreement.status
        for standing in agreement.status.bound
        if standing.party == one.id
    ]


def recognitions(view: View) -> list[RecordedAct]:
    """All recognitions that stand, in the order of recording."""
    return [batch.act for batch in view.batches(ActKind.RECOGNITION)]


def recognition(view: View, one: RecordedAct, trust: TrustPolicy) -> schemas.RecognitionModel:
    """That a party says that another is who it claims to be."""
    recognised = view.parties.get(PartyId(one.act.refers_to))
    return schemas.RecognitionModel(
        author=str(one.act.party),
        author_name=view.parties[one.act.party].name,
        recognised=str(one.act.refers_to),
        recognised_name=recognised.name if recognised else None,
        text=view.statement(one.act.content),
        act=str(one.digest),
        block=one.recorded.block,
        counted=one.act.party in trust.recognitions,
    )


def any_act(view: View, digest: Digest) -> schemas.ActModel:
    """An act of any kind: on a subject, or a party's claim or act on itself. Raises `NotFound`."""
    found = view.acts.get(digest)
    if found is not None:
        return act(view, found)
    party_ = view.party_declaring(digest)
    if party_ is not None:
        of = view.parties[party_]
        return next(own_act(of, own) for own in own_acts(of) if own.digest == digest)
    raise NotFound("act", str(digest), "take its digest from an answer that counts it")


def own_acts(of: Party) -> tuple[RecordedClaim | RecordedOwnAct, ...]:
    """A party's claim, and its acts on itself."""
    return of.claim, *of.own


def own_act(of: Party, one: RecordedClaim | RecordedOwnAct) -> schemas.ActModel:
    """A party's claim, or its act on itself. What a kind does not have is zero."""
    kind, content, number, refers_to = ActKind.CLAIM, ZERO, 0, ZERO
    if isinstance(one, RecordedClaim):
        account, deadline, content, represented = one.claim.account, one.claim.deadline, one.claim.profile, False
    else:
        account, deadline, number, represented = one.act.account, one.act.deadline, one.act.number, one.represented
        kind = _OWN[type(one.act)]
        if isinstance(one.act, FurtherClaim):
            content = one.act.profile
        elif isinstance(one.act, FullPowers | Revocation):
            refers_to = one.act.subject
    return schemas.ActModel(
        digest=str(one.digest),
        kind=kind.term,
        party=str(of.id),
        name=of.name,
        account=str(account),
        subject=str(of.id),
        clause=str(ZERO),
        refers_to=str(refers_to),
        content=str(content),
        text=None,
        number=str(number),
        deadline=str(deadline),
        signature="0x" + one.signature.hex(),
        represented=represented,
        proven_by="signature" if one.proven else "contract",
        block=one.recorded.block,
        block_hash=str(one.recorded.block_hash),
        time=one.recorded.time,
        transaction=str(one.recorded.transaction),
    )


_OWN = {
    FurtherClaim: ActKind.FURTHER_CLAIM,
    Rotation: ActKind.ROTATION,
    FullPowers: ActKind.FULL_POWERS,
    Revocation: ActKind.REVOCATION,
    OwnCancellation: ActKind.CANCELLATION,
}


def act(view: View, one: RecordedAct) -> schemas.ActModel:
    """An act as the chain holds it, with its text where that is at hand."""
    known = view.parties.get(one.act.party)
    return schemas.ActModel(
        digest=str(one.digest),
        kind=one.act.kind.term,
        party=str(one.act.party),
        name=known.name if known else "",
        account=str(one.signer),
        subject=str(one.act.subject),
        clause=str(one.act.clause),
        refers_to=str(one.act.refers_to),
        content=str(one.act.content),
        text=view.statement(one.act.content),
        number=str(one.act.number),
        deadline=str(one.act.deadline),
        signature="0x" + one.signature.hex(),
        represented=one.represented,
        proven_by="signature" if one.proven else "contract",
        block=one.recorded.block,
        block_hash=str(one.recorded.block_hash),
        time=one.recorded.time,
        transaction=str(one.recorded.transaction),
    )


# --- agreements


def agreements(view: View) -> list[schemas.AgreementModel]:
    """Signed ones first, then reported ones."""
    actors = _reported_actors(view)
    return [agreement(one) for one in view.agreements.values()] + [
        _reported(text, actors[text.hash]) for text in view.reported_agreements.values()
    ]


def agreement(one: AgreementView) -> schemas.AgreementModel:
    """An agreement on the chain."""
    return schemas.AgreementModel(
        basis="consented",
        id=str(one.id),
        document=str(one.terms.document),
        title=one.title,
        date=one.document.date if one.document else None,
        world=one.document.world if one.document else None,
        character=one.document.rules.character if one.document else None,
        form=one.document.rules.form if one.document else None,
        fault=one.fault,
        block=one.recorded.block,
        in_effect_since=one.status.in_effect_since if one.status else None,
        bound=[str(bound.party) for bound in one.status.bound] if one.status else [],
    )


def _reported_actors(view: View) -> dict[Hash, dict[str, list[Hash]]]:
    """By agreement, whoever is reported to have undertaken it and by which reports."""
    found: dict[Hash, dict[str, list[Hash]]] = defaultdict(dict)
    for one in view.record("reported", "real").undertakings:
        found[one.agreement].setdefault(one.actor, []).extend(one.acts)
    return found


def _reported(text: ReportedAgreement, actors: dict[str, list[Hash]]) -> schemas.AgreementModel:
    worlds = {is_exercise(actor) for actor in actors}
    return schemas.AgreementModel(
        basis="reported",
        id=str(text.hash),
        document=str(text.hash),
        title=text.title,
        date=text.date,
        world=None if len(worlds) > 1 else "exercise" if worlds == {True} else "real",
        character=text.character,
        form=text.form,
        fault=None,
        block=None,
        in_effect_since=None,
        bound=sorted(actors),
    )


def agreement_answer(view: View, name: str, trust: TrustPolicy) -> schemas.AgreementAnswer:
    """An agreement with everything on it: a signed one by its id, a reported one by its document's hash."""
    try:
        one = view.agreement(name)
    except NotFound:
        for text in view.reported_agreements.values():
            if name in (str(text.hash), text.source_id):
                return _reported_answer(view, text, trust)
        raise NotFound("agreement", name, "/v1/agreements lists them") from None
    return _signed_answer(view, one)


def _signed_answer(view: View, one: AgreementView) -> schemas.AgreementAnswer:
    document, status = one.document, one.status
    rules = document.rules if document else None
    return schemas.AgreementAnswer(
        as_of=as_of(view.at),
        agreement=agreement(one),
        rules=schemas.RulesModel(
            admission=rules.admission,
            takes_effect=rules.takes_effect,
            reservations=rules.reservations,
            notice_days=rules.notice_days,
        )
        if rules
        else None,
        clauses=clauses(document) if document else [],
        members=[
            schemas.MemberModel(
                key=str(bound.party),
                name=view.parties[bound.party].name,
                kind=view.parties[bound.party].kind,
                since=bound.since,
                clauses=len(bound.clauses),
                acts=texts(bound.acts),
                clauses_url=opens(f"/v1/agreements/{one.id}/clauses", view.at, party=bound.party),
            )
            for bound in (status.bound if status else ())
        ],
        awaiting=texts(status.awaiting) if status else [],
        withdrawn=texts(status.withdrawn) if status else [],
        acts=[act(view, recorded) for recorded in one.acts],
        without_effect={str(digest): why for digest, why in (status.left_aside if status else ())},
        reservations=[
            schemas.ReservationModel(
                party=str(reservation.party),
                name=view.parties[reservation.party].name,
                clause=str(reservation.clause),
                act=str(reservation.act.digest),
                text=view.statement(reservation.act.act.content),
                objections=[act(view, objection) for objection in reservation.objections],
            )
            for reservation in (status.reservations if status else ())
        ],
        reports=[],
        sources=[],
        facts={},
    )


def _reported_answer(view: View, text: ReportedAgreement, trust: TrustPolicy) -> schemas.AgreementAnswer:
    reports = _reports(view, text.hash, trust)
    who = {report.actor: report for report in reports}
    undertaking = _reported_actors(view)[text.hash]
    return schemas.AgreementAnswer(
        as_of=as_of(view.at),
        agreement=_reported(text, undertaking),
        rules=None,
        clauses=clauses(text),
        members=[
            schemas.MemberModel(
                key=key,
                name=who[key].name,
                kind=who[key].kind,
                since=None,
                clauses=len(text.clauses),
                acts=texts(sorted(leaves)),
                clauses_url=opens(f"/v1/agreements/{text.hash}/clauses", view.at, party=key),
            )
            for key, leaves in sorted(undertaking.items(), key=lambda item: who[item[0]].name)
        ],
        awaiting=[],
        withdrawn=[],
        acts=[],
        without_effect={},
        reservations=[],
        reports=reports,
        sources=list(text.sources),
        facts=dict(text.facts),
    )


def _reports(view: View, text: Hash, trust: TrustPolicy) -> list[schemas.ReportModel]:
    return [report(view, one, trust) for one in reports(view) if one.leaf.agreement == text]


@dataclass(frozen=True, slots=True)
class AnchoredReport:
    """A report that stands, the act that anchored it, and its hash there."""

    leaf: Report
    hash: Hash
    act: RecordedAct


def reports(view: View) -> Iterator[AnchoredReport]:
    """Every report that stands and is at hand, in the order of recording."""
    for batch in view.batches(ActKind.REPORTS):
        if isinstance(batch.document, Reports):
            for leaf, hash_ in zip(batch.document.leaves, batch.document.leaf_hashes, strict=True):
                yield AnchoredReport(leaf, hash_, batch.act)


def report(view: View, one: AnchoredReport, trust: TrustPolicy) -> schemas.ReportModel:
    """One report, with the act that anchored it."""
    leaf, author, text = one.leaf, one.act.act.party, view.reported_agreements.get(one.leaf.agreement)
    return schemas.ReportModel(
        actor=leaf.actor.identifier,
        name=leaf.actor.name,
        kind=leaf.actor.kind,
        act=leaf.act,
        date=leaf.date,
        seen=leaf.seen,
        leaf=str(one.hash),
        observer=str(author),
        observer_name=view.parties[author].name,
        batch=str(one.act.digest),
        block=one.act.recorded.block,
        counted=author in trust.reports,
        agreement=str(leaf.agreement),
        title=text.title if text else None,
    )


def clauses(document: Agreement | ReportedAgreement) -> list[schemas.ClauseModel]:
    """A text's clauses with their ids."""
    return [
        schemas.ClauseModel(
            id=str(id_), key=clause.key, heading=clause.heading, text=clause.text, language=clause.language
        )
        for clause, id_ in zip(document.clauses, document.clause_ids, strict=True)
    ]


def clause_answer(view: View, clause: ClauseId) -> schemas.ClauseAnswer:
    """A clause with its agreement."""
    one = view.agreement_of_clause(clause)
    if one is not None and one.document:
        place = one.document.clause_ids.index(clause)
        return schemas.ClauseAnswer(as_of=as_of(view.at), clause=clauses(one.document)[place], agreement=agreement(one))
    held = view.holding([clause]).get(clause)
    text = None if held is None else view.reported_agreement(held)
    if text is not None:
        return schemas.ClauseAnswer(
            as_of=as_of(view.at),
            clause=clauses(text)[text.clause_ids.index(clause)],
            agreement=_reported(text, _reported_actors(view)[text.hash]),
        )
    raise NotFound("clause", str(clause), "take its id from an agreement's clauses")


def documents(view: View) -> list[Hash]:
    """Every document that the register names as of the view, in ascending order of hash."""
    found: set[Hash] = set()
    for one in view.parties.values():
        found |= {one.claim.claim.profile}
        found |= {own.act.profile for own in one.own if isinstance(own.act, FurtherClaim)}
    found |= {Hash(one.terms.document) for one in view.agreements.values()}
    found |= {Hash(one) for one in view.norms}
    for norm_ in view.norms.values():
        found |= {Hash(outcome) for outcome in (norm_.document.outcomes if norm_.document else ())}
    # An anchor's content is a root, by which nobody finds a document.
    found |= {act.act.content for act in view.acts.values() if act.act.kind is not ActKind.ANCHOR}
    for batch in (*view.batches(ActKind.REPORTS), *view.batches(ActKind.ALIGNMENTS)):
        if isinstance(batch.document, Reports):
            found |= {Hash(leaf.agreement) for leaf in batch.document.leaves}
        elif batch.document is not None:
            found |= {Hash(leaf.outcome) for leaf in batch.document.leaves}
    return sorted(map(Hash, found - {ZERO}))


# --- norms, submissions, provenance


def norm(one: NormView, at: AsOf | None = None) -> schemas.NormModel:
    """A published norm with its stances counted; with `at`, its links open them as of that block."""
    endorsing = sum(stance.kind is ActKind.ENDORSEMENT for stance in one.stances)
    path = f"/v1/norms/{one.id}"
    return schemas.NormModel(
        id=str(one.id),
        title=one.title,
        world=one.document.world if one.document else None,
        text=one.document.text if one.document else None,
        outcomes=texts(one.document.outcomes) if one.document else [],
        endorsed_by=endorsing,
        opposed_by=len(one.stances) - endorsing,
        anchored_at_least=len(one.anchored),
        block=one.publication.recorded.block,
        endorsed_by_url=opens(f"{path}/endorsements", at, stance="endorsement"),
        opposed_by_url=opens(f"{path}/endorsements", at, stance="opposition"),
        anchored_url=opens(f"{path}/anchored", at),
    )


def stances(view: View, one: NormView) -> list[schemas.StanceModel]:
    """The stances that stand, each with its act and its reason."""
    return [stance(view, found) for found in one.stances]


def stance(view: View, one: Stance) -> schemas.StanceModel:
    """A stance with its act and its reason."""
    return schemas.StanceModel(
        party=str(one.party),
        name=view.parties[one.party].name,
        kind=view.parties[one.party].kind,
        stance=one.kind.term,
        reason=view.statement(one.act.act.content),
        act=str(one.act.digest),
        block=one.act.recorded.block,
        clause=str(one.act.act.clause),
    )


def outside(view: View, agreement_id: Hash, clause: Hash | None = None) -> list[Stance]:
    """What others say of an agreement and each of its clauses, or of `clause` alone (zero: of the whole)."""
    acts = view.acts_on(Contract.AGREEMENT_LEDGER, stances_on(agreement_id))
    spoken_of = sorted({one.act.clause for one in acts}) if clause is None else [clause]
    return [one for clause in spoken_of for one in stances_of(acts, clause)]


def anchored(view: View, one: Anchored) -> schemas.AnchoredModel:
    """An anchored endorsement: counted apart, as at least so many."""
    party_ = view.parties[one.act.party]
    return schemas.AnchoredModel(
        party=str(one.act.party),
        name=party_.name,
        kind=party_.kind,
        digest=str(one.digest),
        signature="0x" + one.signature.hex(),
        anchor=str(one.anchor.digest),
        position=one.position,
    )


def submission(one: Submission) -> schemas.SubmissionModel:
    """What became of a signed act."""
    return schemas.SubmissionModel(
        digest=str(one.digest),
        kind=one.kind,
        subject=str(one.subject),
        status=one.status,
        reason=one.reason,
        transaction=str(one.transaction) if one.transaction else None,
        block=one.block,
        received=one.received,
    )


def submission_example() -> dict[str, object]:
    """A true submission, signed with a key that everybody knows (it is the number 1): worth nothing anywhere."""
    key = (1).to_bytes(32, "big")
    norm_, signer = keccak(b"a norm"), PartyId(keccak(b"a party"))
    act_ = Act(Contract.NORM_REGISTRY, ActKind.ENDORSEMENT, norm_, signer, address_of(key), 1)
    domain = Domain(20044, release.current().address(Contract.NORM_REGISTRY))
    return {
        "typed_data": to_json(domain, act_),
        "signature": "0x" + sign(domain.digest(act_), key).hex(),
        "texts": [],
    }


def trace(node: TraceNode) -> schemas.TraceModel:
    """A trace, node by node."""
    return schemas.TraceModel(
        prov=node.prov,
        kind=node.kind,
        label=node.label,
        hash=node.hash,
        block=node.block,
        time=node.time,
        note=node.note,
        children=[trace(child) for child in node.children],
    )
