"""What a depositary would tell of an act: one sentence, with what the act brings about and from which day.

The sentence says what was known when the act was recorded: all acts on the subject up to this one, in the order in
which they are linked, folded at the block's time. So it never changes, whatever is recorded later. A depositary informs
and does not judge (VCLT 77, paragraphs 1 d and e; 78 c): what an act does is said by the fold (`acts.consent`).

Belongs here: sentences for acts on agreements, norms and parties. Does not belong here: feeds (`notifications`).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property

from normledger.acts import consent
from normledger.acts.act import ActKind, RecordedAct, RecordedClaim
from normledger.acts.consent import Status
from normledger.acts.entry import Consents, effect_of, read_consents
from normledger.acts.powers import FullPowers, FurtherClaim, RecordedOwnAct, Revocation, Rotation
from normledger.acts.regime import notice_ends, regime_of
from normledger.acts.spells import CONSENTING, Aside, by_party
from normledger.documents.document import Agreement
from normledger.identifiers import KINDS, ZERO, Hash, PartyId
from normledger.ledger.answers import AgreementView
from normledger.ledger.queries import View

_CONSENTS = {
    ActKind.SIGNATURE: ("signed", "12"),
    ActKind.RATIFICATION: ("ratified", "14"),
    ActKind.ACCEPTANCE: ("accepted", "14"),
    ActKind.APPROVAL: ("approved", "14"),
    ActKind.ACCESSION: ("acceded to", "15"),
    ActKind.SUCCESSION: ("succeeded to", "VCSST 17"),
}
"""What expresses consent: the verb, and the article, of the Vienna Convention where no other is named."""

_ON_NORMS = {
    ActKind.PUBLICATION: "published",
    ActKind.ENDORSEMENT: "endorses",
    ActKind.OPPOSITION: "opposes",
    ActKind.WITHDRAWAL: "withdrew its stance on",
    ActKind.DERIVATION: "recorded a further derivation of",
    ActKind.ANCHOR: "anchored endorsements, signed elsewhere, of",
    ActKind.CANCELLATION: "cancelled an unused number on",
}


class Depositary:
    """Tells of acts in the words of treaty law, as of a view."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._last: tuple[Hash, int, _Folded] | None = None

    def on_agreement(self, agreement: AgreementView, place: int) -> tuple[str, str]:
        """The sentence of the act at this place on an agreement's own word, and the article that it rests on."""
        act = agreement.acts[place]
        who, text, kind = self._name(act.act.party), f"“{agreement.title}”", act.act.kind
        document = agreement.document
        if document is None:
            return f"{who} stated on {text}: {kind.term}; what it does is not known while the text is away.", ""
        acted = {act.act.party for act in agreement.acts}
        kinds = {party: known.kind for party in acted if (known := self._view.parties.get(party)) is not None}
        folded = _Folded(document, agreement.acts, place, kinds)
        if self._last is not None and self._last[:2] == (agreement.id, place - 1):
            folded.before = self._last[2]
            folded.before.__dict__.pop("before", None)  # one step back is enough; all of them would fill the memory
        self._last = (agreement.id, place, folded)
        stem, article = self._stem(act, text, document, folded)
        told = f"{who} {stem}"
        reason = folded.without_effect(act)
        article = article if regime_of(document) != "own rules" else ""
        if reason is not None:
            return f"{told}. It has no effect: {reason[:1].lower()}{reason[1:]}", article
        return self._with_effect(told, act, folded), article

    def on_norm(self, title: str, act: RecordedAct) -> str:
        """The sentence of an act on a published norm."""
        stem = _ON_NORMS.get(act.act.kind, f"stated ({act.act.kind.term}) on")
        return f"{self._name(act.act.party)} {stem} the norm “{title}”."

    def on_stances(self, agreement: AgreementView, act: RecordedAct) -> str:
        """The sentence of what somebody says of an agreement, or a clause of it, from outside."""
        stem = _ON_NORMS.get(act.act.kind, f"made a {act.act.kind.term} on")
        clause = f"clause {self._clause(agreement.document, act.act.clause)} of " if act.act.clause != ZERO else ""
        return f"{self._name(act.act.party)} {stem} {clause}“{agreement.title}”, from outside: it binds nobody."

    def on_list(self, act: RecordedAct) -> str:
        """The sentence of what a party states of others: recognitions, roots of reports and alignments."""
        who, kind = self._name(act.act.party), act.act.kind
        if kind is ActKind.RECOGNITION:
            also = f" and {self._name(PartyId(act.act.clause))} as one actor" if act.act.clause != ZERO else ""
            return f"{who} recognised {self._name(PartyId(act.act.refers_to))}{also}."
        if kind in (ActKind.REPORTS, ActKind.ALIGNMENTS):
            return f"{who} anchored {kind.term} under the root {act.act.refers_to}."
        if kind is ActKind.WITHDRAWAL:
            named = "all that it had listed" if act.act.refers_to == ZERO else f"the act {act.act.refers_to}"
            return f"{who} withdrew {named}."
        return f"{who} stated on its own list: {kind.term}."

    def on_party(self, one: RecordedClaim | RecordedOwnAct) -> str:
        """The sentence of a party's act on itself."""
        if isinstance(one, RecordedClaim):
            kind = KINDS[one.claim.kind - 1]
            return f"Account {one.claim.account} claimed to be {one.claim.identifier}, a {kind}; nobody vouches for it."
        act = one.act
        who = self._name(act.party)
        match act:
            case FurtherClaim():
                return f"{who} claimed to be {act.identifier} too; nobody vouches for it."
            case Rotation():
                return f"{who} acts through account {act.next} from now on; all full powers that it had given end."
            case FullPowers():
                told = ", ".join(kind.term for kind in sorted(act.kinds))
                where = "on everything" if act.subject == ZERO else f"on {act.subject}"
                return f"{who} gave account {act.representative} full powers {where} until {_day(act.until)}: {told}."
            case Revocation():
                return f"{who} revoked the full powers of account {act.representative}."
            case _:
                return f"{who} cancelled number {act.number} and all lower ones on itself."

    # --- agreements

    def _stem(self, act: RecordedAct, text: str, document: Agreement, folded: "_Folded") -> tuple[str, str]:
        """What was stated, without its effect; and the article."""
        kind = act.act.kind
        if kind in _CONSENTS:
            verb, article = _CONSENTS[kind]
            of = f" in place of {self._name(PartyId(act.act.refers_to))}" if kind is ActKind.SUCCESSION else ""
            return f"{verb} {text}{of}", article
        named = folded.named(act)
        clause = self._clause(document, act.act.clause)
        match kind:
            case ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION:
                return f"signed {text} subject to ratification", "14"
            case ActKind.INVITATION:
                return f"invited {self._name(PartyId(act.act.refers_to))} to accede to {text}", "15"
            case ActKind.PROVISIONAL_APPLICATION:
                return f"applies {text} provisionally", "25"
            case ActKind.RESERVATION:
                return f"made a reservation to clause {clause} of {text}", "19"
            case ActKind.ACCEPTANCE_OF_RESERVATION:
                return f"accepted {self._reservation(document, named)} of {text}", "20"
            case ActKind.OBJECTION:
                how = ", and the agreement shall not be in force between the two" if _opposes(act) else ""
                return f"objected to {self._reservation(document, named)} of {text}{how}", "20"
            case ActKind.DECLARATION:
                return f"made a declaration on {text}", ""
            case ActKind.WITHDRAWAL:
                if named is None or named.act.kind in CONSENTING:
                    return f"withdrew its consent to {text}", "54"
                return f"withdrew its {named.act.kind.term} on {text}", "22"
            case ActKind.TERMINATION:
                return f"consented to the termination of {text}", "54"
            case ActKind.AMENDMENT:
                return f"agreed to amend {text} by the text {act.act.content}", "39"
            case ActKind.CORRECTION:
                return f"agreed to correct {text} by the text {act.act.content}", "79"
            case _:
                return f"stated on {text}: {kind.term}", ""

    def _with_effect(self, told: str, act: RecordedAct, folded: "_Folded") -> str:
        kind, party = act.act.kind, act.act.party
        own_rules = regime_of(folded.document) == "own rules"
        if kind in CONSENTING:
            since = folded.starts.get(party)
            if since is None:
                awaited = self._names(folded.awaiting)
                of = f" the consent of {awaited}" if awaited and not folded.by_number else " further consents"
                return f"{told}, which awaits{of}."
            others = [one for one in folded.newly_bound() if one != party]
            and_for = f", as it does for {self._names(others)}" if others else ""
            enters = "takes effect" if own_rules else "enters into force"
            return f"{told}, which {enters} for it on {_day(since)}{and_for}."
        if kind is ActKind.WITHDRAWAL and folded.leaves(act):
            end = folded.end(act)
            if end is None:
                return f"{told}."
            alone = ""
            if folded.document.rules.form == "bilateral" and folded.before and party in folded.before.starts:
                alone = " and so ends for both"
            return f"{told}, which ceases to bind it on {_day(end)}{alone}."
        if kind in (ActKind.TERMINATION, ActKind.AMENDMENT, ActKind.CORRECTION):
            for change in folded.after.changes:
                if act.digest in change.acts:
                    if change.since is None:
                        return f"{told}; it awaits the consent of {self._names(change.awaiting)}."
                    return f"{told}; all have agreed, with effect from {_day(change.since)}."
        if kind is ActKind.RESERVATION and not own_rules:
            for one in folded.after.reservations:
                if one.act.digest == act.digest and not one.authorized:
                    return f"{told}; who stays silent until {_day(one.silence_ends)} accepts it."
        return f"{told}."

    def _reservation(self, document: Agreement, named: RecordedAct | None) -> str:
        if named is None:
            return "a reservation that is not recorded"
        return f"the reservation of {self._name(named.act.party)} to clause {self._clause(document, named.act.clause)}"

    @staticmethod
    def _clause(document: Agreement | None, clause: Hash) -> str:
        for key, id_ in zip(document.clauses, document.clause_ids, strict=True) if document else ():
            if id_ == clause:
                return key.key
        return str(clause)

    def _name(self, party: PartyId) -> str:
        known = self._view.parties.get(party)
        return known.name if known else f"party {party}"

    def _names(self, parties: Iterable[PartyId]) -> str:
        names = sorted(self._name(party) for party in parties)
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


