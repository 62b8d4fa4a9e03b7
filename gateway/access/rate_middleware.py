"""Between admission and everything else: each caller's calls are counted, and every answer says what is left."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.web.identity import CALLER, caller_of
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
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        await self.app(scope, receive, with_fields)
