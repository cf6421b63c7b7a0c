"""Commands that ask on from a composition: explore, compare, emergence, draft, resolve. They sign nothing."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from normledger.acts.act import ActKind
from normledger.cli.options import AsJson, AsOfBlock, AtTime, Basis, Norms, Trust, World, one_of, reading
from normledger.cli.reading import composed, find_candidate
from normledger.cli.rendering import as_of_json, as_of_line, print_json, say, short, table
from normledger.composition import emergence as life
from normledger.composition.comparison import Side, norm_side, side
from normledger.composition.comparison import compare as compare_sides
from normledger.composition.draft import Draft
from normledger.composition.draft_forms import akoma_ntoso, html, plain_text, sources_of
from normledger.composition.explore import Change, closing, one_clause_away, what_if, whom_to_invite
from normledger.composition.resolution import Bracket, Choice, brackets, turned, whole
from normledger.composition.resolution import resolve as resolve_draft
from normledger.composition.result import Composition, plain
from normledger.documents.canonical import parse_json
from normledger.documents.document import Norm
from normledger.errors import InputError, NotFound
from normledger.identifiers import Hash, OutcomeId
from normledger.ledger.queries import View

Key = Annotated[
    str, typer.Argument(metavar="CANDIDATE", help="A candidate norm's key, an outcome's id, or words of its text.")
]
Packages = Annotated[bool, typer.Option(help="Follow packages of outcomes too.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (explore, compare, emergence, draft, resolve):
        app.command()(command)


def explore(
    key: Key,
    sign: Annotated[
        list[str] | None,
        typer.Option(metavar="PARTY=CLAUSE", help="What if PARTY consented to this clause, or to all of an agreement."),
    ] = None,
    leave: Annotated[
        list[str] | None,
        typer.Option(metavar="PARTY=CLAUSE", help="What if PARTY withdrew from it, or from a whole agreement."),
    ] = None,
    limit: Annotated[int, typer.Option(help="Lines of each answer.")] = 10,
    packages: Packages = False,
    basis: Basis = "consented",
    world: World = "real",
    norms: Norms = False,
    as_of: AsOfBlock = None,
    at: AtTime = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """Who is one clause away from a candidate norm, whom to invite, what closes its conflicts; or what if."""
    with reading() as workspace:
        view, composition = composed(workspace, basis, world, as_of, at, trust, packages=packages, norms=norms)
        found = find_candidate(composition, key)
        if sign or leave:
            consents = [_step(composition, one, "--sign") for one in sign or ()]
            withdrawals = [_step(composition, one, "--leave") for one in leave or ()]
            changes = what_if(composition, consents, withdrawals)
            if as_json:
                return print_json({"as_of": as_of_json(view.at), "changes": plain(changes)})
            _show_changes(composition, changes, limit)
            return as_of_line(view.at)
        near, invited = one_clause_away(composition, found, limit), whom_to_invite(composition, found, limit)
        conflicts = composition.judge(found).conflicts
        closings = [(conflict, closing(composition, found, conflict)) for conflict in conflicts]
        if as_json:
            return print_json(
                {
                    "as_of": as_of_json(view.at),
                    "candidate": str(found),
                    "one_clause_away": plain(near),
                    "whom_to_invite": plain(invited),
                    "closing": [
                        {"conflict": plain(conflict), "clauses": plain(ways[:limit])} for conflict, ways in closings
                    ],
                }
            )
        names, titles = _names(composition), _titles(composition)
        table(
            "One clause away, by what the step would change",
            ("party", "by a clause of", "outcomes", "packages", "pairs", "new"),
            [
                (
                    names[one.party],
                    titles[one.agreement] if one.joins else f"a new text in the words of {titles[one.agreement]}",
                    str(one.outcomes),
                    str(one.packages),
                    str(one.pairs),
                    ", ".join(part for part in (one.new_region, one.new_kind) if part),
                )
                for one in near
            ],
            numbers=("outcomes", "packages", "pairs"),
        )
        say()
        table(
            "Whom to invite",
            ("party", "to", "agreements with members", "outcomes in common", "new"),
            [
                (
                    names[one.party],
                    titles[one.agreement],
                    str(len(one.agreements)),
                    str(len(one.shared)),
                    ", ".join(part for part in (one.new_region, one.new_kind) if part),
                )
                for one in invited
            ],
            numbers=("agreements with members", "outcomes in common"),
        )
        for conflict, ways in closings:
            say(f"\nConflict: a clause of {titles[conflict.agreement]} asks the opposite.")
            for way in ways[:limit]:
                who = ", ".join(names.get(party, party) for party in way.parties)
                left = f"; {len(way.left)} of them stay in conflict by other clauses" if way.left else ""
                text = short(composition.selection.clauses[way.clause][0].text, 70)
                say(f"  closed if {who} gave up “{text}” of {titles[way.agreement]}{left}.")
        as_of_line(view.at)


def compare(
    one: Annotated[str, typer.Argument(help="A party, an agreement, a published norm or a candidate norm.")],
    other: Annotated[str, typer.Argument(help="Another one.")],
    basis: Basis = "consented",
    world: World = "real",
    norms: Norms = False,
    as_of: AsOfBlock = None,
    at: AtTime = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """Two parties, agreements or norms side by side: outcomes of both, of each alone, and where they are opposed."""
    with reading() as workspace:
        view, composition = composed(workspace, basis, world, as_of, at, trust, norms=norms)
        found = compare_sides(composition, _side(view, composition, one), _side(view, composition, other))
        if as_json:
            return print_json({"as_of": as_of_json(view.at), "comparison": _comparison_json(found)})
        texts = {id_: short(outcome.text, 90) for id_, outcome in composition.outcomes.items()}
        for heading, outcomes in (
            (f"Both {found.one.title} and {found.other.title}", [meeting.outcome for meeting in found.both]),
            (f"{found.one.title} only", found.only_one),
            (f"{found.other.title} only", found.only_other),
            ("One for it, one against it", found.opposed),
            (f"{found.one.title} toward {found.other.title}", found.toward[0]),
            (f"{found.other.title} toward {found.one.title}", found.toward[1]),
        ):
            if outcomes:
                say(f"{heading} ({len(outcomes)})", style="bold")
                for outcome in outcomes:
                    say(f"  {texts.get(outcome, str(outcome))}")
        titles, names = _titles(composition), _names(composition)
        if found.agreements:
            say("Agreements of both: " + ", ".join(titles[id_] for id_ in found.agreements) + ".")
        if found.parties and "party" not in (found.one.sort, found.other.sort):
            say(f"{len(found.parties)} parties of both: " + ", ".join(names[key] for key in found.parties) + ".")
        as_of_line(view.at)


def emergence(
    key: Key,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Write the chart there.")] = None,
    basis: Basis = "consented",
    world: World = "real",
    norms: Norms = False,
    as_of: AsOfBlock = None,
    at: AtTime = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """The life of a candidate norm by its acts' own dates: first bilateral, second, plurilateral, setbacks."""
    with reading() as workspace:
        view, composition = composed(workspace, basis, world, as_of, at, trust, norms=norms)
        found = find_candidate(composition, key)
        told = life.emergence(composition, found)
        if svg is not None:
            svg.write_text(life.svg(told, composition), encoding="utf-8")
        if as_json:
            return print_json({"as_of": as_of_json(view.at), "basis": basis, "world": world, "life": plain(told)})
        say(told.title, style="bold")
        for line in life.sentences(told, composition):
            say(line)
        table(
            "Bound, by the day",
            ("day", "parties", "agreements"),
            [(point.date, str(len(point.parties)), str(len(point.agreements))) for point in told.points],
            numbers=("parties", "agreements"),
        )
        if told.undated:
            say(f"{len(told.undated)} acts that count have no date and are not drawn.")
        if svg is not None:
            say(f"Chart written to {svg}.")
        as_of_line(view.at)


