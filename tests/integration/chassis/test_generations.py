"""Events are ordered by (generation, version): a database that went back in time supersedes what it once published."""

import json

import pytest
from sqlalchemy import select

from chassis.clock import system_clock
from chassis.events.dead_letters import DeadLetterState
from chassis.events.envelope import delivery
from chassis.events.outbox import GENERATION, emit
from chassis.events.relay import Relay
from tests.integration.chassis.tally import TOPIC, caught_up, list_parked, new_event, number_event, numbers, publish


async def test_a_higher_generation_supersedes_every_version_before_it(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("a", 9, 90), number_event("a", 3, 33, generation=2), number_event("a", 10, 99))
        await caught_up(database, bus)
    assert await database.read(numbers) == {"a": 33}


async def test_the_same_version_of_another_generation_is_another_event(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("a", 2, 20))
        await caught_up(database, bus)
        await publish(bus, number_event("a", 2, 22, generation=2))
        await caught_up(database, bus)
    assert await database.read(numbers) == {"a": 22}
    assert await database.read(_inbox) == [(1, 2), (2, 2)]


async def _inbox(tx):
    inbox = tx.table("inbox")
    rows = await tx.session.execute(select(inbox.c.generation, inbox.c.version).order_by(inbox.c.generation))
    return [tuple(row) for row in rows]


async def test_what_is_parked_is_superseded_by_a_lower_version_of_a_higher_generation(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("bad", 7, -1))
        await caught_up(database, bus)
        await publish(bus, number_event("bad", 2, 5, generation=2))
        await caught_up(database, bus)
    assert await list_parked(database) == []
    assert len(await list_parked(database, DeadLetterState.SUPERSEDED)) == 1


async def test_what_is_parked_is_not_superseded_by_a_higher_version_of_a_lower_generation(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("bad", 2, -1, generation=2))
        await caught_up(database, bus)
        await publish(bus, number_event("bad", 7, 5))
        await caught_up(database, bus)
    assert [(row.generation, row.version) for row in await list_parked(database)] == [(2, 2)]


@pytest.mark.parametrize("stored", [None, 4])
async def test_the_relay_gives_events_the_generation_of_its_database(database, bus, stored):
    async def work(tx):
        if stored:
            row = {"name": GENERATION, "value": str(stored), "set_at": system_clock()}
            await tx.session.execute(tx.table("setting").insert(), [row])
        emit(tx, new_event("a", 1, 10))

    await database.write(work)
    await Relay(database, bus, "indicators").cycle(await bus.producer())
    (record,) = [
        record async for batch in bus.read(TOPIC, {}, await bus.end_offsets(TOPIC)) for record in batch.records
    ]
    assert (delivery(record).generation, json.loads(record.value)["generation"]) == (stored or 1, stored or 1)
