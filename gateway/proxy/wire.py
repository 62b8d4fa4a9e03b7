"""The wire to a service over the network: aiohttp's, whose parser is compiled, in the terms of httpx.

A call costs it a fifth of the processor time that httpx's own wire takes. Whoever uses it sees no difference: time-outs
and errors, streams both ways, cancellation and the bounded pool are the same, which the tests show of both.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final, cast

import aiohttp
import httpx
from multidict import CIMultiDict
from yarl import URL

_SKIPPED: Final = ("accept", "accept-encoding", "user-agent", "content-type")
"""What aiohttp would add of itself."""
_LONGEST_HEAD: Final = 65_536
_CHUNKED: Final = b"transfer-encoding"


class LeanWire(httpx.AsyncBaseTransport):
    """Sends requests over a bounded pool of connections that are kept open.

    A call is never sent twice: whether it may be is its caller's to know. Environment proxies are not asked.
    """

    def __init__(self, *, max_connections: int, keepalive: float) -> None:
        self._keepalive = keepalive
        self._free = asyncio.Semaphore(max_connections)
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The head of the answer; its body is still to be read, and the answer to be closed.

        Raises:
            httpx.PoolTimeout, httpx.ConnectTimeout, httpx.ReadTimeout: it took longer than the request allows.
            httpx.ConnectError: nobody listens there.
            httpx.LocalProtocolError: a header holds what cannot be sent.
            httpx.ReadError, httpx.RemoteProtocolError: the service broke off, or speaks no HTTP.
            Exception: whatever the request's body raised while it was sent.
        """
        seconds = request.extensions.get("timeout", {})
        await self._take(seconds.get("pool"))
        try:
            answer = await self._send(request, seconds)
        except BaseException:
            self._free.release()
            raise
        return httpx.Response(
            answer.status, headers=list(answer.raw_headers), stream=_Stream(answer, self._free), request=request
        )

    async def _take(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._free.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout("no connection became free") from error

    async def _send(self, request: httpx.Request, seconds: dict[str, float | None]) -> aiohttp.ClientResponse:
        body = _Body(request)
        try:
            return await self._open_session().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=_headers(request.headers.raw),
                data=body.data,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(sock_connect=seconds.get("connect"), sock_read=seconds.get("read")),
            )
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            if body.error is not None:
                raise body.error from None
            raise _translated(error) from error

    def _open_session(self) -> aiohttp.ClientSession:
        """The one of this wire; made within the loop that it works in."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0, keepalive_timeout=self._keepalive, ssl=httpx.create_ssl_context(trust_env=False)
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=_SKIPPED,
                auto_decompress=False,
                trust_env=False,
                max_line_size=_LONGEST_HEAD,
                max_field_size=_LONGEST_HEAD,
            )
            self._session._retry_connection = False  # noqa: SLF001  it would send a PUT or DELETE twice
        return self._session

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


class _Body:
    """A request's body as aiohttp takes it, and what making it raised: a failing wire hides that."""

    def __init__(self, request: httpx.Request) -> None:
        self.error: Exception | None = None
        self.data: bytes | AsyncIterator[bytes] | None = None
        stream = request.stream
        if isinstance(stream, httpx.ByteStream):
            self.data = b"".join(stream) or None
        else:
            self.data = self._parts(cast("httpx.AsyncByteStream", stream))

    async def _parts(self, stream: httpx.AsyncByteStream) -> AsyncIterator[bytes]:
        try:
            async for part in stream:
                yield part
        except Exception as error:
            self.error = error
            raise


class _Stream(httpx.AsyncByteStream):
    """The body of an answer. Left unread its connection is closed; else another call may have it."""

    def __init__(self, answer: aiohttp.ClientResponse, free: asyncio.Semaphore) -> None:
        self._answer = answer
        self._free = free
        self._is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._answer.content.iter_any():
                yield part
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _translated(error) from error

    async def aclose(self) -> None:
        self._let_go()

    def __del__(self) -> None:
        """A call may be cancelled just as its answer comes: what nobody closes must not take a connection for good."""
        self._let_go()

    def _let_go(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._answer.release()
            self._free.release()


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> CIMultiDict[str]:
    """Headers as aiohttp takes them, which marks off chunks itself."""
    return CIMultiDict((name.decode("latin-1"), _text(value)) for name, value in raw if name.lower() != _CHUNKED)


def _text(value: bytes) -> str:
    """It is sent as UTF-8: what is not stays readable, and no byte is lost."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _translated(error: Exception) -> httpx.TransportError:
    kinds: tuple[tuple[Any, type[httpx.TransportError]], ...] = (
        (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
        (aiohttp.ClientConnectorError, httpx.ConnectError),
        ((aiohttp.ServerTimeoutError, TimeoutError), httpx.ReadTimeout),
        ((aiohttp.ServerDisconnectedError, aiohttp.ClientResponseError), httpx.RemoteProtocolError),
        (ValueError, httpx.LocalProtocolError),
    )
    found = next((ours for theirs, ours in kinds if isinstance(error, theirs)), httpx.ReadError)
    return found(f"{type(error).__name__}: {error}")
