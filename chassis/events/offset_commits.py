"""Offsets committed to the bus: only its own lag figures hang on them, so about once a second is often enough."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

from chassis.bus.port import Batch, BusError, Consumer, TopicPartition
from chassis.crash_points import crash_point
from chassis.logging import get_logger

COMMIT_SECONDS = 1.0
log = get_logger()


class OffsetCommits:
    """What one consumer has applied and not yet committed to the bus."""

    def __init__(self, consumer: str, reader: Consumer) -> None:
        self._consumer = consumer
        self._reader = reader
        self._pending: dict[TopicPartition, int] = {}
        self._committed_at = 0.0

    async def commit_when_due(self, batches: Sequence[Batch]) -> None:
        """Note that ``batches`` are applied, and commit whatever is pending if the last commit is long enough ago."""
        crash_point("consumer.before_offset_commit")
        self._pending.update({batch.source: batch.next_offset for batch in batches})
        if time.monotonic() - self._committed_at >= COMMIT_SECONDS:
            await self.commit()

    async def commit(self) -> None:
        offsets, self._pending, self._committed_at = self._pending, {}, time.monotonic()
        if not offsets:
            return
        try:
            await self._reader.commit(offsets)
        except BusError as error:
            log.info("consumer.commit_skipped", consumer=self._consumer, error=str(error)[:200])

    async def commit_last(self) -> None:
        """Commit before closing, unless the bus takes long to answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(COMMIT_SECONDS):
                await self.commit()
