"""Holds the documentation to the code: examples read, numbers recomputed, commands run, routes compared."""

import json
import re
import shlex
import sys
from collections.abc import Iterator
from functools import cache, partialmethod
from pathlib import Path
from random import Random
from typing import Any

import pytest
import typer
from eth_abi import decode, encode
from fastapi.testclient import TestClient

from api import problems
from api.app import create_app
from api.problem_types import TYPES
from normledger.acts import release
from normledger.acts.act import OWN, ActKind, Contract, RecordedAct, RecordedClaim
from normledger.acts.commitment import link
from normledger.acts.typed_data import KINDS_OF, struct_hash, type_of, written_type
from normledger.chain.embedded import CHAIN_ID
from normledger.chain.logs import Opened
from normledger.chain.node import Log
from normledger.cli import main
from normledger.cli.app import app
from normledger.composition import record as composed
from normledger.composition.compose import compose
from normledger.composition.context import cross
from normledger.composition.indicators import mutuality
from normledger.documents.canonical import parse_json
from normledger.documents.document import Agreement, Alignments, ReportedAgreement, Reports
from normledger.documents.document_reader import read_document
from normledger.documents.formats import read
from normledger.documents.formats.facts import read_entry
from normledger.documents.formats.proposals import read_proposals
from normledger.documents.trust_policy import read_trust_policy
from normledger.errors import InputError, NormLedgerError
from normledger.identifiers import ZERO, Address, ClauseId, Hash, OutcomeId, keccak
from normledger.workspace import Workspace
from tests.chain import model
from tests.chain.following import Following
from tests.chain.layouts import laid_out
from tests.chain.model import ARGUMENTS
from tests.chain.side_by_side import Drawing, begun
from tests.vectors import make_words
from tests.vectors.make_typed_data import cases

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"])
_BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^]\n]*\]\(([^)\s]+)\)")


def blocks(page: str) -> list[tuple[str, str, str]]:
    """Language, name and text of a page's fenced blocks."""
    return _BLOCK.findall((DOCS / page).read_text("utf-8"))


def example(page: str, name: str) -> Any:
    """The JSON example of this name."""
    (found,) = (text for _, called, text in blocks(page) if called == name)
    return parse_json(found)


def section(page: str, heading: str) -> str:
    """The text below a heading of the second level."""
    return (DOCS / page).read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]


# --- every page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_file(), target
        assert not anchor or anchor in anchors(file), target


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_table_of_contents_names_every_page() -> None:
    listed = {(DOCS / target).resolve() for target in _LINK.findall((DOCS / "README.md").read_text("utf-8"))}
    assert listed == {*DOCS.rglob("*.md")} - {DOCS / "README.md"}


def test_pages_name_paths_that_are_there() -> None:
    named = re.compile(r"`((?:normledger|contracts|scripts|tests|api)/[\w./-]*)`")
    for page in PAGES:
        for path in named.findall(page.read_text("utf-8")):
            assert (ROOT / path).exists(), f"{page.name} names {path}"


def test_every_make_target_is_explained() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert [target for target in targets if target != "help" and f"`make {target}`" not in text] == []


# --- documents.md


DOCUMENTS = (
    "agreement", "reported-agreement", "reports", "outcome", "alignments", "endorsements", "norm", "party", "statement",
)  # fmt: skip


@pytest.mark.parametrize("name", [*DOCUMENTS, "derivation"])
def test_an_example_document_reads_and_has_the_hash_that_is_told(name: str) -> None:
    document = read_document(example("reference/documents.md", name))
    assert f"Hash `{document.hash}`" in section("reference/documents.md", name)


def test_every_type_of_document_has_an_example() -> None:
    with pytest.raises(InputError) as caught:
        read_document({"type": "?"})
    known = caught.value.message.split("one of ")[1].split(", ")
    assert sorted(known) == sorted([*DOCUMENTS, "derivation"])


