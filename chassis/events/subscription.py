"""What a service subscribes to."""

from dataclasses import dataclass
from typing import Final

from chassis.events.projection import AnyProjection

GATHER_SECONDS: Final = 0.25
"""How long who gathers waits for more: an update moves several aggregates in turn, and the next is not far."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """The topics and event types that one consumer of a service reads, and the projection it makes of them.

    ``supersedes``: a newer event of an aggregate makes an older parked one needless. ``records``: what it makes of
    events is recorded for good, as what people send is, so that there is nothing to rebuild. ``gather``: seconds in
    which events are waited for that can be applied together, where nobody waits for the effects of one.
    """

    consumer: str
    topics: tuple[str, ...]
    types: tuple[str, ...]
    projection: AnyProjection
    supersedes: bool = False
    records: bool = False
    gather: float = 0
