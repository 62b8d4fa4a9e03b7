"""Bulk statements that both databases understand.

PostgreSQL takes the rows as one array a column (``INSERT ... SELECT unnest``), so a statement has the same text
for any number of rows; SQLite takes them one by one inside the transaction, which costs it nothing.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Column, ColumnElement, Table, Text, bindparam, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase

if TYPE_CHECKING:
    from chassis.db import Tx

Rows = Sequence[Mapping[str, Any]]
Target = Table | type[DeclarativeBase]
Insert = postgresql.Insert | sqlite.Insert
Where = Callable[[Table, Any], ColumnElement[bool]]


async def insert_or_ignore(
    tx: "Tx", target: Target, rows: Rows, keys: Sequence[str], returning: Sequence[str] = ()
) -> list[Any]:
    """Insert ``rows``, leaving those that exist by ``keys``. Returns the ``returning`` columns of the rows inserted.

    Every row names the same columns.
    """
    if not rows:
        return []
    table = _table(target)
    statement = _insert(tx, table, list(rows[0])).on_conflict_do_nothing(index_elements=list(keys))
    return await _run(tx, table, statement, rows, returning)


async def upsert(
    tx: "Tx",
    target: Target,
    rows: Rows,
    keys: Sequence[str],
    update: Sequence[str],
    where: Where | None = None,
    returning: Sequence[str] = (),
) -> list[Any]:
    """Insert ``rows``, or set ``update`` on those that exist by ``keys`` where ``where(table, excluded)`` holds.

    Every row names the same columns and no two share their keys; give them sorted by key, so that two writers lock
    in one order. Returns the ``returning`` columns of the rows that were written.
    """
    if not rows:
        return []
    table = _table(target)
    insert = _insert(tx, table, list(rows[0]))
    statement = insert.on_conflict_do_update(
        index_elements=list(keys),
        set_={name: insert.excluded[name] for name in update},
        where=where(table, insert.excluded) if where else None,
    )
    return await _run(tx, table, statement, rows, returning)


async def insert_many(tx: "Tx", target: Target, rows: Rows) -> None:
    """Insert ``rows``, all naming the same columns."""
    if rows:
        table = _table(target)
        await _run(tx, table, _insert(tx, table, list(rows[0])), rows, ())


def _table(target: Target) -> Table:
    if isinstance(target, Table):
        return target
    table = target.__table__
    assert isinstance(table, Table)  # noqa: S101  a mapped class of ours always maps one table
    return table


def _insert(tx: "Tx", table: Table, columns: Sequence[str]) -> Insert:
    if tx.dialect != "postgresql":
        return sqlite.insert(table)
    arrays = [_unnested(table.c[name]) for name in columns]
    return postgresql.insert(table).from_select([table.c[name] for name in columns], select(*arrays))


def _unnested(column: Column[Any]) -> ColumnElement[Any]:
    """One array as rows. JSON travels as text: an array of its lists would be taken for one of more dimensions."""
    name = f"rows_{column.name}"
    if isinstance(column.type, JSON):
        return cast(func.unnest(bindparam(name, type_=ARRAY(Text))), JSONB)
    return func.unnest(bindparam(name, type_=ARRAY(column.type)))


def _array(column: Column[Any], rows: Rows) -> list[Any]:
    values = [row[column.name] for row in rows]
    if isinstance(column.type, JSON):
        return [None if value is None else json.dumps(value) for value in values]
    return values


async def _run(tx: "Tx", table: Table, statement: Insert, rows: Rows, returning: Sequence[str]) -> list[Any]:
    if returning:
        statement = statement.returning(*(table.c[name] for name in returning))  # type: ignore[assignment]  # still executes the same
    connection = await tx.session.connection()
    if tx.dialect == "postgresql":
        arrays = {f"rows_{name}": _array(table.c[name], rows) for name in rows[0]}
        result = await connection.execute(statement, arrays)
        return list(result.all()) if returning else []
    if not returning:
        await connection.execute(statement, [dict(row) for row in rows])
        return []
    found: list[Any] = []
    for row in rows:
        found.extend((await connection.execute(statement, dict(row))).all())
    return found
