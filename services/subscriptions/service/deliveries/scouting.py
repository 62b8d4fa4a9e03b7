"""Which subscriptions have something to be delivered, found out by reading the feed once for all of them.

So what nobody wants costs a subscription nothing: where it stands is remembered here, and written down now and then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from services.subscriptions.domain.feed import FeedEvent
from services.subscriptions.repository import deliveries as stored
from services.subscriptions.repository.deliveries import Served
from services.subscriptions.repository.feed import get_head

WINDOW: Final = 1000
"""A subscription that is further behind reads the feed by itself; where one stands is written down by then."""
WRITTEN_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Scanned:
    """A subscription as it was when the feed had been looked through for it up to ``position``."""

    served: Served
    position: int

    def holds_for(self, now: Served) -> bool:
        return (self.served.revision, self.served.position) == (now.revision, now.position)


class Scout:
    """Remembers up to where the feed has been looked through for whom."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._scanned: dict[str, _Scanned] = {}
        self._written_at: datetime | None = None
        self.last_position = 0
        """The end of the feed when it was last looked at."""

    @property
    def has_nobody(self) -> bool:
        """Whether nobody was to be served when it was last looked."""
        return not self._scanned

    async def find_due(self) -> Sequence[str]:
        """Subscriptions that nobody is at and that have something to be delivered."""
        due = await self._database.read(self._look)
        await self._write_down()
        return due

    async def _look(self, tx: Tx) -> list[str]:
        served, last = await stored.list_served(tx), (await get_head(tx)).last_position
        self._scanned = {each.id: _Scanned(each, self._position(each)) for each in served}
        near = [each.position for each in self._scanned.values() if last - WINDOW <= each.position < last]
        heads = await stored.list_heads(tx, min(near), WINDOW) if near else []
        self.last_position = last
        return [each.id for each in served if each.is_due or (each.may_read and self._has_events(each, heads, last))]

    def _position(self, served: Served) -> int:
        known = self._scanned.get(served.id)
        return known.position if known and known.holds_for(served) else served.position

    def _has_events(self, served: Served, heads: Sequence[FeedEvent], last: int) -> bool:
        """Whether there are events for it; where there are none it stands at the end of the feed."""
        position = self._scanned[served.id].position
        if position < last - WINDOW:
            return True
        wanted = served.filter
        if any(position < each.position <= last and wanted.matches(each) for each in heads):
            return True
        self._scanned[served.id] = _Scanned(served, max(position, last))
        return False

    async def _write_down(self) -> None:
        """Where subscriptions stand that have been passed over, now and then and before they are far behind."""
        moved = [each for each in self._scanned.values() if each.position > each.served.position]
        now = self._database.clock()
        if self._written_at is None:
            self._written_at = now
        is_time = now - self._written_at >= WRITTEN_EVERY
        wanted = moved if is_time else [each for each in moved if each.position - each.served.position > WINDOW // 2]
        if is_time:
            self._written_at = now
        if wanted:
            await self._database.write(lambda tx: _save(tx, wanted))


async def _save(tx: Tx, moved: Sequence[_Scanned]) -> None:
    for each in moved:
        await stored.save_scanned(tx, each.served, each.position)
