"""A story of which every claim can be proven: small agreements, a norm, powers, a report; then what takes them back.

All in it is fiction, signed with throw-away keys that follow from their owners' names: on an embedded chain whose clock
stands still it comes out the same each time.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from normledger.acts.act import ActKind, list_of
from normledger.acts.anchors import leaf_of
from normledger.acts.release import create2
from normledger.acts.signature import address_of, sign
from normledger.chain.deployment import deploy
from normledger.chain.embedded import EmbeddedProvider
from normledger.chain.node import Node
from normledger.chain.sender import Sender
from normledger.composition.result import Parameters
from normledger.documents.document import (
    Agreement,
    Alignments,
    Asked,
    Clause,
    ClauseAlignment,
    DerivationRecord,
    Endorsements,
    Founder,
    Norm,
    Outcome,
    Profile,
    Report,
    Reported,
    ReportedAgreement,
    Reports,
    Rules,
)
from normledger.documents.trust_policy import TrustPolicy
from normledger.evidence.verdict import Verdict
from normledger.identifiers import (
    DocumentHash,
    Hash,
    NormId,
    OutcomeId,
    PartyId,
    keccak,
    parse_identifier,
)
from normledger.ledger.queries import terms_of
from normledger.provenance.bundling import Bundling
from normledger.relay.preparation import Prepared, prepare_powers, prepare_rotation
from normledger.workspace import FUNDS, Workspace
from tests.delegations import create

CLOCK = 1_800_000_000
"""The first block's time on a chain whose clock stands still; each later block is a second later."""

_WALLET = bytes.fromhex("60" + "0e" + "600a5f39" + "60" + "0e" + "5ff3" + "631626ba7e60e01b5f5260205ff3")
"""Init code of a wallet that takes every signature for its own."""

PARTIES = {
    "norvale": ("exercise:state:norvale", "state"),
    "hobnail": ("exercise:company:hobnail", "company"),
    "lanterns": ("exercise:ngo:lanterns", "ngo"),
    "quillory": ("exercise:state:quillory", "state"),
    "umbrelle": ("exercise:state:umbrelle", "state"),
}


def key_of(name: str) -> bytes:
    """The throw-away key of somebody in the story."""
    return keccak(f"throw-away key of {name} in the story of evidence".encode())


def still(folder: Path) -> Workspace:
    """A deployed workspace on an embedded chain whose clock stands still, and whose relayer has the story's key."""
    workspace = create(folder / ".normledger")
    relayer = key_of("relayer")
    provider = EmbeddedProvider(folder / "still.db", {address_of(relayer): FUNDS}, clock=lambda: CLOCK)
    workspace.__dict__["node"] = Node(provider, "embedded")
    workspace.__dict__["sender"] = Sender(workspace.node, relayer)
    workspace._closing.callback(workspace.node.close)
    workspace.deploy()
    workspace.update()
    return workspace


