"""What a service shows, held against a view of one's own: acts hidden or invented, texts swapped, counts that lie.

`look` gathers one service's answers as of the block that it states, `compare` holds them against the fresh reading of
one's own node as of that block. Between two blocks with acts nothing changes, so lists are asked for as of the last one
with acts: every index answers for that block alike, however far it has read. Texts are judged by their hashes, so that
documents which only the service has can be borrowed from it. Fields of the API that are not known here are passed over.

Belongs here: one look. Does not belong here: remembering what was shown before (`watching`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from normledger.acts.act import ActKind, Contract, RecordedAct
from normledger.composition.counts import Count
from normledger.composition.result import Composition
from normledger.documents.document import Statement
from normledger.errors import InputError, IntegrityError, NormLedgerError
from normledger.evidence.verdict import one_line
from normledger.identifiers import Digest, Hash
from normledger.ledger.answers import AgreementView, NormView, Party
from normledger.ledger.queries import View
from normledger.provenance.mirrors import Mirror, Unreachable, named_documents, unlisted
from normledger.provenance.reading import Reading
from normledger.provenance.replay import Difference

Answer = Mapping[str, Any]


@dataclass
class Shown:
    """What a service showed in one look. Nothing in it is believed.

    `block`, `hash` and `digest` are as it states them; `asked` is the block as of which its lists were asked for, None
    where it states one that this node does not have.
    """

    url: str
    status: Answer
    block: int
    hash: str
    digest: str
    asked: int | None = None
    parties: list[Answer] = field(default_factory=list)
    agreements: list[Answer] = field(default_factory=list)
    agreement: dict[str, Answer | None] = field(default_factory=dict)
    norms: list[Answer] = field(default_factory=list)
    norm: dict[str, Answer | None] = field(default_factory=dict)
    stances: dict[str, list[Answer]] = field(default_factory=dict)

    def acts(self) -> Iterator[Answer]:
        """Every act that it lists."""
        for told in (*self.agreement.values(), *self.norm.values()):
            acts = told.get("acts") if told else None
            yield from (one for one in acts or () if isinstance(one, dict))


def look(mirror: Mirror, reading: Reading, also: Iterable[tuple[str, str]] = ()) -> Shown:
    """Ask a service for all that it lists, as of the block that it states.

    `also` are ("agreements" or "norms", id) to ask for even where no list names them. Raises `Unreachable`.
    """
    status = mirror.json("/v1/status")
    at = status.get("as_of") if status else None
    if not status or not isinstance(at, dict) or type(at.get("block")) is not int or at["block"] < 0:
        raise Unreachable(f"The service at {mirror.url} states no block at /v1/status.")
    shown = Shown(mirror.url, status, at["block"], str(at.get("hash")), str(status.get("digest")))
    if at.get("chain_id") != reading.node.chain_id or shown.block > reading.head:
        return shown
    try:
        shown.asked = reading.at(shown.block).at.block
    except InputError:  # there was nothing yet
        return shown
    asked = {"as_of": shown.asked}
    shown.parties = list(mirror.pages("/v1/parties", "parties", **asked))
    shown.agreements = [
        one for one in mirror.pages("/v1/agreements", "agreements", **asked) if one.get("basis") == "consented"
    ]
    shown.norms = list(mirror.pages("/v1/norms", "norms", **asked))
    further = list(also)
    for name in _ids(shown.agreements, (id_ for kind, id_ in further if kind == "agreements")):
        shown.agreement[name] = mirror.json(f"/v1/agreements/{name}", **asked)
    for name in _ids(shown.norms, (id_ for kind, id_ in further if kind == "norms")):
        shown.norm[name] = told = mirror.json(f"/v1/norms/{name}", **asked)
        if told is not None:
            shown.stances[name] = list(mirror.pages(f"/v1/norms/{name}/endorsements", "endorsements", **asked))
    return shown


def _ids(listed: Iterable[Answer], also: Iterable[str]) -> list[str]:
    """Ids to ask for: only what is a hash goes into a path."""
    found = []
    for name in (*(str(one.get("id")) for one in listed), *also):
        try:
            found.append(str(Hash.parse(name)))
        except InputError:
            continue
    return list(dict.fromkeys(found))


# --- comparing


def compare(shown: Shown, reading: Reading) -> list[Difference]:
    """All in which one look differs from what one's own node holds at the block that the service states."""
    return list(_Comparing(shown, reading).differences())


