"""Real chains as processes of their own, for every test that wants one: Ganache and Anvil, started and stopped here."""

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
KEY = bytes.fromhex("4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d")
"""A throw-away key whose account has money on every test chain; published with Ganache, worth nothing anywhere."""

FUNDS = 10**21
"""Wei that the account of KEY has in the genesis block."""


def free_port() -> int:
    """A port that nobody listens on, as far as one can know."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class _Process:
    """A chain program on a port of its own; `start` and `stop` as often as wanted."""

    name = ""
    chain_id = 1337

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def program(cls) -> Path | None:
        """Where the program is: npm's folder of this clone, or PATH."""
        local = ROOT / "node_modules" / ".bin" / cls.name
        found = local if local.exists() else shutil.which(cls.name)
        return Path(found) if found else None

    @classmethod
    def missing(cls) -> str:
        """Why tests on this chain are skipped; empty if they need not be."""
        return "" if cls.program() else f"{cls.name} is neither in node_modules/.bin nor on PATH: run npm install"

    def arguments(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.program()), *self.arguments()], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        for _ in range(300):
            if self._process.poll() is not None:
                break
            try:
                self.ask("eth_chainId")
                return self
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"{self.name} did not start: {(self.folder / f'{self.name}.log').read_text()[-2000:]}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ask(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call around NormLedger: snapshots, reorganisations, time."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            told = json.load(answer)
        if "error" in told:
            raise RuntimeError(told["error"])
        return told["result"]


class Ganache(_Process):
    """Ganache 7.9.2 under Shanghai's rules, its chain kept in the folder over restarts."""

    name = "ganache"

    def arguments(self) -> list[str]:
        return [
            *("--server.port", str(self.port), "--server.host", "127.0.0.1"),
            *("--chain.chainId", str(self.chain_id), "--chain.hardfork", "shanghai"),
            *("--database.dbPath", str(self.folder / "db")),
            *("--wallet.accounts", f"0x{KEY.hex()},{hex(FUNDS)}"),
        ]


class Anvil(_Process):
    """Anvil under Shanghai's rules; it forgets its chain when it stops."""

    name = "anvil"
    rules = "shanghai"

    @classmethod
    def program(cls) -> Path | None:
        """The binary itself: npm's script would leave it running when stopped."""
        inner = sorted((ROOT / "node_modules" / "@foundry-rs").glob("anvil-*/bin/anvil"))
        return inner[0] if inner else super().program()

    def start(self) -> Self:
        super().start()
        account = "0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1"  # of KEY
        self.ask("anvil_setBalance", account, hex(FUNDS))
        return self

    def arguments(self) -> list[str]:
        return ["--port", str(self.port), "--chain-id", str(self.chain_id), "--hardfork", self.rules, "--silent"]


class Prague(Anvil):
    """Anvil under Prague's rules, which know accounts with code (EIP-7702)."""

    rules = "prague"
