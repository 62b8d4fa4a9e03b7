"""Records of every kind, from boards to ratings, each by its kind and code."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.cases import list_in_other_case, refuse_other_case
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.domain.governance import RecordFilter, RecordKind
from services.pledges.domain.governance_formats import Record, kind_of, read_record, write_record
from services.pledges.repository.locks import lock_kind

_TABLE = models.Base.metadata.tables["governance_record"]
_KEY = ("kind", "code")


async def insert_or_lock_record(tx: Tx, record: Record) -> Record | None:
    """Insert a record, or lock the one of its kind and code, which is returned. None: it was inserted.

    Raises:
        CodeInOtherCase
    """
    kind = kind_of(record)
    if not await insert_or_ignore(tx, models.GovernanceRecord, [_row(record)], _KEY, returning=("code",)):
        return await lock_record(tx, kind, record.code)
    await refuse_other_case(tx, _of(kind).subquery().c.code, record.code)
    return None


async def insert_or_lock_records(tx: Tx, kind: RecordKind, records: Sequence[Record]) -> dict[str, Record]:
    """Insert those of a kind that are not there, and lock the others, which are returned by code."""
    rows = [_row(one) for one in sorted(records, key=lambda one: one.code)]
    inserted = {
        row.code for row in await insert_or_ignore(tx, models.GovernanceRecord, rows, _KEY, returning=("code",))
    }
    others = await lock_records(tx, kind, {one.code for one in records} - inserted)
    return {one.code: one for one in others}


async def list_taken_in_other_case(tx: Tx, kind: RecordKind, codes: Collection[str]) -> list[str]:
    """Of codes, just inserted, those that another of the kind differs from in case only."""
    return await list_in_other_case(tx, _of(kind).subquery().c.code, codes)


async def save_records(tx: Tx, records: Sequence[Record]) -> None:
    """Write locked records of one kind, which are in the order of their codes."""
    await upsert(tx, models.GovernanceRecord, [_row(one) for one in records], _KEY, ("board", "day", "state"))


def _row(record: Record) -> dict[str, Any]:
    """With the board and the day that lists are filtered by, of those kinds that have them."""
    return {
        "kind": kind_of(record),
        "code": record.code,
        "board": getattr(record, "board", None),
        "day": getattr(record, "day", None),
        "state": write_record(record),
    }


async def get_record(tx: Tx, kind: RecordKind, code: str) -> Record | None:
    return await _one(tx, _of(kind).where(_TABLE.c.code == code))


async def lock_record(tx: Tx, kind: RecordKind, code: str) -> Record | None:
    return await _one(tx, _of(kind).where(_TABLE.c.code == code).with_for_update())


async def get_records(tx: Tx, kind: RecordKind, codes: Collection[str]) -> dict[str, Record]:
    """Those of these codes that are there; nothing is asked where none is named."""
    if not codes:
        return {}
    return {one.code: one for one in await _read(tx, _of(kind).where(_TABLE.c.code.in_(codes)))}


async def lock_records(tx: Tx, kind: RecordKind, codes: Collection[str]) -> list[Record]:
    """Those of these codes, locked in their order; nothing is asked where none is named."""
    if not codes:
        return []
    return await _read(tx, _of(kind).where(_TABLE.c.code.in_(codes)).order_by(_TABLE.c.code).with_for_update())


async def lock_all_records(tx: Tx, kind: RecordKind) -> list[Record]:
    """All of a kind, while nobody else who reads them so changes or adds one."""
    await lock_kind(tx, kind)
    return await get_all_records(tx, kind)


async def list_records(tx: Tx, kind: RecordKind, wanted: RecordFilter, request: PageRequest) -> Page[Record]:
    return (await list_page(tx, _found(kind, wanted), Orders((_TABLE.c.code,)), request)).of(_record)


async def export_records(tx: Tx, kind: RecordKind, wanted: RecordFilter) -> list[Record]:
    """By code."""
    return await _read(tx, _found(kind, wanted).order_by(_TABLE.c.code))


def _found(kind: RecordKind, wanted: RecordFilter) -> Select[Any]:
    found = _of(kind)
    if wanted.board is not None:
        found = found.where(_TABLE.c.board == wanted.board)
    if wanted.since is not None:
        found = found.where(_is_since(kind, wanted.since))
    if wanted.until is not None:
        found = found.where(_TABLE.c.day <= wanted.until)
    return found.where(*(_TABLE.c.state[name].as_string() == value for name, value in wanted.fields))


def _is_since(kind: RecordKind, day: date) -> ColumnElement[bool]:
    """A meeting of which only the month is known is ahead until the month has ended."""
    if kind is RecordKind.MEETING:
        last_day: ColumnElement[str] = _TABLE.c.state["last_day"].as_string()
        return last_day >= day.isoformat()
    return _TABLE.c.day >= day


async def get_all_records(tx: Tx, kind: RecordKind) -> list[Record]:
    """By code."""
    return await _read(tx, _of(kind).order_by(_TABLE.c.code))


def _of(kind: RecordKind) -> Select[Any]:
    return select(_TABLE).where(_TABLE.c.kind == kind)


async def _one(tx: Tx, statement: Select[Any]) -> Record | None:
    found = await _read(tx, statement)
    return found[0] if found else None


async def _read(tx: Tx, statement: Select[Any]) -> list[Record]:
    return [_record(row) for row in await tx.session.execute(statement)]


def _record(row: Any) -> Record:
    return read_record(RecordKind(row.kind), row.state)
