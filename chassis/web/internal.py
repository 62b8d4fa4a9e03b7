"""What a service offers to the gateway alone, beside its public paths: the steps of a recovery."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from chassis.bus.port import BusError
from chassis.errors import BadRequest, NotFound, Unavailable
from chassis.recovery.local import LocalStores
from chassis.recovery.steps import PATH, STEPS, arguments_of_json, result_to_json
from chassis.service import ServiceSpec
from chassis.web.admission import ACTOR_HEADER, actor_of
from chassis.web.units import Resources


def internal_router(spec: ServiceSpec, resources: Resources) -> APIRouter:
    """``POST /internal/stores/{step}``: the service admits only who shows the internal key."""
    router = APIRouter(include_in_schema=False)

    @router.post(f"{PATH}/{{step}}")
    async def take_step(step: str, request: Request) -> JSONResponse:
        stores = _stores(spec, resources, actor_of(request.headers.get(ACTOR_HEADER)))
        if step not in STEPS:
            raise NotFound(f"A recovery has no step {step!r}.")
        arguments = _arguments(step, await request.json())
        try:
            result = await getattr(stores, step)(**arguments)
        except BusError as error:
            raise Unavailable(f"The bus does not answer: {error}") from error
        return JSONResponse(result_to_json(step, result))

    return router


def _stores(spec: ServiceSpec, resources: Resources, actor: str) -> LocalStores:
    if resources.bus is None:
        raise Unavailable("This service has no bus.")
    return LocalStores(
        spec.name, spec.republication, spec.subscriptions, resources.database, resources.bus, actor=actor
    )


def _arguments(step: str, body: Any) -> dict[str, Any]:
    try:
        return arguments_of_json(step, body)
    except (ValidationError, KeyError, TypeError) as error:
        raise BadRequest(f"These are no arguments of {step}: {error}") from error
