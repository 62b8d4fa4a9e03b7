"""Letters that are superseded, parked again, or stand in a place that is another event's by now."""

import asyncio
import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from chassis.bus.embedded import EmbeddedBus
from chassis.bus.port import Message
from chassis.events import replay
from chassis.events.consumer import ConsumerLoop
from chassis.events.dead_letters import DeadLetterState
from chassis.settings import ServiceSettings
from tests.eventually import eventually
from tests.integration.chassis.tally import (
    BUSY,
    QUIET,
    TALLY,
    TOPIC,
    applied,
    caught_up,
    forgiving,
    list_parked,
    number_event,
    numbers,
    publish,
)

ON_POSTGRESQL = pytest.mark.parametrize(
    "database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
"""Where SQLite has one writer, or no triggers that tell of a full disk."""


async def test_a_superseded_event_does_not_stand_in_the_way_of_a_rebuild(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("bad", 1, -1))
        await caught_up(database, bus)
        await publish(bus, number_event("bad", 2, 7), number_event("a", 1, 1))
        await caught_up(database, bus)
        assert len(await list_parked(database, DeadLetterState.SUPERSEDED)) == 1
        assert await replay.rebuild(database, bus, TALLY) == 2
    assert await database.read(numbers) == {"bad": 7, "a": 1}


async def test_what_was_retried_and_fails_again_on_replay_is_parked_again(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("bad", 1, -1), number_event("a", 1, 1))
        await caught_up(database, bus)
        (dead_letter,) = await list_parked(database)
        mended = replace(TALLY, projection=replace(TALLY.projection, fold=forgiving))
        assert await replay.retry_dead_letter(database, [mended], dead_letter.id) == "applied"
        await replay.replay_from(database, TALLY, dict.fromkeys(await bus.end_offsets(TOPIC), 0))
        await eventually(lambda: _times(database, "a", 2))
        await caught_up(database, bus)
    in_inbox = await database.read(_applied_ids)
    parked = [each.subject for each in await list_parked(database)]
    assert "bad-1" in in_inbox or parked == ["bad"], "neither applied nor parked"


async def _applied_ids(tx):
    return set(await tx.session.scalars(text("SELECT event_id FROM inbox")))


async def _times(database, subject, times):
    assert len([each for each in await database.read(applied) if each[0] == subject]) == times


async def test_what_another_instance_parked_is_superseded_by_whoever_hears_the_newer(database, bus, consuming):
    async with consuming():  # it was there all the time, and had read what was parked then: nothing
        await caught_up(database, bus)
        await publish(bus, number_event("a", 1, 1))
        await caught_up(database, bus)
        async with consuming():
            await asyncio.sleep(2.5)  # the partitions are shared out
            await publish(bus, number_event(BUSY, 1, -1), number_event(QUIET, 1, -1))
            await caught_up(database, bus)
        assert len(await list_parked(database)) == 2
        await publish(bus, number_event(BUSY, 2, 2), number_event(QUIET, 2, 2))
        await caught_up(database, bus)
    assert await list_parked(database) == []


async def test_a_newer_that_was_read_with_its_older_supersedes_it_too(database, bus, consuming):
    """Unknown versions are parked at once: also there the newer says it all."""
    await publish(bus, number_event("a", 1, 1, type_="commissioning.number.changed.v2"), number_event("a", 2, 2))
    async with consuming():
        await caught_up(database, bus)
    assert await database.read(numbers) == {"a": 2}
    assert await list_parked(database) == []


async def test_the_newest_of_a_batch_supersedes_whatever_its_place_in_the_batch(database, bus, consuming):
    unknown = number_event("a", 2, 2, type_="commissioning.number.changed.v2")
    await publish(bus, unknown, number_event("a", 3, 3), number_event("a", 1, 1))
    async with consuming():
        await caught_up(database, bus)
    (superseded,) = await list_parked(database, DeadLetterState.SUPERSEDED)
    assert (superseded.version, superseded.resolution) == (2, "version 3 came")


async def test_published_again_the_newer_supersedes_again(database, bus, consuming):
    """The relay was killed after the bus had acknowledged: the same events come again."""
    async with consuming():
        await publish(bus, number_event("bad", 1, -1), number_event("bad", 2, 2))
        await publish(bus, number_event("bad", 1, -1), number_event("bad", 2, 2))
        await caught_up(database, bus)
    assert await list_parked(database) == []


async def test_events_of_other_types_do_not_hide_a_run_of_failures(database, bus, consuming):
    async with consuming(consumer_failures_to_stop=3) as loop:
        for n in range(1, 7):
            await publish(
                bus,
                number_event("bad", 2 * n, -n),
                number_event("bad", 2 * n + 1, n, type_="commissioning.commentary.published.v1"),
            )
        await eventually(lambda: loop.stopped is not None)
    assert len(await list_parked(database)) == 2


@ON_POSTGRESQL
async def test_an_outage_while_parking_is_no_failure_more(database, bus, consuming):
    await _sql(
        database,
        "CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; "
        "END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER full_disk BEFORE INSERT ON dead_letter FOR EACH ROW EXECUTE FUNCTION full_disk()",
    )
    async with consuming(consumer_failures_to_stop=3, consumer_retries=0) as loop:
        await publish(bus, number_event("bad", 1, -1), number_event("a", 1, 1))
        await asyncio.sleep(3)
        assert loop.stopped is None, loop.stopped
        await _sql(database, "DROP TRIGGER full_disk ON dead_letter")
        await caught_up(database, bus)
    assert len(await list_parked(database)) == 1


async def _sql(database, *statements):
    async with database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def _made_anew(database, bus, consuming, folder, event):
    """Another bus, after an event was discarded on the one that was lost; ``event`` stands in its place there."""
    async with consuming():
        await publish(bus, number_event("a", 1, -1))
        await caught_up(database, bus)
    (dead_letter,) = await list_parked(database)
    await replay.discard_dead_letter(database, dead_letter.id, "sent by mistake")
    anew = EmbeddedBus(folder / "anew.db", partitions=2)
    await anew.start()
    await anew.ensure_topics([TOPIC])
    await publish(anew, event)
    return anew


async def test_a_log_made_anew_is_rebuilt_whole_whatever_was_parked_before(database, bus, consuming, tmp_path):
    """docs/deployment.md, "After losing Kafka with PostgreSQL intact"."""
    anew = await _made_anew(database, bus, consuming, tmp_path, number_event("a", 2, 7, event_id="another"))
    await replay.rebuild(database, anew, TALLY)
    await anew.close()
    assert await database.read(numbers) == {"a": 7}


async def test_an_event_in_the_place_of_an_old_letter_is_parked_too(database, bus, consuming, tmp_path):
    anew = await _made_anew(database, bus, consuming, tmp_path, number_event("a", 2, -7, event_id="another"))
    await replay.replay_from(database, TALLY, dict.fromkeys(await anew.end_offsets(TOPIC), 0))
    loop = ConsumerLoop(database, anew, TALLY, ServiceSettings(consumer_retries=0))
    task = asyncio.create_task(loop.run())
    await eventually(lambda: caught_up(database, anew))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await anew.close()
    assert [each.event_id for each in await list_parked(database)] == ["another"]


def surrogate():
    body = json.loads(number_event("bad", 1, 1).value)
    body["id"] = "\ud800"
    return Message("bad", json.dumps(body).encode(), {})


async def test_an_id_that_is_no_text_is_parked_and_the_rest_goes_on(database, bus, consuming):
    async with consuming():
        await publish(bus, surrogate(), number_event("bad", 2, 2), number_event("a", 1, 1))
        await caught_up(database, bus)
    assert len(await list_parked(database)) == 1
