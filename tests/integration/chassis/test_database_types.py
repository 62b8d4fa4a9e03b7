"""Column types that several services use, on both databases."""

from datetime import date

import pytest
from sqlalchemy import String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.storage.bulk import insert_many
from chassis.storage.types import (
    PERIOD,
    PeriodKindText,
    period_columns,
    period_of_columns,
    row_period,
    row_period_or_none,
)
from contracts.period import Period, PeriodKind


class Base(DeclarativeBase):
    pass


class Reading(Base):
    __tablename__ = "reading"

    area: Mapped[str] = mapped_column(String(20), primary_key=True)
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(20), primary_key=True)
    period_start: Mapped[date] = mapped_column(primary_key=True)
    period_end: Mapped[date] = mapped_column(primary_key=True)
    period: Mapped[Period] = period_of_columns()


class Newest(Base):
    __tablename__ = "newest_reading"

    area: Mapped[str] = mapped_column(String(20), primary_key=True)
    period_kind: Mapped[PeriodKind | None] = mapped_column(PeriodKindText(20))
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]
    period: Mapped[Period | None] = period_of_columns()


PERIODS = [Period.parse(label) for label in ("2017-12", "2017/18 Q3", "2017/18", "2017", "2015 - 17")]


@pytest.fixture
async def readings(database):
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    rows = [{"area": "Plymouth", **period_columns(period)} for period in PERIODS]
    await database.write(lambda tx: insert_many(tx, Reading, rows))
    unheard = {"area": "Devon", **period_columns(None)}
    await database.write(lambda tx: insert_many(tx, Newest, [{"area": "Plymouth", **period_columns(PERIODS[0])}]))
    await database.write(lambda tx: insert_many(tx, Newest, [unheard]))
    return database


async def test_a_period_comes_back_as_it_was_written(readings):
    async def work(tx):
        return set(await tx.session.scalars(select(Reading.period)))

    assert await readings.read(work) == set(PERIODS)


@pytest.mark.parametrize("period", PERIODS, ids=str)
async def test_an_object_is_found_by_its_period(readings, period):
    async def work(tx):
        (found,) = await tx.session.scalars(select(Reading).where(Reading.period == period))
        return found.period

    assert await readings.read(work) == period


async def test_a_period_that_is_not_there_is_none(readings):
    async def work(tx):
        objects = {row.area: row.period for row in await tx.session.scalars(select(Newest))}
        rows = {row.area: row.period for row in await tx.session.execute(select(Newest.area, Newest.period))}
        return objects, rows

    expected = {"Plymouth": PERIODS[0], "Devon": None}
    assert await readings.read(work) == (expected, expected)


async def test_an_object_is_written_with_its_period(readings):
    async def work(tx):
        tx.session.add(Reading(area="Devon", period=PERIODS[1]))

    async def kept(tx):
        row = (await tx.session.execute(select(Reading.__table__).where(Reading.area == "Devon"))).one()
        return row_period(row)

    await readings.write(work)
    assert await readings.read(kept) == PERIODS[1]


async def test_a_row_of_columns_gives_its_period(readings):
    async def work(tx):
        rows = await tx.session.execute(select(Newest.area, *(getattr(Newest, name) for name in PERIOD)))
        return {row.area: row_period_or_none(row) for row in rows}

    assert await readings.read(work) == {"Plymouth": PERIODS[0], "Devon": None}
