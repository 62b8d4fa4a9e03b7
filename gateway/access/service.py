"""Use cases of keys. Each runs inside a unit of work that its caller opens."""

import secrets
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Final

from chassis.audit import record_change, record_unchanged
from chassis.clock import london_date
from chassis.identity import Caller
from chassis.jobs.job import NewJob
from chassis.jobs.queue import save_job
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.scopes import ADMIN as SCOPE
from gateway.access import keys, people_repository, repository
from gateway.access.errors import (
    AdminKeyRevoked,
    KeyInvalid,
    KeyNameTaken,
    KeyNotInUse,
    KeySetElsewhere,
    KeyUnknown,
)
from gateway.access.keys import GoodKey, Key, NewKey, Previous
from gateway.access.levels import Block

_ATTEMPTS: Final = 50
"""Some hours of a service that does not answer."""
FIRST: Final = "first"
ADMIN: Final = "admin"


async def create_key(tx: Tx, wanted: NewKey) -> str:
    """Make a key and return it, the only time that it is seen.

    Raises:
        KeyNameInvalid: the name cannot travel in a header.
        KeyInvalid: a scope or area is none, or its last day is past.
        KeyNameTaken: a key has that name, in use or revoked, or somebody's tokens have it as their subject.
    """
    if faults := list(keys.key_faults(wanted, london_date(tx.now))):
        raise KeyInvalid(errors=faults)
    if await people_repository.get_person_of(tx, people_repository.SUBJECT, wanted.name):
        raise KeyNameTaken(f"{wanted.name!r} is the subject of somebody's tokens")
    key = _new_secret()
    if not await _save(tx, replace(wanted, name=keys.key_name(wanted.name)), key, keys.shown_prefix(key)):
        raise KeyNameTaken(f"{wanted.name!r} names a key already; revoked names are not used again")
    return key


def _new_secret() -> str:
    return keys.make_key(secrets.token_bytes(keys.ENTROPY_BYTES))


async def rotate_key(tx: Tx, name: str, overlap: timedelta = keys.OVERLAP) -> str:
    """Give a key another secret and return it, the only time that it is seen. The one before works on for a while.

    What was before that one works no more.

    Raises:
        KeyUnknown: no key has that name.
        KeyNotInUse: it is revoked or has run out.
        KeySetElsewhere: it is the one of ``SUITE_ADMIN_KEY``.
    """
    before = await _lock(tx, name)
    if before.revoked_at is not None or (before.expires_at is not None and before.expires_at <= tx.now):
        raise KeyNotInUse(f"{name!r} opens nothing any more; make another")
    if before.prefix == keys.CHOSEN:
        raise KeySetElsewhere(f"{name!r} is what SUITE_ADMIN_KEY says")
    secret, until = _new_secret(), tx.now + overlap
    previous = Previous(before.prefix, before.hash, until) if overlap else None
    after = replace(before, prefix=keys.shown_prefix(secret), hash=keys.hash_key(secret), previous=previous)
    await repository.save_rotation(tx, after)
    states = {"prefix": before.prefix}, {"prefix": after.prefix, "previous_until": until.isoformat()}
    record_change(tx, subject=name, action="key.rotated", before=states[0], after=states[1])
    return secret


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
    key = _new_secret()
    return key if await _save(tx, _administrator(FIRST), key, keys.shown_prefix(key)) else None


def _administrator(name: str) -> NewKey:
    return NewKey(name, frozenset({SCOPE}))


async def _set_admin_key(tx: Tx, secret: str) -> None:
    """Add the key, then revoke those set before: adding waits for who adds another, and then sees it."""
    if await _is_set(tx, secret):
        return
    for number in count(1):
        name = ADMIN if number == 1 else f"{ADMIN}-{number}"
        if await _save(tx, _administrator(name), secret, keys.CHOSEN) or await _is_set(tx, secret):
            break
    await _save_revocation(tx, await _set_before(tx, keys.hash_key(secret)))


async def _set_before(tx: Tx, digest: str) -> list[str]:
    """Names of the keys to replace; not this one, which another gateway may have set since we looked.

    A third may have replaced it by one that is seen here: then that stays, since one look shows both.
    """
    found = await repository.list_keys(tx)
    for key in found:
        if key.hash == digest:
            _require_in_use(key)
    return [key.name for key in found if key.prefix == keys.CHOSEN and key.hash != digest]


