"""What there is to translate: every message of templates and page modules, and whether a catalog has them all.

Run it to bring the catalogs up to date after a page has changed: `python -m api.pages.catalogs`. What is new comes in
without a translation, what is gone goes; nothing else is touched.
"""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from api.pages.language import CATALOGS, ORIGINAL

_API = Path(__file__).parent.parent
_TEMPLATE_WORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
_PYTHON_WORDS = {"_": None, "N_": None, "counted": (1, 2), "pair": (1, 2)}
_OPTIONS = {"extensions": "jinja2.ext.i18n", "trim_blocks": "true", "lstrip_blocks": "true", "trimmed": "true"}


def messages() -> Catalog:
    """All messages, with the files that say them; a pair is a message with its plural."""
    found = Catalog(project="NormLedger", charset="utf-8", fuzzy=False)
    for path, said in _said():
        found.add(said, locations=[(path, 1)])
    return found


def _said() -> Iterator[tuple[str, str | tuple[str, str]]]:
    for path in sorted((_API / "templates").rglob("*.html")):
        with open(path, "rb") as file:
            yield from _each(path, babel_extract(file, tuple(_TEMPLATE_WORDS), [], _OPTIONS))
    for path in sorted((_API / "pages").rglob("*.py")):
        with open(path, "rb") as file:
            yield from _each(path, extract_python(file, _PYTHON_WORDS, [], {}))


def _each(path: Path, found: object) -> Iterator[tuple[str, str | tuple[str, str]]]:
    for _line, _word, said, _comments in found:  # type: ignore[attr-defined]  # both extractors yield these four
        parts = (said,) if isinstance(said, str) else tuple(part for part in said or () if isinstance(part, str))
        if parts and parts[0]:
            yield str(path.relative_to(_API.parent)), parts[0] if len(parts) == 1 else (parts[0], parts[1])


def catalog(code: str) -> Catalog:
    """The catalog of a language as it is kept."""
    with open(CATALOGS / code / "LC_MESSAGES" / "messages.po", "rb") as file:
        return read_po(file, locale=code)


def missing(code: str) -> list[str]:
    """Messages that a catalog does not have, or not in every plural form."""
    kept = catalog(code)
    gaps = []
    for one in messages():
        if not one.id:
            continue
        here = kept.get(one.id)
        string = here.string if here else None
        said = (string,) if isinstance(string, str) else tuple(string or ())
        forms = kept.num_plurals if isinstance(one.id, tuple) else 1
        if here is None or here.fuzzy or len(said) < forms or not all(said):
            gaps.append(one.id if isinstance(one.id, str) else one.id[0])
    return gaps


def update(code: str) -> None:
    """Bring a catalog's messages up to date; the original language says each as it is written."""
    kept = catalog(code) if (CATALOGS / code / "LC_MESSAGES" / "messages.po").exists() else Catalog(locale=code)
    fresh = Catalog(locale=code, project="NormLedger", charset="utf-8", fuzzy=False, header_comment="# NormLedger")
    for one in messages():
        if one.id:
            before = kept.get(one.id)
            said = before.string if before else None
            if code == ORIGINAL:
                said = one.id
            elif said is None:
                said = "" if isinstance(one.id, str) else ("",) * fresh.num_plurals
            fresh.add(one.id, said, locations=one.locations)
    path = CATALOGS / code / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    write_po(written, fresh, width=100, sort_output=True, include_lineno=False, omit_header=False)
    text = written.getvalue().decode()
    kept_header = ("Language:", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer", "n%")
    head, _, body = text.partition("\n\n")
    lines = [
        line for line in head.splitlines() if line[:1] != '"' or line.startswith(tuple(f'"{n}' for n in kept_header))
    ]
    lines += ["", *body.splitlines()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for folder in sorted(CATALOGS.iterdir()):
        update(folder.name)
        print(f"{folder.name}: {len(missing(folder.name))} missing")
