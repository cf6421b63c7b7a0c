"""From the library's values to what crosses HTTP; both the JSON and the pages show these. Decides nothing."""

from collections import defaultdict
from collections.abc import Sequence

from api import schemas
from normledger.acts import release
from normledger.acts.act import Act, ActKind, Contract, RecordedAct
from normledger.acts.signature import address_of, sign
from normledger.acts.typed_data import Domain, to_json
from normledger.documents.document import Agreement, ReportedAgreement, Reports
from normledger.documents.trust_policy import TrustPolicy
from normledger.errors import NotFound
from normledger.identifiers import ClauseId, Hash, PartyId, is_exercise, keccak
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
        powers=[
            schemas.PowersModel(
                representative=str(given.terms.representative),
                subject=str(given.terms.subject),
                kinds=[kind.term for kind in sorted(given.terms.kinds)],
                until=str(given.terms.until),
                act=str(given.granted.digest),
                ended_by=str(given.ended.digest) if given.ended else None,
            )
            for given in one.powers
        ],
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
        for agreement in view.agreements.values()
        if agreement.status
        for standing in agreement.status.bound
        if standing.party == one.id
    ]


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
    return [
        schemas.ReportModel(
            actor=leaf.actor.identifier,
            name=leaf.actor.name,
            kind=leaf.actor.kind,
            act=leaf.act,
            date=leaf.date,
            seen=leaf.seen,
            leaf=str(hash_),
            observer=str(batch.act.act.party),
            observer_name=view.parties[batch.act.act.party].name,
            batch=str(batch.act.digest),
            block=batch.act.recorded.block,
            counted=batch.act.act.party in trust.reports,
        )
        for batch in view.batches(ActKind.REPORTS)
        if isinstance(batch.document, Reports)
        for leaf, hash_ in zip(batch.document.leaves, batch.document.leaf_hashes, strict=True)
        if leaf.agreement == text
    ]


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
    for one in view.agreements.values():
        if one.document and clause in one.document.clause_ids:
            place = one.document.clause_ids.index(clause)
            return schemas.ClauseAnswer(
                as_of=as_of(view.at), clause=clauses(one.document)[place], agreement=agreement(one)
            )
    for text in view.reported_agreements.values():
        if clause in text.clause_ids:
            return schemas.ClauseAnswer(
                as_of=as_of(view.at),
                clause=clauses(text)[text.clause_ids.index(clause)],
                agreement=_reported(text, _reported_actors(view)[text.hash]),
            )
    raise NotFound("clause", str(clause), "take its id from an agreement's clauses")


# --- norms, submissions, provenance


def norm(one: NormView) -> schemas.NormModel:
    """A published norm with its stances counted."""
    endorsing = sum(stance.kind is ActKind.ENDORSEMENT for stance in one.stances)
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
    )


def stances(view: View, one: NormView) -> list[schemas.StanceModel]:
    """The stances that stand, each with its act and its reason."""
    return [
        schemas.StanceModel(
            party=str(stance.party),
            name=view.parties[stance.party].name,
            kind=view.parties[stance.party].kind,
            stance=stance.kind.term,
            reason=view.statement(stance.act.act.content),
            act=str(stance.act.digest),
            block=stance.act.recorded.block,
        )
        for stance in one.stances
    ]


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
