"""Batches wait their turn: each partition in order, several partitions together."""

import asyncio

import pytest

from chassis.bus.port import Batch, Record, TopicPartition
from chassis.events.partition_queue import Lanes


def batch(partition: int, start: int = 0, count: int = 1) -> Batch:
    records = [Record("t", partition, start + n, "k", b"", {}, 0) for n in range(count)]
    return Batch(TopicPartition("t", partition), start, records)


async def is_waiting(task: "asyncio.Task[object]") -> bool:
    for _ in range(5):
        await asyncio.sleep(0)
    return not task.done()


async def test_what_waits_is_taken_together_and_once():
    lanes = Lanes(100)
    batches = [batch(0), batch(1), batch(2)]
    for each in batches:
        await lanes.put(each)
    assert await lanes.take() == batches
    taking = asyncio.create_task(lanes.take())
    assert await is_waiting(taking)
    await lanes.put(batch(3))
    assert await taking == [batch(3)]


async def test_a_partition_has_one_batch_under_way():
    lanes = Lanes(100)
    await lanes.put(batch(0, 0))
    await lanes.put(batch(0, 1))
    await lanes.put(batch(1, 0))
    first = await lanes.take()
    assert first == [batch(0, 0), batch(1, 0)]
    taking = asyncio.create_task(lanes.take())
    assert await is_waiting(taking)
    await lanes.done(first)
    assert await taking == [batch(0, 1)]


async def test_no_more_than_the_limit_is_taken_together():
    lanes = Lanes(10)
    for partition in range(3):
        await lanes.put(batch(partition, count=4))
    assert [each.source.partition for each in await lanes.take()] == [0, 1]
    await lanes.put(batch(3, count=7))
    assert [each.source.partition for each in await lanes.take()] == [2]
    await lanes.put(batch(4, count=99))
    assert [each.source.partition for each in await lanes.take()] == [3]
    assert [each.source.partition for each in await lanes.take()] == [4]  # as it came, however long


@pytest.mark.parametrize("count", [10, 99])
async def test_a_reader_ahead_of_the_lanes_waits(count: int):
    lanes = Lanes(10)
    await lanes.put(batch(0, count=count))
    putting = asyncio.create_task(lanes.put(batch(1)))
    assert await is_waiting(putting)
    await lanes.take()
    await putting


async def test_a_partition_is_had_from_waiting_to_done():
    lanes = Lanes(10)
    one = batch(0)
    assert not lanes.has(one.source)
    await lanes.put(one)
    assert lanes.has(one.source)
    assert not lanes.has(batch(1).source)
    taken = await lanes.take()
    assert lanes.has(one.source)
    await lanes.done(taken)
    assert not lanes.has(one.source)
