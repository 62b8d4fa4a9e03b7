"""The app that says who may come in: built like a service's, over the gateway's own database."""

from dataclasses import replace
from typing import Final

from fastapi import FastAPI
from sqlalchemy import MetaData

from chassis.service import ServiceSpec
from chassis.web.app import build_app
from chassis.web.units import Resources
from gateway.access.endpoints import SECRETIVE, router
from gateway.access.keyring import Keyring
from gateway.access.mentions import SuiteAsked
from gateway.access.owners_endpoints import router as owners
from gateway.access.people_endpoints import router as people

NAME: Final = "access"


def create_access(resources: Resources, metadata: MetaData, keyring: Keyring, suite_api: SuiteAsked) -> FastAPI:
    """The app, in the gateway's own process: the gateway logs its calls."""
    settings = resources.settings.model_copy(update={"access_log": False})
    spec = ServiceSpec(
        name=NAME,
        title="Access",
        description=(
            "Keys to the suite: what each may do, whose it is, and until when; the people behind them, and what names "
            "none of them as its owner."
        ),
        metadata=metadata,
        package="gateway",
        routers=(router, people, owners),
        secretive=SECRETIVE,
    )
    app = build_app(spec, replace(resources, settings=settings))
    app.state.keyring, app.state.suite_api = keyring, suite_api
    return app
