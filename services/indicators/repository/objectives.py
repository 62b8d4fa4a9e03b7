"""Outcomes, objectives, gaps of the system and priorities."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Row, Table, func, select

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import table_of
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.indicators.domain.formats import codes_from_json, codes_to_json
from services.indicators.domain.objectives import Objective, ObjectiveKind, ObjectiveOrder
from services.indicators.models import ObjectiveRow, OutcomeRow, PriorityRow, SystemGapRow
from services.indicators.repository.by_code import save_by_code

_TABLES = {
    ObjectiveKind.OUTCOME: OutcomeRow,
    ObjectiveKind.OBJECTIVE: ObjectiveRow,
    ObjectiveKind.SYSTEM_GAP: SystemGapRow,
    ObjectiveKind.PRIORITY: PriorityRow,
}
_LAST: Final = 2**31 - 1
"""Where what has no place in print comes."""


def _table(kind: ObjectiveKind) -> Table:
    return table_of(_TABLES[kind])


def _objective(row: Row[Any]) -> Objective:
    return Objective(row.code, row.title, codes_from_json(row.indicators), row.position, row.part_of)


def _orders(table: Table) -> Orders:
    printed = func.coalesce(table.c.position, _LAST)
    return Orders((table.c.code,), {ObjectiveOrder.PRINTED: (printed,), ObjectiveOrder.CODE: ()})


async def list_objectives(tx: Tx, kind: ObjectiveKind, page: PageRequest) -> Page[Objective]:
    table = _table(kind)
    return (await list_page(tx, select(*table.c), _orders(table), page)).of(_objective)


async def list_parts(tx: Tx, kind: ObjectiveKind, wholes: Collection[str]) -> list[Objective]:
    """Those of a kind that are part of one of ``wholes``, in printed order."""
    table = _table(kind)
    order = (*_orders(table).by[ObjectiveOrder.PRINTED], table.c.code)
    query = select(*table.c).where(table.c.part_of.in_(wholes)).order_by(*order)
    return [_objective(row) for row in await tx.session.execute(query)]


async def get_objective(tx: Tx, kind: ObjectiveKind, code: str) -> Objective | None:
    table = _table(kind)
    row = (await tx.session.execute(select(*table.c).where(table.c.code == code))).one_or_none()
    return None if row is None else _objective(row)


async def save_objective(tx: Tx, kind: ObjectiveKind, objective: Objective) -> bool:
    """Whether its code is new."""
    values = {
        "code": objective.code,
        "title": objective.title,
        "indicators": codes_to_json(objective.indicators),
        "position": objective.position,
        "part_of": objective.part_of,
    }
    return await save_by_code(tx, _TABLES[kind], values)
