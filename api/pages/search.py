"""Full text over titles, clauses, parties and norms as of a block: every word must stand there, or begin one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape

from api.pages import rows
from api.pages.choosing import folded
from api.pages.rendering import SHOWN, Shown, render, shown_of
from api.pages.seen import Seen, Sees, beside
from normledger.identifiers import is_exercise

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LISTED = 15
_AROUND = 90
_SORTS = ("norm", "outcome", "agreement", "clause", "party")


@dataclass(frozen=True)
class Entry:
    """Something that can be found; `folded` is all of it, ready to be compared."""

    sort: str
    link: str
    query: tuple[tuple[str, str], ...]
    title: str
    text: str
    language: str
    folded: str
    shown: Shown


def _entries(seen: Seen) -> Sequence[Entry]:
    view, found = seen.view, []

    def add(sort: str, link: str, title: str, text: str, shown: Shown, language: str = "", more: str = "") -> None:
        query = (("shown", shown),) if sort in ("outcome", "party") else ()
        found.append(Entry(sort, link, query, title, text, language, folded(f"{title} {text} {more}"), shown))

    for norm in view.norms.values():
        if norm.document:
            add("norm", f"/norms/{norm.id}", norm.title, norm.document.text, shown_of("consented", norm.document.world))
    for shown in SHOWN:
        for row in rows.rows(seen.composition(shown)):
            add("outcome", f"/candidates/{row.key}", row.text, "", shown)
    signed = [(str(one.id), one.document, shown_of("consented", one.document.world))
              for one in view.agreements.values() if one.document]  # fmt: skip
    reported = [(str(one.hash), one, shown_of("reported", None)) for one in view.reported_agreements.values()]
    for id_, document, shown in (*signed, *reported):
        facts = dict(getattr(document, "facts", ()))
        add("agreement", f"/agreements/{id_}", document.title, facts.get("full_name", ""), shown)
        for clause, clause_id in zip(document.clauses, document.clause_ids, strict=True):
            title = f"{document.title}, {clause.key}" + (f" {clause.heading}" if clause.heading else "")
            add("clause", f"/agreements/{id_}#{clause_id}", title, clause.text, shown, clause.language)
            for other in clause.authentic:
                add("clause", f"/agreements/{id_}#{clause_id}", title, other.text, shown, other.language)
    for party in view.parties.values():
        shown = shown_of("consented", party.world)
        add("party", f"/parties/{party.id}", party.name, "", shown, more=" ".join(party.identifiers))
    for actor in seen.composition("reported").record.actors:
        shown = "exercise" if is_exercise(actor.key) else "reported"
        add("party", f"/parties/{actor.key}", actor.name, "", shown, more=actor.key)
    return found


@router.get("/search")
def search(
    request: Request,
    seen: Sees,
    q: Annotated[str, Query(max_length=200)] = "",
    sort: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[int, Query(ge=1)] = 1,
) -> HTMLResponse:
    """The form, and what is found: of each sort the nearest few, or page by page all of one."""
    words = folded(q).split()[:12]

    def gathered() -> dict[str, Any]:
        if not words:
            return {"found": [], "total": 0, "start": 0}
        entries = beside(seen.view, ("search", seen.asked.workspace.trust.hash), lambda: _entries(seen))
        starts = [re.compile(r"(?<!\w)" + re.escape(word)) for word in words]
        hits = [one for one in entries if all(start.search(one.folded) for start in starts)]
        groups = []
        start = (page - 1) * _LISTED if sort in _SORTS else 0
        for each in _SORTS if sort not in _SORTS else (sort,):
            mine = [one for one in hits if one.sort == each]
            mine.sort(
                key=lambda one: (-sum(bool(s.search(folded(one.title))) for s in starts), len(one.folded), one.link)
            )
            if mine:
                listed = mine[start : start + _LISTED]
                groups.append((each, len(mine), [(one, _cut(one.text, words)) for one in listed]))
        return {"found": groups, "total": len(hits), "start": start}

    twin: tuple[str, dict[str, str]] = ("/v1/search", {"q": " ".join(words)}) if words else ("/v1/status", {})
    return render(
        request, "search.html", at=seen.view.at, day=seen.day, q=q.strip(), sort=sort if sort in _SORTS else "",
        page=page, twin=twin, **seen.do(gathered),
    )  # fmt: skip


def _cut(text: str, words: Sequence[str]) -> Markup:
    """The part of a text round the first word found, the words marked."""
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}\w*" for word in words), re.IGNORECASE)
    first = pattern.search(text)
    start = max(0, (first.start() if first else 0) - _AROUND)
    end = min(len(text), start + 3 * _AROUND)
    shown = text[start:end]
    parts, last = [], 0
    for hit in pattern.finditer(shown):
        parts += [escape(shown[last : hit.start()]), Markup("<mark>{}</mark>").format(hit.group())]
        last = hit.end()
    parts.append(escape(shown[last:]))
    return Markup("… " if start else "") + Markup().join(parts) + Markup(" …" if end < len(text) else "")