def test_example_documents_refer_to_each_other_by_hash() -> None:
    page = "reference/documents.md"
    read_all = {name: read_document(example(page, name)) for name in DOCUMENTS}
    agreement, reports, alignments = read_all["agreement"], read_all["reports"], read_all["alignments"]
    reported, outcome = read_all["reported-agreement"], read_all["outcome"]
    assert isinstance(agreement, Agreement)
    assert isinstance(reports, Reports)
    assert isinstance(alignments, Alignments)
    assert isinstance(reported, ReportedAgreement)
    assert f"The root of the example is `{agreement.clause_root}`" in section(page, "agreement")
    assert f"root `{reports.root}`" in section(page, "reports")
    assert f"root `{alignments.root}`" in section(page, "alignments")
    assert agreement.clauses[0].asks[0].outcome == outcome.hash
    assert reports.leaves[0].agreement == reported.hash
    assert alignments.leaves[0].clause == reported.clause_ids[0]


# --- words.md


WORDS = "reference/words.md"


@cache
def program() -> dict[str, Any]:
    """The page's program, run as a stranger would: it imports nothing of ours."""
    (text,) = (text for language, name, text in blocks(WORDS) if language == "python" and name == "recompute.py")
    assert "normledger" not in text
    names: dict[str, Any] = {"__name__": "recompute"}
    exec(compile(text, "recompute.py", "exec"), names)
    return names


def test_the_program_gives_the_words_that_are_told() -> None:
    given = example(WORDS, "events")
    assert program()["recompute"](given["chain_id"], given["events"]) == example(WORDS, "words")


def test_the_worked_example_is_what_the_present_contracts_record() -> None:
    text = (DOCS / WORDS).read_text("utf-8")
    assert text == make_words.page(text), "run `python -m tests.vectors.make_words` and look at the difference"


def followed() -> Following:
    """The example's events as the library reads them."""
    given = example(WORDS, "events")
    following = Following(release.current(), given["chain_id"])
    for one in given["events"]:
        topics = (keccak(b"Recorded(bytes32,bytes)"), Hash.parse(one["subject"]))
        data = encode(["bytes"], [bytes.fromhex(one["call"][2:])])
        log = Log(Address.parse(one["contract"]), topics, data, one["block"], ZERO, ZERO, 0)
        following.read([log], one["time"])
    return following


def test_the_worked_example_is_what_the_library_computes() -> None:
    given, following = example(WORDS, "events"), followed()
    steps = dict(re.findall(r"^\| (.+?) \| `(0x[0-9a-f]{64})` \|$", section(WORDS, "Worked example"), re.MULTILINE))
    last = following.events[-1]
    assert isinstance(last, RecordedAct)
    act, at = last.act, last.recorded
    domain = release.current().domain(act.contract, given["chain_id"])
    word = link(Hash.parse(steps["previous word"]), act.kind, last.digest, act.party, last.signer, at.block, at.time)
    assert steps["domain"] == str(domain.separator)
    assert steps["keccak of the type"] == str(keccak(type_of(act).encode()))
    assert steps["struct"] == str(struct_hash(act))
    assert steps["digest"] == str(last.digest) == str(domain.digest(act))
    assert steps["word"] == str(word) == str(following.words[act.contract, act.subject])
    assert steps["its storage slot"] == str(release.word_slot(act.subject)) == str(Hash(program()["slot"](act.subject)))
    told = example(WORDS, "words")
    for (contract, subject), linked in following.words.items():
        assert told[str(release.current().address(contract))][str(subject)] == str(linked)
    for contract, linked in following.registers.items():
        assert told[str(release.current().address(contract))][str(ZERO)] == str(linked)


