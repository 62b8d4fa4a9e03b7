"""Who is told of what waits, what waits, and the messages about it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import BigId, JsonText, UtcDateTime
from services.subscriptions.models.base import Base

CODE = String(80)
OWNER = String(200)


class RecipientRow(Base):
    """Somebody who is told. ``domain.recipients`` writes ``definition``; ``url`` is sealed."""

    __tablename__ = "recipient"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    definition: Mapped[Any] = mapped_column(JsonText)
    url: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    look_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the day's message is due next."""


class RecipientOwnerRow(Base):
    """A text that names an owner, and who is told of what has it."""

    __tablename__ = "recipient_owner"

    owner: Mapped[str] = mapped_column(OWNER, primary_key=True)
    recipient: Mapped[str] = mapped_column(CODE, index=True)


class NoticeRow(Base):
    """Something that waits, or waited until ``closed_at``."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("uq_notice_open", "kind", "service", "subject", unique=True, postgresql_where=text("closed_at IS NULL"),
              sqlite_where=text("closed_at IS NULL")),
        Index("ix_notice_owner", "owner", "closed_at"),
        Index("ix_notice_closed_at", "closed_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20))
    service: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(OWNER)
    owner: Mapped[str | None] = mapped_column(OWNER)
    title: Mapped[str] = mapped_column(String(300))
    due: Mapped[date | None] = mapped_column(Date)
    from_day: Mapped[date | None] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NoticeHeadRow(Base):
    """One row: up to which position of the feed notices are made. Whoever makes notices or messages locks it."""

    __tablename__ = "notice_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)


class MessageRow(Base):
    """A message to a recipient, until it is trimmed. ``lease``: whose attempt is under way, until ``lease_until``."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_state", "state", "due_at"),
        Index("ix_message_created_at", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    recipient: Mapped[str] = mapped_column(CODE)
    on_behalf_of: Mapped[str | None] = mapped_column(CODE)
    kind: Mapped[str] = mapped_column(String(20))
    notices: Mapped[Any] = mapped_column(JsonText)
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(Integer)
    first_failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(20))
    detail: Mapped[str | None] = mapped_column(String(200))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease: Mapped[str | None] = mapped_column(String(36))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
