"""A gateway as it is served: on a socket, over its own database, in front of services on sockets."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.identity import Caller
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.web.hop import HopSigner, HopVerifier
from gateway.access import service
from gateway.access.keys import NewKey
from gateway.app import create_gateway
from gateway.proxy.upstreams import Upstream, over_network
from gateway.settings import GatewaySettings
from tests.conftest import ResourcesFor

SIGNER = HopSigner("signing-" + "k" * 32)
LIMIT = 4096


def admin(name: str) -> NewKey:
    """A key that may do everything."""
    return NewKey(name, frozenset({"admin"}))


def signed_for(service: str) -> ServiceSettings:
    """Settings of a service that believes the gateway of these tests."""
    return ServiceSettings(gateway_keys=SecretStr(SIGNER.key_of(service)))


def caller_in(authorization: str, service: str, method: str, path: str) -> Caller:
    """Whom a token tells a service of."""
    return HopVerifier(service, [SIGNER.key_of(service)]).caller(authorization, method, path)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """A service that answers with what it was asked: the only way to see what a proxy really sends."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message.get("body", b""), message.get("more_body", False)
    headers = [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"]]
    seen = {
        "method": scope["method"],
        "path": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "headers": headers,
        "length": len(body),
        "body": body.decode("latin-1")[:200],
    }
    answer = json.dumps(seen).encode()
    kept = [(b"content-type", b"application/json"), (b"keep-alive", b"5"), (b"x-kept", b"one"), (b"x-kept", b"two")]
    await send({"type": "http.response.start", "status": 200, "headers": kept})
    await send({"type": "http.response.body", "body": answer})


def listening() -> socket.socket:
    found = socket.socket()
    found.bind(("127.0.0.1", 0))
    return found


async def until_started(server: uvicorn.Server) -> None:
    """Return once calls are answered: nobody is to come before."""
    while not server.started:  # noqa: ASYNC110  it offers nothing else to wait for
        await asyncio.sleep(0.005)


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """``app`` on a socket of this machine; yields its address."""
    config = uvicorn.Config(app, lifespan="off", proxy_headers=False, log_level="critical", timeout_graceful_shutdown=1)
    server, listener = uvicorn.Server(config), listening()
    running = asyncio.create_task(server.serve(sockets=[listener]))
    await until_started(server)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listener.close()


@dataclass(frozen=True, slots=True)
class Front:
    """A served gateway and a key to it."""

    url: str
    key: str
    database: Database
    client: httpx.AsyncClient
    """Shows the key on every call."""
    stranger: httpx.AsyncClient
    """Shows nothing."""


Serve = Callable[..., Awaitable[str]]
FrontOf = Callable[..., Awaitable[Front]]
WireOf = Callable[[GatewaySettings], httpx.AsyncBaseTransport | None]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as found:
        yield found


@pytest.fixture
async def serve(stack: AsyncExitStack) -> Serve:
    async def start(app: ASGIApp) -> str:
        return await stack.enter_async_context(served(app))

    return start


@pytest.fixture
def wire() -> WireOf:
    """What a gateway reaches services by over the network: tests of that ask for httpx's own wire as well."""
    return lambda _settings: None


def httpx_wire(settings: GatewaySettings) -> httpx.AsyncBaseTransport:
    """What the gateway's own wire has to match."""
    limits = httpx.Limits(max_connections=settings.max_connections, keepalive_expiry=settings.keepalive)
    return httpx.AsyncHTTPTransport(limits=limits, trust_env=False)


@pytest.fixture
async def front_of(stack: AsyncExitStack, resources_for: ResourcesFor, serve: Serve, wire: WireOf) -> FrontOf:
    """``await front_of(risks="http://127.0.0.1:1234")``: a gateway in front of those addresses or clients."""

    async def build(*, settings: dict[str, Any] | None = None, **services: str | Upstream) -> Front:
        resources = await resources_for("gateway", settings=ServiceSettings(max_body_bytes=LIMIT))
        chosen = GatewaySettings(
            **{
                "answer_timeout": 8,
                "connect_timeout": 4,
                "ready_timeout": 6,
                "document_timeout": 30,
                **(settings or {}),
            }
        )
        upstreams = {
            name: over_network(where, chosen, wire(chosen)) if isinstance(where, str) else where
            for name, where in services.items()
        }
        for client in upstreams.values():
            await stack.enter_async_context(client)
        key = await resources.database.write(lambda tx: service.create_key(tx, admin("Ana Nowak")))
        url = await serve(create_gateway(resources, upstreams, chosen, SIGNER))
        stranger = await stack.enter_async_context(httpx.AsyncClient(base_url=url))
        holder = await stack.enter_async_context(
            httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {key}"})
        )
        return Front(url, key, resources.database, holder, stranger)

    return build


@pytest.fixture
async def echoing(front_of: FrontOf, serve: Serve) -> Front:
    """A gateway in front of a ``risks`` service that answers with what it was asked."""
    return await front_of(risks=await serve(echo))


@pytest.fixture
def closed_port() -> str:
    """An address where nothing listens."""
    found = listening()
    port = found.getsockname()[1]
    found.close()
    return f"http://127.0.0.1:{port}"
