"""The folder `.normledger/`: configuration, keys, databases, documents; what ties the floors together for one user.

    config.toml   format, chain, deployment     rebuildable by `deploy`
    index.db      the index                     a cache: delete it and index again
    outbox.db     accepted, not yet recorded    durable: back it up
    documents/    texts by their hash           durable: back it up, or fetch from a mirror
    keys/         encrypted keystores           durable: nobody else has them
    trust.json    the default trust policy      the user's own
    chain/        the embedded chain            durable where it is used

One writer at a time; readers need no turn. Belongs here: opening and configuration, and each arrow from a signed act to
an answer as one call. Does not belong here: what the command line or HTTP make of it.
"""

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from eth_account import Account

from normledger.acts import release
from normledger.acts.act import Act, ActKind, Contract, list_of
from normledger.acts.anchors import Anchored, leaf_of
from normledger.acts.consent import standing_batches
from normledger.acts.signature import address_of, sign
from normledger.acts.typed_data import Domain, Signable, from_json, to_json
from normledger.chain.calls import is_signed_by_wallet
from normledger.chain.deployment import deploy
from normledger.chain.node import Block, Node, connect
from normledger.chain.sender import PATIENCE, Sender
from normledger.composition import record as composition_input
from normledger.composition.compose import compose
from normledger.composition.result import Composition, Parameters
from normledger.configuration import Configuration, read_configuration
from normledger.documents.canonical import parse_json
from normledger.documents.document import Alignments, DerivationRecord, Document, Endorsements, Profile, Reports
from normledger.documents.document_reader import read_document
from normledger.documents.formats import Imported, read
from normledger.documents.formats.proposals import Proposals
from normledger.documents.trust_policy import TrustPolicy, read_trust_policy
from normledger.errors import ChainError, InputError, NormLedgerError, NotFound, Refused, SignatureError, WorkspaceError
from normledger.identifiers import ZERO, Address, Digest, Hash, NormId, PartyId
from normledger.ledger.database import close, place_of, sole_writer
from normledger.ledger.index import Index, open_index
from normledger.ledger.queries import Ledger, View
from normledger.ledger.store import DocumentStore
from normledger.ledger.tables import INDEX
from normledger.relay import raw_calls
from normledger.relay.admission import check
from normledger.relay.calling import RawCall, raw_call
from normledger.relay.ceremonies import Ceremonies
from normledger.relay.idempotency import AnsweredRequests
from normledger.relay.outbox import Outbox, Submission, open_outbox
from normledger.relay.preparation import Prepared, prepare, prepare_claim
from normledger.relay.relayer import Limits, Relayer, settle
from normledger.relay.tables import OUTBOX

MOST_ANCHORED = 100_000
"""Endorsements under one root."""

FUNDS = 10**24
"""Wei that the relayer's account starts with on a new embedded chain."""


@dataclass(frozen=True, slots=True)
class SignedAct:
    """A signed act as it travels: its typed data and its signature as 0x-hex."""

    typed_data: dict[str, Any]
    signature: str


@dataclass(frozen=True, slots=True)
class Reporting:
    """What an import did; `batch` is None where there was nothing to report."""

    imported: Imported
    batch: Reports | None


def find(start: Path | None = None) -> Path:
    """The workspace's folder: NORMLEDGER_HOME, or `.normledger` here or in the nearest folder above."""
    if home := os.environ.get("NORMLEDGER_HOME"):
        return Path(home)
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / ".normledger").is_dir():
            return folder / ".normledger"
    raise WorkspaceError("There is no workspace here; run `normledger init` first, or set NORMLEDGER_HOME.")