def test_the_signatures_of_the_worked_example_are_by_its_accounts() -> None:
    signed = [one for one in followed().events if not isinstance(one, Opened)]
    assert [one.act.kind.name if not isinstance(one, RecordedClaim) else "CLAIM" for one in signed] == [
        "CLAIM", "CLAIM", "SIGNATURE", "SIGNATURE", "PUBLICATION", "FULL_POWERS", "WITHDRAWAL",
    ]  # fmt: skip
    assert all(one.proven for one in signed)
    assert [one.represented for one in signed if isinstance(one, RecordedAct)] == [False] * 3 + [True]


def test_the_worked_example_is_about_the_example_documents() -> None:
    found = followed().events
    (opened,) = [one for one in found if isinstance(one, Opened)]
    agreement, norm, statement = (
        read_document(example("reference/documents.md", name)) for name in ("agreement", "norm", "statement")
    )
    assert isinstance(agreement, Agreement)
    assert opened.document == agreement.hash
    assert opened.clauses == agreement.clause_root
    assert opened.parties == tuple(founder.id for founder in agreement.founders)
    acts = [one.act for one in found if isinstance(one, RecordedAct)]
    assert acts[-1].content == statement.hash
    assert [act.subject for act in acts if act.kind is ActKind.PUBLICATION] == [norm.hash]


def test_the_program_reads_whatever_the_contracts_take() -> None:
    """Calls of every sort, in encodings that nobody writes: the page's program has every word."""
    start = begun()
    with start.chain.undone():
        both = start.copy()
        for number in range(60):
            random = Random(number)
            both.pass_time(random.randrange(1, 20))
            call = Drawing(random, both, faults=60).call()
            both.call(call, laid_out(call, random))
        events = [_told(log, time) for log, time in both.following.logs]
        words = program()["recompute"](CHAIN_ID, [one for one in events if one])
        assert len(events) > 40
        for contract in Contract:
            storage, of = both.chain.storage(contract), words[str(release.current().address(contract))]
            assert {int.from_bytes(program()["slot"](bytes.fromhex(subject[2:])), "big"): int(word, 16)
                    for subject, word in of.items() if subject != str(ZERO)}.items() <= storage.items()  # fmt: skip
            assert storage[1] == int(of[str(ZERO)], 16)
        linked = {(contract, subject) for (contract, subject), word in both.following.words.items()}
        assert sum(len(of) - 1 for of in words.values()) == len(linked)


def _told(log: Log, time: int) -> dict[str, Any] | None:
    """An event as the page's program takes it; None for what was left out."""
    if log.topics[0] != keccak(b"Recorded(bytes32,bytes)"):
        return None
    (call,) = decode(["bytes"], log.data)
    return {"contract": str(log.address), "block": log.block_number, "time": time, "call": "0x" + call.hex()}


def test_the_calls_are_those_that_the_contracts_take() -> None:
    told = {
        (name, contract): types
        for name, types, contract in re.findall(
            r"^\| `(\w+)\((.*)\)` \| (\w+) \|", section(WORDS, "Events"), re.MULTILINE
        )
    }
    writing = {key: types for key, types in ARGUMENTS.items() if key[1] != "carry"}
    assert {(contract, name) for name, contract in told} == set(writing)
    structs = dict(
        re.findall(r"^    (Terms|Act|Stance|Founding|Seal|Signer) +\((.*)\)$", section(WORDS, "Events"), re.MULTILINE)
    )

    def plain(types: str) -> str:
        """The types alone, structs written out."""
        made = ",".join(one.split(" ")[0] for one in types.split(", "))
        return re.sub(r"[A-Z]\w+", lambda name: f"({plain(structs[name[0]])})", made)

    for (name, contract), types in told.items():
        assert f"{name}({plain(types)})" in release.artifact(contract)["methodIdentifiers"]
        assert f"{name}({plain(types)})" in program()["SIGNATURES"]


