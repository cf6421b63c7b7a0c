"""What changed in the world between two views: who joined, left, reserved …, and which candidates rose or fell.

A pure function of two views and, where candidates are to be followed, of two compositions; the same input gives the
same value. Every entry names the acts that brought it about. Candidates are followed by their keys; where a key goes
and others come (an outcome that the method found is named by its clauses), by the clauses that they share.

Belongs here: comparing. Does not belong here: choosing the two moments, or what is printed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from normledger.acts import consent
from normledger.acts.act import ActKind, Contract, RecordedAct, list_of, stances_on
from normledger.acts.consent import Standing
from normledger.acts.reservations import Reservation
from normledger.acts.spells import CONSENTING
from normledger.composition.coalitions import Candidate
from normledger.composition.result import Composition
from normledger.errors import InputError
from normledger.identifiers import ZERO, Digest, Hash, PartyId
from normledger.ledger.answers import AgreementView
from normledger.ledger.queries import View

_ENDING = (ActKind.WITHDRAWAL, ActKind.TERMINATION, ActKind.AMENDMENT)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: `what` happened to `party` (None where all of the subject are meant) on `subject`, by `acts`.

    `clause` is zero where the whole subject is meant. `sentence` says it to a person.
    """

    what: str
    subject: Hash
    party: PartyId | None
    acts: tuple[Hash, ...]
    sentence: str
    clause: Hash = ZERO

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "what": self.what,
            "subject": str(self.subject),
            "party": str(self.party) if self.party else None,
            "clause": str(self.clause) if self.clause != ZERO else None,
            "acts": [str(act) for act in self.acts],
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of candidate norms: `what` is ``rose``, ``fell``, ``grew``, ``shrank``, ``changed``, ``moved``,
    ``split``, ``merged`` or ``regrouped``.

    `before` and `after` are keys; `gained` and `lost` are parties of the coalitions, by key. `acts` brought it about.
    """

    what: str
    before: tuple[Hash, ...]
    after: tuple[Hash, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    acts: tuple[Hash, ...]
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "what": self.what,
            "before": [str(key) for key in self.before],
            "after": [str(key) for key in self.after],
            "gained": list(self.gained),
            "lost": list(self.lost),
            "acts": [str(act) for act in self.acts],
            "sentence": self.sentence,
        }


Entries = tuple[Entry, ...]


@dataclass(frozen=True)
class Differences:
    """All that differs, each list in the order of subject, clause and party."""

    registered: Entries = ()
    opened: Entries = ()
    took_effect: Entries = ()
    ended: Entries = ()
    joined: Entries = ()
    left: Entries = ()
    reserved: Entries = ()
    reservations_withdrawn: Entries = ()
    objected: Entries = ()
    objections_withdrawn: Entries = ()
    published: Entries = ()
    endorsed: Entries = ()
    opposed: Entries = ()
    stances_withdrawn: Entries = ()
    anchored: Entries = ()
    reported: Entries = ()
    reports_withdrawn: Entries = ()
    aligned: Entries = ()
    alignments_withdrawn: Entries = ()
    candidates: tuple[Turn, ...] = field(default=())

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))

    def to_json(self) -> dict[str, Any]:
        """Plain data, every list under its name."""
        return {one.name: [entry.to_json() for entry in getattr(self, one.name)] for one in fields(self)}

    def lines(self) -> list[str]:
        """All sentences."""
        return [entry.sentence for one in fields(self) for entry in getattr(self, one.name)]


def differences(
    before: View | None,
    after: View,
    before_composition: Composition | None = None,
    after_composition: Composition | None = None,
) -> Differences:
    """What differs between two views of one register; `before` None is the register before its first act.

    With two compositions, made as of these views by the same policy and parameters, candidates are followed too.
    Raises `InputError` where the first view is later than the second.
    """
    if before is not None and (before.at.block, before.at.time) > (after.at.block, after.at.time):
        raise InputError(
            f"the first of the two (block {before.at.block}) is later than the second (block {after.at.block}); swap "
            "them",
            field="FROM",
        )
    comparing = _Comparing(before, after)
    turns: tuple[Turn, ...] = ()
    if after_composition is not None:
        turns = _Following(before_composition, after_composition, comparing).turns()
    return Differences(
        registered=comparing.registered(),
        **comparing.agreements(),
        published=comparing.published(),
        **comparing.stances(),
        anchored=comparing.anchored(),
        **comparing.batches(),
        candidates=turns,
    )


class _Comparing:
    """Two views side by side."""

    def __init__(self, before: View | None, after: View) -> None:
        self._before, self._after = before, after
        self._since = before.at.block if before else -1

    def name(self, party: PartyId | None) -> str:
        known = self._after.parties.get(party) if party else None
        if known is None and self._before is not None and party:
            known = self._before.parties.get(party)
        return known.name if known else f"party {party}"

    def is_new(self, act: RecordedAct) -> bool:
        """Whether an act was recorded after the first view."""
        return act.recorded.block > self._since

    def registered(self) -> Entries:
        known = self._before.parties if self._before else {}
        return tuple(
            Entry("registered", Hash(one.id), one.id, (one.digest,), f"{one.name} registered as {one.identifier}.")
            for one in sorted(self._after.parties.values(), key=lambda one: one.id)
            if one.id not in known
        )

    # --- agreements

    def agreements(self) -> dict[str, Entries]:
        found: dict[str, list[Entry]] = defaultdict(list)
        earlier = self._before.agreements if self._before else {}
        for id_, now in sorted(self._after.agreements.items()):
            was = earlier.get(id_)
            title = f"“{now.title}”"
            if was is None:
                openers = [act for act in now.acts if act.recorded.block == now.recorded.block]
                found["opened"].append(
                    Entry("opened", Hash(id_), None, _named(openers[:1]), f"{title} was opened for signature.")
                )
            self._agreement(found, was, now, title)
        return {name: tuple(entries) for name, entries in found.items()}

    def _agreement(
        self, found: dict[str, list[Entry]], was: AgreementView | None, now: AgreementView, title: str
    ) -> None:
        status, subject = now.status, Hash(now.id)
        if status is None or (was is not None and was.status is None):
            return  # a text that is away on either side: nothing can be said of it
        old = was.status if was else None
        bound_before: Mapping[PartyId, Standing] = {one.party: one for one in old.bound} if old else {}
        bound_after = {one.party: one for one in status.bound}
        new = [act for act in now.acts if self.is_new(act)]
        if status.in_effect_since is not None and (old is None or old.in_effect_since is None):
            # Whoever consented later did not bring it about; whoever left since did.
            acts = [a for a in now.acts if a.act.kind in CONSENTING and a.recorded.time <= status.in_effect_since]
            found["took_effect"].append(
                Entry("took effect", subject, None, _named(acts or now.acts[:1]), f"{title} came into effect.")
            )
        if status.ended is not None and (old is None or old.ended is None):
            ending = [act for act in now.acts if act.act.kind in _ENDING] or new or list(now.acts)
            found["ended"].append(Entry("ended", subject, None, _named(ending), f"{title} ended."))
        replaced = {gone.standing.party for gone in status.replaced}
        for party in sorted({*bound_before, *bound_after}):
            who = self.name(party)
            if party not in bound_before:
                acts_ = bound_after[party].acts
                found["joined"].append(Entry("joined", subject, party, acts_, f"{who} joined {title}."))
            elif party in replaced:
                sentence = f"{who} is no longer bound by {title}: a later text took its place."
                found["left"].append(Entry("replaced", subject, party, _named(self._replacing(now)), sentence))
            elif party not in bound_after:
                named = _named(_why_left(party, now)) or bound_before[party].acts
                found["left"].append(Entry("left", subject, party, named, f"{who} left {title}."))
        self._reservations(found, old.reservations if old else (), status.reservations, now, title)

    def _replacing(self, now: AgreementView) -> list[RecordedAct]:
        """The acts by which later texts took an agreement's place: the amendment, and the consents to those texts."""
        later = self._after.agreements_with(now.status.superseded_by) if now.status else []
        consents = {act for one in later if one.status for bound in one.status.bound for act in bound.acts[:1]}
        acts = [act for act in now.acts if act.act.kind is ActKind.AMENDMENT]
        acts += [act for one in later for act in one.acts if act.digest in consents]
        return [act for act in acts if self.is_new(act)] or acts

    def _reservations(
        self,
        found: dict[str, list[Entry]],
        old: Sequence[Reservation],
        new: Sequence[Reservation],
        now: AgreementView,
        title: str,
    ) -> None:
        before = {(one.party, one.act.digest): one for one in old}
        after = {(one.party, one.act.digest): one for one in new}
        subject = Hash(now.id)
        for key in sorted({*before, *after}):
            one = after.get(key) or before[key]
            who, clause = self.name(one.party), f"clause {_clause_key(now, one.clause)}"
            if key not in before:
                sentence = f"{who} reserved {clause} of {title}."
                found["reserved"].append(
                    Entry("reserved", subject, one.party, (one.act.digest,), sentence, Hash(one.clause))
                )
            elif key not in after:
                named = _named(_naming(now, one.act) or _why_left(one.party, now)) or (one.act.digest,)
                found["reservations_withdrawn"].append(
                    Entry(
                        "reservation withdrawn",
                        subject,
                        one.party,
                        named,
                        f"The reservation of {who} to {clause} of {title} no longer stands.",
                        Hash(one.clause),
                    )
                )
            objected = {act.digest: act for act in (before[key].objections if key in before else ())}
            objecting = {act.digest: act for act in (after[key].objections if key in after else ())}
            for digest in sorted({*objected, *objecting}):
                act = objecting.get(digest) or objected[digest]
                by = self.name(act.act.party)
                if digest not in objected:
                    sentence = f"{by} objected to the reservation of {who} to {clause} of {title}."
                    found["objected"].append(
                        Entry("objected", subject, act.act.party, (digest,), sentence, Hash(one.clause))
                    )
                elif digest not in objecting:
                    named = _named(_naming(now, act) or _why_left(act.act.party, now)) or (digest,)
                    sentence = (
                        f"The objection of {by} to the reservation of {who} to {clause} of {title} no longer stands."
                    )
                    found["objections_withdrawn"].append(
                        Entry("objection withdrawn", subject, act.act.party, named, sentence, Hash(one.clause))
                    )

    # --- norms, stances, batches

    def published(self) -> Entries:
        known = self._before.norms if self._before else {}
        return tuple(
            Entry(
                "published",
                Hash(id_),
                one.publication.act.party,
                (one.publication.digest,),
                f"{self.name(one.publication.act.party)} published “{one.title}”.",
            )
            for id_, one in sorted(self._after.norms.items())
            if id_ not in known
        )

    def stances(self) -> dict[str, Entries]:
        found: dict[str, list[Entry]] = defaultdict(list)
        before = _stances(self._before) if self._before else {}
        after = _stances(self._after)
        words = {ActKind.ENDORSEMENT: ("endorsed", "endorsed"), ActKind.OPPOSITION: ("opposed", "opposed")}
        for key in sorted({*before, *after}):
            subject, clause, party = key
            was, now = before.get(key), after.get(key)
            title = self._title(subject) + (" (one clause)" if clause != ZERO else "")
            if now is not None and (was is None or was.act.kind is not now.act.kind):
                name, word = words[now.act.kind]
                sentence = f"{self.name(party)} {word} {title}."
                found[name].append(Entry(word, subject, party, (now.digest,), sentence, clause))
            elif now is None and was is not None:
                later = [
                    act
                    for act in self._after.acts_on(was.contract, was.act.subject)
                    if act.act.party == party and act.act.kind is ActKind.WITHDRAWAL and self.is_new(act)
                ]
                sentence = f"{self.name(party)} withdrew its {was.act.kind.term} of {title}."
                found["stances_withdrawn"].append(
                    Entry("stance withdrawn", subject, party, _named(later) or (was.digest,), sentence, clause)
                )
        return {name: tuple(entries) for name, entries in found.items()}

    def anchored(self) -> Entries:
        known = {
            (id_, one.act.party) for id_, norm in (self._before.norms if self._before else {}).items()
            for one in norm.anchored
        }  # fmt: skip
        return tuple(
            Entry(
                "anchored",
                Hash(id_),
                one.act.party,
                (one.anchor.digest,),
                f"{self.name(one.act.party)} endorsed “{norm.title}” off the chain; the endorsement is anchored.",
            )
            for id_, norm in sorted(self._after.norms.items())
            for one in norm.anchored
            if (id_, one.act.party) not in known
        )

    def batches(self) -> dict[str, Entries]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for kind, came, went in (
            (ActKind.REPORTS, "reported", "reports_withdrawn"),
            (ActKind.ALIGNMENTS, "aligned", "alignments_withdrawn"),
        ):
            before = {one.act.digest: one for one in (self._before.batches(kind) if self._before else ())}
            after = {one.act.digest: one for one in self._after.batches(kind)}
            for digest in sorted({*before, *after}):
                one = after.get(digest) or before[digest]
                author, subject = one.act.act.party, Hash(one.act.act.refers_to)
                what = f"{len(one.document.leaves)} {kind.term}" if one.document else f"a root of {kind.term}"
                if digest not in before:
                    sentence = f"{self.name(author)} anchored {what}."
                    found[came].append(Entry(came, subject, author, (digest,), sentence))
                elif digest not in after:
                    later = [
                        act
                        for act in self._after.acts_on(Contract.PARTY_REGISTRY, list_of(author))
                        if act.act.kind is ActKind.WITHDRAWAL and self.is_new(act)
                    ]
                    sentence = f"{self.name(author)} withdrew {what}."
                    found[went].append(
                        Entry(f"{came}, withdrawn", subject, author, _named(later) or (digest,), sentence)
                    )
        return {name: tuple(entries) for name, entries in found.items()}

    def _title(self, subject: Hash) -> str:
        return self._after.names.get(subject) or str(subject)

    def new_acts_behind(self, agreements: Iterable[Hash]) -> list[Hash]:
        """The acts recorded after the first view on these agreements or norms, and all new batches."""
        found: list[Hash] = []
        for id_ in agreements:
            for contract in (Contract.AGREEMENT_LEDGER, Contract.NORM_REGISTRY):
                found += [act.digest for act in self._after.acts_on(contract, id_) if self.is_new(act)]
        return found

    def new_batches(self, kind: ActKind) -> list[Hash]:
        """Roots recorded, or taken back, after the first view."""
        found: list[Hash] = []
        for party in self._after.parties:
            acts = self._after.acts_on(Contract.PARTY_REGISTRY, list_of(party))
            found += [act.digest for act in acts if self.is_new(act) and act.act.kind in (kind, ActKind.WITHDRAWAL)]
        return found


