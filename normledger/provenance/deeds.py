"""What acts put into a graph: who signed them, by what authority, what they brought forth, and what ended it.

Belongs here: nodes and edges of acts, of parties with their acts on themselves, and of texts. Does not belong here:
what acts add up to (`lineage`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from normledger.acts.act import ActKind, Recorded, RecordedAct, RecordedClaim
from normledger.acts.powers import FullPowers, RecordedOwnAct, Revocation, Rotation, Tenure
from normledger.documents.document import (
    Agreement,
    Alignments,
    DerivationRecord,
    Document,
    Endorsements,
    Norm,
    Outcome,
    Profile,
    ReportedAgreement,
    Reports,
    Statement,
)
from normledger.identifiers import ZERO, Address, Digest, Hash, PartyId
from normledger.ledger.answers import Party
from normledger.ledger.queries import View
from normledger.provenance.nodes import SYMMETRIC, Edge, Graph, Kind, Moment, Node, Relation, in_order

_Tenures = list[tuple[Digest, Tenure]]
"""Every tenure of a party's account, with the claim or rotation that began it."""

Ended = tuple[RecordedAct, RecordedAct, Moment | None, str]
"""An act, by which act what it brought forth ended, when (None: at once), and why."""


class Deeds:
    """Collects nodes and edges as of a view; of what is read, also all that it rests on, unless it is `shallow`.

    Shallow, an edge may lead down to what was not read: who climbs up never goes there. `brief` leaves out by what
    authority accounts acted, and what parties declare of themselves.
    """

    def __init__(self, view: View, *, shallow: bool = False, brief: bool = False) -> None:
        self.view, self.shallow, self.brief = view, shallow, brief
        self._nodes: dict[str, Node] = {}
        self._edges: list[Edge] = []
        self._resting: dict[str, set[str]] = defaultdict(set)
        self._read: set[tuple[str, Hash]] = set()

    def graph(self, root: str) -> Graph:
        """All that was read so far."""
        return Graph(root, dict(sorted(self._nodes.items())), in_order(self._edges))

    def has(self, key: str) -> bool:
        """Whether a node has been read."""
        return key in self._nodes

    def resting_on(self, key: str) -> frozenset[str]:
        """The keys of what rests on a thing, as far as it was read."""
        return frozenset(self._resting.get(key, ()))

    def node(self, key: str) -> Node | None:
        """A thing that was read."""
        return self._nodes.get(key)

    # --- putting together

    def _put(
        self,
        kind: Kind,
        name: Hash | Address,
        label: str,
        at: Recorded | Moment | None = None,
        note: str = "",
        *,
        sort: str = "",
        standing: bool = False,
    ) -> str:
        as_of = self.view.at.block if standing else None
        moment = Moment.of(at) if isinstance(at, Recorded) else at
        node = Node(kind, str(name), label, moment, note, as_of, sort=sort)
        key = node.key
        self._nodes[key] = node
        return key

    def _rests(
        self,
        source: str,
        relation: Relation,
        target: str,
        note: str = "",
        at: Recorded | Moment | None = None,
        activity: str = "",
    ) -> None:
        moment = Moment.of(at) if isinstance(at, Recorded) else at
        self._edges.append(Edge(source, relation, target, note, moment, activity))
        if not activity:
            self._resting[target].add(source)
            if relation == SYMMETRIC:
                self._resting[source].add(target)

    def _once(self, what: str, name: Hash) -> bool:
        """Whether this is read for the first time."""
        fresh = (what, name) not in self._read
        self._read.add((what, name))
        return fresh

    def _standing(self, name: Hash, of: str, label: str, thing: str | None) -> str:
        key = self._put("standing", name, f"{of} {label}", sort=of, standing=True)
        if thing:
            self._rests(key, "specializationOf", thing)
        return key

    def text(self, name: Hash) -> str:
        """A document by its hash, with the clauses that it holds."""
        key = f"text:{name}"
        if self._once("text", name):
            document = self.view.document(name)
            note = "" if document else "not at hand; fetch it by its hash"
            self._put("text", name, _title(document), note=note, sort=_type_of(document))
            if isinstance(document, Agreement | ReportedAgreement):
                for clause, id_ in zip(document.clauses, document.clause_ids, strict=True):
                    self._rests(key, "hadMember", self._put("clause", id_, f"{clause.key}. {clause.text}"))
        return key

    def _below(self, document: Hash) -> str:
        """A text that something read rests on."""
        return f"text:{document}" if self.shallow else self.text(document)

    def _whose(self, id_: PartyId) -> Party | None:
        """A party that something read rests on."""
        return self.view.parties.get(id_) if self.shallow else self.party(id_)

    # --- acts

    def act(self, act: RecordedAct, uses: Iterable[tuple[str, str]] = (), *, note: str = "", scope: Hash = ZERO) -> str:
        """An act with who signed it and by what authority; the key of the instrument that it brought forth.

        `scope` is the agreement, where the act's subject is the stances on it: powers for the one cover the other.
        """
        kind, told, at = act.act.kind, act.act, Moment.of(act.recorded)
        party = self._whose(told.party)
        words = self.view.statement(told.content)
        by = f"{kind.term} by {party.name if party else told.party}"
        number = f"its number {told.number} here" if told.number else "a founding signature"
        if not act.proven:
            number += "; that the account signed is what its contract says"
        key = self._put("act", act.digest, by + (f": “{words}”" if words else ""), at, number, sort=kind.term)
        self._signed(key, told.party, act.signer, at)
        for thing, role in uses:
            self._rests(key, "used", thing, role, at)
        if told.content != ZERO and kind is not ActKind.ANCHOR:
            self._rests(key, "used", self._below(told.content), "its words" if words else "its text", at)
        self._authority(key, act, party, scope)
        instrument = self._put("instrument", act.digest, by, at, note, sort=kind.term)
        self._rests(instrument, "wasGeneratedBy", key, at=at)
        return instrument

    def _signed(self, act: str, party: PartyId, account: Address, at: Moment | None = None) -> None:
        by, owner = self._put("account", account, str(account)), f"party:{party}"
        self._rests(act, "wasAssociatedWith", by, "its signature")
        self._rests(act, "wasAssociatedWith", owner, "in its name")
        self._rests(by, "actedOnBehalfOf", owner, activity=act)

    def account(self, address: Address) -> str | None:
        """An account that somebody acts through, of what has been read; a representative may not have acted yet."""
        key = f"account:{address}"
        return key if key in self._nodes else None

    def _authority(self, key: str, act: RecordedAct, party: Party | None, scope: Hash) -> None:
        """By which claim, rotation or full powers the account acted for the party."""
        if party is None or self.brief:
            return
        if act.represented:
            for one in party.powers:
                terms = one.terms
                ended = one.ended is not None and one.ended.recorded.order < act.order
                covers = (
                    terms.representative == act.signer
                    and act.act.kind in terms.kinds
                    and terms.subject in (ZERO, act.act.subject, scope)
                )
                if covers and not ended and one.granted.recorded.order < act.order:
                    self._rests(key, "used", f"instrument:{one.granted.digest}", "full powers", act.recorded)
                    return
            return
        for digest, tenure in _tenures(party):
            if tenure.since.order <= act.order and (tenure.until is None or act.order < tenure.until.order):
                self._rests(key, "used", f"instrument:{digest}", "tenure of the account", act.recorded)

    def _void(self, ended: Iterable[Ended]) -> None:
        """What was ended, by which act, when (None: at once), and why."""
        for act, by, moment, why in ended:
            instrument, closing = f"instrument:{act.digest}", f"act:{by.digest}"
            if moment is not None or act.order < by.order:
                self._rests(instrument, "wasInvalidatedBy", closing, why, moment or by.recorded)
                self._until(closing, moment or Moment.of(by.recorded))
            else:
                self._rests(instrument, "wasInfluencedBy", closing, "withdrawn before it was recorded: void from there")

    def _until(self, act: str, moment: Moment) -> None:
        """That an act's effect came later than its recording."""
        node = self._nodes[act]
        if node.at is not None and moment > (node.ends or node.at):
            self._nodes[act] = replace(node, ends=moment)

    # --- parties

    def _name(self, party: PartyId) -> str:
        known = self.view.parties.get(party)
        return known.name if known else str(party)

    def party(self, id_: PartyId) -> Party | None:
        """A party with all its acts on itself."""
        party = self.view.parties.get(id_)
        key = f"party:{id_}"
        if not self._once("party", id_):
            return party
        if party is None:
            self._put("party", id_, str(id_), note="not registered")
            return None
        self._put(
            "party",
            id_,
            party.name,
            party.recorded,
            f"{party.kind}, claims to be {', '.join(party.identifiers)}",
            sort=party.kind,
        )
        if self.brief:
            return party
        standing = self._standing(id_, "party", party.name, None)
        self._rests(standing, "wasAttributedTo", key)
        tenures = _tenures(party)
        own: list[RecordedClaim | RecordedOwnAct] = [party.claim, *party.own]
        for one in own:
            self._own_act(party, one, tenures)
        ended = {f"instrument:{digest}" for digest, tenure in tenures if tenure.until}
        for powers in party.powers:
            if powers.ended:
                instrument, by = f"instrument:{powers.granted.digest}", powers.ended
                ended.add(instrument)
                self._rests(instrument, "wasInvalidatedBy", f"act:{by.digest}", "full powers end", by.recorded)
        for (digest, tenure), (later, _) in pairwise(tenures):
            self._rests(f"instrument:{digest}", "wasInvalidatedBy", f"act:{later}", "another account", tenure.until)
            self._rests(f"instrument:{later}", "wasDerivedFrom", f"instrument:{digest}", "the tenure before")
        for one in own:
            instrument = f"instrument:{one.digest}"
            self._rests(standing, "wasDerivedFrom" if instrument in ended else "hadMember", instrument)
        return party

    def _own_act(self, party: Party, one: RecordedClaim | RecordedOwnAct, tenures: _Tenures) -> None:
        at, note, claims = one.recorded, "", isinstance(one, RecordedClaim)
        if isinstance(one, RecordedClaim):
            account, term = one.claim.account, "claim"
            note = f"that {one.claim.account} is {one.claim.identifier}"
        else:
            account, term = one.act.account, one.act.kind.term
            if isinstance(one.act, Rotation):
                note = f"from {one.act.account} to {one.act.next}"
            elif isinstance(one.act, FullPowers | Revocation):
                note = f"of {one.act.representative} on {self._about(one.act.subject)}"
            if isinstance(one.act, FullPowers):
                self._put("account", one.act.representative, str(one.act.representative))
                note += f" for {', '.join(kind.term for kind in sorted(one.act.kinds))}"
        key = self._put("act", one.digest, f"{term} by {party.name}", at, sort=term)
        self._signed(key, party.id, account)
        if isinstance(one, RecordedOwnAct) and isinstance(one.act, Rotation):
            self._rests(key, "wasAssociatedWith", self._put("account", one.act.next, str(one.act.next)), "the next")
        profile = one.claim.profile if isinstance(one, RecordedClaim) else getattr(one.act, "profile", ZERO)
        if profile != ZERO:
            self._rests(key, "used", self._below(profile), "its profile", at)
        for digest, tenure in () if claims else tenures:
            if tenure.since.order < at.order and (tenure.until is None or at.order <= tenure.until.order):
                self._rests(key, "used", f"instrument:{digest}", "tenure of the account", at)
        instrument = self._put("instrument", one.digest, f"{term} by {party.name}", at, note, sort=term)
        self._rests(instrument, "wasGeneratedBy", key, at=at)
        self._rests(instrument, "wasAttributedTo", f"party:{party.id}")

    def _about(self, subject: Hash) -> str:
        return "everything" if subject == ZERO else str(subject)


def _tenures(party: Party) -> _Tenures:
    begun = [party.digest, *(one.digest for one in party.own if isinstance(one.act, Rotation))]
    return list(zip(begun, party.tenures, strict=True))


def _title(document: Document | None) -> str:
    """What people call a document."""
    match document:
        case None:
            return "a text that is not at hand"
        case Agreement() | ReportedAgreement() | Norm():
            return document.title
        case Statement() | Outcome():
            return document.text
        case Profile():
            return f"profile of {document.name}"
        case DerivationRecord():
            return "what was composed when it was published"
        case Reports():
            return f"{len(document.leaves)} reports"
        case Alignments():
            return f"{len(document.leaves)} alignments"
        case Endorsements():
            return f"{len(document.leaves)} endorsements"


def _type_of(document: Document | None) -> str:
    return "" if document is None else str(document.to_json()["type"])
