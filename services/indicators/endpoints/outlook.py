"""Recent trends, forecasts, and the trajectories of targets."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from chassis.web.moments import AsOf
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from services.indicators.domain.expectations import Expectation
from services.indicators.domain.series import SeriesPast
from services.indicators.endpoints.parameters import InAreaWanted, IndicatorCode
from services.indicators.schemas.outlook import ForecastOut, RecentTrendOut
from services.indicators.schemas.trajectories import TrajectoryOut, trajectory_table
from services.indicators.service import outlook

router = APIRouter(tags=["Process control"])


@router.get(
    "/indicators/{code}/trend-test",
    summary="The recent trend of an indicator in an area",
    description="As public health profiles have it: five annual values that follow one another, a chi-squared test at "
    "99.8 per cent, and a slope that keeps its sign whichever point is left out. It stands beside the trend colour and "
    "never in its place.",
    responses=problems(401, 404, 422),
)
async def get_trend_test(read: Read, code: IndicatorCode, wanted: InAreaWanted, as_of: AsOf = None) -> RecentTrendOut:
    return RecentTrendOut.of(*await read(lambda tx: outlook.get_recent_trend(tx, wanted.series(code), as_of)))


@router.get(
    "/indicators/{code}/forecast",
    summary="Where an indicator in an area is going",
    description="A straight line through the latest values that follow one another, 5 to 12 of them, to the period in "
    "which the target is due, with a 95 per cent prediction interval, and whether it is on course. It stands beside "
    "the target colour and never in its place.",
    responses=problems(401, 404, 422),
)
async def get_forecast(read: Read, code: IndicatorCode, wanted: InAreaWanted, as_of: AsOf = None) -> ForecastOut:
    return ForecastOut.of(*await read(lambda tx: outlook.get_forecast(tx, wanted.series(code), as_of)))


_TRAJECTORY = (
    "What the target in force expects of each period, from the first that was observed to the one that it is due in, "
    "at most 120 periods ahead: a milestone, or the straight line between its neighbours. Periods in which none is "
    "in force are left out."
)
Trajectory = tuple[SeriesPast, list[Expectation]]


async def _trajectory(read: Read, code: IndicatorCode, wanted: InAreaWanted, as_of: AsOf = None) -> Trajectory:
    return await read(lambda tx: outlook.get_trajectory(tx, wanted.series(code), as_of))


@router.get(
    "/indicators/{code}/trajectory",
    summary="The trajectory of an indicator's target in an area",
    description=_TRAJECTORY,
    responses=problems(401, 404, 422),
    tags=["Targets"],
)
async def get_trajectory(found: Annotated[Trajectory, Depends(_trajectory)]) -> TrajectoryOut:
    return TrajectoryOut.of(*found)


async def _trajectory_table(request: Request, found: Annotated[Trajectory, Depends(_trajectory)]) -> Table:
    return trajectory_table(*found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/indicators/{code}/trajectory",
    _trajectory_table,
    name="get_trajectory",
    title="The trajectory of a target",
    description=_TRAJECTORY,
    tags=["Targets"],
)
