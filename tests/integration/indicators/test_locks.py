"""Writers that meet wait for one another, in one order: none has to be sent back by the database."""

import asyncio

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from contracts.breakdown import Breakdown
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.series_inputs import NO_WHOLE
from services.indicators.repository import series
from tests.integration.indicators.conftest import PLYMOUTH, Api
from tests.integration.indicators.test_breakdowns import LIFE, MALE

pytestmark = pytest.mark.both_engines

KEY = SeriesKey("ae-four-hour-wait", PLYMOUTH)
_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


async def _somebody_waits(database: Database) -> None:
    async with asyncio.timeout(10), database.connect() as connection:
        while not await connection.scalar(_WAITING):  # noqa: ASYNC110  the server offers nothing else to wait for
            await asyncio.sleep(0.01)


async def test_a_version_that_is_put_back_does_not_meet_a_change_of_the_definition(api: Api) -> None:
    await api.observe("2018-01", "80")
    if api.database.dialect == "sqlite":
        return  # one writer at a time
    locked, attempts = asyncio.Event(), 0

    async def resend(tx: Tx) -> None:
        """As the same content again does: take the next version, find nothing new, put the version back."""
        nonlocal attempts
        attempts += 1
        version = await series.lock_and_raise_version(tx, KEY)
        assert version == 1
        locked.set()
        await _somebody_waits(api.database)
        await series.save_versions(tx, {KEY: version})

    async def redefine() -> None:
        await locked.wait()
        await api.patch("/indicators/ae-four-hour-wait", {"polarity": "low_is_good"})

    with capture_logs() as logs:
        await asyncio.gather(api.database.write(resend), redefine())
    assert attempts == 1
    assert not [entry for entry in logs if entry["event"] == "database.retried"]
    assert [event["aggregateversion"] for event in await api.events()] == [1, 2]


async def test_the_same_content_beside_values_of_england(api: Api) -> None:
    await api.observe("2018-01", "80")
    with capture_logs() as logs:
        await asyncio.gather(
            *(api.observe("2018-01", "80", 200) for _ in range(12)),
            *(api.observe("2018-01", f"{70 + n}", area="E92000001", status="provisional") for n in range(12)),
        )
    assert not [entry for entry in logs if entry["event"] == "database.retried"]


async def test_an_import_and_many_in_one_call_lock_series_in_one_order(api: Api) -> None:
    """An import goes by indicator and breakdown: what one call locks at once it locks in the same order."""
    await api.post("/indicators", LIFE)
    first, second = SeriesKey("life", "E10000008"), SeriesKey("life", PLYMOUTH, Breakdown(MALE))
    for key in (first, second):
        await api.observe("Dec-17", "80", area=key.area, code="life", breakdown=dict(key.breakdown.items))
    if api.database.dialect == "sqlite":
        return  # one writer at a time
    locked, attempts = asyncio.Event(), 0

    async def bring(tx: Tx) -> None:
        """As an import of two batches does."""
        nonlocal attempts
        attempts += 1
        await series.lock_series(tx, [first], NO_WHOLE)
        locked.set()
        await _somebody_waits(api.database)
        await series.lock_series(tx, [second], NO_WHOLE)

    async def record() -> None:
        await locked.wait()
        entry = {"indicator": "life", "period": "Dec-17", "value": "81", "status": "final", "reason": "Counted again"}
        many = [entry | {"area": key.area, "breakdown": dict(key.breakdown.items)} for key in (second, first)]
        await api.post("/observations", {"observations": many}, 200)

    with capture_logs() as logs:
        await asyncio.gather(api.database.write(bring), record())
    assert attempts == 1
    assert not [entry for entry in logs if entry["event"] == "database.retried"]
