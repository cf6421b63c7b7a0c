"""Full text over parties, titles, clauses and norms, as of a block."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from api import schemas
from api.asking import Asked, Paged, Viewed
from api.dumps import LISTED
from api.searching import Index

router = APIRouter(tags=["search"])


@router.get("/search", response_model=schemas.HitPage, responses=LISTED)
def read_search(
    asked: Asked,
    view: Viewed,
    page: Paged,
    q: Annotated[str, Query(min_length=1, max_length=200, description="words, all of which are to stand there")],
    sort: Annotated[
        Literal["party", "agreement", "clause", "norm"] | None, Query(description="of this sort alone")
    ] = None,
) -> Any:
    """Whatever holds all these words: in a title or name first, then in a text; parties, agreements, norms, clauses."""
    found = asked.kept("search", view, lambda: Index(view)).find(q, sort)
    return page.answer(view, schemas.HitPage, "hits", [one.name for one in found], _by_name(found))


def _by_name(found: Any) -> Any:
    by_name = {one.name: one for one in found}
    return lambda name: by_name[name].told()
