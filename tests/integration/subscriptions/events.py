"""Events of any service as its consumer gets them, with whatever data."""

import json
from typing import Any

from chassis.bus.port import Record
from chassis.events.envelope import Delivery, delivery, headers
from chassis.storage.database import Database
from contracts.event_types import EVENTS
from contracts.topics import events_topic
from services.subscriptions.projection import SUBSCRIPTIONS

OF = {each.topics[0]: each for each in SUBSCRIPTIONS}


def event(
    service: str,
    subject: str,
    version: int,
    *,
    generation: int = 1,
    type_: str | None = None,
    copy: str = "",
    data: Any = None,
    **body: Any,
) -> Delivery:
    """An event, its body written as producers write it; ``body`` has members that are to be others."""
    type_ = type_ or next(iter(EVENTS[service]))
    event_id, source = f"{service}:{subject}@{generation}.{version}{copy}", f"/{service}"
    envelope = {
        "generation": generation,
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": type_,
        "subject": subject,
        "time": "2018-02-01T09:30:00.000000Z",
        "datacontenttype": "application/json",
        "partitionkey": subject,
        "aggregateversion": version,
        "data": {"version": version} if data is None else data,
    } | body
    value = json.dumps(envelope, separators=(",", ":")).encode()
    return wired(service, subject, version, value, generation=generation, type_=type_, event_id=event_id)


def wired(
    service: str,
    subject: str,
    version: int,
    value: bytes,
    *,
    generation: int = 1,
    type_: str | None = None,
    event_id: str,
) -> Delivery:
    """A record with this body, its headers as those of an event of this kind."""
    named = headers(
        event_id=event_id,
        source=f"/{service}",
        type_=type_ or next(iter(EVENTS[service])),
        version=version,
        traceparent=None,
        generation=generation,
    )
    return delivery(Record(events_topic(service), 0, 0, subject, value, named, 0))


async def apply(database: Database, *deliveries: Delivery) -> None:
    """Apply events of one service, as its consumer does."""
    subscription = OF[deliveries[0].record.topic]
    await database.write(lambda tx: subscription.projection.apply(tx, deliveries))
