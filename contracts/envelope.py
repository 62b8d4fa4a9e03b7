"""The envelope every event travels in: CloudEvents 1.0, structured JSON."""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

Data = TypeVar("Data", bound=BaseModel)

CONTENT_TYPE = "application/cloudevents+json"


def zulu(moment: datetime) -> str:
    """A moment in UTC as it travels."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


Timestamp = Annotated[
    datetime,
    PlainSerializer(zulu, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""A moment in UTC, written with ``Z``."""


class Body(BaseModel):
    """An event's data. Readers ignore fields they do not know, so that fields can be added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CloudEvent(BaseModel, Generic[Data]):
    """One fact, with the whole present state of its aggregate.

    ``source`` names the service, ``subject`` the aggregate; ``aggregateversion`` rises by one per change of it,
    and ``partitionkey`` keeps its events in order. ``generation`` is that of the producing database and rises when it
    went back in time: versions and revisions are compared as (generation, version).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: Timestamp
    datacontenttype: Literal["application/json"] = "application/json"
    partitionkey: str
    aggregateversion: int = Field(ge=1)
    generation: int = Field(default=1, ge=1)
    traceparent: str | None = None
    data: Data
