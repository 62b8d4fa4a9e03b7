"""Services that are down, slow or broken, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from gateway.proxy.upstreams import in_process
from tests.integration.gateway.conftest import FrontOf, Serve, WireOf, echo, httpx_wire, listening, served

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)
"""What is asked here does not depend on the database; ``test_keys`` asks the rest on both."""


@pytest.fixture(params=["lean", "httpx"])
def wire(request: pytest.FixtureRequest) -> WireOf:
    return httpx_wire if request.param == "httpx" else lambda _settings: None


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def speaking(talk: Talk) -> AsyncIterator[str]:
    """A server that says on each connection exactly what it is told to."""
    listener = listening()
    server = await asyncio.start_server(talk, sock=listener)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.close()


def expect(answer: httpx.Response, status: int, kind: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"/problems/{kind}"
    assert "risks" in answer.json()["detail"]


async def test_a_service_that_is_down(front_of: FrontOf, closed_port: str) -> None:
    front = await front_of(risks=closed_port)
    for method in ("GET", "POST"):
        answer = await front.client.request(method, "/risks/v1/risks")
        expect(answer, 503, "service-unavailable")
        assert answer.headers["retry-after"] == "1"
        assert closed_port.removeprefix("http://") not in answer.text


async def test_others_are_answered_while_one_is_down(front_of: FrontOf, serve: Serve, closed_port: str) -> None:
    front = await front_of(risks=closed_port, finance=await serve(echo))
    assert (await front.client.get("/finance/v1/funds")).status_code == 200


async def test_a_service_that_does_not_answer(front_of: FrontOf, serve: Serve) -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(30)

    for service in (await serve(silent), in_process("risks", silent)):
        front = await front_of(risks=service, settings={"answer_timeout": 0.3})
        expect(await front.client.get("/risks/v1/risks"), 504, "service-late")


async def test_a_caller_that_does_not_finish_its_body(front_of: FrontOf, serve: Serve) -> None:
    front = await front_of(risks=await serve(echo), settings={"answer_timeout": 0.3})

    async def stalled() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(1)
        yield b"x"

    answer = await front.client.post("/risks/v1/risks", content=stalled())
    assert answer.status_code == 408
    assert answer.json()["type"] == "/problems/body-late"


@pytest.fixture
def counted() -> list[str]:
    return []


def hangs_up(counted: list[str], *, times: int) -> Talk:
    """Reads a request and closes the connection, ``times`` over; then answers."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if not line:
            return
        counted.append(line.decode().split()[0])
        await reader.readuntil(b"\r\n\r\n")
        if len(counted) > times:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
        writer.close()

    return talk


async def test_reading_is_tried_once_more(front_of: FrontOf, stack: AsyncExitStack, counted: list[str]) -> None:
    front = await front_of(risks=await stack.enter_async_context(speaking(hangs_up(counted, times=1))))
    answer = await front.client.get("/risks/v1/risks")
    assert (answer.status_code, answer.text) == (200, "ok")
    assert counted == ["GET", "GET"]


async def test_reading_is_not_tried_for_ever(front_of: FrontOf, stack: AsyncExitStack, counted: list[str]) -> None:
    front = await front_of(risks=await stack.enter_async_context(speaking(hangs_up(counted, times=9))))
    expect(await front.client.get("/risks/v1/risks"), 502, "service-broken")
    assert counted == ["GET", "GET"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_change_is_never_sent_twice(
    front_of: FrontOf, stack: AsyncExitStack, counted: list[str], method: str
) -> None:
    front = await front_of(risks=await stack.enter_async_context(speaking(hangs_up(counted, times=1))))
    expect(await front.client.request(method, "/risks/v1/risks", content=b"{}"), 502, "service-broken")
    assert counted == [method]


async def test_a_change_is_never_sent_twice_on_a_connection_kept_open(
    front_of: FrontOf, stack: AsyncExitStack, counted: list[str]
) -> None:
    """What is not known to have been done may have been: also where a DELETE could be sent again without harm."""

    async def answers_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            counted.append(line.decode().split()[0])
            await reader.readuntil(b"\r\n\r\n")
            if len(counted) > 1:
                break
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        writer.close()

    front = await front_of(risks=await stack.enter_async_context(speaking(answers_once)))
    assert (await front.client.get("/risks/v1/risks")).text == "ok"
    expect(await front.client.delete("/risks/v1/risks/R1"), 502, "service-broken")
    assert counted == ["GET", "DELETE"]


async def test_more_calls_than_connections(front_of: FrontOf, serve: Serve) -> None:
    """Those who wait in vain for a connection are told so; one that is free again is used again."""

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.6)
        await echo(scope, receive, send)

    front = await front_of(risks=await serve(slow), settings={"max_connections": 1, "connect_timeout": 0.3})
    answers = await asyncio.gather(*(front.client.get("/risks/v1/risks") for _ in range(2)))
    served_one, turned_away = sorted(answers, key=lambda each: each.status_code)
    assert served_one.status_code == 200
    expect(turned_away, 503, "service-unavailable")
    assert (await front.client.get("/risks/v1/risks")).status_code == 200


async def test_an_answer_that_ends_in_the_middle_of_its_head(front_of: FrontOf, stack: AsyncExitStack) -> None:
    async def stutters(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-le")
        writer.close()

    front = await front_of(risks=await stack.enter_async_context(speaking(stutters)))
    expect(await front.client.get("/risks/v1/risks"), 502, "service-broken")


async def test_an_answer_that_is_no_http(front_of: FrontOf, stack: AsyncExitStack) -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"nonsense\r\n\r\n")
        writer.close()

    front = await front_of(risks=await stack.enter_async_context(speaking(nonsense)))
    expect(await front.client.get("/risks/v1/risks"), 502, "service-broken")


async def test_an_answer_cut_short_is_not_passed_off_as_whole(front_of: FrontOf, stack: AsyncExitStack) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    front = await front_of(risks=await stack.enter_async_context(speaking(cut)))
    with pytest.raises(httpx.RemoteProtocolError):
        await front.client.get("/risks/v1/risks")


async def test_a_service_that_does_not_know_the_gateway_is_not_the_callers_fault(
    front_of: FrontOf, serve: Serve
) -> None:
    async def refuses(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    front = await front_of(risks=await serve(refuses))
    expect(await front.client.get("/risks/v1/risks"), 502, "service-broken")


async def test_a_service_in_this_process_that_crashes(front_of: FrontOf) -> None:
    async def crashes(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("a secret of the service")

    front = await front_of(risks=in_process("risks", crashes))
    answer = await front.client.get("/risks/v1/risks")
    assert answer.status_code == 500
    assert "secret" not in answer.text


async def test_a_service_that_comes_back_is_answered_from(front_of: FrontOf) -> None:
    async with served(echo) as where:
        front = await front_of(risks=where)
        assert (await front.client.get("/risks/v1/risks")).status_code == 200
    expect(await front.client.get("/risks/v1/risks"), 503, "service-unavailable")
    assert (await front.stranger.get("/health/ready")).status_code == 503
