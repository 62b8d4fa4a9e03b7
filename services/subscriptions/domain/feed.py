"""The feed: every event of the suite in one order, and the newest event of every aggregate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

Order = tuple[int, int]
"""(generation, version): how the events of an aggregate are ordered."""
Newest = tuple[Order, str]
"""The order and the id of an aggregate's newest event."""
AggregateKey = tuple[str, str]
"""Service and subject."""


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """An event with its place in the feed.

    ``position`` counts from 1 without gaps, over all services; 0 has none yet. ``time`` is the moment the event is of,
    ``area`` the area that its aggregate is of, where it is of one, and ``body`` the event as it was on the bus.
    """

    position: int
    event_id: str
    type: str
    subject: str
    service: str
    version: int
    generation: int
    area: str | None
    time: datetime
    body: bytes

    @property
    def order(self) -> Order:
        return self.generation, self.version

    @property
    def aggregate(self) -> AggregateKey:
        return self.service, self.subject


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What of the feed is kept: every event from ``first_position`` to ``last_position``.

    Of the events before, the newest of each aggregate are kept as well. ``last_event_id`` is that of the last event,
    None where there is none.
    """

    first_position: int = 1
    last_position: int = 0
    last_event_id: str | None = None

    def has_all_after(self, position: int) -> bool:
        """Whether every event after a position is kept."""
        return self.first_position - 1 <= position <= self.last_position


def list_rising(events: Iterable[FeedEvent], known: Mapping[AggregateKey, Newest]) -> Sequence[FeedEvent]:
    """Those that are not older than the newest of their aggregate before them, in order; ``known``: those there are.

    So what comes a second time, or after what supersedes it, has no further place in the feed. Of one order there are
    two different events only where somebody forged one: the genuine one is not kept out by it.
    """
    newest, found = dict(known), []
    for event in events:
        order, event_id = newest.get(event.aggregate, ((0, 0), ""))
        if event.order > order or (event.order == order and event.event_id != event_id):
            newest[event.aggregate] = event.order, event.event_id
            found.append(event)
    return found


def place_after(position: int, events: Iterable[FeedEvent]) -> Sequence[FeedEvent]:
    """The events with the positions that follow."""
    return [replace(event, position=position + number) for number, event in enumerate(events, 1)]


def list_newest(events: Iterable[FeedEvent]) -> Sequence[FeedEvent]:
    """The last event of each aggregate, by service and subject."""
    found = {event.aggregate: event for event in events}
    return [found[key] for key in sorted(found)]
