"""Whose delivery loop is at which subscription, and what there is to do in it.

A lease is the columns ``lease`` and ``lease_until`` of a subscription. Who has it delivers; all others' results are
refused, and what a killed process had is taken over when it runs out. It outlasts a batch, so nobody renews it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select, update

from chassis.jobs.job import LeaseLost
from chassis.storage.transaction import Tx
from services.subscriptions.domain.deliveries import BREAKER_FAILURES, Fitness, WaitingState
from services.subscriptions.domain.feed import FeedEvent
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.domain.mailboxes import MessageStatus
from services.subscriptions.domain.subscriptions import Status, Subscription
from services.subscriptions.models import Base
from services.subscriptions.repository.subscriptions import subscription_of

_SUBSCRIPTION: Final = Base.metadata.tables["subscription"]
_WAITING: Final = Base.metadata.tables["waiting_aggregate"]
_MESSAGE: Final = Base.metadata.tables["mailbox_message"]
_FEED: Final = Base.metadata.tables["feed_event"]


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
