"""The way to one service and back: bodies stream both ways, what only this hop may say stays here."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Final
from urllib.parse import quote

import httpx
from starlette.types import Receive, Scope, Send

from chassis import telemetry
from chassis.errors import BadRequest, NotFound, PayloadTooLarge, Problem
from chassis.logging import get_logger
from chassis.web.middleware import INTERNAL_KEY_HEADER
from chassis.web.problems import problem_response
from chassis.web.units import ACTOR_HEADER
from gateway.errors import BodyLate, ServiceBroken, ServiceLate, ServiceUnavailable
from gateway.guard import CALLER
from gateway.upstreams import Upstream

log = get_logger()
Header = tuple[bytes, bytes]

_HOP: Final = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection"
    b" te trailer transfer-encoding upgrade".split()
)
_OURS: Final = frozenset(
    {b"authorization", b"cookie", b"content-length", b"expect", b"forwarded", b"host", b"traceparent", b"x-real-ip"}
    | {ACTOR_HEADER.encode(), INTERNAL_KEY_HEADER.encode()}
)
_SERVERS: Final = frozenset({b"date", b"server"})
_SAFE: Final = frozenset({"GET", "HEAD"})
_RETRY_AFTER: Final = 0.05


class Gone(Exception):  # noqa: N818  named for what it is
    """The caller has hung up."""


class Incoming(httpx.AsyncByteStream):
    """A caller's body as it comes in, never more than ``limit`` bytes of it."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self._limit = limit
        self._first = b""
        self.complete = False
        self.problem: Problem | None = None
        """Why reading stopped; kept because whoever reads on our behalf may swallow it."""

    async def open(self) -> bytes | None:
        """Read the first part; the whole body when that is all, else None: then iterate."""
        self._first = await self._part()
        return self._first if self.complete else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._first:
            yield self._first
        while not self.complete:
            part = await self._part()
            if part:
                yield part

    async def _part(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            raise Gone
        part: bytes = message.get("body", b"")
        self._left -= len(part)
        if self._left < 0:
            self.problem = PayloadTooLarge(f"At most {self._limit} bytes are read.")
            raise self.problem
        self.complete = not message.get("more_body", False)
        return part


class Forward:
    """ASGI app that hands calls to one service. It stands behind the guard, which has found the caller.

    Args:
        service: its name, for errors and logs.
        client: to the service, in this process or over the network.
        internal_key: shown to the service in proof of where the call comes from.
        body_limit: most bytes of a body.
        timeout: seconds from the first byte of a call to the head of the answer.
    """

    def __init__(
        self, service: str, client: Upstream, *, internal_key: str | None, body_limit: int, timeout: float
    ) -> None:
        self.service = service
        self.client = client
        self.body_limit = body_limit
        self.timeout = timeout
        self._base = client.base_url
        self._host = self._base.netloc
        self._proof = [(INTERNAL_KEY_HEADER.encode(), internal_key.encode())] if internal_key else []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = Incoming(receive, self.body_limit)
        try:
            answer = await self._answer(scope, body)
        except Gone:
            return
        except Problem as problem:
            await problem_response(problem, scope["path"])(scope, receive, send)
            return
        try:
            await self._hand_back(answer, send)
        finally:
            await answer.aclose()

    async def _answer(self, scope: Scope, body: Incoming) -> httpx.Response:
        _refuse_long(scope, self.body_limit)
        url = self._url(scope)
        try:
            async with asyncio.timeout(self.timeout):
                whole = await body.open()
                headers = [*self._headers(scope), *_framing(scope, whole)]
                request = httpx.Request(scope["method"], url, headers=headers, stream=_stream(whole, body))
                answer = await self._send(request, again=scope["method"] in _SAFE and whole == b"")
        except TimeoutError as late:
            if body.complete:
                raise self._late() from late
            raise BodyLate(f"It took longer than {self.timeout:g} seconds.") from late
        return await self._accept(answer, body)

    async def _send(self, request: httpx.Request, *, again: bool) -> httpx.Response:
        try:
            return await self.client.pass_on(request)
        except (Problem, Gone):
            raise
        except httpx.TimeoutException as error:
            raise self._timed_out(error) from error
        except httpx.TransportError as error:
            if again:
                await asyncio.sleep(_RETRY_AFTER)
                return await self._send(request, again=False)
            raise self._failed(error) from error
        except Exception as error:  # a service in this process may raise anything at all
            log.exception("gateway.service_raised", service=self.service)
            raise ServiceBroken(f"The {self.service} service failed.") from error

    def _late(self) -> Problem:
        log.warning("gateway.service_late", service=self.service, seconds=self.timeout)
        return ServiceLate(f"The {self.service} service did not answer within {self.timeout:g} seconds.")

    def _timed_out(self, error: httpx.TimeoutException) -> Problem:
        if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
            return self._failed(error)
        return self._late()

    def _failed(self, error: httpx.TransportError) -> Problem:
        log.warning("gateway.service_failed", service=self.service, error=type(error).__name__)
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return ServiceUnavailable(f"The {self.service} service cannot be reached.")
        if isinstance(error, httpx.PoolTimeout):
            return ServiceUnavailable(f"Too many calls to the {self.service} service are under way.")
        return ServiceBroken(f"The {self.service} service broke off before it had answered.")

    async def _accept(self, answer: httpx.Response, body: Incoming) -> httpx.Response:
        """The answer, unless it tells of our own failing rather than the caller's."""
        problem = body.problem
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            log.error("gateway.internal_key_refused", service=self.service)
            problem = ServiceBroken(f"The {self.service} service does not accept this gateway.")
        if problem is None:
            return answer
        await answer.aclose()
        raise problem

    def _url(self, scope: Scope) -> httpx.URL:
        """The same path, byte for byte, at the service. Dot segments could leave the service's own paths."""
        if not {".", ".."}.isdisjoint(scope["path"].split("/")):
            raise NotFound("Paths with dot segments lead nowhere.")
        path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
        query: bytes = scope["query_string"]
        try:
            return self._base.copy_with(raw_path=path + b"?" + query if query else path)
        except (httpx.InvalidURL, UnicodeDecodeError) as error:
            raise BadRequest("The address cannot be read.") from error

    def _headers(self, scope: Scope) -> list[Header]:
        caller = scope[CALLER]
        kept = [
            (n, v) for n, v in _without_hop(scope["headers"]) if n not in _OURS and not n.startswith(b"x-forwarded-")
        ]
        trace = telemetry.traceparent() or telemetry.new_traceparent()
        kept += [(b"host", self._host), (ACTOR_HEADER.encode(), caller.name.encode()), (b"traceparent", trace.encode())]
        return [*kept, *_forwarded(scope), *self._proof]

    async def _hand_back(self, answer: httpx.Response, send: Send) -> None:
        headers = [self._local(pair) for pair in _without_hop(answer.headers.raw) if pair[0] not in _SERVERS]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
        try:
            async for part in answer.aiter_raw():
                await send({"type": "http.response.body", "body": part, "more_body": True})
        except httpx.HTTPError as error:
            # The head is out: only an answer left unfinished tells the caller that it is not whole.
            log.warning("gateway.answer_cut", service=self.service, error=type(error).__name__)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _local(self, pair: Header) -> Header:
        """A redirect of the service names the service; the caller knows only us."""
        origin = f"{self._base.scheme}://".encode() + self._host
        if pair[0] == b"location" and pair[1].startswith(origin + b"/"):
            return pair[0], pair[1].removeprefix(origin)
        return pair


def _stream(whole: bytes | None, body: Incoming) -> httpx.AsyncByteStream:
    return body if whole is None else httpx.ByteStream(whole)


def _framing(scope: Scope, whole: bytes | None) -> list[Header]:
    """How the body is marked off: ours to say, for a length and chunks together would be read differently."""
    if whole is not None:
        bodiless = not whole and scope["method"] in {"GET", "HEAD", "OPTIONS", "DELETE"}
        return [] if bodiless else [(b"content-length", str(len(whole)).encode())]
    length = _header(scope, b"content-length")
    if length.isdigit() and not _header(scope, b"transfer-encoding"):
        return [(b"content-length", length)]
    return [(b"transfer-encoding", b"chunked")]


def _refuse_long(scope: Scope, limit: int) -> None:
    length = _header(scope, b"content-length")
    if length.isdigit() and (len(length) > len(str(limit)) + 3 or int(length) > limit):
        raise PayloadTooLarge(f"At most {limit} bytes are read.")


def _forwarded(scope: Scope) -> list[Header]:
    """Who asked us, how and for what, as the server in front of this app has seen it; what callers claim is dropped."""
    client = scope.get("client")
    known = [(b"x-forwarded-proto", scope["scheme"].encode()), (b"x-forwarded-host", _header(scope, b"host"))]
    return [*known, (b"x-forwarded-for", client[0].encode())] if client else known


def _without_hop(headers: Iterable[Header]) -> list[Header]:
    """Drop what is meant for one hop: the standing list and whatever ``Connection`` names."""
    lowered = [(name.lower(), value) for name, value in headers]
    named = {part.strip().lower() for name, value in lowered if name == b"connection" for part in value.split(b",")}
    return [pair for pair in lowered if pair[0] not in _HOP and pair[0] not in named]


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for found, value in scope["headers"] if found == name), b"")
