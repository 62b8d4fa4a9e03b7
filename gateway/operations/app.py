"""The app of what an operator does: built like a service's, over the gateway's own database."""

from dataclasses import replace
from typing import Final

from fastapi import FastAPI
from sqlalchemy import MetaData

from chassis.service import ServiceSpec
from chassis.web.app import build_app
from chassis.web.units import Resources
from contracts.scopes import SCOPES
from gateway.operations.dead_letter_endpoints import router as dead_letters
from gateway.operations.endpoints import router
from gateway.operations.replay_endpoints import router as replays
from gateway.operations.services import Services
from gateway.operations.status_endpoints import router as status

NAME: Final = "operations"
_READERS: Final = tuple(scope for scope in SCOPES if scope.endswith(":read"))
"""Whoever may read anything may read which day its rules of the calendar read."""


def create_operations(resources: Resources, metadata: MetaData, services: Services) -> FastAPI:
    """The app, in the gateway's own process: the gateway logs its calls."""
    settings = resources.settings.model_copy(update={"access_log": False})
    spec = ServiceSpec(
        name=NAME,
        title="Operations",
        description=(
            "Consumers, outboxes and jobs, recoveries from stores that went back in time, verifications that nothing "
            "differs, events that could not be applied, replays, rebuilds, and the business date."
        ),
        metadata=metadata,
        package="gateway",
        routers=(router, status, dead_letters, replays),
        scopes={"get_business_date": _READERS},
    )
    app = build_app(spec, replace(resources, settings=settings))
    app.state.services = services
    return app
