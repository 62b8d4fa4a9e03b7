"""Commentaries."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from chassis.web.moments import AsOf
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.domain.commentaries import CommentaryFilter
from services.indicators.endpoints.parameters import (
    AreaFilter,
    BreakdownFilter,
    IndicatorCode,
    PeriodFilter,
    answer_whether_new,
)
from services.indicators.schemas.commentaries import CommentaryHistoryOut, CommentaryIn, CommentaryOut
from services.indicators.service import commentaries

router = APIRouter(tags=["Commentaries"])

_HIGHEST = 2**31 - 1


@router.get(
    "/indicators/{code}/commentaries",
    summary="List commentaries",
    description="The current revision of each, and the one that is published, which may be an earlier one.",
    responses=problems(400, 401, 404, 422),
)
async def list_commentaries(
    read: Read,
    paging: Paging,
    code: IndicatorCode,
    area: AreaFilter = None,
    breakdown: BreakdownFilter = None,
    period: PeriodFilter = None,
    as_of: AsOf = None,
) -> PageBody[CommentaryOut]:
    wanted = CommentaryFilter(area, breakdown, period, as_of)
    page = await read(lambda tx: commentaries.list_commentaries(tx, paging.request, code, wanted))
    return paging.body(page, CommentaryOut.of)


@router.get(
    "/indicators/{code}/commentaries/{number}",
    summary="Every revision of a commentary",
    responses=problems(401, 404, 422),
)
async def get_commentary(
    read: Read,
    code: IndicatorCode,
    number: Annotated[int, Path(ge=1, le=_HIGHEST, description="Its number within the indicator", examples=[1])],
) -> CommentaryHistoryOut:
    return CommentaryHistoryOut.of(await read(lambda tx: commentaries.get_commentary(tx, code, number)))


@router.post(
    "/indicators/{code}/commentaries",
    status_code=201,
    summary="Record a commentary",
    description="One for each series and period: other content is its next revision, answered with 201; the same "
    "again is answered with 200 and changes nothing. What is published, or withdrawn, is an event of its own, and "
    "stands beside the figure in scorecards and exceptions.",
    responses={
        200: {"model": CommentaryOut, "description": "It says so already"},
        **problems(401, 404, 413, 415, 422, 503),
    },
)
async def record_commentary(write: Write, code: IndicatorCode, body: CommentaryIn, response: Response) -> CommentaryOut:
    view, new = await write(lambda tx: commentaries.record(tx, code, body.of_indicator(code)))
    answer_whether_new(response, new=new)
    response.headers["location"] = f"/indicators/v1/indicators/{code}/commentaries/{view.current.number}"
    return CommentaryOut.of(view)
