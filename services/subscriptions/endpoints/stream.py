"""The feed as server-sent events."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request, Response

from chassis import closing
from chassis.errors import Unavailable
from chassis.web.identity import caller_of
from chassis.web.problems import problems
from chassis.web.server_events import EVENT_STREAM, RETRY, EventStream, OpenStreams, heartbeat, server_event
from chassis.web.units import Read
from services.subscriptions.domain.feed import FeedEvent
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.domain.mns import Profile
from services.subscriptions.endpoints.feed import LastEventId
from services.subscriptions.endpoints.parameters import Shaped, Wanted
from services.subscriptions.service import feed
from services.subscriptions.service.head_watch import watch_of
from services.subscriptions.service.profiles import bodies_in
from services.subscriptions.settings import SubscriptionsSettings

router = APIRouter(tags=["feed"])

MOST_STREAMS: Final = 256
"""Streams that one process has open; each holds a page of events at most."""
STREAMS: Final = OpenStreams()
_PAGE: Final = 20

LastSeen = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        max_length=64,
        pattern=r"^[ -~]*$",
        description="Id of the event that you had last, as browsers send it when they come again",
        examples=["8a4f4a4e-3c0e-4f0b-9c7f-0d8c2f1d6a10"],
    ),
]


@router.get(
    "/stream",
    summary="Stream the feed",
    response_class=Response,
    responses={
        200: {
            "description": "Events as they come, each with its id; a heartbeat where none does",
            "content": {EVENT_STREAM: {"schema": {"type": "string"}, "example": "id: 8a4f\ndata: {}\n\n"}},
        },
        **problems(400, 401, 410, 422),
    },
)
async def stream_feed(
    request: Request,
    read: Read,
    wanted: Wanted,
    last_event_id: LastEventId = None,
    last_seen: LastSeen = None,
    profile: Shaped = Profile.CLOUDEVENTS,
) -> Response:
    """The events after the one that you had last, as server-sent events; without one, those from now on.

    The data of each is the event as in the feed. `lastEventId=0` begins at the beginning. A browser that lost its
    connection says by itself what it had last; others send `Last-Event-ID`. Where nothing happens a heartbeat comes
    every 15 seconds, with the id up to which there was nothing for you. A reader that takes nothing for half a minute
    is cut off, and goes on from the last id it has. Where events after yours are gone, the answer is a 410.
    """
    body_of = bodies_in(profile)
    known = last_seen if last_seen is not None else last_event_id
    begin = await read(lambda tx: feed.find_start(tx, known))
    if STREAMS.total >= MOST_STREAMS:
        raise Unavailable(f"{MOST_STREAMS} streams are open here.")
    parts, seconds = _parts(request, read, wanted, begin, body_of), SubscriptionsSettings().stream_slow_seconds
    return EventStream(parts, seconds, caller_of(request.scope).name, STREAMS)


async def _parts(
    request: Request, read: Read, wanted: EventFilter, position: int, body_of: Callable[[FeedEvent], bytes]
) -> AsyncIterator[bytes]:
    """What is sent, a page of events or a heartbeat at a time; the next is read once the one before is taken."""
    watch = watch_of(request.app.state.resources.database)
    quiet = SubscriptionsSettings().stream_heartbeat_seconds
    yield RETRY
    while not closing.has_begun():
        batch = await read(partial(feed.get_batch_after, position=position, wanted=wanted, limit=_PAGE))
        position = batch.position
        if batch.events:
            yield b"".join(server_event(each.event_id, body_of(each)) for each in batch.events)
        if not batch.is_full and await watch.wait_beyond(position, quiet) <= position:
            yield heartbeat(batch.last_event_id)
