"""What tests of a bus read and write with: messages, a database that keeps positions, batches as they come."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing

from chassis.bus.port import Batch, Bus, Consumer, Message, Record, TopicPartition


class Database:
    """Where consumers stand, as the database would keep it."""

    def __init__(self, offsets: dict[TopicPartition, int] | None = None) -> None:
        self.offsets = {} if offsets is None else offsets
        self.asked: list[TopicPartition] = []
        self.failures = 0

    async def __call__(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        self.asked += partitions
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the database is away")
        return {at: self.offsets[at] for at in partitions if at in self.offsets}

    def apply(self, batch: Batch) -> None:
        self.offsets[batch.source] = batch.next_offset


def messages(count: int, keys: int = 20, start: int = 0) -> list[Message]:
    return [Message(f"key-{n % keys}", b"%d" % n) for n in range(start, start + count)]


def numbers(records: Sequence[Record]) -> list[int]:
    return [int(record.value) for record in records]


async def take(consumer: Consumer, count: int, database: Database | None = None, within: float = 30) -> list[Record]:
    """Read on until so many records came; apply each batch as a service would."""
    taken: list[Record] = []
    async with asyncio.timeout(within), aclosing(consumer.batches()) as batches:
        async for batch in batches:
            if batch is not None:
                taken += batch.records
                if database is not None:
                    database.apply(batch)
                consumer.done(batch)
            if len(taken) >= count:
                break
    return taken


async def next_batch(batches: AsyncIterator[Batch | None], within: float = 30) -> Batch:
    async with asyncio.timeout(within):
        while (batch := await anext(batches)) is None:
            pass
    return batch


async def read_all(bus: Bus, topic: str) -> list[Record]:
    ends = await bus.end_offsets(topic)
    return [record async for batch in bus.read(topic, {}, ends) for record in batch.records]


def assert_in_order_by_key(records: Sequence[Record]) -> None:
    by_key: dict[str, list[int]] = defaultdict(list)
    for record in records:
        by_key[record.key].append(int(record.value))
    assert all(found == sorted(found) for found in by_key.values())
