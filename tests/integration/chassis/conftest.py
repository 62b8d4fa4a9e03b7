import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from chassis.bus.embedded import EmbeddedBus
from chassis.events.consumer import ConsumerLoop
from chassis.events.subscription import Subscription
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from tests.integration.chassis import tally


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh database of the tally service."""
    url = f"sqlite+threads:///{tmp_path / 'tally.db'}"
    if request.param == "postgresql":
        dsn: str = request.getfixturevalue("postgres_admin_dsn")
        name = f"tally_{secrets.token_hex(6)}"
        connection = await asyncpg.connect(dsn)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        url = make_url(dsn).set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)
    found = Database(url, tally.metadata)
    async with found.engine.begin() as connection:
        await connection.run_sync(tally.metadata.create_all)
    yield found
    await found.close()


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[EmbeddedBus]:
    bus = EmbeddedBus(tmp_path / "bus.db", partitions=2)
    await bus.start()
    await bus.ensure_topics([tally.TOPIC])
    yield bus
    await bus.close()


Consuming = Callable[..., "asynccontextmanager[ConsumerLoop]"]


@pytest.fixture
def consuming(database: Database, bus: EmbeddedBus) -> Callable[..., Awaitable[ConsumerLoop]]:
    """``async with consuming() as loop``: the tally's consumer at work."""

    @asynccontextmanager
    async def start(
        subscription: Subscription = tally.TALLY, bus: EmbeddedBus = bus, **settings: int
    ) -> AsyncIterator[ConsumerLoop]:
        values = {"consumer_retries": 1, "consumer_failures_to_stop": 5} | settings
        loop = ConsumerLoop(database, bus, subscription, ServiceSettings(**values))
        task = asyncio.create_task(loop.run())
        try:
            yield loop
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return start
