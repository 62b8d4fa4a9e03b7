"""Outcomes, objectives, gaps of the system and priorities."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import FromClause, Insert, Row, func, insert, select
from sqlalchemy.orm import aliased

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import table_of
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.indicators.domain.formats import codes_from_json, codes_to_json
from services.indicators.domain.objectives import Objective, ObjectiveKind, ObjectiveOrder
from services.indicators.models import ObjectiveRevisionRow, ObjectiveRow, OutcomeRow, PriorityRow, SystemGapRow
from services.indicators.repository.by_code import save_by_code

_TABLES = {
    ObjectiveKind.OUTCOME: OutcomeRow,
    ObjectiveKind.OBJECTIVE: ObjectiveRow,
    ObjectiveKind.SYSTEM_GAP: SystemGapRow,
    ObjectiveKind.PRIORITY: PriorityRow,
}
_LAST: Final = 2**31 - 1
"""Where what has no place in print comes."""


def _rows(kind: ObjectiveKind, as_of: datetime | None) -> FromClause:
    """All of a kind: as they are, or as they were known at ``as_of``."""
    if as_of is None:
        return table_of(_TABLES[kind])
    row, newer = ObjectiveRevisionRow, aliased(ObjectiveRevisionRow)
    same = newer.kind == row.kind, newer.code == row.code, newer.recorded_at <= as_of
    newest = select(func.max(newer.revision)).where(*same).scalar_subquery()
    columns = (row.code, row.title, row.indicators, row.position, row.part_of)
    return select(*columns).where(row.kind == kind.value, row.revision == newest).subquery()


def _objective(row: Row[Any]) -> Objective:
    return Objective(row.code, row.title, codes_from_json(row.indicators), row.position, row.part_of)


def _orders(table: FromClause) -> Orders:
    printed = func.coalesce(table.c.position, _LAST)
    return Orders((table.c.code,), {ObjectiveOrder.PRINTED: (printed,), ObjectiveOrder.CODE: ()})


async def list_objectives(
    tx: Tx, kind: ObjectiveKind, page: PageRequest, as_of: datetime | None = None
) -> Page[Objective]:
    table = _rows(kind, as_of)
    return (await list_page(tx, select(*table.c), _orders(table), page)).of(_objective)


async def list_parts(
    tx: Tx, kind: ObjectiveKind, wholes: Collection[str], as_of: datetime | None = None
) -> list[Objective]:
    """Those of a kind that are part of one of ``wholes``, in printed order."""
    table = _rows(kind, as_of)
    order = (*_orders(table).by[ObjectiveOrder.PRINTED], table.c.code)
    query = select(*table.c).where(table.c.part_of.in_(wholes)).order_by(*order)
    return [_objective(row) for row in await tx.session.execute(query)]


async def get_objective(tx: Tx, kind: ObjectiveKind, code: str, as_of: datetime | None = None) -> Objective | None:
    table = _rows(kind, as_of)
    row = (await tx.session.execute(select(*table.c).where(table.c.code == code))).one_or_none()
    return None if row is None else _objective(row)


async def save_objective(tx: Tx, kind: ObjectiveKind, objective: Objective) -> bool:
    """Save it as it is from now on, as its newest revision too; whether its code is new."""
    values = {
        "code": objective.code,
        "title": objective.title,
        "indicators": codes_to_json(objective.indicators),
        "position": objective.position,
        "part_of": objective.part_of,
    }
    new = await save_by_code(tx, _TABLES[kind], values)
    tx.catch_up()
    await tx.session.execute(_revision(kind, objective.code, values | {"actor": tx.actor, "recorded_at": tx.now}))
    return new


def _revision(kind: ObjectiveKind, code: str, values: dict[str, Any]) -> Insert:
    row = ObjectiveRevisionRow
    newest = select(func.coalesce(func.max(row.revision), 0) + 1).where(row.kind == kind.value, row.code == code)
    return insert(table_of(row)).values(kind=kind.value, revision=newest.scalar_subquery(), **values)
