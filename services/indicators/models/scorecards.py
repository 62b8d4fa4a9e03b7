"""Tables of scorecards, of what their lines roll up to, and of service standards."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import JsonText, UtcDateTime
from services.indicators.models.metadata import ACTOR, AREA, CODE, NAME, Base


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
