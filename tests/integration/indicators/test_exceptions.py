"""Performance by exception over an area, as an answer and as files."""

import csv
import io
from typing import Any

import pytest

from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api
from tests.integration.indicators.counting import counted

AE = "ae-four-hour-wait"


@pytest.fixture
async def area(api: Api) -> Api:
    """Plymouth with a red indicator, one that is stale, one that only its scorecard knows, and one that is fine."""
    for code in ("rtt", "awaited", "fine"):
        await api.post("/indicators", MONTHLY | {"code": code, "name": code})
    aims = [{"name": "Waits", "indicators": [AE, "awaited", "fine"]}]
    card = {"name": "Flow", "area": PLYMOUTH, "sections": [{"code": "flow", "name": "Flow", "aims": aims}]}
    await api.put("/scorecards/flow", card, 201)
    for period, value in {"Nov-17": "90", "Dec-17": "70"}.items():
        await api.observe(period, value)
        await api.observe(period, "90", area=ENGLAND)
        await api.observe(period, "90", code="fine")
    await api.observe("Aug-17", "80", code="rtt")
    return api


async def exceptions(api: Api, **query: Any) -> dict[str, list[str]]:
    found = await api.get("/exceptions", area=PLYMOUTH, **query)
    return {row["indicator"]: [each["kind"] for each in row["findings"]] for row in found["items"]}


async def test_exceptions_of_an_area(area: Api):
    assert await exceptions(area) == {
        AE: ["red", "red", "newly_red", "newly_red", "red_and_worsening"],
        "awaited": ["missing"],
        "rtt": ["stale"],
    }
    assert await exceptions(area, kind="stale") == {"rtt": ["stale"]}
    assert list(await exceptions(area, scorecard="flow")) == [AE, "awaited"]
    assert await exceptions(area, period="2017-11") == {"awaited": ["missing"], "rtt": ["stale", "missing"]}
    assert await exceptions(area, breakdown="sex=male") == {}


async def test_each_has_its_value_owner_and_what_is_published(area: Api):
    await area.patch(f"/indicators/{AE}", {"owner": "Craig McArdle"})
    said = {"area": PLYMOUTH, "period": "Dec-17", "state": "published", "text": "Full wards"}
    await area.post(f"/indicators/{AE}/commentaries", said)
    row = (await area.get("/exceptions", area=PLYMOUTH))["items"][0]
    assert (row["owner"], row["period"], row["value"], row["commentary"]["text"]) == (
        "Craig McArdle",
        "2017-12",
        "70",
        "Full wards",
    )


async def test_as_known_at_a_moment_and_without_what_is_retired(area: Api):
    before = "2018-02-28T08:00:00Z"
    assert await exceptions(area, as_of=before) == {}
    then = area.clock.moment.isoformat().replace("+00:00", "Z")
    area.clock.forward(hours=1)
    await area.observe("Dec-17", "90", reason="counted again")
    assert list(await exceptions(area)) == ["awaited", "rtt"]
    assert list(await exceptions(area, as_of=then)) == [AE, "awaited", "rtt"]
    await area.patch("/indicators/rtt", {"retired_on": "2018-02-01"})
    assert list(await exceptions(area)) == ["awaited"]


@pytest.mark.parametrize(
    ("query", "status"), [({}, 422), ({"area": "E99999999"}, 422), ({"area": PLYMOUTH, "scorecard": "none"}, 404)]
)
async def test_what_is_not_known_is_refused(api: Api, query: dict[str, str], status: int):
    await api.get("/exceptions", status, **query)


async def test_files_have_a_row_for_each_reason(area: Api):
    answer = await area.client.get("/indicators/v1/exceptions.csv", params={"area": PLYMOUTH})
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [(row["code"], row["kind"]) for row in rows] == [
        *((AE, kind) for kind in ("red", "red", "newly red", "newly red", "red and worsening")),
        ("awaited", "missing"),
        ("rtt", "stale"),
    ]
    assert (rows[0]["last_value"], rows[0]["benchmark"], rows[5]["reason"]) == ("70", "red", "nothing was recorded")
    for ending in ("xlsx", "ods"):
        answer = await area.client.get(f"/indicators/v1/exceptions.{ending}", params={"area": PLYMOUTH})
        assert (answer.status_code, answer.content[:2]) == (200, b"PK")


@pytest.mark.both_engines
async def test_exceptions_cost_as_many_statements_whatever_there_is(area: Api):
    costs = []
    for more in (range(0), range(12)):
        for n in more:
            await area.post("/indicators", MONTHLY | {"code": f"extra-{n}"})
            await area.observe("Aug-17", "70", code=f"extra-{n}")
        with counted(area.database) as statements:
            await area.get("/exceptions", area=PLYMOUTH)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 9, costs
