"""Between the reader of a log and the workers that apply it: batches queue here, and are taken several at a time."""

import asyncio
from collections.abc import Sequence

from chassis.bus.port import Batch, TopicPartition


class PartitionQueue:
    """A queue that keeps each partition in order: of one partition one batch is under way, of others all that wait.

    Under little load a batch is taken as it comes; under much, those that came meanwhile are taken together, up to
    ``max_records`` events, so that what is done once a transaction is done less often. ``gather`` seconds are waited
    for more, where nobody waits for the effects.
    """

    def __init__(self, max_records: int, gather: float = 0) -> None:
        self._max_records = max_records
        self._gather = gather
        self._queued: list[Batch] = []
        self._under_way: set[TopicPartition] = set()
        self._changed = asyncio.Condition()

    def contains(self, partition: TopicPartition) -> bool:
        """Whether a batch of ``partition`` is queued or under way."""
        return partition in self._under_way or any(batch.source == partition for batch in self._queued)

    async def put(self, batch: Batch) -> None:
        """Queue a batch, once there is room."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._is_full)
            self._queued.append(batch)
            self._changed.notify_all()

    async def take(self) -> Sequence[Batch]:
        """The oldest batches of partitions not under way, once there are any. Give them back with :meth:`done`."""
        if self._gather:
            async with self._changed:
                await self._changed.wait_for(self._free_batches)
            if not self._is_full:
                await asyncio.sleep(self._gather)
        async with self._changed:
            while not (taken := self._free_batches()):
                await self._changed.wait()
            self._under_way.update(batch.source for batch in taken)
            for batch in taken:
                self._queued.remove(batch)
            self._changed.notify_all()
            return taken

    @property
    def _is_full(self) -> bool:
        return sum(len(each.records) for each in self._queued) >= self._max_records

    def _free_batches(self) -> Sequence[Batch]:
        free: dict[TopicPartition, Batch] = {}
        records = 0
        for batch in self._queued:
            if batch.source in self._under_way or batch.source in free:
                continue
            if free and records + len(batch.records) > self._max_records:
                break
            free[batch.source] = batch
            records += len(batch.records)
        return list(free.values())

    async def done(self, taken: Sequence[Batch]) -> None:
        async with self._changed:
            self._under_way.difference_update(batch.source for batch in taken)
            self._changed.notify_all()
