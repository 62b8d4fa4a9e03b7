"""Reports over HTTP."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from chassis.errors import FieldError
from chassis.web.identity import Calling
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.answers import file_responses
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from contracts.period import Period, PeriodKind, UnknownPeriodError
from gateway.reports import service
from gateway.reports.errors import MomentAhead, QuarterInvalid, TableUnknown
from gateway.reports.gathering import choose_scorecard, gather
from gateway.reports.rendering import FORMS, Press, page_policy
from gateway.reports.report import Report
from gateway.reports.schemas import AddendumIn, DraftIn, FrontSheetPatch, PublicationIn, ReportOut, ReportSummaryOut
from gateway.reports.tables import table_of

PUBLISH = ("publish_report", "add_to_report")
"""Operations by which a board is told something."""
router = APIRouter(tags=["reports"])


def _quarter(
    quarter: Annotated[
        str, Path(max_length=40, description="Financial quarter, such as `2017-18-Q3`", examples=["2017-18-Q3"])
    ],
) -> Period:
    try:
        found = Period.parse(quarter)
    except UnknownPeriodError as error:
        raise QuarterInvalid(str(error)) from error
    if found.kind is not PeriodKind.QUARTER:
        raise QuarterInvalid(f"{found} is no financial quarter.")
    return found


Quarter = Annotated[Period, Depends(_quarter)]


async def _report(read: Read, quarter: Quarter) -> Report:
    return await read(lambda tx: service.get_report(tx, quarter.label))


Found = Annotated[Report, Depends(_report)]


async def _table(
    report: Found,
    table: Annotated[str, Path(max_length=40, description="Code of the table within the report", examples=["fund"])],
) -> Table:
    found = next((each for each in report.content.tables if each.code == table), None)
    if found is None:
        raise TableUnknown(f"The tables are: {', '.join(each.code for each in report.content.tables)}.")
    return table_of(report, found, report.published_at or report.drafted_at)


@router.get("/quarters", summary="Reports, the latest quarter first", responses=problems(400, 422))
async def list_reports(read: Read, paging: Paging) -> PageBody[ReportSummaryOut]:
    """What was published; drafts too for those who write or publish reports."""
    return paging.body(await read(lambda tx: service.list_reports(tx, paging.request)), ReportSummaryOut.of)


def _file_of(ending: str) -> Callable[..., Awaitable[Response]]:
    async def answer(read: Read, request: Request, quarter: Quarter) -> Response:
        report, kept = await read(lambda tx: service.get_file(tx, quarter.label, ending))
        content = (await _print(request, report, ending))[ending] if kept is None else kept
        return Response(content, media_type=FORMS[ending].media_type, headers=_headers(quarter, ending, content))

    return answer


async def _print(request: Request, report: Report, *endings: str) -> Mapping[str, bytes]:
    press: Press = request.app.state.press
    return await press.print(report, request.app.state.pages.council, endings or tuple(FORMS))


def _headers(quarter: Period, ending: str, content: bytes) -> dict[str, str]:
    """A page may load its own style and nothing else; what a browser does not show it saves under a name."""
    if ending == service.PAGE:
        return {"content-security-policy": page_policy(content)}
    shown = "inline" if FORMS[ending].is_shown else "attachment"
    return {"content-disposition": f'{shown}; filename="report-{quarter.path}.{ending}"'}


for _ending, _form in FORMS.items():
    router.add_api_route(
        f"/quarters/{{quarter}}.{_ending}",
        _file_of(_ending),
        name=f"get_report_{_ending}",
        summary=f"A report as {_form.words}",
        description="The whole report. It needs nothing else. Once published, the same bytes come out again.",
        response_class=Response,
        responses={**file_responses(_form.media_type), **problems(404, 422, 503)},
    )


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
    read: Read,
    write: Write,
    request: Request,
    response: Response,
    caller: Calling,
    quarter: Quarter,
    body: DraftIn | None = None,
) -> ReportOut:
    """Make it of what is known now, or put the numbers of now into its draft, whose front sheet and scorecard stay.

    With `as_of` its numbers are those that were known at that moment. Whoever drafts sees every part of it: scorecard,
    risks, pledges and funds.
    """
    api, pages = request.app.state.suite_api.of(caller), request.app.state.pages
    as_of = _moment(body, request.app.state.resources.clock())
    own = await read(lambda tx: service.find_scorecard(tx, quarter.label))
    gathered = await gather(api, quarter, own or await choose_scorecard(api, pages.scorecard), as_of)
    report, created = await write(lambda tx: service.draft(tx, gathered))
    response.status_code = 201 if created else 200
    if created:
        response.headers["location"] = request.url.path
    return ReportOut.of(report)


def _moment(body: DraftIn | None, now: datetime) -> str | None:
    if body is None or body.as_of is None:
        return None
    if body.as_of > now:
        raise MomentAhead("Draft it of now.", [FieldError("as_of", f"is after {now.isoformat(timespec='seconds')}")])
    return body.as_of.isoformat()


@router.patch("/quarters/{quarter}", summary="Edit a draft's front sheet", responses=problems(404, 409, 422))
async def edit_report(write: Write, quarter: Quarter, body: FrontSheetPatch) -> ReportOut:
    """What is said before the numbers. The numbers themselves are those of the suite."""
    return ReportOut.of(await write(lambda tx: service.edit(tx, quarter.label, body.changes())))


@router.post("/quarters/{quarter}/publish", summary="Publish a report", responses=problems(404, 412, 422, 503))
async def publish_report(
    read: Read,
    write: Write,
    request: Request,
    caller: Calling,
    quarter: Quarter,
    body: PublicationIn | None = None,
) -> ReportOut:
    """Freeze its words, its numbers and the bytes of its files. Again changes nothing.

    With the `version` that was read, nothing is published that was not read.
    """
    found, version = await read(lambda tx: service.get_report(tx, quarter.label)), body.version if body else None
    after = service.as_published(found, caller.name, request.app.state.resources.clock(), version)
    files = {} if found.files else await _print(request, after)
    return ReportOut.of(await write(lambda tx: service.publish(tx, after, files)))


@router.post("/quarters/{quarter}/addenda", summary="Add what has changed", responses=problems(403, 404, 409, 422, 503))
async def add_to_report(
    request: Request, write: Write, caller: Calling, quarter: Quarter, report: Found, body: AddendumIn
) -> ReportOut:
    """Tell which of its figures are others by now, by its own scorecard. The report stays as it was published."""
    gathered = await gather(request.app.state.suite_api.of(caller), quarter, report.content.sources.scorecard)
    return ReportOut.of(await write(lambda tx: service.add(tx, quarter.label, gathered, body.reason)))
