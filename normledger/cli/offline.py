"""Signing a file on a machine without a network: a key, the file, and nothing else; no workspace and no chain."""

import getpass
import json
import os
import sys
from pathlib import Path
from typing import Any

import typer
from eth_account import Account

from normledger.acts import release
from normledger.acts.act import Contract
from normledger.acts.powers import Rotation
from normledger.acts.signature import address_of
from normledger.acts.signature import sign as sign_digest
from normledger.acts.typed_data import contract_of
from normledger.cli.rendering import print_json, say
from normledger.documents.canonical import parse_json
from normledger.errors import InputError, NormLedgerError, SignatureError, WorkspaceError
from normledger.identifiers import Address
from normledger.relay.explanation import Explained, explain
from normledger.workspace import find

LARGEST = 4 << 20
"""Bytes of a file to sign."""


def sign_file(file: Path, key: str, out: Path | None, as_json: bool) -> None:
    """Show what a file says, sign it, and write what `POST /v1/submissions` takes."""
    data = parse_json(_read(file, LARGEST), source=str(file))
    try:
        explained = explain(data, release.current())
    except InputError as error:
        raise error.at(source=str(file)) from None
    path = _key_path(key)
    account = _account_told(path)
    if account is not None and account not in explained.accounts:  # known without opening the keystore
        raise _not_its(account, explained)
    _show(explained, to_person=not as_json)
    if sys.stdin.isatty() and not as_json:
        typer.confirm("Sign this?", abort=True, err=True)
    private_key = _private_key(path)
    account = address_of(private_key)
    if account not in explained.accounts:
        raise _not_its(account, explained)
    consents = isinstance(explained.statement, Rotation) and account == explained.statement.next
    given = {name: data[name] for name in ("signature", "consent") if data.get(name)}
    given["consent" if consents else "signature"] = "0x" + sign_digest(explained.digest, private_key).hex()
    signed: dict[str, Any] = {"typed_data": explained.typed_data, **given, "texts": list(explained.texts)}
    if out is not None:
        out.write_text(json.dumps(signed, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if as_json:
        return print_json({**signed, "digest": str(explained.digest), "sentence": explained.sentence})
    if out is None:
        return print_json(signed)
    say(f"Signed by {account}. Upload {out}, or send it to /v1/submissions; it says the same to whoever carries it.")


def _show(explained: Explained, *, to_person: bool) -> None:
    if to_person:
        typer.echo(explained.sentence, err=True)
        contract: Contract = contract_of(explained.statement)
        typer.echo(
            f"Chain {explained.domain.chain_id}, {contract.title} {explained.domain.contract}, digest "
            f"{explained.digest}",
            err=True,
        )


def _not_its(account: Address, explained: Explained) -> SignatureError:
    wanted = " or ".join(str(one) for one in explained.accounts)
    return SignatureError(f"The key is of account {account}, but the act names {wanted}; take the key of that account.")


def _read(path: Path, largest: int) -> bytes:
    try:
        if path.stat().st_size > largest:
            raise InputError(f"the file is larger than {largest >> 20} MiB", source=str(path))
        return path.read_bytes()
    except OSError:
        raise InputError("there is no such file; check the path", source=str(path)) from None


def _key_path(key: str) -> Path:
    """A file of this name, or the keystore of a workspace's key."""
    path = Path(key)
    if path.is_file():
        return path
    try:
        named = find() / "keys" / f"{Path(key).name}.json"
    except WorkspaceError:
        named = path
    if not named.is_file():
        raise InputError(
            f"there is no key {key!r}: give the path of a keystore or of a file with the key", field="--key"
        )
    return named


def _account_told(path: Path) -> Address | None:
    """The account that a keystore says it is of; it need not say it, and need not tell the truth."""
    try:
        told = json.loads(_read(path, 1 << 16))["address"]
        return Address.parse("0x" + str(told).lower().removeprefix("0x"))
    except (ValueError, KeyError, TypeError, NormLedgerError):
        return None


def _private_key(path: Path) -> bytes:
    """From an encrypted keystore (Web3 Secret Storage), or 64 hexadecimal digits. The key is in no message."""
    text = _read(path, 1 << 16)
    try:
        keystore = json.loads(text)
    except ValueError:
        keystore = None
    if isinstance(keystore, dict):
        try:
            return bytes(Account.decrypt(keystore, _passphrase(path)))
        except (ValueError, KeyError, TypeError):
            raise InputError(
                "the passphrase does not open this keystore; set NORMLEDGER_PASSPHRASE", source=str(path)
            ) from None
    digits = text.decode("ascii", "replace").strip().removeprefix("0x")
    try:
        key = bytes.fromhex(digits)
        address_of(key)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise InputError("this is neither a keystore nor 64 hexadecimal digits", source=str(path))
    return key


def _passphrase(path: Path) -> str:
    if (given := os.environ.get("NORMLEDGER_PASSPHRASE")) is not None:
        return given
    if (kept := path.with_name("passphrase")).is_file():
        return kept.read_text().strip()
    return getpass.getpass(f"Passphrase of {path.name}: ")
