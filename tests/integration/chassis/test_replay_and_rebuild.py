"""Replays and rebuilds beside whatever else goes on."""

import asyncio

import pytest
from sqlalchemy import text

from chassis.events import replay
from chassis.events.inbox import get_stored_offsets
from tests.eventually import eventually
from tests.integration.chassis.tally import (
    BUSY,
    QUIET,
    TALLY,
    TOPIC,
    applied,
    caught_up,
    list_parked,
    number_event,
    numbers,
    publish,
)

ON_POSTGRESQL = pytest.mark.parametrize(
    "database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
"""Where SQLite has one writer, or no triggers that tell of a full disk."""


async def test_a_replay_is_noticed_while_another_partition_is_busy(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event(QUIET, 1, 1), number_event(BUSY, 1, 1))
        await caught_up(database, bus)
        stream = asyncio.create_task(_stream(bus))
        try:
            await replay.replay_from(database, TALLY, dict.fromkeys(await bus.end_offsets(TOPIC), 0))
            await eventually(lambda: _times(database, QUIET, 2), within=8)
        finally:
            stream.cancel()


async def _stream(bus):
    for version in range(2, 1000):
        await publish(bus, number_event(BUSY, version, version))
        await asyncio.sleep(0.2)


async def _times(database, subject, times):
    assert len([each for each in await database.read(applied) if each[0] == subject]) == times


async def test_a_rebuild_keeps_out_what_another_source_wrote(database, bus, consuming):
    foreign = number_event("a", 9, 9)
    foreign = foreign._replace(
        value=foreign.value.replace(b'"/indicators"', b'"/import"'),
        headers={**foreign.headers, "event-source": "/import"},
    )
    async with consuming():
        await publish(bus, foreign, number_event("a", 1, 1), number_event("b", 1, 2))
        await caught_up(database, bus)
        await replay.rebuild(database, bus, TALLY)
    assert await database.read(numbers) == {"a": 1, "b": 2}
    (parked,) = await list_parked(database)
    assert (parked.reason, "/import" in parked.error) == ("unreadable", True)


@ON_POSTGRESQL
async def test_two_replays_at_once_go_back_to_the_earlier(database, bus, consuming):
    """One has read where the consumer stands, and waits for a lock that the other holds, which goes back further."""
    async with consuming():
        await publish(bus, *(number_event("a", n, n) for n in range(1, 11)))
        await caught_up(database, bus)
    (home,) = [at for at, end in (await bus.end_offsets(TOPIC)).items() if end]
    async with database.engine.begin() as connection:
        await connection.execute(text("SELECT 1 FROM consumer_offset FOR UPDATE"))
        later = asyncio.create_task(replay.replay_from(database, TALLY, {home: 99}))
        await asyncio.sleep(0.5)
        await connection.execute(text("UPDATE consumer_offset SET next_offset = 0"))
    await later
    assert (await get_stored_offsets(database, "tally", [home]))[home] == 0
