"""What a webhook carries: its signature by Standard Webhooks 1.0, its headers, and its body in full or thin.

Signed is ``id.timestamp.body``, the body as the bytes that are sent, by HMAC-SHA256 (``v1``). While a secret is being
rotated there are two signatures, with one space between them: some receivers read no other way of writing several.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from contracts.envelope import CONTENT_TYPE, zulu
from services.subscriptions.domain.mns import Publisher

PREFIX: Final = "whsec_"
ENTROPY_BYTES: Final = 32
OVERLAP: Final = timedelta(hours=24)
"""How long the secret before signs beside the new one after a rotation, unless said otherwise."""
LONGEST_OVERLAP: Final = timedelta(days=7)
HEARTBEAT_EVERY: Final = timedelta(minutes=15)
SOURCE: Final = "/events"
TEST, HEARTBEAT = "commissioning.subscription.tested.v1", "commissioning.subscription.heartbeat.v1"
"""Types of what is sent to one subscriber only: neither is on the bus or in the feed."""
_AGENT: Final = "commissioning-suite"


class Mode(StrEnum):
    """Whether deliveries carry the state of the aggregate, or say only where it is read."""

    FULL = "full"
    THIN = "thin"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One message to a receiver. ``id`` is the same in every attempt, so a receiver knows by it what it has."""

    id: str
    type: str
    subject: str
    body: bytes


def make_secret(entropy: bytes) -> str:
    """A new secret, ``whsec_`` and the base64 of 32 random bytes: as the libraries of receivers take it.

    Raises:
        ValueError: not 32 bytes.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"a secret is made of {ENTROPY_BYTES} random bytes, not {len(entropy)}")
    return PREFIX + base64.b64encode(entropy).decode()


def sign(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """The signature of one message, ``v1,`` and base64. ``timestamp`` is of this attempt, in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def request_headers(webhook: Webhook, secrets: Sequence[str], now: datetime) -> Mapping[str, str]:
    """The headers of an attempt, signed with each of the secrets, the newest first."""
    timestamp = int(now.timestamp())
    signatures = [sign(secret, webhook.id, timestamp, webhook.body) for secret in secrets]
    return {
        "content-type": CONTENT_TYPE,
        "user-agent": _AGENT,
        "webhook-id": webhook.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a subscription makes of events: ``mns`` is who publishes, where they go in that profile."""

    mode: Mode = Mode.FULL
    mns: Publisher | None = None

    def body(self, body: bytes) -> bytes:
        """An event as it is delivered: the very bytes of the feed, or without its data."""
        if self.mns is not None:
            return self.mns.delivered(body)
        return body if self.mode is Mode.FULL else thin(body)

    def notice(self, notice: Webhook) -> Webhook:
        """A test or a heartbeat as it is delivered: it is never without its data, but where the profile knows none."""
        return notice if self.mns is None else replace(notice, body=self.mns.delivered(notice.body))


def webhook_of(event_id: str, type_: str, subject: str, body: bytes, rendering: Rendering) -> Webhook:
    """An event as it is delivered."""
    return Webhook(event_id, type_, subject, rendering.body(body))


def thin(body: bytes) -> bytes:
    """An event without its data, with where its aggregate is read instead (``dataref``)."""
    event = json.loads(body)
    event.pop("data", None)
    event.pop("datacontenttype", None)
    event["dataref"] = f"/events/v1/state?subjects={quote(event['subject'], safe='')}"
    return json.dumps(event, separators=(",", ":")).encode()


def notice(type_: str, event_id: str, subscription: str, position: int, now: datetime) -> Webhook:
    """A test or a heartbeat: up to which position of the feed the subscription has been served."""
    subject = f"subscription/{subscription}"
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": SOURCE,
        "type": type_,
        "subject": subject,
        "time": zulu(now.astimezone(UTC)),
        "datacontenttype": "application/json",
        "data": {"subscription": subscription, "position": position},
    }
    return Webhook(event_id, type_, subject, json.dumps(event, separators=(",", ":")).encode())
