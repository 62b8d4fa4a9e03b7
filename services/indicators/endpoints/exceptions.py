"""Performance by exception."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from chassis.web.moments import AsOf
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from services.indicators.domain.definitions import LONGEST_CODE
from services.indicators.domain.exceptions import ExceptionKind, ExceptionsQuery
from services.indicators.endpoints.parameters import AreaWanted, BreakdownFilter, PeriodFilter, parse_period
from services.indicators.schemas.exceptions import ExceptionsOut, exceptions_table
from services.indicators.service import exceptions

router = APIRouter(tags=["Scorecards"])

_DESCRIPTION = (
    "Every series of the area, and what its scorecards show though nothing was recorded, that is red against England "
    "or its own past (`red`, `dark_red`) or against its target (`red_target`), was not red in the period shown before "
    "(`newly_red`), is red with a red trend (`red_and_worsening`), has had no value for more than two of its periods "
    "(`stale`), or has none (`missing`), each with the reason in words. At the end of `period`, or now; colours made "
    "with provisional values say so. Retired indicators are left out."
)


def _query(
    area: AreaWanted,
    period: PeriodFilter = None,
    breakdown: BreakdownFilter = None,
    scorecard: Annotated[
        str | None,
        Query(max_length=LONGEST_CODE, description="Only rows of this scorecard", examples=["integrated-2017-18"]),
    ] = None,
    kind: Annotated[
        list[ExceptionKind] | None,
        Query(max_length=len(ExceptionKind), description="Only exceptions of these kinds", examples=[["red_target"]]),
    ] = None,
    as_of: AsOf = None,
) -> ExceptionsQuery:
    return ExceptionsQuery(area, parse_period(period), breakdown, scorecard, frozenset(kind or ()), as_of)


Wanted = Annotated[ExceptionsQuery, Depends(_query)]


@router.get(
    "/exceptions",
    summary="Performance by exception",
    description=_DESCRIPTION,
    responses=problems(401, 404, 422),
)
async def get_exceptions(read: Read, wanted: Wanted) -> ExceptionsOut:
    return ExceptionsOut.of(await read(lambda tx: exceptions.get_exceptions(tx, wanted)))


async def _table(request: Request, read: Read, wanted: Wanted) -> Table:
    state = await read(lambda tx: exceptions.get_exceptions(tx, wanted))
    return exceptions_table(state, request.app.state.resources.clock())


add_table_routes(
    router,
    "/exceptions",
    _table,
    name="get_exceptions",
    title="Exceptions",
    description=f"{_DESCRIPTION} A row for each reason.",
)
