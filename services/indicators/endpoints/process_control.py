"""Process control: charts, the matrix of an area, and what people put on charts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from chassis.errors import FieldError, Invalid
from chassis.web.moments import AsOf
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from services.indicators.domain.control.process import AreaProcessControl, SeriesProcessControl
from services.indicators.domain.control.remarks import RemarkFilter, RemarkKind
from services.indicators.domain.control.settings import RUN, SHORT_RUN, ChartSettings, Variant
from services.indicators.domain.definitions import LONGEST_CODE
from services.indicators.domain.observations import SeriesKey
from services.indicators.endpoints.parameters import (
    AreaFilter,
    BreakdownFilter,
    InAreaWanted,
    IndicatorCode,
    answer_whether_new,
)
from services.indicators.schemas.control import ProcessControlMatrixOut, ProcessControlOut
from services.indicators.schemas.control_tables import chart_table, matrix_table
from services.indicators.schemas.remarks import AnnotationIn, AnnotationOut, RecalculationIn, RecalculationOut
from services.indicators.service import process_control, remarks

router = APIRouter(tags=["Process control"])

_BESIDE = "It stands beside the council's colours and never in their place."
_VARIANTS = "By the rules of Making Data Count (`mdc`) or of NHSRplotthedots 0.2.2 (`plotthedots`), which differ."


def _settings(
    variant: Annotated[Variant, Query(description="By which tool's rules the chart is drawn")] = Variant.MDC,
    run: Annotated[
        int, Query(ge=SHORT_RUN, le=RUN, description="How many points make a shift or a trend; 6 only of `mdc`")
    ] = RUN,
) -> ChartSettings:
    settings = ChartSettings(variant, run)
    if not settings.is_offered:
        raise Invalid("This variant has runs of 7 only.", [FieldError("run", f"{variant} has 7 only")])
    return settings


Settings = Annotated[ChartSettings, Depends(_settings)]


async def _chart(
    read: Read, settings: Settings, code: IndicatorCode, wanted: InAreaWanted, as_of: AsOf = None
) -> SeriesProcessControl:
    key = wanted.series(code)
    return await read(lambda tx: process_control.get_process_control(tx, key, settings, as_of))


async def _matrix(
    read: Read,
    settings: Settings,
    wanted: InAreaWanted,
    scorecard: Annotated[
        str | None, Query(max_length=LONGEST_CODE, description="Only the indicators of the scorecard with this code")
    ] = None,
    as_of: AsOf = None,
) -> AreaProcessControl:
    return await read(lambda tx: process_control.get_area_process_control(tx, *wanted, settings, as_of, scorecard))


@router.get(
    "/indicators/{code}/process-control",
    summary="The process control chart of an indicator in an area",
    description=f"An XmR chart of every period: limits, special causes with the rule that fired, variation and "
    f"assurance. {_VARIANTS} Limits begin anew at a break in the series and where a person so decided, never by "
    f"themselves. {_BESIDE}",
    responses=problems(401, 404, 422),
)
async def get_process_control(chart: Annotated[SeriesProcessControl, Depends(_chart)]) -> ProcessControlOut:
    return ProcessControlOut.of(chart)


@router.get(
    "/process-control",
    summary="The process control matrix of an area",
    description=f"Every indicator that is recorded of the area, by code: variation, assurance, limits and the "
    f"council's colours. {_VARIANTS} {_BESIDE}",
    responses=problems(401, 404, 422),
)
async def get_process_control_matrix(
    matrix: Annotated[AreaProcessControl, Depends(_matrix)],
) -> ProcessControlMatrixOut:
    return ProcessControlMatrixOut.of(matrix)


async def _chart_table(request: Request, chart: Annotated[SeriesProcessControl, Depends(_chart)]) -> Table:
    return chart_table(chart, request.app.state.resources.clock())


async def _matrix_table(request: Request, matrix: Annotated[AreaProcessControl, Depends(_matrix)]) -> Table:
    return matrix_table(matrix, request.app.state.resources.clock())


add_table_routes(
    router,
    "/indicators/{code}/process-control",
    _chart_table,
    name="get_process_control",
    title="A process control chart",
    description=f"A row a period: value, limits, special cause and the rules that fired. {_VARIANTS} {_BESIDE}",
)
add_table_routes(
    router,
    "/process-control",
    _matrix_table,
    name="get_process_control_matrix",
    title="The process control matrix of an area",
    description=f"A row an indicator: variation and assurance in words, limits, colours. {_VARIANTS} {_BESIDE}",
)


def _filter(
    area: AreaFilter = None,
    breakdown: BreakdownFilter = None,
    as_of: AsOf = None,
    revisions: Annotated[bool, Query(description="Every revision, not only the current ones")] = False,
) -> RemarkFilter:
    return RemarkFilter(area, breakdown, as_of, revisions)


Wanted = Annotated[RemarkFilter, Depends(_filter)]


@router.get(
    "/indicators/{code}/process-control/recalculations",
    summary="List decisions on where limits begin anew",
    description="The current revision of each, by area, breakdown and period; with `revisions=true` every revision.",
    responses=problems(400, 401, 404, 422),
)
async def list_recalculations(
    read: Read, paging: Paging, code: IndicatorCode, wanted: Wanted
) -> PageBody[RecalculationOut]:
    kind = RemarkKind.RECALCULATION
    page = await read(lambda tx: remarks.list_remarks(tx, paging.request, code, kind, wanted))
    return paging.body(page, RecalculationOut.of)


@router.post(
    "/indicators/{code}/process-control/recalculations",
    status_code=201,
    summary="Decide whether limits begin anew at a period",
    description="A judgement of a person, with a reason and a date. `keep` declines a proposal, or takes a "
    "recalculation back. A new revision where the content differs; the same content again is answered with 200. No "
    "colour and no event follows from it.",
    responses={
        200: {"model": RecalculationOut, "description": "The same content is current already"},
        **problems(401, 404, 413, 415, 422, 503),
    },
)
async def decide_recalculation(
    write: Write, code: IndicatorCode, body: RecalculationIn, response: Response
) -> RecalculationOut:
    key = SeriesKey(code, body.area, body.breakdown)
    recorded, new = await write(lambda tx: remarks.save_remark(tx, key, body.read))
    answer_whether_new(response, new=new)
    return RecalculationOut.of(recorded)


@router.get(
    "/indicators/{code}/process-control/annotations",
    summary="List annotations of charts",
    description="The current revision of each, by area, breakdown and period; with `revisions=true` every revision.",
    responses=problems(400, 401, 404, 422),
)
async def list_annotations(read: Read, paging: Paging, code: IndicatorCode, wanted: Wanted) -> PageBody[AnnotationOut]:
    kind = RemarkKind.ANNOTATION
    page = await read(lambda tx: remarks.list_remarks(tx, paging.request, code, kind, wanted))
    return paging.body(page, AnnotationOut.of)


@router.post(
    "/indicators/{code}/process-control/annotations",
    status_code=201,
    summary="Put words on a chart at a period",
    description="One annotation a period; null takes it off the chart. A new revision where the content differs; the "
    "same content again is answered with 200. No colour and no event follows from it.",
    responses={
        200: {"model": AnnotationOut, "description": "The same content is current already"},
        **problems(401, 404, 413, 415, 422, 503),
    },
)
async def annotate(write: Write, code: IndicatorCode, body: AnnotationIn, response: Response) -> AnnotationOut:
    key = SeriesKey(code, body.area, body.breakdown)
    recorded, new = await write(lambda tx: remarks.save_remark(tx, key, body.read))
    answer_whether_new(response, new=new)
    return AnnotationOut.of(recorded)
