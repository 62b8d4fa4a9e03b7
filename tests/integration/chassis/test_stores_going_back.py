"""A store that went back in time relative to another is noticed, said in a sentence, and nothing is told or applied."""

import asyncio
import sqlite3

import pytest

from chassis.bus.embedded import EmbeddedBus
from chassis.bus.embedded.statements import partition_of
from chassis.bus.port import Message
from chassis.events.outbox import emit
from chassis.events.relay import Relay
from chassis.events.store_checks import find_feed_fault, find_offset_fault
from chassis.runtime import ServiceRuntime, lag
from chassis.service import ServiceSpec
from chassis.settings import ServiceSettings
from tests.eventually import eventually
from tests.integration.chassis import tally
from tests.integration.chassis.tally import TALLY, TOPIC, applied, caught_up, new_event, number_event, numbers, publish

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""Where a copy of a file is a backup."""

SPEC = ServiceSpec("indicators", "Tally", "Counts itself", tally.metadata, "tests", (), (TALLY,))


async def emit_one(database, subject, version):
    async def work(tx):
        emit(tx, new_event(subject, version, version))

    await database.write(work)


async def publish_from_outbox(database, bus, *versions, subject="a"):
    for version in versions:
        await emit_one(database, subject, version)
    producer = await bus.producer()
    await Relay(database, bus, "indicators").cycle(producer)
    await producer.close()


async def feed_fault(database, bus):
    async with database.connect() as connection:
        return await find_feed_fault(connection, bus, "indicators")


def copy_of(database):
    """The database as it is now."""
    with sqlite3.connect(database.url.database) as source:
        memory = sqlite3.connect(":memory:")
        source.backup(memory)
    return memory


async def restore(database, backup):
    await database.close()
    with sqlite3.connect(database.url.database) as target:
        backup.backup(target)


@pytest.fixture
async def older_bus(bus, tmp_path):
    """Makes a bus of what the bus has now."""
    opened = []

    async def copy():
        with sqlite3.connect(tmp_path / "bus.db") as source, sqlite3.connect(tmp_path / "older.db") as target:
            source.backup(target)
        older = EmbeddedBus(tmp_path / "older.db", partitions=2)
        await older.start()
        opened.append(older)
        return older

    yield copy
    for each in opened:
        await each.close()


async def test_feed_and_bus_that_agree_are_no_fault(database, bus):
    assert await feed_fault(database, bus) is None
    await publish_from_outbox(database, bus, 1, 2, 3)
    await publish_from_outbox(database, bus, 1, subject="b")
    assert await feed_fault(database, bus) is None
    await emit_one(database, "a", 4)
    assert await feed_fault(database, bus) is None


async def test_what_others_publish_behind_it_hides_no_event(database, bus):
    await publish_from_outbox(database, bus, 1, 2, 3)
    records = [record async for batch in _whole_log(bus) for record in batch.records]
    again = [Message(record.key, record.value, record.headers) for record in records[:2]]
    await publish(bus, *again, number_event("a", 7, 7))
    assert await feed_fault(database, bus) is None
    await publish(bus, *again * 15)
    assert await feed_fault(database, bus) is None


async def _whole_log(bus):
    async for batch in bus.read(TOPIC, await bus.begin_offsets(TOPIC), await bus.end_offsets(TOPIC)):
        yield batch


class CutOff:
    """A producer that publishes and is killed before it can say so."""

    def __init__(self, producer):
        self.producer = producer

    async def publish(self, topic, messages):
        await self.producer.publish(topic, messages)
        raise ConnectionAbortedError("killed")


async def test_what_was_published_and_not_marked_is_no_fault(database, bus):
    await publish_from_outbox(database, bus, 1)
    await emit_one(database, "a", 2)
    with pytest.raises(ConnectionAbortedError):
        await Relay(database, bus, "indicators").cycle(CutOff(await bus.producer()))
    assert await feed_fault(database, bus) is None


@SQLITE
async def test_a_restored_database_is_told_by_its_relay(database, bus):
    await publish_from_outbox(database, bus, 1, 2)
    backup = copy_of(database)
    await publish_from_outbox(database, bus, 3, 4, 5)
    await restore(database, backup)
    assert await feed_fault(database, bus) == (
        "The database of indicators went back in time: its feed ends at 2, and the bus has 3 events more, up to 5."
    )


@SQLITE
async def test_a_relay_that_finds_it_publishes_nothing_and_is_not_ready(database, bus):
    await publish_from_outbox(database, bus, 1)
    backup = copy_of(database)
    await publish_from_outbox(database, bus, 2)
    await restore(database, backup)
    await emit_one(database, "a", 2)
    runtime = ServiceRuntime(SPEC, database, bus, ServiceSettings())
    task = asyncio.create_task(runtime.run())
    await eventually(lambda: _is_refusing(runtime, "The database of indicators went back in time"))
    database.committed.set()
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert sum((await bus.end_offsets(TOPIC)).values()) == 2


async def _is_refusing(runtime, sentence):
    state = await runtime.health()
    assert (state["ready"], state["status"]) == (False, "refusing")
    assert any(each.startswith(sentence) for each in state["refusals"])


async def test_a_bus_that_went_back_is_told_by_the_relay(database, bus, older_bus):
    await publish_from_outbox(database, bus, 1, 2)
    older = await older_bus()
    await publish_from_outbox(database, bus, 3)
    assert await feed_fault(database, older) == (
        "The bus went back in time: it acknowledged the events of indicators up to 3 and has them up to 2, "
        "which is 1 fewer."
    )


async def test_an_empty_bus_is_told_by_the_relay(database, bus, tmp_path):
    await publish_from_outbox(database, bus, 1, 2)
    empty = EmbeddedBus(tmp_path / "empty.db", partitions=2)
    await empty.start()
    await empty.ensure_topics([TOPIC])
    assert "and has them up to 0" in await feed_fault(database, empty)
    await empty.close()


async def test_a_log_that_ends_before_an_offset_is_told_by_the_consumer(database, bus, consuming, older_bus):
    await publish(bus, number_event("a", 1, 1))
    older = await older_bus()
    await publish(bus, number_event("a", 2, 2), number_event("a", 3, 3))
    async with consuming():
        await caught_up(database, bus)
    assert await find_offset_fault(database, bus, TALLY) is None
    fault = await find_offset_fault(database, older, TALLY)
    assert "tally has read commissioning.indicators.v1" in fault
    assert fault.endswith("up to 3, and it ends at 1; 2 events are missing in 1 partitions.")
    assert await lag(database, older, TALLY) == -2
    elsewhere = [str(key) for key in range(20) if partition_of(str(key), 2) != partition_of("a", 2)]
    await publish(older, *(number_event(key, 1, 1) for key in elsewhere))
    assert await lag(database, older, TALLY) < 0, "what is to be read elsewhere does not make up for it"


async def test_another_log_of_the_same_length_is_told_by_the_consumer(database, bus, consuming, older_bus):
    await publish(bus, number_event("a", 1, 1))
    older = await older_bus()
    await publish(bus, number_event("a", 2, 2))
    async with consuming():
        await caught_up(database, bus)
    await publish(older, number_event("a", 2, 9, event_id="another"), number_event("a", 3, 9, event_id="and another"))
    assert "is not the log that tally has read" in await find_offset_fault(database, older, TALLY)


async def test_a_consumer_that_finds_it_applies_nothing_until_it_is_mended(
    database, bus, consuming, older_bus, monkeypatch
):
    monkeypatch.setattr("chassis.events.consumer.REFUSED_SECONDS", 0.05)
    await publish(bus, number_event("a", 1, 1))
    older = await older_bus()
    await publish(bus, number_event("a", 2, 2))
    async with consuming():
        await caught_up(database, bus)
    runtime = ServiceRuntime(SPEC, database, older, ServiceSettings())
    task = asyncio.create_task(runtime.loops[0].run())
    await eventually(lambda: _is_refusing(runtime, "The bus went back in time"))
    await publish(older, number_event("a", 2, 2), number_event("a", 3, 3))
    await eventually(lambda: _has_applied(database, 3))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await database.read(numbers) == {"a": 3}
    assert runtime.refusals() == []


async def _has_applied(database, count):
    assert len(await database.read(applied)) == count


async def test_an_inbox_that_was_tidied_up_is_no_fault(database, bus, consuming):
    """What it applied last may be older than what is kept."""
    await publish(bus, number_event("a", 1, 1))
    async with consuming():
        await caught_up(database, bus)
    await database.write(lambda tx: tx.session.execute(tx.table("inbox").delete()))
    assert await find_offset_fault(database, bus, TALLY) is None
