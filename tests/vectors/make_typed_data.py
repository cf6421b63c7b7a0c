"""Writes tests/vectors/typed_data.json, which holds this library and the contracts to one digest.

`python -m tests.vectors.make_typed_data` writes it; `tests/acts/test_typed_data.py` and `Vectors.t.sol` read it.
"""

import json
from pathlib import Path
from typing import Any

from normledger.acts.act import Act, ActKind, Claim
from normledger.acts.typed_data import Domain
from normledger.identifiers import ZERO, Address, Hash, Identifier, PartyId, keccak
from tests.strategies import SIGNED_KINDS

PATH = Path(__file__).resolve().parent / "typed_data.json"
_IDENTIFIERS = ("state:FRA", "exercise:company:quibblewick", "name:Société d’essai 北")


def text() -> str:
    """The whole file."""
    return json.dumps({"cases": cases()}, indent=1, ensure_ascii=False) + "\n"


def cases() -> list[dict[str, Any]]:
    """Three cases for every kind: plain, sparse, and with the largest numbers there are."""
    return [_case(kind, number) for kind in SIGNED_KINDS for number in range(3)]


def _case(kind: ActKind, number: int) -> dict[str, Any]:
    def made(what: str) -> Hash:
        return keccak(f"{what} {kind.name} {number}".encode())

    domain = Domain((1337, 1, 2**64 - 2)[number], Address(made("contract")[:20]))
    account, deadline = Address(made("account")[:20]), (0, 1_700_000_000, 2**64 - 1)[number]
    head: dict[str, Any] = {"contract": str(domain.contract), "chainId": domain.chain_id, "kind": int(kind),
                            "type_name": kind.type_name}  # fmt: skip
    if kind is ActKind.CLAIM:
        claim = Claim(Identifier(_IDENTIFIERS[number]), (1, 4, 7)[number], made("profile"), account, deadline)
        body = {"identifier": claim.identifier, "partyKind": claim.kind, "profile": str(claim.profile)}
        return {**head, **body, "account": str(account), "deadline": deadline, "digest": str(domain.digest(claim))}
    act = Act(
        kind=kind,
        subject=made("subject"),
        party=PartyId(made("party")),
        account=account,
        number=(1, 0, 2**64 - 1)[number],
        clause=ZERO if number == 1 else made("clause"),
        refers_to=ZERO if number == 1 else made("act"),
        content=made("content"),
        deadline=deadline,
    )
    body = {"subject": str(act.subject), "clause": str(act.clause), "refersTo": str(act.refers_to),
            "content": str(act.content), "party": str(act.party), "account": str(account)}  # fmt: skip
    return {**head, **body, "number": act.number, "deadline": deadline, "digest": str(domain.digest(act))}


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
