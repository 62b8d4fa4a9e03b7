"""Savings schemes, and the series and observations that they are measured by."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import ExactDecimal, JsonText, PeriodKindText, UtcDateTime, period_of_columns
from contracts.period import Period, PeriodKind
from services.finance.models.metadata import Base


class SchemeRow(Base):
    """A savings scheme. Tied to an indicator in an area where ``indicator`` is set, else posted by hand.

    Its unit cost is its own, or one of the library by ``unit_cost_code``: then ``shared_cost`` has all its versions,
    written when one is recorded, so that a scheme is read with what it reckons with.
    ``version`` counts its published states; ``published`` is the fingerprint of the last one.
    """

    __tablename__ = "scheme"
    __table_args__ = (
        ForeignKeyConstraint(
            ["fund", "financial_year", "budget_line"],
            ["budget_line.fund", "budget_line.financial_year", "budget_line.code"],
        ),
        Index(None, "indicator", "area"),
        Index(None, "fund", "financial_year"),
    )

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    workstream: Mapped[str] = mapped_column(String(40))
    fund: Mapped[str] = mapped_column(String(60))
    budget_line: Mapped[str] = mapped_column(String(60))
    partner: Mapped[str] = mapped_column(String(60))
    financial_year: Mapped[str] = mapped_column(String(7))
    year_start: Mapped[date] = mapped_column(Date)
    year_end: Mapped[date] = mapped_column(Date)
    cashable_share: Mapped[Decimal] = mapped_column(ExactDecimal)
    recurrent: Mapped[bool] = mapped_column(Boolean)
    delivered_by: Mapped[str] = mapped_column(String(20))
    optimism_bias: Mapped[Decimal] = mapped_column(ExactDecimal)
    confidence: Mapped[Decimal] = mapped_column(ExactDecimal)
    illustrative: Mapped[bool] = mapped_column(Boolean)
    in_budget: Mapped[bool] = mapped_column(Boolean, server_default=false())
    indicator: Mapped[str | None] = mapped_column(String(100))
    area: Mapped[str | None] = mapped_column(String(40))
    breakdown: Mapped[str] = mapped_column(String(100))
    baseline_value: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    baseline_every: Mapped[str | None] = mapped_column(String(20))
    volume: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    unit_cost: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    unit_cost_source: Mapped[str | None] = mapped_column(String(300))
    unit_cost_price_year: Mapped[str | None] = mapped_column(String(7))
    unit_cost_from: Mapped[date | None] = mapped_column(Date)
    unit_cost_to: Mapped[date | None] = mapped_column(Date)
    unit_cost_code: Mapped[str | None] = mapped_column(String(60), index=True)
    shared_cost: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    marginal_rate: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    attribution: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    reprovision: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    version: Mapped[int] = mapped_column(Integer)
    published: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(100))
    business_date: Mapped[date] = mapped_column(Date)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str | None] = mapped_column(String(100))
    withdrawn_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
    notes: Mapped[dict[str, Any] | None] = mapped_column(JsonText)


class SchemePlanRow(Base):
    __tablename__ = "scheme_plan"

    scheme: Mapped[str] = mapped_column(ForeignKey("scheme.code"), primary_key=True)
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(20), primary_key=True)
    period_start: Mapped[date] = mapped_column(Date, primary_key=True)
    period_end: Mapped[date] = mapped_column(Date, primary_key=True)
    period: Mapped[Period] = period_of_columns()
    low: Mapped[Decimal] = mapped_column(ExactDecimal)
    high: Mapped[Decimal] = mapped_column(ExactDecimal)


class SchemeBaselineRow(Base):
    """A baseline given for one period."""

    __tablename__ = "scheme_baseline"

    scheme: Mapped[str] = mapped_column(ForeignKey("scheme.code"), primary_key=True)
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(20), primary_key=True)
    period_start: Mapped[date] = mapped_column(Date, primary_key=True)
    period_end: Mapped[date] = mapped_column(Date, primary_key=True)
    period: Mapped[Period] = period_of_columns()
    value: Mapped[Decimal] = mapped_column(ExactDecimal)


class SeriesRow(Base):
    """A series that an event was about, or that a scheme waits for (then version is 0).

    ``breakdown`` is the canonical text, empty for the total. The polarity last turned at ``turned_version`` (0: never).
    ``complete_generation`` is the last of which every period was told (0: none): what lower ones told is no longer so.

    Its row is locked before the observations and schemes under it, so that a new scheme misses no event.
    """

    __tablename__ = "series"

    indicator: Mapped[str] = mapped_column(String(100), primary_key=True)
    area: Mapped[str] = mapped_column(String(40), primary_key=True)
    breakdown: Mapped[str] = mapped_column(String(100), primary_key=True)
    generation: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(BigInteger)
    polarity: Mapped[str | None] = mapped_column(String(20))
    turned_generation: Mapped[int] = mapped_column(Integer)
    turned_version: Mapped[int] = mapped_column(BigInteger)
    complete_generation: Mapped[int] = mapped_column(Integer)


class ObservationRow(Base):
    """The newest revision known of a period of a series; it moves to a higher (generation, revision) only."""

    __tablename__ = "observation"

    indicator: Mapped[str] = mapped_column(String(100), primary_key=True)
    area: Mapped[str] = mapped_column(String(40), primary_key=True)
    breakdown: Mapped[str] = mapped_column(String(100), primary_key=True)
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(20), primary_key=True)
    period_start: Mapped[date] = mapped_column(Date, primary_key=True)
    period_end: Mapped[date] = mapped_column(Date, primary_key=True)
    period: Mapped[Period] = period_of_columns()
    value: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    missing: Mapped[str | None] = mapped_column(String(10))
    generation: Mapped[int] = mapped_column(Integer)
    revision: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20))
    event_id: Mapped[str] = mapped_column(String(64))
