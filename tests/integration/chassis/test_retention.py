"""What is outdated is deleted, and nothing that a comparison of stores or a recovery reads."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from chassis import retention
from chassis.clock import system_clock
from chassis.events import inbox, outbox
from chassis.events.outbox import emit
from chassis.events.recovery import Republication
from chassis.events.relay import Relay
from chassis.events.store_checks import find_feed_fault, find_offset_fault
from chassis.jobs import queue
from chassis.jobs.job import NewJob
from chassis.recovery.local import LocalStores
from chassis.recovery.procedure import recover_producer
from chassis.retention import delete_outdated
from chassis.settings import ServiceSettings
from chassis.web.answers import Answer
from chassis.web.idempotency import KeyedRequest, get_answer, save_answer
from tests.integration.chassis import tally
from tests.integration.chassis.tally import TALLY, caught_up, list_parked, new_event, numbers, publish

LATER = timedelta(days=400)
NOTHING = {"events": 0, "inbox": 0, "jobs": 0, "answers": 0}
SETTINGS = ServiceSettings()


async def count(database, name):
    table = database.metadata.tables[name]
    async with database.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(table))


async def relay_all(database, bus):
    sender = await bus.producer()
    await Relay(database, bus, "indicators").cycle(sender)
    await sender.close()


async def publish_numbers(database, bus, *events):
    async def work(tx):
        for subject, version in events:
            emit(tx, new_event(subject, version, version))

    await database.write(work)
    await relay_all(database, bus)


async def feed_state(database):
    async with database.connect() as connection:
        return await outbox.get_feed_state(connection)


async def list_outbox(database):
    table = database.metadata.tables["outbox"]
    async with database.connect() as connection:
        return [tuple(row) for row in await connection.execute(select(table.c.subject, table.c.version))]


@pytest.fixture
def later(database):
    """Makes the database's clock run more than a year ahead."""

    def move():
        database.clock = lambda: system_clock() + LATER

    return move


@pytest.fixture(params=[2, 1000])
def most(request, monkeypatch):
    """Few rows a transaction, so that there are many, and as many as there are."""
    monkeypatch.setattr(retention, "MOST", request.param)
    monkeypatch.setattr(retention, "MOST_LISTED", request.param * 2)
    return request.param


async def test_young_rows_stay(database, bus):
    await publish_numbers(database, bus, *(("a", n) for n in range(1, 6)))
    await database.write(lambda tx: queue.save_job(tx, NewJob("import")))
    assert await delete_outdated(database, "indicators", SETTINGS) == NOTHING
    assert await count(database, "outbox") == await count(database, "feed") == 5


async def test_of_published_events_the_last_position_and_each_newest_stay(database, bus, later, most):
    await publish_numbers(database, bus, *(("a", n) for n in range(1, 6)), ("b", 1), ("b", 2))
    later()
    async with database.connect() as connection:
        newest = await database.read(lambda tx: outbox.list_newest(tx, [tally.TYPE], "", 99))
        assert (await delete_outdated(database, "indicators", SETTINGS))["events"] == 6
        assert await find_feed_fault(connection, bus, "indicators") is None
    assert await list_outbox(database) == [("a", 5), ("b", 2)]
    assert await database.read(lambda tx: outbox.list_newest(tx, [tally.TYPE], "", 99)) == newest
    await publish_numbers(database, bus, ("a", 6), ("b", 3))
    state = await feed_state(database)
    assert (state.first_position, state.last_position) == (7, 9)
    assert await delete_outdated(database, "indicators", SETTINGS) == NOTHING | {"events": 1}
    assert ("b", 2) not in await list_outbox(database)


async def test_what_waits_for_the_relay_stays(database, bus, later):
    async def work(tx):
        for version in (1, 2, 3):
            emit(tx, new_event("a", version, version))

    await database.write(work)
    later()
    assert await delete_outdated(database, "indicators", SETTINGS) == NOTHING
    await relay_all(database, bus)
    assert (await feed_state(database)).last_position == 3


async def test_of_applied_events_the_newest_of_each_aggregate_and_partition_stay(database, bus, consuming, later, most):
    await publish(bus, *(tally.number_event(subject, n, n) for n in (1, 2, 3) for subject in (tally.BUSY, tally.QUIET)))
    async with consuming():
        await caught_up(database, bus)
        newest = await database.read(lambda tx: inbox.list_newest(tx, "tally", "/indicators", "", 99))
        later()
        assert await delete_outdated(database, "indicators", SETTINGS) == NOTHING | {"inbox": 4}
        assert await find_offset_fault(database, bus, TALLY) is None
        assert await database.read(lambda tx: inbox.list_newest(tx, "tally", "/indicators", "", 99)) == newest
        again = [tally.number_event(tally.BUSY, n, n) for n in (1, 2, 3, 4)]
        await publish(bus, *again)
        await caught_up(database, bus)
    assert await database.read(numbers) == {tally.BUSY: 4, tally.QUIET: 3}
    assert await list_parked(database) == []


async def test_finished_jobs_and_old_answers_go(database, later, most):
    async def work(tx):
        for number in range(5):
            job = await queue.save_job(tx, NewJob("import"))
            if number:
                await queue.cancel_job(tx, job)
            await save_answer(tx, KeyedRequest("Ana", f"k{number}", "f"), Answer(201, [], b"{}"))

    await database.write(work)
    later()
    await database.write(lambda tx: save_answer(tx, KeyedRequest("Ana", "new", "f"), Answer(201, [], b"{}")))
    assert await delete_outdated(database, "indicators", SETTINGS) == NOTHING | {"jobs": 4, "answers": 5}
    assert await count(database, "job") == 1
    assert await database.read(lambda tx: get_answer(tx, KeyedRequest("Ana", "new", "f"))) is not None


async def test_several_instances_at_once_delete_each_row_once(database, bus, consuming, later, most):
    await publish_numbers(database, bus, *((f"s{n % 3}", n) for n in range(1, 25)))
    async with consuming():
        await caught_up(database, bus)
    later()
    found = await asyncio.gather(*(delete_outdated(database, "indicators", SETTINGS) for _ in range(3)))
    found.append(await delete_outdated(database, "indicators", SETTINGS))
    assert sum(each["events"] for each in found) == 23
    assert sum(each["inbox"] for each in found) == 21
    assert await count(database, "outbox") == await count(database, "inbox") == 3


async def test_a_lost_bus_gets_back_what_is_kept_and_the_recovery_counts_the_rest(database, bus, later, tmp_path):
    await publish_numbers(database, bus, *(("a", n) for n in range(1, 6)))
    later()
    await publish_numbers(database, bus, ("a", 6), ("a", 7))
    await delete_outdated(database, "indicators", SETTINGS)

    async def no_subjects(tx):
        return []

    empty = type(bus)(tmp_path / "anew.db", partitions=2)
    await empty.start()
    try:
        await empty.ensure_topics([tally.TOPIC])
        done = await recover_producer(LocalStores("indicators", Republication(no_subjects, None), (), database, empty))
        assert (done.requeued, done.outdated) == (2, 5)
        await relay_all(database, empty)
        assert sum((await empty.end_offsets(tally.TOPIC)).values()) == 2
    finally:
        await empty.close()
