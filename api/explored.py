"""What is asked on from a composition, as it crosses HTTP: outcomes and alignments, steps nobody took, lives, sides."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from api import exploring_schemas
from api.answers import as_of, texts
from api.composed import aside
from normledger.acts.act import ActKind
from normledger.composition import emergence, explore
from normledger.composition.coalitions import key_of
from normledger.composition.comparison import Side, compare, norm_side, side
from normledger.composition.draft_forms import akoma_ntoso, html, plain_text, sources_of
from normledger.composition.record import Alignment
from normledger.composition.resolution import whole
from normledger.composition.result import Composition
from normledger.errors import InputError, NotFound
from normledger.identifiers import Digest, Hash, OutcomeId
from normledger.ledger.answers import AsOf
from normledger.ledger.queries import View

DRAFTS = {"text": "text/plain", "html": "text/html", "akn": "application/akn+xml"}
"""Forms of a draft and their types."""


# --- outcomes and alignments


def outcome(composition: Composition, id_: OutcomeId) -> exploring_schemas.OutcomeModel:
    """An outcome, with the clauses that count for it."""
    one, key = composition.outcomes[id_], key_of([id_])
    return exploring_schemas.OutcomeModel(
        id=str(id_),
        text=one.text,
        polarity=one.polarity,
        boilerplate=one.boilerplate,
        declared=one.found is None,
        candidate=str(key) if any(row.key == key for row in composition.rows) else None,
        clauses=texts(one.clauses),
    )


def alignments(view: View, composition: Composition) -> list[exploring_schemas.AlignmentModel]:
    """Everything that was said or found of a clause and an outcome: what counts, what is shown, what is left out."""
    chosen, anchors = composition.alignments, _anchors(view)
    told = [_alignment(view, one, anchors, counts=True) for one in chosen.counting]
    told += [_alignment(view, one, anchors, counts=False) for one in chosen.shown]
    told += [_alignment(view, one, anchors, counts=False, why_not=why) for one, why in chosen.left_out]
    for id_ in sorted(composition.outcomes):
        found = composition.outcomes[id_].found
        for one in found.clauses if found else ():
            told.append(
                exploring_schemas.AlignmentModel(
                    clause=str(one.clause),
                    outcome=str(id_),
                    relation="same",
                    strength="found",
                    author=None,
                    author_name=None,
                    act=None,
                    leaf=None,
                    agreement=None,
                    counts=True,
                    why_not=None,
                    similarity=one.similarity,
                    centre=str(one.centre),
                    shared=[exploring_schemas.SharedModel(words=words, part=part) for words, part in one.shared],
                )
            )
    return told


def _anchors(view: View) -> dict[Hash, Digest]:
    """The act that anchored each signed alignment, by the alignment's leaf."""
    return {
        leaf: batch.act.digest
        for batch in view.batches(ActKind.ALIGNMENTS)
        if batch.document is not None
        for leaf in batch.document.leaf_hashes
    }


def _alignment(
    view: View, one: Alignment, anchors: Mapping[Hash, Digest], *, counts: bool, why_not: str | None = None
) -> exploring_schemas.AlignmentModel:
    source = None if one.act is None else str(one.act)
    signed, by_norm = one.strength == "signed", one.strength == "declared" and one.by is not None
    anchor = anchors.get(one.act) if signed and one.act is not None else None
    author = view.parties.get(one.by) if one.by else None
    return exploring_schemas.AlignmentModel(
        clause=str(one.clause),
        outcome=str(one.outcome),
        relation=one.relation,
        strength=one.strength,
        author=str(one.by) if one.by else None,
        author_name=author.name if author else None,
        act=source if by_norm else None if anchor is None else str(anchor),
        leaf=source if signed else None,
        agreement=None if signed or by_norm else source,
        counts=counts,
        why_not=why_not,
        similarity=None,
        centre=None,
        shared=[],
    )


# --- steps that nobody took


def near(composition: Composition, key: Hash, first: int, at: AsOf) -> exploring_schemas.NearAnswer:
    """Parties that one clause would bring in."""
    names = _names(composition)
    return exploring_schemas.NearAnswer(
        as_of=as_of(at),
        near=[
            exploring_schemas.NearModel(
                party=one.party,
                name=names[one.party],
                missing=str(one.missing),
                agreement=str(one.agreement),
                clause=str(one.clause),
                joins=one.joins,
                pairs=one.pairs,
                new_region=one.new_region,
                new_kind=one.new_kind,
                outcomes=one.outcomes,
                ties=one.ties,
                narrower=texts(one.narrower),
            )
            for one in explore.one_clause_away(composition, key, first)
        ],
    )


def invitations(composition: Composition, key: Hash, first: int, at: AsOf) -> exploring_schemas.InvitationAnswer:
    """Whom to invite."""
    names = _names(composition)
    return exploring_schemas.InvitationAnswer(
        as_of=as_of(at),
        invitations=[
            exploring_schemas.InvitationModel(
                party=one.party,
                name=names[one.party],
                agreement=str(one.agreement),
                clause=str(one.clause),
                new_region=one.new_region,
                new_kind=one.new_kind,
                one_clause_away=one.near is not None,
                agreements=texts(one.agreements),
                shared=texts(one.shared),
            )
            for one in explore.whom_to_invite(composition, key, first)
        ],
    )


