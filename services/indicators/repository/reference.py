"""Outcomes, objectives and service standards: small tables by code."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select

from chassis.db import Tx
from chassis.sql import insert_or_ignore, upsert
from services.indicators.models import ObjectiveRow, OutcomeRow, StandardRow

Kept = type[OutcomeRow] | type[ObjectiveRow] | type[StandardRow]


async def listing(tx: Tx, table: Kept, after: str | None, limit: int) -> list[Row[Any]]:
    query = select(*table.__table__.c).order_by(table.code).limit(limit)
    if after is not None:
        query = query.where(table.code > after)
    return list(await tx.session.execute(query))


async def put(tx: Tx, table: Kept, values: Mapping[str, Any]) -> bool:
    """Keep ``values`` under their code; whether the code is new."""
    if await insert_or_ignore(tx, table, [values], ["code"], returning=["code"]):
        return True
    await upsert(tx, table, [values], ["code"], [name for name in values if name != "code"])
    return False
