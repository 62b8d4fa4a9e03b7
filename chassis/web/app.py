"""How a service's app is built: its routes, document, health and measures."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.routing import BaseRoute

from chassis.service import ServiceSpec
from chassis.web.admission import service_admission
from chassis.web.audit import audit_router
from chassis.web.contract import ContractMiddleware
from chassis.web.document import complete_document
from chassis.web.internal import internal_router
from chassis.web.middleware import RequestMiddleware
from chassis.web.operations import Operations, operations_of, with_scopes
from chassis.web.problems import install_errors
from chassis.web.served_document import ServedDocument
from chassis.web.service_routes import operation_id, service_routes
from chassis.web.units import Resources, writing
from contracts.paths import first_part


def build_app(spec: ServiceSpec, resources: Resources) -> FastAPI:
    """The service's app, with its own OpenAPI document, health and measures."""
    app = FastAPI(
        title=spec.title,
        description=spec.description,
        version=spec.version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        separate_input_output_schemas=False,
        generate_unique_id_function=partial(operation_id, first_part(spec.name)),
    )
    app.state.resources, app.state.spec = resources, spec
    app.state.document = ServedDocument(lambda: app.openapi())  # noqa: PLW0108  it is completed further down
    install_errors(app)
    routes, operations = _offered(first_part(spec.name), (*spec.routers, audit_router))
    app.router.routes.extend([*routes, *internal_router.routes, *_unlisted.routes])
    settings, operations = resources.settings, with_scopes(operations, spec)
    complete_document(app, operations, spec)
    app.add_middleware(
        ContractMiddleware,
        database=resources.database,
        operations=operations,
        require_if_match=settings.require_if_match,
    )
    app.add_middleware(
        RequestMiddleware,
        service=spec.name,
        admit=service_admission(spec.name, settings),
        body_limit=settings.max_body_bytes,
        access_log=settings.access_log,
    )
    return app


_worked_out: dict[tuple[str, tuple[int, ...]], tuple[Sequence[BaseRoute], Operations]] = {}
"""By what paths begin with and routers, which live as long as their routes do."""


def _offered(part: str, routers: Sequence[APIRouter]) -> tuple[Sequence[BaseRoute], Operations]:
    """Worked out once in a process, for all apps of a service."""
    key = part, tuple(map(id, routers))
    if key not in _worked_out:
        routes = list(service_routes(part, routers))
        _worked_out[key] = routes, operations_of(routes, writing)
    return _worked_out[key]


_unlisted: Final = APIRouter(include_in_schema=False)


@_unlisted.get("/openapi.json")
async def openapi(request: Request) -> Response:
    return Response(await request.app.state.document.get(), media_type="application/json")


@_unlisted.get("/health/live")
async def live(request: Request) -> dict[str, str]:
    return {"status": "live", "service": request.app.state.spec.name}


@_unlisted.get("/health/ready")
async def ready(request: Request, response: Response) -> dict[str, Any]:
    detail = await readiness(request.app.state.resources)
    if not detail["ready"]:
        response.status_code = 503
    return {"service": request.app.state.spec.name, **detail}


@_unlisted.get("/metrics")
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def readiness(resources: Resources) -> dict[str, Any]:
    """Whether the database answers and relay and consumers run, with their lag."""
    try:
        async with resources.database.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:  # noqa: BLE001  whatever is wrong, it is not ready
        return {"ready": False, "database": type(error).__name__}
    if not await resources.database.has_room():
        return {"ready": False, "database": "full"}
    detail = await resources.health() if resources.health else {"ready": True}
    return {"database": "ok", **detail}
