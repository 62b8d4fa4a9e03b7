"""The end in good order: the first SIGTERM or SIGINT lets the process close what it opened, the second does not wait.

uvicorn's own handlers raise the signal again once it has answered what was under way. Consumers would then stay in
their groups until the brokers miss them, and files would be left in the middle of things.
"""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from chassis import closing
from chassis.logging import get_logger

log = get_logger()

SIGNALS = (signal.SIGINT, signal.SIGTERM)
TOGETHER_S = 1.0
"""A terminal or a supervisor tells a whole group, and the parent in it tells its children again: that is one wish."""


class _Server(uvicorn.Server):
    """Leaves signals alone: they end the work that serving is a part of."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_until_cancelled(config: uvicorn.Config, *sockets: socket.socket) -> None:
    """Answer at ``sockets``; when cancelled, answer what is under way first."""
    server = _Server(config)
    serving = asyncio.ensure_future(server.serve(sockets=list(sockets)))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        closing.begin()
        await serving
        raise


async def run_until_signalled(work: Callable[[], Awaitable[None]]) -> None:
    """Run ``work`` to its end, or cancel it at a signal and return when it has cleared up."""
    received: dict[int, float] = {}
    task = asyncio.ensure_future(work())
    with _signal_handlers(_cancel_once(task, received)):
        try:
            await task
        except asyncio.CancelledError:
            if not received:
                raise
            log.info("suite.stopped", signal=signal.Signals(next(iter(received))).name)


def _cancel_once(task: "asyncio.Future[None]", received: dict[int, float]) -> Callable[[int, FrameType | None], None]:
    loop = asyncio.get_running_loop()

    def handle(number: int, _: FrameType | None) -> None:
        if not received:
            received[number] = time.monotonic()
            loop.call_soon_threadsafe(task.cancel)
        elif time.monotonic() - min(received.values()) > TOGETHER_S:
            os._exit(128 + number)

    return handle


@contextmanager
def _signal_handlers(handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
