"""Tables of the register. A moment ``..._at`` is real; the day ``..._on`` beside it is the business date then."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.storage.tables import service_metadata
from chassis.storage.types import BigId, JsonText, PeriodKindText, UtcDateTime

Json = Any


class Base(DeclarativeBase):
    metadata = service_metadata()


class MatrixRow(Base):
    """One version of a matrix; rows are only ever added."""

    __tablename__ = "matrix"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    code: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    impacts: Mapped[Json] = mapped_column(JsonText)
    likelihoods: Mapped[Json] = mapped_column(JsonText)
    grid: Mapped[Json] = mapped_column(JsonText)


class Described:
    """What a register says of a risk beside its ratings; alike where it is now and where it was."""

    title: Mapped[str] = mapped_column(String(400))
    category: Mapped[str | None] = mapped_column(String(120))
    department: Mapped[str | None] = mapped_column(String(120))
    outcome: Mapped[str | None] = mapped_column(String(120))
    owner: Mapped[str | None] = mapped_column(String(200))
    cause: Mapped[str | None] = mapped_column(Text)
    event: Mapped[str | None] = mapped_column(Text)
    consequence: Mapped[str | None] = mapped_column(Text)
    controls: Mapped[Json] = mapped_column(JsonText)
    assurances: Mapped[Json] = mapped_column(JsonText)
    actions: Mapped[Json] = mapped_column(JsonText)
    notes: Mapped[Json | None] = mapped_column(JsonText)
    proximity: Mapped[str | None] = mapped_column(String(120))
    review_date: Mapped[date | None] = mapped_column(Date)
    appetite: Mapped[str | None] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20), server_default="open")
    inherent_impact: Mapped[int | None] = mapped_column(SmallInteger)
    inherent_likelihood: Mapped[int | None] = mapped_column(SmallInteger)
    target_impact: Mapped[int | None] = mapped_column(SmallInteger)
    target_likelihood: Mapped[int | None] = mapped_column(SmallInteger)


class RiskRow(Described, Base):
    """A risk with its present ratings. ``version`` counts the events published about it."""

    __tablename__ = "risk"
    __table_args__ = (
        Index("ix_risk_register", "register", "ref"),
        Index("ix_risk_override", "override_until"),
        Index("ix_risk_review", "review_due"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    ref: Mapped[str] = mapped_column(String(40), unique=True)
    register: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    matrix_id: Mapped[int] = mapped_column(ForeignKey("matrix.id"))
    legacy_band: Mapped[str | None] = mapped_column(String(20))
    assessment_id: Mapped[int | None] = mapped_column(BigInteger)
    assessed_impact: Mapped[int | None] = mapped_column(SmallInteger)
    assessed_likelihood: Mapped[int | None] = mapped_column(SmallInteger)
    indicated_impact: Mapped[int | None] = mapped_column(SmallInteger)
    indicated_likelihood: Mapped[int | None] = mapped_column(SmallInteger)
    effective_impact: Mapped[int | None] = mapped_column(SmallInteger)
    effective_likelihood: Mapped[int | None] = mapped_column(SmallInteger)
    effective_band: Mapped[str | None] = mapped_column(String(20))
    underlying_band: Mapped[str | None] = mapped_column(String(20))  # the band without an override
    override_impact: Mapped[int | None] = mapped_column(SmallInteger)
    override_likelihood: Mapped[int | None] = mapped_column(SmallInteger)
    override_until: Mapped[date | None] = mapped_column(Date)
    override_reason: Mapped[str | None] = mapped_column(Text)
    override_by: Mapped[str | None] = mapped_column(String(100))
    accepted_score: Mapped[int | None] = mapped_column(SmallInteger)  # that of the acceptance in force
    accepted_until: Mapped[date | None] = mapped_column(Date)  # and its last day
    appetite_score: Mapped[int | None] = mapped_column(SmallInteger)  # what is wanted and tolerated in its category
    tolerance_score: Mapped[int | None] = mapped_column(SmallInteger)
    breached: Mapped[bool] = mapped_column(Boolean, server_default=false())
    losses: Mapped[Json | None] = mapped_column(JsonText)  # what it would cost, by likelihood
    review_opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of the review that is open
    review_opened_on: Mapped[date | None] = mapped_column(Date)
    review_due: Mapped[date | None] = mapped_column(Date)
    review_published: Mapped[bool] = mapped_column(Boolean, server_default=false())  # that it is overdue
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_on: Mapped[date] = mapped_column(Date)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_on: Mapped[date] = mapped_column(Date)


class RiskRevisionRow(Described, Base):
    """What a register said of a risk from a moment on; rows are only ever added."""

    __tablename__ = "risk_revision"
    __table_args__ = (Index("ix_risk_revision_risk_date", "risk_id", "business_date"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    matrix_id: Mapped[int | None] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date] = mapped_column(Date)
    losses: Mapped[Json | None] = mapped_column(JsonText)


class AssessmentRow(Base):
    """What an owner judged, with the links' severities at that moment; rows are only ever added."""

    __tablename__ = "assessment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), index=True)
    impact: Mapped[int] = mapped_column(SmallInteger)
    likelihood: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date] = mapped_column(Date)
    proposal_id: Mapped[int | None] = mapped_column(BigInteger)
    snapshot: Mapped[Json] = mapped_column(JsonText)
    rated: Mapped[Json | None] = mapped_column(JsonText)
    matrix: Mapped[str | None] = mapped_column(String(80))
    rule_version: Mapped[int | None] = mapped_column(SmallInteger)