@dataclass
class Story:
    """The story in a deployed workspace: `begin` brings what is proven, `turn` what takes it back."""

    workspace: Workspace
    ids: dict[str, PartyId] = field(default_factory=dict)
    begun: int = 0
    turned: int | None = None
    succeeded: int | None = None
    kept: dict[str, bytes] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=lambda: {name: key_of(name) for name in PARTIES})

    def begin(self) -> "Story":
        """Five parties and a wallet's; a treaty and a pact; a norm and the stances on it; a report."""
        work = self.workspace
        self.act(
            *(
                (name, work.prepare_claim(identifier, kind, Profile(name.title()), address_of(key_of(name))))
                for name, (identifier, kind) in PARTIES.items()
            )
        )
        self.wallet, _ = deploy(work.sender, _WALLET)
        assert self.wallet == create2(_WALLET)
        claim = work.prepare_claim("exercise:igo:vessel", "igo", Profile("Vessel"), self.wallet)
        self.ids["vessel"] = claim.statement.party  # type: ignore[union-attr]
        self.by_wallet(claim)
        work.store.put([self.outcome])
        for agreement in (self.treaty, self.pact):
            work.store.put([agreement])
            self.act(
                *(
                    (name, self.prepare(ActKind.SIGNATURE, terms_of(agreement).id, name, content=agreement.hash))
                    for name in PARTIES
                    if self.ids[name] in {founder.id for founder in agreement.founders}
                )
            )
        pact = terms_of(self.pact).id
        self.act(
            ("quillory", self.prepare(ActKind.RESERVATION, pact, "quillory", clause=self.clause(2), text="Not us."))
        )
        self.act(("hobnail", self.prepare(ActKind.ACCESSION, pact, "hobnail")))
        envoy = prepare_powers(
            work.newest(), work.release, self.ids["hobnail"], address_of(key_of("envoy")),
            frozenset({ActKind.ENDORSEMENT, ActKind.DECLARATION}), CLOCK + 400 * 86_400,
        )  # fmt: skip
        self.act(("hobnail", envoy))
        self._norm()
        self._lists()
        self.begun = work.newest().at.block
        return self

    def _norm(self) -> None:
        norm = self.norm.hash
        derivation = DerivationRecord({"method": "none; a story"})
        self.workspace.store.put([self.norm, derivation])
        self.act(("lanterns", self.prepare(ActKind.PUBLICATION, norm, "lanterns", content=derivation.hash)))
        by_envoy = self.prepare(ActKind.ENDORSEMENT, norm, "hobnail", by=address_of(key_of("envoy")))
        self.represented = by_envoy.digest
        self.workspace.submit_own(by_envoy, key_of("envoy"))
        self.act(("norvale", self.prepare(ActKind.ENDORSEMENT, norm, "norvale", text="It costs us nothing.")))
        self.by_wallet(self.prepare(ActKind.ENDORSEMENT, norm, "vessel"))
        self.act(("quillory", self.prepare(ActKind.OPPOSITION, norm, "quillory")))
        away = self.prepare(ActKind.ENDORSEMENT, norm, "umbrelle")
        leaf = leaf_of(away.statement, sign(away.digest, key_of("umbrelle")))  # type: ignore[arg-type]
        stranger = replace(leaf, party=PartyId(keccak(b"a party that never registered")), number=2)
        anchored = Endorsements(NormId(norm), (leaf, stranger))
        self.workspace.store.put([anchored])
        self.act(("lanterns", self.prepare(ActKind.ANCHOR, norm, "lanterns", content=anchored.root)))

    def _lists(self) -> None:
        """What the lanterns report, recognise and align."""
        author = self.ids["lanterns"]
        reported = ReportedAgreement(
            "Charter of the lighthouses", (Clause("1", "Keepers answer each other's calls."),), "story-1", "2020",
            sources=("https://example.org/charter",),
        )  # fmt: skip
        actors = [
            Reported(parse_identifier(f"exercise:company:keeper-{one}"), f"Keeper {one}", "company") for one in range(3)
        ]
        self.reports = Reports(
            author, tuple(Report(DocumentHash(reported.hash), actor, "signature", "2020-05") for actor in actors)
        )
        self.alignments = Alignments(
            author, (ClauseAlignment(self.treaty.clause_ids[1], OutcomeId(self.outcome.hash), "same"),)
        )
        self.workspace.store.put([reported, self.reports, self.alignments])
        list_ = list_of(author)
        for kind, batch in ((ActKind.REPORTS, self.reports), (ActKind.ALIGNMENTS, self.alignments)):
            prepared = self.prepare(kind, list_, "lanterns", refers_to=batch.root, content=batch.hash)
            self.act(("lanterns", prepared))
            if kind is ActKind.REPORTS:
                self.reporting = prepared.digest
        self.act(("lanterns", self.prepare(ActKind.RECOGNITION, list_, "lanterns", refers_to=self.ids["norvale"])))

    def turn(self) -> "Story":
        """What takes things back: consent, a stance, powers; one more agreement."""
        pact, norm = terms_of(self.pact).id, self.norm.hash
        self.act(("hobnail", self.prepare(ActKind.WITHDRAWAL, pact, "hobnail")))
        self.act(("norvale", self.prepare(ActKind.WITHDRAWAL, norm, "norvale")))
        self.act(("norvale", self.prepare(ActKind.AMENDMENT, pact, "norvale", content=keccak(b"another text"))))
        rotation = prepare_rotation(
            self.workspace.newest(), self.workspace.release, self.ids["hobnail"], address_of(key_of("hobnail, later"))
        )
        self.workspace.act_at_once([(rotation, key_of("hobnail"))], next_key=key_of("hobnail, later"))
        self.keys["hobnail"] = key_of("hobnail, later")
        self.workspace.store.put([self.third])
        subject = terms_of(self.third).id
        self.act(
            *(
                (name, self.prepare(ActKind.SIGNATURE, subject, name, content=self.third.hash))
                for name in ("lanterns", "umbrelle")
            )
        )
        self.turned = self.workspace.newest().at.block
        return self

    def succeed(self) -> "Story":
        """Two later texts: one that takes the place of the accord, one to which not all parties of the pact belong."""
        for old, new, names in (
            (self.third, self.fourth, ("lanterns", "umbrelle")),
            (self.pact, self.closer, ("norvale", "lanterns", "quillory")),
        ):
            self.workspace.store.put([new])
            subject, later = terms_of(old).id, terms_of(new).id
            self.act(*((one, self.prepare(ActKind.AMENDMENT, subject, one, content=new.hash)) for one in names))
            signing = [one for one in names if self.ids[one] in {founder.id for founder in new.founders}]
            self.act(*((one, self.prepare(ActKind.SIGNATURE, later, one, content=new.hash)) for one in signing))
        self.succeeded = self.workspace.newest().at.block
        return self

    # --- acting

    def prepare(self, kind: ActKind, subject: Hash, name: str, **values: Any) -> Prepared:
        return self.workspace.prepare(kind, subject, self.ids[name], **values)

    def act(self, *prepared: tuple[str, Prepared]) -> None:
        """Sign and carry, all in one go."""
        for name, one in prepared:
            if name not in self.ids:
                self.ids[name] = one.statement.party
        self.workspace.act_at_once([(one, self.keys[name]) for name, one in prepared])

    def by_wallet(self, prepared: Prepared) -> None:
        texts = [text.to_json() for text in prepared.texts]
        self.workspace.submit(prepared.typed_data, "0x77616c6c6574", texts)
        self.workspace.carry()

    # --- texts

    def _text(self, title: str, names: tuple[str, ...], clauses: tuple[Clause, ...], **rules: Any) -> Agreement:
        founders = [
            Founder(self.ids[one], parse_identifier(PARTIES[one][0]), PARTIES[one][1], one.title()) for one in names
        ]
        return Agreement(title, clauses, Rules(**rules), tuple(sorted(founders, key=lambda one: one.id)))

    @functools.cached_property
    def outcome(self) -> Outcome:
        return Outcome("Nobody attacks those who answer calls for help.", "refrain")

    def _asking(self, key: str, text: str) -> Clause:
        return Clause(key, text, asks=(Asked(OutcomeId(self.outcome.hash), "same"),))

    @functools.cached_property
    def treaty(self) -> Agreement:
        return self._text(
            "Treaty of the two", ("norvale", "hobnail"),
            (self._asking("1", "Neither Party attacks a response team."), Clause("2", "The Parties exchange names.")),
            character="political", form="bilateral", admission="closed",
        )  # fmt: skip

    @functools.cached_property
    def pact(self) -> Agreement:
        return self._text(
            "Open pact", ("norvale", "lanterns", "quillory"),
            (self._asking("1", "We leave response teams alone."), Clause("2", "We meet each spring.")),
            character="voluntary", form="multi-stakeholder", admission="open", reservations=True, reservation_days=30,
        )  # fmt: skip

    @functools.cached_property
    def third(self) -> Agreement:
        return self._text(
            "Late accord", ("lanterns", "umbrelle"), (self._asking("1", "Response teams are safe from us."),),
            character="voluntary", form="bilateral", admission="closed",
        )  # fmt: skip

    @functools.cached_property
    def fourth(self) -> Agreement:
        return self._text(
            "Later accord", ("lanterns", "umbrelle"), (Clause("1", "We write once a year."),),
            character="voluntary", form="bilateral", admission="closed",
        )  # fmt: skip

    @functools.cached_property
    def closer(self) -> Agreement:
        return self._text(
            "Closer pact", ("norvale", "lanterns"), (self._asking("1", "We protect response teams from ourselves."),),
            character="voluntary", form="bilateral", admission="closed",
        )  # fmt: skip

    @functools.cached_property
    def norm(self) -> Norm:
        return Norm("Safe answers", "Nobody attacks a response team.", (OutcomeId(self.outcome.hash),), "exercise")

    def clause(self, number: int) -> Hash:
        return self.pact.clause_ids[number - 1]

    # --- claims

    def bundling(self, as_of: int | None = None) -> Bundling:
        work = self.workspace
        return Bundling(work.ledger, work.node, work.release, as_of)

    def proven(self, name: str, as_of: int | None = None) -> tuple[bytes, Verdict]:
        """The bundle of this name, by default as of when the story had begun."""
        making = self.bundling(as_of or self.begun)
        return making.proven(QUESTIONS[name](self, making), [self.ids["lanterns"]] if name == "recognised" else ())

    def keep(self, name: str) -> None:
        """Make a bundle now, while the node still can."""
        self.kept[name] = self.proven(name)[0]

    def policy(self) -> TrustPolicy:
        author = (self.ids["lanterns"],)
        return TrustPolicy(author, author, author)


