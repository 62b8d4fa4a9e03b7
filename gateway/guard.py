"""The outermost layer: nobody comes further without a key, whatever stands behind."""

import time
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.errors import Problem, Unauthorized, Unavailable
from chassis.logging import get_logger
from chassis.storage.database import Database
from chassis.storage.outages import is_outage
from chassis.web.problems import problem_response
from gateway import domain, service
from gateway.service import Caller

log = get_logger()

CALLER: Final = "gateway.caller"
"""Where a scope keeps its :class:`Caller`. Whoever needs one and finds none fails."""
OPEN: Final = frozenset({"/", "/docs", "/openapi.json", "/favicon.ico"})
OPEN_FOLDERS: Final = ("/health/", "/docs/assets/")
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class Keyring:
    """The keys that were good a moment ago, so that the database is not asked on every call.

    A key is remembered for ``memory`` seconds after it was looked up: a revoked one works that long at most. Only
    good keys are remembered, so guessing fills nothing.
    """

    def __init__(self, database: Database, memory: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._memory = memory
        self._monotonic = monotonic
        self._good: dict[str, tuple[Caller, float]] = {}

    async def caller(self, key: str) -> Caller | None:
        digest = domain.hash_key(key)
        found = self._good.get(digest)
        if found and self._monotonic() < found[1]:
            return found[0]
        return await self._look_up(digest)

    async def _look_up(self, digest: str) -> Caller | None:
        caller = await self._database.read(lambda tx: service.authenticate(tx, digest))
        if caller is None:
            self._good.pop(digest, None)
            return None
        self._good[digest] = caller, self._monotonic() + self._memory
        await self._note_use(caller)
        return caller

    async def _note_use(self, caller: Caller) -> None:
        if not service.use_is_news(caller, self._database.clock()):
            return
        try:
            await self._database.write(lambda tx: service.note_use(tx, caller))
        except Exception as error:  # noqa: BLE001  a good key opens the door whether or not this can be written
            log.warning("gateway.use_not_noted", key=caller.name, error=type(error).__name__)


def is_open(path: str) -> bool:
    """Whether a path is answered without a key. The router reads the very same string, so they cannot disagree."""
    return path in OPEN or path.startswith(OPEN_FOLDERS)


class Guard:
    """ASGI middleware: trace, measure, ask for the key, and put safe headers on every answer."""

    def __init__(self, app: ASGIApp, keyring: Keyring) -> None:
        self.app = app
        self.keyring = keyring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        else:  # nothing here speaks anything else; a WebSocket closed before it was accepted is a 403
            await send({"type": "websocket.close", "code": 1008, "reason": ""})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        telemetry.continue_trace(_header(scope, b"traceparent").decode("latin-1"))
        started, status = time.perf_counter(), [500]

        head_only, method = scope["method"] == "HEAD", scope["method"]

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                _complete(message)
            elif head_only:
                if message.get("more_body", False):
                    return
                message = {"type": message["type"], "body": b""}
            await send(message)

        if head_only:  # what can be read has a head, which only reading it can tell
            scope = {**scope, "method": "GET"}

        try:
            if not is_open(scope["path"]):
                scope[CALLER] = await self._caller(scope)
            await self.app(scope, receive, watched)
        except Problem as problem:
            await problem_response(problem, scope["path"])(scope, receive, watched)
        finally:
            elapsed = time.perf_counter() - started
            telemetry.REQUESTS.labels("gateway", method, str(status[0])).observe(elapsed)

    async def _caller(self, scope: Scope) -> Caller:
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        key = domain.bearer(shown[0]) if len(shown) == 1 else None
        caller = await self._known(key) if key else None
        if caller is None:
            raise Unauthorized("Send a key that is in use: Authorization: Bearer <key>.")
        return caller

    async def _known(self, key: str) -> Caller | None:
        try:
            return await self.keyring.caller(key)
        except Exception as error:
            if not is_outage(error):
                raise
            log.warning("gateway.keys_unreadable", error=type(error).__name__)
            raise Unavailable("Keys cannot be checked right now.") from error


def _header(scope: Scope, name: bytes) -> bytes:
    return next((value for found, value in scope["headers"] if found == name), b"")


def _complete(message: Message) -> None:
    """Add the safe headers that an answer does not set itself."""
    headers = list(message.get("headers", ()))
    present = {name.lower() for name, _ in headers}
    headers.extend(pair for pair in _HEADERS if pair[0] not in present)
    message["headers"] = headers
