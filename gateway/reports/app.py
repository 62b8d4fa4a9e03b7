"""The app of the board's reports: built like a service's, over the gateway's own database."""

from dataclasses import replace
from typing import Final

from fastapi import FastAPI
from sqlalchemy import MetaData

from chassis.service import ServiceSpec
from chassis.web.app import build_app
from chassis.web.units import Resources
from gateway.reports.asking import SuiteApi
from gateway.reports.endpoints import PUBLISH, router
from gateway.reports.rendering import Press
from portal.settings import PortalSettings

NAME: Final = "reports"


def create_reports(resources: Resources, metadata: MetaData, suite_api: SuiteApi, pages: PortalSettings) -> FastAPI:
    """The app, in the gateway's own process: the gateway logs its calls."""
    settings = resources.settings.model_copy(update={"access_log": False})
    spec = ServiceSpec(
        name=NAME,
        title="Reports",
        description=(
            "The board's report of a quarter: drafted of what is known, edited, published and then frozen with its "
            "numbers; what is corrected later is told by addenda."
        ),
        metadata=metadata,
        package="gateway",
        routers=(router,),
        scopes=dict.fromkeys(PUBLISH, "reports:publish"),
    )
    app = build_app(spec, replace(resources, settings=settings))
    app.state.suite_api, app.state.pages, app.state.press = suite_api, pages, Press()
    return app
