"""Events as they are given out: in the very bytes that were on the bus."""

from collections.abc import Sequence
from typing import Final

from services.subscriptions.domain.feed import FeedEvent

BATCH: Final = "application/cloudevents-batch+json"


def batch_of(events: Sequence[FeedEvent]) -> bytes:
    """Events as a batch of CloudEvents in JSON."""
    return b"[" + b",".join(event.body for event in events) + b"]"
