"""Waiting for what must come to be, never for an amount of time."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable


async def eventually(check: Callable[[], Awaitable[object] | object], *, within: float = 15.0) -> None:
    """Return once ``check`` holds: it returns nothing or something true, and does not fail an assertion."""
    limit = time.monotonic() + within
    while True:
        try:
            result = check()
            if inspect.isawaitable(result):
                result = await result
            if result is None or result:
                return
            if time.monotonic() > limit:
                raise AssertionError(f"still {result!r} after {within}s")
        except AssertionError:
            if time.monotonic() > limit:
                raise
        await asyncio.sleep(0.02)
