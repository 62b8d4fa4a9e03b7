"""Messages to mailboxes of NHS MESH over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.subscriptions.domain.mailboxes import MessageStatus
from services.subscriptions.endpoints.subscriptions import SubscriptionInPath
from services.subscriptions.schemas.mailboxes import MailboxMessageOut
from services.subscriptions.service import mailboxes

router = APIRouter(tags=["mailboxes"])

LocalId = Annotated[
    str,
    Path(
        max_length=80,
        pattern=r"^[A-Za-z0-9_.\-]+$",
        description="The message",
        examples=["sub_4f1c0d6c5b7e4c7f8a55.17"],
    ),
]


@router.get(
    "/subscriptions/{id}/messages", summary="List messages to a mailbox", responses=problems(400, 401, 404, 422)
)
async def list_mailbox_messages(
    read: Read,
    paging: Paging,
    id: SubscriptionInPath,  # noqa: A002  the name of the parameter is part of the path
    status: Annotated[
        list[MessageStatus] | None, Query(max_length=5, description="Only those in one of these statuses")
    ] = None,
) -> PageBody[MailboxMessageOut]:
    """What was sent to the mailbox, from the first message on, and whether it was collected. A webhook has none."""
    page = await read(lambda tx: mailboxes.list_messages(tx, id, status or (), paging.request))
    return paging.body(page, MailboxMessageOut.of)


@router.post(
    "/subscriptions/{id}/messages/{local_id}/resend",
    summary="Send a message again",
    responses=problems(401, 404),
)
async def resend_mailbox_message(
    write: Write,
    id: SubscriptionInPath,  # noqa: A002  the name of the parameter is part of the path
    local_id: LocalId,
) -> MailboxMessageOut:
    """The same events go once more, under the same local id, before what comes next.

    Events that the feed keeps no longer are left out, but for the newest of each aggregate. What comes so may be older
    than what was collected since: leave out what is not above the (`generation`, `aggregateversion`) that you have.
    """
    return MailboxMessageOut.of(await write(lambda tx: mailboxes.resend_message(tx, id, local_id)))
