"""The relay: events from the outbox to the bus, in order, at least once.

In one transaction it takes what waits, has it published, moves it into the feed meanwhile, and commits once
the bus has acknowledged. While the bus is away it waits and tries again.
"""

import asyncio
import math
import time
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Self

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import telemetry
from chassis.bus.port import Bus, BusError, Message, Producer
from chassis.crash_points import crash_point
from chassis.events import outbox
from chassis.events.digests import Digests
from chassis.events.envelope import TRACEPARENT, message
from chassis.events.store_checks import CHECK_SECONDS, REFUSED_SECONDS, find_feed_fault
from chassis.logging import get_logger
from chassis.storage.database import Database
from chassis.storage.outages import is_outage
from chassis.storage.sqlite import in_thread
from contracts.topics import events_topic, state_topic

log = get_logger()

CHUNKS = 8
"""Chunks one transaction may carry; more would only repeat more after a crash."""
POLL_SECONDS = 1.0
_LOCK = text("SELECT pg_try_advisory_xact_lock(:key)")


class Relay:
    """Publishes one service's outbox. Of several instances one at a time works, by a lock in the database."""

    def __init__(self, database: Database, bus: Bus, service: str, *, batch: int = 2000) -> None:
        self.database = database
        self.bus = bus
        self.service = service
        self.batch = batch
        self.failing: str | None = None
        self.refusal: str | None = None
        """Why it publishes nothing: this database or the bus went back in time."""
        self._checked_at = -math.inf
        self._digests = Digests(bus, service, database.clock)
        self._source = f"/{service}"
        self._lock = outbox.publishing_lock(service)

    async def run(self) -> None:
        """Publish until cancelled."""
        producer, pause = await self.bus.producer(), 0.1
        try:
            while True:
                try:
                    await self._wait()
                    if await self._may_publish():
                        await self._publish_all(producer)
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

    async def _publish_all(self, producer: Producer) -> None:
        while await self.cycle(producer) == CHUNKS * self.batch:
            pass  # less than that was all there was; what is committed meanwhile rings again

    async def _may_publish(self) -> bool:
        """Compare feed and bus at the start and every minute, and more often once they did not agree."""
        interval = REFUSED_SECONDS if self.refusal else CHECK_SECONDS
        if time.monotonic() - self._checked_at >= interval:
            await self._check()
        return self.refusal is None

    async def _check(self) -> None:
        async with self.database.connect() as connection, connection.begin():
            if not await self._try_lock(connection):
                return  # another instance publishes; it has checked
            refusal = await find_feed_fault(connection, self.bus, self.service)
        if refusal and refusal != self.refusal:
            log.error("relay.refuses", service=self.service, reason=refusal)
        self.refusal, self._checked_at = refusal, time.monotonic()

    async def _wait(self) -> None:
        """Wait for a commit; on Python 3.11 ``asyncio.wait_for`` would lose a cancellation that comes with one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self.database.committed.wait()
        self.database.committed.clear()

    async def cycle(self, producer: Producer) -> int:
        """Publish up to a few chunks of what waits; returns how many events that was."""
        try:
            published = await self._publish_some(producer)
        except BaseException:
            self._digests.reset()
            raise
        telemetry.PUBLISHED.labels(self.service).inc(published)
        if published:
            log.debug("relay.published", service=self.service, count=published)
        return published

    async def _publish_some(self, producer: Producer) -> int:
        async with self.database.transaction() as connection:
            if not await self._try_lock(connection):
                await asyncio.sleep(0.02)
                self.database.committed.set()
                return 0
            async with _Publishing() as publishing:
                published = await self._send(connection, producer, publishing)
            if published < CHUNKS * self.batch:
                await self._digests.publish_due(connection, producer)
            if published:
                crash_point("relay.before_mark")
        return published

    async def _send(self, connection: AsyncConnection, producer: Producer, publishing: "_Publishing") -> int:
        """Each chunk is read while the one before it is on its way, and moved into the feed while it is itself."""
        published, newest = 0, dict[str, Message]()
        for number in range(1, CHUNKS + 1):
            rows = await in_thread(connection, partial(outbox.list_unpublished, connection, self.batch))
            messages = [message(row, self._source, row.last_position + place) for place, row in enumerate(rows, 1)]
            newest.update({each.key: each for each in messages})
            if rows:
                await self._digests.announce(connection, producer, rows[0].generation)
            published += len(rows)
            is_last = len(rows) < self.batch or number == CHUNKS
            if published:
                await publishing.next(self._publish(producer, messages, newest if is_last else {}))
                ids = [row.id for row in rows]
                await in_thread(connection, partial(outbox.save_published, connection, ids, self._now()))
            if is_last:
                break
        return published

    async def _try_lock(self, connection: AsyncConnection) -> bool:
        if self.database.dialect != "postgresql":
            return True
        return bool(await connection.scalar(_LOCK, {"key": self._lock}))

    def _now(self) -> datetime:
        return self.database.clock()

    async def _publish(self, producer: Producer, messages: Sequence[Message], newest: Mapping[str, Message]) -> None:
        crash_point("relay.before_publish")
        with telemetry.span(f"publish {self.service}", "producer", _causes(messages)):
            telemetry.say(events=len(messages))
            await self._publish_to_all(producer, messages, newest)

    async def _publish_to_all(
        self, producer: Producer, messages: Sequence[Message], newest: Mapping[str, Message]
    ) -> None:
        publishing = [producer.publish(events_topic(self.service), messages)]
        if self.bus.compacted:
            publishing.append(producer.publish(state_topic(self.service), list(newest.values())))
        for failed in await asyncio.gather(*publishing, return_exceptions=True):
            if failed is not None:
                raise failed

    async def count_unpublished(self) -> tuple[int, datetime | None]:
        """How many events wait to be published, and since when the oldest does."""
        async with self.database.connect() as connection:
            return await outbox.count_unpublished(connection)

    async def measure(self) -> None:
        """Refresh the measures of what waits."""
        count, since = await self.count_unpublished()
        telemetry.UNPUBLISHED.labels(self.service).set(count)
        age = (self._now() - since).total_seconds() if since else 0.0
        telemetry.UNPUBLISHED_AGE.labels(self.service).set(age)


def _causes(messages: Sequence[Message]) -> Sequence[str]:
    """The traces that messages follow from, each once."""
    if not telemetry.is_told():
        return ()
    return list(dict.fromkeys(trace for each in messages if (trace := each.headers.get(TRACEPARENT))))


class _Publishing:
    """One publish at a time is on its way. Left in whatever way, none is: the rows are free again only then."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    async def next(self, publishing: Coroutine[Any, Any, None]) -> None:
        """Wait for the one before, then set this one off."""
        try:
            await self._finished()
        except BaseException:
            publishing.close()
            raise
        self._task = asyncio.create_task(publishing)

    async def _finished(self) -> None:
        if self._task:
            await self._task
        self._task = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            await self._finished()
        elif self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
