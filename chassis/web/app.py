"""How a service's app is built: its routes, document, health and measures."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from chassis.service import ServiceSpec
from chassis.web.admission import service_admission
from chassis.web.audit import audit_router
from chassis.web.contract import ContractMiddleware
from chassis.web.document import complete_document
from chassis.web.internal import internal_router
from chassis.web.middleware import RequestMiddleware
from chassis.web.operations import operations_of
from chassis.web.problems import install_errors
from chassis.web.served_document import ServedDocument
from chassis.web.service_routes import operation_id, service_routes
from chassis.web.units import Resources, writing


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
        generate_unique_id_function=partial(operation_id, spec.name),
    )
    app.state.resources = resources
    install_errors(app)
    document = ServedDocument(lambda: app.openapi())  # noqa: PLW0108  it is completed further down
    app.router.routes.extend(service_routes(spec.name, spec.routers))
    for router in _common_routers(spec, resources, document):
        app.include_router(router)
    settings, operations = resources.settings, operations_of(app, writing, spec)
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


def _common_routers(spec: ServiceSpec, resources: Resources, document: ServedDocument) -> Sequence[APIRouter]:
    """What every service has, with its own resources."""
    return audit_router(spec.name), internal_router(spec, resources), _operations(spec.name, resources, document)


def _operations(name: str, resources: Resources, document: ServedDocument) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json")
    async def openapi() -> Response:
        return Response(await document.get(), media_type="application/json")

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live", "service": name}

    @router.get("/health/ready")
    async def ready(response: Response) -> dict[str, Any]:
        detail = await readiness(resources)
        if not detail["ready"]:
            response.status_code = 503
        return {"service": name, **detail}

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


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
