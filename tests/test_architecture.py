"""The house: what an import brings along, what stands at each file's head, and names that say nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(path for name in ("normledger", "api", "scripts") for path in (ROOT / name).rglob("*.py"))
PURE = ("errors", "identifiers", "documents", "acts", "composition", "evidence")
HEAVY = ("sqlalchemy", "sqlmodel", "sqlite3", "web3", "eth", "fastapi", "uvicorn", "httpx", "typer", "rich", "jinja2")


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def brought_along(*modules: str) -> set[str]:
    """Top-level packages in memory after importing these modules in a fresh process."""
    code = f"import sys, {', '.join(modules)}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("floor", PURE)
def test_a_pure_floor_brings_neither_sql_nor_a_node_nor_http(floor: str) -> None:
    modules = [name for path in MODULES if (name := dotted(path)).split(".")[:2] == ["normledger", floor]]
    assert modules
    assert not brought_along(*modules) & set(HEAVY)


def test_opening_a_package_brings_nothing_heavy() -> None:
    packages = [dotted(path) for path in MODULES if path.name == "__init__.py" and path.parts[-3] != "scripts"]
    assert "normledger.cli" in packages
    assert not brought_along(*(name for name in packages if not name.startswith("scripts"))) & set(HEAVY)


def test_a_command_that_only_helps_starts_without_the_chain_s_engine() -> None:
    assert not brought_along("normledger.cli.app") & {"eth", "web3", "fastapi", "uvicorn"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", [path for path in MODULES if "api" in path.parts], ids=dotted)
def test_the_service_asks_the_library_and_nobody_below_it(path: Path) -> None:
    tops = {name.split(".")[0] for name in imports(path)}
    service = {
        "api",
        "normledger",
        "fastapi",
        "starlette",
        "pydantic",
        "jinja2",
        "markupsafe",
        "babel",
        "prometheus_client",
        "pythonjsonlogger",
    }
    assert tops <= service | set(sys.stdlib_module_names), tops - service
    assert not tops & {"sqlite3"}


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_every_module_says_at_its_head_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    if text.strip():
        told = ast.get_docstring(ast.parse(text))
        assert told, path
        assert told.splitlines()[0].rstrip().endswith((".", ":", "?")), told.splitlines()[0]


def test_no_file_is_named_after_nothing() -> None:
    named = [path for folder in ("normledger", "api", "scripts", "tests") for path in (ROOT / folder).rglob("*.py")]
    empty = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base"}
    assert [path for path in named if set(path.stem.lower().split("_")) & empty] == []


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_no_file_has_outgrown_its_noun(path: Path) -> None:
    lines = path.read_text("utf-8").count("\n")
    assert lines <= 700, f"{path.name} has {lines} lines: find the second noun"
