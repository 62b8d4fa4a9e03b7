"""The outermost layer of every app, the gateway's and the services': one way in, measured and logged alike."""

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.errors import PayloadTooLarge, Problem
from chassis.logging import get_logger
from chassis.web.problems import crash_response, problem_response
from chassis.web.server_events import EVENT_STREAM
from contracts.large_bodies import large_body

log = get_logger()

REQUEST_ID_HEADER: Final = "x-request-id"
NOT_ANSWERED: Final = 0
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._~-]{8,64}")
_LONGEST_PATH: Final = 200

Header = tuple[bytes, bytes]
Admission = Callable[[Scope], Awaitable[str]]
"""Says who calls, or raises the problem by which the call goes no further."""


Refusal = Callable[[Problem, Scope], ASGIApp]
"""Says to a caller why their request goes no further."""


def _problem_answer(problem: Problem, scope: Scope) -> ASGIApp:
    return problem_response(problem, scope["path"])


class RequestMiddleware:
    """Trace, request id, measure, access log, limit on bodies and admission, each once for every request.

    Args:
        service: its name in measures and logs.
        admit: who may come further.
        body_limit: most bytes of a body, whether or not its length is declared; of some paths it is more.
        headers: put on every answer that does not set them itself.
        access_log: whether each request leaves a line; not where a gateway in this process leaves one for it.
        refusal: what is answered with where a request comes no further.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: str,
        admit: Admission,
        body_limit: int,
        headers: Sequence[Header] = (),
        access_log: bool = True,
        refusal: Refusal = _problem_answer,
    ) -> None:
        self.app = app
        self.service = service
        self.admit = admit
        self.body_limit = body_limit
        self.headers = headers
        self.access_log = access_log
        self.refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        else:  # nothing here speaks anything else; a WebSocket closed before it was accepted is a 403
            await send({"type": "websocket.close", "code": 1008, "reason": ""})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        trace, given = (header(scope, name) for name in (b"traceparent", REQUEST_ID_HEADER.encode()))
        given_id = given.decode() if _REQUEST_ID.fullmatch(given) else None
        name = f"{_known(scope['method'])} {self.service}"
        with telemetry.request(trace.decode("latin-1"), given_id, name) as request_id:
            added = [(REQUEST_ID_HEADER.encode(), request_id.encode()), *self.headers]
            exchange = Exchange(
                scope,
                receive,
                send,
                limit=self._limit(scope),
                headers=added,
                refusal=self.refusal,
                record=self._record,
            )
            try:
                await exchange.run(self.admit, self.app)
            except Problem as problem:
                await exchange.refuse(problem)
            finally:
                exchange.record()

    def _limit(self, scope: Scope) -> int:
        large = large_body(scope["method"], scope["path"])
        return max(large.most_bytes, self.body_limit) if large else self.body_limit

    def _record(self, exchange: "Exchange") -> None:
        method = _known(exchange.method)
        seconds = time.perf_counter() - exchange.started
        telemetry.REQUESTS.labels(self.service, method, str(exchange.status)).observe(seconds)
        path: str = exchange.scope["path"]
        telemetry.say(method=method, status=exchange.status, member=self.service)
        if self.access_log:
            write = log.debug if path.startswith(("/health/", "/metrics")) else log.info
            write(
                "request.answered",
                service=self.service,
                method=method,
                path=path[:_LONGEST_PATH],
                status=exchange.status,
                ms=round(seconds * 1000, 1),
                caller=exchange.caller,
            )


class Exchange:
    """One request and its answer. A HEAD is read as a GET whose body stays here.

    Blanks about the value of a header are no part of it (RFC 9110, 5.5), though servers leave those behind it there.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        limit: int,
        headers: Sequence[Header],
        refusal: Refusal,
        record: "Callable[[Exchange], None]",
    ) -> None:
        self.method: str = scope["method"]
        headers_read = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
        self.scope = {**scope, "method": "GET" if self.method == "HEAD" else self.method, "headers": headers_read}
        self.started = time.perf_counter()
        self.status = NOT_ANSWERED
        self.caller = ""
        self._receive = receive
        self._send = send
        self._limit = limit
        self._read = 0
        self._headers = headers
        self._refusal = refusal
        self._record: Callable[[Exchange], None] | None = record
        self._too_large: PayloadTooLarge | None = None
        """Set once a body has passed the limit: whoever reads it may swallow the problem or make another of it."""

    async def run(self, admit: Admission, app: ASGIApp) -> None:
        """Let ``app`` answer whom ``admit`` lets in, unless the body is too large. What breaks is a problem as well."""
        try:
            self.caller = await admit(self.scope)
            self._require_length()
            await app(self.scope, self.receive, self.send)
        except Problem:
            raise
        except Exception as error:
            if self.status != NOT_ANSWERED:
                raise
            await crash_response(error, self.scope["path"])(self.scope, self.receive, self.send)

    def _require_length(self) -> None:
        length = header(self.scope, b"content-length")
        if length.isdigit() and int(length[:30]) > self._limit:
            raise self._over()

    def record(self) -> None:
        """Say once how it was answered."""
        record, self._record = self._record, None
        if record is not None:
            record(self)

    async def refuse(self, problem: Problem) -> None:
        await self._refusal(problem, self.scope)(self.scope, self.receive, self.send)

    async def receive(self) -> Message:
        """The next part of the body.

        Raises:
            PayloadTooLarge: it is more than the limit.
        """
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > self._limit:
            self._too_large = self._over()
            raise self._too_large
        return message

    async def send(self, message: Message) -> None:
        """Pass on a part of the answer; what follows on a body over the limit is always the problem."""
        if message["type"] == "http.response.start":
            if self._too_large and message["status"] != PayloadTooLarge.status:
                problem, self._too_large = self._too_large, None
                await self.refuse(problem)
                self._send = _nowhere
                return
            self.status = message["status"]
            if _has_no_end(message):  # how long somebody listens says nothing of how fast it is answered
                self.record()
            await self._send(self._with_headers(message))
            if self.method == "HEAD":  # whoever would go on for ever sees that the caller has all there is
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
                self._send = _nowhere
            return
        await self._send(message)

    def _with_headers(self, message: Message) -> Message:
        headers = list(message.get("headers", ()))
        present = {name.lower() for name, _ in headers}
        headers.extend(pair for pair in self._headers if pair[0] not in present)
        return {**message, "headers": headers}

    def _over(self) -> PayloadTooLarge:
        return PayloadTooLarge(f"At most {self._limit} bytes are read.")


def _has_no_end(start: Message) -> bool:
    kinds = [value for name, value in start.get("headers", ()) if name.lower() == b"content-type"]
    return any(kind.startswith(EVENT_STREAM.encode()) for kind in kinds)


def _known(method: str) -> str:
    """A method of ours; callers may send any word as one, and measures and spans have few names."""
    return method if method in _METHODS else "other"


async def _nowhere(_message: Message) -> None:
    """What an app goes on to say after the problem was sent."""


def header(scope: Scope, name: bytes) -> bytes:
    """The first header of that name, in small letters; empty where there is none."""
    return next((value for found, value in scope["headers"] if found == name), b"")
