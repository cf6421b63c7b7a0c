"""Carries accepted acts to the chain: batches by subject, each in one transaction, signed bytes unchanged.

The relayer pays and decides nothing. A batch that the contracts refuse is halved until the act is found that they
refuse, so that one bad act does not stop another's; the refusal is kept with its reason. How an act is carried once,
whoever is killed at whatever moment: `batches`. Belongs here: what is asked of the chain, and when.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from normledger.acts.act import Act
from normledger.acts.release import Release
from normledger.chain import calls
from normledger.chain.node import Block, Node, Receipt, Reverted, RpcError
from normledger.chain.sender import PATIENCE, Sender, Transaction
from normledger.errors import ChainError, NormLedgerError, Refused
from normledger.identifiers import Address, Digest, Hash, PartyId, keccak
from normledger.ledger.queries import View
from normledger.relay import calling
from normledger.relay.admission import check
from normledger.relay.batches import DAY, Attempt, Batch, Batches, new_holder
from normledger.relay.outbox import Outbox, Submission

_AGAIN = 10.0
"""Seconds after which a transaction that no block holds is handed to the node once more: it may have forgotten it."""

_DOUBT = 15.0
"""Seconds for which a place must look taken before it is believed: nodes behind one address may differ."""

_TRIES = 3
"""How many of an act's transactions may fail in a block, after a trial without cost had gone well."""

_AMPLE = (120_000, 40_000)
"""Gas that suffices for a call and for each of its acts: twice what they take (tests/contracts/gas)."""

