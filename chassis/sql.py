"""Bulk statements that both databases understand.

Rows travel as few parameters, so that a statement has the same text for any number of them: on PostgreSQL as one
array a column (``INSERT ... SELECT unnest``), on SQLite as one JSON document (``INSERT ... SELECT json_each``).
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Executable,
    LargeBinary,
    Table,
    Text,
    bindparam,
    cast,
    func,
    select,
    text,
)
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
    return await _run(tx, target, rows, Rule(keys=tuple(keys)), returning)


async def insert_or_ignore_count(tx: "Tx", target: Target, rows: Rows, keys: Sequence[str]) -> int:
    """Insert ``rows``, leaving those that exist by ``keys``. Returns how many were inserted."""
    if not rows:
        return 0
    table = _table(target)
    shape = _shape(tx, table, rows)
    statement = _statement(shape, table, Rule(keys=tuple(keys)), ())
    connection = await tx.session.connection()
    return sum([(await connection.execute(statement, each)).rowcount for each in _parameters(tx, table, rows, shape)])


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
    in one order. Returns the ``returning`` columns of the rows that were written. ``where`` is best a function of the
    module, so that the statement is built once.
    """
    return await _run(tx, target, rows, Rule(tuple(keys), tuple(update), where), returning)


async def insert_many(tx: "Tx", target: Target, rows: Rows) -> None:
    """Insert ``rows``, all naming the same columns."""
    await _run(tx, target, rows, Rule(), ())


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do with a row that exists by ``keys``: no keys, an error; no ``update``, leave it."""

    keys: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement's text depends on. Columns that are the ``same`` in all of many rows travel once."""

    dialect: str
    columns: tuple[str, ...]
    same: frozenset[str]


MANY = 50


def _shape(tx: "Tx", table: Table, rows: Rows) -> Shape:
    columns, first = tuple(rows[0]), rows[0]
    same: frozenset[str] = frozenset()
    if tx.dialect == "postgresql" and len(rows) >= MANY:
        alike = {name for name in columns if all(row[name] is first[name] for row in rows)}
        same = frozenset(name for name in alike if not isinstance(table.c[name].type, JSON))
    return Shape(tx.dialect, columns, same if len(same) < len(columns) else frozenset())


def _table(target: Target) -> Table:
    if isinstance(target, Table):
        return target
    table = target.__table__
    assert isinstance(table, Table)  # noqa: S101  a mapped class of ours always maps one table
    return table


@lru_cache(maxsize=512)
def _statement(shape: Shape, table: Table, rule: Rule, returning: tuple[str, ...]) -> Executable:
    """Building and fingerprinting a statement costs more than running it on one row, so each is built once."""
    insert = _insert(shape, table)
    if rule.update:
        insert = insert.on_conflict_do_update(
            index_elements=list(rule.keys),
            set_={name: insert.excluded[name] for name in rule.update},
            where=rule.where(table, insert.excluded) if rule.where else None,
        )
    elif rule.keys:
        insert = insert.on_conflict_do_nothing(index_elements=list(rule.keys))
    return insert.returning(*(table.c[name] for name in returning)) if returning else insert


def _insert(shape: Shape, table: Table) -> Insert:
    wanted = [table.c[name] for name in shape.columns]
    if shape.dialect == "postgresql":
        cells = [_same(column) if column.name in shape.same else _unnested(column) for column in wanted]
        return postgresql.insert(table).from_select(wanted, select(*cells))
    if _has_bytes(wanted):
        return sqlite.insert(table)
    each = func.json_each(bindparam("rows")).table_valued("value")
    cells = [func.json_extract(each.c.value, f"$[{place}]") for place in range(len(wanted))]
    # without a condition, SQLite would read ON CONFLICT as part of a join
    return sqlite.insert(table).from_select(wanted, select(*cells).where(text("true")))


def _same(column: Column[Any]) -> ColumnElement[Any]:
    return bindparam(f"same_{column.name}", type_=column.type)


def _unnested(column: Column[Any]) -> ColumnElement[Any]:
    """One array as rows. JSON travels as text: an array of its lists would be taken for one of more dimensions."""
    name = f"rows_{column.name}"
    if isinstance(column.type, JSON):
        return cast(func.unnest(bindparam(name, type_=ARRAY(Text, dimensions=1))), JSONB)
    return func.unnest(bindparam(name, type_=ARRAY(column.type, dimensions=1)))


def _array(column: Column[Any], rows: Rows) -> list[Any]:
    values = [row[column.name] for row in rows]
    if isinstance(column.type, JSON):
        return [None if value is None else json.dumps(value) for value in values]
    return values


def _has_bytes(columns: Iterable[Column[Any]]) -> bool:
    """Bytes have no place in a JSON document; such rows, which are few and large, go one by one."""
    return any(isinstance(column.type, LargeBinary) for column in columns)


def _document(tx: "Tx", table: Table, rows: Rows) -> str:
    """The rows as SQLite keeps them: each value as its column's type would bind it."""
    dialect = tx.session.get_bind().dialect
    binds = [(name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in rows[0]]
    return json.dumps([[bind(row[name]) if bind else row[name] for name, bind in binds] for row in rows])


async def _run(tx: "Tx", target: Target, rows: Rows, rule: Rule, returning: Sequence[str]) -> list[Any]:
    if not rows:
        return []
    table = _table(target)
    shape = _shape(tx, table, rows)
    statement = _statement(shape, table, rule, tuple(returning))
    connection = await tx.session.connection()
    found: list[Any] = []
    for parameters in _parameters(tx, table, rows, shape):
        result = await connection.execute(statement, parameters)
        found += result.all() if returning else ()
    return found


def _parameters(tx: "Tx", table: Table, rows: Rows, shape: Shape) -> list[dict[str, Any]]:
    """What each execution of the statement is given: everything at once wherever that can be."""
    columns = [table.c[name] for name in shape.columns]
    if shape.dialect == "postgresql":
        arrays = {f"rows_{column.name}": _array(column, rows) for column in columns if column.name not in shape.same}
        return [arrays | {f"same_{name}": rows[0][name] for name in shape.same}]
    return [dict(row) for row in rows] if _has_bytes(columns) else [{"rows": _document(tx, table, rows)}]