class RiskLinkRow(Base):
    """A risk's tie to a series, with its severity at the snapshot (null: unknown then)."""

    __tablename__ = "risk_link"
    __table_args__ = (UniqueConstraint("risk_id", "subject", "signal"), Index("ix_risk_link_subject", "subject"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    subject: Mapped[str] = mapped_column(String(200))
    indicator: Mapped[str] = mapped_column(String(120))
    area: Mapped[str] = mapped_column(String(40))
    breakdown: Mapped[str] = mapped_column(String(100), server_default="")
    causal_group: Mapped[str] = mapped_column(String(120))
    signal: Mapped[str] = mapped_column(String(20))
    provisional: Mapped[str] = mapped_column(String(10), server_default="ignore")
    severity_at: Mapped[int | None] = mapped_column(SmallInteger)
    snapshot_generation: Mapped[int] = mapped_column(BigInteger, server_default="1")
    snapshot_version: Mapped[int] = mapped_column(BigInteger)
    snapshot_at: Mapped[datetime] = mapped_column(UtcDateTime)
    snapshot_on: Mapped[date] = mapped_column(Date)
    review_opened: Mapped[bool] = mapped_column(Boolean)


class IndicatorSignalRow(Base):
    """What a signal of a series amounts to by its newest event, provisional colours ignored or counted."""

    __tablename__ = "indicator_signal"

    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    signal: Mapped[str] = mapped_column(String(20), primary_key=True)
    severity: Mapped[int | None] = mapped_column(SmallInteger)
    unconfirmed: Mapped[bool] = mapped_column(Boolean)
    counting_severity: Mapped[int | None] = mapped_column(SmallInteger)
    counting_unconfirmed: Mapped[bool] = mapped_column(Boolean)


class IndicatorSeriesRow(Base):
    """The newest event of a series, linked or not, which guards its signals. Version 0: linked to, no event yet."""

    __tablename__ = "indicator_series"

    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    generation: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[str | None] = mapped_column(String(64))
    period_kind: Mapped[str | None] = mapped_column(PeriodKindText(30))
    period_start: Mapped[date | None] = mapped_column(Date)
    period_end: Mapped[date | None] = mapped_column(Date)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    points: Mapped[str | None] = mapped_column(Text)  # its periods, as the domain writes them
    severities: Mapped[str | None] = mapped_column(String(60))  # of all its signals, to see whether one changed
    moved: Mapped[bool] = mapped_column(Boolean, server_default=false())  # whether the newest event changed one


class SeriesWindowRow(Base):
    """What a series showed by the newest of the events whose first period was this; kept for good.

    ``first_period`` is empty of an event that showed none.
    """

    __tablename__ = "series_window"

    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    first_period: Mapped[str] = mapped_column(String(60), primary_key=True)
    generation: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)
    points: Mapped[str] = mapped_column(Text)


class HistoryRow(Base):
    """Every change of an effective rating; rows are only ever added."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_risk_date", "risk_id", "business_date"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    cause: Mapped[str] = mapped_column(String(20))
    before: Mapped[Json] = mapped_column(JsonText)
    after: Mapped[Json] = mapped_column(JsonText)
    why: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(100))
    event_ids: Mapped[Json] = mapped_column(JsonText)
    indicator_versions: Mapped[Json] = mapped_column(JsonText)
    rule_version: Mapped[int]
    matrix: Mapped[str] = mapped_column(String(80))
    rated: Mapped[Json | None] = mapped_column(JsonText)  # what decided it; null of entries before it was recorded
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date] = mapped_column(Date)


class ProposalRow(Base):
    """A rating that the indicators propose for a risk whose owner decides."""

    __tablename__ = "proposal"
    __table_args__ = (Index("ix_proposal_risk", "risk_id", "state"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    assessment_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(20))
    impact: Mapped[int] = mapped_column(SmallInteger)
    likelihood: Mapped[int] = mapped_column(SmallInteger)
    band: Mapped[str | None] = mapped_column(String(20))  # on a matrix that the risk has left; null on its present one
    why: Mapped[str] = mapped_column(Text)
    event_ids: Mapped[Json] = mapped_column(JsonText)
    lapsed: Mapped[bool] = mapped_column(Boolean)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_on: Mapped[date] = mapped_column(Date)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_on: Mapped[date] = mapped_column(Date)
    decided_by: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(Text)


class AcceptanceRow(Base):
    """A risk accepted as it is for a while, or asked to be; decided on and ended, never deleted."""

    __tablename__ = "acceptance"
    __table_args__ = (Index("ix_acceptance_risk", "risk_id", "state"), Index("ix_acceptance_until", "state", "until"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    state: Mapped[str] = mapped_column(String(20))
    accepted: Mapped[Json] = mapped_column(JsonText)
    until: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    taken_on: Mapped[Json] = mapped_column(JsonText)
    requested_by: Mapped[str] = mapped_column(String(100))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_on: Mapped[date] = mapped_column(Date)
    approved_by: Mapped[str | None] = mapped_column(String(100))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_on: Mapped[date | None] = mapped_column(Date)
    approval_reason: Mapped[str | None] = mapped_column(Text)
    ended_by: Mapped[str | None] = mapped_column(String(100))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_on: Mapped[date | None] = mapped_column(Date)
    ended_why: Mapped[str | None] = mapped_column(Text)


class AppetiteStatementRow(Base):
    """How much risk is wanted and tolerated in a category, by scores of a matrix; rows are only ever added."""

    __tablename__ = "appetite_statement"
    __table_args__ = (Index("ix_appetite_statement_category", "category", "matrix_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    category: Mapped[str] = mapped_column(String(120))
    matrix_id: Mapped[int] = mapped_column(ForeignKey("matrix.id"))
    appetite: Mapped[int | None] = mapped_column(SmallInteger)
    tolerance: Mapped[int | None] = mapped_column(SmallInteger)
    text: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date] = mapped_column(Date)


class ToleranceBreachRow(Base):
    """A time that a risk was beyond what is tolerated; ended once it is within it again."""

    __tablename__ = "tolerance_breach"
    __table_args__ = (Index("ix_tolerance_breach_risk", "risk_id", "ended_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    category: Mapped[str | None] = mapped_column(String(120))  # of then, as the rating and the tolerance are
    rating: Mapped[Json] = mapped_column(JsonText)
    tolerance: Mapped[int] = mapped_column(SmallInteger)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    began_on: Mapped[date] = mapped_column(Date)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_on: Mapped[date | None] = mapped_column(Date)


class ReviewTaskRow(Base):
    """Something an owner should look at: an indicator known for the first time since its snapshot."""

    __tablename__ = "review_task"
    __table_args__ = (Index("ix_review_task_state", "state", "id"), Index("ix_review_task_risk", "risk_id", "state"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    link_id: Mapped[int] = mapped_column(BigInteger)
    indicator: Mapped[str] = mapped_column(String(120))
    area: Mapped[str] = mapped_column(String(40))
    breakdown: Mapped[str] = mapped_column(String(100), server_default="")
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_on: Mapped[date] = mapped_column(Date)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_on: Mapped[date | None] = mapped_column(Date)
