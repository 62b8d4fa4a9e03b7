"""The loop: batches in, effects, inbox and offset in one transaction, poison parked."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

import structlog

from chassis import telemetry
from chassis.bus.port import Batch, Bus, BusError, Consumer, Record, TopicPartition
from chassis.crash_points import crash_point
from chassis.events import dead_letters, inbox
from chassis.events.dead_letters import Reason
from chassis.events.envelope import Delivery
from chassis.events.inbox import HeardBefore, StaleOffset
from chassis.events.partition_queue import Lanes
from chassis.events.subscription import Share, Sorted, Subscription, sort
from chassis.logging import get_logger
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.storage.outages import is_outage
from chassis.storage.transaction import Tx

T = TypeVar("T")
log = get_logger()

TELL_SECONDS = 1.0
LOOK_SECONDS = 1.0
SHORT = 1000

Accept = Callable[[Tx, str, Sequence[Delivery]], Awaitable[Sequence[Delivery]]]


class ConsumerStopped(Exception):  # noqa: N818  named for what it is
    """A run of failures: the consumer stands still until somebody has looked."""


class ConsumerLoop:
    """Feeds one subscription of one service, until stopped."""

    def __init__(self, database: Database, bus: Bus, subscription: Subscription, settings: ServiceSettings) -> None:
        self.database = database
        self.bus = bus
        self.subscription = subscription
        self.settings = settings
        self.stopped: str | None = None
        self.moved_at = time.monotonic()
        """When it last applied something, or had nothing to apply."""
        self._expected: dict[TopicPartition, int] = {}
        self._failures = 0
        self._failing = asyncio.Lock()
        """What fails is looked at one batch after the other, or lanes would count each other's failures half done."""
        self._parked: set[str] = set()
        self._lanes = Lanes(0)
        self._untold: dict[TopicPartition, int] = {}
        self._told_at = 0.0
        self._looked_at = 0.0

    @property
    def name(self) -> str:
        return self.subscription.consumer

    @property
    def standing(self) -> Mapping[TopicPartition, int]:
        """What it applies next, for the partitions it was given."""
        return self._expected

    async def run(self) -> None:
        """Consume until cancelled, or until a run of failures stops it (then :attr:`stopped` says why)."""
        reader = await self.bus.consumer(f"commissioning.{self.name}", self.subscription.topics, self._positions)
        lanes, most = self._width()
        self._lanes = Lanes(most)
        try:
            async with asyncio.TaskGroup() as tasks:
                working = [tasks.create_task(self._lane(reader)) for _ in range(lanes)]
                async for batch in reader.batches():
                    if batch is not None:
                        await self._lanes.put(batch)
                    else:
                        await self._tell(reader)
                    if batch is None or time.monotonic() - self._looked_at >= LOOK_SECONDS:
                        await self._look_around(reader)
                for lane in working:
                    lane.cancel()
        except* ConsumerStopped as errors:
            self.stopped = str(errors.exceptions[0])
            log.error("consumer.stopped", consumer=self.name, reason=self.stopped)  # noqa: TRY400  the reason says it all
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(TELL_SECONDS):
                    await self._tell(reader)
            await reader.close()

    def _width(self) -> tuple[int, int]:
        """How many lanes, and how many events a transaction; SQLite has one writer, whom requests wait for as well."""
        lanes, most = self.settings.consumer_lanes, self.settings.consumer_batch
        return (1, min(most, SHORT)) if self.database.dialect == "sqlite" else (lanes, most)

    async def _lane(self, reader: Consumer) -> None:
        """Apply what waits, batches of several partitions together where they can be."""
        while True:
            batches = await self._lanes.take()
            try:
                await self._serve(reader, batches)
            finally:
                for batch in batches:
                    reader.done(batch)
                await self._lanes.done(batches)

    async def _serve(self, reader: Consumer, batches: Sequence[Batch]) -> None:
        if len(batches) > 1 and await self._until_storage(lambda: self._together(reader, batches)):
            return
        for batch in batches:
            await self._alone(reader, batch)

    async def _together(self, reader: Consumer, batches: Sequence[Batch]) -> bool:
        """Apply batches in one transaction; where one of them fails, nothing happened and each must stand alone."""
        try:
            await self._apply([share for batch in batches if (share := self._share(batch))])
        except Exception as error:
            if is_outage(error):
                raise
            return False
        await self._acknowledge(reader, batches)
        return True

    async def _alone(self, reader: Consumer, batch: Batch) -> None:
        try:
            await self._until_storage(lambda: self._consume(batch))
        except StaleOffset as error:
            log.info("consumer.resynced", consumer=self.name, reason=str(error))
            await self._resync(reader, batch.source)
        else:
            await self._acknowledge(reader, [batch])

    async def _positions(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Where it stands in the database, and what is parked there, perhaps by whoever had these partitions before."""
        found, parked = await self._until_storage(lambda: self.database.read(lambda tx: self._stored(tx, partitions)))
        for partition in partitions:
            self._expected[partition] = found.get(partition, 0)
        self._parked |= parked
        return found

    async def _stored(
        self, tx: Tx, partitions: Sequence[TopicPartition]
    ) -> tuple[Mapping[TopicPartition, int], set[str]]:
        found = await inbox.positions(tx, self.name, partitions)
        return found, await dead_letters.parked_subjects(tx, self.name)

    async def _acknowledge(self, reader: Consumer, batches: Sequence[Batch]) -> None:
        """Note what the bus may be told, and tell it about once a second: only its own lag figures hang on it."""
        crash_point("consumer.before_offset_commit")
        self._untold.update({batch.source: batch.next_offset for batch in batches})
        if time.monotonic() - self._told_at >= TELL_SECONDS:
            await self._tell(reader)

    async def _tell(self, reader: Consumer) -> None:
        offsets, self._untold, self._told_at = self._untold, {}, time.monotonic()
        if not offsets:
            return
        try:
            await reader.commit(offsets)
        except BusError as error:
            log.info("consumer.commit_skipped", consumer=self.name, error=str(error)[:200])

    async def _look_around(self, reader: Consumer) -> None:
        """Follow an offset that an operator moved back, where nothing is under way that would find out by itself."""
        self._looked_at = time.monotonic()
        known = {at: offset for at, offset in self._expected.items() if not self._lanes.has(at)}
        stored = await self._until_storage(lambda: inbox.stored_positions(self.database, self.name, list(known)))
        for partition, offset in stored.items():
            if offset != known[partition]:
                await self._resync(reader, partition)

    async def _resync(self, reader: Consumer, partition: TopicPartition) -> None:
        await self._positions([partition])
        await reader.seek(partition, self._expected[partition])

    async def _until_storage(self, work: Callable[[], Awaitable[T]]) -> T:
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

    def _share(self, batch: Batch) -> Share | None:
        """What of a batch is still to be applied.

        Raises:
            StaleOffset: it was read ahead of where this consumer stands by now.
        """
        source, expected = batch.source, self._expected.get(batch.source, 0)
        if batch.start > expected:
            raise StaleOffset(f"{self.name} stands at {expected} in {source.topic}/{source.partition}, before a batch")
        records = batch.records
        if records[0].offset < expected:
            records = [record for record in records if record.offset >= expected]
        return Share(source, expected, records) if records else None

    async def _consume(self, batch: Batch) -> None:
        """Apply a batch that could not be applied with others, or did not fit: whole, or else event by event."""
        share = self._share(batch)
        if share is None:
            return
        try:
            await self._apply([share])
        except StaleOffset:
            raise
        except Exception as error:
            if is_outage(error):
                raise
            log.warning("consumer.batch_failed", consumer=self.name, count=len(share.records), error=repr(error)[:300])
            async with self._failing:
                await self._one_by_one(share)

    async def _one_by_one(self, share: Share) -> None:
        expected = share.expected
        for record in share.records:
            one = Share(share.source, expected, [record])
            failure = await self._attempts(one)
            if failure is not None:
                await self._park(one, failure)
            expected = one.following

    async def _attempts(self, one: Share) -> Exception | None:
        """Apply one event, a bounded number of times; returns the last error where none went well."""
        failure: Exception | None = None
        for attempt in range(self.settings.consumer_retries + 1):
            try:
                await self._apply([one])
            except StaleOffset:
                raise
            except Exception as error:
                if is_outage(error):
                    raise
                failure = error
                await asyncio.sleep(0.05 * 2**attempt)
            else:
                return None
        return failure

    async def _park(self, one: Share, failure: Exception) -> None:
        failures = self._failures + 1
        if failures >= self.settings.consumer_failures_to_stop:
            raise ConsumerStopped(f"{failures} events in a row failed, the last with {failure!r}")
        (record,), attempts = one.records, self.settings.consumer_retries + 1

        async def work(tx: Tx) -> None:
            await inbox.move(tx, self.name, one.source, one.expected, one.following)
            await dead_letters.park(tx, self.name, record, Reason.FAILED, repr(failure), attempts)

        await self.database.write(work)
        self._failures = failures  # only now: where this could not be kept, the same event comes again
        self._expected[one.source] = one.following
        self._tell_parked(record, Reason.FAILED, repr(failure))

    async def _apply(self, shares: Sequence[Share]) -> None:
        """Apply records in one transaction: as all new, or else, once some were heard before, leaving those out."""
        if not shares:
            return
        batch = sort([record for share in shares for record in share.records], self.subscription.types)
        with _trace_of(batch.apply):
            try:
                fresh = await self.database.write(lambda tx: self._work(tx, shares, batch, inbox.accept_new))
            except HeardBefore:
                fresh = await self.database.write(lambda tx: self._work(tx, shares, batch, inbox.accept))
            log.debug("consumer.applied", consumer=self.name, count=len(batch.apply))
        self._expected.update({share.source: share.following for share in shares})
        if fresh:  # passing over what is not ours, or was heard before, proves nothing
            self._failures = 0
        self._count(batch)

    async def _work(self, tx: Tx, shares: Sequence[Share], batch: Sorted, accept: Accept) -> int:
        """The offsets moved first (which keeps others out), then inbox, effects, unreadable ones parked.

        Returns how many events had their effect.
        """
        for share in sorted(shares, key=lambda each: each.source):
            await inbox.move(tx, self.name, share.source, share.expected, share.following)
        fresh = await accept(tx, self.name, batch.apply)
        if fresh:
            await self.subscription.projection.apply(tx, fresh)
        for record, reason, error in batch.park:
            await dead_letters.park(tx, self.name, record, reason, error, attempts=0)
        await self._supersede(tx, batch)
        crash_point("consumer.mid_batch")
        return len(fresh)

    def _count(self, batch: Sorted) -> None:
        self.moved_at = time.monotonic()
        telemetry.APPLIED.labels(self.name).inc(len(batch.apply))
        for record, reason, error in batch.park:
            self._tell_parked(record, reason, error)

    def _tell_parked(self, record: Record, reason: Reason, error: str) -> None:
        self._parked.add(record.key)
        telemetry.PARKED.labels(self.name, reason).inc()
        log.error(
            "consumer.parked",
            consumer=self.name,
            event_id=record.headers.get("ce_id"),
            key=record.key,
            offset=record.offset,
            reason=reason,
            error=error[:300],
        )

    async def _supersede(self, tx: Tx, batch: Sorted) -> None:
        """Close what is parked of subjects with a newer event here, be that one new or applied before."""
        parked = self._parked | {record.key for record, _, _ in batch.park}
        if not (self.subscription.supersedes and parked):
            return
        newest: dict[str, int] = {}
        for event in batch.apply:
            if event.subject in parked:
                newest[event.subject] = max(event.version, newest.get(event.subject, 0))
        if newest:
            await dead_letters.supersede(tx, self.name, newest)


@contextmanager
def _trace_of(deliveries: Sequence[Delivery]) -> Iterator[None]:
    """Enter the trace of a batch's only cause (one with several starts a trace of its own), and name a lone event."""
    parents = {event.traceparent for event in deliveries}
    telemetry.continue_trace(parents.pop() if len(parents) == 1 else None)
    names = {"event_id": deliveries[0].id} if len(deliveries) == 1 else {}
    try:
        with structlog.contextvars.bound_contextvars(**names):
            yield
    finally:
        telemetry.leave_trace()
