"""What a service gets, and what a caller gets back."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.proxy.upstreams import in_process
from tests.integration.gateway.conftest import LIMIT, Front, FrontOf, Serve, WireOf, caller_in, echo, httpx_wire

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)
"""What is asked here does not depend on the database; ``test_keys`` asks the rest on both."""


@pytest.fixture(params=["network", "in process", "network by httpx"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def wire(way: str) -> WireOf:
    return httpx_wire if way == "network by httpx" else lambda _settings: None


@pytest.fixture
async def front(way: str, front_of: FrontOf, serve: Serve) -> Front:
    return await front_of(risks=in_process("risks", echo) if way == "in process" else await serve(echo))


def values(seen: dict[str, Any], name: str) -> list[str]:
    return [value for found, value in seen["headers"] if found == name]


async def test_method_path_query_and_body_arrive_unchanged(front: Front) -> None:
    for method in ("POST", "PUT", "PATCH"):
        seen = (await front.client.request(method, "/risks/v1/risks/OCC%2F4?area=a%20b&area=&x", content=b"{}")).json()
        assert (seen["method"], seen["path"], seen["query"]) == (
            method,
            "/risks/v1/risks/OCC%2F4",
            "area=a%20b&area=&x",
        )
        assert seen["body"] == "{}"
        assert values(seen, "content-length") == ["2"]


@pytest.mark.parametrize("path", ["/risks/v1/risks/%0AB", "/risks/v1/risks/B%0A", "/risks/v1/%0D%0A/%E2%80%A8"])
async def test_a_path_with_the_end_of_a_line_in_it_is_the_services(front: Front, path: str) -> None:
    seen = await front.client.get(path)
    assert (seen.status_code, seen.json()["path"]) == (200, path)


async def test_reading_sends_no_body_and_names_no_length(front: Front) -> None:
    seen = (await front.client.get("/risks/v1/risks")).json()
    assert seen["length"] == 0
    assert values(seen, "content-length") == []
    assert values(seen, "transfer-encoding") == []


async def test_who_asks_is_said_by_the_gateway_alone(front: Front) -> None:
    forged = {
        "x-actor": "system",
        "x-forwarded-for": "10.9.9.9",
        "x-forwarded-host": "evil.example",
        "x-forwarded-user": "root",
        "forwarded": "for=10.9.9.9",
        "x-real-ip": "10.9.9.9",
        "cookie": "session=1",
        "host": "suite.example:81",
    }
    seen = (await front.client.get("/risks/v1/risks", headers=forged)).json()
    [token] = values(seen, "authorization")
    caller = caller_in(token, "risks", "GET", "/risks/v1/risks")
    assert (caller.name, caller.scopes) == ("Ana Nowak", {"admin"})
    assert values(seen, "x-forwarded-for") == ["127.0.0.1"]
    assert values(seen, "x-forwarded-host") == ["suite.example:81"]
    assert values(seen, "x-forwarded-proto") == ["http"]
    for dropped in ("x-actor", "cookie", "forwarded", "x-real-ip", "x-forwarded-user"):
        assert values(seen, dropped) == []
    assert len(values(seen, "host")) == 1
    assert front.key not in str(seen)


async def test_a_service_redirects_to_the_gateway_not_to_itself(front_of: FrontOf, serve: Serve) -> None:
    async def moved(scope: Scope, receive: Receive, send: Send) -> None:
        host = dict(scope["headers"])[b"host"]
        where = [(b"location", b"http://" + host + b"/risks/v1/new?x=1")]
        await send({"type": "http.response.start", "status": 307, "headers": where})
        await send({"type": "http.response.body", "body": b""})

    front = await front_of(risks=await serve(moved))
    answer = await front.client.post("/risks/v1/old", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/risks/v1/new?x=1")


async def test_headers_for_one_hop_stay_on_it(front: Front) -> None:
    hop = {"connection": "x-mine, keep-alive", "x-mine": "1", "te": "trailers", "proxy-authorization": "Basic eA=="}
    seen = (await front.client.get("/risks/v1/risks", headers={**hop, "accept-language": "cy", "x-kept": "1"})).json()
    for dropped in ("x-mine", "te", "proxy-authorization"):
        assert values(seen, dropped) == []
    assert values(seen, "accept-language") == ["cy"]
    assert values(seen, "x-kept") == ["1"]


@pytest.mark.parametrize("value", ["kept  ", "kept\t", "  kept \t "])
async def test_blanks_about_a_header_are_no_part_of_it(front: Front, value: str) -> None:
    """As RFC 9112 has it; clients are stricter than servers, and would not send them on."""
    head = f"GET /risks/v1/risks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {front.key}\r\nx-mine: {value}\r\n"
    reader, writer = await asyncio.open_connection(httpx.URL(front.url).host, httpx.URL(front.url).port)
    writer.write(f"{head}connection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    assert b'["x-mine", "kept"]' in answer


async def test_the_answer_comes_back_with_its_headers(front: Front) -> None:
    answer = await front.client.get("/risks/v1/risks")
    assert answer.headers.get_list("x-kept") == ["one", "two"]
    assert "keep-alive" not in answer.headers
    assert len(answer.headers.get_list("date")) == 1
    assert len(answer.headers.get_list("server")) == 1


async def test_a_trace_goes_on_or_begins(front: Front) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    seen = (await front.client.get("/risks/v1/r", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})).json()
    assert [value.split("-")[1] for value in values(seen, "traceparent")] == [trace]
    for broken in ({}, {"traceparent": "nonsense"}):  # nobody is told of it here, so nobody further on is either
        (made,) = values((await front.client.get("/risks/v1/r", headers=broken)).json(), "traceparent")
        assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", made)


async def chunks(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size
        await asyncio.sleep(0.01)


async def test_a_body_in_chunks_arrives_whole(front: Front) -> None:
    seen = (await front.client.post("/risks/v1/risks", content=chunks(1000, 1000, 2096))).json()
    assert seen["length"] == LIMIT


async def test_a_body_in_parts_of_a_known_length_arrives_whole(front: Front) -> None:
    seen = (
        await front.client.post("/risks/v1/r", content=chunks(1000, 1000, 96), headers={"content-length": "2096"})
    ).json()
    assert seen["length"] == 2096
    assert values(seen, "transfer-encoding") == []


async def test_a_body_at_the_limit_is_taken_and_one_byte_more_is_not(front: Front) -> None:
    assert (await front.client.post("/risks/v1/risks", content=b"x" * LIMIT)).status_code == 200
    answer = await front.client.post("/risks/v1/risks", content=b"x" * (LIMIT + 1))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_in_chunks_over_the_limit_is_refused(front: Front) -> None:
    answer = await front.client.post("/risks/v1/risks", content=chunks(1000, 1000, 1000, 1000, 1000))
    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/payload-too-large"


async def send_raw(url: str, *parts: bytes) -> bytes:
    where = httpx.URL(url)
    reader, writer = await asyncio.open_connection(where.host, where.port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    async with asyncio.timeout(5):
        answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return answer


def post(key: str, framing: str) -> bytes:
    return f"POST /risks/v1/risks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n{framing}\r\n\r\n".encode()


async def test_a_declared_length_over_the_limit_is_refused_before_a_byte_of_it_comes(front: Front) -> None:
    assert b"HTTP/1.1 413" in await send_raw(front.url, post(front.key, "content-length: 10000000"))


async def test_chunks_are_refused_as_soon_as_they_pass_the_limit(front: Front) -> None:
    chunk = b"%x\r\n%s\r\n" % (3000, b"x" * 3000)
    assert b"HTTP/1.1 413" in await send_raw(front.url, post(front.key, "transfer-encoding: chunked"), chunk, chunk)


async def test_a_refused_body_does_not_come_in_without_a_key_either(front: Front) -> None:
    answer = await front.stranger.post("/risks/v1/risks", content=b"x" * (LIMIT + 1))
    assert answer.status_code == 401


async def test_an_answer_is_handed_on_as_it_comes(front_of: FrontOf, serve: Serve) -> None:
    go_on = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await go_on.wait()
        await send({"type": "http.response.body", "body": b"second"})

    front = await front_of(risks=await serve(slow))
    async with asyncio.timeout(5), front.client.stream("GET", "/risks/v1/risks") as answer:
        parts = answer.aiter_raw()
        assert await anext(parts) == b"first"
        go_on.set()
        assert await anext(parts) == b"second"


@pytest.mark.parametrize("path", ["/risks/v1/../../health/live", "/risks/v1/%2e%2e/x", "/risks/v1/./x"])
async def test_no_path_leads_out_of_a_service(front: Front, path: str) -> None:
    head = f"GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {front.key}\r\nconnection: close\r\n\r\n"
    assert b"HTTP/1.1 404" in await send_raw(front.url, head.encode())


async def test_a_head_request_has_a_head_only(front: Front) -> None:
    answer = await front.client.head("/risks/v1/risks")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/json"
    assert (await front.stranger.head("/risks/v1/risks")).status_code == 401


async def test_a_service_that_only_reads_has_heads_too(front_of: FrontOf, serve: Serve) -> None:
    app = FastAPI()
    app.get("/risks/v1/risks")(lambda: {"items": []})
    front = await front_of(risks=await serve(app))
    whole = await front.client.get("/risks/v1/risks")
    for _ in range(2):  # the second on the same connection: the first has left nothing in it
        head = await front.client.head("/risks/v1/risks")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(whole.content))
    for own in ("/health/live", "/docs", "/docs/assets/docs.css"):
        assert (await front.stranger.head(own)).status_code == 200
    assert (await front.client.get("/risks/v1/risks")).json() == {"items": []}


def statuses(*found: int) -> ASGIApp:
    remaining = iter(found)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": next(remaining), "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


async def test_a_services_own_statuses_come_through(front_of: FrontOf, serve: Serve) -> None:
    expected = (201, 204, 304, 400, 404, 409, 422, 500, 503)
    front = await front_of(risks=await serve(statuses(*expected)))
    assert tuple([(await front.client.get("/risks/v1/r")).status_code for _ in expected]) == expected
