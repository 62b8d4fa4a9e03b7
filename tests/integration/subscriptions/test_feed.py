"""The feed over HTTP, as clients of http-feeds use it."""

import asyncio
import time
from datetime import timedelta

import httpx
import pytest

from chassis.identity import Caller
from chassis.storage.database import Database
from chassis.web.units import Resources
from contracts.risks import RISK_REVIEWED
from services.subscriptions.app import create_app
from services.subscriptions.repository import feed
from tests.conftest import ResourcesFor
from tests.integration.gateway.conftest import SIGNER, signed_for
from tests.integration.subscriptions.conftest import ReadFeed
from tests.integration.subscriptions.events import apply, event

BATCH = "application/cloudevents-batch+json"


@pytest.mark.parametrize("begin", [{}, {"lastEventId": ""}, {"lastEventId": "null"}, {"lastEventId": "0"}])
async def test_all_ways_to_begin_are_the_beginning(database: Database, ids: ReadFeed, begin: dict[str, str]) -> None:
    assert await ids(**begin) == []
    await apply(database, *(event("risks", "OCC4", version) for version in (1, 2)))
    assert await ids(**begin) == ["risks:OCC4@1.1", "risks:OCC4@1.2"]


async def test_a_client_follows_from_batch_to_batch(database: Database, api: httpx.AsyncClient) -> None:
    sent = [event("risks", f"R{number}", 1) for number in range(7)]
    await apply(database, *sent)
    found, last = [], ""
    while batch := (answer := await api.get(f"/feed?lastEventId={last}&limit=3")).json():
        assert answer.headers["content-type"] == BATCH
        assert answer.headers["last-event-id"] == batch[-1]["id"]
        assert len(batch) <= 3
        found += batch
        last = batch[-1]["id"]
    assert (answer.status_code, answer.content) == (200, b"[]")
    assert [each["id"] for each in found] == [each.id for each in sent]
    assert (answer.headers["feed-position"], answer.headers["last-event-id"]) == ("7", sent[-1].id)


@pytest.mark.parametrize("accept", ["application/json", "*/*", BATCH, "text/html", None])
async def test_the_answer_is_the_same_whatever_is_accepted(
    database: Database, api: httpx.AsyncClient, accept: str | None
) -> None:
    only = event("finance", "front-door", 1, data={"money": {"amount": "1.10"}})
    await apply(database, only)
    del api.headers["accept"]
    answer = await api.get("/feed", headers={"accept": accept} if accept else {})
    assert (answer.status_code, answer.headers["content-type"]) == (200, BATCH)
    assert answer.content == b"[" + only.record.value + b"]"


async def test_what_is_not_kept_is_said_with_where_to_start_anew(
    database: Database, api: httpx.AsyncClient, ids: ReadFeed
) -> None:
    told = [("A", 1), ("B", 1), ("B", 2), ("B", 3)]
    await apply(database, *(event("risks", subject, version) for subject, version in told))
    later = database.clock() + timedelta(days=400)
    await database.write(lambda tx: feed.trim(tx, later, 1000))
    for gone in ("1", "2", "5", "risks:B@1.1", "nobody"):
        problem = await api.get("/feed", params={"lastEventId": gone})
        assert problem.status_code == 410
        assert problem.headers["content-type"] == "application/problem+json"
        body = problem.json()
        assert body["type"] == "/problems/position-gone"
        assert (body["oldest_position"], body["newest_position"]) == (4, 4)
        assert (body["state_url"], body["restart"]) == ("/events/v1/state", "/events/v1/feed")
    assert await ids(lastEventId="3") == ["risks:B@1.3"]
    begun = await api.get("/feed", params={"limit": 1})
    assert ([each["id"] for each in begun.json()], begun.headers["feed-compacted"]) == (["risks:A@1.1"], "true")
    assert await ids(lastEventId="risks:A@1.1") == ["risks:B@1.3"], "the state of everything, however long it takes"
    assert "feed-compacted" not in (await api.get("/feed", params={"lastEventId": "risks:B@1.3"})).headers


