"""The explorer's languages: one catalog each under `api/locale`, read when the service starts; no build step.

A new language is a folder `api/locale/CODE/LC_MESSAGES/messages.po` and nothing else. Belongs here: choosing a language
and saying words, numbers and days in it. Does not belong here: texts of agreements, which keep their own language.
"""

import gettext as gnu
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from fastapi import Request
from markupsafe import Markup, escape

CATALOGS = Path(__file__).parent.parent / "locale"
ORIGINAL = "en"
"""The language in which pages are written, and which stands in for a translation that is missing."""

_DATES = {"en": "en_GB"}
"""Whose habits of writing days a language follows, where its own name leaves that open."""


@dataclass(frozen=True)
class Language:
    """One language of the pages: its code (BCP 47), its own name for itself, its direction, its catalog."""

    code: str
    name: str
    direction: str
    catalog: gnu.NullTranslations
    dates: Locale


class _Missing(gnu.NullTranslations):
    """What stands in for a missing translation: the original, marked with its language."""

    def gettext(self, message: str) -> str:
        return f'<span lang="{ORIGINAL}" dir="ltr">{message}</span>'

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


class _Original(gnu.NullTranslations):
    """The original language needs no catalog: one that lacks a message says it all the same."""


@cache
def languages() -> dict[str, Language]:
    """All languages that have a catalog, the original first."""
    codes = sorted(path.parent.parent.name for path in CATALOGS.glob("*/LC_MESSAGES/messages.po"))
    return {code: _read(code) for code in sorted(codes, key=lambda code: (code != ORIGINAL, code))}


def _read(code: str) -> Language:
    locale = Locale.parse(code)
    with open(CATALOGS / code / "LC_MESSAGES" / "messages.po", "rb") as file:
        catalog = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    translations = gnu.GNUTranslations(compiled)
    translations.add_fallback(_Original() if code == ORIGINAL else _Missing())
    direction = "rtl" if locale.character_order == "right-to-left" else "ltr"
    name = locale.get_display_name(locale) or code
    return Language(code, name[:1].upper() + name[1:], direction, translations, Locale.parse(_DATES.get(code, code)))


def choose(request: Request) -> Language:
    """What the address asks for by `lang`, else what the browser prefers, else the original."""
    known = languages()
    asked = request.query_params.get("lang", "")
    if asked in known:
        return known[asked]
    preferred: list[tuple[float, int, str]] = []
    for place, part in enumerate(request.headers.get("accept-language", "").split(",")[:20]):
        tag, _, quality = part.strip().partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        preferred.append((-weight, place, tag.split("-")[0].lower()))
    return next((known[tag] for weight, _, tag in sorted(preferred) if tag in known and weight < 0), known[ORIGINAL])


_SPEAKING: ContextVar[Language] = ContextVar("speaking")


def speaking() -> Language:
    """The language of the page that is being made."""
    return _SPEAKING.get(languages()[ORIGINAL])


@contextmanager
def speak(language: Language) -> Iterator[None]:
    """Say everything in this language for as long as the block lasts."""
    token = _SPEAKING.set(language)
    try:
        yield
    finally:
        _SPEAKING.reset(token)


# --- words. A message is markup of our own; what is put into it is escaped.


def plainly(message: str) -> str:
    """A message in the language spoken, its placeholders still open."""
    return speaking().catalog.gettext(message)


def plainly_counted(one: str, many: str, n: int) -> str:
    """The same in the form that a number asks for: Arabic has six."""
    return speaking().catalog.ngettext(one, many, n)


def _(message: str, **values: Any) -> Markup:
    """A message in the language spoken."""
    return Markup(plainly(message)) % values


def counted(one: str, many: str, n: int, **values: Any) -> Markup:
    """A message in the form that `n` asks for; `num` in it is the number, written out."""
    text = Markup(plainly_counted(one, many, n))
    return text % {"num": number(n), **values}


def N_(message: str) -> str:  # noqa: N802  (gettext's own name for it, which extractors know)
    """Marks a message that is said later; gives it back as it is."""
    return message


def pair(one: str, many: str) -> tuple[str, str]:
    """Marks a message and its plural that are said later; gives them back as they are."""
    return one, many


def number(value: int) -> str:
    """A whole number with its language's grouping, in the digits of the hashes beside it."""
    return format_decimal(value, locale=speaking().dates)


def day(text: str | None) -> Markup:
    """A day that a document tells (ISO 8601), written out; a month or a year alone stays as little as that."""
    if not text:
        return _("date unknown")
    doubt = "?" if text.endswith("?") else ""
    plain, locale = text.removesuffix("?"), speaking().dates
    try:
        if len(plain) == 7:
            return escape(format_skeleton("yMMMM", date.fromisoformat(plain + "-01"), locale=locale) + doubt)
        return escape(_written(date.fromisoformat(plain)) + doubt)
    except ValueError:
        return escape(text)


def _written(when: date) -> str:
    text = format_date(when, "long", locale=speaking().dates)
    return "1er" + text[1:] if when.day == 1 and speaking().code == "fr" else text  # which CLDR's pattern can't say


def moment(time: int | None) -> Markup:
    """A block's time for people, in UTC."""
    if not time:
        return Markup("–")
    try:
        when = datetime.fromtimestamp(time, UTC)
    except (ValueError, OverflowError):
        return _("no end that a calendar knows")  # a deadline may be any 64-bit number
    return _("%(day)s, %(time)s UTC", day=_written(when.date()), time=f"{when:%H:%M}")
