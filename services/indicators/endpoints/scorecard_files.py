"""Scorecards as files."""

from fastapi import APIRouter, Request

from chassis.web.moments import AsOf
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from services.indicators.endpoints.parameters import AreaFilter, PeriodFilter, parse_period
from services.indicators.schemas.scorecard_table import scorecard_table
from services.indicators.service import scorecards

router = APIRouter(tags=["Scorecards"])


async def _table(
    request: Request, read: Read, code: str, area: AreaFilter = None, period: PeriodFilter = None, as_of: AsOf = None
) -> Table:
    until = parse_period(period)
    state = await read(lambda tx: scorecards.get_scorecard(tx, code, area, until, as_of))
    return scorecard_table(state, request.app.state.resources.clock())


add_table_routes(
    router,
    "/scorecards/{code}",
    _table,
    name="get_scorecard",
    title="A scorecard",
    description="The columns of the printed scorecard, colours in words. Its own area unless another is named.",
)
