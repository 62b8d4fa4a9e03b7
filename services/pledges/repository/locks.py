"""Locks on all that is of one kind. One on the rows would miss those that another writer adds while it waits."""

from sqlalchemy import text

from chassis.storage.transaction import Tx

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('pledges.' || :kind, 0))")


async def lock_kind(tx: Tx, kind: str) -> None:
    """Wait until nobody else has this lock. What is read next has what they wrote. SQLite has one writer anyway."""
    if tx.dialect == "postgresql":
        connection = await tx.session.connection()
        await connection.execute(_LOCK, {"kind": kind})
