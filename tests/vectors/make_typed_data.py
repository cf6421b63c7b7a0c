"""Writes tests/vectors/typed_data.json, which holds this library and the contracts to one digest.

`python -m tests.vectors.make_typed_data` writes it; `tests/acts/test_typed_data.py` and `Vectors.t.sol` read it. Each
case is flat: `type`, `written` (EIP-712's encodeType), `contract` (the number of `Contract`), `actKind` (the number of
`ActKind`), `chainId` and `verifyingContract` of the domain, every member by its name in the type, and the `digest`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from normledger.acts.act import FOUNDING, Act, ActKind, Claim, Contract
from normledger.acts.powers import FullPowers, FurtherClaim, OwnCancellation, Revocation, Rotation, bits_of
from normledger.acts.typed_data import Domain, Signable, contract_of, to_json, type_of
from normledger.identifiers import ZERO, Address, Hash, Identifier, PartyId, keccak
from tests.strategies import SIGNED

PATH = Path(__file__).resolve().parent / "typed_data.json"
_IDENTIFIERS = ("state:FRA", "exercise:company:quibblewick", "name:Société d’essai 北")


def text() -> str:
    """The whole file."""
    return json.dumps({"cases": cases()}, indent=1, ensure_ascii=False) + "\n"


def cases() -> list[dict[str, Any]]:
    """Three cases for every type: plain, sparse, and with the largest numbers there are."""
    return [_case(make, which) for make in _makers() for which in range(3)]


class _Values:
    """The values of one case, each told by what it is for."""

    def __init__(self, name: str, which: int) -> None:
        self._name, self.which = name, which
        self.number = (1, 0, 2**64 - 1)[which]
        self.deadline = (0, 1_700_000_000, 2**64 - 1)[which]

    def hash(self, what: str) -> Hash:
        return keccak(f"{what} {self._name} {self.which}".encode())

    def sparse(self, what: str) -> Hash:
        """A hash that the sparse case leaves out."""
        return ZERO if self.which == 1 else self.hash(what)

    def address(self, what: str) -> Address:
        return Address(self.hash(what)[:20])

    @property
    def party(self) -> PartyId:
        return PartyId(self.hash("party"))


def _makers() -> list[tuple[str, Callable[[_Values], Signable]]]:
    own: dict[str, Callable[[_Values], Signable]] = {
        "CLAIM": lambda of: Claim(
            Identifier(_IDENTIFIERS[of.which]), (1, 4, 7)[of.which], of.hash("profile"), of.address("account"),
            of.deadline,
        ),
        "FURTHER_CLAIM": lambda of: FurtherClaim(
            of.party, Identifier(_IDENTIFIERS[of.which]), of.sparse("profile"), of.address("account"), of.number,
            of.deadline,
        ),
        "ROTATION": lambda of: Rotation(of.party, of.address("next"), of.address("account"), of.number, of.deadline),
        "FULL_POWERS": lambda of: FullPowers(
            of.party, of.address("representative"), of.sparse("subject"),
            bits_of(({ActKind.SIGNATURE, ActKind.RESERVATION}, {ActKind.CLAIM}, ActKind)[of.which]),
            (2_000_000_000, 0, 2**64 - 1)[of.which], of.address("account"), of.number, of.deadline,
        ),
        "REVOCATION": lambda of: Revocation(
            of.party, of.address("representative"), of.sparse("subject"), of.address("account"), of.number,
            of.deadline,
        ),
        "OWN_CANCELLATION": lambda of: OwnCancellation(of.party, of.address("account"), of.number, of.deadline),
    }  # fmt: skip
    return [*own.items(), *((f"{contract.name} {kind.name}", _acts(contract, kind)) for contract, kind in SIGNED)]


def _acts(contract: Contract, kind: ActKind) -> Callable[[_Values], Signable]:
    plain = contract is Contract.NORM_REGISTRY or kind in FOUNDING

    def make(of: _Values) -> Act:
        return Act(
            contract=contract,
            kind=kind,
            subject=of.hash("subject"),
            party=of.party,
            account=of.address("account"),
            number=0 if kind in FOUNDING else of.number,
            clause=ZERO if plain else of.sparse("clause"),
            refers_to=ZERO if plain else of.sparse("act"),
            content=of.hash("content"),
            deadline=of.deadline,
        )

    return make


def _case(made: tuple[str, Callable[[_Values], Signable]], which: int) -> dict[str, Any]:
    name, make = made
    of = _Values(name, which)
    statement = make(of)
    domain = Domain((1337, 1, 2**64 - 2)[which], of.address("contract"))
    message = to_json(domain, statement)["message"]
    written = type_of(statement)
    return {
        "type": written[: written.index("(")],
        "written": written,
        "contract": int(contract_of(statement)),
        "actKind": int(ActKind.CLAIM if isinstance(statement, Claim) else statement.kind),
        "chainId": domain.chain_id,
        "verifyingContract": str(domain.contract),
        **{field: int(value) if _whole(value) else value for field, value in message.items()},
        "digest": str(domain.digest(statement)),
    }


def _whole(value: Any) -> bool:
    """Whether a shown value is a number: Forge reads numbers, where wallets take strings of digits."""
    return not isinstance(value, str) or value.isdigit()


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
