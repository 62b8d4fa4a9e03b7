"""The newest event of other services that observations were taken from."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, or_, select

from chassis.storage.bulk import in_parts, upsert
from chassis.storage.transaction import Tx
from services.indicators.domain.counted_homes import CountedHomes
from services.indicators.models import Base, SourceEventRow

_EVENT = Base.metadata.tables["source_event"]
_TOLD = ("generation", "version", "event_id")


async def save_newer(tx: Tx, told: Collection[CountedHomes]) -> set[str]:
    """Note events that are newer than those noted; returns their subjects. Locks the row of each, in order."""
    rows = [
        {"subject": one.subject, **{name: getattr(one, name) for name in _TOLD}}
        for one in sorted(told, key=lambda one: one.subject)
    ]
    saved = await upsert(tx, SourceEventRow, rows, ("subject",), _TOLD, _is_newer, returning=("subject",))
    return {row.subject for row in saved}


def _is_newer(stored: Table, new: Any) -> ColumnElement[bool]:
    later: ColumnElement[bool] = stored.c.generation < new.generation
    return or_(later, and_(stored.c.generation == new.generation, stored.c.version < new.version))


async def get_noted(tx: Tx, subjects: Collection[str]) -> Mapping[str, str]:
    """The ids of the events that are noted, by subject."""
    found: dict[str, str] = {}
    for part in in_parts(subjects):
        rows = await tx.session.execute(select(_EVENT).where(_EVENT.c.subject.in_(part)))
        found |= {row.subject: row.event_id for row in rows}
    return found


async def delete_noted(tx: Tx, subjects: Collection[str]) -> None:
    for part in in_parts(subjects):
        await tx.session.execute(delete(_EVENT).where(_EVENT.c.subject.in_(part)))
