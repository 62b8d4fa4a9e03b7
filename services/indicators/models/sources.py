"""Tables of what other services tell of indicators."""

from typing import Any

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import JsonText
from services.indicators.models.metadata import Base


class SourceEventRow(Base):
    """The newest event of another service that observations were taken from, by its subject.

    The newest is that of the highest (generation, version). ``taken``, a stored format, says which observations; none
    where revision 0018 found the row.
    """

    __tablename__ = "source_event"

    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    generation: Mapped[int]
    version: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[str] = mapped_column(String(64))
    taken: Mapped[Any] = mapped_column(JsonText, nullable=True)
