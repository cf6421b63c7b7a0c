"""Writes tests/vectors/evidence: good bundles, and one file for every way in which a bundle can be wrong.

`python -m tests.vectors.make_evidence` plays the story of tests/evidence on an embedded chain whose clock stands still,
so that the same contracts give the same bytes, puts the example into docs/reference/evidence.md, and writes

    good/NAME.json    bundles that verify, and good.json, which tells each one's block hash; those of ganache, anvil
                      (Shanghai) and prague (Anvil again) are made anew where these tools are installed, else left as
                      they are: their clocks run, so that they come out otherwise each time
    flaws/NAME.json   {"flaw": what is wrong, "of": a good bundle's name, "step": the step that must name it, …}, with

        patch         operations of JSON Patch (RFC 6902: add, remove, replace, move) on the good bundle's data, which
                      is then written canonically; then
        text          [[old, new], …]: replacements in the text, each of the first place where `old` stands
        keep          how many bytes stay
        insert        [place, bytes as hexadecimal digits]
        whole         [text, times]: instead of all this, a text repeated
        block_hash    what the reader was told; by default, nothing
        trust         the reader's trust policy; by default, none
"""

# One flaw a line, however long: they are read down the page.
# ruff: noqa: E501
# fmt: off

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import rlp

from normledger.acts.act import Act, ActKind, Contract
from normledger.acts.release import current
from normledger.acts.signature import ORDER, address_of, compact, sign
from normledger.documents.canonical import canonical_bytes
from normledger.documents.trust_policy import TrustPolicy, read_trust_policy
from normledger.evidence.statements import Stated, stated_json
from normledger.evidence.verdict import Unproven
from normledger.evidence.verification import verify
from normledger.identifiers import Hash, PartyId, keccak
from normledger.ledger.queries import terms_of
from tests.chains import KEY, Anvil, Ganache, Prague
from tests.delegations import create
from tests.evidence.forging import forged, pruned
from tests.evidence.story import QUESTIONS, SUCCEEDED, Story, key_of, still

FOLDER = Path(__file__).parent / "evidence"
OTHER = str(keccak(b"something else"))

Data = dict[str, Any]


def broken(flaw: Data, good: dict[str, bytes]) -> bytes:
    """The wrong bundle that a flaw's file describes."""
    if "whole" in flaw:
        text, times = flaw["whole"]
        return str(text).encode() * int(times)
    data = json.loads(good[flaw["of"]])
    for operation in flaw.get("patch", ()):
        data = _patched(data, operation)
    text = canonical_bytes(data).decode() if "patch" in flaw else good[flaw["of"]].decode()
    for old, new in flaw.get("text", ()):
        assert old in text, old
        text = text.replace(old, new, 1)
    raw = text.encode("utf-8", "surrogatepass")
    if "keep" in flaw:
        raw = raw[: flaw["keep"]]
    if "insert" in flaw:
        place, digits = flaw["insert"]
        raw = raw[:place] + bytes.fromhex(digits) + raw[place:]
    return raw


def judge(flaw: Data, raw: bytes, *, told: bool = False) -> str:
    """The step at which the library refuses it, or all that it says then; empty where it does not refuse it."""
    try:
        verify(
            raw,
            block_hash=Hash.parse(flaw["block_hash"]) if "block_hash" in flaw else None,
            trust=read_trust_policy(flaw["trust"]) if "trust" in flaw else None,
        )
    except Unproven as error:
        return str(error) if told else error.step
    return ""


def _patched(data: Any, operation: Data) -> Any:
    """RFC 6902, the four operations that are used here."""
    made = deepcopy(data)
    if operation["op"] == "move":
        parent, key = _place(made, operation["from"])
        value = parent.pop(key)
        parent, key = _place(made, operation["path"])
        _add(parent, key, value)
        return made
    parent, key = _place(made, operation["path"])
    if operation["op"] == "remove":
        parent.pop(key)
    elif operation["op"] == "add":
        _add(parent, key, operation["value"])
    else:
        parent[key] = operation["value"]
    return made


def _place(data: Any, path: str) -> tuple[Any, Any]:
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    for part in way:
        data = data[int(part)] if isinstance(data, list) else data[part]
    if isinstance(data, list):
        return data, len(data) if last == "-" else int(last)
    return data, last


def _add(parent: Any, key: Any, value: Any) -> None:
    if isinstance(parent, list):
        parent.insert(key, value)
    else:
        parent[key] = value


def difference(old: Any, new: Any, path: str = "") -> Iterator[Data]:
    """A patch from one value to another; lists of one length are compared entry by entry, others replaced whole."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            place = f"{path}/{key}"
            if key not in new:
                yield {"op": "remove", "path": place}
            elif key not in old:
                yield {"op": "add", "path": place, "value": new[key]}
            else:
                yield from difference(old[key], new[key], place)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for at, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from difference(one, other, f"{path}/{at}")
    elif isinstance(old, list) and isinstance(new, list) and all(isinstance(one, str) for one in old):
        for at in range(len(old) - 1, -1, -1):
            if old[at] not in new:
                yield {"op": "remove", "path": f"{path}/{at}"}
        kept = [one for one in old if one in new]
        if kept == [one for one in new if one in old]:
            for at, one in enumerate(new):
                if one not in old:
                    yield {"op": "add", "path": f"{path}/{at}", "value": one}
        else:
            yield {"op": "replace", "path": path, "value": new}
    elif old != new:
        yield {"op": "replace", "path": path, "value": new}


# --- the flaws

Change = Callable[[Data], Any]
"""Alters a copy of a good bundle's data in place, or gives another."""


