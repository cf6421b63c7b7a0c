"""Commands that prove: `evidence …` makes a bundle for a stranger; `verify` judges one, without a workspace."""

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from normledger.acts.act import Act, Contract
from normledger.acts.spells import CONSENTING
from normledger.cli.options import AsJson, AsOfBlock, Basis, Trust, World, block_of, one_of, policy_of, reading
from normledger.cli.reading import find_candidate
from normledger.cli.rendering import print_json, say
from normledger.composition import record
from normledger.composition.result import Parameters
from normledger.errors import InputError, Refused
from normledger.evidence.bundle import MOST_BYTES
from normledger.evidence.verdict import Unproven
from normledger.evidence.verdict import as_of as as_of_sentence
from normledger.evidence.verification import verify as verify_bundle
from normledger.identifiers import Digest, Hash
from normledger.provenance.bundling import Bundling
from normledger.workspace import Workspace, read_policy

Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write.")]

making = typer.Typer(help="Make a file from which a stranger verifies a claim offline.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (norm, consent, powers, report, candidate):
        making.command()(command)
    app.add_typer(making, name="evidence")
    app.command()(verify)


def norm(
    name: Annotated[str, typer.Argument(metavar="NORM", help="Id or title.")],
    out: Out,
    as_of: AsOfBlock = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """That a norm has exactly these endorsements, and at least these anchored ones."""
    with reading() as workspace:
        making_of = _bundling(workspace, as_of)
        _write(workspace, making_of, making_of.endorsements(name), out, trust, as_json)


def consent(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="Id, identifier or name.")],
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Id, document's hash or title.")],
    out: Out,
    clause: Annotated[str, typer.Option("--clause", metavar="KEY", help="The clause's number or letter, or its id.")],
    as_of: AsOfBlock = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """That a party consented to a clause and still does, and toward whom it binds."""
    with reading() as workspace:
        making_of = _bundling(workspace, as_of)
        _write(workspace, making_of, making_of.consent(party, agreement, clause), out, trust, as_json)


def powers(
    act: Annotated[str, typer.Argument(metavar="ACT", help="The digest of the act that a representative signed.")],
    out: Out,
    as_of: AsOfBlock = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """That a party's full powers covered an act of its representative."""
    with reading() as workspace:
        making_of = _bundling(workspace, as_of)
        _write(workspace, making_of, making_of.powers(Digest.parse(act)), out, trust, as_json)


def report(
    leaf: Annotated[str, typer.Argument(metavar="REPORT", help="The report's hash, as `trace TEXT --up` shows it.")],
    out: Out,
    as_of: AsOfBlock = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """That an observer made a report, on which basis, and has not taken it back."""
    with reading() as workspace:
        making_of = _bundling(workspace, as_of)
        _write(workspace, making_of, making_of.report(Hash.parse(leaf)), out, trust, as_json)


def candidate(
    key: Annotated[str, typer.Argument(help="A candidate norm's key, an outcome's id, or words of its text.")],
    out: Out,
    basis: Basis = "consented",
    world: World = "real",
    maximal: Annotated[
        bool, typer.Option("--maximal", help="From all agreements on the register, so that none is left out.")
    ] = False,
    as_of: AsOfBlock = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """That a candidate norm follows from these agreements, or reports, under a trust policy."""
    with reading() as workspace:
        making_of = _bundling(workspace, as_of)
        policy, parameters = policy_of(workspace, trust), Parameters(packages=False)
        one_of(basis, ("consented", "reported"), "--basis")
        one_of(world, ("real", "exercise"), "--world")
        composition = workspace.compose(
            making_of.view, cast(record.Basis, basis), cast(record.World, world), policy, parameters
        )
        found = composition.candidate(find_candidate(composition, key))
        if not found.stands:
            raise Refused("Fewer than two independent agreements support this outcome: it is no candidate norm.")
        among = None if maximal or basis == "reported" else found.agreements
        question = making_of.candidate(found.key, basis, world, policy, parameters, among)
        _write(workspace, making_of, question, out, trust, as_json)


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The evidence.")],
    block_hash: Annotated[
        str | None, typer.Option("--block-hash", metavar="0x…", help="The block's hash, from elsewhere than the file.")
    ] = None,
    trust: Trust = None,
    limit: Annotated[int, typer.Option("--limit", metavar="BYTES", help="How long a file to read.")] = MOST_BYTES,
    as_json: AsJson = False,
) -> None:
    """What a bundle proves, what it only claims, and as of when. Needs no workspace and no network."""
    policy = read_policy(trust) if trust else None
    known = _block_hash(block_hash) if block_hash is not None else None
    try:
        with file.open("rb") as opened:
            raw = opened.read(limit + 1)
    except FileNotFoundError:
        raise InputError("there is no such file; check the path", source=str(file)) from None
    except OSError as error:
        raise InputError(f"it can't be read ({error.strerror}); give a file", source=str(file)) from None
    try:
        verdict = verify_bundle(raw, block_hash=known, trust=policy, limit=limit)
    except Unproven as error:
        if as_json:
            print_json({"proven": False, "step": error.step, "sentence": error.sentence})
        raise
    if as_json:
        return print_json(verdict.to_json())
    for line in verdict.lines():
        say(line)


def write_at_signing(workspace: Workspace, act: Act, file: Path) -> list[Path]:
    """Prove at once what an act that was just recorded brought about: most nodes keep proofs for a short while only.

    Of consent one file a clause that binds, of an endorsement one for its norm. Raises `Refused` where nothing can be
    proven yet; the act is recorded all the same.
    """
    making_of = _bundling(workspace, str(workspace.newest().at.block))
    questions: list[dict[str, Any]] = []
    if act.kind in CONSENTING:
        text = making_of.view.agreement(str(act.subject)).document
        keys = text.clause_ids if text else ()
        questions = [making_of.consent(str(act.party), str(act.subject), str(key)) for key in keys]
    elif act.contract is Contract.NORM_REGISTRY:
        questions = [making_of.endorsements(str(act.subject))]
    written, reason = [], "there is no claim of this kind"
    for number, question in enumerate(questions, start=1):
        path = file if len(questions) == 1 else file.with_name(f"{file.stem}.{number}{file.suffix}")
        try:
            raw, _ = making_of.proven(question)
        except Unproven as error:
            reason = str(error)
            continue
        _keep(path, raw)
        written.append(path)
    if not written:
        raise Refused(f"The act is recorded, but no evidence was written: {reason}")
    return written


def _keep(out: Path, raw: bytes) -> None:
    try:
        out.write_bytes(raw)
    except OSError as error:
        raise InputError(
            f"the file can't be written ({error.strerror}); choose another place", source=str(out)
        ) from None


def _block_hash(text: str) -> Hash:
    try:
        return Hash.parse(text)
    except InputError as error:
        raise error.at(field="--block-hash") from None


def _bundling(workspace: Workspace, as_of: str | None) -> Bundling:
    return Bundling(workspace.ledger, workspace.node, workspace.release, block_of(workspace, as_of))


def _write(
    workspace: Workspace, making_of: Bundling, question: dict[str, Any], out: Path, trust: Path | None, as_json: bool
) -> None:
    raw, verdict = making_of.proven(question, policy_of(workspace, trust).recognitions)
    _keep(out, raw)
    if as_json:
        return print_json({"file": str(out), "bytes": len(raw), **verdict.to_json()})
    say(f"Written to {out}, {len(raw):,} bytes.")
    say(verdict.says)
    say(as_of_sentence(verdict.chain_id, verdict.header, known=False))  # by the node alone: nobody named the block
    say(f"Whoever gets the file needs the block's hash from elsewhere: normledger verify {out} --block-hash 0x…")
