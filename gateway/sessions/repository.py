"""Every query about sessions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from chassis.storage.transaction import Tx
from gateway.sessions.models import PageSession


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session that has not ended. ``last_visit``: when the session before it was opened."""

    key_hash: str
    last_visit: datetime | None


async def get_session(tx: Tx, token_hash: str) -> StoredSession | None:
    """The session, unless it has ended by now."""
    wanted = PageSession.token_hash == token_hash, PageSession.ends_at > tx.now
    row = await tx.session.scalar(select(PageSession).where(*wanted))
    return None if row is None else StoredSession(row.key_hash, row.last_visit)


async def get_last_opening(tx: Tx, key_hash: str) -> datetime | None:
    """When somebody last signed in with the key."""
    opened = select(func.max(PageSession.opened_at)).where(PageSession.key_hash == key_hash)
    return await tx.session.scalar(opened)


async def save_session(
    tx: Tx, token_hash: str, key_hash: str, *, ends_at: datetime, last_visit: datetime | None
) -> None:
    row = PageSession(
        token_hash=token_hash, key_hash=key_hash, opened_at=tx.now, ends_at=ends_at, last_visit=last_visit
    )
    tx.session.add(row)
    await tx.session.flush()


async def save_end(tx: Tx, token_hash: str) -> None:
    """End a session that goes on; one that has ended keeps its moment."""
    goes_on = PageSession.token_hash == token_hash, PageSession.ends_at > tx.now
    await tx.session.execute(update(PageSession).where(*goes_on).values(ends_at=tx.now))


async def delete_ended_before(tx: Tx, moment: datetime) -> None:
    await tx.session.execute(delete(PageSession).where(PageSession.ends_at < moment))
