"""Every query about messages to mailboxes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, Table, delete, func, or_, select, tuple_, update

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import upsert
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.subscriptions.domain.feed import FeedEvent
from services.subscriptions.domain.mailboxes import LOST, Message, MessageStatus, Moves
from services.subscriptions.models import Base, MailboxMessageRow
from services.subscriptions.repository.feed import EVENT_COLUMNS, event_of

_MESSAGE: Final = Base.metadata.tables["mailbox_message"]
_SUBSCRIPTION: Final = Base.metadata.tables["subscription"]
_EVENT: Final = Base.metadata.tables["feed_event"]
_KEYS: Final = ("subscription_id", "local_id")
_PLAIN: Final = ("message_id", "size", "attempts", "sent_at", "ended_at", "due_at", "code", "description")
_SAVED: Final = ("moves", "status", *_PLAIN)
_UNCOLLECTED: Final = sorted((MessageStatus.ACCEPTED, *LOST))


async def count_up(tx: Tx, subscription: str) -> int:
    """The number of a subscription's next message; its row is locked by whoever asks."""
    row = _SUBSCRIPTION.c
    raised = update(_SUBSCRIPTION).where(row.id == subscription).values(messages=row.messages + 1)
    return int((await tx.session.execute(raised.returning(row.messages))).scalar_one())


async def save_messages(tx: Tx, messages: Sequence[Message]) -> None:
    """Save messages as they are now, but for those that are to be sent again since: what MESH said of them is old."""
    rows = [_row(each) for each in sorted(messages, key=lambda one: (one.subscription, one.local_id))]
    if rows:
        await upsert(tx, MailboxMessageRow, rows, _KEYS, _SAVED, _is_of_now)


def _is_of_now(stored: Table, new: Any) -> ColumnElement[bool]:
    """What is planned stays so until it was sent."""
    return or_(stored.c.status != MessageStatus.PLANNED.value, new.attempts > stored.c.attempts)


def _row(message: Message) -> dict[str, Any]:
    return {
        "subscription_id": message.subscription,
        "local_id": message.local_id,
        "number": message.number,
        "positions": list(message.positions),
        "planned_at": message.planned_at,
        "moves": message.moves.to_json() if message.moves else None,
        "status": message.status.value,
        **{name: getattr(message, name) for name in _PLAIN},
    }


async def get_planned(tx: Tx, subscription: str) -> Message | None:
    """The message that is to be sent next, if one is planned: the first by number."""
    row = _MESSAGE.c
    found = select(_MESSAGE).where(row.subscription_id == subscription, row.status == MessageStatus.PLANNED.value)
    each = (await tx.session.execute(found.order_by(row.number).limit(1))).one_or_none()
    return None if each is None else _message(each)


async def list_due(tx: Tx, subscription: str, most: int) -> list[Message]:
    """Messages that MESH is to be asked of."""
    row = _MESSAGE.c
    found = select(_MESSAGE).where(
        row.subscription_id == subscription, row.status == MessageStatus.ACCEPTED.value, row.due_at <= tx.now
    )
    return [_message(each) for each in await tx.session.execute(found.order_by(row.due_at).limit(most))]


async def lock_message(tx: Tx, subscription: str, local_id: str) -> Message | None:
    row = _MESSAGE.c
    found = select(_MESSAGE).where(row.subscription_id == subscription, row.local_id == local_id).with_for_update()
    each = (await tx.session.execute(found)).one_or_none()
    return None if each is None else _message(each)


async def list_messages(
    tx: Tx, subscription: str, statuses: Collection[MessageStatus], request: PageRequest
) -> Page[Message]:
    """Messages of a subscription in these statuses, in the order in which they were planned; of none, all."""
    row = _MESSAGE.c
    found = select(_MESSAGE).where(row.subscription_id == subscription)
    if statuses:
        found = found.where(row.status.in_(sorted(statuses)))
    return (await list_page(tx, found, Orders((row.planned_at, row.local_id)), request)).of(_message)


async def list_of_positions(tx: Tx, positions: Sequence[int]) -> list[FeedEvent]:
    """Those of these events of the feed that are kept, in order."""
    found = select(*EVENT_COLUMNS).where(_EVENT.c.position.in_(positions)).order_by(_EVENT.c.position)
    return [event_of(row) for row in await tx.session.execute(found)] if positions else []


async def count_by_status(tx: Tx, subscription: str) -> Mapping[MessageStatus, tuple[int, datetime | None]]:
    """How many messages of a subscription wait or are lost, and when the first of these was sent."""
    row = _MESSAGE.c
    mine = row.subscription_id == subscription, row.status.in_(_UNCOLLECTED), _is_counted()
    counted = select(row.status, func.count(), func.min(row.sent_at)).where(*mine)
    rows = await tx.session.execute(counted.group_by(row.status))
    return {MessageStatus(status): (count, oldest) for status, count, oldest in rows}


async def count_all(tx: Tx) -> Mapping[str, int]:
    """How many messages of all subscriptions are planned, wait or are lost."""
    row = _MESSAGE.c
    wanted = row.status.in_([MessageStatus.PLANNED, *_UNCOLLECTED]), _is_counted()
    counted = select(row.status, func.count()).where(*wanted).group_by(row.status)
    return {status: count for status, count in await tx.session.execute(counted)}  # noqa: C416  rows are no pairs


def count_lost(subscription: ColumnElement[str]) -> ScalarSelect[int]:
    """How many messages of a subscription are lost, as a column of a query of subscriptions."""
    row = _MESSAGE.c
    lost = row.subscription_id == subscription, row.status.in_(sorted(LOST)), row.number.is_not(None)
    return select(func.count()).select_from(_MESSAGE).where(*lost).correlate(_SUBSCRIPTION).scalar_subquery()


def _is_counted() -> ColumnElement[bool]:
    """A test or a heartbeat that is lost is not: nobody lacks it, and it cannot be sent again."""
    row = _MESSAGE.c
    return or_(row.number.is_not(None), row.status.not_in(sorted(LOST)))


async def list_oldest(tx: Tx, status: MessageStatus, most: int) -> Mapping[str, datetime]:
    """Since when a message has been planned, or in the mailbox, of the subscriptions that have had one longest."""
    row = _MESSAGE.c
    since = func.min(row.planned_at if status is MessageStatus.PLANNED else row.sent_at)
    found = select(row.subscription_id, since).where(row.status == status.value).group_by(row.subscription_id)
    return {each[0]: each[1] for each in await tx.session.execute(found.order_by(since).limit(most))}


async def delete_messages(tx: Tx, before: datetime, most: int) -> int:
    """Delete messages that were planned earlier and have ended; returns how many."""
    row = _MESSAGE.c
    ended = row.status.not_in([MessageStatus.PLANNED.value, MessageStatus.ACCEPTED.value])
    old = select(row.subscription_id, row.local_id).where(row.planned_at < before, ended).limit(most)
    found = [(subscription, local_id) for subscription, local_id in await tx.session.execute(old)]
    if found:
        await tx.session.execute(delete(_MESSAGE).where(tuple_(row.subscription_id, row.local_id).in_(found)))
    return len(found)


def _message(row: Any) -> Message:
    return Message(
        subscription=row.subscription_id,
        local_id=row.local_id,
        number=row.number,
        positions=tuple(row.positions),
        planned_at=row.planned_at,
        moves=Moves.of_json(row.moves) if row.moves else None,
        status=MessageStatus(row.status),
        **{name: getattr(row, name) for name in _PLAIN},
    )
