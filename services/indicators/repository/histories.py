"""Tables of everything that a resource ever was: one stored format a revision, only ever added to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, func, insert, select

from chassis.storage.transaction import Tx
from services.indicators.models import Base

Key = Mapping[str, str]
"""The columns that name the resource, with their values."""


async def add_revision(tx: Tx, model: type[Base], key: Key, content: Mapping[str, Any], **more: Any) -> None:
    """Add the newest revision. The caller has locked the resource."""
    table = _table(model)
    newest = select(func.coalesce(func.max(table.c.revision), 0) + 1).where(*_of(table, key))
    values = {**key, "content": dict(content), "actor": tx.actor, "recorded_at": tx.now, **more}
    await tx.session.execute(insert(table).values(revision=newest.scalar_subquery(), **values))


async def get_content(tx: Tx, model: type[Base], key: Key, as_of: datetime | None) -> dict[str, Any] | None:
    """The newest content, of those recorded by ``as_of``."""
    table = _table(model)
    query = select(table.c.content).where(*_of(table, key)).order_by(table.c.revision.desc()).limit(1)
    if as_of is not None:
        query = query.where(table.c.recorded_at <= as_of)
    content: dict[str, Any] | None = await tx.session.scalar(query)
    return content


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  a mapped class of ours always maps one table
    return table


def _of(table: Table, key: Key) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in key.items()]
