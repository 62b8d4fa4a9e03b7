"""The newest event of other services that observations were taken from."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, or_, select

from chassis.storage.bulk import in_parts, upsert
from chassis.storage.transaction import Tx
from services.indicators.domain.counted_homes import CountedHomes, TakenHomes
from services.indicators.domain.formats import taken_from_json, taken_to_json
from services.indicators.models import Base, SourceEventRow

_EVENT = Base.metadata.tables["source_event"]
_TOLD = ("generation", "version", "event_id", "taken")


async def save_newer(tx: Tx, told: Collection[CountedHomes]) -> dict[str, TakenHomes | None]:
    """Note events that are newer than those noted. Locks the row of each, in order.

    By the subjects of those: what was taken from the event before. None where there was none, and where a version of
    this service noted it that did not note what it took.
    """
    before = await _get_rows(tx, [one.subject for one in told])
    rows = [_row_of(one) for one in sorted(told, key=lambda one: one.subject)]
    saved = await upsert(tx, SourceEventRow, rows, ("subject",), _TOLD, _is_newer, returning=("subject",))
    return {row.subject: _taken(before.get(row.subject)) for row in saved}


def _row_of(told: CountedHomes) -> dict[str, Any]:
    return {
        "subject": told.subject,
        "generation": told.generation,
        "version": told.version,
        "event_id": told.event_id,
        "taken": taken_to_json(told.taken),
    }


def _taken(row: Any) -> TakenHomes | None:
    return None if row is None or row.taken is None else taken_from_json(row.taken)


def _is_newer(stored: Table, new: Any) -> ColumnElement[bool]:
    later: ColumnElement[bool] = stored.c.generation < new.generation
    return or_(later, and_(stored.c.generation == new.generation, stored.c.version < new.version))


async def get_noted(tx: Tx, subjects: Collection[str]) -> Mapping[str, str]:
    """The ids of the events that are noted, by subject."""
    return {subject: row.event_id for subject, row in (await _get_rows(tx, subjects)).items()}


async def list_taken(tx: Tx) -> list[TakenHomes]:
    """What is taken from the newest event of each subject."""
    rows = await tx.session.execute(select(_EVENT).where(_EVENT.c.taken.is_not(None)))
    return [taken_from_json(row.taken) for row in rows]


async def _get_rows(tx: Tx, subjects: Collection[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in in_parts(subjects):
        rows = await tx.session.execute(select(_EVENT).where(_EVENT.c.subject.in_(part)))
        found |= {row.subject: row for row in rows}
    return found


async def delete_noted(tx: Tx, subjects: Collection[str]) -> None:
    for part in in_parts(subjects):
        await tx.session.execute(delete(_EVENT).where(_EVENT.c.subject.in_(part)))
