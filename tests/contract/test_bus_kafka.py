"""What only the Kafka adapter promises."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from chassis.bus.kafka import KafkaSettings
from chassis.bus.kafka.connection import ClientCredentials
from chassis.bus.kafka.producer import murmur2
from chassis.bus.port import Batch, Bus, BusError, Consumer, TopicPartition
from tests.contract.conftest import PARTITIONS, OpenBus, Shorten
from tests.contract.reading import Database, messages, next_batch, numbers, read_all
from tests.contract.tokens import token_server
from tests.contract.topic_settings import alter, settings_of
from tests.eventually import eventually

KEEPING = ("cleanup.policy", "retention.ms")


@pytest.fixture(params=[pytest.param("kafka", marks=pytest.mark.kafka)])
def adapter(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@given(st.binary(max_size=80))
def test_a_key_goes_where_every_other_client_of_kafka_looks_for_it(key: bytes):
    assert murmur2(key) == reference(key)


async def test_logs_are_kept_for_ever_and_the_topics_beside_them_compacted(
    open_bus: OpenBus, topic: str, kafka_bootstrap: str
):
    state, digest = topic.replace(".v1", ".state.v1"), topic.replace(".v1", ".digest.v1")
    await (await open_bus()).ensure_topics([topic, state, digest])

    assert await settings_of(kafka_bootstrap, topic, *KEEPING) == ("delete", "-1")
    for each in (state, digest):
        assert await settings_of(kafka_bootstrap, each, "cleanup.policy") == ("compact",)


@pytest.mark.parametrize(
    ("setting", "found", "wanted"),
    [
        ("cleanup.policy", "compact", "delete"),
        ("retention.ms", "604800000", "-1"),
        ("retention.bytes", "1000000", "-1"),
    ],
)
async def test_a_log_that_would_be_deleted_from_is_refused(
    open_bus: OpenBus, topic: str, kafka_bootstrap: str, setting: str, found: str, wanted: str
):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    await alter(kafka_bootstrap, topic, {"retention.ms": "-1"} | {setting: found})
    await eventually(lambda: _refused(bus, topic, f"has {setting}={found}, not {wanted}."))  # learned by and by


async def test_a_topic_with_fewer_replicas_than_asked_for_is_refused(
    open_bus: OpenBus, topic: str, kafka_bootstrap: str
):
    await (await open_bus()).ensure_topics([topic])
    strict = await open_bus(replication_factor=3, min_insync_replicas=2)
    assert await _refused(strict, topic, "has replication factor 1, not 3 or more.")
    assert await _refused(strict, topic, "has min.insync.replicas=1, not 2 or more.")


async def test_a_state_topic_may_have_any_retention_and_more_replicas_in_sync(
    open_bus: OpenBus, topic: str, kafka_bootstrap: str
):
    state, bus = topic.replace(".v1", ".state.v1"), await open_bus()
    await bus.ensure_topics([state])
    await alter(
        kafka_bootstrap, state, {"cleanup.policy": "compact", "retention.ms": "1000", "min.insync.replicas": "2"}
    )
    await eventually(lambda: _has_settings(kafka_bootstrap, state, ("compact", "1000")))
    await bus.ensure_topics([state])


async def _has_settings(servers: str, topic: str, expected: tuple[str, str]) -> bool:
    return await settings_of(servers, topic, *KEEPING) == expected


async def _refused(bus: Bus, topic: str, reason: str) -> bool:
    try:
        await bus.ensure_topics([topic])
    except BusError as error:
        return topic in str(error) and reason in str(error)
    return False


async def test_a_consumer_that_stalls_with_records_to_read_is_replaced(open_bus: OpenBus, topic: str):
    bus = await open_bus(stall_s=2)
    await bus.ensure_topics([topic])
    producer, database = await bus.producer(), Database()
    await producer.publish(topic, messages(40))
    consumer = await bus.consumer("group-" + topic, [topic], database)
    async with aclosing(consumer.batches()) as batches:
        found: list[int] = []
        while len(found) < 40:
            batch = await next_batch(batches)
            found += numbers(batch.records)
            database.apply(batch)
        stalled = consumer._client
        stalled.pause(*stalled.assignment())  # the library goes on heartbeating and brings nothing
        await producer.publish(topic, messages(40, start=40))
        while len(found) < 80:
            batch = await next_batch(batches)
            found += numbers(batch.records)
            database.apply(batch)
    assert consumer._client is not stalled
    assert sorted(found) == list(range(80))


async def test_an_idle_consumer_is_not_replaced(open_bus: OpenBus, topic: str):
    bus = await open_bus(stall_s=1)
    await bus.ensure_topics([topic])
    consumer = await bus.consumer("group-" + topic, [topic], Database())
    async with aclosing(consumer.batches()) as batches:
        for _ in range(2):
            assert await anext(batches) is None
        first = consumer._client
        for _ in range(3):
            assert await anext(batches) is None
    assert consumer._client is first
    assert set(await consumer.lag()) == {TopicPartition(topic, n) for n in range(PARTITIONS)}


async def test_a_consumer_of_a_shortened_log_is_not_replaced_and_says_once_what_it_lost(
    open_bus: OpenBus, topic: str, shorten: Shorten
):
    bus = await open_bus(stall_s=1)
    await bus.ensure_topics([topic])
    await (await bus.producer()).publish(topic, messages(80))
    begins = {at: min(5, end) if at.partition else end for at, end in (await bus.end_offsets(topic)).items()}
    for at, begin in begins.items():
        await shorten(at, begin)
    consumer = await bus.consumer("group-" + topic, [topic], Database())
    with structlog.testing.capture_logs() as logs:
        async with aclosing(consumer.batches()) as batches:
            while await anext(batches) is not None:
                pass
            first = consumer._client
            for _ in range(4):
                assert await anext(batches) is None
    assert consumer._client is first
    told = {entry["source"]: entry["begins"] for entry in logs if entry["event"] == "bus.records_lost"}
    assert told == {at: begin for at, begin in begins.items() if begin}
    assert len([entry for entry in logs if entry["event"] == "bus.records_lost"]) == len(told)


async def test_nothing_needs_the_broker_to_be_there_first(open_bus: OpenBus, topic: str):
    bus = await open_bus(bootstrap_servers="127.0.0.1:1", publish_timeout_s=1, request_timeout_s=1)
    consumer = await bus.consumer("group", [topic], Database())
    async with aclosing(consumer.batches()) as batches:
        assert await anext(batches) is None
    for question in (
        bus.ensure_topics([topic]),
        bus.end_offsets(topic),
        (await bus.producer()).publish(topic, messages(1)),
    ):
        with pytest.raises(BusError):
            await question


async def test_a_token_is_fetched_once_and_again_before_it_ends():
    with token_server(lives_s=1000) as asked:
        credentials = ClientCredentials(_oauth(asked.url))
        assert [await credentials.token() for _ in range(3)] == ["token-1"] * 3
    assert asked.forms == ["grant_type=client_credentials&scope=bus"]
    with token_server(lives_s=0) as asked:
        credentials = ClientCredentials(_oauth(asked.url))
        assert [await credentials.token() for _ in range(3)] == ["token-1", "token-2", "token-3"]


def _oauth(url: str) -> KafkaSettings:
    return KafkaSettings(
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="OAUTHBEARER",
        oauth_token_url=url,
        oauth_client_id="suite",
        oauth_client_secret="secret",
        oauth_scope="bus",
    )


async def test_what_a_transaction_wrote_that_was_aborted_is_not_read(
    open_bus: OpenBus, topic: str, kafka_bootstrap: str
):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    foreign = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, transactional_id=topic)
    await foreign.start()
    try:
        await foreign.begin_transaction()
        await foreign.send_and_wait(topic, b"aborted", key=b"0", partition=0)
        await foreign.abort_transaction()
        async with foreign.transaction():
            await foreign.send_and_wait(topic, b"committed", key=b"0", partition=0)
    finally:
        await foreign.stop()
    consumer, end = await bus.consumer("group-" + topic, [topic], Database()), TopicPartition(topic, 0)
    async with asyncio.timeout(60), aclosing(consumer.batches()) as batches:
        batch = await next_batch(batches)
        assert [record.value for record in batch.records] == [b"committed"]
        assert batch.next_offset < (await bus.end_offsets(topic))[end], "a marker is at the end"
        consumer.done(batch)
        while not (positions := await consumer.positions()):
            await anext(batches)
        assert positions == {end: (await bus.end_offsets(topic))[end]}
        await consumer.seek(end, positions[end])
        assert set((await consumer.lag()).values()) == {0}
    await consumer.close()
    assert [record.value for record in await read_all(bus, topic)] == [b"committed"]


async def test_who_gathers_is_given_in_few_batches_what_comes_one_by_one(open_bus: OpenBus, topic: str):
    bus = await open_bus()
    await bus.ensure_topics([topic])
    producer = await bus.producer()
    consumer = await bus.consumer("group-" + topic, [topic], Database(), gather=1.0)
    one_key = messages(11, keys=1)
    async with asyncio.timeout(60), aclosing(consumer.batches()) as batches:
        await producer.publish(topic, one_key[:1])
        consumer.done(await next_batch(batches))  # from here on it waits
        reading = asyncio.create_task(_sizes(consumer, batches, 10))
        for each in one_key[1:]:
            await producer.publish(topic, [each])
            await asyncio.sleep(0.01)
        assert len(await reading) <= 2, "a wait may end in between"
    await consumer.close()


async def _sizes(consumer: Consumer, batches: AsyncIterator[Batch | None], count: int) -> list[int]:
    """How many records each batch has, until so many came."""
    sizes: list[int] = []
    while sum(sizes) < count:
        batch = await next_batch(batches)
        sizes.append(len(batch.records))
        consumer.done(batch)
    return sizes