async def test_filters_and_where_to_go_on_behind_what_is_not_wanted(
    database: Database, api: httpx.AsyncClient, ids: ReadFeed
) -> None:
    await apply(database, event("risks", "OCC4", 1), event("risks", "OCC4", 2, type_=RISK_REVIEWED))
    await apply(database, event("indicators", "ae/RK9", 1, data={"area": {"code": "RK9"}}))
    await apply(database, event("pledges", "x_y", 1), event("pledges", "xzy", 1))
    assert await ids(types=RISK_REVIEWED) == ["risks:OCC4@1.2"]
    assert await ids(types=["commissioning.risk.r*", "commissioning.indicator.*"]) == [
        "risks:OCC4@1.1",
        "risks:OCC4@1.2",
        "indicators:ae/RK9@1.1",
    ]
    assert await ids(subjects=["x_*", "ae/RK9"]) == ["indicators:ae/RK9@1.1", "pledges:x_y@1.1"]
    assert await ids(subjects="occ*") == []
    assert await ids(area="RK9") == ["indicators:ae/RK9@1.1"]
    answer = await api.get("/feed", params={"types": RISK_REVIEWED})
    assert (answer.headers["last-event-id"], answer.headers["feed-position"]) == ("pledges:xzy@1.1", "5")
    assert await ids(types=RISK_REVIEWED, lastEventId=answer.headers["last-event-id"]) == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [("timeout=soon", 422), ("timeout=-1", 422), ("limit=0", 422), ("limit=1001", 422), ("lastEventid=1", 422)],
)
async def test_what_cannot_be_meant_is_refused(api: httpx.AsyncClient, asked: str, status: int) -> None:
    assert (await api.get(f"/feed?{asked}")).status_code == status


@pytest.mark.both_engines
async def test_who_waits_is_told_as_soon_as_something_is_there_for_them(database: Database, ids: ReadFeed) -> None:
    await apply(database, event("risks", "OCC4", 1))
    waiting = [
        asyncio.create_task(ids(lastEventId="risks:OCC4@1.1", types="commissioning.p*", timeout=20_000))
        for _ in range(5)
    ]
    await asyncio.sleep(0.2)
    await apply(database, event("risks", "OCC4", 2))
    await asyncio.sleep(0.3)
    assert not any(each.done() for each in waiting), "that was not for them"
    began = time.monotonic()
    await apply(database, event("pledges", "2018-1", 1))
    async with asyncio.timeout(10):
        assert await asyncio.gather(*waiting) == [["pledges:2018-1@1.1"]] * 5
    assert time.monotonic() - began < 5


async def test_who_waits_for_nothing_is_answered_in_time(ids: ReadFeed) -> None:
    began = time.monotonic()
    assert await ids(timeout=200) == []
    assert 0.15 < time.monotonic() - began < 5


@pytest.fixture
async def signed(resources_for: ResourcesFor) -> Resources:
    return await resources_for("services.subscriptions", settings=signed_for("subscriptions"))


async def test_a_reader_gets_what_its_scopes_open_and_is_told_where_that_is_nothing(signed: Resources) -> None:
    await apply(signed.database, event("risks", "OCC4", 1))
    await apply(signed.database, event("pledges", "2018-1", 1))

    async def ask(query: str, *scopes: str) -> httpx.Response:
        caller = Caller("Ana", frozenset(scopes))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=create_app(signed)),
            base_url="http://subscriptions",
            auth=SIGNER.auth("subscriptions", caller),
        ) as client:
            return await client.get(f"/events/v1/{query}")

    assert [each["source"] for each in (await ask("feed", "events:read", "risks:read")).json()] == ["/risks"]
    assert len((await ask("feed", "admin")).json()) == 2
    refused = await ask("feed", "events:read")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/insufficient-scope")
    refused = await ask("feed?types=commissioning.pledge.updated.v1", "events:read", "risks:read")
    assert (refused.status_code, "pledges:read" in refused.json()["detail"]) == (403, True)
    assert (await ask("feed", "risks:read")).status_code == 403
    state = await ask("state", "events:read", "pledges:read")
    assert state.content.count(b"\n") == 1
    assert b'"/pledges"' in state.content
