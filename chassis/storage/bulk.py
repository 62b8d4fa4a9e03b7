"""Bulk statements that both databases understand.

Rows travel as few parameters, so that a statement has the same text for any number of them: on PostgreSQL as one JSON
array a column, on SQLite as one JSON document. Columns alike in every row travel once, as they are.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    JSON,
    Column,
    ColumnElement,
    Dialect,
    Executable,
    FromClause,
    LargeBinary,
    Select,
    String,
    Table,
    TableValuedAlias,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    select,
    text,
    true,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase

from chassis.storage.copying import copy
from chassis.storage.transaction import Tx

Rows = Sequence[Mapping[str, Any]]
Target = Table | type[DeclarativeBase]
Insert = postgresql.Insert | sqlite.Insert
Where = Callable[[Table, Any], ColumnElement[bool]]


MOST_NAMED: Final = 10_000
"""Values that a list in a condition may have: the databases take some 32,700 parameters a statement."""
MOST_BY_STATEMENT: Final = 200
"""Rows that one statement inserts where they could be copied, too."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows by column: ``each`` a list a column, all of one length; ``same`` what every row has in common."""

    each: Mapping[str, Sequence[Any]]
    same: Mapping[str, Any] = field(default_factory=dict)


async def insert_or_ignore(
    tx: Tx, target: Target, rows: Rows, keys: Sequence[str], returning: Sequence[str] = ()
) -> list[Any]:
    """Insert ``rows``, leaving those that exist by ``keys``. Returns the ``returning`` columns of the rows inserted.

    Every row names the same columns.
    """
    return await _run(tx, target, rows, ConflictRule(keys=tuple(keys)), returning)


async def insert_or_ignore_count(tx: Tx, target: Target, columns: Columns, keys: Sequence[str]) -> int:
    """Insert rows given by column, leaving those that exist by ``keys``. Returns how many were inserted."""
    table = table_of(target)
    statement = _statement(_shape(tx, columns), table, ConflictRule(keys=tuple(keys)), ())
    connection = await tx.session.connection()
    return sum([(await connection.execute(statement, each)).rowcount for each in _parameters(tx, table, columns)])


async def upsert(
    tx: Tx,
    target: Target,
    rows: Rows,
    keys: Sequence[str],
    update: Sequence[str],
    where: Where | None = None,
    returning: Sequence[str] = (),
    differs: tuple[str, str] | None = None,
) -> list[Any]:
    """Insert ``rows``, or set ``update`` on those that exist by ``keys`` where ``where(table, excluded)`` holds.

    Every row names the same columns and no two share their keys; give them sorted by key, so that two writers lock
    in one order. Returns the ``returning`` columns of the rows that were written. ``where`` is best a function of the
    module, so that the statement is built once. ``differs`` names a column that is to say of a row that was there
    whether a second column, among ``update``, is another now.
    """
    return await _run(tx, target, rows, ConflictRule(tuple(keys), tuple(update), where, differs=differs), returning)


async def add_to(tx: Tx, target: Target, rows: Rows, keys: Sequence[str], add: Sequence[str]) -> None:
    """Insert ``rows``, or add the columns ``add`` to those that exist by ``keys``.

    Every row names the same columns and no two share their keys; give them sorted by key. What is added to is a whole
    number: SQLite keeps decimals as text.
    """
    await _run(tx, target, rows, ConflictRule(tuple(keys), add=tuple(add)), ())


async def insert_many(tx: Tx, target: Target, rows: Rows, returning: Sequence[str] = ()) -> list[Any]:
    """Insert ``rows``, all naming the same columns. Returns the ``returning`` columns of each."""
    return await _run(tx, target, rows, ConflictRule(), returning)


async def insert_columns(tx: Tx, target: Target, columns: Columns) -> None:
    """Insert rows given by column: by one statement, or on PostgreSQL, where they are many, by COPY."""
    table, count = table_of(target), len(next(iter(columns.each.values()), ()))
    if tx.dialect == "postgresql" and count > MOST_BY_STATEMENT:
        await copy(tx, table, columns.each, columns.same)
        return
    if count == 1 and tx.dialect == "postgresql":  # needs no arrays
        columns = Columns({}, {**columns.same, **{name: values[0] for name, values in columns.each.items()}})
    statement = _statement(_shape(tx, columns), table, ConflictRule(), ())
    connection = await tx.session.connection()
    for parameters in _parameters(tx, table, columns) if count else ():
        await connection.execute(statement, parameters)


