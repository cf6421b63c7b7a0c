"""Which signed acts go into one call, and the call: nothing is sent here, so that anybody may send it.

Does not belong here: who pays, and when (`relayer`).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract
from normledger.acts.release import Release
from normledger.acts.signature import is_by
from normledger.chain import calls
from normledger.chain.node import Node
from normledger.documents.document import Agreement, Document
from normledger.errors import ChainError, Refused
from normledger.identifiers import Address, AgreementId, NormId
from normledger.ledger.answers import AgreementView
from normledger.ledger.queries import View, terms_of
from normledger.relay.outbox import Submission
from normledger.relay.preparation import contract_at

BATCH = 100
"""Acts carried in one transaction at most; about 1.5 million gas."""

ROOM = 30_000_000
"""Gas that a block holds at least; a margin on an estimate does not go above it."""

_ANYBODY = Address(bytes(20))  # from whom a call is tried: the contracts ask nobody who sends

WAITS_FOR_FOUNDERS = "It waits for the signatures of the agreement’s other founders; one transaction records them all."


@dataclass(frozen=True, slots=True)
class RawCall:
    """A call for anybody to send who wants to pay for it: `data` to the contract `to` on the chain `chain_id`.

    It carries no coin. `gas` is a limit that suffices; None where the contracts would undo it as things stand, or the
    chain can't be asked.
    """

    chain_id: int
    to: Address
    data: bytes
    gas: int | None = None


def raw_call(
    view: View,
    release: Release,
    submission: Submission,
    pending: Sequence[Submission] = (),
    texts: Sequence[Document] = (),
) -> RawCall:
    """The call that records a submission; of a founding signature, with those of the other founders that are here.

    `texts` came along with it. Raises `Refused` where its agreement's text is not at hand.
    """
    group = [submission]
    if founds(submission):
        group, _ = newest([one for one in pending if founds(one) and one.subject == submission.subject] or group)
    call = call_of(view, group, one_by_one=True, texts=texts)
    if call is None:
        raise Refused("The agreement’s text is not at hand; send it along, or import its document first.")
    return RawCall(submission.domain.chain_id, release.address(call.contract), call.data)


def with_gas(call: RawCall, node: Node) -> RawCall:
    """The same call with the gas that it takes as things stand, and a fifth more: others' may come first."""
    try:
        tried = node.estimate(_ANYBODY, call.to, call.data)
    except ChainError:  # undone, or nobody to ask: whoever sends it asks a node of their own
        return call
    return replace(call, gas=with_margin(tried))


def with_margin(gas: int) -> int:
    """A limit for a call that took so much gas when it was tried."""
    return max(gas, min(gas + gas // 5, ROOM))


def call_of(
    view: View, group: Sequence[Submission], one_by_one: bool, texts: Sequence[Document] = ()
) -> calls.Call | None:
    """The call that records a group of `groups`; None while it waits for the signatures of founders or for a text."""
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
        return _founding_call(view, acts, one_by_one, texts)
    known = _agreement(view, first)
    if known is not None:
        return calls.act(known.terms, acts)
    judged = view.agreement_judged_on(first.subject)
    return None if judged is None else calls.take_stances_on_agreement(judged, acts)


def _agreement(view: View, act: Act) -> AgreementView | None:
    return view.agreements.get(AgreementId(act.subject))


def _signed(view: View, submission: Submission, act: Act) -> calls.Signed:
    """Direct where the plain key of the party's own account signed; anything else travels beside the acts."""
    party = view.parties.get(act.party)
    own = party is not None and party.account == act.account
    plain = len(submission.signature) == 65 and is_by(submission.digest, submission.signature, act.account)
    return calls.Signed(act, submission.signature, own and plain)


def founds(submission: Submission) -> bool:
    """Whether it is a founding signature."""
    return isinstance(submission.statement, Act) and submission.statement.kind in FOUNDING


def newest(group: Sequence[Submission]) -> tuple[list[Submission], list[Submission]]:
    """Of founding signatures the last one of each party, and those that it replaces."""
    last = {submission.statement.party: submission for submission in group}
    return list(last.values()), [one for one in group if last[one.statement.party] is not one]


def _founding_call(
    view: View, acts: list[calls.Signed], one_by_one: bool, texts: Sequence[Document]
) -> calls.Call | None:
    name = acts[0].act.content
    document = next((text for text in texts if text.hash == name), None) or view.document(name)
    if not isinstance(document, Agreement):  # another relayer on the same outbox may hold the text
        return None
    terms = terms_of(document)
    if terms.id != acts[0].act.subject:
        raise Refused("The agreement's text is another one than was signed; sign the one prepared here.")
    signed = {one.act.party for one in acts}
    if _agreement(view, acts[0].act) is None and not one_by_one and signed != set(terms.parties):
        return None
    return calls.sign(terms, acts)


def groups(pending: Sequence[Submission]) -> list[list[Submission]]:
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
