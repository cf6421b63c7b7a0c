"""Both ways through real registers: what is there, what ended what, and that a door reads no less than everything."""

from collections.abc import Callable
from pathlib import Path

import pytest

from normledger.acts.act import ActKind, list_of, stances_on
from normledger.composition.record import Basis
from normledger.composition.record import TrustPolicy as Trusted
from normledger.composition.result import Parameters
from normledger.documents.document import Alignments, ClauseAlignment, Norm, Outcome
from normledger.documents.trust_policy import TrustPolicy
from normledger.errors import InputError, NotFound
from normledger.identifiers import Address, Digest, Hash, OutcomeId, PartyId
from normledger.ledger.queries import View, terms_of
from normledger.provenance.constraints import check
from normledger.provenance.graph import down, up
from normledger.provenance.lineage import Lineage
from normledger.provenance.nodes import Edge, Graph, Moment
from normledger.workspace import composing
from tests.delegations import Delegations
from tests.evidence.story import Story


@pytest.fixture(scope="module")
def view(story: Story) -> View:
    return story.workspace.view()


@pytest.fixture(scope="module")
def policy(story: Story) -> Trusted:
    return composing(story.policy())


@pytest.fixture(scope="module")
def whole(view: View, policy: Trusted) -> Graph:
    return everything(view, policy)


def everything(view: View, policy: Trusted) -> Graph:
    """The whole register, gone through one after the other."""
    lineage = Lineage(view, policy)
    for party in view.parties:
        lineage.party(party)
        lineage.list_of(party)
    for agreement in view.agreements:
        lineage.agreement(agreement)
    for document in view.reported_agreements:
        if lineage.undertaken(document):
            lineage.reported(document)
    for norm in view.norms:
        lineage.norm(norm)
    for name in {outcome for one in ("consented", "reported") for outcome in _outcomes(view, one)}:  # type: ignore[arg-type]  # a basis
        if lineage.asked_for(name):
            lineage.outcome(name)
    lineage.candidates()
    return lineage.graph("")


def _outcomes(view: View, basis: Basis) -> set[OutcomeId]:
    return {one.id for world in ("real", "exercise") for one in view.record(basis, world).outcomes}  # type: ignore[arg-type]  # a world


def edges(graph: Graph, relation: str, source: str = "", target: str = "") -> list[Edge]:
    """Of one relation, between things whose keys begin so."""
    return [
        edge
        for edge in graph.edges
        if edge.relation == relation and edge.source.startswith(source) and edge.target.startswith(target)
    ]


# --- both ways


def test_a_door_finds_exactly_what_the_whole_register_holds(view: View, policy: Trusted, whole: Graph) -> None:
    """Whatever is read only as far as is asked for is no less, and no more, than if everything were."""
    for key in whole.nodes:
        above = up(view, key, policy)
        assert above == whole.reachable(above.root, up=True), key
        below = down(view, key, policy)
        assert below == whole.reachable(below.root), key


def test_down_and_up_are_inverse(whole: Graph) -> None:
    below = {key: set(whole.reachable(key).nodes) for key in whole.nodes}
    above = {key: set(whole.reachable(key, up=True).nodes) for key in whole.nodes}
    assert all((other in below[key]) == (key in above[other]) for key in whole.nodes for other in whole.nodes)


def test_every_graph_of_the_register_is_valid_provenance(whole: Graph) -> None:
    assert check(whole) == ()
    assert {end for edge in whole.edges for end in (edge.source, edge.target)} <= set(whole.nodes)


