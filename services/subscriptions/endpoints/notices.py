"""What waits for people, and the messages about it, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from services.subscriptions.domain.messages import MessageState
from services.subscriptions.domain.notices import LONGEST_OWNER, NoticeFilter, NoticeKind
from services.subscriptions.schemas.notices import MessageOut, NoticeOut, notices_table
from services.subscriptions.service.notices import reading

router = APIRouter(tags=["notices"])

MessageInPath = Annotated[
    str,
    Path(max_length=40, pattern=r"^[A-Za-z0-9_]+$", description="The message", examples=["msg_0d8c2f1d6a10"]),
]


def _filter(
    kind: Annotated[NoticeKind | None, Query(description="Only of this kind")] = None,
    owner: Annotated[
        str | None,
        Query(
            max_length=LONGEST_OWNER,
            pattern=r"^[^\x00]+$",
            description="Only of this owner, as printed",
            examples=["Strategic co-operative commissioning"],
        ),
    ] = None,
    waits: Annotated[bool | None, Query(description="Only what waits now (true), or what does not any more")] = None,
    reached: Annotated[bool | None, Query(description="Only that of which somebody is told (true), or nobody")] = None,
) -> NoticeFilter:
    return NoticeFilter(frozenset(), kind, owner, waits, reached)


Wanted = Annotated[NoticeFilter, Depends(_filter)]


@router.get("/notices", summary="List what waits for people", responses=problems(400, 401, 422))
async def list_notices(read: Read, paging: Paging, wanted: Wanted) -> PageBody[NoticeOut]:
    """Late values, returns due, reviews overdue, overrides about to lapse, actions due, events that were never taken.

    Of each thing one at most waits. `reached=false` has what nobody is told of: it names nobody, or an owner whom no
    recipient has. Of services that you may not read you get nothing.
    """
    page = await read(lambda tx: reading.list_notices(tx, wanted, paging.request))
    return paging.body(page, NoticeOut.of)


async def _table(request: Request, read: Read, wanted: Wanted) -> Table:
    found = await read(lambda tx: reading.list_all_notices(tx, wanted))
    return notices_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/notices",
    _table,
    name="export_notices",
    title="What waits for people",
    description="A row for each, as they came up.",
)


@router.get("/messages", summary="List messages to people", responses=problems(400, 401, 422))
async def list_messages(
    read: Read,
    paging: Paging,
    recipient: Annotated[
        str | None, Query(max_length=80, pattern=r"^[^\x00]+$", description="Only to them", examples=["anna-coles"])
    ] = None,
    state: Annotated[MessageState | None, Query(description="Only those that stand so")] = None,
) -> PageBody[MessageOut]:
    """As they were written: to whom, with which notices, and whether each was taken. Kept for a year."""
    page = await read(lambda tx: reading.list_messages(tx, recipient, state, paging.request))
    return paging.body(page, MessageOut.of)


@router.post("/messages/{id}/retry", summary="Send a message once more", responses=problems(401, 404, 409))
async def retry_message(write: Write, id: MessageInPath) -> MessageOut:  # noqa: A002  the name of the parameter is part of the path
    """What was given up is tried again for three days, under the same id."""
    return MessageOut.of(await write(lambda tx: reading.retry_message(tx, id)))
