"""Observations as files."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from chassis.errors import FieldError, Invalid
from chassis.storage.transaction import Tx
from chassis.web.moments import AsOf
from chassis.web.problems import problems
from chassis.web.render.answers import file_responses, spooled_csv_answer
from chassis.web.render.csv_text import csv_lines
from chassis.web.render.csvw import CSVW, csvw_of
from chassis.web.render.json_stat import JSON_STAT
from chassis.web.render.routes import SPREADSHEETS, add_table_routes
from chassis.web.render.spool import Sink
from chassis.web.render.table import Table
from chassis.web.render.workbook import MOST_ROWS, TooManyRows
from chassis.web.units import Read
from contracts.areas import AREA_CODE_PATTERN
from contracts.large_bodies import CSV
from contracts.period import Period, UnknownPeriodError
from services.indicators.domain.definitions import LONGEST_CODE
from services.indicators.domain.exports import ExportedRevision, ExportFilter
from services.indicators.endpoints.parameters import BreakdownFilter
from services.indicators.schemas.exports import COLUMNS, KEY, NAME, row_of, table_of
from services.indicators.schemas.json_stat import dataset_of
from services.indicators.service import exports

router = APIRouter(tags=["Observations"])

_SELECTED = (
    "By indicator, area, breakdown and period; what is not asked about is in it. `from` and `to` are periods or "
)
_SELECTED += "dates. Of each period the current revision, unless it is withdrawn; with `include_history` every one. "
_SELECTED += "Where there is nothing, the answer is a 404 that says which filter keeps out what there is."

_Codes = Annotated[str, Query(max_length=LONGEST_CODE)]
_MOST_NAMED = 100


def _filter(
    indicator: Annotated[
        list[_Codes] | None,
        Query(max_length=_MOST_NAMED, description="Only these indicators, by code", examples=[["ae-four-hour-wait"]]),
    ] = None,
    area: Annotated[
        list[Annotated[str, Query(pattern=AREA_CODE_PATTERN)]] | None,
        Query(max_length=_MOST_NAMED, description="Only these areas, by code", examples=[["E06000026"]]),
    ] = None,
    breakdown: BreakdownFilter = None,
    start: Annotated[
        str | None,
        Query(alias="from", max_length=40, description="First period, or first day", examples=["2017/18"]),
    ] = None,
    end: Annotated[
        str | None,
        Query(alias="to", max_length=40, description="Last period, or last day", examples=["2018-03-31"]),
    ] = None,
    as_of: AsOf = None,
    include_history: Annotated[bool, Query(description="Every revision, withdrawn ones too")] = False,
) -> ExportFilter:
    return ExportFilter(
        tuple(indicator or ()),
        tuple(area or ()),
        breakdown,
        _span("from", start)[0] if start else None,
        _span("to", end)[1] if end else None,
        as_of,
        include_history,
    )


Wanted = Annotated[ExportFilter, Depends(_filter)]


def _span(name: str, text: str) -> tuple[date, date]:
    """First and last day of a period, or a day twice."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        return day, day
    try:
        period = Period.parse(text)
    except UnknownPeriodError as error:
        raise Invalid(str(error), [FieldError(name, str(error))]) from error
    return period.start, period.end


@router.get(
    "/observations.csv",
    summary="Observations as CSV",
    description=f"{_SELECTED} Of any length: all of it as it was at one moment, sent as it is read. The columns are "
    "those that an import by the mapping `native` reads, and `observations.csv-metadata.json` describes them.",
    response_class=Response,
    responses={**file_responses(CSV), **problems(401, 404, 422)},
)
async def export_csv(read: Read, wanted: Wanted) -> Response:

    async def fill(sink: Sink) -> None:
        await read(lambda tx: _put_lines(tx, wanted, sink))

    return await spooled_csv_answer(NAME, list(COLUMNS), fill)


async def _put_lines(tx: Tx, wanted: ExportFilter, sink: Sink) -> None:
    async for page in exports.iterate_pages(tx, wanted):
        sink(csv_lines(row_of(each) for each in page))


@router.get(
    "/observations.csv-metadata.json",
    summary="What the columns of the CSV mean",
    description="CSV on the Web: found by the address of the CSV.",
    response_class=Response,
    responses=file_responses(CSVW),
)
async def describe_csv() -> Response:
    found = csvw_of(COLUMNS, url=f"{NAME}.csv", title="Observations of indicators", key=KEY)
    return Response(json.dumps(found), media_type=CSVW)


async def _table(request: Request, read: Read, wanted: Wanted) -> Table:
    return table_of(await _few(read, wanted), _now(request))


add_table_routes(
    router,
    "/observations",
    _table,
    name="export",
    title="Observations",
    description=f"{_SELECTED} At most {MOST_ROWS:,} rows. With a cover sheet, contents, notes and symbols explained.",
    formats=SPREADSHEETS,
)


@router.get(
    "/observations.json-stat",
    summary="Observations as JSON-stat 2.0",
    description=f"{_SELECTED} At most {MOST_ROWS:,} observations. Symbols and marks are in `status`, with `p` for "
    "provisional. With `include_history` a dimension more, `revision`; what was withdrawn has the status `w`.",
    response_class=Response,
    responses={**file_responses(JSON_STAT), **problems(401, 404, 422)},
)
async def export_json_stat(read: Read, wanted: Wanted) -> Response:
    found = dataset_of(await _few(read, wanted), history=wanted.include_history)
    return Response(found, media_type=JSON_STAT)


def _now(request: Request) -> datetime:
    moment: datetime = request.app.state.resources.clock()
    return moment


async def _few(read: Read, wanted: ExportFilter) -> Sequence[ExportedRevision]:
    """All that is wanted.

    Raises:
        TooManyRows: they are more than a spreadsheet has.
    """
    found = await read(lambda tx: exports.get_first_page(tx, wanted, MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise TooManyRows
    return found