def test_every_node_opens_to_a_hash_on_the_register(view: View, whole: Graph) -> None:
    leaves = {str(leaf) for kind in (ActKind.REPORTS, ActKind.ALIGNMENTS) for batch in view.batches(kind)
              for leaf in (batch.document.leaf_hashes if batch.document else ())}  # fmt: skip
    clauses = {str(one) for agreement in view.agreements.values() if agreement.document
               for one in agreement.document.clause_ids}  # fmt: skip
    clauses |= {str(one) for text in view.reported_agreements.values() for one in text.clause_ids}
    accounts = {str(tenure.account) for party in view.parties.values() for tenure in party.tenures}
    accounts |= {str(one.terms.representative) for party in view.parties.values() for one in party.powers}
    anchored = {str(one.digest) for norm in view.norms.values() for one in norm.anchored}
    anchored |= {str(act.act.content) for norm in view.norms.values() for act in norm.acts}
    opens: dict[str, Callable[[str], bool]] = {
        "act": lambda name: name in anchored or view.is_recorded(Digest.parse(name)),
        "account": lambda name: str(Address.parse(name)) in accounts,
        "agreement": lambda name: view.agreement(name) is not None,
        "norm": lambda name: view.norm(name) is not None,
        "party": lambda name: view.party(name) is not None,
        "outcome": lambda name: isinstance(view.document(Hash.parse(name)), Outcome),
        "clause": lambda name: name in clauses,
        "report": lambda name: name in leaves,
        "alignment": lambda name: name in leaves,
        "text": lambda name: view.document(Hash.parse(name)) is not None or name in anchored,
        "actor": lambda name: bool(edges(whole, "wasInfluencedBy", "report:", f"actor:{name}")),
        "candidate": lambda name: bool(edges(whole, "hadMember", f"candidate:{name}", "standing:")),
    }
    opens["instrument"] = opens["act"]
    opens["standing"] = lambda name: any(
        f"{kind}:{name}" in whole.nodes for kind in ("norm", "agreement", "party", "outcome", "clause", "text")
    )
    unknown = "0x" + "00" * 31 + "01"  # the amendment's text, which nobody has: named by its act
    for node in whole.nodes.values():
        if node.note != "not at hand; fetch it by its hash" and node.hash != unknown:
            assert opens[node.kind](node.hash), node
        if node.kind in ("act", "instrument") and (place := view.recorded(Digest.parse(node.hash))):
            assert (node.block, node.time) == (place.block, place.time)


# --- what ends what


def test_a_withdrawal_is_known_by_what_it_ends(story: Story, whole: Graph) -> None:
    ended = {
        (whole.nodes[edge.source].label, whole.nodes[edge.target].label, edge.note)
        for edge in edges(whole, "wasInvalidatedBy")
    }
    assert ("accession by Hobnail", "withdrawal by Hobnail", "consent withdrawn") in ended
    assert ("endorsement by Norvale", "withdrawal by Norvale", "withdrawn") in ended
    assert ("full powers by Hobnail", "rotation by Hobnail", "full powers end") in ended
    assert ("claim by Hobnail", "rotation by Hobnail", "another account") in ended


def test_whoever_withdrew_is_not_behind_a_clause_and_is_in_the_agreement(story: Story, view: View) -> None:
    accession = next(
        f"instrument:{act.digest}"
        for act in view.agreements[terms_of(story.pact).id].acts
        if act.act.kind is ActKind.ACCESSION
    )
    clause = down(view, str(story.pact.clause_ids[0]))
    agreement = down(view, str(terms_of(story.pact).id))
    assert accession not in clause.nodes
    assert edges(agreement, "wasDerivedFrom", "standing:", accession)
    assert not edges(agreement, "hadMember", "standing:", accession)


def test_a_reservation_stands_beside_those_who_are_bound(story: Story, view: View) -> None:
    reserved = down(view, str(story.pact.clause_ids[1]))
    bound = {reserved.nodes[edge.target].label for edge in edges(reserved, "hadMember", "standing:", "instrument:")}
    assert bound == {"signature by Norvale", "signature by Lanterns"}
    (aside,) = edges(reserved, "wasDerivedFrom", reserved.root, "instrument:")
    assert reserved.nodes[aside.target].label == "reservation by Quillory"
    assert aside.note == "reserved; not bound by it"


def test_a_representative_acts_by_full_powers(story: Story, view: View) -> None:
    found = down(view, str(story.represented))
    (powers,) = [edge for edge in edges(found, "used", f"act:{story.represented}") if edge.note == "full powers"]
    assert found.nodes[powers.target].sort == "full powers"
    (on_behalf,) = [edge for edge in edges(found, "actedOnBehalfOf") if edge.activity == f"act:{story.represented}"]
    assert on_behalf.target == f"party:{story.ids['hobnail']}"


def test_an_account_s_other_parties_are_not_dragged_in(delegations: Delegations) -> None:
    """Two parties with one representative: what it does for one rests on nothing of the other."""
    made, view = delegations, delegations.workspace.view()
    account = view.parties[made.parties["A"]].account
    lineage = Lineage(view, composing(TrustPolicy()))
    for name in "AB":
        lineage._signed(lineage._put("act", Hash(name.encode() * 32), name), made.parties[name], account)
        lineage._put("party", made.parties[name], name)
    found = lineage.graph("").reachable(f"act:{Hash(b'A' * 32)}")
    assert f"account:{account}" in found.nodes
    assert f"party:{made.parties['B']}" not in found.nodes


