"""Keeping house: what is older than its table's setting is deleted, a bounded number of rows a transaction.

On PostgreSQL one instance at a time deletes, by a lock in the database; the others find nothing to do.
"""

import zlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType

from sqlalchemy import text

from chassis.events import retention
from chassis.jobs.queue import delete_finished
from chassis.service import Retention
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from chassis.web.idempotency import delete_answers

MOST = 1000
"""Rows one transaction deletes: so few that nobody waits for it noticeably."""
MOST_LISTED = 50 * MOST
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:key)")

Delete = Callable[[Tx], Awaitable[int]]


async def delete_outdated(
    database: Database, service: str, settings: ServiceSettings, own: Mapping[str, Retention] = MappingProxyType({})
) -> Mapping[str, int]:
    """Delete what is older than the settings say, and what the service says itself. Returns how many rows, by name."""
    now = database.clock()
    events = now - timedelta(days=settings.keep_events_days)
    applied = now - timedelta(days=settings.keep_inbox_days)
    jobs = now - timedelta(days=settings.keep_jobs_days)
    answers = now - timedelta(days=settings.keep_answers_days)
    rows = partial(_delete_all, database, service)
    deleted = {
        "events": await rows(lambda tx: retention.delete_published(tx, events, MOST)),
        "inbox": await _delete_superseded(database, service, applied),
        "jobs": await rows(lambda tx: delete_finished(tx, jobs, MOST)),
        "answers": await rows(lambda tx: delete_answers(tx, answers, MOST)),
    }
    for name, delete in own.items():
        deleted[name] = await rows(partial(_delete_some, delete))
    return deleted


async def _delete_some(delete: Retention, tx: Tx) -> int:
    return await delete(tx, MOST)


async def _delete_all(database: Database, service: str, some: Delete) -> int:
    """Delete some, a transaction each, until there are none."""
    deleted = 0
    while count := await _delete_locked(database, service, some):
        deleted += count
    return deleted


async def _delete_superseded(database: Database, service: str, applied: datetime) -> int:
    """Rows of the inbox have no order to go by: they are listed in one pass, then deleted as the others are."""
    deleted = 0
    while events := await database.read(lambda tx: retention.list_superseded(tx, applied, MOST_LISTED)):
        before = deleted
        for first in range(0, len(events), MOST):
            some = partial(retention.delete_applied, events=events[first : first + MOST])
            deleted += await _delete_locked(database, service, some)
        if deleted == before:  # another instance is at it
            break
    return deleted


async def _delete_locked(database: Database, service: str, some: Delete) -> int:
    async def work(tx: Tx) -> int:
        return await some(tx) if await _try_lock(tx, service) else 0

    return await database.write(work)


async def _try_lock(tx: Tx, service: str) -> bool:
    """Be the only instance that deletes until the transaction ends; SQLite has one writer."""
    if tx.dialect != "postgresql":
        return True
    connection = await tx.session.connection()
    return bool(await connection.scalar(_TRY_LOCK, {"key": zlib.crc32(f"retention/{service}".encode())}))
