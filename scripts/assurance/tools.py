"""Where the provers find each other, the compiler and the sources."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment(**more: str) -> dict[str, str]:
    """The environment in which Halmos, Slither and Forge find each other and the compiler."""
    folders = (ROOT / ".venv-prove/bin", ROOT / "node_modules/.bin", os.environ["PATH"])
    return {
        **os.environ,
        "PATH": os.pathsep.join(map(str, folders)),
        "FOUNDRY_SOLC": str(ROOT / "scripts/solc/solc-v0.8.37"),
        "FOUNDRY_DISABLE_NIGHTLY_WARNING": "1",
        **more,
    }
