"""A draft to read, to link into and to take elsewhere: plain text with its sources, HTML, Akoma Ntoso 3.0.

Belongs here: the three forms. Does not belong here: what the draft says (`draft`), or which page shows it.

**HTML** is one `section` without script or style. Every fragment has an id and names its sources: `data-sources` lists
ids of the list at its end, where each clause stands with its hash and its parties. `data-place` is the bracket's place
in `resolution`. Brackets, slashes and option numbers are text, so that a reader without a style sheet sees the same.

**Akoma Ntoso** (OASIS LegalDocML 1.0, namespace ``…/akn/3.0``) is a `doc` with one `paragraph` a paragraph. Brackets
belong to no amendment, so there is no `mod`: a bracket is ``<inline name="bracket">``, each alternative in it
``<inline name="alternative">``, since `inline` is the standard's generic element for what it has no word for. The
standard's own `alternativeTo` ties every further alternative (and every further option, a `subparagraph`) to the best
supported one, and `refersTo` ties a fragment to the clauses (`TLCReference`) and parties (`TLCOrganization`) declared
in `references`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from normledger.composition.draft import Draft
from normledger.composition.markup import path_segment, safe
from normledger.composition.merging import NOTHING, Alternative, Fragment, Option
from normledger.composition.result import Composition
from normledger.identifiers import ClauseId, Hash

AKOMA_NTOSO = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"


_ISO_639_2 = {
    "ar": "ara", "de": "deu", "en": "eng", "es": "spa", "fr": "fra", "it": "ita", "ja": "jpn", "nl": "nld", "pt": "por",
    "ru": "rus", "zh": "zho",
}  # fmt: skip
"""The standard names languages by three letters."""


@dataclass(frozen=True, slots=True)
class Source:
    """A clause as people call it: its agreement's title and its number there; `parties` are those it binds."""

    agreement: Hash
    title: str
    key: str
    parties: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """``Title, clause 4``."""
        return f"{self.title}, clause {self.key}" if self.key else self.title


def sources_of(composition: Composition, key: Hash) -> dict[ClauseId, Source]:
    """The clauses behind a candidate's drafts, each with whom of the coalition it binds."""
    bound: dict[ClauseId, set[str]] = defaultdict(set)
    for one in composition.supports(key):
        for clause in one.clauses:
            bound[clause].add(composition.context.parties[one.party].key)
    result = {}
    for clause, parties in sorted(bound.items()):
        text = composition.selection.clauses[clause][0]
        title = composition.selection.agreements[text.agreement].title
        result[clause] = Source(text.agreement, title, text.key, tuple(sorted(parties)))
    return result


@dataclass(frozen=True, slots=True)
class _Places:
    """Numbers of the clauses and parties of a draft, in order of their first mention."""

    clauses: Mapping[ClauseId, str]
    parties: Mapping[str, str]
    prefix: str

    def of(self, clauses: Iterable[ClauseId]) -> list[str]:
        return [self.clauses[one] for one in clauses]


def _places(draft: Draft, prefix: str) -> _Places:
    clauses: dict[ClauseId, str] = {}
    parties: dict[str, str] = {}
    for paragraph in draft.paragraphs:
        for option in paragraph.options:
            for clause in option.clauses:
                clauses.setdefault(clause, f"{prefix}source-{len(clauses) + 1}")
            for party in option.parties:
                parties.setdefault(party, f"{prefix}party-{len(parties) + 1}")
    return _Places(clauses, parties, prefix)


def _glued(piece: str) -> bool:
    return piece[:1] in tuple(",.;:!?)")


def _shown(fragment: Fragment) -> tuple[Alternative, ...]:
    """The alternatives to show: a lone empty one is what the bracket itself says."""
    said = tuple(one for one in fragment.alternatives if one.text)
    return fragment.alternatives if len(said) > 1 else said


# --- plain text


def plain_text(draft: Draft, sources: Mapping[ClauseId, Source], names: Mapping[str, str]) -> str:
    """The bracketed text with numbered paragraphs, and below it who says what of each bracket."""
    lines: list[str] = []
    notes: list[str] = []
    for number, paragraph in enumerate(draft.paragraphs, start=1):
        lines.append(f"{number}. {paragraph.text}")
        for at, option in enumerate(paragraph.options, start=1):
            if len(paragraph.options) > 1 or not paragraph.agreed:
                notes.append(f"{number} option {at}: {_behind(option, sources, names)}")
            count = 0
            for fragment in option.fragments:
                if fragment.common:
                    continue
                count += 1
                notes += [
                    f"{number}.{at}.{count} “{one.text or NOTHING}”: {_behind(one, sources, names)}"
                    for one in fragment.alternatives
                ]
    return "\n".join([*lines, *(["", *notes] if notes else [])]) + "\n"


