"""Lock and install the Python environments without naming a package index in the repository.

`uv.lock` holds every version and every hash, but under placeholder hosts (`.invalid`): which index serves the files is
the business of whoever installs. Installing therefore goes by name, version and hash, never by address:

    uv.lock -> uv export -> requirements with hashes -> uv pip sync --require-hashes, from the user's own index

Verbs: update [PACKAGE…] | check | install dev|brownie|prove|service
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = os.environ.get("UV", str(ROOT / ".build/uv/bin/uv"))
INDEX = "https://python-index.invalid/simple"
FILES = "https://python-files.invalid"
NEUTRAL = re.compile(r"https://python-(index|files)\.invalid/")

# Brownie pins every dependency to one version, web3 7 among them: it cannot share an environment with the rest.
ENVIRONMENTS = {
    "dev": (".venv", ("--group", "dev", "--no-emit-project")),
    "brownie": (".venv-brownie", ("--only-group", "brownie")),
    "prove": (".venv-prove", ("--only-group", "prove")),
    "service": (".venv-service", ("--extra", "fast", "--no-emit-project")),
}


def uv(*arguments: str | Path, folder: Path = ROOT, advice: str = "see above") -> None:
    """Run uv with the index that pip is configured for, unless uv has one of its own."""
    environment = dict(os.environ, UV_PREVIEW_FEATURES="package-conflicts")
    if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & environment.keys() and (index := pip_index()):
        environment["UV_DEFAULT_INDEX"] = index
    if subprocess.run([UV, "--quiet", *arguments], cwd=folder, env=environment).returncode:
        sys.exit(f"lock.py: uv {arguments[0]} failed: {advice}")


def pip_index() -> str | None:
    """The index that pip would ask, where the user has configured one: uv does not read pip's configuration."""
    if "PIP_INDEX_URL" in os.environ:
        return os.environ["PIP_INDEX_URL"]
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    return subprocess.run(command, capture_output=True, text=True).stdout.strip() or None


def neutral(lock: str) -> str:
    """The lock with placeholders where hosts stood; file names, versions, sizes and hashes stay."""
    lock = re.sub(r'registry = "[^"]*"', f'registry = "{INDEX}"', lock)
    return re.sub(r'url = "[^"]*/([^/"]+)"', rf'url = "{FILES}/\1"', lock)


def update(packages: list[str]) -> None:
    """Write uv.lock after a change of pyproject.toml; moves only what must move, and the packages named."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary)
        for name in ("pyproject.toml", "uv.lock"):
            if (ROOT / name).exists():
                shutil.copy(ROOT / name, copy)
        uv("lock", *(f"--upgrade-package={name}" for name in packages), folder=copy)
        (ROOT / "uv.lock").write_text(neutral((copy / "uv.lock").read_text()))


def check() -> None:
    """Fail where the lock is stale, or where a lock file names a host."""
    uv("lock", "--check", "--offline", advice="uv.lock does not fit pyproject.toml; run `make lock` and commit it")
    for name in ("uv.lock", "package-lock.json"):
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
            # npm writes the home pages of projects that ask for funding; nothing is fetched from there.
            named = '"resolved"' in line or (name == "uv.lock" and "://" in NEUTRAL.sub("", line))
            if named:
                sys.exit(f"lock.py: {name}:{number} names a host; run `make lock` and commit what it writes")


def install(name: str) -> None:
    """Build one environment from the lock; a file whose hash is not in the lock stops it."""
    folder, groups = ENVIRONMENTS[name]
    requirements = ROOT / ".build" / f"requirements-{name}.txt"
    requirements.parent.mkdir(exist_ok=True)
    uv("export", "--frozen", "--no-default-groups", *groups, "--output-file", requirements, "--no-header")
    uv("venv", "--allow-existing", "--no-python-downloads", "--python", sys.executable, folder)
    python = ROOT / folder / "bin/python"
    uv("pip", "sync", "--python", python, "--require-hashes", requirements)
    if name in ("dev", "service"):
        uv("pip", "install", "--python", python, "--no-deps", *(["--editable"] if name == "dev" else []), ".")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("update").add_argument("packages", nargs="*")
    verbs.add_parser("check")
    verbs.add_parser("install").add_argument("name", choices=ENVIRONMENTS)
    arguments = parser.parse_args()
    match arguments.verb:
        case "update":
            update(arguments.packages)
        case "check":
            check()
        case "install":
            install(arguments.name)


if __name__ == "__main__":
    main()
