"""Akoma Ntoso (OASIS LegalDocML): a legal text in XML becomes a reported agreement, a clause for each of its articles.

Belongs here: which elements are read, and refusing what an XML file must never do to its reader. Does not belong here:
writing the standard (`composition.draft_forms`).

Read are the FRBR work's name (`FRBRthis`: the source's id), its date, the expression's language, the title, and in the
body each outermost `article`; where there is none each `section`, `rule`, `paragraph`, `point` or `p`, the first of
these that is there. `num` is the clause's key and `heading` its heading; what is within keeps its own numbers as text.
Notes, deleted and quoted marks are left out (`authorialNote`, `remark`, `del`), inserted text stays (`ins`). Who is
party the standard does not tell: reports come from acts of participation read together with it.

The parser is expat without a document type: a file that declares one is refused before anything of it is expanded, so
that neither entities that multiply nor entities that open other files exist here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn
from xml.parsers import expat

from normledger.documents.canonical import normalise
from normledger.documents.document import Authentic, Clause, ReportedAgreement
from normledger.documents.document_reader import parse_date
from normledger.documents.formats.entry import Entry
from normledger.errors import InputError

_NAMESPACES = ("http://docs.oasis-open.org/legaldocml/ns/akn/3.0", "http://www.akomantoso.org/")
_UNITS = ("article", "section", "rule", "paragraph", "point", "p")
_BODIES = frozenset(
    ("body", "mainBody", "debateBody", "judgmentBody", "amendmentBody", "collectionBody", "portionBody")
)
_LEFT_OUT = frozenset(("meta", "authorialNote", "remark", "noteRef", "del"))
_BLOCKS = frozenset(
    (
        "p", "article", "section", "rule", "paragraph", "subparagraph", "point", "indent", "alinea", "list", "item",
        "blockList", "intro", "wrapUp", "content", "num", "heading", "subheading", "chapter", "part", "title", "table",
        "tr", "td", "th", "li", "ul", "ol", "quotedStructure", "block", "br", "eol", "tocItem", "clause", "subsection",
    )
)  # fmt: skip
_DEEPEST = 200

_TWO_LETTERS = {
    "ara": "ar", "chi": "zh", "deu": "de", "dut": "nl", "ell": "el", "eng": "en", "fra": "fr", "fre": "fr", "ger": "de",
    "gre": "el", "heb": "he", "hin": "hi", "ind": "id", "ita": "it", "jpn": "ja", "kor": "ko", "nld": "nl", "nor": "no",
    "pol": "pl", "por": "pt", "ron": "ro", "rum": "ro", "rus": "ru", "spa": "es", "swa": "sw", "swe": "sv", "tur": "tr",
    "ukr": "uk", "vie": "vi", "zho": "zh",
}  # fmt: skip
"""ISO 639-2, which the standard wants, to ISO 639-1, which BCP 47 prefers."""


@dataclass
class _Element:
    name: str
    attributes: dict[str, str]
    children: list["_Element | str"] = field(default_factory=list)

    def elements(self) -> Iterator["_Element"]:
        return (child for child in self.children if isinstance(child, _Element))

    def first(self, name: str) -> "_Element | None":
        """The first element of this name below, depth first."""
        for child in self.elements():
            found = child if child.name == name else child.first(name)
            if found is not None:
                return found
        return None


def looks_like(data: bytes) -> bool:
    """Whether a file's bytes begin like XML."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff")


def read_document(data: bytes) -> Entry:
    """One Akoma Ntoso file. Raises `InputError` with a line for what is not well formed, or no agreement's text."""
    root = _parse(data)
    if root.name != "akomaNtoso":
        raise InputError(f"this XML is no Akoma Ntoso: its root is {root.name!r}, not akomaNtoso")
    document = next(root.elements(), None)
    if document is None:
        raise InputError("the file holds no document; put one into akomaNtoso", field="akomaNtoso")
    if _bracketed(document):
        raise InputError("this is a draft with open brackets, no agreement; resolve it first", field="inline")
    work, expression = document.first("FRBRWork"), document.first("FRBRExpression")
    source = _value(work, "FRBRthis", "value") or _value(work, "FRBRuri", "value")
    if not source:
        raise InputError("the work has no name; give FRBRWork a FRBRthis with a value", field="FRBRWork")
    language = _language(_value(expression, "FRBRlanguage", "language"))
    body = next((one for name in sorted(_BODIES) if (one := document.first(name)) is not None), None)
    if body is None:
        raise InputError("the document has no body with articles", field="body")
    clauses, silent = _clauses(body, language)
    if not clauses:
        raise InputError("no article of the body has a text", field="body")
    facts = {"akoma_ntoso": document.name, "expression": _value(expression, "FRBRthis", "value")}
    if silent:
        facts["clauses_without_text"] = str(silent)
    text = ReportedAgreement(
        title=_title(document, work) or source,
        clauses=clauses,
        source_id=source,
        date=_date(work),
        facts=tuple(sorted((key, value) for key, value in facts.items() if value)),
    )
    return Entry(text, ())


