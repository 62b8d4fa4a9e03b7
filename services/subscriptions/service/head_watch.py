"""Waiting for the feed to grow: one query now and then in a process, however many wait; none while nobody does."""

import asyncio
from typing import Final
from weakref import WeakKeyDictionary, ref

from chassis import closing
from chassis.logging import get_logger
from chassis.storage.database import Database
from services.subscriptions.repository import feed

log = get_logger()

POLL_SECONDS: Final = 0.1
"""Between two looks; so late an event may reach who waits for it."""
AWAY_SECONDS: Final = 1.0
"""Between two while the database does not answer."""


class HeadWatch:
    """Looks at the feed's head for those who wait in this process, for as long as anybody does."""

    def __init__(self, database: Database) -> None:
        self._database = ref(database)
        self._last = 0
        self._waiting = 0
        self._moved = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    async def wait_beyond(self, position: int, seconds: float) -> int:
        """Return the last position as soon as it is above ``position``, or after so many seconds whatever it is.

        At once where the process is about to end.
        """
        self._waiting += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(seconds):
                while self._last <= position and not closing.has_begun():
                    await self._moved.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1
        return self._last

    async def _look(self) -> None:
        while self._waiting and (database := self._database()):
            pause = POLL_SECONDS
            try:
                self._tell((await database.read(feed.get_head)).last_position)
            except Exception as error:  # noqa: BLE001  whoever waits is told nothing new until it answers again
                log.warning("feed.head_unread", error=type(error).__name__)
                pause = AWAY_SECONDS
            await asyncio.sleep(pause)

    def _tell(self, last: int) -> None:
        if last != self._last or closing.has_begun():
            self._last, moved = last, self._moved
            self._moved = asyncio.Event()
            moved.set()


_watches: WeakKeyDictionary[Database, HeadWatch] = WeakKeyDictionary()


def watch_of(database: Database) -> HeadWatch:
    """The one of this database in this process."""
    found = _watches.get(database)
    if found is None:
        found = _watches[database] = HeadWatch(database)
    return found
