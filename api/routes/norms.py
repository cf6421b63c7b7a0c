"""Published norms, the stances on them, where they come from; and the typed data of a stance to be signed."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api import schemas
from api.asking import Asked, Paged, Viewed
from normledger.acts.act import ActKind
from normledger.provenance.graph import trace
from normledger.workspace import composing

router = APIRouter(tags=["norms"])

_KINDS = {"endorse": ActKind.ENDORSEMENT, "oppose": ActKind.OPPOSITION, "withdraw": ActKind.WITHDRAWAL}


@router.get("/norms")
def read_norms(asked: Asked, view: Viewed, page: Paged) -> schemas.NormPage:
    """All published norms, in the order of publication."""
    norms, following = page.of(list(asked.do(lambda: view.norms).values()), view.at)
    return schemas.NormPage(as_of=schemas.as_of(view.at), norms=[schemas.norm(one) for one in norms], next=following)


@router.get("/norms/{norm}")
def read_norm(asked: Asked, view: Viewed, norm: str) -> schemas.NormAnswer:
    """One norm with all acts on it."""
    one = asked.do(lambda: view.norm(norm))
    acts = asked.do(lambda: [schemas.act(view, act) for act in one.acts])
    return schemas.NormAnswer(as_of=schemas.as_of(view.at), norm=schemas.norm(one), acts=acts)


@router.get("/norms/{norm}/endorsements")
def read_endorsements(asked: Asked, view: Viewed, page: Paged, norm: str) -> schemas.StancePage:
    """The stances that stand, endorsing and opposing, each with its act."""
    stances, following = page.of(asked.do(lambda: view.norm(norm)).stances, view.at)
    return schemas.StancePage(
        as_of=schemas.as_of(view.at),
        endorsements=[
            schemas.StanceModel(
                party=str(stance.party),
                name=view.parties[stance.party].name,
                kind=view.parties[stance.party].kind,
                stance=stance.kind.term,
                reason=view.statement(stance.act.act.content),
                act=str(stance.act.digest),
                block=stance.act.recorded.block,
            )
            for stance in stances
        ],
        next=following,
    )


@router.get("/norms/{norm}/endorsements/typed-data")
def prepare_endorsement(
    asked: Asked,
    view: Viewed,
    norm: str,
    party: Annotated[str, Query(description="the party's id or identifier", max_length=200)],
    stance: Literal["endorse", "oppose", "withdraw"] = "endorse",
    reason: Annotated[str | None, Query(max_length=10_000)] = None,
) -> schemas.TypedDataAnswer:
    """What the party is to sign; sign it anywhere, then submit it."""
    prepared = asked.do(
        lambda: asked.workspace.prepare(
            _KINDS[stance], view.norm(norm).id, view.party(party).id, view=view, text=reason
        )
    )
    return schemas.TypedDataAnswer(
        as_of=schemas.as_of(view.at),
        typed_data=prepared.typed_data,
        digest=str(prepared.digest),
        sentence=prepared.sentence,
        texts=[text.to_json() for text in prepared.texts],
    )


@router.get("/provenance/{norm}", tags=["provenance"])
def read_provenance(asked: Asked, view: Viewed, norm: str) -> schemas.TraceAnswer:
    """Norm, outcomes, clauses, agreements, acts, parties: each with its hash and block, as PROV types."""
    policy = composing(asked.workspace.trust)
    node = asked.do(lambda: trace(view, view.norm(norm), policy))
    return schemas.TraceAnswer(as_of=schemas.as_of(view.at), trace=schemas.trace(node))
