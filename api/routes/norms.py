"""Published norms, the stances on them; and the typed data of a stance to be signed."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query

from api import answers, schemas
from api.asking import Asked, Paged, Viewed, unkept
from api.dumps import LISTED
from normledger.acts.act import ActKind
from normledger.documents.canonical import normalise
from normledger.documents.document import Document, Norm

router = APIRouter(tags=["norms"])

_KINDS = {"endorse": ActKind.ENDORSEMENT, "oppose": ActKind.OPPOSITION, "withdraw": ActKind.WITHDRAWAL}

Name = Annotated[str, Path(description="its id", max_length=400)]


@router.get("/norms", response_model=schemas.NormPage, responses=LISTED)
def read_norms(view: Viewed, page: Paged, world: Literal["real", "exercise"] | None = None) -> Any:
    """All published norms, in the order of publication."""
    names = [id_ for id_ in view.norms if world is None or _world(view.document(id_)) == world]
    return page.answer(view, schemas.NormPage, "norms", names, lambda id_: answers.norm(view.norms[id_], view.at))


def _world(text: Document | None) -> str | None:
    return text.world if isinstance(text, Norm) else None


@router.get("/norms/{norm}")
def read_norm(view: Viewed, norm: Name) -> schemas.NormAnswer:
    """One norm with all acts on it."""
    one = view.norm(norm)
    acts = [answers.act(view, act) for act in one.acts]
    return schemas.NormAnswer(as_of=answers.as_of(view.at), norm=answers.norm(one, view.at), acts=acts)


@router.get("/norms/{norm}/acts", response_model=schemas.ActPage, responses=LISTED)
def read_norm_acts(view: Viewed, page: Paged, norm: Name) -> Any:
    """All acts on a norm, in the order in which they are linked."""
    found = {act.digest: act for act in view.norm(norm).acts}
    return page.answer(view, schemas.ActPage, "acts", list(found), lambda digest: answers.act(view, found[digest]))


@router.get("/norms/{norm}/endorsements", response_model=schemas.StancePage, responses=LISTED, tags=["endorsements"])
def read_endorsements(
    view: Viewed,
    page: Paged,
    norm: Name,
    stance: Annotated[Literal["endorsement", "opposition"] | None, Query(description="of this sort alone")] = None,
) -> Any:
    """The stances that stand, endorsing and opposing, each with its act."""
    found = {one.party: one for one in view.norm(norm).stances if stance in (None, one.kind.term)}
    return page.answer(
        view, schemas.StancePage, "endorsements", list(found), lambda party: answers.stance(view, found[party])
    )


@router.get("/norms/{norm}/anchored", response_model=schemas.AnchoredPage, responses=LISTED, tags=["endorsements"])
def read_anchored(view: Viewed, page: Paged, norm: Name) -> Any:
    """Endorsements that are anchored by a root and not recorded: a class of their own, "at least" so many."""
    found = {one.digest: one for one in view.norm(norm).anchored}
    return page.answer(
        view, schemas.AnchoredPage, "anchored", list(found), lambda digest: answers.anchored(view, found[digest])
    )


@router.get("/norms/{norm}/endorsements/typed-data", dependencies=[Depends(unkept)], tags=["endorsements"])
def prepare_endorsement(
    asked: Asked,
    view: Viewed,
    norm: Name,
    party: Annotated[str, Query(description="the party's id or identifier", max_length=250)],
    stance: Literal["endorse", "oppose", "withdraw"] = "endorse",
    reason: Annotated[
        str | None, Query(min_length=1, max_length=10_000, description="recorded by its hash, kept here, shown to all")
    ] = None,
) -> schemas.TypedDataAnswer:
    """What the party is to sign; sign it anywhere, then submit it."""
    prepared = asked.workspace.prepare(
        _KINDS[stance], view.norm(norm).id, view.party(party).id, view=view, text=normalise(reason)
    )
    return schemas.TypedDataAnswer(
        as_of=answers.as_of(view.at),
        typed_data=prepared.typed_data,
        digest=str(prepared.digest),
        sentence=prepared.sentence,
        texts=[text.to_json() for text in prepared.texts],
    )
