"""Every number opens: whatever an answer counts, its link lists exactly so many, and every act it names is there."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from api import composed, exploring_schemas, schemas
from tests.api.conftest import Served
from tests.api.test_lists import whole

HYPOTHETICAL = {"NearModel", "MeasureModel", "ChangeModel"}
"""What steps that nobody took would bring: no act stands behind it, and its page says so."""

NO_COUNTS = {
    "block", "time", "since", "in_effect_since", "chain_id", "received", "indexed", "final", "lag", "status",
    "position", "notice_days", "similarity", "part",
}  # fmt: skip
"""Whole numbers that count nothing: places, times, rules, likeness."""

IN_SIGHT = {"open_brackets"}
"""Counted in the answer itself: the brackets of the draft's own text."""


def models() -> Iterator[type[BaseModel]]:
    for value in (*vars(schemas).values(), *vars(exploring_schemas).values()):
        if isinstance(value, type) and issubclass(value, BaseModel):
            yield value


def test_every_number_of_every_model_has_its_link_or_its_acts() -> None:
    for model in models():
        for name, field in model.model_fields.items():
            if field.annotation not in (int, int | None) or name in NO_COUNTS | IN_SIGHT:
                continue
            if model.__name__ in HYPOTHETICAL:
                continue
            link = "url" if name == "value" else {"anchored_at_least": "anchored_url"}.get(name, f"{name}_url")
            assert link in model.model_fields, f"{model.__name__}.{name} counts something and does not open"


def numbers(value: Any) -> Iterator[tuple[int, str]]:
    """Every number of an answer with its link."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name.endswith("_url"):
                stem = name.removesuffix("_url")
                count = value["anchored_at_least"] if stem == "anchored" else value[stem]
                yield (int(count.split("/")[0]) if isinstance(count, str) else count), one
            elif name == "url" and "value" in value:
                yield value["value"], one
            else:
                yield from numbers(one)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner)


def acts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "acts" and isinstance(one, list) and one and isinstance(one[0], str):
                yield from one
            elif name in ("act", "batch", "granted", "ended_by", "anchor") and str(one).startswith("0x"):
                yield one
            else:
                yield from acts(one)
    elif isinstance(value, list):
        for inner in value:
            yield from acts(inner)


def answers(served: Served) -> dict[str, Any]:
    """Answers with numbers: of what was reported and of what was signed, now and as of an earlier block."""
    get = served.client.get
    early = get("/v1/status").json()["as_of"]["block"] - 3
    shown = "basis=consented&world=exercise"
    reported = get("/v1/candidates?limit=1").json()["candidates"][0]["key"]
    signed = get(f"/v1/candidates?limit=1&{shown}").json()["candidates"][0]["key"]
    agreement = next(one for one in get("/v1/agreements?basis=reported").json()["agreements"] if len(one["bound"]) == 2)
    paths = [
        "/v1/status", f"/v1/status?as_of={early}", "/v1/norms", f"/v1/norms/{served.norm}",
        "/v1/candidates?limit=3", f"/v1/candidates?{shown}&limit=3", f"/v1/candidates?{shown}&limit=2&as_of={early}",
        f"/v1/candidates/{signed}?{shown}", f"/v1/candidates/{reported}", f"/v1/agreements/{agreement['id']}",
        "/v1/parties?limit=200",
    ]  # fmt: skip
    paths += [f"/v1/agreements/{one['id']}" for one in get("/v1/agreements?basis=consented").json()["agreements"]]
    return {path: get(path).json() for path in paths}


FIELDS = ("parties", "agreements", "pairs", "acts", "norms", "endorsements", "anchored", "clauses")


def test_every_number_is_the_length_of_the_list_that_it_opens(served: Served) -> None:
    opened = 0
    for path, answer in answers(served).items():
        for count, link in numbers(answer):
            field = next(name for name in FIELDS if link.partition("?")[0].endswith("/" + name))
            items = whole(served, link, field, 200)
            assert len(items) == count, (path, link)
            assert served.client.get(link).json()["as_of"]["hash"] == answer["as_of"]["hash"], link
            opened += 1
    assert opened > 150


def test_every_act_that_is_named_is_there(served: Served) -> None:
    named = {digest for answer in answers(served).values() for digest in acts(answer)}
    assert len(named) > 100
    known = {one["leaf"] for one in whole(served, "/v1/reports", "reports", 200)}
    known |= {one["digest"] for one in whole(served, "/v1/acts", "acts", 200)}
    for digest in sorted(named - known):  # parties' acts on themselves
        assert served.client.get(f"/v1/acts/{digest}").status_code == 200, digest
    assert served.client.get(f"/v1/reports/{next(iter(named & known))}").status_code in (200, 404)


def test_the_acts_of_a_count_are_those_of_its_list(served: Served) -> None:
    for one in served.client.get("/v1/candidates?limit=4").json()["candidates"]:
        for count, field in ((one["parties"], "parties"), (one["independent_agreements"], "agreements")):
            items = whole(served, count["url"], field, 200)
            assert sorted({act for item in items for act in item["acts"]}) == sorted(count["acts"])


@pytest.mark.parametrize("sort", ["full powers", "claim"])
def test_a_partys_acts_on_itself_open_too(served: Served, sort: str) -> None:
    found = [
        act
        for party in served.client.get("/v1/parties?limit=200").json()["parties"]
        for act in served.client.get(f"/v1/parties/{party['id']}/acts?limit=200").json()["acts"]
        if act["kind"] == sort
    ]
    for act in found:
        assert served.client.get(f"/v1/acts/{act['digest']}").json()["act"] == act
    assert found


def test_pairs_are_those_that_the_composition_lists(served: Served) -> None:
    access = served.client.app.state.access  # type: ignore[attr-defined]  # FastAPI's
    for basis, world in (("reported", "real"), ("consented", "exercise")):
        composition = access.compose(access.view(), basis, world)
        compared = 0
        for row in composition.rows:
            listed = composition.judge(row.key).mutuality.listed
            found = composed.Pairs(composition, row.key)
            told = [found.told(name) for name in found.names()] if listed else []
            assert [(one.one, one.other, one.both, one.agreements, one.acts) for one in told] == [
                (one.one, one.other, one.both, [str(id_) for id_ in one.agreements], [str(act) for act in one.acts])
                for one in listed
            ]
            compared += bool(listed)
        assert compared
