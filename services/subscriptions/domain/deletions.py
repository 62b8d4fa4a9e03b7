"""What the feed says of an aggregate that is no more: an event without data, by the conventions of http-feeds."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Final

from contracts.envelope import zulu
from services.subscriptions.domain.feed import FeedEvent

DELETE: Final = "DELETE"
"""The value of ``method`` that tells readers to remove what they have of the subject."""


def deletion_of(newest: FeedEvent, event_id: str, now: datetime) -> FeedEvent:
    """The event that tells that the aggregate of ``newest`` is gone; of its type and source, one version later."""
    body = {
        "generation": newest.generation,
        "specversion": "1.0",
        "id": event_id,
        "source": f"/{newest.service}",
        "type": newest.type,
        "subject": newest.subject,
        "time": zulu(now),
        "partitionkey": newest.subject,
        "aggregateversion": newest.version + 1,
        "method": DELETE,
    }
    encoded = json.dumps(body, separators=(",", ":")).encode()
    return replace(newest, position=0, event_id=event_id, version=newest.version + 1, time=now, body=encoded)
