"""Delivered at least once, applied once; poison parked; operators in control."""

import asyncio
from dataclasses import replace

import pytest
import structlog

from chassis.bus.embedded import EmbeddedConsumer
from chassis.bus.port import TopicPartition
from chassis.events import dead_letters, replay
from chassis.events.consumer import ConsumerLoop
from chassis.events.dead_letters import LetterState
from chassis.events.inbox import StaleOffset
from chassis.runtime import lag
from chassis.settings import ServiceSettings
from tests.eventually import eventually
from tests.integration.chassis.tally import (
    TALLY,
    TOPIC,
    applied,
    caught_up,
    forgiving,
    letters,
    publish,
    said,
    standing,
)


async def test_duplicates_are_applied_once(database, bus, consuming):
    first, second = said("a", 1, 10), said("a", 2, 20)
    async with consuming():
        await publish(bus, first, second, first)
        await publish(bus, second, first, said("b", 1, 1))
        await caught_up(database, bus)
    assert await database.read(applied) == [("a", 1), ("a", 2), ("b", 1)]
    assert await database.read(standing) == {"a": 20, "b": 1}


async def test_an_older_version_after_a_newer_changes_nothing(database, bus, consuming):
    async with consuming():
        await publish(bus, said("a", 3, 30), said("a", 2, 20))
        await caught_up(database, bus)
    assert await database.read(standing) == {"a": 30}


async def test_poison_is_parked_and_the_rest_goes_on(database, bus, consuming):
    async with consuming():
        await publish(bus, said("a", 1, 1), said("bad", 1, -1), said("b", 1, 2), said("c", 1, 3))
        await caught_up(database, bus)
    (letter,) = await letters(database)
    assert (letter.subject, letter.version, letter.reason) == ("bad", 1, "failed")
    shown = await database.read(lambda tx: dead_letters.shown(tx, letter.id))
    assert b'"number":-1' in shown.value
    assert "Bad('bad says -1')" in letter.error
    assert await database.read(standing) == {"a": 1, "b": 2, "c": 3}


async def test_what_is_logged_of_an_event_names_it(database, bus, consuming):
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        async with consuming():
            await publish(bus, said("bad", 1, -1))
            await caught_up(database, bus)
    (parked,) = [line for line in logs if line["event"] == "consumer.parked"]
    assert parked["event_id"] == "bad-1"


async def test_a_newer_event_supersedes_the_parked_one(database, bus, consuming):
    async with consuming():
        await publish(bus, said("bad", 1, -1))
        await caught_up(database, bus)
        await publish(bus, said("bad", 2, 7))
        await caught_up(database, bus)
    assert await letters(database) == []
    (letter,) = await letters(database, LetterState.SUPERSEDED)
    assert letter.resolution == "version 2 came"


async def test_retry_applies_once_and_again_is_a_no_op(database, bus, consuming):
    async with consuming():
        await publish(bus, said("bad", 1, -1), said("a", 1, 1))
        await caught_up(database, bus)
    (letter,) = await letters(database)
    mended = replace(TALLY, projection=replace(TALLY.projection, fold=forgiving))
    assert await replay.retry(database, mended, letter.id) == "applied"
    assert await replay.retry(database, mended, letter.id) == "already retried"
    assert await database.read(applied) == [("a", 1), ("bad", 1)]


async def test_retry_of_what_still_fails_leaves_it_parked(database, bus, consuming):
    async with consuming():
        await publish(bus, said("bad", 1, -1))
        await caught_up(database, bus)
    (letter,) = await letters(database)
    with pytest.raises(Exception, match="bad says -1"):
        await replay.retry(database, TALLY, letter.id)
    assert len(await letters(database)) == 1


async def test_discard_keeps_the_reason(database, bus, consuming):
    async with consuming():
        await publish(bus, said("bad", 1, -1))
        await caught_up(database, bus)
    (letter,) = await letters(database)
    assert await replay.discard(database, letter.id, "sent by mistake") == "discarded"
    (gone,) = await letters(database, LetterState.DISCARDED)
    assert gone.resolution == "sent by mistake"
    assert await replay.retry(database, TALLY, letter.id) == "already discarded"


