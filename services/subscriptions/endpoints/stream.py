"""The feed as server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request, Response
from starlette.types import Receive, Scope, Send

from chassis import closing
from chassis.errors import Unavailable
from chassis.logging import get_logger
from chassis.web.identity import caller_of
from chassis.web.problems import problems
from chassis.web.units import Read
from services.subscriptions.domain.feed import FeedEvent
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.domain.mns import Profile
from services.subscriptions.endpoints.feed import LastEventId
from services.subscriptions.endpoints.parameters import Shaped, Wanted
from services.subscriptions.schemas.server_events import EVENT_STREAM, RETRY, heartbeat, server_event
from services.subscriptions.service import feed
from services.subscriptions.service.head_watch import watch_of
from services.subscriptions.service.profiles import bodies_in
from services.subscriptions.settings import SubscriptionsSettings

router = APIRouter(tags=["feed"])
log = get_logger()

MOST_STREAMS: Final = 256
"""Streams that one process has open; each holds a page of events at most."""
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


class _Streams:
    """How many there are in this process."""

    open = 0


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
    if _Streams.open >= MOST_STREAMS:
        raise Unavailable(f"{MOST_STREAMS} streams are open here.")
    return EventStream(_parts(request, read, wanted, begin, body_of), SubscriptionsSettings().stream_slow_seconds)


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


class EventStream(Response):
    """Sends parts for as long as its reader takes each within ``seconds``, and is there.

    Nothing is sent ahead of the reader: a part is made once the one before has left.
    """

    media_type = EVENT_STREAM

    def __init__(self, parts: AsyncIterator[bytes], seconds: float) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._parts = parts
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _Streams.open += 1
        sending = asyncio.ensure_future(self._send_all(scope, send))
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            _Streams.open -= 1
            is_sent = sending.done()
            sending.cancel()
            gone.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)
        if is_sent:
            sending.result()

    async def _send_all(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            async for part in self._parts:
                async with asyncio.timeout(self._seconds):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        except TimeoutError:
            log.info("stream.cut_off", caller=caller_of(scope).name, seconds=self._seconds)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
