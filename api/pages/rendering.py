"""How values look on a page: templates, words for kinds and times, links that keep block and language.

Computes nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from api.asking import answered
from api.pages import faults, language
from api.pages.language import N_, _, counted, pair
from api.schemas import CountModel
from normledger.composition.record import Basis, World
from normledger.composition.wording import language_of
from normledger.documents.geography import REGIONS
from normledger.identifiers import KINDS

Shown = Literal["reported", "consented", "exercise"]
SHOWN: dict[Shown, tuple[Basis, World]] = {
    "reported": ("reported", "real"),
    "consented": ("consented", "real"),
    "exercise": ("consented", "exercise"),
}
"""What a page shows at a time: never a sum of two."""

KEPT = ("as_of", "at", "lang")
"""What the address says of the answer as a whole; every link inside keeps it."""

_WORDS = {
    "state": pair("state", "states"),
    "igo": pair("intergovernmental organisation", "intergovernmental organisations"),
    "public-authority": pair("public authority", "public authorities"),
    "company": pair("company", "companies"),
    "ngo": pair("NGO", "NGOs"),
    "technical-body": pair("technical body", "technical bodies"),
    "academia": pair("academic body", "academic bodies"),
    "unknown": pair("of unknown kind", "of unknown kind"),
}
_TERMS = {
    # UN M49
    "Africa": N_("Africa"),
    "Americas": N_("Americas"),
    "Asia": N_("Asia"),
    "Europe": N_("Europe"),
    "Oceania": N_("Oceania"),
    # acts of treaty law, and reported ones
    "signature": N_("signature"),
    "signature subject to ratification": N_("signature subject to ratification"),
    "ratification": N_("ratification"),
    "acceptance": N_("acceptance"),
    "approval": N_("approval"),
    "accession": N_("accession"),
    "provisional application": N_("provisional application"),
    "reservation": N_("reservation"),
    "acceptance of reservation": N_("acceptance of reservation"),
    "objection": N_("objection"),
    "declaration": N_("declaration"),
    "withdrawal": N_("withdrawal"),
    "termination": N_("termination"),
    "amendment": N_("amendment"),
    "correction": N_("correction"),
    "succession": N_("succession"),
    "endorsement": N_("endorsement"),
    "opposition": N_("opposition"),
    "publication": N_("publication"),
    "anchor": N_("anchor"),
    "recognition": N_("recognition"),
    "alignments": N_("alignments"),
    "reports": N_("reports"),
    "cancellation": N_("cancellation"),
    "claim": N_("founding claim"),
    "further claim": N_("further claim"),
    "rotation": N_("change of account"),
    "full powers": N_("full powers"),
    "revocation": N_("end of full powers"),
    "invitation": N_("invitation"),
    "adoption": N_("adoption"),
    # forms and characters
    "bilateral": N_("bilateral"),
    "multi-stakeholder": N_("of many"),
    "multilateral": N_("of many"),
    "treaty": N_("treaty"),
    "contract": N_("contract"),
    "political": N_("political"),
    "voluntary": N_("voluntary"),
    "unknown": N_("unknown"),
    # outcomes over time
    "first bilateral": N_("first bilateral agreement"),
    "second bilateral": N_("second bilateral agreement"),
    "plurilateral": N_("first agreement of three or more"),
    "every region": N_("parties of every region"),
    "universal": N_("every party of the kinds that take part"),
    "setback": N_("setback"),
    "no longer bound": N_("no longer bound"),
    "a clause that asks the opposite": N_("a clause that asks the opposite"),
    # how a clause stands to an outcome
    "same": N_("same"),
    "implies": N_("implies"),
    "narrower": N_("narrower"),
    "opposite": N_("opposite"),
    "none": N_("none"),
    # nodes of a provenance tree
    "norm": N_("norm"),
    "outcome": N_("outcome"),
    "clause": N_("clause"),
    "agreement": N_("agreement"),
    "act": N_("act"),
    "report": N_("report"),
    "derivation": N_("derivation"),
    "text": N_("text"),
    # what a report says besides
    "confidence": N_("confidence"),
    "in force": N_("in force"),
    "kind": N_("kind"),
    "legal status": N_("legal status"),
    "notes": N_("notes"),
    "open to": N_("open to"),
    "original languages": N_("original languages"),
    "parties complete": N_("all parties known"),
    "party count": N_("number of parties"),
    "party count as of": N_("number of parties, as of"),
}
_ORDER = {name: number for names in (KINDS, REGIONS) for number, name in enumerate(names)}


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from its template, in the reader's language."""
    spoken = language.choose(request)
    with language.speak(spoken):
        context = {
            "language": spoken,
            "languages": tuple(language.languages().values()),
            "newer": answered(request).newer,
            **values,
        }
        page = _TEMPLATES.TemplateResponse(request, template, context, status_code=status)
    page.headers["Content-Language"] = spoken.code
    page.headers["Vary"] = "Accept-Language"
    return page


