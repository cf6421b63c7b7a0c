"""The shipped exercise: fictional delegations sign, reserve, object, accede, withdraw; a norm is published.

Everything in it is signed with throw-away keys made on the spot, by parties whose identifiers begin with
``exercise:``. It goes through the same calls as any other signatory's acts; nothing is written past them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import Any, cast

from normledger.acts.act import ActKind, Contract
from normledger.documents.document import (
    ADMISSIONS,
    Admission,
    Agreement,
    Character,
    Clause,
    Form,
    Founder,
    Norm,
    Profile,
    Rules,
    TakesEffect,
)
from normledger.documents.formats.proposals import Proposals, read_proposals
from normledger.errors import NotFound
from normledger.identifiers import ZERO, Address, AgreementId, Hash, NormId, OutcomeId, PartyId, parse_identifier
from normledger.ledger.queries import terms_of
from normledger.relay.preparation import Prepared, prepare_powers
from normledger.workspace import Workspace


@dataclass
class Exercise:
    """One run of the exercise in a workspace; the steps go in the order of the methods."""

    workspace: Workspace
    told: Callable[[str], None] = lambda _: None
    parties: dict[str, PartyId] = field(default_factory=dict)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    _keys: dict[str, bytes] = field(default_factory=dict, repr=False)
    _envoys: dict[str, tuple[Address, bytes]] = field(default_factory=dict, repr=False)

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The shipped plan, data/exercise.json."""
        text = resources.files("normledger").joinpath("data", "exercise.json").read_text("utf-8")
        loaded: dict[str, Any] = json.loads(text)
        return loaded

    def register(self) -> None:
        """Make a key for every delegation and record its claim."""
        prepared = []
        for party in self.plan["parties"]:
            self._keys[party["key"]], one = self.new_party(
                party["key"], party["identifier"], party["kind"], Profile(party["name"], region=party["region"])
            )
            prepared.append((one, self._keys[party["key"]]))
            self.told(f"{party['name']}, {party['kind']}")
        self.workspace.act_at_once(prepared)

    def new_party(self, name: str, identifier: str, kind: str, profile: Profile) -> tuple[bytes, Prepared]:
        """A throw-away key and the claim to sign with it."""
        account = self.workspace.new_key(name, light=True)
        prepared = self.workspace.prepare_claim(identifier, kind, profile, account)
        self.parties[name] = prepared.statement.party
        return self.workspace.private_key(name), prepared

    def sign_agreements(self) -> None:
        """All founders sign; each agreement is recorded with its signatures in one transaction."""
        for plan in self.plan["agreements"]:
            agreement = self._agreement(plan)
            self.agreements[plan["key"]] = agreement
            self.workspace.store.put([agreement])
            subject = terms_of(agreement).id
            self.workspace.act_at_once(
                [
                    (self._prepare(ActKind.SIGNATURE, subject, key, content=agreement.hash), self._keys[key])
                    for key in plan["parties"]
                ]
            )
            self.told(f"{agreement.title}: {len(plan['parties'])} signatures")

    def act(self) -> None:
        """The reservation, the objection to it, the accession and the withdrawal, in the plan's order."""
        for plan in self.plan["acts"]:
            agreement = self.agreements[plan["agreement"]]
            subject = terms_of(agreement).id
            kind = ActKind[plan["kind"].upper()]
            refers_to = self._named(plan["refers_to"], subject) if "refers_to" in plan else ZERO
            clause = agreement.clause_id(plan["clause"]) if "clause" in plan else ZERO
            prepared = self._prepare(
                kind, subject, plan["party"], clause=clause, refers_to=refers_to, text=plan.get("text")
            )
            self.workspace.act_at_once([(prepared, self._keys[plan["party"]])])
            self.told(prepared.sentence)
        for plan in self.plan["powers"]:
            self._empower(plan)

    def _empower(self, plan: dict[str, Any]) -> None:
        """Full powers for a representative with a throw-away key of its own."""
        party, name = plan["party"], plan["representative"]
        account = self.workspace.new_key(name, light=True)
        self._envoys[party] = (account, self.workspace.private_key(name))
        view = self.workspace.newest()
        prepared = prepare_powers(
            view, self.workspace.release, self.parties[party], account,
            frozenset(ActKind[kind.upper()] for kind in plan["kinds"]), view.at.time + plan["days"] * 86_400,
        )  # fmt: skip
        self.workspace.act_at_once([(prepared, self._keys[party])])
        self.told(prepared.sentence)

    def proposals(self) -> Proposals:
        """The plan's alignments of its own clauses, for a curator to sign."""
        return read_proposals(self.plan, self.agreements)

    def norm(self) -> Norm:
        """The plan's norm: a clean text with its outcomes."""
        plan, outcomes = self.plan["norm"], self.proposals().outcomes
        ids = sorted(OutcomeId(outcomes[key].hash) for key in plan["outcomes"])
        return Norm(plan["title"], plan["text"], tuple(ids), "exercise")

    def publish(self, derivation: Hash) -> NormId:
        """The plan's publisher publishes the norm, with a derivation as its evidence."""
        norm = self.norm()
        self.workspace.store.put([norm])
        publisher = self.plan["norm"]["publisher"]
        prepared = self._prepare(ActKind.PUBLICATION, norm.hash, publisher, content=derivation)
        self.workspace.act_at_once([(prepared, self._keys[publisher])])
        self.told(prepared.sentence)
        return NormId(norm.hash)

    def endorse(self, norm: NormId) -> None:
        """The plan's endorsers endorse, in one batch; who has an envoy lets it sign."""
        prepared = []
        for key in self.plan["norm"]["endorsers"]:
            envoy, private_key = self._envoys.get(key, (None, self._keys[key]))
            prepared.append((self._prepare(ActKind.ENDORSEMENT, norm, key, by=envoy), private_key))
        self.workspace.act_at_once(prepared)
        for one, _ in prepared:
            self.told(one.sentence)

    def key_of(self, party: str) -> bytes:
        """The throw-away key of a delegation of this run."""
        return self._keys[party]

    def _prepare(self, kind: ActKind, subject: Hash, party: str, **values: Any) -> Prepared:
        return self.workspace.prepare(kind, subject, self.parties[party], **values)

    def _named(self, told: str, agreement: AgreementId) -> Hash:
        """The digest of the act that the plan calls ``KIND of PARTY``."""
        kind, _, party = told.partition(" of ")
        for act in self.workspace.newest().acts_on(Contract.AGREEMENT_LEDGER, agreement):
            if act.act.kind.term == kind and act.act.party == self.parties[party]:
                return act.digest
        raise NotFound("act", told)

    def _agreement(self, plan: dict[str, Any]) -> Agreement:
        by_key = {party["key"]: party for party in self.plan["parties"]}
        founders = [
            Founder(
                self.parties[key],
                parse_identifier(by_key[key]["identifier"]),
                by_key[key]["kind"],
                by_key[key]["name"],
            )
            for key in plan["parties"]
        ]
        return Agreement(
            title=plan["title"],
            clauses=tuple(Clause(one["key"], one["text"], one.get("heading", "")) for one in plan["clauses"]),
            rules=Rules(
                cast(Character, plan["character"]),
                cast(Form, plan["form"]),
                cast(Admission, ADMISSIONS[ADMISSIONS.index(plan["admission"])]),
                cast(TakesEffect, plan["takes_effect"]),
                plan["reservations"] == "allowed",
                plan["notice_days"],
                reservation_days=plan.get("reservation_days", 0),
                reservable=tuple(plan.get("reservable", ())),
            ),
            founders=tuple(sorted(founders, key=lambda founder: founder.id)),
            languages=tuple(plan["languages"]),
        )
