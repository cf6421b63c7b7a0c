"""A small language in which a case of treaty law is told: rules, founders, acts by day, and what must stand.

`Case` says: these rules, these founders, what happened on which day, and what must stand on which day. Days are ISO
dates, each a block of its own at midnight; acts of one day share a block. A party's numbers follow the order of the
acts as written, unless `number` says otherwise. Parties in real cases are named as in the sources, and only here, in
tests that nobody signs.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from normledger.acts.act import FOUNDING, Act, ActKind, Contract, Recorded, RecordedAct
from normledger.acts.consent import Status, standing
from normledger.acts.reservations import answer_of
from normledger.documents.document import Agreement, Clause, Founder, Rules
from normledger.identifiers import ZERO, Address, ClauseId, Digest, Hash, Identifier, PartyId, keccak

CLAUSES = ("1", "2", "3")
SIGNS, SIGNS_ONLY, RATIFIES = ActKind.SIGNATURE, ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION, ActKind.RATIFICATION
ACCEPTS, APPROVES, ACCEDES = ActKind.ACCEPTANCE, ActKind.APPROVAL, ActKind.ACCESSION
APPLIES, RESERVES = ActKind.PROVISIONAL_APPLICATION, ActKind.RESERVATION
OBJECTS, TAKES = ActKind.OBJECTION, ActKind.ACCEPTANCE_OF_RESERVATION
DECLARES, WITHDRAWS, TERMINATES = ActKind.DECLARATION, ActKind.WITHDRAWAL, ActKind.TERMINATION
AMENDS, CORRECTS, SUCCEEDS = ActKind.AMENDMENT, ActKind.CORRECTION, ActKind.SUCCESSION


def party(name: str) -> PartyId:
    return PartyId(keccak(b"party " + name.encode()))


def at(day: str) -> int:
    """A day as Unix seconds."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def text(name: str) -> Hash:
    return keccak(b"text " + name.encode())


def agreement(names: str, kinds: dict[str, str] | None = None, title: str = "Case", **rules: Any) -> Agreement:
    """Founders are states unless `kinds` says otherwise; a treaty that takes reservations unless `rules` say so."""
    stated = {
        "character": "treaty",
        "form": "multi-stakeholder",
        "admission": "open",
        "takes_effect": "on-ratification",
        "reservations": True,
        **rules,
    }
    if isinstance(stated.get("named_parties"), str):
        stated["named_parties"] = tuple(sorted(party(name) for name in stated["named_parties"].split()))
    founders = [
        Founder(party(name), Identifier(f"state:{name}"), (kinds or {}).get(name, "state"), name)
        for name in names.split()
    ]
    return Agreement(
        title=title,
        clauses=tuple(Clause(key, f"Parties shall do {key}.") for key in CLAUSES),
        rules=Rules(**stated),
        founders=tuple(sorted(founders, key=lambda founder: founder.id)),
    )


@dataclass
class Story:
    """Builds recorded acts of one agreement, day by day."""

    agreement: Agreement
    acts: dict[str, RecordedAct] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    @cached_property
    def subject(self) -> Hash:
        return keccak(b"agreement " + self.agreement.hash)

    def clause(self, key: str) -> ClauseId:
        return self.agreement.clause_id(key)

    def act(
        self,
        day: str,
        who: str,
        kind: ActKind,
        on: str = "",
        *,
        clause: str = "",
        content: str = "",
        number: int | None = None,
        name: str = "",
    ) -> "Story":
        """One act; `on` names an earlier act by its name, or for a succession a party; `clause` may be ``all``."""
        if number is None:
            number = 0 if kind in FOUNDING else self._numbers.get(who, 0) + 1
        self._numbers[who] = max(number, self._numbers.get(who, 0))
        refers_to = ZERO if not on else party(on) if kind is SUCCEEDS else self.digest(on)
        made = Act(
            contract=Contract.AGREEMENT_LEDGER,
            kind=kind,
            subject=self.subject,
            party=party(who),
            account=Address(party(who)[:20]),
            number=number,
            clause=ZERO if not clause else self.subject if clause == "all" else self.clause(clause),
            refers_to=refers_to,
            content=text(content) if content else ZERO,
        )
        name = name or f"{who} {kind.term}" + (f" {clause}" if kind is RESERVES else "")
        while name in self.acts:
            name += "'"
        block = at(day) // 86_400
        recorded = Recorded(block, keccak(b"%d" % block), at(day), keccak(name.encode()), len(self.acts))
        self.acts[name] = RecordedAct(made, self.digest(name), b"", recorded)
        return self

    def digest(self, name: str) -> Digest:
        """What the act with this name is called; it may be recorded later, or never."""
        return Digest(keccak(self.subject + name.encode()))

    def on(self, day: str, kinds: dict[PartyId, str] | None = None) -> Status:
        return standing(self.agreement, list(self.acts.values()), at(day), kinds)


