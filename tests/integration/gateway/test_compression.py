"""Answers of the API are compressed for whoever takes them so: not what is small, streamed, secret or a page."""

import gzip
import json

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from gateway.proxy.upstreams import in_process
from tests.integration.gateway.conftest import Front, FrontOf, Serve

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

asked: list[dict[bytes, bytes]] = []
"""The conditions of each call that came to the service."""
LONG = json.dumps({"items": [{"code": "ae-four-hour-wait", "number": n} for n in range(500)]}).encode()
JSON, GZIP = "application/json", {"accept-encoding": "gzip"}
PART = "/risks/v1/part"
ANSWERS = {
    "/risks/v1/long": (JSON, LONG, {"etag": '"of-it"'}),
    "/risks/v1/short": (JSON, b"{}", {}),
    "/risks/v1/file": ("application/vnd.oasis.opendocument.spreadsheet", LONG, {}),
    "/risks/v1/packed": (JSON, gzip.compress(LONG), {"content-encoding": "gzip"}),
    "/risks/v1/as-it-is": (JSON, LONG, {"cache-control": "no-transform"}),
    "/risks/v1/streamed": (JSON, LONG, None),
    PART: (JSON, LONG, {"etag": '"of-it"'}),
}


async def service(scope: Scope, _receive: Receive, send: Send) -> None:
    kind, body, more = ANSWERS[scope["path"]]
    asked.append({name: value for name, value in scope["headers"] if name in {b"if-match", b"if-none-match"}})
    if asked[-1].get(b"if-none-match") == b'"of-it"':
        await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", b'"of-it"')]})
        await send({"type": "http.response.body", "body": b""})
        return
    headers = {"content-type": kind} if more is None else {"content-type": kind, "content-length": len(body)} | more
    raw = [(name.encode(), str(value).encode()) for name, value in headers.items()]
    status = 206 if scope["path"] == PART else 200
    await send({"type": "http.response.start", "status": status, "headers": raw})
    half = len(body) // 2
    await send({"type": "http.response.body", "body": body[:half], "more_body": True})
    await send({"type": "http.response.body", "body": body[half:]})


@pytest.fixture(params=["network", "in process"])
async def front(request: pytest.FixtureRequest, front_of: FrontOf, serve: Serve) -> Front:
    return await front_of(risks=in_process("risks", service) if request.param == "in process" else await serve(service))


async def raw(
    front: Front, path: str, method: str = "GET", status: int = 200, **headers: str
) -> tuple[httpx.Headers, bytes]:
    """The answer as it came over the wire."""
    async with front.client.stream(method, path, headers=headers) as answer:
        assert answer.status_code == status
        return answer.headers, b"".join([part async for part in answer.aiter_raw()])


async def test_a_long_answer_is_compressed_for_who_takes_it(front: Front) -> None:
    head, body = await raw(front, "/risks/v1/long", **GZIP)
    assert (head["content-encoding"], head["vary"], head["etag"]) == ("gzip", "Accept-Encoding", '"of-it-gzip"')
    assert gzip.decompress(body) == LONG
    assert len(body) < len(LONG) / 5
    assert head.get("content-length", str(len(body))) == str(len(body))


@pytest.mark.parametrize("said", ["identity", "gzip;q=0", "br", "gzip;q=0.0, deflate"])
async def test_for_others_it_is_as_it_was(front: Front, said: str) -> None:
    head, body = await raw(front, "/risks/v1/long", **{"accept-encoding": said})
    assert ("content-encoding" in head, head["vary"], body) == (False, "Accept-Encoding", LONG)
    assert head["content-length"] == str(len(LONG))


@pytest.mark.parametrize("path", [path for path in ANSWERS if path not in {"/risks/v1/long", "/risks/v1/packed", PART}])
async def test_what_is_short_streamed_packed_or_to_stay_is_left_alone(front: Front, path: str) -> None:
    head, body = await raw(front, path, **GZIP)
    assert ("content-encoding" in head, "vary" in head, body) == (False, False, ANSWERS[path][1])
    _, packed = await raw(front, "/risks/v1/packed", **GZIP)
    assert gzip.decompress(packed) == LONG


