"""Targets."""

from fastapi import APIRouter, Response

from chassis.web.moments import AsOf
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.targets import TargetFilter
from services.indicators.endpoints.parameters import AreaFilter, BreakdownFilter, IndicatorCode, answer_whether_new
from services.indicators.schemas.targets import TargetIn, TargetOut
from services.indicators.service import targets

router = APIRouter(tags=["Targets"])


@router.get(
    "/indicators/{code}/targets",
    summary="List targets and their versions",
    responses=problems(400, 401, 404, 422),
)
async def list_targets(
    read: Read,
    paging: Paging,
    code: IndicatorCode,
    area: AreaFilter = None,
    breakdown: BreakdownFilter = None,
    as_of: AsOf = None,
) -> PageBody[TargetOut]:
    wanted = TargetFilter(area, breakdown, as_of)
    page = await read(lambda tx: targets.list_targets(tx, paging.request, code, wanted))
    return paging.body(page, TargetOut.of)


@router.post(
    "/indicators/{code}/targets",
    status_code=201,
    summary="Set a target",
    description="Other content than the newest version's is a new version, also where an older one had it. The newest "
    "one's again is answered with 200. Only the first version may leave out from when it applies and why it is set. "
    "A version of kind `none` ends the target: no period from its `applies_from` on is judged by it, those before stay "
    "as they were judged, and an end from before its first period takes back what should never have been set.",
    responses={
        200: {"model": TargetOut, "description": "The newest version has this content"},
        **problems(401, 404, 413, 415, 422, 503),
    },
)
async def set_target(write: Write, code: IndicatorCode, body: TargetIn, response: Response) -> TargetOut:
    key = SeriesKey(code, body.area, body.breakdown)
    recorded, new = await write(lambda tx: targets.set_target(tx, key, body.read, body.reason))
    answer_whether_new(response, new=new)
    return TargetOut.of(recorded)
