"""Recognitions by commands: who is whom, who counts once, and taking it back."""

from tests.cli.conftest import Command


def test_two_parties_are_called_one_actor_with_a_reason(ready: Command) -> None:
    assert ready("key", "new", "judge").code == 0
    made = ready("register", "exercise:ngo:judge", "--kind", "ngo", "--name", "Judge", "--key", "judge", "--json")
    assert made.code == 0, made.err
    parties = {one["name"]: one for one in ready("parties", "--json").json["parties"]}
    judge = parties["Judge"]["id"]
    north, south = (one for one in parties.values() if one["id"] != judge)
    said = ready("recognise", north["id"], "--as", "judge", "--same-as", south["id"], "--reason", "One treasury.")
    assert said.code == 0, said.err
    assert "as one and the same actor: “One treasury.”" in " ".join(said.out.split())


def test_nobody_recognises_itself_and_no_recognition_joins_worlds(ready: Command) -> None:
    parties = ready("parties", "--json").json["parties"]
    one = parties[0]
    itself = ready("recognise", one["id"], "--as", one["id"])
    assert itself.code == 1
    assert "can't recognise itself" in itself.err
    twice = ready("recognise", parties[1]["id"], "--as", one["id"], "--same-as", parties[1]["id"])
    assert twice.code == 1
    assert "same as itself" in twice.err


def test_a_recognition_is_taken_back_by_its_author_alone(ready: Command) -> None:
    one, other = ready("parties", "--json").json["parties"][:2]
    digest = ready("recognise", other["id"], "--as", one["id"], "--json").json["digest"]
    strange = ready("retract", digest, "--as", other["id"])
    assert strange.code == 1
    assert ready("retract", digest, "--as", one["id"]).code == 0
    again = ready("retract", digest, "--as", one["id"])
    assert again.code == 1
    assert "standing statement" in again.err
