"""A composition as it crosses HTTP: rows with the acts behind every number, drafts, who undertook it toward whom."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from api import schemas
from api.answers import as_of, opens, texts
from normledger.composition.context import Support, bits
from normledger.composition.draft import Draft
from normledger.composition.indicators import Aside, Count, Mutuality
from normledger.composition.record import AgreementText
from normledger.composition.result import Composition
from normledger.identifiers import Hash
from normledger.ledger.answers import AsOf

FORMS = ("bilateral", "multi-stakeholder")


def candidate(composition: Composition, key: Hash) -> schemas.CandidateModel:
    """A row: what it asks, who stands behind it, and the acts behind every number."""
    row, found = composition.candidate(key), composition.judge(key)

    def count(one: Count, list_: str, **filters: str) -> schemas.CountModel:
        return schemas.CountModel(value=one.value, acts=texts(one.acts), url=opened(composition, key, list_, **filters))

    return schemas.CandidateModel(
        key=str(key),
        outcomes=texts(row.outcomes),
        texts=[composition.outcomes[outcome].text for outcome in row.outcomes],
        parties=count(found.parties, "parties"),
        by_kind={name: count(value, "parties", kind=name) for name, value in found.kinds},
        by_region={name: count(value, "parties", region=name) for name, value in found.regions},
        independent_agreements=count(found.independent, "agreements", independent="true"),
        pairs=str(found.mutuality.pairs),
        pairs_url=opened(composition, key, "pairs", both="true"),
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
        coalition=_coalition(composition, key, row.parties, found.mutuality),
        agreements=[schemas.SourceModel(**_source(one)) for one in sources],
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
        conflicts=[aside(one) for one in found.conflicts],
        narrower=[aside(one) for one in found.narrower],
    )


def opened(composition: Composition, key: Hash, list_: str, **filters: str) -> str:
    """A link to one of a candidate's lists, as of the block that was composed."""
    record = composition.record
    at = AsOf(record.chain_id, record.block, record.block_hash, record.time, True)
    return opens(f"/v1/candidates/{key}/{list_}", at, **filters, basis=record.basis, world=record.world)


def supporters(composition: Composition, key: Hash) -> list[schemas.SupporterModel]:
    """The coalition, each party with everything by which it is counted."""
    actors = {actor.key: actor for actor in composition.context.parties}
    behind: dict[str, list[Support]] = defaultdict(list)
    for one in composition.supports(key):
        behind[composition.context.parties[one.party].key].append(one)
    return [
        schemas.SupporterModel(
            key=party,
            name=actors[party].name,
            kind=actors[party].kind,
            region=actors[party].region or "unknown",
            agreements=texts(sorted({one.agreement for one in behind[party]})),
            clauses=texts(sorted({clause for one in behind[party] for clause in one.clauses})),
            acts=texts(sorted({act for one in behind[party] for act in one.acts})),
        )
        for party in composition.candidate(key).parties
    ]


def supporting(composition: Composition, key: Hash) -> list[schemas.SupportingModel]:
    """The agreements that a candidate rests on, and whom of its coalition each binds."""
    candidate_ = composition.candidate(key)
    behind: dict[Hash, list[Support]] = defaultdict(list)
    for one in composition.supports(key):
        behind[one.agreement].append(one)
    return [
        schemas.SupportingModel(
            **_source(composition.selection.agreements[id_]),
            independent=id_ in candidate_.independent,
            parties=sorted({composition.context.parties[one.party].key for one in behind[id_]}),
            acts=texts(sorted({act for one in behind[id_] for act in one.acts})),
        )
        for id_ in candidate_.agreements
    ]


class Pairs:
    """Who undertook a candidate's outcomes toward whom, pair by pair, however many there are."""

    def __init__(self, composition: Composition, key: Hash) -> None:
        self._parties = composition.candidate(key).parties
        self._toward = reach(self._parties, composition.judge(key).mutuality)
        self._number = {actor.key: at for at, actor in enumerate(composition.context.parties)}
        self._behind: dict[int, list[Support]] = defaultdict(list)
        for one in composition.supports(key):
            self._behind[one.party].append(one)

    def names(self, both: bool | None = None, by: str | None = None) -> list[tuple[str, str, bool]]:
        """One, another, and whether it is mutual; `both` asks for those that are or are not, `by` for one's own."""
        found = []
        for place, one in enumerate(self._parties):
            for at in bits(self._toward[one]):
                other = self._parties[at]
                mutual = bool(self._toward[other] >> place & 1)
                if (mutual and at < place) or both not in (None, mutual):
                    continue
                if by in (None, one) or (mutual and by == other):
                    found.append((one, other, mutual))
        return found

    def told(self, name: tuple[str, str, bool]) -> schemas.PairModel:
        """A pair with the agreements and acts behind it."""
        one, other, both = name
        behind = self._of(one, other) + (self._of(other, one) if both else [])
        return schemas.PairModel(
            one=one,
            other=other,
            both=both,
            agreements=texts(sorted({support.agreement for support in behind})),
            acts=texts(sorted({act for support in behind for act in support.acts})),
        )

    def _of(self, one: str, other: str) -> list[Support]:
        at = self._number[other]
        return [support for support in self._behind[self._number[one]] if support.toward >> at & 1]


def _source(one: AgreementText) -> dict[str, Any]:
    return {"id": str(one.id), "title": one.title, "date": one.date, "character": one.character, "form": one.form}


def aside(one: Aside) -> schemas.AsideModel:
    """A clause that is shown and not counted, with whom it binds."""
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


def _coalition(
    composition: Composition, candidate_: Hash, parties: Sequence[str], mutuality: Mutuality
) -> list[schemas.CoalitionModel]:
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
            toward_url=opened(composition, candidate_, "pairs", by=key),
            mutual_url=opened(composition, candidate_, "pairs", by=key, both="true"),
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
