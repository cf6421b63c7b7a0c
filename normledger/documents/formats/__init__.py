"""Import formats, one a file: what others publish becomes reported agreements and reports of who undertook them.

`read` opens a file (JSON, JSON Lines, either gzipped), finds the form of each entry and gives what it says. Reading is
all or nothing: the first fault raises `InputError` with file, line and field, and nothing of the file is used.
"""

from normledger.documents.formats.reading import Imported, read

__all__ = ["Imported", "read"]
