"""Better Care Fund returns."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import JsonText, UtcDateTime
from services.finance.models.metadata import Base


class ReturnRevisionRow(Base):
    """A revision of a fund's return of a quarter, by format. It never changes."""

    __tablename__ = "return_revision"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    quarter_start: Mapped[date] = mapped_column(Date, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(Text)
