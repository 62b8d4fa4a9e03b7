"""Scorecards."""

from fastapi import APIRouter, Response

from chassis.web.moments import AsOf
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.endpoints.parameters import AreaFilter, NewCode, PeriodFilter, answer_whether_new, parse_period
from services.indicators.schemas.scorecards import ScorecardDefinition, ScorecardIn, ScorecardOut, ScorecardSummary
from services.indicators.service import scorecards

router = APIRouter(tags=["Scorecards"])


@router.get("/scorecards", summary="List scorecards", responses=problems(400, 401, 422))
async def list_scorecards(read: Read, paging: Paging) -> PageBody[ScorecardSummary]:
    return paging.body(await read(lambda tx: scorecards.list_scorecards(tx, paging.request)), ScorecardSummary.of)


@router.get(
    "/scorecards/{code}",
    summary="A scorecard for an area",
    description="Its own area unless another is named. With `period`, as at the end of that period; `as_of` reads it "
    "as it was known then.",
    responses=problems(401, 404, 422),
)
async def get_scorecard(
    read: Read, code: str, area: AreaFilter = None, period: PeriodFilter = None, as_of: AsOf = None
) -> ScorecardOut:
    until = parse_period(period)
    return ScorecardOut.of(await read(lambda tx: scorecards.get_scorecard(tx, code, area, until, as_of)))


@router.put(
    "/scorecards/{code}",
    summary="Put a whole scorecard in place",
    description="Sections hold aims, which hold rows, all in order. Answered with 201 where the code is new.",
    responses={
        201: {"model": ScorecardDefinition, "description": "It is new"},
        **problems(401, 413, 415, 422, 503),
    },
)
async def put_scorecard(write: Write, code: NewCode, body: ScorecardIn, response: Response) -> ScorecardDefinition:
    scorecard = body.to_domain(code)
    answer_whether_new(response, new=await write(lambda tx: scorecards.save_scorecard(tx, scorecard)))
    return ScorecardDefinition.of_scorecard(scorecard)
