"""Outcomes over objectives and gaps over priorities, rolled up for an area."""

from typing import Any

import pytest

from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api
from tests.integration.indicators.counting import counted

AE = "ae-four-hour-wait"


@pytest.fixture
async def tied(api: Api) -> Api:
    await api.post("/indicators", MONTHLY | {"code": "rtt", "name": "Within 18 weeks"})
    await api.put("/outcomes/experience", {"title": "Experience", "indicators": ["rtt"]}, 201)
    flow = {"title": "Flow", "indicators": [AE, "rtt"], "part_of": "experience"}
    await api.put("/objectives/flow", flow | {"position": 2}, 201)
    await api.put("/objectives/calm", {"title": "Calm", "part_of": "experience", "position": 1}, 201)
    await api.put("/system-gaps/care", {"title": "Care and quality", "position": 1}, 201)
    await api.put("/priorities/urgent", {"title": "Urgent care", "indicators": [AE], "part_of": "care"}, 201)
    await api.observe("Nov-17", "80")
    await api.observe("Dec-17", "70")
    await api.observe("Dec-17", "90", area=ENGLAND)
    return api


@pytest.mark.parametrize(
    ("path", "parts", "codes"),
    [
        ("/outcomes/experience", ["calm", "flow"], ["rtt", AE]),
        ("/objectives/flow", [], [AE, "rtt"]),
        ("/objectives/calm", [], []),
        ("/system-gaps/care", ["urgent"], [AE]),
        ("/priorities/urgent", [], [AE]),
    ],
)
async def test_each_shows_its_own_indicators_and_those_of_its_parts(
    tied: Api, path: str, parts: list[str], codes: list[str]
):
    found = await tied.get(path, area=PLYMOUTH)
    assert (found["parts"], [row["indicator"] for row in found["roll_up"]["rows"]]) == (parts, codes)
    assert (await tied.get(path))["roll_up"] is None


async def test_colours_are_counted(tied: Api):
    rolled: dict[str, Any] = (await tied.get("/outcomes/experience", area=PLYMOUTH))["roll_up"]
    assert rolled["benchmark"] == {"red": 1, "white": 1}
    assert rolled["trend"] == {"red": 1, "none": 1}
    assert rolled["target"] == {"white": 2}
    row = rolled["rows"][1]
    assert (row["period"], row["value"], row["benchmark"], row["trend"]) == ("2017-12", "70", "red", "red")
    before = (await tied.get("/objectives/flow", area=PLYMOUTH, period="2017-11"))["roll_up"]
    assert (before["period"], before["rows"][0]["value"], before["rows"][0]["trend"]) == ("2017-11", "80", "none")
    await tied.get("/objectives/flow", 404, area=PLYMOUTH, as_of="2018-01-01T00:00:00Z")
    then = tied.clock().isoformat()
    tied.clock.forward(days=1)
    await tied.observe("Jan-18", "75")
    known = (await tied.get("/objectives/flow", area=PLYMOUTH, as_of=then))["roll_up"]
    assert known["rows"][0]["value"] == "70"


async def test_a_roll_up_needs_an_area_that_is_known(tied: Api):
    for query in ({"period": "2017-11"}, {"area": "E99999999"}):
        assert (await tied.get("/objectives", 422, **query))["errors"][0]["field"] == "area"


@pytest.mark.both_engines
async def test_a_roll_up_costs_as_many_statements_whatever_its_size(tied: Api):
    costs = []
    for more in (range(0), range(12)):
        for n in more:
            await tied.post("/indicators", MONTHLY | {"code": f"extra-{n}"})
            body = {"title": "More", "indicators": [f"extra-{n}"], "part_of": "experience"}
            await tied.put(f"/objectives/extra-{n}", body, 201)
        for path in ("/objectives", "/outcomes"):
            with counted(tied.database) as statements:
                await tied.get(path, area=PLYMOUTH)
            costs.append(len(statements))
    assert costs[0] == costs[2] <= 6, costs
    assert costs[1] == costs[3] <= 7, costs


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("whole", "part"), [("/outcomes/experience", "/objectives/calm"), ("/system-gaps/care", "/priorities/urgent")]
)
async def test_what_each_said_is_read_as_it_was_known(tied: Api, whole: str, part: str):
    then = tied.clock().isoformat()
    before = {path: await tied.get(path, area=PLYMOUTH, as_of=then) for path in (whole, part)}
    tied.clock.forward(days=1)
    await tied.put(part, {"title": "Quiet", "indicators": ["rtt"], "position": 4})
    await tied.put(f"{part}-too", {"title": "Too", "indicators": [AE], "part_of": whole.split("/")[2]}, 201)
    await tied.put(whole, {"title": "New words", "indicators": [AE, "rtt"], "position": 3})
    assert {path: await tied.get(path, area=PLYMOUTH, as_of=then) for path in before} == before
    now = await tied.get(whole, as_of=tied.clock().isoformat())
    assert now == await tied.get(whole)
    assert (now["title"], now["indicators"]) == ("New words", [AE, "rtt"])
    assert f"{part.split('/')[2]}-too" in now["parts"]
    collection = f"/{part.split('/')[1]}"
    listed = {each["code"] for each in (await tied.get(collection, as_of=then))["items"]}
    new = {each["code"] for each in (await tied.get(collection))["items"]} - listed
    assert new == {f"{part.split('/')[2]}-too"}
    unknown = await tied.get(f"{part}-too", 404, as_of=then)
    assert unknown["type"] == "/problems/indicator-not-defined-yet"
    await tied.get(f"{collection}/nope", 404, as_of=then)
    assert (await tied.get(collection, as_of="2018-01-01T00:00:00Z"))["items"] == []


async def test_as_it_was_known_in_pages_and_with_the_same_again(tied: Api):
    tied.clock.forward(days=1)
    then = tied.clock().isoformat()
    calm = {"title": "Calm", "part_of": "experience", "position": 1}
    await tied.put("/objectives/calm", calm)  # no revision
    first = await tied.get("/objectives", as_of=then, limit=1)
    rest = await tied.get("/objectives", as_of=then, limit=1, cursor=first["next"])
    assert [each["code"] for page in (first, rest) for each in page["items"]] == ["calm", "flow"]
    tied.clock.forward(days=1)
    await tied.put("/objectives/calm", calm | {"position": 9})
    codes = [each["code"] for each in (await tied.get("/objectives"))["items"]]
    assert (codes, [each["code"] for each in (await tied.get("/objectives", as_of=then))["items"]]) == (
        ["flow", "calm"],
        ["calm", "flow"],
    )
