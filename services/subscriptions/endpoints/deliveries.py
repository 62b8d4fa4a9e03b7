"""The delivery log and dead letters of subscriptions over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.subscriptions.domain.deliveries import DeliveryFilter, Outcome
from services.subscriptions.endpoints.subscriptions import SubscriptionInPath
from services.subscriptions.schemas.deliveries import (
    DeadDiscardIn,
    DeadLetterOut,
    DeadLettersTakenOut,
    DeadRetryIn,
    DeliveryOut,
)
from services.subscriptions.service import dead_aggregates

router = APIRouter(tags=["webhooks"])

_WHOLE_TEXT = r"^[^\x00]+$"


@router.get("/subscriptions/{id}/deliveries", summary="List deliveries", responses=problems(400, 401, 404, 422))
async def list_deliveries(
    read: Read,
    paging: Paging,
    id: SubscriptionInPath,  # noqa: A002  the name of the parameter is part of the path
    outcome: Annotated[Outcome | None, Query(description="Only those that ended so")] = None,
    subject: Annotated[
        str | None,
        Query(max_length=200, pattern=_WHOLE_TEXT, description="Only those of an aggregate", examples=["OCC4"]),
    ] = None,
    event_id: Annotated[
        str | None, Query(max_length=64, pattern=_WHOLE_TEXT, description="Only those of an event")
    ] = None,
) -> PageBody[DeliveryOut]:
    """Each request with its answer, the newest first. Kept for two weeks, the newest 10,000, unless set otherwise."""
    wanted = DeliveryFilter(outcome, subject, event_id)
    page = await read(lambda tx: dead_aggregates.list_deliveries(tx, id, wanted, paging.request))
    return paging.body(page, DeliveryOut.of)


@router.get("/subscriptions/{id}/dead-letters", summary="List dead letters", responses=problems(400, 401, 404, 422))
async def list_dead_letters(read: Read, paging: Paging, id: SubscriptionInPath) -> PageBody[DeadLetterOut]:  # noqa: A002  the name of the parameter is part of the path
    """Aggregates whose event was tried for three days and never taken. What follows of them waits behind it."""
    page = await read(lambda tx: dead_aggregates.list_dead(tx, id, paging.request))
    return paging.body(page, DeadLetterOut.of)


@router.post(
    "/subscriptions/{id}/dead-letters/retry",
    summary="Deliver dead letters again",
    responses=problems(401, 404, 413, 415, 422),
)
async def retry_dead_letters(
    write: Write,
    id: SubscriptionInPath,  # noqa: A002  the name of the parameter is part of the path
    body: DeadRetryIn | None = None,
) -> DeadLettersTakenOut:
    """Each with what waits behind it, in order; for three days, as if for the first time."""
    wanted = None if body is None else body.to_domain()
    count = await write(lambda tx: dead_aggregates.retry_dead(tx, id, wanted))
    return DeadLettersTakenOut(aggregates=count)


@router.post(
    "/subscriptions/{id}/dead-letters/discard",
    summary="Leave dead letters out",
    responses=problems(401, 404, 413, 415, 422),
)
async def discard_dead_letters(write: Write, id: SubscriptionInPath, body: DeadDiscardIn) -> DeadLettersTakenOut:  # noqa: A002  the name of the parameter is part of the path
    """The event is never delivered, and what waits behind it is. Say why: it is in the audit record."""
    count = await write(lambda tx: dead_aggregates.discard_dead(tx, id, body.to_domain(), body.reason))
    return DeadLettersTakenOut(aggregates=count)
