"""The result of composing: outcomes, rows, packages; whose numbers open, whose text is drafted, and how it came about.

Belongs here: answering from what was composed, and its plain data. Does not belong here: composing (`compose`).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from normledger.composition.alignment import METHOD, THRESHOLD, Chosen, FoundOutcome
from normledger.composition.coalitions import Candidate, candidate_of, strongest
from normledger.composition.context import Context, Support, bits
from normledger.composition.derivation import VERSION, Derivation
from normledger.composition.draft import Draft, draft
from normledger.composition.indicators import Indicators, Mutuality, Share, Surroundings, judge, mutuality
from normledger.composition.lattice import neighbours
from normledger.composition.momentum import day_of
from normledger.composition.record import Alignment, Polarity, Record, TrustPolicy, Undertaking
from normledger.composition.search import Constraints, Indicator, best
from normledger.composition.selection import LeftOut, Selection
from normledger.documents.canonical import canonical_bytes, content_hash
from normledger.errors import InputError, NotFound
from normledger.identifiers import ClauseId, Hash, OutcomeId


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a reader may choose; part of the derivation.

    `found`: whether the method looks for outcomes that nobody declared or signed. `threshold`: from which root
    mean square of likeness on, in hundredths. `minimum_parties`: of the smallest coalition that may be a candidate
    norm. `packages`: whether outcomes are combined, and `limit`: how many combinations at most.
    """

    found: bool = True
    threshold: int = THRESHOLD
    minimum_parties: int = 2
    packages: bool = True
    limit: int = 100_000

    def __post_init__(self) -> None:
        for name, low, high in (("threshold", 1, 100), ("minimum_parties", 2, 10**6), ("limit", 1, 10**7)):
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
        """The open indicators of a row or package; judged once."""
        candidate = self.candidate(key)
        if (known := self._judged.get(key)) is not None:
            return known
        shown = [one for outcome in candidate.outcomes for one in self.outcomes[outcome].shown]
        found = self._judged[key] = judge(
            self.context,
            self._columns(candidate),
            self._extent(candidate),
            candidate.independent,
            shown,
            self.beside,
            self._around,
        )
        return found

    def best(self, constraints: Constraints, by: Indicator = "depth", count: int = 20) -> tuple[Candidate, ...]:
        """The first `count` rows and packages under constraints by an indicator, found without listing all.

        Raises `InputError` for a party, clause or indicator that is not there.
        """
        asks: dict[ClauseId, set[OutcomeId]] = defaultdict(set)
        for outcome in self.context.outcomes:
            for clause in self.outcomes[outcome].clauses:
                asks[clause].add(outcome)
        clauses = {clause: frozenset(asked) for clause, asked in asks.items()}
        return best(self.context, self.selection.related, constraints, by, count, clauses)

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

    def neighbours(self, key: Hash) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
        """The closed pairs next to a row or package: wider ones (more parties), and deeper ones (more outcomes).

        Of a row, whose coalition may share more, those next to what it shares. Only pairs that hold an outcome and at
        least two parties are told, whether they stand or not, strongest first.
        """
        extent = self._extent(self.candidate(key))
        intent = sum(1 << j for j, column in enumerate(self.context.columns) if not extent & ~column)
        found = neighbours(self.context, extent, intent, 2)
        wider, deeper = (
            sorted(
                (
                    candidate_of(
                        self.context,
                        tuple(bits(outcomes)),
                        parties,
                        self.selection.related,
                        self.parameters.minimum_parties,
                    )
                    for parties, outcomes in pairs
                    if outcomes
                ),
                key=strongest,
            )
            for pairs in (found.wider, found.deeper)
        )
        return tuple(wider), tuple(deeper)

    @cached_property
    def derivation(self) -> Derivation:
        """What was done, dated and hashed."""
        record = self.record
        acts = {act for one in self.selection.undertakings for act in one.acts}
        acts |= {one.act for one in (*self.alignments.counting, *self.alignments.shown) if one.act}
        acts |= {one.act for one in self.selection.recognitions}
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
            self._result_hash,
        )

    def at(self, record: Record) -> "Composition | None":
        """The same as of another block, where the record of that block says the same; None where it says anything else.

        What was worked out goes along: all of it on the same day, without the indicators on another, because they tell
        how old a coalition is.
        """
        here = self.record
        if replace(record, block=here.block, block_hash=here.block_hash, time=here.time) != here:
            return None
        moved = replace(self, record=record)
        kept = ["_by_key", "_numbers"]
        if day_of(record.time) == day_of(here.time):
            kept += ["_judged", "_result_hash"]
        moved.__dict__.update({name: self.__dict__[name] for name in kept if name in self.__dict__})
        return moved

    @cached_property
    def result(self) -> dict[str, Any]:
        """Everything that was concluded, as plain JSON data; the derivation names its hash."""
        return self._concluded()

    @cached_property
    def _result_hash(self) -> Hash:
        """Kept where the data are not: those of many rows take a hundred times the room."""
        return content_hash(self.__dict__.get("result") or self._concluded())

    def _concluded(self) -> dict[str, Any]:
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
    def _judged(self) -> dict[Hash, Indicators]:
        return {}

    @cached_property
    def _by_key(self) -> dict[Hash, Candidate]:
        return {candidate.key: candidate for candidate in (*self.packages, *self.rows)}

    @cached_property
    def _around(self) -> Surroundings:
        bound_by: dict[Hash, list[Undertaking]] = defaultdict(list)
        for one in self.selection.undertakings:
            bound_by[one.agreement].append(one)
        texts = self.selection.clauses
        clauses_of = {
            outcome.id: [(text.agreement, clause) for clause in outcome.clauses for text in texts.get(clause, ())]
            for outcome in self.outcomes.values()
        }
        return Surroundings(
            self.selection.related,
            self.selection.document_of,
            clauses_of,
            bound_by,
            self.parameters.minimum_parties,
            self.record.time,
        )

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {party.key: at for at, party in enumerate(self.context.parties)}

    def _extent(self, candidate: Candidate) -> int:
        return sum(1 << self._numbers[key] for key in candidate.parties)

    def _columns(self, candidate: Candidate) -> tuple[int, ...]:
        return tuple(self.context.place(outcome) for outcome in candidate.outcomes)


def plain(value: Any) -> Any:
    """Plain JSON data of any value of this floor: hashes as 0x-hex, fractions as ``3/5``, shares with acts."""
    if isinstance(value, Hash):
        return str(value)
    if isinstance(value, Share):
        return {"share": str(value), "acts": plain(value.acts)}
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
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
