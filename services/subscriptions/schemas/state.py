"""The newest events of all aggregates as lines of JSON and as rows."""

from collections.abc import Sequence
from typing import Final

from chassis.web.render.table import Cell, Column
from services.subscriptions.domain.feed import FeedEvent, FeedHead

NDJSON: Final = "application/x-ndjson"
NAME: Final = "state"
COLUMNS: Final = (
    Column("service", "Service", "Which service published the event"),
    Column("subject", "Aggregate", "The aggregate that the event tells the state of"),
    Column("type", "Type", "Type of the event"),
    Column("id", "Event", "Id of the event"),
    Column("time", "Moment", "The moment that the event is of, in UTC"),
    Column("generation", "Generation", "Generation of the database that published it", is_number=True),
    Column("aggregateversion", "Version", "Version of the aggregate, which counts its events", is_number=True),
    Column("position", "Position", "Position of the event in the feed", is_number=True),
    Column("area", "Area", "Area that the aggregate is of, where it is of one"),
    Column("event", "Event as JSON", "The whole event, as it was published"),
)


def json_lines(events: Sequence[FeedEvent]) -> bytes:
    """A line for each event; a line end within JSON is a blank."""
    return b"".join(event.body.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n" for event in events)


def row_of(event: FeedEvent) -> Sequence[Cell]:
    told = (event.service, event.subject, event.type, event.event_id, event.time)
    order = (event.generation, event.version, event.position)
    return (*told, *order, event.area, event.body.decode())


def headers_of(head: FeedHead) -> dict[str, str]:
    """What the state is as of: with this the feed is followed on."""
    found = {"feed-position": str(head.last_position), "cache-control": "private, no-store"}
    return found | ({"last-event-id": head.last_event_id} if head.last_event_id else {})
