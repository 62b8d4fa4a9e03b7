"""Rows of small tables that a code names."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, update
from sqlalchemy.dialects import postgresql, sqlite

from chassis.storage.transaction import Tx
from services.indicators.models import Base


async def save_by_code(tx: Tx, model: type[Base], values: Mapping[str, Any]) -> bool:
    """Save ``values`` under their code; whether the code is new."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  a mapped class of ours always maps one table
    insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    added = await tx.session.execute(
        insert(table).values(**values).on_conflict_do_nothing(index_elements=["code"]).returning(table.c.code)
    )
    if added.one_or_none() is not None:
        return True
    await tx.session.execute(update(table).where(table.c.code == values["code"]).values(**values))
    return False
