"""The state of everything: the newest event of each aggregate, with the event of the feed that it is as of."""

from collections.abc import AsyncIterator, Sequence
from typing import Final
from uuid import uuid4

from chassis.storage.transaction import Tx
from services.subscriptions.domain.deletions import deletion_of
from services.subscriptions.domain.feed import FeedEvent, FeedHead
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.repository import aggregates, feed
from services.subscriptions.service.feed import add_events

PAGE: Final = 500
"""Events of the state that are in memory at once."""


async def get_head(tx: Tx) -> FeedHead:
    """Where the feed ends: read in the same transaction as the state, it is what that is as of."""
    return await feed.get_head(tx)


async def iterate_newest(tx: Tx, wanted: EventFilter) -> AsyncIterator[Sequence[FeedEvent]]:
    """The newest event of each aggregate that is wanted, in the order of the feed, a page at a time."""
    after = 0
    while page := await aggregates.list_newest(tx, wanted, after, PAGE):
        yield page
        after = page[-1].position


async def list_as_of(tx: Tx, wanted: EventFilter, after: int, until: int, limit: int) -> Sequence[FeedEvent]:
    """A page of the state as of a position, for who is sent it bit by bit; then comes the feed after ``until``.

    What has changed since is not there: it comes with the feed, so that nobody gets an older event after a newer one.
    """
    return await aggregates.list_newest(tx, wanted, after, limit, until)


async def forget(tx: Tx, service: str, subjects: Sequence[str]) -> None:
    """Tell in the feed that a service no longer has these aggregates, since its database went back in time."""
    gone = await aggregates.list_newest_of(tx, service, subjects)
    await add_events(tx, [deletion_of(event, str(uuid4()), tx.now) for event in gone])


async def list_contradicted(tx: Tx, service: str, newest: Sequence[tuple[str, str]]) -> Sequence[str]:
    """Of (subject, id of its newest event), the subjects whose newest event in the feed is another one, or none."""
    stored = {e.subject: e for e in await aggregates.list_newest_of(tx, service, [subject for subject, _ in newest])}
    return [subject for subject, event_id in newest if subject not in stored or stored[subject].event_id != event_id]
