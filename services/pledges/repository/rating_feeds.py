"""The newest event of each feed of an indicator by ratings."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from chassis.storage.bulk import upsert
from chassis.storage.transaction import Tx
from services.pledges.domain.governance import RecordKind
from services.pledges.domain.rating_feeds import FeedEvent, RatingFeed, read_event, write_event
from services.pledges.models import RatingFeedEvent
from services.pledges.repository.governance import get_all_records
from services.pledges.repository.locks import lock_kind

_EVENT = RatingFeedEvent.__table__


async def list_feed_events(tx: Tx) -> list[FeedEvent]:
    """Of every feed, by code. Two statements, and one where there is no feed."""
    feeds = await get_all_records(tx, RecordKind.RATING_FEED)
    if not feeds:
        return []
    told = {row.code: row for row in await tx.session.execute(select(_EVENT))}
    return [_event(feed, told.get(feed.code)) for feed in feeds if isinstance(feed, RatingFeed)]


def _event(feed: RatingFeed, row: Any) -> FeedEvent:
    return FeedEvent(feed) if row is None else read_event(feed, row.version, row.periods)


async def lock_feed_events(tx: Tx) -> None:
    """Wait until nobody else publishes what ratings make of indicators."""
    await lock_kind(tx, RecordKind.RATING_FEED)


async def save_feed_events(tx: Tx, events: Sequence[FeedEvent]) -> None:
    rows = [{"code": one.feed.code, "version": one.version, "periods": write_event(one)} for one in events]
    await upsert(tx, RatingFeedEvent, rows, ("code",), ("version", "periods"))
