"""The shipped artifacts are what the sources compile to: by py-solc-x from its input, by Forge from its settings."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.compile_contracts import ARTIFACTS, CONTRACTS, ROOT, SETTINGS, compile_artifacts

FORGE = ROOT / "node_modules/.bin/forge"
pytestmark = [
    pytest.mark.tools,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not FORGE.exists() or shutil.which("node") is None, reason="no compiler: `make install` brings Node's tools"
    ),
]


def test_compiling_the_sources_gives_the_shipped_artifacts() -> None:
    shipped = {path.name: path.read_text() for path in ARTIFACTS.glob("*.json")}
    compiled = compile_artifacts()
    assert sorted(compiled) == sorted(shipped)
    different = [name for name, text in compiled.items() if text != shipped[name]]
    assert not different, f"{different} do not match contracts/: run `make contracts` and commit"


def test_forge_compiles_the_sources_to_the_same_init_code(tmp_path: Path) -> None:
    command = [FORGE, "build", "contracts", "--out", tmp_path / "out", "--cache-path", tmp_path / "cache"]
    subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "FOUNDRY_PROFILE": "shipped", "FOUNDRY_DISABLE_NIGHTLY_WARNING": "1"},
        check=True,
    )
    for name in CONTRACTS:
        built = json.loads((tmp_path / f"out/{name}.sol/{name}.json").read_text())
        shipped = json.loads((ARTIFACTS / f"{name}.json").read_text())
        assert built["bytecode"]["object"] == shipped["bytecode"], name
        assert built["deployedBytecode"]["object"] == shipped["deployedBytecode"], name


def test_artifacts_record_the_settings_they_were_compiled_with() -> None:
    for name in CONTRACTS:
        shipped = json.loads((ARTIFACTS / f"{name}.json").read_text())
        assert shipped["settings"] == SETTINGS
