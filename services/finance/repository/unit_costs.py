"""Unit costs and their versions, which are appended and never changed."""

from typing import Any

from sqlalchemy import select, update

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_many, insert_or_ignore
from chassis.storage.cases import refuse_other_case
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.unit_costs import CostKind, UnitCostTerms, UnitCostVersion
from services.finance.models import UnitCostRow, UnitCostVersionRow


async def lock_unit_cost(tx: Tx, code: str, *, shared: bool = False) -> None:
    """Lock a unit cost, which is made where it is not there: shared to reckon with it, alone to change it.

    Raises:
        CodeInOtherCase
    """
    await insert_or_ignore(tx, UnitCostRow, [{"code": code, "event_version": 0}], ("code",))
    await check_code(tx, code)
    query = select(UnitCostRow.code).where(UnitCostRow.code == code).with_for_update(read=shared)
    await tx.session.execute(query)
    if not shared:
        tx.catch_up()


async def check_code(tx: Tx, code: str) -> None:
    """Refuse a code where another differs from it in case only.

    Raises:
        CodeInOtherCase
    """
    await refuse_other_case(tx, UnitCostRow.__table__.c.code, code)


async def insert_version(tx: Tx, code: str, version: UnitCostVersion) -> None:
    """Append a version to a unit cost, which is locked."""
    await insert_many(tx, UnitCostVersionRow, [row_of(code, version)])


def row_of(code: str, version: UnitCostVersion) -> dict[str, Any]:
    """A version as its row."""
    terms = version.terms
    return {
        "code": code,
        "number": version.number,
        "description": terms.description,
        "unit": terms.unit,
        "amount": terms.amount,
        "kind": terms.kind.value,
        "price_year": terms.price_year.label,
        "source": terms.source,
        "source_url": terms.source_url,
        "agency": terms.agency,
        "cashable_share": terms.cashable_share,
        "effective_from": terms.effective_from,
        "effective_to": terms.effective_to,
        "illustrative": terms.illustrative,
        "ends": terms.ends,
        "recorded_by": version.recorded_by,
        "recorded_at": version.recorded_at,
        "business_date": version.business_date,
        "reason": version.reason,
    }


async def list_versions(tx: Tx, code: str) -> list[UnitCostVersion]:
    """Every version of a unit cost, oldest first; none where there is none."""
    query = select(UnitCostVersionRow).where(UnitCostVersionRow.code == code).order_by(UnitCostVersionRow.number)
    return [_version(row) for row in await tx.session.scalars(query)]


async def list_newest(tx: Tx, request: PageRequest) -> list[tuple[str, UnitCostVersion]]:
    """The newest version of each unit cost in the order of their codes, as many as the page needs."""
    later = UnitCostVersionRow.__table__.alias()
    is_last = (
        ~select(later.c.code)
        .where(later.c.code == UnitCostVersionRow.code, later.c.number > UnitCostVersionRow.number)
        .exists()
    )
    query = select(UnitCostVersionRow).where(is_last).order_by(UnitCostVersionRow.code).limit(request.fetch)
    if request.after is not None:
        query = query.where(UnitCostVersionRow.code > request.after)
    return [(row.code, _version(row)) for row in await tx.session.scalars(query)]


async def list_published(tx: Tx) -> list[str]:
    """Codes of those that have an event."""
    query = select(UnitCostRow.code).where(UnitCostRow.event_version > 0).order_by(UnitCostRow.code)
    return list(await tx.session.scalars(query))


async def raise_event_version(tx: Tx, code: str) -> int:
    """The version of the next event of a unit cost, which is locked."""
    raised = update(UnitCostRow).where(UnitCostRow.code == code).values(event_version=UnitCostRow.event_version + 1)
    number: int | None = await tx.session.scalar(raised.returning(UnitCostRow.event_version))
    if number is None:
        raise LookupError(f"there is no unit cost {code}")
    return number


def _version(row: Any) -> UnitCostVersion:
    terms = UnitCostTerms(
        description=row.description,
        unit=row.unit,
        amount=row.amount,
        kind=CostKind(row.kind),
        price_year=Period.parse(row.price_year),
        source=row.source,
        source_url=row.source_url,
        agency=row.agency,
        cashable_share=row.cashable_share,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        illustrative=row.illustrative,
        ends=row.ends,
    )
    return UnitCostVersion(row.number, terms, row.recorded_by, row.recorded_at, row.business_date, row.reason)