_TOO_CHEAP = re.compile(r"underpriced|less than (the )?block base fee|fee (is )?too low|basefee", re.I)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a relayer may spend. None is no limit.

    `gas_a_day`: of all transactions made on one day (UTC). `highest_fee`: wei per gas. Their product bounds a day's
    wei. `stuck`: seconds without a block after which a transaction is replaced by one that offers more.
    """

    gas_a_day: int | None = None
    highest_fee: int | None = None
    stuck: float = 60.0


class Relayer:
    """Carries what an outbox holds, with one sender's account paying. Several may work on one outbox."""

    def __init__(self, sender: Sender, outbox: Outbox, release: Release, limits: Limits | None = None) -> None:
        self._sender, self._outbox, self._release = sender, outbox, release
        self._limits = limits or Limits()
        self._node = sender.node
        self.batches = Batches(outbox, new_holder())
        self._handed: dict[Hash, float] = {}  # transactions given to the node by this process, and when
        self._cheap: set[int] = set()  # batches whose fee the node finds too low
        self._doubts: dict[int, float] = {}
        self._fault: ChainError | None = None
        self._postponed = False
        self._numbers: Counter[tuple[Hash, PartyId, int]] = Counter()
        self._moving_parties: set[PartyId] = set()

    def carry(
        self, look: Callable[[], View], *, one_by_one: bool = False, patience: float = PATIENCE
    ) -> list[Submission]:
        """Carry what is pending, until blocks hold it or the patience (seconds) is over; what came of it.

        `look` gives a view of the chain's head as it now is. With patience 0 it takes one turn: what is under way is
        looked after, what waits is handed over, nothing is waited for. Founding signatures wait until all founders
        have signed, so that one transaction records them; `one_by_one` opens the agreement with those that are here.
        Raises `ChainError`; nothing that was accepted is lost by that.
        """
        end, pause = time.monotonic() + patience, 0.005
        settled: list[Digest] = []
        while True:
            self._fault, self._postponed = None, False
            done, moving = self._turn(look, one_by_one)
            settled += done
            if not (moving or self._postponed) or (self._fault and not done) or time.monotonic() >= end:
                break
            if done:
                pause = 0.005
            time.sleep(pause)
            pause = min(2 * pause, 1.0)
        if self._fault is not None and not settled:
            raise self._fault
        found = {digest: self._outbox.get(digest) for digest in settled}
        return [one for one in found.values() if one.status != "accepted"]

    def close(self) -> None:
        """Leave to other relayers what this one had taken on."""
        self.batches.release()

    def _turn(self, look: Callable[[], View], one_by_one: bool) -> tuple[list[Digest], bool]:
        settled = self._watch()
        _watch_others(self._outbox, self._node)
        waiting = self._outbox.waiting()
        made = False
        if waiting:
            done, made = self._hand_over(look, waiting, one_by_one)
            settled += done
        if made:
            settled += self._watch()
        return settled, self._moving()

    def _moving(self) -> bool:
        return any(not batch.included for batch in self.batches.watched())

    # --- what is under way

    def _watch(self) -> list[Digest]:
        watched = self.batches.watched()
        if not watched:
            return []
        head, settled = self._node.head(), []
        found: list[tuple[Batch, Receipt]] = []
        for batch in watched:
            if batch.included and batch.block is not None:
                block = self._node.block(batch.block)
                if block is not None and str(block.hash) == batch.block_hash:
                    continue
                self.batches.vanish(batch)
                self._handed.pop(batch.attempts[0].hash, None)
            elif (receipt := self._receipt(batch, batch.attempts[:1]) or self._missing(batch, head)) is not None:
                found.append((batch, receipt))
        final = self._node.final().number if found or any(batch.included for batch in watched) else 0
        for batch, receipt in found:
            if receipt.ok:
                self.batches.include(batch, receipt, final=receipt.block_number <= final)
                settled += [Digest.parse(digest) for digest in batch.digests]
            else:
                self.batches.free(batch, "Its transaction was undone in a block; it is tried again.", receipt)
                self._postponed = True
        for batch in watched:
            if batch.included and batch.block is not None and batch.block <= final:
                self.batches.finalise(batch)
        return settled

    def _receipt(self, batch: Batch, attempts: Iterable[Attempt]) -> Receipt | None:
        for attempt in attempts:
            if (receipt := self._node.receipt(attempt.hash)) is not None:
                return receipt
        return None

    def _missing(self, batch: Batch, head: Block) -> Receipt | None:
        """Look after a batch whose newest transaction is in no block."""
        used = self._node.nonce(batch.account, pending=False)  # before the receipts: a block may come in between
        if (receipt := self._receipt(batch, batch.attempts)) is not None:
            return receipt
        if used > batch.nonce:
            since = self._doubts.setdefault(batch.id, time.monotonic())
            if self._node.final().number >= head.number or time.monotonic() - since > _DOUBT:
                self.batches.free(batch, "Another transaction of the paying account took its place.")
            return None
        self._doubts.pop(batch.id, None)
        newest = batch.attempts[0]
        late = self._outbox.now() - newest.at >= self._limits.stuck
        if batch.account == self._sender.address and (late or batch.id in self._cheap):
            self._replace(batch)
        elif time.monotonic() - self._handed.get(newest.hash, 0.0) > _AGAIN:
            self._submit(batch, newest)
        return None

    def _replace(self, batch: Batch) -> None:
        """Offer at least an eighth more for the same place; nodes ask for a tenth (geth's price bump)."""
        last, (market, tip) = batch.attempts[0], self._fees()
        highest = max(market, _raised(last.highest))
        priority = None if last.priority is None or tip is None else max(tip, _raised(last.priority))
        if self._is_too_dear(highest):
            self._outbox.delay(map(Digest.parse, batch.digests), self._too_dear(highest))
            if time.monotonic() - self._handed.get(last.hash, 0.0) > _AGAIN:
                self._submit(batch, last)
            return
        signed = self._sign(batch.contract, batch.data, batch.gas, highest, priority)
        attempt = signed(batch.nonce)
        self.batches.replace(
            batch, attempt,
            f"No block took {last.hash}: the fee offered was raised from {last.highest} to {highest} wei per gas.",
        )  # fmt: skip
        self._cheap.discard(batch.id)
        self._submit(batch, attempt)

    def _submit(self, batch: Batch, attempt: Attempt) -> None:
        """Hand a transaction to the node. What the node refuses keeps its place and is handed over again."""
        self._handed[attempt.hash] = time.monotonic()
        try:
            self._node.submit(attempt.raw)
        except RpcError as error:
            if _TOO_CHEAP.search(str(error)):
                self._cheap.add(batch.id)
            elif re.search(r"nonce (is )?too high", str(error), re.I):
                del self._handed[attempt.hash]  # another relayer of this account hands over the one before: soon again
            elif not re.search(r"nonce (is )?too low", str(error), re.I):  # in a block by now, by whomever
                self._fault = error
                self._outbox.delay(map(Digest.parse, batch.digests), str(error))

    # --- what waits

    def _hand_over(
        self, look: Callable[[], View], waiting: Sequence[Submission], one_by_one: bool
    ) -> tuple[list[Digest], bool]:
        """Make batches of what waits and hand them over: what was refused, and whether any was made."""
        view, pending, settled = look(), [], []
        accepted = [one.statement for one in self._outbox.pending()]
        self._numbers = Counter((one.subject, one.party, one.number) for one in accepted if isinstance(one, Act))
        self._moving_parties = {one.party for one in accepted if not isinstance(one, Act)}
        for submission in waiting:
            if _is_recorded(view, submission, self._outbox, self._node):
                continue
            if 0 < submission.statement.deadline < view.at.time:
                # A founding signature may have waited for the others until its own time was over.
                late = Refused("The deadline that the signer set has passed; sign again with a later one.")
                settled += self._refuse([submission], late)
            else:
                pending.append(submission)
        made = False
        for group in calling.groups(pending):
            founding = calling.founds(group[0])
            if founding:
                group, replaced = calling.newest(group)
                settled += self._refuse(replaced, Refused("Its party signed once more; that signature is carried."))
            size = len(group) if founding and not one_by_one else calling.BATCH
            for start in range(0, len(group), size):
                refused, batches = self._carry(look, view, group[start : start + size], one_by_one)
                settled += refused
                made = made or batches > 0
        return settled, made

    def _carry(
        self, look: Callable[[], View], view: View, group: list[Submission], one_by_one: bool
    ) -> tuple[list[Digest], int]:
        """Make one batch of a group, or several: what was refused, and how many were made."""
        try:
            call = calling.call_of(view, group, one_by_one)
        except Refused as refused:
            return self._refuse(group, refused), 0
        if call is None:
            self._outbox.delay([one.digest for one in group], calling.WAITS_FOR_FOUNDERS)
            return [], 0
        digests = [one.digest for one in group]
        taken = set(self.batches.lease(digests, self._sender.address))
        if len(taken) < len(group):  # another relayer is at work on them, or on an earlier act of their subject
            self.batches.release(list(taken)) if taken else None
            return [], 0
        try:
            return self._make(look, view, group, call, one_by_one)
        finally:
            self.batches.release(digests)

    def _make(
        self, look: Callable[[], View], view: View, group: list[Submission], call: calls.Call, one_by_one: bool
    ) -> tuple[list[Digest], int]:
        digests, to = [one.digest for one in group], self._release.address(call.contract)
        whole = calling.founds(group[0]) and not one_by_one
        try:
            if self.batches.undone(digests) >= _TRIES:
                raise Reverted(b"", "Its transactions were undone in blocks, time and again")
            gas = self._gas(view, group, to, call.data)
        except Reverted as reverted:
            self.batches.release(digests)
            if whole:
                return self._without_culprit(look, view, group, reverted)
            if len(group) > 1:
                return self._halved(look, view, group, one_by_one)
            return self._unless_recorded(look, group, reverted), 0
        highest, priority = self._fees()
        if (reason := self._unaffordable(gas, highest)) is not None:
            self.batches.release(digests)
            if len(group) > 1 and not whole and not self._is_too_dear(highest):
                return self._halved(look, view, group, one_by_one)
            self._outbox.delay(digests, reason)
            return [], 0
        payer = self._sender.address
        held = self._node.balance(payer)
        if held < gas * highest:
            reason = f"The paying account {payer} holds {held:,} wei, and this may take {gas * highest:,}; fill it up."
            self._fault = ChainError(reason)
            self._outbox.delay(digests, reason)
            return [], 0
        mark = self.batches.mark(payer)
        batch = self.batches.open(
            digests, self._node.chain_id, payer, mark, self._node.nonce(payer), (to, call.data, gas),
            self._sign(to, call.data, gas, highest, priority),
        )  # fmt: skip
        if batch is None:
            return [], 0
        self._submit(batch, batch.attempts[0])
        return [], 1

    def _halved(
        self, look: Callable[[], View], view: View, group: list[Submission], one_by_one: bool
    ) -> tuple[list[Digest], int]:
        refused: list[Digest] = []
        made, middle = 0, len(group) // 2
        for half in (group[:middle], group[middle:]):
            done, batches = self._carry(look, view, half, one_by_one)
            refused, made = refused + done, made + batches
        return refused, made

    def _without_culprit(
        self, look: Callable[[], View], view: View, group: list[Submission], reverted: Reverted
    ) -> tuple[list[Digest], int]:
        """Alone none of the founders would be carried: the one that is refused goes, the others go on waiting."""
        culprit = calls.party_named(reverted)
        named = [one for one in group if one.statement.party == culprit]
        others = [one for one in group if named and one not in named]
        refused = self._unless_recorded(look, named or group, reverted)
        if not others or not refused:
            return refused, 0
        done, made = self._carry(look, view, others, False)
        return refused + done, made

    def _unless_recorded(self, look: Callable[[], View], group: list[Submission], reverted: Reverted) -> list[Digest]:
        """Refuse what the contracts refuse, unless they hold it already, or something on its way may have to come
        first."""
        view = look()
        left = [one for one in group if not _is_recorded(view, one, self._outbox, self._node)]
        if left and self.batches.any_open():
            self._postponed = True
            return []
        return self._refuse(left, calls.refusal(reverted, view.names)) if left else []

    def _refuse(self, group: list[Submission], refused: Refused) -> list[Digest]:
        for submission in group:
            self._outbox.refuse(submission.digest, str(refused))
        return [submission.digest for submission in group]

    # --- what it costs

    def _gas(self, view: View, group: Sequence[Submission], to: Address, data: bytes) -> int:
        """The gas limit for a call, tried without cost. Raises Reverted.

        One trial with ample gas is enough where plain keys signed, and an estimate is many; a batch that is sure to be
        taken needs none. What is not used costs nothing, but where a day's gas is limited it is not to be set aside for
        nothing.
        """
        ample = min(_AMPLE[0] + _AMPLE[1] * len(group), calling.ROOM)
        if self._limits.gas_a_day is None:
            if self._is_sure(view, group):
                return ample
            with suppress(Reverted):
                self._node.call(to, data, sender=self._sender.address, gas=ample)
                return ample
        return calling.with_margin(self._node.estimate(self._sender.address, to, data))

    def _is_sure(self, view: View, group: Sequence[Submission]) -> bool:
        """Whether the contracts will take a batch as surely as a trial now would tell.

        So it is where plain keys signed acts on an agreement that the chain holds, every check of the admission holds
        at the chain's head, and nothing else that was accepted uses one of their numbers or is about to change an
        account. What somebody else sends meanwhile a trial would not foresee either; a batch that failed for it is
        tried before it is sent again.
        """
        if len(group) < 2 or calling.founds(group[0]) or self.batches.undone([one.digest for one in group]):
            return False
        for one in group:
            act = one.statement
            if not isinstance(act, Act) or act.subject not in view.agreements or len(one.signature) != 65:
                return False
            if act.party in self._moving_parties or self._numbers[act.subject, act.party, act.number] != 1:
                return False
        try:
            for one in group:
                now = self._outbox.now()
                check(view, self._release, one.domain, one.statement, one.signature, now, unrecorded=True)
        except NormLedgerError:
            return False
        return True

    def _unaffordable(self, gas: int, highest: int) -> str | None:
        limit, now = self._limits.gas_a_day, self._outbox.now()
        if self._is_too_dear(highest):
            return self._too_dear(highest)
        if limit is None or self.batches.gas_of_day(self._sender.address, now) + gas <= limit:
            return None
        if gas > limit:
            return f"It takes {gas:,} gas, more than this relayer spends in a whole day ({limit:,}); send it yourself."
        until = datetime.fromtimestamp(now - now % DAY + DAY, UTC)
        return f"Today’s {limit:,} gas of this relayer are spent; it waits until {until:%Y-%m-%d %H:%M} UTC."

    def _is_too_dear(self, highest: int) -> bool:
        return self._limits.highest_fee is not None and highest > self._limits.highest_fee

    def _too_dear(self, highest: int) -> str:
        return (
            f"The chain asks {highest:,} wei per gas, more than this relayer pays ({self._limits.highest_fee:,}); "
            "it waits until the chain is cheaper."
        )

    def _fees(self) -> tuple[int, int | None]:
        """Highest fee and priority fee to offer; within the limit as far as the base fee of now leaves room."""
        highest, priority = self._node.fees()
        base = self._node.base_fee()
        if base is None:
            return highest, None
        limit = self._limits.highest_fee
        if limit is not None and highest > limit >= base + priority:
            highest = limit
        return highest, priority

    def _sign(self, to: Address, data: bytes, gas: int, highest: int, priority: int | None) -> Callable[[int], Attempt]:
        def signed(nonce: int) -> Attempt:
            raw = self._sender.sign(Transaction(nonce, to, data, gas, highest, priority))
            return Attempt(keccak(raw), raw, highest, priority, self._outbox.now())

        return signed