async def _is_set(tx: Tx, secret: str) -> bool:
    """Whether this very key opens the door; another gateway that starts at the same time may have set it."""
    found = await repository.get_by_hash(tx, keys.hash_key(secret))
    if found is not None:
        _require_in_use(found)
    return found is not None


def _require_in_use(key: Key) -> None:
    if key.revoked_at is not None:
        raise AdminKeyRevoked("SUITE_ADMIN_KEY is a key that was revoked or replaced; set another")


async def _save(tx: Tx, wanted: NewKey, key: str, prefix: str) -> bool:
    saved = await repository.save_key(tx, wanted, prefix=prefix, digest=keys.hash_key(key))
    if saved:
        after = {"name": wanted.name, "prefix": prefix, "state": "in use", "scopes": sorted(wanted.scopes)}
        limits = {"areas": sorted(wanted.areas), "directorates": sorted(wanted.directorates)}
        after |= {name: limit for name, limit in limits.items() if limit}
        record_change(tx, subject=wanted.name, action="key.created", before=None, after=after)
    return saved


async def _save_revocation(tx: Tx, names: Sequence[str]) -> None:
    """Revoke those of these keys that are in use."""
    in_use = {key.name for key in await repository.list_keys(tx) if key.revoked_at is None}
    await repository.save_revocation(tx, names)
    if not in_use.intersection(names):
        record_unchanged(tx)
    for name in sorted(in_use.intersection(names)):
        record_change(tx, subject=name, action="key.revoked", before={"state": "in use"}, after={"state": "revoked"})
        await save_job(tx, NewJob(keys.REVOCATION, {"key": name}, max_attempts=_ATTEMPTS))


async def list_keys(tx: Tx) -> Sequence[Key]:
    """Every key, revoked ones too, oldest first."""
    return await repository.list_keys(tx)


async def list_page_of_keys(tx: Tx, request: PageRequest) -> Page[Key]:
    """Keys by name, revoked ones too."""
    return page_of(await repository.list_by_name(tx, request), request, key=lambda one: one.name)


async def get_key(tx: Tx, name: str) -> Key:
    """A key as it is kept.

    Raises:
        KeyUnknown: no key has that name.
    """
    return _found(await repository.get_by_name(tx, name), name)


async def revoke_key(tx: Tx, name: str) -> None:
    """Close the door to a key, within the seconds for which gateways remember it. Again is no error.

    Raises:
        KeyUnknown: no key has that name.
    """
    await _lock(tx, name)
    await _save_revocation(tx, [name])


async def _lock(tx: Tx, name: str) -> Key:
    return _found(await repository.lock_by_name(tx, name), name)


def _found(key: Key | None, name: str) -> Key:
    if key is None:
        raise KeyUnknown(f"no key is named {name!r}")
    return key


async def authenticate(tx: Tx, digest: str) -> GoodKey | None:
    """Who has the key with this hash; None for one that is unknown, revoked or past alike."""
    key = await repository.get_by_hash(tx, digest)
    if key is None:
        return None
    try:
        until = key.good_until(digest, tx.now)
    except LookupError:
        return None
    person = await people_repository.get_person_of(tx, people_repository.KEY, key.name)
    return GoodKey(key.id, key.caller(person), key.last_used, until)


async def get_caller_of_subject(tx: Tx, subject: str, scopes: AbstractSet[str]) -> Caller | None:
    """Who shows an access token with this subject.

    None where that names a key which is not the same person's: histories would take one for the other.
    """
    person = await people_repository.get_person_of(tx, people_repository.SUBJECT, subject)
    if await repository.get_by_name(tx, subject) is not None and not (person and subject in person.keys):
        return None
    return Caller(subject, scopes, frozenset(), *((person.code, person.names, person.name) if person else ()))


async def record_use(tx: Tx, key: GoodKey) -> None:
    """Note that the key was used just now."""
    await repository.save_use(tx, key.id)


async def take_block(tx: Tx, caller: str, most: int) -> Block:
    """Take a block of the calls that are left to a caller; of none where there is none."""
    level, now = await repository.lock_level(tx, caller, most)
    level = level.risen(now, most)
    calls = level.block()
    await repository.save_level(tx, caller, level.without(calls))
    return Block(calls, level.left - calls)
