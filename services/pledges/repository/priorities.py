"""Priorities."""

from typing import Any

from sqlalchemy import select

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.cases import refuse_other_case
from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.domain.formats import read_notes, write_notes
from services.pledges.domain.priorities import Priority

_PRIORITY = models.Priority.__table__


async def save_priority(tx: Tx, priority: Priority) -> bool:
    """Insert a priority, or replace the one of its code; whether it was inserted.

    Raises:
        CodeInOtherCase
    """
    row: dict[str, Any] = {
        "code": priority.code,
        "title": priority.title,
        "gap": priority.gap,
        "leads": list(priority.leads),
    }
    row["notes"] = write_notes(priority.notes)
    if await insert_or_ignore(tx, models.Priority, [row], ("code",), returning=("code",)):
        await refuse_other_case(tx, _PRIORITY.c.code, priority.code)
        return True
    await upsert(tx, models.Priority, [row], ("code",), ("title", "gap", "leads", "notes"))
    return False


async def get_priority(tx: Tx, code: str) -> Priority | None:
    row = (await tx.session.execute(select(_PRIORITY).where(_PRIORITY.c.code == code))).one_or_none()
    return _priority(row) if row else None


async def list_priorities(tx: Tx, page: PageRequest) -> list[Priority]:
    wanted = select(_PRIORITY).order_by(_PRIORITY.c.code).limit(page.fetch)
    if page.after is not None:
        wanted = wanted.where(_PRIORITY.c.code > page.after)
    return [_priority(row) for row in await tx.session.execute(wanted)]


async def list_all_priorities(tx: Tx) -> list[Priority]:
    """By code."""
    return [_priority(row) for row in await tx.session.execute(select(_PRIORITY).order_by(_PRIORITY.c.code))]


def _priority(row: Any) -> Priority:
    return Priority(row.code, row.title, row.gap, tuple(row.leads), read_notes(row.notes))
