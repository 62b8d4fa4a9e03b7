"""Events that could not be applied: parked with their reason, retried through the same handler, or discarded."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, func, or_, select, update

from chassis.bus.port import Record
from chassis.events.envelope import UnreadableEventError, delivery
from chassis.storage.bulk import upsert
from chassis.storage.transaction import Tx


class LetterState(StrEnum):
    PARKED = "parked"
    RETRIED = "retried"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


class Reason(StrEnum):
    FAILED = "failed"
    UNKNOWN_VERSION = "unknown_version"
    UNREADABLE = "unreadable"


_PLACE = ("consumer", "topic", "partition", "offset")


async def park(tx: Tx, consumer: str, record: Record, reason: Reason, error: str, attempts: int) -> None:
    """Keep ``record`` whole. Parking what is parked or discarded already changes nothing.

    What was settled and fails when it is heard again is parked again, and so is another event in the same place, from
    a topic that was made anew.
    """
    row = {
        "consumer": consumer,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": _text(record.key),
        "value": record.value,
        "headers": {_text(name): _text(value) for name, value in record.headers.items()},
        "reason": reason.value,
        "error": _text(error[:4000]),
        "attempts": attempts,
        "state": LetterState.PARKED.value,
        "parked_at": tx.now,
        "resolved_at": None,
        "resolution": None,
        **_attributes(record),
    }
    anew = [name for name in row if name not in _PLACE]
    await upsert(tx, tx.table("dead_letter"), [row], _PLACE, anew, where=_parks_again)


def _parks_again(kept: Table, new: Any) -> ColumnElement[bool]:
    settled = kept.c.state.in_([LetterState.RETRIED.value, LetterState.SUPERSEDED.value])
    return or_(settled, kept.c.event_id.is_distinct_from(new.event_id))


def _text(value: str) -> str:
    """Text that any database keeps; what cannot be kept is shown as a replacement character."""
    return value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _attributes(record: Record) -> dict[str, Any]:
    try:
        event = delivery(record)
    except UnreadableEventError:
        return {"event_id": None, "type": None, "subject": _text(record.key)[:200], "version": None}
    return {
        "event_id": event.id,
        "type": event.type[:120],
        "subject": event.subject[:200],
        "version": event.version,
    }


async def listed(
    tx: Tx, *, consumer: str | None = None, state: LetterState | None = LetterState.PARKED
) -> Sequence[Row[Any]]:
    """Letters, oldest first, without their bodies."""
    letters = tx.table("dead_letter")
    columns = [c for c in letters.c if c.name not in {"value", "headers"}]
    query = select(*columns).order_by(letters.c.id)
    if consumer:
        query = query.where(letters.c.consumer == consumer)
    if state:
        query = query.where(letters.c.state == state.value)
    return (await tx.session.execute(query)).all()


async def shown(tx: Tx, letter: int) -> Row[Any] | None:
    """A letter whole, for reading."""
    letters = tx.table("dead_letter")
    return (await tx.session.execute(select(letters).where(letters.c.id == letter))).first()


async def taken(tx: Tx, letter: int) -> Row[Any] | None:
    """A letter whole, locked: whoever decides on it decides alone."""
    letters = tx.table("dead_letter")
    return (await tx.session.execute(select(letters).where(letters.c.id == letter).with_for_update())).first()


def record_of(letter: Row[Any]) -> Record:
    """The record as it was read."""
    return Record(
        topic=letter.topic,
        partition=letter.partition,
        offset=letter.offset,
        key=letter.key,
        value=letter.value,
        headers=letter.headers,
        timestamp_ms=0,
    )


async def resolve(tx: Tx, letter: int, state: LetterState, resolution: str) -> None:
    letters = tx.table("dead_letter")
    await tx.session.execute(
        update(letters)
        .where(letters.c.id == letter)
        .values(state=state.value, resolved_at=tx.now, resolution=resolution)
    )


async def supersede(tx: Tx, consumer: str, newest: Mapping[str, int]) -> None:
    """Close what is parked of subjects that a newer event has brought to these versions."""
    letters = tx.table("dead_letter")
    for subject, version in newest.items():
        older = (letters.c.subject == subject) & (letters.c.version < version) & (letters.c.consumer == consumer)
        closed = {"state": LetterState.SUPERSEDED.value, "resolved_at": tx.now, "resolution": f"version {version} came"}
        statement = update(letters).where(older, letters.c.state == LetterState.PARKED.value).values(**closed)
        await tx.session.execute(statement)


async def parked_subjects(tx: Tx, consumer: str) -> set[str]:
    letters = tx.table("dead_letter")
    parked = (letters.c.consumer == consumer) & (letters.c.state == LetterState.PARKED.value)
    return set(await tx.session.scalars(select(letters.c.subject).where(parked)))


async def waiting(tx: Tx, consumer: str) -> int:
    letters = tx.table("dead_letter")
    query = select(func.count()).where(letters.c.consumer == consumer, letters.c.state == LetterState.PARKED.value)
    return await tx.session.scalar(query) or 0
