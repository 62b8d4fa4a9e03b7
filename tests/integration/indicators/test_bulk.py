"""Many observations in one call: all or none, every bad row named, one event a series."""

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import Unit
from services.indicators.domain.observations import SeriesKey
from services.indicators.service import batches
from services.indicators.service.recording import LockedBatch
from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api

AE = "ae-four-hour-wait"


def entry(period: str, value: str | None, **more: Any) -> dict[str, Any]:
    return {"indicator": AE, "area": PLYMOUTH, "period": period, "value": value, "status": "final"} | more


def bulk(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"observations": list(entries)}


async def test_all_are_recorded_with_one_event_a_series(api: Api):
    sent = bulk(entry("Nov-17", "80"), entry("Dec-17", "79.29"), entry("Dec-17", "85", area=ENGLAND))
    made = await api.post("/observations", sent, 200)
    assert (made["recorded"], made["unchanged"]) == (3, 0)
    assert [each["period"] for each in made["observations"]] == ["2017-11", "2017-12", "2017-12"]
    subjects = [event["subject"] for event in await api.events()]
    assert sorted(subjects) == [f"{AE}/{PLYMOUTH}", f"{AE}/{ENGLAND}"]
    assert {each["event"] for each in made["observations"]} == {event["id"] for event in await api.events()}
    again = await api.post("/observations", sent, 200)
    assert (again["recorded"], again["unchanged"]) == (0, 3)
    assert len(await api.events()) == 2


async def test_every_bad_row_is_named_and_nothing_is_recorded(api: Api):
    await api.observe("Oct-17", "70")
    await api.post("/indicators", MONTHLY | {"code": "retired", "retired_on": "2018-01-01"})
    refused = await api.post(
        "/observations",
        bulk(
            entry("Nov-17", "80"),
            entry("Dec-17", "120"),
            entry("2016/17", "80"),
            entry("Dec-17", "1", indicator="unheard-of", area="E06000099"),
            entry("Oct-17", "71"),
            entry("Dec-17", "1", indicator="retired"),
            entry("Nov 2017", "81"),
            entry("Sep-17", None, status="withdrawn"),
            entry("Aug-17", "1", breakdown={"sex": "male"}),
        ),
        422,
    )
    assert [each["field"] for each in refused["errors"]] == [
        "observations.1.value",
        "observations.2.period",
        "observations.3.indicator",
        "observations.3.area",
        "observations.4.reason",
        "observations.5.indicator",
        "observations.6.period",
        "observations.7.status",
        "observations.8.breakdown",
    ]
    assert len(await api.events()) == 1
    shown = await api.get(f"/indicators/{AE}/observations")
    assert [each["period"] for each in shown["items"]] == ["2017-10"]


async def test_the_body_is_bounded_by_entries_and_not_by_the_limit_of_others(api: Api):
    month = [f"{year}-{n:02d}" for year in range(1940, 2017) for n in range(1, 13)]
    note = "n" * 1200
    sent = bulk(*(entry(each, "80", note=note) for each in month))
    made = await api.post("/observations", sent, 200)
    assert made["recorded"] == len(month)
    assert all(first["period"] < second["period"] for first, second in pairwise(made["observations"]))
    await api.post("/observations", bulk(*([entry("Dec-17", "1")] * 5001)), 422)
    await api.post("/observations", bulk(), 422)


@pytest.mark.parametrize("missing", ["indicator", "area", "period"])
async def test_each_entry_says_where_it_belongs(api: Api, missing: str):
    sent = entry("Dec-17", "80")
    del sent[missing]
    refused = await api.post("/observations", bulk(sent), 422)
    assert [each["field"] for each in refused["errors"]] == [f"observations.0.{missing}"]


async def test_a_definition_that_changes_meanwhile_is_read_again_for_the_series_that_are_locked(
    api: Api, monkeypatch: pytest.MonkeyPatch
):
    """Torbay's row was none by the definition that was read first, so that its series is not locked."""
    lock = batches.lock_batch

    async def redefined(tx: Tx, keys: Collection[SeriesKey], *, has_indicators: bool) -> LockedBatch:
        batch = await lock(tx, keys, has_indicators=has_indicators)
        batch.inputs.indicators[AE] = replace(batch.inputs.indicators[AE], unit=Unit.COUNT)
        return batch

    monkeypatch.setattr(batches, "lock_batch", redefined)
    over = entry("Dec-17", "120", area="E06000027")
    problem = await api.post("/observations", bulk(entry("Dec-17", "80"), over), 422)
    assert [each["field"] for each in problem["errors"]] == ["observations.1.value"]
    made = await api.post("/observations", bulk(entry("Dec-17", "80.5")), 200)
    assert made["recorded"] == 1
