"""Carries accepted acts to the chain: batches by subject, each in one transaction, signed bytes unchanged.

The relayer pays and decides nothing. A batch that the contracts refuse is tried act by act, so that one bad act does
not stop another's; the refusal is kept with its reason. After a kill, what the chain holds already is found by the
index and not sent again; the contracts take no act twice in any case.
"""

from collections import defaultdict
from collections.abc import Sequence

from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract, stances_on
from normledger.acts.release import Release
from normledger.acts.signature import is_by
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
            recorded = view.recorded(submission.digest)
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
                refused_ = self._refuse(named or group, calls.refusal(reverted, view.names))
                return refused_ + (self._carry(view, others, one_by_one) if others else [])
            if len(group) > 1:
                return [done for one in group for done in self._carry(view, [one], one_by_one)]
            return self._refuse(group, calls.refusal(reverted, view.names))
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
        if not isinstance(first, Act):
            return calls.own(first, group[0].signature, group[0].consent)
        acts = [_signed(view, one, one.statement) for one in group if isinstance(one.statement, Act)]
        match contract_at(view, first.kind, first.subject):
            case Contract.PARTY_REGISTRY:
                return calls.state(first.party, acts)
            case Contract.NORM_REGISTRY if first.kind is ActKind.PUBLICATION:
                return calls.publish(acts[0])
            case Contract.NORM_REGISTRY if len({one.act.subject for one in acts}) > 1:
                return calls.take_stances_on_many(first.party, acts)
            case Contract.NORM_REGISTRY:
                return calls.take_stances(NormId(first.subject), acts)
        if first.kind in FOUNDING:
            return _founding_call(view, acts, one_by_one)
        for agreement in view.agreements.values():
            if agreement.id == first.subject:
                return calls.act(agreement.terms, acts)
            if stances_on(agreement.id) == first.subject:
                return calls.take_stances_on_agreement(agreement.id, acts)
        return None


def _signed(view: View, submission: Submission, act: Act) -> calls.Signed:
    """Direct where the plain key of the party's own account signed; anything else travels beside the acts."""
    party = view.parties.get(act.party)
    own = party is not None and party.account == act.account
    plain = len(submission.signature) == 65 and is_by(submission.digest, submission.signature, act.account)
    return calls.Signed(act, submission.signature, own and plain)


def _founds(submission: Submission) -> bool:
    return isinstance(submission.statement, Act) and submission.statement.kind in FOUNDING


def _newest(group: Sequence[Submission]) -> tuple[list[Submission], list[Submission]]:
    """Of founding signatures the last one of each party, and those that it replaces."""
    last = {submission.statement.party: submission for submission in group}
    return list(last.values()), [one for one in group if last[one.statement.party] is not one]


def _founding_call(view: View, acts: list[calls.Signed], one_by_one: bool) -> calls.Call | None:
    document = view.document(acts[0].act.content)
    if not isinstance(document, Agreement) or terms_of(document).id != acts[0].act.subject:
        raise Refused("The agreement's text is not at hand or is another one; import its document first.")
    terms = terms_of(document)
    signed = {one.act.party for one in acts}
    known = next((agreement for agreement in view.agreements.values() if agreement.id == terms.id), None)
    if known is None and not one_by_one and signed != set(terms.parties):
        return None
    return calls.sign(terms, acts)


def _groups(pending: Sequence[Submission]) -> list[list[Submission]]:
    """What may go into one transaction: acts of one kind of call on one subject, in the order in which they came.

    One party's single stances on several norms go together too.
    """
    groups: dict[tuple[object, ...], list[Submission]] = defaultdict(list)
    for submission in pending:
        statement = submission.statement
        if not isinstance(statement, Act):
            key: tuple[object, ...] = (submission.digest,)
        elif statement.kind is ActKind.PUBLICATION:
            key = (statement.subject, "publication", submission.digest)
        else:
            key = (statement.subject, submission.domain.contract, statement.kind in FOUNDING)
        groups[key].append(submission)
    joined: dict[tuple[object, ...], list[Submission]] = defaultdict(list)
    for key, group in groups.items():
        one = group[0].statement
        alone = len(group) == 1 and isinstance(one, Act) and one.contract is Contract.NORM_REGISTRY
        joined[(one.party, "stances") if alone and one.kind is not ActKind.PUBLICATION else key] += group
    return list(joined.values())
