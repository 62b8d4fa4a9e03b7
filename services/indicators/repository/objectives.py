"""Outcomes and objectives."""

from sqlalchemy import select

from chassis.paging import PageRequest
from chassis.storage.transaction import Tx
from services.indicators.domain.formats import codes_from_json, codes_to_json
from services.indicators.domain.objectives import Objective, ObjectiveKind
from services.indicators.models import ObjectiveRow, OutcomeRow
from services.indicators.repository.by_code import save_by_code

_TABLES = {ObjectiveKind.OUTCOME: OutcomeRow, ObjectiveKind.OBJECTIVE: ObjectiveRow}


async def list_objectives(tx: Tx, kind: ObjectiveKind, page: PageRequest) -> list[Objective]:
    table = _TABLES[kind].__table__
    query = select(table).order_by(table.c.code).limit(page.fetch)
    if page.after is not None:
        query = query.where(table.c.code > page.after)
    found = await tx.session.execute(query)
    return [Objective(row.code, row.title, codes_from_json(row.indicators)) for row in found]


async def get_objective(tx: Tx, kind: ObjectiveKind, code: str) -> Objective | None:
    table = _TABLES[kind].__table__
    row = (await tx.session.execute(select(table).where(table.c.code == code))).one_or_none()
    return None if row is None else Objective(row.code, row.title, codes_from_json(row.indicators))


async def save_objective(tx: Tx, kind: ObjectiveKind, objective: Objective) -> bool:
    """Whether its code is new."""
    values = {"code": objective.code, "title": objective.title, "indicators": codes_to_json(objective.indicators)}
    return await save_by_code(tx, _TABLES[kind], values)