def given_rows(dialect: str, name: str, columns: Sequence[Column[Any]]) -> CTE:
    """Rows of these columns that a statement is given, to look up by; the values are made by :func:`given_values`.

    The text of the statement is the same for any number of rows, where tuples in a list would be one for each, and on
    PostgreSQL compared one by one with every row of the table.
    """
    if dialect == "postgresql":
        cells = [_unfolded(column, name) for column in columns]
        return _labelled(cells, columns).cte(name).prefix_with("MATERIALIZED")
    rows = func.json_each(bindparam(f"{name}_rows", type_=Text)).table_valued("value")
    cells = [type_coerce(_cell(rows, place), column.type) for place, column in enumerate(columns)]
    return _labelled(cells, columns).cte(name).prefix_with("MATERIALIZED")


def given_values(tx: Tx, name: str, columns: Sequence[Column[Any]], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """The parameters of :func:`given_rows`: each row has a value for every column, in order."""
    dialect = tx.session.get_bind().dialect
    by_column = list(zip(*rows, strict=True)) or [()] * len(columns)
    bound = [_bound(column, values, dialect) for column, values in zip(columns, by_column, strict=True)]
    if tx.dialect == "sqlite":
        return {f"{name}_rows": _json(list(zip(*bound, strict=True)))}
    return {f"{name}_{column.name}": _json(values) for column, values in zip(columns, bound, strict=True)}


def in_parts(values: Collection[str]) -> Iterator[Sequence[str]]:
    """Values for lists in conditions, in order, as many at a time as a list may have; none are one empty part."""
    ordered = sorted(values) if len(values) > MOST_NAMED else list(values)
    for start in range(0, max(len(ordered), 1), MOST_NAMED):
        yield ordered[start : start + MOST_NAMED]


def look_up(
    dialect: str,
    given: FromClause,
    target: Target,
    columns: Sequence[Column[Any]],
    *conditions: ColumnElement[bool],
    lock: bool = False,
) -> tuple[FromClause, ColumnElement[bool]]:
    """What to join ``given`` with, and on what, to have the rows of a table that are the same by ``columns``.

    ``conditions`` are on the table. With ``lock`` the rows are locked in the order of those that are given. On
    PostgreSQL each given row is looked up by itself: of a join it may think, by statistics of when the table was
    small, that reading the whole table once is less.
    """
    table = table_of(target)
    same = and_(*(given.c[column.name] == column for column in columns))
    if dialect != "postgresql":
        return table, and_(same, *conditions)
    query = select(table).where(same, *conditions)
    query = query.with_for_update() if lock else query.offset(0)
    return query.correlate(given).lateral(f"{table.name}_found"), true()


def is_among(dialect: str, column: Column[Any], found: Select[Any]) -> ColumnElement[bool]:
    """Whether a column is among what a query of one column finds.

    On PostgreSQL that is found first, as an array, which it takes to be short: so it looks each up by an index instead
    of reading the whole table once.
    """
    if dialect != "postgresql":
        return column.in_(found)
    return column == any_(func.array(found.scalar_subquery(), type_=ARRAY(column.type)))


_BY_KEY = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true),"
    " set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
)


async def plan_by_key(tx: Tx) -> None:
    """Have what this transaction looks up in many rows at once looked up through indexes, whatever the tables' size.

    PostgreSQL keeps the plans of a connection. One that was made while a table was small reads all of it, for ever or
    until somebody analyses the table: then every further batch costs more than the one before.
    """
    if tx.dialect == "postgresql":
        await tx.session.execute(_BY_KEY)


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """What to do with a row that exists by ``keys``: no keys, an error; nothing to ``update`` or ``add``, leave it."""

    keys: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    where: Where | None = None
    add: tuple[str, ...] = ()
    differs: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement's text depends on."""

    dialect: str
    each: tuple[str, ...]
    same: tuple[str, ...]


def _shape(tx: Tx, columns: Columns) -> Shape:
    return Shape(tx.dialect, tuple(columns.each), tuple(columns.same))


async def _run(tx: Tx, target: Target, rows: Rows, rule: ConflictRule, returning: Sequence[str]) -> list[Any]:
    if not rows:
        return []
    table = table_of(target)
    columns = _columns(tx, rows)
    statement = _statement(_shape(tx, columns), table, rule, tuple(returning))
    connection = await tx.session.connection()
    found: list[Any] = []
    given = _parameters(tx, table, columns)
    if len(given) > 1 and not returning:
        await connection.execute(statement, given)
        return []
    for parameters in given:
        result = await connection.execute(statement, parameters)
        found += result.all() if returning else ()
    return found


def _columns(tx: Tx, rows: Rows) -> Columns:
    """A lone row needs no arrays: on PostgreSQL its values are the parameters."""
    if len(rows) == 1 and tx.dialect == "postgresql":
        return Columns({}, rows[0])
    return Columns({name: [row[name] for row in rows] for name in rows[0]})


def table_of(target: Target) -> Table:
    """The table of a mapped class."""
    if isinstance(target, Table):
        return target
    table = target.__table__
    assert isinstance(table, Table)  # noqa: S101  a mapped class of ours always maps one table
    return table


