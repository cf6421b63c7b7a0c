"""The whole way by commands: each does what it says, and with --json prints one document and nothing else."""

from pathlib import Path

from tests.cli.conftest import Command


def test_two_parties_sign_and_one_withdraws(ready: Command, agreement: Path) -> None:
    imported = ready("import", agreement, "--as", "north", "--json")
    assert imported.code == 0, imported.err
    assert len(imported.json["agreements_to_sign"]) == 1
    assert imported.json["reports"] == 0
    first = ready("sign", "Treaty of the Test", "--as", "north", "--json")
    assert first.json["status"] == "accepted"
    second = ready("sign", "Treaty of the Test", "--as", "south", "--json")
    assert second.json["status"] == "recorded"
    listed = ready("agreements", "--json").json["consented"]
    assert [one["title"] for one in listed] == ["Treaty of the Test"]
    assert len(listed[0]["bound"]) == 2
    shown = ready("agreement", "Treaty of the Test")
    assert "Neither Party shall attack" in shown.out
    gone = ready("withdraw", "Treaty of the Test", "--as", "south", "--text", "We leave.")
    assert gone.code == 0, gone.err
    after = ready("agreement", "Treaty of the Test", "--json").json
    assert after["bound"] == []
    assert after["in_effect_since"] is None
    before = ready("agreement", "Treaty of the Test", "--json", "--as-of", str(listed[0]["block"])).json
    assert len(before["bound"]) == 2


def test_a_party_is_shown_with_what_binds_it(ready: Command, agreement: Path) -> None:
    ready("import", agreement, "--as", "north")
    ready("sign", "Treaty of the Test", "--as", "north")
    ready("sign", "Treaty of the Test", "--as", "south")
    party = ready("party", "north", "--json").json
    assert party["identifier"] == "exercise:state:north"
    assert [one["title"] for one in party["bound_by"]] == ["Treaty of the Test"]
    assert "North, a state" in ready("party", "north").out


def test_signing_now_opens_the_agreement(ready: Command, agreement: Path) -> None:
    ready("import", agreement, "--as", "north")
    assert ready("sign", "Treaty of the Test", "--as", "south", "--now", "--json").json["status"] == "recorded"
    awaiting = ready("agreement", "Treaty of the Test", "--json").json["awaiting"]
    assert len(awaiting) == 1
    assert ready("sign", "Treaty of the Test", "--as", "north", "--json").json["status"] == "recorded"


def test_the_digest_survives_a_deleted_index(ready: Command, tmp_path: Path) -> None:
    before = ready("digest").out
    for name in ("index.db", "index.db-wal", "index.db-shm"):
        (tmp_path / ".normledger" / name).unlink(missing_ok=True)
    assert ready("index").code == 0
    assert ready("digest").out == before


def test_keys_and_workspace_are_told(ready: Command) -> None:
    assert {one["name"] for one in ready("key", "list", "--json").json} == {"relayer", "north", "south"}
    assert "exercise:state:south" in ready("parties").out


def test_every_command_has_a_help_text(normledger: Command) -> None:
    listed = normledger("--help")
    assert listed.code == 0
    for name in (
        "init",
        "deploy",
        "import",
        "sign",
        "compose",
        "publish",
        "endorse",
        "trace",
        "digest",
        "serve",
        "demo",
    ):
        assert name in listed.out
        assert normledger(name, "--help").code == 0
