"""Areas."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, select

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_or_ignore
from chassis.storage.transaction import Tx
from services.indicators.domain.definitions import Area
from services.indicators.models import AreaRow

COLUMNS = tuple(AreaRow.__table__.c)


def _area(row: Row[Any]) -> Area:
    return Area(row.code, row.name, row.type, row.valid_from, row.valid_to)


async def get_areas(tx: Tx, codes: Collection[str]) -> dict[str, Area]:
    """Areas by code; what is not known is absent."""
    found = await tx.session.execute(select(*COLUMNS).where(AreaRow.code.in_(codes)))
    return {row.code: _area(row) for row in found}


async def list_areas(tx: Tx, page: PageRequest, type_: str | None) -> list[Area]:
    query = select(*COLUMNS).order_by(AreaRow.code).limit(page.fetch)
    if page.after is not None:
        query = query.where(AreaRow.code > page.after)
    if type_ is not None:
        query = query.where(AreaRow.type == type_)
    return [_area(row) for row in await tx.session.execute(query)]


async def add_area(tx: Tx, area: Area) -> bool:
    """Whether it was added; false where the code is taken."""
    return bool(await insert_or_ignore(tx, AreaRow, [asdict(area)], ["code"], returning=["code"]))
