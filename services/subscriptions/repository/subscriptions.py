"""Every query about subscriptions but those of whoever delivers."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import delete, func, or_, select, text, update

from chassis.identity import Caller
from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_or_ignore
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.subscriptions.domain.deliveries import Fitness, WaitingState
from services.subscriptions.domain.mailboxes import LOST, MessageStatus
from services.subscriptions.domain.subscriptions import (
    Kind,
    Progress,
    Reason,
    Secrets,
    Status,
    Subscription,
    definition_of_json,
    definition_to_json,
)
from services.subscriptions.models import Base, SubscriptionRow
from services.subscriptions.repository.mailboxes import count_by_status

_SUBSCRIPTION: Final = Base.metadata.tables["subscription"]
_WAITING: Final = Base.metadata.tables["waiting_aggregate"]
_DELIVERY: Final = Base.metadata.tables["delivery"]
_MESSAGE: Final = Base.metadata.tables["mailbox_message"]
_LOCK_OWNER: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('subscriptions.' || :owner, 0))")


async def lock_owner(tx: Tx, owner: str) -> None:
    """Be the only one who adds to an owner's subscriptions until the transaction ends. SQLite has one writer anyway."""
    if tx.dialect == "postgresql":
        connection = await tx.session.connection()
        await connection.execute(_LOCK_OWNER, {"owner": owner})


async def count_of_owner(tx: Tx, owner: str) -> int:
    counted = select(func.count()).select_from(_SUBSCRIPTION).where(_SUBSCRIPTION.c.owner == owner)
    return int(await tx.session.scalar(counted) or 0)


async def insert_subscription(tx: Tx, found: Subscription, position: int) -> bool:
    """Insert a subscription that is served from ``position`` on; whether its name was free."""
    row = {
        "id": found.id,
        **_changing(found),
        "created_at": found.created_at,
        "position": position,
        "due_at": tx.now,
        "failures": 0,
        "heartbeat_due_at": tx.now if found.definition.heartbeat else None,
        "messages": 0,
    }
    return bool(await insert_or_ignore(tx, SubscriptionRow, [row], ("owner", "name"), returning=("id",)))


async def save_subscription(tx: Tx, found: Subscription, **more: Any) -> None:
    """Save what an owner or an operator changes; ``more`` are columns of whoever delivers."""
    values = {**_changing(found), **more}
    await tx.session.execute(update(_SUBSCRIPTION).where(_SUBSCRIPTION.c.id == found.id).values(values))


def _changing(found: Subscription) -> dict[str, Any]:
    return {
        "owner": found.owner,
        "person": found.person,
        "name": found.definition.name,
        "definition": definition_to_json(found.definition),
        "granted": sorted(found.granted),
        "secret": found.secrets.current,
        "previous_secret": found.secrets.previous,
        "previous_until": found.secrets.previous_until,
        "status": found.status.value,
        "reason": found.reason.value if found.reason else None,
        "revision": found.revision,
        "updated_at": found.updated_at,
    }


async def has_name(tx: Tx, owner: str, name: str, *, other_than: str) -> bool:
    """Whether another subscription of the owner has this name."""
    row = _SUBSCRIPTION.c
    taken = select(row.id).where(row.owner == owner, row.name == name, row.id != other_than)
    return await tx.session.scalar(taken) is not None


async def get_subscription(tx: Tx, subscription: str) -> Subscription | None:
    found = select(_SUBSCRIPTION).where(_SUBSCRIPTION.c.id == subscription)
    row = (await tx.session.execute(found)).one_or_none()
    return None if row is None else subscription_of(row)


async def lock_subscription(tx: Tx, subscription: str) -> Subscription | None:
    found = select(_SUBSCRIPTION).where(_SUBSCRIPTION.c.id == subscription).with_for_update()
    row = (await tx.session.execute(found)).one_or_none()
    return None if row is None else subscription_of(row)


async def list_subscriptions(tx: Tx, of: Caller | None, request: PageRequest) -> Page[Subscription]:
    """Subscriptions by name: those of a caller, or of everybody."""
    row = _SUBSCRIPTION.c
    wanted = select(_SUBSCRIPTION)
    if of is not None:
        named = row.owner.in_({of.name, *of.names})
        wanted = wanted.where(named if of.person is None else or_(named, row.person == of.person))
    return (await list_page(tx, wanted, Orders((row.name, row.id)), request)).of(subscription_of)


