"""Every query about keys."""

from collections.abc import Sequence

from sqlalchemy import exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from chassis.storage.transaction import Tx
from gateway.models import ApiKey


async def any_key(tx: Tx) -> bool:
    """Whether there is or ever was a key."""
    return bool(await tx.session.scalar(select(exists().select_from(ApiKey))))


async def by_hash(tx: Tx, digest: str) -> ApiKey | None:
    return await tx.session.scalar(select(ApiKey).where(ApiKey.hash == digest))


async def by_name(tx: Tx, name: str) -> ApiKey | None:
    return await tx.session.scalar(select(ApiKey).where(ApiKey.name == name).with_for_update())


async def in_order(tx: Tx) -> Sequence[ApiKey]:
    return (await tx.session.scalars(select(ApiKey).order_by(ApiKey.id))).all()


async def add(tx: Tx, *, name: str, prefix: str, digest: str) -> bool:
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


async def revoke(tx: Tx, names: Sequence[str]) -> None:
    still_good = ApiKey.name.in_(names), ApiKey.revoked_at.is_(None)
    await tx.session.execute(update(ApiKey).where(*still_good).values(revoked_at=tx.now))


async def touch(tx: Tx, key_id: int) -> None:
    await tx.session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used=tx.now))
