"""Answers of any length from an app in this process: handed on part by part, no faster than they are taken."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import httpx
from starlette.types import ASGIApp, Message

from contracts.paths import is_streamed

_WAITING: Final = 4
"""Parts that are made before the first of them is taken."""


class LongAnswers(httpx.AsyncBaseTransport):
    """Calls an app whose answer may be long; ``usual`` takes all other calls, for less."""

    def __init__(self, app: ASGIApp, usual: httpx.AsyncBaseTransport) -> None:
        self._app = app
        self._usual = usual

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET" or not is_streamed(request.url.path):
            return await self._usual.handle_async_request(request)
        answer = _Answer(self._app, request)
        return await answer.begun()

    async def aclose(self) -> None:
        await self._usual.aclose()


class _Answer(httpx.AsyncByteStream):
    """One call under way."""

    def __init__(self, app: ASGIApp, request: httpx.Request) -> None:
        self._parts: asyncio.Queue[Message | None] = asyncio.Queue(_WAITING)
        self._gone = asyncio.Event()
        self._is_asked = False
        self._task = asyncio.create_task(self._run(app, request))

    async def _run(self, app: ASGIApp, request: httpx.Request) -> None:
        try:
            await app(_scope(request), self._receive, self._parts.put)
        finally:
            if not self._gone.is_set():
                await self._parts.put(None)

    async def _receive(self) -> Message:
        """There is no body; after it, that the caller is gone, once that is so."""
        if not self._is_asked:
            self._is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def begun(self) -> httpx.Response:
        head = await self._parts.get()
        if head is None:
            await self._task
            raise httpx.RemoteProtocolError("the app gave no answer")
        return httpx.Response(head["status"], headers=head["headers"], stream=self)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self._parts.get()) is not None:
            if body := message.get("body", b""):
                yield body
        await asyncio.wait({self._task})
        if error := self._task.exception():
            raise httpx.RemoteProtocolError("the app broke off its answer") from error

    async def aclose(self) -> None:
        self._gone.set()
        if not self._task.done():
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def _scope(request: httpx.Request) -> dict[str, object]:
    raw_path = request.url.raw_path.split(b"?")[0]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": raw_path,
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