class _Comparing:
    def __init__(self, shown: Shown, reading: Reading) -> None:
        self._shown, self._reading, self._who = shown, reading, f"The service at {shown.url}"

    def _difference(self, what: str, block: int | None, name: object, sentence: str) -> Difference:
        return Difference(self._shown.url, what, block, str(name), f"{self._who} {sentence}")

    def differences(self) -> Iterator[Difference]:
        shown, reading = self._shown, self._reading
        chain = shown.status.get("as_of", {}).get("chain_id")
        if chain != reading.node.chain_id:
            yield self._difference(
                "chain", None, chain, f"is of chain {_said(chain)}, this node of chain {reading.node.chain_id}."
            )
            return
        if shown.block > reading.head:
            yield self._difference(
                "ahead", shown.block, shown.hash,
                f"states block {shown.block}, but this node's newest is {reading.head}: this node lags, or there is no "
                "such block.",
            )  # fmt: skip
            return
        block = reading.node.block(shown.block)
        if block is None or str(block.hash) != shown.hash:
            held = block.hash if block else "none"
            yield self._difference(
                "block", shown.block, shown.hash,
                f"states hash {_said(shown.hash)} for block {shown.block}, where the chain has {held}.",
            )  # fmt: skip
        addresses = {contract.title: str(reading.ledger.release.address(contract)) for contract in Contract}
        if shown.status.get("contracts") != addresses:
            yield self._difference(
                "contracts", None, "", "names other contracts than this release's, so that its acts are none of these."
            )
        if shown.asked is None:
            return  # before the first act there is nothing to show
        view = reading.at(shown.asked)
        if shown.digest != str(view.digest):
            yield self._difference(
                "digest", shown.block, shown.digest,
                f"states the digest {_said(shown.digest)} for block {shown.block}, where the facts give {view.digest}"
                f"{self._older(view, shown.digest)}.",
            )  # fmt: skip
        for part in (self._parties(view), self._agreements(view), self._norms(view)):
            try:
                yield from part
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                yield self._difference(
                    "form", shown.block, "", f"answers in a form that is not the API's ({type(error).__name__})."
                )

    def _older(self, view: View, digest: str) -> str:
        """Whether a digest is that of an earlier block: yesterday's state."""
        blocks = sorted({act.recorded.block for act in view.acts.values()}, reverse=True)
        for block in blocks[1:50]:
            if str(self._reading.at(block).digest) == digest:
                return f": it is that of block {block}"
        return ""

    def _sets(
        self, what: str, shown: Iterable[str], held: Mapping[str, int], block: int, on: str = ""
    ) -> Iterator[Difference]:
        """Names that are shown and not held, or held and not shown, or shown twice."""
        listed = list(shown)
        for name in dict.fromkeys(listed):
            if name not in held:
                told = f"shows {what} {_said(name)}{on}, which the chain does not hold at block {block}."
                yield self._difference("invented", None, name, told)
            elif listed.count(name) > 1:
                yield self._difference("twice", held[name], name, f"shows {what} {name}{on} twice.")
        for name, at in held.items():
            if name not in listed:
                told = f"hides {what} {name}{on}, which the chain holds since block {at}."
                yield self._difference("hidden", at, name, told)

    def _fields(self, what: str, name: str, block: int, told: Answer, held: Mapping[str, Any]) -> Iterator[Difference]:
        """Fields that differ; those that are not told differ too."""
        for key, value in held.items():
            if told.get(key) != value:
                yield self._difference(
                    "altered", block, name,
                    f"shows {key} {_said(told.get(key))} of {what} {name}, where the chain gives {_said(value)}.",
                )  # fmt: skip

    def _stale(self, told: Answer, view: View, of: str) -> Iterator[Difference]:
        """An answer that holds as of another block than was asked for."""
        at = told.get("as_of") or {}
        if at.get("block") != view.at.block:
            yield self._difference(
                "stale", view.at.block, of,
                f"answers of {of} as of block {_said(at.get('block'))} where block {view.at.block} was asked for.",
            )  # fmt: skip

    # --- parties

    def _parties(self, view: View) -> Iterator[Difference]:
        told = {str(one.get("id")): one for one in self._shown.parties}
        held = {str(id_): party.recorded.block for id_, party in view.parties.items()}
        yield from self._sets("party", (str(one.get("id")) for one in self._shown.parties), held, self._shown.block)
        for id_, party in view.parties.items():
            if (one := told.get(str(id_))) is not None:
                yield from self._fields("party", str(id_), party.recorded.block, one, party_fields(party, one))

    # --- agreements

    def _agreements(self, view: View) -> Iterator[Difference]:
        told = {str(one.get("id")): one for one in self._shown.agreements}
        held = {str(id_): one.recorded.block for id_, one in view.agreements.items()}
        listed = (str(one.get("id")) for one in self._shown.agreements)
        yield from self._sets("agreement", listed, held, self._shown.block)
        for id_, one in view.agreements.items():
            row, answer = told.get(str(id_)), self._shown.agreement.get(str(id_))
            if row is not None:
                yield from self._agreement_row(one, row)
            if answer is None:
                if row is not None:
                    told_ = f"lists agreement {id_} and says that it has none such."
                    yield self._difference("hidden", one.recorded.block, str(id_), told_)
                continue
            yield from self._stale(answer, view, f"agreement {id_}")
            yield from self._acts(view, one.acts, answer.get("acts") or [], f" on agreement {id_}")
            yield from self._agreement_row(one, answer["agreement"])
            if not answer["agreement"].get("fault") and one.document is not None:
                yield from self._agreement(one, answer)

    def _agreement_row(self, one: AgreementView, row: Answer) -> Iterator[Difference]:
        block, fields = one.recorded.block, {"document": str(one.terms.document), "block": one.recorded.block}
        if one.document is not None and one.status is not None and not row.get("fault"):
            fields |= {
                "title": one.title,
                "character": one.document.rules.character,
                "form": one.document.rules.form,
                "in_effect_since": one.status.in_effect_since,
                "bound": [str(bound.party) for bound in one.status.bound],
            }
        yield from self._fields("agreement", str(one.id), block, row, fields)

    def _agreement(self, one: AgreementView, answer: Answer) -> Iterator[Difference]:
        document, status, block = one.document, one.status, one.recorded.block
        assert document is not None
        assert status is not None
        clauses = [
            {"id": str(id_), "key": clause.key, "heading": clause.heading, "text": clause.text}
            for clause, id_ in zip(document.clauses, document.clause_ids, strict=True)
        ]
        if [{key: told.get(key) for key in clauses[0]} for told in answer["clauses"]] != clauses:
            said = f"shows other clauses of agreement {one.id} than the text that was signed."
            yield self._difference("text", block, one.id, said)
        members = {str(bound.party): bound for bound in status.bound}
        shown = {str(told.get("key")): told for told in answer["members"]}
        held = dict.fromkeys(members, block)
        yield from self._sets("bound party", shown, held, self._shown.block, f" of agreement {one.id}")
        for party, bound in members.items():
            if party in shown:
                expected = {"since": bound.since, "clauses": len(bound.clauses), "acts": [str(a) for a in bound.acts]}
                yield from self._fields("member", party, block, shown[party], expected)
        yield from self._fields(
            "agreement", str(one.id), block, answer,
            {
                "awaiting": [str(party) for party in status.awaiting],
                "withdrawn": [str(party) for party in status.withdrawn],
                "without_effect": {str(digest): why for digest, why in status.left_aside},
            },
        )  # fmt: skip
        reservations = {
            str(each.act.digest): sorted(str(objection.digest) for objection in each.objections)
            for each in status.reservations
        }
        told = {
            str(each.get("act")): sorted(str(objection.get("digest")) for objection in each["objections"])
            for each in answer["reservations"]
        }
        if told != reservations:
            said = f"shows other reservations or objections on agreement {one.id} than stand."
            yield self._difference("altered", block, one.id, said)

    # --- norms

    def _norms(self, view: View) -> Iterator[Difference]:
        told = {str(one.get("id")): one for one in self._shown.norms}
        held = {str(id_): one.publication.recorded.block for id_, one in view.norms.items()}
        yield from self._sets("norm", (str(one.get("id")) for one in self._shown.norms), held, self._shown.block)
        for id_, one in view.norms.items():
            row, answer = told.get(str(id_)), self._shown.norm.get(str(id_))
            if row is not None:
                yield from self._norm(one, row)
            if answer is None:
                if row is not None:
                    told_ = f"lists norm {id_} and says that it has none such."
                    yield self._difference("hidden", one.publication.recorded.block, str(id_), told_)
                continue
            yield from self._stale(answer, view, f"norm {id_}")
            yield from self._norm(one, answer["norm"])
            yield from self._acts(view, one.acts, answer.get("acts") or [], f" on norm {id_}")
            yield from self._stances(one, self._shown.stances.get(str(id_), []))

    def _norm(self, one: NormView, row: Answer) -> Iterator[Difference]:
        endorsing = sum(stance.kind is ActKind.ENDORSEMENT for stance in one.stances)
        fields: dict[str, Any] = {"endorsed_by": endorsing, "opposed_by": len(one.stances) - endorsing}
        if not one.anchors_missing:
            fields["anchored_at_least"] = len(one.anchored)
        if one.document is not None and row.get("text") is not None:
            fields |= {
                "title": one.document.title,
                "text": one.document.text,
                "outcomes": [str(outcome) for outcome in one.document.outcomes],
            }
        yield from self._fields("norm", str(one.id), one.publication.recorded.block, row, fields)

    def _stances(self, one: NormView, shown: list[Answer]) -> Iterator[Difference]:
        held = {str(stance.act.digest): stance for stance in one.stances}
        listed = [str(told.get("act")) for told in shown]
        blocks = {digest: stance.act.recorded.block for digest, stance in held.items()}
        yield from self._sets("stance by act", listed, blocks, self._shown.block, f" on norm {one.id}")
        for told in shown:
            if stance := held.get(str(told.get("act"))):
                expected = {"party": str(stance.party), "stance": stance.kind.term, "block": stance.act.recorded.block}
                yield from self._fields("stance", str(stance.act.digest), stance.act.recorded.block, told, expected)

    # --- acts

    def _acts(self, view: View, held: Iterable[RecordedAct], shown: list[Answer], on: str) -> Iterator[Difference]:
        acts = {str(act.digest): act for act in held}
        listed = [str(told.get("digest")) for told in shown]
        blocks = {digest: act.recorded.block for digest, act in acts.items()}
        missing = list(self._sets("act", listed, blocks, self._shown.block, on))
        yield from missing
        if not missing and listed != list(acts):
            yield self._difference(
                "order", self._shown.block, "", f"shows the acts{on} in another order than the chain."
            )
        for told in shown:
            if act := acts.get(str(told.get("digest"))):
                yield from self._act(view, act, told)

    def _act(self, view: View, act: RecordedAct, told: Answer) -> Iterator[Difference]:
        yield from self._fields("act", str(act.digest), act.recorded.block, told, act_fields(act))
        if not _is_text_of(told.get("text"), act.act.content):
            said = f"shows a text of act {act.digest} that does not hash to {act.act.content}, which was signed."
            yield self._difference("text", act.recorded.block, act.digest, said)