Step = tuple[Any, ...]


@dataclass(frozen=True)
class Seen:
    """A status in the words of the table."""

    story: Story
    status: Status
    names: tuple[str, ...]

    def _named(self, parties: Any) -> str:
        back = {party(name): name for name in self.names}
        return " ".join(sorted(back.get(one, "?") for one in parties))

    @property
    def bound(self) -> str:
        return self._named(one.party for one in self.status.bound)

    @property
    def provisional(self) -> str:
        return self._named(one.party for one in self.status.provisional)

    @property
    def awaiting(self) -> str:
        return self._named(self.status.awaiting)

    @property
    def withdrawn(self) -> str:
        return self._named(self.status.withdrawn)

    @property
    def force(self) -> str | None:
        return self._day(self.status.in_effect_since)

    @property
    def enters(self) -> str | None:
        return self._day(self.status.enters)

    @property
    def ended(self) -> str | None:
        return self._day(self.status.ended)

    @staticmethod
    def _day(time: int | None) -> str | None:
        return None if time is None else datetime.fromtimestamp(time, UTC).date().isoformat()

    def since(self, who: str) -> str | None:
        return next((self._day(one.since) for one in self.status.bound if one.party == party(who)), None)

    def clauses(self, who: str) -> str:
        """The clauses that bind this party, or that it applies provisionally."""
        for one in (*self.status.bound, *self.status.provisional):
            if one.party == party(who):
                return " ".join(key for key in CLAUSES if self.story.clause(key) in one.clauses)
        return ""

    def toward(self, who: str) -> str | None:
        reached = next(one.toward for one in self.status.bound if one.party == party(who))
        return None if reached is None else self._named(reached)

    def between(self, one: str, other: str) -> str:
        """What each clause does between two parties, as ``full/modified/full``; the same both ways."""
        found = [self.status.applies(party(one), party(other), self.story.clause(key)).word for key in CLAUSES]
        back = [self.status.applies(party(other), party(one), self.story.clause(key)).word for key in CLAUSES]
        assert found == back
        return "/".join(found)

    def article(self, one: str, other: str, clause: str) -> str:
        return ", ".join(self.status.applies(party(one), party(other), self.story.clause(clause)).articles)

    @property
    def regime(self) -> str:
        return self.status.regime

    def answer(self, who: str) -> str:
        """What this party says to the one reservation that there is."""
        (reservation,) = self.status.reservations
        member = next(one for one in self.status.relations.members if one.party == party(who))
        return answer_of(reservation, party(who), member.consented, self.status.relations.time).word

    @property
    def reservations(self) -> int:
        return len(self.status.reservations)

    def objecting(self, maker: str) -> str:
        (reservation,) = [one for one in self.status.reservations if one.party == party(maker)]
        return self._named(act.act.party for act in reservation.objections)

    @property
    def amended(self) -> str:
        return self._texts(self.status.amended_by)

    @property
    def corrected(self) -> str:
        return self._texts(self.status.corrected_by)

    def _texts(self, found: Any) -> str:
        return " ".join(name for name in ("new", "one", "other", "right") if text(name) in found)

    @property
    def agreeing(self) -> str:
        (change,) = self.status.changes
        return self._named(change.agreed)

    def ask(self, question: str) -> Any:
        """``clauses A`` asks `clauses` of A, ``aside A reservation 2`` asks `aside` of that act."""
        word, *about = question.split(" ")
        asked = getattr(self, word)
        if not callable(asked):
            return asked
        return asked(" ".join(about)) if word == "aside" else asked(*about)

    def aside(self, name: str) -> str:
        return dict(self.status.left_aside).get(self.story.acts[name].digest, "")


@dataclass(frozen=True)
class Case:
    """One line of the table. `outcome` maps a day to pairs (what is asked, what must be answered)."""

    name: str
    article: str
    agreement: Agreement
    steps: tuple[Step, ...]
    outcome: dict[str, dict[str, Any]]
    kinds: dict[str, str] = field(default_factory=dict)

    @cached_property
    def story(self) -> Story:
        story = Story(self.agreement)
        for step in self.steps:
            *plain, last = step
            if isinstance(last, dict):
                story.act(*plain, **last)
            else:
                story.act(*step)
        return story

    def seen(self, day: str) -> Seen:
        who = {one[1] for one in self.steps} | {one.name for one in self.agreement.founders}
        return Seen(self.story, self.story.on(day, {party(k): v for k, v in self.kinds.items()}), tuple(who))
