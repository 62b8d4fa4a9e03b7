"""SQLite's units of work: in a thread, with one hop, never in the way of the loop, and cancelled for good."""

import asyncio
import contextvars
import threading

import pytest
from sqlalchemy import event, func, insert, select, text

from tests.integration.chassis.tally import newest, numbers

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

FOREVER = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n")
TRACE = contextvars.ContextVar("TRACE", default="none")


def row(subject, number=1):
    return {"subject": subject, "version": 1, "number": number}


async def test_every_statement_of_a_unit_runs_in_one_thread_that_is_not_the_loops(database):
    threads = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *_: threads.append(threading.get_ident()))

    async def work(tx):
        for name in "abc":
            await tx.session.execute(insert(newest), [row(name)])
        return await tx.session.scalar(select(func.count()).select_from(newest))

    assert await database.write(work) == 3
    assert len(threads) >= 5
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


async def test_a_query_without_end_is_not_in_the_loops_way_and_ends_when_cancelled(database):
    reading = asyncio.create_task(database.read(lambda tx: tx.session.execute(FOREVER)))
    for name in "abc":  # writers go on beside it
        await database.write(lambda tx, name=name: tx.session.execute(insert(newest), [row(name)]))
    assert not reading.done()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(reading, 20)
    assert await database.read(numbers) == {"a": 1, "b": 1, "c": 1}


async def test_a_write_that_is_cancelled_leaves_nothing_and_lets_the_next_one_in(database):
    wrote = threading.Event()

    async def work(tx):
        await tx.session.execute(insert(newest), [row("a")])
        wrote.set()
        await tx.session.execute(FOREVER)

    writing = asyncio.create_task(database.write(work))
    await asyncio.to_thread(wrote.wait, 20)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(writing, 20)
    await asyncio.wait_for(database.write(lambda tx: tx.session.execute(insert(newest), [row("b")])), 20)
    assert await database.read(numbers) == {"b": 1}


async def test_a_write_that_fails_leaves_nothing(database):
    async def work(tx):
        await tx.session.execute(insert(newest), [row("a")])
        raise ValueError("changed its mind")

    with pytest.raises(ValueError, match="changed its mind"):
        await database.write(work)
    assert await database.read(numbers) == {}


async def test_a_unit_sees_the_context_it_was_started_in(database):
    async def work(tx):
        await tx.session.execute(select(1))
        return TRACE.get()

    TRACE.set("abc")
    assert await database.read(work) == "abc"


async def test_a_unit_that_awaits_more_than_its_database_is_refused_in_words(database):
    async def work(tx):
        await tx.session.execute(insert(newest), [row("a")])
        await asyncio.sleep(0.01)

    with pytest.raises(RuntimeError) as refused:
        await database.write(work)
    assert "on_loop" in refused.value.__notes__[0]
    assert await database.read(numbers) == {}


async def test_a_unit_that_is_kept_on_the_loop_may_await_what_it_likes(database):
    threads = set()
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *_: threads.add(threading.get_ident()))

    async def work(tx):
        await tx.session.execute(insert(newest), [row("a")])
        await asyncio.sleep(0.01)
        await tx.session.execute(insert(newest), [row("b")])

    await database.write(work, on_loop=True)
    assert threads == {threading.get_ident()}
    assert await database.read(numbers, on_loop=True) == {"a": 1, "b": 1}
