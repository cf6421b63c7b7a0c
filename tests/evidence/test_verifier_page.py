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
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from api.frame import HEADERS
from normledger.acts import release
from normledger.acts.act import FOUNDING, ActKind, Contract, RecordedAct
from normledger.acts.consent import standing
from normledger.acts.entry import read_consents
from normledger.acts.spells import by_party
from normledger.acts.typed_data import KINDS_OF
from normledger.composition import deontic_words
from normledger.composition.alignment import FLOOR, find
from normledger.composition.boilerplate import is_boilerplate
from normledger.composition.polarity import read
from normledger.composition.record import Basis, ClauseText
from normledger.composition.result import Parameters
from normledger.composition.similarity import alike
from normledger.composition.weights import Rarity
from normledger.composition.wording import FUNCTION_WORDS, words
from normledger.documents.canonical import canonical_bytes
from normledger.documents.document import Clause, ReportedAgreement
from normledger.evidence.bundle import MOST_BYTES
from normledger.evidence.verdict import PUBLIC_CHAINS, STEPS, Unproven
from normledger.evidence.verification import verify
from normledger.identifiers import Hash, PartyId, keccak
from normledger.ledger.queries import terms_of
from normledger.provenance.bundling import Bundling
from tests.acts import law_cases, law_cases_of_reservations
from tests.acts.law_stories import Story as LawStory
from tests.acts.law_stories import agreement, at, party
from tests.delegations import Delegations
from tests.evidence.bundles import VECTORS, block_hashes, good
from tests.evidence.mutations import mutated
from tests.evidence.story import Story
from tests.vectors.make_evidence import broken

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "api/static/verifier.html"
HARNESS = ROOT / "tests/evidence/verifier_page.mjs"
CHROMIUM = Path("/usr/bin/chromium")
AXE = ROOT / "node_modules/axe-core/axe.min.js"
LONG = bool(os.environ.get("NORMLEDGER_LONG"))
MUTATIONS = 2_000 if LONG else 200

NODE = shutil.which("node")
needs_node = [pytest.mark.tools, pytest.mark.skipif(NODE is None, reason="no Node: it runs the page's script")]


