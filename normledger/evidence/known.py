"""What a claim is judged on: subjects with all their acts, parties' histories, documents; and what of it was asked for.

Whoever judges a claim asks here, and nowhere else. So the list of subjects that a claim rests on is what was asked, for
whoever makes a bundle and for whoever verifies one: it follows from the acts, and nobody can choose it.

Belongs here: asking, and whether those who signed might act for their party. Does not belong here: the claims.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from normledger.acts.act import Contract, Recorded, RecordedAct, RecordedClaim, stances_on
from normledger.acts.consent import Status, standing
from normledger.acts.powers import Powers, RecordedOwnAct, Rotation, powers
from normledger.acts.successive import agreement_of, left
from normledger.acts.typed_data import Domain
from normledger.documents.document import Agreement, Document, Endorsements
from normledger.evidence.verdict import Unproven, one_line
from normledger.identifiers import KINDS, Address, Hash, PartyId

Entry = RecordedClaim | RecordedOwnAct | RecordedAct
"""What a word links. `recorded.index` counts on its subject here: across subjects only blocks can be compared."""


@dataclass(frozen=True)
class History:
    """A party's own subject: its claim, and its acts on itself in order."""

    claim: RecordedClaim
    acts: tuple[RecordedOwnAct, ...]

    @property
    def party(self) -> PartyId:
        """Its id."""
        return self.claim.claim.party

    @property
    def kind(self) -> str:
        """What kind of actor it claims to be."""
        return KINDS[self.claim.claim.kind - 1]

    @property
    def name(self) -> str:
        """What it claims to be, and its id; for people."""
        return f"{one_line(self.claim.claim.identifier)} ({self.party})"

    @cached_property
    def accounts(self) -> tuple[Address, ...]:
        """The account that acts for it after its claim, and after each of its acts."""
        found = [self.claim.claim.account]
        for one in self.acts:
            found.append(one.act.next if isinstance(one.act, Rotation) else found[-1])
        return tuple(found)

    def moments(self, block: int) -> range:
        """How many of its acts may have been recorded before something in this block; of one block none is earlier."""
        before = sum(1 for one in self.acts if one.recorded.block < block)
        return range(before, sum(1 for one in self.acts if one.recorded.block <= block) + 1)

    def account_at(self, block: int) -> Address | None:
        """The account that acted for it in this block; None where it was not registered, or rotated in that block."""
        if self.claim.recorded.block > block:
            return None
        accounts = {self.accounts[moment] for moment in self.moments(block)}
        return accounts.pop() if len(accounts) == 1 else None

    @cached_property
    def _grants(self) -> tuple[tuple[Powers, int, int], ...]:
        """All full powers that it gave, each with the first and the last moment at which they stood."""
        place = {one.digest: at for at, one in enumerate(self.acts)}
        return tuple(
            (
                Powers(one.granted, None),
                place[one.granted.digest] + 1,
                place[one.ended.digest] if one.ended else len(place),
            )
            for one in powers(self.acts)
        )

    def grant(self, act: RecordedAct | RecordedOwnAct) -> Powers | None:
        """The powers by which a representative signed, the first that covered it; None where its own account did.

        Raises `Unproven` where neither might.
        """
        signer, recorded = act.act.account, act.recorded
        if isinstance(act, RecordedOwnAct):
            moments = range(recorded.index - 1, recorded.index)
        else:
            moments = self.moments(recorded.block)
        if self.claim.recorded.block <= recorded.block:
            if any(self.accounts[moment] == signer for moment in moments):
                return None
            for one, first, last in self._grants:
                stood = first < moments.stop and last >= moments.start
                scopes = _scopes(act, one) if stood else ()
                if any(one.cover(signer, act.act.kind, scope, recorded.time) for scope in scopes):
                    return one
        raise Unproven(
            "powers",
            f"account {signer} signed act {act.digest} for party {self.party}, and was neither its account nor had its "
            "full powers for that.",
        )


