"""Messages to mailboxes, as their owners and operators see them and have them sent again."""

from collections.abc import Collection
from dataclasses import replace

from chassis.audit import record_change, record_unchanged
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from contracts.scopes import OPERATE
from services.subscriptions.domain.mailboxes import Message, MessageStatus
from services.subscriptions.errors import MailboxMessageUnknown
from services.subscriptions.repository import mailboxes as stored
from services.subscriptions.service.subscriptions import get_subscription, lock_own


async def list_messages(
    tx: Tx, subscription: str, statuses: Collection[MessageStatus], request: PageRequest
) -> Page[Message]:
    """Messages to a subscription's mailbox in these statuses, or in any; none of one by webhook.

    Raises:
        SubscriptionUnknown
    """
    await get_subscription(tx, subscription)
    return await stored.list_messages(tx, subscription, statuses, request)


async def resend_message(tx: Tx, subscription: str, local_id: str) -> Message:
    """Have a message sent once more, with those of its events that are kept and still wanted.

    It keeps its local id and its file name, by which a reader that has it knows it.

    Raises:
        SubscriptionUnknown
        MailboxMessageUnknown: there is none of that local id, or it was a test or a heartbeat.
    """
    await lock_own(tx, subscription, OPERATE)
    found = await stored.lock_message(tx, subscription, local_id)
    if found is None or found.number is None:
        raise MailboxMessageUnknown(f"There is no message {local_id} of events.")
    if found.status is MessageStatus.PLANNED:
        record_unchanged(tx)
        return found
    again = replace(found, status=MessageStatus.PLANNED, due_at=None)
    await stored.save_messages(tx, [again])
    record_change(
        tx,
        subject=subscription,
        action="message.resent",
        before={"local_id": local_id, "status": found.status.value},
        after={"local_id": local_id, "status": again.status.value},
        always=("local_id",),
    )
    return again
