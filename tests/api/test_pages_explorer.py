"""What the explorer's pages tell: the same as the library, with every number open, as of any block or day."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from normledger.cli.aligning import _read_decisions
from normledger.composition.explore import one_clause_away, what_if
from normledger.composition.result import Parameters
from normledger.identifiers import PartyId
from normledger.ledger.queries import View
from tests.api.conftest import Served
from tests.api.test_pages import Outline

LARGEST = 60_000
"""Bytes of a page with its sheet."""


def _keys(served: Served, **query: str) -> list[str]:
    rows = served.client.get("/v1/candidates", params={"limit": 200, **query}).json()["candidates"]
    return [row["key"] for row in rows]


def _step(served: Served) -> str:
    """A step that France has not taken, as an address has it."""
    text = served.client.get("/what-if?party=France&agreement=Quad+Joint+Principles").text
    return "consent=" + re.findall(r'name="consent" value="(state:FRA=0x[0-9a-f]{64})"', text)[0]


def _every_page(served: Served) -> list[str]:
    keys = _keys(served)
    agreements = [one["id"] for one in served.client.get("/v1/agreements", params={"limit": 200}).json()["agreements"]]
    fictional = _keys(served, basis="consented", world="exercise")
    parties = [str(party) for party in served.workspace.view().parties]
    return [
        *(f"/?page={page}" for page in (1, 2, 11)),
        "/?shown=exercise",
        "/?shown=consented",
        "/?party=state:KEN&region=Africa&kind=state&least=3&agreements=2&order=recent",
        *(f"/candidates/{key}" for key in keys[:12]),
        *(f"/candidates/{keys[0]}/{part}" for part in ("acts", "coalition", "coalition?page=2", "acts?of=region:Asia")),
        *(f"/candidates/{key}?shown=exercise" for key in fictional),
        f"/norms/{served.norm}",
        *(f"/agreements/{one}" for one in agreements[::6]),
        "/agreements",
        "/parties",
        "/parties?shown=exercise",
        *(f"/parties/{one}" for one in parties[:3]),
        "/parties/state:FRA",
        "/parties/state:FRA?by=2015-12-31",
        "/acts?party=state:FRA&of=bound",
        "/acts?party=state:FRA&of=inside&page=2",
        "/what-if",
        "/what-if?party=France&agreement=Quad+Joint+Principles",
        f"/what-if?{_step(served)}&party=Kenya&agreement=Pa",
        "/timeline",
        "/timeline?q=Kenya&kind=signature&year=2018",
        "/timeline?shown=exercise",
        "/compare",
        "/compare?one=France&other=Kenya",
        "/compare?one=united&other=no+one",
        "/search",
        "/search?q=parties&sort=clause&page=2",
        "/search?q=parties",
        "/workbench",
        "/workbench/decisions",
        "/audit",
        "/about",
        f"/documents/{served.norm}",
        f"/provenance/{served.norm}",
        f"/provenance/{served.norm}?direction=up&depth=12",
    ]


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_page_is_well_formed_small_and_has_its_headings_in_order(served: Served, language: str) -> None:
    sheet = len(served.client.get("/static/style.css").content)
    for path in _every_page(served):
        answer = served.client.get(path, headers={"Accept-Language": language})
        assert answer.status_code == 200, path
        assert len(answer.content) + sheet <= LARGEST, (path, len(answer.content))
        outline = Outline()
        outline.feed(answer.text)
        assert outline.open == [], path
        levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1, path
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), (path, levels)
        ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
        assert len(ids) == len(set(ids)), (path, [one for one in ids if ids.count(one) > 1])
        assert not {"script", "style"} & {tag for tag, _ in outline.tags}, path
        assert re.search(r"As of block|État au bloc|الحالة عند الكتلة", answer.text), path


def test_every_link_inside_leads_somewhere(served: Served) -> None:
    seen: set[str] = set()
    later = ("/sign", "/norms/")  # signing has pages of its own
    for path in _every_page(served)[:30:3]:
        text = served.client.get(path).text
        for link in re.findall(r'href="(/[^"#]*)', text):
            shape = re.sub(r"0x[0-9a-f]{64}|state%3A\w+", "X", link.split("?")[0])
            if shape in seen or link.startswith(later[0]) or (link.startswith(later[1]) and "/endorse" in link):
                continue
            seen.add(shape)
            assert served.client.get(link.replace("&amp;", "&")).status_code == 200, link
    assert len(seen) > 12


def test_a_big_number_opens_to_as_many_parties_as_it_says(served: Served) -> None:
    key = _keys(served)[2]
    text = served.client.get(f"/candidates/{key}").text
    link, number = re.findall(r'href="(/candidates/[^"]+of=parties)"><b>(\d+)</b> parties', text)[0]
    acts = served.client.get(link.replace("&amp;", "&")).text
    parties = set(re.findall(r'<th scope="row"><bdi>([^<]+)</bdi></th>', acts))
    assert len(parties) == int(number)
    leaf = re.findall(r'href="(/acts/0x[0-9a-f]{64})"', acts)[0]
    act = served.client.get(leaf).text
    assert "This is not consent, and is never added to it." in act
    assert "A reported act" in act


def test_a_party_sees_what_its_signature_would_change(served: Served) -> None:
    view = served.workspace.view()
    composition = served.workspace.compose(view, "reported", "real", parameters=Parameters(packages=False))
    text = served.client.get("/parties/state:KEN").text
    step = re.findall(
        r'<li class="step"><h3>(?:A new agreement in the words of )?<a href="[^"]+#c([0-9a-f]{12})"', text
    )
    assert step
    near = {
        one.clause.hex()[:12]: one.clause
        for row in composition.rows
        if row.stands
        for one in one_clause_away(composition, row.key, 1_000)
        if one.party == "state:KEN"
    }
    assert set(step) <= set(near)
    changes = what_if(composition, [("state:KEN", near[step[0]])])
    first = text.split('<li class="step">')[1].split("</ul>")[0]
    for change in changes[:4]:
        assert f"/candidates/{change.key}?" in first
        if change.turn in ("grows", "shifts"):
            assert f"{change.before.parties} → {change.after.parties} parties" in first
    count = int(re.findall(r"<b>(\d+)</b> (?:is|are) one clause away", text)[0])
    assert count == sum(
        any(one.party == "state:KEN" for one in one_clause_away(composition, row.key, 1_000))
        for row in composition.rows
        if row.stands
    )


def test_choosing_a_party_leads_to_it_and_marks_the_front_page(served: Served) -> None:
    chosen = served.client.get(
        "/parties", params={"q": "kenya", "shown": "reported", "go": "1"}, follow_redirects=False
    )
    assert chosen.status_code == 303
    assert chosen.headers["location"] == "/parties/state%3AKEN?shown=reported"
    front = served.client.get("/", params={"party": "state:KEN"}).text
    assert front.count('class="mine"') == 8
    assert "is one clause away" in front
    several = served.client.get("/parties", params={"q": "united", "go": "1"})
    assert several.url.path == "/parties"
    assert "United States" in several.text
    assert "Nobody of this name is known here" in served.client.get("/parties?q=zzz").text


def test_filters_keep_what_they_say(served: Served) -> None:
    everything = _keys(served)
    text = served.client.get("/", params={"region": "Oceania", "least": "60", "order": "parties"}).text
    shown = re.findall(r'<h3><a href="/candidates/(0x[0-9a-f]{64})', text)
    assert shown
    assert set(shown) < set(everything)
    sizes = [int(one) for one in re.findall(r"<b>(\d+)</b> parties", text)]
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) >= 60
    assert "pass the filter" in text


def test_an_agreement_shows_similar_clauses_with_their_differences(served: Served) -> None:
    found = next(
        text
        for one in served.client.get("/v1/agreements", params={"limit": 200}).json()["agreements"]
        if one["title"] == "US–China 2015"
        for text in [served.client.get(f"/agreements/{one['id']}").text]
    )
    beside = found.split('class="similar"')[1].split("</details>")[0]
    assert beside.count('<div class="sides">') >= 1
    assert "<mark>" in beside


def test_a_package_of_bonds_says_toward_whom_and_never_all_for_some(served: Served) -> None:
    text = served.client.get("/parties/state:CHN").text
    row = text.split("US–China 2015")[1].split("</tr>")[0]
    assert "<bdi>United States</bdi>" in row
    assert "all" not in re.sub("<[^>]+>", "", row)


def test_a_party_as_of_a_day(served: Served) -> None:
    view: View = served.workspace.view()
    withdrawn = next(
        (one, agreement)
        for agreement in view.agreements.values()
        if agreement.status
        for one in agreement.status.withdrawn
    )
    party = PartyId(withdrawn[0])
    today = datetime.fromtimestamp(view.at.time, UTC).date()
    now = served.client.get(f"/parties/{party}", params={"at": today.isoformat()})
    assert now.status_code == 200
    far = served.client.get(f"/parties/{party}", params={"at": (today + timedelta(days=900)).isoformat()}).text
    assert str(withdrawn[1].id) not in far.split('id="bound"')[1].split("</section>")[0]
    before = served.client.get(f"/parties/{party}", params={"at": "2001-01-01"})
    assert before.status_code == 422
    assert served.client.get("/?at=never").status_code == 422
    assert served.client.get(f"/?at={today}&as_of=3").status_code == 422
    links = re.findall(r'href="(/agreements/[^"]+)"', now.text)
    assert all(f"at={today}" in link for link in links)


def test_two_parties_compared_and_two_agreements(served: Served) -> None:
    text = served.client.get("/compare", params={"one": "China", "other": "United States"}).text
    assert "Toward each other" in text
    assert "US–China 2015" in text
    texts = served.client.get("/compare", params={"one": "US–China 2015", "other": "UK–China 2015"}).text
    assert "<mark>" in texts
    assert "Nothing is called <bdi>nobody</bdi>" in served.client.get("/compare?one=nobody&other=China").text


def test_a_name_that_is_not_exact_leads_to_those_that_are_near(served: Served) -> None:
    text = served.client.get("/compare?one=united&other=China").text
    near = text.split('class="missed"')[1].split("</ul>")[0]
    links = re.findall(r'href="([^"]+)"><bdi>(United [^<]+)</bdi>', near)
    assert {"United States", "United Kingdom"} <= {name for _, name in links}
    chosen = served.client.get(next(link for link, name in links if name == "United States").replace("&amp;", "&")).text
    assert "Toward each other" in chosen
    assert 'value="United States"' in chosen, "the form tells the name, not the key"
    assert "datalist" not in chosen, "who has compared has chosen"
    offered = text.split('<datalist id="offered">')[1].split("</datalist>")[0]
    for name in ("France", "Paris Call"):
        assert f'<option value="{name}"></option>' in offered


def test_the_page_and_the_api_compare_alike(served: Served) -> None:
    text = served.client.get("/compare?one=France&other=Kenya").text
    twin = re.search(r'<link rel="alternate" type="application/json" href="([^"]+)"', text)
    assert twin
    told = served.client.get(twin.group(1).replace("&amp;", "&")).json()
    assert int(re.findall(r"<b>(\d+)</b> outcomes of both", text)[0]) == len(told["both"])


def test_what_if_tells_what_the_api_tells_and_records_nothing(served: Served) -> None:
    before = served.client.get("/v1/status").json()["digest"]
    step = _step(served)
    text = served.client.get(f"/what-if?{step}").text
    twin = re.search(r'<link rel="alternate" type="application/json" href="([^"]+)"', text)
    assert twin
    changes = served.client.get(twin.group(1).replace("&amp;", "&")).json()["changes"]
    assert changes
    for change in changes:
        row = text.split(f"/candidates/{change['key']}?")[1].split("</tr>")[0]
        for measure in ("parties", "independent", "pairs"):
            assert f"{change['before'][measure]} → {change['after'][measure]}" in row
    assert "<bdi>France</bdi>" in text.split("Supposed")[1]
    without = re.findall(r'href="([^"]+)">leave it out', text)[0]
    assert "Supposed" not in served.client.get(without.replace("&amp;", "&")).text
    leaving = re.findall(
        r'name="withdrawal" value="([^"]+)"', served.client.get("/what-if?party=France&agreement=Paris+Call").text
    )
    assert "goes: <bdi>France</bdi>" in served.client.get("/what-if", params={"withdrawal": leaving}).text
    assert served.client.get("/what-if?consent=France").status_code == 422
    assert served.client.get(f"/what-if?consent=nobody=0x{'11' * 32}").status_code == 404
    assert served.client.get("/v1/status").json()["digest"] == before


def test_a_reservation_is_seen_clause_by_clause_and_never_blurred_into_all(served: Served) -> None:
    def bound(party: str) -> str:
        text = served.client.get(f"/parties/{served.exercise.parties[party]}").text
        row = text.split('id="bound"')[1].split("Lighthouse Charter")[1].split("</tr>")[0]
        return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", row))

    reserving, other = bound("umbrelle"), bound("pellucia")
    assert re.search(r"clauses 1 ?, 2 ?, 3 ?, 4 ?, 6 ?, 7 ?: all 6 other parties", reserving)
    assert re.search(r"Not bound by clause 5", reserving)
    assert re.search(r"clauses 1 ?, 2 ?, 3 ?, 4 ?, 6 ?, 7 ?: all 6 other parties", other)
    assert re.search(r"clause 5 ?: 5 of 6 other parties, not all .* not toward Principality of Umbrelle", other)


def test_a_partys_numbers_open_to_its_acts(served: Served) -> None:
    text = served.client.get("/parties/state:FRA").text
    for count, link in re.findall(r'<a href="(/acts\?[^"]+)"><b>(\d+)</b>', text):
        link, count = count, int(link)
        acts = served.client.get(link.replace("&amp;", "&")).text
        assert re.search(rf"\b{count} (agreements bind it|forming norms have it)", acts)
        listed = re.findall(r'href="/acts/(0x[0-9a-f]{64})"', acts)
        assert listed
        assert served.client.get(f"/v1/reports/{listed[0]}").json()["report"]["actor"] == "state:FRA"
    numbers = text.split('class="numbers big"')[1].split("</p>")[0]
    assert numbers.count("<a ") == numbers.count("<b>") == 3


def test_what_a_party_had_undertaken_by_a_day_as_it_is_reported(served: Served) -> None:
    def agreements(**query: str) -> set[str]:
        text = served.client.get("/parties/state:FRA", params=query).text.split('id="bound"')[1].split("</section>")[0]
        return set(re.findall(r'scope="row"><a href="/agreements/[^"]+"><bdi[^>]*>([^<]+)', text))

    assert agreements(by="2001-01-01") == set()
    early, now = agreements(by="2015-12-31"), agreements()
    assert {"Budapest Convention", "UN GGE 2015"} <= early < now
    assert "Paris Call" in now - early
    assert served.client.get("/parties/state:FRA?by=").status_code == 200
    assert served.client.get("/parties/state:FRA?by=soon").status_code == 422


def test_the_timeline_is_narrowed_by_name_kind_and_year(served: Served) -> None:
    text = served.client.get("/timeline?q=France&kind=endorsement").text
    rows = text.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    assert rows
    for row in rows:
        assert "/parties/state%3AFRA" in row
        act = re.findall(r'href="/acts/(0x[0-9a-f]{64})"', row)[0]
        told = served.client.get(f"/v1/reports/{act}").json()["report"]
        assert (told["actor"], told["act"]) == ("state:FRA", "endorsement")
    years = served.client.get("/timeline?year=2015").text.split("<tbody>")[1].split("</tbody>")[0]
    assert set(re.findall(r'<th scope="row" class="whole">[^<]*?(\d{4})</th>', years)) == {"2015"}
    assert "None." in served.client.get("/timeline?q=nobody").text


def test_a_line_over_time_tells_how_many_have_no_date(served: Served) -> None:
    lives = served.client.get("/timeline").text.split('class="plain lives"')[1].split("</ul>")[0].split("<li>")[1:]
    undated = 0
    for life in lives:
        key, told = re.findall(r"/candidates/(0x[0-9a-f]{64})", life)[0], re.sub("<[^>]+>", " ", life)
        parties = served.client.get(f"/v1/candidates/{key}").json()["candidate"]["parties"]["value"]
        last = int(re.findall(r"(?:to )?(\d+) in \d{4}", told)[-1])
        more = int(found[0]) if (found := re.findall(r"(\d+) more without a date", told)) else 0
        assert last + more == parties
        undated += more
    assert undated


def test_a_search_lists_all_of_one_sort_page_by_page(served: Served) -> None:
    text = served.client.get("/search?q=parties").text
    count = int(re.findall(r'<h2 id="clause">Clauses <span class="note">(\d+)</span>', text)[0])
    found: list[str] = []
    link = re.findall(rf'href="([^"]+)">All {count}<', text)[0]
    while link:
        page = served.client.get(link.replace("&amp;", "&")).text
        found += re.findall(r'<li><a href="(/agreements/[^"]+)"', page)
        following = re.findall(r'rel="next" href="([^"]+)"', page)
        link = following[0] if following else ""
    assert len(found) == count


def test_the_search_finds_titles_clauses_parties_and_norms_as_of_the_block(served: Served) -> None:
    text = served.client.get("/search", params={"q": "trade secrets"}).text
    for section in ("outcome", "clause"):
        assert f'<h2 id="{section}">' in text
    assert "<mark>trade</mark>" in text.lower()
    assert 'id="norm"' in served.client.get("/search", params={"q": "respond to incidents"}).text
    earlier = served.client.get("/v1/status").json()["as_of"]["block"] - 3
    assert 'id="norm"' not in served.client.get("/search", params={"q": "respond to incidents", "as_of": earlier}).text
    assert "/parties/state:FRA" in served.client.get("/search", params={"q": "FRANCE"}).text.replace("%3A", ":")


def test_the_workbench_makes_what_the_command_line_and_a_key_sign(served: Served) -> None:
    text = served.client.get("/workbench", params={"shown": "reported", "party": "Observer"}).text
    pairs = re.findall(r'name="d(\d)" value="(same\.[^"]+)"', text)
    assert len(pairs) == 6
    query = {"shown": "reported", "party": "Observer", "d1": pairs[0][1], "d2": pairs[1][1].replace("same", "narrower")}
    page = served.client.get("/workbench/decisions", params=query).text
    assert "normledger align --decide decisions.json --as 0x" in page
    file = served.client.get("/workbench/decisions.json", params=query)
    assert "attachment" in file.headers["content-disposition"]
    assert [one.relation for one in _read_decisions(file.json())] == ["same", "narrower"]
    signing = served.client.get("/workbench/to-sign.json", params=query).json()
    assert signing["typed_data"]["primaryType"] == "Alignments"
    batch = next(one for one in signing["texts"] if one["type"] == "alignments")
    assert {leaf["relation"] for leaf in batch["leaves"]} >= {"same", "narrower"}
    assert served.client.get("/workbench/decisions.json", params={"d1": "equal.0x00.0x00"}).status_code == 422


def test_the_audit_page_shows_the_digest_that_status_tells(served: Served) -> None:
    digest = served.client.get("/v1/status").json()["digest"]
    text = served.client.get("/audit").text
    assert digest in text
    assert "normledger digest --as-of" in text


def test_a_document_page_shows_the_bytes_that_are_hashed(served: Served) -> None:
    text = served.client.get(f"/documents/{served.norm}").text
    document = served.workspace.view().norms[served.norm].document
    assert document
    assert document.text in text
    assert served.client.get("/documents/0x" + "11" * 32).status_code == 404


def test_recognised_self_named_reported_and_invented_parties_differ_by_word_and_shape(served: Served) -> None:
    pages = {
        "self": served.client.get(f"/parties/{served.exercise.parties['observer']}").text,
        "reported": served.client.get("/parties/state:FRA").text,
        "exercise": served.client.get("/parties?shown=exercise").text,
    }
    shapes = set()
    for name, text in pages.items():
        badge = re.search(rf'<span class="badge {name}">(<svg.*?</svg>)([^<]+)</span>', text, re.DOTALL)
        assert badge, name
        shapes.add(re.sub(r"\s", "", badge.group(1)))
    about = served.client.get("/about").text
    assert "recognised by 2 parties" in about
    assert len(shapes) == 3


def test_the_graph_page_shows_the_picture_and_says_the_same_in_words(served: Served) -> None:
    page = served.client.get(f"/provenance/{served.norm}", params={"depth": 2})
    (picture,) = re.findall(r'<img src="([^"]+)"', page.text)
    drawn = served.client.get(unescape(picture))
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.headers["normledger-as-of"] == page.headers["normledger-as-of"], "both are of one block"
    assert "script" not in drawn.headers["content-security-policy"]
    acts = set(re.findall(r'href="/acts/(0x[0-9a-f]{64})', page.text))
    assert len(acts) > 2
    assert all(served.client.get(f"/acts/{act}").status_code == 200 for act in acts)
    wider = served.client.get(f"/provenance/{served.norm}", params={"depth": 6}).text
    assert len(re.findall("<li>", wider)) > len(re.findall("<li>", page.text))
    assert served.client.get("/provenance/nothing").status_code == 404


def test_a_norm_shows_its_graph_who_is_bound_already_and_who_is_near(served: Served) -> None:
    page = served.client.get(f"/norms/{served.norm}").text
    (picture,) = re.findall(r'<img src="([^"]+)"', page)
    assert served.client.get(unescape(picture)).text.startswith("<svg")
    (key, bound) = re.findall(r'href="/candidates/(0x[0-9a-f]{64})[^"]*#toward"[^>]*>(\d+) part', page)[0]
    listed = served.client.get(f"/v1/candidates/{key}?basis=consented&world=exercise").json()
    assert int(bound) == listed["candidate"]["parties"]["value"]
    assert re.search(r'#near"[^>]*>\d+ part', page)
