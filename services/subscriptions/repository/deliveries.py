"""Every query of whoever delivers: leases, what is due, what waits, and the log.

A lease is the columns ``lease`` and ``lease_until`` of a subscription. Who has it delivers; all others' results are
refused, and what a killed process had is taken over when it runs out. It outlasts a batch, so nobody renews it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, tuple_, update

from chassis.jobs.job import LeaseLost
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.bulk import insert_many, upsert
from chassis.storage.transaction import Tx
from services.subscriptions.domain.deliveries import (
    BREAKER_FAILURES,
    Aggregate,
    Attempt,
    Delivery,
    DeliveryFilter,
    Fitness,
    Outcome,
    Waiting,
    WaitingState,
)
from services.subscriptions.domain.feed import FeedEvent
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.domain.mailboxes import MessageStatus
from services.subscriptions.domain.subscriptions import Status, Subscription
from services.subscriptions.models import Base, DeliveryRow, WaitingRow
from services.subscriptions.repository.subscriptions import subscription_of

_SUBSCRIPTION: Final = Base.metadata.tables["subscription"]
_WAITING: Final = Base.metadata.tables["waiting_aggregate"]
_DELIVERY: Final = Base.metadata.tables["delivery"]
_MESSAGE: Final = Base.metadata.tables["mailbox_message"]
_FEED: Final = Base.metadata.tables["feed_event"]
_KEYS: Final = ("subscription_id", "service", "subject")
_SAVED: Final = ("position", "due_at", "attempts", "first_failed_at", "state", "outcome", "status", "dead_at")


@dataclass(frozen=True, slots=True)
class Served:
    """A subscription that is served, as the loop looks at it: what would be due in it, and when."""

    id: str
    revision: int
    filter: EventFilter
    position: int
    is_due: bool
    """Whether something is to be done in it that no event asks for: a retry, a heartbeat, a test, a resync, a message
    that was planned or is to be asked after."""
    may_read: bool
    """Whether events may be sent now: it does not wait for a receiver that fails or asked for time."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A subscription under a lease, with what its deliveries go on from."""

    subscription: Subscription
    lease: str
    position: int
    fitness: Fitness
    heartbeat_due_at: datetime | None
    test_event_id: str | None
    resync_after: int | None
    resync_until: int | None
    gap_before: int | None


async def list_served(tx: Tx) -> list[Served]:
    """Subscriptions that nobody has a lease of and that are active, or wait for a test."""
    row, now = _SUBSCRIPTION.c, tx.now
    retried = select(_WAITING.c.subscription_id).where(
        _WAITING.c.subscription_id == row.id,
        _WAITING.c.state == WaitingState.WAITING.value,
        or_(_WAITING.c.due_at <= now, row.failures >= BREAKER_FAILURES),
    )
    found = select(_SUBSCRIPTION, retried.exists().label("has_retries"), *_has_messages(now)).where(
        or_(row.status == Status.ACTIVE.value, row.test_event_id.is_not(None)),
        _is_free(now),
    )
    return [_served(each, now) for each in await tx.session.execute(found)]


