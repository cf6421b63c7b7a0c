"""Batches on their way: who prepares one, which place in the payer's order it has, what became of its transactions.

What keeps an act from being sent twice, whoever fails at whatever moment:

- A submission travels in one batch at most, and a batch has one place (account and nonce), of which a chain takes one
  transaction. Both are written, with the signed transaction, before anybody is handed it.
- After a kill the same signed bytes are handed over again. Only where the place was taken by something else, or its
  transaction was undone, are the submissions free for another batch.
- Several relayers share the work by leases. A lease only saves work: a batch is made in one database transaction,
  which takes submissions that are still free and leased to its maker.

Belongs here: SQL. Does not belong here: the chain (`relayer`).
"""

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, text, update
from sqlmodel import Session, col, select

from normledger.chain.node import Receipt
from normledger.identifiers import Address, Digest, Hash
from normledger.ledger.database import writing
from normledger.relay.outbox import Outbox, State, steps
from normledger.relay.tables import BatchRow, SubmissionRow, TransactionRow

LEASE = 60
"""Seconds after which another relayer may take over what one that is silent had taken on."""

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Attempt:
    """A signed transaction. Fees in wei per gas; `priority` is None on a chain without EIP-1559."""

    hash: Hash
    raw: bytes
    highest: int
    priority: int | None
    at: int


@dataclass(frozen=True, slots=True)
class Batch:
    """One call on its way; `attempts` are its transactions, the newest first, `digests` the acts that it carries."""

    id: int
    chain_id: int
    account: Address
    nonce: int
    contract: Address
    data: bytes
    gas: int
    included: bool
    block: int | None
    block_hash: str | None
    attempts: tuple[Attempt, ...]
    digests: tuple[str, ...]


