"""Messages as they are written: of what came up, and of what waits when the time of a recipient's day has come."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import uuid4

from chassis.clock import london_date
from chassis.storage.transaction import Tx
from services.subscriptions.domain.messages import (
    Draft,
    Message,
    MessageKind,
    plan_day,
    plan_new,
    subject_of,
    text_of,
    told_at_once,
)
from services.subscriptions.repository import messages, recipients
from services.subscriptions.repository import notices as stored

MOST: Final = 1000
"""Notices that are looked at of one recipient, or of those that nobody was told of, at a time."""


async def is_time(tx: Tx) -> bool:
    """Whether a message may have to be written now."""
    known = await recipients.get_all(tx)
    if any(each.look_at is not None and each.look_at <= tx.now for each in known.values()):
        return True
    today = london_date(tx.now)
    return bool(await stored.list_untold(tx, told_at_once(known, today), today, 1))


async def plan(tx: Tx) -> int:
    """Write the messages that are due, and say of each notice that it was told. Returns how many are written."""
    await stored.lock_position(tx)
    known, today = await recipients.get_all(tx), london_date(tx.now)
    untold = await stored.list_untold(tx, told_at_once(known, today), today, MOST)
    drafts = list(plan_new(known, untold, today))
    await _write(tx, drafts, today)
    for owner in known.values():
        if owner.look_at is not None and owner.look_at <= tx.now:
            waiting = await stored.list_waiting_for(tx, owner.code, owner.services, today, MOST)
            of_day = list(plan_day(known, owner, waiting, tx.now))
            await _write(tx, of_day, today)
            await recipients.save_look(tx, owner.code, owner.next_look(tx.now))
            drafts += of_day
    return len(drafts)


async def _write(tx: Tx, drafts: Sequence[Draft], today: date) -> None:
    if not drafts:
        return
    await messages.insert_messages(tx, [_message(tx, each, today) for each in drafts])
    for draft in drafts:
        told = [each.id for each in draft.notices]
        if draft.kind is MessageKind.ESCALATION:
            await stored.save_escalated(tx, told)
        else:
            await stored.save_told(tx, told)


def _message(tx: Tx, draft: Draft, today: date) -> Message:
    return Message(
        id=f"msg_{uuid4().hex[:20]}",
        recipient=draft.to.code,
        on_behalf_of=draft.on_behalf_of.code if draft.on_behalf_of else None,
        kind=draft.kind,
        notices=[each.id for each in draft.notices],
        subject=subject_of(draft, today),
        text=text_of(draft, today),
        created_at=tx.now,
        due_at=tx.now,
    )
