"""Commands that answer: parties, agreements, compose, candidates, norms. They change nothing."""

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from normledger.acts.act import ActKind, RecordedAct
from normledger.acts.powers import Powers
from normledger.cli.options import (
    AsJson,
    AsOfBlock,
    AtTime,
    Basis,
    Norms,
    Trust,
    World,
    one_of,
    policy_of,
    reading,
    view_of,
)
from normledger.cli.rendering import (
    as_of_json,
    as_of_line,
    moment,
    outcome_rows,
    print_json,
    say,
    short,
    table,
)
from normledger.composition import record
from normledger.composition.bridging import Consensus, Grouping
from normledger.composition.result import Composition, Parameters, plain
from normledger.errors import InputError, NotFound
from normledger.identifiers import ZERO, Hash
from normledger.ledger.answers import AgreementView, Party
from normledger.ledger.consensus import consensus_on
from normledger.ledger.queries import View
from normledger.workspace import Workspace


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (parties, party, agreements, agreement, compose, candidate, norms, norm):
        app.command()(command)


def parties(as_of: AsOfBlock = None, at: AtTime = None, as_json: AsJson = False) -> None:
    """All registered parties."""
    with reading() as workspace:
        view = view_of(workspace, as_of, at)
        if as_json:
            return print_json(
                {"as_of": as_of_json(view.at), "parties": [_party_json(one) for one in view.parties.values()]}
            )
        table(
            "Parties",
            ("name", "kind", "claims to be", "region", "id"),
            [(one.name, one.kind, one.identifier, one.region, str(one.id)) for one in view.parties.values()],
        )
        as_of_line(view.at)


def party(name: str, as_of: AsOfBlock = None, at: AtTime = None, as_json: AsJson = False) -> None:
    """One party: what it claims, and what it is bound to."""
    with reading() as workspace:
        view = view_of(workspace, as_of, at)
        one = view.party(name)
        bound = [
            (agreement, standing)
            for agreement in view.agreements.values()
            if agreement.status
            for standing in agreement.status.bound
            if standing.party == one.id
        ]
        if as_json:
            return print_json(
                {
                    "as_of": as_of_json(view.at),
                    **_party_json(one),
                    "bound_by": [
                        {
                            "agreement": str(agreement.id),
                            "title": agreement.title,
                            "clauses": [str(clause) for clause in sorted(standing.clauses)],
                            "since": moment(standing.since),
                            "acts": [str(act) for act in standing.acts],
                        }
                        for agreement, standing in bound
                    ],
                }
            )
        say(f"{one.name}, a {one.kind}; claims to be {one.identifier} ({one.world}).", style="bold")
        say(f"Party {one.id}\nAccount {one.account}, registered in block {one.recorded.block}.")
        for claimed in one.identifiers[1:]:
            say(f"Claims to be {claimed} too.")
        for tenure in one.tenures[:-1]:
            say(f"Acted through account {tenure.account} from block {tenure.since.block} on.")
        if one.powers:
            table(
                "Full powers",
                ("representative", "on", "kinds", "until", "state"),
                [_powers_row(view, given) for given in one.powers],
            )
        table(
            "Bound by",
            ("agreement", "clauses", "since"),
            [
                (agreement.title, f"{len(standing.clauses)} of {_clause_count(agreement)}", moment(standing.since))
                for agreement, standing in bound
            ],
            numbers=("clauses",),
        )
        as_of_line(view.at)


