"""Events that could not be applied: parked with their reason, retried through the same handler, or discarded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, func, or_, select, tuple_, update

from chassis.bus.port import Record
from chassis.events.envelope import Order, UnreadableEventError, delivery
from chassis.storage.bulk import upsert
from chassis.storage.transaction import Tx


class DeadLetterState(StrEnum):
    PARKED = "parked"
    RETRIED = "retried"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


class Reason(StrEnum):
    FAILED = "failed"
    UNKNOWN_VERSION = "unknown_version"
    UNREADABLE = "unreadable"
    JUMP = "jump"
    """Its version is above what the log and its producer's digest explain."""


_KEY = ("consumer", "topic", "partition", "offset")


async def save_parked(tx: Tx, consumer: str, record: Record, reason: Reason, error: str, attempts: int) -> None:
    """Park ``record`` whole. Parking what is parked or discarded already changes nothing.

    What was settled and fails when it is read again is parked again, and so is another event at the same offset, from
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
        "state": DeadLetterState.PARKED.value,
        "parked_at": tx.now,
        "resolved_at": None,
        "resolution": None,
        **_attributes(record),
    }
    anew = [name for name in row if name not in _KEY]
    await upsert(tx, tx.table("dead_letter"), [row], _KEY, anew, where=_parks_again)


def _parks_again(stored: Table, new: Any) -> ColumnElement[bool]:
    settled = stored.c.state.in_([DeadLetterState.RETRIED.value, DeadLetterState.SUPERSEDED.value])
    return or_(settled, stored.c.event_id.is_distinct_from(new.event_id))


def _text(value: str) -> str:
    """Text that any database stores; what cannot be stored is shown as a replacement character."""
    return value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


_NO_ORDER = {"version": None, "generation": None}


def _attributes(record: Record) -> dict[str, Any]:
    try:
        event = delivery(record)
    except UnreadableEventError:
        return {"event_id": None, "type": None, "subject": _text(record.key)[:200]} | _NO_ORDER
    return {
        "event_id": event.id,
        "type": event.type[:120],
        "subject": event.subject[:200],
        "version": event.version,
        "generation": event.generation,
    }


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be applied, as it is now. ``value`` and ``headers`` are left out of lists."""

    id: int
    consumer: str
    topic: str
    partition: int
    offset: int
    key: str
    event_id: str | None
    type: str | None
    subject: str | None
    version: int | None
    generation: int | None
    reason: Reason
    error: str
    attempts: int
    state: DeadLetterState
    parked_at: datetime
    resolved_at: datetime | None
    resolution: str | None
    value: str | None = None
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class DeadLetterFilter:
    """Which are wanted. ``subject`` may have ``*`` for any text; ``since`` is when they were parked."""

    consumer: str | None = None
    reason: Reason | None = None
    subject: str | None = None
    since: datetime | None = None
    state: DeadLetterState | None = DeadLetterState.PARKED


_BODY = frozenset({"value", "headers"})


async def list_dead_letters(
    tx: Tx, wanted: DeadLetterFilter, *, after: int = 0, most: int | None = None
) -> Sequence[DeadLetter]:
    """Dead letters above a number, oldest first, without their bodies."""
    table = tx.table("dead_letter")
    query = select(*(column for column in table.c if column.name not in _BODY)).where(table.c.id > after)
    query = query.where(*_conditions(tx, table, wanted)).order_by(table.c.id).limit(most)
    return [_letter(row) for row in await tx.session.execute(query)]


