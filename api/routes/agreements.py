"""Agreements: those signed here, and those that observers reported; their clauses and acts."""

from fastapi import APIRouter

from api import schemas
from api.asking import Asked, Paged, Viewed
from normledger.acts.act import ActKind
from normledger.documents.document import Agreement, ReportedAgreement, Reports
from normledger.errors import NotFound
from normledger.identifiers import ClauseId, Hash
from normledger.ledger.queries import View

router = APIRouter(tags=["agreements"])


@router.get("/agreements")
def read_agreements(asked: Asked, view: Viewed, page: Paged) -> schemas.AgreementPage:
    """Signed ones first, then reported ones; `basis` tells them apart."""

    def listed() -> list[schemas.AgreementModel]:
        signed = [schemas.agreement(one) for one in view.agreements.values()]
        return signed + [reported(view, text) for text in view.reported_agreements.values()]

    agreements, following = page.of(asked.do(listed), view.at)
    return schemas.AgreementPage(as_of=schemas.as_of(view.at), agreements=agreements, next=following)


@router.get("/agreements/{agreement}")
def read_agreement(asked: Asked, view: Viewed, agreement: str) -> schemas.AgreementAnswer:
    """One agreement, by its id, or a reported one by its document hash."""
    return asked.do(lambda: answer(view, agreement))


@router.get("/agreements/{agreement}/acts")
def read_agreement_acts(asked: Asked, view: Viewed, agreement: str) -> list[schemas.ActModel]:
    """All acts on an agreement's word, in the order in which they are linked."""
    return asked.do(lambda: [schemas.act(view, one) for one in view.agreement(agreement).acts])


@router.get("/clauses/{clause}")
def read_clause(asked: Asked, view: Viewed, clause: str) -> schemas.ClauseAnswer:
    """One clause, by its id, with its agreement."""
    return asked.do(lambda: _clause(view, ClauseId.parse(clause)))


@router.get("/acts/{digest}", tags=["acts"])
def read_act(asked: Asked, view: Viewed, digest: str) -> schemas.ActModel:
    """One act, by its digest."""
    found = asked.do(lambda: next((act for key, act in view.acts.items() if key == Hash.parse(digest)), None))
    if found is None:
        raise NotFound("act", digest)
    return schemas.act(view, found)


def answer(view: View, name: str) -> schemas.AgreementAnswer:
    """An agreement with everything on it."""
    try:
        one = view.agreement(name)
    except NotFound:
        return _reported_answer(view, name)
    document = one.document
    return schemas.AgreementAnswer(
        as_of=schemas.as_of(view.at),
        agreement=schemas.agreement(one),
        clauses=clauses(document) if document else [],
        acts=[schemas.act(view, act) for act in one.acts],
        reservations=[
            schemas.ReservationModel(
                party=str(reservation.party),
                clause=str(reservation.clause),
                act=str(reservation.act.digest),
                text=view.statement(reservation.act.act.content),
                objections=[str(act.digest) for act in reservation.objections],
            )
            for reservation in (one.status.reservations if one.status else ())
        ],
        withdrawn=[str(party) for party in (one.status.withdrawn if one.status else ())],
        sources=[],
        facts={},
    )


def _reported_answer(view: View, name: str) -> schemas.AgreementAnswer:
    for hash_, text in view.reported_agreements.items():
        if name in (str(hash_), text.source_id):
            return schemas.AgreementAnswer(
                as_of=schemas.as_of(view.at),
                agreement=reported(view, text),
                clauses=clauses(text),
                acts=[],
                reservations=[],
                withdrawn=[],
                sources=list(text.sources),
                facts=dict(text.facts),
            )
    raise NotFound("agreement", name)


def reported(view: View, text: ReportedAgreement) -> schemas.AgreementModel:
    """A reported agreement with the actors who are reported to have undertaken it."""
    actors = {
        report.actor.identifier
        for batch in view.batches(ActKind.REPORTS)
        if isinstance(batch.document, Reports)
        for report in batch.document.leaves
        if report.agreement == text.hash
    }
    return schemas.AgreementModel(
        basis="reported",
        id=str(text.hash),
        document=str(text.hash),
        title=text.title,
        date=text.date,
        world="exercise" if any(actor.startswith("exercise:") for actor in actors) else "real",
        fault=None,
        block=None,
        in_effect_since=None,
        bound=sorted(actors),
    )


def clauses(document: Agreement | ReportedAgreement) -> list[schemas.ClauseModel]:
    """A text's clauses with their ids."""
    return [
        schemas.ClauseModel(
            id=str(id_), key=clause.key, heading=clause.heading, text=clause.text, language=clause.language
        )
        for clause, id_ in zip(document.clauses, document.clause_ids, strict=True)
    ]


def _clause(view: View, clause: ClauseId) -> schemas.ClauseAnswer:
    for one in view.agreements.values():
        if one.document and clause in one.document.clause_ids:
            place = one.document.clause_ids.index(clause)
            return schemas.ClauseAnswer(
                as_of=schemas.as_of(view.at), clause=clauses(one.document)[place], agreement=schemas.agreement(one)
            )
    for text in view.reported_agreements.values():
        if clause in text.clause_ids:
            return schemas.ClauseAnswer(
                as_of=schemas.as_of(view.at),
                clause=clauses(text)[text.clause_ids.index(clause)],
                agreement=reported(view, text),
            )
    raise NotFound("clause", str(clause))
