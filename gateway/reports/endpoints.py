"""Reports over HTTP."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response

from chassis.web.identity import Calling
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.answers import file_responses
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Cell, Column, Table
from chassis.web.units import Read, Write
from contracts.period import Period, PeriodKind, UnknownPeriodError
from gateway.reports import service
from gateway.reports.errors import QuarterInvalid, TableUnknown
from gateway.reports.gathering import choose_scorecard, gather
from gateway.reports.rendering import page_policy, rendering
from gateway.reports.report import CellKind, Report, ReportTable, Row
from gateway.reports.schemas import AddendumIn, FrontSheetPatch, PublicationIn, ReportOut, ReportSummaryOut

PUBLISH = ("publish_report", "add_to_report")
"""Operations by which a board is told something."""
HTML = "text/html"
_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
_NUMBERS: Final = frozenset({CellKind.NUMBER, CellKind.MONEY})
router = APIRouter(tags=["reports"])


def _quarter(
    quarter: Annotated[
        str, Path(max_length=40, description="Financial quarter, such as `2017-18-Q3`", examples=["2017-18-Q3"])
    ],
) -> Period:
    try:
        return Period.parse(quarter, PeriodKind.QUARTER)
    except UnknownPeriodError as error:
        raise QuarterInvalid(str(error)) from error


Quarter = Annotated[Period, Depends(_quarter)]


async def _report(read: Read, quarter: Quarter) -> Report:
    return await read(lambda tx: service.get_report(tx, quarter.label))


Found = Annotated[Report, Depends(_report)]


async def _table(
    request: Request,
    report: Found,
    table: Annotated[str, Path(max_length=40, description="Code of the table within the report", examples=["fund"])],
) -> Table:
    found = next((each for each in report.content.tables if each.code == table), None)
    if found is None:
        raise TableUnknown(f"The tables are: {', '.join(each.code for each in report.content.tables)}.")
    return _file(report, found, request)


def _file(report: Report, table: ReportTable, request: Request) -> Table:
    columns = [
        Column(_NO_WORD.sub("_", each.title.lower()), each.title, _described(each.kind), each.kind in _NUMBERS)
        for each in table.columns
    ]
    return Table(
        name=f"report-{Period.parse(report.quarter).path}-{table.code}",
        title=f"{table.title}: {report.content.front_sheet.title}",
        about=f"As known on {report.content.sources.known_on}; {report.state}.",
        columns=columns,
        rows=[_cells(row, columns) for row in table.rows],
        made_at=report.published_at or request.app.state.resources.clock(),
    )


def _cells(row: Row, columns: Sequence[Column]) -> Sequence[Cell]:
    return [
        Decimal(cell) if column.is_number and cell is not None else cell
        for cell, column in zip(row, columns, strict=True)
    ]


def _described(kind: CellKind) -> str:
    return {CellKind.MONEY: "Pounds.", CellKind.NUMBER: "A figure.", CellKind.COLOUR: "A colour."}.get(kind, "Words.")


@router.get("/quarters", summary="Reports, the latest quarter first", responses=problems(400, 422))
async def list_reports(read: Read, paging: Paging) -> PageBody[ReportSummaryOut]:
    """What was published; drafts too for those who write or publish reports."""
    return paging.body(await read(lambda tx: service.list_reports(tx, paging.request)), ReportSummaryOut.of)


@router.get(
    "/quarters/{quarter}.html",
    summary="A report as a page",
    response_class=Response,
    responses={**file_responses(HTML), **problems(404, 422)},
)
async def get_report_page(read: Read, request: Request, quarter: Quarter) -> Response:
    """To be read, printed or kept: it needs nothing else. Once published, the same bytes come out again."""
    report = await read(lambda tx: service.get_report(tx, quarter.label))
    page = report.html or rendering(request.app.state.pages)(report)
    return Response(page, media_type=HTML, headers={"content-security-policy": page_policy(page)})


add_table_routes(
    router,
    "/quarters/{quarter}/tables/{table}",
    _table,
    name="get_report_table",
    title="A table of a report",
    description="The numbers that the report was made from.",
    formats=("csv", "xlsx", "ods"),
)


@router.get("/quarters/{quarter}", summary="A report", responses=problems(404, 422))
async def get_report(read: Read, quarter: Quarter) -> ReportOut:
    """Its front sheet, the numbers that it was made from, and what has become of them since it was published.

    A draft is there for those who write or publish reports, and for nobody else.
    """
    return ReportOut.of(await read(lambda tx: service.get_report(tx, quarter.label)))


@router.post(
    "/quarters/{quarter}",
    summary="Draft a report",
    responses=problems(403, 404, 409, 422, 503) | {201: {"model": ReportOut, "description": "The report is new"}},
)
async def draft_report(
    read: Read, write: Write, request: Request, response: Response, caller: Calling, quarter: Quarter
) -> ReportOut:
    """Make it of what is known now, or put the numbers of now into its draft, whose front sheet and scorecard stay.

    Whoever drafts sees every part of it: scorecard, risks, pledges and funds.
    """
    api, pages = request.app.state.suite_api.of(caller), request.app.state.pages
    own = await read(lambda tx: service.find_scorecard(tx, quarter.label))
    gathered = await gather(api, quarter, own or await choose_scorecard(api, pages.scorecard))
    report, created = await write(lambda tx: service.draft(tx, gathered))
    response.status_code = 201 if created else 200
    if created:
        response.headers["location"] = request.url.path
    return ReportOut.of(report)


@router.patch("/quarters/{quarter}", summary="Edit a draft's front sheet", responses=problems(404, 409, 422))
async def edit_report(write: Write, quarter: Quarter, body: FrontSheetPatch) -> ReportOut:
    """What is said before the numbers. The numbers themselves are those of the suite."""
    return ReportOut.of(await write(lambda tx: service.edit(tx, quarter.label, body.changes())))


@router.post("/quarters/{quarter}/publish", summary="Publish a report", responses=problems(404, 412, 422))
async def publish_report(
    write: Write, request: Request, quarter: Quarter, body: PublicationIn | None = None
) -> ReportOut:
    """Freeze its words, its numbers and the bytes of its page. Again changes nothing.

    With the `version` that was read, nothing is published that was not read.
    """
    render, version = rendering(request.app.state.pages), body.version if body else None
    return ReportOut.of(await write(lambda tx: service.publish(tx, quarter.label, render, version)))


@router.post("/quarters/{quarter}/addenda", summary="Add what has changed", responses=problems(403, 404, 409, 422, 503))
async def add_to_report(
    request: Request, write: Write, caller: Calling, quarter: Quarter, report: Found, body: AddendumIn
) -> ReportOut:
    """Tell which of its figures are others by now, by its own scorecard. The report stays as it was published."""
    gathered = await gather(request.app.state.suite_api.of(caller), quarter, report.content.sources.scorecard)
    return ReportOut.of(await write(lambda tx: service.add(tx, quarter.label, gathered, body.reason)))
