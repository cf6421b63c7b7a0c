"""A crowd of parties on Anvil, whose acts are signed at once and recorded in full blocks: registers of any size.

Belongs here: real acts, recorded by the real contracts through an account that Anvil signs for. Does not belong here:
reading them back.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from random import Random
from typing import Any

from normledger.acts import release
from normledger.acts.act import Act, ActKind, Claim, Contract, list_of, stances_on
from normledger.acts.powers import FurtherClaim
from normledger.acts.signature import address_of, sign
from normledger.acts.typed_data import Signable, contract_of
from normledger.chain import calls
from normledger.chain.deployment import deploy
from normledger.chain.node import Node
from normledger.chain.sender import Sender
from normledger.documents.document import Agreement, Asked, Clause, Document, Founder, Norm, Outcome, Profile, Rules
from normledger.identifiers import ZERO, Hash, Identifier, OutcomeId, PartyId, keccak
from normledger.ledger.queries import terms_of
from tests.chains import KEY, Anvil

_RULES = Rules(
    character="voluntary", form="multi-stakeholder", admission="open", takes_effect="on-signature", reservations=True,
    notice_days=0, reservation_days=30,
)  # fmt: skip
_GAS = 200_000_000


class Roomy(Anvil):
    """Anvil with room for many acts in a block, which is made when it is asked for."""

    def arguments(self) -> list[str]:
        return [*super().arguments(), "--gas-limit", str(100 * _GAS), "--no-mining"]


@dataclass(frozen=True, slots=True)
class Member:
    """A party of the crowd with its throw-away key."""

    key: bytes
    claim: Claim
    profile: Profile

    @property
    def id(self) -> PartyId:
        return self.claim.party


@dataclass
class Crowd:
    """Parties, agreements and norms on one Anvil; `documents` are all texts that were signed."""

    anvil: Anvil
    node: Node
    members: list[Member] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    norms: list[Norm] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    first_block: int = 0

    def __post_init__(self) -> None:
        self.release = release.current()
        self._numbers = count(1)
        self._account = self.anvil.ask("eth_accounts")[0]

    def deploy(self) -> None:
        """Put the contracts onto the chain."""
        self.anvil.ask("evm_setAutomine", True)
        for contract in Contract:
            deploy(Sender(self.node, KEY), self.release.init_codes[contract])
        self.anvil.ask("evm_setAutomine", False)

    # --- acts

    def signed(self, member: Member, statement: Signable) -> bytes:
        """A plain signature."""
        domain = self.release.domain(contract_of(statement), self.node.chain_id)
        return sign(domain.digest(statement), member.key)

    def claims(self, number: int) -> Iterator[calls.Call]:
        """So many parties more."""
        for _ in range(number):
            place = len(self.members)
            key, profile = keccak(f"throw-away key {place} of a crowd".encode()), Profile(f"Party {place}")
            claim = Claim(Identifier(f"exercise:ngo:{place}"), 5, profile.hash, address_of(key))
            member = Member(key, claim, profile)
            self.members.append(member)
            self.documents.append(profile)
            yield calls.claim(claim, self.signed(member, claim))

    def founded(
        self, founding: Sequence[Member], outcomes: Sequence[OutcomeId] = (), texts: Sequence[str] = ()
    ) -> calls.Call:
        """An agreement between some, whose clauses ask for the outcomes, one each."""
        place = len(self.agreements)
        founders = [Founder(member.id, member.claim.identifier, "ngo", member.profile.name) for member in founding]
        clauses = tuple(
            Clause(str(at), text, asks=tuple(Asked(outcome, "same") for outcome in outcomes[at - 1 : at]))
            for at, text in enumerate(texts or ["Parties shall help."], start=1)
        )
        ordered = tuple(sorted(founders, key=lambda founder: founder.id))
        agreement = Agreement(f"Agreement {place}", clauses, _RULES, ordered)
        self.agreements.append(agreement)
        self.documents.append(agreement)
        terms = terms_of(agreement)
        acts = [
            self._act(ActKind.SIGNATURE, Contract.AGREEMENT_LEDGER, terms.id, member, 0, content=agreement.hash)
            for member in founding
        ]
        return calls.sign(terms, acts)

    def published(self, member: Member, outcomes: Sequence[OutcomeId] = ()) -> calls.Call:
        """A norm."""
        norm = Norm(f"Norm {len(self.norms)}", "Parties help each other.", tuple(sorted(outcomes)), "exercise")
        self.norms.append(norm)
        self.documents.append(norm)
        return calls.publish(self.stance(ActKind.PUBLICATION, norm, member))

    def stance(self, kind: ActKind, norm: Norm, member: Member) -> calls.Signed:
        """What a party says of a norm."""
        return self._act(kind, Contract.NORM_REGISTRY, norm.hash, member, next(self._numbers))

    def acted(self, kind: ActKind, agreement: Agreement, member: Member, **values: Any) -> calls.Signed:
        """What a party says of an agreement."""
        terms = terms_of(agreement)
        return self._act(kind, Contract.AGREEMENT_LEDGER, terms.id, member, next(self._numbers), **values)

    def _act(
        self, kind: ActKind, contract: Contract, subject: Hash, member: Member, number: int, **values: Any
    ) -> calls.Signed:
        act = Act(contract, kind, subject, member.id, member.claim.account, number, **values)
        return calls.Signed(act, self.signed(member, act))

    def anything(self, random: Random) -> calls.Call:
        """A call of any kind, on whatever is there."""
        member = random.choice(self.members)
        agreement = random.choice(self.agreements)
        chosen = random.randrange(9)
        if chosen == 0:
            return next(self.claims(1))
        if chosen == 1:
            return self.founded(random.sample(self.members, 2))
        if chosen == 2:
            return self.published(member)
        if chosen == 3:
            norm = random.choice(self.norms)
            return calls.take_stances(
                norm.hash, [self.stance(ActKind.ENDORSEMENT, norm, one) for one in random.sample(self.members, 3)]
            )
        if chosen == 4:
            norms = random.sample(self.norms, 2)
            return calls.take_stances_on_many(
                member.id, [self.stance(ActKind.OPPOSITION, norm, member) for norm in norms]
            )
        if chosen == 5:
            kind, root = random.choice([ActKind.REPORTS, ActKind.ALIGNMENTS]), Hash(random.randbytes(32))
            number = next(self._numbers)
            listed = self._act(
                kind, Contract.PARTY_REGISTRY, list_of(member.id), member, number, refers_to=root, content=root
            )
            return calls.state(member.id, [listed])
        if chosen == 6:
            further = FurtherClaim(
                member.id, Identifier(f"exercise:name:{next(self._numbers)}"), ZERO, member.claim.account,
                next(self._numbers),
            )  # fmt: skip
            return calls.own(further, self.signed(member, further))
        if chosen == 7:
            id_ = terms_of(agreement).id
            number = next(self._numbers)
            judged = self._act(ActKind.ENDORSEMENT, Contract.AGREEMENT_LEDGER, stances_on(id_), member, number)
            return calls.take_stances_on_agreement(id_, [judged])
        kind = random.choice([ActKind.DECLARATION, ActKind.WITHDRAWAL, ActKind.ACCESSION])
        return calls.act(terms_of(agreement), [self.acted(kind, agreement, member)])

    def endorsements(self, rounds: int, among: tuple[Random, int] | None = None) -> Iterator[calls.Call]:
        """Every party, or so many chosen ones, on every norm, so many times, each with its next number."""
        for norm in self.norms:
            for _ in range(rounds):
                members = self.members if among is None else among[0].sample(self.members, among[1])
                acts = [self.stance(ActKind.ENDORSEMENT, norm, member) for member in members]
                for at in range(0, len(acts), 100):
                    yield calls.take_stances(norm.hash, acts[at : at + 100])

    # --- the chain

    def remembered(self) -> tuple[int, int, int]:
        """What is on the chain now, for `go_back`."""
        return len(self.members), len(self.agreements), len(self.norms)

    def go_back(self, there: tuple[int, int, int]) -> None:
        """Forget whom and what the chain forgot."""
        for some, length in zip((self.members, self.agreements, self.norms), there, strict=True):
            del some[length:]  # type: ignore[attr-defined]

    def record(self, made: Iterable[calls.Call], *, in_block: int = 1, together: int = 1) -> None:
        """Send the calls, so many in one transaction where they are of one contract, so many transactions a block."""
        sent: list[str] = []
        waiting = iter(made)
        while some := list(islice(waiting, together)):
            for contract in Contract:
                if of_it := [one for one in some if one.contract is contract]:
                    sent.append(self._send(of_it[0] if len(of_it) == 1 else calls.carry(of_it, leave_out=False)))
            if len(sent) >= in_block:
                self._mine(sent)
                sent = []
        if sent:
            self._mine(sent)

    def _send(self, call: calls.Call) -> str:
        transaction = {
            "from": self._account,
            "to": str(self.release.address(call.contract)),
            "data": "0x" + call.data.hex(),
            "gas": hex(_GAS),
        }
        name: str = self.anvil.ask("eth_sendTransaction", transaction)
        return name

    def _mine(self, sent: Sequence[str]) -> None:
        while any(self.anvil.ask("eth_getTransactionReceipt", name) is None for name in sent[-1:]):
            self.anvil.ask("evm_mine")
        for name in sent:
            receipt = self.anvil.ask("eth_getTransactionReceipt", name)
            assert receipt
            assert int(receipt["status"], 16) == 1, receipt


def outcomes(number: int) -> list[Outcome]:
    """Declared outcomes."""
    return [Outcome(f"Parties help in way {place}.", "require") for place in range(number)]
