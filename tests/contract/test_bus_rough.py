"""What the Kafka adapter must bear: bytes that are no text, and a publish that is given up half way."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer

from chassis.bus.kafka import KafkaBus, KafkaSettings
from tests.contract.reading import Database, messages, read_all, take
from tests.eventually import eventually

pytestmark = [pytest.mark.kafka, pytest.mark.rest]


@pytest.fixture
def adapter():
    return "kafka"


@pytest.mark.parametrize(
    ("key", "headers"),
    [(b"\xff\xfe", []), (b"key-0", [("trace", b"\x80\x81")]), (b"key-0", [("note", None)])],
    ids=["key", "header", "null-header"],
)
async def test_bytes_that_are_no_text_do_not_stop_the_reader(open_bus, topic, kafka_bootstrap, key, headers):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap)
    await producer.start()
    await producer.send_and_wait(topic, value=b"0", key=key, headers=headers, partition=0)
    await producer.send_and_wait(topic, value=b"1", key=b"key-1", partition=0)
    await producer.stop()
    found = await take(await bus.consumer("group-" + topic, [topic], Database()), 2, Database(), within=20)
    assert [record.value for record in found] == [b"0", b"1"]
    assert len(await read_all(bus, topic)) == 2


async def test_what_was_cancelled_before_it_left_does_not_leave_later(killable_kafka, topic):
    killable_kafka.start()
    bus = KafkaBus(KafkaSettings(bootstrap_servers=killable_kafka.bootstrap_servers, partitions=1))
    state = topic.replace(".v1", ".state.v1")
    await bus.ensure_topics([topic, state])
    producer = await bus.producer()
    for name in (topic, state):
        await producer.publish(name, messages(1))
    killable_kafka.suspend()
    first = asyncio.create_task(producer.publish(topic, messages(1, start=1)))
    sender = producer._client._sender
    await eventually(lambda: sender._in_flight)  # under way to the broker, which does not answer
    second = asyncio.create_task(producer.publish(state, messages(1, start=1)))
    await eventually(lambda: sender._message_accumulator._batches)  # waits for its turn
    for task in (first, second):
        task.cancel()
    await asyncio.gather(first, second, return_exceptions=True)  # the relay's rows are free again
    killable_kafka.resume()
    await asyncio.sleep(3)
    ends = await bus.end_offsets(state)
    await bus.close()
    assert set(ends.values()) == {1}
