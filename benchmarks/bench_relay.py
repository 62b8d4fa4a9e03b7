"""The relay, outbox to Kafka, against the raw client sending the same bytes in batches."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer
from sqlalchemy import delete

from benchmarks.stage import Figure, Stage, encoded, median_pair, run_async, updated
from chassis.events import outbox
from chassis.events.envelope import message
from chassis.events.relay import Relay
from chassis.memory import settle_memory
from chassis.settings import ServiceSettings
from chassis.storage.transaction import Tx
from contracts.colours import Colour

EVENTS, AGGREGATES, ROUNDS = 40_000, 600, 3
RAW_BATCH = 250
GREEN = [Colour.GREEN] * 6


def run(stage: Stage) -> list[Figure]:
    return run_async(_measure(stage))


async def _measure(stage: Stage) -> list[Figure]:
    rows = _rows()
    pairs = [(await _relay(stage, rows), await _raw(stage, rows, number)) for number in range(ROUNDS)]
    ours, raw = median_pair(pairs)
    return [Figure("relay, outbox to Kafka", "events/s", EVENTS / ours, EVENTS / raw, "at least 0.5")]


def _rows() -> list[outbox.Event]:
    found = []
    for n in range(EVENTS):
        aggregate, version = n % AGGREGATES, n // AGGREGATES + 1
        event = updated(f"indicator-{aggregate}", "E06000026", version, GREEN)
        body, _ = encoded(event, f"relay-{n}")
        found.append(
            {
                "event_id": f"relay-{n}",
                "type": event.type,
                "subject": event.subject,
                "version": version,
                "body": body,
                "traceparent": None,
                "created_at": datetime.now(UTC),
            }
        )
    return found


async def _relay(stage: Stage, rows: Sequence[outbox.Event]) -> float:
    database, bus = stage.database("indicators"), await stage.bus()

    async def fill(tx: Tx, rows: Sequence[outbox.Event]) -> None:
        for name in ("outbox", "unpublished", "feed"):
            await tx.session.execute(delete(tx.table(name)))
        for row in rows:
            tx.stage(outbox.SAVE_EVENTS, row)

    relay, producer = Relay(database, bus, "indicators", batch=ServiceSettings().relay_batch), await bus.producer()
    await database.write(lambda tx: fill(tx, rows[:1]))
    await relay.cycle(producer)  # connecting is not publishing: the limit's clock starts connected as well
    await database.write(lambda tx: fill(tx, rows))
    settle_memory()
    started = time.perf_counter()
    while await relay.cycle(producer):
        pass
    elapsed = time.perf_counter() - started
    await producer.close()
    await bus.close()
    await database.close()
    return elapsed


def _as_sent(row: dict[str, Any]) -> dict[str, Any]:
    """Key, value and headers as the relay sends them: the same bytes."""
    names = ("event_id", "type", "subject", "version", "body", "traceparent")
    sent = message((0, *(row[name] for name in names), 1, 0), "/indicators", 1)
    headers = [(name, text.encode()) for name, text in sent.headers.items()]
    return {"key": sent.key.encode(), "value": sent.value, "headers": headers, "timestamp": None}


async def _raw(stage: Stage, rows: Sequence[outbox.Event], number: int) -> float:
    """The same bytes to as many partitions, in batches under the broker's megabyte, as fast as the client goes."""
    topic = f"raw-relay-{number}"
    bus = await stage.bus()
    await bus.ensure_topics([topic])
    await bus.close()
    size = {"max_batch_size": 4_000_000, "max_request_size": 8_000_000}
    producer = AIOKafkaProducer(bootstrap_servers=stage.brokers, enable_idempotence=True, acks="all", **size)
    await producer.start()
    ready = [_as_sent(row) for row in rows]
    settle_memory()
    started = time.perf_counter()
    waiting = []
    for start in range(0, len(rows), RAW_BATCH):
        batch = producer.create_batch()
        for parts in ready[start : start + RAW_BATCH]:
            batch.append(**parts)
        batch.close()
        waiting.append(await producer.send_batch(batch, topic, partition=start // RAW_BATCH % 12))
    for sent in waiting:
        await sent
    elapsed = time.perf_counter() - started
    await producer.stop()
    return elapsed
