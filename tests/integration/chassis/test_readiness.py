"""What a service says of itself while its bus says nothing, or while nothing moves."""

import asyncio
import itertools
import math
import time
from collections.abc import Mapping
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from chassis.bus.embedded import EmbeddedBus
from chassis.bus.port import Message, Record, TopicPartition
from chassis.events.applying import PartitionSlice
from chassis.runtime import STALLED_SECONDS, ServiceRuntime
from chassis.service import ServiceSpec
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.storage.outages import is_full
from chassis.web.app import readiness
from chassis.web.units import Resources
from tests.eventually import eventually
from tests.integration.chassis import tally


class SilentBus(EmbeddedBus):
    """It takes questions and never answers, as a broker does that was stopped."""

    async def end_offsets(self, topic: str) -> Mapping[TopicPartition, int]:  # noqa: ARG002  the port's
        await asyncio.Event().wait()
        return {}


SPEC = ServiceSpec("tally", "Tally", "Counts", tally.metadata, "tests", (), subscriptions=(tally.TALLY,))
SPEAKER = ServiceSpec("indicators", "Speaker", "Hears nobody", tally.metadata, "tests", ())


async def test_a_silent_bus_does_not_keep_readiness_waiting(database, tmp_path):
    async def detail(_database: Database) -> Mapping[str, object]:
        return {"ready": False, "outside": {"failing": 1}}

    spec = replace(SPEC, detail=detail)
    runtime = ServiceRuntime(spec, database, SilentBus(tmp_path / "silent.db"), ServiceSettings())
    async with asyncio.timeout(30):
        said = await runtime.health()
    assert (said["ready"], said["outside"]) == (True, {"failing": 1}), "as ready as without it"
    assert said["consumers"]["tally"]["lag"] is None


@pytest.mark.parametrize("spec", [SPEC, SPEAKER], ids=["hears", "hears nobody"])
async def test_a_silent_bus_degrades_a_service_and_shows_in_its_measures(database, tmp_path, spec):
    bus = SilentBus(tmp_path / "silent.db")
    await bus.start()
    runtime = ServiceRuntime(spec, database, bus, ServiceSettings())
    said = await runtime.health()
    assert (said["ready"], said["status"], said["bus"]) == (True, "degraded", "silent")
    measuring = asyncio.create_task(runtime.run())
    await eventually(lambda: REGISTRY.get_sample_value("suite_bus_reachable", {"service": spec.name}) == 0)
    measuring.cancel()
    await asyncio.gather(measuring, return_exceptions=True)
    await bus.close()
    if spec.subscriptions:
        assert math.isnan(REGISTRY.get_sample_value("suite_consumer_lag", {"consumer": "tally"}))


async def test_a_consumer_without_progress_degrades_a_service(database, bus):
    runtime = ServiceRuntime(SPEC, database, bus, ServiceSettings())
    await bus.ensure_topics(tally.TALLY.topics)
    assert (await runtime.health())["status"] == "ok"
    producer = await bus.producer()
    await producer.publish(tally.TALLY.topics[0], [Message("a/1", b"{}")])
    await producer.close()
    assert (await runtime.health())["status"] == "ok"
    runtime.loops[0].applier.moved_at -= STALLED_SECONDS
    said = await runtime.health()
    assert (said["status"], said["bus"], said["consumers"]["tally"]["lag"]) == ("degraded", "ok", 1)


async def test_how_far_a_consumer_is_behind_is_told_in_seconds(database, bus):
    """By when the newest event it applied was published, not by when it last did something."""
    runtime = ServiceRuntime(SPEC, database, bus, ServiceSettings())
    (topic, *_) = tally.TALLY.topics
    await bus.ensure_topics(tally.TALLY.topics)
    applier = runtime.loops[0].applier
    at = TopicPartition(topic, 0)

    async def behind():
        return (await runtime.health())["consumers"]["tally"]["lag_seconds"]

    assert await behind() == 0.0
    producer = await bus.producer()
    await producer.publish(topic, [Message("a/1", b"{}")])
    await producer.close()
    assert await behind() is None, "whoever has no partition knows nothing of them"
    await applier.load([at])
    assert 0 <= await behind() < 60
    applied = Record(topic, 0, 0, "a/1", b"{}", {}, int((time.time() - 600) * 1000))
    applier._advance([PartitionSlice(at, 0, [applied])])
    assert 600 <= await behind() < 660


@pytest.fixture
async def small(tmp_path):
    """A database in a file that may grow to so many pages."""
    found = Database(f"sqlite+threads:///{tmp_path / 'small.db'}", tally.metadata)
    async with found.engine.begin() as connection:
        await connection.run_sync(tally.metadata.create_all)
        pages = await connection.scalar(text("PRAGMA page_count"))
    limit = {"pages": pages + 2}
    event.listen(
        found.engine.sync_engine, "begin", lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {limit['pages']}")
    )
    yield found, limit
    await found.close()


async def fill(database):
    """Write until there is no room for the smallest row."""
    numbers = itertools.count()
    for size in (2000, 200, 0):
        with pytest.raises(OperationalError) as full:
            await fill_with(database, numbers, "x" * size)
        assert is_full(full.value)


async def fill_with(database, numbers, value):
    insert = text("INSERT INTO setting (name, value, set_at) VALUES (:name, :value, '2018-01-01')")
    for number in numbers:
        values = {"name": f"n{number}", "value": value}
        await database.write(lambda tx, values=values: tx.session.execute(insert, values))


async def test_a_disk_that_is_full_makes_a_service_not_ready_until_there_is_room(small):
    database, limit = small
    resources = Resources(database, ServiceSettings())
    assert await readiness(resources) == {"database": "ok", "ready": True}
    await fill(database)
    assert await readiness(resources) == {"database": "full", "ready": False}
    limit["pages"] += 100
    assert await readiness(resources) == {"database": "ok", "ready": True}
    assert database.is_full is False
