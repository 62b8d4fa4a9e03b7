"""What is made in one go and sent at its reader's pace: what is not sent yet waits in a file.

So a transaction that an answer is made from lasts as long as the database takes, however slowly a client reads, and
memory holds one part of the answer.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from tempfile import TemporaryFile
from typing import Final

Sink = Callable[[bytes], None]
"""Takes the next bytes; called from any thread, one at a time."""
Fill = Callable[[Sink], Awaitable[None]]

_PART: Final = 65_536


class Spool:
    """The bytes that ``fill`` makes, from the moment the spool is made. Whoever makes one closes it."""

    def __init__(self, fill: Fill) -> None:
        self._file = TemporaryFile()  # noqa: SIM115  closed by close()
        self._loop = asyncio.get_running_loop()
        self._grown = asyncio.Event()
        self._has_begun = False
        self._filling = asyncio.ensure_future(fill(self._put))
        self._filling.add_done_callback(lambda _: self._grown.set())

    def _put(self, content: bytes) -> None:
        self._file.write(content)
        self._file.flush()
        self._has_begun = True
        self._loop.call_soon_threadsafe(self._grown.set)

    async def begun(self) -> None:
        """Return once something is there to be sent, or everything is.

        Raises:
            Exception: what kept it from being made.
        """
        while not (self._has_begun or self._filling.done()):
            self._grown.clear()
            await self._grown.wait()
        if self._filling.done():
            self._filling.result()

    async def parts(self) -> AsyncIterator[bytes]:
        """Everything, in order, as soon as it is there.

        Raises:
            Exception: what kept the rest from being made.
        """
        at, ended = 0, False
        while not ended:
            self._grown.clear()
            ended = self._filling.done()  # looked at first: what is read then is all there will be
            while part := os.pread(self._file.fileno(), _PART, at):
                at += len(part)
                yield part
            if not ended:
                await self._grown.wait()
        self._filling.result()

    async def close(self) -> None:
        """Stop making what nobody reads any more, and forget the file."""
        self._filling.cancel()
        await asyncio.gather(self._filling, return_exceptions=True)
        self._file.close()
