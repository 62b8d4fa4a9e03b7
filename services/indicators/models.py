"""Tables of the indicators service."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.storage.tables import service_metadata
from chassis.storage.types import ExactDecimal, JsonText, PeriodKindText, UtcDateTime
from contracts.period import PeriodKind

CODE = String(80)
NAME = String(300)
AREA = String(20)
BREAKDOWN = String(100)
ACTOR = String(100)


class Base(DeclarativeBase):
    metadata = service_metadata()


class FrameworkRow(Base):
    __tablename__ = "framework"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    benchmark_method: Mapped[str] = mapped_column(String(40))
    ended_on: Mapped[date | None]


class AreaRow(Base):
    """An area as it is, with the dates between which it exists. Locked by whoever changes what events say of it."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(AREA, primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    type: Mapped[str] = mapped_column(String(60))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    parents: Mapped[Any] = mapped_column(JsonText, nullable=True)
    successors: Mapped[Any] = mapped_column(JsonText, nullable=True)


class AreaRevisionRow(Base):
    """Everything an area ever was, for reading it as it was known. Only ever added to."""

    __tablename__ = "area_revision"

    area: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    actor: Mapped[str] = mapped_column(ACTOR)
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AreaGroupRow(Base):
    """Areas that others are compared with; ``areas`` is a stored format."""

    __tablename__ = "area_group"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    kind: Mapped[str] = mapped_column(String(30))
    areas: Mapped[Any] = mapped_column(JsonText)
    source: Mapped[str | None] = mapped_column(Text)


class AreaGroupRevisionRow(Base):
    """Everything a group of areas ever was. Only ever added to."""

    __tablename__ = "area_group_revision"

    area_group: Mapped[str] = mapped_column(ForeignKey("area_group.code"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    actor: Mapped[str] = mapped_column(ACTOR)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IndicatorRow(Base):
    """The present definition. Locked by whoever changes, or opens, the state of more than one series.

    ``benchmark_method`` is the one in use, ``own_method`` the one it names itself. JSON columns are stored formats.
    """

    __tablename__ = "indicator"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    unit: Mapped[str] = mapped_column(String(40))
    decimals: Mapped[int]
    polarity: Mapped[str] = mapped_column(String(20))
    frequency: Mapped[str] = mapped_column(String(40))
    frameworks: Mapped[Any] = mapped_column(JsonText, nullable=True)
    benchmark_method: Mapped[str] = mapped_column(String(40))
    own_method: Mapped[str | None] = mapped_column(String(40))
    owner: Mapped[str | None] = mapped_column(NAME)
    definition: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)
    calculation: Mapped[str] = mapped_column(String(20))
    rounded_to: Mapped[int]
    dimensions: Mapped[Any] = mapped_column(JsonText, nullable=True)
    gap: Mapped[Any] = mapped_column(JsonText, nullable=True)
    gaps: Mapped[Any] = mapped_column(JsonText, nullable=True)
    retired_on: Mapped[date | None]
    provenance: Mapped[Any] = mapped_column(JsonText, nullable=True)


class IndicatorFrameworkRow(Base):
    """Finds the indicators of a framework; their order is in the definition."""

    __tablename__ = "indicator_framework"

    framework: Mapped[str] = mapped_column(ForeignKey("framework.code"), primary_key=True)
    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)


class IndicatorRevisionRow(Base):
    """Every definition an indicator ever had, for reading it as it was known. Only ever added to."""

    __tablename__ = "indicator_revision"

    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    actor: Mapped[str] = mapped_column(ACTOR)
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


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


class ChartRemarkRow(Base):
    """One revision of what somebody put on a control chart at a period. Only ever added to.

    ``content`` is a stored format. There is no foreign key to the series: a remark is on what was observed.
    """

    __tablename__ = "chart_remark"

    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    breakdown: Mapped[str] = mapped_column(BREAKDOWN, primary_key=True, server_default="")
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    period_end: Mapped[date] = mapped_column(primary_key=True)
    period_start: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(30))
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    actor: Mapped[str] = mapped_column(ACTOR)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CommentaryRow(Base):
    """What a commentary is on, and the version of its last event. Locked by whoever writes it. Never deleted."""

    __tablename__ = "commentary"
    __table_args__ = (
        Index(
            "uq_commentary_on",
            "indicator",
            "area",
            "breakdown",
            "period_end",
            "period_start",
            unique=True,
        ),
    )

    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"))
    breakdown: Mapped[str] = mapped_column(BREAKDOWN, server_default="")
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(30))
    period_start: Mapped[date]
    period_end: Mapped[date]
    version: Mapped[int]


