"""Funds, what is agreed of them, their budgets, virements and closed quarters; money in pounds."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, ForeignKeyConstraint, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import ExactDecimal, JsonText, UtcDateTime
from services.finance.models.metadata import Base


class FundRow(Base):
    """A pooled fund. Its row is the lock that keeps closing a quarter apart from posting into it."""

    __tablename__ = "fund"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    host: Mapped[str | None] = mapped_column(String(60))
    notes: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    metrics: Mapped[dict[str, Any] | None] = mapped_column(JsonText)


class PublishedFundRow(Base):
    """The state of a fund that was published last: its version (0: none yet) and its fingerprint.

    ``levels`` has each variance that was told to be beyond an agreed trigger: year, line or null, and level.

    A row of its own, since it is locked last: whoever posts to a fund shares the lock on the fund's row until then.
    """

    __tablename__ = "published_fund"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    levels: Mapped[list[Any] | None] = mapped_column(JsonText)


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
    partner: Mapped[str | None] = mapped_column(String(60))
    illustrative: Mapped[bool] = mapped_column(Boolean, server_default=false())


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


class YearEndRow(Base):
    """The end of a fund's year as it was signed off: who bears its variance, by format. It never changes."""

    __tablename__ = "year_end"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    financial_year: Mapped[str] = mapped_column(String(7), primary_key=True)
    result: Mapped[dict[str, Any]] = mapped_column(JsonText)
    decision: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    signed_by: Mapped[str] = mapped_column(String(100))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date] = mapped_column(Date)


class VirementRow(Base):
    """Budget to be moved from one line to another, and who decided it; ``entry`` is the number of its transfer."""

    __tablename__ = "virement"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    reference: Mapped[str] = mapped_column(String(100), primary_key=True)
    financial_year: Mapped[str] = mapped_column(String(7))
    giving: Mapped[str] = mapped_column(String(60))
    receiving: Mapped[str] = mapped_column(String(60))
    amount: Mapped[Decimal] = mapped_column(ExactDecimal)
    effective_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    proposed_by: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date] = mapped_column(Date)
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_reason: Mapped[str | None] = mapped_column(Text)
    entry: Mapped[int | None] = mapped_column(BigInteger)
