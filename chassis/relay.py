"""The relay: events from the outbox to the bus, in order, at least once.

It takes *unpublished rows in order*, never a cursor (rows that commit late would be skipped), marks them in an open
transaction, publishes, and commits once the bus has acknowledged. While the bus is away it waits and tries again.
"""

import asyncio
import zlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import telemetry
from chassis.bus.port import Bus, BusError, Message, Producer
from chassis.db import Database, is_outage
from chassis.events import message
from chassis.faults import crash_point
from chassis.logging import get_logger
from contracts.topics import events_topic, state_topic

log = get_logger()

CHUNKS = 8
"""Chunks one transaction may carry; more would only repeat more after a crash."""
POLL_SECONDS = 1.0


class Relay:
    """Publishes one service's outbox. Of several instances one at a time works, by a lock in the database."""

    def __init__(self, database: Database, bus: Bus, service: str, *, batch: int = 2000) -> None:
        self.database = database
        self.bus = bus
        self.service = service
        self.batch = batch
        self.failing: str | None = None
        self._outbox = database.metadata.tables["outbox"]
        self._lock = zlib.crc32(f"relay/{service}".encode())

    async def run(self) -> None:
        """Publish until cancelled."""
        producer, pause = await self.bus.producer(), 0.1
        try:
            while True:
                try:
                    await self._wait()
                    while await self.cycle(producer):
                        pass
                    pause, self.failing = 0.1, None
                except Exception as error:
                    if not (isinstance(error, BusError) or is_outage(error)):
                        raise
                    self.failing = str(error)[:200]
                    log.warning("relay.waiting", service=self.service, seconds=round(pause, 1), error=self.failing)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 5.0)
                    self.database.committed.set()
        finally:
            await producer.close()

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.database.committed.wait(), POLL_SECONDS)
        self.database.committed.clear()

    async def cycle(self, producer: Producer) -> int:
        """Publish up to a few chunks of what is unpublished; returns how many events that was.

        Each chunk is fetched while the one before it is on its way.
        """
        published = 0
        async with self.database.transaction() as connection:
            if not await self._exclusive(connection):
                await asyncio.sleep(0.02)
                self.database.committed.set()
                return 0
            sending: asyncio.Task[None] | None = None
            try:
                for _ in range(CHUNKS):
                    rows = await self._take(connection)
                    if sending:
                        await sending
                    sending = asyncio.create_task(self._publish(producer, rows)) if rows else None
                    published += len(rows)
                    if len(rows) < self.batch:
                        break
                if sending:
                    await sending
                    sending = None
                    crash_point("relay.before_mark")
            finally:
                if sending:  # something failed: let the publish end before the rows are free again
                    sending.cancel()
                    await asyncio.gather(sending, return_exceptions=True)
        telemetry.PUBLISHED.labels(self.service).inc(published)
        if published:
            log.debug("relay.published", service=self.service, count=published)
        return published

    async def _exclusive(self, connection: AsyncConnection) -> bool:
        if self.database.dialect != "postgresql":
            return True
        return bool(await connection.scalar(select(func.pg_try_advisory_xact_lock(self._lock))))

    async def _take(self, connection: AsyncConnection) -> Sequence[Any]:
        """Mark the next chunk, oldest first, with its places in the feed, and return it."""
        outbox = self._outbox
        base = select(func.coalesce(func.max(outbox.c.position), 0)).scalar_subquery()
        number = func.row_number().over(order_by=outbox.c.id).label("number")
        chunk = (
            select(outbox.c.id, number)
            .where(outbox.c.position.is_(None))
            .order_by(outbox.c.id)
            .limit(self.batch)
            .cte("chunk")
        )
        statement = (
            update(outbox)
            .where(outbox.c.id == chunk.c.id)
            .values(position=base + chunk.c.number, published_at=self._now())
            .returning(
                outbox.c.id,
                *(outbox.c[n] for n in ("event_id", "type", "subject", "version", "body", "traceparent")),
            )
        )
        return sorted((await connection.execute(statement)).all(), key=lambda row: row.id)

    def _now(self) -> datetime:
        return self.database.clock()

    async def _publish(self, producer: Producer, rows: Sequence[Any]) -> None:
        crash_point("relay.before_publish")
        messages = [message(row, f"/{self.service}") for row in rows]
        publishing = [producer.publish(events_topic(self.service), messages)]
        if self.bus.compacted:
            newest: dict[str, Message] = {each.key: each for each in messages}
            publishing.append(producer.publish(state_topic(self.service), list(newest.values())))
        for failed in await asyncio.gather(*publishing, return_exceptions=True):
            if failed is not None:
                raise failed

    async def measure(self) -> None:
        """Refresh the measures of what waits."""
        outbox = self._outbox
        query = select(func.count(), func.min(outbox.c.created_at)).where(outbox.c.position.is_(None))
        async with self.database.connect() as connection:
            count, oldest = (await connection.execute(query)).one()
        telemetry.UNPUBLISHED.labels(self.service).set(count)
        age = (self._now() - oldest).total_seconds() if oldest else 0.0
        telemetry.UNPUBLISHED_AGE.labels(self.service).set(age)
