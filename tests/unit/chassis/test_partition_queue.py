"""Batches wait their turn: each partition in order, several partitions together."""

import asyncio

import pytest

from chassis.bus.port import Batch, Record, TopicPartition
from chassis.events.partition_queue import PartitionQueue


def batch(partition: int, start: int = 0, count: int = 1) -> Batch:
    records = [Record("t", partition, start + n, "k", b"", {}, 0) for n in range(count)]
    return Batch(TopicPartition("t", partition), start, records)


async def is_waiting(task: "asyncio.Task[object]") -> bool:
    for _ in range(5):
        await asyncio.sleep(0)
    return not task.done()


async def test_what_waits_is_taken_together_and_once():
    queue = PartitionQueue(100)
    batches = [batch(0), batch(1), batch(2)]
    for each in batches:
        await queue.put(each)
    assert await queue.take() == batches
    taking = asyncio.create_task(queue.take())
    assert await is_waiting(taking)
    await queue.put(batch(3))
    assert await taking == [batch(3)]


async def test_more_is_waited_for_where_nobody_waits_unless_there_is_much_already():
    queue = PartitionQueue(10, gather=0.02)
    await queue.put(batch(0))
    taking = asyncio.create_task(queue.take())
    assert await is_waiting(taking)
    await queue.put(batch(1))
    assert await taking == [batch(0), batch(1)]
    await queue.put(batch(2, count=10))
    taking = asyncio.create_task(queue.take())
    assert not await is_waiting(taking)


async def test_a_partition_has_one_batch_under_way():
    queue = PartitionQueue(100)
    await queue.put(batch(0, 0))
    await queue.put(batch(0, 1))
    await queue.put(batch(1, 0))
    first = await queue.take()
    assert first == [batch(0, 0), batch(1, 0)]
    taking = asyncio.create_task(queue.take())
    assert await is_waiting(taking)
    await queue.done(first)
    assert await taking == [batch(0, 1)]


async def test_no_more_than_the_limit_is_taken_together():
    queue = PartitionQueue(10)
    for partition in range(3):
        await queue.put(batch(partition, count=4))
    assert [each.source.partition for each in await queue.take()] == [0, 1]
    await queue.put(batch(3, count=7))
    assert [each.source.partition for each in await queue.take()] == [2]
    await queue.put(batch(4, count=99))
    assert [each.source.partition for each in await queue.take()] == [3]
    assert [each.source.partition for each in await queue.take()] == [4]  # as it came, however long


@pytest.mark.parametrize("count", [10, 99])
async def test_a_reader_ahead_of_the_workers_waits(count: int):
    queue = PartitionQueue(10)
    await queue.put(batch(0, count=count))
    putting = asyncio.create_task(queue.put(batch(1)))
    assert await is_waiting(putting)
    await queue.take()
    await putting


async def test_a_partition_is_had_from_waiting_to_done():
    queue = PartitionQueue(10)
    one = batch(0)
    assert not queue.contains(one.source)
    await queue.put(one)
    assert queue.contains(one.source)
    assert not queue.contains(batch(1).source)
    taken = await queue.take()
    assert queue.contains(one.source)
    await queue.done(taken)
    assert not queue.contains(one.source)
