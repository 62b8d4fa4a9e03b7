"""Who is signed in on pages."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import BigId, UtcDateTime
from gateway.access.models import Base


class PageSession(Base):
    """A session, by the hash of its token and that of the key that was shown: neither can be had from this row."""

    __tablename__ = "page_session"
    __table_args__ = (Index("ix_page_session_key_hash_opened_at", "key_hash", "opened_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    key_hash: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_visit: Mapped[datetime | None] = mapped_column(UtcDateTime())
