"""Tables of what is said of figures: remarks on charts, commentaries, rules of quality, late values."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import JsonText, PeriodKindText, UtcDateTime
from contracts.period import PeriodKind
from services.indicators.models.metadata import ACTOR, BREAKDOWN, CODE, NAME, Base


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


class ProcessControlSignalRow(Base):
    """A series whose events carry what process control says of its periods, since somebody asked for that."""

    __tablename__ = "process_control_signal"

    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)
    area: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    breakdown: Mapped[str] = mapped_column(BREAKDOWN, primary_key=True, server_default="")
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
