"""HTTP of the indicators service, under ``/indicators/v1``."""

from fastapi import APIRouter

from services.indicators.endpoints import (
    area_groups,
    areas,
    commentaries,
    deadlines,
    exceptions,
    exports,
    frameworks,
    imports,
    indicators,
    objectives,
    observations,
    outlook,
    process_control,
    projections,
    quality,
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
    area_groups,
    frameworks,
    exports,
    imports,
    observations,
    status,
    targets,
    projections,
    process_control,
    outlook,
    commentaries,
    scorecard_files,
    scorecards,
    exceptions,
    quality,
    objectives,
    standards,
    deadlines,
):
    router.include_router(part.router)