async def test_a_run_of_failures_stops_the_consumer(database, bus, consuming):
    async with consuming(consumer_failures_to_stop=3) as loop:
        await publish(bus, *(said("bad", n, -n) for n in range(1, 9)))
        await eventually(lambda: loop.stopped is not None)
    assert "3 events in a row failed" in loop.stopped
    assert len(await letters(database)) == 2
    assert await lag(database, bus, TALLY) == 6


async def test_only_failures_in_a_row_stop_the_consumer(database, bus, consuming):
    async with consuming(consumer_failures_to_stop=2) as loop:
        for number in range(1, 5):
            await publish(bus, said("bad", number, -1))
            await caught_up(database, bus)
            await publish(bus, said("good", number, number))
            await caught_up(database, bus)
    assert loop.stopped is None
    assert len(await letters(database)) == 4
    assert await database.read(standing) == {"good": 4}


async def test_unknown_versions_are_parked_and_other_types_passed_over(database, bus, consuming):
    newer = said("a", 2, 2, type_="commissioning.number.said.v2")
    other = said("a", 3, 3, type_="commissioning.commentary.published.v1")
    async with consuming():
        await publish(bus, said("a", 1, 1), newer, other)
        await caught_up(database, bus)
    (letter,) = await letters(database)
    assert (letter.reason, letter.type) == ("unknown_version", "commissioning.number.said.v2")
    assert "v1" in letter.error
    assert (
        await replay.retry(database, TALLY, letter.id) == "still parked: commissioning.number.said.v2 is not known here"
    )


async def test_rubbish_is_parked_as_unreadable(database, bus, consuming):
    rubbish = said("a", 1, 1)._replace(value=b"\xff\x00 no json", headers={})
    truncated = said("b", 1, 1)._replace(value=said("b", 1, 1).value[:40])
    async with consuming():
        await publish(bus, rubbish, truncated, said("c", 1, 3))
        await caught_up(database, bus)
    assert sorted((row.key, row.reason) for row in await letters(database)) == [("a", "unreadable"), ("b", "failed")]
    assert await database.read(standing) == {"c": 3}


async def test_an_event_without_headers_is_read_by_its_body(database, bus, consuming):
    async with consuming():
        await publish(bus, said("a", 4, 40)._replace(headers={}))
        await caught_up(database, bus)
    assert await database.read(applied) == [("a", 4)]


async def test_a_zombie_cannot_write(database, bus):
    """A reader that was paused finds its offset moved by another, and its effects roll back."""
    await publish(bus, said("a", 1, 1))
    zombie, successor = (ConsumerLoop(database, bus, TALLY, ServiceSettings()) for _ in range(2))
    partitions = list(await bus.end_offsets(TOPIC))
    for loop in (zombie, successor):
        await loop._positions(partitions)
    batch = await anext(b async for b in bus.read(TOPIC, dict.fromkeys(partitions, 0), await bus.end_offsets(TOPIC)))
    await successor._consume(batch)
    with pytest.raises(StaleOffset):
        await zombie._consume(batch)
    assert await database.read(applied) == [("a", 1)]


async def test_what_was_read_ahead_of_the_position_is_not_applied(database, bus):
    """Its partition was moved back while the batch waited: what lies between must come first."""
    await publish(bus, said("a", 1, 1), said("a", 2, 2))
    loop, ends = ConsumerLoop(database, bus, TALLY, ServiceSettings()), await bus.end_offsets(TOPIC)
    await loop._positions(list(ends))
    whole = await anext(b async for b in bus.read(TOPIC, dict.fromkeys(ends, 0), ends))
    with pytest.raises(StaleOffset):
        await loop._consume(replace(whole, start=1, records=whole.records[1:]))
    await loop._consume(whole)
    assert await database.read(applied) == [("a", 1), ("a", 2)]


