"""The way up: from a thing to all that rests on it, reading no more of the register than may lead there.

Each kind of thing is named by few others: a clause by its agreement and by who says what it asks for, a party by its
acts, an outcome by the norms that ask for it. Whoever may name a thing that was reached is looked up and read, shallow;
what is reached then is opened in turn, until nothing new is.

Belongs here: who may name a thing. Does not belong here: whether it does, and why (`lineage`).
"""

from collections.abc import Callable, Iterable, Mapping

from normledger.acts.act import ActKind, Contract, RecordedAct
from normledger.documents.document import Alignments, Report, ReportedAgreement
from normledger.identifiers import Address, AgreementId, Digest, Hash, NormId, OutcomeId, PartyId
from normledger.provenance.lineage import Lineage


class Ascent:
    """Reads into a lineage whatever rests on a thing."""

    def __init__(self, lineage: Lineage) -> None:
        self._lineage, self._view = lineage, lineage.view
        self._opened: set[str] = set()
        self._borne: set[OutcomeId] = set()
        self._open: Mapping[str, Callable[[Hash], None]] = {
            "text": self._text, "clause": self._clause, "outcome": self._outcome, "act": self._act,
            "instrument": self._instrument, "party": self._party, "agreement": self._agreement, "norm": self._norm,
            "report": self._leaf, "alignment": self._leaf, "standing": self._standing,
        }  # fmt: skip

    def climb(self, start: str, depth: int | None = None) -> None:
        """Read what rests on the thing of this key, at most `depth` steps away, and whether more lies beyond."""
        far, level = {start: 0}, [start]
        while level:
            self._look_up(level)
            for key in level:
                self.open(key)
            level = []
            while new := self._new(far):  # what is read for one thing may lead to another that was reached before
                far |= new
                level += [key for key, steps in new.items() if depth is None or steps <= depth]
        self._lineage.candidates_of(self._borne)

    def _new(self, far: dict[str, int]) -> dict[str, int]:
        """What rests on things that were opened and was not reached yet, with how far away it is at most."""
        found: dict[str, int] = {}
        for key in far:  # the nearest first
            for further in self._lineage.resting_on(key) if key in self._opened else ():
                if further not in far:
                    found.setdefault(further, far[key] + 1)
        return found

    def _look_up(self, keys: Iterable[str]) -> None:
        """Read at once what will be asked of each."""
        view = self._view
        asked = [key.partition(":") for key in keys if key.startswith(("clause:", "outcome:", "standing:"))]
        names = {Hash.parse(name.partition(".")[0]) for _, _, name in asked}
        outcomes = names | {Hash(outcome) for _, outcome, _ in view.asks(of=names)}
        view.agreements_with(document for _, _, document in view.asks(about=outcomes))

    def open(self, key: str) -> None:
        """Read whoever may name this thing, of those that are on the register."""
        if key in self._opened:
            return
        self._opened.add(key)
        kind, _, name = key.partition(":")
        word = name.partition(".")[0]
        if kind == "account":
            self._account(Address.parse(word))
        elif kind in self._open:
            self._open[kind](Hash.parse(word))

    # --- what names each kind of thing

    def _text(self, name: Hash) -> None:
        view, lineage = self._view, self._lineage
        opened, acts, presenting = view.agreements_with([name]), view.acts_with(name), view.parties_presenting(name)
        for one in opened:
            lineage.agreement(one.id)
        for act in acts:
            self._subject(act)
        for party in presenting:
            lineage.party(party)
        told = self._batches(view.mentioning(name))
        if opened or presenting or told or any(act.act.kind is not ActKind.ANCHOR for act in acts):
            lineage.text(name)
        text = view.document(name)
        if told and isinstance(text, ReportedAgreement):
            asking = [self._asked_of(clause) for clause in text.clause_ids]
            if any(asking) or lineage.undertaken(name):
                lineage.reported(name)

    def _clause(self, id_: Hash) -> None:
        for document in self._view.holding([id_]).values():
            self.open(f"text:{document}")
        if self._said(of=[id_]) and not self._lineage.has(f"clause:{id_}"):
            self._lineage.nameless_clause(id_)
        self._asked_of(id_)

    def _outcome(self, id_: Hash) -> None:
        if self._said(about=[id_], of=[id_]):
            self._lineage.wording(OutcomeId(id_))
        for outcome in {OutcomeId(id_), *(outcome for _, outcome, _ in self._view.asks(of=[id_]))}:
            if self._lineage.asked_for(outcome):
                self._lineage.outcome(outcome)
        self._norms_asking(id_)

    def _act(self, digest: Hash) -> None:
        act = self._view.acts.get(Digest(digest))
        if act is not None:
            self._subject(act)
        elif (party := self._view.party_declaring(Digest(digest))) is not None:
            self._lineage.party(party)
        else:
            self._anchoring(lambda of, _: of == digest)

    def _instrument(self, digest: Hash) -> None:
        self.open(f"act:{digest}")
        party = self._view.party_declaring(Digest(digest))
        if party is not None:  # whatever it did rests on what it claimed, on its accounts and on the powers it gave
            self._acts_of(party)
            for act in self._view.recognitions_of(party):
                self._lineage.list_of(act.act.party)

    def _party(self, id_: Hash) -> None:
        party, recognising = PartyId(id_), self._view.recognitions_of(PartyId(id_))
        for act in recognising:
            self._lineage.list_of(act.act.party)
        if party not in self._view.parties and not recognising:
            return
        self._lineage.party(party)
        self._lineage.list_of(party)
        self._acts_of(party)

    def _account(self, account: Address) -> None:
        for party in self._view.parties_through(account):
            self._lineage.party(party)
            self._acts_of(party, account)

    def _agreement(self, id_: Hash) -> None:
        if id_ in self._view.agreements:
            self._lineage.agreement(AgreementId(id_))

    def _norm(self, id_: Hash) -> None:
        if id_ not in self._view.norms:
            return
        self._lineage.norm(NormId(id_))
        self._lineage.stances(NormId(id_))
        for act in self._view.acts_with(*self._view.mentioning(id_)):
            self._subject(act)

    def _leaf(self, leaf: Hash) -> None:
        for key in (f"report:{leaf}", f"alignment:{leaf}"):
            said = self._lineage.leaves.get(key)
            if isinstance(said, Report):
                if self._lineage.undertaken(said.agreement):
                    self._lineage.reported(said.agreement)
            elif said is not None:
                for name in (OutcomeId(said.clause), said.outcome):
                    if self._lineage.asked_for(name):
                        self._lineage.outcome(name)

    def _standing(self, name: Hash) -> None:
        key = f"standing:{name}.{self._view.at.block}"
        node = self._lineage.node(key)
        match node.sort if node else "outcome":
            case "outcome" if self._lineage.asked_for(name) or node:
                self._lineage.outcome(OutcomeId(name))
                self._borne.add(OutcomeId(name))
                self._norms_asking(name)
                self._asked_of(name)
            case "clause":
                self._asked_of(name)
            case "reported agreement":
                text = self._view.document(name)
                for clause in text.clause_ids if isinstance(text, ReportedAgreement) else ():
                    self._asked_of(clause)
            case "agreement":
                for act in self._view.acts_with(self._view.agreements[AgreementId(name)].terms.document):
                    self._subject(act)

    # --- where an act, a word or a stance stands

    def _subject(self, act: RecordedAct) -> None:
        """Read the subject of an act; of a norm, what the act's party said of it."""
        subject, lineage, view = act.act.subject, self._lineage, self._view
        match act.contract:
            case Contract.NORM_REGISTRY:
                lineage.norm(NormId(subject))
                lineage.stances(NormId(subject), act.act.party)
            case Contract.PARTY_REGISTRY:
                lineage.list_of(act.act.party)
            case Contract.AGREEMENT_LEDGER:
                judged = AgreementId(subject) if subject in view.agreements else view.agreement_judged_on(subject)
                if judged is not None:
                    lineage.agreement(judged)

    def _acts_of(self, party: PartyId, account: Address | None = None) -> None:
        self._view.agreements_of(party)  # read at once, since each is asked for
        for act in self._view.acts_of(party):
            if account in (None, act.signer):
                self._subject(act)
        self._anchoring(lambda _, by: by == party)

    def _anchoring(self, wanted: Callable[[Digest, PartyId], bool]) -> None:
        """Read the norms on which endorsements are anchored that are asked for."""
        for id_ in self._view.norms_with(ActKind.ANCHOR):
            if any(wanted(one.digest, one.act.party) for one in self._view.norms[id_].anchored):
                self._lineage.norm(id_)

    def _batches(self, documents: Iterable[Hash]) -> bool:
        """Read the lists on which these batches were signed; whether there are any."""
        lists = {
            act.act.party
            for act in self._view.acts_with(*documents)
            if act.act.kind in (ActKind.REPORTS, ActKind.ALIGNMENTS)
        }
        for author in sorted(lists):
            self._lineage.list_of(author)
        return bool(lists)

    def _said(self, *, of: Iterable[Hash] = (), about: Iterable[Hash] = ()) -> bool:
        """Read the lists on which somebody says what these ask for, or who asks for these; whether there are any."""
        named = {document for _, _, document in self._view.asks(of=of, about=about)}
        return self._batches(one for one in named if isinstance(self._view.document(one), Alignments))

    def _asked_of(self, clause: Hash) -> bool:
        """Read the outcomes that a clause, or an outcome, asks for; whether there are any."""
        found = {outcome for _, outcome, _ in self._view.asks(of=[clause]) if self._lineage.asked_for(outcome)}
        for outcome in sorted(found):
            self._lineage.outcome(outcome)
        return bool(found)

    def _norms_asking(self, outcome: Hash) -> None:
        for norm in sorted(self._view.norms_among(clause for clause, _, _ in self._view.asks(about=[outcome]))):
            self._lineage.norm(norm)
