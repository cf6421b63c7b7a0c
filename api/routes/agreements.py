"""Agreements: those signed here, and those that observers reported; their clauses; what others say of them."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from api import answers, schemas
from api.asking import HASH, Asked, Paged, Trusted, Viewed
from api.dumps import LISTED
from normledger.errors import NotFound
from normledger.identifiers import AgreementId, ClauseId

router = APIRouter(tags=["agreements"])

Name = Annotated[str, Path(description="its id; of a reported one, its document's hash", max_length=400)]
Clause = Annotated[str, Path(description="the clause's id", pattern=HASH)]


@router.get("/agreements", response_model=schemas.AgreementPage, responses=LISTED)
def read_agreements(
    asked: Asked,
    view: Viewed,
    page: Paged,
    basis: Annotated[
        Literal["consented", "reported"] | None, Query(description="signed here, or reported; never summed")
    ] = None,
    world: Literal["real", "exercise"] | None = None,
) -> Any:
    """Signed ones first, then reported ones; `basis` tells them apart."""
    if world is None and basis == "consented":
        return page.answer(
            view,
            schemas.AgreementPage,
            "agreements",
            [("consented", str(id_)) for id_ in view.agreements],
            lambda name: answers.agreement(view.agreements[AgreementId.parse(name[1])]),
        )
    found = {
        (one.basis, one.id): one
        for one in asked.kept("agreements", view, lambda: answers.agreements(view))
        if basis in (None, one.basis) and world in (None, one.world)
    }
    return page.answer(view, schemas.AgreementPage, "agreements", list(found), found.__getitem__)


@router.get("/agreements/{agreement}")
def read_agreement(view: Viewed, trust: Trusted, agreement: Name) -> schemas.AgreementAnswer:
    """One agreement, by its id, or a reported one by its document's hash."""
    return answers.agreement_answer(view, agreement, trust)


@router.get("/agreements/{agreement}/acts", response_model=schemas.ActPage, responses=LISTED)
def read_agreement_acts(view: Viewed, page: Paged, trust: Trusted, agreement: Name) -> Any:
    """All acts on an agreement's word, in the order in which they are linked; none on a reported one."""
    found = {act.digest: act for act in answers.agreement_answer(view, agreement, trust).acts}
    return page.answer(view, schemas.ActPage, "acts", list(found), found.__getitem__)


@router.get("/agreements/{agreement}/clauses", response_model=schemas.ClausePage, responses=LISTED)
def read_agreement_clauses(
    view: Viewed,
    page: Paged,
    trust: Trusted,
    agreement: Name,
    party: Annotated[
        str | None, Query(description="those that bind this party: `key` of a member", max_length=250)
    ] = None,
) -> Any:
    """Its clauses in their order, or those of them that bind one party."""
    whole = answers.agreement_answer(view, agreement, trust)
    found = {clause.id: clause for clause in whole.clauses}
    if party is not None:
        if party not in {member.key for member in whole.members}:
            raise NotFound("member", party, "name one by its `key`, as the agreement lists them")
        if whole.agreement.basis == "consented":
            bound = view.agreements[AgreementId.parse(whole.agreement.id)].status
            mine = {
                str(id_) for one in (bound.bound if bound else ()) if str(one.party) == party for id_ in one.clauses
            }
            found = {id_: clause for id_, clause in found.items() if id_ in mine}
    return page.answer(view, schemas.ClausePage, "clauses", list(found), found.__getitem__)


@router.get(
    "/agreements/{agreement}/endorsements", response_model=schemas.StancePage, responses=LISTED, tags=["endorsements"]
)
def read_agreement_endorsements(view: Viewed, page: Paged, agreement: Name) -> Any:
    """What others say of a signed agreement and of its clauses, endorsing and opposing; they bind nobody."""
    found = {(one.party, one.act.act.clause): one for one in answers.outside(view, view.agreement(agreement).id)}
    return page.answer(
        view, schemas.StancePage, "endorsements", list(found), lambda name: answers.stance(view, found[name])
    )


@router.get("/clauses/{clause}", tags=["clauses"])
def read_clause(view: Viewed, clause: Clause) -> schemas.ClauseAnswer:
    """One clause, by its id, with its agreement."""
    return answers.clause_answer(view, ClauseId.parse(clause))


@router.get(
    "/clauses/{clause}/endorsements", response_model=schemas.StancePage, responses=LISTED, tags=["endorsements"]
)
def read_clause_endorsements(view: Viewed, page: Paged, clause: Clause) -> Any:
    """What others say of one clause of a signed agreement."""
    id_ = ClauseId.parse(clause)
    of = answers.clause_answer(view, id_).agreement
    stances = answers.outside(view, view.agreement(of.id).id, id_) if of.basis == "consented" else []
    found = {one.party: one for one in stances}
    return page.answer(
        view, schemas.StancePage, "endorsements", list(found), lambda name: answers.stance(view, found[name])
    )
