"""The state of an indicator in an area, and of its inequality gaps."""

from fastapi import APIRouter

from chassis.web.moments import AsOf
from chassis.web.problems import problems
from chassis.web.units import Read
from services.indicators.endpoints.parameters import InAreaWanted, IndicatorCode
from services.indicators.schemas.status import GapsOut, StatusOut
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


@router.get(
    "/indicators/{code}/inequality-gaps",
    summary="The inequality gaps of an indicator in an area",
    description="The state of each indicator that is defined as a gap between two values of a dimension of this one. "
    "Of a breakdown that names one of the two it is the gap between them; one that names another value has none.",
    responses=problems(401, 404, 422),
)
async def get_inequality_gaps(read: Read, code: IndicatorCode, wanted: InAreaWanted, as_of: AsOf = None) -> GapsOut:
    return GapsOut.of(await read(lambda tx: status.get_gaps(tx, wanted.series(code), as_of)), as_of)
