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
"""How long one alone may ask a provider for a session; longer than the provider is waited for."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that goes on, and whose it is. ``grant``: by a provider, else by a key."""

    caller: Caller
    grant: Grant | None
    last_visit: datetime | None


def hash_token(token: str) -> str:
    """What is stored of a token, which is as random as a key."""
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(tx: Tx, key: str, token: str, length: timedelta) -> bool:
    """Let ``token`` stand for ``key`` for ``length`` at most; False where that is no key in use."""
    key_hash = keys.hash_key(key)
    if await access.authenticate(tx, key_hash) is None:
        return False
    last = await repository.get_last_opening(tx, key_hash=key_hash)
    await _save(tx, token, StoredSession(key_hash, None, last), length)
    return True


async def open_granted_session(tx: Tx, grant: Grant, token: str, length: timedelta) -> bool:
    """Let ``token`` stand for whom a provider has named, for ``length`` at most.

    False where the subject is also the name of a key of somebody else.
    """
    if await access.get_caller_of_subject(tx, grant.subject, grant.scopes) is None:
        return False
    last = await repository.get_last_opening(tx, subject=grant.subject)
    await _save(tx, token, StoredSession(None, grant, last), length)
    return True


async def _save(tx: Tx, token: str, session: StoredSession, length: timedelta) -> None:
    await repository.delete_ended_before(tx, tx.now - REMEMBERED)
    await repository.save_session(tx, hash_token(token), session, tx.now + length)


async def get_session(tx: Tx, token: str) -> OpenSession | None:
    """A session and whose it is; None once it has ended, or its key is no longer in use."""
    found = await repository.get_session(tx, hash_token(token))
    caller = await _caller_of(tx, found) if found else None
    return OpenSession(caller, found.grant, found.last_visit) if found and caller else None


async def _caller_of(tx: Tx, session: StoredSession) -> Caller | None:
    if session.grant:
        return await access.get_caller_of_subject(tx, session.grant.subject, session.grant.scopes)
    good = await access.authenticate(tx, session.key_hash) if session.key_hash else None
    return good.caller if good else None


async def take_asking(tx: Tx, token: str) -> bool:
    """Be the one who asks the provider what is granted now; False while another is, or where nothing is due."""
    return await repository.save_asking(tx, hash_token(token), tx.now + ASKING)


async def renew_session(tx: Tx, token: str, grant: Grant) -> None:
    """Let a session that goes on have what the provider has granted just now."""
    await repository.save_grant(tx, hash_token(token), grant)


async def close_session(tx: Tx, token: str) -> str | None:
    """End it now, and return what was sealed for it. Again is no error."""
    return await repository.save_end(tx, hash_token(token))
