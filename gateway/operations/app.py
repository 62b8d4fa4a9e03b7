"""The app of what an operator does: built like a service's, over the gateway's own database."""

from dataclasses import replace
from typing import Final

from fastapi import FastAPI
from sqlalchemy import MetaData

from chassis.service import ServiceSpec
from chassis.web.app import build_app
from chassis.web.units import Resources
from gateway.operations.endpoints import router

NAME: Final = "operations"


def create_operations(resources: Resources, metadata: MetaData) -> FastAPI:
    """The app, in the gateway's own process: nothing to prove, and the gateway logs its calls."""
    settings = resources.settings.model_copy(update={"internal_key": None, "access_log": False})
    spec = ServiceSpec(
        name=NAME,
        title="Operations",
        description="Recoveries from stores that went back in time, and verifications that nothing differs.",
        metadata=metadata,
        package="gateway",
        routers=(router,),
    )
    return build_app(spec, replace(resources, settings=settings))
