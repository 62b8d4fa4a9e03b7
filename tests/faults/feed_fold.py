"""The feed of the events service against the logs that it follows: every event once, in order, and no gap."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from chassis.events.envelope import Delivery, UnreadableEventError, delivery
from contracts.event_types import EVENTS
from contracts.topics import SERVICES, events_topic
from tests.faults.holdings import Holdings, differ

SUBSCRIPTIONS = "subscriptions"
Aggregate = tuple[str, str]


def feed_differing(held: Holdings) -> list[str]:
    rows = held.of(SUBSCRIPTIONS, "feed_event")
    positions = [row.position for row in rows]
    whole = positions == list(range(1, len(rows) + 1))
    found = [] if whole else [f"feed: {len(rows)} events up to position {max(positions)}"]
    aside = {letter.event_id for letter in held.of(SUBSCRIPTIONS, "dead_letter")}
    here: dict[Aggregate, list[tuple[str, bytes]]] = defaultdict(list)
    for row in rows:
        if row.event_id not in aside:
            here[row.service, row.subject].append((row.event_id, row.body))
    there: dict[Aggregate, list[tuple[str, bytes]]] = defaultdict(list)
    for service in SERVICES:
        for event in _told(held, service):
            if event.id not in aside:
                there[service, event.subject].append((event.id, event.record.value))
    found += differ("feed of", here, there)
    newest = {(row.service, row.subject): row.position for row in rows}
    return found + differ(
        "newest of", {(row.service, row.subject): row.position for row in held.of(SUBSCRIPTIONS, "aggregate")}, newest
    )


def _told(held: Holdings, service: str) -> Iterator[Delivery]:
    """The events of a log, each once, but for those that are older than one before them of their aggregate."""
    seen, newest = set[str](), dict[str, tuple[int, int]]()
    for event in _readable(held, service):
        if event.id not in seen and event.order >= newest.get(event.subject, (0, 0)):
            newest[event.subject] = event.order
            yield event
        seen.add(event.id)


def _readable(held: Holdings, service: str) -> Sequence[Delivery]:
    found = []
    for record in held.topics[events_topic(service)]:
        try:
            event = delivery(record)
        except UnreadableEventError:
            continue
        if event.type in EVENTS[service]:
            found.append(event)
    return found
