"""HTTP of the indicators service, under ``/indicators/v1``."""

from fastapi import APIRouter

from services.indicators.endpoints import definitions, kept, observations, scorecards

PREFIX = "/indicators/v1"

router = APIRouter(prefix=PREFIX)
for part in (definitions.router, observations.router, scorecards.router, kept.router):
    router.include_router(part)
