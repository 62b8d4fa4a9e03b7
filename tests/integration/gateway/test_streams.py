"""Answers without an end, through the gateway: handed on as they come, and ended with their reader."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from gateway.proxy.upstreams import in_process
from services.subscriptions.app import create_app
from services.subscriptions.endpoints import stream
from tests.conftest import ResourcesFor
from tests.eventually import eventually
from tests.integration.gateway.conftest import FrontOf, Serve, signed_for
from tests.integration.subscriptions.events import apply, event
from tests.integration.subscriptions.test_stream import next_ids, streaming

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)


def gateway_answers() -> float:
    labels = {"service": "gateway", "method": "GET", "status": "200"}
    return REGISTRY.get_sample_value("suite_http_request_seconds_count", labels) or 0


@pytest.mark.parametrize("in_one_process", [True, False])
async def test_parts_come_at_once_and_a_reader_that_goes_frees_its_stream(
    front_of: FrontOf, resources_for: ResourcesFor, serve: Serve, *, in_one_process: bool
) -> None:
    resources = await resources_for("services.subscriptions", settings=signed_for("subscriptions"))
    app = create_app(resources)
    front = await front_of(subscriptions=in_process("subscriptions", app) if in_one_process else await serve(app))
    counted = gateway_answers()
    async with streaming(front.client) as found:
        asked = asyncio.create_task(next_ids(found, 1))
        await eventually(lambda: stream.STREAMS.total == 1)
        await apply(resources.database, event("risks", "OCC4", 1))
        assert await asked == ["risks:OCC4@1.1"]
        assert gateway_answers() == counted + 1, "its time is that until it began, not until its reader goes"
    await eventually(lambda: stream.STREAMS.total == 0)
    async with front.client.stream("GET", "/events/v1/state") as state:
        assert (state.status_code, state.headers["last-event-id"]) == (200, "risks:OCC4@1.1")
        assert (await state.aread()).count(b"\n") == 1
    answer = await front.client.get("/events/v1/feed", params={"timeout": 100, "lastEventId": "risks:OCC4@1.1"})
    assert (answer.status_code, answer.json()) == (200, [])
    assert (await front.client.get("/events/v1/feed?lastEventId=nobody")).status_code == 410
