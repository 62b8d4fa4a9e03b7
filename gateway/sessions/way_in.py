"""The gateway's own way in for its pages: the call that any client makes, without the network."""

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.identity import Caller
from chassis.web.identity import CALLER
from chassis.web.middleware import Admission
from gateway.proxy.long_answers import LongAnswers


class _AsCaller:
    """The app, called with a whole body by somebody whose session has said who they are."""

    def __init__(self, app: ASGIApp, caller: Caller, body: bytes) -> None:
        self._app = app
        self._caller = caller
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts = iter([{"type": "http.request", "body": self._body, "more_body": False}])

        async def receive_whole() -> Message:
            return next(parts, None) or await receive()

        await self._app({**scope, CALLER: self._caller}, receive_whole, send)


async def send_as(app: ASGIApp, caller: Caller, request: httpx.Request) -> httpx.Response:
    """Have ``app`` answer ``request`` as it answers this caller's own."""
    called = _AsCaller(app, caller, await request.aread())
    usual = httpx.ASGITransport(called, raise_app_exceptions=False)
    return await LongAnswers(called, usual).handle_async_request(request)


def with_sessions(admit: Admission) -> Admission:
    """Admission that lets in whom a session has named. A server puts no caller into a scope, so no client can."""

    async def admit_either(scope: Scope) -> str:
        caller: Caller | None = scope.get(CALLER)
        return caller.name if caller else await admit(scope)

    return admit_either
