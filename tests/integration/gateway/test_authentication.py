"""Nobody comes in without a key that is in use, whatever stands behind the path."""

import asyncio
import json

import httpx
import pytest
import structlog
from sqlalchemy import event

from gateway.access import service
from gateway.access.keys import make_key
from tests.integration.gateway.conftest import Front, FrontOf, Serve, echo

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)
"""What is asked here does not depend on the database; ``test_keys`` asks the rest on both."""

ELSEWHERE = [
    "/risks/v1/risks",
    "/metrics",
    "/no-such-path",
    "/docs/x",
    "/redoc",
    "/health",
    "/openapi.json/x",
    "//docs",
]
OPEN = ["/", "/docs", "/docs/", "/robots.txt", "/openapi.json", "/health/live", "/favicon.ico", "/docs/assets/docs.js"]


def problem(answer: httpx.Response) -> dict[str, object]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = answer.json()
    assert body["status"] == answer.status_code
    return body


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_without_a_key_there_is_nothing_to_see(echoing: Front, method: str) -> None:
    for path in ELSEWHERE:
        answer = await echoing.stranger.request(method, echoing.url + path)
        assert (path, answer.status_code) == (path, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert problem(answer)["type"] == "/problems/unauthorized"


WRONG = [
    "",
    "Bearer",
    "Basic YW5hOmtleQ==",
    "Token {key}",
    "{key}",
    "Bearer {key}x",
    "Bearer {key} x",
    "Bearer {cut}",
    "Bearer {upper}",
    "Bearer " + make_key(bytes(32)),
    "Bearer " + "a" * 5000,
]


async def test_malformed_and_unknown_keys_are_refused_alike(echoing: Front) -> None:
    nothing = await echoing.stranger.get("/risks/v1/risks")
    for header in WRONG:
        shown = header.format(key=echoing.key, cut=echoing.key[:-1], upper=echoing.key.upper())
        answer = await echoing.stranger.get("/risks/v1/risks", headers={"authorization": shown})
        assert (header, answer.status_code) == (header, 401)
        assert answer.json() == nothing.json()


async def test_two_keys_at_once_are_refused(echoing: Front) -> None:
    pair = ("authorization", f"Bearer {echoing.key}")
    assert (await echoing.stranger.get("/risks/v1/risks", headers=[pair])).status_code == 200
    assert (await echoing.stranger.get("/risks/v1/risks", headers=[pair, pair])).status_code == 401


async def test_a_key_in_the_address_is_no_key(echoing: Front) -> None:
    for name in ("access_token", "key", "authorization"):
        answer = await echoing.stranger.get("/risks/v1/risks", params={name: echoing.key})
        assert answer.status_code == 401


async def test_health_and_documents_are_open(echoing: Front) -> None:
    for path in OPEN:
        assert (path, (await echoing.stranger.get(path, timeout=60)).status_code) == (path, 200)


DETOURS = ["/docs/assets/../../risks/v1/risks", "/health/../risks/v1/risks", "/health/%2e%2e/risks/v1/risks"]


async def test_no_detour_through_what_is_open(echoing: Front) -> None:
    for path in DETOURS:
        reader, writer = await _open(echoing.url)
        writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        assert (path, answer[:12]) == (path, b"HTTP/1.1 404")


async def test_asking_the_server_itself_is_asking_for_nothing(echoing: Front) -> None:
    for shown, status in (("", 401), (f"authorization: Bearer {echoing.key}\r\n", 404)):
        reader, writer = await _open(echoing.url)
        writer.write(f"OPTIONS * HTTP/1.1\r\nhost: x\r\n{shown}connection: close\r\n\r\n".encode())
        head, body = (await reader.read()).split(b"\r\n\r\n", 1)
        writer.close()
        assert head.startswith(b"HTTP/1.1 %d " % status), head
        assert json.loads(body)["status"] == status


async def _open(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    where = httpx.URL(url)
    return await asyncio.open_connection(where.host, where.port)


async def test_with_a_key_unknown_paths_are_not_found(echoing: Front) -> None:
    answer = await echoing.client.get("/no-such-path")
    assert answer.status_code == 404
    assert problem(answer)["instance"] == "/no-such-path"


async def test_a_key_works_for_measures(echoing: Front) -> None:
    answer = await echoing.client.get("/metrics")
    assert answer.status_code == 200
    assert 'suite_http_request_seconds_count{method="GET"' in answer.text


async def test_a_websocket_is_refused(echoing: Front) -> None:
    upgrade = {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    key = {"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}
    answer = await echoing.client.get("/risks/v1/feed", headers=upgrade | key)
    assert answer.status_code == 403


async def test_a_revoked_key_stops_working_once_it_is_forgotten(front_of: FrontOf, serve: Serve) -> None:
    front = await front_of(risks=await serve(echo), settings={"key_memory": 0.3})
    assert (await front.client.get("/risks/v1/risks")).status_code == 200
    await front.database.write(lambda tx: service.revoke_key(tx, "Ana Nowak"))
    async with asyncio.timeout(5):
        while (await front.client.get("/risks/v1/risks")).status_code == 200:  # noqa: ASYNC110  it offers nothing else to wait for
            await asyncio.sleep(0.05)
    answer = await front.client.get("/risks/v1/risks")
    nothing = await front.stranger.get("/risks/v1/risks")
    assert answer.status_code == 401
    assert answer.json() == nothing.json()


async def test_with_no_memory_a_revoked_key_stops_at_once(front_of: FrontOf, serve: Serve) -> None:
    front = await front_of(risks=await serve(echo), settings={"key_memory": 0})
    assert (await front.client.get("/risks/v1/risks")).status_code == 200
    await front.database.write(lambda tx: service.revoke_key(tx, "Ana Nowak"))
    assert (await front.client.get("/risks/v1/risks")).status_code == 401


async def test_a_remembered_key_asks_the_database_nothing(echoing: Front) -> None:
    await echoing.client.get("/risks/v1/risks")
    await echoing.database.close()
    asked: list[object] = []
    event.listen(echoing.database.engine.sync_engine, "begin", asked.append)
    assert (await echoing.client.get("/risks/v1/risks")).status_code == 200
    assert asked == []
    assert (await echoing.stranger.get("/risks/v1/r", headers={"authorization": "Bearer x"})).status_code == 401
    assert len(asked) == 1


async def test_last_use_is_noted(echoing: Front) -> None:
    (before,) = await echoing.database.read(service.list_keys)
    await echoing.client.get("/risks/v1/risks")
    (after,) = await echoing.database.read(service.list_keys)
    assert before.last_used is None
    assert after.last_used is not None


async def test_keys_that_cannot_be_checked_are_no_free_pass(front_of: FrontOf, serve: Serve) -> None:
    front = await front_of(risks=await serve(echo))
    async with front.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE api_key RENAME TO moved")
    answer = await front.client.get("/risks/v1/risks")
    assert (answer.status_code, problem(answer)["type"]) == (503, "/problems/unavailable")
    assert (await front.stranger.get("/health/live")).status_code == 200


async def test_every_answer_carries_safe_headers(echoing: Front) -> None:
    for answer in (await echoing.client.get("/risks/v1/risks"), await echoing.stranger.get("/risks/v1/risks")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["referrer-policy"] == "no-referrer"


async def test_refused_keys_are_logged_by_their_prefix_and_slowed_down(front_of: FrontOf, serve: Serve) -> None:
    front = await front_of(settings={"refused_keys": 3, "key_memory": 0}, risks=await serve(echo))
    assert (await front.client.get("/risks/v1/risks")).status_code == 200
    wrong = make_key(bytes(32))
    with structlog.testing.capture_logs() as logs:
        for status in (401, 401, 401, 429, 429):
            answer = await front.stranger.get("/risks/v1/risks", headers={"authorization": f"Bearer {wrong}"})
            assert answer.status_code == status
    refused = [entry for entry in logs if entry["event"] == "gateway.key_refused"]
    assert [(entry["prefix"], entry["address"]) for entry in refused] == [(wrong[:8], "127.0.0.1")] * 3
    assert wrong not in str(logs)
    assert 1 <= int(answer.headers["retry-after"]) <= 20
    assert problem(answer)["type"] == "/problems/too-many-refusals"
    assert (await front.client.get("/risks/v1/risks")).status_code == 200, "a key that was good before is no guess"
    assert (await front.stranger.get("/risks/v1/risks")).status_code == 401, "no key at all is no guess"
