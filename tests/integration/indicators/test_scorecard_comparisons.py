"""A scorecard shown otherwise than it was defined: another comparator, a group of areas, one breakdown for all rows."""

import csv
import io
from typing import Any

import pytest

from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api
from tests.integration.indicators.counting import counted

TORBAY, DEVON = "E06000027", "E10000008"
CARD: dict[str, Any] = {
    "name": "Flow",
    "area": PLYMOUTH,
    "sections": [
        {"code": "flow", "name": "Flow", "aims": [{"name": "Waits", "indicators": ["ae-four-hour-wait", "by-sex"]}]}
    ],
}
NEIGHBOURS = {"name": "Alike", "kind": "nearest_neighbours", "areas": [TORBAY, DEVON], "source": "ours"}


@pytest.fixture
async def card(api: Api) -> Api:
    await api.post("/indicators", MONTHLY | {"code": "by-sex", "dimensions": {"sex": ["male", "female"]}})
    await api.put("/scorecards/flow", CARD, 201)
    await api.put("/area-groups/alike", NEIGHBOURS, 201)
    for area, value in {PLYMOUTH: "80", TORBAY: "90", DEVON: "60", ENGLAND: "100"}.items():
        await api.observe("Dec-17", value, area=area)
    return api


async def shown(api: Api, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = await api.get("/scorecards/flow", **query)
    return found


def rows_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for section in found["sections"] for aim in section["aims"] for row in aim["rows"]]


@pytest.mark.parametrize(
    ("comparator", "name", "value", "colour"),
    [
        (None, "England", "100", "red"),
        ("england", "England", "100", "red"),
        (DEVON, "Devon", "60", "green"),
        (TORBAY, "Torbay", "90", "amber"),
        ("alike", "Alike", "75", "amber"),
    ],
)
async def test_a_reader_names_whom_to_compare_with(
    card: Api, comparator: str | None, name: str, value: str, colour: str
):
    found = await shown(card, **({"comparator": comparator} if comparator else {}))
    row = rows_of(found)[0]
    assert (found["compared_with"]["name"], row["comparator_value"]) == (name, value)
    assert row["benchmark"]["colour"] == colour


async def test_the_parent_is_the_first_area_that_it_is_part_of(card: Api):
    refused = await card.get("/scorecards/flow", 422, comparator="parent")
    assert [error["field"] for error in refused["errors"]] == ["comparator"]
    await card.patch(f"/areas/{PLYMOUTH}", {"parents": [DEVON]})
    assert (await shown(card, comparator="parent"))["compared_with"] == {"code": DEVON, "name": "Devon", "group": []}


async def test_a_group_has_ranks_and_leaves_the_area_itself_out_of_its_mean(card: Api):
    await card.put("/area-groups/all", {"name": "All", "areas": [PLYMOUTH, TORBAY, DEVON]}, 201)
    for code in ("alike", "all"):
        row = rows_of(await shown(card, comparator=code))[0]
        assert (row["comparator_value"], row["rank"]) == ("75", {"rank": 2, "of": 3, "quartile": 2})
    assert rows_of(await shown(card))[0]["rank"] is None
    await card.observe("Dec-17", None, area=TORBAY, status="withdrawn", reason="wrong")
    assert rows_of(await shown(card, comparator="alike"))[0]["rank"] == {"rank": 1, "of": 2, "quartile": 1}


async def test_a_past_group_is_read_as_it_was_known(card: Api):
    then = card.clock.moment.isoformat().replace("+00:00", "Z")
    card.clock.forward(hours=1)
    await card.observe("Dec-17", "70", area=DEVON, reason="counted again")
    assert rows_of(await shown(card, comparator="alike"))[0]["comparator_value"] == "80"
    assert rows_of(await shown(card, comparator="alike", as_of=then))[0]["comparator_value"] == "75"