class Workspace:
    """An open workspace. Use it as a context manager; `write` takes the one writer's turn."""

    def __init__(self, folder: Path, configuration: Configuration, *, write: bool) -> None:
        self.folder, self.configuration, self.writes = folder, configuration, write
        self.release = release.current()
        self._database: str | None = None
        self._head: Block | None = None
        self.updates = 0
        """How often this process found the chain changed: then readers look again."""
        self._closing = contextlib.ExitStack()
        if write:
            self._take_turn()

    @classmethod
    def create(
        cls, folder: Path, *, chain: str = "embedded", database: str | None = None, outbox: str | None = None
    ) -> "Workspace":
        """Make a new folder with a relayer's key. Raises `WorkspaceError` if there is one already."""
        if (folder / "config.toml").exists():
            raise WorkspaceError(f"There is a workspace in {folder} already; use it, or name another folder.")
        for part in ("documents", "keys", "chain"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "keys").chmod(0o700)
        passphrase = folder / "keys" / "passphrase"
        passphrase.touch(mode=0o600)
        passphrase.write_text(secrets.token_urlsafe(24) + "\n")
        _write(folder / "config.toml", Configuration(chain, database=database, outbox=outbox).to_toml())
        workspace = cls.open(folder, write=True)
        workspace.new_key("relayer")
        return workspace

    @classmethod
    def open(
        cls,
        folder: Path | None = None,
        *,
        write: bool = False,
        chain: str | None = None,
        database: str | None = None,
    ) -> "Workspace":
        """Open an existing folder; `chain` and `database` go before what it has set.

        Raises `WorkspaceError` in one sentence for whatever is wrong with it.
        """
        folder = folder or find()
        configuration = read_configuration(folder)
        if chain and chain != configuration.chain:
            configuration = replace(configuration, chain=chain)
        workspace = cls(folder, configuration, write=write)
        workspace._database = database
        return workspace

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of chain, databases and the writer's turn."""
        self._closing.close()

    def _take_turn(self) -> None:
        file = self._closing.enter_context(open(self.folder / "lock", "a"))  # noqa: SIM115  (closed with the workspace)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise WorkspaceError(
                f"Another process is writing to the workspace in {self.folder}; wait until it is done, or stop it."
            ) from None

    # --- the chain

    def use_chain(self, where: str) -> None:
        """Take another chain from now on: an address of a JSON-RPC node, or ``embedded``."""
        self.__dict__.pop("node", None)
        self.configuration = self.configuration.on(where)
        _write(self.folder / "config.toml", self.configuration.to_toml())

    @cached_property
    def node(self) -> Node:
        """The chain. Checked against what was deployed: its number, and that the contracts are there."""
        node = connect(
            self.configuration.chain,
            data=self.folder / "chain",
            funded={self.address_of_key("relayer"): FUNDS},
            chain_id=self.configuration.chain_id,
            read_only=not self.writes,
        )
        self._closing.callback(node.close)
        if self.configuration.chain_id is not None:
            for address in self.release.addresses:
                if not node.code(address):
                    raise ChainError(
                        f"The chain at {node.name} holds no contract at {address}, where this workspace's deployment "
                        "was recorded: it is another chain or was started anew. Name the right one by --chain, or "
                        "deploy again with `normledger deploy`."
                    )
        return node

    @cached_property
    def sender(self) -> Sender:
        """The relayer's account: NORMLEDGER_RELAYER_KEY if it is set, else the key `relayer`."""
        given = os.environ.get("NORMLEDGER_RELAYER_KEY")
        if given:
            try:
                return Sender(self.node, bytes.fromhex(given.removeprefix("0x")))
            except ValueError:
                raise InputError("NORMLEDGER_RELAYER_KEY is not a private key: give 64 hexadecimal digits") from None
        return Sender(self.node, self.private_key("relayer"))

    def deploy(self, told: Callable[[str, Address, bool], None] | None = None) -> None:
        """Put the release's contracts onto the chain, where they are missing, and record that in config.toml.

        `told(contract, address, new)` is called for each.
        """
        self.configuration = replace(self.configuration, chain_id=None)
        first = self.node.head().number
        for contract in Contract:
            address, receipt = deploy(self.sender, self.release.init_codes[contract])
            if receipt is None:
                first = 0  # somebody deployed them before: read the chain from its beginning
            if told:
                told(contract.title, address, receipt is not None)
        self.configuration = replace(
            self.configuration, chain_id=self.node.chain_id, first_block=first, release=self.release.name
        )
        _write(self.folder / "config.toml", self.configuration.to_toml())

    # --- keys

    def new_key(self, name: str, *, light: bool = False) -> Address:
        """Make a key and keep it encrypted (Web3 Secret Storage, version 3).

        `light` takes a hundredth of the usual work: for throw-away keys of exercises only.
        """
        path = self._key_path(name)
        if path.exists():
            raise InputError(f"there is a key {name!r} already; choose another name")
        key = secrets.token_bytes(32)
        kept = Account.encrypt(key, self._passphrase(), kdf="scrypt", iterations=2**10 if light else 2**17)
        path.touch(mode=0o600)
        _write(path, json.dumps(kept))
        return address_of(key)

    def keys(self) -> dict[str, Address]:
        """Names and accounts of the keys here."""
        found = {}
        for path in sorted((self.folder / "keys").glob("*.json")):
            found[path.stem] = Address.parse("0x" + json.loads(path.read_text())["address"].removeprefix("0x"))
        return found

    def address_of_key(self, name: str) -> Address:
        """The account of a key. Raises `NotFound`."""
        try:
            return self.keys()[name]
        except KeyError:
            raise NotFound("key", name, "`normledger key list` lists them") from None

    def private_key(self, name: str) -> bytes:
        """A key, decrypted."""
        self.address_of_key(name)
        try:
            return bytes(Account.decrypt(self._key_path(name).read_text(), self._passphrase()))
        except ValueError:
            raise InputError(f"the passphrase does not open key {name!r}; set NORMLEDGER_PASSPHRASE") from None

    def key_of(self, account: Address) -> bytes:
        """The private key of an account. Raises `NotFound` where this workspace does not hold it."""
        for name, address in self.keys().items():
            if address == account:
                return self.private_key(name)
        raise NotFound("key", str(account), "its holder signs elsewhere and submits the signature")

    def _key_path(self, name: str) -> Path:
        if not name or not all(letter.isalnum() or letter in "-_." for letter in name) or name.startswith("."):
            raise InputError(f"{name!r} can't name a key; use letters, digits, - and _")
        return self.folder / "keys" / f"{name}.json"

    def _passphrase(self) -> str:
        given = os.environ.get("NORMLEDGER_PASSPHRASE")
        return given if given is not None else (self.folder / "keys" / "passphrase").read_text().strip()

    # --- reading

    @cached_property
    def store(self) -> DocumentStore:
        """The documents here."""
        return DocumentStore(self.folder / "documents")

    @property
    def database(self) -> str:
        """The index's URL: as it was opened with, NORMLEDGER_DATABASE, `database` in config.toml, or a file here."""
        given = self._database or os.environ.get("NORMLEDGER_DATABASE") or self.configuration.database
        return given or f"sqlite:///{self.folder / 'index.db'}"

    @property
    def outbox_database(self) -> str:
        """The outbox's URL: NORMLEDGER_OUTBOX, `outbox` in config.toml, or a file in the folder; never the index's."""
        given = os.environ.get("NORMLEDGER_OUTBOX") or self.configuration.outbox
        url = given or f"sqlite:///{self.folder / 'outbox.db'}"
        if place_of(url, OUTBOX) == place_of(self.database, INDEX):
            raise WorkspaceError(
                "Index and outbox would lie in one database, and whoever deletes a broken index would delete signed "
                "acts; give `outbox` in config.toml (or NORMLEDGER_OUTBOX) a file or schema of its own."
            )
        return url

    @cached_property
    def ledger(self) -> Ledger:
        """The index with its documents."""
        url = self.database
        if self.writes:
            self._closing.enter_context(sole_writer(url, INDEX))
        engine = open_index(url)
        self._closing.callback(close, engine)
        self._index_engine = engine
        return Ledger(engine, self.store, self.release)

    def update(self, progress: Callable[[int, int], None] | None = None) -> Block:
        """Index up to the chain's head and give it."""
        if self.configuration.chain_id is None:
            raise WorkspaceError("Nothing is deployed from this workspace yet; run `normledger deploy` first.")
        ledger = self.ledger
        index = Index(self._index_engine, self.node, ledger.release, self.configuration.first_block)
        head = None
        try:
            head = index.update(progress)
            return head
        finally:
            if head is None or head != self._head:
                self.updates += 1
            self._head = head

    def view(self, as_of: int | None = None) -> View:
        """A view of the register as of a block, by default the newest final one: for answers."""
        return self.ledger.as_of(as_of)

    def newest(self) -> View:
        """A view of the register as of the last block indexed, final or not: for who acts next."""
        return self.ledger.as_of(newest=True)

    @cached_property
    def trust(self) -> TrustPolicy:
        """The workspace's trust policy; the empty one, which trusts nobody, if there is no trust.json."""
        path = self.folder / "trust.json"
        return read_policy(path) if path.exists() else TrustPolicy()

    def forget_trust(self) -> None:
        """Read the trust policy again when it is next asked for."""
        self.__dict__.pop("trust", None)

    def compose(
        self,
        view: View,
        basis: composition_input.Basis,
        world: composition_input.World,
        policy: TrustPolicy | None = None,
        parameters: Parameters | None = None,
        *,
        norms: bool = False,
    ) -> Composition:
        """Candidate norms as of a view, under a trust policy; `norms` makes endorsed norms building blocks too."""
        return compose(
            view.record(basis, world, norms=norms), composing(policy or self.trust), parameters or Parameters()
        )

    def keep_derivation(self, composition: Composition) -> Hash:
        """Keep a composition's derivation among the documents; its hash is evidence for a norm."""
        data = {key: value for key, value in composition.derivation.document().items() if key != "type"}
        (name,) = self.store.put([DerivationRecord(data)])
        return name

    # --- writing

    @cached_property
    def outbox(self) -> Outbox:
        """The accepted acts."""
        engine = open_outbox(self.outbox_database)
        self._closing.callback(close, engine)
        return Outbox(engine)

    @cached_property
    def ceremonies(self) -> Ceremonies:
        """Drafts on their way round."""
        return Ceremonies(self.outbox, self.release)

    @cached_property
    def answered(self) -> AnsweredRequests:
        """Requests that were answered, by their keys."""
        return AnsweredRequests(self.outbox.engine)

    @cached_property
    def relayer(self) -> Relayer:
        """Carries the outbox to the chain."""
        made = self.configuration
        limits = Limits(made.gas_a_day, made.highest_fee, made.stuck_seconds)
        relayer = Relayer(self.sender, self.outbox, self.release, limits)
        self._closing.callback(relayer.close)
        return relayer

    def prepare_claim(
        self, identifier: str, kind: str, profile: Profile, account: Address, deadline: int = 0
    ) -> Prepared:
        """A party's founding claim, ready for signature."""
        return prepare_claim(self.release, self._chain_id, identifier, kind, profile, account, deadline)

    def prepare(
        self,
        kind: ActKind,
        subject: Hash,
        party: PartyId,
        *,
        view: View | None = None,
        clause: Hash = ZERO,
        refers_to: Hash = ZERO,
        content: Document | Hash | None = None,
        text: str | None = None,
        deadline: int = 0,
        by: Address | None = None,
        number: int | None = None,
    ) -> Prepared:
        """An act, ready for signature, with the party's next number on that subject; `by` is a representative."""
        return prepare(
            view or self.newest(),
            self.release,
            kind,
            subject,
            party,
            clause=clause,
            refers_to=refers_to,
            content=content,
            text=text,
            deadline=deadline,
            by=by,
            number=number,
        )

    @property
    def _chain_id(self) -> int:
        if self.configuration.chain_id is None:
            raise WorkspaceError("Nothing is deployed from this workspace yet; run `normledger deploy` first.")
        return self.configuration.chain_id

    def submit(
        self,
        typed_data: dict[str, Any],
        signature: str,
        texts: Iterable[dict[str, Any]] = (),
        *,
        view: View | None = None,
        consent: str = "",
    ) -> Submission:
        """Check a signed act and keep it in the outbox, with the texts that it names. Durable once this returns.

        `consent` is the next account's signature, of a rotation. Raises `InputError`, `SignatureError`, `NotFound` or
        `Refused`, and then keeps nothing.
        """
        domain, statement, signed, agreed, documents = self._checked(
            view or self.newest(), typed_data, signature, texts, consent
        )
        self.store.put(documents)
        return self.outbox.accept(domain, statement, signed, int(time.time()), agreed)

    def raw_call_of(
        self, typed_data: dict[str, Any], signature: str, texts: Iterable[dict[str, Any]] = (), *, consent: str = ""
    ) -> raw_calls.RawCall:
        """The call that records a signed act, for anybody to send; checked as `submit` does, and nothing is kept."""
        view = self.newest()
        domain, statement, signed, agreed, documents = self._checked(view, typed_data, signature, texts, consent)
        one = raw_calls.SignedStatement(domain.digest(statement), statement, signed, agreed)
        return raw_calls.raw_call(view, self.release, [one], documents)

    def _checked(
        self, view: View, typed_data: dict[str, Any], signature: str, texts: Iterable[dict[str, Any]], consent: str
    ) -> tuple[Domain, Signable, bytes, bytes, list[Document]]:
        domain, statement = from_json(typed_data, self.release)
        signed, agreed = _signature(signature), _signature(consent or "0x")
        documents = [_travelling(text, place) for place, text in enumerate(texts)]
        check(
            view, self.release, domain, statement, signed, int(time.time()), documents,
            consent=agreed, wallets=_Wallets(self),
        )  # fmt: skip
        return domain, statement, signed, agreed, documents

    def submit_own(
        self, prepared: Prepared, private_key: bytes, *, view: View | None = None, next_key: bytes | None = None
    ) -> Submission:
        """Sign a prepared act with a key of this workspace and submit it; `next_key` signs too, of a rotation."""
        texts = [document.to_json() for document in prepared.texts]
        signature, consent = ("0x" + sign(prepared.digest, key).hex() if key else "" for key in (private_key, next_key))
        return self.submit(prepared.typed_data, signature, texts, view=view, consent=consent)

    def submission(self, digest: Digest) -> Submission:
        """What became of a submission."""
        return self.outbox.get(digest)

    def carry(self, *, one_by_one: bool = False, patience: float = PATIENCE) -> list[Submission]:
        """Index, carry what is pending, index again; gives what was carried or refused.

        Waits for blocks for at most `patience` seconds; with 0 it takes one turn and waits for nothing. Where this
        workspace does not relay, it notes what others have recorded.
        """
        self.update()
        if not self.configuration.relay:
            settle(self.newest(), self.outbox, self.node)
            return []
        settled = self.relayer.carry(self._look, one_by_one=one_by_one, patience=patience)
        if settled:
            self.update()
        return settled

    def _look(self) -> View:
        self.update()
        return self.newest()

    def raw_call(self, digest: Digest, view: View | None = None) -> RawCall:
        """The call that records a submission, for anybody to send. Raises `NotFound` or `Refused`."""
        return raw_call(view or self.newest(), self.release, self.outbox.get(digest), self.outbox.pending())

    def report(self, paths: Sequence[Path], observer: PartyId | None) -> "Reporting":
        """Import what was agreed elsewhere: keep its texts, and anchor who undertook it as the observer's reports.

        Agreements that are to be signed here are kept only, and need no observer. Raises `InputError`, or `ChainError`
        where the chain is away, before anything is kept.
        """
        imported = read(list(paths))
        documents: list[Document] = [*imported.texts, *imported.agreements]
        if not imported.reports:
            self.store.put(documents)
            return Reporting(imported, None)
        if observer is None:
            raise InputError("say which party reports: add --as PARTY (`normledger parties` lists them)")
        self.update()
        view, list_ = self.newest(), list_of(observer)
        key = self.key_of(view.party(str(observer)).account)
        batch = Reports(observer, imported.reports)
        self.store.put([*documents, batch])
        if not any(
            act.act.refers_to == batch.root for act in standing_batches(view.acts_on(Contract.PARTY_REGISTRY, list_))
        ):
            prepared = self.prepare(
                ActKind.REPORTS, list_, observer, view=view, refers_to=batch.root, content=batch.hash
            )
            self.act_at_once([(prepared, key)])
        return Reporting(imported, batch)

    def align(self, proposals: Proposals, author: PartyId) -> Alignments:
        """Sign proposed alignments as one's own, and anchor them."""
        batch = Alignments(author, proposals.alignments)
        self.update()
        view = self.newest()
        key = self.key_of(view.party(str(author)).account)
        self.store.put([*proposals.outcomes.values(), batch])
        prepared = self.prepare(
            ActKind.ALIGNMENTS, list_of(author), author, view=view, refers_to=batch.root, content=batch.hash
        )
        self.act_at_once([(prepared, key)])
        return batch

    def signed(self, anchored: Iterable[Anchored]) -> list["SignedAct"]:
        """Anchored endorsements as they were signed, to be submitted."""
        domain = self.release.domain(Contract.NORM_REGISTRY, self._chain_id)
        return [SignedAct(to_json(domain, one.act), f"0x{one.signature.hex()}") for one in anchored]

    def anchor(self, signed: Sequence["SignedAct"], author: PartyId) -> Endorsements:
        """Anchor endorsements of one norm that their parties signed with plain keys; `author` records the root.

        Raises `InputError` naming the entry, and then keeps nothing.
        """
        self.update()
        view, leaves, norms = self.newest(), [], set()
        for place, one in enumerate(signed, start=1):
            try:
                domain, act = from_json(one.typed_data, self.release)
                if not isinstance(act, Act) or act.kind is not ActKind.ENDORSEMENT or act.subject not in view.norms:
                    raise Refused("Only endorsements of a published norm are anchored.")
                signature = _signature(one.signature)
                check(view, self.release, domain, act, signature, int(time.time()))
                if view.is_recorded(domain.digest(act)):
                    raise Refused("This endorsement is recorded already; it needs no anchor.")
                if act.party == author:
                    raise Refused("Its party is the one that anchors, whose own act here would void it; record it.")
                if act.account != view.parties[act.party].account or len(signature) != 65:
                    raise Refused("Only what a party signed with its own plain key is anchored, in 65 bytes.")
            except NormLedgerError as error:
                raise InputError(str(error), source=f"entry {place}") from None
            leaves.append(leaf_of(act, signature))
            norms.add(act.subject)
        if len(norms) != 1 or len({leaf.party for leaf in leaves}) != len(leaves) or len(leaves) > MOST_ANCHORED:
            raise InputError(
                f"an anchor holds endorsements of one norm, one a party, {MOST_ANCHORED:,} at most; split the file"
            )
        document = Endorsements(NormId(norms.pop()), tuple(sorted(leaves, key=lambda leaf: leaf.party)))
        key = self.key_of(view.party(str(author)).account)
        self.store.put([document])
        prepared = self.prepare(ActKind.ANCHOR, document.norm, author, view=view, content=document.root)
        self.act_at_once([(prepared, key)])
        return document

    def act_at_once(
        self, prepared: Sequence[tuple[Prepared, bytes]], *, next_key: bytes | None = None
    ) -> list[Submission]:
        """Sign, submit and carry acts of keys of this workspace. Raises `Refused` if any of them is refused.

        `next_key` signs too, of a rotation. Where the chain is away nothing is kept.
        """
        self.update()
        view = self.newest()
        digests = [self.submit_own(one, key, view=view, next_key=next_key).digest for one, key in prepared]
        self.carry()
        done = [self.submission(digest) for digest in digests]
        for submission in done:
            if submission.status == "refused":
                raise Refused(submission.reason or "The contracts refuse the act.")
        return done


