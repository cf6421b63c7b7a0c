"""Readings of one chain held against each other, act by act: two nodes, or a node and the index.

Belongs here: what differs, at which block, in sentences. Does not belong here: reading a node (`replay`), a service's
answers (`showing`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from normledger.acts.act import Contract
from normledger.chain.node import Node
from normledger.errors import NormLedgerError
from normledger.identifiers import ZERO, Digest
from normledger.ledger.queries import Ledger, View
from normledger.provenance.replay import Act, Difference, Replay


def compare_nodes(own: Replay, other: Replay) -> list[Difference]:
    """What another node tells otherwise. Both must have been read up to the same number."""
    where = other.name
    if own.chain_id != other.chain_id:
        sentence = f"The node at {where} is of chain {other.chain_id}, not {own.chain_id}: there is nothing to compare."
        return [Difference(where, "chain", None, str(other.chain_id), sentence)]
    found = list(other.faults)
    if own.head.hash != other.head.hash:
        sentence = (
            f"At block {own.head.number} the node at {where} has {other.head.hash}, the node at {own.name} "
            f"{own.head.hash}: they follow different chains, or one of them lags behind a reorganisation."
        )
        found.append(Difference(where, "branch", own.head.number, str(other.head.hash), sentence))
    found += _acts(own.acts, other.acts, f"The node at {where}", where)
    found += _words(own, dict(other.words), f"The node at {where}", where, found)
    return found


def common_head(one: Node, other: Node) -> int:
    """The newest block number that both nodes have."""
    return min(one.head().number, other.head().number)


def first_parting(one: Node, other: Node, first: int, last: int) -> int:
    """The first block, of those from `first` to `last`, whose hash differs; that of `last` does."""
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        ours, theirs = one.block(middle), other.block(middle)
        if ours is not None and theirs is not None and ours.hash == theirs.hash:
            low = middle + 1
        else:
            high = middle
    return high


def compare_index(own: Replay, ledger: Ledger, node: Node) -> tuple[list[Difference], View | None]:
    """What the index says otherwise than the chain, up to the block that it has read; and its view there."""
    where = "index"
    try:
        view = ledger.as_of(newest=True)
    except NormLedgerError as error:
        return [Difference(where, "unreadable", None, "", f"The index cannot be compared: {error}")], None
    at = view.at
    if at.block > own.head.number:
        sentence = f"The index has read block {at.block}, which the node at {own.name} does not have."
        return [Difference(where, "ahead", at.block, str(at.hash), sentence)], None
    block = node.block(at.block)
    found = []
    if block is None or block.hash != at.hash:
        sentence = (
            f"The index was read up to block {at.block} with hash {at.hash}, which the chain does not hold: run "
            "`normledger index`."
        )
        found.append(Difference(where, "branch", at.block, str(at.hash), sentence))
    try:
        told: dict[Digest, Act] = dict(view.acts)
        for party in view.parties.values():
            told[party.digest] = party.claim
            told |= {one.digest: one for one in party.own}
        acts = {digest: act for digest, act in own.acts.items() if act.recorded.block <= at.block}
        found += _acts(acts, told, "The index", where)
        for id_, opened in own.opened.items():
            known = view.agreements.get(id_)
            if opened.recorded.block <= at.block and (
                known is None
                or (known.terms.document, known.terms.clauses, known.terms.parties, known.terms.admission)
                != (opened.document, opened.clauses, opened.parties, opened.admission)
            ):
                sentence = (
                    f"The index holds other terms of agreement {id_}, opened in block {opened.recorded.block}, than "
                    "the chain: delete index.db and index again."
                )
                found.append(Difference(where, "altered", opened.recorded.block, str(id_), sentence))
        words = dict(view.words)
    except (NormLedgerError, LookupError, ValueError, TypeError, AssertionError) as error:
        sentence = f"The index does not read ({type(error).__name__}): delete index.db and index again."
        return [*found, Difference(where, "unreadable", None, "", sentence)], None
    return [*found, *_words(own, words, "The index", where, found, at.block)], view


def _acts(own: Mapping[Digest, Act], told: Mapping[Digest, Act], who: str, where: str) -> Iterator[Difference]:
    for digest, act in own.items():
        other = told.get(digest)
        at = act.recorded
        if other is None:
            sentence = f"{who} leaves out act {digest} ({kind_of(act)}), which the chain holds in block {at.block}."
            yield Difference(where, "hidden", at.block, str(digest), sentence)
        elif other != act:
            changed = ", ".join(
                f"{name} {_shown(theirs)} where the chain has {_shown(ours)}"
                for name, ours, theirs in _changed(act, other)
            )
            sentence = f"{who} holds act {digest} of block {at.block} otherwise: {changed}."
            yield Difference(where, "altered", at.block, str(digest), sentence)
    for digest, act in told.items():
        if digest not in own:
            sentence = (
                f"{who} holds act {digest} ({kind_of(act)}) in block {act.recorded.block}, which the chain does not."
            )
            yield Difference(where, "invented", act.recorded.block, str(digest), sentence)


def _words(
    own: Replay, told: Mapping[Any, Any], who: str, where: str, known: list[Difference], last: int | None = None
) -> Iterator[Difference]:
    """Words that differ where no act explains it."""
    if known:
        return
    for key in sorted({*own.words, *told}):
        contract, subject = key
        ours = own.word_at(key, own.head.number if last is None else last)
        theirs = told.get(key, ZERO)
        if ours != theirs:
            name = f"the register of {Contract(contract).title}" if subject == ZERO else f"subject {subject}"
            sentence = f"{who} holds the word {theirs} for {name}, where the chain's events link to {ours}."
            yield Difference(where, "word", last, str(subject), sentence)


def kind_of(act: Act) -> str:
    """What an act is, in a word or two."""
    statement = getattr(act, "act", None)
    return str(statement.kind.term) if statement is not None else "claim"


def _changed(one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    """The fields in which two values of one type differ."""
    if type(one) is not type(other) or not is_dataclass(one):
        yield "it is", one, other
        return
    for field in fields(one):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        if ours != theirs:
            if is_dataclass(ours) and is_dataclass(theirs):
                yield from _changed(ours, theirs)
            else:
                yield field.name, ours, theirs


def _shown(value: Any) -> str:
    text = "0x" + value.hex() if type(value) is bytes else str(value)
    return text if len(text) <= 70 else text[:69] + "…"
