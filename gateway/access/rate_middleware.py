"""Between admission and everything else: each caller's calls are counted, and every answer says what is left."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.web.identity import CALLER, caller_of
from chassis.web.middleware import Header
from gateway.access.rate_limits import RateLimits


class RateLimitMiddleware:
    """Refuses the calls of a caller who has none left. Who needs no key is not counted.

    Args:
        limits: how many each may make.
    """

    def __init__(self, app: ASGIApp, *, limits: RateLimits) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if CALLER not in scope:
            await self.app(scope, receive, send)
            return
        allowance = await self.limits.take(caller_of(scope).name)
        added = [(name.encode(), value.encode()) for name, value in allowance.headers().items()]

        async def with_fields(message: Message) -> None:
            await send(_with(message, added) if message["type"] == "http.response.start" else message)

        await self.app(scope, receive, with_fields)


def _with(start: Message, added: Sequence[Header]) -> Message:
    """The beginning of an answer with these headers, unless it says so itself: of calls that it took to make it."""
    headers = list(start.get("headers", ()))
    present = {name for name, _ in headers}
    return {**start, "headers": headers + [each for each in added if each[0] not in present]}
