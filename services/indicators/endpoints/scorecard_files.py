"""Scorecards as files."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from chassis.web.moments import AsOf
from chassis.web.problems import problems
from chassis.web.render.answers import file_responses, ods_answer, table_csv_answer, xlsx_answer
from chassis.web.render.table import Table
from chassis.web.units import Read
from contracts.large_bodies import CSV, ODS, XLSX
from services.indicators.endpoints.parameters import AreaFilter, PeriodFilter, parse_period
from services.indicators.schemas.scorecard_table import scorecard_table
from services.indicators.service import scorecards

router = APIRouter(tags=["Scorecards"])

_SHOWN = "The columns of the printed scorecard, colours in words. Its own area unless another is named."


async def _table(
    request: Request, read: Read, code: str, area: AreaFilter = None, period: PeriodFilter = None, as_of: AsOf = None
) -> Table:
    until = parse_period(period)
    state = await read(lambda tx: scorecards.get_scorecard(tx, code, area, until, as_of))
    return scorecard_table(state, request.app.state.resources.clock())


Shown = Annotated[Table, Depends(_table)]


@router.get(
    "/scorecards/{code}.csv",  # noqa: FAST003  the table takes it
    summary="A scorecard as CSV",
    description=_SHOWN,
    response_class=Response,
    responses={**file_responses(CSV), **problems(401, 404, 422)},
)
async def get_scorecard_csv(table: Shown) -> Response:
    return await table_csv_answer(table)


@router.get(
    "/scorecards/{code}.xlsx",  # noqa: FAST003  the table takes it
    summary="A scorecard as an Excel workbook",
    description=_SHOWN,
    response_class=Response,
    responses={**file_responses(XLSX), **problems(401, 404, 422)},
)
async def get_scorecard_xlsx(table: Shown) -> Response:
    return await xlsx_answer(table)


@router.get(
    "/scorecards/{code}.ods",  # noqa: FAST003  the table takes it
    summary="A scorecard as an OpenDocument spreadsheet",
    description=_SHOWN,
    response_class=Response,
    responses={**file_responses(ODS), **problems(401, 404, 422)},
)
async def get_scorecard_ods(table: Shown) -> Response:
    return await ods_answer(table)
