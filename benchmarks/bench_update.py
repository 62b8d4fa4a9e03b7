"""One update, from the POST at the gateway to the re-scored risk readable, as a median.

Five processes on PostgreSQL and Kafka. The limit: one commit of one row on that PostgreSQL, plus one message produced
to and fetched from that Kafka, medians of the same run. It leaves out the POST and the GET, so a second limit adds both
as they are through a gateway and a service that do nothing (docs/decisions/0010-one-update.md).
"""

import asyncio
import statistics
import time
from datetime import UTC, datetime

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from benchmarks import empty
from benchmarks.linked_risks import MISSED, add_linked_risks, observation, observations_path
from benchmarks.stage import Figure, Stage, run_async
from suite.settings import MEMBERS

UPDATES = 60
READ_EVERY = 0.002
"""Seconds between two looks at the risk: without a pause the reader takes the processors from what it waits for."""


def run(stage: Stage) -> list[Figure]:
    cluster = stage.cluster()
    try:
        for name in MEMBERS:
            cluster.start(name)
        cluster.wait_ready()
        ours = run_async(measure_updates(cluster.url, stage.admin_key))
    finally:
        cluster.stop()
    limit = run_async(_limit(stage))
    with_http = limit + run_async(empty.two_exchanges(observation("2018-01", MISSED)))
    name = "one update, POST to re-scored risk, p50"
    return [
        Figure(name, "ms", ours * 1000, limit * 1000, "within 4"),
        Figure(f"{name}, with two empty exchanges in the limit", "ms", ours * 1000, with_http * 1000, "within 4"),
    ]


async def measure_updates(url: str, key: str) -> float:
    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30, trust_env=False) as client:
        await add_linked_risks(client, UPDATES)
        times = [await _one(client, n) for n in range(UPDATES)]
    return statistics.median(times)


async def _one(client: httpx.AsyncClient, n: int) -> float:
    started = time.perf_counter()
    (await client.post(observations_path(n), json=observation("2018-01", MISSED))).raise_for_status()
    while True:
        shown = (await client.get(f"/risks/v1/risks/U{n:03}")).json()
        if shown["effective"]["likelihood"] == 4:
            return time.perf_counter() - started
        if time.perf_counter() - started > 10:
            raise RuntimeError(f"update {n} never arrived: {shown}")
        await asyncio.sleep(READ_EVERY)


async def _limit(stage: Stage) -> float:
    return await _commit(stage) + await _produce_and_fetch(stage)


async def _commit(stage: Stage) -> float:
    connection = await asyncpg.connect(stage.environment["DATABASE_ADMIN_URL"].replace("+asyncpg", ""))
    await connection.execute("CREATE TABLE IF NOT EXISTS one_commit (at timestamptz)")
    times = []
    for _ in range(UPDATES * 3):
        started = time.perf_counter()
        await connection.execute("INSERT INTO one_commit VALUES ($1)", datetime.now(UTC))
        times.append(time.perf_counter() - started)
    await connection.close()
    return statistics.median(times)


async def _produce_and_fetch(stage: Stage) -> float:
    bus = await stage.bus()
    await bus.ensure_topics(["one-message"])
    await bus.close()
    consumer = AIOKafkaConsumer("one-message", bootstrap_servers=stage.brokers, auto_offset_reset="earliest")
    producer = AIOKafkaProducer(bootstrap_servers=stage.brokers, enable_idempotence=True, acks="all")
    await consumer.start()
    await producer.start()
    times = []
    for _ in range(UPDATES * 3):
        started = time.perf_counter()
        await producer.send_and_wait("one-message", b"x" * 1500, key=b"k")
        await consumer.getone()
        times.append(time.perf_counter() - started)
    await producer.stop()
    await consumer.stop()
    return statistics.median(times)
