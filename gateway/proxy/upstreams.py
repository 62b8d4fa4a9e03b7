"""Clients to the services: in this process or over the network, the same to whoever uses them."""

from collections.abc import Mapping

import httpx
from starlette.types import ASGIApp

from gateway.proxy.long_answers import LongAnswers
from gateway.settings import SERVICES, GatewaySettings


class Upstream(httpx.AsyncClient):
    """A client that also hands out its ``wire``, for calls that want nothing of a client: no cookies, no redirects."""

    def __init__(self, wire: httpx.AsyncBaseTransport, base_url: str, timeout: httpx.Timeout | None = None) -> None:
        super().__init__(transport=wire, base_url=base_url, trust_env=False, timeout=timeout or httpx.Timeout(5))
        self.wire = wire

    async def pass_on(self, request: httpx.Request) -> httpx.Response:
        """Send just this; the answer's body is still to be read, and the answer to be closed."""
        request.extensions["timeout"] = self.timeout.as_dict()
        answer = await self.wire.handle_async_request(request)
        answer.request = request
        return answer


def in_process(service: str, app: ASGIApp) -> Upstream:
    """A client to an app in this process. Answers come whole, but for those that may be long."""
    return Upstream(LongAnswers(app, httpx.ASGITransport(app, raise_app_exceptions=False)), f"http://{service}")


def over_network(url: str, settings: GatewaySettings, wire: httpx.AsyncBaseTransport | None = None) -> Upstream:
    """A client with a bounded pool of connections that are kept open. Environment proxies are not asked.

    ``wire``: another than the lean one, with a pool of its own.
    """
    from gateway.proxy.wire import LeanWire  # noqa: PLC0415  a suite in one process has none

    wait = settings.connect_timeout
    lean = LeanWire(max_connections=settings.max_connections, keepalive=settings.keepalive)
    return Upstream(wire or lean, url, httpx.Timeout(settings.answer_timeout, connect=wait, pool=wait))


def all_over_network(settings: GatewaySettings) -> Mapping[str, Upstream]:
    """One client a service, by its name. Whoever asks for them closes them."""
    return {service: over_network(settings.url_of(service), settings) for service in SERVICES}


def to_provider(settings: GatewaySettings) -> httpx.AsyncClient:
    """A client to the provider of access tokens: by the proxy that an operator names, not by the environment's."""
    return httpx.AsyncClient(timeout=settings.connect_timeout * 2, proxy=settings.oidc_proxy, trust_env=False)
