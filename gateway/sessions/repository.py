"""Every query about sessions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from chassis.storage.transaction import Tx
from gateway.sessions.grants import Grant
from gateway.sessions.models import PageSession


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session that has not ended: by a key, or by what a provider has granted.

    ``last_visit``: when the session before it was opened. ``asking_until``: until then the provider is being asked.
    """

    key_hash: str | None
    grant: Grant | None
    last_visit: datetime | None
    asking_until: datetime | None = None


async def get_session(tx: Tx, token_hash: str) -> StoredSession | None:
    """The session, unless it has ended by now."""
    row = await tx.session.scalar(select(PageSession).where(*_goes_on(tx, token_hash)))
    return None if row is None else StoredSession(row.key_hash, _grant(row), row.last_visit, row.asking_until)


def _goes_on(tx: Tx, token_hash: str) -> tuple[ColumnElement[bool], ...]:
    return PageSession.token_hash == token_hash, PageSession.ends_at > tx.now


def _grant(row: PageSession) -> Grant | None:
    if row.subject is None or row.good_until is None:
        return None
    scopes = frozenset((row.scopes or "").split())
    return Grant(row.subject, row.shown_name or row.subject, scopes, row.good_until, row.sealed or "")


async def get_last_opening(tx: Tx, *, key_hash: str | None = None, subject: str | None = None) -> datetime | None:
    """When somebody last signed in with the key, or by a provider as the subject."""
    theirs = PageSession.key_hash == key_hash if key_hash else PageSession.subject == subject
    return await tx.session.scalar(select(func.max(PageSession.opened_at)).where(theirs))


async def save_session(tx: Tx, token_hash: str, session: StoredSession, ends_at: datetime) -> None:
    row = PageSession(token_hash=token_hash, opened_at=tx.now, ends_at=ends_at)
    row.key_hash, row.last_visit = session.key_hash, session.last_visit
    if session.grant:
        row.subject = session.grant.subject
        for name, value in _granted(session.grant).items():
            setattr(row, name, value)
    tx.session.add(row)
    await tx.session.flush()


def _granted(grant: Grant) -> dict[str, object]:
    return {
        "shown_name": grant.name,
        "scopes": " ".join(sorted(grant.scopes)),
        "good_until": grant.good_until,
        "sealed": grant.sealed,
    }


async def save_asking(tx: Tx, token_hash: str, until: datetime) -> bool:
    """Have one alone ask the provider until a moment; False where another does, or did since ``tx.now``."""
    free = or_(PageSession.asking_until.is_(None), PageSession.asking_until <= tx.now)
    due = *_goes_on(tx, token_hash), PageSession.good_until <= tx.now, free
    taken = update(PageSession).where(*due).values(asking_until=until).returning(PageSession.id)
    return await tx.session.scalar(taken) is not None


async def save_grant(tx: Tx, token_hash: str, grant: Grant, asked: datetime) -> bool:
    """What the provider has granted to who asked until ``asked``; whoever else waits for it may ask next time.

    False where the session has ended, or another asks by now: nothing is changed.
    """
    values = _granted(grant) | {"asking_until": None}
    saved = update(PageSession).where(*_asked(tx, token_hash, asked)).values(**values).returning(PageSession.id)
    return await tx.session.scalar(saved) is not None


def _asked(tx: Tx, token_hash: str, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """That nobody has begun to ask after who asks until that moment: each asks until later than the one before."""
    return *_goes_on(tx, token_hash), PageSession.asking_until == until


async def save_end(tx: Tx, token_hash: str, asked: datetime | None = None) -> str | None:
    """End a session that goes on, and return and forget what was sealed; one that has ended keeps its moment.

    With ``asked`` only where nobody else has begun to ask since.
    """
    ended = _goes_on(tx, token_hash) if asked is None else _asked(tx, token_hash, asked)
    sealed = await tx.session.scalar(select(PageSession.sealed).where(*ended))
    await tx.session.execute(update(PageSession).where(*ended).values(ends_at=tx.now, sealed=None))
    return sealed


async def delete_ended_before(tx: Tx, moment: datetime) -> None:
    await tx.session.execute(delete(PageSession).where(PageSession.ends_at < moment))
