"""What owners and operators do with a subscription that is there: it is paused, resumed, tried and played again."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from chassis.audit import record_change, record_unchanged
from chassis.errors import InsufficientScope
from chassis.storage.transaction import Tx
from contracts.scopes import OPERATE
from services.subscriptions.domain.subscriptions import Kind, Reason, Start, Status, Subscription
from services.subscriptions.repository import deliveries as served
from services.subscriptions.repository import subscriptions as stored
from services.subscriptions.service.subscriptions import begin_resync, lock_own, position_of, readable, record


async def pause_subscription(tx: Tx, number: str) -> Subscription:
    """Deliver nothing until it is resumed. The feed keeps what comes meanwhile, for as long as it keeps anything.

    Raises:
        SubscriptionUnknown
    """
    before = await lock_own(tx, number, OPERATE)
    if before.status is not Status.ACTIVE:
        record_unchanged(tx)
        return before
    after = replace(before, status=Status.PAUSED, updated_at=tx.now)
    await stored.save_subscription(tx, after)
    record(tx, "subscription.paused", before, after)
    return after


async def resume_subscription(tx: Tx, number: str) -> Subscription:
    """Deliver again from where it stopped, and try at once what waits.

    Of one that was disabled since its owner's key is gone, the caller becomes the owner, within what both may see.

    Raises:
        SubscriptionUnknown, InsufficientScope
    """
    before = await lock_own(tx, number, OPERATE)
    after = before if before.reason is not Reason.OWNER_GONE else _taken_over(tx, before)
    # what is under way to a receiver may not say how it waits; what is planned for a mailbox stays as it is
    is_other = before.definition.kind is Kind.WEBHOOK or after.granted != before.granted
    after = replace(after, status=Status.ACTIVE, reason=None, revision=before.revision + is_other, updated_at=tx.now)
    await stored.save_subscription(tx, after, due_at=tx.now, failures=0, failing_since=None)
    await served.make_due(tx, number, afresh=True)
    record(tx, "subscription.resumed", before, after)
    return after


def _taken_over(tx: Tx, before: Subscription) -> Subscription:
    after = before.taken_over_by(tx.caller, readable(tx))
    if not after.granted:
        raise InsufficientScope([f"{each}:read" for each in sorted(before.granted)])
    return after


async def request_test(tx: Tx, number: str) -> str:
    """Have a test event sent, whatever the status; returns its id, by which the log has it.

    Raises:
        SubscriptionUnknown
    """
    found = await lock_own(tx, number, OPERATE)
    event_id = str(uuid4())
    await stored.save_subscription(tx, found, test_event_id=event_id)
    record_change(tx, subject=number, action="subscription.tested", before=None, after={"event_id": event_id})
    return event_id


async def replay(tx: Tx, number: str, after: int) -> Subscription:
    """Deliver all events after a position again, in order. What waited from there on is read anew.

    Raises:
        SubscriptionUnknown
        PositionGone: the feed does not go back that far.
    """
    before = await lock_own(tx, number, OPERATE)
    position = await position_of(tx, Start(after))
    found = replace(before, revision=before.revision + 1, updated_at=tx.now)
    cleared = {"resync_after": None, "resync_until": None, "gap_before": None}
    await stored.save_subscription(tx, found, position=position, due_at=tx.now, failures=0, **cleared)
    await stored.delete_waiting(tx, number, position)
    record(tx, "subscription.replayed", before, found, after_position=position)
    return found


async def resync(tx: Tx, number: str) -> Subscription:
    """Deliver the newest event of every aggregate again, and go on from there: what waited is part of that.

    Raises:
        SubscriptionUnknown
    """
    before = await lock_own(tx, number, OPERATE)
    found = replace(before, revision=before.revision + 1, updated_at=tx.now)
    until = await begin_resync(tx, found)
    record(tx, "subscription.resynced", before, found, until_position=until)
    return found


async def list_owners(tx: Tx) -> Sequence[str]:
    """Owners of subscriptions that are not disabled."""
    return await stored.list_owners(tx)


async def end_of_owner(tx: Tx, owner: str) -> int:
    """Disable the subscriptions of one whose key opens nothing any more; returns how many."""
    found = await stored.list_of_owner(tx, owner)
    for before in found:
        after = replace(before, status=Status.DISABLED, reason=Reason.OWNER_GONE, updated_at=tx.now)
        await stored.save_subscription(tx, after)
        record(tx, "subscription.disabled", before, after)
    if not found:
        record_unchanged(tx)
    return len(found)