class Flaws:
    """Collects flaws, each tried out: the step expected here must be the one that the library names."""

    def __init__(self, good: dict[str, bytes], later: dict[str, bytes], hashes: dict[str, str]) -> None:
        self.good, self.later, self.hashes = good, later, hashes
        self.found: dict[str, Data] = {}
        self.wrong: list[str] = []

    def add(self, name: str, flaw: str, of: str, step: str, change: Change | None = None, **more: Any) -> None:
        """A flaw; `change` becomes its patch."""
        entry: Data = {"flaw": flaw, "of": of, "step": step, **more}
        if change is not None:
            before = json.loads(self.good[of])
            after = deepcopy(before)
            after = change(after) or after
            entry["patch"] = list(difference(before, after))
            assert entry["patch"], name
        assert name not in self.found, name
        named = judge(entry, broken(entry, self.good))
        if named != step:
            self.wrong.append(f"{name}: expected {step}, named {named or 'nothing'}")
        self.found[name] = entry


def acts(data: Data, contract: str, which: int = 0) -> list[Data]:
    """The acts of a contract's subject, the first with any by default."""
    subjects = [one for one in data["subjects"] if one["contract"] == contract and one["acts"]]
    found: list[Data] = subjects[which]["acts"]
    return found


def own(data: Data, party: str) -> list[Data]:
    """The acts on a party's own subject."""
    found: list[Data] = next(one["acts"] for one in data["subjects"] if one["subject"] == party)
    return found


def by_type(data: Data, name: str) -> tuple[list[Data], int]:
    """The list that holds the first act of this type, and its place there."""
    for subject in data["subjects"]:
        for at, one in enumerate(subject["acts"]):
            if one["type"] == name:
                return subject["acts"], at
    raise LookupError(name)


def hide(name: str) -> Change:
    def change(data: Data) -> None:
        found, at = by_type(data, name)
        del found[at]

    return change


def put(*path: Any, to: Any) -> Change:
    """Set the value at a path of keys and places; `to` may be a function of the old one."""

    def change(data: Data) -> None:
        at: Any = data
        for part in path[:-1]:
            at = at[part]
        at[path[-1]] = to(at[path[-1]]) if callable(to) else to

    return change


def raised(text: str) -> str:
    return str(int(text) + 1)


