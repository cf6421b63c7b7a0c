"""Commands by which a party acts: each prepares an act, signs it with a key of this workspace, and relays it."""

import json
from pathlib import Path
from typing import Annotated, cast

import typer

from normledger.acts.act import Act, ActKind, Contract, stances_on
from normledger.acts.signature import sign as sign_digest
from normledger.acts.typed_data import KINDS_OF
from normledger.cli.evidence import write_at_signing
from normledger.cli.offline import sign_file
from normledger.cli.options import AsJson, AsParty, ByKey, Norms, Trust, acting, one_of, policy_of
from normledger.cli.rendering import print_json, say
from normledger.composition.record import Basis
from normledger.composition.result import Parameters
from normledger.documents.canonical import parse_json
from normledger.documents.document import Agreement, Norm
from normledger.documents.document_reader import read_document
from normledger.errors import InputError, NotFound, Refused
from normledger.identifiers import ZERO, Address, Digest, Hash
from normledger.ledger.queries import View, terms_of
from normledger.relay.preparation import Prepared
from normledger.workspace import Workspace

AgreementName = Annotated[str, typer.Argument(metavar="AGREEMENT", help="Id, document hash or title.")]
Text = Annotated[str | None, typer.Option("--text", help="The statement's text.")]
Clause = Annotated[str, typer.Option("--clause", help="The clause's number in the text.")]
Evidence = Annotated[
    Path | None, typer.Option("--evidence", metavar="FILE", help="Write the evidence of it at once: nodes soon forget.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (
        sign,
        ratify,
        accept,
        approve,
        accede,
        invite,
        reserve,
        declare,
        withdraw,
        terminate,
        act,
        publish,
        endorse,
    ):
        app.command()(command)
    app.command("object")(object_)


def sign(
    agreement: Annotated[
        str | None, typer.Argument(metavar="[AGREEMENT]", help="Id, document hash or title.", show_default=False)
    ] = None,
    party: Annotated[str | None, typer.Option("--as", metavar="PARTY", help="The party that signs.")] = None,
    subject_to_ratification: Annotated[bool, typer.Option(help="Subject to ratification (VCLT article 14).")] = False,
    now: Annotated[
        bool, typer.Option("--now", help="Open it with this signature, without waiting for the others.")
    ] = False,
    by: ByKey = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Sign this typed data, of any act, offline.")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", metavar="KEY", help="With --file: a keystore, a key's file, or a key's name.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="With --file: where the signature goes.")
    ] = None,
    evidence: Evidence = None,
    as_json: AsJson = False,
) -> None:
    """Sign an agreement as a founder; or, with --file, any prepared act on a machine without a network."""
    if file is not None or key is not None:
        if file is None or key is None or agreement or party:
            raise typer.BadParameter("take --file with --key, and neither AGREEMENT nor --as")
        return sign_file(file, key, out, as_json)
    if agreement is None or party is None:
        raise typer.BadParameter("name an AGREEMENT and --as PARTY, or --file and --key")
    if evidence is not None and subject_to_ratification:
        raise InputError("consent follows with the ratification; ask for its evidence then", field="--evidence")
    with acting() as workspace:
        document = _text_of(workspace, agreement)
        kind = ActKind.SIGNATURE_SUBJECT_TO_RATIFICATION if subject_to_ratification else ActKind.SIGNATURE
        signer = workspace.newest().party(party)
        prepared = workspace.prepare(
            kind, terms_of(document).id, signer.id, content=document.hash, by=representative(workspace, by)
        )
        workspace.submit_own(prepared, workspace.key_of(prepared.statement.account))
        workspace.carry(one_by_one=now)
        done = workspace.submission(prepared.digest)
        if done.status == "refused":
            raise Refused(done.reason or "The contracts refuse the signature.")
        written = _prove(workspace, prepared, evidence) if evidence and done.block else []
    if as_json:
        told: dict[str, object] = {"digest": str(done.digest), "status": done.status, "block": done.block}
        return print_json(told | ({"evidence": [str(path) for path in written]} if evidence else {}))
    say(prepared.sentence)
    say(f"Recorded in block {done.block}." if done.block else "Kept; it is recorded once all founders have signed.")
    for path in written:
        say(f"Evidence written to {path}.")
    if evidence and not done.block:
        say("Evidence can be made once it is recorded: `normledger evidence consent`.")


