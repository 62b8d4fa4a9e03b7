"""Indicator events on Kafka to re-scored risks in PostgreSQL, against polling the same bytes and one write a poll.

200 risks with three links each; every event is the whole state of one of the 600 linked indicators, and its colours
change from month to month, so that risks keep moving.
"""

import asyncio
import time
from typing import Any

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.stage import Figure, Stage, encoded, median_pair, run_async, updated
from chassis.bus.port import Message
from chassis.events.consumer import ConsumerLoop
from chassis.events.inbox import get_stored_offsets
from chassis.memory import settle_memory
from chassis.settings import ServiceSettings
from chassis.web.app import build_app
from chassis.web.units import Resources
from contracts.colours import Colour
from contracts.topics import events_topic
from services.risks.app import SPEC

EVENTS, RISKS, LINKS, ROUNDS = 50_000, 200, 3, 3
AREA = "E06000026"
TOPIC = events_topic("indicators")
CYCLE = [Colour.GREEN, Colour.AMBER, Colour.RED, Colour.RED, Colour.AMBER, Colour.GREEN, Colour.GREEN]


def run(stage: Stage) -> list[Figure]:
    return run_async(_measure(stage))


async def _measure(stage: Stage) -> list[Figure]:
    await prepare(stage)
    pairs = []
    for number in range(1, ROUNDS + 1):
        first = await publish(stage, number, EVENTS)
        pairs.append((await _ours(stage), await _raw(stage, first)))
    ours, raw = median_pair(pairs)
    return [Figure("consumer, Kafka to re-scored risks", "events/s", EVENTS / ours, EVENTS / raw, "at least 0.5")]


async def prepare(stage: Stage) -> None:
    """Risks that were assessed after their indicators had been heard: only such links move a risk."""
    await publish(stage, 0, RISKS * LINKS)
    await _ours(stage)
    await _register(stage)


async def _register(stage: Stage) -> None:
    """The risks, through the service's own API."""
    database = stage.database("risks")
    app = build_app(SPEC, Resources(database, ServiceSettings().model_copy(update={"gateway_keys": None})))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://risks") as client:
        for n in range(RISKS):
            links = [
                {"indicator": f"indicator-{n * LINKS + i}", "area": AREA, "group": f"group-{i}", "signal": "target"}
                for i in range(LINKS)
            ]
            rating = {"impact": 4, "likelihood": 3, "reason": "start"}
            body = {"ref": f"B{n:03}", "register": "bench", "title": f"Benchmark risk {n}", "links": links}
            (await client.post("/risks/v1/risks", json=body | {"assessment": rating})).raise_for_status()
    await database.close()


async def publish(stage: Stage, number: int, count: int) -> dict[int, int]:
    """Publish a round of ``count`` events; returns the offset of the first of them in each partition."""
    bus = await stage.bus()
    first = {tp.partition: end for tp, end in (await bus.end_offsets(TOPIC)).items()}
    producer = await bus.producer()
    aggregates, messages = RISKS * LINKS, []
    for n in range(count):
        indicator, step = n % aggregates, n // aggregates
        version = number * (EVENTS // aggregates + 1) + step + 1
        colours = [CYCLE[(version + place + indicator) % len(CYCLE)] for place in range(6)]
        event = updated(f"indicator-{indicator}", AREA, version, colours)
        body, record_headers = encoded(event, f"consumer-{number}-{n}")
        messages.append(Message(event.subject, body, record_headers))
    for start in range(0, count, 5000):
        await producer.publish(TOPIC, messages[start : start + 5000])
    await producer.close()
    await bus.close()
    return first


async def _ours(stage: Stage) -> float:
    database, bus = stage.database("risks"), await stage.bus()
    ends = await bus.end_offsets(TOPIC)
    loop = ConsumerLoop(database, bus, SPEC.subscriptions[0], ServiceSettings())
    settle_memory()
    task = asyncio.create_task(loop.run())
    while not loop.next_offsets:  # noqa: ASYNC110  no bell rings; the limit's clock starts connected, too
        await asyncio.sleep(0.001)
    started = time.perf_counter()
    while loop.next_offsets != ends:
        if task.done():
            raise RuntimeError(f"the consumer ended: {loop.stopped}")
        await asyncio.sleep(0.002)
    elapsed = time.perf_counter() - started
    assert await get_stored_offsets(database, loop.name, list(ends)) == ends
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await bus.close()
    await database.close()
    return elapsed


async def _raw(stage: Stage, first: dict[int, int]) -> float:
    """Poll the same topic with the raw client; write key and offset of every record in one statement a poll."""
    connection = await asyncpg.connect(stage.environment["DATABASE_ADMIN_URL"].replace("+asyncpg", ""))
    await connection.execute("CREATE UNLOGGED TABLE IF NOT EXISTS raw_write (key text, place bigint)")
    await connection.execute("ALTER TABLE raw_write SET LOGGED")
    await connection.execute("TRUNCATE raw_write")
    consumer = AIOKafkaConsumer(bootstrap_servers=stage.brokers, group_id="raw", enable_auto_commit=False)
    await consumer.start()
    partitions = [TopicPartition(TOPIC, number) for number in first]
    consumer.assign(partitions)
    for partition in partitions:
        consumer.seek(partition, first[partition.partition])
    started, seen = time.perf_counter(), 0
    while seen < EVENTS:
        records = [r for batch in (await consumer.getmany(timeout_ms=1000, max_records=2000)).values() for r in batch]
        await _write(connection, records)
        await consumer.commit()
        seen += len(records)
    elapsed = time.perf_counter() - started
    await consumer.stop()
    await connection.close()
    return elapsed


async def _write(connection: Any, records: list[Any]) -> None:
    if records:
        keys, places = [r.key.decode() for r in records], [r.offset for r in records]
        await connection.execute("INSERT INTO raw_write SELECT * FROM unnest($1::text[], $2::bigint[])", keys, places)
