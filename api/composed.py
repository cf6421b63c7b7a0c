"""A composition as it crosses HTTP: rows with the acts behind every number, drafts, who undertook it toward whom."""

from collections import defaultdict
from collections.abc import Sequence

from api import schemas
from api.answers import as_of, texts
from normledger.composition.context import bits
from normledger.composition.draft import Draft
from normledger.composition.indicators import Aside, Count, Mutuality
from normledger.composition.result import Composition
from normledger.identifiers import Hash
from normledger.ledger.answers import AsOf

FORMS = ("bilateral", "multi-stakeholder")


def candidate(composition: Composition, key: Hash) -> schemas.CandidateModel:
    """A row: what it asks, who stands behind it, and the acts behind every number."""
    row, found = composition.candidate(key), composition.judge(key)
    return schemas.CandidateModel(
        key=str(key),
        outcomes=texts(row.outcomes),
        texts=[composition.outcomes[outcome].text for outcome in row.outcomes],
        parties=_count(found.parties),
        by_kind={name: _count(value) for name, value in found.kinds},
        by_region={name: _count(value) for name, value in found.regions},
        independent_agreements=_count(found.independent),
        pairs=str(found.mutuality.pairs),
        mutuality=found.mutuality.sentence,
        already_agreed_in=texts(row.already_agreed_in),
    )


def candidate_answer(composition: Composition, key: Hash, at: AsOf) -> schemas.CandidateAnswer:
    """A row opened: its draft, its coalition, who toward whom, what stands against it."""
    row, found = composition.candidate(key), composition.judge(key)
    sources = sorted(
        (composition.selection.agreements[one] for one in row.agreements), key=lambda a: (a.date or "", a.id)
    )
    by_form = {form: among.sentence for form in FORMS if (among := composition.mutuality_in(key, form)) is not None}
    return schemas.CandidateAnswer(
        as_of=as_of(at),
        basis=composition.record.basis,
        world=composition.record.world,
        derivation=str(composition.derivation.hash),
        candidate=candidate(composition, key),
        drafts=[_draft(one) for one in composition.draft(key)],
        coalition=_coalition(composition, row.parties, found.mutuality),
        agreements=[
            schemas.SourceModel(id=str(one.id), title=one.title, date=one.date, character=one.character, form=one.form)
            for one in sources
        ],
        mutuality_by_form=by_form,
        ties=[
            schemas.TiesModel(
                agreement=str(ties.agreement),
                outcome=str(ties.outcome),
                parties=list(ties.parties),
                among=list(ties.among),
                acts=texts(ties.acts),
            )
            for ties in found.mutuality.by_agreement
        ],
        conflicts=[_aside(one) for one in found.conflicts],
        narrower=[_aside(one) for one in found.narrower],
    )


def _count(one: Count) -> schemas.CountModel:
    return schemas.CountModel(value=one.value, acts=texts(one.acts))


def _aside(one: Aside) -> schemas.AsideModel:
    return schemas.AsideModel(
        relation="opposite" if one.relation == "opposite" else "narrower",
        outcome=str(one.outcome),
        clause=str(one.clause),
        agreement=str(one.agreement),
        parties=list(one.parties),
        inside=list(one.inside),
        acts=texts(one.acts),
    )


def _draft(one: Draft) -> schemas.DraftModel:
    return schemas.DraftModel(
        language=one.language,
        text=one.text,
        open_brackets=one.open_brackets,
        other_languages=texts(one.other_languages),
        paragraphs=[
            schemas.ParagraphModel(
                agreed=paragraph.agreed,
                options=[
                    schemas.OptionModel(
                        clauses=texts(option.clauses),
                        parties=list(option.parties),
                        fragments=[
                            [
                                schemas.AlternativeModel(
                                    text=alternative.text,
                                    clauses=texts(alternative.clauses),
                                    parties=list(alternative.parties),
                                )
                                for alternative in fragment.alternatives
                            ]
                            for fragment in option.fragments
                        ],
                    )
                    for option in paragraph.options
                ],
            )
            for paragraph in one.paragraphs
        ],
    )


def _coalition(composition: Composition, parties: Sequence[str], mutuality: Mutuality) -> list[schemas.CoalitionModel]:
    """Per party, the ties read row by row: an outcome reaches whom any agreement reaches, a package whom all do."""
    actors = {actor.key: actor for actor in composition.context.parties}
    toward = reach(parties, mutuality)
    back = _turned([toward[key] for key in parties])
    within: dict[str, set[Hash]] = defaultdict(set)
    for ties in mutuality.by_agreement:
        for key in ties.parties:
            within[key].add(ties.agreement)
    return [
        schemas.CoalitionModel(
            key=key,
            name=actors[key].name,
            kind=actors[key].kind,
            region=actors[key].region,
            toward=toward[key].bit_count(),
            mutual=(toward[key] & back[at]).bit_count(),
            agreements=texts(sorted(within[key])),
        )
        for at, key in enumerate(parties)
    ]


def _turned(toward: Sequence[int]) -> list[int]:
    """For each party, who undertook it toward that party; parties of one circle are turned together."""
    circles: dict[int, int] = defaultdict(int)
    for at, row in enumerate(toward):
        circles[row | 1 << at] |= 1 << at
    back = [0] * len(toward)
    for circle, members in circles.items():
        for at in bits(circle):
            back[at] |= members & ~(1 << at)
    return back


def reach(parties: Sequence[str], mutuality: Mutuality) -> dict[str, int]:
    """Toward whom each of the parties undertook it, as bits in their order."""
    number = {key: 1 << at for at, key in enumerate(parties)}
    by_outcome: dict[Hash, dict[str, int]] = defaultdict(lambda: dict.fromkeys(parties, 0))
    for ties in mutuality.by_agreement:
        among = sum(number.get(key, 0) for key in ties.among)
        for key in ties.parties:
            by_outcome[ties.outcome][key] |= among & ~number[key]
    toward = dict.fromkeys(parties, sum(number.values()))
    for reached in by_outcome.values():
        for key in parties:
            toward[key] &= reached[key]
    return toward