async def test_poison_in_one_partition_does_not_keep_what_came_with_it(database, bus, consuming):
    good = [said(f"s{n}", 1, n) for n in range(20)]  # both partitions
    await publish(bus, *good[:10], said("bad", 1, -1), *good[10:])
    async with consuming() as loop:
        await caught_up(database, bus)
    assert loop.stopped is None
    assert [letter.subject for letter in await letters(database)] == ["bad"]
    assert await database.read(applied) == sorted((f"s{n}", 1) for n in range(20))


async def test_batches_of_several_partitions_share_a_transaction(database, bus):
    await publish(bus, *(said(f"s{n}", 1, n) for n in range(20)), said("s0", 1, 0))  # one of them twice
    loop, ends = ConsumerLoop(database, bus, TALLY, ServiceSettings()), await bus.end_offsets(TOPIC)
    await loop._positions(list(ends))
    batches = [batch async for batch in bus.read(TOPIC, dict.fromkeys(ends, 0), ends)]
    assert len({batch.source for batch in batches}) == 2
    reader = await bus.consumer("group", [TOPIC], loop._positions)
    assert await loop._together(reader, batches)
    assert await database.read(applied) == sorted((f"s{n}", 1) for n in range(20))
    assert loop.standing == ends


async def test_the_bus_is_told_of_offsets_now_and_then_and_at_the_end(database, bus, monkeypatch):
    told = []

    async def note(_reader, offsets):
        told.append(dict(offsets))

    monkeypatch.setattr(EmbeddedConsumer, "commit", note)
    monkeypatch.setattr("chassis.events.consumer.TELL_SECONDS", 0.5)
    loop = ConsumerLoop(database, bus, TALLY, ServiceSettings())
    task = asyncio.create_task(loop.run())
    for version in range(1, 9):
        await publish(bus, said("a", version, version))
        await caught_up(database, bus)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    (source,) = {at for offsets in told for at in offsets}
    assert told[-1] == {source: 8}
    assert len(told) < 8


async def test_replay_goes_through_the_same_handler(database, bus, consuming):
    async with consuming():
        await publish(bus, said("a", 1, 1), said("a", 2, 2), said("b", 1, 5))
        await caught_up(database, bus)
        await replay.replay(database, TALLY, dict.fromkeys(await bus.end_offsets(TOPIC), 0))
        await eventually(lambda: _applied_times(database, 6))
    assert await database.read(standing) == {"a": 2, "b": 5}


async def _applied_times(database, times):
    assert len(await database.read(applied)) == times


async def test_replay_never_skips_ahead(database, bus, consuming):
    await publish(bus, said("a", 1, 1))
    await replay.replay(database, TALLY, dict.fromkeys(await bus.end_offsets(TOPIC), 99))
    async with consuming():
        await caught_up(database, bus)
        await eventually(lambda: _applied_times(database, 1))


async def test_rebuild_ends_in_the_same_state_while_the_consumer_runs(database, bus, consuming):
    async with consuming():
        await publish(bus, *(said(s, v, v * 10) for v in range(1, 30) for s in "abcde"), said("bad", 1, -1))
        await caught_up(database, bus)
        before, effects_before = await database.read(standing), await database.read(applied)
        assert await replay.rebuild(database, bus, TALLY) == 29 * 5
        assert await database.read(standing) == before
        await publish(bus, said("a", 30, 300))
        await eventually(lambda: _number_of(database, "a", 300))
    assert len(await letters(database)) == 1
    assert len(await database.read(applied)) == len(effects_before) + 1


async def _number_of(database, subject, number):
    assert (await database.read(standing))[subject] == number


async def test_the_offset_is_kept_in_the_database(database, bus, consuming):
    await publish(bus, said("a", 1, 1))
    async with consuming():
        await caught_up(database, bus)
    await publish(bus, said("a", 2, 2))
    async with consuming():
        await caught_up(database, bus)
    assert await database.read(applied) == [("a", 1), ("a", 2)]
    row = (await bus.end_offsets(TOPIC)).keys()
    assert all(isinstance(tp, TopicPartition) for tp in row)
