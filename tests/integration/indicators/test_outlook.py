"""Recent trends and forecasts over HTTP, beside the council's colours."""

from typing import Any

import pytest

from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api
from tests.integration.indicators.test_service import count_statements

pytestmark = pytest.mark.both_engines

YEARLY = MONTHLY | {"code": "obesity", "frequency": "financial_year", "polarity": "low_is_good"}
COUNTS = ((994, 40299), (1023, 41527), (1199, 42811), (1332, 44064), (1367, 44701))
AE = "ae-four-hour-wait"


async def record(api: Api, counts: Any = COUNTS) -> None:
    await api.post("/indicators", YEARLY)
    rows = [
        {
            "indicator": "obesity",
            "area": PLYMOUTH,
            "period": f"{2012 + n}/{13 + n}",
            "count": str(count),
            "denominator": str(denominator),
            "status": "final",
        }
        for n, (count, denominator) in enumerate(counts)
    ]
    await api.post("/observations", {"observations": rows}, 200)


async def test_a_recent_trend_is_tested_on_five_years(api: Api) -> None:
    await record(api)
    found = await api.get("/indicators/obesity/trend-test", area=PLYMOUTH)
    assert (found["result"], found["words"]) == ("increasing_worse", "Increasing and getting worse")
    assert (found["method"], found["chi_squared"], found["slope"]) == ("proportion", "47.89667671", "0.06524964")
    assert (len(found["slopes"]), found["slopes_agree"], found["provisional"]) == (5, True, False)
    assert [each["period"] for each in found["points"]] == ["2012/13", "2013/14", "2014/15", "2015/16", "2016/17"]
    status = await api.get("/indicators/obesity/status", area=PLYMOUTH)
    assert found["trend"] == status["trend"]
    assert "beside the council's colours" in found["about"]


async def test_what_cannot_be_tested_says_why(api: Api) -> None:
    await record(api, COUNTS[1:])
    found = await api.get("/indicators/obesity/trend-test", area=PLYMOUTH)
    assert (found["result"], found["chi_squared"], found["slopes"]) == ("cannot_be_calculated", None, [])
    assert found["reason"].startswith("fewer_than_five_values")
    found = await api.get(f"/indicators/{AE}/trend-test", area=PLYMOUTH)
    assert found["reason"].startswith("not_annual")
    await api.get("/indicators/obesity/trend-test", 422, area="E06099999")
    await api.get("/indicators/obesity/trend-test", 422, area=PLYMOUTH, breakdown="sex=male")
    await api.get("/indicators/unheard-of/trend-test", 404, area=PLYMOUTH)


async def test_a_forecast_says_whether_it_is_on_course(api: Api) -> None:
    for n, value in enumerate(("10", "12", "14", "16", "18"), 9):
        await api.observe(f"{2017 + (n - 1) // 12}-{(n - 1) % 12 + 1:02d}", value)
    found = await api.get(f"/indicators/{AE}/forecast", area=PLYMOUTH)
    assert (found["value"], found["on_course"], found["reason"]) == (None, None, "no_target: none is in force")
    then = api.clock().isoformat()
    api.clock.forward(days=1)
    target = {"area": PLYMOUTH, "kind": "reach", "value": "24", "due": "2018/19 Q1"}
    await api.post(f"/indicators/{AE}/targets", target)
    seen = count_statements(api)
    found = await api.get(f"/indicators/{AE}/forecast", area=PLYMOUTH)
    assert len([each for each in seen if not each.startswith("BEGIN")]) <= 6
    assert (found["due"], found["period"], found["made_from"][0]) == ("2018/19 Q1", "2018-06", "2017-09")
    assert (found["value"], found["lower"], found["upper"], found["slope"]) == ("28", "28", "28", "2")
    assert (found["expected"], found["on_course"], found["certain"]) == ("24", True, True)
    assert found["target"] == (await api.get(f"/indicators/{AE}/status", area=PLYMOUTH))["target"]
    assert (await api.get(f"/indicators/{AE}/forecast", area=PLYMOUTH, as_of=then))["due"] is None
    assert (await api.get(f"/indicators/{AE}/forecast", area=ENGLAND))["made_from"] == []


async def test_a_trajectory_is_what_the_target_colour_is_judged_by(api: Api) -> None:
    await api.observe("2017-12", "80")
    then = api.clock().isoformat()
    api.clock.forward(days=1)
    target = {"kind": "reach", "value": "90", "baseline": {"period": "2017-12", "value": "80"}, "due": "2018/19 Q1"}
    await api.post(f"/indicators/{AE}/targets", target | {"area": PLYMOUTH, "illustrative": True})
    seen = count_statements(api)
    found = await api.get(f"/indicators/{AE}/trajectory", area=PLYMOUTH)
    assert len([each for each in seen if not each.startswith("BEGIN")]) <= 6
    ways = [(each["period"], each["expected"]) for each in found["periods"]]
    assert (ways[0], ways[3], ways[-1]) == (("2017-12", "80"), ("2018-03", "85"), ("2018-06", "90"))
    assert {(each["kind"], each["version"], each["illustrative"]) for each in found["periods"]} == {("reach", 1, True)}
    status = await api.get(f"/indicators/{AE}/status", area=PLYMOUTH)
    assert status["target"]["expected"] == ways[0][1]
    assert (await api.get(f"/indicators/{AE}/trajectory", area=PLYMOUTH, as_of=then))["periods"] == []
    await api.get(f"/indicators/{AE}/trajectory", 422, area=PLYMOUTH, breakdown="sex=male")
    await api.get("/indicators/unheard-of/trajectory", 404, area=PLYMOUTH)
    file = await api.client.get(f"/indicators/v1/indicators/{AE}/trajectory.csv", params={"area": PLYMOUTH})
    assert file.text.splitlines()[1].startswith("2017-12,reach,1,80,,,yes")


async def test_a_trajectory_that_follows_england_goes_where_england_went(api: Api) -> None:
    for n in range(1, 13):
        await api.observe(f"2017-{n:02d}", "80")
        await api.observe(f"2017-{n:02d}", str(70 + n), area=ENGLAND)
    await api.post(f"/indicators/{AE}/targets", {"area": PLYMOUTH, "kind": "reach_benchmark"})
    found = await api.get(f"/indicators/{AE}/trajectory", area=PLYMOUTH)
    assert [each["expected"] for each in found["periods"]] == [str(70 + n) for n in range(1, 13)]
