"""Calls are counted by caller, a service that fails is left alone, and pages of named sites may call."""

import httpx
import pytest

from gateway.proxy.upstreams import Upstream
from tests.integration.gateway.conftest import FrontOf, Serve, echo

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)


async def test_every_answer_says_what_is_left(front_of: FrontOf, serve: Serve) -> None:
    front = await front_of(settings={"calls_per_minute": 2}, risks=await serve(echo))
    answers = [await front.client.get("/risks/v1/risks") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["ratelimit"].split(";t")[0] for answer in answers] == [f'"caller";r={n}' for n in (1, 0, 0)]
    assert answers[2].json()["type"] == "/problems/too-many-calls"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 30
    assert (await front.stranger.get("/health/live")).status_code == 200


async def test_too_few_calls_for_all_that_has_owners_is_no_failure_of_a_service(front_of: FrontOf) -> None:
    """Its own calls are the caller's: to be told to come back is not to be told that a service is away."""
    front = await front_of(settings={"calls_per_minute": 2})
    answers = [await front.client.get("/access/v1/unowned") for _ in range(2)]
    for answer in answers:
        assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-many-calls")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.headers.get_list("ratelimit-policy") == ['"caller";q=2;w=60']


async def test_a_service_that_cannot_be_reached_is_left_alone(front_of: FrontOf, closed_port: str) -> None:
    front = await front_of(settings={"breaker_failures": 2, "breaker_seconds": 60}, risks=closed_port)
    details = [(await front.client.post("/risks/v1/risks", json={})).json()["detail"] for _ in range(3)]
    assert details[0] == details[1] == "The risks service cannot be reached."
    assert "several times" in details[2]


async def test_what_cannot_be_sent_on_is_the_callers_fault(front_of: FrontOf) -> None:
    async def strict(request: httpx.Request) -> httpx.Response:
        if "x-odd" in request.headers:
            raise httpx.LocalProtocolError("Illegal header value")
        return httpx.Response(200, stream=httpx.ByteStream(b""))

    risks = Upstream(httpx.MockTransport(strict), "http://risks")
    front = await front_of(settings={"breaker_failures": 1}, risks=risks)
    refused = await front.client.get("/risks/v1/risks", headers={"x-odd": "1"})
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/bad-request")
    assert (await front.client.get("/risks/v1/risks")).status_code == 200


async def test_pages_of_named_sites_may_call(front_of: FrontOf, serve: Serve) -> None:
    ours = "https://dashboard.example"
    front = await front_of(settings={"cors_origins": (ours,)}, risks=await serve(echo))
    asks = {"origin": ours, "access-control-request-method": "PUT", "access-control-request-headers": "authorization"}
    allowed = await front.stranger.options("/risks/v1/risks", headers=asks)
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, ours)
    assert "access-control-allow-credentials" not in allowed.headers
    refused = await front.stranger.options("/risks/v1/risks", headers=asks | {"origin": "https://evil.example"})
    assert refused.status_code == 400
    answer = await front.client.get("/risks/v1/risks", headers={"origin": ours})
    assert answer.headers["access-control-allow-origin"] == ours
    assert "etag" in answer.headers["access-control-expose-headers"]