def _has_messages(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a message to its mailbox is planned, and whether MESH is to be asked of one."""
    mine = select(_MESSAGE.c.subscription_id).where(_MESSAGE.c.subscription_id == _SUBSCRIPTION.c.id)
    planned = mine.where(_MESSAGE.c.status == MessageStatus.PLANNED.value)
    asked_after = mine.where(_MESSAGE.c.status == MessageStatus.ACCEPTED.value, _MESSAGE.c.due_at <= now)
    return planned.exists().label("has_planned"), asked_after.exists().label("has_unsettled")


def _is_free(now: datetime) -> ColumnElement[bool]:
    row = _SUBSCRIPTION.c
    return or_(row.lease.is_(None), row.lease_until <= now)


def _served(row: Any, now: datetime) -> Served:
    found = subscription_of(row)
    is_active = found.status is Status.ACTIVE
    may_read = is_active and row.due_at <= now
    has_heartbeat = is_active and row.heartbeat_due_at is not None and row.heartbeat_due_at <= now
    is_due = row.test_event_id is not None or has_heartbeat or (is_active and bool(row.has_unsettled))
    waits = bool(row.has_retries) or bool(row.has_planned) or row.resync_until is not None
    is_due = is_due or (may_read and waits)
    return Served(found.id, found.revision, found.filter, row.position, is_due, may_read)


async def lease_subscription(tx: Tx, subscription: str, lease: str, until: datetime) -> Leased | None:
    """Take a subscription that nobody has, until then; None where somebody does, or there is nothing to do in it."""
    row = _SUBSCRIPTION.c
    serving = or_(row.status == Status.ACTIVE.value, row.test_event_id.is_not(None))
    taken = (
        update(_SUBSCRIPTION)
        .where(row.id == subscription, serving, _is_free(tx.now))
        .values(lease=lease, lease_until=until)
        .returning(_SUBSCRIPTION)
    )
    found = (await tx.session.execute(taken)).one_or_none()
    return None if found is None else _leased(found, lease)


async def extend_lease(tx: Tx, leased: Leased, until: datetime) -> None:
    """Have a subscription that was just taken for longer."""
    await tx.session.execute(
        update(_SUBSCRIPTION).where(_SUBSCRIPTION.c.id == leased.subscription.id).values(lease_until=until)
    )


def _leased(row: Any, lease: str) -> Leased:
    return Leased(
        subscription=subscription_of(row),
        lease=lease,
        position=row.position,
        fitness=Fitness(row.due_at, row.failures, row.failing_since, row.last_success_at),
        heartbeat_due_at=row.heartbeat_due_at,
        test_event_id=row.test_event_id,
        resync_after=row.resync_after,
        resync_until=row.resync_until,
        gap_before=row.gap_before,
    )


async def lock_leased(tx: Tx, subscription: str, lease: str) -> Subscription:
    """Lock a subscription that is still under this lease, as it is now.

    Raises:
        LeaseLost: it is not, so this transaction must roll back.
    """
    mine = select(_SUBSCRIPTION).where(_SUBSCRIPTION.c.id == subscription, _SUBSCRIPTION.c.lease == lease)
    row = (await tx.session.execute(mine.with_for_update())).one_or_none()
    if row is None:
        raise LeaseLost(f"subscription {subscription} is no longer ours")
    return subscription_of(row)


async def save_served(tx: Tx, subscription: str, values: Mapping[str, Any]) -> None:
    """Save what became of a subscription that was locked under its lease, and give it back."""
    released = {"lease": None, "lease_until": None, **values}
    await tx.session.execute(update(_SUBSCRIPTION).where(_SUBSCRIPTION.c.id == subscription).values(released))


async def release(tx: Tx, subscription: str, lease: str) -> None:
    """Give a subscription back as it was."""
    mine = _SUBSCRIPTION.c.id == subscription, _SUBSCRIPTION.c.lease == lease
    await tx.session.execute(update(_SUBSCRIPTION).where(*mine).values(lease=None, lease_until=None))


async def clear_test(tx: Tx, subscription: str, event_id: str) -> None:
    """Say that a test was sent, unless another was asked for meanwhile."""
    row = _SUBSCRIPTION.c
    sent = row.id == subscription, row.test_event_id == event_id
    await tx.session.execute(update(_SUBSCRIPTION).where(*sent).values(test_event_id=None))


async def save_scanned(tx: Tx, served: Served, position: int) -> None:
    """Move a subscription past events that are none of its own, unless it is another by now."""
    row = _SUBSCRIPTION.c
    unchanged = row.id == served.id, row.revision == served.revision, row.position == served.position, _is_free(tx.now)
    await tx.session.execute(update(_SUBSCRIPTION).where(*unchanged).values(position=position))


# ---- the feed, as far as it is looked at before anybody is sent anything


async def list_heads(tx: Tx, after: int, limit: int) -> list[FeedEvent]:
    """Events of the feed without their bodies, to find out whose they are."""
    row = _FEED.c
    columns = [each for each in _FEED.c if each.name not in {"body", "added_at"}]
    found = select(*columns).where(row.position > after).order_by(row.position).limit(limit)
    return [_head(each) for each in await tx.session.execute(found)]


def _head(row: Any) -> FeedEvent:
    return FeedEvent(
        position=row.position,
        event_id=row.event_id,
        type=row.type,
        subject=row.subject,
        service=row.service,
        version=row.version,
        generation=row.generation,
        area=row.area,
        time=row.event_time,
        body=b"",
    )


# ---- what waits


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


# ---- the log


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


# ---- measures


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
