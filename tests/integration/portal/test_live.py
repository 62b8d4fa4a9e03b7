"""What an open page is told: what has changed of that which it shows, to who may read it while they are signed in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from chassis.storage.database import Database
from gateway.access import service
from gateway.access.keys import NewKey
from gateway.proxy.upstreams import in_process
from portal.pages import live
from services.subscriptions.app import create_app
from tests.conftest import ResourcesFor
from tests.eventually import eventually
from tests.integration.gateway.conftest import Front, FrontOf, front_of, serve, signed_for, stack, wire
from tests.integration.portal.conftest import hidden_of
from tests.integration.subscriptions.events import apply, event
from tests.integration.subscriptions.test_stream import parts

__all__ = ["front_of", "serve", "stack", "wire"]

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

RESCORED = "commissioning.risk.rescored.v1"


class Live:
    """A served gateway with pages, in front of the events service alone."""

    def __init__(self, front: Front, events: Database) -> None:
        self.front = front
        self.events = events
        self.clients: list[httpx.AsyncClient] = []

    async def sign_in(self, name: str, *scopes: str) -> httpx.AsyncClient:
        key = await self.front.database.write(lambda tx: service.create_key(tx, NewKey(name, frozenset(scopes))))
        client = httpx.AsyncClient(base_url=self.front.url, timeout=20)
        self.clients.append(client)
        form = await client.get("/")
        signed = await client.post("/sign-in", data=hidden_of(form.text) | {"key": key})
        assert signed.status_code == httpx.codes.SEE_OTHER
        return client


@pytest.fixture
async def site(front_of: FrontOf, resources_for: ResourcesFor, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Live]:
    monkeypatch.setattr(live, "TOGETHER_SECONDS", 0.1)
    monkeypatch.setenv("PORTAL_LIVE_HEARTBEAT_SECONDS", "0.5")
    monkeypatch.setenv("PORTAL_LIVE_STREAMS_EACH", "1")
    monkeypatch.setenv("SUBSCRIPTIONS_STREAM_HEARTBEAT_SECONDS", "0.2")
    resources = await resources_for("services.subscriptions", settings=signed_for("subscriptions"))
    front = await front_of(subscriptions=in_process("subscriptions", create_app(resources)))
    found = Live(front, resources.database)
    yield found
    for client in found.clients:
        await client.aclose()


@asynccontextmanager
async def told(
    client: httpx.AsyncClient, *subjects: str, **headers: str
) -> AsyncIterator[AsyncIterator[tuple[str | None, list[dict[str, str]]]]]:
    """Id and changes of each message; a heartbeat's are left out."""
    async with client.stream("GET", "/live", params={"subjects": subjects}, headers=headers) as answer:
        assert (answer.status_code, answer.headers["x-accel-buffering"]) == (200, "no")

        async def messages() -> AsyncIterator[tuple[str | None, list[dict[str, str]]]]:
            async for event_id, data in parts(answer):
                if data is not None:
                    yield event_id, json.loads(data)

        yield messages()


async def test_who_may_read_it_is_told_and_misses_nothing_by_a_break(site: Live) -> None:
    ana = await site.sign_in("Ana", "risks:read")
    await apply(site.events, event("risks", "OCC4", 1))
    async with told(ana, "risks/OCC4", "indicators/*") as found, asyncio.timeout(20):
        assert (await anext(found))[1] == [], "nobody knows what happened since the page was made"
        secret = event("indicators", "dtoc-all/E06000026", 1)
        await apply(site.events, secret, event("risks", "OCC5", 1), event("risks", "OCC4", 2))
        last_id, named = await anext(found)
        assert named == [{"type": RESCORED, "subject": "risks/OCC4"}]
    await eventually(lambda: live.STREAMS.total == 0)
    await apply(site.events, event("risks", "OCC4", 3), event("indicators", "dtoc-all/E06000026", 2))
    async with told(ana, "risks/OCC4", **{"last-event-id": str(last_id)}) as found, asyncio.timeout(20):
        assert await anext(found) == (
            "indicators:dtoc-all/E06000026@1.2",
            [{"type": RESCORED, "subject": "risks/OCC4"}],
        )


async def test_only_who_is_signed_in_and_may_read_some_of_it_and_only_so_often(site: Live) -> None:
    ana = await site.sign_in("Ana", "risks:read")
    ask = {"subjects": "risks/OCC4"}
    assert (await site.front.client.get("/live", params=ask)).status_code == 401, "a key opens no page"
    assert (await ana.get("/live", params={"subjects": "finance/*"})).status_code == 403
    assert (await ana.get("/live", params={"subjects": "OCC4"})).status_code == 422
    assert (await ana.get("/live")).status_code == 422
    async with told(ana, "risks/OCC4"):
        assert (await ana.get("/live", params=ask)).status_code == 503
        bea = await site.sign_in("Bea", "risks:read")
        async with told(bea, "risks/OCC4"):
            assert live.STREAMS.total == 2


async def test_it_ends_with_the_session_and_tells_nothing_afterwards(site: Live) -> None:
    ana, bea = await site.sign_in("Ana", "risks:read"), await site.sign_in("Bea", "risks:read")
    async with told(ana, "risks/*") as hers, told(bea, "risks/*") as found, asyncio.timeout(20):
        assert [(await anext(each))[1] for each in (hers, found)] == [[], []]
        home = await ana.get("/")
        await ana.post("/sign-out", data=hidden_of(home.text))
        await site.front.database.write(lambda tx: service.revoke_key(tx, "Bea"))
        await apply(site.events, event("risks", "OCC4", 1))
        assert [[each async for each in left] for left in (hers, found)] == [[], []]
    assert (await ana.get("/live", params={"subjects": "risks/*"})).status_code == 401