@lru_cache(maxsize=512)
def _statement(shape: Shape, table: Table, rule: ConflictRule, returning: tuple[str, ...]) -> Executable:
    """Building and fingerprinting a statement costs more than running it on one row, so each is built once."""
    insert = _insert(shape, table)
    if rule.update or rule.add:
        computed = {name: table.c[name] + insert.excluded[name] for name in rule.add}
        if rule.differs:
            noted, compared = rule.differs
            computed[noted] = table.c[compared].is_distinct_from(insert.excluded[compared])
        insert = insert.on_conflict_do_update(
            index_elements=list(rule.keys),
            set_={name: insert.excluded[name] for name in rule.update} | computed,
            where=rule.where(table, insert.excluded) if rule.where else None,
        )
    elif rule.keys:
        insert = insert.on_conflict_do_nothing(index_elements=list(rule.keys))
    return insert.returning(*(table.c[name] for name in returning)) if returning else insert


def _insert(shape: Shape, table: Table) -> Insert:
    each, same = [table.c[name] for name in shape.each], [table.c[name] for name in shape.same]
    alike = [_alike(column, shape.dialect) for column in same]
    if shape.dialect == "postgresql":
        return postgresql.insert(table).from_select(
            same + each, select(*alike, *(_unfolded(column, "each") for column in each))
        )
    if _has_bytes(same + each):
        return sqlite.insert(table)
    rows = func.json_each(bindparam("rows", type_=Text)).table_valued("value")
    cells = [_cell(rows, place) for place in range(len(each))]
    # without a condition, SQLite would read ON CONFLICT as part of a join
    return sqlite.insert(table).from_select(same + each, select(*alike, *cells).where(text("true")))


def _labelled(cells: Sequence[ColumnElement[Any]], columns: Sequence[Column[Any]]) -> Select[Any]:
    return select(*(cell.label(column.name) for cell, column in zip(cells, columns, strict=True)))


def _alike(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    name = f"same_{column.name}"
    if isinstance(column.type, JSON) and dialect == "postgresql":
        return cast(bindparam(name, type_=Text), JSONB)
    return bindparam(name, type_=column.type)


def _cell(rows: TableValuedAlias, place: int) -> ColumnElement[Any]:
    return func.json_extract(rows.c.value, f"$[{place}]")


def _unfolded(column: Column[Any], of: str) -> ColumnElement[Any]:
    """An array as rows. Texts stay texts: a cast to their length would cut them where an insert refuses them."""
    name = f"{of}_{column.name}"
    if isinstance(column.type, LargeBinary):
        return func.unnest(bindparam(name, type_=ARRAY(LargeBinary, dimensions=1)))
    cells = func.json_array_elements_text(cast(bindparam(name, type_=Text), postgresql.JSON))
    if isinstance(column.type, JSON):
        return cast(cells, JSONB)
    return cells if isinstance(column.type, String) else cast(cells, column.type)


def _has_bytes(columns: Iterable[Column[Any]]) -> bool:
    """Bytes have no place in a JSON document; on SQLite such rows, which are few and large, go one by one."""
    return any(isinstance(column.type, LargeBinary) for column in columns)


def _parameters(tx: Tx, table: Table, columns: Columns) -> list[dict[str, Any]]:
    """What each execution of the statement is given: everything at once wherever that can be."""
    dialect = tx.session.get_bind().dialect
    names = [*columns.same, *columns.each]
    if tx.dialect == "sqlite" and _has_bytes(table.c[name] for name in names):
        rows = zip(*columns.each.values(), strict=True)
        return [{**columns.same, **dict(zip(columns.each, row, strict=True))} for row in rows]
    same = {f"same_{name}": _alone(tx, table.c[name], value) for name, value in columns.same.items()}
    each = {name: _bound(table.c[name], values, dialect) for name, values in columns.each.items()}
    if tx.dialect == "sqlite":
        return [same | {"rows": _json(list(zip(*each.values(), strict=True)))}]
    return [same | {f"each_{name}": _array(table.c[name], values) for name, values in each.items()}]


def _alone(tx: Tx, column: Column[Any], value: Any) -> Any:
    is_document = isinstance(column.type, JSON) and tx.dialect == "postgresql"
    return _json(value) if is_document and value is not None else value


def _bound(column: Column[Any], values: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
    """The values as their column's type would bind them."""
    if isinstance(column.type, JSON):
        return [None if value is None else _json(value) for value in values]
    bind = _binder(column, dialect)
    return values if bind is None else [bind(value) for value in values]


@lru_cache(maxsize=4096)
def _binder(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _array(column: Column[Any], values: Sequence[Any]) -> Any:
    return values if isinstance(column.type, LargeBinary) else _json(values)


def _json(value: Any) -> str:
    """Numbers and moments that JSON does not know travel as text, which the databases read exactly."""
    return _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(default=str, ensure_ascii=False, separators=(",", ":"))
