"""Publishing what the ratings of homes make of indicators: after every change of it, and after nothing else.

It hangs on what people record and on the calendar, and on no event of others, so nothing comes round to itself.
"""

from collections.abc import Collection

from chassis.clock import london_date
from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from services.pledges import events
from services.pledges.domain.governance import RecordFilter, RecordKind
from services.pledges.domain.governance_formats import Record
from services.pledges.domain.providers import Rating
from services.pledges.domain.rating_feeds import FeedEvent, RatingFeed, rated_periods
from services.pledges.repository import rating_feeds as stored
from services.pledges.repository.governance import export_records


async def emit_rated_homes(tx: Tx) -> None:
    """Publish each feed of which its newest event does not say all that there is to say. Repeatable."""
    if not await stored.list_feed_events(tx):
        return
    await stored.lock_feed_events(tx)
    found = await stored.list_feed_events(tx)
    today = min(await tx.business_date(), london_date(tx.now))  # nobody takes the value of a period to come
    ratings = [one for one in await export_records(tx, RecordKind.RATING, RecordFilter()) if isinstance(one, Rating)]
    counted = [(one, rated_periods(one.feed, ratings, today, one.periods)) for one in found]
    await _emit(tx, [one.next_version(periods) for one, periods in counted if not one.is_told(periods)])


async def emit_after(tx: Tx, changed: Collection[Record]) -> None:
    """The same where something it hangs on was put."""
    if any(isinstance(one, Rating | RatingFeed) for one in changed):
        await emit_rated_homes(tx)


async def list_subjects(tx: Tx) -> list[str]:
    """Codes of the feeds that have an event."""
    return [one.feed.code for one in await stored.list_feed_events(tx) if one.version]


async def emit_feed_states(tx: Tx, codes: Collection[str]) -> None:
    """Publish feeds once more, each as its next version."""
    if codes:
        await stored.lock_feed_events(tx)
        again = [one for one in await stored.list_feed_events(tx) if one.feed.code in codes]
        await _emit(tx, [one.next_version(one.periods) for one in again])


async def _emit(tx: Tx, moved: Collection[FeedEvent]) -> None:
    await stored.save_feed_events(tx, list(moved))
    for one in moved:
        emit(tx, events.homes_rated(one))
