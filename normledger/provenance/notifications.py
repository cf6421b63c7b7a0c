"""Depositary notifications: per agreement, party and norm a gap-free numbered feed, derived from acts alone.

A depositary informs of acts, notifications and communications (VCLT 76 to 78). Here nobody is the depositary: whoever
holds the acts derives the same feed. Notification n is the n-th act on the subject's word, with the word before and
after it, so that a reader who knows the word at a block proves that she missed none (`verify_feed`).

Belongs here: the feed, its forms (Atom, RFC 4287; JSON Feed 1.1; plain text) and its verification, which needs no node.
Does not belong here: the sentences (`depositary`); HTTP.
"""

import contextlib
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from normledger.acts.act import ActKind, Contract, RecordedAct, RecordedClaim, list_of, stances_on
from normledger.acts.commitment import NOTHING, link
from normledger.acts.powers import RecordedOwnAct
from normledger.documents.canonical import parse_json
from normledger.errors import InputError, IntegrityError, NotFound
from normledger.identifiers import Address, Digest, Hash, NormId, PartyId, Word, keccak
from normledger.ledger.answers import AgreementView, AsOf, NormView, Party
from normledger.ledger.queries import View
from normledger.provenance.depositary import Depositary

ATOM = "http://www.w3.org/2005/Atom"
EXTENSION = "urn:uuid:904eb338-4ea5-4573-82c2-f4bc57349427"
"""The namespace of what our feeds add to Atom; in JSON Feed the same stands under `_normledger`."""

_HASH = re.compile("0x[0-9a-f]{64}")
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (section 2.2)."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One act on a subject, told. `number` counts from 1 without a gap; `before` and `after` are the subject's word.

    `text` is the statement that the act names, None where there is none or it is not at hand; `article` that of treaty
    law on which the act rests, empty under an agreement's own rules.
    """

    number: int
    digest: Digest
    kind: ActKind
    party: PartyId
    signer: Address
    block: int
    block_hash: Hash
    time: int
    transaction: Hash
    before: Word
    after: Word
    sentence: str
    text: str | None
    article: str = ""

    @property
    def place(self) -> dict[str, Any]:
        """What a reader links again: the fields of the word, and where the act stands."""
        return {
            "number": self.number,
            "digest": str(self.digest),
            "kind": int(self.kind),
            "party": str(self.party),
            "signer": str(self.signer),
            "block": self.block,
            "block_hash": str(self.block_hash),
            "time": self.time,
            "transaction": str(self.transaction),
            "before": str(self.before),
            "after": str(self.after),
            "article": self.article,
        }


@dataclass(frozen=True, slots=True)
class Feed:
    """All notifications of one subject as of a block, or those after some number, in the order of the word.

    `what` is ``agreement``, ``norm``, ``party``, ``stances`` (others', on an agreement) or ``list`` (a party's, of
    others); `word` is the subject's word as of that block, to which the last notification links.
    """

    at: AsOf
    contract: Contract
    address: Address
    subject: Hash
    what: str
    title: str
    word: Word
    notifications: tuple[Notification, ...]

    def since(self, number: int) -> "Feed":
        """Only what comes after this number."""
        return replace(self, notifications=tuple(one for one in self.notifications if one.number > number))

    @property
    def id(self) -> str:
        """The feed's name, the same wherever it is served: a UUID of chain, contract and subject (RFC 9562, v8)."""
        return _urn(self.at.chain_id, self.address, self.subject)

    def entry_id(self, one: Notification) -> str:
        """A notification's name, the same wherever it is served."""
        return _urn(self.at.chain_id, self.address, self.subject, one.digest)

    @property
    def heading(self) -> str:
        """What the feed is about, in one line."""
        about = {"stances": "others’ stances on ", "list": "what is stated of others by "}.get(self.what, "")
        return f"Notifications: {about}{self.title}"

    @property
    def _place(self) -> dict[str, Any]:
        return {
            "chain_id": self.at.chain_id,
            "contract": str(self.address),
            "subject": str(self.subject),
            "of": self.what,
            "block": self.at.block,
            "block_hash": str(self.at.hash),
            "word": str(self.word),
        }

    def to_json_feed(self, base_url: str = "", *, address: str = "") -> dict[str, Any]:
        """JSON Feed 1.1, the newest first. `base_url` is the instance's, `address` this feed's own."""
        base = base_url.rstrip("/")
        made: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": self.heading}
        if base:
            made["home_page_url"] = f"{base}/"
        if address:
            made["feed_url"] = address
        items = []
        for one in reversed(self.notifications):
            item: dict[str, Any] = {
                "id": self.entry_id(one),
                "title": f"{one.number}. {one.kind.term}",
                "content_text": _content(one),
                "date_published": _moment(one.time),
                "_normledger": one.place,
            }
            if base:
                item["url"] = f"{base}/v1/acts/{one.digest}"
            items.append(item)
        made["items"] = items
        made["_normledger"] = {"about": "docs/reference/notifications.md", **self._place}
        return made

    def to_atom(self, base_url: str = "", *, address: str = "") -> str:
        """Atom (RFC 4287), the newest first. `base_url` is the instance's, `address` this feed's own."""
        ElementTree.register_namespace("", ATOM)
        ElementTree.register_namespace("nl", EXTENSION)
        base = base_url.rstrip("/")
        root = ElementTree.Element(_atom("feed"))
        _text(root, "id", self.id)
        _text(root, "title", self.heading)
        _text(root, "updated", _moment(self.notifications[-1].time if self.notifications else self.at.time))
        _text(ElementTree.SubElement(root, _atom("author")), "name", "the register’s acts")
        if address:
            ElementTree.SubElement(root, _atom("link"), rel="self", href=_legal(address))
        if base:
            ElementTree.SubElement(root, _atom("link"), rel="alternate", href=_legal(f"{base}/"))
        _extend(root, "word", self._place)
        for one in reversed(self.notifications):
            entry = ElementTree.SubElement(root, _atom("entry"))
            _text(entry, "id", self.entry_id(one))
            _text(entry, "title", f"{one.number}. {one.kind.term}")
            _text(entry, "updated", _moment(one.time))
            _text(entry, "published", _moment(one.time))
            _text(entry, "content", _content(one)).set("type", "text")
            if base:
                ElementTree.SubElement(
                    entry, _atom("link"), rel="alternate", type="application/json", href=f"{base}/v1/acts/{one.digest}"
                )
            _extend(entry, "link", one.place)
        return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"

    def lines(self) -> list[str]:
        """One line a notification, the oldest first."""
        return [f"{one.number}. {_moment(one.time)} {_content(one)}" for one in self.notifications]


