"""Which state of each fund was published last."""

from collections.abc import Collection

from sqlalchemy import select, update

from chassis.storage.bulk import insert_or_ignore
from chassis.storage.transaction import Tx
from services.finance.domain.publication import Published
from services.finance.models import PublishedFundRow
from services.finance.repository import triggers_format


async def insert_unpublished(tx: Tx, fund: str) -> None:
    """Note that nothing of a new fund was published yet."""
    row = {"fund": fund, "version": 0, "fingerprint": None}
    await insert_or_ignore(tx, PublishedFundRow, [row], ("fund",))


async def lock_published(tx: Tx, funds: Collection[str]) -> dict[str, Published]:
    """Lock what was published of these funds, in one order for everybody, until the transaction ends."""
    query = select(PublishedFundRow).where(PublishedFundRow.fund.in_(funds)).order_by(PublishedFundRow.fund)
    rows = await tx.session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return {row.fund: Published(row.version, row.fingerprint, triggers_format.read_levels(row.levels)) for row in rows}


async def save_published(tx: Tx, fund: str, published: Published) -> None:
    changed = {
        "version": published.version,
        "fingerprint": published.fingerprint,
        "levels": triggers_format.levels_written(published.levels),
    }
    await tx.session.execute(update(PublishedFundRow).where(PublishedFundRow.fund == fund).values(**changed))


async def list_published_funds(tx: Tx) -> list[str]:
    """Codes of the funds that have an event."""
    query = select(PublishedFundRow.fund).where(PublishedFundRow.version > 0).order_by(PublishedFundRow.fund)
    return list(await tx.session.scalars(query))
