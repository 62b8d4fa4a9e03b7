"""Many rows into PostgreSQL at once: COPY in its text form, which costs it less than any statement with parameters."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import repeat
from typing import Any, Final

from sqlalchemy import JSON, Column, Dialect, Integer, LargeBinary, Table, text
from sqlalchemy.exc import DBAPIError

from chassis.storage.changes import note_change
from chassis.storage.transaction import Tx
from chassis.storage.types import ExactDecimal
from chassis.turns import Turns

Write = Callable[[Any], str]

_NULL: Final = "\\N"
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_BEGUN: Final = text("SELECT 1")
_ENCODER: Final = json.JSONEncoder(default=str, ensure_ascii=False, separators=(",", ":"))


async def copy(
    tx: Tx,
    table: Table,
    each: Mapping[str, Sequence[Any]],
    same: Mapping[str, Any],
    encoded: Collection[str] = (),
) -> None:
    """Insert rows that are given by column into a table without bytes: ``each`` as long lists, and ``same`` in all.

    ``encoded`` names columns of documents whose values are JSON already.

    Raises:
        sqlalchemy.exc.DBAPIError: as a statement would.
    """
    dialect = tx.session.get_bind().dialect
    writers = {name: _text if name in encoded else _writer(table.c[name], dialect) for name in (*each, *same)}
    found, turns = dict[str, list[str]](), Turns()
    for name, values in each.items():
        if (cells := _cells(table.c[name], values, writers[name])) is not None:
            found[name] = cells
        await turns.give()
    alike = {name: writers[name](value) for name, value in same.items() if value is not None}
    columns = [*map(repeat, alike.values()), *found.values()]
    lines = "\n".join(map("\t".join, zip(*columns, strict=False)))  # those that are repeated have no end
    await _send(tx, table, [*alike, *found], f"{lines}\n".encode())


async def _send(tx: Tx, table: Table, names: Sequence[str], content: bytes) -> None:
    from asyncpg import InterfaceError, PostgresError  # noqa: PLC0415  heavy, and of no use on SQLite

    connection = await tx.session.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if not driver.is_in_transaction():
        await connection.execute(_BEGUN)  # the first statement begins one
    try:
        await driver.copy_to_table(table.name, source=memoryview(content), columns=names, format="text")
    except (PostgresError, InterfaceError) as error:
        what, is_gone = f"COPY {table.name}", driver.is_closed()
        raise DBAPIError(what, None, error, hide_parameters=True, connection_invalidated=is_gone) from error
    await note_change(tx)  # it passes by whatever else watches statements


def _cells(column: Column[Any], values: Sequence[Any], write: Write) -> list[str] | None:
    """The values as COPY reads them; None where a column is empty throughout, and may be."""
    if column.nullable and column.server_default is None and values.count(None) == len(values):
        return None
    if isinstance(column.type, ExactDecimal | Integer | JSON):
        return [_NULL if value is None else write(value) for value in values]
    known: dict[Any, str] = {None: _NULL}  # most columns say few things many times
    return [known[value] if value in known else known.setdefault(value, write(value)) for value in values]


def _writer(column: Column[Any], dialect: Dialect) -> Write:
    if isinstance(column.type, LargeBinary):
        raise TypeError(f"{column} has bytes")
    if isinstance(column.type, ExactDecimal | Integer):
        return str
    if isinstance(column.type, JSON):
        return lambda value: _text(_ENCODER.encode(value))
    bind = column.type.dialect_impl(dialect).bind_processor(dialect)
    return _text if bind is None else lambda value: _text(bind(value))


def _text(value: Any) -> str:
    said = str(value)
    if "\\" in said or "\n" in said or "\r" in said or "\t" in said:  # to look is faster than to translate
        return said.translate(_ESCAPES)
    return said
