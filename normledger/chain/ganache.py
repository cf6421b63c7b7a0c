"""A Ganache of one's own on a free port, its chain kept in a folder: for demonstrations and developers."""

import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from normledger.chain.node import connect
from normledger.errors import ChainError

CHAIN_ID = 1337
"""Of every Ganache that is started here; what a developer expects of one."""

_PATIENCE = 60.0


class Ganache:
    """Starts Ganache under Shanghai's rules with one funded account, and stops it at the end of the block."""

    def __init__(self, folder: Path, private_key: bytes, funds: int) -> None:
        self._folder = folder
        self._account = f"0x{private_key.hex()},{hex(funds)}"
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def command(self, *, shown: bool = False) -> list[str]:
        """How it is started; `shown` leaves the account's key out."""
        program = shutil.which("ganache")
        if program is None:
            raise ChainError("Ganache is not on PATH; install it with `npm ci`, or take the embedded chain.")
        command = ["ganache" if shown else program, "--server.port", str(self.port), "--server.host", "127.0.0.1"]
        command += ["--chain.chainId", str(CHAIN_ID), "--chain.hardfork", "shanghai"]
        command += ["--database.dbPath", str(self._folder / "ganache")]
        return command if shown else [*command, "--wallet.accounts", self._account]

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "ganache.log").open("ab") as log:
            self._process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        give_up = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    connect(self.url, chain_id=CHAIN_ID).close()
                    return self
            time.sleep(0.1)
        self.__exit__()
        raise ChainError(f"Ganache did not start; {self._folder / 'ganache.log'} tells why.")

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