def test_the_kinds_are_those_of_the_library_and_of_the_program() -> None:
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (.+) \| (.+) \| (.+) \|$", section(WORDS, "Kinds of act"), re.MULTILINE)
    assert [(int(number), name) for number, name, *_ in rows] == [(int(kind), kind.type_name) for kind in ActKind]
    assert program()["NAMES"] == [kind.type_name for kind in ActKind]
    layouts = {
        "list": model.ON_LISTS, "agreement": model.ON_AGREEMENTS, "stances": model.ON_STANCES,
        "founding": model.FOUNDING, "norm": model.ON_NORMS | {"Publication"},
        "own": {kind.type_name for kind in OWN},
    }  # fmt: skip
    members = dict(re.findall(r"^\| (\w[\w:, ]*) \| `([^`]+)`", section(WORDS, "Digest of an act"), re.MULTILINE))
    for number, name, *told in rows:
        kind, named = ActKind(int(number)), [set(one.split(", ")) - {"–"} for one in told]
        assert set().union(*named) == {layout for layout, kinds in layouts.items() if name in kinds}
        for contract, here in zip(Contract, named, strict=True):
            assert bool(here - {"own"}) == (kind in KINDS_OF[contract])
            if not here - {"own"}:
                continue
            (layout,) = {"list, agreement, stances" if one in ("list", "agreement", "stances") else one
                         for one in here - {"own"}}  # fmt: skip
            content = {"Publication": "derivation", "Derivation": "derivation", "Anchor": "root"}.get(name, "reason")
            expected = members[layout].replace("bytes32 reason", f"bytes32 {content}")
            assert written_type(contract, kind) == f"{name}({expected})"
    own = {layout.removeprefix("own: "): types for layout, types in members.items() if layout.startswith("own: ")}
    assert {f"{name}({types})" for name, types in own.items()} == set(program()["OWN"].values())
    assert {case["written"] for case in cases()} >= set(program()["OWN"].values())


def test_the_slots_are_those_that_the_compiler_laid_out() -> None:
    rows = re.findall(r"^\| ([\w ]+) \| (\d) \| `(\w+)` \|", section(WORDS, "Storage"), re.MULTILINE)
    for contract in Contract:
        layout = release.artifact(contract.title)["storageLayout"]["storage"]
        told = {(name, slot) for where, slot, name in rows if where in ("all three", contract.title)}
        assert told == {(one["label"], one["slot"]) for one in layout}


# --- trust-policy.md, import-formats.md, composition.md


def test_the_example_policy_reads_and_has_the_hash_that_is_told() -> None:
    data = example("reference/trust-policy.md", "trust-policy")
    policy = read_trust_policy(data)
    assert policy.to_json() == data
    assert f"Hash `{policy.hash}`" in (DOCS / "reference/trust-policy.md").read_text("utf-8")


def test_example_imports_read(tmp_path: Path) -> None:
    page = "reference/import-formats.md"
    files = []
    for name in ("facts", "clauses", "acts"):
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(example(page, name)))
    imported = read(files)
    assert {text.source_id for text in imported.texts} == {"imaginary-pledge", "imaginary-chapter"}
    acts = sorted((report.actor.identifier, report.act) for report in imported.reports)
    assert acts == [
        ("name:Imaginary Mills", "signature"),
        ("state:CHL", "entry into force"),
        ("state:CHL", "signature"),
        ("state:FRA", "endorsement"),
        ("state:NZL", "signature"),
    ]
    texts = {text.source_id: text for text in imported.texts}
    assert len(read_proposals(example(page, "proposals"), texts).alignments) == 1


def test_the_derivation_has_the_fields_that_are_told() -> None:
    data = example("reference/composition.md", "derivation-fields")
    assert data == example("reference/documents.md", "derivation")
    nothing = composed.Record(1, 0, ZERO, 0, "consented", "real")
    made = compose(nothing, composed.TrustPolicy(read_trust_policy({"type": "trust-policy"}).hash)).derivation
    assert data.keys() == made.document().keys()
    assert data["sources"].keys() == made.document()["sources"].keys()
    assert data["parameters"] == made.document()["parameters"]
    assert (data["method"], data["version"]) == (made.method, made.version)
    told = set(re.findall(r"`(\w+)`", section("reference/composition.md", "Derivation")))
    assert (data.keys() | data["parameters"].keys()) - {"type"} <= told