def agreements(as_of: AsOfBlock = None, at: AtTime = None, as_json: AsJson = False) -> None:
    """Agreements signed here, and those that observers reported."""
    with reading() as workspace:
        view = view_of(workspace, as_of, at)
        reported = view.reported_agreements
        if as_json:
            return print_json(
                {
                    "as_of": as_of_json(view.at),
                    "consented": [_agreement_json(view, one) for one in view.agreements.values()],
                    "reported": [
                        {"document": str(hash_), "title": text.title, "date": text.date, "clauses": len(text.clauses)}
                        for hash_, text in reported.items()
                    ],
                }
            )
        table(
            "Signed here",
            ("title", "in effect since", "bound", "clauses", "id"),
            [
                (
                    one.title,
                    moment(one.status.in_effect_since) if one.status and one.status.in_effect_since else "–",
                    str(len(one.status.bound)) if one.status else "?",
                    str(_clause_count(one)),
                    str(one.id),
                )
                for one in view.agreements.values()
            ],
            numbers=("bound", "clauses"),
        )
        if reported:
            say()
            table(
                "Reported: signed elsewhere, not here",
                ("title", "date", "clauses", "document"),
                [
                    (text.title, text.date or "?", str(len(text.clauses)), str(hash_))
                    for hash_, text in reported.items()
                ],
                numbers=("clauses",),
            )
        as_of_line(view.at)


def agreement(name: str, as_of: AsOfBlock = None, at: AtTime = None, as_json: AsJson = False) -> None:
    """One agreement: its text, its acts, who is bound, reservations and objections."""
    with reading() as workspace:
        view = view_of(workspace, as_of, at)
        try:
            one = view.agreement(name)
        except NotFound:
            return _reported_agreement(view, name, as_json)
        if as_json:
            return print_json(
                {
                    "as_of": as_of_json(view.at),
                    **_agreement_json(view, one),
                    "acts": _acts_json(view, one.acts),
                    "stances": [
                        {
                            "party": str(stance.party),
                            "name": view.parties[stance.party].name,
                            "stance": stance.kind.term,
                            "clause": str(stance.act.act.clause),
                            "act": str(stance.act.digest),
                        }
                        for stance in one.stances
                    ],
                }
            )
        say(one.title, style="bold")
        say(f"Agreement {one.id}\nDocument {one.terms.document}")
        if one.fault:
            say(f"The text can't be shown: {one.fault}.")
        if one.document:
            for clause in one.document.clauses:
                say(f"\n{clause.key}. {clause.heading}".rstrip() + f"\n{clause.text}")
                for other in clause.authentic:
                    say(f"[{other.language}] {other.text}")
        say()
        say("Acts", style="bold")
        for act in one.acts:
            text = view.statement(act.act.content)
            told = f"{act.act.kind.term} by {view.parties[act.act.party].name}" + (f": “{text}”" if text else "")
            told += f" (by its representative {act.signer})" if act.represented else ""
            say(f"  block {act.recorded.block}  {told}\n    {act.digest}")
        if one.status:
            effect = one.status.in_effect_since
            say(f"\nIn effect since {moment(effect)}." if effect else "\nNot in effect.")
            say("Bound: " + (", ".join(view.parties[bound.party].name for bound in one.status.bound) or "nobody") + ".")
            if one.status.withdrawn:
                say("Withdrawn: " + ", ".join(view.parties[gone].name for gone in one.status.withdrawn) + ".")
            for reservation in one.status.reservations:
                objecting = ", ".join(view.parties[act.act.party].name for act in reservation.objections) or "nobody"
                who = view.parties[reservation.party].name
                say(f"{who} reserved a clause ({reservation.act.digest}); objecting: {objecting}.")
        for stance in one.stances:
            say(f"From outside: {stance.kind.term} by {view.parties[stance.party].name} ({stance.act.digest}).")
        as_of_line(view.at)


def _reported_agreement(view: View, name: str, as_json: bool) -> None:
    for hash_, text in view.reported_agreements.items():
        if name in (str(hash_), text.title, text.source_id):
            break
    else:
        raise NotFound("agreement", name, "`normledger agreements` lists them")
    if as_json:
        return print_json({"as_of": as_of_json(view.at), "basis": "reported", "document": str(hash_), **text.to_json()})
    say(text.title, style="bold")
    say(f"Reported, not signed here. Document {hash_}; {text.date or 'date unknown'}.")
    for clause in text.clauses:
        say(f"\n{clause.key}. {clause.heading}\n{clause.text}".replace(". \n", ". "))
        for other in clause.authentic:
            say(f"[{other.language}] {other.text}")
    say()
    for label, value in text.facts:
        say(f"{label}: {value}", style="dim")
    for source in text.sources:
        say(f"source: {source}", style="dim")
    as_of_line(view.at)