def flipped(text: str) -> str:
    """The last hexadecimal digit changed."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def set_in(name: str, *path: Any, to: Any) -> Change:
    """Set a value in the first act of a type."""

    def change(data: Data) -> None:
        found, at = by_type(data, name)
        put(at, *path, to=to)(found)  # type: ignore[arg-type]

    return change


def _high_s(signature: str) -> str:
    raw = bytes.fromhex(signature[2:])
    s = ORDER - int.from_bytes(raw[32:64], "big")
    return "0x" + (raw[:32] + s.to_bytes(32, "big") + bytes([55 - raw[64]])).hex()


def flaws(story: Story, good: dict[str, bytes], later: dict[str, bytes], hashes: dict[str, str]) -> Flaws:
    """All of them."""
    made = Flaws(good, later, hashes)
    add = made.add
    _bytes(add, good)
    _form(add)
    _chain(add, made)
    _acts(add, made)
    _contents(add, made, story)
    _claims(add, made, story)
    return made


Add = Callable[..., None]


def _bytes(add: Add, good: dict[str, bytes]) -> None:
    length = len(good["consent"])
    add("a-line-break-at-the-end", "A line break follows the JSON.", "consent", "json", insert=[length, "0a"])
    add("data-at-the-end", "A second JSON value follows the first.", "consent", "json", insert=[length, "7b7d"])
    add("a-space-before", "A space stands before the JSON.", "consent", "json", insert=[0, "20"])
    add("a-byte-order-mark", "The file begins with a byte order mark.", "consent", "json", insert=[0, "efbbbf"])
    add("a-byte-that-is-no-utf-8", "One byte is not UTF-8.", "consent", "json", insert=[100, "ff"])
    add("an-overlong-letter", "A letter is written in two bytes.", "consent", "json", insert=[20, "c1a1"])
    add("cut-short", "The last bytes are missing.", "consent", "json", keep=length - 7)
    add("empty", "The file is empty.", "consent", "json", keep=0)
    add("a-list", "The file is a list.", "consent", "json", whole=["[]", 1])
    add("nested-10000-deep", "10,000 arrays within each other.", "consent", "json", whole=["[", 10_000])
    add("nested-in-the-claim", "A claim nested 100 deep.", "consent", "json", text=[['"since":', f'"since":{"[" * 100}{"]" * 100},"x":']])
    add("100-megabytes", "The file has 100 MB.", "consent", "size", whole=[" ", 100_000_000])
    add("a-key-twice", "A key stands twice.", "consent", "json", text=[['"version":1', '"version":1,"version":1']])
    add("a-key-twice-within", "A key stands twice in an act.", "consent", "json", text=[['"block":"', '"block":"1","block":"']])
    add("a-float", "A number is written as a float.", "consent", "json", text=[['"version":1', '"version":1.0']])
    add("an-exponent", "A number is written with an exponent.", "consent", "json", text=[['"version":1', '"version":1e0']])
    add("a-huge-number", "A number is beyond 2^53 - 1.", "consent", "json", text=[['"version":1', '"version":9007199254740993']])
    add("keys-out-of-order", "Two keys change places.", "consent", "json", text=[['"type":"evidence","version":1', '"version":1,"type":"evidence"']])
    add("an-escaped-letter", "A letter is escaped without need.", "consent", "json", text=[['"evidence"', '"\\u0065vidence"']])
    add("a-lone-surrogate", "A text holds half of a character.", "consent", "json", text=[["Treaty of", "Treaty\\ud800 of"]])
    add("not-nfc", "A text is not in Unicode's NFC form.", "consent", "json", text=[["Treaty of", "Treate\u0301 of"]])
    add("white-space-within", "A space stands between two tokens.", "consent", "json", text=[['"version":1', '"version": 1']])


def _form(add: Add) -> None:
    add("an-unknown-version", "It is of a later version.", "consent", "version", put("version", to=2))
    add("a-version-as-text", "Its version is a string.", "consent", "version", put("version", to="1"))
    add("another-type", "It is another kind of file.", "consent", "version", put("type", to="composition"))
    add("an-unknown-member", "It has a member that the form does not know.", "consent", "form", put_new("note"))
    add("a-member-missing", "It has no documents.", "consent", "form", lambda data: data.pop("documents") and None)
    add("an-unknown-member-of-an-act", "An act has a member more.", "consent", "form", lambda data: acts(data, "AgreementLedger")[0].update(note="x"))
    add("an-unknown-field-in-a-message", "A message shows a field that nobody signed.", "consent", "form", lambda data: acts(data, "AgreementLedger")[0]["message"].update(note="x"))
    add("a-field-missing-in-a-message", "A message lacks its deadline.", "consent", "form", lambda data: acts(data, "AgreementLedger")[0]["message"].pop("deadline") and None)
    add("an-address-without-checksum", "An address is in lower case.", "consent", "form", set_in("Signature", "message", "account", to=str.lower))
    add("a-hash-in-capitals", "A hash is in capitals.", "consent", "form", set_in("Signature", "message", "document", to=lambda text: "0x" + text[2:].upper()))
    add("a-hash-cut-short", "A hash has 31 bytes.", "consent", "form", set_in("Signature", "message", "document", to=lambda text: text[:-2]))
    add("a-leading-zero", "A number has a leading zero.", "consent", "form", set_in("Signature", "block", to=lambda text: "0" + text))
    add("a-number-as-a-number", "A block's number is no string.", "consent", "form", set_in("Signature", "block", to=int))
    add("a-negative-number", "A deadline is negative.", "consent", "form", set_in("Signature", "message", "deadline", to="-1"))
    add("a-number-too-large", "A deadline takes more than 64 bits.", "consent", "form", set_in("Signature", "message", "deadline", to=str(1 << 64)))
    add("a-subject-twice", "A subject stands twice.", "consent", "form", lambda data: data["subjects"].insert(0, data["subjects"][0]))
    add("subjects-out-of-order", "Two subjects change places.", "consent", "form", lambda data: data["subjects"].reverse())
    add("documents-out-of-order", "Two documents change places.", "candidate", "form", lambda data: data["documents"].reverse())
    add("a-document-twice", "A document stands twice.", "consent", "form", lambda data: data["documents"].append(data["documents"][0]))
    add("nodes-out-of-order", "The nodes are in another order.", "consent", "form", lambda data: data["nodes"].reverse())
    add("a-node-twice", "A node stands twice.", "consent", "form", lambda data: data["nodes"].insert(0, data["nodes"][0]))
    add("an-unknown-contract", "A subject is of no contract of ours.", "consent", "form", put("subjects", 0, "contract", to="Ledger"))
    add("an-act-under-another-subject", "An act stands under another subject.", "endorsements", "form", lambda data: acts(data, "PartyRegistry", 0).append(acts(data, "PartyRegistry", 1)[0]))
    add("an-unknown-act", "An act is of a type that there is not.", "consent", "form", set_in("Signature", "type", to="Decree"))
    add("an-act-of-another-contract", "An act is of a type that its contract does not record.", "endorsements", "form", set_in("Endorsement", "type", to="Reservation"))
    add("a-short-signature", "A signature is in its short form (EIP-2098).", "consent", "form", set_in("Signature", "signature", to=lambda text: "0x" + compact(bytes.fromhex(text[2:])).hex()))
    add("a-long-signature", "A signature has a byte more.", "consent", "form", set_in("Signature", "signature", to=lambda text: text + "00"))
    add("an-unknown-claim", "The claim is of no kind that there is.", "consent", "form", put("claim", "kind", to="peace"))
    add("a-member-more-in-the-claim", "The claim has a member more.", "consent", "form", lambda data: data["claim"].update(also="x"))
    add("a-member-less-in-the-claim", "The claim has a member less.", "consent", "form", lambda data: data["claim"].pop("toward") and None)
    add("an-unknown-document", "A document is of no kind that there is.", "consent", "form", put("documents", 0, "type", to="letter"))
    add("a-document-with-a-default-spelt-out", "A document says what it need not say, so it is hashed otherwise.", "consent", "form", put_new("delay_days", 0, at=("documents", 0)))
    add("a-party-of-no-kind", "A claim is of a kind that there is not.", "consent", "form", set_in("Claim", "message", "kind", to=8))
    add("an-empty-identifier", "A party claims nothing.", "consent", "form", set_in("Claim", "message", "identifier", to=""))
    add("text-given-as-bytes", "An identifier that is text is given as bytes.", "consent", "form", set_in("Claim", "message", "identifier", to=lambda text: {"bytes": "0x" + text.encode().hex()}))
    add("two-contracts", "The release has two contracts.", "consent", "form", lambda data: data["release"].pop() and None)


def put_new(key: str, value: Any = "x", at: tuple[Any, ...] = ()) -> Change:
    def change(data: Data) -> None:
        inside: Any = data
        for part in at:
            inside = inside[part]
        inside[key] = value

    return change


def _chain(add: Add, made: Flaws) -> None:
    hash_ = made.hashes["consent"]
    later = {name: json.loads(raw) for name, raw in made.later.items()}
    add("another-release", "Its contracts are of another release.", "consent", "release", put("release", 1, to=OTHER))
    add("release-in-another-order", "The release's contracts are in another order.", "consent", "release", lambda data: data["release"].reverse())
    add("a-header-cut-short", "The header lacks its last byte.", "consent", "header", put("header", to=lambda text: text[:-2]))
    add("a-header-with-more", "A byte follows the header.", "consent", "header", put("header", to=lambda text: text + "00"))
    add("a-header-that-is-none", "The header is a list of one number.", "consent", "header", put("header", to="0xc101"))
    add("no-header", "The header is empty.", "consent", "header", put("header", to="0x"))
    add("another-block-s-hash", "The reader was told another block's hash.", "consent", "block", block_hash=OTHER)
    add("a-header-s-time-altered", "The header tells another time.", "consent", "block", _at_another_time, block_hash=hash_)
    add("yesterday-s-header", "All of it is as of an earlier block than the reader asked about.", "consent-open", "block", block_hash=str(verify(made.later["consent"]).header.hash))
    add("a-made-up-chain", "Header, state and words are made up to fit the acts.", "endorsements", "block", forged, block_hash=hash_)
    add("a-node-missing", "A node of a proof is missing.", "consent", "state", lambda data: data["nodes"].pop() and None)
    add("a-node-altered", "A node of a proof is altered.", "consent", "state", put("nodes", 0, to=flipped))
    add("a-node-more", "A node belongs to no proof.", "consent", "state", lambda data: data["nodes"].append("0xff"))
    add("no-nodes", "There are no proofs.", "consent", "state", put("nodes", to=[]))
    add("a-header-of-another-block", "The proofs are of another block than the header.", "consent-open", "state", put("header", to=later["consent"]["header"]))
    add("proofs-of-other-slots", "The proofs are of other slots of the same contracts.", "consent-open", "state", put("nodes", to=json.loads(made.good["consent"])["nodes"]))
    add("proofs-of-another-contract", "The proofs are of another contract's storage.", "endorsements", "state", put("nodes", to=json.loads(made.good["consent"])["nodes"]))
    add("another-subject-s-proof", "A subject is called by another name than the one proven.", "consent", "state", _renamed)
    add("another-chain", "It is said to be of another chain.", "consent", "signatures", put("chain_id", to="1"))


def _at_another_time(data: Data) -> None:
    fields = rlp.decode(bytes.fromhex(data["header"][2:]))
    fields[11] = (int.from_bytes(fields[11], "big") + 86_400).to_bytes(len(fields[11]), "big")
    data["header"] = f"0x{rlp.encode(fields).hex()}"


def _renamed(data: Data) -> None:
    subject = next(one for one in data["subjects"] if one["contract"] == "AgreementLedger")
    subject["subject"] = OTHER
    for one in subject["acts"]:
        one["message"]["agreement"] = OTHER


def _acts(add: Add, made: Flaws) -> None:
    later = {name: json.loads(raw) for name, raw in made.later.items()}
    add("a-signature-altered", "A byte of a signature is changed.", "endorsements", "signatures", set_in("Endorsement", "signature", to=lambda text: text[:20] + ("1" if text[20] != "1" else "2") + text[21:]))
    add("a-high-s", "A signature is the other one of its pair (EIP-2).", "endorsements", "signatures", set_in("Endorsement", "signature", to=_high_s))
    add("another-v", "A signature's last byte is the other.", "consent", "signatures", set_in("Signature", "signature", to=lambda text: text[:-2] + ("1c" if text.endswith("1b") else "1b")))
    add("a-v-from-0", "A signature counts v from 0.", "consent", "signatures", set_in("Signature", "signature", to=lambda text: text[:-2] + f"{int(text[-2:], 16) - 27:02x}"))
    add("a-signature-of-zeros", "A signature is all zeros.", "consent", "signatures", set_in("Signature", "signature", to="0x" + "00" * 65))
    add("another-act-s-signature", "An act carries the signature of another.", "endorsements", "signatures", set_in("Endorsement", "signature", to=lambda _: acts(json.loads(made.good["endorsements"]), "NormRegistry")[0]["signature"]))
    for name, member, to in (
        ("a-reason-altered", "reason", OTHER), ("a-number-raised", "number", raised), ("a-deadline-added", "deadline", raised),
        ("a-party-altered", "party", flipped),
    ):
        add(name, f"The {member} of an endorsement is altered.", "endorsements", "signatures", set_in("Endorsement", "message", member, to=to))
    add("an-account-altered", "The account of an act is another's.", "endorsements", "signatures", set_in("Endorsement", "message", "account", to=lambda _: acts(json.loads(made.good["endorsements"]), "NormRegistry")[0]["message"]["account"]))
    add("an-endorsement-turned-into-opposition", "An endorsement is shown as opposition.", "endorsements", "signatures", set_in("Endorsement", "type", to="Opposition"))
    add("a-clause-altered", "A reservation is shown as one of another clause.", "consent-open", "signatures", set_in("Reservation", "message", "clause", to=flipped))
    add("a-text-of-a-reservation-altered", "A reservation's text is another.", "consent-open", "signatures", set_in("Reservation", "message", "content", to=OTHER))
    add("an-identifier-altered", "A party claims something else.", "consent", "signatures", _claimed_otherwise)
    add("powers-widened", "Full powers are shown for more kinds of act.", "powers", "signatures", set_in("FullPowers", "message", "kinds", to=raised))
    add("powers-prolonged", "Full powers are shown to last longer.", "powers", "signatures", set_in("FullPowers", "message", "until", to=raised))
    add("a-signature-stripped-and-the-act-altered", "An act without its signature says something else.", "endorsements", "words", _stripped)
    add("a-wallet-s-act-altered", "What a contract wallet stated is altered; no signature tells.", "endorsements", "words", _wallet_altered)
    for name, kind, of in (
        ("a-reservation-hidden", "Reservation", "consent-open"), ("an-accession-hidden", "Accession", "consent-open"),
        ("an-endorsement-hidden", "Endorsement", "endorsements"), ("an-opposition-hidden", "Opposition", "endorsements"),
        ("an-anchor-hidden", "Anchor", "endorsements"), ("powers-hidden", "FullPowers", "powers"),
        ("reports-hidden", "Reports", "report"), ("a-founding-signature-hidden", "Signature", "consent"),
        ("a-recognition-hidden", "Recognition", "recognised"), ("alignments-hidden", "Alignments", "maximal"),
    ):
        add(name, f"One act is left out: {kind}.", of, "words", hide(kind))
    add("a-withdrawal-hidden", "A withdrawal is left out of today's acts.", "later-reduced", "words", hide("Withdrawal"))
    add("an-amendment-hidden", "A proposed amendment is left out.", "later-reduced", "words", hide("Amendment"))
    add("a-rotation-hidden", "A party's rotation, which ended all powers, is left out.", "later-powers", "words", hide("Rotation"))
    add("a-rotation-s-consent-altered", "The next account's signature is another's.", "later-powers", "signatures", set_in("Rotation", "consent", to=flipped_inside))
    add("a-withdrawal-of-a-stance-hidden", "A withdrawn endorsement is shown as standing.", "later-endorsements", "words", hide("Withdrawal"))
    add("withdrawn-consent-shown-as-standing", "Yesterday's acts stand under today's state.", "consent-open", "words", _moved_to(later["consent-reduced"]))
    add("an-act-added", "An act stands twice.", "endorsements", "words", lambda data: acts(data, "NormRegistry").append(acts(data, "NormRegistry")[-1]))
    add("acts-swapped", "Two acts of a subject change places.", "endorsements", "words", _swapped)
    add("a-block-altered", "An act is shown in another block.", "endorsements", "words", set_in("Endorsement", "block", to=raised))
    add("a-time-altered", "An act is shown at another time.", "endorsements", "words", set_in("Endorsement", "time", to=raised))
    add("an-act-after-the-block", "An act is of a block after the header's.", "endorsements", "words", lambda data: put(-1, "block", to="99999")(acts(data, "NormRegistry")))  # type: ignore[arg-type]
    add("a-subject-emptied", "A party's own subject is shown empty.", "consent", "words", lambda data: acts(data, "PartyRegistry").clear())
    add("a-claim-moved-to-a-list", "A list is shown without its first act.", "recognised", "words", hide("Reports"))
    add("an-invented-endorsement", "A stranger's endorsement is added, and the state made up to fit.", "endorsements", "powers", _invented)


def flipped_inside(text: str) -> str:
    return text[:10] + ("0" if text[10] != "0" else "1") + text[11:]


def _claimed_otherwise(data: Data) -> None:
    found, at = by_type(data, "Claim")
    found[at]["message"]["profile"] = OTHER


def _stripped(data: Data) -> None:
    found, at = by_type(data, "Endorsement")
    found[at]["signature"] = "0x"
    found[at]["message"]["reason"] = OTHER


def _wallet_altered(data: Data) -> None:
    one = next(one for one in acts(data, "NormRegistry") if one["signature"] == "0x")
    one["message"]["reason"] = OTHER


def _moved_to(other: Data) -> Change:
    def change(data: Data) -> None:
        data["header"], data["nodes"] = other["header"], other["nodes"]

    return change


def _swapped(data: Data) -> None:
    found = acts(data, "NormRegistry")
    found[1], found[2] = found[2], found[1]


def _invented(data: Data) -> Data:
    """An endorsement by a key that is nobody's, in the name of a party that opposed."""
    key, last = key_of("a stranger"), acts(data, "NormRegistry")[-1]
    party = PartyId.parse(data["claim"]["opposed_by"][0])
    act = Act(Contract.NORM_REGISTRY, ActKind.ENDORSEMENT, Hash.parse(data["claim"]["norm"]), party, address_of(key), 9)
    digest = current().domain(Contract.NORM_REGISTRY, int(data["chain_id"])).digest(act)
    acts(data, "NormRegistry").append(
        stated_json(Stated(act, sign(digest, key), int(last["block"]), int(last["time"])))
    )
    data["claim"]["endorsed_by"] = sorted([*data["claim"]["endorsed_by"], str(party)])
    data["claim"]["opposed_by"] = []
    return forged(data)


