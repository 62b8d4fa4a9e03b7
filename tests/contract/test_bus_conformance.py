"""The port's promises, kept by both adapters."""

import asyncio
import time
from collections import defaultdict
from contextlib import aclosing

import pytest

from chassis.bus.port import BusError, Consumer, Message, Record, TopicPartition
from tests.contract.conftest import PARTITIONS, OpenBus, Shorten
from tests.contract.reading import Database, assert_in_order_by_key, messages, next_batch, numbers, read_all, take
from tests.eventually import eventually

# --- publishing ---------------------------------------------------------------------------------------------


async def test_what_was_published_is_there_after_reopening(open_bus: OpenBus, topic: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(100))
    await bus.close()

    reopened = await open_bus()

    assert sorted(numbers(await read_all(reopened, topic))) == list(range(100))


async def test_a_key_keeps_its_order_and_its_partition_under_concurrent_publishing(open_bus: OpenBus, topic: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    producer = await bus.producer()

    async def publisher(name: int) -> None:
        for first in range(0, 120, 12):
            chunk = [Message(f"{name}-{n % 3}", b"%d" % n) for n in range(first, first + 12)]
            await producer.publish(topic, chunk)

    await asyncio.gather(*(publisher(name) for name in range(8)))

    found = await read_all(bus, topic)
    assert len(found) == 8 * 120
    assert_in_order_by_key(found)
    homes = {(record.key, record.partition) for record in found}
    assert len(homes) == len({key for key, _ in homes}) == 24
    assert len({partition for _, partition in homes}) == PARTITIONS


async def test_two_connections_agree_on_the_partition_of_a_key(open_bus: OpenBus, topic: str):
    for bus in (await open_bus(), await open_bus()):
        await bus.ensure_topics([topic])
        await (await bus.producer()).publish(topic, messages(60, keys=30))

    homes = {(record.key, record.partition) for record in await read_all(await open_bus(), topic)}
    assert len(homes) == 30


async def test_key_value_headers_and_time_come_back(open_bus: OpenBus, topic: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    headers = {"ce_id": "01JX", "ce_source": "/indicators", "note": "Grüße £ 👋", "empty": ""}
    before = int(time.time() * 1000)
    sent = Message("E06000026:ünïcode", bytes(range(256)), headers)
    await (await bus.producer()).publish(topic, [sent])

    (record,) = await read_all(bus, topic)

    assert (record.key, record.value, dict(record.headers)) == (sent.key, sent.value, headers)
    assert (record.topic, record.offset) == (topic, 0)
    assert before - 1 <= record.timestamp_ms <= time.time() * 1000 + 1


async def test_big_batches_and_big_messages(open_bus: OpenBus, topic: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    producer = await bus.producer()
    padding = b" " * 2000
    many = [Message(f"key-{n % 50}", b"%d" % n + padding) for n in range(6000)]
    await producer.publish(topic, many)
    await producer.publish(topic, [Message("key-0", b"6000" + b" " * 700_000)])
    await producer.publish(topic, [])

    found = await read_all(bus, topic)

    assert sorted(numbers(found)) == list(range(6001))
    assert_in_order_by_key(found)


async def test_an_unknown_topic_is_refused(open_bus: OpenBus, topic: str):
    bus = await open_bus(publish_timeout_s=1)
    with pytest.raises(BusError):
        await (await bus.producer()).publish(topic, messages(1))
    with pytest.raises(BusError):
        await bus.end_offsets(topic)
    with pytest.raises(BusError):
        await bus.begin_offsets(topic)


async def test_a_closed_producer_refuses(open_bus: OpenBus, topic: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    producer = await bus.producer()
    await producer.publish(topic, messages(1))
    await producer.close()
    with pytest.raises(BusError):
        await producer.publish(topic, messages(1))


# --- topics, offsets, ranges --------------------------------------------------------------------------------


async def test_ensuring_topics_again_changes_nothing(open_bus: OpenBus, topic: str):
    state = topic.replace(".v1", ".state.v1")
    bus = await open_bus()
    await bus.ensure_topics([topic, state])
    await (await bus.producer()).publish(topic, messages(10))

    await (await open_bus()).ensure_topics([topic, state])

    assert sum((await bus.end_offsets(topic)).values()) == 10
    assert set((await bus.end_offsets(state)).values()) == {0}


async def test_a_topic_with_other_partitions_is_refused(open_bus: OpenBus, topic: str):
    await (await open_bus()).ensure_topics([topic])
    with pytest.raises(BusError, match=rf"{topic}.* has {PARTITIONS} partitions, not {PARTITIONS + 1}"):
        await (await open_bus(PARTITIONS + 1)).ensure_topics([topic])


async def test_end_offsets_count_every_partition(open_bus: OpenBus, topic: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    assert await bus.end_offsets(topic) == {TopicPartition(topic, n): 0 for n in range(PARTITIONS)}
    await (await bus.producer()).publish(topic, messages(50))

    counted: dict[TopicPartition, int] = defaultdict(int)
    for record in await read_all(bus, topic):
        counted[TopicPartition(topic, record.partition)] += 1

    assert await bus.end_offsets(topic) == {TopicPartition(topic, n): 0 for n in range(PARTITIONS)} | counted


async def test_a_range_is_read_without_its_end(open_bus: OpenBus, topic: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(200, keys=1))
    (home,) = [at for at, end in (await bus.end_offsets(topic)).items() if end]
    empty = next(at for at in await bus.end_offsets(topic) if at != home)

    batches = [batch async for batch in bus.read(topic, {home: 20, empty: 0}, {home: 150, empty: 0})]

    assert {batch.source for batch in batches} == {home}
    assert [record.offset for batch in batches for record in batch.records] == list(range(20, 150))
    assert [batch async for batch in bus.read(topic, {home: 150}, {home: 150})] == []


async def test_a_moment_is_found(open_bus: OpenBus, topic: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    producer = await bus.producer()
    await producer.publish(topic, messages(30, keys=1))
    await asyncio.sleep(0.01)
    moment = int(time.time() * 1000)
    await asyncio.sleep(0.01)
    await producer.publish(topic, messages(12, keys=1))
    ends = await bus.end_offsets(topic)
    (home,) = [at for at, end in ends.items() if end]

    assert (await bus.offsets_for_time(topic, moment))[home] == 30
    assert (await bus.offsets_for_time(topic, 0)) == dict.fromkeys(ends, 0)
    assert (await bus.offsets_for_time(topic, moment + 3_600_000)) == ends


async def test_a_log_begins_at_its_first_record_kept(open_bus: OpenBus, topic: str, shorten: Shorten):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    assert await bus.begin_offsets(topic) == {TopicPartition(topic, n): 0 for n in range(PARTITIONS)}
    await (await bus.producer()).publish(topic, messages(80))
    ends = await bus.end_offsets(topic)
    one, other, *_ = [at for at, end in ends.items() if end > 5]

    await shorten(one, 5)
    await shorten(other, ends[other])

    assert await bus.begin_offsets(topic) == dict.fromkeys(ends, 0) | {one: 5, other: ends[other]}
    assert await bus.end_offsets(topic) == ends
    assert await bus.offsets_for_time(topic, 0) == await bus.begin_offsets(topic)


async def test_a_range_that_is_no_longer_there_is_refused(open_bus: OpenBus, topic: str, shorten: Shorten):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(30, keys=1))
    (home,) = [at for at, end in (await bus.end_offsets(topic)).items() if end]
    await shorten(home, 10)

    kept = [batch async for batch in bus.read(topic, {home: 10}, {home: 30})]
    assert [record.offset for batch in kept for record in batch.records] == list(range(10, 30))
    with pytest.raises(BusError):
        _ = [batch async for batch in bus.read(topic, {home: 9}, {home: 30})]


# --- consuming ----------------------------------------------------------------------------------------------


async def test_a_group_reads_every_record_once_in_total(open_bus: OpenBus, topic: str):
    bus, database = await open_bus(), Database()
    await bus.ensure_topics([topic])
    members = [await bus.consumer("group-" + topic, [topic], database) for _ in range(2)]
    taken: list[Record] = []

    async def member(consumer: Consumer) -> None:
        async for batch in consumer.batches():
            if batch is not None:
                assert {record.partition for record in batch.records} == {batch.source.partition}
                taken.extend(batch.records)
                database.apply(batch)
                consumer.done(batch)

    tasks = [asyncio.create_task(member(consumer)) for consumer in members]
    producer = await bus.producer()
    for first in range(0, 500, 50):
        await producer.publish(topic, messages(50, start=first))
    await eventually(lambda: len(taken) >= 500, within=30)
    for consumer in members:
        await consumer.close()
    await asyncio.gather(*tasks)

    assert sorted(numbers(taken)) == list(range(500))
    assert_in_order_by_key(taken)


async def test_reading_goes_on_where_the_database_stands_whatever_was_committed(open_bus: OpenBus, topic: str):
    bus, database = await open_bus(), Database()
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(300))
    first = await bus.consumer("group-" + topic, [topic], database)
    async with aclosing(first.batches()) as batches:
        applied = await next_batch(batches)
        database.apply(applied)
        unapplied = await next_batch(batches)
        await first.commit({unapplied.source: unapplied.next_offset})
    await first.close()

    second = await bus.consumer("group-" + topic, [topic], database)
    resumed = await take(second, 300 - len(applied.records), database)

    assert sorted(numbers(list(applied.records) + resumed)) == list(range(300))


async def test_two_groups_read_the_same_records(open_bus: OpenBus, topic: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(40))
    for group in ("one", "two"):
        consumer = await bus.consumer(group + topic, [topic], Database())
        assert sorted(numbers(await take(consumer, 40))) == list(range(40))


async def test_seeking_reads_again(open_bus: OpenBus, topic: str):
    bus, database = await open_bus(), Database()
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(60, keys=1))
    consumer = await bus.consumer("group-" + topic, [topic], database)
    async with aclosing(consumer.batches()) as batches:
        read = 0
        while read < 60:
            batch = await next_batch(batches)
            read += len(batch.records)
        await consumer.seek(batch.source, 25)
        again = [await next_batch(batches)]
        while again[-1].next_offset < 60:
            again.append(await next_batch(batches))
        await consumer.seek(TopicPartition("commissioning.elsewhere.v1", 0), 3)

    assert numbers([record for batch in again for record in batch.records]) == list(range(25, 60))


async def test_a_consumer_with_nothing_to_read_says_so_every_second(open_bus: OpenBus, topic: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(1))
    consumer = await bus.consumer("group-" + topic, [topic], Database())
    async with aclosing(consumer.batches()) as batches:
        await next_batch(batches)
        for _ in range(2):
            async with asyncio.timeout(30):
                assert await anext(batches) is None


async def test_an_idle_consumer_wakes_for_a_message_at_once(open_bus: OpenBus, topic: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    producer, consumer = await bus.producer(), await bus.consumer("group-" + topic, [topic], Database())
    await producer.publish(topic, messages(1))
    waits = []
    async with aclosing(consumer.batches()) as batches:
        await next_batch(batches)
        for n in range(20):
            waiting = asyncio.create_task(next_batch(batches))
            await asyncio.sleep(0.02)
            started = time.monotonic()
            await producer.publish(topic, messages(1, start=n))
            await waiting
            waits.append(time.monotonic() - started)
    assert sorted(waits)[10] < 0.1  # milliseconds on a quiet machine, and far from the idle second


async def test_another_connection_publishes_for_a_waiting_consumer(open_bus: OpenBus, topic: str):
    here, elsewhere = await open_bus(), await open_bus()
    await here.ensure_topics([topic])
    consumer = await here.consumer("group-" + topic, [topic], Database())
    reading = asyncio.create_task(take(consumer, 5))
    await asyncio.sleep(0.1)

    await (await elsewhere.producer()).publish(topic, messages(5))

    assert sorted(numbers(await reading)) == list(range(5))


async def test_positions_that_cannot_be_told_are_asked_for_again(open_bus: OpenBus, topic: str):
    bus, database = await open_bus(), Database()
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(30))
    database.failures = 2

    consumer = await bus.consumer("group-" + topic, [topic], database)

    assert sorted(numbers(await take(consumer, 30))) == list(range(30))
    assert database.failures == 0


async def test_a_new_consumer_reads_what_a_shortened_log_still_holds(open_bus: OpenBus, topic: str, shorten: Shorten):
    bus, database = await open_bus(stall_s=2), Database()
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(80))
    ends = await bus.end_offsets(topic)
    one, other, *_ = [at for at, end in ends.items() if end > 5]
    await shorten(one, 5)
    await shorten(other, ends[other])

    consumer = await bus.consumer("group-" + topic, [topic], database)
    async with aclosing(consumer.batches()) as batches:
        left = 80 - 5 - ends[other]
        while left:
            batch = await next_batch(batches)
            assert batch.start == 0
            left -= len(batch.records)
            assert sum((await consumer.lag()).values()) == left
        assert [await anext(batches) for _ in range(4)] == [None] * 4
        assert set(await consumer.lag()) == set(ends)  # the same member all along, and nothing to wait for


async def test_lag_is_what_was_not_yielded(open_bus: OpenBus, topic: str):
    bus, database = await open_bus(), Database()
    await bus.ensure_topics([topic])
    producer = await bus.producer()
    await producer.publish(topic, messages(70))
    consumer = await bus.consumer("group-" + topic, [topic], database)
    async with aclosing(consumer.batches()) as batches:
        left = 70
        while left:
            left -= len((await next_batch(batches)).records)
            assert sum((await consumer.lag()).values()) == left
        await producer.publish(topic, messages(9))
        lag = await consumer.lag()
        assert sum(lag.values()) == 9
        assert set(lag) == {TopicPartition(topic, n) for n in range(PARTITIONS)}