def test_mutuality_worked_by_hand_is_what_composition_says() -> None:
    rows = re.findall(
        r"^\| (\S+ \d{4}) \| (.+?), (.+?) \|$",
        section("reference/composition.md", "Mutuality, worked by hand"),
        re.MULTILINE,
    )
    assert len(rows) == 6
    shipped = {}
    for line in (ROOT / "normledger/data/cyber_agreements.jsonl").read_text("utf-8").splitlines():
        entry = read_entry(json.loads(line))
        shipped[entry.text.title] = {report.actor.name for report in entry.reports}
    outcome = OutcomeId(bytes(32))
    names = sorted({name for _, *pair in rows for name in pair})
    undertakings, asks = [], {}
    for number, (title, *pair) in enumerate(rows, start=1):
        assert shipped[title] == set(pair)
        agreement, clause = Hash(number.to_bytes(32, "big")), ClauseId((number + 100).to_bytes(32, "big"))
        asks[clause] = frozenset([outcome])
        undertakings += [composed.Undertaking(name, agreement, frozenset([clause]), (agreement,)) for name in pair]
    context = cross([composed.Actor(name, name, "state") for name in names], undertakings, asks, [outcome])
    found = mutuality(context, [0], context.columns[0])
    page = (DOCS / "reference/composition.md").read_text("utf-8")
    assert str(found.pairs) == "6/21"
    assert f"> {found.sentence}\n" in page


# --- command-line.md, http.md


