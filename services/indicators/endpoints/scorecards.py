"""Scorecards."""

from fastapi import APIRouter, Response

from chassis.web.paging import OldPage, OldPaging, old_page
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.endpoints.parameters import (
    AreaFilter,
    NewCode,
    PeriodFilter,
    parse_period,
    say_whether_new,
)
from services.indicators.repository import scorecards as stored
from services.indicators.schemas.scorecards import (
    ScorecardDefinition,
    ScorecardIn,
    ScorecardOut,
    ScorecardSummary,
)
from services.indicators.service import kept, views

router = APIRouter(tags=["Scorecards"])


@router.get("/scorecards", summary="List scorecards", responses=problems(401, 422))
async def list_scorecards(read: Read, paging: OldPaging) -> OldPage[ScorecardSummary]:
    rows = await read(lambda tx: stored.list_scorecards(tx, paging.after, paging.limit + 1))
    found = [ScorecardSummary.model_validate(row, from_attributes=True) for row in rows]
    return old_page(found, paging.limit, key=lambda scorecard: scorecard.code)


@router.get(
    "/scorecards/{code}",
    summary="A scorecard for an area",
    description="Its own area unless another is named. With `period`, as at the end of that period.",
    responses=problems(401, 404, 422),
)
async def get_scorecard(read: Read, code: str, area: AreaFilter = None, period: PeriodFilter = None) -> ScorecardOut:
    until = parse_period(period)
    return await read(lambda tx: views.scorecard(tx, code, area, until))


@router.put(
    "/scorecards/{code}",
    summary="Put a whole scorecard in place",
    description="Sections hold aims, which hold indicators, all in order. Answered with 201 where the code is new.",
    responses={
        201: {"model": ScorecardDefinition, "description": "It is new"},
        **problems(401, 413, 415, 422, 503),
    },
)
async def put_scorecard(write: Write, code: NewCode, body: ScorecardIn, response: Response) -> ScorecardDefinition:
    scorecard, new = await write(lambda tx: kept.put_scorecard(tx, code, body))
    say_whether_new(response, new=new)
    return scorecard