def _contents(add: Add, made: Flaws, story: Story) -> None:
    norvale = str(story.ids["norvale"])
    reader = TrustPolicy((story.ids["norvale"],)).to_json()
    add("another-trust-policy", "The reader trusts others than the claim does.", "maximal", "trust", trust=reader)

    def without(party: str) -> Change:
        def change(data: Data) -> Data:
            data["subjects"] = [one for one in data["subjects"] if one["subject"] != party]
            return pruned(data)

        return change

    add("a-party-s-subject-left-out", "A party's own subject, hence its rotations, is left out.", "consent", "subjects", without(norvale))
    add("an-anchored-party-s-subject-left-out", "The subject of a party whose endorsement was anchored is left out.", "endorsements", "subjects", without(str(story.ids["umbrelle"])))
    add("a-later-text-s-acts-left-out", "The acts on the text that took the earlier one's place are left out.", "succeeded-consent", "subjects", without(str(terms_of(story.closer).id)))
    add("a-list-left-out", "A trusted author's list is left out.", "maximal", "subjects", lambda data: without(_list_of(data))(data))
    add("a-recogniser-s-list-left-out", "A recogniser's list is left out.", "recognised", "subjects", lambda data: without(_list_of(data))(data))
    add("an-agreement-left-out", "An agreement that is named is left out.", "candidate", "subjects", lambda data: without(data["claim"]["among"][0])(data))
    add("a-subject-more", "A subject is added on which the claim does not rest.", "consent", "subjects", lambda data: _with_more(data, json.loads(made.good["endorsements"])))
    add("a-recogniser-more", "Somebody is named as recogniser whose list is not there.", "consent", "subjects", put("recognisers", to=[norvale]))
    add("a-recogniser-less", "A recogniser's list came along, and it is not named.", "recognised", "subjects", put("recognisers", to=[]))
    add("a-text-left-out", "The agreement's text is left out.", "consent", "documents", put("documents", to=[]))
    add("a-text-altered", "A word of the agreement is changed.", "consent", "documents", put("documents", 0, "clauses", 0, "text", to="Neither Party attacks."))
    add("a-clause-moved", "Two clauses change places.", "consent", "documents", lambda data: data["documents"][0]["clauses"].reverse())
    add("a-clause-dropped", "A clause is left out of the text.", "consent", "documents", lambda data: data["documents"][0]["clauses"].pop() and None)
    add("a-rule-altered", "The notice for withdrawal is another.", "consent", "documents", put("documents", 0, "notice_days", to=90))
    add("a-title-altered", "The agreement is called otherwise.", "consent", "documents", put("documents", 0, "title", to="Treaty of the three"))
    add("a-norm-s-text-altered", "The norm says something else.", "endorsements", "documents", lambda data: next(one for one in data["documents"] if one["type"] == "norm").update(text="All may attack.") or data["documents"].sort(key=_name))
    add("a-document-more", "A document is added on which the claim does not rest.", "consent", "documents", lambda data: data["documents"].append({"type": "statement", "text": "By the way."}) or data["documents"].sort(key=_name))
    add("a-report-s-basis-altered", "The sources of what was reported are others.", "report", "documents", put("documents", 0, "sources", to=["https://example.org/other"]))
    add("an-anchored-signature-altered", "An anchored endorsement carries another signature, hence gives another root.", "endorsements", "claim", lambda data: put("leaves", 0, "number", to=raised)(next(one for one in data["documents"] if one["type"] == "endorsements")) or data["documents"].sort(key=_name))  # type: ignore[func-returns-value]
    add("a-missing-text-not-named", "A text that is away is not named as missing.", "candidate", "documents", lambda data: data["documents"].pop() and None)
    add("a-text-named-missing-that-is-there", "A text is named as missing and came along.", "candidate", "claim", lambda data: put("claim", "missing", to=[str(keccak(canonical_bytes(next(one for one in data["documents"] if one["type"] == "agreement"))))])(data))
    add("the-register-in-another-order", "The register's agreements are in another order.", "maximal", "registers", lambda data: data["claim"]["among"].reverse())

    def left_out(data: Data) -> Data:
        gone = data["claim"]["among"].pop()
        return dict(without(gone)(data))

    add("an-agreement-on-the-register-left-out", "An agreement on the register is left out of all lists.", "later-maximal", "registers", left_out)
    add("an-agreement-named-twice", "The register is told to list an agreement twice.", "maximal", "registers", lambda data: data["claim"]["among"].append(data["claim"]["among"][0]))
    add("a-part-told-as-the-whole", "A candidate from chosen agreements is told as maximal.", "candidate", "state", put("claim", "maximal", to=True))


