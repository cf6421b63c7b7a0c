"""The result of composing: outcomes, rows, packages; whose numbers open, whose text is drafted, and how it came about.

Belongs here: answering from what was composed, and its plain data. Does not belong here: composing (`compose`).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import Any

from normledger.composition.alignment import METHOD, Chosen, FoundOutcome
from normledger.composition.coalitions import Candidate
from normledger.composition.context import Context, Support
from normledger.composition.derivation import VERSION, Derivation
from normledger.composition.draft import Draft, draft
from normledger.composition.indicators import Indicators, Mutuality, Share, judge, mutuality
from normledger.composition.record import Alignment, Polarity, Record, TrustPolicy
from normledger.composition.selection import LeftOut, Selection
from normledger.documents.canonical import canonical_bytes, content_hash
from normledger.errors import InputError, NotFound
from normledger.identifiers import ClauseId, Hash, OutcomeId


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a reader may choose; part of the derivation.

    `found`: whether the method looks for outcomes that nobody declared or signed. `threshold`: from which mean
    similarity on, in hundredths. `minimum_parties`: of the smallest coalition that may be a candidate norm.
    `packages`: whether outcomes are combined, and `limit`: how many combinations at most.
    """

    found: bool = True
    threshold: int = 25
    minimum_parties: int = 2
    packages: bool = True
    limit: int = 100_000

    def __post_init__(self) -> None:
        for name, low, high in (("threshold", 10, 100), ("minimum_parties", 2, 10**6), ("limit", 1, 10**7)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise InputError(f"{value!r} is out of range; give a whole number from {low} to {high}", field=name)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A preferred shared outcome: declared in a document of its own, or found by the method.

    `clauses` count for it (same, implies); `shown` are its narrower and opposite alignments.
    """

    id: OutcomeId
    text: str
    polarity: Polarity
    boilerplate: bool
    clauses: tuple[ClauseId, ...]
    alignments: tuple[Alignment, ...]
    shown: tuple[Alignment, ...]
    found: FoundOutcome | None


@dataclass(frozen=True)
class Composition:
    """Rows first, one per outcome that binds anyone; then packages of outcomes; both in the order "strongest"."""

    record: Record
    policy: TrustPolicy
    parameters: Parameters
    selection: Selection
    alignments: Chosen
    outcomes: Mapping[OutcomeId, Outcome]
    context: Context
    beside: Mapping[ClauseId, tuple[Support, ...]]
    """Who is bound by clauses that are only shown."""
    rows: tuple[Candidate, ...]
    packages: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All candidate norms: the rows that stand, then the packages."""
        return tuple(row for row in self.rows if row.stands) + self.packages

    def candidate(self, key: Hash) -> Candidate:
        """The row or package of this key. Raises `NotFound`."""
        try:
            return self._by_key[key]
        except KeyError:
            raise NotFound("candidate norm", str(key), "compose again and take a key from its rows") from None

    def supports(self, key: Hash) -> tuple[Support, ...]:
        """Every reason behind a candidate's counts: who, by which clauses of which agreement, by which acts."""
        candidate = self.candidate(key)
        return self.context.behind(self._columns(candidate), self._extent(candidate))

    def judge(self, key: Hash) -> Indicators:
        """The open indicators of a row or package."""
        candidate = self.candidate(key)
        shown = [one for outcome in candidate.outcomes for one in self.outcomes[outcome].shown]
        return judge(
            self.context, self._columns(candidate), self._extent(candidate), candidate.independent, shown, self.beside
        )

    def mutuality_in(self, key: Hash, form: str) -> Mutuality | None:
        """Who toward whom in agreements of one form alone (``bilateral``, say); None where there is no such agreement.

        A text that many adopted may bind all pairs and hide that the binding promises are between some of them only.
        """
        candidate = self.candidate(key)
        columns = self._columns(candidate)
        kept = tuple(
            tuple(one for one in column if self.selection.agreements[one.agreement].form == form)
            for column in self.context.supports
        )
        parties = {one.party for column in columns for one in kept[column]}
        extent = self._extent(candidate) & sum(1 << party for party in parties)
        return mutuality(replace(self.context, supports=kept), columns, extent) if extent else None

    def draft(self, key: Hash) -> tuple[Draft, ...]:
        """The bracketed text, one draft per outcome of the candidate."""
        candidate = self.candidate(key)
        extent = self._extent(candidate)
        drafts = []
        for column in self._columns(candidate):
            parties: dict[ClauseId, set[str]] = defaultdict(set)
            for one in self.context.behind([column], extent):
                for clause in one.clauses:
                    parties[clause].add(self.context.parties[one.party].key)
            texts = [self.selection.clauses[clause][0] for clause in sorted(parties)]
            drafts.append(draft(texts, {clause: frozenset(bound) for clause, bound in parties.items()}))
        return tuple(drafts)

    @cached_property
    def derivation(self) -> Derivation:
        """What was done, dated and hashed."""
        record = self.record
        acts = {act for one in self.selection.undertakings for act in one.acts}
        acts |= {one.act for one in (*self.alignments.counting, *self.alignments.shown) if one.act}
        return Derivation(
            METHOD,
            VERSION,
            tuple((one.name, getattr(self.parameters, one.name)) for one in fields(self.parameters)),
            self.policy.hash,
            record.basis,
            record.world,
            record.chain_id,
            record.block,
            record.block_hash,
            record.time,
            tuple(sorted(self.selection.agreements)),
            tuple(sorted(acts)),
            tuple(sorted(set(record.missing))),
            self.left_out,
            content_hash(self.result),
        )

    @cached_property
    def result(self) -> dict[str, Any]:
        """Everything that was concluded, as plain JSON data; the derivation names its hash."""
        return {
            "outcomes": [plain(self.outcomes[one]) for one in sorted(self.outcomes)],
            "parties": plain(self.context.parties),
            "rows": [
                {
                    **plain(row),
                    "indicators": plain(self.judge(row.key)),
                    "drafts": [draft_data(one) for one in self.draft(row.key)] if row.stands else [],
                }
                for row in self.rows
            ],
            "packages": [
                {
                    "key": str(one.key),
                    "outcomes": plain(one.outcomes),
                    "parties": list(one.parties),
                    "independent": len(one.independent),
                    "already_agreed_in": plain(one.already_agreed_in),
                }
                for one in self.packages
            ],
        }

    def document(self) -> dict[str, Any]:
        """Plain JSON data, the same for the same input: the derivation, its hash, and the result."""
        return {
            "type": "composition",
            "derivation": self.derivation.document(),
            "derivation_hash": str(self.derivation.hash),
            "result": self.result,
        }

    def canonical_bytes(self) -> bytes:
        """The document's canonical form."""
        return canonical_bytes(self.document())

    @cached_property
    def _by_key(self) -> dict[Hash, Candidate]:
        return {candidate.key: candidate for candidate in (*self.packages, *self.rows)}

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {party.key: at for at, party in enumerate(self.context.parties)}

    def _extent(self, candidate: Candidate) -> int:
        return sum(1 << self._numbers[key] for key in candidate.parties)

    def _columns(self, candidate: Candidate) -> tuple[int, ...]:
        return tuple(self.context.place(outcome) for outcome in candidate.outcomes)


def plain(value: Any) -> Any:
    """Plain JSON data of any value of this floor: hashes as 0x-hex, shares as ``6/21`` with their acts."""
    if isinstance(value, Hash):
        return str(value)
    if isinstance(value, Share):
        return {"share": str(value), "acts": plain(value.acts)}
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    return value


def draft_data(one: Draft) -> dict[str, Any]:
    """Plain JSON data of a draft. Common wording carries its option's clauses and parties and does not repeat them."""
    return {
        "language": one.language,
        "text": one.text,
        "open_brackets": one.open_brackets,
        "other_languages": plain(one.other_languages),
        "paragraphs": [
            {
                "agreed": paragraph.agreed,
                "options": [
                    {
                        "clauses": plain(option.clauses),
                        "parties": plain(option.parties),
                        "fragments": [
                            fragment.alternatives[0].text if fragment.common else plain(fragment.alternatives)
                            for fragment in option.fragments
                        ],
                    }
                    for option in paragraph.options
                ],
            }
            for paragraph in one.paragraphs
        ],
    }