def _behind(one: Alternative | Option, sources: Mapping[ClauseId, Source], names: Mapping[str, str]) -> str:
    clauses = "; ".join(sources[clause].label if clause in sources else str(clause) for clause in one.clauses)
    parties = ", ".join(names.get(party, party) for party in one.parties) or "nobody of the coalition"
    return f"{parties} ({clauses})"


# --- HTML


def html(draft: Draft, sources: Mapping[ClauseId, Source], names: Mapping[str, str], prefix: str = "draft-") -> str:
    """A `section` of semantic HTML; `prefix` starts every id, for a page with several drafts."""
    places = _places(draft, prefix)
    parts = [
        f'<section class="draft" lang="{safe(draft.language)}" data-open-brackets="{draft.open_brackets}">',
        '<ol class="paragraphs">',
    ]
    for number, paragraph in enumerate(draft.paragraphs, start=1):
        id_ = f"{prefix}{number}"
        agreed = str(paragraph.agreed).lower()
        parts.append(f'<li class="paragraph" id="{safe(id_)}" data-agreed="{agreed}">')
        if len(paragraph.options) > 1:
            parts.append('<ul class="options">')
            for at, option in enumerate(paragraph.options, start=1):
                opening = "[" if at == 1 else " / "
                closing = "]" if at == len(paragraph.options) else ""
                parts.append(
                    f"<li>{opening}<b>Option {at}</b>: {_html_option(option, f'{id_}.{at}', places)}{closing}</li>"
                )
            parts.append("</ul>")
        else:
            text = _html_option(paragraph.options[0], f"{id_}.1", places)
            parts.append(f"<p>{text}</p>" if paragraph.agreed else f"<p>[{text}]</p>")
        parts.append("</li>")
    parts.append("</ol>")
    if places.clauses:
        parts.append('<ol class="sources">')
        for clause, id_ in places.clauses.items():
            source = sources.get(clause)
            label = source.label if source else str(clause)
            bound = [f"<bdi>{safe(names.get(party, party))}</bdi>" for party in (source.parties if source else ())]
            who = ": " + "; ".join(bound) if bound else ""
            parts.append(f'<li id="{safe(id_)}" data-clause="{clause}"><cite>{safe(label)}</cite>{who}</li>')
        parts.append("</ol>")
    parts.append("</section>")
    return "\n".join(parts) + "\n"


def _html_option(option: Option, id_: str, places: _Places) -> str:
    def data(one: Alternative | Option) -> str:
        listed = " ".join(places.of(one.clauses))
        return f'data-sources="{safe(listed)}" data-parties="{len(one.parties)}"'

    result, count = "", 0
    for at, fragment in enumerate(option.fragments, start=1):
        here = f"{id_}.{at}"
        if fragment.common:
            said = fragment.alternatives[0]
            piece = f'<span class="common" id="{safe(here)}" {data(said)}>{safe(said.text)}</span>'
            glued = _glued(said.text)
        else:
            count += 1
            inner = " / ".join(
                f'<span class="alternative" id="{safe(f"{here}.{index}")}" {data(one)}>'
                f"{safe(one.text or NOTHING)}</span>"
                for index, one in enumerate(_shown(fragment), start=1)
            )
            place = f"{id_.removeprefix(places.prefix)}.{count}"
            piece = f'<span class="bracket" id="{safe(here)}" data-place="{place}">[{inner}]</span>'
            glued = False
        result += piece if not result or glued else f" {piece}"
    return f'<span class="wording" id="{safe(id_)}" {data(option)}>{result}</span>'


# --- Akoma Ntoso


