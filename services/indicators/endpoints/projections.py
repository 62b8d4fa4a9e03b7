"""Projections."""

from fastapi import APIRouter, Response

from chassis.web.moments import AsOf
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.projections import ProjectionFilter
from services.indicators.endpoints.parameters import AreaFilter, BreakdownFilter, IndicatorCode, answer_whether_new
from services.indicators.schemas.projections import ProjectionIn, ProjectionOut
from services.indicators.service import projections

router = APIRouter(tags=["Projections"])


@router.get(
    "/indicators/{code}/projections",
    summary="List projections",
    description="The current revision of each, by area, breakdown, name and period.",
    responses=problems(400, 401, 404, 422),
)
async def list_projections(
    read: Read,
    paging: Paging,
    code: IndicatorCode,
    area: AreaFilter = None,
    breakdown: BreakdownFilter = None,
    as_of: AsOf = None,
) -> PageBody[ProjectionOut]:
    wanted = ProjectionFilter(area, breakdown, as_of)
    page = await read(lambda tx: projections.list_projections(tx, paging.request, code, wanted))
    return paging.body(page, ProjectionOut.of)


@router.post(
    "/indicators/{code}/projections",
    status_code=201,
    summary="Record a projection",
    description="A new revision where the content differs. The same content again is answered with 200. A projection "
    "is never an observation: no colour and no event follows from it.",
    responses={
        200: {"model": ProjectionOut, "description": "The same content is current already"},
        **problems(401, 404, 413, 415, 422, 503),
    },
)
async def record_projection(write: Write, code: IndicatorCode, body: ProjectionIn, response: Response) -> ProjectionOut:
    key = SeriesKey(code, body.area, body.breakdown)
    recorded, new = await write(lambda tx: projections.record_projection(tx, key, body.read))
    answer_whether_new(response, new=new)
    return ProjectionOut.of(recorded)
