"""The topics of the bus, one log and one compacted state topic a service."""

from functools import cache

SERVICES = ("indicators", "risks", "pledges", "finance")
"""The four services, which are also the first part of every path and the source of every event."""


def events_topic(service: str) -> str:
    """The log of a service's events, in order per aggregate."""
    return f"commissioning.{service}.v1"


def state_topic(service: str) -> str:
    """The newest event of each aggregate of a service, for catching up."""
    return f"commissioning.{service}.state.v1"


@cache
def source_of(topic: str) -> str:
    """The source of every event in a topic: the service that alone writes it."""
    return f"/{topic.split('.')[1]}" if topic.count(".") > 1 else ""
