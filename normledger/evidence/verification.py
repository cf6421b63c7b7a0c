"""Verifies a bundle, offline: ordered, named steps, each of which holds or ends it in one sentence.

    size, json, version, form    the bytes are the one spelling of a bundle
    release                      its contracts are those that this verifier knows
    header, block                the header reads, and hashes to the block hash that the reader gave
    state                        the state under it holds the contracts and proves every subject's word
    signatures                   every signature is a strict one, by the account that its act names, over its own digest
    words                        all acts of a subject, linked in their order, give its word: none is missing or altered
    registers                    the subjects told as a whole register, linked in their order, give it
    trust                        the reader's trust policy is the one that the claim was made under
    powers                       whoever signed was the party's account or had its full powers
    subjects, documents          the file holds what the claim rests on, and nothing else
    claim                        judged again from the acts, the claim comes out the very same

Pure: bytes in, verdict out. Belongs here: the steps. Does not belong here: what a claim comes to (`claims`).
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Self

from normledger.acts import release as releases
from normledger.acts.act import Act, ActKind, Claim, Contract, Recorded, RecordedAct, RecordedClaim, list_of
from normledger.acts.commitment import NOTHING, link
from normledger.acts.consent import standing_batches
from normledger.acts.powers import RecordedOwnAct, Rotation
from normledger.acts.release import REGISTER_SLOT, Release, word_slot
from normledger.acts.signature import recover
from normledger.acts.typed_data import struct_hash
from normledger.documents.document import Document, Endorsements
from normledger.documents.trust_policy import TrustPolicy
from normledger.errors import InputError, SignatureError
from normledger.evidence.bundle import MOST_BYTES, Bundle, Subject, parse, read, version_of
from normledger.evidence.claims import check, read_claim
from normledger.evidence.header import Header, read_header
from normledger.evidence.known import Conclusion, Entry, Known
from normledger.evidence.state_proof import NO_CODE, Account, Nodes, ProofError
from normledger.evidence.statements import Stated, hash_of, listed
from normledger.evidence.verdict import Unproven, Verdict, as_of, counted, on_trust, to_obtain
from normledger.identifiers import ZERO, Address, Digest, Hash, PartyId, Word, keccak

REGISTER = Hash(REGISTER_SLOT.to_bytes(32, "big"))
"""The slot of every contract's register."""


def verify(
    raw: bytes,
    *,
    block_hash: Hash | None = None,
    trust: TrustPolicy | None = None,
    limit: int = MOST_BYTES,
    release: Release | None = None,
) -> Verdict:
    """What the bundle in these bytes proves. Raises `Unproven`, which names the first step that fails.

    `block_hash` is what the reader got from elsewhere; without it the verdict says what to obtain. `trust` is the
    reader's policy: whose recognitions make an identity more than a claim. `limit`: bytes that are read at most.
    `release`: the contracts to accept, by default those that this package ships.
    """
    with _step("size"):
        if len(raw) > limit:
            raise InputError(
                f"the file is longer than the {limit:,} bytes that are read; say a higher limit if you expect it"
            )
    with _step("json"):
        value = parse(raw)
    with _step("version"):
        version_of(value)
    with _step("form"):
        bundle = read(value)
        read_claim(bundle.claim)
    known_release = release or releases.current()
    with _step("release"):
        _check_release(bundle, known_release)
    with _step("header"):
        header = read_header(bundle.header)
    with _step("block"):
        if block_hash is not None and block_hash != header.hash:
            raise InputError(
                f"the header is that of block {header.hash}, not of {block_hash}: the file is of another block or "
                "chain, or made up"
            )
    registered = registered_in(bundle)
    separators = {one: known_release.domain(one, bundle.chain_id).separator for one in Contract}
    with Signers(bundle.subjects, separators) as signers:
        with _step("state"):
            words, registers = _words(bundle, header, known_release, registered)
        with _step("signatures"):
            entries = entries_of(bundle.subjects, signers)
    with _step("words"):
        _check_words(bundle.subjects, entries, words, header)
    _check_registers(registered, registers, entries)
    with _step("trust"):
        _check_trust(bundle, trust)
    known = _known(bundle, header, known_release, entries, registered)
    with _step("claim"):
        try:
            found = check(bundle.claim, known)
        except (ValueError, ArithmeticError) as error:  # an agreement may ask for a million years' notice
            raise InputError(f"a period in it leads beyond the calendar ({error})") from None
    recognised = _recognised(bundle, known, trust or TrustPolicy())
    _check_nothing_more(bundle, known)
    return _verdict(bundle, header, found, known, recognised, block_hash is not None)


