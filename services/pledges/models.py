"""The tables of the pledges service."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.storage.tables import service_metadata
from chassis.storage.types import BigId, ExactDecimal, JsonText, PeriodKindText, UtcDateTime
from contracts.period import PeriodKind

CODE = String(80)
NAME = String(200)
BREAKDOWN = String(98)
"""The canonical text of a breakdown; empty is the total."""


class Base(DeclarativeBase):
    metadata = service_metadata()


class PledgeSet(Base):
    """The promises of one administration. The newest is that of the highest code."""

    __tablename__ = "pledge_set"

    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    title: Mapped[str] = mapped_column(NAME)
    size: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(NAME)
    public: Mapped[bool] = mapped_column(server_default=false())


class Pledge(Base):
    """A promise in its original words; ``id`` is its set and number, ``2018-46``. ``version`` counts its events."""

    __tablename__ = "pledge"

    id: Mapped[str] = mapped_column(String(30), primary_key=True)
    set_code: Mapped[str] = mapped_column(ForeignKey("pledge_set.code"), index=True)
    number: Mapped[str] = mapped_column(String(20))
    theme: Mapped[str] = mapped_column(NAME, index=True)
    title: Mapped[str] = mapped_column(String(1000))
    top: Mapped[bool | None]
    due: Mapped[date | None]
    delivery: Mapped[str] = mapped_column(String(30))
    evidence: Mapped[str] = mapped_column(String(30))
    closed_on: Mapped[date | None]
    measure: Mapped[str | None] = mapped_column(String(1000))
    baseline: Mapped[str | None] = mapped_column(String(1000))
    measured_on: Mapped[date | None]
    unrated_because: Mapped[str | None] = mapped_column(String(2000))
    notes: Mapped[Any | None] = mapped_column(JsonText)
    version: Mapped[int] = mapped_column(BigInteger)
    definition: Mapped[Any] = mapped_column(JsonText)
    """The definition the pledge was made with (``domain.formats``), so that a repeat is recognised."""
    published: Mapped[Any] = mapped_column(JsonText)
    """The indicators in the newest event of this pledge (``domain.formats``), so that only a change is published."""
    published_schedule: Mapped[str | None] = mapped_column(String(20))
    """The schedule in that event: where the calendar has moved it since, the pledge is published again."""


class PledgeAmendment(Base):
    """Later wording. Rows are only ever added."""

    __tablename__ = "pledge_amendment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    pledge: Mapped[str] = mapped_column(ForeignKey("pledge.id"), index=True)
    text: Mapped[str] = mapped_column(String(1000))
    reason: Mapped[str] = mapped_column(String(2000))
    by: Mapped[str] = mapped_column(NAME)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Assignment(Base):
    """Who answers for a pledge. ``ordinal`` keeps the printed order; a pledge may have several."""

    __tablename__ = "assignment"

    pledge: Mapped[str] = mapped_column(ForeignKey("pledge.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    portfolio_holder: Mapped[str] = mapped_column(NAME)
    department: Mapped[str] = mapped_column(NAME)
    director: Mapped[str] = mapped_column(NAME)
    lead_officers: Mapped[list[str]] = mapped_column(JsonText)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class IndicatorLink(Base):
    __tablename__ = "indicator_link"
    __table_args__ = (Index(None, "indicator", "area"),)

    pledge: Mapped[str] = mapped_column(ForeignKey("pledge.id"), primary_key=True)
    indicator: Mapped[str] = mapped_column(CODE, primary_key=True)
    area: Mapped[str] = mapped_column(CODE, primary_key=True)
    breakdown: Mapped[str] = mapped_column(BREAKDOWN, primary_key=True)


class IndicatorColour(Base):
    """The colours of the newest event of each series, linked or not. Version 0: linked, but no event came yet.

    The newest is that of the highest (generation, version).
    """

    __tablename__ = "indicator_colour"

    indicator: Mapped[str] = mapped_column(CODE, primary_key=True)
    area: Mapped[str] = mapped_column(CODE, primary_key=True)
    breakdown: Mapped[str] = mapped_column(BREAKDOWN, primary_key=True)
    generation: Mapped[int]
    version: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[str | None] = mapped_column(String(64))
    period_kind: Mapped[PeriodKind | None] = mapped_column(PeriodKindText(30))
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]
    benchmark: Mapped[str | None] = mapped_column(String(20))
    trend: Mapped[str | None] = mapped_column(String(20))
    target: Mapped[str | None] = mapped_column(String(20))
    benchmark_provisional: Mapped[bool]
    trend_provisional: Mapped[bool]
    target_provisional: Mapped[bool]
    value: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    unit: Mapped[str | None] = mapped_column(String(40))
    """None with ``value`` where the newest event came before these were kept."""


class ElsewhereLink(Base):
    """A risk or a savings scheme (``LinkedKind``) that a pledge is linked to, by its reference or code."""

    __tablename__ = "elsewhere_link"
    __table_args__ = (Index(None, "kind", "code"),)

    pledge: Mapped[str] = mapped_column(ForeignKey("pledge.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    code: Mapped[str] = mapped_column(NAME, primary_key=True)


class ElsewhereState(Base):
    """What the newest event of each risk and scheme says, linked or not. Version 0: linked, but no event came yet.

    The newest is that of the highest (generation, version).
    """

    __tablename__ = "elsewhere_state"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    code: Mapped[str] = mapped_column(NAME, primary_key=True)
    generation: Mapped[int]
    version: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[Any | None] = mapped_column(JsonText)
    """All of it (``domain.linked_formats``)."""


class Priority(Base):
    __tablename__ = "priority"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    title: Mapped[str] = mapped_column(String(1000))
    gap: Mapped[str | None] = mapped_column(CODE)
    leads: Mapped[list[str]] = mapped_column(JsonText)
    notes: Mapped[Any | None] = mapped_column(JsonText)


class Action(Base):
    """A must-do, a hub site, a step of the workforce plan or a stage; with or without a priority."""

    __tablename__ = "action"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    priority: Mapped[str | None] = mapped_column(ForeignKey("priority.code"), index=True)
    kind: Mapped[str] = mapped_column(String(30), index=True)
    title: Mapped[str] = mapped_column(String(1000))
    due: Mapped[date | None]
    weight: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    delivery: Mapped[str] = mapped_column(String(30))
    closed_on: Mapped[date | None]
    phase: Mapped[int | None]
    step: Mapped[int | None]
    confirmed: Mapped[bool | None]
    source: Mapped[str | None] = mapped_column(NAME)
    leads: Mapped[list[str]] = mapped_column(JsonText)
    depends_on: Mapped[list[str]] = mapped_column(JsonText)
    part_of: Mapped[str | None] = mapped_column(ForeignKey("action.code"), index=True)
    notes: Mapped[Any | None] = mapped_column(JsonText)
    partners: Mapped[list[str]] = mapped_column(JsonText)
    printed_period: Mapped[str | None] = mapped_column(NAME)
    due_basis: Mapped[str | None] = mapped_column(NAME)
    figure: Mapped[str | None] = mapped_column(CODE)
    figure_unit: Mapped[str | None] = mapped_column(CODE)
    version: Mapped[int] = mapped_column(BigInteger)
    published: Mapped[Any | None] = mapped_column(JsonText)
    """What its newest event carries (``domain.formats``), so that only a change is published."""


class Dependency(Base):
    """What an action, a priority's actions or all of them wait for outside of themselves."""

    __tablename__ = "dependency"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    priority: Mapped[str | None] = mapped_column(ForeignKey("priority.code"), index=True)
    action: Mapped[str | None] = mapped_column(ForeignKey("action.code"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(1000))
    partners: Mapped[list[str]] = mapped_column(JsonText)
    state: Mapped[str] = mapped_column(String(20))
    needed_by: Mapped[date | None]
    number: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(NAME)


class ActionLink(Base):
    __tablename__ = "action_link"

    action: Mapped[str] = mapped_column(ForeignKey("action.code"), primary_key=True)
    indicator: Mapped[str] = mapped_column(CODE, primary_key=True)
    area: Mapped[str] = mapped_column(CODE, primary_key=True)
    breakdown: Mapped[str] = mapped_column(BREAKDOWN, primary_key=True)


class PledgeReturn(Base):
    """The quarterly return of an assignment, which it keeps as it was when the return was opened."""

    __tablename__ = "pledge_return"
    __table_args__ = (Index(None, "period_start", "state"),)

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    pledge: Mapped[str] = mapped_column(ForeignKey("pledge.id"), index=True)
    ordinal: Mapped[int]
    period_kind: Mapped[PeriodKind] = mapped_column(PeriodKindText(30))
    period_start: Mapped[date]
    period_end: Mapped[date]
    due: Mapped[date]
    state: Mapped[str] = mapped_column(String(20))
    portfolio_holder: Mapped[str] = mapped_column(NAME)
    department: Mapped[str] = mapped_column(NAME)
    director: Mapped[str] = mapped_column(NAME)
    lead_officers: Mapped[list[str]] = mapped_column(JsonText)
    colour: Mapped[str | None] = mapped_column(String(20))
    narrative: Mapped[str | None] = mapped_column(String(4000))
    next_steps: Mapped[str | None] = mapped_column(String(4000))
    evidence: Mapped[Any] = mapped_column(JsonText)
    """Titles and links (``domain.formats``)."""
    submitted_on: Mapped[date | None]
    missing_since: Mapped[date | None]
    version: Mapped[int] = mapped_column(BigInteger)


class ReturnStep(Base):
    """Who submitted, returned or approved a return, and when. Rows are only ever added."""

    __tablename__ = "return_step"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    quarterly_return: Mapped[str] = mapped_column(ForeignKey("pledge_return.id"), index=True)
    step: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(NAME)
    person: Mapped[str | None] = mapped_column(NAME)
    """The code of the person behind ``by``, where one is entered."""
    on_behalf_of: Mapped[str | None] = mapped_column(NAME)
    reason: Mapped[str | None] = mapped_column(String(2000))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date]


