"""What a service offers to the gateway alone, beside its public paths: recoveries, dead letters, replays."""

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from chassis.bus.port import BusError
from chassis.errors import BadRequest, NotFound, Unavailable
from chassis.identity import require_scope
from chassis.recovery.dead_letters import DeadLetterStore, LocalDeadLetters
from chassis.recovery.jobs import JobStore, LocalJobs
from chassis.recovery.local import LocalStores
from chassis.recovery.port import ServiceStores
from chassis.recovery.replays import LocalReplays, ReplayStore
from chassis.recovery.steps import PATH, arguments_of_json, result_to_json, steps_of
from chassis.service import ServiceSpec
from chassis.web.identity import caller_of
from chassis.web.units import Resources
from contracts.scopes import OPERATE

internal_router: Final = APIRouter(include_in_schema=False)
"""``POST /internal/stores/{step}``: the gateway asks, for an operator."""


@internal_router.post(f"{PATH}/{{step}}")
async def take_step(step: str, request: Request) -> JSONResponse:
    require_scope(caller_of(request.scope), OPERATE)
    port, state = _port_with(step), request.app.state
    asked = _asked(port, state.spec, state.resources, caller_of(request.scope).name)
    arguments = _arguments(port, step, await request.json())
    try:
        result = await getattr(asked, step)(**arguments)
    except BusError as error:
        raise Unavailable(f"The bus does not answer: {error}") from error
    return JSONResponse(result_to_json(port, step, result))


def _port_with(step: str) -> type:
    for port in (ServiceStores, DeadLetterStore, JobStore, ReplayStore):
        if step in steps_of(port):
            return port
    raise NotFound(f"There is no step {step!r}.")


def _asked(
    port: type, spec: ServiceSpec, resources: Resources, actor: str
) -> LocalStores | LocalDeadLetters | LocalJobs | LocalReplays:
    database, bus = resources.database, resources.bus
    if port is DeadLetterStore:
        return LocalDeadLetters(spec.subscriptions, database, actor=actor)
    if port is JobStore:
        return LocalJobs(database)
    if bus is None:
        raise Unavailable("This service has no bus.")
    if port is ReplayStore:
        return LocalReplays(spec.name, spec.subscriptions, database, bus, actor=actor)
    return LocalStores(
        spec.name, spec.republication, spec.subscriptions, database, bus, actor=actor, publishes=spec.publishes
    )


def _arguments(port: type, step: str, body: Any) -> dict[str, Any]:
    try:
        return arguments_of_json(port, step, body)
    except (ValidationError, KeyError, TypeError) as error:
        raise BadRequest(f"These are no arguments of {step}: {error}") from error
