"""Tables of finance. Periods are kind, first and last day; money and values exact decimals."""

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
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.storage.tables import service_metadata
from chassis.storage.types import BigId, ExactDecimal, JsonText, PeriodKindText, UtcDateTime, period_of_columns
from contracts.period import Period, PeriodKind


class Base(DeclarativeBase):
    metadata = service_metadata()


class FundRow(Base):
    """A pooled fund. Its row is the lock that keeps closing a quarter apart from posting into it."""

    __tablename__ = "fund"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    host: Mapped[str | None] = mapped_column(String(60))
    notes: Mapped[dict[str, Any] | None] = mapped_column(JsonText)


class PublishedFundRow(Base):
    """The state of a fund that was published last: its version (0: none yet) and its fingerprint.

    A row of its own, since it is locked last: whoever posts to a fund shares the lock on the fund's row until then.
    """

    __tablename__ = "published_fund"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    fingerprint: Mapped[str | None] = mapped_column(String(64))


class FundPartnerRow(Base):
    __tablename__ = "fund_partner"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str | None] = mapped_column(String(200))


class FundAgreementRow(Base):
    """A version of the agreement between partners: contributions and the risk-share rule, by format."""

    __tablename__ = "fund_agreement"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    effective_from: Mapped[date] = mapped_column(Date)
    terms: Mapped[dict[str, Any]] = mapped_column(JsonText)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(100))
    business_date: Mapped[date] = mapped_column(Date)


class FundVersionRow(Base):
    """What was said of a fund at once, all but its agreement: a version each time it changed, by format."""

    __tablename__ = "fund_version"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, Any]] = mapped_column(JsonText)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(String(100))
    business_date: Mapped[date] = mapped_column(Date)


class BudgetLineRow(Base):
    """A division's budget in a financial year, in pounds; the net is derived, the printed one kept beside it."""

    __tablename__ = "budget_line"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    financial_year: Mapped[str] = mapped_column(String(7), primary_key=True)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    directorate: Mapped[str] = mapped_column(String(200))
    department: Mapped[str] = mapped_column(String(200))
    division: Mapped[str] = mapped_column(String(200))
    opening: Mapped[Decimal] = mapped_column(ExactDecimal)
    cost_increases: Mapped[Decimal] = mapped_column(ExactDecimal)
    savings: Mapped[Decimal] = mapped_column(ExactDecimal)
    other_savings: Mapped[Decimal] = mapped_column(ExactDecimal)
    printed_net: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    notes: Mapped[dict[str, Any] | None] = mapped_column(JsonText)


class PrintedTotalRow(Base):
    """A total as a document prints it, kept whether or not the lines add to it."""

    __tablename__ = "printed_total"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    financial_year: Mapped[str] = mapped_column(String(7), primary_key=True)
    column: Mapped[str] = mapped_column(String(20), primary_key=True)
    amount: Mapped[Decimal] = mapped_column(ExactDecimal)


class ClosedQuarterRow(Base):
    __tablename__ = "closed_quarter"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    quarter_start: Mapped[date] = mapped_column(Date, primary_key=True)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(100))
    business_date: Mapped[date] = mapped_column(Date)


class ClosedLineRow(Base):
    """What of the money banked on a budget line counted in a quarter when it was closed, in pounds; no row is nothing.

    The line may be of another year than the quarter: what comes late is posted in an open quarter.
    """

    __tablename__ = "closed_line"
    __table_args__ = (
        ForeignKeyConstraint(["fund", "quarter_start"], ["closed_quarter.fund", "closed_quarter.quarter_start"]),
    )

    fund: Mapped[str] = mapped_column(String(60), primary_key=True)
    quarter_start: Mapped[date] = mapped_column(Date, primary_key=True)
    financial_year: Mapped[str] = mapped_column(String(7), primary_key=True)
    line: Mapped[str] = mapped_column(String(60), primary_key=True)
    counted: Mapped[Decimal] = mapped_column(ExactDecimal)


class SchemeRow(Base):
    """A savings scheme. Tied to an indicator in an area where ``indicator`` is set, else posted by hand.

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


class EntryRow(Base):
    """A line of the ledger, never changed or deleted. ``posted_quarter`` is the first day of its quarter.

    ``corrects`` is the reference of the entry of the same scheme that finance corrects with it.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint(
            "scheme",
            "indicator",
            "area",
            "breakdown",
            "period_kind",
            "period_start",
            "period_end",
            "generation",
            "revision",
            "rule_version",
            name="uq_entry_indicated",
        ),
        UniqueConstraint("scheme", "reference"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    scheme: Mapped[str] = mapped_column(ForeignKey("scheme.code"))
    state: Mapped[str] = mapped_column(String(20))
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(20))
    period_start: Mapped[date] = mapped_column(Date)
    period_end: Mapped[date] = mapped_column(Date)
    period: Mapped[Period] = period_of_columns()
    posted_quarter: Mapped[date] = mapped_column(Date)
    restates: Mapped[bool] = mapped_column(Boolean)
    cash: Mapped[Decimal] = mapped_column(ExactDecimal)
    non_cash: Mapped[Decimal] = mapped_column(ExactDecimal)
    indicator: Mapped[str | None] = mapped_column(String(100))
    area: Mapped[str | None] = mapped_column(String(40))
    breakdown: Mapped[str] = mapped_column(String(100))
    generation: Mapped[int | None] = mapped_column(Integer)
    revision: Mapped[int | None] = mapped_column(Integer)
    rule_version: Mapped[str | None] = mapped_column(String(40))
    event_id: Mapped[str | None] = mapped_column(String(64))
    reference: Mapped[str | None] = mapped_column(String(100))
    corrects: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date] = mapped_column(Date)
