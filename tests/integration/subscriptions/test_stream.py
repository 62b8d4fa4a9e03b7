"""The stream of server-sent events, on a socket: resumed after a break, alive when nothing happens, bounded."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.types import Message

from chassis import closing
from chassis.errors import Unavailable
from chassis.storage.database import Database
from chassis.web.server_events import EventStream, OpenStreams
from chassis.web.units import Resources
from services.subscriptions.app import create_app
from services.subscriptions.endpoints import stream
from tests.eventually import eventually
from tests.integration.gateway.conftest import served
from tests.integration.subscriptions.events import apply, event

Parts = AsyncIterator[tuple[str | None, str | None]]


async def parts(answer: httpx.Response) -> Parts:
    """(id, data) of each part, a heartbeat has no data."""
    seen: dict[str, str] = {}
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if line:
            seen[name] = f"{seen[name]}\n{value}" if name in seen else value
        elif set(seen) - {"retry"}:
            yield seen.get("id"), seen.get("data")
            seen = {}
        else:
            seen = {}


@asynccontextmanager
async def streaming(client: httpx.AsyncClient, path: str = "/events/v1/stream", **more: str) -> AsyncIterator[Parts]:
    async with client.stream("GET", path, headers=more) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield parts(answer)


async def next_ids(found: Parts, count: int) -> list[str | None]:
    async with asyncio.timeout(10):
        return [json.loads((await anext(found))[1] or "{}").get("id") for _ in range(count)]


@pytest.fixture
async def client(resources: Resources) -> AsyncIterator[httpx.AsyncClient]:
    async with served(create_app(resources)) as url, httpx.AsyncClient(base_url=url, timeout=20) as found:
        yield found


async def test_events_come_as_they_are_added_and_a_break_loses_none(
    database: Database, client: httpx.AsyncClient
) -> None:
    await apply(database, event("risks", "OCC4", 1))
    async with streaming(client) as found:
        asked = asyncio.create_task(next_ids(found, 2))
        await asyncio.sleep(0.3)
        await apply(database, event("risks", "OCC4", 2), event("risks", "OCC5", 1))
        assert await asked == ["risks:OCC4@1.2", "risks:OCC5@1.1"], "from now on"
    await apply(database, event("risks", "OCC4", 3), *(event("risks", f"R{number}", 1) for number in range(50)))
    async with streaming(client, **{"Last-Event-ID": "risks:OCC4@1.2"}) as found:
        assert (await next_ids(found, 52))[:2] == ["risks:OCC5@1.1", "risks:OCC4@1.3"]
    async with streaming(client, "/events/v1/stream?lastEventId=0&subjects=OCC4") as found:
        assert await next_ids(found, 3) == [f"risks:OCC4@1.{version}" for version in (1, 2, 3)]
    gone = await client.get("/events/v1/stream", headers={"last-event-id": "nobody"})
    assert (gone.status_code, gone.json()["type"]) == (410, "/problems/position-gone")


async def test_where_nothing_happens_a_heartbeat_says_up_to_where(
    database: Database, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUBSCRIPTIONS_STREAM_HEARTBEAT_SECONDS", "0.2")
    await apply(database, event("risks", "OCC4", 1))
    async with streaming(client, "/events/v1/stream?subjects=other") as found, asyncio.timeout(10):
        assert await anext(found) == ("risks:OCC4@1.1", None)
        await apply(database, event("risks", "OCC4", 2))
        while (seen := await anext(found)) == ("risks:OCC4@1.1", None):
            pass
        assert seen == ("risks:OCC4@1.2", None)


async def test_a_stream_ends_where_the_process_does(
    database: Database, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with streaming(client, "/events/v1/stream?lastEventId=0") as found:
        await apply(database, event("risks", "OCC4", 1))
        assert await next_ids(found, 1) == ["risks:OCC4@1.1"]
        monkeypatch.setattr(closing, "_begun", True)
        async with asyncio.timeout(10):
            assert [each async for each in found if each[1]] == []


async def test_only_so_many_streams_are_open(
    database: Database, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST_STREAMS", 1)
    async with streaming(client) as found:
        assert found is not None
        refused = await client.get("/events/v1/stream")
        assert refused.status_code == Unavailable.status

    async def is_free() -> bool:
        async with client.stream("GET", "/events/v1/stream") as answer:
            return answer.status_code == 200

    await eventually(is_free)
    assert database is not None


async def test_a_reader_that_takes_nothing_is_cut_off_with_nothing_made_for_it_ahead() -> None:
    made: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            made.append(1)
            yield b"data: {}\n\n"

    taken: list[Message] = []

    async def send(message: Message) -> None:
        if len(taken) >= 3 and message.get("more_body"):
            await asyncio.Event().wait()
        taken.append(message)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async with asyncio.timeout(5):
        await EventStream(endless(), 0.1, "Ana", OpenStreams())({"type": "http", "path": "/"}, receive, send)
    assert len(made) == 3, "two were taken, one waited"
    assert taken[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
