"""Feeds: every act once, in an unbroken chain to the subject's word; well formed whatever texts say."""

import json
import os
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normledger.acts.act import Contract, list_of, stances_on
from normledger.acts.commitment import NOTHING
from normledger.acts.release import word_slot
from normledger.errors import InputError, IntegrityError, NotFound
from normledger.identifiers import ZERO, Hash, Word, keccak
from normledger.ledger.queries import View, terms_of
from normledger.provenance.notifications import ATOM, EXTENSION, Feed, feed, verify_feed
from tests.evidence.story import Story
from tests.provenance.history import TEXTS, History

MANY = 300 if os.environ.get("NORMLEDGER_LONG") else 25


def subjects(view: View) -> list[tuple[Contract, Hash]]:
    """Every subject of the register that has a word."""
    return [(contract, subject) for (contract, subject), _ in sorted(view.words.items()) if subject != ZERO]


def forms(one: Feed) -> tuple[str, str]:
    return one.to_atom("https://example.org", address="https://example.org/feed"), json.dumps(one.to_json_feed())


def test_every_subject_has_a_feed_that_links_to_the_word_that_the_contract_holds(history: History) -> None:
    view, node = history.made.workspace.newest(), history.made.workspace.node
    told = 0
    for contract, subject in subjects(view):
        made = feed(view, subject)
        assert (made.contract, made.subject) == (contract, subject)
        held = node.storage(view.release.address(contract), word_slot(subject), view.at.block)
        for text in forms(made):
            assert verify_feed(text, held) == len(made.notifications)
        told += len(made.notifications)
    whole = len(view.acts) + sum(1 + len(party.own) for party in view.parties.values())
    assert told == whole


def test_numbers_have_no_gap_and_each_notification_follows_the_one_before(history: History) -> None:
    view = history.made.workspace.newest()
    for _, subject in subjects(view):
        made = feed(view, subject)
        assert [one.number for one in made.notifications] == list(range(1, len(made.notifications) + 1))
        assert [one.before for one in made.notifications] == [NOTHING, *(one.after for one in made.notifications)][:-1]