def prepare() -> None:
    """Read all catalogs and calendars and compile all templates, so that no reader waits for it."""
    for spoken in language.languages().values():
        with language.speak(spoken):
            language.moment(1)
    for name in _ENVIRONMENT.list_templates():
        _ENVIRONMENT.get_template(name)


def shown_of(basis: str, world: str | None) -> Shown:
    """Which of the three an agreement or norm belongs to; in doubt, whatever basis it has."""
    if world == "exercise":
        return "exercise"
    return "reported" if basis == "reported" else "consented"


def iso(time: int) -> str:
    """A block's time for machines."""
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%SZ}"


def counts(by_name: Mapping[str, CountModel]) -> list[tuple[str, int]]:
    """Counts without the acts behind them, in their order."""
    return [(name, one.value) for name, one in by_name.items()]


def kind(name: str, count: int = 1) -> Markup:
    """A kind of party in words, for so many of them."""
    if name not in _WORDS:
        return Markup.escape(name)
    return counted(*_WORDS[name], count)


def term(name: str | None) -> Markup:
    """A word of the field in the reader's language; what is not one of ours stays as the record says it, marked."""
    if not name:
        return Markup()
    plain = name.replace("_", " ").replace("-", " ") if name not in _TERMS else name
    return _(_TERMS[plain]) if plain in _TERMS else Markup('<bdi lang="en">{}</bdi>').format(plain)


def tint(name: str) -> str:
    """The class that colours a kind or a region; its words stand beside it always."""
    return f"t{_ORDER.get(name, 9)}"


def tongue(text: str | None, told: str = "") -> str:
    """The language of a text that the record holds, for `lang`: what it says of itself, else what it looks like."""
    return language_of(text or "", told)


@pass_context
def to(context: Context, path: str, **query: Any) -> str:
    """A link inside, keeping the block and the language that the reader asked for."""
    asked = context["request"].query_params
    kept = {name: asked[name] for name in KEPT if asked.get(name)}
    if path.startswith("/v1/"):
        kept.pop("lang", None)  # the API speaks one language, and refuses what it does not know
    given: Mapping[str, Any] = {**query, **{name: value for name, value in kept.items() if name not in query}}
    given = {name: value for name, value in given.items() if value not in (None, "")}
    path, hash_, fragment = path.partition("#")
    if path.startswith("/agreements/") and anchor(fragment) != fragment:
        given = {"clause": anchor(fragment)[1:], **given}  # of a long text, only the part that has this clause is shown
    return path + (f"?{urlencode(given, doseq=True)}" if given else "") + hash_ + anchor(fragment)


def anchor(name: object) -> str:
    """Where a page has what this hash names: a few of its digits; other names stay as they are."""
    text = str(name)
    return f"c{text[2:14]}" if len(text) == 66 and text.startswith("0x") else text


@pass_context
def here(context: Context, **changed: Any) -> str:
    """This page again, with some of what its address asks for changed; None takes it away."""
    request = context["request"]
    query = [(name, value) for name, value in request.query_params.multi_items() if name not in changed]
    query += [(name, value) for name, value in changed.items() if value not in (None, "")]
    return str(request.url.path) + (f"?{urlencode(query)}" if query else "")


@pass_context
def without(context: Context, name: str, value: str) -> str:
    """This page again, less one of several values that its address gives to a name."""
    request = context["request"]
    query = [pair for pair in request.query_params.multi_items() if pair != (name, value)]
    return str(request.url.path) + (f"?{urlencode(query)}" if query else "")


def bdis(parts: Iterable[str]) -> Markup:
    """Names of the record in an enumeration, each kept from turning the direction of what follows."""
    return join(Markup("<bdi>{}</bdi>").format(part) for part in parts)


def join(parts: Iterable[Any]) -> Markup:
    """An enumeration with the comma of the language."""
    return Markup(_(", ")).join(parts)


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    extensions=["jinja2.ext.i18n"],
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,  # they change with the program only, and all are read before the first reader
    optimized=False,  # a filter says something else in each language: none may be worked out beforehand
)
_ENVIRONMENT.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
    language.plainly, language.plainly_counted, newstyle=True
)
_ENVIRONMENT.policies["ext.i18n.trimmed"] = True
_ENVIRONMENT.globals.update(to=to, here=here, without=without, longest=40, kept=KEPT)
_ENVIRONMENT.filters.update(
    moment=language.moment, iso=iso, counts=counts, day=language.day, kind=kind, tint=tint, term=term, tongue=tongue,
    number=language.number, said=faults.said, framed=faults.framed,
    advice=faults.advice, anchor=anchor, bdis=bdis,
)  # fmt: skip
_ENVIRONMENT.tests["web"] = lambda text: str(text).startswith(("https://", "http://"))
_TEMPLATES = Jinja2Templates(env=_ENVIRONMENT)
