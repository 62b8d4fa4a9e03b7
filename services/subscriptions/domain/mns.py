"""Events in the shape of NHS England's Multicast Notification Service: a signal that something changed, and no data.

Its schema (``specification/schemas/cloudevents/mns-publish-cloudevent.yaml`` of its repository) names nine keys and
forbids no others; here there are these nine and nothing else. ``filtering`` is what a publisher gives the service to
choose subscribers by; the service takes it out before it delivers, and so is it here.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

from services.subscriptions.domain.feed import FeedEvent

KEYS: Final = ("specversion", "id", "source", "type", "subject", "time", "dataref", "versionid", "filtering")
_TYPE: Final = re.compile(r"(.+)\.v([0-9]+)")
_OWN_SOURCE: Final = "/events"


class Profile(StrEnum):
    """In which shape events are given: as they are on the bus, or as signals of the Multicast Notification Service."""

    CLOUDEVENTS = "cloudevents"
    MNS = "mns"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes: ``source`` in reverse DNS notation, and where the suite is reached, without a slash at its end."""

    source: str
    url: str

    def signal(self, body: bytes) -> dict[str, Any]:
        """An event as the service delivers it: without ``filtering``, and without what is of no aggregate's version."""
        event = json.loads(body)
        version = event.get("aggregateversion")
        found = {
            "specversion": event["specversion"],
            "id": event["id"],
            "source": self.source,
            "type": type_of(event["type"]),
            "subject": event["subject"],
            "time": event["time"],
            "dataref": self._dataref(event),
        }
        return found if version is None else {**found, "versionid": str(version)}

    def delivered(self, body: bytes) -> bytes:
        """:meth:`signal` as JSON."""
        return json.dumps(self.signal(body), separators=(",", ":")).encode()

    def published(self, event: FeedEvent) -> bytes:
        """An event as a publisher gives it to the service, with what subscribers may be chosen by."""
        found = self.signal(event.body) | {"filtering": _filtering(event)}
        return json.dumps(found, separators=(",", ":")).encode()

    def _dataref(self, event: dict[str, Any]) -> str:
        """Where more is read: the aggregate's newest event, or of a test or heartbeat how far the subscription is."""
        if event["source"] == _OWN_SOURCE:
            return f"{self.url}/events/v1/subscriptions/{event['data']['subscription']}/progress"
        return f"{self.url}/events/v1/state?subjects={quote(event['subject'], safe='')}"


def type_of(type_: str) -> str:
    """``commissioning.risk.rescored.v1`` as the service writes types: ``commissioning-risk-rescored-1``.

    Raises:
        ValueError: it has no version at its end.
    """
    found = _TYPE.fullmatch(type_)
    if found is None:
        raise ValueError(f"{type_} names no version")
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', found[1])}-{found[2]}"


def _filtering(event: FeedEvent) -> dict[str, str]:
    data = json.loads(event.body).get("data") or {}
    directorate = data.get("directorate")
    given = {"service": event.service, "area": event.area, "directorate": directorate}
    return {name: value for name, value in given.items() if isinstance(value, str)}
