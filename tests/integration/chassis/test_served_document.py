"""A document is made beside other requests, and once."""

import asyncio
import threading

import httpx
import pytest

from services.pledges.app import create_app

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)


async def test_others_are_answered_while_the_document_is_made(resources_for):
    app = create_app(await resources_for("services.pledges"))
    made, has_begun, may_end = [], threading.Event(), threading.Event()

    def make():
        made.append(threading.current_thread())
        has_begun.set()
        assert may_end.wait(60)
        return {"openapi": "3.1.0"}

    app.openapi = make
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        reading = [asyncio.create_task(client.get("/openapi.json")) for _ in range(3)]
        assert await asyncio.to_thread(has_begun.wait, 60)
        assert (await client.get("/health/live")).status_code == 200
        may_end.set()
        answers = await asyncio.gather(*reading)
    assert [answer.json() for answer in answers] == [{"openapi": "3.1.0"}] * 3
    assert len(made) == 1
    assert made[0] is not threading.main_thread()
