"""What waits and what was sent, to whoever asks; and sending once more what was given up."""

from collections.abc import Sequence
from dataclasses import replace

from chassis.audit import record_change
from chassis.clock import london_date
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from contracts.scopes import OPERATE
from services.subscriptions.domain.filters import services_of
from services.subscriptions.domain.messages import Message, MessageState
from services.subscriptions.domain.notices import OWN, Notice, NoticeFilter
from services.subscriptions.errors import MessageNotFailed, MessageUnknown
from services.subscriptions.repository import messages, notices
from services.subscriptions.service.subscriptions import READ_OTHERS

_NOTIFY = "events:notify"


async def list_notices(tx: Tx, wanted: NoticeFilter, request: PageRequest) -> Page[Notice]:
    """By number, those of services that the caller may read."""
    return await notices.list_notices(tx, _seen(tx, wanted), london_date(tx.now), request)


async def list_all_notices(tx: Tx, wanted: NoticeFilter) -> Sequence[Notice]:
    return await notices.list_all(tx, _seen(tx, wanted), london_date(tx.now))


def _seen(tx: Tx, wanted: NoticeFilter) -> NoticeFilter:
    """What a caller may see: of webhooks their own, or all who may see everybody's or say who is told."""
    caller = tx.caller
    sees_all = any(caller.may(each) for each in (READ_OTHERS, OPERATE, _NOTIFY))
    names = {caller.name, *caller.names, *([caller.person] if caller.person else [])}
    services = services_of(caller) | ({OWN} if sees_all else set())
    return replace(wanted, services=services, names=frozenset(names))


async def list_messages(
    tx: Tx, recipient: str | None, state: MessageState | None, request: PageRequest
) -> Page[Message]:
    """As they were written."""
    return await messages.list_messages(tx, recipient, state, request)


async def retry_message(tx: Tx, number: str) -> Message:
    """Try again what was given up, as if for the first time and under the same id.

    Raises:
        MessageUnknown
        MessageNotFailed: it was sent, or waits to be.
    """
    tx.is_within_areas = tx.is_within_directorates = True
    before = await messages.get_message(tx, number, lock=True)
    if before is None:
        raise MessageUnknown(f"There is no message {number}.")
    if before.state is not MessageState.FAILED:
        raise MessageNotFailed(f"Message {number} is {before.state.value}.")
    after = replace(before, state=MessageState.WAITING, first_failed_at=None, due_at=tx.now)
    await messages.save_message(tx, after)
    states = {"state": before.state.value}, {"state": after.state.value}
    record_change(tx, subject=number, action="message.retried", before=states[0], after=states[1])
    return after
