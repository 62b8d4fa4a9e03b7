"""Pledge sets."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from services.pledges import models
from services.pledges.domain.sets import PledgeSet

_SET = models.Base.metadata.tables["pledge_set"]


async def insert_set(tx: Tx, pledge_set: PledgeSet) -> bool:
    """Insert a set unless its code is there; whether it was inserted."""
    return bool(await insert_or_ignore(tx, models.PledgeSet, [_row(pledge_set)], ("code",), returning=("code",)))


async def save_set(tx: Tx, pledge_set: PledgeSet) -> None:
    await upsert(tx, models.PledgeSet, [_row(pledge_set)], ("code",), ("title", "size", "source", "public"))


def _row(pledge_set: PledgeSet) -> dict[str, Any]:
    return {
        "code": pledge_set.code,
        "title": pledge_set.title,
        "size": pledge_set.size,
        "source": pledge_set.source,
        "public": pledge_set.public,
    }


async def get_set(tx: Tx, code: str) -> PledgeSet | None:
    row = (await tx.session.execute(select(_SET).where(_SET.c.code == code))).one_or_none()
    return _set(row) if row else None


async def lock_set(tx: Tx, code: str) -> PledgeSet | None:
    row = (await tx.session.execute(select(_SET).where(_SET.c.code == code).with_for_update())).one_or_none()
    return _set(row) if row else None


async def get_newest_code(tx: Tx) -> str | None:
    newest: str | None = await tx.session.scalar(select(func.max(_SET.c.code)))
    return newest


async def list_sets(tx: Tx, page: PageRequest) -> list[PledgeSet]:
    wanted = select(_SET).order_by(_SET.c.code).limit(page.fetch)
    if page.after is not None:
        wanted = wanted.where(_SET.c.code > page.after)
    return [_set(row) for row in await tx.session.execute(wanted)]


def _set(row: Any) -> PledgeSet:
    return PledgeSet(row.code, row.title, row.size, row.source, row.public)


async def list_public(tx: Tx) -> set[str]:
    """Codes of the sets that are public."""
    return set(await tx.session.scalars(select(_SET.c.code).where(_SET.c.public)))


async def count_pledges(tx: Tx) -> Mapping[str, int]:
    """How many pledges are recorded, by set."""
    pledge = models.Pledge
    rows = await tx.session.execute(select(pledge.set_code, func.count()).group_by(pledge.set_code))
    return {row[0]: row[1] for row in rows}
