"""The outermost layer of a service."""

import hmac
import time

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.errors import PayloadTooLarge, Problem, Unauthorized, Unsupported
from chassis.settings import ServiceSettings
from chassis.web.problems import crash_response, problem_response

INTERNAL_KEY_HEADER = "x-internal-key"
NOT_ANSWERED = 0


class Edge:
    """Outermost layer: trace, measure, and refuse what should not come further in.

    Bodies over the limit and bodies that are not JSON are refused before they are read whole; a service that has an
    internal key answers only callers that show it (health aside).
    """

    def __init__(self, app: ASGIApp, *, service: str, settings: ServiceSettings) -> None:
        self.app = app
        self.service = service
        self.limit = settings.max_body_bytes
        self.key = settings.internal_key.get_secret_value().encode() if settings.internal_key else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name: value for name, value in scope["headers"]}  # noqa: C416  typed as bytes pairs
        telemetry.continue_trace(headers.get(b"traceparent", b"").decode("latin-1"))
        started, status = time.perf_counter(), [NOT_ANSWERED]

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        try:
            self._admit(scope, headers)
            await self.app(scope, _bounded(receive, self.limit), watched)
        except Problem as problem:
            await problem_response(problem, scope["path"])(scope, receive, watched)
        except Exception as error:
            if status[0] != NOT_ANSWERED:
                raise
            await crash_response(error, scope["path"])(scope, receive, watched)
        finally:
            elapsed = time.perf_counter() - started
            telemetry.REQUESTS.labels(self.service, scope["method"], str(status[0])).observe(elapsed)

    def _admit(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        if self.key and not scope["path"].startswith("/health/"):
            shown = headers.get(INTERNAL_KEY_HEADER.encode(), b"")
            if not hmac.compare_digest(shown, self.key):
                raise Unauthorized("This service answers the gateway only.")
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self.limit:
            raise PayloadTooLarge(f"At most {self.limit} bytes are read.")
        has_body = length not in {b"", b"0"} or b"transfer-encoding" in headers
        kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        if has_body and not (kind == b"application/json" or kind.endswith(b"+json")):
            raise Unsupported("Send application/json.")


def _bounded(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(PayloadTooLarge.status, f"At most {limit} bytes are read.")  # others become a 400
        return message

    return bounded
