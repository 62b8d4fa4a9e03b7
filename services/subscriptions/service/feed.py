"""The feed as it is written, by what was consumed, and as it is read, from an event on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chassis.paging import number_of
from chassis.storage.transaction import Tx
from services.subscriptions.domain.feed import FeedEvent, FeedHead, list_newest, list_rising, place_after
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.errors import PositionGone
from services.subscriptions.repository import aggregates, feed
from services.subscriptions.settings import SubscriptionsSettings

_BEGINNING: Final = frozenset({None, "", "null"})
"""How clients say that they have had nothing yet: one of them writes null as a text."""


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """Events in order. ``position``: how far was looked, so that nothing wanted lies between the last event and it.

    ``last_event_id`` is of the event there, None where there is none yet: who sends it next is given what follows.
    ``is_compacted``: it begins where of the events of an aggregate only the newest is kept.
    """

    events: Sequence[FeedEvent]
    position: int
    last_event_id: str | None
    is_full: bool
    is_compacted: bool


async def add_events(tx: Tx, events: Sequence[FeedEvent]) -> int:
    """Put events, those of an aggregate in order, at the end of the feed; what the feed is beyond is left out.

    The head is locked first, as what is known of aggregates must be read after whoever was before has committed. Five
    statements, however many events. Returns how many are new.
    """
    if not events:
        return 0
    head = await feed.lock_head(tx)
    known = await aggregates.list_newest_known(tx, {event.aggregate for event in events})
    placed = place_after(head.last_position, list_rising(events, known))
    if placed:
        await feed.save_events(tx, placed)
        await aggregates.save_newest(tx, list_newest(placed))
    return len(placed)


async def get_batch(tx: Tx, last_event_id: str | None, wanted: EventFilter, limit: int) -> FeedBatch:
    """The events after the one that a reader had last, by its id or position; from the beginning where they had none.

    At the beginning stands, before all that is kept whole, the newest event of each aggregate that has not changed
    since: whoever reads on from there has had the state of everything.

    Raises:
        PositionGone: what follows it is not all kept.
    """
    return await get_batch_after(tx, await find_position(tx, last_event_id), wanted, limit)


async def get_batch_after(tx: Tx, position: int, wanted: EventFilter, limit: int) -> FeedBatch:
    """The events after a position that was looked up or given out before."""
    head = await feed.get_head(tx)
    events = await feed.list_events(tx, position, limit, wanted)
    is_full = len(events) == limit
    is_compacted = position < head.first_position - 1
    if is_full:
        return FeedBatch(events, events[-1].position, events[-1].event_id, is_full, is_compacted)
    return FeedBatch(events, max(head.last_position, position), head.last_event_id, is_full, is_compacted)


async def find_position(tx: Tx, last_event_id: str | None) -> int:
    """The position of an event by its id, or by the position itself; 0 is the beginning.

    Raises:
        PositionGone: there is no such event, or what follows the position is not all kept.
    """
    if last_event_id is None or last_event_id in _BEGINNING:
        return 0
    number = number_of(last_event_id)
    if number is None:
        found = await feed.get_position(tx, last_event_id)
        if found is None:
            head = await feed.get_head(tx)
            raise _gone(f"There is no event {last_event_id[:64]} here (any more)", head)
        return found
    head = await feed.get_head(tx)
    if not head.has_all_after(number):
        raise _gone(f"Not all events after position {number} are here", head)
    return number


async def find_start(tx: Tx, last_event_id: str | None) -> int:
    """Where a stream begins: behind the event that its reader had last, or else behind all that there is.

    Raises:
        PositionGone: as :func:`find_position`.
    """
    if last_event_id is None or last_event_id in _BEGINNING:
        return (await feed.get_head(tx)).last_position
    return 0 if last_event_id == "0" else await find_position(tx, last_event_id)


def _gone(what: str, head: FeedHead) -> PositionGone:
    return PositionGone(what, head.first_position, head.last_position)


async def trim(tx: Tx, most: int) -> int:
    """Take out of the feed what is older than the setting says, so many at most; returns how much there was."""
    days = SubscriptionsSettings().keep_feed_days
    return await feed.trim(tx, tx.now - timedelta(days=days), most)