def akoma_ntoso(
    draft: Draft,
    sources: Mapping[ClauseId, Source],
    names: Mapping[str, str],
    *,
    name: Hash,
    title: str,
    date: str,
) -> str:
    """An Akoma Ntoso 3.0 document. `name` is the candidate's key, `date` the day (ISO 8601) of the block composed at.

    FRBR: the work is the draft of that candidate, the expression its text in this language on that day. Its country is
    ``zz`` (ISO 3166-1's user-assigned code), for a draft of many belongs to none.
    """
    places = _places(draft, "")
    language = _ISO_639_2.get(draft.language, draft.language)
    language = language if re.fullmatch(r"[a-z]{3}", language) else "und"
    work = f"/akn/zz/doc/draft/{date}/{name}"
    expression = f"{work}/{language}@{date}"

    def level(kind: str, this: str, more: str = "") -> str:
        return (
            f'<{kind}><FRBRthis value="{safe(this)}"/><FRBRuri value="{safe(this)}"/>'
            f'<FRBRdate date="{safe(date)}" name="composed"/><FRBRauthor href="#normledger"/>{more}</{kind}>'
        )

    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<akomaNtoso xmlns="{AKOMA_NTOSO}">',
        '<doc name="draft" contains="originalVersion">',
        '<meta><identification source="#normledger">',
        level(
            "FRBRWork",
            work,
            f'<FRBRcountry value="zz"/><FRBRsubtype value="draft"/><FRBRnumber value="{name}"/>'
            f'<FRBRname value="{safe(title)}"/><FRBRauthoritative value="false"/>',
        ),
        level("FRBRExpression", expression, f'<FRBRlanguage language="{language}"/>'),
        level("FRBRManifestation", f"{expression}.xml", '<FRBRformat value="application/akn+xml"/>'),
        '</identification><references source="#normledger">',
        '<TLCOrganization eId="normledger" href="/akn/ontology/organization/zz/normledger" showAs="NormLedger"/>',
    ]
    for clause, id_ in places.clauses.items():
        label = sources[clause].label if clause in sources else str(clause)
        parts.append(
            f'<TLCReference eId="{id_}" name="clause" href="/akn/ontology/reference/zz/{clause}" '
            f'showAs="{safe(label)}"/>'
        )
    for party, id_ in places.parties.items():
        href = f"/akn/ontology/organization/zz/{path_segment(party)}"
        parts.append(f'<TLCOrganization eId="{id_}" href="{href}" showAs="{safe(names.get(party, party))}"/>')
    parts.append("</references></meta><mainBody>")
    for number, paragraph in enumerate(draft.paragraphs, start=1):
        id_ = f"para_{number}"
        parts.append(f'<paragraph eId="{id_}"><num>{number}.</num>')
        if len(paragraph.options) > 1:
            for at, option in enumerate(paragraph.options, start=1):
                inner = f"{id_}__subpara_{at}"
                instead = f' alternativeTo="#{id_}__subpara_1"' if at > 1 else ""
                opening, closing = "[" if at == 1 else "/ ", "]" if at == len(paragraph.options) else ""
                parts.append(
                    f'<subparagraph eId="{inner}"{instead} refersTo="{_refers(option, places)}">'
                    f"<num>Option {at}</num><content><p>{opening}{_akn_option(option, inner, places)}{closing}</p>"
                    "</content></subparagraph>"
                )
        else:
            option = paragraph.options[0]
            text = _akn_option(option, id_, places)
            text = text if paragraph.agreed else f"[{text}]"
            parts.append(f'<content refersTo="{_refers(option, places)}"><p>{text}</p></content>')
        parts.append("</paragraph>")
    if not draft.paragraphs:
        parts.append("<p/>")
    parts.append("</mainBody></doc></akomaNtoso>")
    return "\n".join(parts) + "\n"


def _refers(one: Alternative | Option, places: _Places) -> str:
    return " ".join(f"#{id_}" for id_ in (*places.of(one.clauses), *(places.parties[party] for party in one.parties)))


def _akn_option(option: Option, id_: str, places: _Places) -> str:
    result, count = "", 0
    for fragment in option.fragments:
        if fragment.common:
            piece, glued = safe(fragment.alternatives[0].text), _glued(fragment.alternatives[0].text)
        else:
            count += 1
            here = f"{id_}__bracket_{count}"
            inner = " / ".join(
                f'<inline name="alternative" eId="{here}__alt_{index}"'
                + (f' alternativeTo="#{here}__alt_1"' if index > 1 else "")
                + f' refersTo="{_refers(one, places)}">{safe(one.text or NOTHING)}</inline>'
                for index, one in enumerate(_shown(fragment), start=1)
            )
            piece, glued = f'<inline name="bracket" eId="{here}">[{inner}]</inline>', False
        result += piece if not result or glued else f" {piece}"
    return result
