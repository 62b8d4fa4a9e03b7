"""The gateway's own wire where it is not httpx's: connections that nobody gives back, and bytes that are no UTF-8."""

import gc
from contextlib import AsyncExitStack

import httpx
import pytest

from gateway.proxy.upstreams import Upstream, over_network
from gateway.settings import GatewaySettings
from tests.integration.gateway.conftest import Serve, echo


@pytest.fixture
async def upstream(stack: AsyncExitStack, serve: Serve) -> Upstream:
    settings = GatewaySettings(max_connections=1, connect_timeout=0.3)
    return await stack.enter_async_context(over_network(await serve(echo), settings))


async def test_an_answer_that_nobody_closes_takes_no_connection_for_good(upstream: Upstream) -> None:
    """As where a call is cancelled just as its answer comes."""
    for _ in range(3):
        answer = await upstream.pass_on(upstream.build_request("GET", "/"))
        assert answer.status_code == 200
        del answer
        gc.collect()


async def test_a_header_that_is_no_utf_8_stays_readable(upstream: Upstream) -> None:
    headers = [(b"x-latin", "Müller".encode("latin-1")), (b"x-utf", "Müller".encode())]
    answer = await upstream.pass_on(httpx.Request("GET", upstream.base_url, headers=headers))
    seen = dict(answer.json()["headers"]) if await answer.aread() else {}
    await answer.aclose()
    assert {seen[name].encode("latin-1").decode() for name in ("x-latin", "x-utf")} == {"Müller"}
