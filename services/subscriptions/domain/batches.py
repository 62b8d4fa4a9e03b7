"""Several events in one body, as feeds and mailboxes give them out."""

from collections.abc import Iterable
from typing import Final

BATCH: Final = "application/cloudevents-batch+json"


def batch_of(bodies: Iterable[bytes]) -> bytes:
    """Events, each as JSON, as a batch of CloudEvents in JSON."""
    return b"[" + b",".join(bodies) + b"]"
