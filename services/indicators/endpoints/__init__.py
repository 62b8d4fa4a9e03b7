"""HTTP of the indicators service, under ``/indicators/v1``."""

from fastapi import APIRouter

from services.indicators.endpoints import (
    areas,
    frameworks,
    indicators,
    objectives,
    observations,
    projections,
    scorecards,
    standards,
    status,
    targets,
)

PREFIX = "/indicators/v1"

router = APIRouter(prefix=PREFIX)
for part in (
    indicators,
    areas,
    frameworks,
    observations,
    status,
    targets,
    projections,
    scorecards,
    objectives,
    standards,
):
    router.include_router(part.router)
