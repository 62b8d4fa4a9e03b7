"""The outbox: events written with the rows they tell of, and the position of each in the service's feed.

An event is written once and never touched again, being large. That it waits is one small row beside it, inserted with
it and deleted when it is published; its position in the feed is another.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import BigInteger, LargeBinary, Row, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import telemetry
from chassis.events.envelope import NewEvent, encode
from chassis.storage.transaction import StagedWrite, Tx
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
    tx.stage(SAVE_EVENTS, row)
    return event_id


def _typed(sql: str, **types: Any) -> TextClause:
    return text(sql).bindparams(*(bindparam(name, type_=type_) for name, type_ in types.items()))


_COLUMNS = ("event_id", "type", "subject", "version", "body", "traceparent")
_SAVE = """
    written AS (
        INSERT INTO outbox (event_id, type, subject, version, body, traceparent, created_at)
        SELECT unnest(:outbox_event_id), unnest(:outbox_type), unnest(:outbox_subject), unnest(:outbox_version),
            unnest(:outbox_body), unnest(:outbox_traceparent), :outbox_created_at
        RETURNING id
    ),
    waiting AS (INSERT INTO unpublished (id) SELECT id FROM written)
"""
_SAVE_ONE = _typed(
    """
    INSERT INTO outbox (event_id, type, subject, version, body, traceparent, created_at)
    VALUES (:event_id, :type, :subject, :version, :body, :traceparent, :created_at)
    """,
    body=LargeBinary,
    created_at=UtcDateTime,
)
_AS_UNPUBLISHED = text("INSERT INTO unpublished (id) SELECT id FROM outbox ORDER BY id DESC LIMIT :newest")


def _values(tx: Tx, events: Sequence[Event]) -> dict[str, Any]:
    columns = {f"outbox_{name}": [event[name] for event in events] for name in _COLUMNS}
    return columns | {"outbox_created_at": tx.now}


async def _save_on_sqlite(tx: Tx, events: Sequence[Event]) -> None:
    connection = await tx.session.connection()
    await connection.execute(_SAVE_ONE, list(events))
    await connection.execute(_AS_UNPUBLISHED, {"newest": len(events)})  # ours: there is one writer


SAVE_EVENTS = StagedWrite(
    postgresql=_SAVE,
    parameters=_values,
    sqlite=_save_on_sqlite,
    types={
        **{f"outbox_{name}": ARRAY(Text) for name in ("event_id", "type", "subject", "traceparent")},
        "outbox_version": ARRAY(BigInteger),
        "outbox_body": ARRAY(LargeBinary),
        "outbox_created_at": UtcDateTime,
    },
)
"""Writes events of one moment, in their order, as waiting to be published."""

GENERATION, GENERATION_SINCE, RECOVERING = "generation", "generation_since", "recovering"
"""Settings: which generation a database is (without it, the first), the feed's last position before that began, and
whether its present state is still to be emitted in it."""

_OLDEST = {  # on PostgreSQL by an array, which it always looks up by the key, however large the outbox has grown
    "postgresql": text(
        """
        SELECT id, event_id, type, subject, version, body, traceparent,
            coalesce((SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'generation'), 1) AS generation,
            coalesce((SELECT max(position) FROM feed), 0) AS last_position
        FROM outbox
        WHERE id = ANY (ARRAY(SELECT id FROM unpublished ORDER BY id LIMIT :most)) ORDER BY id
        """
    ),
    "sqlite": text(
        """
        SELECT id, event_id, type, subject, version, body, traceparent,
            coalesce((SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'generation'), 1) AS generation,
            coalesce((SELECT max(position) FROM feed), 0) AS last_position
        FROM outbox
        WHERE id IN (SELECT id FROM unpublished ORDER BY id LIMIT :most) ORDER BY id
        """
    ),
}
_TO_FEED = _typed(
    """
    WITH published AS (DELETE FROM unpublished WHERE id = ANY (:ids) RETURNING id)
    INSERT INTO feed (position, outbox_id, published_at)
    SELECT (SELECT coalesce(max(position), 0) FROM feed) + row_number() OVER (ORDER BY id), id, :now FROM published
    """,
    ids=ARRAY(BigInteger),
    now=UtcDateTime,
)
_TO_FEED_SQLITE = _typed(
    """
    INSERT INTO feed (position, outbox_id, published_at)
    SELECT (SELECT coalesce(max(position), 0) FROM feed) + row_number() OVER (ORDER BY id), id, :now
    FROM unpublished WHERE id IN (SELECT value FROM json_each(:ids))
    """,
    now=UtcDateTime,
)
_PUBLISHED_SQLITE = text("DELETE FROM unpublished WHERE id IN (SELECT value FROM json_each(:ids))")


async def list_unpublished(connection: AsyncConnection, most: int) -> Sequence[Row[Any]]:
    """The oldest that wait, in order, each with the database's generation and the feed's last position.

    *Those that wait*: what commits late has an id below some published before.
    """
    return (await connection.execute(_OLDEST[connection.dialect.name], {"most": most})).all()


async def save_published(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    """Move events that wait into the feed, whose positions have no gaps: only one may do so at a time."""
    if connection.dialect.name == "postgresql":
        await connection.execute(_TO_FEED, {"ids": ids, "now": now})
        return
    given = json.dumps(ids)
    await connection.execute(_TO_FEED_SQLITE, {"ids": given, "now": now})
    await connection.execute(_PUBLISHED_SQLITE, {"ids": given})


@dataclass(frozen=True, slots=True)
class FeedState:
    """A database's generation, the feed's last position before that began, and its first and last position now."""

    generation: int
    since: int
    first_position: int
    last_position: int
    is_recovering: bool


_FEED_STATE = text(
    """
    SELECT coalesce((SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'generation'), 1) AS generation,
        coalesce((SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'generation_since'), 0) AS since,
        coalesce((SELECT min(position) FROM feed), 1) AS first_position,
        coalesce((SELECT max(position) FROM feed), 0) AS last_position,
        EXISTS (SELECT 1 FROM setting WHERE name = 'recovering') AS is_recovering
    """
)


async def get_feed_state(connection: AsyncConnection) -> FeedState:
    state = (await connection.execute(_FEED_STATE)).one()
    return FeedState(
        state.generation, state.since, state.first_position, state.last_position, bool(state.is_recovering)
    )


async def list_stored_ids(connection: AsyncConnection, event_ids: Sequence[str]) -> set[str]:
    """Those of ``event_ids`` that are in the outbox, published or not."""
    known = _STORED_IDS[connection.dialect.name]
    return set((await connection.scalars(known, {"event_ids": json.dumps(list(event_ids))})).all())


_STORED_IDS = {  # few are asked for, and rarely; that no index helps is no matter
    "postgresql": text(
        "SELECT event_id FROM outbox WHERE event_id IN (SELECT json_array_elements_text(CAST(:event_ids AS json)))"
    ),
    "sqlite": text("SELECT event_id FROM outbox WHERE event_id IN (SELECT value FROM json_each(:event_ids))"),
}

_WAITING = text(
    """
    SELECT count(*) AS waiting,
        (SELECT created_at FROM outbox WHERE id = (SELECT min(id) FROM unpublished)) AS since
    FROM unpublished
    """
).columns(since=UtcDateTime)


async def count_unpublished(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many events wait to be published, and since when the oldest does."""
    found = (await connection.execute(_WAITING)).one()
    return found.waiting, found.since


