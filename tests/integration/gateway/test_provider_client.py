"""How the gateway reaches the provider of access tokens: straight, and until it ends."""

import asyncio
import json
from contextlib import AsyncExitStack

import httpx
import pytest

from gateway.app import create_gateway
from gateway.settings import GatewaySettings
from tests.conftest import ResourcesFor
from tests.integration.gateway.test_failures import speaking
from tests.unit.gateway.test_tokens import signed

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)


class Recorded:
    """A server that answers any request with a document of a provider's, and knows who is still connected."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.open = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        while line := await reader.readline():
            self.paths.append(line.decode().split()[1])
            await reader.readuntil(b"\r\n\r\n")
            host, port = writer.get_extra_info("sockname")
            body = json.dumps({"issuer": f"http://{host}:{port}", "jwks_uri": f"http://{host}:{port}/jwks", "keys": []})
            writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())
        self.open -= 1
        writer.close()


@pytest.fixture
async def reached(
    resources_for: ResourcesFor, stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> tuple[Recorded, Recorded]:
    """The provider and a proxy, after a gateway that was told of the proxy, or whose environment was, has ended."""
    provider, proxy = Recorded(), Recorded()
    issuer = await stack.enter_async_context(speaking(provider.talk))
    by = await stack.enter_async_context(speaking(proxy.talk))
    monkeypatch.setenv("HTTP_PROXY", by)
    said = {"oidc_issuer": issuer, "oidc_audience": "https://suite.example"} | request.param(by)
    app = create_gateway(await resources_for("gateway"), {}, GatewaySettings(**said))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://suite") as client:
            shown = {"authorization": f"Bearer {signed()}"}
            assert (await client.get("/risks/v1/risks", headers=shown)).status_code in {401, 503}
        assert (provider.open, proxy.open) in {(1, 0), (0, 1)}
    async with asyncio.timeout(5):
        while provider.open or proxy.open:  # noqa: ASYNC110  the sockets tell nobody else
            await asyncio.sleep(0.01)
    return provider, proxy


@pytest.mark.parametrize("reached", [lambda _by: {}], indirect=True)
async def test_the_environments_proxy_is_not_asked(reached: tuple[Recorded, Recorded]) -> None:
    provider, proxy = reached
    assert provider.paths[:2] == ["/.well-known/openid-configuration", "/jwks"]
    assert proxy.paths == []


@pytest.mark.parametrize("reached", [lambda by: {"oidc_proxy": by}], indirect=True)
async def test_a_proxy_that_an_operator_names_is(reached: tuple[Recorded, Recorded]) -> None:
    provider, proxy = reached
    assert provider.paths == []
    assert proxy.paths[0].endswith("/.well-known/openid-configuration")