def compose(
    basis: Basis = "consented",
    world: World = "real",
    found: Annotated[bool, typer.Option(help="Also look for outcomes that nobody declared or signed.")] = True,
    packages: Annotated[bool, typer.Option(help="Also list packages of outcomes.")] = False,
    limit: Annotated[int, typer.Option(help="Rows shown.")] = 20,
    norms: Norms = False,
    as_of: AsOfBlock = None,
    at: AtTime = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """Candidate norms: the outcomes that several agreements share, strongest first."""
    with reading() as workspace:
        view, composition = composed(
            workspace, basis, world, as_of, at, trust, found=found, packages=packages, norms=norms
        )
        if as_json:
            return print_json(composition.document())
        shown = [row.key for row in composition.rows if row.stands]
        mark = {"reported": "reported by observers, signed by nobody here", "consented": "consented to here"}[basis]
        table(
            f"Outcomes shared by at least two independent agreements ({mark}; {world})",
            ("", "outcome", "agreements", "parties", "regions", "pairs bound"),
            outcome_rows(composition, shown[:limit]),
            numbers=("", "agreements"),
        )
        say(f"{len(shown)} outcomes; derivation {composition.derivation.hash}.", style="dim")
        as_of_line(view.at)


def candidate(
    key: Annotated[str, typer.Argument(help="A candidate norm's key, an outcome's id, or words of its text.")],
    basis: Basis = "consented",
    world: World = "real",
    norms: Norms = False,
    as_of: AsOfBlock = None,
    at: AtTime = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """One candidate norm: its bracketed draft, its coalition, who undertook it toward whom."""
    with reading() as workspace:
        view, composition = composed(workspace, basis, world, as_of, at, trust, norms=norms)
        found = find_candidate(composition, key)
        if as_json:
            rows = [*composition.result["rows"], *composition.result["packages"]]
            chosen = next(one for one in rows if one["key"] == str(found))
            return print_json({"as_of": as_of_json(view.at), "basis": basis, "world": world, "candidate": chosen})
        show_candidate(composition, found)
        as_of_line(view.at)


def show_candidate(composition: Composition, key: Hash) -> None:
    """Print a candidate norm."""
    row, found = composition.candidate(key), composition.judge(key)
    for outcome, draft in zip(row.outcomes, composition.draft(key), strict=True):
        say(composition.outcomes[outcome].text, style="bold")
        say(f"\n{draft.text}\n")
    names = {actor.key: actor.name for actor in composition.context.parties}
    say(f"{found.parties.value} parties: {', '.join(names[one] for one in row.parties)}.")
    table(
        "Rests on",
        ("agreement", "date", "form", "document"),
        [
            (one.title, one.date or "?", one.form, str(one.id))
            for one in sorted(
                (composition.selection.agreements[id_] for id_ in row.agreements), key=lambda a: (a.date or "", a.id)
            )
        ],
    )
    say()
    for form, shown in (
        ("bilateral", "In the bilateral agreements"),
        ("multi-stakeholder", "In the plurilateral ones"),
    ):
        among = composition.mutuality_in(key, form)
        if among:
            say(f"{shown}: {among.sentence}")
    say(f"Taken together: {found.mutuality.sentence}")
    for conflict in found.conflicts:
        who = ", ".join(names.get(one, one) for one in conflict.parties)
        where = composition.selection.agreements[conflict.agreement].title
        say(f"Conflict: a clause of {where} asks the opposite, binding {who}.")
    for agreed in row.already_agreed_in:
        say(f"Already agreed by all of them in {composition.selection.agreements[agreed].title}.")
    say(f"Key {key}", style="dim")


def norms(as_of: AsOfBlock = None, at: AtTime = None, as_json: AsJson = False) -> None:
    """Published norms and the stances on them."""
    with reading() as workspace:
        view = view_of(workspace, as_of, at)
        rows = []
        for one in view.norms.values():
            endorsing = [stance for stance in one.stances if stance.kind is ActKind.ENDORSEMENT]
            rows.append((one, len(endorsing), len(one.stances) - len(endorsing)))
        if as_json:
            return print_json(
                {
                    "as_of": as_of_json(view.at),
                    "norms": [
                        {"id": str(one.id), "title": one.title, "endorsed_by": pro, "opposed_by": contra}
                        for one, pro, contra in rows
                    ],
                }
            )
        table(
            "Published norms",
            ("title", "world", "endorsed by", "opposed by", "id"),
            [
                (one.title, one.document.world if one.document else "?", str(pro), str(contra), str(one.id))
                for one, pro, contra in rows
            ],
            numbers=("endorsed by", "opposed by"),
        )
        as_of_line(view.at)


_GROUPINGS: tuple[Grouping, ...] = ("kind", "region")


def norm(name: str, as_of: AsOfBlock = None, at: AtTime = None, as_json: AsJson = False) -> None:
    """One published norm: its text and who stands where."""
    with reading() as workspace:
        view = view_of(workspace, as_of, at)
        one = view.norm(name)
        bridging = {groups: consensus_on(one, view.parties.values(), groups) for groups in _GROUPINGS}
        if as_json:
            return print_json(
                {
                    "as_of": as_of_json(view.at),
                    "id": str(one.id),
                    "document": one.document.to_json() if one.document else None,
                    "stances": [
                        {
                            "party": str(stance.party),
                            "name": view.parties[stance.party].name,
                            "stance": stance.kind.term,
                            "act": str(stance.act.digest),
                            "block": stance.act.recorded.block,
                            "reason": view.statement(stance.act.act.content),
                        }
                        for stance in one.stances
                    ],
                    "bridging": {groups: plain(found) for groups, found in bridging.items()},
                    "anchored": {
                        "at_least": len(one.anchored),
                        "digests": [str(anchored.digest) for anchored in one.anchored],
                        "leaves_missing": [str(act.act.content) for act in one.anchors_missing],
                    },
                    "acts": _acts_json(view, one.acts),
                }
            )
        say(one.title, style="bold")
        say(one.document.text if one.document else "Its text is not at hand; fetch it by its hash.")
        table(
            "Stances",
            ("party", "kind", "stance", "reason", "block", "act"),
            [
                (
                    view.parties[stance.party].name,
                    view.parties[stance.party].kind,
                    stance.kind.term,
                    view.statement(stance.act.act.content) or "",
                    str(stance.act.recorded.block),
                    str(stance.act.digest),
                )
                for stance in one.stances
            ],
            numbers=("block",),
        )
        for groups, found in bridging.items():
            say(_told(groups, found))
        if one.anchored:
            say(f"Anchored, not recorded one by one: at least {len(one.anchored)} more to endorse it.")
        for act in one.anchors_missing:
            say(f"The endorsements anchored by root {act.act.content} are not at hand and count nothing.")
        as_of_line(view.at)


def _told(groups: str, found: Consensus) -> str:
    """Bridging in one line: the value as an exact fraction, its factors, and who was not heard."""
    if found.value is None:
        return f"By {groups}: nobody has taken a stance."
    factors = ", ".join(
        f"{one.group} {one.agree} for and {one.disagree} against ({one.value})" for one in found.factors if one.seen
    )
    silent = f"; not heard: {', '.join(found.empty)}" if found.empty else ""
    return f"By {groups}, group-aware consensus {found.value}: {factors}{silent}."


def composed(
    workspace: Workspace,
    basis: str,
    world: str,
    as_of: str | None,
    at: str | None,
    trust: Path | None,
    *,
    found: bool = True,
    packages: bool = False,
    norms: bool = False,
) -> tuple[View, Composition]:
    """What the options of a reading command ask to compose, as of which view."""
    one_of(basis, ("consented", "reported"), "--basis")
    one_of(world, ("real", "exercise"), "--world")
    view = view_of(workspace, as_of, at)
    parameters = Parameters(found=found, packages=packages)
    composition = workspace.compose(
        view, cast(record.Basis, basis), cast(record.World, world), policy_of(workspace, trust), parameters, norms=norms
    )
    return view, composition


def find_candidate(composition: Composition, name: str) -> Hash:
    """The key of the one candidate that a key, an outcome's id or words of its text name."""
    rows = [
        row
        for row in (*composition.rows, *composition.packages)
        if name == str(row.key)
        or (len(row.outcomes) == 1 and name == str(row.outcomes[0]))
        or (len(row.outcomes) == 1 and name.lower() in composition.outcomes[row.outcomes[0]].text.lower())
    ]
    if not rows:
        raise NotFound("candidate norm", name, "`normledger compose` lists them")
    if len(rows) > 1:
        texts = "; ".join(short(composition.outcomes[row.outcomes[0]].text, 60) for row in rows[:5])
        raise InputError(f"{len(rows)} outcomes hold the words {name!r}; say more of one of them: {texts}")
    return rows[0].key


def _clause_count(agreement: AgreementView) -> int | str:
    return len(agreement.document.clauses) if agreement.document else "?"


def _party_json(one: Party) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "name": one.name,
        "kind": one.kind,
        "identifier": one.identifier,
        "world": one.world,
        "region": one.region,
        "account": str(one.account),
        "block": one.recorded.block,
        "identifiers": list(one.identifiers),
        "former_accounts": [str(tenure.account) for tenure in one.tenures[:-1]],
        "powers": [_powers_json(powers) for powers in one.powers],
    }


def _powers_row(view: View, one: Powers) -> tuple[str, ...]:
    given = one.terms
    state = "ended" if one.ended else "stand" if one.stand(view.at.time) else "run out"
    on = "everything" if given.subject == ZERO else view.names.get(given.subject, str(given.subject))
    kinds = ", ".join(kind.term for kind in sorted(given.kinds))
    return str(given.representative), on, kinds, moment(given.until), state


def _powers_json(one: Powers) -> dict[str, Any]:
    return {
        "representative": str(one.terms.representative),
        "subject": str(one.terms.subject),
        "kinds": [kind.term for kind in sorted(one.terms.kinds)],
        "until": str(one.terms.until),
        "act": str(one.granted.digest),
        "ended_by": str(one.ended.digest) if one.ended else None,
    }


def _agreement_json(view: View, one: AgreementView) -> dict[str, Any]:
    status = one.status
    return {
        "basis": "consented",
        "id": str(one.id),
        "document": str(one.terms.document),
        "title": one.title,
        "fault": one.fault,
        "block": one.recorded.block,
        "in_effect_since": moment(status.in_effect_since) if status and status.in_effect_since else None,
        "bound": [str(bound.party) for bound in status.bound] if status else None,
        "awaiting": [str(party_id) for party_id in status.awaiting] if status else None,
        "withdrawn": [str(gone) for gone in status.withdrawn] if status else None,
    }


def _acts_json(view: View, acts: tuple[RecordedAct, ...]) -> list[dict[str, Any]]:
    return [
        {
            "digest": str(act.digest),
            "kind": act.act.kind.term,
            "party": str(act.act.party),
            "name": view.parties[act.act.party].name,
            "number": str(act.act.number),
            "account": str(act.signer),
            "represented": act.represented,
            "proven_by": "signature" if act.proven else "contract",
            "block": act.recorded.block,
            "transaction": str(act.recorded.transaction),
            "text": view.statement(act.act.content),
        }
        for act in acts
    ]
