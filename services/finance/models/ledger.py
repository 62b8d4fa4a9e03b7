"""What was entered: entries of schemes in pounds, transfers of funds in pence, and what they add to."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import BigId, ExactDecimal, PeriodKindText, UtcDateTime, period_of_columns
from contracts.period import Period, PeriodKind
from services.finance.models.metadata import Base


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


class EntryTotalRow(Base):
    """What the entries of a scheme add to, by state, period and quarter, in pence: kept by each entry.

    Written under the lock on the scheme, so that a position never reads all entries.
    """

    __tablename__ = "entry_total"

    scheme: Mapped[str] = mapped_column(ForeignKey("scheme.code"), primary_key=True)
    state: Mapped[str] = mapped_column(String(20), primary_key=True)
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(20), primary_key=True)
    period_start: Mapped[date] = mapped_column(Date, primary_key=True)
    period_end: Mapped[date] = mapped_column(Date, primary_key=True)
    period: Mapped[Period] = period_of_columns()
    posted_quarter: Mapped[date] = mapped_column(Date, primary_key=True)
    cash: Mapped[int] = mapped_column(BigInteger)
    non_cash: Mapped[int] = mapped_column(BigInteger)


class LedgerHeadRow(Base):
    """The last transfer of a fund's ledger. Its row is the lock by which transfers are numbered and chained."""

    __tablename__ = "ledger_head"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class TransferRow(Base):
    """A line of a fund's ledger, never changed or deleted: pence from one account of a layer to another.

    Balanced by its form. ``hash`` is that of the line before it and of all its own columns; ``entry`` is the scheme's
    entry that it stands for, ``reverses`` the number of the transfer that it takes back.
    """

    __tablename__ = "transfer"
    __table_args__ = (
        UniqueConstraint("fund", "reference"),
        UniqueConstraint("fund", "reverses"),
        Index(None, "fund", "recorded_at"),
        Index(None, "entry"),
    )

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    financial_year: Mapped[str] = mapped_column(String(7))
    layer: Mapped[str] = mapped_column(String(20))
    debit: Mapped[str] = mapped_column(String(60))
    credit: Mapped[str] = mapped_column(String(60))
    pence: Mapped[int] = mapped_column(BigInteger)
    effective_on: Mapped[date] = mapped_column(Date)
    period: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(String(100))
    relates_to: Mapped[str | None] = mapped_column(Text)
    entry: Mapped[int | None] = mapped_column(BigInteger)
    event_id: Mapped[str | None] = mapped_column(String(64))
    reverses: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date] = mapped_column(Date)
    hash: Mapped[str] = mapped_column(String(64))


class LedgerBalanceRow(Base):
    """What was debited and credited to an account with effect on a day, in pence: kept by each transfer.

    ``period`` is the label of the period that it is for, empty for none. Days are not added up, so that a back-dated
    transfer moves one row.
    """

    __tablename__ = "ledger_balance"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    financial_year: Mapped[str] = mapped_column(String(7), primary_key=True)
    layer: Mapped[str] = mapped_column(String(20), primary_key=True)
    account: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(60), primary_key=True)
    effective_on: Mapped[date] = mapped_column(Date, primary_key=True)
    debit: Mapped[int] = mapped_column(BigInteger)
    credit: Mapped[int] = mapped_column(BigInteger)


class LineBalanceRow(Base):
    """What was vired to or from a budget line, or spent on it, for a period, whatever the day, in pence.

    Kept by each transfer beside :class:`LedgerBalanceRow`: a position reads a row for each period of a line, not one
    for each day of effect, of which there are more the longer the ledger is. ``period`` is empty for none.
    """

    __tablename__ = "line_balance"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    financial_year: Mapped[str] = mapped_column(String(7), primary_key=True)
    line: Mapped[str] = mapped_column(String(60), primary_key=True)
    layer: Mapped[str] = mapped_column(String(20), primary_key=True)
    period: Mapped[str] = mapped_column(String(60), primary_key=True)
    debit: Mapped[int] = mapped_column(BigInteger)
    credit: Mapped[int] = mapped_column(BigInteger)
