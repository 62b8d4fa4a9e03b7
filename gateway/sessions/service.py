"""Use cases of sessions. Each runs inside a unit of work that its caller opens."""

import hashlib
from datetime import timedelta
from typing import Final

from chassis.identity import Caller
from chassis.storage.transaction import Tx
from gateway.access import keys
from gateway.access import service as access
from gateway.sessions import repository
from gateway.sessions.repository import StoredSession

REMEMBERED: Final = timedelta(days=90)
"""How long it is remembered when somebody last signed in."""


def hash_token(token: str) -> str:
    """What is stored of a token, which is as random as a key."""
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(tx: Tx, key: str, token: str, length: timedelta) -> bool:
    """Let ``token`` stand for ``key`` for ``length`` at most; False where that is no key in use."""
    key_hash = keys.hash_key(key)
    if await access.authenticate(tx, key_hash) is None:
        return False
    last = await repository.get_last_opening(tx, key_hash)
    await repository.delete_ended_before(tx, tx.now - REMEMBERED)
    await repository.save_session(tx, hash_token(token), key_hash, ends_at=tx.now + length, last_visit=last)
    return True


async def get_session(tx: Tx, token: str) -> tuple[StoredSession, Caller] | None:
    """A session and whose it is; None once it has ended, or its key is no longer in use."""
    found = await repository.get_session(tx, hash_token(token))
    good = await access.authenticate(tx, found.key_hash) if found else None
    return (found, good.caller) if found and good else None


async def close_session(tx: Tx, token: str) -> None:
    """End it now. Again is no error."""
    await repository.save_end(tx, hash_token(token))