@contextmanager
def _step(name: str) -> Iterator[None]:
    """Whatever is wrong within is told as this step's."""
    try:
        yield
    except InputError as error:
        where = f" (field {error.field})" if error.field else ""
        raise Unproven(name, f"{error.message}{where}.") from None
    except (ProofError, SignatureError) as error:
        raise Unproven(name, f"{error}.".replace("..", ".")) from None


def _check_release(bundle: Bundle, release: Release) -> None:
    known = tuple(keccak(code) for code in release.init_codes)
    if bundle.release != known:
        name = str(keccak(b"".join(bundle.release)))[:18]
        raise InputError(f"the contracts are those of release {name}, this verifier knows {release.name}")


# --- state


Words = dict[tuple[Contract, Hash], Hash]


def _words(
    bundle: Bundle, header: Header, release: Release, registered: Collection[Contract]
) -> tuple[Words, dict[Contract, Hash]]:
    """Every subject's word, and the registers', as the state under the header holds them."""
    nodes = Nodes(bundle.nodes)
    accounts: dict[Contract, Account] = {}

    def held(contract: Contract, slot: Hash, name: str) -> Hash:
        if contract not in accounts:
            try:
                account = nodes.account(header.state_root, release.address(contract))
            except ProofError as error:
                raise ProofError(f"{contract.title} can't be looked up in the state: {error}") from None
            if account is None or account.code_hash == NO_CODE:
                raise ProofError(f"the state holds no {contract.title} at {release.address(contract)}")
            accounts[contract] = account
        try:
            return nodes.slot(accounts[contract].storage_root, slot)
        except ProofError as error:
            raise ProofError(f"the word of {name} can't be looked up in the state: {error}") from None

    words = {one.key: held(one.contract, word_slot(one.id), f"subject {one.id}") for one in bundle.subjects}
    registers = {one: held(one, REGISTER, f"the register of {one.title}") for one in registered}
    if nodes.unused:
        raise ProofError(f"{nodes.unused} nodes belong to no proof that the subjects need")
    return words, registers


# --- acts


def entries_of(subjects: Sequence[Subject], signers: "Signers") -> dict[tuple[Contract, Hash], tuple[Entry, ...]]:
    """What each subject's word links, with every signature checked. Raises `SignatureError`."""
    return {
        subject.key: tuple(
            _entry(one, digest, place, signers)
            for place, (digest, one) in enumerate(zip(signers.digests[subject.key], subject.acts, strict=True))
        )
        for subject in subjects
    }


class Signers:
    """The digests of all acts, computed here, and who made each signature over them: most of a verification's time.

    The curve's library lets go of the interpreter while it computes. So a thread beside begins with them at once;
    whoever asks for the first signer takes on, from the other end, what is left. A context, left once.
    `separators` are those of the contracts' domains (EIP-712).
    """

    _FEW = 32
    """So many are checked sooner than a thread is started."""

    def __init__(self, subjects: Sequence[Subject], separators: Mapping[Contract, Hash]) -> None:
        self.digests = {
            subject.key: [
                bytes.__new__(Digest, keccak(b"\x19\x01" + separators[subject.contract] + struct_hash(one.statement)))
                for one in subject.acts
            ]
            for subject in subjects
        }
        self._open = deque(
            (digest, signature)
            for subject in subjects
            for digest, one in zip(self.digests[subject.key], subject.acts, strict=True)
            for signature in (one.signature, one.consent)
            if signature
        )
        self._found: dict[tuple[Digest, bytes], Address | SignatureError] = {}
        self._beside: Thread | None = None

    def __enter__(self) -> Self:
        if len(self._open) > self._FEW:
            self._beside = Thread(target=self._work, args=(self._open.pop,))
            self._beside.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.clear()
        if self._beside is not None:
            self._beside.join()

    def by(self, digest: Digest, signature: bytes) -> Address:
        """Who made this signature over this digest. Raises `SignatureError`."""
        self._work(self._open.popleft)
        if self._beside is not None:
            self._beside.join()
        found = self._found[digest, signature]
        if isinstance(found, SignatureError):
            raise found
        return found

    def _work(self, take: Callable[[], tuple[Digest, bytes]]) -> None:
        while True:
            try:
                signed = take()
            except IndexError:
                return
            try:
                self._found[signed] = recover(*signed)
            except SignatureError as error:
                self._found[signed] = error


