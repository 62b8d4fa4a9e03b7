"""Scorecards as files."""

from fastapi import APIRouter, Request

from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from services.indicators.endpoints.scorecards import SHOWN, Wanted
from services.indicators.schemas.scorecard_table import scorecard_table
from services.indicators.service import scorecards

router = APIRouter(tags=["Scorecards"])


async def _table(request: Request, read: Read, code: str, wanted: Wanted) -> Table:
    state = await read(lambda tx: scorecards.get_scorecard(tx, code, wanted))
    return scorecard_table(state, request.app.state.resources.clock())


add_table_routes(
    router,
    "/scorecards/{code}",
    _table,
    name="get_scorecard",
    title="A scorecard",
    description=f"The columns of the printed scorecard, colours in words. {SHOWN}",
)