def commands() -> Iterator[tuple[str, set[str]]]:
    """Every command of the real parser, with its long options."""

    def walk(command: Any, name: str) -> Iterator[tuple[str, set[str]]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            given = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
            yield name, {option for option in given if option.startswith("--")}
            return
        for word, one in inner.items():
            yield from walk(one, f"{name} {word}")

    yield from walk(typer.main.get_command(app), "normledger")


def test_every_command_and_option_is_documented_and_none_is_invented() -> None:
    text = (DOCS / "reference/command-line.md").read_text("utf-8")
    within = "new|list|show|backup|restore|consent|norm|powers|report|candidate|open|sign"
    rows = re.findall(rf"^\| `(normledger [a-z]+(?: (?:{within})\b)?)[^|]*\|[^|]*\|(.*)\|$", text, re.MULTILINE)
    documented = {name: set(re.findall(r"`(--[a-z-]+)", options)) for name, options in rows}
    documented = {name: options - {"--help"} for name, options in documented.items()}
    real = {name: options - {"--help", "--no-subject-to-ratification"} for name, options in commands()}
    assert documented == real


def test_every_route_is_documented_and_none_is_invented(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / ".normledger") as workspace:
        paths = create_app(workspace).openapi()["paths"]
    real = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    text = (DOCS / "reference/http.md").read_text("utf-8")
    assert set(re.findall(r"^\| `((?:GET|POST) \S+)` \|", text, re.MULTILINE)) == real


# --- problems.md


def test_every_problem_is_told_as_its_page_tells_it() -> None:
    rows = re.findall(
        r"^\| `/problems/([a-z0-9-]+)` \| (\d{3}) \| (.+) \| (.+) \|$",
        (DOCS / "reference/problems.md").read_text("utf-8"),
        re.MULTILINE,
    )
    assert rows == [(one.name, str(one.status), one.what, one.fix) for one in TYPES.values()]
    for kind in descendants(NormLedgerError):
        status, title = next((status, title) for known, status, title in problems._STATUS if issubclass(kind, known))
        assert (TYPES[kind.slug].status, TYPES[kind.slug].title) == (status, title), kind


def descendants(kind: type[NormLedgerError]) -> Iterator[type[NormLedgerError]]:
    """Every error below this one, in the library."""
    for one in kind.__subclasses__():
        if one.__module__.startswith("normledger."):
            yield one
            yield from descendants(one)


def test_the_example_problem_is_what_the_service_answers(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / ".normledger") as workspace:
        workspace.deploy()
        workspace.update()
        with TestClient(create_app(workspace)) as client:
            assert client.get("/v1/norms/x").json() == example("reference/problems.md", "problem")
            assert client.get("/v1/nothing").json()["type"] == "/problems/http-404"


# --- sign-an-agreement.md, run


def test_the_way_of_one_agreement_runs_as_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NORMLEDGER_HOME", "NORMLEDGER_PASSPHRASE", "NORMLEDGER_RELAYER_KEY"):
        monkeypatch.delenv(name, raising=False)
    # A throw-away key each; opening one as slowly as a real one would be most of this test's time.
    monkeypatch.setattr(Workspace, "new_key", partialmethod(Workspace.new_key, light=True))

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", list(words))
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as exit_:
            code = exit_.code or 0  # type: ignore[assignment]
        told = capsys.readouterr()
        assert code == 0, told.err
        return told.out

    class Ran:
        def __init__(self, stdout: str) -> None:
            self.stdout = stdout

    # The page's program asks the command line; here it asks the same one in this process.
    monkeypatch.setattr("subprocess.run", lambda words, **_: Ran(run(*words)))
    programs, outputs, reservation = {}, [], ""
    for language, name, text in blocks("how-to/sign-an-agreement.md"):
        if language == "python":
            programs[name] = text
            continue
        for line in text.splitlines():
            words = [reservation if word == "RESERVATION" else word for word in shlex.split(line)]
            if words[0] == "python":
                exec(compile(programs[words[1]], words[1], "exec"), {})
                continue
            outputs.append(run(*words))
            if words[1] == "reserve":
                reservation = re.findall(r"act (0x[0-9a-f]{64})", outputs[-1])[0]
    kept, recorded = [out for out in outputs if " signs " in out]
    assert "Kept" in kept
    assert "Recorded" in recorded
    with Workspace.open(tmp_path / ".normledger") as workspace:
        view = workspace.view()
        (agreement,) = view.agreements.values()
        assert agreement.status is not None
        bound = {view.parties[one.party].identifier: len(one.clauses) for one in agreement.status.bound}
        assert bound == {"exercise:state:norvale": 2, "exercise:company:hobnail": 2, "exercise:ngo:lanterns": 2}
        ending = view.at.time + 91 * 86_400
        (later,) = workspace.ledger.as_of(time=ending).agreements.values()
        assert later.status is not None
        assert {view.parties[party].identifier for party in later.status.withdrawn} == {"exercise:state:norvale"}
        reserved = next(act for act in agreement.acts if act.act.kind is ActKind.RESERVATION)
        (before,) = workspace.view(reserved.recorded.block).agreements.values()
        assert before.status is not None
        assert sorted(len(one.clauses) for one in before.status.bound) == [1, 2]
        _compare_with_the_chain(workspace)


def _compare_with_the_chain(workspace: Workspace) -> None:
    """What words.md's program makes of real acts is what lies in the slots that the page names."""
    view = workspace.view()
    logs = workspace.node.logs(workspace.release.addresses, 0, view.at.block)
    events = []
    for log in logs:
        block = workspace.node.block(log.block_number)
        assert block is not None
        events.append(_told(log, block.time))
    assert len(events) > 7
    recomputed = program()["recompute"](view.at.chain_id, events)
    assert set(recomputed) == {str(address) for address in workspace.release.addresses[:2]}  # no norm yet
    for address, words in recomputed.items():
        slots = {subject: Hash(program()["slot"](bytes.fromhex(subject[2:]))) for subject in words}
        slots[str(ZERO)] = Hash((1).to_bytes(32, "big"))
        for subject, word in words.items():
            assert str(workspace.node.storage(Address.parse(address), slots[subject], view.at.block)) == word
