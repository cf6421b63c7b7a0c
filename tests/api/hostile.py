"""A register in which every name, title, clause, reason and source tries to run: what pages must show as mere text."""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from normledger.acts.act import ActKind
from normledger.documents.document import (
    Agreement,
    Asked,
    Authentic,
    Clause,
    Founder,
    Norm,
    Outcome,
    Profile,
    Rules,
)
from normledger.documents.trust_policy import TrustPolicy
from normledger.exercise import Exercise
from normledger.identifiers import NormId, OutcomeId, parse_identifier
from normledger.ledger.queries import terms_of
from normledger.workspace import Workspace

_RUN = "window.caught=1"
_WAYS = ("onerror", "onload", "onmouseover", "onfocus", "onclick", "ontoggle")
_THINGS = ("img src=x", "svg", "details open", "input autofocus", "video src=x", "body", "iframe", "a href=x")
_OUT_OF = ("", '">', "'>", "</p>", "</title>", "</textarea>", "</script>", "</style>", "-->", "]]>")

STRINGS: tuple[str, ...] = (
    *(f"<{thing} {way}={_RUN}>" for thing in _THINGS for way in _WAYS),
    *(f"{out}<script>{_RUN}</script>" for out in _OUT_OF),
    *(f"{out}<img src=x onerror={_RUN}>" for out in _OUT_OF),
    *(f"{quote} {way}={quote}{_RUN}{quote} x={quote}" for quote in "'\"`" for way in _WAYS),
    f"javascript:{_RUN}",
    f"JaVaScRiPt:{_RUN}",
    f"data:text/html,<script>{_RUN}</script>",
    f"<a href='javascript:{_RUN}' autofocus>open me</a>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><animate onbegin={_RUN} attributeName=x>",
    f"<math><mtext></mtext><script>{_RUN}</script></math>",
    f"<object data='data:text/html,<script>{_RUN}</script>'>",
    "<meta http-equiv=refresh content='0;url=//elsewhere.example'>",
    "<base href='//elsewhere.example/'>",
    "<link rel=stylesheet href='//elsewhere.example/x.css'>",
    "<style>@import '//elsewhere.example/x.css'</style>",
    "<form action='//elsewhere.example'><button>press</button>",
    f"<!--<script>{_RUN}//-->",
    f"<noscript><p title='</noscript><script>{_RUN}</script>'>",
    "{{ 7 * 7 }}",
    "{% for x in ().__class__.__mro__ %}{{ x }}{% endfor %}",
    "%(name)s %s %d %%",
    f"&lt;script&gt;{_RUN}&lt;/script&gt;",
    f"\u202e<script>{_RUN}</script>\u202c",
    f"+ADw-script+AD4-{_RUN}+ADw-/script+AD4-",
    f"<bdi><b><u>{_RUN}",
)
"""More than a hundred, written for this test."""


@dataclass(frozen=True)
class Hostile:
    """Where the pages of such a register are."""

    paths: tuple[str, ...]


def _reported(folder: Path) -> Path:
    def one(number: int, strings: tuple[str, ...]) -> dict[str, object]:
        return {
            "id": f"hostile-{number}", "name": strings[0], "short_name": strings[1], "kind": "multilateral",
            "date": "2020-01-01", "in_force": None, "legal_status": "political", "languages": ["en"],
            "open_to": "open",
            "parties": [
                {"name": text, "kind": "ngo", "role": "signatory", "date": "2020-01-01"} for text in strings[2:6]
            ],
            "parties_complete": True, "party_count_as_of": {"count": 4, "date": "2020-01-01"},
            "commitments": [{"key": f"a{place}", "text": text, "topic": "x"} for place, text in enumerate(strings, 1)],
            "sources": list(strings[6:12]), "confidence": strings[12], "notes": strings[13],
        }  # fmt: skip

    file = folder / "hostile.jsonl"
    file.write_text("\n".join(json.dumps(one(at, STRINGS[at * 9 : at * 9 + 18])) for at in range(2)), encoding="utf-8")
    return file


