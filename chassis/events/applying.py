"""What one transaction of a consumer writes: offsets, inbox, effects and dead letters, together or not at all."""

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from chassis import telemetry
from chassis.bus.port import Batch, Record, TopicPartition
from chassis.crash_points import crash_point
from chassis.events import dead_letters, inbox
from chassis.events.classification import Classified, Unapplicable, classify
from chassis.events.dead_letters import Reason
from chassis.events.envelope import EVENT_ID, Delivery, Order
from chassis.events.inbox import AlreadyApplied, OffsetMove, StaleOffset
from chassis.events.jumps import Jumps
from chassis.events.subscription import Subscription
from chassis.logging import get_logger
from chassis.storage.database import Database
from chassis.storage.transaction import Tx

log = get_logger()

MoveAndRecord = Callable[[Tx, str, Sequence[OffsetMove], Sequence[Delivery]], Awaitable[Sequence[Delivery]]]


@dataclass(frozen=True, slots=True)
class PartitionSlice:
    """One partition's part of a transaction: its records, and the offset its consumer must have reached for them."""

    source: TopicPartition
    expected_offset: int
    records: Sequence[Record]

    @property
    def next_offset(self) -> int:
        return self.records[-1].offset + 1

    @property
    def move(self) -> OffsetMove:
        return OffsetMove(self.source, self.expected_offset, self.next_offset)