def node(command: str, lines: Iterable[Any] = ()) -> str:
    """What the harness prints, given these values one a line."""
    given = "".join(f"{json.dumps(one)}\n" for one in lines)
    patience = 3_600 if LONG else 110
    done = subprocess.run(
        [str(NODE), str(HARNESS), command], input=given, capture_output=True, text=True, check=False, timeout=patience
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
        told = [(name, known) for name in sorted(good()) for known in (block_hashes()[name], None)]
        for (name, known), found in zip(told, judged(case(good()[name], known) for name, known in told), strict=True):
            ours, verdict = verify(good()[name], block_hash=known), found["verdict"]
            assert verdict["proven"] == ("holds" if known else "agrees"), name
            assert verdict["claim"] == ours.claim
            assert verdict["block"] == ours.to_json()["as_of"]
            assert verdict["as_of"] == ours.as_of
            for member in ("says", "by_signature", "by_contract", "claimed"):
                assert verdict[member] == ours.to_json()[member], name
            assert bool(verdict["obtain"]) is (known is None)

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

    @pytest.mark.parametrize("basis", ["consented", "reported"])
    @pytest.mark.parametrize("found", [False, True])
    def test_candidates_are_composed_again(self, story: Story, basis: Basis, found: bool) -> None:
        """With outcomes that the method finds, packages of outcomes, and reports; at the story's end."""
        making = story.bundling()
        parameters = Parameters(found=found, packages=True)
        composition = story.workspace.compose(making.view, basis, "exercise", story.policy(), parameters)
        keys = [one.key for one in composition.candidates]
        bundles = [
            making.proven(making.candidate(key, basis, "exercise", story.policy(), parameters, None))[0] for key in keys
        ]
        assert basis == "reported" or bundles
        for raw, theirs in zip(bundles, judged(case(raw) for raw in bundles), strict=True):
            assert theirs["verdict"]["says"] == verify(raw).says

    def test_a_later_text_takes_away_those_who_are_bound_to_it(self, delegations: Delegations) -> None:
        """Each party asked in turn: toward whom it is still bound, or that a later agreement stands in its place."""
        old = delegations.text("A", "B", "C", title="Old")
        new = delegations.text("A", "B", title="New", texts=("Other.",))
        delegations.found(old)
        for name in ("A", "B", "C"):
            delegations.act(ActKind.AMENDMENT, terms_of(old).id, name, content=new.hash)
        delegations.found(new)
        work = delegations.workspace
        question = {
            "kind": "consent", "agreement": str(terms_of(old).id), "clause": str(old.clause_ids[0]),
            "party": str(delegations.parties["A"]),
        }  # fmt: skip
        data = json.loads(Bundling(work.ledger, work.node, work.release).proven(question)[0])
        everybody = sorted(map(str, delegations.parties.values()))
        bundles = []
        for one in everybody:
            for toward in (
                [],
                *([other] for other in everybody if other != one),
                [two for two in everybody if two != one],
            ):
                data["claim"] |= {"party": one, "toward": toward}
                bundles.append(canonical_bytes(data))
        found = judged(case(raw) for raw in bundles)
        assert sum("verdict" in one for one in found) == 3
        for raw, theirs in zip(bundles, found, strict=True):
            assert theirs.get("step", "nothing") == library_step(raw)

    def test_the_method_finds_the_same_outcomes(self) -> None:
        """In made-up collections of clauses that are varied, denied and copied, at thresholds from low to high."""
        draw, pool = Random("collections"), clauses()
        told, ours = [], []
        for number in range(6 * MUTATIONS // 20):
            few = draw.sample(pool, 20)
            documents = [
                ReportedAgreement(
                    f"Text {one}",
                    tuple(
                        Clause(str(at), varied(draw.choice(few), draw), language=language)
                        for at, language in enumerate(draw.choices(["en", "en", "en", "en", "und", "fr"], k=8))
                    ),
                    f"text-{number}-{one}",
                )
                for one in range(draw.randrange(2, 7))
            ]
            threshold = draw.choice([1, 3, 5, 5, 8, 12, 20, 40])
            texts = [
                ClauseText(id_, one.hash, at, clause.key, "", clause.text, clause.language)
                for one in documents
                for at, (clause, id_) in enumerate(zip(one.clauses, one.clause_ids, strict=True))
            ]
            told.append(("find", [[one.to_json() for one in documents], threshold]))
            ours.append([
                {"id": str(one.id), "clauses": [str(each.clause) for each in one.clauses], "text": one.text}
                for one in find(texts, {one.hash: one.hash for one in documents}, threshold)
                if not is_boilerplate(one.text, one.language)
            ])  # fmt: skip
        assert asked(told) == ours
        assert sum(map(len, ours)) > len(ours)

    def test_two_clauses_are_as_alike_as_the_library_finds_them(self) -> None:
        """To the last unit of 2^-28."""
        texts = sorted(set(clauses()))
        tokens = [words(one) for one in texts]
        rarity = Rarity(tokens, "en")
        ours = alike([rarity.vector(one) for one in tokens], None, rarity.bands, FLOOR)
        (theirs,) = asked([("alike", [texts, FLOOR])])
        assert theirs == [list(one) for one in ours]
        assert len(ours) > 100

    def test_a_clause_is_read_as_the_library_reads_it(self) -> None:
        texts = clauses()
        found = asked([("read", [one, "en"]) for one in texts])
        for text, theirs in zip(texts, found, strict=True):
            ours = read(text, "en")
            assert theirs == {
                "polarity": ours.polarity, "force": ours.force, "sentence": ours.sentence, "negated": ours.negated,
            }, text  # fmt: skip

    def test_the_words_of_its_grammar_are_those_of_the_description(self) -> None:
        """And these the library's, so that three spellings of one list say the same."""
        told = (ROOT / "docs/reference/polarity.md").read_text("utf-8")
        classes: dict[str, frozenset[str]] = {}
        for name, sums in spelt(told, "words").items():
            found: frozenset[str] = frozenset()
            for sign, term in re.findall(r"(?:^| )([+-]? ?)((?:forms\([^)]*\)|(?! [+-] ).)+?)(?= [+-] |$)", sums):
                made = deontic_words._forms(term[6:-1]) if term.startswith("forms(") else frozenset(term.split())
                words_ = classes.get(term, made)
                found = found - words_ if sign.strip() == "-" else found | words_
            classes[name] = found
        ((page, languages),) = asked([("words", [])])
        library = {name.lstrip("_"): one for name, one in vars(deontic_words).items() if isinstance(one, frozenset)}
        acts = library.pop("PAPER_VERB")
        assert classes == {name: one for name, one in library.items() if name != "DOUBLING"}
        assert page.pop("MODAL") == deontic_words.MODAL
        assert page.pop("PAPER_ACT") == deontic_words.PAPER_ACT
        assert page.pop("PAPER_VERB") == sorted(acts)
        assert page == {name: sorted(one) for name, one in classes.items()}
        functions = {name: sorted(line.split()) for name, line in spelt(told, "function-words").items()}
        assert languages == functions == {name: sorted(one) for name, one in FUNCTION_WORDS.items()}

    def test_the_law_is_folded_as_the_library_folds_it(self) -> None:
        """All cases of the table on all their days, and stories made up at random."""
        told: list[tuple[LawStory, int, dict[PartyId, str], list[PartyId]]] = []
        for one in (*law_cases.CASES, *law_cases_of_reservations.CASES):
            parties = sorted({act.act.party for act in one.story.acts.values()})
            kinds = {party(name): kind for name, kind in one.kinds.items()}
            told += [(one.story, at(day), kinds, parties) for day in one.outcome]
        draw = Random("law")
        for _ in range(MUTATIONS):
            kinds = {party(name): draw.choice(["state", "company"]) for name in "DE"}
            told.append((made_up(draw), at("2020-01-01") + draw.randrange(900 * 86_400), kinds, [*map(party, "ABCDE")]))
        found = asked(("law", law_question(*one)) for one in told)
        for one, theirs in zip(told, found, strict=True):
            assert theirs == folded(*one)
        assert sum(bool(one["bound"]) for one in found) > len(found) / 6


def asked(questions: Iterable[tuple[str, list[Any]]]) -> list[Any]:
    """What parts of the page answer by themselves."""
    lines = ({"ask": name, "with": given} for name, given in questions)
    return [json.loads(line) for line in node("ask", lines).splitlines()]


def clauses() -> list[str]:
    """Clauses of trade agreements and of agreements on cyberspace."""
    vectors = ROOT / "tests/vectors"
    lines = [line for name in ("polarity", "polarity_further") for line in lines_of(vectors / f"{name}.jsonl")]
    texts = [line["text"] for line in lines]
    for line in lines_of(ROOT / "normledger/data/cyber_agreements.jsonl"):
        texts += [one["text"] for one in line.get("clauses", ())]
    return [one for one in texts if one.strip()]


def varied(text: str, draw: Random) -> str:
    """A clause with a few words left out, doubled, denied or put elsewhere."""
    tokens = text.split()
    for _ in range(draw.choice([0, 1, 2, 4])):
        at = draw.randrange(len(tokens))
        match draw.randrange(4):
            case 0 if len(tokens) > 4:
                del tokens[at]
            case 1:
                tokens.insert(at, draw.choice(tokens))
            case 2 if {"shall", "may", "should", "will"} & {*tokens}:
                modal = next(place for place, one in enumerate(tokens) if one in ("shall", "may", "should", "will"))
                tokens.insert(modal + 1, "not")
            case _:
                tokens.insert(draw.randrange(len(tokens)), tokens.pop(at))
    return " ".join(tokens)


def spelt(page: str, block: str) -> dict[str, str]:
    """The lines `NAME = words` of a fenced block; what is indented goes on with the line before."""
    (text_,) = re.findall(rf"^```{block}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    lines = text_.replace("\n  ", " ").splitlines()
    return dict(line.split(" = ", 1) for line in lines)


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def written(one: RecordedAct) -> dict[str, str]:
    """A recorded act as the page reads it."""
    act = one.act
    return {
        "type": act.kind.type_name, "party": str(act.party), "number": str(act.number), "digest": str(one.digest),
        "clause": str(act.clause), "refersTo": str(act.refers_to), "content": str(act.content),
        "subject": str(act.subject), "block": str(one.recorded.block), "time": str(one.recorded.time),
    }  # fmt: skip


def made_up(draw: Random) -> LawStory:
    """Up to fifteen acts of five parties over two years, three of them founders; any may name any other."""
    rules = {
        "character": draw.choice(["treaty", "treaty", "voluntary"]),
        "form": draw.choice(["multi-stakeholder"] * 5 + ["bilateral"]),
        "admission": draw.choice(["open", "open", "invitation", "closed"]),
        "takes_effect": draw.choice(["on-signature", "on-signature", "on-ratification"]),
        "consents_needed": draw.randrange(4),
        "delay_days": draw.choice([0, 0, 30]),
        "first_of_month": draw.random() < 0.3,
        "notice_days": draw.choice([0, 90]),
        "withdrawal": draw.choice(["provided", "provided", "implied", "excluded"]),
        "provisional_application": draw.random() < 0.5,
        "reservations_accepted_by_all": draw.random() < 0.4,
        "reservation_days": draw.choice([0, 30]),
        "reservable": draw.choice([(), (), ("1",), ("1", "2")]),
        "authorized_reservations": draw.choice([(), (), ("2",)]),
        "open_to": draw.choice([(), (), ("state",), ("company",)]),
    }
    story = LawStory(agreement("A B C", {"C": draw.choice(["state", "state", "igo", "company"])}, **rules))

    def day(number: int) -> str:
        return (date(2020, 1, 1) + timedelta(days=number)).isoformat()

    for name in "ABC":
        kind = draw.choice([ActKind.SIGNATURE, ActKind.SIGNATURE, ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION])
        story.act(day(draw.randrange(4)), name, kind, name=f"sign {name}")
    kinds = [kind for kind in KINDS_OF[Contract.AGREEMENT_LEDGER] if kind not in FOUNDING]
    often = [ActKind.RESERVATION, ActKind.OBJECTION, ActKind.WITHDRAWAL, ActKind.ACCESSION, ActKind.RATIFICATION] * 3
    for number in range(draw.randrange(16)):
        who, kind = draw.choice("ABCDE"), draw.choice([*kinds, *often])
        more: dict[str, Any] = {"number": draw.randrange(1, 30), "name": f"act {number}"}
        on = ""
        if kind is ActKind.RESERVATION:
            more["clause"] = draw.choice("123")
        if kind in (ActKind.AMENDMENT, ActKind.CORRECTION):
            more["content"] = draw.choice(["new", "other"])
        if kind is ActKind.SUCCESSION:
            on = draw.choice("ABCDE")
        if kind in (ActKind.OBJECTION, ActKind.ACCEPTANCE_OF_RESERVATION) or draw.random() < 0.3 * (
            kind is ActKind.WITHDRAWAL
        ):
            on = draw.choice([f"act {draw.randrange(15)}", f"act {draw.randrange(5)}", f"sign {draw.choice('ABC')}"])
        if kind is ActKind.OBJECTION and draw.random() < 0.4:
            more["clause"] = "all"
        story.act(day(draw.randrange(9) * draw.choice([1, 90])), who, kind, on, **more)
    return story


def law_question(story: LawStory, time: int, kinds: dict[PartyId, str], parties: list[PartyId]) -> list[Any]:
    acts = [written(one) for one in sorted(story.acts.values(), key=lambda one: one.order)]
    known = {str(one): kind for one, kind in kinds.items()}
    return [story.agreement.to_json(), acts, time, known, [str(one) for one in parties]]


def folded(story: LawStory, time: int, kinds: dict[PartyId, str], parties: list[PartyId]) -> dict[str, Any]:
    """What the library makes of a story, as the page tells it."""
    acts = list(story.acts.values())
    status = standing(story.agreement, acts, time, kinds)
    known = {**kinds, **{founder.id: founder.kind for founder in story.agreement.founders}}
    consents = read_consents(story.agreement, by_party(acts, time, {}), known, {})
    return {
        "force": consents.force,
        "ended": status.ended,
        "contracting": {str(one): spell.start for one, spell in consents.contracting_at(time).items()},
        "bound": {str(one.party): one.since for one in status.bound},
        "applying": [str(one.party) for one in status.provisional],
        "reservations": sorted(f"{one.party} {one.clause} {one.act.digest}" for one in status.reservations),
        "changes": sorted(
            f"{one.kind.type_name} {one.document} {'null' if one.since is None else one.since}"
            for one in status.changes
        ),
        "effects": [
            [[status.applies(one, other, clause).word for clause in status.relations.clauses] for other in parties]
            for one in parties
        ],
    }


def library_step(raw: bytes) -> str:
    """The step at which the library refuses a bundle, or `nothing`."""
    found = library(raw, None)
    return found if isinstance(found, str) else "nothing"


def library(raw: bytes, block_hash: Hash | None) -> object:
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
    (steps,) = re.findall(r"^const STEPS = \{\n(.*?)^\};", page, re.MULTILINE | re.DOTALL)
    assert re.findall(r"^  (\w+): ", steps, re.MULTILINE) == list(STEPS)


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
        assert opened.locator("#result").inner_text() == ""  # a verdict goes when the question changes
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
        opened.get_by_text("whom your trust policy names, recognises party").wait_for()
        trust.write_text('{"type": "trust-policy", "friends": []}')
        opened.get_by_label("Trust file").set_input_files(trust)
        opened.get_by_role("button", name="Verify").click()
        opened.get_by_text("The trust policy is none").wait_for()

    def test_where_its_script_may_not_run_it_says_to_save_it(self, opened: Page) -> None:
        """As a service serves it, whose answers run no scripts."""
        assert not opened.get_by_text("Save the page, open it from disk").is_visible()
        assert opened.context.browser is not None
        context = opened.context.browser.new_context()
        context.route("**/*", lambda one: one.fulfill(path=PAGE, content_type="text/html", headers=HEADERS))
        served = context.new_page()
        served.goto("https://register.example/static/verifier.html")
        assert served.get_by_text("Save the page, open it from disk").is_visible()
        context.close()

    @pytest.mark.skipif(not AXE.is_file(), reason="no axe-core: run npm install")
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_it_is_accessible_in_both_colours(self, opened: Page, scheme: Literal["light", "dark"]) -> None:
        """No finding of axe-core's rules for WCAG 2.2 A and AA: empty, with a mistake, refused, and with a verdict."""
        opened.emulate_media(color_scheme=scheme)
        opened.evaluate(AXE.read_text("utf-8"))
        for name, block_hash in (
            (None, ""),
            ("consent", "0x" + "12" * 32),
            ("candidate", str(block_hashes()["candidate"])),
        ):
            if name:
                opened.get_by_label("Evidence bundle").set_input_files(VECTORS / "good" / f"{name}.json")
            opened.get_by_label("Hash of the block").fill(block_hash)
            opened.get_by_role("button", name="Verify").click()
            opened.get_by_text(
                "Choose the bundle first." if not name else re.compile("step block|This holds")
            ).first.wait_for()
            found = opened.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })")
            assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