def compare_unlisted(mirror: Mirror, view: View, block: int, digests: Iterable[Digest]) -> list[Difference]:
    """The same for acts that no list shows, each asked for by its digest; those that the view does not know are not."""
    reading = _Comparing(Shown(mirror.url, {}, block, "", ""), None)  # type: ignore[arg-type]  # no reading is asked here
    found: list[Difference] = []
    for digest in digests:
        act = view.acts.get(digest)
        if act is None:
            continue
        told = mirror.json(f"/v1/acts/{digest}", as_of=block)
        if told is None or not isinstance(told.get("act"), dict):
            said = f"hides act {digest}, which the chain holds since block {act.recorded.block}."
            found.append(reading._difference("hidden", act.recorded.block, digest, said))
        else:
            found += reading._act(view, act, told["act"])
    return found


def all_unlisted(view: View) -> list[Digest]:
    """The digests of all acts that the API lists nowhere, and shows by their digest."""
    return [Digest(one) for one in unlisted(view)]


def compare_documents(mirror: Mirror, view: View, names: Iterable[Hash]) -> tuple[list[Difference], list[Hash]]:
    """Whether documents that it offers hash to their names; and which it offers. One that it has not is no fault."""
    blocks = named_documents(view)
    found, offered = [], []
    for name in names:
        try:
            if mirror.document(name) is not None:
                offered.append(Hash(name))
        except IntegrityError as error:
            found.append(Difference(mirror.url, "text", blocks.get(name), str(name), str(error)))
    return found, offered


