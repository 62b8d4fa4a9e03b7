"""Unit costs and their versions, which are appended and never changed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_many, insert_or_ignore
from chassis.storage.cases import list_in_other_case, refuse_other_case
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.unit_costs import CostKind, UnitCostTerms, UnitCostVersion
from services.finance.models import UnitCostRow, UnitCostVersionRow

_CODE = UnitCostRow.__table__.c.code


async def lock_unit_cost(tx: Tx, code: str, *, shared: bool = False) -> None:
    """Lock a unit cost, which is made where it is not there: shared to reckon with it, alone to change it.

    Raises:
        CodeInOtherCase
    """
    await _insert_missing(tx, [code])
    await refuse_other_case(tx, _CODE, code)
    await _lock(tx, [code], shared=shared)


async def lock_unit_costs(tx: Tx, codes: Collection[str]) -> list[str]:
    """Lock unit costs to change them, in one order whoever does, and make those that are not there.

    Returns the codes that another differs from in case only, which are not to be recorded.
    """
    await _insert_missing(tx, codes)
    taken = await list_taken(tx, codes)
    await _lock(tx, codes)
    return taken


async def _insert_missing(tx: Tx, codes: Collection[str]) -> None:
    rows = [{"code": code, "event_version": 0} for code in sorted(codes)]
    await insert_or_ignore(tx, UnitCostRow, rows, ("code",))


async def _lock(tx: Tx, codes: Collection[str], *, shared: bool = False) -> None:
    query = select(UnitCostRow.code).where(UnitCostRow.code.in_(codes)).order_by(UnitCostRow.code)
    await tx.session.execute(query.with_for_update(read=shared))
    if not shared:
        tx.catch_up()


async def list_taken(tx: Tx, codes: Collection[str]) -> list[str]:
    """Of these codes, those that another, which is none of them, differs from in case only."""
    return await list_in_other_case(tx, _CODE, codes)


async def insert_versions(tx: Tx, versions: Mapping[str, UnitCostVersion]) -> None:
    """Append a version to each of these unit costs, which are locked."""
    await insert_many(tx, UnitCostVersionRow, [row_of(code, version) for code, version in versions.items()])


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


async def get_versions(tx: Tx, codes: Collection[str]) -> Mapping[str, Sequence[UnitCostVersion]]:
    """Every version of each of these unit costs, oldest first; none where there is none."""
    found: dict[str, list[UnitCostVersion]] = {code: [] for code in codes}
    query = select(UnitCostVersionRow).where(UnitCostVersionRow.code.in_(codes)).order_by(UnitCostVersionRow.number)
    for row in await tx.session.scalars(query):
        found[row.code].append(_version(row))
    return found


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


async def raise_event_versions(tx: Tx, codes: Collection[str]) -> Mapping[str, int]:
    """The version of the next event of each of these unit costs, which are locked."""
    raised = update(UnitCostRow).where(UnitCostRow.code.in_(codes)).values(event_version=UnitCostRow.event_version + 1)
    found = await tx.session.execute(raised.returning(UnitCostRow.code, UnitCostRow.event_version))
    return {row.code: row.event_version for row in found}


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