def _list_of(data: Data) -> str:
    return next(one["subject"] for one in data["subjects"] if any(act["type"] == "Alignments" for act in one["acts"]))


def _name(document: Data) -> bytes:
    return keccak(canonical_bytes(document))


def _with_more(data: Data, other: Data) -> Data:
    known = {one["subject"] for one in data["subjects"]}
    more = next(one for one in other["subjects"] if one["contract"] == "PartyRegistry" and one["subject"] not in known)
    data["subjects"].append(more)
    data["subjects"].sort(key=lambda one: (one["contract"] != "PartyRegistry", one["subject"]))
    data["nodes"] = sorted({*data["nodes"], *other["nodes"]})
    return pruned(data)


def _claims(add: Add, made: Flaws, story: Story) -> None:
    other = str(story.ids["umbrelle"])
    add("consent-since-another-day", "The claim says that the party consented later.", "consent", "claim", put("claim", "since", to=raised))
    add("binding-since-another-day", "The claim says that it binds since later.", "consent", "claim", put("claim", "binds_since", to=raised))
    add("binding-since-never", "The claim says that it binds not yet.", "consent", "claim", put("claim", "binds_since", to=None))
    add("toward-one-less", "The claim leaves out toward whom it binds.", "consent", "claim", put("claim", "toward", to=[]))
    add("toward-one-more", "The claim says that it binds toward a stranger.", "consent", "claim", lambda data: data["claim"]["toward"].append(other))
    add("toward-one-twice", "The claim names a party twice.", "consent", "claim", lambda data: data["claim"]["toward"].append(data["claim"]["toward"][0]))
    add("toward-one-that-reserved", "The claim says that the clause binds toward a party that reserved it.", "consent-reduced", "claim", lambda data: data["claim"]["toward"].append(str(story.ids["quillory"])))
    add("consent-of-a-stranger", "The claim is about a party that did not consent.", "consent", "claim", put("claim", "party", to=other))
    add("consent-to-another-clause", "The claim is about a clause of another agreement.", "consent", "claim", put("claim", "clause", to=str(story.clause(1))))
    add("consent-to-a-reserved-clause", "The claim is about a clause that the party reserved.", "consent-reduced", "claim", put("claim", "party", to=str(story.ids["quillory"])))
    add("consent-withdrawn", "The claim is about a party that has withdrawn.", "later-reduced", "claim", put("claim", "party", to=str(story.ids["hobnail"])))
    add("a-party-of-the-later-text-as-bound-toward-another", "The claim says that the earlier text still binds toward a party of the later one.", "succeeded-consent", "claim", lambda data: data["claim"].update(toward=sorted([*data["claim"]["toward"], str(story.ids["lanterns"])])))
    add("a-later-text-left-out", "The text that took the earlier one's place is left out.", "succeeded-consent", "documents", lambda data: data["documents"].remove(next(one for one in data["documents"] if one["title"] == story.closer.title)))
    add("a-replaced-party-counted", "The candidate counts a party by an accord that a later text replaced.", "succeeded-maximal", "claim", lambda data: data["claim"].update(parties=sorted([*data["claim"]["parties"], str(story.ids["umbrelle"])])))
    add("a-replaced-agreement-counted", "The candidate rests on an accord that binds nobody any more.", "succeeded-maximal", "claim", lambda data: data["claim"].update(agreements=sorted([*data["claim"]["agreements"], str(terms_of(story.third).id)])))
    add("a-text-and-its-successor-as-independent", "The candidate rests on a text and on the one that took its place, and on nothing else.", "succeeded-maximal", "claim", _among_successors(story))
    add("an-endorser-left-out", "The claim leaves out an endorser.", "endorsements", "claim", lambda data: data["claim"]["endorsed_by"].pop() and None)
    add("an-endorser-more", "The claim names an endorser that did not endorse.", "endorsements", "claim", lambda data: data["claim"]["endorsed_by"].append(other))
    add("a-party-listed-twice", "The claim counts an endorser twice.", "endorsements", "claim", lambda data: data["claim"]["endorsed_by"].append(data["claim"]["endorsed_by"][-1]))
    add("endorsers-in-another-order", "The claim lists the endorsers in another order.", "endorsements", "claim", lambda data: data["claim"]["endorsed_by"].reverse())
    add("an-opponent-left-out", "The claim leaves out who opposes.", "endorsements", "claim", put("claim", "opposed_by", to=[]))
    add("an-opponent-as-endorser", "The claim shows an opponent as endorser.", "endorsements", "claim", lambda data: data["claim"]["endorsed_by"].append(data["claim"]["opposed_by"].pop()))
    add("an-anchored-one-as-recorded", "The claim counts an anchored endorsement as a recorded one.", "endorsements", "claim", lambda data: data["claim"]["endorsed_by"].append(data["claim"]["anchored"].pop()))
    add("an-anchored-one-more", "The claim counts an anchored endorsement that is not there.", "endorsements", "claim", lambda data: data["claim"]["anchored"].append(other))
    add("an-anchored-one-recorded-already", "A withdrawn endorsement is counted.", "later-endorsements", "claim", lambda data: data["claim"]["endorsed_by"].append(str(story.ids["norvale"])))
    add("another-grant", "The claim names another act as the grant of powers.", "powers", "claim", put("claim", "grant", to=OTHER))
    add("another-representative", "The claim names another account as representative.", "powers", "claim", put("claim", "representative", to=str(story.wallet)))
    add("another-act", "The claim is about an act that there is not.", "powers", "claim", put("claim", "act", to=OTHER))
    add("powers-where-none-were-needed", "The claim is about an act of the party's own account.", "powers", "claim", _own_act(story))
    add("another-reported-actor", "The report names another actor.", "report", "claim", put("claim", "leaf", "party", "name", to="Keeper 9"))
    add("another-reported-date", "The report gives another date.", "report", "claim", put("claim", "leaf", "date", to="2021-05"))
    add("a-report-moved", "The report stands at another place of its batch.", "report", "claim", put("claim", "position", to="0"))
    add("a-path-s-side-swapped", "A sibling on the way to the batch's root stands on the other side.", "report", "claim", lambda data: data["claim"]["path"][0].update(right=data["claim"]["path"][0].pop("left")))
    add("a-path-altered", "A hash on the way to the batch's root is another.", "report", "claim", put("claim", "path", 0, "left", to=flipped))
    add("a-path-cut-short", "The way to the batch's root is cut short.", "report", "claim", lambda data: data["claim"]["path"].pop() and None)
    add("a-path-with-more", "The way to the batch's root goes on.", "report", "claim", lambda data: data["claim"]["path"].append({"left": OTHER}))
    add("another-batch", "The report is said to be of another batch.", "report", "claim", put("claim", "act", to=OTHER))
    add("another-author", "The report is said to be another's.", "report", "subjects", put("claim", "author", to=other))
    add("another-candidate", "The candidate is another than follows.", "candidate", "claim", put("claim", "key", to=OTHER))
    add("a-candidate-s-party-left-out", "A party of the coalition is left out.", "candidate", "claim", lambda data: data["claim"]["parties"].pop() and None)
    add("a-candidate-s-party-more", "A party is added to the coalition.", "candidate", "claim", lambda data: data["claim"]["parties"].append(other))
    add("a-candidate-s-agreement-left-out", "An agreement that supports the candidate is left out.", "candidate", "claim", lambda data: data["claim"]["agreements"].pop() and None)
    add("another-outcome", "The outcome is another.", "candidate", "claim", put("claim", "outcomes", 0, to=OTHER))
    add("the-other-world", "What was an exercise is told as real.", "candidate", "claim", put("claim", "world", to="real"))
    add("the-other-basis", "What was consented to is told as reported.", "candidate", "claim", put("claim", "basis", to="reported"))
    add("a-larger-coalition-asked-for", "The smallest coalition asked for is larger than the one told.", "candidate", "claim", put("claim", "parameters", "minimum_parties", to=9))
    add("parameters-out-of-range", "A parameter is out of its range.", "candidate", "claim", put("claim", "parameters", "threshold", to=0))
    add("a-trust-policy-with-a-list-less", "The trust policy is not in the form in which it is hashed.", "candidate", "claim", lambda data: data["claim"]["trust_policy"].pop("reports") or None)