def _entry(one: Stated, digest: Digest, place: int, signers: Signers) -> RecordedClaim | RecordedOwnAct | RecordedAct:
    statement = one.statement
    recorded = Recorded(one.block, ZERO, one.time, ZERO, place)

    def signed(signature: bytes, account: Address, what: str) -> bool:
        """Whether a plain signature is there. Raises `SignatureError` where it is another's, or over something else."""
        if not signature:
            return False
        try:
            signer = signers.by(digest, signature)
        except SignatureError as error:
            raise SignatureError(f"of act {digest}: {error}".replace("; sign again.", "")) from None
        if signer != account:
            raise SignatureError(
                f"{what} of act {digest} is by {signer}, not by {account!s}, or over something else: the act was "
                "altered, or is of another chain than the file says"
            )
        return True

    proven = signed(one.signature, statement.account, "the signature")
    if isinstance(statement, Act):
        return RecordedAct(statement, digest, one.signature, recorded, False, proven)
    if isinstance(statement, Claim):
        return RecordedClaim(statement, digest, one.signature, recorded, proven)
    if isinstance(statement, Rotation):
        proven &= signed(one.consent, statement.next, "the next account's signature")
    return RecordedOwnAct(statement, digest, one.signature, one.consent, recorded, False, proven)


def _check_words(
    subjects: Sequence[Subject],
    entries: dict[tuple[Contract, Hash], tuple[Entry, ...]],
    words: Words,
    header: Header,
) -> None:
    times: dict[int, int] = {header.number: header.time}
    for subject in subjects:
        word, last, then = NOTHING, 0, 0
        for entry in entries[subject.key]:
            at = entry.recorded
            same = times.setdefault(at.block, at.time) == at.time
            if not (same and last <= at.block <= header.number and then <= at.time <= header.time):
                raise InputError(
                    f"block {at.block} at second {at.time} has no place among the acts on {subject.id}: blocks and "
                    "times do not fall, nor pass the header's, and a block has one time"
                )
            last, then = at.block, at.time
            word = linked(word, entry, subject.id)
        if word != words[subject.key]:
            held = words[subject.key]
            raise InputError(
                f"the acts on {subject.id} link to {word}, but the chain holds {held}: an act is missing, altered, "
                "added or out of order"
            )


def registered_in(bundle: Bundle) -> dict[Contract, tuple[Hash, ...]]:
    """Which registers the claim tells whole: that of the agreements, where it says that it is maximal."""
    claim = bundle.claim
    if claim["kind"] != "candidate" or claim["maximal"] is not True or claim["basis"] != "consented":
        return {}
    with _step("form"):
        return {
            Contract.AGREEMENT_LEDGER: tuple(
                hash_of(one, f"claim.among[{at}]") for at, one in enumerate(listed(claim["among"], "claim.among"))
            )
        }


def _check_registers(
    registered: dict[Contract, tuple[Hash, ...]],
    registers: dict[Contract, Hash],
    entries: dict[tuple[Contract, Hash], tuple[Entry, ...]],
) -> None:
    """That the subjects told, linked in their order by their first acts, give the contract's register."""
    for contract, subjects in registered.items():
        word = NOTHING
        for subject in subjects:
            if not entries.get((contract, subject)):
                raise Unproven("subjects", f"the register is told to list {subject}, which is not in the file.")
            first = entries[contract, subject][0]
            assert isinstance(first, RecordedAct)  # of any contract but that of parties
            at = first.recorded
            word = link(word, first.act.kind, subject, first.act.party, first.act.account, at.block, at.time)
        if word != registers[contract]:
            raise Unproven(
                "registers",
                f"the agreements told link to {word}, but {contract.title}'s register is {registers[contract]}: one "
                "was left out, added or moved.",
            )


def linked(word: Word, entry: Entry, subject: Hash) -> Word:
    """The subject's next word."""
    at = entry.recorded
    if isinstance(entry, RecordedClaim):  # whose party is the subject, as its form was read
        return link(word, ActKind.CLAIM, entry.digest, PartyId(subject), entry.claim.account, at.block, at.time)
    return link(word, entry.act.kind, entry.digest, entry.act.party, entry.act.account, at.block, at.time)


# --- the claim


def _check_trust(bundle: Bundle, trust: TrustPolicy | None) -> None:
    told = bundle.claim.get("trust_policy")
    if trust is not None and told is not None and told != trust.to_json():
        raise InputError("the claim was made under another trust policy than yours; compose under your own")


