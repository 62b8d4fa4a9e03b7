"""The server's side of a connection: heads of requests are bounded in time, size and count; refusals are problems."""

import asyncio
import json
import secrets
import sys
from typing import Any, ClassVar, Final

import httptools
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.errors import BadRequest, HeadTooLarge, MethodUnknown, Problem, RequestTimeout
from chassis.logging import get_logger
from chassis.web.problems import PROBLEM_TYPE, problem_body

log = get_logger()

GRACE_SECONDS: Final = 20


def server_config(app: ASGIApp, protocol: "type[BoundedProtocol] | None" = None) -> uvicorn.Config:
    """How an app is served: no headers of the server's own, no log beside ours, a context for each request."""
    return uvicorn.Config(
        app,
        http=protocol or BoundedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        reset_contextvars=True,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


class BoundedProtocol(HttpToolsProtocol):
    """Closes connections on which no whole head comes in time, and refuses heads that are too large.

    Time counts from the connection, or the answer before, to the end of a head: a byte now and then gains nothing.
    """

    seconds: ClassVar[float] = 30
    most_bytes: ClassVar[int] = 32_768
    most_headers: ClassVar[int] = 100

    _deadline: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _in_head = True
    _refusal: Problem | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as theirs
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > self.most_bytes:
                self._refuse(HeadTooLarge(f"At most {self.most_bytes} bytes before the body are read."))

    def on_headers_complete(self) -> None:
        if len(self.headers) > self.most_headers:
            self._refusal = HeadTooLarge(f"At most {self.most_headers} headers are read.")
            raise ValueError("too many headers")
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > self.most_bytes:
            self._refusal = HeadTooLarge(f"At most {self.most_bytes} bytes before the body are read.")
            raise ValueError("too large a head")
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:
            self._expect_head()

    def send_400_response(self, msg: str) -> None:
        """Called by the server for what its parser refuses, while that exception is at hand."""
        unknown = isinstance(sys.exception(), httptools.HttpParserInvalidMethodError)
        plain = MethodUnknown("Send GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.") if unknown else BadRequest(msg)
        self._refuse(self._refusal or plain)

    def _expect_head(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._stop_waiting()
        self._deadline = self.loop.call_later(self.seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self._head_bytes:
            self._refuse(RequestTimeout(f"No whole head came within {self.seconds:g} seconds."))
        else:
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        if self.transport.is_closing():
            return
        log.info("request.refused", status=problem.status, reason=problem.type_)
        self.transport.write(_answer(problem))
        self.transport.close()


def _answer(problem: Problem) -> bytes:
    body = json.dumps(problem_body(problem, "")).encode()
    headers: dict[str, Any] = {
        "content-type": PROBLEM_TYPE,
        "content-length": len(body),
        "connection": "close",
        "x-request-id": secrets.token_hex(16),
    }
    lines = [f"HTTP/1.1 {problem.status} {problem.title}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
