"""Buses under test: each adapter on a log of its own, and one whose log can be lost and brought back."""

import sqlite3
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import RecordsToDelete

from chassis.bus.embedded import EmbeddedBus, statements
from chassis.bus.kafka import KafkaBus, KafkaSettings
from chassis.bus.kafka.records import kafka_partition
from chassis.bus.port import Bus, TopicPartition
from suite.engines import EngineUnavailable, KafkaServer
from tests.contract.topic_settings import admin_of
from tests.engines import lacking

PARTITIONS = 4
DRAIN_S = 1.5

OpenBus = Callable[..., Awaitable[Bus]]
Shorten = Callable[[TopicPartition, int], Awaitable[None]]


@dataclass(frozen=True)
class Losable:
    """A bus, and what takes its log away and gives it back."""

    open_bus: OpenBus
    lose: Callable[[], Any]
    restore: Callable[[], Any]


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def adapter(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def open_bus(adapter: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[OpenBus]:
    """``await open_bus()``: one more connection to this test's log."""
    async with _opener(adapter, tmp_path, lambda: request.getfixturevalue("kafka_bootstrap")) as opener:
        yield opener


@pytest.fixture
def topic() -> str:
    return f"commissioning.test{uuid.uuid4().hex[:10]}.v1"


@pytest.fixture
def shorten(adapter: str, tmp_path: Path, request: pytest.FixtureRequest) -> Shorten:
    """``await shorten(partition, offset)``: delete what stands before, as a retention would."""

    async def in_file(at: TopicPartition, before: int) -> None:
        with closing(sqlite3.connect(tmp_path / "bus.db")) as file, file:
            (slot,) = file.execute("SELECT id FROM slot WHERE topic = ? AND partition = ?", (at.topic, at.partition))
            first = slot[0] << statements.SLOT_BITS
            file.execute("DELETE FROM record WHERE id >= ? AND id < ?", (first, first + before))

    async def on_broker(at: TopicPartition, before: int) -> None:
        async with admin_of(request.getfixturevalue("kafka_bootstrap")) as admin:
            await admin.delete_records({kafka_partition(at): RecordsToDelete(before)})

    return in_file if adapter == "embedded" else on_broker


@asynccontextmanager
async def _opener(adapter: str, folder: Path, brokers: Callable[[], str]) -> AsyncIterator[OpenBus]:
    opened: list[Bus] = []

    async def make(partitions: int = PARTITIONS, **kafka: Any) -> Bus:
        bus: Bus
        if adapter == "embedded":
            bus = EmbeddedBus(folder / "bus.db", partitions, drain_s=DRAIN_S)
        else:
            options: dict[str, Any] = {"publish_timeout_s": 5, "drain_s": DRAIN_S, "session_timeout_ms": 6000}
            options |= {} if "bootstrap_servers" in kafka else {"bootstrap_servers": brokers()}
            options |= kafka
            bus = KafkaBus(KafkaSettings(partitions=partitions, **options))
        await bus.start()
        opened.append(bus)
        return bus

    yield make
    for bus in opened:
        await bus.close()


@pytest.fixture(
    params=[
        "embedded-locked",
        pytest.param("kafka-killed", marks=pytest.mark.kafka),
        pytest.param("kafka-frozen", marks=pytest.mark.kafka),
    ]
)
async def losable(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Losable]:
    """A bus whose log another process locks, or whose broker is killed, or stops answering."""
    if request.param == "embedded-locked":
        monkeypatch.setattr(statements, "BUSY_TIMEOUT_MS", 200)
        with closing(sqlite3.connect(tmp_path / "bus.db", isolation_level=None)) as lock:
            async with _opener("embedded", tmp_path, str) as opener:
                yield Losable(opener, lambda: lock.execute("BEGIN EXCLUSIVE"), lock.rollback)
        return
    server: KafkaServer = request.getfixturevalue("killable_kafka")
    server.start()
    killed = request.param == "kafka-killed"
    lose, restore = (server.kill, server.start) if killed else (server.suspend, server.resume)
    async with _opener("kafka", tmp_path, lambda: server.bootstrap_servers) as opener:
        yield Losable(opener, lose, restore)


@pytest.fixture(scope="module")
def killable_kafka() -> Iterator[KafkaServer]:
    """A broker that nobody else uses."""
    server = KafkaServer()
    try:
        server.start()
    except EngineUnavailable as error:
        server.remove()
        lacking("kafka", str(error))
    yield server
    server.remove()