def draft(
    key: Key,
    format_: Annotated[str, typer.Option("--format", help="text, html or akn (Akoma Ntoso 3.0).")] = "text",
    basis: Basis = "consented",
    world: World = "real",
    norms: Norms = False,
    as_of: AsOfBlock = None,
    at: AtTime = None,
    trust: Trust = None,
) -> None:
    """A candidate norm's bracketed draft with the sources of each fragment, on standard output."""
    one_of(format_, ("text", "html", "akn"), "--format")
    with reading() as workspace:
        view, composition = composed(workspace, basis, world, as_of, at, trust, norms=norms)
        found = find_candidate(composition, key)
        one, sources, names = whole(composition.draft(found)), sources_of(composition, found), _names(composition)
        if format_ == "html":
            typer.echo(html(one, sources, names), nl=False)
        elif format_ == "akn":
            day = datetime.fromtimestamp(view.at.time, UTC).date().isoformat()
            title = " · ".join(composition.outcomes[id_].text for id_ in composition.candidate(found).outcomes)
            typer.echo(akoma_ntoso(one, sources, names, name=found, title=title, date=day), nl=False)
        else:
            typer.echo(plain_text(one, sources, names), nl=False)


def resolve(
    key: Key,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the norm's document is written.")],
    title: Annotated[str, typer.Option("--title", help="The norm's title.")] = "",
    choices: Annotated[
        Path | None, typer.Option("--choices", metavar="FILE", help="Choices by bracket, in place of being asked.")
    ] = None,
    basis: Basis = "consented",
    world: World = "real",
    norms: Norms = False,
    as_of: AsOfBlock = None,
    at: AtTime = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """Choose one wording for each bracket of a draft; the clean text is written as a norm, ready for `publish`."""
    with reading() as workspace:
        view, composition = composed(workspace, basis, world, as_of, at, trust, norms=norms)
        found = find_candidate(composition, key)
        one, candidate = whole(composition.draft(found)), composition.candidate(found)
        given = _choices(choices) if choices else _ask(one, _names(composition))
        done = resolve_draft(one, given)
        name = title or (typer.prompt("Title of the norm") if choices is None else "")
        if not name.strip():
            raise InputError("a norm has a title; add --title", field="--title")
        norm = Norm(name.strip(), done.text, tuple(sorted(candidate.outcomes)), composition.record.world)
        try:
            out.write_text(json.dumps(norm.to_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise InputError(f"the file can't be written ({error.strerror}); check the path", source=str(out)) from None
        if as_json:
            return print_json(
                {
                    "as_of": as_of_json(view.at),
                    "candidate": str(found),
                    "norm": str(norm.hash),
                    "file": str(out),
                    "resolution": done.record(),
                }
            )
        say(f"\n{done.text}\n")
        if turned(one, done):
            say("Beware: this text asks something else than each of its clauses does (to do, not to do, or may).")
        say(f"Written to {out}; its id will be {norm.hash}.")
        say(f"Read it once more, then sign it: normledger publish {out} --as PARTY --basis {basis}")
        as_of_line(view.at)


def _ask(one: Draft, names: Mapping[str, str]) -> dict[str, Choice]:
    """Walk a person through the brackets that are open, one at a time; Enter takes the best supported wording."""
    say(one.text)
    taken: dict[str, Choice] = {}
    while True:
        waiting = [bracket for bracket in brackets(one, taken) if bracket.place not in taken]
        if not waiting:
            return taken
        taken[waiting[0].place] = _ask_one(waiting[0], names)


def _ask_one(bracket: Bracket, names: Mapping[str, str]) -> Choice:
    say(f"\nBracket {bracket.place}", style="bold")
    if bracket.before or bracket.after:
        say(f"{bracket.before} […] {bracket.after}".strip())
    for number, alternative in enumerate(bracket.alternatives, start=1):
        who = [names.get(party, party) for party in alternative.parties]
        shown = ", ".join(who[:6]) + (f" and {len(who) - 6} more" if len(who) > 6 else "")
        say(f"  {number}. {alternative.text or '(leave it out)'}" + (f"   [{shown}]" if shown else ""))
    count = len(bracket.alternatives)
    while True:
        answer = str(typer.prompt(f"1 to {count}, or a wording of your own", default="1")).strip()
        if not answer.isdigit():
            return answer
        if 1 <= int(answer) <= count:
            return int(answer)
        say(f"There are {count} alternatives.")


def _choices(path: Path) -> dict[str, Choice]:
    """Choices from a JSON object: place to number, or to a wording of one's own."""
    source = str(path)
    try:
        data = parse_json(path.read_bytes(), source=source)
    except OSError:
        raise InputError("there is no such file; check the path", source=source) from None
    if not isinstance(data, dict):
        raise InputError('choices are a JSON object, such as {"1.1.1": 2}', source=source)
    for place, choice in data.items():
        if isinstance(choice, bool) or not isinstance(choice, int | str):
            raise InputError("a choice is a number or a wording of one's own", source=source, field=place)
    return data


def _step(composition: Composition, text: str, option: str) -> tuple[str, Hash]:
    """``PARTY=CLAUSE``: a party's key or name; a clause's id, an agreement's id or title, or ``TITLE#KEY``."""
    who, equals, what = text.rpartition("=")
    if not equals:
        raise InputError(f"{text!r} is no step; write PARTY=CLAUSE", field=option)
    return _party(composition, who.strip()), _place(composition, what.strip(), option)


def _party(composition: Composition, name: str) -> str:
    actors = composition.record.actors
    matches = [one.key for one in actors if name == one.key or one.key.endswith(f":{name}")]
    matches = matches or [one.key for one in actors if name == one.name]
    if not matches:
        raise NotFound("party", name, "name one that the composition knows, by its key or name")
    if len(matches) > 1:
        raise InputError(f"{len(matches)} parties are called {name!r}; name one by its key: {', '.join(matches)}")
    return matches[0]


def _place(composition: Composition, name: str, option: str) -> Hash:
    agreements = composition.selection.agreements
    title, mark, key = name.rpartition("#")
    if not mark:
        title = name
    for id_, agreement in agreements.items():
        if title in (str(id_), agreement.title):
            if not mark:
                return id_
            for clause in agreement.clauses:
                if clause.key == key:
                    return clause.id
            keys = ", ".join(clause.key for clause in agreement.clauses)
            raise InputError(f"{agreement.title!r} has no clause {key!r}; it has {keys}", field=option)
    if name.startswith("0x"):
        return Hash.parse(name)
    raise NotFound("clause or agreement", name, "write an id, a title, or TITLE#KEY")


def _side(view: View, composition: Composition, name: str) -> Side:
    """What a person named: whatever `composition` knows by its key, or by a name or title; else a published norm."""
    for norm in view.norms.values():
        if name in (str(norm.id), norm.title) and norm.document is not None:
            endorsing = [str(one.party) for one in norm.stances if one.kind is ActKind.ENDORSEMENT]
            return norm_side(norm.id, norm.title, (OutcomeId(one) for one in norm.document.outcomes), endorsing)
    for id_, agreement in composition.selection.agreements.items():
        if agreement.title == name:
            return side(composition, str(id_))
    try:
        return side(composition, _party(composition, name))
    except NotFound:
        pass
    try:
        return side(composition, name)
    except NotFound:
        return side(composition, str(find_candidate(composition, name)))


def _show_changes(composition: Composition, changes: tuple[Change, ...], limit: int) -> None:
    names = _names(composition)
    rows = []
    for one in changes[:limit]:
        moved = [f"+ {names[key]}" for key in one.joined] + [f"− {names[key]}" for key in one.left]
        rows.append(
            (
                one.turn,
                short(" · ".join(composition.outcomes[id_].text for id_ in one.outcomes), 80),
                f"{one.before.parties} → {one.after.parties}",
                f"{one.before.independent} → {one.after.independent}",
                f"{one.before.pairs} → {one.after.pairs}",
                ", ".join(moved[:4]) + (" …" if len(moved) > 4 else ""),
            )
        )
    table(
        "What would change",
        ("", "outcome", "parties", "agreements", "pairs", "who"),
        rows,
        numbers=("parties", "agreements", "pairs"),
    )
    say(f"{len(changes)} rows and packages would change.")


def _comparison_json(found: Any) -> dict[str, Any]:
    def sided(one: Side) -> dict[str, Any]:
        return {"sort": one.sort, "name": one.name, "title": one.title}

    return {
        "one": sided(found.one),
        "other": sided(found.other),
        **{
            name: plain(getattr(found, name))
            for name in ("both", "only_one", "only_other", "opposed", "agreements", "parties", "toward")
        },
    }


def _names(composition: Composition) -> dict[str, str]:
    return {actor.key: actor.name for actor in composition.record.actors}


def _titles(composition: Composition) -> dict[Hash, str]:
    return {id_: agreement.title for id_, agreement in composition.selection.agreements.items()}