def _conditions(tx: Tx, table: Table, wanted: DeadLetterFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.consumer is not None:
        yield table.c.consumer == wanted.consumer
    if wanted.reason is not None:
        yield table.c.reason == wanted.reason.value
    if wanted.state is not None:
        yield table.c.state == wanted.state.value
    if wanted.since is not None:
        yield table.c.parked_at >= wanted.since
    if wanted.subject is not None:
        yield _matches(tx, table.c.subject, wanted.subject)


def _matches(tx: Tx, column: ColumnElement[str], pattern: str) -> ColumnElement[bool]:
    """``LIKE`` is blind to case on SQLite, which would match too much."""
    if tx.dialect == "sqlite":
        glob = pattern.replace("[", "[[]").replace("?", "[?]")
        return column.op("GLOB", is_comparison=True)(glob)
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(escaped.replace("*", "%"), escape="\\")


def _letter(row: Row[Any]) -> DeadLetter:
    values = row._asdict()
    values |= {"reason": Reason(row.reason), "state": DeadLetterState(row.state)}
    if "value" in values:
        values["value"] = row.value.decode("utf-8", "replace")
    return DeadLetter(**values)


async def get_dead_letter(tx: Tx, number: int) -> DeadLetter | None:
    """A dead letter whole, for reading."""
    table = tx.table("dead_letter")
    row = (await tx.session.execute(select(table).where(table.c.id == number))).first()
    return None if row is None else _letter(row)


async def lock_dead_letter(tx: Tx, number: int) -> Row[Any] | None:
    """A dead letter whole, locked: whoever decides on it decides alone."""
    table = tx.table("dead_letter")
    return (await tx.session.execute(select(table).where(table.c.id == number).with_for_update())).first()


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


async def save_resolution(tx: Tx, number: int, state: DeadLetterState, resolution: str) -> None:
    table = tx.table("dead_letter")
    await tx.session.execute(
        update(table).where(table.c.id == number).values(state=state.value, resolved_at=tx.now, resolution=resolution)
    )


async def save_superseded(tx: Tx, consumer: str, newest: Mapping[str, Order]) -> None:
    """Close what is parked of subjects that a newer event has brought to these (generation, version)."""
    table = tx.table("dead_letter")
    for subject, (generation, version) in newest.items():
        order = tuple_(table.c.generation, table.c.version) < tuple_(generation, version)
        older = (table.c.subject == subject) & order & (table.c.consumer == consumer)
        closed = {
            "state": DeadLetterState.SUPERSEDED.value,
            "resolved_at": tx.now,
            "resolution": f"version {version} came",
        }
        statement = update(table).where(older, table.c.state == DeadLetterState.PARKED.value).values(**closed)
        await tx.session.execute(statement)


async def list_parked_subjects(tx: Tx, consumer: str) -> set[str]:
    table = tx.table("dead_letter")
    parked = (table.c.consumer == consumer) & (table.c.state == DeadLetterState.PARKED.value)
    return set(await tx.session.scalars(select(table.c.subject).where(parked)))


@dataclass(frozen=True, slots=True)
class UnappliedEvent:
    """A dead letter of an event that was not applied, and may never be."""

    number: int
    event_id: str
    subject: str
    order: Order
    reason: Reason
    is_parked: bool


async def list_unapplied(tx: Tx, consumer: str, topic: str) -> Sequence[UnappliedEvent]:
    """Events of a topic that are parked or discarded, in the order in which they were parked."""
    table = tx.table("dead_letter")
    states = [DeadLetterState.PARKED.value, DeadLetterState.DISCARDED.value]
    mine = (table.c.consumer == consumer, table.c.state.in_(states), table.c.topic == topic)
    rows = await tx.session.execute(select(table).where(*mine, table.c.event_id.is_not(None)).order_by(table.c.id))
    return [
        UnappliedEvent(
            number=row.id,
            event_id=row.event_id,
            subject=row.subject,
            order=(row.generation, row.version),
            reason=Reason(row.reason),
            is_parked=row.state == DeadLetterState.PARKED.value,
        )
        for row in rows
    ]


async def count_parked(tx: Tx, consumer: str) -> int:
    table = tx.table("dead_letter")
    query = select(func.count()).where(table.c.consumer == consumer, table.c.state == DeadLetterState.PARKED.value)
    return await tx.session.scalar(query) or 0