def compare_candidates(mirror: Mirror, composition: Composition) -> list[Difference]:
    """Whether a service lists the candidates that its own trust policy gives; `composition` is ours under that policy.

    Nothing is said where other texts were missing there: then other candidates follow.
    """
    record = composition.record
    asked: dict[str, str | int] = {"basis": record.basis, "world": record.world, "as_of": record.block}
    first = mirror.json("/v1/candidates", limit=1, **asked) or {}
    if first.get("missing") != list(record.missing):
        return []
    comparing = _Comparing(Shown(mirror.url, {}, record.block, "", ""), None)  # type: ignore[arg-type]  # none is asked
    rows = {str(row.key): row for row in composition.rows if row.stands}
    shown = list(mirror.pages("/v1/candidates", "candidates", **asked))
    of = f" ({record.basis}, {record.world})"
    names = (str(told.get("key")) for told in shown)
    found = list(comparing._sets("candidate", names, dict.fromkeys(rows, record.block), record.block, of))
    for told in shown:
        if (row := rows.get(str(told.get("key")))) is not None:
            judged = composition.judge(row.key)
            fields = {
                "texts": [composition.outcomes[outcome].text for outcome in row.outcomes],
                "parties": _counted(judged.parties),
                "independent_agreements": _counted(judged.independent),
                "pairs": str(judged.mutuality.pairs),
            }
            counts = {name: _without_link(told.get(name)) for name in ("parties", "independent_agreements")}
            found += comparing._fields("candidate", str(row.key), record.block, {**told, **counts}, fields)
    return found


