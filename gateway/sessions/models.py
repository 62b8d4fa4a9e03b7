"""Who is signed in on pages."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import BigId, UtcDateTime
from gateway.access.models import Base


class PageSession(Base):
    """A session, by the hash of its token and that of the key that was shown: neither can be had from this row.

    A session by a provider has a ``subject`` instead of a key, and what the provider has granted to them;
    ``sealed`` is readable with the session's token only, which is not here.
    """

    __tablename__ = "page_session"
    __table_args__ = (
        Index("ix_page_session_key_hash_opened_at", "key_hash", "opened_at"),
        Index("ix_page_session_subject_opened_at", "subject", "opened_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    key_hash: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_visit: Mapped[datetime | None] = mapped_column(UtcDateTime())
    subject: Mapped[str | None] = mapped_column(String(100))
    shown_name: Mapped[str | None] = mapped_column(String(100))
    scopes: Mapped[str | None] = mapped_column(String(1000))
    """With spaces between, as OAuth writes them."""
    good_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """From then on the provider is asked again what is granted."""
    asking_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Until then somebody is asking it, and nobody else does."""
    sealed: Mapped[str | None] = mapped_column(Text())
