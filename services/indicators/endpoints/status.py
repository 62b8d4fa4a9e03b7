"""The state of an indicator in an area."""

from fastapi import APIRouter

from chassis.web.moments import AsOf
from chassis.web.problems import problems
from chassis.web.units import Read
from services.indicators.endpoints.parameters import InAreaWanted, IndicatorCode
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
async def get_status(read: Read, code: IndicatorCode, wanted: InAreaWanted, as_of: AsOf = None) -> StatusOut:
    return StatusOut.of(await read(lambda tx: status.get_status(tx, wanted.series(code), as_of)))
