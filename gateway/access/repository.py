"""Every query about keys."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from chassis.paging import PageRequest
from chassis.storage.transaction import Tx
from chassis.storage.types import UtcDateTime
from gateway.access.keys import Key, NewKey, Previous, end_of
from gateway.access.levels import Level
from gateway.access.models import ApiKey, CallLevel


async def has_keys(tx: Tx) -> bool:
    """Whether there is or ever was a key."""
    return bool(await tx.session.scalar(select(exists().select_from(ApiKey))))


async def get_by_hash(tx: Tx, digest: str) -> Key | None:
    """The key that has or had the secret with this hash."""
    shown = or_(ApiKey.hash == digest, ApiKey.previous_hash == digest)
    return _key(await tx.session.scalar(select(ApiKey).where(shown)))


async def get_by_name(tx: Tx, name: str) -> Key | None:
    return _key(await tx.session.scalar(select(ApiKey).where(ApiKey.name == name)))


async def lock_by_name(tx: Tx, name: str) -> Key | None:
    found = select(ApiKey).where(ApiKey.name == name).with_for_update().execution_options(populate_existing=True)
    return _key(await tx.session.scalar(found))


async def list_keys(tx: Tx) -> Sequence[Key]:
    """Every key, oldest first."""
    return [_state(row) for row in await tx.session.scalars(select(ApiKey).order_by(ApiKey.id))]


async def list_by_name(tx: Tx, request: PageRequest) -> Sequence[Key]:
    """Keys in the order of their names, one more than the page takes."""
    found = select(ApiKey).order_by(ApiKey.name).limit(request.fetch)
    if request.after is not None:
        found = found.where(ApiKey.name > request.after)
    return [_state(row) for row in await tx.session.scalars(found)]


async def save_key(tx: Tx, wanted: NewKey, *, prefix: str, digest: str) -> bool:
    """Add a key; False where its name or the key itself is there, even from a process that starts at the same time."""
    row = {
        "name": wanted.name,
        "prefix": prefix,
        "hash": digest,
        "created_at": tx.now,
        "created_by": tx.actor,
        "scopes": " ".join(sorted(wanted.scopes)),
        "areas": " ".join(sorted(wanted.areas)),
        "directorates": sorted(wanted.directorates),
        "owner": wanted.owner,
        "expires_at": end_of(wanted.expires_on),
    }
    insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    added = insert(ApiKey).values(row).on_conflict_do_nothing().returning(ApiKey.id)
    return await tx.session.scalar(added) is not None


async def save_rotation(tx: Tx, key: Key) -> None:
    """Save the new secret of a key, and the one before."""
    before = key.previous
    changed = {
        "prefix": key.prefix,
        "hash": key.hash,
        "previous_prefix": before and before.prefix,
        "previous_hash": before and before.hash,
        "previous_until": before and before.until,
    }
    await tx.session.execute(update(ApiKey).where(ApiKey.id == key.id).values(changed))


async def save_revocation(tx: Tx, names: Sequence[str]) -> None:
    """Revoke those of the named keys that are not revoked yet."""
    still_good = ApiKey.name.in_(names), ApiKey.revoked_at.is_(None)
    await tx.session.execute(update(ApiKey).where(*still_good).values(revoked_at=tx.now))


async def save_use(tx: Tx, key_id: int) -> None:
    await tx.session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used=tx.now))


async def lock_level(tx: Tx, caller: str, most: int) -> tuple[Level, datetime]:
    """What is left to a caller, locked; of one who never called, all. And what time it is.

    That is by the database's clock where several gateways share one: their own differ.
    """
    insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    row = {"caller": caller, "calls_left": float(most), "counted_at": tx.now}
    await tx.session.execute(insert(CallLevel).values(row).on_conflict_do_nothing())
    clock = (func.clock_timestamp(type_=UtcDateTime),) if tx.dialect == "postgresql" else ()
    wanted = select(CallLevel.calls_left, CallLevel.counted_at, *clock).where(CallLevel.caller == caller)
    left, counted_at, *now = (await tx.session.execute(wanted.with_for_update())).one()
    tx.catch_up()
    return Level(left, counted_at), now[0] if now else tx.now


async def save_level(tx: Tx, caller: str, level: Level) -> None:
    changed = {"calls_left": level.left, "counted_at": level.counted_at}
    await tx.session.execute(update(CallLevel).where(CallLevel.caller == caller).values(changed))


def _key(row: ApiKey | None) -> Key | None:
    return None if row is None else _state(row)


def _state(row: ApiKey) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        hash=row.hash,
        created_at=row.created_at,
        created_by=row.created_by,
        revoked_at=row.revoked_at,
        last_used=row.last_used,
        scopes=frozenset(row.scopes.split()),
        areas=frozenset(row.areas.split()),
        directorates=frozenset(row.directorates),
        owner=row.owner,
        expires_at=row.expires_at,
        previous=_previous(row),
    )


def _previous(row: ApiKey) -> Previous | None:
    if row.previous_hash is None or row.previous_prefix is None or row.previous_until is None:
        return None
    return Previous(row.previous_prefix, row.previous_hash, row.previous_until)
