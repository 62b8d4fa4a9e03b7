"""Scorecards."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from chassis.web.moments import AsOf
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.domain.scorecards import ScorecardQuery
from services.indicators.endpoints.parameters import (
    AreaFilter,
    BreakdownFilter,
    NewCode,
    PeriodFilter,
    answer_whether_new,
    parse_period,
)
from services.indicators.schemas.scorecards import ScorecardDefinition, ScorecardIn, ScorecardOut, ScorecardSummary
from services.indicators.service import scorecards

router = APIRouter(tags=["Scorecards"])


@router.get("/scorecards", summary="List scorecards", responses=problems(400, 401, 422))
async def list_scorecards(read: Read, paging: Paging) -> PageBody[ScorecardSummary]:
    return paging.body(await read(lambda tx: scorecards.list_scorecards(tx, paging.request)), ScorecardSummary.of)


SHOWN = (
    "Its own area unless another is named, and each row in its own breakdown unless one is named for all: rows whose "
    "indicator is not broken down so have no figures. With `period`, as at the end of that period; `as_of` reads it as "
    "it was known then. Compared with what the scorecard says, or with `comparator`: an area, `england`, `parent` (the "
    "first area that the one shown is part of), or a group of areas. Then the mean of the others of the group is the "
    "comparator, and `rank` says where the area stands among them, 1 the best, quartile 1 the best quarter."
)


def _query(
    area: AreaFilter = None,
    breakdown: BreakdownFilter = None,
    period: PeriodFilter = None,
    comparator: Annotated[
        str | None,
        Query(
            max_length=80,
            description="Code of an area or of a group of areas, `england` or `parent`",
            examples=["parent"],
        ),
    ] = None,
    as_of: AsOf = None,
) -> ScorecardQuery:
    return ScorecardQuery(area, breakdown, parse_period(period), comparator, as_of)


Wanted = Annotated[ScorecardQuery, Depends(_query)]


@router.get(
    "/scorecards/{code}",
    summary="A scorecard for an area",
    description=SHOWN,
    responses=problems(401, 404, 422),
)
async def get_scorecard(read: Read, code: str, wanted: Wanted) -> ScorecardOut:
    return ScorecardOut.of(await read(lambda tx: scorecards.get_scorecard(tx, code, wanted)))


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
