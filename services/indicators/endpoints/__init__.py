"""HTTP of the indicators service, under ``/indicators/v1``."""

from services.indicators.endpoints import (
    area_groups,
    areas,
    commentaries,
    control_signals,
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

routers = tuple(
    part.router
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
        control_signals,
        outlook,
        commentaries,
        scorecard_files,
        scorecards,
        exceptions,
        quality,
        objectives,
        standards,
        deadlines,
    )
)
