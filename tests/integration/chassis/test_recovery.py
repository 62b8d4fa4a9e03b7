"""A recovery: whatever went back in time, afterwards the consumer has what the producer has, and hears every update."""

import sqlite3

import pytest
from sqlalchemy import select

from chassis.audit import AuditFilter, list_entries
from chassis.bus.embedded import EmbeddedBus
from chassis.events import outbox
from chassis.events.outbox import emit
from chassis.events.recovery import Republication
from chassis.events.relay import Relay
from chassis.events.store_checks import find_feed_fault, find_offset_fault
from chassis.paging import PageRequest
from chassis.recovery import local, procedure
from chassis.recovery.local import LocalStores
from chassis.recovery.procedure import SubjectUnknown, list_differences, recover_producer
from chassis.storage.database import Database
from tests.integration.chassis import tally
from tests.integration.chassis.tally import TALLY, TOPIC, applied, caught_up, new_event, numbers


async def list_subjects(tx):
    table = tx.table("outbox")
    return sorted(set(await tx.session.scalars(select(table.c.subject))))


async def emit_states(tx, subjects):
    """A number is its version here, so the next version is the present state as well."""
    for subject, newest in (await outbox.list_newest(tx, [tally.TYPE], "", 99)).items():
        if subject in subjects:
            emit(tx, new_event(subject, newest.version + 1, newest.version))


REPUBLICATION = Republication(list_subjects, emit_states)


@pytest.fixture
async def producer(tmp_path):
    """The producer's database, beside the consumer's: a file that can be copied."""
    database = Database(f"sqlite+threads:///{tmp_path / 'producer.db'}", tally.metadata)
    async with database.engine.begin() as connection:
        await connection.run_sync(tally.metadata.create_all)
    yield database
    await database.close()


async def publish_numbers(producer, bus, *events):
    async def work(tx):
        for subject, version in events:
            emit(tx, new_event(subject, version, version))

    await producer.write(work)
    await relay_all(producer, bus)


async def relay_all(producer, bus):
    sender = await bus.producer()
    await Relay(producer, bus, "indicators").cycle(sender)
    await sender.close()


def backup(database):
    memory = sqlite3.connect(":memory:")
    with sqlite3.connect(database.url.database) as source:
        source.backup(memory)
    return memory


async def restore(database, copy):
    await database.close()
    with sqlite3.connect(database.url.database) as target:
        copy.backup(target)


def producing(producer, bus, republication=REPUBLICATION):
    return LocalStores("indicators", republication, (), producer, bus)


def consuming_stores(database, bus, subscription=TALLY):
    return LocalStores("risks", None, (subscription,), database, bus)


async def recovered(producer, database, bus, consuming, subject=None):
    done = await recover_producer(producing(producer, bus), subject)
    await consuming_stores(database, bus).recover_consumers()
    assert await find_offset_fault(database, bus, TALLY) is None
    await relay_all(producer, bus)
    async with producer.connect() as connection:
        assert await find_feed_fault(connection, bus, "indicators") is None
    async with consuming(bus=bus):
        await caught_up(database, bus)
    return done


async def differences(producer, database, bus):
    suite = {"indicators": producing(producer, bus), "risks": consuming_stores(database, bus)}
    return [each.detail for each in await list_differences(suite)]


async def test_a_restored_producer_is_heard_again(producer, database, bus, consuming):
    await publish_numbers(producer, bus, ("a", 1), ("b", 1))
    copy = backup(producer)
    await publish_numbers(producer, bus, ("a", 2), ("a", 3), ("a", 4))
    async with consuming():
        await caught_up(database, bus)
    await restore(producer, copy)
    done = await recovered(producer, database, bus, consuming)
    assert (done.generation, done.aggregates, done.requeued) == (2, 2, 0)
    assert await database.read(numbers) == {"a": 1, "b": 1}
    assert await differences(producer, database, bus) == []
    await publish_numbers(producer, bus, ("a", 3))
    async with consuming():
        await caught_up(database, bus)
    assert await database.read(numbers) == {"a": 3, "b": 1}


async def test_before_a_recovery_a_difference_is_named(producer, database, bus, consuming):
    await publish_numbers(producer, bus, ("a", 1))
    copy = backup(producer)
    await publish_numbers(producer, bus, ("a", 2))
    async with consuming():
        await caught_up(database, bus)
    assert await differences(producer, database, bus) == []
    await restore(producer, copy)
    assert await differences(producer, database, bus) == [
        "tally has applied version 2 of generation 1 of a, and its producer's newest is version 1."
    ]


