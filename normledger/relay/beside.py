"""What the outbox's database keeps beside the submissions: ceremonies, and answers to requests that came with a key.

Durable like the submissions. Hashes are 0x-hex text, times are Unix seconds.
"""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class CeremonyRow(SQLModel, table=True):
    """One ceremony. Its link is not kept, only its hash: a copy of the database opens no ceremony."""

    __tablename__ = "ceremonies"
    name: str = Field(primary_key=True)
    opened: int = Field(sa_type=BigInteger)
    ends: int = Field(sa_type=BigInteger, index=True)
    agreement: str = Field(index=True)
    text: str


class CeremonySignatureRow(SQLModel, table=True):
    """A signature that came through a ceremony, by the digest under which the outbox holds it."""

    __tablename__ = "ceremony_signatures"
    ceremony: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    party: str
    at: int = Field(sa_type=BigInteger)


class AnsweredRow(SQLModel, table=True):
    """One key with the fingerprint of its request; `answer` is None while it is being worked on."""

    __tablename__ = "answered_requests"
    key: str = Field(primary_key=True)
    fingerprint: str
    taken: int = Field(sa_type=BigInteger, index=True)
    answer: str | None = None


BESIDE: tuple[type[SQLModel], ...] = (CeremonyRow, CeremonySignatureRow, AnsweredRow)
"""All of them."""
