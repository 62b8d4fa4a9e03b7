"""An event is told exactly when its change is kept, and in order."""

import asyncio

import pytest
from sqlalchemy import select

from chassis.bus.port import BusError
from chassis.events.outbox import emit
from chassis.events.relay import Relay
from tests.eventually import eventually
from tests.integration.chassis.tally import TOPIC, metadata, new_event, number_event

outbox, feed = metadata.tables["outbox"], metadata.tables["feed"]


async def log_of(bus):
    found = []
    async for batch in bus.read(TOPIC, {}, await bus.end_offsets(TOPIC)):
        found += [(record.key, int(record.headers["event-version"])) for record in batch.records]
    return found


async def rows(database):
    return await database.read(lambda tx: _rows(tx))


async def _rows(tx):
    return (await tx.session.execute(select(outbox).order_by(outbox.c.id))).all()


async def places(database):
    """The feed: position and version of every event in it."""
    query = select(feed.c.position, outbox.c.version).join(outbox, outbox.c.id == feed.c.outbox_id)
    return await database.read(lambda tx: _all(tx, query.order_by(feed.c.position)))


async def _all(tx, query):
    return [tuple(row) for row in await tx.session.execute(query)]


async def drain(database, bus):
    producer = await bus.producer()
    relay = Relay(database, bus, "indicators", batch=3)
    while await relay.cycle(producer):
        pass


async def emit_all(database, *events):
    async def work(tx):
        for subject, version in events:
            emit(tx, new_event(subject, version, version))

    await database.write(work)


async def test_what_rolls_back_tells_nobody(database, bus):
    async def work(tx):
        emit(tx, new_event("a", 1, 1))
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await database.write(work)
    assert await rows(database) == []
    assert not database.committed.is_set()


async def test_events_are_published_in_order_with_contiguous_positions(database, bus):
    for version in range(1, 11):
        await emit_all(database, ("a", version), ("b", version))
    await drain(database, bus)
    log = await log_of(bus)
    assert [v for key, v in log if key == "a"] == list(range(1, 11))
    assert [v for key, v in log if key == "b"] == list(range(1, 11))
    found = await places(database)
    assert [position for position, _ in found] == list(range(1, 21))
    assert [version for _, version in found] == [n for n in range(1, 11) for _ in range(2)]
    assert await Relay(database, bus, "indicators").count_unpublished() == (0, None)


async def test_two_versions_alike_are_refused(database, bus):
    await emit_all(database, ("a", 1))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await emit_all(database, ("a", 1))


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_a_transaction_that_commits_late_is_not_skipped(database, bus):
    """On SQLite there is one writer at a time: nothing can commit late."""
    holding, go = asyncio.Event(), asyncio.Event()

    async def slow(tx):
        emit(tx, new_event("late", 1, 1))
        await tx.write_staged()
        tx._staged.clear()
        holding.set()
        await go.wait()

    late = asyncio.create_task(database.write(slow))
    await holding.wait()
    await emit_all(database, ("early", 1))
    await drain(database, bus)
    assert await log_of(bus) == [("early", 1)]
    go.set()
    await late
    await drain(database, bus)
    assert sorted(await log_of(bus)) == [("early", 1), ("late", 1)]
    assert [position for position, _ in await places(database)] == [1, 2]


class _Failing:
    """A producer whose bus goes away after ``good`` calls."""

    def __init__(self, producer, good):
        self.producer, self.good = producer, good

    async def publish(self, topic, messages):
        self.good -= 1
        if self.good < 0:
            raise BusError("gone")
        await self.producer.publish(topic, messages)


async def test_what_was_not_acknowledged_is_published_again(database, bus):
    await emit_all(database, *(("a", n) for n in range(1, 8)))
    with pytest.raises(BusError):
        await Relay(database, bus, "indicators", batch=3).cycle(_Failing(await bus.producer(), good=1))
    assert await places(database) == []
    waiting, since = await Relay(database, bus, "indicators").count_unpublished()
    assert (waiting, since) == (7, (await rows(database))[0].created_at)
    await drain(database, bus)
    versions = [v for _, v in await log_of(bus)]
    assert versions == [1, 2, 3, *range(1, 8)]


async def test_the_relay_wakes_at_a_commit_and_outlives_its_bus(database, bus, monkeypatch):
    relay = Relay(database, bus, "indicators")
    fail = {"times": 2}
    append = bus._log.append

    async def flaky(*arguments):
        if fail["times"]:
            fail["times"] -= 1
            raise BusError("away")
        await append(*arguments)

    monkeypatch.setattr(bus._log, "append", flaky)
    task = asyncio.create_task(relay.run())
    try:
        await emit_all(database, ("a", 1))
        await eventually(lambda: relay.failing == "away")
        await eventually(lambda: _logged(bus, [("a", 1)]))
        await eventually(lambda: relay.failing is None)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _logged(bus, expected):
    assert await log_of(bus) == expected


async def test_of_two_relays_one_works_at_a_time(database, bus):
    await emit_all(database, *(("a", n) for n in range(1, 50)))
    relays = [Relay(database, bus, "indicators", batch=5) for _ in range(2)]
    producers = [await bus.producer() for _ in relays]

    async def work(relay, producer):
        for _ in range(40):
            await relay.cycle(producer)

    await asyncio.gather(*(work(r, p) for r, p in zip(relays, producers, strict=True)))
    assert [v for _, v in await log_of(bus)] == list(range(1, 50))


def test_an_event_is_structured_cloudevents_json():
    import json

    message = number_event("a/b", 7, 3)
    body = json.loads(message.value)
    assert body["specversion"] == "1.0"
    assert (body["subject"], body["partitionkey"], body["aggregateversion"]) == ("a/b", "a/b", 7)
    assert body["time"].endswith("Z")
    assert "traceparent" not in body
    assert body["data"] == {"number": 3}
    assert message.headers["content-type"] == "application/cloudevents+json"


@pytest.mark.parametrize("turns", range(6))
async def test_a_relay_stops_when_told_to_whatever_comes_at_that_moment(database, bus, turns):
    task = asyncio.create_task(Relay(database, bus, "indicators").run())
    await asyncio.sleep(0.3)  # it waits for the next commit
    database.committed.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=3)
    if not done:
        task.cancel()
        await asyncio.wait({task}, timeout=3)
    assert done, f"cancelled {turns} turns after a commit, it went on"