class Applier:
    """Applies records of one subscription. ``next_offsets`` is what it applies next, by partition assigned."""

    def __init__(self, database: Database, subscription: Subscription, jumps: Jumps | None = None) -> None:
        self.next_offsets: dict[TopicPartition, int] = {}
        self.moved_at = time.monotonic()
        """When it last applied something, or had nothing to apply."""
        self.applied_until = time.time()
        """When the newest record that it moved past was published, or when it last had nothing to apply."""
        self._database = database
        self._subscription = subscription
        self._consumer = subscription.consumer
        self._jumps = jumps
        self._parked_keys: set[str] = set()

    async def load(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Read the offsets of ``partitions``, and what is parked, perhaps by whoever had these partitions before."""
        offsets, parked = await self._database.read(lambda tx: self._stored(tx, partitions))
        for partition in partitions:
            self.next_offsets[partition] = offsets.get(partition, 0)
        self._parked_keys |= parked
        return offsets

    async def _stored(self, tx: Tx, partitions: Sequence[TopicPartition]) -> tuple[dict[TopicPartition, int], set[str]]:
        offsets = await inbox.list_offsets(tx, self._consumer, partitions)
        return offsets, await dead_letters.list_parked_subjects(tx, self._consumer)

    def unapplied(self, batch: Batch) -> PartitionSlice | None:
        """What of a batch is still to be applied.

        Raises:
            StaleOffset: it was read ahead of what this consumer applies next by now.
        """
        source, expected = batch.source, self.next_offsets.get(batch.source, 0)
        if batch.start > expected:
            raise StaleOffset(f"{self._consumer} is at {expected} in {source.topic}/{source.partition}, before a batch")
        records = batch.records
        if records[0].offset < expected:
            records = [record for record in records if record.offset >= expected]
        return PartitionSlice(source, expected, records) if records else None

    async def pass_over(self, source: TopicPartition, next_offset: int) -> None:
        """Move the offset on over what is no record.

        Raises:
            StaleOffset: somebody else moved it.
        """
        expected = self.next_offsets[source]
        await self._database.write(lambda tx: inbox.move_offset(tx, self._consumer, source, expected, next_offset))
        self.next_offsets[source] = next_offset

    async def apply(self, slices: Sequence[PartitionSlice]) -> int:
        """Apply records in one transaction, leaving out events applied before. Returns how many had their effect.

        Nearly always all are new, which costs least to check; only where that fails is each looked up.
        """
        if not slices:
            return 0
        records = [record for each in slices for record in each.records]
        classified = classify(records, self._subscription.types)
        if self._jumps:
            classified = await self._jumps.without_jumps(classified)
        with _trace_of(self._consumer, classified.deliveries):
            telemetry.say(events=len(classified.deliveries))
            try:
                fresh = await self._write(slices, classified, inbox.move_and_record_all_new)
            except AlreadyApplied:
                fresh = await self._write(slices, classified, inbox.move_and_record_new)
            log.debug("consumer.applied", consumer=self._consumer, count=len(classified.deliveries))
        self._advance(slices)
        self._report(classified)
        return fresh

    async def _write(self, slices: Sequence[PartitionSlice], classified: Classified, enter: MoveAndRecord) -> int:
        return await self._database.write(lambda tx: self._apply_in(tx, slices, classified, enter))

    async def _apply_in(
        self, tx: Tx, slices: Sequence[PartitionSlice], classified: Classified, enter: MoveAndRecord
    ) -> int:
        """The offsets moved first (which keeps others out), then inbox, effects and dead letters."""
        moves = [each.move for each in sorted(slices, key=lambda one: one.source)]
        fresh = await enter(tx, self._consumer, moves, classified.deliveries)
        if fresh:
            await self._subscription.projection.apply(tx, fresh)
        for record, reason, error in map(_parts, classified.unapplicable):
            await dead_letters.save_parked(tx, self._consumer, record, reason, error, attempts=0)
        if len(fresh) < len(classified.deliveries):
            await self._save_reused(tx, classified.deliveries)
        await self._save_superseded(tx, classified)
        crash_point("consumer.mid_batch")
        return len(fresh)

    async def _save_reused(self, tx: Tx, deliveries: Sequence[Delivery]) -> None:
        """Park events that have the id of another aggregate's event: they were not applied before."""
        for event in await inbox.list_reused(tx, self._consumer, deliveries):
            error = f"its id {event.id} is that of another aggregate's event"
            await dead_letters.save_parked(tx, self._consumer, event.record, Reason.UNREADABLE, error, attempts=0)

    async def _save_superseded(self, tx: Tx, classified: Classified) -> None:
        """Close what is parked of subjects with a newer event here, be that one new or applied before."""
        parked = self._parked_keys | {each.record.key for each in classified.unapplicable}
        if not (self._subscription.supersedes and parked):
            return
        newest: dict[str, Order] = {}
        for event in classified.deliveries:
            if event.subject in parked:
                newest[event.subject] = max(event.order, newest.get(event.subject, event.order))
        if newest:
            await dead_letters.save_superseded(tx, self._consumer, newest)

    async def save_parked(self, one: PartitionSlice, reason: Reason, failure: Exception, attempts: int) -> None:
        """Park the only record of ``one``, which could not be applied, and move on behind it."""
        (record,), error = one.records, repr(failure)

        async def work(tx: Tx) -> None:
            await inbox.move_offset(tx, self._consumer, one.source, one.expected_offset, one.next_offset)
            await dead_letters.save_parked(tx, self._consumer, record, reason, error, attempts)

        await self._database.write(work)
        self._advance([one])
        self._report_parked(record, reason, error)

    def _advance(self, slices: Sequence[PartitionSlice]) -> None:
        self.next_offsets.update({each.source: each.next_offset for each in slices})
        self.applied_until = min(each.records[-1].timestamp_ms for each in slices) / 1000

    def _report(self, classified: Classified) -> None:
        self.moved_at = time.monotonic()
        telemetry.APPLIED.labels(self._consumer).inc(len(classified.deliveries))
        for record, reason, error in map(_parts, classified.unapplicable):
            self._report_parked(record, reason, error)

    def _report_parked(self, record: Record, reason: Reason, error: str) -> None:
        self._parked_keys.add(record.key)
        telemetry.PARKED.labels(self._consumer, reason).inc()
        log.error(
            "consumer.parked",
            consumer=self._consumer,
            event_id=record.headers.get(EVENT_ID),
            key=record.key,
            offset=record.offset,
            reason=reason,
            error=error[:300],
        )


def _parts(each: Unapplicable) -> tuple[Record, Reason, str]:
    return each.record, each.reason, each.error


@contextmanager
def _trace_of(consumer: str, deliveries: Sequence[Delivery]) -> Iterator[None]:
    """Enter the trace of a batch's only cause (one with several starts a trace of its own), and name a lone event."""
    causes = list(dict.fromkeys(event.traceparent for event in deliveries if event.traceparent))
    names = {"event_id": deliveries[0].id} if len(deliveries) == 1 else {}
    with telemetry.span(f"apply {consumer}", "consumer", causes), structlog.contextvars.bound_contextvars(**names):
        yield
