"""Service standards."""

from typing import Any

from sqlalchemy import Row, select

from chassis.paging import PageRequest
from chassis.storage.transaction import Tx
from services.indicators.domain.formats import limits_from_json, limits_to_json
from services.indicators.domain.standards import ServiceStandard
from services.indicators.models import StandardRow
from services.indicators.repository.by_code import save_by_code


async def list_standards(tx: Tx, page: PageRequest) -> list[ServiceStandard]:
    query = select(*StandardRow.__table__.c).order_by(StandardRow.code).limit(page.fetch)
    if page.after is not None:
        query = query.where(StandardRow.code > page.after)
    found = await tx.session.execute(query)
    return [_standard(row) for row in found]


async def get_standard(tx: Tx, code: str) -> ServiceStandard | None:
    query = select(*StandardRow.__table__.c).where(StandardRow.code == code)
    row = (await tx.session.execute(query)).one_or_none()
    return None if row is None else _standard(row)


def _standard(row: Row[Any]) -> ServiceStandard:
    return ServiceStandard(row.code, row.service, row.title, limits_from_json(row.limits), row.source, row.indicator)


async def save_standard(tx: Tx, standard: ServiceStandard) -> bool:
    """Whether its code is new."""
    values = {
        "code": standard.code,
        "service": standard.service,
        "title": standard.title,
        "limits": limits_to_json(standard.limits),
        "source": standard.source,
        "indicator": standard.indicator,
    }
    return await save_by_code(tx, StandardRow, values)
