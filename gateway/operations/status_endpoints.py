"""How the suite is doing, over HTTP: consumers, outboxes and jobs of every service."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from chassis.jobs.job import JobState
from chassis.web.identity import Calling
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from gateway.operations import status
from gateway.operations.services import Services
from gateway.operations.status_schemas import ConsumerOut, JobOut, OutboxOut

router = APIRouter(tags=["operations"])


def _services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


@router.get("/consumers", summary="Consumers and their lag", responses=problems(400, 422, 503))
async def list_consumers(request: Request, paging: Paging) -> PageBody[ConsumerOut]:
    """Every consumer of every service: how far behind it is, what it has parked, and whether it works."""
    return paging.body(await status.list_consumers(_services(request).clients, paging.request), ConsumerOut.of)


@router.get("/outbox", summary="Events that wait to be published", responses=problems(400, 422, 503))
async def list_outboxes(request: Request, paging: Paging) -> PageBody[OutboxOut]:
    """Of every service, and why they wait where something is in the way."""
    return paging.body(await status.list_outboxes(_services(request).clients, paging.request), OutboxOut.of)


@router.get("/jobs", summary="Jobs of every service", responses=problems(400, 422, 503))
async def list_jobs(
    request: Request,
    caller: Calling,
    paging: Paging,
    state: Annotated[JobState | None, Query(description="How they stand; all without", examples=["failed"])] = None,
) -> PageBody[JobOut]:
    """By service, the newest first: imports, openings of quarters and what else is done beside requests."""
    found = await status.list_jobs(_services(request).jobs(caller.name), state, paging.request)
    return paging.body(found, JobOut.of)
