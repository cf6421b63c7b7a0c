from dataclasses import replace

import pytest

from normledger.composition.record import TrustPolicy
from normledger.composition.selection import select
from normledger.errors import InputError
from tests.composition.records import (
    CURATOR,
    OBSERVER,
    POLICY,
    STRANGER,
    actor,
    agreement,
    consents,
    name,
    record,
    same,
)

TEXT = agreement("s", "Parties shall help.")


def why(selection) -> list[tuple[str, str]]:
    return [(one.what, one.why) for one in selection.left_out]


def test_agreements_of_both_worlds_or_the_other_are_left_out_and_listed() -> None:
    mixed, game = agreement("mixed", "x", world=None), agreement("game", "x", world="exercise")
    bound = [consents("0xaa", TEXT), consents("0xbb", mixed), consents("0xcc", game)]
    selection = select(record([TEXT, mixed, game], bound), POLICY)
    assert [one.title for one in selection.agreements.values()] == ["s"]
    assert sorted(why(selection)) == [
        ("agreement", "it is of the other world (exercise)"),
        ("agreement", "its parties are of both worlds"),
    ]


def test_a_party_of_both_worlds_is_left_out_and_listed() -> None:
    game = agreement("game", "x", world="exercise")
    bound = [consents("0xaa", TEXT), consents("0xbb", TEXT), consents("0xbb", game)]
    selection = select(record([TEXT, game], bound), POLICY)
    assert [one.key for one in selection.actors] == ["0xaa"]
    assert ("party", "it is of both worlds") in why(selection)


def test_reports_of_untrusted_observers_do_not_count_and_are_listed_by_author() -> None:
    other = agreement("other", "Parties shall report.")
    bound = [consents("state:FRA", TEXT), replace(consents("state:PER", other), author=STRANGER)]
    selection = select(record([TEXT, other], bound, basis="reported"), POLICY)
    assert [one.key for one in selection.actors] == ["state:FRA"]
    assert [one.name for one in selection.left_out if one.what == "reports of an observer"] == [str(STRANGER)]
    assert ("agreement", "only observers not named by the trust policy report it") in why(selection)


def test_without_a_policy_no_report_counts() -> None:
    selection = select(record([TEXT], [consents("state:FRA", TEXT)], basis="reported"), TrustPolicy(name("empty")))
    assert selection.actors == ()


def test_recognised_actors_become_one_and_never_join_worlds() -> None:
    game = agreement("game", "x", world="exercise")
    bound = [consents("0xaa", TEXT), consents("0xbb", TEXT), consents("0xcc", game)]
    said = replace(record([TEXT, game], bound), recognitions=(same("0xbb", "0xaa"), same("0xcc", "0xaa")))
    selection = select(said, replace(POLICY, recognitions=frozenset([CURATOR])))
    assert [one.key for one in selection.actors] == ["0xaa"]
    assert selection.recognitions == (same("0xbb", "0xaa"),)
    assert ("recognition", "it joins two worlds") in why(selection)


def test_a_recognition_counts_only_where_the_policy_names_its_author() -> None:
    bound = [consents("0xaa", TEXT), consents("0xbb", TEXT)]
    selection = select(replace(record([TEXT], bound), recognitions=(same("0xaa", "0xbb"),)), POLICY)
    assert [one.key for one in selection.actors] == ["0xaa", "0xbb"]
    assert ("recognition", f"the trust policy does not name {CURATOR}") in why(selection)


def test_two_agreements_with_one_document_are_not_independent() -> None:
    again = replace(
        TEXT, id=name("again"), clauses=tuple(replace(one, agreement=name("again")) for one in TEXT.clauses)
    )
    selection = select(record([TEXT, again], []), POLICY)
    assert selection.related == {TEXT.id: frozenset([again.id]), again.id: frozenset([TEXT.id])}


def test_consent_and_reports_are_never_summed() -> None:
    bound = [replace(consents("0xaa", TEXT), author=OBSERVER)]
    with pytest.raises(InputError, match="undertaking of the other basis"):
        select(record([TEXT], bound), POLICY)


def test_contradictory_records_are_refused() -> None:
    with pytest.raises(InputError, match="not among the actors"):
        select(record([TEXT], [consents("0xaa", TEXT)], actors=[]), POLICY)
    with pytest.raises(InputError, match="described in two ways"):
        select(record([TEXT], [], actors=[actor("0xaa"), actor("0xaa", "ngo")]), POLICY)
    with pytest.raises(InputError, match="stands in the record in two ways"):
        select(record([TEXT, replace(TEXT, title="other")], []), POLICY)
    with pytest.raises(InputError, match="a clause of another one"):
        select(record([replace(TEXT, id=name("other"))], []), POLICY)
