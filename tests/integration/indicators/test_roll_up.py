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
    unknown = (await tied.get("/objectives/flow", area=PLYMOUTH, as_of="2018-01-01T00:00:00Z"))["roll_up"]
    assert unknown["rows"][0]["value"] is None


async def test_a_roll_up_needs_an_area_that_is_known(tied: Api):
    for query in ({"period": "2017-11"}, {"as_of": "2018-01-01T00:00:00Z"}, {"area": "E99999999"}):
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
