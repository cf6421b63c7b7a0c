"""From what a person calls a thing to its node: ids, hashes, digests, addresses, titles, identifiers.

Belongs here: finding one thing and reading what it rests on. Does not belong here: what that is (`lineage`).
"""

import re
from collections.abc import Callable
from typing import get_args

from normledger.acts.act import ActKind, Contract
from normledger.acts.consent import is_founding
from normledger.documents.document import Outcome, Reports
from normledger.errors import InputError, NotFound
from normledger.identifiers import Address, AgreementId, Hash, NormId, OutcomeId, PartyId, keccak
from normledger.provenance.ascent import Ascent
from normledger.provenance.lineage import Lineage
from normledger.provenance.nodes import Kind

_KEY = re.compile(rf"({'|'.join(get_args(Kind))}):(0x[0-9a-fA-F]+)(?:\.\d+)?\Z")
_FIX = "give the id, hash or digest of something on this register, or a title, name or identifier"


def find(lineage: Lineage, name: str) -> str:
    """The key of what `name` names, once everything that it rests on is read.

    A thing that has a standing is named by itself here; `standing_of` leads from it to its standing. Raises `NotFound`,
    or `InputError` for a name that several things bear.
    """
    written = _KEY.match(name)
    kind, word = (written[1], written[2]) if written else (None, name)
    if re.match(r"0x[0-9a-fA-F]{40}\Z", word) and kind in (None, "account"):
        found = _account(lineage, Address.parse(word))
    elif re.match(r"0x[0-9a-fA-F]{64}\Z", word):
        found = _by_hash(lineage, Hash.parse(word.lower()), kind)
    else:
        found = _by_word(lineage, name)
    if found is None:
        raise NotFound("thing with a provenance", name[:200], _FIX)
    return found


def standing_of(lineage: Lineage, key: str) -> str:
    """From a thing to its standing, from an act to its instrument: what gathers all that bears on it; or itself."""
    kind, _, name = key.partition(":")
    if kind == "act":
        return f"instrument:{name}" if lineage.has(f"instrument:{name}") else key
    standing = f"standing:{name}.{lineage.view.at.block}"
    return standing if lineage.has(standing) else key


def _by_hash(lineage: Lineage, hash_: Hash, kind: str | None) -> str | None:
    looks: dict[str, Callable[[Lineage, Hash], str | None]] = {
        "norm": _norm,
        "agreement": _agreement,
        "party": _party,
        "act": _act,
        "clause": _clause,
        "outcome": _outcome,
        "text": _text,
        "report": _leaf,
        "candidate": _candidate,
    }
    looks["actor"] = _actor
    same = {"instrument": ("act",), "alignment": ("report",), "standing": tuple(looks)}
    for look in (kind,) if kind in looks else same.get(kind or "", tuple(looks)):
        found = looks[look](lineage, hash_)
        if found:
            exact = f"{kind}:{hash_}"
            return exact if kind and lineage.has(exact) else found
    # What only its hash is known of, such as a text that nobody has: whoever names it is on the register.
    names = [f"{one}:{hash_}" for one in ([kind] if kind else get_args(Kind)) if one not in ("account", "standing")]
    ascent = Ascent(lineage)
    for one in names:
        ascent.open(one)
    if not any(map(lineage.has, names)):  # a leaf of a batch that no longer stands
        for author in lineage.view.authors():
            lineage.list_of(author)
    return next((one for one in names if lineage.has(one)), None)


def _norm(lineage: Lineage, hash_: Hash) -> str | None:
    # By its own word, which is read alone: a mapping of all norms may be dear.
    if not lineage.view.acts_on(Contract.NORM_REGISTRY, hash_):
        return None
    lineage.norm(NormId(hash_))
    return f"norm:{hash_}"


def _agreement(lineage: Lineage, hash_: Hash) -> str | None:
    if not any(is_founding(act) for act in lineage.view.acts_on(Contract.AGREEMENT_LEDGER, hash_)):
        return None
    lineage.agreement(AgreementId(hash_))
    return f"agreement:{hash_}"


def _party(lineage: Lineage, hash_: Hash) -> str | None:
    if PartyId(hash_) not in lineage.view.parties:
        return None
    lineage.party(PartyId(hash_))
    return f"party:{hash_}"


def _act(lineage: Lineage, hash_: Hash) -> str | None:
    key = f"act:{hash_}"
    Ascent(lineage).open(key)
    return key if lineage.has(key) else None


def _clause(lineage: Lineage, hash_: Hash) -> str | None:
    return f"clause:{hash_}" if lineage.clause(hash_) else None


def _outcome(lineage: Lineage, hash_: Hash) -> str | None:
    if not isinstance(lineage.view.document(hash_), Outcome):
        return None
    lineage.outcome(OutcomeId(hash_))
    return f"outcome:{hash_}"


def _text(lineage: Lineage, hash_: Hash) -> str | None:
    if lineage.view.document(hash_) is None:
        return None
    if lineage.view.reported_agreement(hash_):
        lineage.reported(hash_)
    return lineage.text(hash_)


def _leaf(lineage: Lineage, hash_: Hash) -> str | None:
    for kind in (ActKind.REPORTS, ActKind.ALIGNMENTS):
        for batch in lineage.view.batches(kind):
            if batch.document and hash_ in batch.document.leaf_hashes:
                lineage.list_of(batch.document.author)
                return f"{'report' if isinstance(batch.document, Reports) else 'alignment'}:{hash_}"
    return None


def _actor(lineage: Lineage, hash_: Hash) -> str | None:
    for batch in lineage.view.batches(ActKind.REPORTS):
        if isinstance(batch.document, Reports) and hash_ in {
            keccak(leaf.actor.identifier.encode()) for leaf in batch.document.leaves
        }:
            lineage.list_of(batch.document.author)
    return f"actor:{hash_}" if lineage.has(f"actor:{hash_}") else None


def _candidate(lineage: Lineage, hash_: Hash) -> str | None:
    lineage.candidates()
    key = f"candidate:{hash_}.{lineage.view.at.block}"
    return key if lineage.has(key) else None


def _account(lineage: Lineage, address: Address) -> str | None:
    for party in lineage.view.parties_through(address):
        lineage.party(party)
    return lineage.account(address)


def _by_word(lineage: Lineage, name: str) -> str | None:
    view = lineage.view
    found: list[str] = []
    for look, read in (
        (lambda: view.norm(name).id, _norm),
        (lambda: view.agreement(name).id, _agreement),
        (lambda: view.party(name).id, _party),
    ):
        try:
            key = read(lineage, look())
        except NotFound:
            continue
        if key:
            found.append(key)
    if len(found) > 1:
        raise InputError(f"{len(found)} things are called {name!r}; name one by its key: {', '.join(found)}")
    return found[0] if found else None
