"""The file config.toml: what a workspace is set to. What follows from that belongs elsewhere (`workspace`)."""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from normledger.errors import WorkspaceError

FORMAT = 1
"""Of the folder. A folder of a newer format is refused, never guessed at."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """config.toml. `chain` is ``embedded`` or a URL; `chain_id` and `first_block` are None until deployment.

    `database` and `outbox` are URLs of the index and the outbox, by default files in the folder. `relay` tells whether
    this workspace pays for carrying what is submitted, within the limits that follow it (`relay.relayer.Limits`).
    `public_node`, `chain_name` and `coin` are what a signatory's wallet is told of a chain that it does not know: the
    URL of a node that is open to everybody, the chain's name for people, and the symbol of its coin.
    """

    chain: str = "embedded"
    chain_id: int | None = None
    first_block: int = 0
    release: str | None = None
    database: str | None = None
    outbox: str | None = None
    relay: bool = True
    gas_a_day: int | None = None
    highest_fee: int | None = None
    stuck_seconds: int = 60
    public_node: str | None = None
    chain_name: str | None = None
    coin: str = "ETH"
    format: int = FORMAT

    def to_toml(self) -> str:
        """The file's text."""
        lines = [f"format = {self.format}", f"chain = {json.dumps(self.chain)}"]
        if self.chain_id is not None:
            lines += [f"chain_id = {self.chain_id}", f"first_block = {self.first_block}"]
            lines += [f"release = {json.dumps(self.release)}"]
        lines += [
            f"{name} = {json.dumps(value)}" for name in _OPTIONAL if (value := getattr(self, name)) != _OPTIONAL[name]
        ]
        return "\n".join(lines) + "\n"

    def on(self, chain: str) -> "Configuration":
        """The same settings for another chain, where nothing is deployed yet, less what is the old chain's."""
        kept = [name for name in _OPTIONAL if name not in ("public_node", "chain_name", "coin")]
        return Configuration(chain, **{name: getattr(self, name) for name in kept})


_OPTIONAL: dict[str, Any] = {
    "database": None, "outbox": None, "relay": True, "gas_a_day": None, "highest_fee": None, "stuck_seconds": 60,
    "public_node": None, "chain_name": None, "coin": "ETH",
}  # fmt: skip
"""What config.toml leaves out where it is as usual."""


def read_configuration(folder: Path) -> Configuration:
    """The configuration of a workspace's folder. Raises `WorkspaceError`."""
    try:
        data = tomllib.loads((folder / "config.toml").read_text("utf-8"))
    except FileNotFoundError:
        raise WorkspaceError(f"There is no workspace in {folder}; run `normledger init` first.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{folder / 'config.toml'} can't be read ({error}); mend it.") from None
    made = data.get("format")
    if not isinstance(made, int) or made > FORMAT:
        raise WorkspaceError(
            f"The workspace in {folder} was made by a newer NormLedger (format {made}, this one knows {FORMAT}); "
            "update NormLedger, or use another folder."
        )
    return Configuration(
        chain=data.get("chain", "embedded"),
        chain_id=data.get("chain_id"),
        first_block=data.get("first_block", 0),
        release=data.get("release"),
        **_optional(data, folder / "config.toml"),
    )


def _optional(data: dict[str, Any], path: Path) -> dict[str, Any]:
    """Those settings of config.toml that it may leave out, each of its sort."""
    found = {}
    for name, usual in _OPTIONAL.items():
        value = data.get(name, usual)
        sort, told = _SORTS.get(name, (int, "a whole number"))
        if value is not None and (
            type(value) is not sort
            or (isinstance(value, int) and value < 0)
            or (name in _FORMS and not _FORMS[name].fullmatch(str(value)))
        ):
            raise WorkspaceError(f"{path}: {name} = {json.dumps(value, default=str)} can't be used; write {told}.")
        found[name] = value
    return found


_FORMS = {
    "public_node": re.compile(r"https?://[^\s/]\S*"), "chain_name": re.compile(r"\S(.{0,58}\S)?"),
    "coin": re.compile(r"[A-Za-z0-9]{2,6}"),
}  # fmt: skip
"""What wallets ask of these (EIP-3085)."""

_SORTS: dict[str, tuple[type, str]] = {
    "relay": (bool, "true or false"), "database": (str, "a URL in quotes"), "outbox": (str, "a URL in quotes"),
    "public_node": (str, "an http or https URL in quotes"), "chain_name": (str, "a name in quotes"),
    "coin": (str, "a symbol of 2 to 6 letters in quotes"),
}  # fmt: skip
