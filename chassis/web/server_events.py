"""Server-sent events (WHATWG HTML, 9.2): as they are written, sent to one reader, counted, and read again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from fastapi import Response
from starlette.types import Receive, Scope, Send

from chassis.logging import get_logger
from chassis.web.listening import send_while_heard

log = get_logger()

EVENT_STREAM: Final = "text/event-stream"
RETRY: Final = b"retry: 3000\n\n"
"""After so many milliseconds a reader whose stream broke off comes again."""


def server_event(event_id: str | None, body: bytes) -> bytes:
    """An event with its id, where it has one; JSON may have lines, each of which is said to be data."""
    return b"%sdata: %s\n\n" % (_mark(event_id), body.replace(b"\r", b" ").replace(b"\n", b"\ndata: "))


def heartbeat(last_event_id: str | None) -> bytes:
    """Nothing happened, up to this event: a reader keeps its id, and its page is told nothing."""
    return b": heartbeat\n%s\n" % _mark(last_event_id)


def _mark(event_id: str | None) -> bytes:
    return b"id: %s\n" % event_id.encode() if event_id else b""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """An event as it was read: its id, where it has one, and its data; a heartbeat has none."""

    event_id: str | None
    data: bytes | None


async def read_server_events(parts: AsyncIterator[bytes]) -> AsyncIterator[ServerEvent]:
    """The events in what a suite has written by the functions above, however it was cut on its way."""
    found: dict[bytes, bytes] = {}
    async for line in _lines(parts):
        name, _, value = line.partition(b": ")
        if line:
            found[name] = b"%s\n%s" % (found[name], value) if name in found else value
        elif found.keys() & {b"id", b"data"}:
            yield ServerEvent(found[b"id"].decode() if b"id" in found else None, found.get(b"data"))
            found = {}


async def _lines(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            yield line


class OpenStreams:
    """The streams that this process has open, by their readers."""

    def __init__(self) -> None:
        self._readers: Counter[str] = Counter()

    @property
    def total(self) -> int:
        return self._readers.total()

    def of(self, reader: str) -> int:
        return self._readers[reader]

    def add(self, reader: str) -> None:
        self._readers[reader] += 1

    def remove(self, reader: str) -> None:
        self._readers[reader] -= 1
        if not self._readers[reader]:
            del self._readers[reader]


class EventStream(Response):
    """Sends parts for as long as its reader takes each within ``seconds``, and is there.

    Nothing is sent ahead of the reader: a part is made once the one before has left. While it is open it is among
    ``streams``.
    """

    media_type = EVENT_STREAM

    def __init__(self, parts: AsyncIterator[bytes], seconds: float, reader: str, streams: OpenStreams) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._parts = parts
        self._seconds = seconds
        self._reader = reader
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._streams.add(self._reader)
        try:
            await send_while_heard(self._send_all(scope, send), receive)
        finally:
            self._streams.remove(self._reader)

    async def _send_all(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            async for part in self._parts:
                async with asyncio.timeout(self._seconds):
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        except TimeoutError:
            log.info("stream.cut_off", path=scope["path"], caller=self._reader, seconds=self._seconds)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
