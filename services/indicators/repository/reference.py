"""Outcomes, objectives and service standards: small tables by code."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from chassis.storage.transaction import Tx
from services.indicators.models import ObjectiveRow, OutcomeRow, StandardRow

Kept = type[OutcomeRow] | type[ObjectiveRow] | type[StandardRow]


async def listing(tx: Tx, table: Kept, after: str | None, limit: int) -> list[Row[Any]]:
    query = select(*table.__table__.c).order_by(table.code).limit(limit)
    if after is not None:
        query = query.where(table.code > after)
    return list(await tx.session.execute(query))


async def put(tx: Tx, table: Kept, values: Mapping[str, Any]) -> bool:
    """Keep ``values`` under their code; whether the code is new.

    Row by row, since a bulk statement would take a JSON list for an array of rows.
    """
    insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    added = await tx.session.execute(
        insert(table).values(**values).on_conflict_do_nothing(index_elements=["code"]).returning(table.code)
    )
    if added.one_or_none() is not None:
        return True
    await tx.session.execute(update(table).where(table.code == values["code"]).values(**values))
    return False