def _stances(view: View) -> dict[tuple[Hash, Hash, PartyId], RecordedAct]:
    """Every stance that stands, by (norm or agreement, clause, party)."""
    found: dict[tuple[Hash, Hash, PartyId], RecordedAct] = {}
    for id_, norm in view.norms.items():
        found |= {(Hash(id_), ZERO, one.party): one.act for one in norm.stances}
    for agreement in view.agreements:
        acts = view.acts_on(Contract.AGREEMENT_LEDGER, stances_on(agreement))
        for clause in {act.act.clause for act in acts}:
            for one in consent.stances(acts, clause):
                found[Hash(agreement), Hash(clause), one.party] = one.act
    return found


def _why_left(party: PartyId, now: AgreementView) -> list[RecordedAct]:
    """The acts by which an agreement ceased to bind a party: its own that end, or, where it ended for all, theirs."""
    own = [act for act in now.acts if act.act.party == party and act.act.kind in _ENDING]
    if own:
        return own
    ending = [act for act in now.acts if act.act.kind in _ENDING]
    return ending if now.status is None or now.status.ended is not None or now.status.superseded_by else []


def _naming(now: AgreementView, act: RecordedAct) -> list[RecordedAct]:
    """The withdrawals of one act."""
    return [one for one in now.acts if one.act.kind is ActKind.WITHDRAWAL and one.act.refers_to == act.digest]


