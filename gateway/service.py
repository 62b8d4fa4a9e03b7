"""Use cases of keys. Each runs inside a unit of work that its caller opens."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from chassis.storage.transaction import Tx
from gateway import domain, repository
from gateway.errors import AdminKeyRevoked, KeyNameTaken, KeyUnknown

FIRST: Final = "first"
ADMIN: Final = "admin"
USE_NOTED_EVERY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds a key. ``last_used`` is known to the hour."""

    key_id: int
    name: str
    last_used: datetime | None


@dataclass(frozen=True, slots=True)
class KeyListed:
    """A key as it is shown: never the key, never its hash."""

    name: str
    prefix: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None
    last_used: datetime | None


async def create_key(tx: Tx, name: str) -> str:
    """Make a key and return it, the only time that it is seen.

    Raises:
        KeyNameInvalid: the name cannot travel in a header.
        KeyNameTaken: a key has that name, in use or revoked.
    """
    key = domain.make_key(secrets.token_bytes(domain.ENTROPY_BYTES))
    if not await _add(tx, domain.key_name(name), key, domain.shown_prefix(key)):
        raise KeyNameTaken(f"{name!r} names a key already; revoked names are not used again")
    return key


async def ensure_first_key(tx: Tx, admin_key: str | None) -> str | None:
    """See to it that somebody can come in; return a key that was made for that, once.

    With ``admin_key`` (``SUITE_ADMIN_KEY``) that secret is a key from now on and the one set before it is revoked;
    nothing is returned, since who set it knows it. Taking the setting away revokes nothing. Without it a key is
    made when none ever was: not when all are revoked, which somebody has wanted.

    Raises:
        AdminKeyWeak: shorter than 32 characters, or not fit for a header.
        AdminKeyRevoked: that secret was revoked or replaced; set another.
    """
    if admin_key is not None:
        await _set_admin_key(tx, domain.admin_key(admin_key))
        return None
    if await repository.any_key(tx):
        return None
    key = domain.make_key(secrets.token_bytes(domain.ENTROPY_BYTES))
    return key if await _add(tx, FIRST, key, domain.shown_prefix(key)) else None


async def _set_admin_key(tx: Tx, secret: str) -> None:
    """Add the key, then revoke those set before: adding waits for who adds another, and then sees it."""
    if await _is_set(tx, secret):
        return
    for number in count(1):
        name = ADMIN if number == 1 else f"{ADMIN}-{number}"
        if await _add(tx, name, secret, domain.CHOSEN) or await _is_set(tx, secret):
            break
    await repository.revoke(tx, await _set_before(tx, domain.hash_key(secret)))


async def _set_before(tx: Tx, digest: str) -> list[str]:
    """Names of the keys to replace; not this one, which another gateway may have set since we looked."""
    return [key.name for key in await repository.in_order(tx) if key.prefix == domain.CHOSEN and key.hash != digest]


async def _is_set(tx: Tx, secret: str) -> bool:
    """Whether this very key opens the door; another gateway that starts at the same time may have set it."""
    known = await repository.by_hash(tx, domain.hash_key(secret))
    if known is not None and known.revoked_at is not None:
        raise AdminKeyRevoked("SUITE_ADMIN_KEY is a key that was revoked or replaced; set another")
    return known is not None


async def _add(tx: Tx, name: str, key: str, prefix: str) -> bool:
    return await repository.add(tx, name=name, prefix=prefix, digest=domain.hash_key(key))


async def list_keys(tx: Tx) -> Sequence[KeyListed]:
    """Every key, revoked ones too, oldest first."""
    return [
        KeyListed(key.name, key.prefix, key.created_at, key.created_by, key.revoked_at, key.last_used)
        for key in await repository.in_order(tx)
    ]


async def revoke_key(tx: Tx, name: str) -> None:
    """Close the door to a key, within the seconds for which gateways remember it. Again is no error.

    Raises:
        KeyUnknown: no key has that name.
    """
    if await repository.by_name(tx, name) is None:
        raise KeyUnknown(f"no key is named {name!r}")
    await repository.revoke(tx, [name])


async def authenticate(tx: Tx, digest: str) -> Caller | None:
    """Who holds the key with this hash; None for an unknown or revoked one alike."""
    key = await repository.by_hash(tx, digest)
    if key is None or key.revoked_at is not None or not domain.same_hash(key.hash, digest):
        return None
    return Caller(key.id, key.name, key.last_used)


def use_is_news(caller: Caller, now: datetime) -> bool:
    """Whether the time of last use is old enough to be written again."""
    return caller.last_used is None or now - caller.last_used >= USE_NOTED_EVERY


async def note_use(tx: Tx, caller: Caller) -> None:
    await repository.touch(tx, caller.key_id)
