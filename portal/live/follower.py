"""Follows the suite's events for all pages that are open in this process, while any is."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Final

import httpx

from chassis import closing
from chassis.logging import get_logger
from chassis.web.server_events import ServerEvent, read_server_events
from portal.live.subjects import Change

log = get_logger()

Follow = Callable[[str | None], Awaitable[httpx.Response]]
"""Opens the stream of events after the one with this id; without one from now on."""
REMEMBERED: Final = 2000
"""Changes that are kept for pages that come, or come again, a moment later."""
BEFORE_ALL: Final = -1
"""The place of who knows nothing of what has happened."""
LINGER_SECONDS: Final = 30.0
"""How long it goes on after the last page has gone: the next one is often the same reader's."""
_PAUSES: Final = (0.5, 1.0, 2.0, 5.0, 15.0)
"""Between tries while the events cannot be had."""


class Follower:
    """One stream from the events service, however many pages are open, and the newest changes.

    A place is a number: how many changes there were. Where not all changes after a place are remembered nobody can say
    what a page has missed, and it has to look for itself.
    """

    def __init__(self, follow: Follow) -> None:
        self._follow = follow
        self._recent: deque[Change] = deque(maxlen=REMEMBERED)
        self._place = 0
        self._last_id: str | None = None
        self._is_blind = True
        """Whether something may have happened of which no stream has told."""
        self._is_open = False
        self._moved = asyncio.Event()
        self._readers = 0
        self._task: asyncio.Task[None] | None = None
        self._end: asyncio.TimerHandle | None = None

    @property
    def last_id(self) -> str | None:
        """Of the newest event that was seen, where the events are being followed."""
        return self._last_id

    @property
    def is_open(self) -> bool:
        """Whether what happens comes in now."""
        return self._is_open

    @property
    def place(self) -> int:
        return self._place

    def place_after(self, event_id: str | None) -> int | None:
        """The place after an event; None where it is not remembered."""
        if event_id is None:
            return None
        if event_id == self._last_id:
            return self._place
        back = next((n for n, each in enumerate(reversed(self._recent)) if each.event_id == event_id), None)
        return None if back is None else self._place - back

    def changes_after(self, place: int) -> Sequence[Change] | None:
        """What has changed since, oldest first; None where not all of that is remembered."""
        count = self._place - place
        if count > len(self._recent):
            return None
        return list(islice(self._recent, len(self._recent) - count, None))

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Have the events followed as long as this lasts, and a while longer."""
        self._readers += 1
        self._begin()
        try:
            yield
        finally:
            self._readers -= 1
            if not self._readers:
                self._end = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._stop)

    async def wait_beyond(self, place: int, seconds: float) -> None:
        """Return once something changed after ``place``, after so many seconds, or where the process is to end."""
        try:
            async with asyncio.timeout(seconds):
                while self._place <= place and not closing.has_begun():
                    await self._moved.wait()
        except TimeoutError:
            pass

    async def close(self) -> None:
        task = self._task
        self._stop()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    def _begin(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def _stop(self) -> None:
        """Follow no longer: what is remembered would soon be old."""
        if self._end is not None:
            self._end.cancel()
        if self._task is not None:
            self._task.cancel()
        self._task = self._end = None
        self._lose()
        self._is_blind = True

    async def _run(self) -> None:
        failures = 0
        while not closing.has_begun():
            before = self._place, self._last_id
            try:
                await self._read()
            except Exception as error:  # noqa: BLE001  pages stay as they are until the events are there again
                log.warning("pages.events_not_followed", error=type(error).__name__)
            self._is_blind = self._last_id is None
            failures = failures + 1 if before == (self._place, self._last_id) else 0
            await self._pause(_PAUSES[min(failures, len(_PAUSES) - 1)])
        self._wake()

    async def _pause(self, seconds: float) -> None:
        """Wait before the next try, but not where the process is to end."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until and not closing.has_begun():  # noqa: ASYNC110  a flag of the process says so
            await asyncio.sleep(min(0.5, seconds))

    async def _read(self) -> None:
        """Take in what comes until the stream ends."""
        answer = await self._follow(self._last_id)
        try:
            if answer.status_code != httpx.codes.OK:
                self._refused(answer.status_code)
                return
            if self._is_blind:
                self._lose()
            self._is_open = True
            async for event in read_server_events(_parts(answer)):
                self._take(event)
        finally:
            self._is_open = False
            await answer.aclose()

    def _refused(self, status: int) -> None:
        log.warning("pages.events_refused", status=status)
        if status == httpx.codes.GONE:
            self._last_id = None

    def _take(self, event: ServerEvent) -> None:
        if event.event_id:
            self._last_id = event.event_id
        if event.data is None:
            return
        said = json.loads(event.data)
        subject = f"{said['source'].lstrip('/')}/{said['subject']}"
        self._recent.append(Change(event.event_id or said["id"], said["type"], subject))
        self._place += 1
        self._wake()

    def _lose(self) -> None:
        """Forget what was seen: whoever waits has to look for themselves."""
        self._recent.clear()
        self._last_id, self._is_blind = None, False
        self._place += 1
        self._wake()

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


async def _parts(answer: httpx.Response) -> AsyncIterator[bytes]:
    async for part in answer.aiter_raw():
        yield part
