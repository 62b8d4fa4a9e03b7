"""Tables of what is measured: frameworks, areas and their groups, indicators."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import JsonText, UtcDateTime
from services.indicators.models.metadata import ACTOR, AREA, CODE, NAME, Base


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
