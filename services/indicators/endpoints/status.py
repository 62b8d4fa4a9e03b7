"""The state of an indicator in an area."""

from fastapi import APIRouter

from chassis.web.moments import AsOf
from chassis.web.problems import problems
from chassis.web.units import Read
from contracts.breakdown import Breakdown
from services.indicators.domain.observations import SeriesKey
from services.indicators.endpoints.parameters import AreaWanted, BreakdownWanted, IndicatorCode
from services.indicators.schemas.status import StatusOut
from services.indicators.service import status

router = APIRouter(tags=["Observations"])


@router.get(
    "/indicators/{code}/status",
    summary="The state of an indicator in an area",
    description="The latest observation, its benchmark, trend and target colours with their reasons, and the six "
    "periods that end with it, oldest first. `as_of` reads it as it was known then.",
    responses=problems(401, 404, 422),
)
async def get_status(
    read: Read, code: IndicatorCode, area: AreaWanted, breakdown: BreakdownWanted = None, as_of: AsOf = None
) -> StatusOut:
    key = SeriesKey(code, area, breakdown or Breakdown.TOTAL)
    return StatusOut.of(await read(lambda tx: status.get_status(tx, key, as_of)))
