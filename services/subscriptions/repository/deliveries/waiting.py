"""Aggregates whose events wait for a retry or a decision, and how many there are of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select, tuple_, update

from chassis.paging import Page, PageRequest, page_of
from chassis.storage.bulk import upsert
from chassis.storage.transaction import Tx
from services.subscriptions.domain.deliveries import Aggregate, Outcome, Waiting, WaitingState
from services.subscriptions.models import Base, WaitingRow

_SUBSCRIPTION: Final = Base.metadata.tables["subscription"]
_WAITING: Final = Base.metadata.tables["waiting_aggregate"]
_KEYS: Final = ("subscription_id", "service", "subject")
_SAVED: Final = ("position", "due_at", "attempts", "first_failed_at", "state", "outcome", "status", "dead_at")


async def list_due(tx: Tx, subscription: str, limit: int, *, anyway: bool = False) -> list[Waiting]:
    """Aggregates whose retry is due, longest due first; ``anyway`` also where it is not."""
    row = _WAITING.c
    wanted = [row.subscription_id == subscription, row.state == WaitingState.WAITING.value]
    if not anyway:
        wanted.append(row.due_at <= tx.now)
    found = select(_WAITING).where(*wanted).order_by(row.due_at, row.position).limit(limit)
    return [_waiting(each) for each in await tx.session.execute(found)]


async def list_waiting_among(tx: Tx, subscription: str, aggregates: Collection[Aggregate]) -> set[Aggregate]:
    """Those of these aggregates that wait, dead ones too."""
    if not aggregates:
        return set()
    row = _WAITING.c
    theirs = tuple_(row.service, row.subject).in_(sorted(aggregates))
    found = select(row.service, row.subject).where(row.subscription_id == subscription, theirs)
    return {(service, subject) for service, subject in await tx.session.execute(found)}


async def list_dead(tx: Tx, subscription: str, request: PageRequest) -> Page[Waiting]:
    """Dead letters by the position of the event that was never taken."""
    row = _WAITING.c
    found = select(_WAITING).where(row.subscription_id == subscription, row.state == WaitingState.DEAD.value)
    if (after := request.after_number) is not None:
        found = found.where(row.position > after)
    rows = await tx.session.execute(found.order_by(row.position).limit(request.fetch))
    return page_of([_waiting(each) for each in rows], request, lambda one: str(one.position))


async def lock_dead(tx: Tx, subscription: str, aggregates: Collection[Aggregate] | None) -> list[Waiting]:
    """Dead letters of these aggregates, or all, locked."""
    row = _WAITING.c
    found = select(_WAITING).where(row.subscription_id == subscription, row.state == WaitingState.DEAD.value)
    if aggregates is not None:
        found = found.where(tuple_(row.service, row.subject).in_(sorted(aggregates)))
    rows = await tx.session.execute(found.order_by(row.service, row.subject).with_for_update())
    return [_waiting(each) for each in rows]


async def save_waiting(tx: Tx, subscription: str, waiting: Sequence[Waiting]) -> None:
    rows = [_row(subscription, each) for each in sorted(waiting, key=lambda one: one.aggregate)]
    if rows:
        await upsert(tx, WaitingRow, rows, _KEYS, _SAVED)


async def delete_waiting(tx: Tx, subscription: str, aggregates: Collection[Aggregate]) -> None:
    """Say that nothing waits in these aggregates any more."""
    if aggregates:
        theirs = tuple_(_WAITING.c.service, _WAITING.c.subject).in_(sorted(aggregates))
        await tx.session.execute(delete(_WAITING).where(_WAITING.c.subscription_id == subscription, theirs))


async def make_due(tx: Tx, subscription: str, *, afresh: bool = False) -> None:
    """Have all that waits tried now: the receiver takes something again. ``afresh`` forgets how often it was tried."""
    values: dict[str, Any] = {"due_at": tx.now}
    if afresh:
        values |= {"attempts": 0, "first_failed_at": None}
    mine = _WAITING.c.subscription_id == subscription, _WAITING.c.state == WaitingState.WAITING.value
    await tx.session.execute(update(_WAITING).where(*mine).values(values))


def _row(subscription: str, waiting: Waiting) -> dict[str, Any]:
    values = {name: getattr(waiting, name) for name in ("service", "subject", *_SAVED)}
    values["state"] = waiting.state.value
    values["outcome"] = waiting.outcome.value if waiting.outcome else None
    return {"subscription_id": subscription, **values}


def _waiting(row: Any) -> Waiting:
    return Waiting(
        service=row.service,
        subject=row.subject,
        position=row.position,
        due_at=row.due_at,
        attempts=row.attempts,
        first_failed_at=row.first_failed_at,
        state=WaitingState(row.state),
        outcome=Outcome(row.outcome) if row.outcome else None,
        status=row.status,
        dead_at=row.dead_at,
    )


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, by subscription, and how many subscriptions are in which status."""

    statuses: Mapping[str, int]
    oldest: Mapping[str, datetime]
    """When the first thing that waits in a subscription failed or fell due, of those that waited longest."""
    dead: int


async def get_backlog(tx: Tx, most: int) -> Backlog:
    row, waiting = _SUBSCRIPTION.c, _WAITING.c
    statuses = (await tx.session.execute(select(row.status, func.count()).group_by(row.status))).all()
    since = func.min(func.coalesce(waiting.first_failed_at, waiting.due_at))
    oldest = select(waiting.subscription_id, since).group_by(waiting.subscription_id).order_by(since).limit(most)
    dead = select(func.count()).select_from(_WAITING).where(waiting.state == WaitingState.DEAD.value)
    found = {each[0]: each[1] for each in await tx.session.execute(oldest)}
    return Backlog({each[0]: each[1] for each in statuses}, found, int(await tx.session.scalar(dead) or 0))
