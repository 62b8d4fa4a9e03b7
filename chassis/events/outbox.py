"""The outbox: events written with the rows they tell of, and the place of each in the service's feed.

An event is written once and never touched again, being large. That it waits is one small row beside it, inserted with
it and deleted when it is published; its place in the feed is another.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import BigInteger, LargeBinary, Row, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import telemetry
from chassis.events.envelope import NewEvent, encode
from chassis.storage.transaction import Tx
from chassis.storage.types import UtcDateTime

Event = dict[str, Any]


def emit(tx: Tx, new: NewEvent) -> str:
    """Put an event into the outbox of this transaction, after those emitted before. Returns its id."""
    event_id, trace = str(uuid4()), telemetry.traceparent()
    row = {
        "event_id": event_id,
        "type": new.type,
        "subject": new.subject,
        "version": new.version,
        "body": encode(new, event_id=event_id, time=tx.now, traceparent=trace),
        "traceparent": trace,
        "created_at": tx.now,
    }
    tx.stage(write, row)
    return event_id


def _typed(sql: str, **types: Any) -> TextClause:
    return text(sql).bindparams(*(bindparam(name, type_=type_) for name, type_ in types.items()))


_WRITE = _typed(
    """
    WITH written AS (
        INSERT INTO outbox (event_id, type, subject, version, body, traceparent, created_at)
        SELECT unnest(:event_id), unnest(:type), unnest(:subject), unnest(:version), unnest(:body),
            unnest(:traceparent), :created_at
        RETURNING id
    )
    INSERT INTO unpublished (id) SELECT id FROM written
    """,
    **dict.fromkeys(("event_id", "type", "subject", "traceparent"), ARRAY(Text)),
    version=ARRAY(BigInteger),
    body=ARRAY(LargeBinary),
    created_at=UtcDateTime,
)
_WRITE_ONE = _typed(
    """
    INSERT INTO outbox (event_id, type, subject, version, body, traceparent, created_at)
    VALUES (:event_id, :type, :subject, :version, :body, :traceparent, :created_at)
    """,
    body=LargeBinary,
    created_at=UtcDateTime,
)
_WAIT = text("INSERT INTO unpublished (id) SELECT id FROM outbox ORDER BY id DESC LIMIT :newest")


async def write(tx: Tx, events: Sequence[Event]) -> None:
    """Write events of one moment, in their order, as waiting to be published."""
    connection = await tx.session.connection()
    if tx.dialect == "postgresql":
        names = [name for name in events[0] if name != "created_at"]
        columns = {name: [event[name] for event in events] for name in names}
        await connection.execute(_WRITE, columns | {"created_at": tx.now})
        return
    await connection.execute(_WRITE_ONE, list(events))
    await connection.execute(_WAIT, {"newest": len(events)})  # ours: there is one writer


_TAKE = {  # on PostgreSQL by an array, which it always looks up by the key, however large the outbox has grown
    "postgresql": text(
        """
        SELECT id, event_id, type, subject, version, body, traceparent FROM outbox
        WHERE id = ANY (ARRAY(SELECT id FROM unpublished ORDER BY id LIMIT :most)) ORDER BY id
        """
    ),
    "sqlite": text(
        """
        SELECT id, event_id, type, subject, version, body, traceparent FROM outbox
        WHERE id IN (SELECT id FROM unpublished ORDER BY id LIMIT :most) ORDER BY id
        """
    ),
}
_PLACE = _typed(
    """
    WITH gone AS (DELETE FROM unpublished WHERE id = ANY (:ids) RETURNING id)
    INSERT INTO feed (position, outbox_id, published_at)
    SELECT (SELECT coalesce(max(position), 0) FROM feed) + row_number() OVER (ORDER BY id), id, :now FROM gone
    """,
    ids=ARRAY(BigInteger),
    now=UtcDateTime,
)
_PLACE_SQLITE = _typed(
    """
    INSERT INTO feed (position, outbox_id, published_at)
    SELECT (SELECT coalesce(max(position), 0) FROM feed) + row_number() OVER (ORDER BY id), id, :now
    FROM unpublished WHERE id IN (SELECT value FROM json_each(:ids))
    """,
    now=UtcDateTime,
)
_GONE_SQLITE = text("DELETE FROM unpublished WHERE id IN (SELECT value FROM json_each(:ids))")


async def oldest_unpublished(connection: AsyncConnection, most: int) -> Sequence[Row[Any]]:
    """Events that wait, in order: *those that wait*, since what commits late has an id below some published before."""
    return (await connection.execute(_TAKE[connection.dialect.name], {"most": most})).all()


async def place(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    """Give events that wait their places in the feed, which has no gaps: only one may do so at a time."""
    if connection.dialect.name == "postgresql":
        await connection.execute(_PLACE, {"ids": ids, "now": now})
        return
    given = json.dumps(ids)
    await connection.execute(_PLACE_SQLITE, {"ids": given, "now": now})
    await connection.execute(_GONE_SQLITE, {"ids": given})


_WAITING = text(
    """
    SELECT count(*) AS waiting,
        (SELECT created_at FROM outbox WHERE id = (SELECT min(id) FROM unpublished)) AS since
    FROM unpublished
    """
).columns(since=UtcDateTime)


async def waiting(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many events wait to be published, and since when the oldest does."""
    found = (await connection.execute(_WAITING)).one()
    return found.waiting, found.since
