"""The library of unit costs, and the indices of prices that it is uprated by."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import ExactDecimal, JsonText, UtcDateTime
from services.finance.models.metadata import Base


class UnitCostRow(Base):
    """A unit cost that is recorded, or that a scheme waits for (then it has no version).

    Its row is locked before the series and schemes under it, so that a new scheme misses no version. ``event_version``
    counts its events.
    """

    __tablename__ = "unit_cost"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    event_version: Mapped[int] = mapped_column(Integer)


class UnitCostVersionRow(Base):
    """A version of a unit cost. It never changes."""

    __tablename__ = "unit_cost_version"

    code: Mapped[str] = mapped_column(ForeignKey("unit_cost.code"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    description: Mapped[str] = mapped_column(String(300))
    unit: Mapped[str] = mapped_column(String(100))
    amount: Mapped[Decimal] = mapped_column(ExactDecimal)
    kind: Mapped[str] = mapped_column(String(20))
    price_year: Mapped[str] = mapped_column(String(7))
    source: Mapped[str] = mapped_column(String(150))
    source_url: Mapped[str | None] = mapped_column(String(500))
    agency: Mapped[str | None] = mapped_column(String(100))
    cashable_share: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    effective_from: Mapped[date | None] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date)
    illustrative: Mapped[bool] = mapped_column(Boolean)
    ends: Mapped[bool] = mapped_column(Boolean, server_default=false())
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(Text)


class DeflatorRow(Base):
    """A release of an index of prices, by format. It never changes."""

    __tablename__ = "deflator"

    release: Mapped[str] = mapped_column(String(60), primary_key=True)
    base_year: Mapped[str] = mapped_column(String(7))
    source: Mapped[str] = mapped_column(String(300))
    series: Mapped[dict[str, Any]] = mapped_column(JsonText)
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