def _known(
    bundle: Bundle,
    header: Header,
    release: Release,
    entries: dict[tuple[Contract, Hash], tuple[Entry, ...]],
    registered: dict[Contract, tuple[Hash, ...]],
) -> Known:
    documents = {Hash(document.hash): document for document in bundle.documents}
    roots = {document.root: document for document in bundle.documents if isinstance(document, Endorsements)}

    def subject(contract: Contract, name: Hash) -> tuple[Entry, ...]:
        if (contract, name) not in entries:
            raise Unproven(
                "subjects", f"the claim rests on subject {name} of {contract.title}, which is not in the file."
            )
        return entries[contract, name]

    def document(name: Hash) -> Document:
        if name not in documents:
            raise Unproven("documents", f"the claim rests on document {name}, which is not in the file.")
        return documents[name]

    return Known(
        header.time,
        lambda contract: release.domain(contract, bundle.chain_id),
        subject,
        document,
        roots.get,
        registered.__getitem__,
    )


def _recognised(bundle: Bundle, known: Known, trust: TrustPolicy) -> dict[PartyId, PartyId]:
    """Who is recognised by whom, of those whose recognitions the reader trusts."""
    found: dict[PartyId, PartyId] = {}
    for author in bundle.recognisers:
        for act in standing_batches(known.acts(Contract.PARTY_REGISTRY, list_of(PartyId(author)))):
            if act.act.kind is ActKind.RECOGNITION and author in trust.recognitions:
                found.setdefault(PartyId(act.act.refers_to), PartyId(author))
    return found


def _check_nothing_more(bundle: Bundle, known: Known) -> None:
    """That the file holds nothing that nobody asked for: what stands beside a claim would seem to support it."""
    for subject in bundle.subjects:
        if subject.key not in known.subjects:
            raise Unproven("subjects", f"the claim does not rest on subject {subject.id}; it has no place in the file.")
    for document in bundle.documents:
        if document.hash not in known.documents:
            raise Unproven(
                "documents", f"the claim does not rest on document {document.hash}; it has no place in the file."
            )


# --- words for people

_SHOWN = 5
"""Acts and parties that are named one by one."""


def _verdict(
    bundle: Bundle,
    header: Header,
    found: Conclusion,
    known: Known,
    recognised: dict[PartyId, PartyId],
    block_known: bool,
) -> Verdict:
    proven = [one for one in found.acts if one.proven]
    others = [one for one in found.acts if not one.proven]
    by_signature = [
        f"The plain signature of account {one.act.account} stands under act {one.digest}, the {one.act.kind.term} of "
        f"party {one.act.party}."
        for one in proven[:_SHOWN]
    ]
    if len(proven) > _SHOWN:
        by_signature.append(f"So do those of {counted(len(proven) - _SHOWN, 'more act', 'more acts')}.")
    subjects, acts = len(bundle.subjects), sum(len(subject.acts) for subject in bundle.subjects)
    by_contract = [
        f"No act is missing: the {counted(acts, 'act', 'acts')} on the {counted(subjects, 'subject', 'subjects')} on "
        "which the claim rests link to the words that the contracts hold.",
        "Each account acted for its party when its act was recorded, in the block and at the time told.",
    ]
    by_contract += [
        f"Account {one.act.account}, whose plain signature is not in the file (it is a contract wallet's, as a rule), "
        f"stands behind the {one.act.kind.term} {one.digest}."
        for one in others[:_SHOWN]
    ]
    if len(others) > _SHOWN:
        by_contract.append(f"So it is with {counted(len(others) - _SHOWN, 'more act', 'more acts')}.")
    claimed = list(found.claimed)
    parties = list(dict.fromkeys(found.parties))
    nameless = [party for party in parties if party not in recognised]
    for party in parties:
        if party in recognised:
            by_signature.append(
                f"{known.party(recognised[party]).name}, whom your trust policy names, recognises party {party}."
            )
    claimed += [f"That {known.party(party).name} is who it says." for party in nameless[:_SHOWN]]
    if len(nameless) > _SHOWN:
        claimed.append(f"The same of {counted(len(nameless) - _SHOWN, 'more party', 'more parties')}.")
    return Verdict(
        " ".join((found.says, *found.notes)),
        tuple(by_signature),
        tuple(by_contract),
        (*claimed, *on_trust(bundle.chain_id)),
        as_of(bundle.chain_id, header, block_known),
        to_obtain(bundle.chain_id, header, block_known),
        bundle.claim,
        header,
        bundle.chain_id,
    )