def test_ids_are_unique_over_all_feeds_and_the_same_at_every_block_and_address(history: History) -> None:
    ledger = history.made.workspace.ledger
    now, earlier = ledger.as_of(newest=True), ledger.as_of(ledger.as_of(newest=True).at.block - 10)
    seen: list[str] = []
    for _, subject in subjects(now):
        made = feed(now, subject)
        seen += [made.id, *(made.entry_id(one) for one in made.notifications)]
    assert len(seen) == len(set(seen))
    assert all(
        re.fullmatch("urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one)
        for one in seen
    )
    for _, subject in subjects(earlier):
        old, new = feed(earlier, subject), feed(now, subject)
        assert old.id == new.id
        # what was told stays as it was told
        assert new.notifications[: len(old.notifications)] == old.notifications


def test_a_reader_goes_on_where_she_stopped(history: History) -> None:
    view = history.made.workspace.newest()
    whole = feed(view, history.norm)
    middle = len(whole.notifications) // 2
    rest, known = feed(view, history.norm, since=middle), whole.notifications[middle - 1]
    assert rest == whole.since(middle)
    for text in forms(rest):
        assert verify_feed(text, whole.word, after=(known.number, known.after)) == len(whole.notifications)
        with pytest.raises(IntegrityError, match="leaves out notification 1"):
            verify_feed(text, whole.word)


@settings(max_examples=MANY)
@given(st.data())
def test_whatever_is_left_out_added_moved_or_altered_is_found(history: History, data: st.DataObject) -> None:
    view = history.made.workspace.newest()
    subject = data.draw(st.sampled_from([id_ for _, id_ in history.agreements] + [history.norm]))
    made = feed(view, subject)
    document = made.to_json_feed()
    items = document["items"]
    at = data.draw(st.integers(0, len(items) - 1))
    how: Callable[[], Any] = data.draw(
        st.sampled_from(
            [
                lambda: items.pop(at),
                lambda: items.insert(at, json.loads(json.dumps(items[at]))),
                lambda: items.reverse(),
                lambda: items[at]["_normledger"].update(digest=str(keccak(b"other"))),
                lambda: items[at]["_normledger"].update(block=items[at]["_normledger"]["block"] + 1),
                lambda: items[at]["_normledger"].update(time=0),
                lambda: items[at]["_normledger"].update(kind=9 if items[at]["_normledger"]["kind"] != 9 else 10),
                lambda: items[at]["_normledger"].update(party=str(keccak(b"party"))),
                lambda: items[at]["_normledger"].update(after=str(keccak(b"word"))),
                lambda: items[at]["_normledger"].update(number=0),
                lambda: items[at].pop("_normledger"),
                lambda: items[at]["_normledger"].update(kind=77),
            ]
        )
    )
    verify_feed(json.dumps(document), made.word)
    how()
    if len(items) == 2 and how.__code__.co_names[-1:] == ("reverse",):
        items.append(items[0])
    with pytest.raises((IntegrityError, InputError)):
        verify_feed(json.dumps(document), made.word)


def test_atom_is_well_formed_whatever_texts_say(history: History) -> None:
    """RFC 4287, 4.1: what a feed and an entry must hold, each once."""
    view = history.made.workspace.newest()
    shown = ""
    for _, subject in subjects(view):
        made = feed(view, subject)
        atom = made.to_atom("https://example.org/", address="https://example.org/feed")
        shown += "".join(ElementTree.fromstring(atom.encode()).itertext())
        root = ElementTree.fromstring(atom.encode())
        assert root.tag == f"{{{ATOM}}}feed"
        for parent in (root, *root.findall(f"{{{ATOM}}}entry")):
            for name in ("id", "title", "updated"):
                (one,) = parent.findall(f"{{{ATOM}}}{name}")
                assert one.text
            (updated,) = parent.findall(f"{{{ATOM}}}updated")
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", updated.text or "")
            assert [link.get("rel") for link in parent.findall(f"{{{ATOM}}}link")].count("alternate") == 1
        assert len(root.findall(f"{{{ATOM}}}author")) == 1
        moments = [one.text or "" for one in root.findall(f"{{{ATOM}}}entry/{{{ATOM}}}updated")]
        assert moments == sorted(moments, reverse=True)
        assert all(one.find(f"{{{EXTENSION}}}link") is not None for one in root.findall(f"{{{ATOM}}}entry"))
    assert sum(text in shown for text in TEXTS) >= len(TEXTS) - 1


def test_json_feed_has_what_version_1_1_asks_for(history: History) -> None:
    made = feed(history.made.workspace.newest(), history.norm).to_json_feed(
        "https://example.org", address="https://e/f"
    )
    assert made["version"] == "https://jsonfeed.org/version/1.1"
    assert set(made) == {"version", "title", "home_page_url", "feed_url", "items", "_normledger"}
    for item in made["items"]:
        assert {"id", "url", "title", "content_text", "date_published", "_normledger"} == set(item)
        assert item["content_text"]


def test_notifications_say_when_an_act_takes_effect(story: Story) -> None:
    view = story.workspace.newest()
    (*_, last) = feed(view, "Treaty of the two").lines()
    assert last.endswith(
        "Norvale signed “Treaty of the two”, which takes effect for it on 2027-01-15, as it does for Hobnail."
    )
    pact = [one.sentence for one in feed(view, terms_of(story.pact).id).notifications]
    assert pact[1] == "Norvale signed “Open pact”, which awaits the consent of Quillory."
    assert pact[3] == "Quillory made a reservation to clause 2 of “Open pact”."
    assert pact[5] == "Hobnail withdrew its consent to “Open pact”, which ceases to bind it on 2027-01-15."
    assert pact[6].endswith("; it awaits the consent of Lanterns and Quillory.")


def test_the_feed_of_stances_and_of_a_party_s_list_have_their_own_ids(story: Story) -> None:
    view = story.workspace.newest()
    lanterns = story.ids["lanterns"]
    listed = feed(view, list_of(lanterns))
    assert [one.sentence.split()[1] for one in listed.notifications] == ["anchored", "anchored", "recognised"]
    nothing = feed(view, stances_on(terms_of(story.pact).id))  # type: ignore[arg-type]  # an agreement's id
    assert (nothing.what, nothing.notifications, nothing.word) == ("stances", (), Word(NOTHING))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<",
        "<feed/>",
        "{}",
        '{"items": 3}',
        "<!DOCTYPE x [<!ENTITY y 'z'>]><feed/>",
        "<feed><entry/></feed>",
        "{" * 50_000,
        '{"items": ' + "[" * 200_000,
        "<a>" * 200_000,
    ],
)
def test_what_is_no_feed_is_told_in_one_sentence(text: str) -> None:
    with pytest.raises((InputError, IntegrityError)):
        verify_feed(text, keccak(b"a word"))


def test_a_name_that_nobody_bears_is_told(story: Story) -> None:
    with pytest.raises(NotFound, match="There is no agreement, norm or party 'Nobody'"):
        feed(story.workspace.newest(), "Nobody")
