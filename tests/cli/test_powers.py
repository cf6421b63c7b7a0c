"""Full powers, rotation, cancelling, others' stances and anchors by commands."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command

TREATY = "Treaty of the Test"
LATE = "2100-01-01"


@pytest.fixture
def signed(ready: Command, agreement: Path) -> Command:
    """North and South have signed; `envoy` and `fresh` are keys without a party."""
    ready("import", agreement, "--as", "north")
    ready("sign", TREATY, "--as", "north")
    assert ready("sign", TREATY, "--as", "south", "--json").json["status"] == "recorded"
    for key in ("envoy", "fresh"):
        assert ready("key", "new", key).code == 0
    return ready


def acts(command: Command) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = command("agreement", TREATY, "--json").json["acts"]
    return found


def test_a_representative_acts_until_its_powers_end(signed: Command) -> None:
    refused = signed("declare", TREATY, "--as", "north", "--by", "envoy", "--text", "Too early.")
    assert refused.code == 1
    assert "has no full powers for a declaration on this subject" in refused.err
    given = signed("empower", "envoy", "--as", "north", "--kinds", "declaration", "--until", LATE)
    assert "empowers account" in given.out
    assert signed("declare", TREATY, "--as", "north", "--by", "envoy", "--text", "For North.").code == 0
    last = acts(signed)[-1]
    assert (last["kind"], last["represented"], last["proven_by"]) == ("declaration", True, "signature")
    other = signed("withdraw", TREATY, "--as", "north", "--by", "envoy")
    assert "no full powers for a withdrawal" in other.err
    assert signed("revoke", "envoy", "--as", "north").code == 0
    after = signed("declare", TREATY, "--as", "north", "--by", "envoy", "--text", "Too late.")
    assert "has no full powers" in after.err
    assert [one["kind"] for one in acts(signed)].count("declaration") == 1
    (powers,) = signed("party", "north", "--json").json["powers"]
    assert powers["kinds"] == ["declaration"]
    assert powers["ended_by"]
    again = signed("revoke", "envoy", "--as", "north")
    assert "there is nothing to revoke" in again.err


def test_powers_hold_where_they_were_given(signed: Command) -> None:
    norm = {"id": "0x" + "11" * 32}
    elsewhere = signed(
        "empower", "envoy", "--as", "north", "--kinds", "declaration", "--until", LATE, "--on", norm["id"]
    )
    assert elsewhere.code == 0, elsewhere.err
    assert "no full powers" in signed("declare", TREATY, "--as", "north", "--by", "envoy", "--text", "No.").err
    here = signed("empower", "envoy", "--as", "north", "--kinds", "acts", "--until", LATE, "--on", TREATY)
    assert f"“{TREATY}”" in here.out
    assert signed("declare", TREATY, "--as", "north", "--by", "envoy", "--text", "Yes.").code == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--kinds", "singing", "--until", LATE), "'singing' is no kind of act"),
        (("--kinds", "declaration", "--until", "2001-01-01"), "set a later end"),
        (("--kinds", "declaration", "--until", "soon"), "is not a time"),
    ],
)
def test_powers_that_make_no_sense_are_one_sentence(signed: Command, arguments: tuple[str, ...], word: str) -> None:
    refused = signed("empower", "envoy", "--as", "north", *arguments)
    assert refused.code == 1
    assert word in refused.err
    assert "Traceback" not in refused.err


def test_a_rotation_ends_the_old_key_and_all_powers(signed: Command) -> None:
    signed("empower", "envoy", "--as", "north", "--kinds", "acts", "--until", LATE)
    before = signed("party", "north", "--json").json["account"]
    assert signed("rotate", "fresh", "--as", "north").code == 0
    after = signed("party", "north", "--json").json
    assert after["former_accounts"] == [before]
    assert after["account"] != before
    assert after["powers"][0]["ended_by"]
    assert "has no full powers" in signed("declare", TREATY, "--as", "north", "--by", "envoy", "--text", "No.").err
    assert "has no full powers" in signed("declare", TREATY, "--as", "north", "--by", "north", "--text", "No.").err
    assert signed("declare", TREATY, "--as", "north", "--text", "By the new key.").code == 0
    back = signed("rotate", "north", "--as", "north")
    assert "left account" in back.err
    assert "already" in signed("rotate", "fresh", "--as", "north").err


def test_a_number_is_cancelled_once(signed: Command) -> None:
    assert signed("cancel", "1", "--as", "north", "--on", TREATY).code == 0
    assert signed("declare", TREATY, "--as", "north", "--text", "With the next number.").code == 0
    used = signed("cancel", "2", "--as", "north", "--on", TREATY)
    assert "withdraw the act instead" in used.err
    assert signed("cancel", "7", "--as", "north").code == 0
    assert "nothing left to cancel" in signed("cancel", "7", "--as", "north").err
    assert signed("party", "north", "--json").code == 0


def test_one_more_identifier_is_claimed(signed: Command) -> None:
    claimed = signed("claim", "exercise:state:northland", "--as", "north", "--name", "Northland")
    assert claimed.code == 0, claimed.err
    party = signed("party", "northland", "--json").json
    assert party["name"] == "Northland"
    assert party["identifiers"] == ["exercise:state:north", "exercise:state:northland"]


def test_an_outsider_s_stance_is_no_party_s_act(signed: Command) -> None:
    signed("register", "exercise:ngo:east", "--kind", "ngo", "--name", "East", "--key", "fresh")
    assert signed("endorse", TREATY, "--as", "East", "--reason", "Well done.").code == 0
    assert signed("endorse", TREATY, "--as", "East", "--clause", "1", "--oppose").code == 0
    assert all(one["name"] != "East" for one in acts(signed))
    assert "has no clause '99'" in signed("endorse", TREATY, "--as", "East", "--clause", "99").err
    refused = signed("declare", TREATY, "--as", "East", "--text", "Let us in.")
    assert "closed" in refused.err


def test_any_act_of_treaty_law_is_stated(signed: Command) -> None:
    done = signed("act", "amendment", TREATY, "--as", "north", "--document", "0x" + "44" * 32)
    assert done.code == 0, done.err
    assert signed("act", "provisional-application", TREATY, "--as", "south").code == 0
    assert [one["kind"] for one in acts(signed)][-2:] == ["amendment", "provisional application"]
    for arguments, word in (
        (("singing", TREATY), "is no act on an agreement"),
        (("endorsement", TREATY), "is no act on an agreement"),
        (("amendment", TREATY, "--to", "nobody"), "is not a hash"),
    ):
        refused = signed("act", *arguments, "--as", "north")
        assert refused.code == 1
        assert word in refused.err


def test_endorsements_are_anchored_and_promoted(signed: Command, tmp_path: Path) -> None:
    norm = publish(signed, tmp_path)
    out = tmp_path / "signed.jsonl"
    assert signed("endorse", norm, "--as", "south", "--out", out).code == 0
    assert signed("norm", norm, "--json").json["stances"] == []
    own = signed("anchor", out, "--as", "south")
    assert "whose own act here would void it" in own.err
    anchored = signed("anchor", out, "--as", "north", "--json")
    assert anchored.code == 0, anchored.err
    assert anchored.json["endorsements"] == 1
    shown = signed("norm", norm, "--json").json
    assert shown["stances"] == []
    assert shown["anchored"]["at_least"] == 1
    assert "at least 1 more" in signed("norm", norm).out
    promoted = signed("promote", norm, "--json").json
    assert [one["status"] for one in promoted] == ["recorded"]
    shown = signed("norm", norm, "--json").json
    assert [one["stance"] for one in shown["stances"]] == ["endorsement"]
    assert shown["anchored"]["at_least"] == 0
    assert "no anchored endorsement" in signed("promote", norm).err


def test_a_bad_line_is_named_and_nothing_is_anchored(signed: Command, tmp_path: Path) -> None:
    norm = publish(signed, tmp_path)
    out = tmp_path / "signed.jsonl"
    signed("endorse", norm, "--as", "south", "--out", out)
    good = json.loads(out.read_text())
    for change, word in (
        ({"signature": "0x" + "11" * 65}, "entry 1"),
        ({"note": "x"}, "a line holds typed_data and signature"),
        ({"typed_data": {}}, "entry 1"),
    ):
        out.write_text(json.dumps({**good, **change}))
        refused = signed("anchor", out, "--as", "north")
        assert refused.code == 1
        assert word in refused.err
    out.write_text(json.dumps(good) + "\n" + json.dumps(good))
    assert "one a party" in signed("anchor", out, "--as", "north").err
    assert signed("norm", norm, "--json").json["anchored"]["at_least"] == 0


def publish(command: Command, folder: Path) -> str:
    """A norm of the exercise's world, published past composition: the register takes any."""
    from normledger.acts.act import ActKind
    from normledger.documents.document import Norm
    from normledger.identifiers import OutcomeId, keccak
    from normledger.workspace import Workspace

    with Workspace.open(folder / ".normledger", write=True) as workspace:
        norm = Norm("No harm", "Parties should do no harm.", (OutcomeId(keccak(b"outcome")),), "exercise")
        workspace.store.put([norm])
        view = workspace.newest()
        north = view.party("exercise:state:north")
        prepared = workspace.prepare(ActKind.PUBLICATION, norm.hash, north.id, view=view)
        workspace.act_at_once([(prepared, workspace.key_of(north.account))])
    return str(norm.hash)
