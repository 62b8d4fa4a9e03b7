"""Groups of areas."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from chassis.paging import PageRequest
from chassis.storage.transaction import Tx
from services.indicators.domain.comparisons import AreaGroup, GroupKind
from services.indicators.domain.formats import (
    area_group_from_json,
    area_group_to_json,
    codes_from_json,
    codes_to_json,
)
from services.indicators.models import AreaGroupRevisionRow, AreaGroupRow
from services.indicators.repository.by_code import save_by_code
from services.indicators.repository.histories import add_revision, get_content

_COLUMNS = tuple(AreaGroupRow.__table__.c)


def _group(row: Row[Any]) -> AreaGroup:
    return AreaGroup(row.code, row.name, GroupKind(row.kind), codes_from_json(row.areas), row.source)


async def list_groups(tx: Tx, page: PageRequest) -> list[AreaGroup]:
    query = select(*_COLUMNS).order_by(AreaGroupRow.code).limit(page.fetch)
    if page.after is not None:
        query = query.where(AreaGroupRow.code > page.after)
    return [_group(row) for row in await tx.session.execute(query)]


async def get_group(tx: Tx, code: str) -> AreaGroup | None:
    row = (await tx.session.execute(select(*_COLUMNS).where(AreaGroupRow.code == code))).one_or_none()
    return None if row is None else _group(row)


async def get_group_as_of(tx: Tx, code: str, as_of: datetime) -> AreaGroup | None:
    """The group as it was known at a moment; None where it was not."""
    content = await get_content(tx, AreaGroupRevisionRow, {"area_group": code}, as_of)
    return None if content is None else area_group_from_json(content)


async def save_group(tx: Tx, group: AreaGroup) -> bool:
    """Save it as it is from now on, as its newest revision too; whether its code is new."""
    values = {
        "code": group.code,
        "name": group.name,
        "kind": group.kind.value,
        "areas": codes_to_json(group.areas),
        "source": group.source,
    }
    new = await save_by_code(tx, AreaGroupRow, values)
    tx.catch_up()
    await add_revision(tx, AreaGroupRevisionRow, {"area_group": group.code}, area_group_to_json(group))
    return new
