"""Every query about keys."""

from collections.abc import Sequence

from sqlalchemy import exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from chassis.storage.transaction import Tx
from gateway.access.keys import Key
from gateway.access.models import ApiKey


async def has_keys(tx: Tx) -> bool:
    """Whether there is or ever was a key."""
    return bool(await tx.session.scalar(select(exists().select_from(ApiKey))))


async def get_by_hash(tx: Tx, digest: str) -> Key | None:
    return _key(await tx.session.scalar(select(ApiKey).where(ApiKey.hash == digest)))


async def lock_by_name(tx: Tx, name: str) -> Key | None:
    return _key(await tx.session.scalar(select(ApiKey).where(ApiKey.name == name).with_for_update()))


async def list_keys(tx: Tx) -> Sequence[Key]:
    """Every key, oldest first."""
    return [_state(row) for row in await tx.session.scalars(select(ApiKey).order_by(ApiKey.id))]


async def save_key(tx: Tx, *, name: str, prefix: str, digest: str) -> bool:
    """Add a key; False where its name or the key itself is there, even from a process that starts at the same time."""
    row = {
        "name": name,
        "prefix": prefix,
        "hash": digest,
        "created_at": tx.now,
        "created_by": tx.actor,
        "revoked_at": None,
        "last_used": None,
    }
    insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    added = insert(ApiKey).values(row).on_conflict_do_nothing().returning(ApiKey.id)
    return await tx.session.scalar(added) is not None


async def save_revocation(tx: Tx, names: Sequence[str]) -> None:
    """Revoke those of the named keys that are not revoked yet."""
    still_good = ApiKey.name.in_(names), ApiKey.revoked_at.is_(None)
    await tx.session.execute(update(ApiKey).where(*still_good).values(revoked_at=tx.now))


async def save_use(tx: Tx, key_id: int) -> None:
    await tx.session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used=tx.now))


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
    )
