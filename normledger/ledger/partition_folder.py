"""A folder for what is computed in partitions: rebuildable, read by name, written whole or not at all.

Belongs here: files. Does not belong here: what is computed (`composition.partitions`).
"""

import os
import threading
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PartitionFolder:
    """A `composition.partitions.Store` of one file a name.

    Several processes may write the same name at once: what a name stands for is always the same bytes.
    """

    folder: Path

    def __contains__(self, name: object) -> bool:
        return (self.folder / str(name)).exists()

    def read(self, name: str) -> bytes:
        """What was kept under this name. Raises `FileNotFoundError`."""
        return (self.folder / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Keep it: under another name first, so that a file that is there is whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f".{name}.{os.getpid()}.{threading.get_ident()}"
        draft.write_bytes(content)
        os.replace(draft, self.folder / name)
