"""The business date that calendar rules read: shown and moved, in every service at once."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete

from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.database import Database
from chassis.storage.transaction import BUSINESS_DATE, Tx

REFERENCE_DATE = date(2018, 2, 28)
"""The date the reference data is of (domain section 1)."""


async def pin(databases: Sequence[Database], day: date, *, only_if_unpinned: bool = False) -> None:
    """Pin the date in every database given; ``only_if_unpinned`` leaves a date that somebody has set."""

    async def work(tx: Tx) -> None:
        rows = [{"name": BUSINESS_DATE, "value": day.isoformat(), "set_at": tx.now}]
        if only_if_unpinned:
            await insert_or_ignore(tx, tx.table("setting"), rows, ["name"])
        else:
            await upsert(tx, tx.table("setting"), rows, ["name"], ["value", "set_at"])

    for database in databases:
        await database.write(work)


async def unpin(databases: Sequence[Database]) -> None:
    """Go back to today in England."""

    async def work(tx: Tx) -> None:
        setting = tx.table("setting")
        await tx.session.execute(delete(setting).where(setting.c.name == BUSINESS_DATE))

    for database in databases:
        await database.write(work)


async def shown(database: Database) -> date:
    return await database.read(lambda tx: tx.business_date())
