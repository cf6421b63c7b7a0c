"""Commands of a ceremony: open one on a draft, sign in it, see who has signed. Over HTTP the same go by its link."""

import time
from pathlib import Path
from typing import Annotated

import typer

from normledger.acts.signature import sign as sign_digest
from normledger.cli.acting import representative
from normledger.cli.options import AsJson, AsParty, ByKey, acting, reading
from normledger.cli.rendering import moment, print_json, say, table
from normledger.documents.canonical import parse_json
from normledger.documents.document import Agreement
from normledger.documents.document_reader import read_document
from normledger.errors import InputError, NotFound, Refused
from normledger.identifiers import Hash
from normledger.relay.ceremonies import Ceremony
from normledger.workspace import Workspace

ceremony = typer.Typer(help="A draft that circulates until all its founders have signed.", no_args_is_help=True)

Token = Annotated[str, typer.Argument(metavar="LINK", help="The ceremony's link, or the word at its end.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(ceremony, name="ceremony")


@ceremony.command("open")
def open_(
    draft: Annotated[str, typer.Argument(metavar="FILE|HASH", help="The agreement's document, or one that is kept.")],
    days: Annotated[int, typer.Option(help="For how many days it stays open.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Open a ceremony on a draft agreement; whoever has its link sees it and may sign."""
    with acting() as workspace:
        text = _draft(workspace, draft)
        view, now = workspace.newest(), int(time.time())
        token = workspace.ceremonies.open(view, text, days, now)
        opened = workspace.ceremonies.read(view, token, now)
    if as_json:
        return print_json({"link": f"/ceremonies/{token}", "document": str(text.hash), "ends": moment(opened.ends)})
    say(f"“{text.title}” circulates until {moment(opened.ends)}. Keep its link, nobody can find it again:")
    say(f"/ceremonies/{token}")


@ceremony.command("sign")
def sign(
    token: Token,
    party: AsParty,
    subject_to_ratification: Annotated[bool, typer.Option(help="Subject to ratification (VCLT article 14).")] = False,
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """Sign in a ceremony with a key of this workspace; the last signature has all of them recorded at once."""
    token = _word(token)
    with acting() as workspace:
        view, now = workspace.newest(), int(time.time())
        prepared = workspace.ceremonies.prepare(
            view,
            token,
            party,
            now,
            subject_to_ratification=subject_to_ratification,
            by=representative(workspace, by),
        )
        signature = sign_digest(prepared.digest, workspace.key_of(prepared.statement.account))
        workspace.ceremonies.sign(
            view, token, prepared.typed_data, f"0x{signature.hex()}", now,
            lambda typed_data, signed, texts: workspace.submit(typed_data, signed, texts, view=view),
        )  # fmt: skip
        workspace.carry()
        done, after = workspace.submission(prepared.digest), _state(workspace, token)
    if done.status == "refused":
        raise Refused(done.reason or "The contracts refuse the signature.")
    if as_json:
        return print_json({"digest": str(done.digest), "status": done.status, "block": done.block})
    say(prepared.sentence)
    awaited = ", ".join(one.founder.name for one in after.awaited)
    say(f"Recorded with all others in block {done.block}." if done.block else f"Kept. Still awaited: {awaited}.")


@ceremony.command("show")
def show(token: Token, as_json: AsJson = False) -> None:
    """Who has signed in a ceremony, and who is awaited."""
    with reading() as workspace:
        found = _state(workspace, _word(token))
    if as_json:
        return print_json(
            {
                "title": found.text.title,
                "document": str(found.text.hash),
                "agreement": str(found.agreement),
                "ends": moment(found.ends),
                "over": found.over,
                "recorded": found.recorded,
                "signatories": [
                    {
                        "party": str(one.founder.id),
                        "name": one.founder.name,
                        "state": one.state,
                        "digest": str(one.digest) if one.digest else None,
                        "reason": one.reason,
                    }
                    for one in found.signatories
                ],
            }
        )
    rows = [
        (one.founder.name, one.state if one.registered else "awaited; not registered yet", one.reason or "")
        for one in found.signatories
    ]
    table(found.text.title, ("party", "signature", ""), rows)
    told = (
        "All is recorded." if found.recorded else "It is over." if found.over else f"Open until {moment(found.ends)}."
    )
    say(told)


def _state(workspace: Workspace, token: str) -> Ceremony:
    return workspace.ceremonies.read(workspace.newest(), token, int(time.time()))


def _word(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


def _draft(workspace: Workspace, draft: str) -> Agreement:
    path = Path(draft)
    try:
        if path.is_file():
            document = read_document(parse_json(path.read_bytes(), source=draft))
        elif (kept := workspace.store.read(Hash.parse(draft))) is not None:
            document = kept
        else:
            raise NotFound("agreement text", draft, "give its file, or the hash of one that was imported")
    except InputError as error:
        raise error.at(source=draft) from None
    if not isinstance(document, Agreement):
        raise InputError('this is not an agreement; give a document with "type": "agreement"', source=draft)
    return document