Question = Callable[[Story, Bundling], dict[str, Any]]


def _consent(agreement: str, clause: int, party: str) -> Question:
    return lambda story, making: making.consent(
        str(story.ids[party]), str(terms_of(getattr(story, agreement)).id), str(clause)
    )


def _candidate(basis: str = "consented", *, maximal: bool = False) -> Question:
    def ask(story: Story, making: Bundling) -> dict[str, Any]:
        policy = story.policy() if basis == "reported" or maximal else TrustPolicy()
        parameters = Parameters(found=False, packages=False)
        composition = story.workspace.compose(making.view, basis, "exercise", policy, parameters)  # type: ignore[arg-type]
        (row,) = [one for one in composition.rows if one.stands]
        among = None if maximal else row.agreements
        return making.candidate(row.key, basis, "exercise", policy, parameters, among)

    return ask


QUESTIONS: dict[str, Question] = {
    "consent": _consent("treaty", 1, "norvale"),
    "consent-open": _consent("pact", 1, "hobnail"),
    "consent-reduced": _consent("pact", 2, "norvale"),
    "recognised": _consent("treaty", 2, "norvale"),
    "endorsements": lambda story, making: making.endorsements(str(story.norm.hash)),
    "powers": lambda story, making: making.powers(story.represented),
    "report": lambda story, making: making.report(story.reports.leaf_hashes[1]),
    "candidate": _candidate(),
    "maximal": _candidate(maximal=True),
}
"""What the good bundles claim, by name."""

SUCCEEDED: dict[str, Question] = {
    "succeeded-consent": _consent("pact", 1, "norvale"),
    "succeeded-maximal": _candidate(maximal=True),
}
"""The same of those made after later texts took the place of earlier ones."""
