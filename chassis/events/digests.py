"""Digests on their way out: once a minute at most a service tells in short what it has published.

A relay takes them inside the transaction that publishes. Nobody else of the service publishes meanwhile, so the end of
the log, the feed and the versions belong together.

- *Before the first event of a generation* one tells the highest versions there are, what waits included. So whoever
  reads an event of a generation finds a digest of it on the bus, and no genuine version is above what that explains:
  the highest of its range, and one for each record of its partition behind the digest's end.
- *Once a minute, where something was published since the last*, one tells exactly what the log has before its end. It
  is taken where the relay has just published all that waited: what waits from then on is younger than the relay's lock,
  so no relay has published it, not one either that was killed before it could mark anything.
"""

import asyncio
import math
import time
from functools import partial
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bus.port import Bus, Message, Producer, TopicMissing
from chassis.clock import Clock
from chassis.events.envelope import NewEvent, encode, headers, with_generation
from chassis.events.published_versions import PublishedVersions, get_published_versions
from chassis.logging import get_logger
from chassis.storage.sqlite import in_thread
from contracts.digests import DIGEST_PUBLISHED, DigestPublished
from contracts.topics import digest_topic, events_topic, source_of

log = get_logger()

DIGEST_SECONDS = 60.0


class Digests:
    """Publishes the digests of one service.

    Where nobody has made the topic nothing is told, and it is looked for once a minute: events do not wait for that.
    """

    def __init__(self, bus: Bus, service: str, clock: Clock) -> None:
        self._bus = bus
        self._service = service
        self._clock = clock
        self._versions: PublishedVersions | None = None
        self._is_settled = False
        """Whether the last digest was."""
        self._looked_at = -math.inf
        self._missed_at = -math.inf

    def reset(self) -> None:
        """Forget what was read in a transaction that failed."""
        self._versions, self._is_settled = None, False

    async def announce(self, connection: AsyncConnection, producer: Producer, generation: int) -> None:
        """Publish a digest before the first event of a generation; nothing where there was one."""
        if self._versions and self._versions.generation == generation:
            return
        if await self._has_topic():
            self._versions = await in_thread(connection, partial(get_published_versions, connection))
            await self._publish(producer, self._versions, is_settled=False)

    async def publish_due(self, connection: AsyncConnection, producer: Producer) -> None:
        """Publish a digest where there is something to tell, and the last is a minute old or was not settled.

        Called where all that waited has just been published in this transaction.
        """
        is_due = not self._is_settled or time.monotonic() - self._looked_at >= DIGEST_SECONDS
        if not is_due or not await self._has_topic():
            return
        versions, has_news, is_settled = await in_thread(connection, partial(self._advanced, connection))
        if is_settled and (has_news or not self._is_settled):
            await self._publish(producer, versions, is_settled=True)
        self._versions, self._looked_at = versions, time.monotonic()

    async def _advanced(self, connection: AsyncConnection) -> tuple[PublishedVersions, bool, bool]:
        """What is published by now, whether any of it is new, and whether it is settled."""
        versions = self._versions or await get_published_versions(connection)
        has_news = bool(await versions.advance(connection))
        return versions, has_news, await versions.is_settled(connection)

    async def _has_topic(self) -> bool:
        if time.monotonic() - self._missed_at < DIGEST_SECONDS:
            return False
        try:
            await self._bus.end_offsets(digest_topic(self._service))
        except TopicMissing as error:
            log.warning("relay.no_digests", service=self._service, reason=str(error))
            self._missed_at = time.monotonic()
            return False
        return True

    async def _publish(self, producer: Producer, versions: PublishedVersions, *, is_settled: bool) -> None:
        ends = await self._bus.end_offsets(events_topic(self._service))
        data = DigestPublished(
            position=versions.position,
            ends=tuple(end for _, end in sorted(ends.items())),
            settled=is_settled,
            types=versions.types,
            ranges=await asyncio.to_thread(versions.ranges),
        )
        await producer.publish(digest_topic(self._service), [self._message(data, versions.generation)])
        self._is_settled = is_settled
        log.debug("relay.digest_published", service=self._service, position=data.position, settled=is_settled)

    def _message(self, data: DigestPublished, generation: int) -> Message:
        """The event. Its version is the feed's position, since it has no row of its own to count by."""
        source, event_id, version = source_of(digest_topic(self._service)), str(uuid4()), max(1, data.position)
        event = NewEvent(DIGEST_PUBLISHED, source, self._service, version, data)
        body = encode(event, event_id=event_id, time=self._clock(), traceparent=None)
        named = headers(
            event_id=event_id,
            source=source,
            type_=DIGEST_PUBLISHED,
            version=version,
            traceparent=None,
            generation=generation,
        )
        return Message(self._service, with_generation(body, generation), named)
