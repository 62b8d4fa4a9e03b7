"""What is remembered of the events that are followed for open pages."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from chassis.web.server_events import heartbeat, read_server_events, server_event
from portal.live import follower
from portal.live.follower import Follower
from portal.live.subjects import MOST_SUBJECTS, Change, Shown, readable
from tests.eventually import eventually


def told(event_id: str, subject: str = "OCC4") -> bytes:
    body = {"id": event_id, "source": "/risks", "type": "commissioning.risk.rescored.v1", "subject": subject}
    return server_event(event_id, json.dumps(body).encode())


class Events:
    """Streams that a test writes; each is opened with the id that was had last."""

    def __init__(self, *statuses: int) -> None:
        self.asked: list[str | None] = []
        self.statuses = list(statuses)
        self.parts: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def follow(self, last_id: str | None) -> httpx.Response:
        self.asked.append(last_id)
        status = self.statuses.pop(0) if self.statuses else 200
        return httpx.Response(status, stream=_Written(self.parts))


class _Written(httpx.AsyncByteStream):
    def __init__(self, parts: "asyncio.Queue[bytes | None]") -> None:
        self.parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (part := await self.parts.get()) is not None:
            yield part


@pytest.fixture
async def following(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[Events], Follower]]:
    monkeypatch.setattr(follower, "_PAUSES", (0.0,))
    made: list[Follower] = []

    def follow(events: Events) -> Follower:
        made.append(Follower(events.follow))
        return made[-1]

    yield follow
    for each in made:
        await each.close()


def subjects(found: Follower, place: int) -> list[str] | None:
    changes = found.changes_after(place)
    return None if changes is None else [each.subject for each in changes]


async def test_a_place_is_found_again_by_its_event_and_a_break_loses_none(following) -> None:
    events = Events()
    found = following(events)
    with found.followed():
        for number in range(3):
            events.parts.put_nowait(told(f"e{number}", f"R{number}"))
        await eventually(lambda: found.last_id == "e2")
        first, place = found.place_after("e0"), found.place
        assert first is not None
        assert subjects(found, first) == ["risks/R1", "risks/R2"]
        assert (found.place_after("e2"), subjects(found, place)) == (place, [])
        assert (found.place_after("unknown"), found.place_after(None)) == (None, None)
        events.parts.put_nowait(None)
        events.parts.put_nowait(told("e3", "R3"))
        await found.wait_beyond(place, 5)
        assert (events.asked, subjects(found, place)) == ([None, "e2"], ["risks/R3"])
        events.parts.put_nowait(heartbeat("e9"))
        await eventually(lambda: found.place_after("e9") == found.place)


async def test_where_it_is_not_known_what_was_missed_that_is_said(following, monkeypatch: pytest.MonkeyPatch) -> None:
    """A break before any event was seen, an event that the feed has no longer, and more than is remembered."""
    monkeypatch.setattr(follower, "REMEMBERED", 2)
    events = Events(503, 200, 410)
    found = following(events)
    with found.followed():
        place = found.place
        await eventually(lambda: len(events.asked) == 2)
        assert subjects(found, place) is None
        events.parts.put_nowait(told("e1"))
        await eventually(lambda: found.last_id == "e1")
        place = found.place
        events.parts.put_nowait(None)
        await eventually(lambda: len(events.asked) == 4)
        assert (events.asked[2:], subjects(found, place)) == (["e1", None], None)
        place = found.place
        for number in range(3):
            events.parts.put_nowait(told(f"f{number}"))
        await eventually(lambda: found.last_id == "f2")
        assert (subjects(found, place), subjects(found, place + 1)) == (None, ["risks/OCC4"] * 2)


async def test_nothing_is_followed_once_the_last_page_has_gone_a_while(
    following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "LINGER_SECONDS", 0.0)
    events = Events()
    found = following(events)
    with found.followed():
        events.parts.put_nowait(told("e1"))
        await eventually(lambda: found.last_id == "e1")
    await eventually(lambda: found._task is None)
    assert (found.last_id, found.place_after("e1")) == (None, None)
    with found.followed():
        await eventually(lambda: events.asked == [None, None])


async def test_events_are_read_however_they_were_cut() -> None:
    written = b"retry: 3000\n\n" + server_event("é1", b'{"a":\n"\xe2\x80\xa8"}') + heartbeat("e2") + heartbeat(None)

    async def bytes_of() -> AsyncIterator[bytes]:
        for at in range(len(written)):
            yield written[at : at + 1]

    read = [(each.event_id, each.data) async for each in read_server_events(bytes_of())]
    assert read == [("é1", b'{"a":\n"\xe2\x80\xa8"}'), ("e2", None)]


@pytest.mark.parametrize(
    ("shown", "subject", "has"),
    [
        ("risks/OCC4", "risks/OCC4", True),
        ("risks/OCC4", "risks/OCC41", False),
        ("risks/OCC4", "pledges/OCC4", False),
        ("indicators/dtoc/*", "indicators/dtoc/E06000026", True),
        ("indicators/dtoc/*", "indicators/dtoc-all/E06000026", False),
        ("finance/*", "finance/fund/plymouth-integrated", True),
    ],
)
def test_a_page_shows_a_subject_or_all_that_begin_so(shown: str, subject: str, *, has: bool) -> None:
    assert Shown.of([shown]).has(Change("e1", "any", subject)) is has


def test_what_may_not_be_read_is_not_asked_for_and_too_many_are_a_whole_service() -> None:
    assert readable(["risks/OCC4", "finance/*", "risks/OCC4"], {"risks"}) == ["risks/OCC4"]
    many = [f"indicators/i{number}/*" for number in range(MOST_SUBJECTS)]
    assert readable(many, {"indicators"}) == sorted(many)
    assert readable([*many, "risks/OCC4"], {"indicators", "risks"}) == ["indicators/*", "risks/*"]
