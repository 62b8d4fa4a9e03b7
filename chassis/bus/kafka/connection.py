"""What every client of the broker is given: addresses, certificates, credentials."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, Protocol

import httpx
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaError

from chassis.bus.kafka.settings import KafkaSettings
from chassis.bus.port import BusError

CLOSE_S = 5.0
"""A client that cannot say goodbye within this time is left behind."""


class Stoppable(Protocol):
    def stop(self) -> Awaitable[None]: ...


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers,
        "client_id": settings.client_id,
        "metadata_max_age_ms": settings.metadata_max_age_ms,
        "security_protocol": settings.security_protocol,
    }
    if settings.security_protocol.endswith("SSL"):
        options["ssl_context"] = _ssl_context(settings)
    if settings.security_protocol.startswith("SASL"):
        options |= _sasl(settings)
    return options


def _ssl_context(settings: KafkaSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ssl_ca_file)
    if settings.ssl_cert_file:
        context.load_cert_chain(settings.ssl_cert_file, settings.ssl_key_file)
    return context


def _sasl(settings: KafkaSettings) -> dict[str, Any]:
    if settings.sasl_mechanism == "OAUTHBEARER":
        return {"sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_provider": ClientCredentials(settings)}
    password = settings.sasl_password.get_secret_value() if settings.sasl_password else None
    return {
        "sasl_mechanism": settings.sasl_mechanism,
        "sasl_plain_username": settings.sasl_username,
        "sasl_plain_password": password,
    }


class ClientCredentials(AbstractTokenProvider):  # type: ignore[misc]  # aiokafka comes without types
    """A token of the OAuth 2 client credentials grant, fetched again when four fifths of its life have passed."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._token = ""
        self._renew_at = 0.0
        self._lock = asyncio.Lock()

    async def token(self) -> str:
        async with self._lock:
            if time.monotonic() >= self._renew_at:
                await self._fetch()
            return self._token

    async def _fetch(self) -> None:
        settings = self._settings
        secret = settings.oauth_client_secret.get_secret_value() if settings.oauth_client_secret else ""
        form = {"grant_type": "client_credentials"} | ({"scope": settings.oauth_scope} if settings.oauth_scope else {})
        verify = _ssl_context(settings) if settings.ssl_ca_file else True
        try:
            async with httpx.AsyncClient(timeout=settings.request_timeout_s, verify=verify) as client:
                auth = (settings.oauth_client_id or "", secret)
                answer = await client.post(settings.oauth_token_url or "", data=form, auth=auth)
                body = answer.raise_for_status().json()
            self._token = body["access_token"]
            self._renew_at = time.monotonic() + 0.8 * float(body.get("expires_in", 60))
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise KafkaError(f"No token from the authorisation server: {error}") from error


@asynccontextmanager
async def bounded(seconds: float, what: str) -> AsyncIterator[None]:
    """Turn what Kafka and the clock say into a ``BusError``."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise BusError(f"{what}: no answer within {seconds:g} s.") from error
    except (KafkaError, OSError) as error:
        raise BusError(f"{what}: {error!r}.") from error


async def stop(client: Stoppable) -> None:
    """Close a client, for better or worse. It may hang, fail, or cancel itself: none of that reaches us."""
    closing = asyncio.ensure_future(client.stop())
    try:
        await asyncio.wait({closing}, timeout=CLOSE_S)
    finally:
        if not closing.done():
            closing.cancel()
        elif not closing.cancelled():
            closing.exception()
