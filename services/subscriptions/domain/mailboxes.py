"""Delivery to a mailbox of NHS MESH: whose it is, what we send from, and what becomes of each message.

A message holds many events, in the order of the feed. It is planned in a row before it is sent, so that whoever goes on
after a process was killed sends the very same again, by the same local id; the next is planned once it was accepted.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from services.subscriptions.domain.deliveries import Outcome

SCHEME: Final = "mesh:"
MESSAGE: Final = "message"
"""What the log has as the type of a message of many events."""
_ADDRESS: Final = re.compile(r"mesh://([A-Za-z0-9]{1,40})\?workflow_id=([A-Za-z0-9_\-]{1,200})")
_LONGEST_PAUSE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Address:
    """Where messages go: a mailbox, and what MESH knows the exchange by. Written as NHS England's services do."""

    mailbox: str
    workflow_id: str


def address_of(url: str) -> Address:
    """The address that ``mesh://MAILBOX?workflow_id=WORKFLOW`` is.

    Raises:
        ValueError: it is none.
    """
    found = _ADDRESS.fullmatch(url)
    if found is None:
        raise ValueError(f"{url[:100]} is no mailbox")
    return Address(*found.groups())


def address_faults(url: str) -> Iterator[str]:
    if _ADDRESS.fullmatch(url) is None:
        yield "is no mailbox: write mesh://MAILBOX?workflow_id=WORKFLOW, as MESH gave you both"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The mailbox that messages are sent from, and what opens it: all of it secret.

    ``certificate``, ``private_key`` and ``authorities`` are PEM; the last says whose certificates MESH is believed by,
    where those that the client brings for NHS England's own are not meant.
    """

    id: str = field(repr=False)
    password: str = field(repr=False)
    shared_key: str = field(repr=False)
    certificate: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    authorities: str | None = field(default=None, repr=False)

    def to_text(self) -> str:
        """What is sealed."""
        return json.dumps({each.name: getattr(self, each.name) for each in fields(self)})

    @classmethod
    def of_text(cls, text: str) -> "Mailbox":
        return cls(**json.loads(text))


class MessageStatus(StrEnum):
    """``planned`` is not accepted by MESH yet; ``accepted`` waits in the mailbox; the others are how it ended.

    ``unknown``: MESH knows nothing of it any more, so nobody can tell whether it was collected.
    """

    PLANNED = "planned"
    ACCEPTED = "accepted"
    ACKNOWLEDGED = "acknowledged"
    UNDELIVERABLE = "undeliverable"
    UNKNOWN = "unknown"


LOST: Final = frozenset({MessageStatus.UNDELIVERABLE, MessageStatus.UNKNOWN})
"""How a message ends that nobody is known to have collected."""


@dataclass(frozen=True, slots=True)
class Told:
    """What MESH says became of a message."""

    status: MessageStatus
    code: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call of MESH came to nothing. ``status``: of the answer, where there was one."""

    outcome: Outcome
    status: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Moves:
    """Where a subscription stands once a message is accepted; ``revision``: unless it was changed since."""

    revision: int
    position: int
    resync: tuple[int | None, int | None]
    gap_before: int | None

    def to_json(self) -> dict[str, Any]:
        return {
            "revision": self.revision,
            "position": self.position,
            "resync": list(self.resync),
            "gap_before": self.gap_before,
        }

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> "Moves":
        after, until = stored["resync"]
        return cls(stored["revision"], stored["position"], (after, until), stored["gap_before"])


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a mailbox. ``number`` counts a subscription's from 1 without gaps; tests and heartbeats have none.

    ``positions`` are those of its events in the feed. ``moves`` is set until it is accepted for the first time.
    ``attempts`` counts how often it was sent, ``due_at`` is when MESH is asked next what became of it.
    """

    subscription: str
    local_id: str
    number: int | None
    positions: Sequence[int]
    planned_at: datetime
    moves: Moves | None = None
    status: MessageStatus = MessageStatus.PLANNED
    message_id: str | None = None
    size: int | None = None
    attempts: int = 0
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    due_at: datetime | None = None
    code: str | None = None
    description: str | None = None

    @property
    def file_name(self) -> str:
        """Sorts by number among those of a subscription."""
        name = self.local_id if self.number is None else f"{self.subscription}.{self.number:012}"
        return f"{name}.json"

    @property
    def subject(self) -> str:
        """What people see of it in their mailbox."""
        if not self.positions:
            return "Commissioning Suite"
        return f"Commissioning Suite: {len(self.positions)} events, {min(self.positions)} to {max(self.positions)}"

    def tried(self, message_id: str | None, size: int, now: datetime, look: timedelta) -> "Message":
        """The same after it was sent: accepted under an id of MESH's, or as it was where there is none."""
        again = replace(self, attempts=self.attempts + 1, size=size)
        if message_id is None:
            return again
        accepted = replace(again, status=MessageStatus.ACCEPTED, message_id=message_id, moves=None)
        return replace(accepted, sent_at=now, due_at=now + look, ended_at=None, code=None, description=None)

    def looked_at(self, now: datetime, look: timedelta) -> "Message":
        """The same where MESH has nothing new of it: it is asked again once it is twice as old, or after six hours."""
        age = now - (self.sent_at or now)
        return replace(self, due_at=now + min(max(age, look), _LONGEST_PAUSE))

    def ended(self, status: MessageStatus, now: datetime, code: str | None, description: str | None) -> "Message":
        return replace(self, status=status, ended_at=now, due_at=None, code=code, description=description)


def local_id_of(subscription: str, mark: int | str) -> str:
    """By which sender and receiver know a message: the same in every attempt. Says nothing of anybody."""
    return f"{subscription}.{mark}"


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as it is handed to MESH."""

    local_id: str
    file_name: str
    subject: str
    content: bytes