def _own_act(story: Story) -> Change:
    own_act = next(
        act
        for act in story.workspace.newest().acts_on(Contract.NORM_REGISTRY, story.norm.hash)
        if act.act.party == story.ids["lanterns"]
    )

    def change(data: Data) -> None:
        data["claim"]["act"], data["claim"]["party"] = str(own_act.digest), str(story.ids["lanterns"])

    return change


def _among_successors(story: Story) -> Change:
    """A candidate of the pact and of the closer one alone."""
    def change(data: Data) -> Data:
        data["claim"] |= {"maximal": False, "among": sorted(str(terms_of(one).id) for one in (story.pact, story.closer))}
        return pruned(data)

    return change


LATER = {"later-reduced": "consent-reduced", "later-powers": "powers", "later-endorsements": "endorsements", "later-maximal": "maximal"}


CHAINS = {"ganache": Ganache, "anvil": Anvil, "prague": Prague}


def others(folder: Path) -> dict[str, bytes]:
    """Good bundles from real chains."""
    found: dict[str, bytes] = {}
    for name, program in CHAINS.items():
        if program.missing():
            found |= {path.stem: path.read_bytes() for path in (folder / "good").glob(f"{name}-*.json")}
            continue
        with tempfile.TemporaryDirectory() as temporary, program(Path(temporary)) as process:
            os.environ["NORMLEDGER_RELAYER_KEY"] = KEY.hex()
            try:
                with create(Path(temporary) / ".normledger", chain=process.url) as workspace:
                    workspace.deploy()
                    workspace.update()
                    story = Story(workspace).begin()
                    found |= {f"{name}-{one}": story.proven(one)[0] for one in ("consent", "endorsements")}
            finally:
                del os.environ["NORMLEDGER_RELAYER_KEY"]
    return found


