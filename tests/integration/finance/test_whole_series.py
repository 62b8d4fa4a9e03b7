"""A series told whole in a higher generation: what it does not repeat is no longer so."""

import httpx

from chassis.events.envelope import Delivery
from chassis.storage.database import Database
from contracts.indicators import IndicatorUpdated
from tests.integration.finance.world import Source, as_delivered, hear, scheme_body, totals


def told_whole(source: Source) -> Delivery:
    """The series as a recovery tells it: every period, and that these are all."""
    body = source.say({}).data(IndicatorUpdated)
    whole = body.model_copy(update={"changed": list(source.points.values()), "complete": True})
    return as_delivered(whole, f"whole-{source.generation}", source.version, source.generation)


async def test_a_period_of_a_lost_time_is_taken_back(api: httpx.AsyncClient, database: Database):
    await api.post("/finance/v1/schemes", json=scheme_body())
    source = Source()
    await hear(database, [source.say({"2017-11": "1371"}), source.say({"2017-12": "1300"})])
    before = await totals(api, "admissions")
    assert set(before) == {"2017-11", "2017-12"}
    lost = next(period for period in source.points if period.label == "2017-12")
    del source.points[lost]
    source.go_back()
    await hear(database, [source.say({"2017-11": "1371"})])
    assert await totals(api, "admissions") == before, "only a whole series takes back"
    await hear(database, [told_whole(source)])
    assert await totals(api, "admissions") == {"2017-11": before["2017-11"]}
    await hear(database, [source.say({"2017-12": "1300"})])
    assert await totals(api, "admissions") == before


async def test_a_series_told_whole_in_the_same_generation_takes_nothing_back(
    api: httpx.AsyncClient, database: Database
):
    await api.post("/finance/v1/schemes", json=scheme_body())
    source = Source()
    await hear(database, [source.say({"2017-12": "1300"})])
    before = await totals(api, "admissions")
    source.points.clear()
    await hear(database, [told_whole(source)])
    assert await totals(api, "admissions") == before
