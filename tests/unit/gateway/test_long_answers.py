"""A long answer of an app in this process comes part by part, and ends with its caller."""

import asyncio

import httpx
import pytest

from gateway.proxy.long_answers import LongAnswers
from gateway.proxy.upstreams import in_process

HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/csv")]}


def body(content, *, more=True):
    return {"type": "http.response.body", "body": content, "more_body": more}


async def test_parts_are_made_no_faster_than_they_are_taken():
    made = []

    async def app(_scope, _receive, send):
        await send(HEAD)
        for n in range(100):
            made.append(n)
            await send(body(b"%d\n" % n))
        await send(body(b"", more=False))

    async with in_process("indicators", app) as client, client.stream("GET", "/all.csv") as answer:
        parts = answer.aiter_raw()
        assert await anext(parts) == b"0\n"
        await asyncio.sleep(0)
        assert len(made) < 10
        assert [part async for part in parts][-1] == b"99\n"


async def test_a_caller_that_leaves_ends_the_work():
    ended = asyncio.Event()

    async def app(_scope, _receive, send):
        try:
            await send(HEAD)
            while True:
                await send(body(b"x"))
        finally:
            ended.set()

    async with in_process("indicators", app) as client, client.stream("GET", "/all.csv") as answer:
        await anext(answer.aiter_raw())
    await asyncio.wait_for(ended.wait(), 5)


async def test_what_breaks_off_is_no_whole_answer():
    async def app(_scope, _receive, send):
        await send(HEAD)
        await send(body(b"x"))
        raise RuntimeError

    async with in_process("indicators", app) as client, client.stream("GET", "/all.csv") as answer:
        with pytest.raises(httpx.RemoteProtocolError):
            [part async for part in answer.aiter_raw()]


async def test_other_calls_go_the_usual_way():
    async def app(_scope, _receive, send):
        raise AssertionError

    usual = httpx.MockTransport(lambda _request: httpx.Response(204))
    async with httpx.AsyncClient(transport=LongAnswers(app, usual), base_url="http://x") as client:
        assert (await client.get("/status")).status_code == 204
        assert (await client.post("/all.csv")).status_code == 204