# ---- recovery


def publishing_lock(service: str) -> int:
    """The key of the lock on PostgreSQL that a relay has while it publishes; SQLite has one writer."""
    return zlib.crc32(f"relay/{service}".encode())


async def lock_publishing(tx: Tx, service: str) -> None:
    """Keep relays of the service from publishing until this transaction ends."""
    if tx.dialect == "postgresql":
        await tx.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": publishing_lock(service)})


async def save_as_unpublished(tx: Tx, *, after: int) -> int:
    """Have events that the feed has after a position, and that are kept, wait once more. Returns how many."""
    again = text(
        "INSERT INTO unpublished (id) SELECT id FROM outbox "
        "WHERE id IN (SELECT outbox_id FROM feed WHERE position > :after) AND id NOT IN (SELECT id FROM unpublished)"
    )
    return (await (await tx.session.connection()).execute(again, {"after": after})).rowcount


async def delete_recovering(tx: Tx, generation: int) -> None:
    """Say that the state is emitted in this generation; in a later one, which another recovery began, it is not."""
    ended = text("DELETE FROM setting WHERE name = :name AND value = :value")
    await tx.session.execute(ended, {"name": RECOVERING, "value": str(generation)})


@dataclass(frozen=True, slots=True)
class NewestEvent:
    """The newest event of an aggregate, by its id and version."""

    event_id: str
    version: int


_NEWEST = text(
    """
    SELECT outbox.subject, outbox.event_id, outbox.version FROM outbox
    JOIN (
        SELECT subject, max(version) AS version FROM outbox WHERE type IN :types AND subject > :after
        GROUP BY subject ORDER BY subject LIMIT :most
    ) AS newest ON newest.subject = outbox.subject AND newest.version = outbox.version
    ORDER BY outbox.subject
    """
).bindparams(bindparam("types", expanding=True))


async def list_newest(tx: Tx, types: Sequence[str], after: str, most: int) -> dict[str, NewestEvent]:
    """The newest event of these types of each of the aggregates that follow a subject."""
    rows = await tx.session.execute(_NEWEST, {"types": list(types), "after": after, "most": most})
    return {subject: NewestEvent(event_id, version) for subject, event_id, version in rows}


_NEWEST_BODIES = text(
    """
    SELECT outbox.id, outbox.event_id, outbox.type, outbox.subject, outbox.version, outbox.body, outbox.traceparent,
        coalesce((SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'generation'), 1) AS generation,
        0 AS last_position
    FROM outbox
    JOIN (
        SELECT subject, max(version) AS version FROM outbox WHERE type IN :types AND subject > :after
        GROUP BY subject ORDER BY subject LIMIT :most
    ) AS newest ON newest.subject = outbox.subject AND newest.version = outbox.version
    ORDER BY outbox.subject
    """
).bindparams(bindparam("types", expanding=True))


async def list_newest_bodies(tx: Tx, types: Sequence[str], after: str, most: int) -> Sequence[Row[Any]]:
    """As :func:`list_newest`, as whole rows like those of :func:`list_unpublished`."""
    return (await tx.session.execute(_NEWEST_BODIES, {"types": list(types), "after": after, "most": most})).all()
