"""What was known at a moment, where writers waited for one another."""

import asyncio
from decimal import Decimal

import pytest

from chassis.storage.transaction import Tx
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.indicators.domain.observations import Observation, SeriesKey
from services.indicators.service.observations import record_observation
from tests.integration.indicators.conftest import PLYMOUTH, Api

pytestmark = pytest.mark.both_engines


async def test_a_writer_that_waited_is_not_known_before_the_one_it_waited_for(api: Api) -> None:
    if api.database.dialect == "sqlite":
        return  # one writer at a time
    begun, go = asyncio.Event(), asyncio.Event()
    late = Observation(Period.parse("2018-01"), Decimal(90), ObservationStatus.FINAL, reason="Late returns")

    async def slow(tx: Tx) -> None:
        begun.set()
        await go.wait()
        await record_observation(tx, SeriesKey("ae-four-hour-wait", PLYMOUTH), lambda _: late)

    waiting = asyncio.create_task(api.database.write(slow))
    await begun.wait()
    api.clock.forward(seconds=10)
    await api.observe("2018-01", "80")
    between = api.clock.moment
    api.clock.forward(seconds=10)
    go.set()
    await waiting
    now = await api.get("/indicators/ae-four-hour-wait/status", area=PLYMOUTH)
    then = await api.get("/indicators/ae-four-hour-wait/status", area=PLYMOUTH, as_of=between.isoformat())
    assert (now["latest"]["value"], then["latest"]["value"]) == ("90", "80")
    assert [event["time"] for event in await api.events()] == sorted(event["time"] for event in await api.events())


async def test_a_clock_that_was_set_back_makes_no_newer_revision_older(api: Api) -> None:
    await api.observe("2017-01", "80.0")
    api.clock.forward(hours=-3)
    await api.observe("2017-01", "81.0", reason="it was wrong")
    api.clock.forward(hours=4)
    found = await api.get("/indicators/ae-four-hour-wait/observations", area=PLYMOUTH, revisions="true")
    times = [each["recorded_at"] for each in sorted(found["items"], key=lambda each: each["revision"])]
    assert times == sorted(times)
