"""The consumer loop: one reader queues batches, workers apply them, offsets in the database decide where it reads."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from chassis.bus.port import Batch, Bus, BusError, Consumer, TopicPartition
from chassis.events import failures, inbox
from chassis.events.applying import Applier, PartitionSlice
from chassis.events.digest_checks import DigestChecks
from chassis.events.failures import ConsumerStopped, FailedBatches
from chassis.events.inbox import StaleOffset
from chassis.events.jumps import Jumps
from chassis.events.offset_commits import OffsetCommits
from chassis.events.partition_queue import PartitionQueue
from chassis.events.store_checks import CHECK_SECONDS, REFUSED_SECONDS, find_offset_fault
from chassis.events.subscription import Subscription
from chassis.logging import get_logger
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.storage.outages import is_outage

T = TypeVar("T")
log = get_logger()

FOLLOW_SECONDS = 1.0
"""How often it looks whether an operator has moved an offset."""

SQLITE_MAX_RECORDS = 1000
"""SQLite has one writer, whom requests wait for as well."""


class ConsumerLoop:
    """Feeds one subscription of one service, until stopped."""

    def __init__(self, database: Database, bus: Bus, subscription: Subscription, settings: ServiceSettings) -> None:
        self.database = database
        self.bus = bus
        self.subscription = subscription
        self.settings = settings
        self.stopped: str | None = None
        """Why it stopped, once a run of failures has made it."""
        self.refusal: str | None = None
        """Why it applies nothing: its database, its producer's or the bus went back in time."""
        self._stopped_at = self.database.clock()
        self._checked_at = 0.0
        self._jumps = Jumps(bus, subscription)
        self._digest_checks = DigestChecks(database, subscription, self._jumps)
        self.applier = Applier(database, subscription, self._jumps)
        self._failed = FailedBatches(self.applier, settings)
        self._queue = PartitionQueue(0)
        self._followed_at = 0.0

    @property
    def name(self) -> str:
        return self.subscription.consumer

    @property
    def next_offsets(self) -> Mapping[TopicPartition, int]:
        """What it applies next, for the partitions assigned to it."""
        return self.applier.next_offsets

    async def run(self) -> None:
        """Consume until cancelled, or until a run of failures stops it (then :attr:`stopped` says why)."""
        while self.stopped is None:
            await self._until_log_fits()
            await self._consume()

    async def wait_until_allowed(self) -> None:
        """Once stopped, wait until an operator has said how many failures more may be parked, and be ready to run."""
        allowed = 0
        while not allowed:
            await asyncio.sleep(FOLLOW_SECONDS)
            allowed = await self._until_storage_answers(self._take_allowance)
        log.warning("consumer.failures_allowed", consumer=self.name, most=allowed)
        self._failed.run.allow(allowed)
        self.stopped = None

    async def _take_allowance(self) -> int:
        since = self._stopped_at
        return await self.database.write(lambda tx: failures.take_allowance(tx, self.name, since))

    async def _consume(self) -> None:
        """Consume until cancelled or stopped, or until log and offsets no longer fit together."""
        group, topics, gather = f"commissioning.{self.name}", self.subscription.topics, self.subscription.gather
        reader = await self.bus.consumer(group, topics, self.load_offsets, gather=gather)
        commits = OffsetCommits(self.name, reader)
        try:
            await self._read_and_apply(reader, commits)
        except* ConsumerStopped as errors:
            self.stopped, self._stopped_at = str(errors.exceptions[0]), self.database.clock()
            log.error("consumer.stopped", consumer=self.name, reason=self.stopped)  # noqa: TRY400  the reason says it all
        finally:
            await commits.commit_last()
            await reader.close()

    async def _read_and_apply(self, reader: Consumer, commits: OffsetCommits) -> None:
        workers, max_records = self._size()
        self._queue = PartitionQueue(max_records, 0 if self.bus.gathers else self.subscription.gather)
        async with asyncio.TaskGroup() as tasks:
            working = [tasks.create_task(self._work(reader, commits)) for _ in range(workers)]
            async for batch in reader.batches():
                if not await self._log_fits():
                    break
                await self._queue_or_commit(reader, batch, commits)
                if batch is None or time.monotonic() - self._followed_at >= FOLLOW_SECONDS:
                    await self._follow_moved_offsets(reader)
            for worker in working:
                worker.cancel()

    async def _until_log_fits(self) -> None:
        self._checked_at = -math.inf
        while not await self._log_fits():
            await asyncio.sleep(REFUSED_SECONDS)
            self._checked_at = -math.inf

    async def _log_fits(self) -> bool:
        """Compare offsets with log, and what was applied with digests, at the start and every minute.

        While the bus does not answer nothing is known.
        """
        if time.monotonic() - self._checked_at < CHECK_SECONDS:
            return True
        try:
            refusal = await self._until_storage_answers(self._find_fault)
        except BusError as error:
            log.info("consumer.log_unchecked", consumer=self.name, error=str(error)[:200])
            self._checked_at = time.monotonic() - CHECK_SECONDS + REFUSED_SECONDS
            return self.refusal is None
        if refusal and refusal != self.refusal:
            log.error("consumer.refuses", consumer=self.name, reason=refusal)
        self.refusal, self._checked_at = refusal, time.monotonic()
        return refusal is None

    async def _find_fault(self) -> str | None:
        await self._jumps.refresh()
        fault = await find_offset_fault(self.database, self.bus, self.subscription)
        return fault or await self._digest_checks.find_fault()

    async def _queue_or_commit(self, reader: Consumer, batch: Batch | None, commits: OffsetCommits) -> None:
        if batch is None:  # an idle second
            await self._pass_over(reader)
            await commits.commit()
        else:
            await self._queue.put(batch)

    async def _pass_over(self, reader: Consumer) -> None:
        """Move offsets past what is no record, such as the marker of a transaction: nobody has to wait for that."""
        try:
            positions = await reader.positions()
        except BusError:
            return  # the reader connects anew by itself
        for at, offset in positions.items():
            if self._queue.contains(at):
                continue
            try:
                await self._until_storage_answers(partial(self.applier.pass_over, at, offset))
                await reader.seek(at, offset)
            except StaleOffset:
                await self._seek_stored_offset(reader, at)

    def _size(self) -> tuple[int, int]:
        """How many workers, and how many events a transaction."""
        workers, max_records = self.settings.consumer_workers, self.settings.consumer_batch
        return (
            (1, min(max_records, SQLITE_MAX_RECORDS)) if self.database.dialect == "sqlite" else (workers, max_records)
        )

    async def _work(self, reader: Consumer, commits: OffsetCommits) -> None:
        """Apply what is queued, batches of several partitions together where they can be."""
        while True:
            batches = await self._queue.take()
            try:
                await self._apply_taken(reader, commits, batches)
            finally:
                for batch in batches:
                    reader.done(batch)
                await self._queue.done(batches)

    async def _apply_taken(self, reader: Consumer, commits: OffsetCommits, batches: Sequence[Batch]) -> None:
        if len(batches) > 1 and await self._until_storage_answers(lambda: self.apply_together(batches)):
            await commits.commit_when_due(batches)
            return
        for batch in batches:
            await self._apply_alone(reader, commits, batch)

    async def _apply_alone(self, reader: Consumer, commits: OffsetCommits, batch: Batch) -> None:
        try:
            await self._until_storage_answers(lambda: self.apply_batch(batch))
        except StaleOffset as error:
            log.info("consumer.resynced", consumer=self.name, reason=str(error))
            await self._seek_stored_offset(reader, batch.source)
        else:
            await commits.commit_when_due([batch])

    async def apply_together(self, batches: Sequence[Batch]) -> bool:
        """Apply batches in one transaction. False where one failed: nothing happened, each must be applied alone."""
        try:
            await self._apply([part for batch in batches if (part := self.applier.unapplied(batch))])
        except Exception as error:
            if is_outage(error):
                raise
            return False
        return True

    async def apply_batch(self, batch: Batch) -> None:
        """Apply a batch that could not be applied with others, or did not fit: whole, or else event by event."""
        part = self.applier.unapplied(batch)
        if part is None:
            return
        try:
            await self._apply([part])
        except StaleOffset:
            raise
        except Exception as error:
            if is_outage(error):
                raise
            log.warning("consumer.batch_failed", consumer=self.name, count=len(part.records), error=repr(error)[:300])
            await self._failed.apply_or_park(part)

    async def _apply(self, slices: Sequence[PartitionSlice]) -> None:
        """Passing over what is not ours, or was applied before, proves nothing: a run of failures goes on."""
        if await self.applier.apply(slices):
            self._failed.run.end()

    async def load_offsets(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """The offsets in the database to read ``partitions`` from; they were just assigned to this consumer."""
        return await self._until_storage_answers(lambda: self.applier.load(partitions))

    async def _follow_moved_offsets(self, reader: Consumer) -> None:
        """Follow an offset that an operator moved back, where nothing is under way that would find out by itself."""
        self._followed_at = time.monotonic()
        expected = {at: offset for at, offset in self.next_offsets.items() if not self._queue.contains(at)}
        stored = await self._until_storage_answers(
            lambda: inbox.get_stored_offsets(self.database, self.name, list(expected))
        )
        for partition, offset in stored.items():
            if offset != expected[partition]:
                await self._seek_stored_offset(reader, partition)

    async def _seek_stored_offset(self, reader: Consumer, partition: TopicPartition) -> None:
        await self.load_offsets([partition])
        await reader.seek(partition, self.next_offsets[partition])

    async def _until_storage_answers(self, work: Callable[[], Awaitable[T]]) -> T:
        """Try again for as long as the database is away; that is nobody's poison."""
        pause = 0.1
        while True:
            try:
                return await work()
            except Exception as error:
                if not is_outage(error):
                    raise
                log.warning("consumer.storage_away", consumer=self.name, error=str(error)[:200])
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
