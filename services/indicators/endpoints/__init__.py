"""HTTP of the indicators service, under ``/indicators/v1``."""

from fastapi import APIRouter

from services.indicators.endpoints import (
    areas,
    exports,
    frameworks,
    imports,
    indicators,
    objectives,
    observations,
    outlook,
    process_control,
    projections,
    scorecard_files,
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
    exports,
    imports,
    observations,
    status,
    targets,
    projections,
    process_control,
    outlook,
    scorecard_files,
    scorecards,
    objectives,
    standards,
):
    router.include_router(part.router)
