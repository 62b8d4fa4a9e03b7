"""One request to a receiver: to an address that was judged, resolved once, and to nowhere that the answer points to.

What a name resolves to is judged as the connection is made, which goes to that very address; TLS still asks
for a certificate of the name. The library underneath follows no redirects, takes no proxy from the environment and
unpacks nothing.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import httpcore
import httpx

from chassis.clock import Clock
from services.subscriptions.domain.addresses import AddressPolicy, allowed_address, literal_of
from services.subscriptions.domain.deliveries import Attempt, Outcome, outcome_of
from services.subscriptions.domain.retries import retry_after

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host at a port, all that there are; none where there is no such host."""
CONNECT_SECONDS: Final = 5.0
LOGGED_TEXT: Final = 1024
LOGGED_BODY: Final = 4096
_LOGGED_HEADERS: Final = frozenset({"content-type", "retry-after", "location", "server", "date"})
_LOGGED_HEADER: Final = 200
_MOST_CONNECTIONS: Final = 500


class AddressRefused(Exception):  # noqa: N818  named for what it is
    """The host is, or resolves to, what nothing is sent to; or there is no such host."""


async def resolve_host(host: str, port: int) -> Sequence[str]:
    """What the machine's resolver says, each address once."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class _JudgedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to the address that was judged."""

    def __init__(self, policy: AddressPolicy, resolve: Resolve) -> None:
        self._policy = policy
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the signature is the library's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        found = [host] if literal_of(host) else await self._resolve(host, port)
        address = allowed_address(found, self._policy)
        if address is None:
            raise AddressRefused
        stream = await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
        peer = stream.get_extra_info("server_addr")
        if peer is None or allowed_address([str(peer[0])], self._policy) is None:
            await stream.aclose()
            raise AddressRefused
        return stream

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class Sender:
    """Sends to receivers, over connections that are kept by name for a while.

    Args:
        policy: where may be sent.
        timeout: seconds for a whole request and its answer.
        answer_bytes: how much of an answer is read; the connection is closed after so much.
        clock: tells when an attempt began.
        resolve: finds the addresses of a name.
        trust: whose certificates are believed; by default those of public authorities, or of ``SSL_CERT_FILE``.
    """

    def __init__(
        self,
        policy: AddressPolicy,
        *,
        timeout: float,
        answer_bytes: int,
        clock: Clock,
        resolve: Resolve = resolve_host,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout = timeout
        self._answer_bytes = answer_bytes
        self._clock = clock
        self._network = _JudgedNetwork(policy, resolve)
        self._trust = trust
        self._pool: httpcore.AsyncConnectionPool | None = None

    def _connections(self) -> httpcore.AsyncConnectionPool:
        """Made at the first request: reading the authorities takes time."""
        if self._pool is None:
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=self._trust or httpx.create_ssl_context(),
                max_connections=_MOST_CONNECTIONS,
                max_keepalive_connections=_MOST_CONNECTIONS,
                keepalive_expiry=30.0,
                network_backend=self._network,
            )
        return self._pool

    async def send(
        self, url: str, headers: Mapping[str, str], body: bytes, *, method: str = "POST", whole_answer: bool = False
    ) -> Attempt:
        """POST a message, or ask. Whatever happens is an attempt, never an exception; of its answer little is kept."""
        started_at, began = self._clock(), time.perf_counter()
        outcome, status, answered, text = Outcome.UNREACHABLE, None, dict[str, str](), b""
        try:
            async with asyncio.timeout(self._timeout):
                status, answered, text = await self._request(method, url, headers, body)
            outcome = outcome_of(status)
        except AddressRefused:
            outcome = Outcome.ADDRESS_REFUSED
        except (httpcore.ReadTimeout, httpcore.WriteTimeout, httpcore.PoolTimeout, TimeoutError):
            outcome = Outcome.TIMED_OUT
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.ConnectTimeout,
            ssl.SSLError,
            OSError,
            ValueError,
        ):
            outcome = Outcome.UNREACHABLE
        told = text if whole_answer else text[:LOGGED_TEXT]
        return _attempt(
            outcome, started_at, time.perf_counter() - began, status, answered, told, _request(url, headers, body)
        )

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        limits = {"connect": CONNECT_SECONDS, "read": self._timeout, "write": self._timeout, "pool": self._timeout}
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        sent += [(b"content-length", str(len(body)).encode()), (b"accept-encoding", b"identity")]
        async with self._connections().stream(
            method, url, headers=sent, content=body, extensions={"timeout": limits}
        ) as response:
            text = b""
            async for part in response.aiter_stream():
                text += part
                if len(text) >= self._answer_bytes:
                    break
            return response.status, _texts(response.headers), text

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()


def _texts(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _request(url: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    shown = {name: value for name, value in headers.items() if name != "webhook-signature"}
    text = printable(body[:LOGGED_BODY])
    return {"url": url, "headers": shown, "bytes": len(body), "body": text}


def _attempt(
    outcome: Outcome,
    started_at: datetime,
    seconds: float,
    status: int | None,
    answered: Mapping[str, str],
    text: bytes,
    request: dict[str, Any],
) -> Attempt:
    is_delivered = outcome is Outcome.DELIVERED
    if is_delivered:  # what was taken is in the feed: its position says where
        del request["body"]
    shown = {name: answered[name][:_LOGGED_HEADER] for name in sorted(_LOGGED_HEADERS & answered.keys())}
    answer = None if status is None else {"headers": shown, "text": printable(text)}
    wait = None if is_delivered else retry_after(answered.get("retry-after"), started_at)
    return Attempt(outcome, started_at, int(seconds * 1000), status, wait, request, answer)


def printable(text: bytes) -> str:
    """Bytes of somebody else as text that can be stored and shown: control characters but line feeds are dots."""
    found = text.decode("utf-8", "replace")
    return "".join(each if each.isprintable() or each == "\n" else "." for each in found)


async def is_public(url_host: str, port: int, policy: AddressPolicy, resolve: Resolve = resolve_host) -> bool:
    """Whether a host resolves to nothing that is refused; one that does not resolve, or not within a second, may."""
    if literal_of(url_host):
        return allowed_address([url_host], policy) is not None
    try:
        async with asyncio.timeout(1):
            found = await resolve(url_host, port)
    except TimeoutError:
        return True
    return not found or allowed_address(found, policy) is not None
