"""Parties: who they claim to be, who acts for them, who recognises them, and what they are bound to."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from api import answers, schemas
from api.asking import Paged, Trusted, Viewed
from api.dumps import LISTED
from normledger.acts.act import ActKind
from normledger.identifiers import PartyId

router = APIRouter(tags=["parties"])

Name = Annotated[str, Path(description="its id, or an identifier that only it claims", max_length=250)]
OfParty = Annotated[str | None, Query(description="of this party alone: its id or identifier", max_length=250)]


@router.get("/parties", response_model=schemas.PartyPage, responses=LISTED)
def read_parties(
    view: Viewed,
    page: Paged,
    kind: Annotated[str | None, Query(description="of this kind alone", max_length=40)] = None,
    world: Literal["real", "exercise"] | None = None,
) -> Any:
    """All registered parties, in the order of registration."""
    names = list(view.parties)
    if kind or world:
        known = view.parties
        names = [id_ for id_ in names if kind in (None, known[id_].kind) and world in (None, known[id_].world)]
    return page.answer(view, schemas.PartyPage, "parties", names, lambda id_: answers.party(view.parties[id_]))


@router.get("/parties/{party}")
def read_party(view: Viewed, party: Name) -> schemas.PartyAnswer:
    """One party, by its id or an identifier that only it claims."""
    one = view.party(party)
    return schemas.PartyAnswer(
        as_of=answers.as_of(view.at), party=answers.party(one), bound_by=answers.bound_by(view, one)
    )


@router.get("/parties/{party}/agreements", response_model=schemas.BoundPage, responses=LISTED)
def read_party_agreements(view: Viewed, page: Paged, party: Name) -> Any:
    """What it is bound to by its own signature, less what it reserved."""
    found = {one.agreement: one for one in answers.bound_by(view, view.party(party))}
    return page.answer(view, schemas.BoundPage, "agreements", list(found), found.__getitem__)


@router.get("/parties/{party}/acts", response_model=schemas.ActPage, responses=LISTED)
def read_party_acts(view: Viewed, page: Paged, party: Name) -> Any:
    """All that it signed: its claim, its acts on itself, its acts on agreements, norms and others."""
    one = view.party(party)
    own = [(act.recorded.order, answers.own_act(one, act)) for act in answers.own_acts(one)]
    others = [(act.order, answers.act(view, act)) for act in view.acts_of(one.id)]
    found = {act.digest: act for _, act in sorted(own + others, key=lambda pair: pair[0])}
    return page.answer(view, schemas.ActPage, "acts", list(found), found.__getitem__)


@router.get("/representatives", response_model=schemas.RepresentativePage, responses=LISTED, tags=["representatives"])
def read_representatives(
    view: Viewed,
    page: Paged,
    party: OfParty = None,
    stands: Annotated[
        bool | None, Query(description="only those that stand at the answer's time, or no longer")
    ] = None,
) -> Any:
    """All full powers that were ever given, by party in the order of registration."""
    given = [view.party(party)] if party else view.parties.values()
    found = {
        one.act: one
        for holder in given
        for one in (answers.representative(view, holder, powers) for powers in holder.powers)
        if stands in (None, one.stands)
    }
    return page.answer(view, schemas.RepresentativePage, "representatives", list(found), found.__getitem__)


@router.get("/recognitions", response_model=schemas.RecognitionPage, responses=LISTED, tags=["recognitions"])
def read_recognitions(
    view: Viewed,
    page: Paged,
    trust: Trusted,
    author: OfParty = None,
    recognised: Annotated[str | None, Query(description="of this party: its id or identifier", max_length=250)] = None,
) -> Any:
    """Who says of whom that it is who it claims to be; those that stand."""
    by, of = view.party(author).id if author else None, view.party(recognised).id if recognised else None
    found = {
        act.digest: act
        for act in answers.recognitions(view)
        if by in (None, act.act.party) and of in (None, PartyId(act.act.refers_to))
    }
    return page.answer(
        view,
        schemas.RecognitionPage,
        "recognitions",
        list(found),
        lambda digest: answers.recognition(view, found[digest], trust),
    )


@router.get("/acts", response_model=schemas.ActPage, responses=LISTED, tags=["acts"])
def read_acts(
    view: Viewed,
    page: Paged,
    party: OfParty = None,
    kind: Annotated[
        str | None, Query(description="of this kind alone, in its own words: endorsement, signature", max_length=60)
    ] = None,
    subject: Annotated[
        str | None, Query(description="on this subject: the id of an agreement or norm", pattern=r"^0x[0-9a-f]{64}$")
    ] = None,
) -> Any:
    """All acts on agreements, norms and lists, in the order of recording."""
    if party or kind or subject:
        by = view.party(party).id if party else None
        kinds = {one for one in ActKind if kind in (None, one.term)}
        chosen = [
            act
            for act in (view.acts.values() if by is None else view.acts_of(by))
            if by in (None, act.act.party) and act.act.kind in kinds and subject in (None, str(act.act.subject))
        ]
        names = [act.digest for act in sorted(chosen, key=lambda one: one.order)]
    else:
        names = list(view.acts)
    return page.answer(view, schemas.ActPage, "acts", names, lambda digest: answers.act(view, view.acts[digest]))
