"""The feed, the newest event of each aggregate, and how far readers have come.

The chassis has a table ``feed`` of its own, which numbers what a service publishes; this one publishes nothing.
"""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import BigId, UtcDateTime
from services.subscriptions.models.base import Base


class FeedEventRow(Base):
    """An event as it was on the bus, with its place in the feed. Written once; ``event_time`` is the event's own."""

    __tablename__ = "feed_event"

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(String(64), index=True)
    type: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(200))
    service: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(BigInteger)
    generation: Mapped[int] = mapped_column(BigInteger)
    area: Mapped[str | None] = mapped_column(String(80))
    event_time: Mapped[datetime] = mapped_column(UtcDateTime)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class AggregateRow(Base):
    """Which event is the newest of an aggregate: one that the feed keeps for as long as it is."""

    __tablename__ = "aggregate"

    service: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    generation: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(BigInteger, index=True)


class FeedHeadRow(Base):
    """One row: from where to where the feed is whole. Whoever adds to the feed, or takes from it, locks it."""

    __tablename__ = "feed_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_position: Mapped[int] = mapped_column(BigInteger)
    last_position: Mapped[int] = mapped_column(BigInteger)
    last_event_id: Mapped[str | None] = mapped_column(String(64))


class CheckpointRow(Base):
    """How far a caller has come, by a name of their own."""

    __tablename__ = "checkpoint"

    caller: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[str | None] = mapped_column(String(64))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
