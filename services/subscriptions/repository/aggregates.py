"""The newest event of each aggregate."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, select, tuple_

from chassis.storage.bulk import given_rows, given_values, look_up, upsert
from chassis.storage.transaction import Tx
from services.subscriptions.domain.feed import AggregateKey, FeedEvent, Newest
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.models import AggregateRow, Base
from services.subscriptions.repository.feed import EVENT_COLUMNS, conditions, event_of

_AGGREGATE, _EVENT = Base.metadata.tables["aggregate"], Base.metadata.tables["feed_event"]
_KEY = ("service", "subject")
_TOLD = ("generation", "version", "event_id", "position")
_KEY_COLUMNS = [_AGGREGATE.c[name] for name in _KEY]


async def list_newest_known(tx: Tx, keys: Collection[AggregateKey]) -> Mapping[AggregateKey, Newest]:
    """The order and the id of the newest events of these aggregates; of one that has none, nothing."""
    given = given_rows(tx.dialect, "given", _KEY_COLUMNS)
    found, on = look_up(tx.dialect, given, AggregateRow, _KEY_COLUMNS)
    query = select(*(found.c[name] for name in (*_KEY, *_TOLD[:3]))).select_from(given.join(found, on))
    rows = await tx.session.execute(query, given_values(tx, "given", _KEY_COLUMNS, sorted(keys)))
    return {(service, subject): ((generation, version), id_) for service, subject, generation, version, id_ in rows}


async def save_newest(tx: Tx, events: Sequence[FeedEvent]) -> None:
    """Say that these are the newest of their aggregates, wherever they are no older; sorted by service and subject."""
    rows = [
        {
            "service": event.service,
            "subject": event.subject,
            "generation": event.generation,
            "version": event.version,
            "event_id": event.event_id,
            "position": event.position,
        }
        for event in events
    ]
    await upsert(tx, AggregateRow, rows, _KEY, _TOLD, _is_no_older)


def _is_no_older(table: Table, excluded: Any) -> ColumnElement[bool]:
    stored, new = tuple_(table.c.generation, table.c.version), tuple_(excluded.generation, excluded.version)
    newer: ColumnElement[bool] = stored <= new
    return newer


async def list_newest(
    tx: Tx, wanted: EventFilter, after: int, limit: int, until: int | None = None
) -> Sequence[FeedEvent]:
    """The newest event of each aggregate, of those that are wanted, after a position and none behind ``until``.

    In the order of the feed. An aggregate that has changed since ``until`` is not among them: the feed has it after.
    """
    query = select(*EVENT_COLUMNS).join_from(_AGGREGATE, _EVENT, _AGGREGATE.c.position == _EVENT.c.position)
    query = query.where(_AGGREGATE.c.position > after, *conditions(wanted))
    if until is not None:
        query = query.where(_AGGREGATE.c.position <= until)
    return [event_of(row) for row in await tx.session.execute(query.order_by(_AGGREGATE.c.position).limit(limit))]


async def list_newest_of(tx: Tx, service: str, subjects: Sequence[str]) -> Sequence[FeedEvent]:
    """The newest event of each of these aggregates that has one, by subject."""
    query = select(*EVENT_COLUMNS).join_from(_AGGREGATE, _EVENT, _AGGREGATE.c.position == _EVENT.c.position)
    named = (_AGGREGATE.c.service == service) & _AGGREGATE.c.subject.in_(subjects)
    return [event_of(row) for row in await tx.session.execute(query.where(named).order_by(_AGGREGATE.c.subject))]
