"""Projections: what somebody expects of a period. They are never observations, and make no colour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from contracts.breakdown import Breakdown
from contracts.period import Period, PeriodKind
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.provenance import PRINTED, Provenance


@dataclass(frozen=True, slots=True)
class Projection:
    """The value that ``name`` (a forecast, a scenario) gives for a period of a series, with its range if it has one."""

    name: str
    period: Period
    value: Decimal
    lower: Decimal | None = None
    upper: Decimal | None = None
    source: str | None = None
    note: str | None = None
    provenance: Provenance = PRINTED


@dataclass(frozen=True, slots=True)
class RecordedProjection:
    """A revision of a projection. The highest number of a series, name and period is the current one."""

    series: SeriesKey
    projection: Projection
    number: int
    actor: str
    recorded_at: datetime


def projection_faults(sent: Projection) -> list[tuple[str, str]]:
    faults = []
    if sent.lower is not None and sent.lower > sent.value:
        faults.append(("lower", "lower and upper enclose the value"))
    if sent.upper is not None and sent.upper < sent.value:
        faults.append(("upper", "lower and upper enclose the value"))
    return faults


@dataclass(frozen=True, slots=True)
class ProjectionFilter:
    """Which projections of an indicator are wanted; ``as_of`` reads those known at that moment."""

    area: str | None = None
    breakdown: Breakdown | None = None
    as_of: datetime | None = None


ReadProjection = Callable[[PeriodKind], Projection]
"""A projection as sent: its period is read by the kind of its indicator."""
