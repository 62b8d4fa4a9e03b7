"""Delivered at least once, applied once; poison parked; operators in control."""

import asyncio
from dataclasses import replace

import pytest
import structlog

from chassis.bus.embedded import EmbeddedConsumer
from chassis.events import dead_letters, replay
from chassis.events.consumer import ConsumerLoop
from chassis.events.dead_letters import DeadLetterState
from chassis.events.inbox import StaleOffset, get_stored_offsets
from chassis.runtime import lag
from chassis.settings import ServiceSettings
from tests.eventually import eventually
from tests.integration.chassis.tally import (
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


async def test_duplicates_are_applied_once(database, bus, consuming):
    first, second = number_event("a", 1, 10), number_event("a", 2, 20)
    async with consuming():
        await publish(bus, first, second, first)
        await publish(bus, second, first, number_event("b", 1, 1))
        await caught_up(database, bus)
    assert await database.read(applied) == [("a", 1), ("a", 2), ("b", 1)]
    assert await database.read(numbers) == {"a": 20, "b": 1}


async def test_an_older_version_after_a_newer_changes_nothing(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("a", 3, 30), number_event("a", 2, 20))
        await caught_up(database, bus)
    assert await database.read(numbers) == {"a": 30}


async def test_poison_is_parked_and_the_rest_goes_on(database, bus, consuming):
    async with consuming():
        await publish(
            bus, number_event("a", 1, 1), number_event("bad", 1, -1), number_event("b", 1, 2), number_event("c", 1, 3)
        )
        await caught_up(database, bus)
    (dead_letter,) = await list_parked(database)
    assert (dead_letter.subject, dead_letter.version, dead_letter.reason) == ("bad", 1, "failed")
    shown = await database.read(lambda tx: dead_letters.get_dead_letter(tx, dead_letter.id))
    assert '"number":-1' in shown.value
    assert "Bad('bad says -1')" in dead_letter.error
    assert await database.read(numbers) == {"a": 1, "b": 2, "c": 3}


async def test_what_is_logged_of_an_event_names_it(database, bus, consuming):
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        async with consuming():
            await publish(bus, number_event("bad", 1, -1))
            await caught_up(database, bus)
    (parked,) = [line for line in logs if line["event"] == "consumer.parked"]
    assert parked["event_id"] == "bad-1"


async def test_a_newer_event_supersedes_the_parked_one(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("bad", 1, -1))
        await caught_up(database, bus)
        await publish(bus, number_event("bad", 2, 7))
        await caught_up(database, bus)
    assert await list_parked(database) == []
    (dead_letter,) = await list_parked(database, DeadLetterState.SUPERSEDED)
    assert dead_letter.resolution == "version 2 came"


async def test_retry_applies_once_and_again_is_a_no_op(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("bad", 1, -1), number_event("a", 1, 1))
        await caught_up(database, bus)
    (dead_letter,) = await list_parked(database)
    mended = replace(TALLY, projection=replace(TALLY.projection, fold=forgiving))
    assert await replay.retry_dead_letter(database, [mended], dead_letter.id) == "applied"
    assert await replay.retry_dead_letter(database, [mended], dead_letter.id) == "already retried"
    assert await database.read(applied) == [("a", 1), ("bad", 1)]


async def test_retry_of_what_still_fails_leaves_it_parked(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("bad", 1, -1))
        await caught_up(database, bus)
    (dead_letter,) = await list_parked(database)
    with pytest.raises(Exception, match="bad says -1"):
        await replay.retry_dead_letter(database, [TALLY], dead_letter.id)
    assert len(await list_parked(database)) == 1


async def test_discard_keeps_the_reason(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("bad", 1, -1))
        await caught_up(database, bus)
    (dead_letter,) = await list_parked(database)
    assert await replay.discard_dead_letter(database, dead_letter.id, "sent by mistake") == "discarded"
    (gone,) = await list_parked(database, DeadLetterState.DISCARDED)
    assert gone.resolution == "sent by mistake"
    assert await replay.retry_dead_letter(database, [TALLY], dead_letter.id) == "already discarded"


async def test_a_run_of_failures_stops_the_consumer(database, bus, consuming):
    async with consuming(consumer_failures_to_stop=3) as loop:
        await publish(bus, *(number_event("bad", n, -n) for n in range(1, 9)))
        await eventually(lambda: loop.stopped is not None)
    assert "3 events in a row failed" in loop.stopped
    assert len(await list_parked(database)) == 2
    assert await lag(database, bus, TALLY) == 6


async def test_only_failures_in_a_row_stop_the_consumer(database, bus, consuming):
    async with consuming(consumer_failures_to_stop=2) as loop:
        for number in range(1, 5):
            await publish(bus, number_event("bad", number, -1))
            await caught_up(database, bus)
            await publish(bus, number_event("good", number, number))
            await caught_up(database, bus)
    assert loop.stopped is None
    assert len(await list_parked(database)) == 4
    assert await database.read(numbers) == {"good": 4}


async def test_unknown_versions_are_parked_and_other_types_passed_over(database, bus, consuming):
    newer = number_event("a", 2, 2, type_="commissioning.number.changed.v2")
    other = number_event("a", 3, 3, type_="commissioning.commentary.published.v1")
    async with consuming():
        await publish(bus, number_event("a", 1, 1), newer, other)
        await caught_up(database, bus)
    (dead_letter,) = await list_parked(database)
    assert (dead_letter.reason, dead_letter.type) == ("unknown_version", "commissioning.number.changed.v2")
    assert "v1" in dead_letter.error
    assert (
        await replay.retry_dead_letter(database, [TALLY], dead_letter.id)
        == "still parked: commissioning.number.changed.v2 is not known here"
    )


async def test_rubbish_is_parked_as_unreadable(database, bus, consuming):
    rubbish = number_event("a", 1, 1)._replace(value=b"\xff\x00 no json", headers={})
    truncated = number_event("b", 1, 1)._replace(value=number_event("b", 1, 1).value[:40])
    async with consuming():
        await publish(bus, rubbish, truncated, number_event("c", 1, 3))
        await caught_up(database, bus)
    assert sorted((row.key, row.reason) for row in await list_parked(database)) == [
        ("a", "unreadable"),
        ("b", "unreadable"),
    ]
    assert await database.read(numbers) == {"c": 3}


@pytest.mark.parametrize("named", [True, False], ids=["with headers", "without"])
async def test_a_record_whose_key_is_not_its_subject_is_parked_and_moves_nothing(database, bus, consuming, named):
    forged = number_event("a", 2, 99)._replace(key="b")
    async with consuming():
        await publish(bus, number_event("a", 1, 1), number_event("b", 1, 2))
        await publish(bus, forged if named else forged._replace(headers={}))
        await publish(bus, number_event("a", 3, 3))
        await caught_up(database, bus)
    (dead_letter,) = await list_parked(database)
    assert (dead_letter.key, dead_letter.reason) == ("b", "unreadable")
    assert await database.read(applied) == [("a", 1), ("a", 3), ("b", 1)]
    assert await database.read(numbers) == {"a": 3, "b": 2}


async def test_an_event_without_headers_is_read_by_its_body(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("a", 4, 40)._replace(headers={}))
        await caught_up(database, bus)
    assert await database.read(applied) == [("a", 4)]


async def test_a_zombie_cannot_write(database, bus):
    """A reader that was paused finds its offset moved by another, and its effects roll back."""
    await publish(bus, number_event("a", 1, 1))
    zombie, successor = (ConsumerLoop(database, bus, TALLY, ServiceSettings()) for _ in range(2))
    partitions = list(await bus.end_offsets(TOPIC))
    for loop in (zombie, successor):
        await loop.load_offsets(partitions)
    batch = await anext(b async for b in bus.read(TOPIC, dict.fromkeys(partitions, 0), await bus.end_offsets(TOPIC)))
    await successor.apply_batch(batch)
    with pytest.raises(StaleOffset):
        await zombie.apply_batch(batch)
    assert await database.read(applied) == [("a", 1)]


async def test_what_was_read_ahead_of_the_position_is_not_applied(database, bus):
    """Its partition was moved back while the batch waited: what lies between must come first."""
    await publish(bus, number_event("a", 1, 1), number_event("a", 2, 2))
    loop, ends = ConsumerLoop(database, bus, TALLY, ServiceSettings()), await bus.end_offsets(TOPIC)
    await loop.load_offsets(list(ends))
    whole = await anext(b async for b in bus.read(TOPIC, dict.fromkeys(ends, 0), ends))
    with pytest.raises(StaleOffset):
        await loop.apply_batch(replace(whole, start=1, records=whole.records[1:]))
    await loop.apply_batch(whole)
    assert await database.read(applied) == [("a", 1), ("a", 2)]


async def test_poison_in_one_partition_does_not_keep_what_came_with_it(database, bus, consuming):
    good = [number_event(f"s{n}", 1, n) for n in range(20)]  # both partitions
    await publish(bus, *good[:10], number_event("bad", 1, -1), *good[10:])
    async with consuming() as loop:
        await caught_up(database, bus)
    assert loop.stopped is None
    assert [dead_letter.subject for dead_letter in await list_parked(database)] == ["bad"]
    assert await database.read(applied) == sorted((f"s{n}", 1) for n in range(20))


async def test_batches_of_several_partitions_share_a_transaction(database, bus):
    await publish(bus, *(number_event(f"s{n}", 1, n) for n in range(20)), number_event("s0", 1, 0))  # one of them twice
    loop, ends = ConsumerLoop(database, bus, TALLY, ServiceSettings()), await bus.end_offsets(TOPIC)
    await loop.load_offsets(list(ends))
    batches = [batch async for batch in bus.read(TOPIC, dict.fromkeys(ends, 0), ends)]
    assert len({batch.source for batch in batches}) == 2
    assert await loop.apply_together(batches)
    assert await database.read(applied) == sorted((f"s{n}", 1) for n in range(20))
    assert loop.next_offsets == ends


async def test_the_bus_is_told_of_offsets_now_and_then_and_at_the_end(database, bus, monkeypatch):
    told = []

    async def note(_reader, offsets):
        told.append(dict(offsets))

    monkeypatch.setattr(EmbeddedConsumer, "commit", note)
    monkeypatch.setattr("chassis.events.offset_commits.COMMIT_SECONDS", 0.5)
    loop = ConsumerLoop(database, bus, TALLY, ServiceSettings())
    task = asyncio.create_task(loop.run())
    for version in range(1, 9):
        await publish(bus, number_event("a", version, version))
        await caught_up(database, bus)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    (source,) = {at for offsets in told for at in offsets}
    assert told[-1] == {source: 8}
    assert len(told) < 8


async def test_replay_goes_through_the_same_handler(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("a", 1, 1), number_event("a", 2, 2), number_event("b", 1, 5))
        await caught_up(database, bus)
        await replay.replay_from(database, TALLY, dict.fromkeys(await bus.end_offsets(TOPIC), 0))
        await eventually(lambda: _applied_times(database, 6))
    assert await database.read(numbers) == {"a": 2, "b": 5}


async def _applied_times(database, times):
    assert len(await database.read(applied)) == times


async def test_replay_never_skips_ahead(database, bus, consuming):
    await publish(bus, number_event("a", 1, 1))
    await replay.replay_from(database, TALLY, dict.fromkeys(await bus.end_offsets(TOPIC), 99))
    async with consuming():
        await caught_up(database, bus)
        await eventually(lambda: _applied_times(database, 1))


async def test_rebuild_ends_in_the_same_state_while_the_consumer_runs(database, bus, consuming):
    async with consuming():
        await publish(
            bus, *(number_event(s, v, v * 10) for v in range(1, 30) for s in "abcde"), number_event("bad", 1, -1)
        )
        await caught_up(database, bus)
        before, effects_before = await database.read(numbers), await database.read(applied)
        assert await replay.rebuild(database, bus, TALLY) == 29 * 5
        assert await database.read(numbers) == before
        await publish(bus, number_event("a", 30, 300))
        await eventually(lambda: _number_of(database, "a", 300))
    assert len(await list_parked(database)) == 1
    assert len(await database.read(applied)) == len(effects_before) + 1


async def _number_of(database, subject, number):
    assert (await database.read(numbers))[subject] == number


async def test_the_offset_is_kept_in_the_database(database, bus, consuming):
    await publish(bus, number_event("a", 1, 1))
    async with consuming():
        await caught_up(database, bus)
    await publish(bus, number_event("a", 2, 2))
    async with consuming():
        await caught_up(database, bus)
    assert await database.read(applied) == [("a", 1), ("a", 2)]
    ends = await bus.end_offsets(TOPIC)
    assert sorted(ends.values()) == [0, 2]
    stored = await get_stored_offsets(database, "tally", list(ends))
    assert {at: stored.get(at, 0) for at in ends} == ends


async def test_an_id_used_again_for_another_aggregate_is_parked_not_dropped(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("a", 1, 1, event_id="one"), number_event("a", 2, 2))
        await caught_up(database, bus)
        await publish(bus, number_event("b", 1, 5, event_id="one"), number_event("a", 1, 1, event_id="one"))
        await caught_up(database, bus)
    (dead_letter,) = await list_parked(database)
    assert (dead_letter.key, dead_letter.reason) == ("b", "unreadable")
    assert dead_letter.error == "its id one is that of another aggregate's event"
    assert await database.read(numbers) == {"a": 2}