def _clause_key(agreement: AgreementView, clause: Hash) -> str:
    for one, id_ in (
        zip(agreement.document.clauses, agreement.document.clause_ids, strict=True) if agreement.document else ()
    ):
        if id_ == clause:
            return one.key
    return str(clause)


def _named(acts: Iterable[RecordedAct]) -> tuple[Digest, ...]:
    return tuple(act.digest for act in acts)


def _sorted(acts: Iterable[Hash]) -> tuple[Hash, ...]:
    return tuple(sorted(set(acts)))


# --- candidates


class _Following:
    """Candidates before and after: the same keys first, then who shares clauses with whom."""

    def __init__(self, before: Composition | None, after: Composition, comparing: _Comparing) -> None:
        self._before, self._after, self._comparing = before, after, comparing

    def turns(self) -> tuple[Turn, ...]:
        """Rows among rows and packages among packages; in the order of their keys."""
        found: list[Turn] = []
        for level in ("rows", "packages"):
            before = _standing(getattr(self._before, level)) if self._before else {}
            after = _standing(getattr(self._after, level))
            for key in sorted({*before} & {*after}):
                found += self._same(before[key], after[key])
            gone = [before[key] for key in sorted({*before} - {*after})]
            come = [after[key] for key in sorted({*after} - {*before})]
            found += [self._turned(old, new) for old, new in self._groups(gone, come)]
        return tuple(found)

    def _same(self, old: Candidate, new: Candidate) -> list[Turn]:
        gained, lost = sorted({*new.parties} - {*old.parties}), sorted({*old.parties} - {*new.parties})
        if not gained and not lost:
            return []
        what = "changed" if gained and lost else "grew" if gained else "shrank"
        told = f"“{self._title(new, self._after)}” {what}: {len(old.parties)} → {len(new.parties)} parties."
        return [Turn(what, (old.key,), (new.key,), tuple(gained), tuple(lost), self._acts([old], [new]), told)]

    def _turned(self, gone: list[Candidate], come: list[Candidate]) -> Turn:
        was = {party for one in gone for party in one.parties}
        is_ = {party for one in come for party in one.parties}
        if not gone or not come:
            what = "fell" if gone else "rose"
        elif len(gone) == 1:
            what = "moved" if len(come) == 1 else "split"
        else:
            what = "merged" if len(come) == 1 else "regrouped"
        old = " and ".join(f"“{self._title(one, self._before)}”" for one in gone)
        new = " and ".join(f"“{self._title(one, self._after)}”" for one in come)
        told = {
            "rose": f"{new} became a candidate norm of {len(is_)} parties.",
            "fell": f"{old} is a candidate norm no longer.",
            "moved": f"{old} goes on as {new}.",
            "split": f"{old} split into {new}.",
            "merged": f"{old} merged into {new}.",
            "regrouped": f"{old} became {new}.",
        }[what]
        return Turn(
            what,
            tuple(one.key for one in gone),
            tuple(one.key for one in come),
            tuple(sorted(is_ - was)),
            tuple(sorted(was - is_)),
            self._acts(gone, come),
            told,
        )

    def _groups(self, gone: list[Candidate], come: list[Candidate]) -> list[tuple[list[Candidate], list[Candidate]]]:
        """Which of those that went belong to which that came: they share half of the smaller one's clauses at least."""
        ends = [(one, self._clauses(one, self._before)) for one in gone]
        begins = [(one, self._clauses(one, self._after)) for one in come]
        left, groups = [*range(len(ends) + len(begins))], []
        everybody = [clauses for _, clauses in (*ends, *begins)]

        def linked(one: int, other: int) -> bool:
            if (one < len(ends)) == (other < len(ends)):
                return False
            shared = len(everybody[one] & everybody[other])
            return shared > 0 and 2 * shared >= min(len(everybody[one]), len(everybody[other]))

        while left:
            group, border = [], [left.pop(0)]
            while border:
                one = border.pop(0)
                group.append(one)
                near = [other for other in left if linked(one, other)]
                left = [other for other in left if other not in near]
                border += near
            group.sort()
            groups.append(
                (
                    [ends[one][0] for one in group if one < len(ends)],
                    [begins[one - len(ends)][0] for one in group if one >= len(ends)],
                )
            )
        return groups

    @staticmethod
    def _clauses(candidate: Candidate, composition: Composition | None) -> frozenset[Hash]:
        assert composition is not None
        return frozenset(clause for one in candidate.outcomes for clause in composition.outcomes[one].clauses)

    @staticmethod
    def _title(candidate: Candidate, composition: Composition | None) -> str:
        assert composition is not None
        return " · ".join(composition.outcomes[one].text for one in candidate.outcomes)

    def _acts(self, gone: Sequence[Candidate], come: Sequence[Candidate]) -> tuple[Hash, ...]:
        """What brought it about: acts that count now and did not, or no longer do, and new ones on their agreements."""
        was = self._supporting(gone, self._before)
        is_ = self._supporting(come, self._after)
        agreements = {id_ for one in (*gone, *come) for id_ in one.agreements}
        recorded = self._comparing.new_acts_behind(sorted(agreements))
        if self._after.record.basis == "reported":
            recorded += self._comparing.new_batches(ActKind.REPORTS)
        changed = {*was} ^ {*is_} if gone and come else set()
        found = {*recorded, *changed} or {*self._comparing.new_batches(ActKind.ALIGNMENTS)} or {*was, *is_}
        return _sorted(found)

    @staticmethod
    def _supporting(candidates: Sequence[Candidate], composition: Composition | None) -> list[Hash]:
        if composition is None:
            return []
        return [act for one in candidates for support in composition.supports(one.key) for act in support.acts]


def _standing(candidates: Iterable[Candidate]) -> dict[Hash, Candidate]:
    return {one.key: one for one in candidates if one.stands}
