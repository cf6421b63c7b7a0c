"""Writes the worked example of docs/reference/words.md: genuine calls, recorded by the shipped contracts.

`python -m tests.vectors.make_words` puts the blocks `events` and `words` and the table of steps into the page, after
the contracts changed or the example did; `tests/test_docs.py` holds the page to the library and to the page's program.
"""

import json
import re
from pathlib import Path
from typing import Any

from normledger.acts.act import Act, ActKind, Claim, Contract
from normledger.acts.powers import FullPowers, bits_of
from normledger.acts.release import current, word_slot
from normledger.acts.signature import address_of, sign
from normledger.acts.typed_data import Domain, Signable, contract_of, struct_hash, type_of
from normledger.chain import calls
from normledger.chain.embedded import CHAIN_ID
from normledger.documents.canonical import parse_json
from normledger.documents.document import Agreement, Norm, Profile, Statement
from normledger.documents.document_reader import read_document
from normledger.identifiers import ZERO, Hash, Identifier, keccak
from normledger.ledger.queries import terms_of
from tests.chain.following import Following
from tests.chain.sandbox import Sandbox

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "reference/words.md"
NORVALE, HOBNAIL, ENVOY = (keccak(b"throw-away key of %s, 1" % name) for name in (b"Norvale", b"Hobnail", b"an envoy"))
DAY = 86_400


def document(name: str) -> Any:
    """An example of documents.md."""
    text = (DOCS / "reference/documents.md").read_text("utf-8")
    (found,) = re.findall(rf"^```json {name}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return read_document(parse_json(found))


class _Example:
    """The contracts, with what was recorded so far."""

    def __init__(self) -> None:
        self.chain = Sandbox()
        self.following = Following(self.chain.release, CHAIN_ID)
        self.events: list[dict[str, Any]] = []

    def signature(self, statement: Signable, key: bytes) -> bytes:
        return sign(self.domain(contract_of(statement)).digest(statement), key)

    def domain(self, contract: Contract) -> Domain:
        return self.chain.release.domain(contract, CHAIN_ID)

    def signed(self, act: Act, key: bytes, *, direct: bool = True) -> calls.Signed:
        return calls.Signed(act, self.signature(act, key), direct)

    def record(self, call: calls.Call) -> None:
        self.chain.pass_time(12)
        outcome = self.chain.call(call.contract, call.data)
        assert outcome.ok, outcome.output.hex()
        (log,) = self.chain.logs(outcome)
        self.following.read([log], self.chain.time)
        self.events.append(
            {
                "contract": str(log.address),
                "block": self.chain.block,
                "time": self.chain.time,
                "subject": str(log.topics[1]),
                "call": "0x" + call.data.hex(),
            }
        )


def made() -> tuple[_Example, Act, Hash]:
    """The example; its last act, by a representative; and the word before it."""
    of = _Example()
    agreement, statement, norm = document("agreement"), document("statement"), document("norm")
    assert isinstance(agreement, Agreement)
    assert isinstance(statement, Statement)
    assert isinstance(norm, Norm)
    claims = [
        (Claim(Identifier(founder.identifier), kind, Profile(founder.name).hash, address_of(key)), key)
        for founder, kind, key in zip(agreement.founders, (1, 4), (NORVALE, HOBNAIL), strict=True)
    ]
    for claim, key in claims:
        of.record(calls.claim(claim, of.signature(claim, key)))
    norvale, hobnail = (claim.party for claim, _ in claims)
    terms, ledger = terms_of(agreement), Contract.AGREEMENT_LEDGER
    founding = [
        Act(ledger, ActKind.SIGNATURE, terms.id, claim.party, claim.account, 0, content=terms.document)
        for claim, _ in claims
    ]
    of.record(calls.sign(terms, [of.signed(act, key) for act, (_, key) in zip(founding, claims, strict=True)]))
    publication = Act(Contract.NORM_REGISTRY, ActKind.PUBLICATION, norm.hash, hobnail, address_of(HOBNAIL), 1)
    of.record(calls.publish(of.signed(publication, HOBNAIL)))
    until, envoy = of.chain.time + 30 * DAY, address_of(ENVOY)
    powers = FullPowers(norvale, envoy, terms.id, bits_of([ActKind.WITHDRAWAL]), until, address_of(NORVALE), 1)
    of.record(calls.own(powers, of.signature(powers, NORVALE)))
    previous = of.following.words[ledger, terms.id]
    withdrawal = Act(
        ledger, ActKind.WITHDRAWAL, terms.id, norvale, envoy, 1, content=statement.hash, deadline=until
    )  # fmt: skip
    of.record(calls.act(terms, [of.signed(withdrawal, ENVOY, direct=False)]))
    of.following.compare(of.chain)
    return of, withdrawal, previous


def blocks() -> dict[str, str]:
    """The page's blocks by name; `steps` is its table, `release` the release's name."""
    of, act, previous = made()
    domain = of.domain(act.contract)
    steps = {
        "domain": domain.separator,
        "keccak of the type": keccak(type_of(act).encode()),
        "struct": struct_hash(act),
        "digest": domain.digest(act),
        "previous word": previous,
        "word": of.following.words[act.contract, act.subject],
        "its storage slot": word_slot(act.subject),
    }
    words = {
        str(of.chain.release.address(contract)): {str(ZERO): str(of.following.registers[contract])}
        | {str(subject): str(word) for (at, subject), word in of.following.words.items() if at is contract}
        for contract in Contract
    }
    given = {"chain_id": CHAIN_ID, "events": of.events}
    table = "".join(f"| {name} | `{value}` |\n" for name, value in steps.items())
    return {
        "events": json.dumps(given, indent=2) + "\n",
        "words": json.dumps(words, indent=2) + "\n",
        "steps": "| step | value |\n|---|---|\n" + table,
        "release": current().name,
    }


def page(text: str) -> str:
    """The page's text with today's example in it."""
    found = blocks()
    for name in ("events", "words"):
        text = re.sub(
            rf"(?ms)^```json {name}\n.*?^```$", lambda _, name=name: f"```json {name}\n{found[name]}```", text
        )
    text = re.sub(r"(?m)^\| step \| value \|\n(?:\|.*\n)+", lambda _: found["steps"], text)
    return re.sub(r"release `0x[0-9a-f]{16}`", f"release `{found['release']}`", text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), encoding="utf-8")
