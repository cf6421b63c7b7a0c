"""Languages: whole catalogs, the reader's choice, six plural forms, right to left, gaps marked as such."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from api.pages import catalogs, language
from tests.api.conftest import Served

_PLACE = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("code", ["en", "fr", "ar"])
def test_a_catalog_has_every_message_in_every_plural_form(code: str) -> None:
    assert catalogs.missing(code) == []


@pytest.mark.parametrize("code", ["fr", "ar"])
def test_a_translation_keeps_places_and_tags(code: str) -> None:
    for one in catalogs.catalog(code):
        if not one.id:
            continue
        whole = one.id if isinstance(one.id, str) else one.id[1]
        forms = (one.string,) if isinstance(one.string, str) else one.string
        for form in forms:
            assert set(_PLACE.findall(form)) <= set(_PLACE.findall(whole)), form
            assert form.count("<") == form.count(">"), form
            assert set(re.findall(r"</?[a-z]+", form)) <= set(re.findall(r"</?[a-z]+", whole)), form
        if isinstance(one.id, str):
            assert set(_PLACE.findall(one.string)) == set(_PLACE.findall(one.id)), one.id


def test_arabic_has_six_forms() -> None:
    with language.speak(language.languages()["ar"]):
        said = {language.counted("%(count)s party", "%(count)s parties", n, count=n) for n in (0, 1, 2, 3, 11, 100)}
    assert len(said) == 6


def test_arabic_counts_eleven_and_a_hundred_each_in_its_own_way() -> None:
    with language.speak(language.languages()["ar"]):
        said = [
            str(language.counted("%(num)s more without a date", "%(num)s more without a date", n))
            for n in (2, 5, 11, 99, 100)
        ]
    assert said == [
        "وطرفان آخران بلا تاريخ",
        "و5 أطراف أخرى بلا تاريخ",
        "و11 طرفًا آخر بلا تاريخ",
        "و99 طرفًا آخر بلا تاريخ",
        "و100 طرف آخر بلا تاريخ",
    ]


def test_the_first_of_a_month_has_its_ordinal_in_french() -> None:
    with language.speak(language.languages()["fr"]):
        assert [str(language.day(text)) for text in ("2023-11-01", "2023-11-11", "2023-11-01?", "2023-11")] == [
            "1er novembre 2023",
            "11 novembre 2023",
            "1er novembre 2023?",
            "novembre 2023",
        ]
        assert str(language.moment(1_698_796_800)).startswith("1er novembre 2023")


def test_the_address_chooses_before_the_browser(served: Served) -> None:
    def spoken(path: str, accept: str = "") -> str:
        answer = served.client.get(path, headers={"Accept-Language": accept})
        assert answer.headers["content-language"] in answer.text
        assert "Accept-Language" in answer.headers["vary"]
        return answer.headers["content-language"]

    assert spoken("/") == "en"
    assert spoken("/", "fr-CA,fr;q=0.9,en;q=0.5") == "fr"
    assert spoken("/", "de, ar;q=0.8, fr;q=0.4") == "ar"
    assert spoken("/", "fr;q=0, en") == "en"
    assert spoken("/?lang=ar", "fr") == "ar"
    assert spoken("/?lang=xx", "fr") == "fr"
    assert "set-cookie" not in served.client.get("/?lang=ar").headers


def test_links_keep_a_language_that_was_chosen(served: Served) -> None:
    text = served.client.get("/?lang=fr&basis=").text
    links = re.findall(r'href="(/(?:candidates|norms|agreements|parties|timeline|audit)[^"]*)"', text)
    assert len(links) > 20
    assert all("lang=fr" in link for link in links)
    assert "lang=" not in re.sub(
        r'<nav class="languages".*?</nav>', "", served.client.get("/").text, flags=re.DOTALL
    ).replace('lang="', "")


class Unmarked(HTMLParser):
    """Text with Latin letters that stands in no element that says it is of another language, or a name or code."""

    VOID = ("meta", "link", "br", "input")

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        marked = bool(self.stack and self.stack[-1][1])
        if tag in ("bdi", "code", "title") or told.get("class") in ("hash", "brand"):
            marked = True
        if tag != "html" and "lang" in told:
            marked = told["lang"] != "ar"
        for name in ("aria-label", "placeholder", "alt"):
            if re.search("[A-Za-z]{3}", told.get(name) or ""):
                self.found.append(str(told[name]))
        if tag not in self.VOID:
            self.stack.append((tag, marked))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        known = re.sub(
            r"NormLedger|JSON|API|UN M49|ISO \d+-\d|M49|EIP-712|RFC \d+|Keccak-256|\b[A-Z]{3}\b|\w+\.json", "", data
        )
        if re.search("[A-Za-z]{2}", known) and not (self.stack and self.stack[-1][1]):
            self.found.append(data.strip())


def test_in_arabic_no_english_is_left_but_what_is_marked(served: Served) -> None:
    key = served.client.get("/v1/candidates").json()["candidates"][2]["key"]
    agreements = served.client.get("/v1/agreements", params={"limit": 5}).json()["agreements"]
    party = served.exercise.parties["observer"]
    for path in (
        "/",
        "/?shown=exercise",
        "/?party=state:KEN",
        f"/candidates/{key}",
        f"/candidates/{key}/coalition",
        f"/candidates/{key}/acts",
        f"/norms/{served.norm}",
        *(f"/agreements/{one['id']}" for one in agreements),
        "/agreements",
        "/parties",
        "/parties?shown=exercise",
        f"/parties/{party}",
        "/parties/state:CHN",
        "/timeline",
        "/timeline?shown=exercise",
        "/compare?one=France&other=Kenya",
        "/search?q=parties",
        "/audit",
        "/about",
        "/workbench",
        "/nothing",
        "/norms/0x00",
    ):
        text = served.client.get(path, headers={"Accept-Language": "ar"}).text
        assert 'lang="ar" dir="rtl"' in text
        page = Unmarked()
        page.feed(text)
        assert page.found == [], (path, page.found)


def test_a_problem_speaks_the_readers_language(served: Served) -> None:
    text = served.client.get("/nothing", headers={"Accept-Language": "fr"}).text
    assert "<h1>Introuvable</h1>" in text
    text = served.client.get("/norms/0x00", headers={"Accept-Language": "fr"}).text
    assert 'Il n’y a pas de norme « <bdi dir="auto">0x00</bdi> » ici.' in text
    text = served.client.get("/parties/state:FRA?at=2000-01-01", headers={"Accept-Language": "ar"}).text
    assert "لم يكن قد سُجّل هنا شيء بعد" in text
    text = served.client.get("/workbench/decisions?d1=neither.0x00.0x00", headers={"Accept-Language": "fr"}).text
    assert '<span lang="en" dir="ltr">a clause stands to another' in text, "what only the library tells is marked"
    assert "Ce qui figure à <code>d1</code> ne peut être accepté" in text


def test_a_missing_translation_shows_the_original_and_its_language(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in ("en", "fr"):
        kept = language.CATALOGS / code / "LC_MESSAGES" / "messages.po"
        target = tmp_path / code / "LC_MESSAGES" / "messages.po"
        target.parent.mkdir(parents=True)
        text = kept.read_text("utf-8")
        target.write_text(text.replace('msgstr "Choisissez votre partie"', 'msgstr ""'), encoding="utf-8")
    russian = tmp_path / "ru" / "LC_MESSAGES" / "messages.po"
    russian.parent.mkdir(parents=True)
    russian.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Parties"\nmsgstr "Стороны"\n', "utf-8"
    )
    monkeypatch.setattr(language, "CATALOGS", tmp_path)
    language.languages.cache_clear()
    try:
        block = served.client.get("/v1/status").json()["as_of"]["block"]  # asked so by nobody before: not kept
        text = served.client.get(f"/?lang=fr&as_of={block}").text
        assert '<span lang="en" dir="ltr">Choose your party</span>' in text
        assert "Normes en formation" in text
        text = served.client.get("/parties?lang=ru").text
        assert '<html lang="ru" dir="ltr">' in text, "a language more is a catalog and nothing else"
        assert "<h1>Стороны</h1>" in text
        assert "<title>Стороны · NormLedger</title>" in text
        assert '<span lang="en" dir="ltr">Timeline</span>' in text
        assert 'aria-label="Language"' in text, "an attribute holds no tags"
    finally:
        language.languages.cache_clear()


def test_the_catalogs_are_up_to_date() -> None:
    known = {one.id if isinstance(one.id, str) else one.id[0] for one in catalogs.messages() if one.id}
    for code in ("en", "fr", "ar"):
        with open(language.CATALOGS / code / "LC_MESSAGES" / "messages.po", "rb") as file:
            kept = {one.id if isinstance(one.id, str) else one.id[0] for one in read_po(file) if one.id}
        assert known <= kept, code


def test_a_page_in_another_language_links_answers_of_the_api_that_are_there(served: Served) -> None:
    for path in ("/", f"/norms/{served.norm}", f"/provenance/{served.norm}"):
        page = served.client.get(path, params={"lang": "ar"}).text
        links = [unescape(link) for link in re.findall(r'(?:href|src)="(/v1/[^"]+)"', page)]
        assert links
        for link in links:
            assert served.client.get(link).status_code == 200, (path, link)
