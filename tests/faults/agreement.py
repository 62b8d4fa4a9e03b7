"""Whether files that were left by a cut are of one suite: nothing was read that is nowhere written."""

from contracts.topics import SERVICES, events_topic
from tests.faults.holdings import CONSUMERS, Holdings


def disagreements(held: Holdings) -> list[str]:
    """Every event on the bus is in its producer's outbox; all that a feed or an inbox names is on the bus."""
    found = []
    for service in SERVICES:
        outbox = {row.id: row.event_id for row in held.of(service, "outbox")}
        on_bus = _events_on(held, service)
        fed = {outbox.get(row.outbox_id, f"row {row.outbox_id}") for row in held.of(service, "feed")}
        found += _missing(f"{service}: on the bus and not in the outbox", on_bus - set(outbox.values()))
        found += _missing(f"{service}: in the feed and not on the bus", fed - on_bus)
    on_bus = _events_on(held, "indicators")
    for consumer in CONSUMERS:
        applied = {row.event_id for row in held.of(consumer, "inbox") if row.source == "/indicators"}
        found += _missing(f"{consumer}: applied and not on the bus", applied - on_bus)
    return found


def _events_on(held: Holdings, service: str) -> set[str]:
    return {record.headers["event-id"] for record in held.topics[events_topic(service)]}


def _missing(what: str, events: set[str]) -> list[str]:
    return [f"{what}: {sorted(events)[:5]} of {len(events)}"] if events else []