def ratify(
    agreement: AgreementName, party: AsParty, by: ByKey = None, evidence: Evidence = None, as_json: AsJson = False
) -> None:
    """Ratify an agreement that was signed subject to ratification (VCLT article 14)."""
    _act(ActKind.RATIFICATION, agreement, party, as_json, by=by, evidence=evidence)


def accept(
    agreement: AgreementName, party: AsParty, by: ByKey = None, evidence: Evidence = None, as_json: AsJson = False
) -> None:
    """Express consent by acceptance (VCLT article 14)."""
    _act(ActKind.ACCEPTANCE, agreement, party, as_json, by=by, evidence=evidence)


def approve(
    agreement: AgreementName, party: AsParty, by: ByKey = None, evidence: Evidence = None, as_json: AsJson = False
) -> None:
    """Express consent by approval (VCLT article 14)."""
    _act(ActKind.APPROVAL, agreement, party, as_json, by=by, evidence=evidence)


def accede(
    agreement: AgreementName,
    party: AsParty,
    text: Text = None,
    by: ByKey = None,
    evidence: Evidence = None,
    as_json: AsJson = False,
) -> None:
    """Accede to an agreement that is open, or to which one was invited (VCLT article 15)."""
    _act(ActKind.ACCESSION, agreement, party, as_json, by=by, text=text, evidence=evidence)


def invite(agreement: AgreementName, guest: str, party: AsParty, by: ByKey = None, as_json: AsJson = False) -> None:
    """Invite a party to accede."""
    with acting() as workspace:
        view = workspace.newest()
        prepared = _prepare(
            workspace, view, ActKind.INVITATION, agreement, party, refers_to=view.party(guest).id, by=by
        )
        carry(workspace, prepared, as_json)


