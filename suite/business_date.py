"""The business date that calendar rules read: shown and moved, in every service at once."""

from collections.abc import Sequence
from datetime import date

from chassis.business_dates import pin_business_date, unpin_business_date
from chassis.storage.database import Database

REFERENCE_DATE = date(2018, 2, 28)
"""The date the reference data is of (domain section 1)."""


async def pin(databases: Sequence[Database], day: date, *, only_if_unpinned: bool = False) -> None:
    """Pin the date in every database given; ``only_if_unpinned`` leaves a date that somebody has set."""
    for database in databases:
        await database.write(lambda tx: pin_business_date(tx, day, only_if_unpinned=only_if_unpinned), actor="operator")


async def unpin(databases: Sequence[Database]) -> None:
    """Go back to today in England."""
    for database in databases:
        await database.write(unpin_business_date, actor="operator")


async def shown(database: Database) -> date:
    return await database.read(lambda tx: tx.business_date())
