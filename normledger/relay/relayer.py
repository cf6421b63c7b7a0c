"""Carries accepted acts to the chain: batches by subject, each in one transaction, signed bytes unchanged.

The relayer pays and decides nothing. A batch that the contracts refuse is tried act by act, so that one bad act does
not stop another's; the refusal is kept with its reason. After a kill, what the chain holds already is found by the
index and not sent again; the contracts take no act twice in any case.
"""

from collections import defaultdict
from collections.abc import Sequence

from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract, Recorded
from normledger.acts.release import Release
from normledger.chain import calls
from normledger.chain.node import Reverted
from normledger.chain.sender import Sender
from normledger.documents.document import Agreement
from normledger.errors import Refused
from normledger.identifiers import NormId
from normledger.ledger.queries import View, terms_of
from normledger.relay.outbox import Outbox, Submission
from normledger.relay.preparation import contract_at

BATCH = 100
"""Acts carried in one transaction at most; about 1.5 million gas."""


class Relayer:
    """Carries what an outbox holds, with one sender's account paying."""

    def __init__(self, sender: Sender, outbox: Outbox, release: Release) -> None:
        self._sender, self._outbox, self._release = sender, outbox, release

    def carry(self, view: View, *, one_by_one: bool = False) -> list[Submission]:
        """Carry what is pending, given a view of the chain's head; what was carried or refused comes back.

        Founding signatures wait until all founders have signed, so that one transaction records them;
        `one_by_one` opens the agreement with those that are here.
        """
        pending, settled = [], []
        for submission in self._outbox.pending():
            recorded = _recorded(view, submission)
            if recorded is not None:
                self._outbox.record(submission.digest, recorded.transaction, recorded.block)
            elif 0 < submission.statement.deadline < view.at.time:
                # A founding signature may have waited for the others until its own time was over.
                late = Refused("The deadline that the signer set has passed; sign again with a later one.")
                settled += self._refuse([submission], late)
            else:
                pending.append(submission)
        for group in _groups(pending):
            founding = _founds(group[0])
            if founding:
                group, replaced = _newest(group)
                settled += self._refuse(replaced, Refused("Its party signed once more; that signature is carried."))
            size = len(group) if founding and not one_by_one else BATCH
            for start in range(0, len(group), size):
                settled += self._carry(view, group[start : start + size], one_by_one)
        return [self._outbox.get(submission.digest) for submission in settled]

    def _carry(self, view: View, group: list[Submission], one_by_one: bool) -> list[Submission]:
        try:
            call = self._call(view, group, one_by_one)
            if call is None:
                return []
            receipt = self._sender.send(self._release.address(call.contract), call.data)
        except Reverted as reverted:
            if _founds(group[0]) and not one_by_one:
                # Alone none of them would be carried: the one that is refused goes, the others go on waiting.
                culprit = calls.party_named(reverted)
                named = [one for one in group if one.statement.party == culprit]
                others = [one for one in group if named and one not in named]
                refused_ = self._refuse(named or group, calls.refusal(reverted))
                return refused_ + (self._carry(view, others, one_by_one) if others else [])
            if len(group) > 1:
                return [done for one in group for done in self._carry(view, [one], one_by_one)]
            return self._refuse(group, calls.refusal(reverted))
        except Refused as refused:
            return self._refuse(group, refused)
        for submission in group:
            self._outbox.record(submission.digest, receipt.transaction, receipt.block_number)
        return group

    def _refuse(self, group: list[Submission], refused: Refused) -> list[Submission]:
        for submission in group:
            self._outbox.refuse(submission.digest, str(refused))
        return group

    def _call(self, view: View, group: Sequence[Submission], one_by_one: bool) -> calls.Call | None:
        first = group[0].statement
        if isinstance(first, Claim):
            return calls.claim(first, group[0].signature)
        acts = [(one.statement, one.signature) for one in group if isinstance(one.statement, Act)]
        contract = contract_at(view, first.kind, first.subject)
        if contract is Contract.PARTY_REGISTRY:
            return calls.state(first.party, acts)
        if contract is Contract.NORM_REGISTRY:
            if first.kind is ActKind.PUBLICATION:
                return calls.publish(*acts[0])
            return calls.take_stances(NormId(first.subject), acts)
        if first.kind in FOUNDING:
            return _founding_call(view, acts, one_by_one)
        known = next((agreement for agreement in view.agreements.values() if agreement.id == first.subject), None)
        return calls.act(known.terms, acts) if known else None


def _recorded(view: View, submission: Submission) -> Recorded | None:
    """Where the chain holds the act already."""
    known = view.acts.get(submission.digest)
    if known is not None:
        return known.recorded
    party = view.parties.get(submission.statement.party)
    return party.recorded if party and party.digest == submission.digest else None


def _founds(submission: Submission) -> bool:
    return isinstance(submission.statement, Act) and submission.statement.kind in FOUNDING


def _newest(group: Sequence[Submission]) -> tuple[list[Submission], list[Submission]]:
    """Of founding signatures the last one of each party, and those that it replaces."""
    last = {submission.statement.party: submission for submission in group}
    return list(last.values()), [one for one in group if last[one.statement.party] is not one]


def _founding_call(view: View, acts: list[calls.Signed], one_by_one: bool) -> calls.Call | None:
    document = view.document(acts[0][0].content)
    if not isinstance(document, Agreement) or terms_of(document).id != acts[0][0].subject:
        raise Refused("The agreement's text is not at hand or is another one; import its document first.")
    terms = terms_of(document)
    signed = {act.party for act, _ in acts}
    known = next((agreement for agreement in view.agreements.values() if agreement.id == terms.id), None)
    if known is None and not one_by_one and signed != set(terms.parties):
        return None
    return calls.sign(terms, acts)


def _groups(pending: Sequence[Submission]) -> list[list[Submission]]:
    """What may go into one transaction: acts of one kind of call on one subject, in the order in which they came."""
    groups: dict[tuple[object, ...], list[Submission]] = defaultdict(list)
    for submission in pending:
        statement = submission.statement
        if isinstance(statement, Claim):
            key: tuple[object, ...] = (submission.digest,)
        elif statement.kind is ActKind.PUBLICATION:
            key = (statement.subject, "publication", submission.digest)
        else:
            key = (statement.subject, submission.domain.contract, statement.kind in FOUNDING)
        groups[key].append(submission)
    return list(groups.values())
