"""A log whose first records are gone: nobody rebuilds from it, and nobody waits for what will not come."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.bus.port import Bus, TopicPartition
from chassis.events import inbox, replay
from chassis.events.consumer import ConsumerLoop
from chassis.events.subscription import Subscription
from chassis.recovery.replays import LocalReplays, Start
from chassis.runtime import lag
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from tests.contract.conftest import OpenBus, Shorten
from tests.eventually import eventually
from tests.integration.chassis import tally


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """The tally service's database."""
    found = Database(f"sqlite+threads:///{tmp_path / 'tally.db'}", tally.metadata)
    async with found.engine.begin() as connection:
        await connection.run_sync(tally.metadata.create_all)
    yield found
    await found.close()


@pytest.fixture
def topic() -> str:
    """A log of what the tally's events name as their source."""
    return f"commissioning.indicators.test{uuid.uuid4().hex[:10]}.v1"


@pytest.fixture
def subscription(topic: str) -> Subscription:
    return replace(tally.TALLY, topics=(topic,))


async def _publish(bus: Bus, topic: str, count: int) -> TopicPartition:
    """So many events of one aggregate; the partition where they lie."""
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, [tally.number_event("a", n, n) for n in range(1, count + 1)])
    (home,) = [at for at, end in (await bus.end_offsets(topic)).items() if end]
    return home


async def test_what_was_derived_from_events_now_deleted_is_kept(
    open_bus: OpenBus, topic: str, shorten: Shorten, database: Database, subscription: Subscription
):
    bus = await open_bus()
    home = await _publish(bus, topic, 20)
    assert await replay.rebuild(database, bus, subscription) == 20
    await shorten(home, 20)

    with pytest.raises(replay.LogShortened, match=rf"{topic}, partition {home.partition}, begins at 20"):
        await replay.rebuild(database, bus, subscription)

    assert await database.read(tally.numbers) == {"a": 20}
    assert await inbox.get_stored_offsets(database, subscription.consumer, [home]) == {home: 20}


@asynccontextmanager
async def _consuming(database: Database, bus: Bus, subscription: Subscription) -> AsyncIterator[None]:
    task = asyncio.create_task(ConsumerLoop(database, bus, subscription, ServiceSettings()).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_consumer_that_was_away_goes_on_with_what_is_left(
    open_bus: OpenBus, topic: str, shorten: Shorten, database: Database, subscription: Subscription
):
    bus = await open_bus()
    home = await _publish(bus, topic, 20)
    await shorten(home, 15)
    assert await lag(database, bus, subscription) == 5

    async with _consuming(database, bus, subscription):
        await eventually(lambda: _waits_for_nothing(database, bus, subscription), within=30)

    assert await database.read(tally.applied) == [("a", n) for n in range(16, 21)]


async def test_an_emptied_log_leaves_nothing_to_wait_for(
    open_bus: OpenBus, topic: str, shorten: Shorten, database: Database, subscription: Subscription
):
    bus = await open_bus()
    await shorten(await _publish(bus, topic, 20), 20)
    assert await lag(database, bus, subscription) == 0


async def test_a_replay_from_before_the_beginning_says_so_first(
    open_bus: OpenBus, topic: str, shorten: Shorten, database: Database, subscription: Subscription
):
    bus = await open_bus()
    home = await _publish(bus, topic, 20)
    async with _consuming(database, bus, subscription):
        await eventually(lambda: _waits_for_nothing(database, bus, subscription), within=30)
        await shorten(home, 15)
        replays = LocalReplays("tally", [subscription], database, bus)
        for start in (3, datetime(1970, 1, 1, tzinfo=UTC)):
            refused = await replays.replay_consumer(subscription.consumer, Start(start))
            assert refused
            assert f"partition {home.partition}, begins at 15" in str(refused.refused)
        assert await inbox.get_stored_offsets(database, subscription.consumer, [home]) == {home: 20}
        assert await replays.replay_consumer(subscription.consumer, Start(3, anyway=True))
        await eventually(lambda: _waits_for_nothing(database, bus, subscription), within=30)
    effects = [("a", n) for n in range(1, 21)] + [("a", n) for n in range(16, 21)]
    assert await database.read(tally.applied) == sorted(effects)


async def _waits_for_nothing(database: Database, bus: Bus, subscription: Subscription) -> None:
    assert await lag(database, bus, subscription) == 0
