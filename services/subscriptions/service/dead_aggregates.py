"""What a receiver never took: aggregates that are tried no more, with all that followed, until somebody decides."""

from collections.abc import Collection
from dataclasses import replace

from chassis.audit import record_change
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from contracts.scopes import OPERATE
from services.subscriptions.domain.deliveries import Aggregate, Delivery, DeliveryFilter, Waiting, WaitingState
from services.subscriptions.errors import DeadLetterUnknown
from services.subscriptions.repository import deliveries as stored
from services.subscriptions.service.subscriptions import get_subscription, lock_own


async def list_dead(tx: Tx, subscription: str, request: PageRequest) -> Page[Waiting]:
    """Dead letters, by the position of the event that was never taken.

    Raises:
        SubscriptionUnknown
    """
    await get_subscription(tx, subscription)
    return await stored.list_dead(tx, subscription, request)


async def retry_dead(tx: Tx, subscription: str, aggregates: Collection[Aggregate] | None) -> int:
    """Deliver what is dead, and what waits behind it, in order; of these aggregates, or of all. Returns of how many.

    Raises:
        SubscriptionUnknown
        DeadLetterUnknown: one that is named has none.
    """
    found = await _lock(tx, subscription, aggregates)
    await stored.save_waiting(tx, subscription, [_afresh(tx, each, each.position) for each in found])
    _record(tx, subscription, "dead_letters.retried", found, None)
    return len(found)


async def discard_dead(tx: Tx, subscription: str, aggregates: Collection[Aggregate] | None, reason: str) -> int:
    """Leave out the event that was never taken, of these aggregates or of all; what waits behind it is delivered.

    Raises:
        SubscriptionUnknown, DeadLetterUnknown
    """
    found = await _lock(tx, subscription, aggregates)
    await stored.save_waiting(tx, subscription, [_afresh(tx, each, each.position + 1) for each in found])
    _record(tx, subscription, "dead_letters.discarded", found, reason)
    return len(found)


async def _lock(tx: Tx, subscription: str, aggregates: Collection[Aggregate] | None) -> list[Waiting]:
    await lock_own(tx, subscription, OPERATE)
    found = await stored.lock_dead(tx, subscription, aggregates)
    missing = set(aggregates or ()) - {each.aggregate for each in found}
    if missing:
        raise DeadLetterUnknown(f"Nothing is dead of {', '.join(sorted(subject for _, subject in missing))}.")
    return found


def _afresh(tx: Tx, waiting: Waiting, position: int) -> Waiting:
    return replace(
        waiting,
        position=position,
        due_at=tx.now,
        attempts=0,
        first_failed_at=None,
        state=WaitingState.WAITING,
        dead_at=None,
    )


def _record(tx: Tx, subscription: str, action: str, found: Collection[Waiting], reason: str | None) -> None:
    told = [{"service": each.service, "subject": each.subject, "position": each.position} for each in found]
    record_change(tx, subject=subscription, action=action, before={"dead": told[:100]}, after=None, reason=reason)


async def list_deliveries(tx: Tx, subscription: str, wanted: DeliveryFilter, request: PageRequest) -> Page[Delivery]:
    """The delivery log, the newest first.

    Raises:
        SubscriptionUnknown
    """
    await get_subscription(tx, subscription)
    return await stored.list_deliveries(tx, subscription, wanted, request)