class _Folded:
    """An agreement after one act, as of the act's own block; `before` is the same after the act before it.

    Of consent only the consents are folded: a treaty of two hundred parties has two hundred such notifications.
    """

    def __init__(self, document: Agreement, acts: Sequence[RecordedAct], place: int, kinds: dict[PartyId, str]) -> None:
        self.document, self._all, self._place, self._kinds = document, acts, place, kinds
        self._acts, self._time = acts[: place + 1], acts[place].recorded.time

    @cached_property
    def after(self) -> Status:
        """All that stands."""
        return consent.standing(self.document, self._acts, self._time, self._kinds)

    @cached_property
    def consents(self) -> tuple[Consents, Aside]:
        """The consents alone, and which acts are none for what reason."""
        aside: Aside = {}
        founders = {founder.id: founder.kind for founder in self.document.founders}
        return read_consents(
            self.document, by_party(self._acts, self._time, aside), {**self._kinds, **founders}, aside
        ), aside

    @cached_property
    def before(self) -> "_Folded | None":
        """The same after the act before this one; None before the first."""
        return _Folded(self.document, self._all, self._place - 1, self._kinds) if self._place else None

    def without_effect(self, act: RecordedAct) -> str | None:
        """Why an act has no effect; None where it has one."""
        if act.act.kind in CONSENTING:
            return self.consents[1].get(act.digest)
        return dict(self.after.left_aside).get(act.digest)

    @property
    def by_number(self) -> bool:
        """Whether a number of consents brings it into force, or named parties, and not all founders."""
        return bool(self.document.rules.consents_needed or self.document.rules.named_parties)

    def named(self, act: RecordedAct) -> RecordedAct | None:
        """The act that another names, if it is there by then."""
        return next((one for one in self._acts if one.digest == act.act.refers_to), None)

    @cached_property
    def starts(self) -> dict[PartyId, int]:
        """From when the agreement binds each party, as far as that is settled."""
        if self.document.rules.reservations_accepted_by_all:  # then others' silence decides: the whole fold is needed
            days = {self._time, effect_of(self.document, self._time), max(self.after.enters or 0, self._time)}
            folds = (
                consent.standing(self.document, self._acts, day, self._kinds) for day in sorted(days, reverse=True)
            )
            return {bound.party: bound.since for fold in folds for bound in fold.bound}
        consents, _ = self.consents
        found = {}
        for party, own in consents.owns.items():
            for spell in own.spells:
                since = consents.since(spell)
                if since is not None and (spell.end is None or self._time < spell.end):
                    found[party] = since
        return found

    def newly_bound(self) -> list[PartyId]:
        """Who is bound by this act, now or later, and was not going to be before it."""
        was = self.before.starts if self.before else {}
        return [party for party in self.starts if party not in was]

    @property
    def awaiting(self) -> list[PartyId]:
        """The founders that have not consented."""
        standing = self.consents[0].contracting_at(self._time)
        return [founder.id for founder in self.document.founders if founder.id not in standing]

    def leaves(self, act: RecordedAct) -> bool:
        """Whether a withdrawal is of consent."""
        named = self.named(act)
        return act.act.refers_to == ZERO or (named is not None and named.act.kind in CONSENTING)

    def end(self, act: RecordedAct) -> int | None:
        """When the agreement ceases to bind who withdrew; None where that cannot be said."""
        if act.act.party in self.after.withdrawn:
            return self._time
        return notice_ends(self.document, self._time)


def _opposes(act: RecordedAct) -> bool:
    return act.act.clause == act.act.subject


def _day(time: int) -> str:
    """The day of a time in Unix seconds, in UTC; beyond the year 9999, that year's last."""
    return datetime.fromtimestamp(min(time, 253_402_300_799), UTC).date().isoformat()
