"""Action plans of funds."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import JsonText, UtcDateTime
from services.finance.models.metadata import Base


class ActionPlanRow(Base):
    """What partners resolved about a variance of a fund's year, by format; the version of its last event (0: none)."""

    __tablename__ = "action_plan"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    reference: Mapped[str] = mapped_column(String(60), primary_key=True)
    financial_year: Mapped[str] = mapped_column(String(7))
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    event_version: Mapped[int] = mapped_column(Integer)
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date] = mapped_column(Date)
