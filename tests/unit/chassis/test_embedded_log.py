"""What only the embedded log promises: its file, its clock, its limits, other processes."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.bus.embedded import EmbeddedBus
from chassis.bus.embedded.statements import partition_of
from chassis.bus.port import BusError, Message, Record, TopicPartition

TOPIC = "commissioning.test.v1"

PUBLISH_AND_DIE = """
import asyncio, os, signal, sys
from pathlib import Path
from chassis.bus.embedded import EmbeddedBus
from chassis.bus.port import Message

async def main():
    bus = EmbeddedBus(Path(sys.argv[1]), 4)
    await bus.start()
    await bus.ensure_topics([sys.argv[2]])
    await (await bus.producer()).publish(sys.argv[2], [Message("k", b"%d" % n) for n in range(50)])
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def opened(path: Path, **options) -> EmbeddedBus:
    bus = EmbeddedBus(path, 4, **options)
    await bus.start()
    await bus.ensure_topics([TOPIC])
    return bus


async def everything(bus: EmbeddedBus) -> list[Record]:
    return [record async for batch in bus.read(TOPIC, {}, await bus.end_offsets(TOPIC)) for record in batch.records]


def test_a_key_has_the_same_partition_in_every_process_and_release():
    assert [partition_of(key, 12) for key in ("OCC4", "E06000026", "", "ünïcode")] == [9, 1, 0, 10]


async def test_offsets_have_no_gaps(tmp_path: Path):
    bus = await opened(tmp_path / "bus.db")
    producer = await bus.producer()
    await asyncio.gather(
        *(producer.publish(TOPIC, [Message(f"{name}-{n}", b"") for n in range(30)]) for name in range(10))
    )
    found: dict[int, list[int]] = {}
    for record in await everything(bus):
        found.setdefault(record.partition, []).append(record.offset)
    assert all(offsets == list(range(len(offsets))) for offsets in found.values())
    assert sum(map(len, found.values())) == 300
    await bus.close()


async def test_time_does_not_go_back_within_a_partition_when_the_clock_does(tmp_path: Path):
    times = iter([1000, 400, 2000])
    bus = await opened(tmp_path / "bus.db", clock=lambda: next(times))
    producer = await bus.producer()
    for _ in range(3):
        await producer.publish(TOPIC, [Message("k", b"")])

    assert [record.timestamp_ms for record in await everything(bus)] == [1000, 1000, 2000]
    home = TopicPartition(TOPIC, partition_of("k", 4))
    found = [(await bus.offsets_for_time(TOPIC, moment))[home] for moment in (500, 1000, 1001, 2000, 2001)]
    assert found == [0, 0, 2, 2, 3]
    await bus.close()


async def test_a_publish_is_all_or_nothing_when_the_disk_is_full(tmp_path: Path):
    bus = await opened(tmp_path / "bus.db")
    producer = await bus.producer()
    await producer.publish(TOPIC, [Message("k", b"1")])
    # SQLite's own bound on the file stands in for the disk: the same error comes out of the same place.
    await bus._log._writer.call(lambda connection: connection.execute("PRAGMA max_page_count = 20").fetchone())

    with pytest.raises(BusError, match="full"):
        await producer.publish(TOPIC, [Message("k", b"x" * 4000) for _ in range(100)])
    assert [record.value for record in await everything(bus)] == [b"1"]

    await bus._log._writer.call(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchone())
    await producer.publish(TOPIC, [Message("k", b"2")])
    assert [record.value for record in await everything(bus)] == [b"1", b"2"]
    await bus.close()


async def test_what_a_killed_process_published_is_there(tmp_path: Path):
    path = tmp_path / "bus.db"
    killed = subprocess.run([sys.executable, "-c", PUBLISH_AND_DIE, str(path), TOPIC], check=False)
    assert killed.returncode == -9

    bus = await opened(path)
    assert [int(record.value) for record in await everything(bus)] == list(range(50))
    await bus.close()


async def test_every_commit_waits_for_the_disk(tmp_path: Path):
    bus = await opened(tmp_path / "bus.db")

    async def pragma(name: str) -> int | str:
        (value,) = await bus._log._writer.call(lambda connection: connection.execute(f"PRAGMA {name}").fetchone())
        return value

    consumer = await bus.consumer("group", [TOPIC], _from_the_start)
    await consumer.commit({TopicPartition(TOPIC, 0): 3})
    assert (await pragma("synchronous"), await pragma("journal_mode")) == (2, "wal")
    with sqlite3.connect(tmp_path / "bus.db") as other:
        assert other.execute("SELECT * FROM group_offset").fetchall() == [("group", TOPIC, 0, 3)]
    await bus.close()


async def test_a_closed_bus_refuses(tmp_path: Path):
    bus = await opened(tmp_path / "bus.db")
    producer = await bus.producer()
    await bus.close()
    for question in (producer.publish(TOPIC, [Message("k", b"")]), bus.end_offsets(TOPIC), bus.ensure_topics([TOPIC])):
        with pytest.raises(BusError):
            await question


async def _from_the_start(partitions: object) -> dict[TopicPartition, int]:
    return {}