def reserve(
    agreement: AgreementName,
    clause: Clause,
    party: AsParty,
    text: Text = None,
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """Make a reservation to a clause (VCLT article 19)."""
    if not text:
        raise InputError("a reservation says what it excludes or modifies; add --text", field="--text")
    _act(ActKind.RESERVATION, agreement, party, as_json, by=by, clause=clause, text=text)


def object_(
    agreement: AgreementName,
    to: Annotated[str, typer.Option("--to", help="The reservation's digest.")],
    party: AsParty,
    text: Text = None,
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """Object to a reservation of another party (VCLT article 20)."""
    _act(ActKind.OBJECTION, agreement, party, as_json, by=by, refers_to=to, text=text)


def declare(
    agreement: AgreementName, party: AsParty, text: Text = None, by: ByKey = None, as_json: AsJson = False
) -> None:
    """Make a declaration on an agreement."""
    if not text:
        raise InputError("a declaration has a text; add --text", field="--text")
    _act(ActKind.DECLARATION, agreement, party, as_json, by=by, text=text)


def withdraw(
    agreement: AgreementName,
    party: AsParty,
    act: Annotated[str | None, typer.Option("--act", help="Only this act (its digest), not one's consent.")] = None,
    text: Text = None,
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw one's consent to an agreement (VCLT articles 54 and 56), or one act on it."""
    _act(ActKind.WITHDRAWAL, agreement, party, as_json, by=by, refers_to=act, text=text)


def terminate(
    agreement: AgreementName, party: AsParty, text: Text = None, by: ByKey = None, as_json: AsJson = False
) -> None:
    """Agree to terminate an agreement; it ends once all its parties have (VCLT article 54 b)."""
    _act(ActKind.TERMINATION, agreement, party, as_json, by=by, text=text)


def act(
    kind: Annotated[str, typer.Argument(help="provisional-application, amendment, correction, succession …")],
    agreement: AgreementName,
    party: AsParty,
    to: Annotated[
        str | None,
        typer.Option("--to", help="What it names: an act's digest, a party, an agreement."),
    ] = None,
    document: Annotated[
        str | None, typer.Option("--document", metavar="HASH", help="The new text, of an amendment or correction.")
    ] = None,
    clause: Annotated[str | None, typer.Option("--clause", help="The clause's number in the text.")] = None,
    text: Text = None,
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """State an act of any kind on an agreement, those that have no command of their own too."""
    kinds = {one.term.replace(" ", "-"): one for one in KINDS_OF[Contract.AGREEMENT_LEDGER] if one in _PARTIES_ACTS}
    if kind not in kinds:
        raise InputError(f"{kind!r} is no act on an agreement; there are {', '.join(kinds)}", field="kind")
    if document is not None and text is not None:
        raise InputError("take one of --document and --text", field="--document")
    with acting() as workspace:
        view = workspace.newest()
        named = None if to is None else _named(view, to)
        prepared = _prepare(
            workspace, view, kinds[kind], agreement, party, clause=clause, refers_to=named, text=text, by=by,
            content=None if document is None else Hash.parse(document),
        )  # fmt: skip
        carry(workspace, prepared, as_json)


_PARTIES_ACTS = [kind for kind in ActKind if ActKind.RATIFICATION <= kind <= ActKind.SUCCESSION]


def _named(view: View, name: str) -> Hash:
    """The id of a party or an agreement of this name, or the hash that it is."""
    for find in (view.party, view.agreement):
        try:
            return Hash(find(name).id)
        except NotFound:
            continue
    return Hash.parse(name)


def publish(
    norm: Annotated[str, typer.Argument(metavar="FILE", help="The norm's document: clean text with its outcomes.")],
    party: AsParty,
    basis: Annotated[str, typer.Option(help="Basis of the derivation: consented or reported.")] = "consented",
    norms: Norms = False,
    trust: Trust = None,
    by: ByKey = None,
    as_json: AsJson = False,
) -> None:
    """Publish a norm, with a derivation made now as its evidence."""
    with acting() as workspace:
        try:
            document = read_document(parse_json(Path(norm).read_bytes(), source=norm))
        except OSError:
            raise InputError("there is no such file; check the path", source=norm) from None
        except InputError as error:
            raise error.at(source=norm) from None
        if not isinstance(document, Norm):
            raise InputError('this is not a norm; give a document with "type": "norm"', source=norm, field="type")
        view = workspace.newest()
        signer = view.party(party)
        composition = workspace.compose(
            view,
            cast(Basis, one_of(basis, ("consented", "reported"), "--basis")),
            document.world,
            policy_of(workspace, trust),
            Parameters(packages=False),
            norms=norms,
        )
        missing = [outcome for outcome in document.outcomes if outcome not in composition.outcomes]
        if missing:
            raise Refused(
                f"Outcome {missing[0]} of the norm is not among those composed on this basis; check the norm's "
                "outcomes, --basis and --trust."
            )
        evidence = workspace.keep_derivation(composition)
        workspace.store.put([document])
        prepared = workspace.prepare(
            ActKind.PUBLICATION,
            Hash(document.hash),
            signer.id,
            view=view,
            content=evidence,
            by=representative(workspace, by),
        )
        carry(workspace, prepared, as_json, also={"norm": str(document.hash)})


def endorse(
    named: Annotated[str, typer.Argument(metavar="NORM|AGREEMENT", help="Id or title.")],
    party: AsParty,
    clause: Annotated[str | None, typer.Option("--clause", help="Only this clause of an agreement.")] = None,
    oppose: Annotated[bool, typer.Option("--oppose", help="Oppose it instead.")] = False,
    withdraw_: Annotated[bool, typer.Option("--withdraw", help="Withdraw one's stance.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Sign only, and add it to FILE, to be anchored.")
    ] = None,
    by: ByKey = None,
    evidence: Evidence = None,
    as_json: AsJson = False,
) -> None:
    """Endorse a published norm, or an agreement or clause of others; oppose it, or withdraw one's stance."""
    if evidence is not None and out is not None:
        raise InputError("what is only signed is not recorded yet, so nothing can be proven of it", field="--evidence")
    if oppose and withdraw_:
        raise InputError("take one of --oppose and --withdraw", field="--oppose")
    kind = ActKind.WITHDRAWAL if withdraw_ else ActKind.OPPOSITION if oppose else ActKind.ENDORSEMENT
    with acting() as workspace:
        view = workspace.newest()
        subject, clause_id = _endorsed(view, named, clause)
        if evidence is not None and subject not in view.norms:
            raise InputError("evidence is made of endorsements of norms alone; leave it out", field="--evidence")
        prepared = workspace.prepare(
            kind,
            subject,
            view.party(party).id,
            view=view,
            clause=clause_id,
            text=reason,
            by=representative(workspace, by),
        )
        if out is not None:
            return _keep_signed(workspace, prepared, out, as_json)
        carry(workspace, prepared, as_json, evidence=evidence)


def _endorsed(view: View, named: str, clause: str | None) -> tuple[Hash, Hash]:
    """The subject of a stance on a norm, or on an agreement of this name; and the clause, zero for the whole."""
    try:
        norm = view.norm(named)
    except NotFound as no_norm:
        try:
            agreement = view.agreement(named)
        except NotFound:
            raise no_norm from None
    else:
        if clause is not None:
            raise InputError("a norm has no clauses; leave --clause out", field="--clause")
        return Hash(norm.id), ZERO
    if clause is None:
        return stances_on(agreement.id), ZERO
    if agreement.document is None:
        raise Refused(f"The agreement's {agreement.fault}, so its clauses are not known here.")
    return stances_on(agreement.id), Hash(agreement.document.clause_id(clause))


def _keep_signed(workspace: Workspace, prepared: Prepared, out: Path, as_json: bool) -> None:
    """Add a signed act to a JSON Lines file; nothing is submitted."""
    signature = sign_digest(prepared.digest, workspace.key_of(prepared.statement.account))
    workspace.store.put(prepared.texts)
    line = {"typed_data": prepared.typed_data, "signature": f"0x{signature.hex()}"}
    with out.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, sort_keys=True) + "\n")
    if as_json:
        return print_json({"digest": str(prepared.digest), "file": str(out)})
    say(prepared.sentence)
    say(f"Signed and kept in {out}; nothing is recorded yet.")


def _text_of(workspace: Workspace, name: str) -> Agreement:
    """The agreement's text: of one on the chain, or of one that was imported to be signed."""
    for hash_ in workspace.store.names():
        document = workspace.store.read(hash_)
        if isinstance(document, Agreement) and name in (str(hash_), document.title, str(terms_of(document).id)):
            return document
    raise NotFound("agreement text", name, "import its document first")


def _prepare(
    workspace: Workspace,
    view: View,
    kind: ActKind,
    agreement: str,
    party: str,
    *,
    clause: str | None = None,
    refers_to: Hash | str | None = None,
    text: str | None = None,
    by: str | None = None,
    content: Hash | None = None,
) -> Prepared:
    known = view.agreement(agreement)
    if clause is not None and known.document is None:
        raise Refused(f"The agreement's {known.fault}, so its clauses are not known here.")
    if isinstance(refers_to, str):
        refers_to = Digest.parse(refers_to)
        if refers_to not in {act.digest for act in view.acts_on(Contract.AGREEMENT_LEDGER, known.id)}:
            raise NotFound("act", str(refers_to), "`normledger agreement ID` lists the acts on it")
    return workspace.prepare(
        kind,
        known.id,
        view.party(party).id,
        view=view,
        clause=known.document.clause_id(clause) if clause is not None and known.document else ZERO,
        refers_to=refers_to or ZERO,
        text=text,
        content=content,
        by=representative(workspace, by),
    )


def _act(
    kind: ActKind,
    agreement: str,
    party: str,
    as_json: bool,
    *,
    clause: str | None = None,
    refers_to: str | None = None,
    text: str | None = None,
    by: str | None = None,
    evidence: Path | None = None,
) -> None:
    with acting() as workspace:
        view = workspace.newest()
        prepared = _prepare(
            workspace, view, kind, agreement, party, clause=clause, refers_to=refers_to, text=text, by=by
        )
        carry(workspace, prepared, as_json, evidence=evidence)


def representative(workspace: Workspace, key: str | None) -> Address | None:
    """The account of the key that --by names."""
    return workspace.address_of_key(key) if key is not None else None


def carry(
    workspace: Workspace,
    prepared: Prepared,
    as_json: bool,
    *,
    next_key: bytes | None = None,
    also: dict[str, str] | None = None,
    evidence: Path | None = None,
) -> None:
    """Sign with the key of this workspace that the act names, have it recorded, and say so; prove it where asked."""
    key = workspace.key_of(prepared.statement.account)
    (done,) = workspace.act_at_once([(prepared, key)], next_key=next_key)
    written = _prove(workspace, prepared, evidence) if evidence else []
    if as_json:
        told: dict[str, object] = {"digest": str(done.digest), "block": done.block, **(also or {})}
        return print_json(told | ({"evidence": [str(path) for path in written]} if evidence else {}))
    say(prepared.sentence)
    say(f"Recorded in block {done.block}, act {done.digest}.")
    for name, value in (also or {}).items():
        say(f"{name} {value}")
    for path in written:
        say(f"Evidence written to {path}.")


def _prove(workspace: Workspace, prepared: Prepared, file: Path) -> list[Path]:
    """The evidence of an act that was just recorded."""
    assert isinstance(prepared.statement, Act)
    return write_at_signing(workspace, prepared.statement, file)
