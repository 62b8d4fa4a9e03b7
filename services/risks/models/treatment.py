"""Tables of what is done about risks: controls, assurances and actions, each for several of them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import BigId, UtcDateTime
from services.risks.models.register import Base


class Recorded:
    """A record of what is done about risks. ``version`` counts the events published about it."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    ref: Mapped[str] = mapped_column(String(40), unique=True)
    version: Mapped[int] = mapped_column(BigInteger)
    changed_by: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_on: Mapped[date] = mapped_column(Date)


class ControlRow(Recorded, Base):
    """Something that keeps risks down."""

    __tablename__ = "control"

    title: Mapped[str] = mapped_column(String(400))
    owner: Mapped[str | None] = mapped_column(String(200))
    design: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    test_every: Mapped[int] = mapped_column(SmallInteger)


class AssuranceRow(Recorded, Base):
    """Comfort that controls work."""

    __tablename__ = "assurance"

    source: Mapped[str] = mapped_column(String(400))
    line: Mapped[int] = mapped_column(SmallInteger)
    opinion: Mapped[str] = mapped_column(String(400))
    given_on: Mapped[date] = mapped_column(Date)


class ActionRow(Recorded, Base):
    """Something that is to be done about risks."""

    __tablename__ = "action"

    title: Mapped[str] = mapped_column(String(400))
    owner: Mapped[str | None] = mapped_column(String(200))
    due: Mapped[date | None] = mapped_column(Date)
    effect: Mapped[str | None] = mapped_column(Text)
    impact_steps: Mapped[int] = mapped_column(SmallInteger)
    likelihood_steps: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(20))
    closed_on: Mapped[date | None] = mapped_column(Date)


class ControlOnRiskRow(Base):
    """A risk that a control keeps down."""

    __tablename__ = "control_on_risk"

    record_id: Mapped[int] = mapped_column(ForeignKey("control.id"), primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), primary_key=True, index=True)


class AssuranceOnRiskRow(Base):
    """A risk that an assurance speaks of."""

    __tablename__ = "assurance_on_risk"

    record_id: Mapped[int] = mapped_column(ForeignKey("assurance.id"), primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), primary_key=True, index=True)


class ActionOnRiskRow(Base):
    """A risk that an action treats."""

    __tablename__ = "action_on_risk"

    record_id: Mapped[int] = mapped_column(ForeignKey("action.id"), primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), primary_key=True, index=True)


class ControlTestRow(Base):
    """What somebody found of a control on a day; rows are only ever added."""

    __tablename__ = "control_test"
    __table_args__ = (Index("ix_control_test_control", "control_id", "aspect"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    control_id: Mapped[int] = mapped_column(ForeignKey("control.id"))
    aspect: Mapped[str] = mapped_column(String(20))
    result: Mapped[str] = mapped_column(String(20))
    tested_on: Mapped[date] = mapped_column(Date)
    tested_by: Mapped[str] = mapped_column(String(200))
    finding: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date] = mapped_column(Date)