_NOT_CARRIED = "This service carries nothing itself: it waits until somebody sends its raw call."


def settle(view: View, outbox: Outbox, node: Node) -> None:
    """Note what others have recorded; all that a workspace does which does not relay."""
    _watch_others(outbox, node)
    waiting = [one for one in outbox.waiting() if not _is_recorded(view, one, outbox, node)]
    # What a relayer on the same outbox has said of one is the better reason.
    outbox.delay([one.digest for one in waiting if one.reason is None], _NOT_CARRIED)


def _is_recorded(view: View, submission: Submission, outbox: Outbox, node: Node) -> bool:
    recorded = view.recorded(submission.digest)
    if recorded is None:
        return False
    final = recorded.block <= node.final().number
    outbox.record(submission.digest, recorded.transaction, recorded.block, final=final)
    return True


def _watch_others(outbox: Outbox, node: Node) -> None:
    """What somebody else recorded may go with its block, too."""
    for one in outbox.recorded_by_others():
        receipt = node.receipt(one.transaction) if one.transaction else None
        if receipt is None or not receipt.ok:
            outbox.unrecord(one.digest)
        elif (final := receipt.block_number <= node.final().number) or receipt.block_number != one.block:
            outbox.record(one.digest, receipt.transaction, receipt.block_number, final=final)


def _raised(fee: int) -> int:
    return max(fee + -(-fee // 8), fee + 1)
