"""The topics of the bus: one log, one compacted state topic and one topic of digests a service."""

from functools import cache

SERVICES = ("indicators", "risks", "pledges", "finance")
"""The services that publish: each is the source of its events."""


def events_topic(service: str) -> str:
    """The log of a service's events, in order per aggregate."""
    return f"commissioning.{service}.v1"


def state_topic(service: str) -> str:
    """The newest event of each aggregate of a service, for catching up."""
    return f"commissioning.{service}.state.v1"


def digest_topic(service: str) -> str:
    """What a service has published, in short, for those who follow it to compare with; the newest counts."""
    return f"commissioning.{service}.digest.v1"


@cache
def source_of(topic: str) -> str:
    """The source of every event in a topic: the service that alone writes it."""
    return f"/{topic.split('.')[1]}" if topic.count(".") > 1 else ""
