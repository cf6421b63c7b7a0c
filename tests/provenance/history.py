"""A history of many acts, drawn by chance and recorded for real: what feeds and differences are held against.

Some acts have no effect, some are refused before they are recorded, texts hold what no feed may break on.
"""

from dataclasses import dataclass, field
from random import Random

from normledger.acts.act import ActKind, Contract, list_of, stances_on
from normledger.documents.document import Agreement, DerivationRecord, Norm, Outcome
from normledger.errors import NormLedgerError
from normledger.identifiers import ZERO, Digest, Hash, OutcomeId
from normledger.ledger.queries import View
from tests.delegations import Delegations

TEXTS = ("Not us.", "<b>&amp;</b> ]]>", "Ünïcode — “quotes”", "𝔄 ‮right to left", "line\nbreak\ttab", '{"json": 1}')
KINDS = (
    *(ActKind.RESERVATION,) * 3, *(ActKind.ACCESSION,) * 3, *(ActKind.WITHDRAWAL,) * 4, *(ActKind.OBJECTION,) * 2,
    ActKind.ACCEPTANCE_OF_RESERVATION, ActKind.DECLARATION, ActKind.TERMINATION, ActKind.AMENDMENT,
    ActKind.RATIFICATION, ActKind.PROVISIONAL_APPLICATION,
)  # fmt: skip
STANCES = (ActKind.ENDORSEMENT, ActKind.ENDORSEMENT, ActKind.OPPOSITION, ActKind.WITHDRAWAL)


@dataclass
class History:
    """Agreements, a norm and whatever parties then did, in a workspace of registered parties."""

    made: Delegations
    chance: Random
    agreements: list[tuple[Agreement, Hash]] = field(default_factory=list)
    norm: Hash = ZERO

    def begin(self) -> "History":
        work = self.made.workspace
        for names, rules in (
            ("AB", {"form": "bilateral", "admission": "closed", "reservations": False}),
            ("ABC", {"notice_days": 0}),
            ("BC", {"notice_days": 30, "takes_effect": "on-ratification"}),
        ):
            text = self.made.text(*names, title=f"Text of {names} <&>", texts=("One shall.", "Two shall."), **rules)
            self.agreements.append((text, self.made.found(text)))
        outcome = Outcome("Nobody attacks those who help.", "refrain")
        norm, derivation = Norm("Norm <&>", "Nobody shall.", (OutcomeId(outcome.hash),), "real"), DerivationRecord({})
        work.store.put([outcome, norm, derivation])
        self.norm = Hash(norm.hash)
        self.made.act(ActKind.PUBLICATION, self.norm, "A", content=derivation.hash)
        return self

    def go_on(self, acts: int) -> "History":
        """So many more acts, each in a block of its own; what is refused is passed over."""
        for _ in range(acts):
            try:
                self._act()
            except NormLedgerError:
                continue
        return self

    def _act(self) -> None:
        who, view, text = self.chance.choice("ABCD"), self.made.workspace.newest(), self.chance.choice(TEXTS)
        draw = self.chance.random()
        if draw < 0.25:
            self.made.act(self.chance.choice(STANCES), self.norm, who, text=text)
        elif draw < 0.4:
            agreement, id_ = self.chance.choice(self.agreements)
            clause = self.chance.choice([ZERO, *agreement.clause_ids])
            self.made.act(self.chance.choice(STANCES), stances_on(id_), who, clause=clause, text=text)  # type: ignore[arg-type]  # an agreement's id
        elif draw < 0.45:
            other = self.made.parties[self.chance.choice("ABCD")]
            self.made.act(ActKind.RECOGNITION, list_of(self.made.parties[who]), who, refers_to=other)
        else:
            self._on_agreement(view, who, text)

    def _on_agreement(self, view: View, who: str, text: str) -> None:
        agreement, id_ = self.chance.choice(self.agreements)
        kind = self.chance.choice(KINDS)
        on_it = view.acts_on(Contract.AGREEMENT_LEDGER, id_)
        named: Hash = ZERO
        clause: Hash = ZERO
        if kind is ActKind.RESERVATION:
            clause = self.chance.choice(agreement.clause_ids)
        if kind in (ActKind.OBJECTION, ActKind.ACCEPTANCE_OF_RESERVATION):
            made = [act for act in on_it if act.act.kind is ActKind.RESERVATION] or on_it
            named = Digest(self.chance.choice(made).digest)
        if kind is ActKind.WITHDRAWAL and self.chance.random() < 0.5:
            named = self.chance.choice(on_it).digest
        if kind is ActKind.AMENDMENT:
            self.made.act(kind, id_, who, content=agreement.hash)
        else:
            said = text if kind not in (ActKind.RATIFICATION, ActKind.PROVISIONAL_APPLICATION) else None
            self.made.act(kind, id_, who, clause=clause, refers_to=named, text=said)