async def test_a_head_is_that_of_the_answer(front: Front) -> None:
    whole, _ = await raw(front, "/risks/v1/long", **GZIP)
    head, body = await raw(front, "/risks/v1/long", "HEAD", **GZIP)
    assert body == b""
    assert head["content-encoding"] == whole["content-encoding"] == "gzip"


async def test_what_carries_secrets_is_not_compressed(front: Front) -> None:
    """Where words of a caller stand beside a secret, the length of both together would tell of it (BREACH)."""
    people = {"name": "Ana Nowak", "roles": [f"officer for everything about {n}" for n in range(50)]}
    (await front.client.put("/access/v1/people/ana", json=people)).raise_for_status()
    for path in ("/access/v1/people/ana", "/sign-in"):
        head, body = await raw(front, path, **GZIP)
        assert (len(body) > 1400, "content-encoding" in head) == (True, False), path


async def test_a_part_by_date_is_the_whole_for_who_takes_it_packed(front_of: FrontOf) -> None:
    """Packed and not, a file has the same date: a part of the one is no part of the other (RFC 9110, 13.1.5)."""
    front = await front_of(settings={"compressed_from": 200})
    file = "/docs/assets/docs.js"
    head, whole = await raw(front, file, **{"accept-encoding": "identity"})
    packed, _ = await raw(front, file, **GZIP)
    assert (packed["content-encoding"], packed["last-modified"]) == ("gzip", head["last-modified"])
    part = {"range": "bytes=10-19", "if-range": head["last-modified"]}
    again, body = await raw(front, file, **GZIP, **part)
    assert (again["content-encoding"], gzip.decompress(body)) == ("gzip", whole)
    for plain in ({"accept-encoding": "identity"} | part, GZIP | part | {"if-range": head["etag"]}):
        _, body = await raw(front, file, status=206, **plain)
        assert body == whole[10:20]


async def test_it_can_be_left_to_a_proxy(front_of: FrontOf, serve: Serve) -> None:
    front = await front_of(settings={"compressed_from": 0}, risks=await serve(service))
    head, body = await raw(front, "/risks/v1/long", **GZIP)
    assert ("content-encoding" in head, body) == (False, LONG)


@pytest.mark.parametrize(
    ("accepted", "known", "answered"),
    [
        ("gzip", '"of-it-gzip"', (304, '"of-it-gzip"')),
        ("gzip", '"of-it"', (304, '"of-it"')),
        ("identity", '"of-it"', (304, '"of-it"')),
        ("identity", '"of-it-gzip"', (200, '"of-it"')),
        ("gzip", '"of-another-gzip"', (200, '"of-it-gzip"')),
    ],
)
async def test_a_packed_answer_has_a_tag_of_its_own(
    front: Front, accepted: str, known: str, answered: tuple[int, str]
) -> None:
    """What a caller has kept packed is not what it would get unpacked, and the other way round (RFC 9110, 8.8.3.3)."""
    headers = {"accept-encoding": accepted, "if-none-match": known}
    answer = await front.client.get("/risks/v1/long", headers=headers)
    assert (answer.status_code, answer.headers["etag"]) == answered


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_a_service_is_told_conditions_in_its_own_tags(front: Front, accepted: str) -> None:
    headers = {"accept-encoding": accepted, "if-match": '"of-it-gzip", "another"'}
    await front.client.put("/risks/v1/long", json={}, headers=headers)
    assert asked[-1] == {b"if-match": b'"of-it", "another"'}


async def test_a_part_of_an_answer_is_as_it_is_and_has_its_tag(front: Front) -> None:
    head, body = await raw(front, PART, status=206, **GZIP)
    assert (head.get("content-encoding"), head["etag"], body) == (None, '"of-it"', LONG)