def _scopes(act: RecordedAct | RecordedOwnAct, grant: Powers) -> tuple[Hash, ...]:
    """Under which names powers may cover a subject: its own, and of stances on an agreement the agreement's."""
    if isinstance(act, RecordedOwnAct):
        return (act.act.party,)
    subject = act.act.subject
    if act.contract is Contract.AGREEMENT_LEDGER and stances_on(grant.terms.subject) == subject:
        return (subject, grant.terms.subject)
    return (subject,)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a claim comes to. `claim` is its full data, `says` the same in words.

    `acts` are those on which it rests; `parties` those whose identity it names; `notes` what the reader should know
    besides; `claimed` what nobody proves.
    """

    claim: dict[str, Any]
    says: str
    acts: tuple[RecordedAct | RecordedOwnAct, ...]
    parties: tuple[PartyId, ...]
    notes: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()


class Known:
    """Asks for subjects and documents, and remembers what was asked.

    `subject` gives all entries of a subject, `document` a document by its hash, `rooted` the endorsements under a root,
    `register` the subjects of a contract in the order of its register; each raises `Unproven` for what is not there,
    but `rooted`, which gives None. `time` is the block's, in Unix seconds.
    """

    def __init__(
        self,
        time: int,
        domain: Callable[[Contract], Domain],
        subject: Callable[[Contract, Hash], Sequence[Entry]],
        document: Callable[[Hash], Document],
        rooted: Callable[[Hash], Endorsements | None],
        register: Callable[[Contract], Sequence[Hash]],
    ) -> None:
        self.time, self.domain = time, domain
        self._subject, self._document, self._rooted, self._register = subject, document, rooted, register
        self.subjects: dict[tuple[Contract, Hash], tuple[Entry, ...]] = {}
        self.documents: dict[Hash, Document] = {}
        self.registers: dict[Contract, tuple[Hash, ...]] = {}
        self._histories: dict[PartyId, History | None] = {}

    def _entries(self, contract: Contract, subject: Hash) -> tuple[Entry, ...]:
        key = (contract, Hash(subject))
        if key not in self.subjects:
            self.subjects[key] = tuple(self._subject(*key))
        return self.subjects[key]

    def history(self, party: PartyId) -> History | None:
        """A party's own subject; None where there is no such party. Raises `Unproven` where somebody else signed."""
        if party not in self._histories:
            entries = self._entries(Contract.PARTY_REGISTRY, party)
            self._histories[party] = None
            if entries:
                claim, acts = entries[0], tuple(one for one in entries[1:] if isinstance(one, RecordedOwnAct))
                if not isinstance(claim, RecordedClaim) or len(acts) + 1 != len(entries):
                    raise Unproven("subjects", f"what is linked to {party} is no party's own subject.")
                found = self._histories[party] = History(claim, acts)
                for act in acts:
                    found.grant(act)
        return self._histories[party]

    def party(self, party: PartyId) -> History:
        """The same of a party that must be there."""
        found = self.history(party)
        if found is None:
            raise Unproven("subjects", f"party {party} is not registered.")
        return found

    def acts(self, contract: Contract, subject: Hash) -> tuple[RecordedAct, ...]:
        """All acts on a subject, each by who might act for its party. Asks for every such party too."""
        key = (contract, Hash(subject))
        fresh = key not in self.subjects
        acts = tuple(one for one in self._entries(*key) if isinstance(one, RecordedAct))
        if len(acts) != len(self.subjects[key]):
            raise Unproven("subjects", f"what is linked to {subject} is a party's own subject.")
        if fresh:
            for act in acts:
                self.party(act.act.party).grant(act)
        return acts

    def all_acts(self) -> list[RecordedAct]:
        """All acts of every subject that was asked for, but those of parties on themselves."""
        return [one for entries in self.subjects.values() for one in entries if isinstance(one, RecordedAct)]

    def document(self, name: Hash) -> Document:
        """A document by its hash."""
        if name not in self.documents:
            self.documents[Hash(name)] = self._document(name)
        return self.documents[Hash(name)]

    def rooted(self, root: Hash) -> Endorsements | None:
        """The endorsements under a root, if they came along."""
        found = self._rooted(root)
        if found is not None:
            self.documents[Hash(found.hash)] = found
        return found

    def agreement(self, subject: Hash) -> tuple[Agreement, tuple[RecordedAct, ...]]:
        """An agreement's text and all acts on it. Raises `Unproven` unless the text gives the id."""
        acts = self.acts(Contract.AGREEMENT_LEDGER, subject)
        if not acts:
            raise Unproven("claim", f"no agreement {subject} is on the register.")
        text = self.document(acts[0].act.content)
        if not isinstance(text, Agreement) or agreement_of(text) != subject:
            raise Unproven("documents", f"the text {acts[0].act.content} does not give the id of agreement {subject}.")
        return text, acts

    def status(self, subject: Hash, read: Callable[[Hash], Document | None] | None = None) -> Status:
        """What stands of an agreement, after the later texts to which all its parties agreed.

        Which text replaces it is said on its own word, so that whoever judges cannot overlook it. `read` gives None for
        the texts that are told to be missing; they replace nothing.
        """

        def later(name: Hash) -> Status | None:
            text = (read or self.document)(name)
            if not isinstance(text, Agreement) or not self.acts(Contract.AGREEMENT_LEDGER, agreement_of(text)):
                return None
            return self._own_status(agreement_of(text))

        return left(self._own_status(subject), later)

    def _own_status(self, subject: Hash) -> Status:
        text, acts = self.agreement(subject)
        return standing(text, acts, self.time, self.kinds(acts))

    def kinds(self, acts: Sequence[RecordedAct]) -> dict[PartyId, str]:
        """What kinds of actors those who acted claim to be."""
        return {act.act.party: self.party(act.act.party).kind for act in acts}

    def account_at(self, party: PartyId, when: Recorded) -> Address | None:
        """The account that acted for a party when something was recorded, as far as blocks tell."""
        found = self.history(party)
        return found.account_at(when.block) if found else None

    def register(self, contract: Contract) -> tuple[Hash, ...]:
        """All subjects of a contract in the order of its register."""
        if contract not in self.registers:
            self.registers[contract] = tuple(self._register(contract))
        return self.registers[contract]