def write(folder: Path) -> Flaws:
    """Play the story and write everything."""
    with tempfile.TemporaryDirectory() as temporary, still(Path(temporary)) as workspace:
        story = Story(workspace).begin()
        good = {name: story.proven(name)[0] for name in QUESTIONS}
        story.turn()
        good |= {name: story.proven(of, story.turned)[0] for name, of in LATER.items()}
        later = {name: story.proven(name, story.turned)[0] for name in ("consent", "consent-reduced")}
        making = story.succeed().bundling(story.succeeded)
        good |= {name: making.proven(question(story, making))[0] for name, question in SUCCEEDED.items()}
        hashes = {name: str(verify(raw).header.hash) for name, raw in good.items()}
        made = flaws(story, good, later, hashes)
    good |= others(folder)
    hashes = {name: str(verify(raw).header.hash) for name, raw in sorted(good.items())}
    for part in ("good", "flaws"):
        (folder / part).mkdir(parents=True, exist_ok=True)
        for old in (folder / part).glob("*.json"):
            old.unlink()
    for name, raw in good.items():
        (folder / "good" / f"{name}.json").write_bytes(raw)
    (folder / "good.json").write_text(json.dumps(hashes, indent=1) + "\n", "utf-8")
    for name, flaw in made.found.items():
        (folder / "flaws" / f"{name}.json").write_text(json.dumps(flaw, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return made


PAGE = Path(__file__).resolve().parents[2] / "docs/reference/evidence.md"


def page(text: str, raw: bytes) -> str:
    """The page with this bundle as its example, long values cut off."""
    shown = json.dumps(_short(json.loads(raw)), ensure_ascii=False, indent=2)
    before, _, rest = text.partition("```json evidence\n")
    return f"{before}```json evidence\n{shown}\n```{rest[rest.index('```') + 3 :]}"


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_short(inner) for inner in value]
    return f"{value[:34]}…" if isinstance(value, str) and value.startswith("0x") and len(value) > 66 else value


if __name__ == "__main__":
    done = write(FOLDER)
    PAGE.write_text(page(PAGE.read_text("utf-8"), done.good["consent"]), "utf-8")
    print(f"{len(done.good)} good bundles, {len(done.found)} flaws")
    for line in done.wrong:
        print(line)
    sys.exit(1 if done.wrong else 0)
