"""Use cases of sessions. Each runs inside a unit of work that its caller opens."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chassis.identity import Caller
from chassis.storage.transaction import Tx
from gateway.access import keys
from gateway.access import service as access
from gateway.sessions import repository
from gateway.sessions.grants import Grant
from gateway.sessions.repository import StoredSession

REMEMBERED: Final = timedelta(days=90)
"""How long it is remembered when somebody last signed in."""
ASKING: Final = timedelta(seconds=15)
"""How long one alone may ask a provider for a session."""
LONGEST_ANSWER: Final = timedelta(seconds=10)
"""How long a provider may take to answer all that it is asked then: what it grants is saved while nobody else asks."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that goes on, and whose it is.

    ``grant``: by a provider, else by a key. ``asking_until``: until then somebody is asking the provider.
    """

    caller: Caller
    grant: Grant | None
    last_visit: datetime | None
    asking_until: datetime | None = None


def hash_token(token: str) -> str:
    """What is stored of a token, which is as random as a key."""
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(tx: Tx, key: str, token: str, length: timedelta, before: str | None = None) -> bool:
    """Let ``token`` stand for ``key`` for ``length`` at most, and end the session ``before`` it.

    False where that is no key in use: nothing is changed.
    """
    key_hash = keys.hash_key(key)
    if await access.authenticate(tx, key_hash) is None:
        return False
    last = await repository.get_last_opening(tx, key_hash=key_hash)
    await _save(tx, token, StoredSession(key_hash, None, last), length, before)
    return True


async def open_granted_session(tx: Tx, grant: Grant, token: str, length: timedelta, before: str | None = None) -> bool:
    """Let ``token`` stand for whom a provider has named, for ``length`` at most, and end the session ``before`` it.

    False where the subject is also the name of a key of somebody else: nothing is changed.
    """
    if await access.get_caller_of_subject(tx, grant.subject, grant.scopes) is None:
        return False
    last = await repository.get_last_opening(tx, subject=grant.subject)
    await _save(tx, token, StoredSession(None, grant, last), length, before)
    return True


async def _save(tx: Tx, token: str, session: StoredSession, length: timedelta, before: str | None) -> None:
    await repository.delete_ended_before(tx, tx.now - REMEMBERED)
    if before:
        await repository.save_end(tx, hash_token(before))
    await repository.save_session(tx, hash_token(token), session, tx.now + length)


async def get_session(tx: Tx, token: str) -> OpenSession | None:
    """A session and whose it is; None once it has ended, or its key is no longer in use."""
    found = await repository.get_session(tx, hash_token(token))
    caller = await _caller_of(tx, found) if found else None
    if found is None or caller is None:
        return None
    return OpenSession(caller, found.grant, found.last_visit, found.asking_until)


async def _caller_of(tx: Tx, session: StoredSession) -> Caller | None:
    if session.grant:
        return await access.get_caller_of_subject(tx, session.grant.subject, session.grant.scopes)
    good = await access.authenticate(tx, session.key_hash) if session.key_hash else None
    return good.caller if good else None


async def take_asking(tx: Tx, token: str) -> datetime | None:
    """Be the one who asks the provider, until a moment; None where another is, or nothing is due."""
    until = tx.now + ASKING
    return until if await repository.save_asking(tx, hash_token(token), until) else None


async def renew_session(tx: Tx, token: str, grant: Grant, asked: datetime) -> bool:
    """Let a session that goes on have what the provider has granted to who asked until ``asked``.

    False where it has ended, or another asks by now, and has what is newer.
    """
    return await repository.save_grant(tx, hash_token(token), grant, asked)


async def end_refused(tx: Tx, token: str, asked: datetime) -> None:
    """End a session that the provider has refused to who asked until ``asked``, unless another asks by now."""
    await repository.save_end(tx, hash_token(token), asked)


async def close_session(tx: Tx, token: str) -> str | None:
    """End it now, and return what was sealed for it. Again is no error."""
    return await repository.save_end(tx, hash_token(token))
