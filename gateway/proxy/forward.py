"""The way to one service and back: bodies stream both ways."""

import asyncio
from typing import Final
from urllib.parse import quote

import httpx
from starlette.types import Receive, Scope, Send

from chassis import closing, telemetry
from chassis.errors import BadRequest, NotFound, Problem
from chassis.logging import get_logger
from chassis.web.hop import HopSigner
from chassis.web.identity import caller_of
from chassis.web.listening import send_while_heard
from chassis.web.middleware import Header
from chassis.web.server_events import EVENT_STREAM
from contracts.large_bodies import large_body
from gateway.proxy.body import CallerGone, Incoming, framing, stream_of
from gateway.proxy.breaker import Breaker
from gateway.proxy.errors import BodyLate, ServiceBroken, ServiceLate, ServiceUnavailable
from gateway.proxy.headers import from_service, to_service
from gateway.proxy.upstreams import Upstream

log = get_logger()

_SAFE: Final = frozenset({"GET", "HEAD"})
_RETRY_AFTER: Final = 0.05
_FILE_SECONDS: Final = 600.0
"""How long a file may take to come in."""


class Forward:
    """ASGI app that hands calls to one service. It stands behind the middleware, which has found the caller.

    Args:
        service: its name, for errors and logs.
        client: to the service, in this process or over the network.
        signer: of the token that tells the service who calls.
        timeout: seconds from the first byte of a call to the head of the answer.
        breaker: whether the service is asked at all.
    """

    def __init__(self, service: str, client: Upstream, *, signer: HopSigner, timeout: float, breaker: Breaker) -> None:
        self.service = service
        self.client = client
        self.timeout = timeout
        self._base = client.base_url
        self._host = self._base.netloc
        self._origin = f"{self._base.scheme}://".encode() + self._host
        self._signer = signer
        self._breaker = breaker

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        telemetry.say(route=f"/{self.service}/v1")
        if not self._breaker.lets_through():
            raise ServiceUnavailable(f"The {self.service} service has failed several times; it is tried again shortly.")
        try:
            answer = await self._answer(scope, Incoming(receive))
        except CallerGone:
            return
        except (ServiceUnavailable, ServiceBroken, ServiceLate):
            self._breaker.record_failure()
            raise
        self._breaker.record_answer()
        try:
            await (self._stream if _is_stream(answer) else self._hand_back)(answer, send, receive)
        finally:
            await answer.aclose()

    async def _answer(self, scope: Scope, body: Incoming) -> httpx.Response:
        url = self._url(scope)
        try:
            async with asyncio.timeout(self._seconds(scope)):
                whole = await body.open()
                headers = [*to_service(scope), (b"host", self._host), self._token(scope), *framing(scope, whole)]
                request = httpx.Request(scope["method"], url, headers=headers, stream=stream_of(whole, body))
                answer = await self._send(request, again=scope["method"] in _SAFE and whole == b"")
        except TimeoutError as late:
            if body.complete:
                raise self._late() from late
            raise BodyLate(f"It took longer than {self.timeout:g} seconds.") from late
        return await self._accept(answer)

    def _token(self, scope: Scope) -> Header:
        bearer = self._signer.bearer(caller_of(scope), self.service, scope["method"], scope["path"])
        return b"authorization", bearer.encode()

    def _seconds(self, scope: Scope) -> float:
        large = large_body(scope["method"], scope["path"])
        return max(self.timeout, _FILE_SECONDS) if large and large.types else self.timeout

    async def _send(self, request: httpx.Request, *, again: bool) -> httpx.Response:
        try:
            return await self.client.pass_on(request)
        except (Problem, CallerGone):
            raise
        except httpx.TimeoutException as error:
            raise self._timed_out(error) from error
        except httpx.LocalProtocolError as error:  # of what the caller sent: the service was not asked
            raise BadRequest("A header holds what cannot be sent on.") from error
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

    async def _accept(self, answer: httpx.Response) -> httpx.Response:
        """The answer, unless it tells of our own failing rather than the caller's."""
        if answer.status_code != httpx.codes.UNAUTHORIZED:
            return answer
        log.error("gateway.token_refused", service=self.service)
        await answer.aclose()
        raise ServiceBroken(f"The {self.service} service does not accept this gateway.")

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

    async def _stream(self, answer: httpx.Response, send: Send, receive: Receive) -> None:
        """Hand on an answer that has no end of its own, for as long as its reader is there and this process stays."""
        await send_while_heard(self._hand_back(answer, send, receive), receive, closing.has_begun)

    async def _hand_back(self, answer: httpx.Response, send: Send, _receive: Receive) -> None:
        headers = from_service(answer.headers.raw, self._origin)
        await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
        try:
            async for part in answer.aiter_raw():
                await send({"type": "http.response.body", "body": part, "more_body": True})
        except httpx.HTTPError as error:
            # The head is out: only an answer left unfinished tells the caller that it is not whole.
            log.warning("gateway.answer_cut", service=self.service, error=type(error).__name__)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _is_stream(answer: httpx.Response) -> bool:
    return str(answer.headers.get("content-type", "")).startswith(EVENT_STREAM)
