"""Deleting what nobody needs any more of outbox, feed and inbox, some at a time.

What a comparison of stores or a recovery reads stays, however old: the feed's last position, the newest event of every
aggregate in the outbox, and in the inbox the newest of every aggregate and of every partition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, bindparam, delete, text

from chassis.storage.transaction import Tx
from chassis.storage.types import UtcDateTime


def _before(sql: str) -> TextClause:
    return text(sql).bindparams(bindparam("before", type_=UtcDateTime))


_OLDEST = _before(
    """
    SELECT max(position) AS position, max(outbox_id) AS outbox_id, count(*) AS count FROM feed
    WHERE published_at < :before
        AND position < (SELECT min(position) FROM feed) + :most
        AND position < (SELECT max(position) FROM feed)
    """
)
_DELETE_EVENTS = text(
    """
    DELETE FROM outbox
    WHERE subject IN (
            SELECT published.subject FROM feed JOIN outbox AS published ON published.id = feed.outbox_id
            WHERE feed.position <= :position
        )
        AND id <= :outbox_id
        AND NOT EXISTS (SELECT 1 FROM unpublished WHERE unpublished.id = outbox.id)
        AND EXISTS (
            SELECT 1 FROM outbox AS newer
            WHERE newer.subject = outbox.subject AND newer.type = outbox.type AND newer.version > outbox.version
        )
    """
)
_DELETE_POSITIONS = text("DELETE FROM feed WHERE position <= :position")


async def delete_published(tx: Tx, before: datetime, most: int) -> int:
    """Delete events published before a moment, and their positions. Returns how many positions.

    The newest event of an aggregate and type stays, without a position, until a newer one is as old.
    """
    connection = await tx.session.connection()
    oldest = (await connection.execute(_OLDEST, {"before": before, "most": most})).one()
    count: int = oldest[2]
    if count:
        to = {"position": oldest.position, "outbox_id": oldest.outbox_id}
        await connection.execute(_DELETE_EVENTS, to)
        await connection.execute(_DELETE_POSITIONS, {"position": oldest.position})
    return count


@dataclass(frozen=True, slots=True)
class AppliedEvent:
    """The key of a row of the inbox."""

    consumer: str
    source: str
    event_id: str


_SUPERSEDED = _before(
    """
    SELECT consumer, source, event_id FROM (
        SELECT consumer, source, event_id, applied_at,
            lag(applied_at) OVER (
                PARTITION BY consumer, source, subject ORDER BY generation DESC, version DESC
            ) AS superseded_at,
            row_number() OVER (PARTITION BY consumer, source, "partition" ORDER BY "offset" DESC) AS later
        FROM inbox
    ) AS applied
    WHERE superseded_at < :before AND applied_at < :before AND later > 1
    LIMIT :most
    """
)


async def list_superseded(tx: Tx, before: datetime, most: int) -> Sequence[AppliedEvent]:
    """Events that were superseded before a moment, their aggregate's next having been applied, but no partition's last.

    What was superseded since stays: a digest of a moment ago may name it.
    """
    rows = await tx.session.execute(_SUPERSEDED, {"before": before, "most": most})
    return [AppliedEvent(consumer, source, event_id) for consumer, source, event_id in rows]


async def delete_applied(tx: Tx, events: Sequence[AppliedEvent]) -> int:
    """Delete rows of the inbox. Returns how many were there."""
    inbox, deleted = tx.table("inbox"), 0
    for consumer, source in sorted({(each.consumer, each.source) for each in events}):
        ids = [each.event_id for each in events if (each.consumer, each.source) == (consumer, source)]
        mine = (inbox.c.consumer == consumer) & (inbox.c.source == source) & inbox.c.event_id.in_(ids)
        deleted += (await (await tx.session.connection()).execute(delete(inbox).where(mine))).rowcount
    return deleted
