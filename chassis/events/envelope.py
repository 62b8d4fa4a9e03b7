"""Events on their way out and on their way in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from chassis.bus.port import Message, Record
from contracts.envelope import CONTENT_TYPE, CloudEvent, zulu

B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact to publish: ``version`` is the aggregate's, one more than before, ``generation`` its database's."""

    type: str
    source: str
    subject: str
    version: int
    data: BaseModel
    generation: int = 1


def encode(event: NewEvent, *, event_id: str, time: datetime, traceparent: str | None) -> bytes:
    """The event as structured CloudEvents JSON."""
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
        "generation": event.generation,
    }
    if traceparent:
        envelope["traceparent"] = traceparent
    head = json.dumps(envelope, separators=(",", ":"))
    return f'{head[:-1]},"data":{event.data.model_dump_json()}}}'.encode()


def headers(
    *, event_id: str, source: str, type_: str, version: int, traceparent: str | None, generation: int = 1
) -> dict[str, str]:
    """The attributes a reader needs to route, order and de-duplicate without opening the body. No generation is 1."""
    found = {
        "content-type": CONTENT_TYPE,
        "ce_id": event_id,
        "ce_source": source,
        "ce_type": type_,
        "ce_aggregateversion": str(version),
    }
    if traceparent:
        found["traceparent"] = traceparent
    if generation > 1:
        found["ce_generation"] = str(generation)
    return found


class UnreadableEventError(ValueError):
    """A record that is not a CloudEvent of ours."""


class Delivery:
    """One event as consumed. The body is decoded when asked for, and not remembered: batches are long."""

    __slots__ = ("generation", "id", "record", "source", "subject", "traceparent", "type", "version")

    def __init__(self, record: Record, attributes: Mapping[str, str]) -> None:
        """Take the attributes that can be kept.

        Raises:
            KeyError, ValueError: one is missing, empty, too long or no text.
        """
        self.record = record
        self.id = id_ = attributes["ce_id"]
        self.source = source = attributes["ce_source"]
        self.type = type_ = attributes["ce_type"]
        self.subject = subject = record.key
        self.version = version = int(attributes["ce_aggregateversion"])
        self.generation = generation = int(attributes.get("ce_generation", 1))
        self.traceparent = attributes.get("traceparent")
        if not (0 < len(id_) <= 64 and 0 < len(source) <= 60 and 0 < len(type_) <= 120 and 0 < len(subject) <= 200):  # noqa: PLR2004  as wide as the columns
            raise ValueError("id, source, type or key is empty or too long")
        text = f"{id_} {source} {type_} {subject}"
        if "\x00" in text or "\ufffd" in text:  # the latter stands for bytes that were no text
            raise ValueError("id, source, type or key is not text")
        if not 0 < version <= _HIGHEST_VERSION:
            raise ValueError("aggregateversion is out of range")
        if not 0 < generation <= _HIGHEST_GENERATION:
            raise ValueError("generation is out of range")

    def data(self, model: type[B]) -> B:
        """The event's data as ``model``.

        Raises:
            pydantic.ValidationError: the body does not fit, so the event is poison.
        """
        body: B = CloudEvent[model].model_validate_json(self.record.value).data  # type: ignore[valid-type]  # built at run time
        return body


_HIGHEST_VERSION = 2**63 - 1
_HIGHEST_GENERATION = 2**31 - 1
_NEEDED = frozenset({"ce_id", "ce_source", "ce_type", "ce_aggregateversion"})


def delivery(record: Record) -> Delivery:
    """The event in ``record``, by its headers, or by its body where a producer sent none.

    Raises:
        UnreadableEventError: neither names an event.
    """
    try:
        named = record.headers.keys() >= _NEEDED
        return Delivery(record, record.headers if named else _attributes(record.value))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableEventError(f"not a CloudEvent of ours: {error}") from error


def _attributes(value: bytes) -> dict[str, str]:
    body = json.loads(value)
    names = {
        "id": "ce_id",
        "source": "ce_source",
        "type": "ce_type",
        "aggregateversion": "ce_aggregateversion",
    }
    found = {header: str(body[name]) for name, header in names.items()}
    found["ce_generation"] = str(body.get("generation", 1))
    "".join(found.values()).encode()  # half of a surrogate pair, which JSON can spell and no database keeps, fails here
    return found


def message(row: Any, source: str) -> Message:
    """An outbox row (id, event_id, type, subject, version, body, traceparent) as it goes on the bus."""
    _, event_id, type_, subject, version, body, traceparent = row
    known = headers(event_id=event_id, source=source, type_=type_, version=version, traceparent=traceparent)
    return Message(subject, body, known)
