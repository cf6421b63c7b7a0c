"""The explorer in a real browser: an observer on her phone, a reader in Arabic, no scripts, axe, hostile strings."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.explorer_fixtures import Explored, explored, hostile

__all__ = ["explored", "hostile"]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 360, "height": 740}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_an_observer_on_her_phone_goes_from_norms_forming_to_an_acts_hash_and_takes_the_evidence(
    browser: Browser, explored: Explored, tmp_path: Path
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, accept_downloads=True)
    page = context.new_page()
    page.goto(explored.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Norms forming")
    page.get_by_role("link", name="secrets by cyber means").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("theft of trade or business secrets")
    candidate = page.url
    page.get_by_role("link", name=re.compile("20 parties")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The acts behind a number")
    act = page.locator("td a code").first.inner_text()
    assert re.fullmatch("0x[0-9a-f]{64}", act)
    page.locator("td a").nth(1).click()
    expect(page.get_by_text("This is not consent, and is never added to it.")).to_be_visible()
    assert act in page.url
    page.goto(candidate)
    button = page.get_by_role("link", name="Download the evidence")
    if button.count():  # where the service makes evidence, it verifies
        with page.expect_download() as downloading:
            button.click()
        file = tmp_path / "evidence.json"
        downloading.value.save_as(file)
        program = Path(sys.executable).with_name("normledger")
        done = subprocess.run([program, "verify", file], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    context.close()


def test_a_reader_in_arabic_reads_from_right_to_left_on_a_phone(browser: Browser, explored: Explored) -> None:
    context = browser.new_context(viewport=PHONE, locale="ar")
    page = context.new_page()
    for path in explored.paths:
        page.goto(explored.url + path)
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl", path
        assert page.evaluate(OVERFLOW) <= 0, f"{path} is wider than the screen"
    page.goto(explored.url + explored.paths[0])
    start = page.get_by_role("heading", level=1).bounding_box()
    assert start
    assert start["x"] + start["width"] > PHONE["width"] - 30, "the text begins at the right"
    page.get_by_role("link", name="English").click()
    assert page.evaluate("getComputedStyle(document.body).direction") == "ltr"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(browser: Browser, explored: Explored, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not in node_modules: run npm install")
    axe = AXE.read_text("utf-8")
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]  # light or dark
    page = context.new_page()
    found = []
    for path in explored.paths:
        page.goto(explored.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.evaluate(axe)
        for one in page.evaluate("async () => (await axe.run()).violations"):
            found.append(f"{path}: {one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}")
    context.close()
    assert not found, "\n".join(found)


def test_every_page_works_without_scripts_and_fits_a_phone(browser: Browser, explored: Explored) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in explored.paths:
        page.goto(explored.url + path)
        expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
    assert all(url.startswith((explored.url, "data:")) for url in asked), "nothing is loaded from elsewhere"
    page.goto(explored.url)
    page.get_by_label("Country or organisation").fill("Kenya")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kenya")
    expect(page.get_by_role("heading", name="What its signature would change")).to_be_visible()
    page.goto(explored.url)
    page.get_by_text("Filter and order").click()
    page.get_by_label("With a party of the region").select_option("Oceania")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text(re.compile(r"\d+ of \d+ pass the filter"))).to_be_visible()
    page.goto(explored.url + "/workbench")
    page.get_by_label("asks for less").first.check()
    page.get_by_role("button", name="Put my decisions together").click()
    expect(page.get_by_text("asks for less than")).to_be_visible()
    bracket = explored.url + next(path for path in explored.paths if path.startswith("/candidates/"))
    page.goto(bracket)
    closed = page.locator("details.bracket").first
    closed.locator("summary").click()
    expect(closed.locator("ul.sources")).to_be_visible()
    context.close()


def test_the_keyboard_reaches_the_content_first(browser: Browser, explored: Explored) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(explored.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    context.close()


def test_on_paper_there_is_text_and_no_navigation(browser: Browser, explored: Explored) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.emulate_media(media="print")
    for path in explored.paths[:10]:
        page.goto(explored.url + path)
        expect(page.locator("nav.rooms")).to_be_hidden()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    context.close()


def test_more_than_a_hundred_hostile_strings_run_nowhere(browser: Browser, hostile: Explored) -> None:
    context = browser.new_context(bypass_csp=True)  # the policy would stop them too; here the pages alone must
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    for path in hostile.paths:
        page.goto(hostile.url + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.evaluate(
            "document.querySelectorAll('*').forEach(one => ['mouseover', 'focus', 'toggle', 'error', 'load'].forEach("
            "kind => one.dispatchEvent(new Event(kind))))"
        )
        assert page.evaluate("window.caught") is None, path
    assert all(url.startswith((hostile.url, "data:")) for url in asked)
    context.close()
