"""Subscriptions, what waits in them, and what was delivered."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import BigId, JsonText, UtcDateTime
from services.subscriptions.models.base import Base
from services.subscriptions.models.feed import FeedEventRow

ID = String(40)
SUBJECT = String(200)


class SubscriptionRow(Base):
    """A subscription. ``position``: up to there everything is delivered, or waits as an aggregate's row.

    ``lease`` is whose delivery loop is at it, until ``lease_until``. ``resync_after`` and ``resync_until`` are set
    while present state is sent again.
    """

    __tablename__ = "subscription"
    __table_args__ = (UniqueConstraint("owner", "name"), Index("ix_subscription_status", "status"))

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    owner: Mapped[str] = mapped_column(String(100))
    person: Mapped[str | None] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(120))
    definition: Mapped[Any] = mapped_column(JsonText)
    """``domain.subscriptions`` writes it."""
    granted: Mapped[Any] = mapped_column(JsonText)
    """The services whose events its owner may see: a list of names."""
    secret: Mapped[str] = mapped_column(Text)
    """Sealed, as is the next; of a mailbox, what opens it (``domain.mailboxes.Mailbox``)."""
    previous_secret: Mapped[str | None] = mapped_column(Text)
    previous_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(40))
    revision: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    position: Mapped[int] = mapped_column(BigInteger)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(Integer)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    test_event_id: Mapped[str | None] = mapped_column(String(64))
    resync_after: Mapped[int | None] = mapped_column(BigInteger)
    resync_until: Mapped[int | None] = mapped_column(BigInteger)
    gap_before: Mapped[int | None] = mapped_column(BigInteger)
    lease: Mapped[str | None] = mapped_column(String(36))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    messages: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """How many messages to its mailbox were planned."""


class WaitingRow(Base):
    """An aggregate whose events wait in a subscription, from ``position`` on (``domain.deliveries.Waiting``)."""

    __tablename__ = "waiting_aggregate"
    __table_args__ = (Index("ix_waiting_aggregate_due_at", "subscription_id", "state", "due_at"),)

    subscription_id: Mapped[str] = mapped_column(ID, primary_key=True)
    service: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject: Mapped[str] = mapped_column(SUBJECT, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer)
    first_failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(20))
    status: Mapped[int | None] = mapped_column(Integer)
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeliveryRow(Base):
    """One attempt, as the delivery log has it until it is trimmed."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_subscription_id", "subscription_id", "id"),
        Index("ix_delivery_started_at", "started_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    subscription_id: Mapped[str] = mapped_column(ID)
    event_id: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(120))
    service: Mapped[str | None] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(SUBJECT)
    position: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    milliseconds: Mapped[int] = mapped_column(Integer)
    status: Mapped[int | None] = mapped_column(Integer)
    request: Mapped[Any | None] = mapped_column(JsonText)
    answer: Mapped[Any | None] = mapped_column(JsonText)


Index("ix_feed_event_subject", FeedEventRow.subject, FeedEventRow.position)
"""What waits in an aggregate is read from the feed by its subject."""