async def list_of_owner(tx: Tx, owner: str) -> list[Subscription]:
    """Those of an owner that are not disabled yet, locked."""
    row = _SUBSCRIPTION.c
    found = select(_SUBSCRIPTION).where(row.owner == owner, row.status != Status.DISABLED.value)
    rows = await tx.session.execute(found.order_by(row.id).with_for_update())
    return [subscription_of(each) for each in rows]


async def list_owners(tx: Tx) -> list[str]:
    """Owners of subscriptions that are not disabled, by name."""
    row = _SUBSCRIPTION.c
    found = select(row.owner).where(row.status != Status.DISABLED.value).distinct().order_by(row.owner)
    return list(await tx.session.scalars(found))


async def list_mailbox_fitness(tx: Tx) -> list[Fitness]:
    """How MESH takes what active subscriptions send to mailboxes."""
    row = _SUBSCRIPTION.c
    found = select(row.definition, row.due_at, row.failures, row.failing_since, row.last_success_at)
    rows = await tx.session.execute(found.where(row.status == Status.ACTIVE.value))
    of_mailboxes = [each for each in rows if definition_of_json(each.definition).kind is Kind.MESH]
    return [Fitness(each.due_at, each.failures, each.failing_since, each.last_success_at) for each in of_mailboxes]


async def get_progress(tx: Tx, subscription: str, last_position: int) -> Progress:
    """How far one that is there has been served."""
    row = _SUBSCRIPTION.c
    found = select(_SUBSCRIPTION).where(row.id == subscription)
    values = (await tx.session.execute(found)).one()
    counts = await _count_waiting(tx, subscription)
    waiting, since = counts.get(WaitingState.WAITING, (0, None))
    dead, dead_since = counts.get(WaitingState.DEAD, (0, None))
    messages = await count_by_status(tx, subscription)
    unacknowledged, oldest_sent_at = messages.get(MessageStatus.ACCEPTED, (0, None))
    return Progress(
        position=values.position,
        last_position=last_position,
        waiting=waiting,
        dead=dead,
        oldest_waiting_at=min((each for each in (since, dead_since) if each is not None), default=None),
        failing_since=values.failing_since,
        due_at=values.due_at,
        last_success_at=values.last_success_at,
        gap_before=values.gap_before,
        resyncing=values.resync_until is not None,
        unacknowledged=unacknowledged,
        undelivered=sum(messages[each][0] for each in LOST & messages.keys()),
        oldest_sent_at=oldest_sent_at,
    )


async def _count_waiting(tx: Tx, subscription: str) -> Mapping[WaitingState, tuple[int, Any]]:
    row = _WAITING.c
    since = func.min(func.coalesce(row.first_failed_at, row.due_at))
    counted = select(row.state, func.count(), since).where(row.subscription_id == subscription).group_by(row.state)
    return {WaitingState(state): (count, oldest) for state, count, oldest in await tx.session.execute(counted)}


async def delete_subscription(tx: Tx, subscription: str) -> None:
    """Delete a subscription with what waits in it, its log and its messages."""
    await tx.session.execute(delete(_MESSAGE).where(_MESSAGE.c.subscription_id == subscription))
    await tx.session.execute(delete(_WAITING).where(_WAITING.c.subscription_id == subscription))
    await tx.session.execute(delete(_DELIVERY).where(_DELIVERY.c.subscription_id == subscription))
    await tx.session.execute(delete(_SUBSCRIPTION).where(_SUBSCRIPTION.c.id == subscription))


async def delete_waiting(tx: Tx, subscription: str, after: int) -> None:
    """Forget what waits after a position: it is read again."""
    row = _WAITING.c
    await tx.session.execute(delete(_WAITING).where(row.subscription_id == subscription, row.position > after))


def subscription_of(row: Any) -> Subscription:
    """The subscription in a row that has the columns of the table."""
    return Subscription(
        id=row.id,
        owner=row.owner,
        person=row.person,
        definition=definition_of_json(row.definition),
        granted=frozenset(row.granted),
        secrets=Secrets(row.secret, row.previous_secret, row.previous_until),
        status=Status(row.status),
        reason=Reason(row.reason) if row.reason else None,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
