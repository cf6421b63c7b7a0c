"""api/static/verifier.html, the second verifier: it judges as the library does, and it is what it says that it is.

Its pure part runs in Node (`verifier_page.mjs`), all cases of a test in one process; the page itself in Chromium, from
disk and without a network. Everyday 200 random mutations; with NORMLEDGER_LONG=1, 2,000.
"""

import base64
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from normledger.acts import release
from normledger.evidence.bundle import MOST_BYTES
from normledger.evidence.verdict import PUBLIC_CHAINS, STEPS, Unproven
from normledger.evidence.verification import verify
from normledger.identifiers import Hash, keccak
from tests.evidence.bundles import VECTORS, block_hashes, good
from tests.evidence.mutations import mutated
from tests.vectors.make_evidence import broken

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "api/static/verifier.html"
HARNESS = ROOT / "tests/evidence/verifier_page.mjs"
CHROMIUM = Path("/usr/bin/chromium")
MUTATIONS = 2_000 if os.environ.get("NORMLEDGER_LONG") else 200

NODE = shutil.which("node")
needs_node = [pytest.mark.tools, pytest.mark.skipif(NODE is None, reason="no Node: it runs the page's script")]


def node(command: str, lines: Iterable[Any] = ()) -> str:
    """What the harness prints, given these values one a line."""
    given = "".join(f"{json.dumps(one)}\n" for one in lines)
    done = subprocess.run(
        [str(NODE), str(HARNESS), command], input=given, capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def case(raw: bytes, block_hash: object = None, trust: object = None) -> dict[str, Any]:
    return {
        "file": base64.b64encode(raw).decode(),
        "block_hash": None if block_hash is None else str(block_hash),
        "trust": trust,
    }


def judged(cases: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The page's verdict on each case, or the step and sentence of its refusal."""
    return [json.loads(line) for line in node("verify", cases).splitlines()]


class TestThePureParts:
    pytestmark = needs_node

    def test_good_bundles_hold_and_the_same_sentences_say_so(self) -> None:
        names = sorted(good())
        for known in (True, False):
            cases = (case(good()[name], block_hashes()[name] if known else None) for name in names)
            for name, found in zip(names, judged(cases), strict=True):
                ours = verify(good()[name], block_hash=block_hashes()[name] if known else None)
                verdict = found["verdict"]
                assert verdict["proven"] == ("holds" if known else "agrees"), name
                told = ours.to_json()
                assert verdict["claim"] == told["claim"]
                assert verdict["block"] == told["as_of"]
                assert verdict["as_of"] == ours.as_of
                for member in ("says", "by_signature", "by_contract", "claimed"):
                    assert verdict[member] == told[member], name
                assert bool(verdict["obtain"]) is not known

    def test_an_identity_is_recognised_only_by_somebody_whom_the_reader_trusts(self) -> None:
        raw = good()["recognised"]
        author = json.loads(raw)["recognisers"][0]
        policies = [None, {"type": "trust-policy"}, {"type": "trust-policy", "recognitions": [author]}]
        recognised = []
        for found in judged(case(raw, trust=policy) for policy in policies):
            verdict = found["verdict"]
            recognised.append(any("recognises party" in one for one in verdict["by_signature"]))
            assert any("exercise:state:norvale" in one for one in verdict["claimed"]) is not recognised[-1]
        assert recognised == [False, False, True]

    def test_every_flaw_is_named_by_its_step(self) -> None:
        paths = sorted((VECTORS / "flaws").glob("*.json"))
        flaws = [json.loads(path.read_text("utf-8")) for path in paths]
        cases = (
            {"repeat": flaw["whole"]}
            if "whole" in flaw
            else case(broken(flaw, good()), flaw.get("block_hash"), flaw.get("trust"))
            for flaw in flaws
        )
        named = {path.stem: found.get("step", "nothing") for path, found in zip(paths, judged(cases), strict=True)}
        assert named == {path.stem: flaw["step"] for path, flaw in zip(paths, flaws, strict=True)}

    def test_both_verifiers_agree_on_random_mutations(self) -> None:
        draw = Random("both verifiers")
        everything, names = list(good().values()), sorted(good())
        cases: list[tuple[str, bytes]] = []
        for turn in range(MUTATIONS):
            name = draw.choice(names)
            within = (None, "claim", "documents", "subjects")[turn % 4]
            cases.append((name, mutated(good()[name], everything, draw, within=within)))
        found = judged(case(raw, block_hashes()[name]) for name, raw in cases)
        for (name, raw), theirs in zip(cases, found, strict=True):
            ours = library(raw, block_hashes()[name])
            told = theirs["step"] if "step" in theirs else theirs["verdict"]["claim"]
            assert told == ours, (name, theirs, raw.decode())


def library(raw: bytes, block_hash: Hash) -> object:
    """The claim that the library takes for proven, or the step at which it refuses the bundle."""
    try:
        return verify(raw, block_hash=block_hash).claim
    except Unproven as error:
        return error.step


def text() -> str:
    return PAGE.read_text("utf-8")


@pytest.mark.tools
@pytest.mark.skipif(
    NODE is None or not (ROOT / "node_modules/@noble/curves").is_dir(), reason="no @noble/curves: run npm install"
)
def test_the_inlined_libraries_are_those_of_npm_word_for_word() -> None:
    (inlined,) = re.findall(r'<script id="libraries">(.*?)</script>', text(), re.DOTALL)
    assert inlined == node("libraries"), "run `node tests/evidence/verifier_page.mjs inline` and look at the difference"


def test_the_page_is_one_file_that_can_reach_nothing() -> None:
    page = text()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["connect-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'unsafe-inline'"
    own = re.sub(r'<script id="libraries">.*?</script>', "", page, flags=re.DOTALL)
    reaching = r"\b(?:src|href)=|url\(|@import|\bimport *[(*{]|fetch\(|XMLHttpRequest|WebSocket|innerHTML|eval\("
    assert not re.search(reaching, own)


def test_it_knows_what_the_library_knows() -> None:
    page = text()
    for code in release.current().init_codes:
        assert f'"{keccak(code)}"' in page
    for number, name in PUBLIC_CHAINS.items():
        assert f'[{number}n, "{name}"]' in page
    assert f"{MOST_BYTES // 2**20} * 1024 * 1024" in page
    assert set(re.findall(r'fail\(\s*"(\w+)"', page)) <= set(STEPS)


@pytest.mark.tools
@pytest.mark.skipif(not CHROMIUM.is_file(), reason="no /usr/bin/chromium")
class TestThePage:
    @pytest.fixture
    def opened(self) -> Iterator[Page]:
        """The page, opened from disk by a browser that has no network and asks for nothing else."""
        flags = [
            "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--no-first-run",
        ]  # fmt: skip
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
            context = browser.new_context(viewport={"width": 360, "height": 740})
            context.set_offline(True)
            asked: list[str] = []
            here = PAGE.as_uri()

            def route(one: Route) -> None:
                asked.append(one.request.url)
                if one.request.url == here:
                    one.continue_()
                else:
                    one.abort()

            context.route("**/*", route)
            page = context.new_page()
            faults: list[str] = []
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda message: faults.append(message.text))
            page.goto(here)
            yield page
            assert set(asked) <= {here}
            assert faults == []
            context.close()
            browser.close()

    def drop(self, page: Page, raw: bytes) -> None:
        """Drop a file on the page, as a hand does."""
        transfer = page.evaluate_handle(
            "text => { const one = new DataTransfer(); one.items.add(new File([text], 'x.json')); return one; }",
            raw.decode(),
        )
        page.dispatch_event("main", "dragover", {"dataTransfer": transfer})
        page.dispatch_event("main", "drop", {"dataTransfer": transfer})

    def test_a_bundle_dropped_with_its_block_s_hash_pasted_is_judged_in_plain_sentences(self, opened: Page) -> None:
        self.drop(opened, good()["consent"])
        opened.get_by_label("Hash of the block").fill(f"  {block_hashes()['consent']} ")
        opened.get_by_role("button", name="Verify").click()
        opened.get_by_role("heading", name="This holds").wait_for()
        told = opened.locator("#result").inner_text()
        ours = verify(good()["consent"], block_hash=block_hashes()["consent"])
        for sentence in (ours.says, ours.as_of, *ours.by_signature, *ours.by_contract, *ours.claimed):
            assert sentence in told
        assert opened.evaluate("document.activeElement.className") == "verdict holds"
        assert opened.evaluate("document.documentElement.scrollWidth") <= 360

    def test_without_the_hash_it_says_what_to_obtain_and_with_another_which_step_fails(self, opened: Page) -> None:
        opened.get_by_role("button", name="Verify").click()
        opened.get_by_text("Choose the bundle first.").wait_for()
        opened.get_by_label("Evidence bundle").set_input_files(VECTORS / "good" / "endorsements.json")
        opened.get_by_role("button", name="Verify").click()
        opened.get_by_role("heading", name="it is not proven yet").wait_for()
        assert "eth_getBlockByNumber" in opened.locator("#result").inner_text()
        opened.get_by_label("Hash of the block").fill("0x" + "12" * 32)
        opened.get_by_role("button", name="Verify").click()
        opened.get_by_role("heading", name="Not proven, at step block").wait_for()
        opened.get_by_label("Hash of the block").fill("0x12")
        opened.get_by_role("button", name="Verify").click()
        opened.get_by_text("64 hexadecimal digits").wait_for()
        assert opened.evaluate("document.activeElement.id") == "hash"

    def test_a_trust_file_written_by_hand_is_read(self, opened: Page, tmp_path: Path) -> None:
        author = json.loads(good()["recognised"])["recognisers"][0]
        trust = tmp_path / "trust.json"
        trust.write_text(f'{{\n  "type": "trust-policy",\n  "recognitions": ["{author}"]\n}}\n')
        opened.get_by_label("Evidence bundle").set_input_files(VECTORS / "good" / "recognised.json")
        opened.get_by_label("Trust file").set_input_files(trust)
        opened.get_by_role("button", name="Verify").click()
        opened.get_by_text("whom you trust, recognises party").wait_for()
        trust.write_text('{"type": "trust-policy", "friends": []}')
        opened.get_by_label("Trust file").set_input_files(trust)
        opened.get_by_role("button", name="Verify").click()
        opened.get_by_text("The trust policy is none").wait_for()
