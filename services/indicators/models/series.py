"""Tables of series: observations, targets and projections. Periods are kind, first and last day."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import ExactDecimal, JsonText, PeriodKindText, UtcDateTime
from contracts.period import PeriodKind
from services.indicators.models.metadata import ACTOR, AREA, BREAKDOWN, CODE, NAME, Base


class SeriesRow(Base):
    """A series: what a writer locks first, and the version of its last event. Never deleted."""

    __tablename__ = "series"

    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    breakdown: Mapped[str] = mapped_column(BREAKDOWN, primary_key=True, server_default="")
    version: Mapped[int]


class ObservationRow(Base):
    """One revision of the observation of a period. Only ever added to: the highest revision is the current one.

    The key runs by period, newest revisions beside one another, so that the latest periods of a series are read
    from the end of the index. There is no foreign key to the series, on purpose: whoever writes here has locked the
    series' row, and the check of a key runs by a plan that a connection made while the series were few, which reads
    all of them for every row once they are many.
    """

    __tablename__ = "observation"
    __table_args__ = (Index("ix_observation_recorded", "indicator", "recorded_at"),)

    indicator: Mapped[str] = mapped_column(CODE, primary_key=True)
    area: Mapped[str] = mapped_column(AREA, primary_key=True)
    breakdown: Mapped[str] = mapped_column(BREAKDOWN, primary_key=True, server_default="")
    period_end: Mapped[date] = mapped_column(primary_key=True)
    period_start: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(30))
    value: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    missing: Mapped[str | None] = mapped_column(String(10))
    marks: Mapped[str | None] = mapped_column(String(20))
    count: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    denominator: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    lower: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    upper: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    status: Mapped[str] = mapped_column(String(20))
    last_final: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)
    basis: Mapped[str | None] = mapped_column(NAME)
    reason: Mapped[str | None] = mapped_column(Text)
    provenance: Mapped[Any] = mapped_column(JsonText, nullable=True)
    actor: Mapped[str] = mapped_column(ACTOR)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TargetRow(Base):
    """One version of the target of a series; ``content`` is a stored format. Only ever added to."""

    __tablename__ = "target"
    __table_args__ = (
        ForeignKeyConstraint(
            ["indicator", "area", "breakdown"], ["series.indicator", "series.area", "series.breakdown"]
        ),
    )

    indicator: Mapped[str] = mapped_column(CODE, primary_key=True)
    area: Mapped[str] = mapped_column(AREA, primary_key=True)
    breakdown: Mapped[str] = mapped_column(BREAKDOWN, primary_key=True, server_default="")
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    actor: Mapped[str] = mapped_column(ACTOR)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProjectionRow(Base):
    """One revision of what somebody expects of a period. Only ever added to."""

    __tablename__ = "projection"

    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    breakdown: Mapped[str] = mapped_column(BREAKDOWN, primary_key=True, server_default="")
    name: Mapped[str] = mapped_column(CODE, primary_key=True)
    period_end: Mapped[date] = mapped_column(primary_key=True)
    period_start: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(30))
    value: Mapped[Decimal] = mapped_column(ExactDecimal)
    lower: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    upper: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    source: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    provenance: Mapped[Any] = mapped_column(JsonText, nullable=True)
    actor: Mapped[str] = mapped_column(ACTOR)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
