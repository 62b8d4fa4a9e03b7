"""Recent trends and forecasts."""

from fastapi import APIRouter

from chassis.web.moments import AsOf
from chassis.web.problems import problems
from chassis.web.units import Read
from services.indicators.endpoints.parameters import InAreaWanted, IndicatorCode
from services.indicators.schemas.outlook import ForecastOut, RecentTrendOut
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