@pytest.mark.both_engines
async def test_a_group_is_of_the_areas_that_it_had_then(card: Api):
    then = card.clock().isoformat()
    before = await card.get("/area-groups/alike", as_of=then)
    card.clock.forward(days=1)
    await card.put("/area-groups/alike", NEIGHBOURS | {"name": "Alike now", "areas": [DEVON]})
    await card.put("/area-groups/new", NEIGHBOURS, 201)
    now = card.clock().isoformat()
    assert await card.get("/area-groups/alike", as_of=then) == before == NEIGHBOURS | {"code": "alike"}
    assert await card.get("/area-groups/alike", as_of=now) == await card.get("/area-groups/alike")
    found = {moment: await shown(card, comparator="alike", as_of=moment) for moment in (then, now)}
    assert [each["compared_with"]["group"] for each in found.values()] == [[TORBAY, DEVON], [DEVON]]
    assert [rows_of(each)[0]["comparator_value"] for each in found.values()] == ["75", "60"]
    for path, query in (("/area-groups/new", {}), ("/scorecards/flow", {"comparator": "new"})):
        assert (await card.get(path, 404, as_of=then, **query))["type"] == "/problems/indicator-not-defined-yet"
    await card.get("/area-groups/nope", 404, as_of=then)


async def test_one_breakdown_for_all_rows_leaves_others_without_figures(card: Api):
    await card.observe("Dec-17", "70", code="by-sex", breakdown={"sex": "male"})
    found = rows_of(await shown(card, breakdown="sex=male"))
    assert [row["breakdown"] for row in found] == [{"sex": "male"}] * 2
    assert [row["latest"] and row["latest"]["value"] for row in found] == [None, "70"]
    assert found[0]["benchmark"]["reason"] == "no_local_value"
    assert rows_of(await shown(card, breakdown=""))[0]["latest"]["value"] == "80"


@pytest.mark.parametrize("query", [{"comparator": "nobody"}, {"comparator": "E99999999"}, {"breakdown": "sex"}])
async def test_what_is_not_known_is_refused(card: Api, query: dict[str, str]):
    problem = await card.get("/scorecards/flow", 422, **query)
    assert next(iter(query)) in problem["errors"][0]["field"]


@pytest.mark.parametrize("code", ["england", "parent"])
async def test_no_group_is_named_like_a_comparator(card: Api, code: str):
    assert (await card.put(f"/area-groups/{code}", NEIGHBOURS, 422))["errors"][0]["field"] == "code"
    assert (await card.put("/area-groups/other", NEIGHBOURS | {"areas": ["RK9"]}, 422))["errors"][0]["field"] == "areas"
    assert [each["code"] for each in (await card.get("/area-groups"))["items"]] == ["alike"]
    assert (await card.get("/area-groups/alike"))["source"] == "ours"
    await card.get("/area-groups/none", 404)


async def test_the_file_has_rank_and_quartile(card: Api):
    answer = await card.client.get("/indicators/v1/scorecards/flow.csv", params={"comparator": "alike"})
    [row, _] = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert [row[name] for name in ("comparator_value", "rank", "ranked", "quartile")] == ["75", "2", "3", "2"]


@pytest.mark.both_engines
async def test_a_scorecard_costs_as_many_statements_whatever_its_size(card: Api):
    costs = []
    for extra in (range(0), range(12)):
        codes = [f"extra-{n}" for n in extra]
        for code in codes:
            await card.post("/indicators", MONTHLY | {"code": code})
            await card.observe("Nov-17", "70", code=code)
        aims = [{"name": "Waits", "indicators": ["ae-four-hour-wait", *codes]}]
        await card.put("/scorecards/flow", CARD | {"sections": [{"code": "flow", "name": "Flow", "aims": aims}]})
        for query in ({}, {"comparator": "alike"}):
            with counted(card.database) as statements:
                await shown(card, **query)
            costs.append(len(statements))
    assert costs[0] == costs[2] <= 8, costs
    assert costs[1] == costs[3] <= 9, costs
