"""Agreements: those signed here, and those that observers reported; their clauses."""

from fastapi import APIRouter

from api import answers, schemas
from api.asking import Asked, Paged, Viewed
from normledger.identifiers import ClauseId

router = APIRouter(tags=["agreements"])


@router.get("/agreements")
def read_agreements(asked: Asked, view: Viewed, page: Paged) -> schemas.AgreementPage:
    """Signed ones first, then reported ones; `basis` tells them apart."""
    agreements, following = page.of(asked.do(lambda: answers.agreements(view)), view.at)
    return schemas.AgreementPage(as_of=answers.as_of(view.at), agreements=agreements, next=following)


@router.get("/agreements/{agreement}")
def read_agreement(asked: Asked, view: Viewed, agreement: str) -> schemas.AgreementAnswer:
    """One agreement, by its id, or a reported one by its document's hash."""
    return asked.do(lambda: answers.agreement_answer(view, agreement, asked.workspace.trust))


@router.get("/agreements/{agreement}/acts")
def read_agreement_acts(asked: Asked, view: Viewed, page: Paged, agreement: str) -> schemas.ActPage:
    """All acts on an agreement's word, in the order in which they are linked; none on a reported one."""
    found = asked.do(lambda: answers.agreement_answer(view, agreement, asked.workspace.trust).acts)
    acts, following = page.of(found, view.at)
    return schemas.ActPage(as_of=answers.as_of(view.at), acts=acts, next=following)


@router.get("/clauses/{clause}")
def read_clause(asked: Asked, view: Viewed, clause: str) -> schemas.ClauseAnswer:
    """One clause, by its id, with its agreement."""
    return asked.do(lambda: answers.clause_answer(view, ClauseId.parse(clause)))
