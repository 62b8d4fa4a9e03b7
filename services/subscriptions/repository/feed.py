"""The events of the feed, in their order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, true, update

from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from services.subscriptions.domain.feed import FeedEvent, FeedHead
from services.subscriptions.domain.filters import ANY, EventFilter
from services.subscriptions.models import Base, FeedEventRow

_EVENT, _HEAD, _AGGREGATE = (Base.metadata.tables[name] for name in ("feed_event", "feed_head", "aggregate"))
_GET_HEAD = select(_HEAD.c.first_position, _HEAD.c.last_position, _HEAD.c.last_event_id)
_LOCK_HEAD = _GET_HEAD.with_for_update()
EVENT_COLUMNS = tuple(column for column in _EVENT.c if column.name != "added_at")
"""What a :class:`FeedEvent` is made of, in its order."""


async def get_head(tx: Tx) -> FeedHead:
    return _head((await tx.session.execute(_GET_HEAD)).one())


async def lock_head(tx: Tx) -> FeedHead:
    """The same, with nobody else adding or trimming until the transaction ends: so positions are seen in order."""
    return _head((await tx.session.execute(_LOCK_HEAD)).one())


def _head(row: Any) -> FeedHead:
    return FeedHead(row.first_position, row.last_position, row.last_event_id)


async def save_events(tx: Tx, events: Sequence[FeedEvent]) -> None:
    """Add events, which have the positions after the last; the head is locked. One statement, and one for the head."""
    await insert_many(tx, FeedEventRow, [_row(tx, event) for event in events])
    last = events[-1]
    await tx.session.execute(update(_HEAD).values(last_position=last.position, last_event_id=last.event_id))


def _row(tx: Tx, event: FeedEvent) -> dict[str, Any]:
    return {
        "position": event.position,
        "event_id": event.event_id,
        "type": event.type,
        "subject": event.subject,
        "service": event.service,
        "version": event.version,
        "generation": event.generation,
        "area": event.area,
        "event_time": event.time,
        "added_at": tx.now,
        "body": event.body,
    }


async def list_events(
    tx: Tx, after: int, limit: int, wanted: EventFilter, until: int | None = None
) -> Sequence[FeedEvent]:
    """The events after a position that are wanted, in order, so many at most; none behind ``until``."""
    query = select(*EVENT_COLUMNS).where(_EVENT.c.position > after, *conditions(wanted))
    if until is not None:
        query = query.where(_EVENT.c.position <= until)
    return [event_of(row) for row in await tx.session.execute(query.order_by(_EVENT.c.position).limit(limit))]


async def get_position(tx: Tx, event_id: str) -> int | None:
    """The position of an event, if it is kept."""
    query = select(func.max(_EVENT.c.position)).where(_EVENT.c.event_id == event_id)
    found: int | None = await tx.session.scalar(query)
    return found


async def get_event(tx: Tx, position: int) -> FeedEvent | None:
    """The event at a position, if it is kept."""
    found = (await tx.session.execute(select(*EVENT_COLUMNS).where(_EVENT.c.position == position))).one_or_none()
    return None if found is None else event_of(found)


def conditions(wanted: EventFilter) -> Sequence[ColumnElement[bool]]:
    """What rows of ``feed_event`` are wanted."""
    if wanted.takes_all:
        return ()
    return (
        _EVENT.c.service.in_(sorted(wanted.services)),
        _any_of(_EVENT.c.type, wanted.types),
        _any_of(_EVENT.c.subject, wanted.subjects),
        true() if wanted.area is None else _EVENT.c.area == wanted.area,
    )


def _any_of(column: ColumnElement[str], texts: Sequence[str]) -> ColumnElement[bool]:
    """Whether a text is one of these, or begins as one of them. LIKE would not mind the case on SQLite."""
    if not texts:
        return true()
    beginnings = [each.removesuffix(ANY) for each in texts if each.endswith(ANY)]
    whole = [each for each in texts if not each.endswith(ANY)]
    return or_(column.in_(whole), *(func.substr(column, 1, len(each)) == each for each in beginnings))


def event_of(row: Any) -> FeedEvent:
    position, event_id, type_, subject, service, version, generation, area, time, body = row
    return FeedEvent(position, event_id, type_, subject, service, version, generation, area, time, body)


async def trim(tx: Tx, before: datetime, most: int) -> int:
    """Take out of the feed what was added before a moment, so many at most, and what is superseded of what stayed.

    The newest event of each aggregate stays, and so does the last of all. Returns by how many positions the feed begins
    later, and how many events are gone that had stayed as the newest.
    """
    head = await lock_head(tx)
    first = await _first_kept(tx, head, before, most)
    superseded = (_EVENT.c.position < first) & ~exists().where(_AGGREGATE.c.position == _EVENT.c.position)
    gone = select(_EVENT.c.position).where(superseded).order_by(_EVENT.c.position).limit(2 * most)
    deleted = await (await tx.session.connection()).execute(delete(_EVENT).where(_EVENT.c.position.in_(gone)))
    if first > head.first_position:
        await tx.session.execute(update(_HEAD).values(first_position=first))
    return first - head.first_position + deleted.rowcount


async def _first_kept(tx: Tx, head: FeedHead, before: datetime, most: int) -> int:
    old = (
        (_EVENT.c.position >= head.first_position)
        & (_EVENT.c.position < min(head.first_position + most, head.last_position))
        & (_EVENT.c.added_at < before)
    )
    last: int | None = await tx.session.scalar(select(func.max(_EVENT.c.position)).where(old))
    return head.first_position if last is None else last + 1
