"""A caller's body on its way to a service."""

from collections.abc import AsyncIterator
from typing import Final

import httpx
from starlette.types import Receive, Scope

from chassis.web.middleware import Header, header

_BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})


class CallerGone(Exception):  # noqa: N818  named for what it is
    """The caller has hung up."""


class Incoming(httpx.AsyncByteStream):
    """A caller's body as it comes in."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._first = b""
        self.complete = False

    async def open(self) -> bytes | None:
        """Read the first part; the whole body when that is all, else None: then iterate."""
        self._first = await self._part()
        return self._first if self.complete else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._first:
            yield self._first
        while not self.complete:
            part = await self._part()
            if part:
                yield part

    async def _part(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            raise CallerGone
        self.complete = not message.get("more_body", False)
        part: bytes = message.get("body", b"")
        return part


def stream_of(whole: bytes | None, body: Incoming) -> httpx.AsyncByteStream:
    """What is sent on: the body where it is whole, else as it comes in."""
    return body if whole is None else httpx.ByteStream(whole)


def framing(scope: Scope, whole: bytes | None) -> list[Header]:
    """How the body is marked off: ours to say, for a length and chunks together would be read differently."""
    if whole is not None:
        bodiless = not whole and scope["method"] in _BODILESS
        return [] if bodiless else [(b"content-length", str(len(whole)).encode())]
    length = header(scope, b"content-length")
    if length.isdigit() and not header(scope, b"transfer-encoding"):
        return [(b"content-length", length)]
    return [(b"transfer-encoding", b"chunked")]