def test_an_anchored_endorsement_is_reached_through_its_root(story: Story, view: View) -> None:
    found = down(view, str(story.norm.hash))
    (anchored,) = [node for node in found.nodes.values() if node.kind == "instrument" and "anchored" in node.note]
    (root,) = edges(found, "hadMember", "text:", anchored.key)
    assert found.nodes[root.source].label == "at least 1 endorsements signed off the chain"
    assert not edges(found, "hadMember", "standing:", anchored.key)


# --- reports


def test_a_report_names_its_observer_and_whom_it_is_about(story: Story, view: View, policy: Trusted) -> None:
    leaf = str(story.reports.leaf_hashes[1])
    found = down(view, leaf, policy)
    assert edges(found, "wasAttributedTo", f"report:{leaf}", f"party:{story.ids['lanterns']}")
    (about,) = edges(found, "wasInfluencedBy", f"report:{leaf}")
    assert found.nodes[about.target].label == "Keeper 1"
    assert not [edge for edge in found.edges if edge.relation == "wasAssociatedWith" and "actor" in edge.target]
    assert f"act:{story.reporting}" in found.nodes


def test_nothing_rests_on_an_observer_whom_the_reader_does_not_trust(story: Story, view: View, policy: Trusted) -> None:
    name = str(story.reports.leaf_hashes[1])
    trusting, alone = up(view, name, policy), up(view, name)
    assert edges(trusting, "hadMember", "standing:", f"report:{name}")
    assert set(alone.nodes) == {f"report:{name}"}


# --- as of


def test_what_came_later_is_not_there_before(story: Story) -> None:
    work = story.workspace
    before = down(work.view(story.begun), str(story.norm.hash))
    assert all(node.block is None or node.block <= story.begun for node in before.nodes.values())
    assert not edges(before, "wasInvalidatedBy")
    assert before.root == f"standing:{story.norm.hash}.{story.begun}"


