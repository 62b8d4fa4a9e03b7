"""How consumers of one process share partitions, to the step."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest

from chassis.bus.embedded import EmbeddedBus, EmbeddedConsumer
from chassis.bus.embedded.statements import partition_of
from chassis.bus.port import Batch, Message, TopicPartition

TOPIC = "commissioning.test.v1"
KEYS = {partition_of(key, 2): key for key in "abcdef"}


async def from_the_start(partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
    return {}


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[EmbeddedBus]:
    bus = EmbeddedBus(tmp_path / "bus.db", 2, drain_s=0.3)
    await bus.start()
    await bus.ensure_topics([TOPIC])
    yield bus
    await bus.close()


async def join(bus: EmbeddedBus) -> tuple[EmbeddedConsumer, AsyncIterator[Batch | None]]:
    consumer = await bus.consumer("group", [TOPIC], from_the_start)
    return consumer, consumer.batches()


async def publish(bus: EmbeddedBus, *partitions: int) -> None:
    await (await bus.producer()).publish(TOPIC, [Message(KEYS[n], b"") for n in partitions])


async def step(batches: AsyncIterator[Batch | None]) -> int | None:
    batch = await anext(batches)
    return batch.source.partition if batch else None


async def test_a_batch_in_hand_is_finished_before_its_partition_moves(bus: EmbeddedBus):
    await publish(bus, 0, 1)
    owner, first = await join(bus)
    held = [await anext(first), await anext(first)]  # partition 1 is in hand, and would move
    assert [batch.source.partition for batch in held if batch] == [0, 1]

    _, second = await join(bus)
    waiting = asyncio.create_task(step(second))
    await asyncio.sleep(0.1)
    assert not waiting.done()

    owner.done(held[1])
    assert await waiting == 1
    assert await step(first) is None


async def test_a_batch_held_too_long_is_given_to_the_next(bus: EmbeddedBus):
    await publish(bus, 0, 1)
    zombie, first = await join(bus)
    assert [await step(first), await step(first)] == [0, 1]

    _, second = await join(bus)
    async with asyncio.timeout(0.9):
        assert await step(second) == 1  # again: the database never heard that it was applied
    assert set(await zombie.lag()) == {TopicPartition(TOPIC, 0)}


async def test_a_partition_that_comes_back_before_it_moved_is_read_on(bus: EmbeddedBus):
    await publish(bus, 0, 1)
    _, first = await join(bus)
    assert [await step(first), await step(first)] == [0, 1]
    guest, _ = await join(bus)
    await guest.close()
    await asyncio.sleep(0.4)  # past the time to drain

    await publish(bus, 1)
    assert await step(first) == 1
    assert await step(first) is None


async def test_partitions_take_turns(bus: EmbeddedBus):
    _, batches = await join(bus)
    await publish(bus, 0, 1)
    seen = []
    for _ in range(6):
        seen.append(await step(batches))
        await publish(bus, 0, 1)
    assert seen == [0, 1, 0, 1, 0, 1]


async def test_a_topic_made_by_another_process_is_noticed(bus: EmbeddedBus, tmp_path: Path):
    consumer = await bus.consumer("group", ["commissioning.late.v1"], from_the_start)
    reading = asyncio.create_task(anext(consumer.batches()))
    other = EmbeddedBus(tmp_path / "bus.db", 2)
    await other.start()
    await other.ensure_topics(["commissioning.late.v1"])
    await (await other.producer()).publish("commissioning.late.v1", [Message("k", b"1")])
    await other.close()

    batch = await reading or await anext(consumer.batches())
    assert batch is not None
    assert batch.records[0].value == b"1"


async def test_a_member_more_than_there_are_partitions_waits(bus: EmbeddedBus):
    members = [await join(bus) for _ in range(3)]
    await publish(bus, 0, 1)
    assert [await step(batches) for _, batches in members] == [0, 1, None]
