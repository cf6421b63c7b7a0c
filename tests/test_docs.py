"""Holds the documentation to the code: examples read, numbers recomputed, commands run, routes compared."""

import json
import re
import shlex
import sys
from collections.abc import Iterator
from functools import cache, partialmethod
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi.testclient import TestClient

from api import problems
from api.app import create_app
from normledger.acts import release
from normledger.acts.act import Act, ActKind, Contract, contract_of
from normledger.acts.commitment import link
from normledger.acts.signature import recover
from normledger.acts.typed_data import Domain, struct_hash, subject_field, written_type
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
from normledger.identifiers import ZERO, Address, ClauseId, Digest, Hash, OutcomeId, PartyId
from normledger.workspace import Workspace

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


DOCUMENTS = ("agreement", "reported-agreement", "reports", "outcome", "alignments", "norm", "party", "statement")


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


def test_the_worked_example_is_what_the_library_computes() -> None:
    given = example(WORDS, "events")
    steps = dict(re.findall(r"^\| (.+?) \| `(0x[0-9a-f]{64})` \|$", section(WORDS, "Worked example"), re.MULTILINE))
    assert f"`{example_release(given)}`" in section(WORDS, "Worked example")
    event = given["events"][-1]
    act = Act(
        kind=ActKind(event["kind"]),
        subject=Hash.parse(event["subject"]),
        party=PartyId.parse(event["party"]),
        account=Address.parse(event["account"]),
        number=event["number"],
        clause=Hash.parse(event["clause"]),
        refers_to=Hash.parse(event["refersTo"]),
        content=Hash.parse(event["content"]),
        deadline=event["deadline"],
    )
    domain = Domain(given["chain_id"], Address.parse(event["contract"]))
    digest = domain.digest(act)
    previous = Hash.parse(steps["previous word"])
    word = link(previous, act.kind, digest, act.party, act.account, event["block"], event["time"])
    assert steps["domain"] == str(domain.separator)
    assert steps["struct"] == str(struct_hash(act))
    assert steps["digest"] == str(digest)
    assert steps["word"] == str(word)
    assert steps["its storage slot"] == str(release.word_slot(act.subject)) == program()["slot"](event["subject"])


def example_release(given: dict[str, Any]) -> str:
    """The release that the example names; the present one's addresses where it is the present one."""
    (name,) = re.findall(r"release `(0x[0-9a-f]{16})`", section(WORDS, "Worked example"))
    current = release.current()
    if name == current.name:
        used = {Address.parse(event["contract"]) for event in given["events"]}
        assert used <= set(current.addresses)
    return name


def test_the_signatures_of_the_worked_example_are_by_its_accounts() -> None:
    given = example(WORDS, "events")
    signed = [event for event in given["events"] if "signature" in event]
    assert len(signed) == 5
    for event in signed:
        digest = Digest.parse(program()["digest"](given["chain_id"], event))
        assert str(recover(digest, bytes.fromhex(event["signature"][2:]))) == event["account"]


def test_the_worked_example_is_about_the_example_documents() -> None:
    opened = next(event for event in example(WORDS, "events")["events"] if event["event"] == "AgreementOpened")
    agreement = read_document(example("reference/documents.md", "agreement"))
    statement = read_document(example("reference/documents.md", "statement"))
    assert isinstance(agreement, Agreement)
    assert opened["document"] == str(agreement.hash)
    assert opened["clauses"] == str(agreement.clause_root)
    assert opened["parties"] == [str(founder.id) for founder in agreement.founders]
    assert example(WORDS, "events")["events"][-1]["content"] == str(statement.hash)


def test_the_kinds_are_those_of_the_library_and_of_the_program() -> None:
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (\S+) \| (.+) \|$", section(WORDS, "Kinds of act"), re.MULTILINE)
    assert [(int(number), name) for number, name, *_ in rows] == [(int(kind), kind.type_name) for kind in ActKind]
    assert program()["NAMES"] == [kind.type_name for kind in ActKind]
    for number, name, field, contract in rows:
        kind = ActKind(int(number))
        try:
            written = written_type(kind)
        except InputError:
            assert (field, contract) == ("–", "–")
            continue
        if kind is ActKind.CLAIM:
            assert written == program()["CLAIM"]
            continue
        assert written == f"{name}(bytes32 {program()['first_field'](name)},{program()['LAYOUT']})"
        assert field == subject_field(kind)
        assert contract == ("all three" if kind is ActKind.WITHDRAWAL else contract_of(kind).title)


def test_the_slots_are_those_that_the_compiler_laid_out() -> None:
    for contract in Contract:
        slots = {one["label"]: one["slot"] for one in release.artifact(contract.title)["storageLayout"]["storage"]}
        assert (slots["word"], slots["register"]) == ("0", "1")


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
    rows = re.findall(r"^\| `(normledger [a-z]+(?: (?:new|list))?)[^|]*\|[^|]*\|(.*)\|$", text, re.MULTILINE)
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


def test_every_problem_is_told_with_its_status() -> None:
    told = dict(
        re.findall(
            r"^\| `/problems/([a-z-]+)` \| (\d{3}) \|",
            (DOCS / "reference/problems.md").read_text("utf-8"),
            re.MULTILINE,
        )
    )
    kinds = [NormLedgerError, *descendants(NormLedgerError)]
    assert told.keys() == {kind.slug for kind in kinds} - {"error"} | {"defect"}
    for kind in kinds[1:]:
        status = next(status for known, status, _ in problems._STATUS if issubclass(kind, known))
        assert told[kind.slug] == str(status), kind


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
    (agreement,) = view.agreements.values()
    ledger = workspace.release.address(Contract.AGREEMENT_LEDGER)
    events = [
        {
            "event": "ActRecorded",
            "contract": str(ledger),
            "block": one.recorded.block,
            "time": one.recorded.time,
            "subject": str(one.act.subject),
            "party": str(one.act.party),
            "kind": int(one.act.kind),
            "clause": str(one.act.clause),
            "refersTo": str(one.act.refers_to),
            "content": str(one.act.content),
            "account": str(one.act.account),
            "number": one.act.number,
            "deadline": one.act.deadline,
        }
        for one in agreement.acts
    ]
    assert len(events) == 7
    words = program()["recompute"](view.at.chain_id, events)[str(ledger)]
    slots = {subject: program()["slot"](subject) for subject in words}
    slots[str(ZERO)] = "0x" + (1).to_bytes(32, "big").hex()
    for subject, word in words.items():
        held = workspace.node.storage(ledger, Hash.parse(slots[subject]), view.at.block)
        assert str(held) == word
