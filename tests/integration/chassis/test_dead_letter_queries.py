"""Dead letters by what is known of them, and a stopped consumer that goes on as far as it was allowed."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.audit import AuditFilter, list_entries
from chassis.bus.port import Message
from chassis.errors import Invalid
from chassis.events import dead_letters, failures
from chassis.events.dead_letters import DeadLetterFilter, DeadLetterState, Reason
from chassis.paging import PageRequest
from chassis.recovery.dead_letters import LocalDeadLetters
from chassis.runtime import consume
from tests.eventually import eventually
from tests.integration.chassis.tally import TALLY, caught_up, list_parked, number_event, publish

SUBJECTS = ("wait/A", "wait/B", "WAIT/c", "wait_x", "waitQx", "w[a]it", "beds/A")


@pytest.fixture
async def parked(database, bus, consuming):
    async with consuming(consumer_failures_to_stop=99):
        await publish(bus, *(number_event(subject, 1, -1) for subject in SUBJECTS), Message("junk", b"{"))
        await caught_up(database, bus)


async def subjects(database, **wanted):
    found = await database.read(lambda tx: dead_letters.list_dead_letters(tx, DeadLetterFilter(**wanted)))
    return {each.subject for each in found}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("wait/*", {"wait/A", "wait/B"}),
        ("*/A", {"wait/A", "beds/A"}),
        ("wait_x", {"wait_x"}),
        ("w[a]it", {"w[a]it"}),
        ("w?it/A", set()),
        ("wait%", set()),
        ("*", {*SUBJECTS, "junk"}),
    ],
)
async def test_a_pattern_has_stars_and_nothing_else(database, parked, pattern, found):
    assert await subjects(database, subject=pattern) == found


async def test_reasons_moments_and_consumers_are_told_apart(database, parked):
    assert await subjects(database, reason=Reason.UNREADABLE) == {"junk"}
    assert await subjects(database, since=database.clock() + timedelta(hours=1)) == set()
    assert await subjects(database, since=database.clock() - timedelta(hours=1)) == {*SUBJECTS, "junk"}
    assert await subjects(database, consumer="another") == set()
    assert await subjects(database, state=DeadLetterState.RETRIED) == set()


async def test_what_is_decided_is_in_the_audit_record(database, parked):
    letters = LocalDeadLetters((TALLY,), database, actor="Ana Nowak")
    (first, second, *_) = await letters.list_dead_letters(DeadLetterFilter(subject="wait/*"), 0, 9)
    assert await letters.list_dead_letters(DeadLetterFilter(subject="wait/*"), first.id, 9) == [second]
    (kept,) = await letters.retry_dead_letters([first.id])
    assert kept.is_parked
    assert kept.words.startswith("still parked: wait/")
    (gone,) = await letters.discard_dead_letters([first.id], "sent by mistake")
    assert (gone.words, gone.is_parked) == ("discarded", False)
    page = await database.read(lambda tx: list_entries(tx, AuditFilter(), PageRequest(9)))
    assert [(each.actor, each.action, each.subject, each.reason) for each in page.items] == [
        ("Ana Nowak", "dead_letter.discarded", first.subject, "sent by mistake")
    ]


async def test_what_a_handler_refuses_as_a_call_would_be_is_said_too(database, parked):
    async def refuse(*_):
        raise Invalid("Two observations cannot be recorded.")

    refusing = replace(TALLY, projection=replace(TALLY.projection, fold=refuse))
    letters = LocalDeadLetters((refusing,), database)
    (first, *_) = await letters.list_dead_letters(DeadLetterFilter(subject="wait/*"), 0, 1)
    (kept,) = await letters.retry_dead_letters([first.id])
    assert kept.words == "still parked: Two observations cannot be recorded."


async def test_a_stopped_consumer_parks_as_many_more_as_it_was_allowed(database, bus, consuming):
    letters = LocalDeadLetters((TALLY,), database)
    async with consuming(consumer_failures_to_stop=3) as loop:
        await publish(bus, *(number_event("bad", n, -n) for n in range(1, 10)))
        await eventually(lambda: loop.stopped is not None)
        assert await letters.allow_failures("another", 4, "they are of no use") is False
        assert await letters.allow_failures("tally", 4, "they are of no use") is True
        going_on = asyncio.create_task(consume(loop))
        await eventually(lambda: _has_parked(database, 6))
        await eventually(lambda: loop.stopped is not None)
        await letters.allow_failures("tally", 99, "nor are the others")
        await caught_up(database, bus)
        assert len(await list_parked(database)) == 9
        assert loop.stopped is None
        going_on.cancel()
        await asyncio.gather(going_on, return_exceptions=True)
    page = await database.read(lambda tx: list_entries(tx, AuditFilter(subject="tally"), PageRequest(9)))
    assert [(each.action, each.after["most"]) for each in page.items] == [
        ("consumer.failures_allowed", 4),
        ("consumer.failures_allowed", 99),
    ]


async def _has_parked(database, count):
    assert len(await list_parked(database)) == count


async def test_what_was_allowed_before_it_stopped_is_not_taken(database):
    await database.write(lambda tx: failures.save_allowance(tx, "tally", 4, "by mistake"))
    later = database.clock() + timedelta(seconds=1)
    assert await database.write(lambda tx: failures.take_allowance(tx, "tally", later)) == 0
    assert await database.write(lambda tx: failures.take_allowance(tx, "tally", later - timedelta(hours=1))) == 4
    assert await database.write(lambda tx: failures.take_allowance(tx, "tally", later - timedelta(hours=1))) == 0
