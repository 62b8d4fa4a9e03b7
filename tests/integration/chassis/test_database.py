"""Units of work under contention, behind a pooler and on a clock."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import registry

from chassis.storage.bulk import upsert
from chassis.storage.database import Database
from chassis.storage.transaction import BUSINESS_DATE
from tests.integration.chassis.tally import metadata, newest, numbers


class Newest:
    """The table as a mapped class."""

    number: int

    def __init__(self, **columns: object) -> None:
        for name, value in columns.items():
            setattr(self, name, value)


registry(metadata=metadata).map_imperatively(Newest, newest)
POSTGRES = pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)


async def two_rows(database):
    rows = [{"subject": name, "version": 1, "number": 0} for name in "ab"]
    await database.write(lambda tx: tx.session.execute(insert(newest), rows))


async def add_one(tx, subject):
    await tx.session.execute(update(newest).where(newest.c.subject == subject).values(number=newest.c.number + 1))


@POSTGRES
async def test_a_deadlock_is_retried_and_nothing_is_lost(database):
    await two_rows(database)
    runs, meet = [], asyncio.Barrier(2)

    async def work(tx, first, second):
        runs.append(first)
        await add_one(tx, first)
        if len(runs) <= 2:
            await meet.wait()  # both hold one row and want the other's
        await add_one(tx, second)

    await asyncio.gather(database.write(lambda tx: work(tx, "a", "b")), database.write(lambda tx: work(tx, "b", "a")))
    assert len(runs) >= 3  # on a busy machine the server may end both
    assert await database.read(numbers) == {"a": 2, "b": 2}


async def test_concurrent_read_and_write_lose_no_update(database):
    await two_rows(database)

    async def work(tx):
        query = select(newest.c.number).where(newest.c.subject == "a").with_for_update()
        number = await tx.session.scalar(query)
        await asyncio.sleep(0)
        await tx.session.execute(update(newest).where(newest.c.subject == "a").values(number=number + 1))

    await asyncio.gather(*(database.write(work) for _ in range(25)))
    assert (await database.read(numbers))["a"] == 25


@POSTGRES
async def test_without_prepared_statements_every_transaction_may_have_another_session(database):
    await two_rows(database)
    url = database.url.render_as_string(hide_password=False)
    pooled = Database(url, metadata, pool_size=2, prepared_statements=False)
    try:
        await asyncio.gather(*(pooled.write(lambda tx: add_one(tx, "a")) for _ in range(20)))
        rows = [{"subject": f"n{n}", "version": 1, "number": n} for n in range(100)]
        await pooled.write(lambda tx: upsert(tx, newest, rows, ["subject"], ["number"]))
        found = await pooled.read(numbers)
        assert (found["a"], len(found)) == (20, 102)
    finally:
        await pooled.close()


@POSTGRES
async def test_the_pool_is_bounded(database):
    url = database.url.render_as_string(hide_password=False)
    small, together, most = Database(url, metadata, pool_size=3), [0], [0]

    async def work(tx):
        await tx.session.execute(select(1))  # takes its connection
        together[0] += 1
        most[0] = max(most[0], together[0])
        await asyncio.sleep(0.01)
        together[0] -= 1

    try:
        await asyncio.gather(*(small.read(work) for _ in range(20)))
        assert most[0] == 3
    finally:
        await small.close()


@POSTGRES
async def test_a_reading_unit_of_work_cannot_write(database):
    with pytest.raises(Exception, match="read-only"):
        await database.read(
            lambda tx: tx.session.execute(insert(newest), [{"subject": "x", "version": 1, "number": 1}])
        )


async def test_the_business_date_is_the_pinned_one_else_today_in_england(database):
    from chassis.clock import london_date

    assert await database.read(lambda tx: tx.business_date()) == london_date(database.clock())
    setting = metadata.tables["setting"]
    row = {"name": BUSINESS_DATE, "value": "2018-02-28", "set_at": database.clock()}
    await database.write(lambda tx: tx.session.execute(insert(setting), [row]))
    assert await database.read(lambda tx: tx.business_date()) == date(2018, 2, 28)


async def test_statements_on_tables_see_what_was_done_with_mapped_rows(database):
    async def work(tx):
        tx.session.add(Newest(subject="a", version=1, number=1))
        added = await tx.session.scalar(select(newest.c.number))
        row = await tx.session.get(Newest, "a")
        row.number = 2
        return added

    assert await database.write(work) == 1
    assert await database.read(numbers) == {"a": 2}
