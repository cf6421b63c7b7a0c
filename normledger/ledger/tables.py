"""The index's rows. A cache: delete the file, index again, and the same rows come back.

Trusted by nobody: every row follows from an event, and the words in it are recomputed and compared with the chain's.
Hashes and addresses are 0x-hex text, so that a person with any SQL tool can read them. A row's place is that of its
act, (block, log, place in the log): nothing depends on the order of insertion. Deadlines are decimal text: a signer may
set 2^64 - 1, which no database holds as an integer.
"""

from pathlib import Path

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, text
from sqlmodel import Field, SQLModel

from normledger.ledger.database import Form

FORMAT = 5
"""Of the tables. An index made by another format is deleted and made again; only the chain is the record."""

REVISIONS = ("index_3", "index_4", "index_5")
"""The forms that are told apart, oldest first; a change of a table adds one (`ledger.migrations.anew`)."""


class ProgressRow(SQLModel, table=True):
    """How far the index has read, and the newest block that was final then; one row. No part of any digest."""

    __tablename__ = "progress"
    id: int = Field(default=1, primary_key=True)
    format: int
    chain_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    release: str
    block: int = Field(sa_column=Column(BigInteger, nullable=False))
    block_hash: str
    block_time: int = Field(sa_column=Column(BigInteger, nullable=False))
    final: int = Field(sa_column=Column(BigInteger, nullable=False))


class BlockRow(SQLModel, table=True):
    """A block in which one of our contracts wrote an event."""

    __tablename__ = "blocks"
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hash: str
    parent: str
    time: int = Field(sa_column=Column(BigInteger, nullable=False))


class _Placed(SQLModel):
    block: int = Field(primary_key=True, sa_type=BigInteger)
    log: int = Field(primary_key=True)
    place: int = Field(default=0, primary_key=True)
    transaction: str


class PartyRow(_Placed, table=True):
    """A claim: how a party came to be. `word` is its own subject's word after it."""

    __tablename__ = "parties"
    id: str = Field(unique=True)
    identifier: str = Field(index=True)
    kind: int
    profile: str
    account: str
    deadline: str
    signature: bytes = Field(sa_type=LargeBinary)
    proven: bool
    digest: str
    word: str


class OwnActRow(_Placed, table=True):
    """A party's act on itself. `sequence` counts from 1, after its claim; what a kind does not have is empty.

    `address` is the next account of a rotation, the representative of powers; `consent` the next account's signature;
    `unreadable` the claimed bytes where they are no identifier.
    """

    __tablename__ = "own_acts"
    kind: int
    party: str = Field(index=True)
    sequence: int
    account: str
    number: int = Field(sa_type=BigInteger)
    deadline: str
    address: str = ""
    subject: str = ""
    kinds: int = Field(default=0, sa_type=BigInteger)
    until: str = ""
    identifier: str = ""
    unreadable: bytes | None = Field(default=None, sa_type=LargeBinary)
    profile: str = ""
    signature: bytes = Field(sa_type=LargeBinary)
    consent: bytes = Field(sa_type=LargeBinary)
    represented: bool
    proven: bool
    digest: str = Field(unique=True)
    word: str


class AgreementRow(_Placed, table=True):
    """An agreement opened by its first founding signature."""

    __tablename__ = "agreements"
    id: str = Field(unique=True)
    document: str = Field(index=True)
    clauses: str
    admission: int


class FounderRow(SQLModel, table=True):
    """A founder's place in an agreement; goes with the agreement's row."""

    __tablename__ = "founders"
    agreement: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    party: str = Field(index=True)


class ActRow(_Placed, table=True):
    """A signed act as recorded. `sequence` counts a subject's acts from 0; `word` is the subject's word after it."""

    __tablename__ = "acts"
    __table_args__ = (Index("acts_by_subject", "contract", "subject", "sequence"),)
    contract: int
    kind: int = Field(index=True)
    subject: str
    sequence: int
    party: str = Field(index=True)
    account: str
    number: int = Field(sa_type=BigInteger)
    clause: str
    refers_to: str
    content: str
    deadline: str
    signature: bytes = Field(sa_type=LargeBinary)
    represented: bool
    proven: bool
    digest: str = Field(unique=True)
    word: str


