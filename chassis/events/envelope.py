"""Events on their way out and on their way in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic_core import to_json

from chassis.bus.port import Message, Record
from contracts.envelope import CONTENT_TYPE, CloudEvent, zulu
from contracts.topics import source_of

B = TypeVar("B", bound=BaseModel)

FIRST_GENERATION = 1
Order = tuple[int, int]
"""(generation, version): how the events of an aggregate are ordered."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact to publish: ``version`` is the aggregate's, one more than its event before.

    The generation is the database's, not the event's: the relay gives it while it publishes. ``data`` is a body, or
    what one is as JSON.
    """

    type: str
    source: str
    subject: str
    version: int
    data: BaseModel | Mapping[str, Any]


def encode(event: NewEvent, *, event_id: str, time: datetime, traceparent: str | None) -> bytes:
    """The event as structured CloudEvents JSON, as the outbox keeps it: without its generation."""
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": event.source,
        "type": event.type,
        "subject": event.subject,
        "time": zulu(time),
        "datacontenttype": "application/json",
        "partitionkey": event.subject,
        "aggregateversion": event.version,
    }
    if traceparent:
        envelope["traceparent"] = traceparent
    return b'%s,"data":%s}' % (to_json(envelope)[:-1], to_json(event.data))


def with_generation(body: bytes, generation: int) -> bytes:
    """An encoded event of this generation."""
    return b'{"generation":%d,' % generation + body[1:]


EVENT_ID, EVENT_SOURCE, EVENT_TYPE = "event-id", "event-source", "event-type"
EVENT_VERSION, EVENT_GENERATION, TRACEPARENT = "event-version", "event-generation", "traceparent"
EVENT_POSITION = "event-position"
"""Where the event stands in its producer's feed: what a producer compares its feed with, of no use to others."""
_NEEDED = frozenset({EVENT_ID, EVENT_SOURCE, EVENT_TYPE, EVENT_VERSION})


def headers(
    *, event_id: str, source: str, type_: str, version: int, traceparent: str | None, generation: int = FIRST_GENERATION
) -> dict[str, str]:
    """The attributes a reader needs to route, order and de-duplicate without opening the body.

    None begins with ``ce_``: beside structured content that would make CloudEvents libraries take it for binary.
    """
    found = {
        "content-type": CONTENT_TYPE,
        EVENT_ID: event_id,
        EVENT_SOURCE: source,
        EVENT_TYPE: type_,
        EVENT_VERSION: str(version),
        EVENT_GENERATION: str(generation),
    }
    if traceparent:
        found[TRACEPARENT] = traceparent
    return found


def message(row: Any, source: str, position: int) -> Message:
    """An unpublished row of the outbox, as :func:`chassis.events.outbox.list_unpublished` gives it, for the bus."""
    _, event_id, type_, subject, version, body, traceparent, generation, _ = row
    attributes = headers(
        event_id=event_id,
        source=source,
        type_=type_,
        version=version,
        traceparent=traceparent,
        generation=generation,
    )
    attributes[EVENT_POSITION] = str(position)
    return Message(subject, with_generation(body, generation), attributes)


class UnreadableEventError(ValueError):
    """A record that is not a CloudEvent of ours."""


class Delivery:
    """One event as consumed. The body is decoded when asked for, and not remembered: batches are long.

    Projections order by ``order``, which is (``generation``, ``version``).
    """

    __slots__ = ("generation", "id", "record", "source", "subject", "traceparent", "type", "version")

    def __init__(self, record: Record, attributes: Mapping[str, str]) -> None:
        """Take the attributes that can be stored.

        Raises:
            KeyError, ValueError: one is missing, empty, too long or no text, or the source is not the topic's.
        """
        self.record = record
        self.id = id_ = attributes[EVENT_ID]
        self.source = source = attributes[EVENT_SOURCE]
        self.type = type_ = attributes[EVENT_TYPE]
        self.subject = subject = record.key
        self.version = _positive(attributes[EVENT_VERSION])
        self.generation = _positive(attributes.get(EVENT_GENERATION, "1"))
        self.traceparent = attributes.get(TRACEPARENT)
        if source != source_of(record.topic):
            raise ValueError(
                f"its source is {source[:60]!r}, and only {source_of(record.topic)!r} writes {record.topic}"
            )
        if not (0 < len(id_) <= 64 and 0 < len(type_) <= 120 and 0 < len(subject) <= 200):  # noqa: PLR2004  as wide as the columns
            raise ValueError("id, type or key is empty or too long")
        text = f"{id_} {type_} {subject}"
        if "\x00" in text or "\ufffd" in text:  # the latter stands for bytes that were no text
            raise ValueError("id, type or key is not text")

    @property
    def order(self) -> Order:
        return self.generation, self.version

    def data(self, model: type[B]) -> B:
        """The event's data as ``model``.

        Raises:
            pydantic.ValidationError: the body does not fit, so the event is poison.
            UnreadableEventError: the body is another event than its key and headers name.
        """
        return self.dated(model)[0]

    def dated(self, model: type[B]) -> tuple[B, datetime]:
        """The event's data as ``model``, and the moment it is of.

        Raises:
            pydantic.ValidationError, UnreadableEventError: as :meth:`data`.
        """
        event: Any = CloudEvent[model].model_validate_json(self.record.value)  # type: ignore[valid-type]  # built at run time
        body = (event.id, event.source, event.type, event.subject, event.generation, event.aggregateversion)
        if body != (self.id, self.source, self.type, self.subject, self.generation, self.version):
            raise UnreadableEventError(f"its body is {body}, and its key and headers say otherwise")
        data: B = event.data
        return data, event.time


_HIGHEST = 2**63 - 1


def _positive(text: str) -> int:
    number = int(text)
    if not 0 < number <= _HIGHEST:
        raise ValueError("aggregateversion or generation is out of range")
    return number


def delivery(record: Record) -> Delivery:
    """The event in ``record``, by its headers, or by its body where a producer sent none.

    The body is looked into only as far as its subject, which must be the record's key.

    Raises:
        UnreadableEventError: neither names an event, or the subject is not the key.
    """
    try:
        named = record.headers.keys() >= _NEEDED
        attributes = record.headers if named else _attributes(_decoded(record.value))
        event = Delivery(record, attributes)
        if _subject_token(record.key) not in record.value:
            _require_subject(record)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableEventError(f"not a CloudEvent of ours: {error}") from error
    return event


@lru_cache(maxsize=1 << 16)
def _subject_token(key: str) -> bytes:
    """How our own envelopes spell the subject. One that spells it otherwise is decoded, which takes longer."""
    return b'"subject":' + json.dumps(key).encode()


def _require_subject(record: Record) -> None:
    subject = _decoded(record.value)["subject"]
    if subject != record.key:
        raise ValueError(f"its subject is {str(subject)[:200]!r}, and its key {record.key[:200]!r}")


def _decoded(value: bytes) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(value)
    return body


def _attributes(body: Mapping[str, Any]) -> dict[str, str]:
    found = {
        EVENT_ID: str(body["id"]),
        EVENT_SOURCE: str(body["source"]),
        EVENT_TYPE: str(body["type"]),
        EVENT_VERSION: str(body["aggregateversion"]),
        EVENT_GENERATION: str(body.get("generation", FIRST_GENERATION)),
    }
    "".join(found.values()).encode()  # half of a surrogate pair, which JSON can spell and no database keeps, fails here
    return found