def test_notice_runs_before_consent_ends(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    subject = made.found(made.text("A", "B", "C", notice_days=10))
    made.act(ActKind.WITHDRAWAL, subject, "A")
    now = work.view().at
    running = down(work.view(), str(subject))
    assert not edges(running, "wasInvalidatedBy")
    over = down(work.ledger.as_of(time=now.time + 11 * 86_400), str(subject))
    (ended,) = edges(over, "wasInvalidatedBy")
    assert ended.at is not None
    assert ended.at > Moment(now.time + 9 * 86_400)
    assert over.nodes[ended.target].ends == ended.at
    assert check(over) == ()


# --- outcomes


def aligned(made: Delegations, author: str, *said: tuple[Hash, Hash, str]) -> None:
    batch = Alignments(made.parties[author], tuple(ClauseAlignment(*one) for one in said))  # type: ignore[arg-type]
    made.workspace.store.put([batch])
    made.act(ActKind.ALIGNMENTS, list_of(made.parties[author]), author, refers_to=batch.root, content=batch.hash)


def test_implications_are_followed_and_circles_are_not(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.text("A", "B", title="Helping")
    made.found(agreement)
    outcomes = [Outcome(text, "require") for text in ("Help at once.", "Help.", "Assist.", "Round.", "And round.")]
    work.store.put(outcomes)
    at_once, help_, assist, circle, round_ = (OutcomeId(one.hash) for one in outcomes)
    aligned(
        made, "C",
        (agreement.clause_ids[0], at_once, "same"), (at_once, help_, "implies"), (help_, assist, "same"),
    )  # fmt: skip
    aligned(made, "A", (circle, round_, "implies"), (round_, circle, "implies"))
    policy = composing(TrustPolicy(alignments=(made.parties["A"], made.parties["C"])))
    view = work.view()
    found = down(view, str(assist), policy)
    standing = {str(one): f"standing:{one}.{view.at.block}" for one in (at_once, help_, assist)}
    assert [(edge.source, edge.target) for edge in edges(found, "alternateOf")] == [
        tuple(sorted((standing[str(help_)], standing[str(assist)])))
    ]
    assert edges(found, "wasDerivedFrom", standing[str(help_)], standing[str(at_once)])
    assert f"clause:{agreement.clause_ids[0]}" in found.nodes
    round_trip = down(view, str(circle), policy)
    assert not edges(round_trip, "wasDerivedFrom", round_trip.root, "standing:")
    assert check(everything(view, policy)) == ()


def test_a_narrower_clause_is_shown_and_carries_nothing(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.text("A", "B")
    made.found(agreement)
    outcome = Outcome("Help everybody.", "require")
    work.store.put([outcome])
    aligned(made, "C", (agreement.clause_ids[0], outcome.hash, "narrower"))
    found = down(work.view(), str(outcome.hash), composing(TrustPolicy(alignments=(made.parties["C"],))))
    (shown,) = edges(found, "wasInfluencedBy", found.root)
    assert shown.note == "is narrower, says C; it does not count"
    assert not edges(found, "wasDerivedFrom", found.root)


def test_a_candidate_that_only_the_method_finds_is_traced(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    text = ("The parties shall assist each other in restoring networks after an attack.",)
    for pair, title in (("AB", "One"), ("BC", "Two")):
        made.found(made.text(*pair, title=title, texts=text))
    view = work.view()
    (row,) = [one for one in work.compose(view, "consented", "real", parameters=Parameters()).rows if one.stands]
    found = down(view, str(row.key))
    assert {node.label for node in found.nodes.values() if node.kind == "agreement"} == {"One", "Two"}
    assert "found by lexical" in next(node.label for node in found.nodes.values() if node.sort == "outcome")


# --- agreements that change


def test_an_amended_agreement_rests_on_the_one_that_replaces_it(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    old = made.text("A", "B", title="Old")
    subject = made.found(old)
    new = made.text("A", "B", title="New", texts=("Parties shall help at once.",))
    for name in "AB":
        made.act(ActKind.AMENDMENT, subject, name, content=new.hash)
    replacing = made.found(new)
    view = work.view()
    found = down(view, str(subject))
    (edge,) = edges(found, "wasDerivedFrom", found.root, "standing:")
    assert (edge.note, edge.target) == ("replaced by it", f"standing:{replacing}.{view.at.block}")
    assert found.root in up(view, str(replacing)).nodes
    assert found.root in up(view, str(new.hash)).nodes


def test_a_successor_s_consent_rests_on_its_predecessor_s(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    subject = made.found(made.text("A", "B"))
    made.act(ActKind.SUCCESSION, subject, "C", refers_to=made.parties["A"])
    found = down(work.view(), str(subject))
    (edge,) = [one for one in found.edges if one.note == "whom it succeeds"]
    assert found.nodes[edge.source].label == "succession by C"
    assert found.nodes[edge.target].label == "signature by A"


def test_others_stances_are_part_of_an_agreement_s_standing(delegations: Delegations) -> None:
    made, work = delegations, delegations.workspace
    agreement = made.text("A", "B")
    made.found(agreement)
    subject = terms_of(agreement).id
    made.act(ActKind.ENDORSEMENT, stances_on(subject), "C")
    found = down(work.view(), str(subject))
    assert [
        one.note for one in found.nodes.values() if one.label == "endorsement by C" and one.kind == "instrument"
    ] == ["stands"]


# --- names


def test_a_name_finds_its_thing_or_a_sentence(story: Story, view: View, policy: Trusted) -> None:
    norm = f"standing:{story.norm.hash}.{view.at.block}"
    assert down(view, "Safe answers").root == down(view, f"norm:{story.norm.hash}").root == norm
    assert up(view, "exercise:state:norvale").root == f"party:{story.ids['norvale']}"
    assert up(view, str(story.wallet)).root == f"account:{story.wallet}"
    assert down(view, str(story.represented)).root == f"instrument:{story.represented}"
    for name in ("nonsense", "0x" + "ab" * 32, "0x" + "Ab" * 20, "norm:0x12", "", "act:0x" + "00" * 32, "\x00\u202e"):
        with pytest.raises((NotFound, InputError)) as caught:
            down(view, name, policy)
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="whole number from 1"):
        down(view, "Safe answers", depth=0)


def test_a_name_of_two_things_is_refused_with_their_keys(delegations: Delegations) -> None:
    made = delegations
    made.found(made.text("A", "B", title="Help"))
    norm = Norm("Help", "Parties help.", (OutcomeId(b"o" * 32),), "real")
    made.workspace.store.put([norm])
    made.act(ActKind.PUBLICATION, norm.hash, "A")
    with pytest.raises(InputError, match="2 things are called 'Help'"):
        down(made.workspace.view(), "Help")


def test_a_depth_ends_the_way_and_says_so(view: View, story: Story) -> None:
    one = down(view, str(story.norm.hash), depth=1)
    assert {key for _, key in one.below[one.root]} | {one.root} == set(one.nodes)
    assert one.cut
    assert down(view, str(story.norm.hash), depth=99).cut == frozenset()


def test_whoever_is_not_registered_is_named_by_its_id(story: Story, tmp_path: Path) -> None:
    lineage = Lineage(story.workspace.view(), composing(TrustPolicy()))
    assert lineage.party(PartyId(b"?" * 32)) is None
    assert lineage.graph("").nodes[f"party:{PartyId(b'?' * 32)}"].note == "not registered"