def joined(one: Entry, other: Entry) -> Entry:
    """Two expressions of one work as one agreement with both texts as authentic ones (VCLT article 33).

    The English text is the first, else that of the language that sorts first. Raises `InputError` where the languages
    are not different or the articles do not correspond.
    """
    first, second = sorted((one.text, other.text), key=lambda text: _main_first(text.clauses[0].language))
    spoken = {first.clauses[0].language, *(known.language for known in first.clauses[0].authentic)}
    theirs = {second.clauses[0].language, *(known.language for known in second.clauses[0].authentic)}
    if spoken & theirs:
        raise InputError(f"{first.source_id!r} was imported above already in this language; remove one of them")
    if [clause.key for clause in first.clauses] != [clause.key for clause in second.clauses]:
        raise InputError(
            f"the texts of {first.source_id!r} in two languages have different articles; import one of them"
        )
    clauses = tuple(
        replace(
            mine,
            authentic=tuple(
                sorted(
                    (*mine.authentic, Authentic(yours.language, yours.text), *yours.authentic),
                    key=lambda known: known.language,
                )
            ),
        )
        for mine, yours in zip(first.clauses, second.clauses, strict=True)
    )
    languages = " ".join(sorted(spoken | theirs, key=_main_first))
    facts = {**dict(second.facts), **dict(first.facts), "authentic_languages": languages}
    return Entry(replace(first, clauses=clauses, facts=tuple(sorted(facts.items()))), ())


def _main_first(language: str) -> tuple[bool, str]:
    return language != "en", language


def _parse(data: bytes) -> _Element:
    """The tree of local names. Refuses a document type, foreign namespaces at the root, and depth without end."""
    parser = expat.ParserCreate(namespace_separator=" ")
    stack: list[_Element] = []
    roots: list[_Element] = []

    def refuse(*_: object) -> NoReturn:
        raise InputError(
            "the XML declares a document type or an entity, which no Akoma Ntoso needs; remove it",
            line=parser.CurrentLineNumber,
        )

    def start(name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if not stack and not namespace.startswith(_NAMESPACES):
            raise InputError(
                f"the root's namespace {namespace!r} is not Akoma Ntoso's; it is {_NAMESPACES[0]!r}", line=1
            )
        if len(stack) >= _DEEPEST:
            raise InputError(f"elements are nested deeper than {_DEEPEST}", line=parser.CurrentLineNumber)
        element = _Element(local, {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        if stack:
            stack[-1].children.append(element)
        else:
            roots.append(element)
        stack.append(element)

    def text(data: str) -> None:
        if stack:
            stack[-1].children.append(data)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: stack.pop()
    parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InputError(f"the XML is not well formed ({expat.ErrorString(error.code)})", line=error.lineno) from None
    except (ValueError, LookupError):
        raise InputError("the XML's encoding is not known; write it in UTF-8") from None
    return roots[0]


def _bracketed(element: _Element) -> bool:
    return any(
        (one.name == "inline" and one.attributes.get("name") == "bracket") or _bracketed(one)
        for one in element.elements()
    )


def _value(parent: _Element | None, name: str, attribute: str) -> str:
    found = parent.first(name) if parent is not None else None
    return " ".join(normalise(found.attributes.get(attribute, "")).split()) if found is not None else ""


def _language(given: str) -> str:
    tag = given.lower()
    return _TWO_LETTERS.get(tag, tag) or "unknown"


def _date(work: _Element | None) -> str | None:
    """The work's date; the year 1 and such are how a file says that it knows none."""
    given = _value(work, "FRBRdate", "date")[:10]
    if not re.match(r"(?!0001)\d{4}", given):
        return None
    return parse_date(given, "FRBRdate")


def _title(document: _Element, work: _Element | None) -> str:
    for name in ("docTitle", "shortTitle", "longTitle"):
        found = document.first(name)
        if found is not None and (title := _text(found.children).replace("\n", " ")):
            return title
    return _value(work, "FRBRalias", "value") or _value(work, "FRBRname", "value")


def _clauses(body: _Element, language: str) -> tuple[tuple[Clause, ...], int]:
    units: list[_Element] = []
    for name in _UNITS:
        units = list(_outermost(body, name))
        if units:
            break
    read = []
    silent = 0
    for unit in units:
        num, heading = _own(unit, "num"), _own(unit, "heading")
        text = _text(child for child in unit.children if not _named(child, ("num", "heading")))
        if text:
            read.append((num, heading, text))
        else:
            silent += 1
    keys = [_key(num) for num, _, _ in read]
    apart = all(keys) and len(set(keys)) == len(keys)
    clauses = tuple(
        Clause(key if apart else str(position), text, heading, language)
        for position, (key, (_, heading, text)) in enumerate(zip(keys, read, strict=True), start=1)
    )
    return clauses, silent


def _key(num: str) -> str:
    """``Article 5.`` is clause 5, whatever the language's word for article."""
    number = re.search(r"\d+(?:[.\-]\d+)*(?:\s?(?:bis|ter|quater|quinquies|[a-z])\b)?|\b[IVXLC]+\b", num)
    return re.sub(r"\s", "", number[0]) if number else num.strip(" .:")


def _outermost(element: _Element, name: str) -> Iterator[_Element]:
    for child in element.elements():
        if child.name == name:
            yield child
        elif child.name not in _LEFT_OUT:
            yield from _outermost(child, name)


def _named(child: "_Element | str", names: Sequence[str]) -> bool:
    return isinstance(child, _Element) and child.name in names


def _own(unit: _Element, name: str) -> str:
    found = next((child for child in unit.elements() if child.name == name), None)
    return _text(found.children).replace("\n", " ") if found is not None else ""


def _text(children: "Iterable[_Element | str]") -> str:
    """Text in lines: one for each block, a number on the line of what it counts, white space made single."""
    pieces: list[str] = []

    def walk(children: "Iterable[_Element | str]") -> None:
        for child in children:
            if isinstance(child, str):
                pieces.append(re.sub(r"\s+", " ", child))
            elif child.name not in _LEFT_OUT:
                block = child.name in _BLOCKS
                if block:
                    pieces.append("\n")
                walk(child.children)
                if block:
                    pieces.append("\0" if child.name == "num" else "\n")

    walk(children)
    joined = re.sub(r"\0[\s\0]*", " ", "".join(pieces))
    lines = (" ".join(line.split()) for line in joined.split("\n"))
    text: str = normalise("\n".join(line for line in lines if line))
    return text
