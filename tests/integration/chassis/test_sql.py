"""Bulk statements mean the same on both databases."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import BigInteger, Column, Date, MetaData, String, Table, select
from sqlalchemy.exc import DBAPIError

from chassis.storage.bulk import Columns, insert_columns, insert_many, insert_or_ignore, upsert
from chassis.storage.outages import is_outage
from chassis.storage.types import ExactDecimal, JsonText, UtcDateTime

metadata = MetaData()
fact = Table(
    "fact",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("value", ExactDecimal),
    Column("at", UtcDateTime),
    Column("more", JsonText),
    Column("version", BigInteger),
)
AT = datetime(2018, 2, 28, 12, 30, 1, 5, tzinfo=UTC)
KEYS = ("name", "day")


def row(name, version, **more):
    found = {
        "name": name,
        "day": date(2018, 1, 1),
        "value": Decimal("0.10"),
        "at": AT,
        "more": None,
        "version": version,
    }
    return found | more


@pytest.fixture
async def write(database):
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    return database.write


async def everything(tx):
    return {r.name: r for r in (await tx.session.execute(select(fact))).all()}


@pytest.mark.parametrize("more", [None, [], ["a", "b"], [["x"], ["y"]], {"k": [1, None]}, "text", 7])
async def test_what_goes_in_comes_out(write, more):
    rows = [row("a", 1, more=more), row("b", 2, value=None, at=None)]
    await write(lambda tx: insert_many(tx, fact, rows))
    found = await write(everything)
    assert tuple(found["a"]) == ("a", date(2018, 1, 1), Decimal("0.10"), AT, more, 1)
    assert found["b"].value is None
    assert found["b"].at is None


async def test_insert_or_ignore_returns_only_what_is_new(write):
    await write(lambda tx: insert_or_ignore(tx, fact, [row("a", 1)], KEYS))
    new = await write(lambda tx: insert_or_ignore(tx, fact, [row("a", 9), row("b", 1)], KEYS, returning=["name"]))
    assert [r.name for r in new] == ["b"]
    assert (await write(everything))["a"].version == 1


async def test_upsert_writes_only_where_the_condition_holds(write):
    def newer(table, excluded):
        return table.c.version < excluded.version

    async def put(*rows):
        return await write(lambda tx: upsert(tx, fact, rows, KEYS, ["version"], where=newer, returning=["name"]))

    assert len(await put(row("a", 5), row("b", 5))) == 2
    assert [r.name for r in await put(row("a", 4), row("b", 6), row("c", 1))] == ["b", "c"]
    assert {name: r.version for name, r in (await write(everything)).items()} == {"a": 5, "b": 6, "c": 1}


async def test_no_rows_is_no_statement(write):
    assert await write(lambda tx: upsert(tx, fact, [], KEYS, ["version"])) == []
    assert await write(lambda tx: insert_or_ignore(tx, fact, [], KEYS)) == []


async def test_more_rows_than_a_statement_has_parameters(write):
    rows = [row(f"n{n}", n) for n in range(20_000)]
    await write(lambda tx: insert_many(tx, fact, rows))
    assert len(await write(everything)) == 20_000


@pytest.mark.parametrize("same", [{}, {"value": None}, {"more": ["a"]}, {"at": AT, "version": 3}])
async def test_columns_alike_in_many_rows_are_kept_in_each(write, same):
    rows = [row(f"n{n}", n, value=Decimal(n), more={"n": n}) | same for n in range(200)]
    await write(lambda tx: upsert(tx, fact, rows, KEYS, ["value"]))
    found = await write(everything)
    assert len(found) == 200
    for n in (0, 199):
        wanted = {"value": Decimal(n), "more": {"n": n}, "version": n, "at": AT} | same
        assert {name: getattr(found[f"n{n}"], name) for name in wanted} == wanted


async def test_a_moment_without_a_zone_is_refused(write):
    with pytest.raises(Exception, match="zone"):
        await write(lambda tx: tx.session.execute(fact.insert(), [row("a", 1, at=datetime(2018, 1, 1))]))  # noqa: DTZ001  the point


AWKWARD = ("", "\\N", "a\tb", "c\\d", "e\nf\rg", "\\.", "é €", "' \"", "NULL")


@pytest.mark.parametrize("count", [1, 9, 300])
async def test_rows_by_column_go_in_as_they_are(write, count):
    texts = [AWKWARD[n % len(AWKWARD)] for n in range(count)]
    more = [None if n % 3 == 0 else {"said": said} for n, said in enumerate(texts)]
    values = [None if n % 2 else Decimal(n).scaleb(-8) for n in range(count)]
    each = {"name": [f"{said}{n}" for n, said in enumerate(texts)], "value": values, "more": more}
    each["version"] = [None] * count
    same = {"day": date(2018, 1, 1), "at": AT}
    await write(lambda tx: insert_columns(tx, fact, Columns(each, same)))
    found = await write(everything)
    assert len(found) == count
    for name, value, said in zip(each["name"], values, more, strict=True):
        assert tuple(found[name]) == (name, date(2018, 1, 1), value, AT, said, None)


@pytest.mark.parametrize("count", [2, 300])
async def test_rows_by_column_that_are_there_already_leave_nothing_behind(write, count):
    each = {"name": ["a", *(f"n{n}" for n in range(count))]}
    same = {"day": date(2018, 1, 1)}
    await write(lambda tx: insert_many(tx, fact, [row("a", 1)]))
    with pytest.raises(DBAPIError) as refused:
        await write(lambda tx: insert_columns(tx, fact, Columns(each, same)))
    assert not is_outage(refused.value)
    assert set(await write(everything)) == {"a"}


async def test_a_moment_without_a_zone_is_refused_of_many_too(write):
    each = {"name": [f"n{n}" for n in range(300)], "at": [datetime(2018, 1, 1)] * 300}  # noqa: DTZ001  the point
    with pytest.raises(Exception, match="zone"):
        await write(lambda tx: insert_columns(tx, fact, Columns(each, {"day": date(2018, 1, 1)})))
