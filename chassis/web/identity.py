"""Who calls, as the outermost layer of a service has found out and everything further in reads."""

from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.types import Scope

from chassis.identity import Caller

CALLER: Final = "chassis.caller"
"""Where a scope carries its :class:`Caller`. Whoever needs one and finds none fails."""


def caller_of(scope: Scope) -> Caller:
    """Who calls."""
    found: Caller = scope[CALLER]
    return found


async def _calling(request: Request) -> Caller:
    return caller_of(request.scope)


Calling = Annotated[Caller, Depends(_calling)]
"""Who makes the call at hand, for an endpoint."""
