"""How values look on a page: templates, words for kinds and times, links that keep the block. Computes nothing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import pass_context
from jinja2.runtime import Context

from api.schemas import CountModel
from normledger.composition.record import Basis, World
from normledger.documents.geography import REGIONS
from normledger.identifiers import KINDS

Shown = Literal["reported", "consented", "exercise"]
SHOWN: dict[Shown, tuple[Basis, World]] = {
    "reported": ("reported", "real"),
    "consented": ("consented", "real"),
    "exercise": ("consented", "exercise"),
}
"""What a page shows at a time: never a sum of two."""

_TEMPLATES = Jinja2Templates(directory=Path(__file__).parent.parent / "templates")
_NAMES = {
    "state": ("state", "states"),
    "igo": ("intergovernmental organisation", "intergovernmental organisations"),
    "public-authority": ("public authority", "public authorities"),
    "company": ("company", "companies"),
    "ngo": ("NGO", "NGOs"),
    "technical-body": ("technical body", "technical bodies"),
    "academia": ("academic body", "academic bodies"),
    "unknown": ("of unknown kind", "of unknown kind"),
}
_ORDER = {name: number for names in (KINDS, REGIONS) for number, name in enumerate(names)}


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from its template."""
    return _TEMPLATES.TemplateResponse(request, template, values, status_code=status)


def shown_of(basis: str, world: str | None) -> Shown:
    """Which of the three an agreement or norm belongs to; in doubt, whatever basis it has."""
    if world == "exercise":
        return "exercise"
    return "reported" if basis == "reported" else "consented"


def moment(time: int | None) -> str:
    """A block's time for people, in UTC."""
    return f"{datetime.fromtimestamp(time, UTC):%-d %B %Y, %H:%M} UTC" if time else "–"


def iso(time: int) -> str:
    """A block's time for machines."""
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%SZ}"


def counts(by_name: Mapping[str, CountModel]) -> list[tuple[str, int]]:
    """Counts without the acts behind them, in their order."""
    return [(name, one.value) for name, one in by_name.items()]


def day(text: str | None) -> str:
    """A day that a document tells, written out; a month or a year alone stays as it is."""
    try:
        return f"{date.fromisoformat(text or ''):%-d %B %Y}"
    except ValueError:
        return text or "date unknown"


def kind(name: str, count: int = 1) -> str:
    """A kind of party in words."""
    return _NAMES.get(name, (name, name))[count != 1]


def tint(name: str) -> str:
    """The class that colours a kind or a region; its words stand beside it always."""
    return f"t{_ORDER.get(name, 9)}"


@pass_context
def to(context: Context, path: str, **query: Any) -> str:
    """A link inside, keeping the block that the reader asked for."""
    as_of = context["request"].query_params.get("as_of")
    given: Mapping[str, Any] = {**query, **({"as_of": as_of} if as_of else {})}
    path, hash_, fragment = path.partition("#")
    return path + (f"?{urlencode(given)}" if given else "") + hash_ + fragment


_TEMPLATES.env.globals.update(to=to, longest=200)
_TEMPLATES.env.filters.update(moment=moment, iso=iso, counts=counts, day=day, kind=kind, tint=tint)
_TEMPLATES.env.tests["web"] = lambda text: str(text).startswith(("https://", "http://"))
_TEMPLATES.env.add_extension("jinja2.ext.i18n")
_TEMPLATES.env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
_TEMPLATES.env.trim_blocks = True
_TEMPLATES.env.lstrip_blocks = True
