"""What has changed of that which an open page shows, as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request, Response

from chassis import closing, telemetry
from chassis.errors import Forbidden, Problem, Unauthorized, Unavailable
from chassis.storage.outages import is_outage
from chassis.web.server_events import RETRY, EventStream, OpenStreams, heartbeat, server_event
from portal.forms import SESSION, cookie_of
from portal.live.follower import BEFORE_ALL
from portal.live.subjects import LONGEST, MOST_SUBJECTS, Change, Shown, readable, service_of
from portal.ports import Visitor
from portal.site import site_of

router = APIRouter(include_in_schema=False)

STREAMS: Final = OpenStreams()
TOGETHER_SECONDS: Final = 1.0
"""So long is waited for what comes together, and so rarely a page is told something."""
_SLOW_SECONDS: Final = 30.0
_MOST_NAMED: Final = 20
"""Changes that one message names; a page looks at what it shows, however many there were."""
_EVENT_ID: Final = r"^[ -~]*$"

Subjects = Annotated[
    list[Annotated[str, Query(max_length=LONGEST, pattern=r"^[a-z]+/[^\x00]+$")]],
    Query(min_length=1, max_length=MOST_SUBJECTS),
]
After = Annotated[str | None, Query(max_length=64, pattern=_EVENT_ID)]
LastSeen = Annotated[str | None, Header(alias="Last-Event-ID", max_length=64, pattern=_EVENT_ID)]


@router.get("/live")
async def follow_changes(
    request: Request, subjects: Subjects, after: After = None, last_seen: LastSeen = None
) -> Response:
    """Which of ``subjects`` changed after an event: types and subjects alone, of services that the person may read.

    Where nobody can say what has happened since, a message names nothing: the page looks for itself.

    Raises:
        Unauthorized: nobody is signed in.
        Forbidden: they may read none of it.
        Unavailable: so many of their pages, or of all, are told of changes already.
    """
    telemetry.say(route="/live")
    visitor = await _visitor(request)
    if visitor is None:
        raise Unauthorized("Sign in on a page.")
    wanted = readable(subjects, visitor.services)
    if not wanted:
        raise Forbidden("You may read none of what would be told.")
    _require_place(request, visitor.known_as)
    return EventStream(_parts(request, wanted, last_seen or after), _SLOW_SECONDS, visitor.known_as, STREAMS)


async def _visitor(request: Request) -> Visitor | None:
    token = cookie_of(request, SESSION)
    return await site_of(request).door.get_visitor(token) if token else None


def _require_place(request: Request, who: str) -> None:
    settings = site_of(request).settings
    if STREAMS.of(who) >= settings.live_streams_each:
        raise Unavailable(f"{settings.live_streams_each} of your pages are told of changes.")
    if STREAMS.total >= settings.live_streams:
        raise Unavailable(f"{settings.live_streams} pages are told of changes here.")


async def _parts(request: Request, subjects: Sequence[str], after: str | None) -> AsyncIterator[bytes]:
    """What is sent: what has changed, or in a while that nothing has; the end where the session ends."""
    site, shown, now = site_of(request), Shown.of(subjects), asyncio.get_running_loop().time
    follower, quiet, said = site.follower, site.settings.live_heartbeat_seconds, now()
    with follower.followed():
        place = follower.place_after(after)
        if place is None:  # once events come in it is said that nobody knows what was before
            place = BEFORE_ALL if follower.is_open else follower.place
        yield RETRY
        while not closing.has_begun():
            await follower.wait_beyond(place, quiet)
            if follower.place > place:
                await asyncio.sleep(TOGETHER_SECONDS)
            found, place, last_id = follower.changes_after(place), follower.place, follower.last_id
            news = None if found is None else [each for each in found if shown.has(each)]
            if news == [] and now() - said < quiet:
                continue
            services = await _services_now(request)
            if services is None:
                return
            said = now()
            yield _said(news, services, last_id)


def _said(news: Sequence[Change] | None, services: AbstractSet[str], last_id: str | None) -> bytes:
    """The news that are of these services; None is that nobody can say what is new."""
    told = None if news is None else [each for each in news if service_of(each.subject) in services]
    return heartbeat(last_id) if told == [] else server_event(last_id, _named(told or []))


def _named(news: Sequence[Change]) -> bytes:
    named = [{"type": each.type, "subject": each.subject} for each in news[:_MOST_NAMED]]
    return json.dumps(named).encode()


async def _services_now(request: Request) -> AbstractSet[str] | None:
    """What may be told by now; None where the session has ended, or cannot be looked up: the page comes again."""
    try:
        visitor = await _visitor(request)
    except Problem:
        return None
    except Exception as error:
        if not is_outage(error):
            raise
        return None
    return None if visitor is None else visitor.services
