"""What the indicators service tells the world."""

from enum import StrEnum
from typing import Final

from pydantic import Field

from contracts.colours import Colour, Polarity
from contracts.envelope import Body
from contracts.money import Number
from contracts.period import Period

SOURCE: Final = "/indicators"
INDICATOR_UPDATED: Final = "commissioning.indicator.updated.v1"

MAX_CHANGED: Final = 500
"""Most periods one event lists as changed; a larger change publishes several events."""


class ObservationStatus(StrEnum):
    PROVISIONAL = "provisional"
    FINAL = "final"
    WITHDRAWN = "withdrawn"


class Definition(Body):
    code: str
    name: str
    unit: str
    decimals: int
    polarity: Polarity
    frequency: str
    framework: str | None = None


class AreaState(Body):
    code: str
    name: str
    type: str


class BenchmarkState(Body):
    """Colour against the comparator, the rule that made it and why."""

    colour: Colour
    rule: str
    reason: str


class TrendState(Body):
    colour: Colour
    reason: str


class TargetState(Body):
    colour: Colour
    expected: Number | None = None
    reason: str


class ObservationState(Body):
    """The latest observation. ``value`` is null once withdrawn."""

    period: Period
    value: Number | None
    revision: int = Field(ge=1)
    status: ObservationStatus
    count: Number | None = None
    denominator: Number | None = None
    lower: Number | None = None
    upper: Number | None = None


class SeriesPoint(Body):
    """One of the six latest periods, oldest first, with the three colours as they stood in that period."""

    period: Period
    value: Number | None
    revision: int = Field(ge=1)
    status: ObservationStatus
    benchmark: Colour
    trend: Colour
    target: Colour


class ChangedPeriod(Body):
    """A period this event changed; ``value`` is null where it was withdrawn."""

    period: Period
    value: Number | None
    revision: int = Field(ge=1)
    status: ObservationStatus


class IndicatorUpdated(Body):
    """The state of one indicator in one area. Subject and key: ``<indicator>/<area>``."""

    indicator: Definition
    area: AreaState
    latest: ObservationState | None
    benchmark: BenchmarkState
    trend: TrendState
    target: TargetState | None = None
    series: list[SeriesPoint] = Field(max_length=6)
    changed: list[ChangedPeriod] = Field(max_length=MAX_CHANGED)


def subject(indicator: str, area: str) -> str:
    """The aggregate that an indicator in an area is, on the wire."""
    return f"{indicator}/{area}"
