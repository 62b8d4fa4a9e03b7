"""Clients to the services: in this process or over the network, the same to whoever uses them."""

from collections.abc import Mapping

import httpx
from starlette.types import ASGIApp

from gateway.settings import SERVICES, GatewaySettings


def in_process(service: str, app: ASGIApp) -> httpx.AsyncClient:
    """A client to an app in this process. Answers come whole, not in parts."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=f"http://{service}", trust_env=False)


def over_network(url: str, settings: GatewaySettings) -> httpx.AsyncClient:
    """A client with a bounded pool of connections that are kept open. Environment proxies are not asked."""
    wait = settings.connect_timeout
    return httpx.AsyncClient(
        base_url=url,
        trust_env=False,
        timeout=httpx.Timeout(settings.answer_timeout, connect=wait, pool=wait),
        limits=httpx.Limits(
            max_connections=settings.max_connections,
            max_keepalive_connections=settings.max_connections,
            keepalive_expiry=settings.keepalive,
        ),
    )


def all_over_network(settings: GatewaySettings) -> Mapping[str, httpx.AsyncClient]:
    """One client a service, by its name. Whoever asks for them closes them."""
    return {service: over_network(settings.url_of(service), settings) for service in SERVICES}
