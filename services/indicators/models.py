"""Tables of the indicators service."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.storage.tables import service_metadata
from chassis.storage.types import ExactDecimal, JsonText, PeriodKindText, UtcDateTime
from contracts.period import PeriodKind

CODE = String(80)
NAME = String(300)


class Base(DeclarativeBase):
    metadata = service_metadata()


class FrameworkRow(Base):
    __tablename__ = "framework"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    benchmark_method: Mapped[str] = mapped_column(String(40))


class AreaRow(Base):
    """An area by its ONS code, with the dates between which it exists."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    type: Mapped[str] = mapped_column(String(60))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class IndicatorRow(Base):
    """The present definition. Locked by whoever changes, or opens, the state of more than one area."""

    __tablename__ = "indicator"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    unit: Mapped[str] = mapped_column(String(40))
    decimals: Mapped[int]
    polarity: Mapped[str] = mapped_column(String(20))
    frequency: Mapped[str] = mapped_column(String(40))
    framework: Mapped[str | None] = mapped_column(ForeignKey("framework.code"))
    owner: Mapped[str | None] = mapped_column(NAME)
    definition: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)


class IndicatorRevisionRow(Base):
    """Every definition an indicator ever had, for reading it as it was known. Only ever added to."""

    __tablename__ = "indicator_revision"

    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    actor: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SeriesRow(Base):
    """The state of one indicator in one area: what a writer locks first, and the version of its last event."""

    __tablename__ = "series"

    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    version: Mapped[int]


class ObservationRow(Base):
    """One revision of the observation of a period. Only ever added to: the highest revision is the current one.

    The key runs by period, newest revisions beside one another, so that the latest periods of a series are read
    from the end of the index.
    """

    __tablename__ = "observation"
    __table_args__ = (
        ForeignKeyConstraint(["indicator", "area"], ["series.indicator", "series.area"]),
        Index("ix_observation_recorded", "indicator", "recorded_at"),
    )

    indicator: Mapped[str] = mapped_column(CODE, primary_key=True)
    area: Mapped[str] = mapped_column(String(20), primary_key=True)
    period_end: Mapped[date] = mapped_column(primary_key=True)
    period_start: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(30))
    value: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    count: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    denominator: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    lower: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    upper: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    status: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(Text)
    basis: Mapped[str | None] = mapped_column(NAME)
    reason: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TargetRow(Base):
    """One version of the target of a series; ``content`` is a stored format. Only ever added to."""

    __tablename__ = "target"
    __table_args__ = (ForeignKeyConstraint(["indicator", "area"], ["series.indicator", "series.area"]),)

    indicator: Mapped[str] = mapped_column(CODE, primary_key=True)
    area: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    actor: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ScorecardRow(Base):
    __tablename__ = "scorecard"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    area: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    comparator: Mapped[str] = mapped_column(String(20))


class SectionRow(Base):
    __tablename__ = "scorecard_section"

    scorecard: Mapped[str] = mapped_column(ForeignKey("scorecard.code"), primary_key=True)
    section: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(CODE)
    name: Mapped[str] = mapped_column(NAME)


class AimRow(Base):
    __tablename__ = "scorecard_aim"
    __table_args__ = (
        ForeignKeyConstraint(["scorecard", "section"], ["scorecard_section.scorecard", "scorecard_section.section"]),
    )

    scorecard: Mapped[str] = mapped_column(CODE, primary_key=True)
    section: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    aim: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(NAME)


class ScorecardLineRow(Base):
    """An indicator's row on a scorecard."""

    __tablename__ = "scorecard_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["scorecard", "section", "aim"],
            ["scorecard_aim.scorecard", "scorecard_aim.section", "scorecard_aim.aim"],
        ),
    )

    scorecard: Mapped[str] = mapped_column(CODE, primary_key=True)
    section: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    aim: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), index=True)


class OutcomeRow(Base):
    __tablename__ = "outcome"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    title: Mapped[str] = mapped_column(NAME)
    indicators: Mapped[Any] = mapped_column(JsonText)


class ObjectiveRow(Base):
    """A system performance objective."""

    __tablename__ = "objective"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    title: Mapped[str] = mapped_column(NAME)
    indicators: Mapped[Any] = mapped_column(JsonText)


class StandardRow(Base):
    """A service standard; ``limits`` are its effective-dated limits, oldest first."""

    __tablename__ = "service_standard"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    service: Mapped[str] = mapped_column(NAME)
    title: Mapped[str] = mapped_column(NAME)
    limits: Mapped[Any] = mapped_column(JsonText)
    source: Mapped[str | None] = mapped_column(Text)
