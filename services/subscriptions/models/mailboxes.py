"""Messages to mailboxes: planned, sent, and what became of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import JsonText, UtcDateTime
from services.subscriptions.models.base import Base
from services.subscriptions.models.webhooks import ID


class MailboxMessageRow(Base):
    """A message of a subscription to a mailbox (``domain.mailboxes.Message``)."""

    __tablename__ = "mailbox_message"
    __table_args__ = (
        Index("ix_mailbox_message_status", "status", "subscription_id"),
        Index("ix_mailbox_message_planned_at", "planned_at"),
    )

    subscription_id: Mapped[str] = mapped_column(ID, primary_key=True)
    local_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    number: Mapped[int | None] = mapped_column(BigInteger)
    positions: Mapped[Any] = mapped_column(JsonText)
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moves: Mapped[Any | None] = mapped_column(JsonText)
    status: Mapped[str] = mapped_column(String(20))
    message_id: Mapped[str | None] = mapped_column(String(120))
    size: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(Integer)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code: Mapped[str | None] = mapped_column(String(40))
    description: Mapped[str | None] = mapped_column(Text)