class Delegation(Base):
    """Who acts on whose behalf, from a day and until a day. ``delegate`` is of ``kind`` (``DelegateKind``)."""

    __tablename__ = "delegation"
    __table_args__ = (Index(None, "person", "delegate"),)

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    person: Mapped[str] = mapped_column(NAME)
    delegate: Mapped[str] = mapped_column(NAME)
    kind: Mapped[str] = mapped_column(String(10), server_default="name")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(2000))


class PledgeDecision(Base):
    """A pledge signed off or reopened: who signed, who recorded it, and what it was taken on. Only added to."""

    __tablename__ = "pledge_decision"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    pledge: Mapped[str] = mapped_column(ForeignKey("pledge.id"), index=True)
    decision: Mapped[str] = mapped_column(String(30))
    portfolio_holder: Mapped[str | None] = mapped_column(NAME)
    by: Mapped[str] = mapped_column(NAME)
    reason: Mapped[str | None] = mapped_column(String(2000))
    would_change_it: Mapped[str | None] = mapped_column(String(2000))
    evidence: Mapped[Any] = mapped_column(JsonText)
    """Links (``domain.formats``)."""
    state: Mapped[Any] = mapped_column(JsonText)
    """The pledge as it was (``domain.formats``)."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date]


class GovernanceRecord(Base):
    """A record of any kind (``RecordKind``). ``board`` and ``day`` repeat what filters read of it, if it has them."""

    __tablename__ = "governance_record"
    __table_args__ = (Index(None, "kind", "board"), Index(None, "kind", "day"))

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    board: Mapped[str | None] = mapped_column(CODE)
    day: Mapped[date | None]
    state: Mapped[Any] = mapped_column(JsonText)
    """All of it (``domain.governance_formats``)."""


class StateRevision(Base):
    """What a subject of any kind was after each change, with the business date of the change. Only added to.

    A first one of the year 1900 is of what was there before there were revisions.
    """

    __tablename__ = "state_revision"
    __table_args__ = (Index(None, "kind", "subject", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(CODE)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    business_date: Mapped[date]
    actor: Mapped[str] = mapped_column(NAME)
    state: Mapped[Any] = mapped_column(JsonText)
    """The whole state (``domain.formats``)."""


class RatingFeedEvent(Base):
    """The newest event of a feed of an indicator by ratings: its version, and the periods it carries."""

    __tablename__ = "rating_feed_event"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    periods: Mapped[Any] = mapped_column(JsonText)
    """As ``domain.rating_feeds`` writes them."""
