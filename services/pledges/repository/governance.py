"""Boards, responsibilities, meetings, reports and decisions, each by its kind and code."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, func, select

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.domain.governance import RecordFilter, RecordKind
from services.pledges.domain.governance_formats import Record, kind_of, read_record, write_record

_TABLE = models.Base.metadata.tables["governance_record"]
_KEY = ("kind", "code")


async def save_record(tx: Tx, record: Record) -> bool:
    """Insert a record, or replace the one of its kind and code; whether it was inserted."""
    row = {
        "kind": kind_of(record),
        "code": record.code,
        "board": record.board,
        "day": record.day,
        "state": write_record(record),
    }
    if await insert_or_ignore(tx, models.GovernanceRecord, [row], _KEY, returning=("code",)):
        return True
    await upsert(tx, models.GovernanceRecord, [row], _KEY, ("board", "day", "state"))
    return False


async def get_record(tx: Tx, kind: RecordKind, code: str) -> Record | None:
    return await _one(tx, _of(kind).where(_TABLE.c.code == code))


async def lock_record(tx: Tx, kind: RecordKind, code: str) -> Record | None:
    return await _one(tx, _of(kind).where(_TABLE.c.code == code).with_for_update())


async def get_records(tx: Tx, kind: RecordKind, codes: Collection[str]) -> dict[str, Record]:
    """Those of these codes that are there; nothing is asked where none is named."""
    if not codes:
        return {}
    return {one.code: one for one in await _read(tx, _of(kind).where(_TABLE.c.code.in_(codes)))}


async def get_in_other_case(tx: Tx, kind: RecordKind, code: str) -> str | None:
    """The code of a record that differs from this one in case only."""
    same = func.lower(_TABLE.c.code) == code.lower()
    other: str | None = await tx.session.scalar(
        select(_TABLE.c.code).where(_TABLE.c.kind == kind, same, _TABLE.c.code != code).limit(1)
    )
    return other


async def list_records(tx: Tx, kind: RecordKind, wanted: RecordFilter, request: PageRequest) -> Page[Record]:
    found = _of(kind)
    if wanted.board is not None:
        found = found.where(_TABLE.c.board == wanted.board)
    if wanted.since is not None:
        found = found.where(_TABLE.c.day >= wanted.since)
    if wanted.until is not None:
        found = found.where(_TABLE.c.day <= wanted.until)
    return (await list_page(tx, found, Orders((_TABLE.c.code,)), request)).of(_record)


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
