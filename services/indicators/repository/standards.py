"""Service standards."""

from sqlalchemy import select

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
    return [ServiceStandard(r.code, r.service, r.title, limits_from_json(r.limits), r.source) for r in found]


async def save_standard(tx: Tx, standard: ServiceStandard) -> bool:
    """Whether its code is new."""
    values = {
        "code": standard.code,
        "service": standard.service,
        "title": standard.title,
        "limits": limits_to_json(standard.limits),
        "source": standard.source,
    }
    return await save_by_code(tx, StandardRow, values)
