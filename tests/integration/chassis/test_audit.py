"""Who changed what: written with the change or not at all, and read back in order."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select, text

from chassis import telemetry
from chassis.audit import AuditFilter, list_entries, record_change
from chassis.clock import system_clock
from chassis.events.outbox import emit
from chassis.paging import PageRequest
from tests.integration.chassis.tally import new_event


def change(subject, before, after, reason=None):
    async def work(tx):
        record_change(tx, subject=subject, action="number.changed", before=before, after=after, reason=reason)

    return work


async def entries(database, **wanted):
    page = await database.read(lambda tx: list_entries(tx, AuditFilter(**wanted), PageRequest(50)))
    return list(page.items)


async def test_an_entry_says_who_what_and_why(database):
    with telemetry.request(None, "import-2018-02") as request_id:
        trace = telemetry.trace_id(telemetry.traceparent())
        await database.write(change("OCC4", {"score": "12"}, {"score": "16", "owner": "Zoë"}, "worse"), actor="Ana")
    (entry,) = await entries(database)
    assert (entry.actor, entry.request_id, entry.trace_id) == ("Ana", request_id, trace)
    assert (entry.subject, entry.action, entry.reason) == ("OCC4", "number.changed", "worse")
    assert (entry.before, entry.after) == ({"score": "12", "owner": None}, {"score": "16", "owner": "Zoë"})
    assert abs(system_clock() - entry.changed_at) < timedelta(minutes=1)
    assert isinstance(entry.business_date, date)


async def test_what_began_has_no_before_and_what_ended_no_after(database):
    await database.write(change("a", None, {"n": 1}))
    await database.write(change("a", {"n": 1}, None))
    assert [(entry.before, entry.after) for entry in await entries(database)] == [(None, {"n": 1}), ({"n": 1}, None)]


async def test_a_change_that_is_undone_leaves_no_entry(database):
    async def work(tx):
        record_change(tx, subject="a", action="number.changed", before=None, after={})
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.write(work)
    assert await entries(database) == []


async def test_entries_are_found_by_subject_actor_and_moment(database):
    for subject, actor in (("a", "Ana"), ("b", "Ben"), ("a", "Ben")):
        await database.write(change(subject, None, {"by": actor}), actor=actor)
    assert [entry.actor for entry in await entries(database, subject="a")] == ["Ana", "Ben"]
    assert [entry.subject for entry in await entries(database, actor="Ben")] == ["b", "a"]
    later = system_clock() + timedelta(hours=1)
    assert await entries(database, since=later) == []
    assert len(await entries(database, since=later - timedelta(hours=2))) == 3


async def test_pages_of_entries_follow_one_another(database):
    async def work(tx):
        for number in range(5):
            record_change(tx, subject=f"s{number}", action="number.changed", before=None, after={})

    await database.write(work)
    seen, after = [], None
    while True:
        request = PageRequest(2, after)
        page = await database.read(lambda tx, request=request: list_entries(tx, AuditFilter(), request))
        seen += [entry.subject for entry in page.items]
        after = page.more_after
        if after is None:
            break
    assert seen == ["s0", "s1", "s2", "s3", "s4"]


async def test_a_pinned_business_date_stands_in_the_entry(database):
    async def pin(tx):
        row = {"name": "business_date", "value": "2018-02-28", "set_at": tx.now}
        await tx.session.execute(tx.table("setting").insert(), [row])

    await database.write(pin)
    await database.write(change("a", None, {}))
    assert [entry.business_date for entry in await entries(database)] == [date(2018, 2, 28)]


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_events_and_entries_are_one_statement(database):
    statements = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))

    async def work(tx):
        await tx.session.execute(text("SELECT 1"))
        for number in (1, 2):
            emit(tx, new_event(f"n{number}", 1, number))
            record_change(tx, subject=f"n{number}", action="number.changed", before=None, after={"n": number})

    await database.write(work)
    assert len(statements) == 2, json.dumps(statements)
    async with database.connect() as connection:
        counts = [
            await connection.scalar(select(func.count()).select_from(database.metadata.tables[name]))
            for name in ("outbox", "unpublished", "audit_entry")
        ]
    assert counts == [2, 2, 2]


async def test_many_entries_say_what_few_would(database):
    async def pin(tx):
        row = {"name": "business_date", "value": "2018-02-28", "set_at": tx.now}
        await tx.session.execute(tx.table("setting").insert(), [row])

    async def work(tx):
        for number in range(300):
            said = {"n": number, "said": f"a\tb\\n\n{number}"}
            reason = None if number % 2 else f"line\n{number}\\N"
            record_change(tx, subject=f"n{number}", action="number.changed", before=None, after=said, reason=reason)

    await database.write(pin)
    await database.write(work, actor="Zoë")
    page = await database.read(lambda tx: list_entries(tx, AuditFilter(), PageRequest(400)))
    assert [entry.subject for entry in page.items] == [f"n{number}" for number in range(300)]
    for number, entry in enumerate(page.items):
        assert (entry.before, entry.after) == (None, {"n": number, "said": f"a\tb\\n\n{number}"})
        assert (entry.actor, entry.business_date) == ("Zoë", date(2018, 2, 28))
        assert entry.reason == (None if number % 2 else f"line\n{number}\\N")
