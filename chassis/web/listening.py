"""What goes on for as long as somebody listens."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from starlette.types import Receive

LOOK_SECONDS: Final = 0.5
"""How often it is looked whether all is over."""


async def send_while_heard(
    sending: Coroutine[Any, Any, None], receive: Receive, is_over: Callable[[], bool] | None = None
) -> None:
    """Run ``sending`` to its end, or until its reader has hung up, or it ``is_over``; the body was read before.

    Raises:
        whatever ``sending`` ended with, where it came to its end.
    """
    work, gone = asyncio.ensure_future(sending), asyncio.ensure_future(_until_gone(receive))
    pause = None if is_over is None else LOOK_SECONDS
    try:
        while not (work.done() or gone.done() or (is_over is not None and is_over())):
            await asyncio.wait({work, gone}, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
    finally:
        is_sent = work.done()
        work.cancel()
        gone.cancel()
        await asyncio.gather(work, gone, return_exceptions=True)
    if is_sent:
        work.result()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