class RegisterRow(_Placed, table=True):
    """A new subject in a contract's register. `word` is the register's word after it."""

    __tablename__ = "register"
    contract: int
    sequence: int
    kind: int
    subject: str
    party: str
    word: str


FACTS = (BlockRow, PartyRow, OwnActRow, AgreementRow, FounderRow, ActRow, RegisterRow)
"""The tables that follow from the chain alone, in the order in which they are read out for comparison."""


# --- what the tables above and the documents say, the other way round: for answers about one subject alone


class DerivedRow(SQLModel, table=True):
    """A subject whose id is derived from another's: the stances on an agreement, the list of a party (`acts.act`)."""

    __tablename__ = "derived_subjects"
    subject: str = Field(primary_key=True)
    of: str
    block: int = Field(sa_type=BigInteger, index=True)


class LearnedRow(SQLModel, table=True):
    """Up to which block the documents that the rows name were looked for; one row."""

    __tablename__ = "learned"
    id: int = Field(default=1, primary_key=True)
    block: int = Field(sa_type=BigInteger)


TITLE_LENGTH = 400
"""Characters of a title that the index keeps: what any database can sort by."""


class TextRow(SQLModel, table=True):
    """A document that a row or another document names. `kind` is its type, empty as long as it is not at hand."""

    __tablename__ = "texts"
    document: str = Field(primary_key=True)
    kind: str = Field(default="", index=True)
    title: str = Field(default="", index=True)


class ClauseRow(SQLModel, table=True):
    """A clause of an agreement's text, signed here or reported."""

    __tablename__ = "clauses"
    id: str = Field(primary_key=True)
    document: str = Field(index=True)
    position: int


class AskRow(SQLModel, table=True):
    """That a document says of a clause that it asks for an outcome: the clause's own text, or a batch of alignments.

    A norm asks for its outcomes as one clause, named by the norm's id.
    """

    __tablename__ = "asks"
    outcome: str = Field(primary_key=True)
    clause: str = Field(primary_key=True, index=True)
    document: str = Field(primary_key=True)


class MentionRow(SQLModel, table=True):
    """That a batch of reports tells of an agreement made elsewhere, or a derivation of a norm that it started from."""

    __tablename__ = "mentions"
    agreement: str = Field(primary_key=True)
    document: str = Field(primary_key=True)


TEXTS = (LearnedRow, TextRow, ClauseRow, AskRow, MentionRow)
"""The tables that follow from documents: emptied and filled again at any time (`ledger.texts`)."""


def table_of(row: type[SQLModel]) -> Table:
    """The table of a kind of row, for statements that need no objects."""
    return SQLModel.metadata.tables[str(row.__tablename__)]


NAMES_A_TEXT = text("content <> '0x" + "00" * 32 + "'")
"""That an act names a text: most do not, and the index of those that do is small. Queries repeat it word for word."""

_PARTIES, _OWN_ACTS, _CONTENT = table_of(PartyRow).c, table_of(OwnActRow).c, table_of(ActRow).c.content
Index("acts_by_content", _CONTENT, sqlite_where=NAMES_A_TEXT, postgresql_where=NAMES_A_TEXT)
Index("parties_by_account", _PARTIES.account)
Index("own_acts_by_address", _OWN_ACTS.address)
Index("parties_by_digest", _PARTIES.digest)
Index("parties_by_profile", _PARTIES.profile)
Index("own_acts_by_identifier", _OWN_ACTS.identifier)
Index("own_acts_by_profile", _OWN_ACTS.profile)
INDEX = Form(
    title="index",
    option="--database",
    schema="normledger_index",
    tables=(ProgressRow, *FACTS, DerivedRow, *TEXTS),
    folder=Path(__file__).parent / "migrations",
    revisions=REVISIONS,
    rebuild=", or delete this index and index again",
)
"""The index as a database."""
