"""What schemes planned against what was delivered."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from services.finance.domain.slippage import SlippageTable, SlippageYears
from services.finance.endpoints.parameters import OfYear, Wanted
from services.finance.schemas.slippage import SlippageOut, slippage_file
from services.finance.schemas.slippage_years import SlippageYearsOut, slippage_years_file
from services.finance.service import evidence

router = APIRouter(tags=["funds"])

_TABLE = (
    "What each scheme planned to have saved, low and high, against what finance validated: by quarter, to date and of "
    "the year. Slippage is the middle of the plan less what was delivered; what of it is not made up for by the end of "
    "the year, by the forecast, is expected slippage. `quarter` reads it as at the end of a past quarter, `as_of` as "
    "it was known at a moment."
)


async def _slippage(
    read: Read,
    code: str,
    as_at: Wanted,
    year: OfYear,
) -> SlippageTable:
    return await read(lambda tx: evidence.get_slippage(tx, code, year, as_at))


@router.get(
    "/funds/{code}/slippage",
    summary="The slippage of savings",
    description=_TABLE,
    responses=problems(401, 404, 422, 503),
)
async def get_slippage(found: Annotated[SlippageTable, Depends(_slippage)]) -> SlippageOut:
    return SlippageOut.of(found)


async def _file(request: Request, found: Annotated[SlippageTable, Depends(_slippage)]) -> Table:
    return slippage_file(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/funds/{code}/slippage",
    _file,
    name="get_slippage",
    title="The slippage of savings",
    description=_TABLE,
)


_YEARS = (
    "The totals of that table for every year that the fund has budget lines in, oldest first, and together. `quarter` "
    "reads it as at the end of a past quarter, `as_of` as it was known at a moment."
)


async def _years(read: Read, code: str, as_at: Wanted) -> SlippageYears:
    return await read(lambda tx: evidence.get_slippage_years(tx, code, as_at))


@router.get(
    "/funds/{code}/slippage-by-year",
    summary="The slippage of savings by year",
    description=_YEARS,
    responses=problems(401, 404, 422, 503),
)
async def get_slippage_by_year(found: Annotated[SlippageYears, Depends(_years)]) -> SlippageYearsOut:
    return SlippageYearsOut.of(found)


async def _years_file(request: Request, found: Annotated[SlippageYears, Depends(_years)]) -> Table:
    return slippage_years_file(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/funds/{code}/slippage-by-year",
    _years_file,
    name="get_slippage_by_year",
    title="The slippage of savings by year",
    description=_YEARS,
)
