"""Between the reader of a log and those who apply it: batches wait here, and are taken several partitions at a time."""

import asyncio

from chassis.bus.port import Batch, TopicPartition


class Lanes:
    """A queue that keeps each partition in order: of one partition one batch is under way, of others as many as wait.

    Under little load a batch is taken as it comes; under much, those that came meanwhile are taken together, up to
    ``records`` events, so that what is done once a transaction is done less often.
    """

    def __init__(self, records: int) -> None:
        self._records = records
        self._waiting: list[Batch] = []
        self._busy: set[TopicPartition] = set()
        self._changed = asyncio.Condition()

    def has(self, partition: TopicPartition) -> bool:
        """Whether a batch of ``partition`` waits or is under way."""
        return partition in self._busy or any(batch.source == partition for batch in self._waiting)

    async def put(self, batch: Batch) -> None:
        """Queue a batch, once there is room."""
        async with self._changed:
            await self._changed.wait_for(lambda: sum(len(each.records) for each in self._waiting) < self._records)
            self._waiting.append(batch)
            self._changed.notify_all()

    async def take(self) -> list[Batch]:
        """The oldest batches of partitions that nobody is at, once there are any. Give them back with :meth:`done`."""
        async with self._changed:
            while not (taken := self._free()):
                await self._changed.wait()
            self._busy.update(batch.source for batch in taken)
            for batch in taken:
                self._waiting.remove(batch)
            self._changed.notify_all()
            return taken

    def _free(self) -> list[Batch]:
        free: dict[TopicPartition, Batch] = {}
        records = 0
        for batch in self._waiting:
            if batch.source in self._busy or batch.source in free:
                continue
            if free and records + len(batch.records) > self._records:
                break
            free[batch.source] = batch
            records += len(batch.records)
        return list(free.values())

    async def done(self, taken: list[Batch]) -> None:
        async with self._changed:
            self._busy.difference_update(batch.source for batch in taken)
            self._changed.notify_all()
