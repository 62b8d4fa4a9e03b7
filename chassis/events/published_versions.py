"""The newest event of every aggregate that a service has published, as its relay remembers it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.events import outbox
from contracts.digests import RangeDigest, hash_of, range_digest, range_of

_NEWEST = text(
    """
    SELECT outbox.subject, outbox.version, outbox.event_id, outbox.type FROM outbox
    JOIN (SELECT subject, max(version) AS version FROM outbox GROUP BY subject) AS newest
        ON newest.subject = outbox.subject AND newest.version = outbox.version
    """
)
_PUBLISHED_AFTER = text(
    """
    SELECT outbox.subject, outbox.version, outbox.event_id, outbox.type
    FROM feed JOIN outbox ON outbox.id = feed.outbox_id
    WHERE feed.position > :position ORDER BY feed.position
    """
)
_NEWEST_ID = text("SELECT coalesce(max(id), 0) FROM outbox")
_OLDEST_WAITING = text("SELECT min(id) FROM unpublished")


@dataclass(frozen=True, slots=True)
class NewestVersion:
    """The newest event of an aggregate."""

    version: int
    event_id: str
    type: str


class PublishedVersions:
    """What a service has published up to ``position`` of its feed, once ``backlog`` is out.

    It is read whole once, what waits included; afterwards only what was published since is read. ``backlog`` is the
    last row of the outbox that was there then: once no row up to it waits, all that is remembered is published, and
    nothing that was published is missing, since that has a position behind the one of then.
    """

    def __init__(self, generation: int, position: int, backlog: int, newest: dict[str, NewestVersion]) -> None:
        self.generation = generation
        self.position = position
        self._backlog = backlog
        self._newest = newest

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(sorted({each.type for each in self._newest.values()}))

    async def advance(self, connection: AsyncConnection) -> int:
        """Take in what was published since. Returns how many events that is."""
        feed = await outbox.get_feed_state(connection)
        rows = (await connection.execute(_PUBLISHED_AFTER, {"position": self.position})).all()
        for subject, version, event_id, type_ in rows:  # older ones come again after a recovery
            if subject not in self._newest or version > self._newest[subject].version:
                self._newest[subject] = NewestVersion(version, event_id, type_)
        self.position = feed.last_position
        return len(rows)

    async def is_settled(self, connection: AsyncConnection) -> bool:
        """Whether nothing waits that was there when it was read whole."""
        oldest: int | None = await connection.scalar(_OLDEST_WAITING)
        return oldest is None or oldest > self._backlog

    def ranges(self) -> tuple[RangeDigest, ...]:
        return digest_ranges((subject, one.version, one.event_id) for subject, one in self._newest.items())


async def get_published_versions(connection: AsyncConnection) -> PublishedVersions:
    """All of it. The caller keeps relays of the service from publishing meanwhile, so the feed stands still."""
    rows = (await connection.execute(_NEWEST)).all()
    backlog: int = await connection.scalar(_NEWEST_ID) or 0  # after them, so that it is of none below
    feed = await outbox.get_feed_state(connection)
    newest = {row.subject: NewestVersion(row.version, row.event_id, row.type) for row in rows}
    return PublishedVersions(feed.generation, feed.last_position, backlog, newest)


Versions = Iterable[tuple[str, int, str]]
"""Subject, version and event id of the newest events of aggregates."""


def digest_ranges(newest: Versions) -> tuple[RangeDigest, ...]:
    """The digest of each range that has an aggregate."""
    found: dict[int, list[tuple[str, int, str]]] = {}
    for each in newest:
        found.setdefault(range_of(each[0]), []).append(each)
    return tuple(_digest(number, found[number]) for number in sorted(found))


def _digest(number: int, newest: Iterable[Any]) -> RangeDigest:
    each = list(newest)
    highest = max(version for _, version, _ in each)
    return range_digest(number, len({subject for subject, _, _ in each}), highest, sum(hash_of(*one) for one in each))
