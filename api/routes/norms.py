"""Published norms, the stances on them, where they come from; and the typed data of a stance to be signed."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api import answers, schemas
from api.asking import Asked, Paged, Viewed
from normledger.acts.act import ActKind
from normledger.documents.canonical import normalise
from normledger.provenance.graph import trace
from normledger.workspace import composing

router = APIRouter(tags=["norms"])

_KINDS = {"endorse": ActKind.ENDORSEMENT, "oppose": ActKind.OPPOSITION, "withdraw": ActKind.WITHDRAWAL}


@router.get("/norms")
def read_norms(asked: Asked, view: Viewed, page: Paged) -> schemas.NormPage:
    """All published norms, in the order of publication."""
    norms, following = page.of(asked.do(lambda: [answers.norm(one) for one in view.norms.values()]), view.at)
    return schemas.NormPage(as_of=answers.as_of(view.at), norms=norms, next=following)


@router.get("/norms/{norm}")
def read_norm(asked: Asked, view: Viewed, norm: str) -> schemas.NormAnswer:
    """One norm with all acts on it."""

    def answer() -> schemas.NormAnswer:
        one = view.norm(norm)
        acts = [answers.act(view, act) for act in one.acts]
        return schemas.NormAnswer(as_of=answers.as_of(view.at), norm=answers.norm(one), acts=acts)

    return asked.do(answer)


@router.get("/norms/{norm}/endorsements")
def read_endorsements(asked: Asked, view: Viewed, page: Paged, norm: str) -> schemas.StancePage:
    """The stances that stand, endorsing and opposing, each with its act."""
    stances, following = page.of(asked.do(lambda: answers.stances(view, view.norm(norm))), view.at)
    return schemas.StancePage(as_of=answers.as_of(view.at), endorsements=stances, next=following)


@router.get("/norms/{norm}/endorsements/typed-data")
def prepare_endorsement(
    asked: Asked,
    view: Viewed,
    norm: str,
    party: Annotated[str, Query(description="the party's id or identifier", max_length=250)],
    stance: Literal["endorse", "oppose", "withdraw"] = "endorse",
    reason: Annotated[
        str | None, Query(min_length=1, max_length=10_000, description="recorded by its hash, kept here, shown to all")
    ] = None,
) -> schemas.TypedDataAnswer:
    """What the party is to sign; sign it anywhere, then submit it."""
    prepared = asked.do(
        lambda: asked.workspace.prepare(
            _KINDS[stance], view.norm(norm).id, view.party(party).id, view=view, text=normalise(reason)
        )
    )
    return schemas.TypedDataAnswer(
        as_of=answers.as_of(view.at),
        typed_data=prepared.typed_data,
        digest=str(prepared.digest),
        sentence=prepared.sentence,
        texts=[text.to_json() for text in prepared.texts],
    )


@router.get("/provenance/{norm}", tags=["provenance"])
def read_provenance(asked: Asked, view: Viewed, norm: str) -> schemas.TraceAnswer:
    """Norm, outcomes, clauses, agreements, acts, parties: each with its hash and block, as PROV types."""
    node = asked.do(lambda: trace(view, view.norm(norm), composing(asked.workspace.trust)))
    return schemas.TraceAnswer(as_of=answers.as_of(view.at), trace=answers.trace(node))