def build(workspace: Workspace, folder: Path) -> Hostile:
    """Two agreements that ask for the same, a norm with reasons for and against, reports; all of it hostile."""
    exercise = Exercise(workspace)
    names = ("one", "two", "three", "four")
    claims = [
        exercise.new_party(name, f"exercise:{kind}:{name}", kind, Profile(text, region="Africa"))
        for name, kind, text in zip(names, ("state", "company", "ngo", "state"), STRINGS[::7], strict=False)
    ]
    workspace.act_at_once([(prepared, key) for key, prepared in claims])
    observer = exercise.new_party("observer", "name:Observer", "ngo", Profile(STRINGS[30]))
    workspace.act_at_once([(observer[1], observer[0])])
    workspace.__dict__["trust"] = TrustPolicy(reports=(exercise.parties["observer"],))
    workspace.report([_reported(folder)], exercise.parties["observer"])

    keys = {name: workspace.private_key(name) for name in names}
    outcomes = [Outcome(text, "require") for text in STRINGS[:12]]
    subjects = []
    for number in range(2):
        clauses = tuple(
            Clause(
                f"{place} {text}"[:40] if place % 9 == 0 else str(place),
                text if number == 0 else f"{text} also",
                STRINGS[-place],
                asks=(Asked(OutcomeId(outcomes[place % 12].hash), "same" if place < 24 else "narrower"),),
                authentic=(Authentic("ar", STRINGS[place - 1]),) if place < 4 else (),
            )
            for place, text in enumerate(STRINGS, start=1)
        )
        founders = names[:3] if number == 0 else names[1:]
        agreement = Agreement(
            STRINGS[40 + number],
            clauses,
            Rules("political", "multi-stakeholder", "open", reservations=True, reservation_days=30),
            tuple(
                sorted(
                    (
                        Founder(exercise.parties[name], parse_identifier(one.identifier), one.kind, one.name)
                        for name in founders
                        for one in [workspace.newest().parties[exercise.parties[name]]]
                    ),
                    key=lambda founder: founder.id,
                )
            ),
            ("en", "ar"),
        )
        workspace.store.put([agreement, *outcomes])
        subject = terms_of(agreement).id
        subjects.append(subject)
        signing = [
            (workspace.prepare(ActKind.SIGNATURE, subject, exercise.parties[name], content=agreement.hash), keys[name])
            for name in founders
        ]
        workspace.act_at_once(signing)
        reservation = workspace.prepare(
            ActKind.RESERVATION,
            subject,
            exercise.parties[founders[0]],
            clause=agreement.clause_ids[30],
            text=STRINGS[50],
        )
        workspace.act_at_once([(reservation, keys[founders[0]])])
        objection = workspace.prepare(
            ActKind.OBJECTION, subject, exercise.parties[founders[1]], refers_to=reservation.digest, text=STRINGS[51]
        )
        workspace.act_at_once([(objection, keys[founders[1]])])
    norm = Norm(STRINGS[60], STRINGS[61], tuple(sorted(OutcomeId(one.hash) for one in outcomes[:2])), "exercise")
    workspace.store.put([norm])
    published = workspace.prepare(ActKind.PUBLICATION, norm.hash, exercise.parties["one"])
    workspace.act_at_once([(published, keys["one"])])
    stances = [
        (workspace.prepare(kind, norm.hash, exercise.parties[name], text=text), keys[name])
        for kind, name, text in (
            (ActKind.ENDORSEMENT, "two", STRINGS[70]),
            (ActKind.OPPOSITION, "three", STRINGS[71]),
        )
    ]
    workspace.act_at_once(stances)
    return Hostile(_paths(workspace, exercise, NormId(norm.hash), [str(one) for one in subjects]))


def _paths(workspace: Workspace, exercise: Exercise, norm: NormId, agreements: list[str]) -> tuple[str, ...]:
    view = workspace.newest()
    composition = workspace.compose(view, "consented", "exercise")
    keys = [str(row.key) for row in composition.rows if row.stands][:3]
    reported = [str(one) for one in view.reported_agreements]
    acts = [str(act) for act in view.acts][-4:]
    return (
        "/?shown=exercise",
        f"/?shown=exercise&party={exercise.parties['four']}",
        "/?shown=reported",
        *(f"/candidates/{key}?shown=exercise" for key in keys),
        *(f"/candidates/{keys[0]}/{part}?shown=exercise" for part in ("acts", "coalition")),
        f"/norms/{norm}",
        *(f"/agreements/{one}" for one in (*agreements, *reported)),
        *(f"/parties/{one}" for one in exercise.parties.values()),
        *(f"/acts/{one}" for one in acts),
        *(f"/documents/{one}" for one in (norm, *reported)),
        "/parties?shown=exercise",
        "/parties?shown=reported",
        "/agreements?shown=exercise",
        "/timeline?shown=exercise",
        "/timeline?shown=reported",
        "/workbench?shown=exercise",
        "/search?q=window",
        "/search?q=<script>",
        f"/compare?shown=exercise&one={exercise.parties['one']}&other={exercise.parties['four']}",
        "/compare?one=<script>&other='>",
        *(f"/compare?one={quote(one)}&other=a" for one in STRINGS[:3]),
        "/timeline?shown=exercise&q=<script>&kind=<script>",
        "/what-if?shown=exercise&party=<script>&agreement='>",
        f"/what-if?shown=exercise&party={exercise.parties['one']}&agreement={agreements[0]}",
        f"/acts?shown=exercise&party={exercise.parties['one']}&of=inside",
        "/parties/<script>alert(1)",
        "/agreements/%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
        "/nothing/<script>",
    )