def new_holder() -> str:
    """A name for one relayer: its machine, its process, and a random part."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Batches:
    """The batches of an outbox, as the relayer `holder` works on them."""

    def __init__(self, outbox: Outbox, holder: str) -> None:
        self._outbox, self._engine, self._holder = outbox, outbox.engine, holder
        self._writing = writing(outbox.engine)

    # --- leases

    def lease(self, digests: Sequence[Digest], account: Address) -> list[Digest]:
        """Take on submissions, to be made into a batch from `account`; those of them that were free.

        None of a subject that another relayer is at work on, so that acts on it keep their order.
        """
        now, names = self._outbox.now(), [str(digest) for digest in digests]
        with Session(self._writing) as session:
            self._one_at_a_time(session)
            rows = session.exec(
                select(SubmissionRow)
                .where(col(SubmissionRow.digest).in_(names), SubmissionRow.status == "accepted")
                .where(col(SubmissionRow.batch).is_(None))
                .with_for_update(skip_locked=True)
            ).all()
            busy = self._busy(session, {row.subject for row in rows}, account, now)
            free = [row for row in rows if row.subject not in busy]
            for row in free:
                row.holder, row.leased_until = self._holder, now + LEASE
            taken = {row.digest for row in free}
            session.commit()
        return [digest for digest in digests if str(digest) in taken]

    def _busy(self, session: Session, subjects: set[str], account: Address, now: int) -> set[str]:
        query = (
            select(SubmissionRow.subject, SubmissionRow.holder, SubmissionRow.leased_until, BatchRow.account)
            .join(BatchRow, col(SubmissionRow.batch) == col(BatchRow.id), isouter=True)
            .where(col(SubmissionRow.subject).in_(subjects), SubmissionRow.status == "accepted")
            .where(col(SubmissionRow.holder).is_not(None) | col(SubmissionRow.batch).is_not(None))
        )
        return {
            subject
            for subject, holder, until, payer in session.exec(query)
            if (holder and not self._is_free(holder, until, now)) or (payer and payer != str(account))
        }

    def release(self, digests: Sequence[Digest] = ()) -> None:
        """Let go of submissions, or of everything that this relayer has taken on."""
        mine = update(SubmissionRow).where(col(SubmissionRow.holder) == self._holder)
        if digests:
            mine = mine.where(col(SubmissionRow.digest).in_([str(digest) for digest in digests]))
        with Session(self._writing) as session:
            session.execute(mine.values(holder=None, leased_until=None))
            if not digests:
                watched = update(BatchRow).where(col(BatchRow.holder) == self._holder)
                session.execute(watched.values(holder=None, leased_until=None))
            session.commit()

    def _is_free(self, holder: str | None, until: int | None, now: int) -> bool:
        return holder is None or holder == self._holder or (until or 0) <= now or _is_dead(holder)

    def _one_at_a_time(self, session: Session) -> None:
        """SQLite's writer has its turn already; PostgreSQL is told to wait."""
        if self._engine.dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' lease', 2))"))

    # --- making and watching

    def mark(self, account: Address) -> int:
        """A point in the account's batches: those from here on may use places that the chain has not told yet."""
        with Session(self._engine) as session:
            mine = BatchRow.account == str(account)
            first = session.exec(select(func.min(BatchRow.id)).where(mine, BatchRow.state == "open")).one()
            return int(first or (session.exec(select(func.max(BatchRow.id))).one() or 0) + 1)

    def open(
        self,
        digests: Sequence[Digest],
        chain_id: int,
        account: Address,
        since: int,
        unused: int,
        call: tuple[Address, bytes, int],
        sign: Callable[[int], Attempt],
    ) -> Batch | None:
        """Give submissions a place and keep the transaction signed for it; None where they are no longer ours.

        `unused` is the first nonce that the chain had not seen when it was asked, after `since` was the `mark`; `call`
        names contract, data and gas limit.
        """
        now, names = self._outbox.now(), [str(digest) for digest in digests]
        contract, data, gas = call
        with Session(self._writing) as session:
            self._one_at_a_time(session)
            held = session.exec(
                select(func.count())
                .select_from(SubmissionRow)
                .where(col(SubmissionRow.digest).in_(names), SubmissionRow.status == "accepted")
                .where(col(SubmissionRow.batch).is_(None), SubmissionRow.holder == self._holder)
            ).one()
            if held != len(names):
                return None
            last = session.exec(
                select(func.max(BatchRow.nonce)).where(
                    BatchRow.chain_id == chain_id,
                    BatchRow.account == str(account),
                    # What was settled since the chain was asked has used its place too.
                    col(BatchRow.state).in_(("open", "included"))
                    | ((col(BatchRow.id) >= since) & (col(BatchRow.state) != "lost")),
                )
            ).one()
            nonce = unused if last is None else max(unused, last + 1)
            attempt = sign(nonce)
            row = BatchRow(
                chain_id=chain_id, account=str(account), nonce=nonce, contract=str(contract), data=data, gas=gas,
                made=now, state="open", holder=self._holder, leased_until=now + LEASE,
            )  # fmt: skip
            session.add(row)
            session.flush()
            assert row.id is not None
            session.add(_kept(row.id, 0, attempt))
            session.execute(
                update(SubmissionRow)
                .where(col(SubmissionRow.digest).in_(names))
                .values(batch=row.id, holder=None, leased_until=None, reason=None)
            )
            session.execute(steps(names, "relayed", now, transaction=str(attempt.hash)))
            made = _batch(row, [attempt], names)
            session.commit()
            return made

    def watched(self) -> list[Batch]:
        """The batches that this relayer looks after: its own, and those of relayers that fell silent."""
        now = self._outbox.now()
        waiting = select(BatchRow).where(col(BatchRow.state).in_(("open", "included")))
        with Session(self._engine) as session:
            rows = [
                row for row in session.exec(waiting.order_by(col(BatchRow.id)))
                if self._is_free(row.holder, row.leased_until, now)
            ]  # fmt: skip
            stale = {row.id for row in rows if row.holder != self._holder or (row.leased_until or 0) < now + LEASE // 2}
        if stale:
            with Session(self._writing) as session:
                query = waiting.where(col(BatchRow.id).in_(stale)).with_for_update(skip_locked=True)
                for row in session.exec(query).all():
                    if self._is_free(row.holder, row.leased_until, now):
                        row.holder, row.leased_until = self._holder, now + LEASE
                        stale.discard(row.id)
                session.commit()
        return self._batches([row.id for row in rows if row.id not in stale])

    def _batches(self, ids: Sequence[int | None]) -> list[Batch]:
        if not ids:
            return []
        with Session(self._engine) as session:
            rows = session.exec(select(BatchRow).where(col(BatchRow.id).in_(ids)).order_by(col(BatchRow.id))).all()
            attempts: dict[int, list[Attempt]] = {}
            digests: dict[int, list[str]] = {}
            newest = select(TransactionRow).where(col(TransactionRow.batch).in_(ids))
            for one in session.exec(newest.order_by(col(TransactionRow.place).desc())):
                attempts.setdefault(one.batch, []).append(
                    Attempt(
                        Hash.parse(one.hash), one.raw, int(one.highest),
                        None if one.priority is None else int(one.priority), one.at,
                    )
                )  # fmt: skip
            carried = select(SubmissionRow.batch, SubmissionRow.digest).where(col(SubmissionRow.batch).in_(ids))
            for batch, digest in session.exec(carried.order_by(col(SubmissionRow.position))):
                digests.setdefault(batch or 0, []).append(digest)
            return [_batch(row, attempts[row.id or 0], digests.get(row.id or 0, [])) for row in rows]

    def any_open(self) -> bool:
        """Whether any batch, of whichever relayer, is in no block yet."""
        with Session(self._engine) as session:
            return session.exec(select(BatchRow.id).where(BatchRow.state == "open").limit(1)).first() is not None

    def gas_of_day(self, account: Address, at: int) -> int:
        """Gas that an account has spent, or may yet spend, on batches made on the day (UTC) of a time."""
        begun = at - at % DAY
        with Session(self._engine) as session:
            spent = session.exec(
                select(func.sum(func.coalesce(BatchRow.gas_used, BatchRow.gas))).where(
                    BatchRow.account == str(account), BatchRow.made >= begun, BatchRow.made < begun + DAY,
                    BatchRow.state != "lost",
                )
            ).one()  # fmt: skip
        return int(spent or 0)

    # --- what becomes of a batch

    def replace(self, batch: Batch, attempt: Attempt, reason: str) -> None:
        """Keep a transaction that is to replace the batch's last one, before it is handed over."""
        with Session(self._writing) as session:
            session.add(_kept(batch.id, len(batch.attempts), attempt))
            self._tell(session, batch, "replaced", transaction=str(attempt.hash), reason=reason)
            session.commit()

    def include(self, batch: Batch, receipt: Receipt, *, final: bool) -> None:
        """Note the block that holds the batch's acts."""
        transaction, block = str(receipt.transaction), receipt.block_number
        with Session(self._writing) as session:
            if not self._move(
                session, batch, "final" if final else "included", transaction=transaction, block=block,
                block_hash=str(receipt.block_hash), gas_used=receipt.gas_used,
            ):  # fmt: skip
                return
            session.execute(
                update(SubmissionRow)
                .where(col(SubmissionRow.batch) == batch.id)
                .values(status="recorded", reason=None, transaction=transaction, block=block, final=final)
            )
            for state in ("included", "final") if final else ("included",):
                self._tell(session, batch, state, transaction=transaction, block=block)
            session.commit()

    def finalise(self, batch: Batch) -> None:
        """Note that the batch's block can't be undone any more."""
        with Session(self._writing) as session:
            if self._move(session, batch, "final"):
                mine = col(SubmissionRow.batch) == batch.id
                session.execute(update(SubmissionRow).where(mine).values(final=True))
                transaction = session.exec(select(BatchRow.transaction).where(BatchRow.id == batch.id)).one()
                self._tell(session, batch, "final", transaction=transaction, block=batch.block)
            session.commit()

    def vanish(self, batch: Batch) -> None:
        """Note that the batch's block is gone: its transaction, from the same place, is on its way again."""
        with Session(self._writing) as session:
            if self._move(session, batch, "open", transaction=None, block=None, block_hash=None, gas_used=None):
                mine = col(SubmissionRow.batch) == batch.id
                session.execute(
                    update(SubmissionRow).where(mine).values(status="accepted", transaction=None, block=None)
                )
                reason = f"Block {batch.block} is no longer on the chain; the same transaction is handed over again."
                self._tell(session, batch, "relayed", transaction=str(batch.attempts[0].hash), reason=reason)
            session.commit()

    def free(self, batch: Batch, reason: str, undone: Receipt | None = None) -> None:
        """Note that the batch will record nothing: its place is taken, or its transaction was `undone`."""
        values: dict[str, Any] = {}
        if undone is not None:
            values = {"transaction": str(undone.transaction), "block": undone.block_number, "gas_used": undone.gas_used}
        with Session(self._writing) as session:
            if self._move(session, batch, "lost" if undone is None else "undone", **values):
                failed = 0 if undone is None else 1
                session.execute(
                    update(SubmissionRow)
                    .where(col(SubmissionRow.batch) == batch.id)
                    .values(batch=None, status="accepted", undone=SubmissionRow.undone + failed)
                )
                self._tell(session, batch, "waiting", reason=reason)
            session.commit()

    def undone(self, digests: Sequence[Digest]) -> int:
        """How often a transaction with one of these acts failed in a block."""
        with Session(self._engine) as session:
            names = [str(digest) for digest in digests]
            found = select(func.max(SubmissionRow.undone)).where(col(SubmissionRow.digest).in_(names))
            return int(session.exec(found).one() or 0)

    def _move(self, session: Session, batch: Batch, state: str, **values: Any) -> bool:
        """Change a batch's state, unless somebody else has done so meanwhile."""
        done: Any = session.execute(
            update(BatchRow)
            .where(col(BatchRow.id) == batch.id, col(BatchRow.state) == ("included" if batch.included else "open"))
            .values(state=state, **values)
        )
        return bool(done.rowcount)

    def _tell(self, session: Session, batch: Batch, state: str, **told: Any) -> None:
        if batch.digests:
            known: State = state  # type: ignore[assignment]  # callers name states
            session.execute(steps(batch.digests, known, self._outbox.now(), **told))


def _kept(batch: int, place: int, attempt: Attempt) -> TransactionRow:
    priority = None if attempt.priority is None else str(attempt.priority)
    return TransactionRow(
        hash=str(attempt.hash), batch=batch, place=place, raw=attempt.raw, highest=str(attempt.highest),
        priority=priority, at=attempt.at,
    )  # fmt: skip


def _batch(row: BatchRow, attempts: Sequence[Attempt], digests: Sequence[str]) -> Batch:
    assert row.id is not None
    return Batch(
        row.id, row.chain_id, Address.parse(row.account), row.nonce, Address.parse(row.contract), row.data, row.gas,
        row.state == "included", row.block, row.block_hash, tuple(attempts), tuple(digests),
    )  # fmt: skip


def _is_dead(holder: str) -> bool:
    """Whether a relayer of this machine has ended: what it had taken on need not wait for its lease."""
    host, process, _ = holder.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    with suppress(PermissionError):
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            return True
    return False
