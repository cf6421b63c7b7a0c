"""Opening import files and telling their forms apart, entry by entry."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from normledger.documents import document
from normledger.documents.canonical import normalise, parse_json
from normledger.documents.document_reader import read_document
from normledger.documents.formats import akoma_ntoso, clause_list, facts, participation
from normledger.documents.formats.entry import Entry
from normledger.errors import InputError


@dataclass(frozen=True, slots=True)
class Imported:
    """What some files say, in an order of its own, so that files and lines may come in any: one batch, one root.

    `texts` are sorted by document hash; `reports` refer to them by it, and are sorted by it and then by actor and act.
    `agreements` are those that its parties may sign here: they are kept, not reported.
    """

    texts: tuple[document.ReportedAgreement, ...]
    reports: tuple[document.Report, ...]
    agreements: tuple[document.Agreement, ...]


def read(paths: list[Path]) -> Imported:
    """Read one or several files together; acts of participation find the agreement of the same id among them."""
    texts: dict[str, document.ReportedAgreement] = {}
    agreements: dict[bytes, document.Agreement] = {}
    reports: list[document.Report] = []
    acts: list[tuple[participation.Participation, str, int | None]] = []
    works: dict[str, Entry] = {}
    for path in paths:
        content = _bytes(path)
        if akoma_ntoso.looks_like(content):
            try:
                work = akoma_ntoso.read_document(content)
                name = work.text.source_id
                if name in texts and name not in works:
                    raise InputError(f"{name!r} was imported above already; remove one of them")
                works[name] = akoma_ntoso.joined(works[name], work) if name in works else work
                texts[name] = works[name].text
            except InputError as error:
                raise error.at(source=str(path)) from None
            continue
        for line, data in _entries(content, str(path)):
            try:
                normal = normalise(data)
                entry = _form_of(normal)(normal)
                if isinstance(entry, document.Agreement):
                    agreements[entry.hash] = entry
                elif isinstance(entry, participation.Participation):
                    acts.append((entry, str(path), line))
                else:
                    if entry.text.source_id in texts:
                        raise InputError(f"{entry.text.source_id!r} was imported above already; remove one of them")
                    texts[entry.text.source_id] = entry.text
                    reports.extend(entry.reports)
            except InputError as error:
                raise error.at(source=str(path), line=line) from None
    for act, source, line in acts:
        text = texts.setdefault(act.treaty, act.bare_text())
        try:
            reports.append(act.report(text.hash))
        except InputError as error:
            raise error.at(source=source, line=line) from None
    # One actor may act many times on one agreement, but not in the same way on the same day.
    return Imported(
        tuple(sorted(texts.values(), key=lambda text: text.hash)),
        tuple(sorted(set(reports), key=_place)),
        tuple(agreements[hash_] for hash_ in sorted(agreements)),
    )


def _place(report: document.Report) -> tuple[object, ...]:
    who = report.actor
    told = (report.agreement, who.identifier, report.date or "", report.seen or "", report.act)
    return (*told, who.name, who.kind, who.country)


def _form_of(data: Any) -> Callable[[Any], Entry | participation.Participation | document.Agreement]:
    if not isinstance(data, dict):
        raise InputError("an entry is a JSON object")
    if data.get("type") == "agreement":
        return _agreement
    if "commitments" in data:
        return facts.read_entry
    if "clauses" in data:
        return clause_list.read_entry
    if "treaty" in data and "action" in data:
        return participation.read_act
    raise InputError(
        "this entry has neither clauses, nor commitments, nor treaty and action; see docs/reference/import-formats.md"
    )


def _agreement(data: Any) -> document.Agreement:
    read = read_document(data)
    if not isinstance(read, document.Agreement):  # pragma: no cover  (the type was looked at above)
        raise InputError("this is not an agreement", field="type")
    return read


def _bytes(path: Path) -> bytes:
    """A file's content, unpacked if it is gzipped."""
    source = str(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("there is no such file; check the path", source=source) from None
    except OSError as error:
        raise InputError(f"the file can't be read ({error.strerror}); check it", source=source) from None
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise InputError("the gzip ends early or is damaged; fetch it again", source=source) from None
    if not data.strip():
        raise InputError("the file is empty", source=source)
    return data


def _entries(data: bytes, source: str) -> Iterator[tuple[int | None, Any]]:
    """(line, parsed value) of every entry; line is None for a file that is one JSON text."""
    whole = _whole(data, source)
    if whole is not None:
        for value in whole if isinstance(whole, list) else [whole]:
            yield None, value
        return
    for number, row in enumerate(data.split(b"\n"), start=1):
        if row.strip():
            yield number, parse_json(row, source=source, line=number)


def _whole(data: bytes, source: str) -> Any:
    """The value of a file that is one JSON text over several lines; None where every line is a text of its own."""
    first = data.split(b"\n", 1)[0]
    try:
        parse_json(first)
    except InputError:
        if first.strip() in (b"{", b"[") or not first.rstrip().endswith(b"}"):
            return parse_json(data, source=source)
        return None
    return None if first.strip().startswith(b"{") else parse_json(data, source=source)
