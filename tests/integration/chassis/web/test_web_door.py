"""Connections that say nothing, too much or nonsense."""

import asyncio
import json
import socket

import pytest
import uvicorn

from chassis.web.door import BoundedProtocol, server_config


class Impatient(BoundedProtocol):
    seconds = 0.3
    most_bytes = 2048
    most_headers = 20


async def app(scope, receive, send):
    assert scope["type"] in {"http", "lifespan"}
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
async def door():
    server = uvicorn.Server(server_config(app, Impatient))
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110  it offers nothing else to wait for
        await asyncio.sleep(0.005)
    yield listener.getsockname()[1]
    server.should_exit = True
    await running
    listener.close()


async def said(port, *parts, pause=0.0):
    """What comes back until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reading = asyncio.create_task(reader.read())
    for part in parts:
        if reading.done():
            break
        writer.write(part)
        await asyncio.sleep(pause)
    async with asyncio.timeout(10):
        answer = await reading
    writer.close()
    return answer


def problem(answer, status):
    head, body = answer.split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 %d " % status), answer
    assert b"content-type: application/problem+json" in head
    assert b"x-request-id: " in head
    return json.loads(body)


async def test_who_says_nothing_is_hung_up_on(door):
    assert await said(door) == b""


async def test_who_dribbles_is_hung_up_on(door):
    dribble = [b"GET / HTTP/1.1\r\n", *([b"x: y\r\n"] * 40)]
    assert problem(await said(door, *dribble, pause=0.05), 408)["type"] == "/problems/request-timeout"


async def test_who_says_nothing_more_is_hung_up_on(door):
    answer = await said(door, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"ok")


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 21 + b"\r\n",
        b"GET / HTTP/1.1\r\nx: " + b"y" * 3000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: " + b"y" * 3000,
        b"GET /" + b"y" * 3000 + b" HTTP/1.1\r\n\r\n",
    ],
    ids=["many", "large", "endless", "address"],
)
async def test_a_head_that_is_too_large(door, head):
    assert problem(await said(door, head), 431)["type"] == "/problems/head-too-large"


async def test_a_large_body_is_no_large_head(door):
    head = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 5000\r\n\r\n"
    assert (await said(door, head, b"x" * 5000)).startswith(b"HTTP/1.1 200 ")


async def test_nonsense_is_a_problem(door):
    assert problem(await said(door, b"BREW / HTTP/1.1\r\nhost: x\r\n\r\n"), 501)["type"] == "/problems/method-unknown"
    assert problem(await said(door, b"nonsense\r\n\r\n"), 501)
    assert problem(await said(door, b"GET / HTTP/1.1\r\nno colon\r\n\r\n"), 400)["type"] == "/problems/bad-request"


async def test_requests_on_one_connection_follow_one_another(door):
    one = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    assert (await said(door, one * 3 + last)).count(b"HTTP/1.1 200") == 4