def _without_link(count: Any) -> Any:
    """A count as a service tells it, without the address where it opens: that is the service's own."""
    return {name: value for name, value in count.items() if name != "url"} if isinstance(count, Mapping) else count


def _counted(count: Count) -> dict[str, Any]:
    return {"value": count.value, "acts": [str(act) for act in count.acts]}


# --- what the API should say


def act_fields(act: RecordedAct) -> dict[str, Any]:
    """An act's fields as the API tells them, but for names and texts, which are of documents."""
    return {
        "digest": str(act.digest),
        "kind": act.act.kind.term,
        "party": str(act.act.party),
        "account": str(act.signer),
        "subject": str(act.act.subject),
        "clause": str(act.act.clause),
        "refers_to": str(act.act.refers_to),
        "content": str(act.act.content),
        "number": str(act.act.number),
        "deadline": str(act.act.deadline),
        "signature": "0x" + act.signature.hex(),
        "represented": act.represented,
        "proven_by": "signature" if act.proven else "contract",
        "block": act.recorded.block,
        "block_hash": str(act.recorded.block_hash),
        "time": act.recorded.time,
        "transaction": str(act.recorded.transaction),
    }


def party_fields(party: Party, told: Answer) -> dict[str, Any]:
    """A party's fields as the API tells them; its name only where the service has its profile."""
    fields: dict[str, Any] = {
        "id": str(party.id),
        "kind": party.kind,
        "identifier": party.identifier,
        "account": str(party.account),
        "block": party.recorded.block,
        "identifiers": list(party.identifiers),
        "former_accounts": [str(tenure.account) for tenure in party.tenures[:-1]],
    }
    if told.get("name") != party.identifier:
        fields["name"] = party.name
    powers = [
        (str(one.granted.digest), str(one.ended.digest) if one.ended else None, str(one.terms.representative))
        for one in party.powers
    ]
    shown = [(one.get("act"), one.get("ended_by"), one.get("representative")) for one in told.get("powers") or ()]
    if shown != powers:
        fields["powers"] = [act for act, _, _ in powers]
    return fields


def _is_text_of(text: Any, content: Hash) -> bool:
    """Whether a shown text is the statement that an act names; none shown is none altered."""
    if text is None:
        return True
    try:
        return isinstance(text, str) and Statement(text).hash == content
    except (NormLedgerError, ValueError):
        return False


def _said(value: Any) -> str:
    """What somebody else said, fit for a sentence of ours."""
    text = one_line(str(value))
    return text if len(text) <= 100 else text[:99] + "…"
