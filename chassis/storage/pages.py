"""Pages out of tables: rows in the order that was asked for, from after the last one that the caller has seen."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Date, Integer, Row, Select, SmallInteger, func, select, tuple_
from sqlalchemy.types import TypeEngine

from chassis.paging import Page, PageRequest, cursor_made_up, page_of
from chassis.storage.transaction import Tx
from chassis.storage.types import UtcDateTime

_WIDTHS: Final[tuple[tuple[type[Integer], int], ...]] = ((SmallInteger, 15), (BigInteger, 63))
_WIDTH: Final = 31


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of a collection.

    ``key`` names an item: it is the order of the collection itself, and breaks the ties of every other. ``by`` has what
    each order that a caller may name goes by, before the key. All of it are texts, whole numbers, dates or moments, and
    none is ever NULL: say by ``coalesce`` what stands for what is not there.
    """

    key: Sequence[ColumnElement[Any]]
    by: Mapping[str, Sequence[ColumnElement[Any]]] = field(default_factory=dict)

    def columns(self, request: PageRequest) -> Sequence[ColumnElement[Any]]:
        return self.key if request.sort is None else (*self.by[request.sort], *self.key)


async def list_page(tx: Tx, query: Select[Any], orders: Orders, request: PageRequest) -> Page[Row[Any]]:
    """The page that was asked for of what ``query`` finds: one statement, and another where all are to be counted.

    ``query`` is filtered and in no order; its rows come with columns of the order after its own.

    Raises:
        BadRequest: the cursor has a sort key that no item can have.
    """
    columns = orders.columns(request)
    rows = (await tx.session.execute(_paged(query, columns, request))).all()
    page = page_of(rows, request, lambda row: sort_key(*row[-len(columns) :]))
    return replace(page, total=await _count(tx, query, orders)) if request.counted else page


def _paged(query: Select[Any], columns: Sequence[ColumnElement[Any]], request: PageRequest) -> Select[Any]:
    found = query.add_columns(*(column.label(f"sort_{number}") for number, column in enumerate(columns)))
    if request.after is not None:
        after = parse_sort_key(request.after, [column.type for column in columns])
        key = tuple_(*columns)
        found = found.where(key < after if request.descending else key > after)
    return found.order_by(*(column.desc() if request.descending else column for column in columns)).limit(request.fetch)


async def _count(tx: Tx, query: Select[Any], orders: Orders) -> int:
    counted = query.with_only_columns(*orders.key).subquery()
    return int(await tx.session.scalar(select(func.count()).select_from(counted)) or 0)


# Sort keys, as text for cursors


def sort_key(*parts: str | int | date) -> str:
    return json.dumps([part.isoformat() if isinstance(part, date) else part for part in parts])


def parse_sort_key(text: str, types: Sequence[TypeEngine[Any]]) -> tuple[Any, ...]:
    """The parts of a sort key, as columns of ``types`` have them.

    Raises:
        BadRequest: no such columns can have them.
    """
    try:
        return tuple(_read(part, type_) for part, type_ in zip(json.loads(text), types, strict=True))
    except (ValueError, TypeError, OverflowError) as error:
        raise cursor_made_up() from error


def _read(part: Any, type_: TypeEngine[Any]) -> Any:
    if isinstance(type_, UtcDateTime):
        return datetime.fromisoformat(part).astimezone(UTC)
    if isinstance(type_, Date):
        return date.fromisoformat(part)
    if type(part) is not type_.python_type or not _fits(part, type_):
        raise ValueError(part)
    return part


def _fits(part: str | int, type_: TypeEngine[Any]) -> bool:
    """Whether a column of the type can have this text or number."""
    if isinstance(part, str):
        part.encode()  # half a character has no bytes
        return "\x00" not in part
    width = next((width for wide, width in _WIDTHS if isinstance(type_, wide)), _WIDTH)
    return 0 <= part < 1 << width
