"""Messages to recipients, and who is at sending them.

A lease is the columns ``lease`` and ``lease_until``: who has it sends; what a killed process had is taken over when it
runs out, and then sent a second time if it was sent, under the same id.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, or_, select, update

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import insert_many
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import Tx
from services.subscriptions.domain.messages import Message, MessageKind, MessageOutcome, MessageState
from services.subscriptions.models import Base, MessageRow

_MESSAGE: Final = Base.metadata.tables["message"]


async def insert_messages(tx: Tx, messages: Sequence[Message]) -> None:
    rows = [
        {
            "id": each.id,
            "recipient": each.recipient,
            "on_behalf_of": each.on_behalf_of,
            "kind": each.kind.value,
            "notices": list(each.notices),
            "subject": each.subject,
            "text": each.text,
            "created_at": each.created_at,
            **_state(each),
        }
        for each in messages
    ]
    await insert_many(tx, MessageRow, rows)


def _state(message: Message) -> dict[str, Any]:
    return {
        "due_at": message.due_at,
        "state": message.state.value,
        "attempts": message.attempts,
        "first_failed_at": message.first_failed_at,
        "outcome": message.outcome.value if message.outcome else None,
        "detail": message.detail,
        "sent_at": message.sent_at,
    }


async def has_due(tx: Tx, by: datetime) -> bool:
    return await tx.session.scalar(select(_MESSAGE.c.id).where(*_due(tx, by)).limit(1)) is not None


async def lease_due(tx: Tx, lease: str, until: datetime, by: datetime, most: int) -> Sequence[Message]:
    """Take messages that are due by a moment and that nobody is at, the oldest first."""
    row = _MESSAGE.c
    query = select(_MESSAGE).where(*_due(tx, by)).order_by(row.due_at, row.id).limit(most)
    found = [message_of(each) for each in await tx.session.execute(query.with_for_update(skip_locked=True))]
    taken = update(_MESSAGE).where(row.id.in_([each.id for each in found])).values(lease=lease, lease_until=until)
    if found:
        await tx.session.execute(taken)
    return found


def _due(tx: Tx, by: datetime) -> Sequence[Any]:
    row = _MESSAGE.c
    is_free = or_(row.lease_until.is_(None), row.lease_until < tx.now)
    return row.state == MessageState.WAITING.value, row.due_at <= by, is_free


async def save_attempt(tx: Tx, message: Message, lease: str) -> bool:
    """Record what came of an attempt and give the message back; False where somebody else has it by now."""
    row = _MESSAGE.c
    values = _state(message) | {"lease": None, "lease_until": None}
    saved = await (await tx.session.connection()).execute(
        update(_MESSAGE).where(row.id == message.id, row.lease == lease).values(values)
    )
    return bool(saved.rowcount)


async def get_message(tx: Tx, message: str, *, lock: bool = False) -> Message | None:
    query = select(_MESSAGE).where(_MESSAGE.c.id == message)
    row = (await tx.session.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else message_of(row)


async def save_message(tx: Tx, message: Message) -> None:
    """Save what an operator has a message be, whoever is at it."""
    values = _state(message) | {"lease": None, "lease_until": None}
    await tx.session.execute(update(_MESSAGE).where(_MESSAGE.c.id == message.id).values(values))


async def list_messages(
    tx: Tx, recipient: str | None, state: MessageState | None, request: PageRequest
) -> Page[Message]:
    """As they were written."""
    row, query = _MESSAGE.c, select(_MESSAGE)
    if recipient is not None:
        query = query.where(row.recipient == recipient)
    if state is not None:
        query = query.where(row.state == state.value)
    return (await list_page(tx, query, Orders((row.created_at, row.id)), request)).of(message_of)


async def withdraw(tx: Tx, recipient: str) -> None:
    """Send nothing more to a recipient who is no more."""
    row = _MESSAGE.c
    values = {"state": MessageState.FAILED.value, "outcome": MessageOutcome.WITHDRAWN.value, "lease": None}
    waiting = (row.recipient == recipient) & (row.state == MessageState.WAITING.value)
    await tx.session.execute(update(_MESSAGE).where(waiting).values(values))


async def count_by_state(tx: Tx) -> dict[str, int]:
    rows = await tx.session.execute(select(_MESSAGE.c.state, func.count()).group_by(_MESSAGE.c.state))
    return {each.state: each[1] for each in rows}


async def delete_old(tx: Tx, before: datetime, most: int) -> int:
    """Delete so many messages that are through and were written before a moment; returns how many there were."""
    row = _MESSAGE.c
    through = select(row.id).where(row.created_at < before, row.state != MessageState.WAITING.value).limit(most)
    old: Collection[str] = list(await tx.session.scalars(through))
    if old:
        await tx.session.execute(delete(_MESSAGE).where(row.id.in_(old)))
    return len(old)


def message_of(row: Any) -> Message:
    """The message in a row that has the columns of the table."""
    return Message(
        id=row.id,
        recipient=row.recipient,
        on_behalf_of=row.on_behalf_of,
        kind=MessageKind(row.kind),
        notices=tuple(row.notices),
        subject=row.subject,
        text=row.text,
        created_at=row.created_at,
        due_at=row.due_at,
        state=MessageState(row.state),
        attempts=row.attempts,
        first_failed_at=row.first_failed_at,
        outcome=MessageOutcome(row.outcome) if row.outcome else None,
        detail=row.detail,
        sent_at=row.sent_at,
    )
