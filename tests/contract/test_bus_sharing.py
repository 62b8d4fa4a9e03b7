"""Members of a group share partitions, hand them over, and go on when the bus was lost: both adapters."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from chassis.bus.port import BusError, Consumer, Message, Producer, Record, TopicPartition
from tests.contract.conftest import DRAIN_S, PARTITIONS, Losable, OpenBus
from tests.contract.reading import Database, assert_in_order_by_key, messages, next_batch, numbers, read_all, take
from tests.eventually import eventually

pytestmark = pytest.mark.rest

# --- sharing ------------------------------------------------------------------------------------------------


class Member:
    """A consumer at work: it holds what it was given until told to go on."""

    def __init__(self, consumer: Consumer, database: Database) -> None:
        self.consumer = consumer
        self.read: list[Record] = []
        self.sources: set[TopicPartition] = set()
        self._database = database
        self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        async for batch in self.consumer.batches():
            if batch is not None:
                self.read += batch.records
                self.sources.add(batch.source)
                self._database.apply(batch)
                self.consumer.done(batch)

    async def leave(self) -> None:
        await self.consumer.close()
        await self._task


async def test_members_share_partitions_and_hand_over_when_one_leaves(open_bus: OpenBus, topic: str):
    bus, database = await open_bus(), Database()
    await bus.ensure_topics([topic])
    producer, group = await bus.producer(), "group-" + topic
    everywhere = {TopicPartition(topic, n) for n in range(PARTITIONS)}

    async def shares(*members: Member) -> list[int]:
        return sorted([len(await member.consumer.lag()) for member in members])

    async def shared(expected: list[int], *members: Member) -> None:
        assert await shares(*members) == expected

    one = Member(await bus.consumer(group, [topic], database), database)
    await eventually(lambda: shared([PARTITIONS], one))
    two = Member(await bus.consumer(group, [topic], database), database)
    await eventually(lambda: shared([PARTITIONS // 2] * 2, one, two), within=30)
    await producer.publish(topic, messages(100))
    await eventually(lambda: len(one.read) + len(two.read) == 100)
    assert one.sources | two.sources == everywhere
    assert not one.sources & two.sources

    await two.leave()
    await eventually(lambda: shared([PARTITIONS], one), within=30)
    await producer.publish(topic, messages(100, start=100))
    await eventually(lambda: len(one.read) + len(two.read) == 200)
    await one.leave()

    assert sorted(numbers(one.read + two.read)) == list(range(200))


async def test_a_partition_is_not_handed_over_while_its_batch_is_in_hand(open_bus: OpenBus, topic: str):
    bus, database, group = await open_bus(drain_s=20), Database(), "group-" + topic
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(100))
    holder = await bus.consumer(group, [topic], database)
    batches = holder.batches()
    held = await next_batch(batches)

    seen_by_newcomer = Database(database.offsets)
    newcomer = Member(await bus.consumer(group, [topic], seen_by_newcomer), seen_by_newcomer)
    await asyncio.sleep(DRAIN_S / 2)
    assert held.source not in seen_by_newcomer.asked
    database.apply(held)  # the unit of work commits; only then does the caller go on, and here it leaves
    await batches.aclose()
    await holder.close()
    await eventually(lambda: len(newcomer.read) >= 100 - len(held.records), within=30)
    await newcomer.leave()

    assert sorted(numbers([*held.records, *newcomer.read])) == list(range(100))


async def test_a_partition_is_handed_over_once_every_batch_of_it_is_put_down(open_bus: OpenBus, topic: str):
    bus, database, group = await open_bus(drain_s=20), Database(), "group-" + topic
    await bus.ensure_topics([topic])
    producer = await bus.producer()
    await producer.publish(topic, messages(1))
    holder = await bus.consumer(group, [topic], database)
    async with aclosing(holder.batches()) as batches:
        held = [await next_batch(batches)]
        await producer.publish(topic, messages(1, start=1, keys=1))
        held.append(await next_batch(batches))
        assert held[1].source == held[0].source
        assert held[1].start == held[0].next_offset
        newcomers = [Member(await bus.consumer(group, [topic], database), database) for _ in range(PARTITIONS)]
        going_on = asyncio.create_task(anext(batches))  # a caller with room for more
        for batch in held:
            await asyncio.sleep(DRAIN_S / 4)
            assert held[0].source not in database.asked[PARTITIONS:]
            database.apply(batch)
            holder.done(batch)

        async def others_have_the_rest() -> None:
            assert sum([len(await other.consumer.lag()) for other in newcomers]) >= PARTITIONS - 1

        await eventually(others_have_the_rest, within=15)  # and so before the bound of 20 s
        going_on.cancel()
        await asyncio.wait({going_on})
    for other in newcomers:
        await other.leave()


async def test_a_batch_held_too_long_does_not_hold_up_the_group(open_bus: OpenBus, topic: str):
    bus, database, group = await open_bus(), Database(), "group-" + topic
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(100))
    holder = await bus.consumer(group, [topic], database)
    async with aclosing(holder.batches()) as batches:
        await next_batch(batches)
        others = [Member(await bus.consumer(group, [topic], database), database) for _ in range(PARTITIONS)]

        async def others_have_the_rest() -> None:
            shares = [len(await other.consumer.lag()) for other in others]
            assert sum(shares) >= PARTITIONS - 1

        await eventually(others_have_the_rest, within=30)
    for other in others:
        await other.leave()


async def test_a_batch_that_was_not_applied_is_read_by_the_next_owner(open_bus: OpenBus, topic: str):
    bus, database, group = await open_bus(), Database(), "group-" + topic
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(100))
    zombie = await bus.consumer(group, [topic], database)
    held = await next_batch(zombie.batches())
    await zombie.close()

    found = await take(await bus.consumer(group, [topic], database), 100, database)

    assert set(numbers(held.records)) <= set(numbers(found))
    assert sorted(numbers(found)) == list(range(100))


# --- loss ---------------------------------------------------------------------------------------------------


async def test_publishing_fails_while_the_bus_is_gone_and_works_when_it_is_back(losable: Losable, topic: str):
    bus = await losable.open_bus(publish_timeout_s=1.5)
    await bus.ensure_topics([topic])
    producer = await bus.producer()
    await producer.publish(topic, messages(40))

    losable.lose()
    for _ in range(2):
        with pytest.raises(BusError):
            await producer.publish(topic, messages(40, start=40))
    losable.restore()

    await _publish_until_it_works(producer, topic, messages(40, start=40))
    found = await read_all(bus, topic)
    assert set(numbers(found)) == set(range(80))
    first_seen = {int(record.value): record for record in reversed(found)}
    assert_in_order_by_key([record for record in found if record is first_seen[int(record.value)]])


async def test_a_consumer_goes_on_when_the_bus_is_back(losable: Losable, topic: str):
    bus, database = await losable.open_bus(publish_timeout_s=1.5), Database()
    await bus.ensure_topics([topic])
    producer = await bus.producer()
    member = Member(await bus.consumer("group-" + topic, [topic], database), database)
    await producer.publish(topic, messages(40))
    await eventually(lambda: len(member.read) == 40)

    losable.lose()
    await asyncio.sleep(1)
    losable.restore()

    await _publish_until_it_works(producer, topic, messages(40, start=40))
    await eventually(lambda: set(numbers(member.read)) == set(range(80)), within=60)
    await member.leave()


async def _publish_until_it_works(producer: Producer, topic: str, wanted: Sequence[Message]) -> None:
    async def works() -> bool:
        try:
            await producer.publish(topic, wanted)
        except BusError:
            return False
        return True

    await eventually(works, within=60)
