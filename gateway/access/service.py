"""Use cases of keys. Each runs inside a unit of work that its caller opens."""

import secrets
from collections.abc import Sequence
from itertools import count
from typing import Final

from chassis.audit import record_change
from chassis.storage.transaction import Tx
from gateway.access import keys, repository
from gateway.access.errors import AdminKeyRevoked, KeyNameTaken, KeyUnknown
from gateway.access.keys import Caller, Key

FIRST: Final = "first"
ADMIN: Final = "admin"


async def create_key(tx: Tx, name: str) -> str:
    """Make a key and return it, the only time that it is seen.

    Raises:
        KeyNameInvalid: the name cannot travel in a header.
        KeyNameTaken: a key has that name, in use or revoked.
    """
    key = keys.make_key(secrets.token_bytes(keys.ENTROPY_BYTES))
    if not await _save(tx, keys.key_name(name), key, keys.shown_prefix(key)):
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
        await _set_admin_key(tx, keys.admin_key(admin_key))
        return None
    if await repository.has_keys(tx):
        return None
    key = keys.make_key(secrets.token_bytes(keys.ENTROPY_BYTES))
    return key if await _save(tx, FIRST, key, keys.shown_prefix(key)) else None


async def _set_admin_key(tx: Tx, secret: str) -> None:
    """Add the key, then revoke those set before: adding waits for who adds another, and then sees it."""
    if await _is_set(tx, secret):
        return
    for number in count(1):
        name = ADMIN if number == 1 else f"{ADMIN}-{number}"
        if await _save(tx, name, secret, keys.CHOSEN) or await _is_set(tx, secret):
            break
    await _save_revocation(tx, await _set_before(tx, keys.hash_key(secret)))


async def _set_before(tx: Tx, digest: str) -> list[str]:
    """Names of the keys to replace; not this one, which another gateway may have set since we looked."""
    return [key.name for key in await repository.list_keys(tx) if key.prefix == keys.CHOSEN and key.hash != digest]


async def _is_set(tx: Tx, secret: str) -> bool:
    """Whether this very key opens the door; another gateway that starts at the same time may have set it."""
    found = await repository.get_by_hash(tx, keys.hash_key(secret))
    if found is not None and found.revoked_at is not None:
        raise AdminKeyRevoked("SUITE_ADMIN_KEY is a key that was revoked or replaced; set another")
    return found is not None


async def _save(tx: Tx, name: str, key: str, prefix: str) -> bool:
    saved = await repository.save_key(tx, name=name, prefix=prefix, digest=keys.hash_key(key))
    if saved:
        after = {"name": name, "prefix": prefix, "state": "in use"}
        record_change(tx, subject=name, action="key.created", before=None, after=after)
    return saved


async def _save_revocation(tx: Tx, names: Sequence[str]) -> None:
    """Revoke those of these keys that are in use."""
    in_use = {key.name for key in await repository.list_keys(tx) if key.revoked_at is None}
    await repository.save_revocation(tx, names)
    for name in sorted(in_use.intersection(names)):
        record_change(tx, subject=name, action="key.revoked", before={"state": "in use"}, after={"state": "revoked"})


async def list_keys(tx: Tx) -> Sequence[Key]:
    """Every key, revoked ones too, oldest first."""
    return await repository.list_keys(tx)


async def revoke_key(tx: Tx, name: str) -> None:
    """Close the door to a key, within the seconds for which gateways remember it. Again is no error.

    Raises:
        KeyUnknown: no key has that name.
    """
    if await repository.lock_by_name(tx, name) is None:
        raise KeyUnknown(f"no key is named {name!r}")
    await _save_revocation(tx, [name])


async def authenticate(tx: Tx, digest: str) -> Caller | None:
    """Who has the key with this hash; None for an unknown or revoked one alike."""
    key = await repository.get_by_hash(tx, digest)
    if key is None or key.revoked_at is not None or not keys.same_hash(key.hash, digest):
        return None
    return Caller(key.id, key.name, key.last_used)


async def record_use(tx: Tx, caller: Caller) -> None:
    """Note that the key was used just now."""
    await repository.save_use(tx, caller.key_id)
