"""Events that carry what process control says of a series, where somebody asked for that."""

from typing import Any

import pytest

from services.indicators.domain.observations import SeriesKey
from services.indicators.repository.control_signals import get_charts
from tests.integration.indicators.conftest import PLYMOUTH, Api
from tests.integration.indicators.test_process_control import AE, LOW_THEN_HIGH, months, record
from tests.integration.indicators.test_service import count_statements

SIGNAL = f"/indicators/{AE}/process-control/signal"
STEADY = [50, 52, 48, 51, 49, 52, 48, 51, 49, 52, 48, 50, 51, 49]


async def ask(api: Api, *, carried: bool = True, new: bool = True) -> Any:
    body = {"area": PLYMOUTH, "carried": carried, "reason": "A risk hangs on it"}
    return await api.post(SIGNAL, body, 201 if new else 200)


async def told(api: Api) -> list[str]:
    """What the newest event says of each period that it shows."""
    of_series = [each for each in await api.events() if each["subject"] == f"{AE}/{PLYMOUTH}"]
    return [point["process_control"] for point in of_series[-1]["data"]["series"]]


async def count_events(api: Api) -> int:
    return len(await api.events())


@pytest.mark.both_engines
async def test_what_is_asked_for_is_told_at_once_and_with_every_change(api: Api) -> None:
    await record(api, STEADY)
    assert await told(api) == ["none"] * 6
    assert await ask(api) == {"indicator": AE, "area": PLYMOUTH, "breakdown": {}, "carried": True}
    assert await told(api) == ["green"] * 6
    await api.observe("2018-01", "30", reason="Corrected")
    assert await told(api) == ["green"] * 5 + ["red"], "far beyond three sigma, on the bad side"
    await api.observe("2018-01", "70", reason="Corrected")
    assert await told(api) == ["green"] * 6, "as far on the good side"
    assert (await api.get(SIGNAL, area=PLYMOUTH))["carried"] is True
    before = await count_events(api)
    await ask(api, new=False)
    assert await count_events(api) == before, "it is asked for already"
    await ask(api, carried=False)
    assert await told(api) == ["none"] * 6
    assert (await api.get(SIGNAL, area=PLYMOUTH))["carried"] is False


@pytest.mark.both_engines
async def test_seven_below_the_mean_are_a_cause_of_concern(api: Api) -> None:
    await record(api, [52, 53, 52, 53, 52, 53, 52, 53, 49, 50, 49, 50, 49, 50, 49])
    await ask(api)
    assert await told(api) == ["amber"] * 6


async def test_fewer_than_thirteen_values_are_not_judged_nor_is_a_symbol(api: Api) -> None:
    await record(api, STEADY[:12])
    await ask(api)
    assert await told(api) == ["white"] * 6
    for month in ("2017-01", "2016-12"):
        await api.observe(month, "50")
    assert await told(api) == ["green"] * 6
    await api.observe("2018-01", None, missing="[x]", reason="Lost")
    assert await told(api) == ["green"] * 5 + ["white"]


@pytest.mark.both_engines
async def test_a_decision_on_limits_is_told_where_they_are_asked_for(api: Api) -> None:
    await record(api, list(reversed(LOW_THEN_HIGH)))
    await ask(api)
    assert await told(api) == ["red"] * 6
    anew = {"area": PLYMOUTH, "period": months(28)[14], "decision": "recalculate", "reason": "Another way of counting"}
    await api.post(f"/indicators/{AE}/process-control/recalculations", anew)
    assert await told(api) == ["green"] * 6
    await ask(api, carried=False)
    before = await count_events(api)
    await api.post(f"/indicators/{AE}/process-control/recalculations", anew | {"decision": "keep"})
    assert await count_events(api) == before


async def test_who_asked_for_nothing_pays_nothing(api: Api) -> None:
    await record(api, STEADY)
    seen = count_statements(api)
    await api.observe("2018-01", "30", reason="Corrected")
    plain = len(seen)
    await ask(api)
    seen.clear()
    await api.observe("2018-01", "31", reason="Corrected")
    assert len(seen) == plain + 2, seen


async def test_switched_off_no_event_carries_it_and_nobody_asks_for_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await record(api, STEADY)
    await ask(api)
    monkeypatch.setenv("INDICATORS_PROCESS_CONTROL_SIGNALS", "false")
    seen = count_statements(api)
    await api.observe("2018-01", "30", reason="Corrected")
    assert await told(api) == ["none"] * 6
    assert not [each for each in seen if "chart_remark" in each], "nor is it worked out"
    assert (await api.get(SIGNAL, area=PLYMOUTH))["carried"] is False
    body = {"area": PLYMOUTH, "carried": True, "reason": "A risk hangs on it"}
    refused = await api.post(SIGNAL, body, 409)
    assert (refused["type"], refused["errors"][0]["field"]) == ("/problems/process-control-signals-off", "carried")
    monkeypatch.setenv("INDICATORS_PROCESS_CONTROL_SIGNALS", "true")
    await api.observe("2018-01", "31", reason="Corrected")
    assert await told(api) == ["green"] * 5 + ["red"], "what was asked for before is so again"


async def test_what_is_not_there_carries_nothing(api: Api) -> None:
    await api.get("/indicators/unheard-of/process-control/signal", 404, area=PLYMOUTH)
    await api.get(SIGNAL, 422, area="E06099999")
    body = {"area": PLYMOUTH, "carried": True, "reason": "r"}
    await api.post(SIGNAL, body | {"area": "E06099999"}, 422)
    await api.post(SIGNAL, body | {"breakdown": {"sex": "male"}}, 422)
    await api.post(SIGNAL, {"area": PLYMOUTH, "carried": True}, 422)


@pytest.mark.both_engines
async def test_charts_of_more_series_than_a_statement_has_parameters_for(api: Api) -> None:
    await record(api, STEADY)
    shifted = {"area": PLYMOUTH, "period": "2017-10", "decision": "recalculate", "reason": "Another way of counting"}
    await api.post(f"/indicators/{AE}/process-control/recalculations", shifted)
    series = SeriesKey(AE, PLYMOUTH)
    many = {series, *(SeriesKey(AE, f"X{n}") for n in range(11_000))}
    charts = await api.database.read(lambda tx: get_charts(tx, many))
    assert {key: (len(chart.revisions), len(chart.remarks)) for key, chart in charts.items() if chart.remarks} == {
        series: (len(STEADY), 1)
    }
