"""A log whose first records are gone: nobody rebuilds from it, and nobody waits for what will not come."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from chassis import inbox, replay
from chassis.bus.port import Bus, TopicPartition
from chassis.consumer import Subscription
from chassis.db import Database
from tests.contract.conftest import OpenBus, Shorten
from tests.integration.chassis import tally


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """The tally service's database."""
    found = Database(f"sqlite+aiosqlite:///{tmp_path / 'tally.db'}", tally.metadata)
    async with found.engine.begin() as connection:
        await connection.run_sync(tally.metadata.create_all)
    yield found
    await found.close()


@pytest.fixture
def subscription(topic: str) -> Subscription:
    return replace(tally.TALLY, topics=(topic,))


async def _publish(bus: Bus, topic: str, count: int) -> TopicPartition:
    """So many events of one aggregate; the partition where they lie."""
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, [tally.said("a", n, n) for n in range(1, count + 1)])
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

    assert await database.read(tally.standing) == {"a": 20}
    assert await inbox.stored_positions(database, subscription.consumer, [home]) == {home: 20}
