"""The file config.toml: what a workspace is set to. What follows from that belongs elsewhere (`workspace`)."""

import json
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
        """The same settings for another chain, where nothing is deployed yet."""
        return Configuration(chain, **{name: getattr(self, name) for name in _OPTIONAL})


_OPTIONAL: dict[str, Any] = {
    "database": None, "outbox": None, "relay": True, "gas_a_day": None, "highest_fee": None, "stuck_seconds": 60,
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
        if value is not None and (type(value) is not sort or (isinstance(value, int) and value < 0)):
            raise WorkspaceError(f"{path}: {name} = {json.dumps(value, default=str)} can't be used; write {told}.")
        found[name] = value
    return found


_SORTS: dict[str, tuple[type, str]] = {
    "relay": (bool, "true or false"), "database": (str, "a URL in quotes"), "outbox": (str, "a URL in quotes"),
}  # fmt: skip
