"""Requests that were answered, by the key that their sender chose: the same key and body get the same answer.

Durable, beside the outbox. A key is taken with its request's fingerprint before anything is done, and its answer kept
once it was done; so after a kill in between, the same request is done again (which does no harm) and another one under
the same key is refused. A request that was refused gives its key back.
Source: draft-ietf-httpapi-idempotency-key-header.
"""

import re
import time
from collections.abc import Callable

from sqlalchemy import Engine, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from normledger.errors import InputError
from normledger.identifiers import Hash, keccak
from normledger.ledger.database import writing
from normledger.relay.beside import AnsweredRow

KEPT = 30 * 86_400
"""Seconds for which a key is remembered."""

_KEY = re.compile(r'("?)([\x21\x23-\x5b\x5d-\x7e]{1,200})\1\Z')
"""A structured field's string, quoted as the draft has it or bare as most clients send it."""


class AnsweredRequests:
    """The keys and their answers, in the outbox's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = writing(engine)

    def once(self, key: str, request: bytes, answer: Callable[[], str]) -> str:
        """What `answer` gives, or gave when this request first came with this key.

        Raises `InputError` where the key is malformed or was used for another request; what `answer` raises passes
        through, and the key is free again.
        """
        name, fingerprint = _read(key), str(keccak(request))
        if (kept := self._take(name, fingerprint)) is not None:
            return kept
        try:
            given = answer()
        except BaseException:
            with Session(self._engine) as session:
                session.exec(delete(AnsweredRow).where(col(AnsweredRow.key) == name, col(AnsweredRow.answer).is_(None)))
                session.commit()
            raise
        with Session(self._engine) as session:
            session.merge(AnsweredRow(key=name, fingerprint=fingerprint, taken=int(time.time()), answer=given))
            session.commit()
        return given

    def _take(self, name: str, fingerprint: str) -> str | None:
        now = int(time.time())
        with Session(self._engine) as session:
            row = session.get(AnsweredRow, name)
            if row is not None and row.taken >= now - KEPT:
                if row.fingerprint != fingerprint:
                    raise InputError(
                        "this key came with another request before; choose a new key for a new request",
                        field="Idempotency-Key",
                    )
                return row.answer
            session.exec(delete(AnsweredRow).where(col(AnsweredRow.taken) < now - KEPT))
            session.add(AnsweredRow(key=name, fingerprint=fingerprint, taken=now))
            try:
                session.commit()
            except IntegrityError:  # another process took the key in this moment
                session.rollback()
                return self._take(name, fingerprint)
        return None


def _read(key: str) -> str:
    """The key's name in the table: hashed, since a key may be a secret of whoever chose it."""
    found = _KEY.match(key)
    if found is None:
        raise InputError("give 1 to 200 visible characters, such as a UUID", field="Idempotency-Key")
    return str(Hash(keccak(found[2].encode())))
