"""Reports: what observers say that others undertook elsewhere; never consent."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from api import answers, schemas
from api.asking import HASH, Asked, Paged, Trusted, Viewed
from api.dumps import LISTED
from normledger.errors import NotFound
from normledger.identifiers import Hash

router = APIRouter(prefix="/reports", tags=["reports"])


@router.get("", response_model=schemas.ReportPage, responses=LISTED)
def read_reports(
    asked: Asked,
    view: Viewed,
    page: Paged,
    trust: Trusted,
    agreement: Annotated[
        str | None, Query(description="of this text alone: its hash", pattern=r"^0x[0-9a-f]{64}$")
    ] = None,
    actor: Annotated[str | None, Query(description="of this actor: its claimed identifier", max_length=250)] = None,
    observer: Annotated[str | None, Query(description="by this party alone: id or identifier", max_length=250)] = None,
) -> Any:
    """All reports that stand and whose batch is at hand, in the order of recording."""
    by = view.party(observer).id if observer else None
    found = {
        (one.act.digest, one.hash): one
        for one in asked.kept("reports", view, lambda: list(answers.reports(view)))
        if agreement in (None, str(one.leaf.agreement))
        and actor in (None, one.leaf.actor.identifier)
        and by in (None, one.act.act.party)
    }
    return page.answer(
        view, schemas.ReportPage, "reports", list(found), lambda name: answers.report(view, found[name], trust)
    )


@router.get("/{leaf}")
def read_report(
    asked: Asked,
    view: Viewed,
    trust: Trusted,
    leaf: Annotated[str, Path(description="the report's hash", pattern=HASH)],
) -> schemas.ReportAnswer:
    """One report, by its hash: what the numbers of reported candidate norms open to."""
    hash_ = Hash.parse(leaf)
    for one in asked.kept("reports", view, lambda: list(answers.reports(view))):
        if one.hash == hash_:
            return schemas.ReportAnswer(as_of=answers.as_of(view.at), report=answers.report(view, one, trust))
    raise NotFound("report", leaf, "take its hash from an answer that counts it")
