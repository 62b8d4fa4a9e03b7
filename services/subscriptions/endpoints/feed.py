"""The feed over HTTP, by the conventions of http-feeds (http-feeds.org)."""

import asyncio
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from chassis.web.problems import problems
from chassis.web.units import Read
from services.subscriptions.domain.batches import BATCH, batch_of
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.domain.mns import Profile
from services.subscriptions.endpoints.parameters import Shaped, Wanted
from services.subscriptions.service import feed
from services.subscriptions.service.feed import FeedBatch
from services.subscriptions.service.head_watch import watch_of
from services.subscriptions.service.profiles import bodies_in

router = APIRouter(tags=["feed"])

LONGEST_WAIT_MS: Final = 25_000
"""Less than any hop on the way waits for an answer."""
MOST: Final = 1000

LastEventId = Annotated[
    str | None,
    Query(
        alias="lastEventId",
        max_length=64,
        pattern=r"^[ -~]*$",
        description="Id of the event that you had last; none, or an empty one, for the beginning. A position will do",
        examples=["8a4f4a4e-3c0e-4f0b-9c7f-0d8c2f1d6a10"],
    ),
]
Timeout = Annotated[
    int,
    Query(ge=0, description=f"Milliseconds to wait for an event where there is none; at most {LONGEST_WAIT_MS} count"),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Most events to return")]

_EXAMPLE: Final = {
    "specversion": "1.0",
    "id": "8a4f4a4e-3c0e-4f0b-9c7f-0d8c2f1d6a10",
    "source": "/risks",
    "type": "commissioning.risk.rescored.v1",
    "subject": "OCC4",
    "time": "2018-02-28T09:30:00.000000Z",
    "datacontenttype": "application/json",
    "partitionkey": "OCC4",
    "aggregateversion": 7,
    "generation": 1,
    "data": {},
}
_HEADERS: Final = {
    "last-event-id": {
        "description": "What to send as `lastEventId` next: also moves on who wants nothing of what there was",
        "schema": {"type": "string"},
        "example": "8a4f4a4e-3c0e-4f0b-9c7f-0d8c2f1d6a10",
    },
    "feed-position": {
        "description": "Up to where the feed was looked through",
        "schema": {"type": "integer"},
        "example": 4711,
    },
    "feed-compacted": {
        "description": "`true` where it begins before what is kept whole: of each aggregate only the newest is there",
        "schema": {"type": "string"},
        "example": "true",
    },
}


@router.get(
    "/feed",
    summary="Follow the feed",
    response_class=Response,
    responses={
        200: {
            "description": "Events in order; none where there is nothing after that event yet",
            "headers": _HEADERS,
            "content": {
                BATCH: {
                    "schema": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
                    "example": [_EXAMPLE],
                }
            },
        },
        **problems(400, 401, 410, 422),
    },
)
async def read_feed(
    request: Request,
    read: Read,
    wanted: Wanted,
    last_event_id: LastEventId = None,
    timeout: Timeout = 0,  # noqa: ASYNC109  of the protocol: an empty answer is no failure
    limit: Limit = 100,
    profile: Shaped = Profile.CLOUDEVENTS,
) -> Response:
    """The events after the one that you had last, as CloudEvents in JSON, in the bytes they had on the bus.

    Process them, keep the id of the last, ask again with that as `lastEventId`; the order of each aggregate's events is
    that in which they were published, and reading twice gives the same order. At the beginning stands, before all that
    is kept whole, the newest event of each aggregate that has not changed since. What was added can come twice, where
    you kept no id: (`generation`, `aggregateversion`) tells.

    An event with `method` `DELETE` and no data tells that its aggregate is no more. The answer is always
    `application/cloudevents-batch+json`, whatever is accepted. Where events after yours are no longer kept, it is a
    problem with status 410, which says where to start anew. Of services that you may not read you get nothing.
    """
    body_of = bodies_in(profile)
    batch = await read(lambda tx: feed.get_batch(tx, last_event_id, wanted, limit))
    if not batch.events and timeout:
        batch = await _awaited(request, read, batch, wanted, limit, min(timeout, LONGEST_WAIT_MS) / 1000)
    return Response(batch_of(map(body_of, batch.events)), media_type=BATCH, headers=_headers(batch))


def _headers(batch: FeedBatch) -> dict[str, str]:
    found = {"feed-position": str(batch.position), "cache-control": "private, no-cache"}
    if batch.last_event_id:
        found["last-event-id"] = batch.last_event_id
    return found | ({"feed-compacted": "true"} if batch.is_compacted else {})


async def _awaited(
    request: Request, read: Read, batch: FeedBatch, wanted: EventFilter, limit: int, seconds: float
) -> FeedBatch:
    """The first batch with something in it that comes within so many seconds, else the last without."""
    watch, loop = watch_of(request.app.state.resources.database), asyncio.get_running_loop()
    until = loop.time() + seconds
    while not batch.events and (left := until - loop.time()) > 0:
        if await watch.wait_beyond(batch.position, left) > batch.position:
            batch = await read(partial(feed.get_batch_after, position=batch.position, wanted=wanted, limit=limit))
    return batch
