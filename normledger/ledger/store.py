"""Documents by their hash, in a folder: whatever is read back is hashed again before anybody sees it.

Durable and never rebuilt: the chain holds hashes only. Names are hashes, so a mirror can be copied file by file.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from normledger.documents.canonical import parse_canonical
from normledger.documents.document import Document, Endorsements
from normledger.documents.document_reader import read_document
from normledger.errors import InputError, IntegrityError
from normledger.identifiers import DocumentHash, Hash, keccak


class DocumentStore:
    """A folder of canonical documents. `get` and `read` give None for a document that is not at hand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read = lru_cache(maxsize=4096)(self._read_once)
        self.sought: set[Path] = set()
        """Files that were looked for and are not at hand."""

    def put(self, documents: Iterable[Document]) -> list[Hash]:
        """Keep documents, each flushed to the disk under a temporary name first: a kill leaves no half of one."""
        hashes = []
        for document in documents:
            name = document.hash
            hashes.append(Hash(name))
            path = self._path(name)
            if isinstance(document, Endorsements):
                self._point(document)
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(document.bytes)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary)
                raise
        return hashes

    def rooted(self, root: Hash) -> Endorsements | None:
        """The endorsements anchored by this root, if they are at hand: the chain names them by their root alone."""
        try:
            name = Hash.parse(self._root_path(root).read_text("ascii").strip())
        except (FileNotFoundError, UnicodeDecodeError, InputError):
            self.sought.add(self._root_path(root))
            return None
        found = self.read(name)
        return found if isinstance(found, Endorsements) and found.root == root else None

    def _point(self, document: Endorsements) -> None:
        path = self._root_path(document.root)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        temporary.write_text(f"{document.hash}\n", "ascii")
        os.replace(temporary, path)

    def _root_path(self, root: Hash) -> Path:
        return self._folder / "roots" / root.hex()

    def get(self, name: Hash) -> bytes | None:
        """The canonical bytes of a document. Raises `IntegrityError` if the file no longer hashes to its name."""
        try:
            data = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        if keccak(data) != name:
            raise IntegrityError(
                f"The file kept as document {name} hashes to {keccak(data)}: it was altered. Remove it and fetch the "
                "document again."
            )
        return data

    def has(self, name: Hash) -> bool:
        """Whether a document of this name is at hand; nothing is said of what it holds."""
        return self._path(name).exists()

    def read(self, name: Hash) -> Document | None:
        """The document itself, if it is at hand; one that arrives later is found then.

        Bytes that are no document this release reads count as not at hand: one odd file must not stop every answer.
        """
        return self._read(name) if self.seek(name) else None

    def seek(self, name: Hash) -> bool:
        """Whether a document of this name is at hand; where it is not, `arrived` tells when it has come."""
        if os.path.exists(self._file(name)):  # asked thousands of times an answer: no Path for each
            return True
        self.sought.add(self._path(name))
        return False

    def arrived(self) -> bool:
        """Whether something has come that was looked for in vain; told once, because then readers look again."""
        found = {path for path in self.sought.copy() if path.exists()}
        self.sought -= found
        return bool(found)

    def _read_once(self, name: Hash) -> Document | None:
        data = self.get(name)
        if data is None:
            return None
        try:
            value = parse_canonical(data, source=str(name))
            document = read_document(value)
        except InputError:
            return None
        if document.to_json() == value:  # it says what was read, no less: then these are its bytes and this its hash
            document.__dict__.update(bytes=data, hash=DocumentHash(name))
        return document

    def stamp(self) -> tuple[tuple[str, int], ...]:
        """When each folder last changed, in nanoseconds: another answer once a document has come or gone."""
        try:
            with os.scandir(self._folder) as entries:
                folders = [(entry.name, entry.stat().st_mtime_ns) for entry in entries if entry.is_dir()]
        except FileNotFoundError:
            return ()
        return tuple(sorted(folders))

    def names(self) -> Iterator[Hash]:
        """The hashes of all documents here, in ascending order."""
        for path in sorted(self._folder.glob("??/*.json")):
            yield Hash(bytes.fromhex(path.stem))

    def _path(self, name: Hash) -> Path:
        return Path(self._file(name))

    def _file(self, name: Hash) -> str:
        digits = name.hex()
        return f"{self._folder}/{digits[:2]}/{digits}.json"