def conflicts(composition: Composition, key: Hash, first: int, at: AsOf) -> exploring_schemas.ConflictAnswer:
    """What stands against it, and which single clause would close each conflict."""
    return exploring_schemas.ConflictAnswer(
        as_of=as_of(at),
        conflicts=[
            exploring_schemas.ConflictModel(
                conflict=aside(conflict),
                closing=[
                    exploring_schemas.ClosingModel(
                        clause=str(one.clause),
                        agreement=str(one.agreement),
                        opposite=one.opposite,
                        parties=list(one.parties),
                        left=list(one.left),
                        changes=_changes(one.changes),
                    )
                    for one in explore.closing(composition, key, conflict)[:first]
                ],
            )
            for conflict in composition.judge(key).conflicts[:first]
        ],
    )


def what_if(
    composition: Composition, consents: Iterable[str], withdrawals: Iterable[str], at: AsOf
) -> exploring_schemas.ChangeAnswer:
    """What these steps would change. Raises `InputError` for what is no step."""
    joining = [_step(one, "consent") for one in consents]
    leaving = [_step(one, "withdrawal") for one in withdrawals]
    if not joining and not leaving:
        raise InputError("name at least one step, PARTY=CLAUSE", field="consent")
    return exploring_schemas.ChangeAnswer(
        as_of=as_of(at), changes=_changes(explore.what_if(composition, joining, leaving))
    )


def _step(text: str, field: str) -> tuple[str, Hash]:
    party, equals, clause = text.rpartition("=")
    if not equals or not party:
        raise InputError(f"{text[:80]!r} is no step; write PARTY=CLAUSE: a party's key and a clause's id", field=field)
    try:
        return party, Hash.parse(clause)
    except InputError as error:
        raise InputError(error.message, field=field) from None


def _changes(changes: Iterable[explore.Change]) -> list[exploring_schemas.ChangeModel]:
    return [
        exploring_schemas.ChangeModel(
            key=str(one.key),
            outcomes=texts(one.outcomes),
            turn=one.turn,
            before=_measure(one.before),
            after=_measure(one.after),
            joined=list(one.joined),
            left=list(one.left),
        )
        for one in changes
    ]


def _measure(one: explore.Measure) -> exploring_schemas.MeasureModel:
    return exploring_schemas.MeasureModel(
        parties=one.parties, independent=one.independent, pairs=one.pairs, stands=one.stands
    )


# --- lives, sides, drafts


def life(composition: Composition, key: Hash, at: AsOf) -> exploring_schemas.LifeAnswer:
    """The life of a candidate norm by its acts' own dates."""
    told = emergence.emergence(composition, key)
    return exploring_schemas.LifeAnswer(
        as_of=as_of(at),
        key=str(key),
        title=told.title,
        points=[
            exploring_schemas.PointModel(
                date=one.date, parties=list(one.parties), agreements=texts(one.agreements), acts=texts(one.acts)
            )
            for one in told.points
        ],
        milestones=[
            exploring_schemas.MilestoneModel(
                step=one.step,
                date=one.date,
                agreement=str(one.agreement),
                parties=list(one.parties),
                acts=texts(one.acts),
                note=one.note,
            )
            for one in told.milestones
        ],
        sentences=list(emergence.sentences(told, composition)),
        undated=texts(told.undated),
    )


def chart(composition: Composition, key: Hash) -> str:
    """The life of a candidate norm as one SVG element."""
    return emergence.svg(emergence.emergence(composition, key), composition)


def drafted(composition: Composition, key: Hash, form: str, time: int) -> str:
    """A candidate's draft as one document: text, html or akn."""
    one, sources, names = whole(composition.draft(key)), sources_of(composition, key), _names(composition)
    if form == "html":
        return html(one, sources, names)
    if form == "akn":
        day = datetime.fromtimestamp(time, UTC).date().isoformat()
        title = " · ".join(composition.outcomes[id_].text for id_ in composition.candidate(key).outcomes)
        return akoma_ntoso(one, sources, names, name=key, title=title, date=day)
    return plain_text(one, sources, names)


def comparison(view: View, composition: Composition, one: str, other: str) -> exploring_schemas.ComparisonAnswer:
    """Two sides of one composition. Raises `NotFound`."""
    found = compare(composition, _side(view, composition, one), _side(view, composition, other))
    return exploring_schemas.ComparisonAnswer(
        as_of=as_of(view.at),
        one=_sided(found.one),
        other=_sided(found.other),
        both=[
            exploring_schemas.MeetingModel(
                outcome=str(meeting.outcome),
                text=composition.outcomes[meeting.outcome].text,
                one=texts(meeting.one),
                other=texts(meeting.other),
            )
            for meeting in found.both
        ],
        only_one=texts(found.only_one),
        only_other=texts(found.only_other),
        opposed=texts(found.opposed),
        agreements=texts(found.agreements),
        parties=list(found.parties),
        toward=texts(found.toward[0]),
        back=texts(found.toward[1]),
    )


def _side(view: View, composition: Composition, name: str) -> Side:
    for norm in view.norms.values():
        if name in (str(norm.id), norm.title) and norm.document is not None:
            endorsing = [str(one.party) for one in norm.stances if one.kind is ActKind.ENDORSEMENT]
            return norm_side(norm.id, norm.title, (OutcomeId(one) for one in norm.document.outcomes), endorsing)
    for party in view.parties.values():
        if name in party.identifiers:
            return side(composition, str(party.id) if composition.record.basis == "consented" else name)
    for id_, agreement in composition.selection.agreements.items():
        if agreement.title == name:
            return side(composition, str(id_))
    try:
        return side(composition, name)
    except NotFound:
        raise NotFound(
            "party, agreement or norm", name, "name one of this basis and world by its key, id or title"
        ) from None


def _sided(one: Side) -> exploring_schemas.SideModel:
    return exploring_schemas.SideModel(sort=one.sort, name=one.name, title=one.title)


def _names(composition: Composition) -> dict[str, str]:
    return {actor.key: actor.name for actor in composition.record.actors}
