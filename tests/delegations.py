"""Real parties with real keys in a real workspace: what a test needs to let somebody sign."""

import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from normledger.acts.act import Act, ActKind, Contract
from normledger.acts.signature import sign
from normledger.acts.typed_data import Domain
from normledger.documents.document import Agreement, Clause, Founder, Profile, Rules
from normledger.identifiers import Digest, Hash, PartyId, parse_identifier
from normledger.ledger.queries import terms_of
from normledger.relay.outbox import Submission
from normledger.relay.preparation import Prepared
from normledger.workspace import Workspace


def create(folder: Path, *, chain: str = "embedded") -> Workspace:
    """A workspace whose relayer's key opens in a hundredth of the usual time."""
    Workspace.create(folder, chain=chain).close()
    (folder / "keys" / "relayer.json").unlink()
    workspace = Workspace.open(folder, write=True)
    workspace.new_key("relayer", light=True)
    return workspace


def copy_of(template: Path, folder: Path) -> Workspace:
    """A workspace of one's own with everything that the template holds."""
    shutil.copytree(template, folder)
    workspace = Workspace.open(folder, write=True)
    if "NORMLEDGER_DATABASE" in os.environ:  # the template's index is a file
        workspace.update()
    return workspace


@dataclass
class Delegations:
    """Parties by their short names, with the keys they sign with, in one workspace."""

    workspace: Workspace
    parties: dict[str, PartyId] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)

    def register(self, *names: str, kind: str = "ngo") -> None:
        """Register parties; all in one go."""
        claims = [self.claim(name, kind) for name in names]
        self.workspace.act_at_once([(claim, self.keys[name]) for name, claim in zip(names, claims, strict=True)])

    def claim(self, name: str, kind: str = "ngo", deadline: int = 0, identifier: str = "") -> Prepared:
        """A claim with a new key, not yet signed."""
        account = self.workspace.new_key(name, light=True)
        self.keys[name] = self.workspace.private_key(name)
        claim = self.workspace.prepare_claim(
            identifier or f"name:{name}", kind, Profile(name), account, deadline=deadline
        )
        self.parties[name] = claim.statement.party
        return claim

    def text(
        self, *names: str, title: str = "", texts: tuple[str, ...] = ("Parties shall help.",), **rules: Any
    ) -> Agreement:
        """An agreement between these parties; kept, not signed."""
        values: dict[str, Any] = {
            "character": "voluntary", "form": "multi-stakeholder", "admission": "open", "takes_effect": "on-signature",
            "reservations": True, "notice_days": 0, "reservation_days": 30, **rules,
        }  # fmt: skip
        if not values["reservations"]:
            values.pop("reservation_days")
        founders = [Founder(self.parties[one], parse_identifier(f"name:{one}"), "ngo", one) for one in names]
        agreement = Agreement(
            title or f"Agreement of {' and '.join(names)}",
            tuple(Clause(str(number), text) for number, text in enumerate(texts, start=1)),
            Rules(**values),
            tuple(sorted(founders, key=lambda founder: founder.id)),
        )
        self.workspace.store.put([agreement])
        return agreement

    def signature(self, name: str, agreement: Agreement, **values: Any) -> Prepared:
        """A founding signature, not yet signed."""
        subject = terms_of(agreement).id
        return self.prepare(ActKind.SIGNATURE, subject, name, content=agreement.hash, **values)

    def prepare(self, kind: ActKind, subject: Hash, name: str, **values: Any) -> Prepared:
        """An act, not yet signed."""
        return self.workspace.prepare(kind, subject, self.parties[name], **values)

    def found(self, agreement: Agreement) -> Hash:
        """All founders sign; the agreement's id."""
        names = {id_: name for name, id_ in self.parties.items()}
        signers = [names[founder.id] for founder in agreement.founders]
        self.workspace.act_at_once([(self.signature(name, agreement), self.keys[name]) for name in signers])
        return terms_of(agreement).id

    def act(self, kind: ActKind, subject: Hash, name: str, **values: Any) -> Submission:
        """Sign an act and have it carried."""
        (done,) = self.workspace.act_at_once([(self.prepare(kind, subject, name, **values), self.keys[name])])
        return done

    def submit(self, prepared: Prepared, name: str) -> Submission:
        """Sign and submit; not carried yet."""
        return self.workspace.submit_own(prepared, self.keys[name])

    def signed(self, act: Act, name: str) -> bytes:
        """An agreement's act, signed as it is, whatever the rules say."""
        return sign(self.domain(Contract.AGREEMENT_LEDGER).digest(act), self.keys[name])

    def domain(self, contract: Contract) -> Domain:
        return self.workspace.release.domain(contract, self.workspace.node.chain_id)

    def digest_of(self, prepared: Prepared) -> Digest:
        return prepared.digest


def now() -> int:
    return int(time.time())