def feed(view: View, subject: Hash | str, since: int = 0) -> Feed:
    """The feed of an agreement, norm or party, by its id (or any name that a view takes); those after `since` only.

    The subject of others' stances on an agreement and that of a party's list have feeds too, by their own ids.
    Raises `NotFound`.
    """
    found = _subject(view, str(subject), Depositary(view))
    word, notifications = NOTHING, []
    for place, one in enumerate(found.acts):
        kind, party, signer, content = _signed(one)
        at, before = one.recorded, word
        word = link(before, kind, one.digest, party, signer, at.block, at.time)
        if place < since:
            continue
        sentence, article = found.tell(place)
        text = view.statement(content) if content is not None else None
        notifications.append(
            Notification(
                place + 1, one.digest, kind, party, signer, at.block, at.block_hash, at.time, at.transaction, before,
                word, sentence, text, article,
            )
        )  # fmt: skip
    address = view.release.address(found.contract)
    return Feed(view.at, found.contract, address, found.id, found.what, found.title, word, tuple(notifications))


_Entry = RecordedAct | RecordedClaim | RecordedOwnAct


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a feed is of; `tell` gives the sentence and the article of the act at a place."""

    contract: Contract
    id: Hash
    what: str
    title: str
    acts: Sequence[_Entry]
    tell: Callable[[int], tuple[str, str]]


def _subject(view: View, name: str, depositary: Depositary) -> _Subject:
    hash_ = Hash.parse(name) if _HASH.fullmatch(name) else None
    if hash_ is not None:
        known = view.agreement_of(hash_) or next(iter(view.agreements_with([hash_])), None)
        if known is not None:
            return _stances(view, known, depositary) if hash_ == stances_on(known.id) else _agreement(known, depositary)
        if (norm := view.norms.get(NormId(hash_))) is not None:
            return _norm(norm, depositary)
        if (author := view.author_of(hash_)) is not None:
            return _list(view, view.parties[author], depositary)
    looks: tuple[Callable[[], _Subject], ...] = (
        lambda: _agreement(view.agreement(name), depositary),
        lambda: _norm(view.norm(name), depositary),
        lambda: _party(view.party(name), depositary),
    )
    for look in looks:
        with contextlib.suppress(NotFound):
            return look()
    raise NotFound("agreement, norm or party", name, "give its id; `normledger agreements` lists some")


def _agreement(one: AgreementView, depositary: Depositary) -> _Subject:
    return _Subject(
        Contract.AGREEMENT_LEDGER, Hash(one.id), "agreement", f"“{one.title}”", one.acts,
        lambda place: depositary.on_agreement(one, place),
    )  # fmt: skip


def _stances(view: View, one: AgreementView, depositary: Depositary) -> _Subject:
    acts = view.acts_on(Contract.AGREEMENT_LEDGER, stances_on(one.id))
    return _Subject(
        Contract.AGREEMENT_LEDGER, stances_on(one.id), "stances", f"“{one.title}”", acts,
        lambda place: (depositary.on_stances(one, acts[place]), ""),
    )  # fmt: skip


def _norm(one: NormView, depositary: Depositary) -> _Subject:
    return _Subject(
        Contract.NORM_REGISTRY, Hash(one.id), "norm", f"“{one.title}”", one.acts,
        lambda place: (depositary.on_norm(one.title, one.acts[place]), ""),
    )  # fmt: skip


def _list(view: View, party: Party, depositary: Depositary) -> _Subject:
    acts = view.acts_on(Contract.PARTY_REGISTRY, list_of(party.id))
    return _Subject(
        Contract.PARTY_REGISTRY, list_of(party.id), "list", party.name, acts,
        lambda place: (depositary.on_list(acts[place]), ""),
    )  # fmt: skip


def _party(party: Party, depositary: Depositary) -> _Subject:
    acts: tuple[RecordedClaim | RecordedOwnAct, ...] = (party.claim, *party.own)
    return _Subject(
        Contract.PARTY_REGISTRY, Hash(party.id), "party", party.name, acts,
        lambda place: (depositary.on_party(acts[place]), ""),
    )  # fmt: skip


def _signed(one: _Entry) -> tuple[ActKind, PartyId, Address, Hash | None]:
    """Kind, party, signer, and the content if there is one."""
    if isinstance(one, RecordedClaim):
        return ActKind.CLAIM, one.claim.party, one.claim.account, None
    if isinstance(one, RecordedOwnAct):
        return one.act.kind, one.act.party, one.act.account, None
    return one.act.kind, one.act.party, one.signer, one.act.content


# --- verification, offline


def verify_feed(given: str | bytes, word: Hash, *, after: tuple[int, Hash] = (0, NOTHING)) -> int:
    """Check that a feed, as Atom or JSON Feed, leaves nothing out: it links from what is known to `word`.

    `after` is the number and the link of the last notification that the reader has, by default none; `word` is the
    subject's word as a proof or a node of the reader's own tells it. Gives the number of the last notification. Raises
    `InputError` for what is no feed of ours, `IntegrityError` naming the first notification that does not follow.
    """
    number, link_ = after
    for place in _places(given):
        try:
            said = int(place["number"])
            digest, party = Digest.parse(place["digest"]), PartyId.parse(place["party"])
            made = link(
                Hash.parse(place["before"]), ActKind(int(place["kind"])), digest, party,
                Address.parse(place["signer"]), int(place["block"]), int(place["time"]),
            )  # fmt: skip
            before, told = Hash.parse(place["before"]), Hash.parse(place["after"])
        except (KeyError, TypeError, ValueError, OverflowError, InputError) as error:
            raise InputError(f"a notification's place does not read ({error}); take the feed anew") from None
        if said <= after[0]:
            continue
        if said != number + 1:
            raise IntegrityError(
                f"The feed leaves out notification {number + 1}: after {number} it tells {said}. Ask another instance."
            )
        if before != link_:
            raise IntegrityError(
                f"Notification {said} does not follow number {number}: it names the word {before} before it, where "
                f"{link_} stood. Ask another instance."
            )
        if made != told:
            raise IntegrityError(f"Notification {said} does not link to the word {told} that it names, but to {made}.")
        number, link_ = said, told
    if link_ != word:
        raise IntegrityError(
            f"The feed ends with notification {number} at the word {link_}, but the subject's word is {word}: it "
            "leaves out what came last, or is of another block."
        )
    return number


def _places(given: str | bytes) -> list[dict[str, Any]]:
    """The places that a feed tells, the oldest first."""
    text = given.decode("utf-8", "replace") if isinstance(given, bytes) else given
    if text.lstrip()[:1] == "{":
        try:
            items = parse_json(text)["items"]
            return [item["_normledger"] for item in reversed(items)]
        except (KeyError, TypeError, InputError):
            raise InputError("this is no JSON Feed of a register; take the feed anew") from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InputError("a feed declares no entities; take the feed anew")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise InputError(f"this is neither JSON Feed nor Atom ({error}); take the feed anew") from None
    entries = root.findall(_atom("entry"))
    found = [entry.find(f"{{{EXTENSION}}}link") for entry in entries]
    if any(one is None for one in found):
        raise InputError("an entry of this feed has no place in a word; take the feed anew")
    return [dict(one.attrib) for one in reversed(found) if one is not None]


# --- forms


def _urn(chain_id: int, *parts: bytes) -> str:
    raw = bytearray(keccak(chain_id.to_bytes(32, "big") + b"".join(parts))[:16])
    raw[6], raw[8] = raw[6] & 0x0F | 0x80, raw[8] & 0x3F | 0x80
    return f"urn:uuid:{uuid.UUID(bytes=bytes(raw))}"


def _content(one: Notification) -> str:
    article = f" (article {one.article})" if one.article else ""
    return one.sentence + article + (f" It says: “{one.text}”" if one.text else "")


def _moment(time: int) -> str:
    """A time in Unix seconds as RFC 3339 has it."""
    return datetime.fromtimestamp(min(time, 253_402_300_799), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _text(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, _atom(name))
    made.text = _legal(text)
    return made


def _extend(parent: ElementTree.Element, name: str, values: dict[str, Any]) -> None:
    ElementTree.SubElement(parent, f"{{{EXTENSION}}}{name}", {key: _legal(str(value)) for key, value in values.items()})


def _legal(text: str) -> str:
    """The text with a replacement character for what XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)
