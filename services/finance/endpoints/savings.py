"""What was saved: the published table, and what each figure rests on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from contracts.period import Period
from services.finance.domain.savings_table import SavingsTable
from services.finance.endpoints.parameters import OfYear, Wanted
from services.finance.schemas.evidence import AttributionOut, EvidenceOut
from services.finance.schemas.fields import YearLabel
from services.finance.schemas.ledger import LedgerEntryOut
from services.finance.schemas.savings_table import SavingsTableOut, savings_file
from services.finance.service import evidence

router = APIRouter()

_TABLE = (
    "What was proposed, achieved and is missing, by workstream and in total. Achieved is what finance validated; the "
    "in-year pressure is what of the proposed the forecast does not reach, and mitigation what is expected of the "
    "schemes that mitigate. `quarter` reads it as at the end of a past quarter, `as_of` as it was known at a moment."
)


@router.get(
    "/schemes/{code}/explanation",
    tags=["schemes"],
    summary="What a scheme's figures rest on",
    responses=problems(400, 401, 404, 422, 503),
)
async def get_explanation(read: Read, code: str, paging: Paging) -> EvidenceOut:
    """Every number of the formula, the indicator's values, and the event behind each entry.

    From a pound of the position to the period that it comes from, from there to the revision of the observation and the
    entry of the ledger, and from each to the event that told of it. What is posted and not counted is in the position,
    under `held`, and what no scheme claims of the indicator's change under `unattributed`. `limit` and `cursor` page
    the entries, newest first; the rest is on every page.
    """
    found, entries = await read(lambda tx: evidence.get_evidence(tx, code, paging.request))
    return EvidenceOut.of(found, paging.body(entries, LedgerEntryOut.of))


@router.get(
    "/attributions",
    tags=["schemes"],
    summary="List what is claimed of indicators",
    responses=problems(400, 401, 422, 503),
)
async def list_attributions(
    read: Read,
    paging: Paging,
    indicator: Annotated[str | None, Query(max_length=100, description="Only of this indicator")] = None,
    area: Annotated[str | None, Query(max_length=100, description="Only in this area")] = None,
    financial_year: Annotated[YearLabel | None, Query(description="Only in this year")] = None,
) -> PageBody[AttributionOut]:
    """By indicator, area and year: what each scheme that is linked to it claims of its change, and the remainder.

    What is `unattributed` no scheme claims: that part of a change is counted as nobody's saving.
    """
    year = None if financial_year is None else Period.parse(financial_year)
    page = await read(
        lambda tx: evidence.list_attributions(tx, paging.request, indicator=indicator, area=area, financial_year=year)
    )
    return paging.body(page, AttributionOut.of)


async def _savings(
    read: Read,
    code: str,
    as_at: Wanted,
    year: OfYear,
) -> SavingsTable:
    return await read(lambda tx: evidence.get_savings_table(tx, code, year, as_at))


@router.get(
    "/funds/{code}/savings",
    tags=["funds"],
    summary="The table of savings",
    description=_TABLE,
    responses=problems(401, 404, 422, 503),
)
async def get_savings(found: Annotated[SavingsTable, Depends(_savings)]) -> SavingsTableOut:
    return SavingsTableOut.of(found)


async def _file(request: Request, found: Annotated[SavingsTable, Depends(_savings)]) -> Table:
    return savings_file(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/funds/{code}/savings",
    _file,
    name="get_savings",
    title="The table of savings",
    description=_TABLE,
    tags=["funds"],
)