async def test_a_lost_bus_is_filled_again_with_history_and_present_state(producer, database, bus, consuming, tmp_path):
    await publish_numbers(producer, bus, ("a", 1), ("b", 1))
    async with consuming():
        await caught_up(database, bus)
    await publish_numbers(producer, bus, ("a", 2))
    empty = EmbeddedBus(tmp_path / "empty.db", partitions=2)
    await empty.start()
    await empty.ensure_topics([TOPIC])
    done = await recovered(producer, database, empty, consuming)
    assert (done.generation, done.requeued) == (2, 3)
    assert await database.read(numbers) == {"a": 2, "b": 1}
    assert await differences(producer, database, bus) == []
    assert sum((await empty.end_offsets(TOPIC)).values()) == 5
    await empty.close()


async def test_a_recovery_that_was_killed_leaves_its_service_not_ready_and_is_run_again(
    producer, database, bus, consuming
):
    await publish_numbers(producer, bus, ("a", 1))

    async def killed(_tx, _subjects):
        raise ConnectionAbortedError("killed")

    with pytest.raises(ConnectionAbortedError):
        await recover_producer(producing(producer, bus, Republication(list_subjects, killed)))
    async with producer.connect() as connection:
        fault = await find_feed_fault(connection, bus, "indicators")
    assert fault == "The recovery of indicators to generation 2 was not finished: run `suite recover`."
    done = await recovered(producer, database, bus, consuming)
    assert done.generation == 3
    assert await differences(producer, database, bus) == []


async def test_a_version_that_somebody_forged_is_passed_by_recovering_its_aggregate(producer, database, bus, consuming):
    await publish_numbers(producer, bus, ("a", 1), ("b", 1))
    await tally.publish(bus, tally.number_event("a", 10**9, 5))
    async with consuming():
        await caught_up(database, bus)
    done = await recovered(producer, database, bus, consuming, "a")
    assert done.aggregates == 1
    assert await database.read(numbers) == {"a": 1, "b": 1}
    assert await differences(producer, database, bus) == []


async def test_an_aggregate_that_is_not_there_cannot_be_recovered(producer, bus):
    with pytest.raises(SubjectUnknown):
        await recover_producer(producing(producer, bus), "nobody")
    assert await producer.read(_settings) == []


async def _settings(tx):
    return list(await tx.session.scalars(select(tx.table("setting").c.name)))


async def test_an_aggregate_of_the_time_that_was_lost_is_forgotten(producer, database, bus, consuming):
    await publish_numbers(producer, bus, ("a", 1))
    copy = backup(producer)
    await publish_numbers(producer, bus, ("lost", 1))
    async with consuming():
        await caught_up(database, bus)
    await restore(producer, copy)
    await recovered(producer, database, bus, consuming)
    assert await differences(producer, database, bus) == [
        "tally has applied version 1 of generation 1 of lost, and its producer's newest is none."
    ]
    forgetting = consuming_stores(database, bus, tally.FORGETTING)
    assert await forgetting.forget_aggregates("tally", "indicators", ["lost"]) == 1
    assert await database.read(numbers) == {"a": 1}
    assert await differences(producer, database, bus) == []


async def test_without_a_way_to_forget_it_stays_a_difference(database, bus):
    assert await consuming_stores(database, bus).forget_aggregates("tally", "indicators", ["lost"]) == 0


async def test_who_began_a_generation_is_in_the_audit_record(producer, bus):
    await publish_numbers(producer, bus, ("a", 1))
    await recover_producer(LocalStores("indicators", REPUBLICATION, (), producer, bus, actor="Ana Nowak"), "a")
    page = await producer.read(lambda tx: list_entries(tx, AuditFilter(), PageRequest(9)))
    assert [(each.actor, each.action, each.subject, each.after) for each in page.items] == [
        ("Ana Nowak", "recovery.begun", "a", {"generation": 2, "requeued": 0})
    ]


async def test_an_earlier_recovery_does_not_end_a_later_one(producer, bus):
    await publish_numbers(producer, bus, ("a", 1))
    stores = producing(producer, bus)
    first, second = await stores.begin_generation(None), await stores.begin_generation(None)
    await stores.end_recovery(first.number)
    assert "recovering" in await producer.read(_settings)
    await stores.end_recovery(second.number)
    assert "recovering" not in await producer.read(_settings)


async def test_pages_of_versions_are_whole(producer, database, bus, consuming, monkeypatch):
    monkeypatch.setattr(local, "PAGE", 2)
    monkeypatch.setattr(local, "EVENTS", 2)
    monkeypatch.setattr(procedure, "AT_ONCE", 2)
    names = ["a", "B", "ä", "c", "d"]
    await publish_numbers(producer, bus, *((name, 1) for name in names))
    async with consuming():
        await caught_up(database, bus)
    assert await differences(producer, database, bus) == []
    done = await recovered(producer, database, bus, consuming)
    assert done.aggregates == len(names)
    assert await differences(producer, database, bus) == []
    assert len(await database.read(applied)) == 2 * len(names)
