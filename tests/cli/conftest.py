"""The real command line, in this process: its own parser, its own exit codes, a real workspace on an embedded chain."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from normledger.cli import main
from normledger.workspace import Workspace


@dataclass
class Answer:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)


Command = Callable[..., Answer]


@pytest.fixture
def normledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`normledger(*arguments)` in an empty folder, as a shell would run it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NORMLEDGER_HOME", raising=False)
    hurry(monkeypatch)

    def run(*arguments: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["normledger", *map(str, arguments)])
        capsys.readouterr()
        code = run_main()
        told = capsys.readouterr()
        return Answer(code, told.out, told.err)

    return run


def hurry(patch: pytest.MonkeyPatch) -> None:
    """Keys are stretched a hundredth as much as usual: a command opens two of them, half a second each."""
    make = Workspace.new_key
    patch.setattr(Workspace, "new_key", lambda self, name, *, light=True: make(self, name, light=True))


def run_main() -> int:
    """The command line's exit code."""
    try:
        main()
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else 1 if exit_.code else 0
    return 0


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace made by commands once: contracts deployed, and two registered parties, north and south."""
    folder = tmp_path_factory.mktemp("made")
    commands = ["init", "deploy"]
    for name in ("north", "south"):
        commands += [
            f"key new {name}",
            f"register exercise:state:{name} --kind state --name {name.title()} --key {name}",
        ]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("NORMLEDGER_HOME", raising=False)
        hurry(patch)
        for command in commands:
            patch.setattr(sys, "argv", ["normledger", *command.split()])
            assert run_main() == 0, command
    return folder / ".normledger"


@pytest.fixture
def ready(normledger: Command, made: Path, tmp_path: Path) -> Command:
    """The command line in a folder with a copy of that workspace."""
    shutil.copytree(made, tmp_path / ".normledger")
    return normledger


@pytest.fixture
def agreement(ready: Command, tmp_path: Path) -> Path:
    """A file with an agreement between the two, not yet imported."""
    parties = ready("parties", "--json").json["parties"]
    document = {
        "type": "agreement",
        "title": "Treaty of the Test",
        "character": "treaty",
        "form": "bilateral",
        "admission": "closed",
        "takes_effect": "on-signature",
        "reservations": "prohibited",
        "notice_days": 0,
        "languages": ["en"],
        "parties": sorted(
            ({key: one[key] for key in ("id", "identifier", "kind", "name")} for one in parties),
            key=lambda one: one["id"],
        ),
        "clauses": [{"key": "1", "language": "en", "text": "Neither Party shall attack a response team."}],
    }
    path = tmp_path / "treaty.json"
    path.write_text(json.dumps(document))
    return path