class CommentaryRevisionRow(Base):
    """One state of a commentary. Only ever added to: the highest revision is the current one."""

    __tablename__ = "commentary_revision"
    __table_args__ = (ForeignKeyConstraint(["indicator", "number"], ["commentary.indicator", "commentary.number"]),)

    indicator: Mapped[str] = mapped_column(CODE, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(20))
    text: Mapped[str | None] = mapped_column(Text)
    author: Mapped[str | None] = mapped_column(NAME)
    source: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(ACTOR)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class QualityRulesRow(Base):
    """What is declared of an indicator's figures; ``content`` is a stored format."""

    __tablename__ = "quality_rules"

    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)


class LateValueRow(Base):
    """What the newest event of a late series said: ``period`` is that of its latest value then. Never deleted."""

    __tablename__ = "late_value"

    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    breakdown: Mapped[str] = mapped_column(BREAKDOWN, primary_key=True, server_default="")
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(30))
    period_start: Mapped[date]
    period_end: Mapped[date]
    due: Mapped[date]
    is_late: Mapped[bool]
    version: Mapped[int]


class ScorecardRow(Base):
    """A scorecard as lists show it. Locked by whoever changes its definition."""

    __tablename__ = "scorecard"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str] = mapped_column(NAME)
    area: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    comparator: Mapped[str] = mapped_column(AREA)


class ScorecardRevisionRow(Base):
    """Every definition a scorecard ever had; the highest revision is the current one. Only ever added to."""

    __tablename__ = "scorecard_revision"

    scorecard: Mapped[str] = mapped_column(ForeignKey("scorecard.code"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    actor: Mapped[str] = mapped_column(ACTOR)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class _LinkedRow:
    """What outcomes, objectives, gaps of the system and priorities have alike: indicators show how they go."""

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    title: Mapped[str] = mapped_column(NAME)
    indicators: Mapped[Any] = mapped_column(JsonText)
    position: Mapped[int | None]
    part_of: Mapped[str | None] = mapped_column(CODE)


class OutcomeRow(_LinkedRow, Base):
    __tablename__ = "outcome"


class ObjectiveRow(_LinkedRow, Base):
    """A system performance objective; ``part_of`` is the outcome that it serves."""

    __tablename__ = "objective"


class SystemGapRow(_LinkedRow, Base):
    """A gap of the health and care system that its priorities are to close. Not an inequality gap."""

    __tablename__ = "system_gap"


class PriorityRow(_LinkedRow, Base):
    """A priority; ``part_of`` is the gap that it is to close."""

    __tablename__ = "priority"


class ObjectiveRevisionRow(_LinkedRow, Base):
    """Everything an outcome, objective, gap or priority, which ``kind`` says, ever was. Only ever added to."""

    __tablename__ = "objective_revision"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    actor: Mapped[str] = mapped_column(ACTOR)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StandardRow(Base):
    """A service standard; ``limits`` are its effective-dated limits, oldest first.

    ``indicator`` is the one that counts of how often it was met are recorded of.
    """

    __tablename__ = "service_standard"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    service: Mapped[str] = mapped_column(NAME)
    title: Mapped[str] = mapped_column(NAME)
    limits: Mapped[Any] = mapped_column(JsonText)
    source: Mapped[str | None] = mapped_column(Text)
    indicator: Mapped[str | None] = mapped_column(CODE)


class FileMappingRow(Base):
    """How files of one kind are read; ``content`` is a stored format. Those that ship with the product are none."""

    __tablename__ = "file_mapping"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    actor: Mapped[str] = mapped_column(ACTOR)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ImportPartRow(Base):
    """A part of the file of an import, or of its errors; ``import_id`` is the id of its job, which may be gone."""

    __tablename__ = "import_part"

    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