class _Wallets:
    """Asks contract wallets through the workspace's node, and only when there is one to ask."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def has_code(self, account: Address) -> bool:
        return bool(self._workspace.node.code(account))

    def signed(self, contract: Contract, account: Address, digest: Digest, signature: bytes) -> bool:
        return is_signed_by_wallet(self._workspace.node, contract, account, digest, signature)


def _travelling(text: dict[str, Any], place: int) -> Document:
    """One of the texts that came with an act."""
    try:
        return read_document(text)
    except InputError as error:
        raise error.at(field=f"texts[{place}]" + (f".{error.field}" if error.field else "")) from None


def _signature(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except (ValueError, AttributeError):
        raise SignatureError("A signature is 0x and hexadecimal digits, 130 for a plain key; copy it whole.") from None


def composing(policy: TrustPolicy) -> composition_input.TrustPolicy:
    """A trust policy as composition takes it."""
    return composition_input.TrustPolicy(
        policy.hash, frozenset(policy.recognitions), frozenset(policy.alignments), frozenset(policy.reports)
    )


def read_policy(path: Path) -> TrustPolicy:
    """A trust policy from a file."""
    try:
        data = path.read_bytes()
    except OSError:
        raise InputError("there is no such trust policy; check the path", source=str(path)) from None
    return read_trust_policy(parse_json(data, source=str(path)), source=str(path))


def _write(path: Path, text: str) -> None:
    """Replace a small file whole: a kill leaves the old one or the new one."""
    temporary = path.with_name(path.name + ".new")
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        temporary.chmod(path.stat().st_mode & 0o777)
    os.replace(temporary, path)
