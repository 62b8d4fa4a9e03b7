"""The log of what was sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, delete, select

from chassis.paging import Page, PageRequest, page_of
from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from services.subscriptions.domain.deliveries import Attempt, Delivery, DeliveryFilter, Outcome
from services.subscriptions.models import Base, DeliveryRow

_SUBSCRIPTION: Final = Base.metadata.tables["subscription"]
_DELIVERY: Final = Base.metadata.tables["delivery"]


async def save_deliveries(tx: Tx, deliveries: Sequence[Delivery]) -> None:
    """Add lines to the log; their ids are given here."""
    if deliveries:
        await insert_many(tx, DeliveryRow, [_logged(each) for each in deliveries])


def _logged(found: Delivery) -> dict[str, Any]:
    attempt = found.attempt
    return {
        "subscription_id": found.subscription,
        "event_id": found.event_id,
        "type": found.type,
        "service": found.service,
        "subject": found.subject,
        "position": found.position,
        "attempts": found.attempts,
        "outcome": attempt.outcome.value,
        "started_at": attempt.started_at,
        "milliseconds": attempt.milliseconds,
        "status": attempt.status,
        "request": attempt.request,
        "answer": attempt.answer,
    }


async def list_deliveries(tx: Tx, subscription: str, wanted: DeliveryFilter, request: PageRequest) -> Page[Delivery]:
    """The log of a subscription, the newest first."""
    row = _DELIVERY.c
    found = select(_DELIVERY).where(row.subscription_id == subscription)
    if (after := request.after_number) is not None:
        found = found.where(row.id < after)
    if wanted.outcome is not None:
        found = found.where(row.outcome == wanted.outcome.value)
    if wanted.subject is not None:
        found = found.where(row.subject == wanted.subject)
    if wanted.event_id is not None:
        found = found.where(row.event_id == wanted.event_id)
    rows = await tx.session.execute(found.order_by(row.id.desc()).limit(request.fetch))
    return page_of([_delivery(each) for each in rows], request, lambda one: str(one.id))


def _delivery(row: Any) -> Delivery:
    attempt = Attempt(
        outcome=Outcome(row.outcome),
        started_at=row.started_at,
        milliseconds=row.milliseconds,
        status=row.status,
        request=row.request,
        answer=row.answer,
    )
    return Delivery(
        id=row.id,
        subscription=row.subscription_id,
        event_id=row.event_id,
        type=row.type,
        service=row.service,
        subject=row.subject,
        position=row.position,
        attempts=row.attempts,
        attempt=attempt,
    )


async def delete_deliveries(tx: Tx, before: datetime, kept: int, most: int) -> int:
    """Delete lines that are older, and of each subscription those before its newest ``kept``; returns how many."""
    row = _DELIVERY.c
    old = select(row.id).where(row.started_at < before).limit(most)
    numbers = list(await tx.session.scalars(old))
    for subscription in await tx.session.scalars(select(_SUBSCRIPTION.c.id)):
        if len(numbers) >= most:
            break
        newest = select(row.id).where(row.subscription_id == subscription).order_by(row.id.desc())
        first = await tx.session.scalar(newest.offset(kept).limit(1))
        if first is not None:
            beyond = and_(row.subscription_id == subscription, row.id <= first, row.started_at >= before)
            numbers += await tx.session.scalars(select(row.id).where(beyond).limit(most - len(numbers)))
    if numbers:
        await tx.session.execute(delete(_DELIVERY).where(row.id.in_(numbers)))
    return len(numbers)
